/*
 * resident.h - the at-risk list: people, their phones, family and guardian.
 */
#ifndef QUANZU_RESIDENT_H
#define QUANZU_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

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

bool resident_get(struct store *s, int64_t id, struct resident *out);
/*
 * Makes or changes. With id 0 the row is found again by ID number, else by name and own
 * phone, else by name, area and address; so a second import updates and never doubles. An
 * empty field leaves what is stored. Returns the id.
 */
int64_t resident_put(struct store *s, const char *actor, const struct resident *r, bool *created,
	bool *changed);

/* The ids that a lookup finds, at most `max`; returns how many. */
size_t resident_by_id_no(struct store *s, const char *id_no, int64_t *ids, size_t max);
size_t resident_by_phone(struct store *s, const char *phone, const char **kinds, int64_t *ids, size_t max);
size_t resident_by_name(struct store *s, const char *name, int64_t *ids, size_t max);
size_t resident_in_area(struct store *s, const char *area, int64_t *ids, size_t max);

#endif
