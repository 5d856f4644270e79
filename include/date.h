/*
 * date.h - calendar days, and dates as sheets hold them.
 *
 * Everything is local time at +08:00 (China keeps one zone and no summer time). A year is
 * 1 .. 9999. The reference day is passed in: nothing here asks for the time. Pure.
 */
#ifndef QUANZU_DATE_H
#define QUANZU_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cell.h"

enum { DATE_TEXT = 24 };

struct date_day {
	int year, month, day; /* year 0: no day */
};

bool date_exists(int year, int month, int day);
int64_t date_days(struct date_day d); /* days since 1970-01-01 */
struct date_day date_of_days(int64_t days);
struct date_day date_of_ms(int64_t utc_ms);             /* the local day of an instant */
int date_compare(struct date_day a, struct date_day b); /* <0, 0, >0 */
int date_age(
	struct date_day birth, struct date_day on); /* whole years; 29 February counts on 1 March */

enum date_prec { DATE_BY_MONTH, DATE_BY_DAY, DATE_BY_SECOND };

enum date_flag {
	DATE_YEAR_ASSUMED = 1 << 0,   /* 9月19日 */
	DATE_CENTURY_ASSUMED = 1 << 1 /* 23-9-19 */
};
enum { DATE_FLAGS = 2 };

enum date_rc {
	DATE_OK,
	DATE_EMPTY,
	DATE_DITTO,
	DATE_CELL_ERROR,
	DATE_BAD,       /* bad_date: no date, or a day that never was */
	DATE_AMBIGUOUS, /* 5/9/2023 */
	DATE_TIME_ONLY, /* 14:30 */
	DATE_RCS
};

struct date_ctx {
	struct date_day ref; /* "today" for 昨天, 9月19日 and for birth dates */
	bool number_cell;    /* the cell is a number: a serial day of the spreadsheet */
	bool epoch_1904;     /* workbooks of old Macintosh programs: serials count from 1904 */
	bool birth;          /* a birth date: never after ref */
};

struct date {
	struct date_day day; /* day.day is 1 when only the month is known */
	int hour, minute, second;
	enum date_prec prec;
	unsigned flags;
};

enum date_rc date_parse(const char *cell, const struct date_ctx *ctx, struct date *out);
/* 2023-09, 2023-09-19 or 2023-09-19T14:30:00, as precise as it is; reads back to itself. */
char *date_text(const struct date *d, char out[DATE_TEXT]);
int64_t date_ms(const struct date *d); /* UTC milliseconds; the start of the day or month */

const char *date_prec_code(enum date_prec p); /* "month", "day", "second" */
const char *date_flag_code(enum date_flag f);
const struct cell_fault *date_fault(enum date_rc rc);

#endif
