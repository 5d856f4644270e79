/*
 * code.h - which reply code a task gets on a phone (docs/REPLIES.md, 1).
 *
 * A code is two digits, 13 to 99, so that with an action digit no emergency number can
 * come of it. No slip of one digit and no swap leads from a live code of the phone to
 * another; a code rests for seven days after it was live, 72 hours when there is no other
 * way, never less. From the tenth live task on codes have three digits abc with
 * 3a + 2b + c divisible by 11, which has the same property.
 *
 * Pure: the same input gives the same code; `seed` spreads the choice.
 */
#ifndef QUANZU_CODE_H
#define QUANZU_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CODE_LOWEST = 13,
	CODE_TWO_DIGITS_MAX = 9, /* live ones of a phone */
	CODE_TEXT = 4
};

#define CODE_REST_MS INT64_C(604800000)       /* seven days */
#define CODE_REST_SHORT_MS INT64_C(259200000) /* 72 hours */

struct code_past {
	char code[CODE_TEXT]; /* two or three digits; anything else is passed over */
	bool live;
	int64_t ended_ms_ago; /* of one that is not live: how long ago it ended */
};

/*
 * The next code of a phone that has had these. False: every code is live or resting, and
 * `out` is empty; then the task goes to another phone or is answered by voice.
 */
bool code_next(const struct code_past *past, size_t n, uint32_t seed, char out[CODE_TEXT]);

#endif
