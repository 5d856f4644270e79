/*
 * money_sum.h - one amount in signs, added up.
 *
 * Behind money.h; others use that one. The signs are digits, . and E of a number, s b q w y
 * for 十百千万亿, n j f for 元角分, z for 零, ~ and - between the ends of a range, F for a
 * foreign currency. Pure.
 */
#ifndef QUANZU_MONEY_SUM_H
#define QUANZU_MONEY_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "money.h"

enum { MONEY_SIGNS = 160 }; /* bytes of a text with the NUL; its signs are never longer */

/* False when a character has no place in an amount. *spoken: digits were written as words. */
bool money_signs(const char *s, char *out, bool *spoken);
int64_t money_unit_value(char sign); /* 10 for s ... 100000000 for y; 0 for no unit */
/* Sets out->fen and approx. *has_unit: a unit was written, the column's was not used. */
enum money_rc money_sum(
	const char *signs, enum money_unit unit, bool number, struct money *out, bool *has_unit);

#endif
