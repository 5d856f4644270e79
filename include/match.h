/*
 * match.h - who of the list is meant: scoring of candidates. Pure.
 *
 * In this order: ID number; own phone; family or guardian's phone; name with birth date or
 * the tail of the ID; name with village and near address; name with village. Each match says
 * by what and how sure. Shared phones and equal names are normal: two candidates of nearly
 * the same score make the match ambiguous, which is dispatched and flagged for a person.
 */
#ifndef QUANZU_MATCH_H
#define QUANZU_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_person { /* as the warning has it; NULL or "" where it says nothing */
	const char *name, *id_no, *birth, *area, *address;
	const char *const *phones;
	size_t phone_count;
};

struct match_candidate { /* a resident who was found by some key */
	int64_t id;
	const char *name, *id_no, *birth, *area, *address;
	bool phone_own, phone_family; /* one of the warning's phones is theirs, or their family's */
};

struct match_result {
	int64_t id;           /* 0: nobody */
	const char *by;       /* id, phone, family_phone, name_birth, name_address, name_area, "" */
	int score;            /* 0 .. 100 */
	bool ambiguous;       /* somebody else scores within 10 */
	char why[160];        /* plain Chinese: 身份证号一致；姓名不同 */
};

enum { MATCH_THRESHOLD = 60 };

struct match_result match_best(const struct match_person *p, const struct match_candidate *c, size_t n);

#endif
