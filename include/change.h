/*
 * change.h - what saving one row did: made it, changed some columns, or nothing.
 *
 * Each aggregate of people has a NOUN_save() that fills a struct change and writes no event,
 * for imports that write one event for a whole slice, and a NOUN_put() that saves and writes
 * the event. The books name the columns that changed, never their values.
 */
#ifndef QUANZU_CHANGE_H
#define QUANZU_CHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum save_mode {
	SAVE_FILL, /* an import: an empty field leaves what is stored */
	SAVE_EXACT /* an order: an empty field empties the column */
};

struct change {
	bool created;
	unsigned fields;          /* bits of `names`; 0 and not created: the row stood like this */
	const char *const *names; /* of the columns, NULL at the end */
};

bool change_any(const struct change *c);
json_t *change_fields(const struct change *c); /* ["phone","post"]; a new reference */
/* "member.created" or "member.changed" with the columns; no event when nothing changed.
 * `more` (stolen, may be NULL) holds further ids and codes. */
void change_event(struct store *s, const char *actor, const char *noun, int64_t id,
	const struct change *c, json_t *more);
/* The stored text or the new one; sets bit `n` of the change when they differ. NULL reads as "". */
const char *change_text(
	struct change *c, int n, enum save_mode mode, const char *was, const char *now);
int64_t change_number(struct change *c, int n, int64_t was, int64_t now);

#endif
