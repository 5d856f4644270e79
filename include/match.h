/*
 * match.h - who of the list is meant: scoring of candidates. Pure.
 *
 * In this order: ID number; own phone; family or guardian's phone; name with birth date or
 * the tail of the ID; name with village and near address; name with village. Each match says
 * by what and how sure. Shared phones and equal names are normal: two candidates of nearly
 * the same score make the match ambiguous, which is dispatched and flagged for a person.
 * A masked name (张*) or a masked ID number counts only beside a second key. An ID number
 * that differs speaks against everything else.
 *
 * Texts are in the normal forms of name.h, idcard.h (or a pattern: 310***********0018),
 * date.h; areas are codes, of which the 12 digits of a village or community count. A
 * candidate that was found by several keys comes once. The order of candidates changes
 * nothing: of equals the smaller id is named.
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
	int64_t id;        /* 0: nobody reaches MATCH_THRESHOLD */
	int64_t nearest;   /* the best one below it, for a person to look at; 0 none */
	const char *by;    /* id, phone, family_phone, name_birth, name_address, name_area, "" */
	int score;         /* 0 .. 100, of id or nearest */
	bool ambiguous;    /* somebody else scores within MATCH_NEAR */
	char why[160];     /* plain Chinese: 身份证号一致，姓名不同 */
	const char *doubt; /* a flag for people: name_differs, id_differs; "" none. Static */
};

enum { MATCH_THRESHOLD = 60, MATCH_NEAR = 10 };

struct match_result match_best(
	const struct match_person *p, const struct match_candidate *c, size_t n);

#endif
