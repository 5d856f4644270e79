/*
 * idcard.h - resident identity numbers (GB 11643, check digit by ISO 7064 MOD 11-2), and
 * the other documents that stand in the same column.
 *
 * Normal form: no blanks or hyphens, capital letters, 18 characters for everything that
 * has a check digit (15-digit numbers are lengthened). Reading a normal form gives itself.
 * The region is checked by its first two digits only: codes of counties that no longer
 * exist stay valid. Pure.
 */
#ifndef QUANZU_IDCARD_H
#define QUANZU_IDCARD_H

#include <stdbool.h>

#include "cell.h"
#include "date.h"

enum { IDCARD_MAX = 24, IDCARD_OLDEST = 120 };

enum idcard_type {
	IDCARD_NONE,
	IDCARD_RESIDENT,
	IDCARD_HMT_RESIDENCE,  /* 港澳台居民居住证 */
	IDCARD_FOREIGN_PR,     /* 外国人永久居留身份证, form of 2023 */
	IDCARD_FOREIGN_PR_OLD, /* three letters and twelve digits */
	IDCARD_HM_PERMIT,      /* 港澳居民来往内地通行证 */
	IDCARD_TW_PERMIT,      /* 台湾居民来往大陆通行证 */
	IDCARD_PASSPORT_CN,
	IDCARD_TYPES
};

enum idcard_flag { IDCARD_FROM15 = 1 << 0 };
enum { IDCARD_FLAGS = 1 };

enum idcard_rc {
	IDCARD_OK,
	IDCARD_EMPTY,
	IDCARD_DITTO,
	IDCARD_CELL_ERROR,
	IDCARD_MASKED,        /* text holds the pattern, 310***********0018 */
	IDCARD_EXCEL_DAMAGED, /* a number cell keeps 15 digits only */
	IDCARD_BAD_CHARS,
	IDCARD_BAD_LENGTH,
	IDCARD_BAD_REGION,
	IDCARD_BAD_DATE,
	IDCARD_FUTURE_DATE,
	IDCARD_TOO_OLD,
	IDCARD_BAD_CHECKSUM,
	IDCARD_RCS
};

struct idcard {
	char text[IDCARD_MAX]; /* the normal form; "" on error, the pattern when masked */
	enum idcard_type type;
	struct date_day birth; /* year 0: the document does not tell */
	char sex;              /* 'M', 'F', or 0 */
	unsigned flags;
};

/* ref: no birth date lies after it or more than IDCARD_OLDEST years before it. */
enum idcard_rc idcard_parse(const char *cell, struct date_day ref, struct idcard *out);
/* The check character behind 17 digits: '0' .. '9', 'X'; 0 when they are not 17 digits. */
char idcard_check(const char *digits);
/*
 * Does a masked pattern (310***********0018) or a bare tail (0018, 002X) fit the number?
 * At least four known characters are asked for.
 */
bool idcard_fits(const char *pattern, const char *id_no);

const char *idcard_type_code(enum idcard_type t); /* "resident" ...; "none" */
const char *idcard_flag_code(enum idcard_flag f);
const struct cell_fault *idcard_fault(enum idcard_rc rc);

#endif
