/*
 * numeral.h - one number as people write money: 3万5, 两万三, 2点5万, 叁仟 (docs/REPLIES.md, 9).
 *
 * Works on canonical text (canon.h). A numeral is the longest run of its characters;
 * numeral_at() reads the run that begins at t[at], or says that none does. Values count
 * ten-thousandths of a yuan, so that 0.0001万 is still exact. Pure, integers only.
 */
#ifndef QUANZU_NUMERAL_H
#define QUANZU_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMERAL_YUAN INT64_C(10000)

struct numeral {
	size_t start, end; /* t[start] .. t[end - 1] */
	int64_t lo, hi;    /* differ only in a pair; 0 when not ok */
	bool ok;           /* follows the rules; otherwise it is vague */
	bool pair;         /* two neighbouring Chinese digits: 三四万, once with each */
	bool confirm;      /* readable in two ways: 3万500, 2.5万5 */
	bool strong;       /* has a unit from 百 up */
	bool has_unit;     /* has a unit, 十 too */
	bool unit_first;   /* begins with a unit other than 十: 万一, 千万别 */
	bool lone;         /* one Chinese character */
	bool digits_only;  /* only Chinese digits, read one by one */
	int digit;         /* 2 in "2" and "2万": one digit, then nothing but units; else -1 */
	int64_t end_unit;  /* the product of the units that end it, 1 when it ends in none */
};

bool numeral_at(const uint32_t *t, size_t n, size_t at, struct numeral *out);
/* Whether t[at] can be part of a numeral wherever it stands (半 and 点 depend on more). */
bool numeral_is_part(uint32_t c);
/* The value of a digit in any writing (7, 七, 柒, 幺), else -1. */
int numeral_digit(uint32_t c);
/* The value of a unit (十拾 百佰 千仟k 万w 亿), else 0. */
int64_t numeral_unit(uint32_t c);

#endif
