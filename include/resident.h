/*
 * resident.h - the at-risk list: people, their phones, family and guardian.
 */
#ifndef QUANZU_RESIDENT_H
#define QUANZU_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "change.h"
#include "store.h"

enum { RESIDENT_PHONES = 12 };

struct resident_phone {
	const char *kind;     /* own, family, guardian */
	const char *phone;    /* normalised */
	const char *name;     /* of the family member, "" */
	const char *relation; /* 子, 女, 配偶 ..., "" */
};

struct resident {
	int64_t id;
	const char *name, *id_no, *birth, *sex; /* birth YYYY-MM-DD; sex M, F or "" */
	const char *area, *address, *tags, *risk, *state, *remark;
	struct resident_phone phone[RESIDENT_PHONES];
	int phone_count;
};

extern const struct resident resident_blank; /* every text "": nobody yet */

bool resident_get(struct store *s, int64_t id, struct resident *out);
/* Only what tells one person from another: name, id_no, birth, area, state, and the address if
 * `address`. The other fields are left as they are. */
bool resident_brief(struct store *s, int64_t id, bool address, struct resident *out);
/*
 * Makes or changes. With id 0 the row is found again by ID number, else by name and own
 * phone, else by name, area and address; so a second import updates and never doubles. An
 * empty field leaves what is stored, numbers are added to those that stand. An ID number
 * that differs from the stored one makes another person, whatever else agrees. Returns the id;
 * 0 when the given id is unknown, or when the row would have more than RESIDENT_PHONES
 * numbers: then nothing is written and the bit RESIDENT_CROWDED is set in c->fields.
 * SAVE_EXACT (with an id) sets every column and the whole list of numbers.
 */
enum { RESIDENT_CROWDED = 1u << 30 };

int64_t resident_save(
	struct store *s, const struct resident *r, enum save_mode mode, struct change *c);
int64_t resident_put(
	struct store *s, const char *actor, const struct resident *r, bool *created, bool *changed);

/*
 * The ids that a lookup finds, at most `max`, of rows in any state; returns how many. kinds
 * (may be NULL) gets own, family or guardian for each id; a person who has
 * the number twice comes once, as own before the others. in_area is that area and what lies
 * below its code (village and grids). Lookups go by short keyed hashes: the ids are as sure as
 * 64 bits are, and of a village as 16 bits; people_match() looks at the rows.
 */
size_t resident_by_id_no(struct store *s, const char *id_no, int64_t *ids, size_t max);
size_t resident_by_phone(
	struct store *s, const char *phone, const char **kinds, int64_t *ids, size_t max);
size_t resident_by_name(struct store *s, const char *name, int64_t *ids, size_t max);
size_t resident_by_name_in_area(
	struct store *s, const char *name, const char *area, int64_t *ids, size_t max);
size_t resident_born_in_area(
	struct store *s, const char *birth, const char *area, int64_t *ids, size_t max);
size_t resident_in_area(struct store *s, const char *area, int64_t *ids, size_t max);

#endif
