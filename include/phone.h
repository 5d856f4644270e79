/*
 * phone.h - telephone numbers as people write them, in one normal form.
 *
 * Normal forms: mobile 13800138000; landline 021-55550000, 021-55550000-802; service
 * 96110, 4000000000; overseas +85221234567; iot 13 digits. Reading a normal form gives
 * itself. The only hard rule for a mobile is 1[3-9] and eleven digits; prefixes merely
 * set flags, because numbers are portable and ranges grow. Pure.
 */
#ifndef QUANZU_PHONE_H
#define QUANZU_PHONE_H

#include <stdbool.h>
#include <stddef.h>

#include "cell.h"

enum { PHONE_MAX = 32, PHONE_NOTE = 48, PHONE_LIST = 8 };

enum phone_class {
	PHONE_NONE,
	PHONE_MOBILE,
	PHONE_LANDLINE,
	PHONE_SERVICE,
	PHONE_OVERSEAS,
	PHONE_IOT
};

enum phone_flag {                /* bits; the codes are those of phone_flag_code() */
	PHONE_OLD_ZERO = 1 << 0, /* 013800138000 */
	PHONE_VIRTUAL = 1 << 1,  /* a virtual operator; may well be a resident */
	PHONE_DATACARD = 1 << 2,
	PHONE_SATELLITE = 1 << 3,
	PHONE_EMERGENCY = 1 << 4,
	PHONE_UNASSIGNED = 1 << 5,  /* unassigned_prefix: a typing error, or a new range */
	PHONE_AREA_ASSUMED = 1 << 6 /* written without area code */
};
enum { PHONE_FLAGS = 7 };

enum phone_rc {
	PHONE_OK,
	PHONE_EMPTY,
	PHONE_DITTO,
	PHONE_CELL_ERROR,
	PHONE_BAD_PREFIX,
	PHONE_TOO_SHORT,
	PHONE_TOO_LONG,
	PHONE_BAD_CHARS,
	PHONE_MASKED,        /* text holds the pattern, 138****5678 */
	PHONE_EXCEL_DAMAGED, /* digits were lost to scientific notation */
	PHONE_NO_AREA,       /* a landline without area code, and none is configured */
	PHONE_NOT_A_PHONE,
	PHONE_RCS
};

struct phone {
	char text[PHONE_MAX]; /* the normal form; "" on error, the pattern when masked */
	enum phone_class kind;
	unsigned flags;
	char note[PHONE_NOTE]; /* what stood beside it: 本人, 儿子 */
};

/* One number. area: the landline code to assume ("021"), or NULL. */
enum phone_rc phone_parse(const char *cell, const char *area, struct phone *out);

struct phone_list {
	struct phone item[PHONE_LIST]; /* the good ones, each once, in their order */
	size_t count;
	enum phone_rc
		partial; /* with PHONE_OK: why the first bad one was left out, else PHONE_OK */
	bool more;       /* there were more than PHONE_LIST numbers */
};

/*
 * All numbers of a cell, parted by 、 , ; / 或 a line feed, or a blank between two whole
 * numbers. PHONE_OK when at least one is good, else the error of the first.
 */
enum phone_rc phone_parse_list(const char *cell, const char *area, struct phone_list *out);

/* May an SMS with a task go to this number (any written form)? Mobiles only. */
bool phone_sms_ok(const char *number);
/* May it be called by voice? Mobiles and landlines. */
bool phone_call_ok(const char *number);

const char *phone_class_code(enum phone_class c); /* "mobile" ...; "none" */
const char *phone_flag_code(enum phone_flag f);   /* "old_zero" ...; one bit */
const struct cell_fault *phone_fault(enum phone_rc rc);

#endif
