/*
 * warning.h - one warning as pushed, kept sealed; unique by (source, warn_no).
 * And the queue "proposed for the list": people who were warned and are not on it. A proposal is part of
 * the case that it was made with, and has its id.
 */
#ifndef QUANZU_WARNING_H
#define QUANZU_WARNING_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct warning {
	int64_t id;
	const char *source, *warn_no, *state; /* accepted, merged, returned */
	const char *level, *level_raw, *fraud_type, *fraud_raw;
	int64_t warn_time, issue_time, received_at, case_id, resident_id;
	const char *match_by;
	int match_score;
	const char *flags;
	int64_t amount_fen;
	const char *actor;
	const char *record; /* JSON, sealed */
};

/* False: one with that key is there already, and nothing was written. */
bool warning_add(struct store *s, const struct warning *w);
bool warning_get(struct store *s, int64_t id, struct warning *out);
/* The one with that key, without its record; false: new. */
bool warning_find(struct store *s, const char *source, const char *warn_no, struct warning *out);

/* By what the person is recognised (an ID number, a phone), for casefile.proposes; 0: is proposed already. */
int64_t proposed_key(struct store *s, const char *person);
/* The person of an undecided row; NULL: no such row. */
const char *proposed_person(struct store *s, int64_t id, const char **area);
void proposed_decide(
	struct store *s, int64_t id, const char *actor, const char *state, int64_t resident_id);

int64_t warning_last_of_case(struct store *s, int64_t case_id); /* 0 none */

#endif
