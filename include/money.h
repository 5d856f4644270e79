/*
 * money.h - amounts of money in cells, as int64 fen (分).
 *
 * A cell either says one amount, exactly or about, or it is an error that says how to ask:
 * nothing is guessed (3万500 may be 30,500 or 35,000). The amounts of SMS replies have a
 * grammar of their own. Pure, integers only.
 */
#ifndef QUANZU_MONEY_H
#define QUANZU_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "cell.h"

enum { MONEY_TEXT = 40 };
#define MONEY_LARGEST INT64_C(1000000000000) /* 一百亿元 in fen; more is an error of typing */

enum money_unit { MONEY_FEN = 1, MONEY_YUAN = 100, MONEY_QIAN = 100000, MONEY_WAN = 1000000 };

enum money_rc {
	MONEY_OK,
	MONEY_EMPTY,
	MONEY_DITTO,
	MONEY_CELL_ERROR,
	MONEY_RANGE,   /* 3-5万: lo and hi are set */
	MONEY_VAGUE,   /* 3万多, 十几万 */
	MONEY_CONFIRM, /* 3万500: two readings */
	MONEY_FOREIGN, /* foreign_currency */
	MONEY_NEGATIVE,
	MONEY_TOO_LARGE,
	MONEY_BAD, /* bad_amount */
	MONEY_RCS
};

struct money {
	int64_t fen;    /* 0 on error */
	int64_t lo, hi; /* with MONEY_OK both are fen; with MONEY_RANGE its ends */
	bool approx;    /* 约, 左右, 大概 */
};

/*
 * unit: of the column when the cell has none. number: the cell is a number of the
 * spreadsheet (binary noise behind the fen is rounded away; in a text more than two
 * decimals of a yuan are an error unless they are zeros).
 */
enum money_rc money_parse(const char *cell, enum money_unit unit, bool number, struct money *out);
/* "元", "万元", "千元", "分" as header_map has them; MONEY_YUAN for NULL or anything else. */
enum money_unit money_unit_of(const char *word);
/* 35000.50 or 35000: reads back to itself. */
char *money_text(int64_t fen, char out[MONEY_TEXT]);

const struct cell_fault *money_fault(enum money_rc rc);

#endif
