/*
 * amount.h - the sum of money in a text that a volunteer wrote (docs/REPLIES.md, 9).
 *
 * Nothing is guessed: what can be read in two ways is `confirm`, what names no figure is
 * `vague`. Amounts are fen. Pure; allocates only for texts of more than some hundred
 * characters and frees it again.
 */
#ifndef QUANZU_AMOUNT_H
#define QUANZU_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum amount_kind {
	AMOUNT_NONE,    /* the text names no sum */
	AMOUNT_EXACT,   /* lo and hi are equal */
	AMOUNT_APPROX,  /* about that much; lo and hi are equal */
	AMOUNT_RANGE,   /* from lo to hi */
	AMOUNT_CONFIRM, /* ask: lo is the likely sum (or the largest), hi the sum of all */
	AMOUNT_VAGUE,   /* 几万, 3万多: not known */
	AMOUNT_FOREIGN, /* another currency or a coin: not known */
	AMOUNT_KINDS
};

struct amount {
	enum amount_kind kind;
	int64_t lo_fen, hi_fen; /* 0 when not known */
	bool known;             /* lo and hi say something */
};

/* exact approx range confirm vague foreign none: stable, they are stored. */
const char *amount_kind_code(enum amount_kind kind);
enum amount_kind amount_kind_of(const char *code); /* AMOUNT_KINDS when there is no such code */

enum amount_words {
	AMOUNT_WITH_NO_LOSS, /* 没损失, 一分没转 are the amount 0 */
	AMOUNT_FIGURES_ONLY  /* they are no amount: what was saved, an answer to "how much?" */
};

/* Of UTF-8 as received. Texts of more than 65,536 bytes are vague. */
struct amount amount_read(const char *text, enum amount_words words);
/* Of canonical text (canon.h). */
struct amount amount_of(const uint32_t *t, size_t n, enum amount_words words);
/*
 * Whether something like 3万, ¥500 or 500元 (a numeral with a unit from 百 up or a
 * currency) begins at t[at], spaces aside: what makes 转 in 转3万 a report of money gone.
 */
bool amount_begins(const uint32_t *t, size_t n, size_t at);

#endif
