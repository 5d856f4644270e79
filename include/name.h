/*
 * name.h - names of people (and of companies as account holders).
 *
 * Normal form: no blanks inside Han names, U+00B7 as the dot of ethnic names, Latin names
 * in capitals with single blanks. A masked name is a pattern: '*' one unknown character,
 * '%' any number (from 某, 某某, 女士, 先生, 同志). Reading a normal form gives itself.
 * Lengths are 2 to 30 characters, of companies up to 60. A pattern alone never identifies a person. Pure.
 */
#ifndef QUANZU_NAME_H
#define QUANZU_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"

enum {
	NAME_MAX_CHARS = 30,
	NAME_ORG_CHARS = 60, /* companies */
	NAME_TEXT = NAME_ORG_CHARS * 4 + 8,
	NAME_NOTE = 96
};

enum name_flag {
	NAME_WILD = 1 << 0, /* a pattern; match it only together with a second key */
	NAME_ORG = 1 << 1   /* a company or an office */
};
enum { NAME_FLAGS = 2 };

enum name_rc {
	NAME_OK,
	NAME_EMPTY,
	NAME_DITTO,
	NAME_CELL_ERROR,
	NAME_TOO_SHORT,
	NAME_TOO_LONG,
	NAME_NOT_A_NAME,
	NAME_HAS_DIGITS,
	NAME_BAD_CHARS,
	NAME_RCS
};

struct name {
	char text[NAME_TEXT]; /* the normal form; "" on error */
	unsigned flags;
	char sex;             /* 'M' or 'F' from 先生, 女士; else 0 */
	char note[NAME_NOTE]; /* what stood in brackets: 户主 */
};

enum name_rc name_parse(const char *cell, struct name *out);
/* Both in normal form. The pattern may hold '*' and '%'; a plain name is compared as it is. */
bool name_match(const char *pattern, const char *name);

const char *name_flag_code(enum name_flag f);
const struct cell_fault *name_fault(enum name_rc rc);

#endif
