/*
 * figure.h - the sums of money in a text, each by itself (docs/REPLIES.md, 9).
 *
 * Calling sequence: figure_prepare() makes the text that money is read from (spaces go,
 * phone and card numbers go, 35,000 loses its comma), figure_scan() finds what is in it.
 * What the figures mean together is amount.h. Pure; the caller gives the memory.
 */
#ifndef QUANZU_FIGURE_H
#define QUANZU_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "numeral.h"

enum { FIGURES_MAX = 64 };

struct figure_text {
	uint32_t *c; /* room for n + 1 characters of the text; the last is 0 */
	bool *gap;   /* room as for c: a space stood before this character and is gone */
	size_t n;
};

struct figure {
	struct numeral num;
	size_t from, to; /* with its currency */
	int64_t lo, hi;  /* ten-thousandths of a yuan */
	bool strong;     /* a unit from 百 up, or a currency */
	bool counts;     /* false: only a lone Chinese character, which a range may still use */
};

struct figures {
	struct figure row[FIGURES_MAX];
	size_t n;
	bool too_many;
	bool foreign; /* another currency is named */
	bool vague;   /* 几万, 3万多, 万把块 */
	bool no_loss; /* 没损失, 一分没转 */
};

/* Writes t[0..n) into out, whose memory has room for n + 1 each. */
void figure_prepare(const uint32_t *t, size_t n, struct figure_text *out);
void figure_scan(const struct figure_text *t, struct figures *out);

/* The length of a currency that begins at `at` (元 块 圆 rmb 人民币). */
size_t figure_currency_at(const struct figure_text *t, size_t at);
/* A separator that ends a clause; a space and a number that was taken out do not. */
bool figure_ends_clause(uint32_t c);

#endif
