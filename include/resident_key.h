/*
 * resident_key.h - by which keys a resident is found again: 64 bits of a keyed hash each.
 *
 * One entry (key, tag, resident id) for the ID number, for each phone and for the name. The tag
 * makes one entry serve several questions, since all that share the key stand in a row by it:
 *
 *   ID number   0
 *   phone       1 family, 2 guardian; own: 30 bits of the owner's name, from RESIDENT_OWN on
 *   name        the village (16 bits) above area and address together (31 bits, 0 no address)
 *
 * Keys are random by nature, so each row of a long import would write as many pages as it has
 * keys. Therefore they come in through two small tables and move on in their order, many to a
 * page: resident_key_new -> resident_key_mid -> resident_key. An entry stands in exactly one of
 * them; the view resident_known has all three. How full the first two are changes the speed only.
 *
 * 64 bits never meet by chance in a county, but whoever decides by a key compares the unsealed
 * value as well.
 */
#ifndef QUANZU_RESIDENT_KEY_H
#define QUANZU_RESIDENT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resident.h"
#include "store.h"

enum { RESIDENT_FAMILY = 1, RESIDENT_GUARDIAN = 2, RESIDENT_OWN = 16 };

struct resident_entry {
	int64_t key, tag;
};

struct resident_keys {
	bool has_id, has_name;
	struct resident_entry id, name, phone[RESIDENT_PHONES];
	int phone_count;
};

/* Texts may be NULL. */
void resident_keys_of(struct store *s, const struct resident *r, struct resident_keys *out);
/* The key of one value; kind: id, phone, name. */
int64_t resident_key(struct store *s, const char *kind, const char *value);
/* The tags of a name in the village of this area (its first 12 digits): from *low to below *high. */
void resident_village_tags(const char *area, int64_t *low, int64_t *high);

/* Writes the entries of a resident instead of those of `was` (NULL: a new one). In a job. */
void resident_keys_save(struct store *s, int64_t id, const struct resident_keys *was,
	const struct resident_keys *now);
/* Everything stands in resident_key: it alone need be asked. False for readers, who cannot know. */
bool resident_keys_settled(struct store *s);
/* Moves at most max entries to where they stay, for the time after an import. True: there are more. */
bool resident_keys_settle(struct store *s, int64_t max);

#endif
