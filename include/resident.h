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

#endif
