#include "date.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date_read.h"

#include "banned.h"

enum { OFFSET_SECONDS = 8 * 3600, DAY_SECONDS = 86400, LINE = 160 };

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year));
}

bool date_exists(int year, int month, int day)
{
	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= month_days(year, month);
}

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t date_days(struct date_day d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400, month = (d.month + 9) % 12;
	int64_t of_year = (153 * month + 2) / 5 + d.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date_day date_of_days(int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct date_day){ .year = (int)(yoe + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1) };
}

struct date_day date_of_ms(int64_t utc_ms)
{
	int64_t ms = utc_ms + (int64_t)OFFSET_SECONDS * 1000, day = (int64_t)DAY_SECONDS * 1000;

	return date_of_days((ms >= 0 ? ms : ms - day + 1) / day);
}

int date_compare(struct date_day a, struct date_day b)
{
	int64_t x = date_days(a), y = date_days(b);

	return (x > y) - (x < y);
}

int date_age(struct date_day birth, struct date_day on)
{
	bool before = on.month < birth.month || (on.month == birth.month && on.day < birth.day);

	return on.year - birth.year - before;
}

/* A number cell: a serial day, unless somebody typed 20230919 or 20230919143000 as a number. */
static bool read_number(
	const char *text, const struct date_ctx *ctx, struct date *out, enum date_rc *rc)
{
	char *end;
	double value;

	if (text[strspn(text, "0123456789.eE+-")] != '\0')
		return false;
	value = strtod(text, &end);
	if (*end != '\0' || end == text)
		return false;
	if (value < 0 || !isfinite(value)) {
		*rc = DATE_BAD;
		return true;
	}
	if (value >= 3000000)
		return false;
	*rc = date_read_serial(value, ctx, out);
	return true;
}

/* 45188 or 45188.6041667: a CSV made of a sheet has its dates so when no format was set. */
static bool is_serial(const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (n != 5 || (text[n] != '.' && text[n] != '\0'))
		return false;
	return text[n] == '\0' ||
	       (text[n + 1] != '\0' && text[n + 1 + strspn(text + n + 1, "0123456789")] == '\0');
}

static_assert((int)DATE_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

static enum date_rc read_text(const char *text, const struct date_ctx *ctx, struct date *out)
{
	struct buf line;
	enum date_rc rc = DATE_BAD;

	buf_init(&line, LINE);
	if (strlen(text) < LINE && date_line(text, &line))
		rc = date_read_line(buf_str(&line), ctx, out);
	buf_free(&line);
	return rc;
}

enum date_rc date_parse(const char *cell, const struct date_ctx *ctx, struct date *out)
{
	char text[CELL_MAX];
	enum cell_verdict v = cell_clean(cell, CELL_NFKC, text, sizeof text);
	enum date_rc rc = DATE_BAD;

	*out = (struct date){ 0 };
	if (v != CELL_TEXT)
		return v == CELL_LONG ? DATE_BAD : (enum date_rc)v;
	if (ctx->number_cell && strlen(text) > 2 && strcmp(text + strlen(text) - 2, ".0") == 0)
		text[strlen(text) - 2] = '\0';
	if (!(ctx->number_cell || is_serial(text)) || !read_number(text, ctx, out, &rc))
		rc = read_text(text, ctx, out);
	if (rc != DATE_OK)
		*out = (struct date){ 0 };
	return rc;
}

char *date_text(const struct date *d, char out[DATE_TEXT])
{
	int n = snprintf(out, DATE_TEXT, "%04d-%02d", d->day.year % 10000, d->day.month % 100);

	if (d->prec != DATE_BY_MONTH)
		n += snprintf(out + n, (size_t)(DATE_TEXT - n), "-%02d", d->day.day % 100);
	if (d->prec == DATE_BY_SECOND)
		snprintf(out + n, (size_t)(DATE_TEXT - n), "T%02d:%02d:%02d", d->hour % 100,
			d->minute % 100, d->second % 100);
	return out;
}

int64_t date_ms(const struct date *d)
{
	int64_t seconds =
		date_days(d->day) * DAY_SECONDS + d->hour * 3600 + d->minute * 60 + d->second;

	return (seconds - OFFSET_SECONDS) * 1000;
}

const char *date_prec_code(enum date_prec p)
{
	static const char *const codes[] = { "month", "day", "second" };

	return codes[p];
}

const char *date_flag_code(enum date_flag f)
{
	return f == DATE_YEAR_ASSUMED ? "year_assumed" : "century_assumed";
}

static const struct cell_fault faults[DATE_RCS] = {
	[DATE_OK] = { "", "", "" },
	[DATE_EMPTY] = { "empty", "没有填写日期", "请补填日期，例如2023-09-19。" },
	[DATE_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的日期", "请直接填写日期。" },
	[DATE_CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请改正公式，或者直接填写日期。" },
	[DATE_BAD] = { "bad_date", "不是有效的日期", "请写成2023-09-19或2023-09-19 14:30。" },
	[DATE_AMBIGUOUS] = { "ambiguous", "分不清哪个是月、哪个是日",
		"请写成2023-09-19这样的形式。" },
	[DATE_TIME_ONLY] = { "time_only", "只有时间，没有日期",
		"请加上日期，例如2023-09-19 14:30。" },
};

const struct cell_fault *date_fault(enum date_rc rc)
{
	return &faults[rc];
}
