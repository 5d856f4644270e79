#include "date.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#include "banned.h"

enum {
	OFFSET_SECONDS = 8 * 3600,
	DAY_SECONDS = 86400,
	LINE = 160,
	YEAR_LEAST = 1850,
	YEAR_MOST = 2200
};

/* ---- calendar ---- */

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

/* ---- one cell, as a line of ASCII ---- */

/* clang-format off */
/* Words and what the reader sees for them; longer words first. '~' makes them vanish. */
static const struct { const char *word, *as; } words[] = {
	{ "星期一", "~" }, { "星期二", "~" }, { "星期三", "~" }, { "星期四", "~" }, { "星期五", "~" },
	{ "星期六", "~" }, { "星期日", "~" }, { "星期天", "~" }, { "周一", "~" }, { "周二", "~" },
	{ "周三", "~" }, { "周四", "~" }, { "周五", "~" }, { "周六", "~" }, { "周日", "~" },
	{ "之前", "~" }, { "以前", "~" }, { "前天", "P" }, { "前日", "P" }, { "前", "~" },
	{ "昨天", "Q" }, { "昨日", "Q" }, { "今天", "R" }, { "今日", "R" }, { "当天", "R" },
	{ "明天", "S" }, { "明日", "S" },
	{ "年", "y" }, { "月份", "m" }, { "月", "m" }, { "日", "d" }, { "号", "d" },
	{ "小时", "h" }, { "时", "h" }, { "点钟", "h" }, { "点", "h" }, { "點", "h" }, { "分钟", "i" },
	{ "分", "i" }, { "秒", "s" }, { "整", "~" }, { "半", "i30i" }, { "一刻", "i15i" }, { "三刻", "i45i" },
	{ "上午", "a" }, { "早上", "a" }, { "早晨", "a" }, { "凌晨", "b" }, { "下午", "p" }, { "傍晚", "p" },
	{ "晚上", "e" }, { "晚间", "e" }, { "夜间", "e" }, { "夜里", "e" }, { "晚", "e" }, { "早", "a" },
	{ "中午", "n" },
	{ "AM", "b" }, { "am", "b" }, { "a.m.", "b" }, { "PM", "p" }, { "pm", "p" }, { "p.m.", "p" },
	{ "T", " " }, { "Z", "+0:" }, { "—", "-" }, { "–", "-" }, { "−", "-" }, { "。", "." }, { "、", "." },
};
static const char *const numerals[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
static const char *const ten[] = { "十", "廿", "卅" };
/* clang-format on */

static int numeral(const char **at)
{
	static const char *const zeros[] = { "〇", "○", "Ｏ" };

	for (int i = 0; i < 10; i++) {
		if (strncmp(*at, numerals[i], strlen(numerals[i])) != 0)
			continue;
		*at += strlen(numerals[i]);
		return i;
	}
	for (int i = 0; i < 3; i++) {
		if (strncmp(*at, zeros[i], strlen(zeros[i])) != 0)
			continue;
		*at += strlen(zeros[i]);
		return 0;
	}
	return -1;
}

/* 10, 20, 30 for 十, 廿, 卅; else 0. */
static int tens(const char **at)
{
	for (int i = 0; i < 3; i++) {
		if (strncmp(*at, ten[i], strlen(ten[i])) != 0)
			continue;
		*at += strlen(ten[i]);
		return (i + 1) * 10;
	}
	return 0;
}

/* 二〇二三, 十二, 三十一 in digits; false when no Chinese number stands here. */
static bool take_numerals(const char **at, char *out, size_t n)
{
	size_t len = 0;
	int digit, value, unit = tens(at);

	if (unit == 0) {
		while ((digit = numeral(at)) >= 0 && len + 1 < n)
			out[len++] = (char)('0' + digit);
		out[len] = '\0';
		if (len == 0)
			return false;
		if (len != 1 || (unit = tens(at)) == 0)
			return true;
		unit = unit * (out[0] - '0');
	}
	value = unit;
	if ((digit = numeral(at)) >= 0)
		value += digit;
	snprintf(out, n, "%d", value);
	return true;
}

static bool take_word(const char **at, struct buf *line)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);

		if (strncmp(*at, words[i].word, n) != 0)
			continue;
		*at += n;
		if (strcmp(words[i].as, "~") != 0)
			buf_adds(line, words[i].as);
		else
			buf_addc(line, ' ');
		return true;
	}
	return false;
}

/* False when a character has no place in a date. */
static bool to_line(const char *text, struct buf *line)
{
	const char *at = text, *end = text + strlen(text);
	char digits[16];

	while (at < end) {
		const char *from = at;
		uint32_t c;

		if (take_word(&at, line))
			continue;
		if (take_numerals(&at, digits, sizeof digits)) {
			buf_adds(line, digits);
			continue;
		}
		at = from;
		c = text_next(&at, end);
		if (text_is_blank(c) || c == '(' || c == ')' || c == ',')
			buf_addc(line, ' ');
		else if (c < 0x80 && (isdigit((int)c) || strchr("-/.:+", (int)c) != NULL))
			buf_addc(line, (char)c);
		else
			return false;
	}
	return !line->full;
}

/* ---- reading the line ---- */

struct reader {
	const char *at;
	const struct date_ctx *ctx;
	struct date *out;
};

static void blanks(struct reader *r)
{
	while (*r->at == ' ')
		r->at++;
}

/* A number of at most nine digits, and how many there were; 0 digits: none here. */
static int number(struct reader *r, int *digits)
{
	int value = 0;

	blanks(r);
	for (*digits = 0; isdigit((unsigned char)*r->at) && *digits < 9; ++*digits)
		value = value * 10 + (*r->at++ - '0');
	return value;
}

static bool take(struct reader *r, char c)
{
	const char *from = r->at;

	blanks(r);
	if (*r->at == c) {
		r->at++;
		return true;
	}
	r->at = from;
	return false;
}

static bool year_ok(int year)
{
	return year >= YEAR_LEAST && year <= YEAR_MOST;
}

static enum date_rc set_day(struct reader *r, int year, int month, int day)
{
	struct date_day d = { year, month, day };

	if (!year_ok(year) || !date_exists(year, month, day))
		return DATE_BAD;
	if (r->ctx->birth && r->ctx->ref.year > 0 && date_compare(d, r->ctx->ref) > 0)
		return DATE_BAD;
	r->out->day = d;
	r->out->prec = DATE_BY_DAY;
	return DATE_OK;
}

static enum date_rc set_month(struct reader *r, int year, int month)
{
	enum date_rc rc = set_day(r, year, month, 1);

	r->out->prec = DATE_BY_MONTH;
	return rc;
}

/* 00-69 are 20xx and 70-99 are 19xx; a birth date that would lie ahead is of the last century. */
static enum date_rc short_year(struct reader *r, int yy, int month, int day)
{
	int year = yy < 70 ? 2000 + yy : 1900 + yy;
	struct date_day ref = r->ctx->ref;

	r->out->flags |= DATE_CENTURY_ASSUMED;
	if (r->ctx->birth && year > 2000 && date_exists(year, month, day) && ref.year > 0 &&
		date_compare((struct date_day){ year, month, day }, ref) > 0)
		year -= 100;
	return set_day(r, year, month, day);
}

/* The latest such day that is not after tomorrow. */
static enum date_rc no_year(struct reader *r, int month, int day)
{
	int64_t last = date_days(r->ctx->ref) + 1;
	int year = date_of_days(last).year;

	r->out->flags |= DATE_YEAR_ASSUMED;
	for (int back = 0; back <= 8; back++)
		if (date_exists(year - back, month, day) &&
			date_days((struct date_day){ year - back, month, day }) <= last)
			return set_day(r, year - back, month, day);
	return DATE_BAD;
}

/* 9/19/2023, 19/9/2023: clear only when one of the two cannot be a month, or both are equal. */
static enum date_rc year_last(struct reader *r, int a, int b, int year)
{
	if (a > 12 && b <= 12)
		return set_day(r, year, b, a);
	if (b > 12 || a == b)
		return set_day(r, year, a, b);
	return a == 0 || b == 0 ? DATE_BAD : DATE_AMBIGUOUS;
}

/* Three numbers of at most two digits each. Chinese lists write the year first. */
static enum date_rc all_short(struct reader *r, char sep, int a, int a_digits, int b, int c)
{
	if (a_digits == 2 && (sep != '/' || a > 12))
		return short_year(r, a, b, c);
	if (a <= 12 && b > 12)
		return short_year(r, c, a, b);
	return DATE_AMBIGUOUS;
}

static enum date_rc separated(struct reader *r, int a, int a_digits, char sep)
{
	int b_digits, c_digits, b = number(r, &b_digits), c;

	if (b_digits == 0 || a_digits > 4)
		return DATE_BAD;
	if (!take(r, sep) || !(blanks(r), isdigit((unsigned char)*r->at))) {
		if (a_digits == 4 && b_digits <= 2)
			return set_month(r, a, b);
		if (a_digits <= 2 && b_digits == 4)
			return set_month(r, b, a);
		return a_digits <= 2 && b_digits <= 2 ? no_year(r, a, b) : DATE_BAD;
	}
	c = number(r, &c_digits);
	if (a_digits == 4 && b_digits <= 2 && c_digits <= 2)
		return set_day(r, a, b, c);
	if (a_digits <= 2 && b_digits <= 2 && c_digits == 4)
		return year_last(r, a, b, c);
	if (a_digits <= 2 && b_digits <= 2 && c_digits <= 2)
		return all_short(r, sep, a, a_digits, b, c);
	return DATE_BAD;
}

/* Behind "2023y": month, and mostly a day. */
static enum date_rc chinese(struct reader *r, int year, int year_digits)
{
	int month_digits, day_digits, month = number(r, &month_digits), day;

	if (month_digits == 0 || month_digits > 2 || !take(r, 'm'))
		return DATE_BAD;
	day = number(r, &day_digits);
	if (day_digits > 2)
		return DATE_BAD;
	if (day_digits > 0)
		take(r, 'd');
	if (year_digits == 2)
		return day_digits == 0 ? DATE_BAD : short_year(r, year, month, day);
	if (year_digits != 4)
		return DATE_BAD;
	return day_digits == 0 ? set_month(r, year, month) : set_day(r, year, month, day);
}

static int two(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static enum date_rc set_time(struct date *out, int hour, int minute, int second)
{
	if (hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute > 0 || second > 0)))
		return DATE_BAD;
	if (hour == 24) {
		out->day = date_of_days(date_days(out->day) + 1);
		hour = 0;
	}
	out->hour = hour;
	out->minute = minute;
	out->second = second;
	out->prec = DATE_BY_SECOND;
	return DATE_OK;
}

/* 202309, 20230919, 202309191430, 20230919143000. */
static enum date_rc run_of_digits(struct reader *r, size_t n)
{
	const char *s = r->at;
	int year = two(s) * 100 + two(s + 2), month = two(s + 4);
	enum date_rc rc;

	r->at += n;
	if (n == 6)
		return set_month(r, year, month);
	rc = set_day(r, year, month, two(s + 6));
	if (rc != DATE_OK || n == 8)
		return rc;
	return set_time(r->out, two(s + 8), two(s + 10), n == 14 ? two(s + 12) : 0);
}

static enum date_rc relative(struct reader *r)
{
	int64_t ref = date_days(r->ctx->ref);
	int back = 'R' - *r->at++;

	r->out->day = date_of_days(ref - back);
	r->out->prec = DATE_BY_DAY;
	return DATE_OK;
}

static enum date_rc read_day(struct reader *r)
{
	size_t run;
	int digits, a;

	blanks(r);
	run = strspn(r->at, "0123456789");
	if (*r->at >= 'P' && *r->at <= 'S')
		return relative(r);
	if (run == 6 || run == 8 || run == 12 || run == 14)
		return run_of_digits(r, run);
	a = number(r, &digits);
	if (digits == 0)
		return DATE_BAD;
	if (take(r, 'y'))
		return chinese(r, a, digits);
	if (take(r, 'm')) {
		int day_digits, day = number(r, &day_digits);

		take(r, 'd');
		return digits > 2 || day_digits == 0 || day_digits > 2 ? DATE_BAD
								       : no_year(r, a, day);
	}
	for (const char *sep = "-/."; *sep != '\0'; sep++)
		if (take(r, *sep))
			return separated(r, a, digits, *sep);
	return DATE_BAD;
}

/* The hour of the 24-hour clock. a: forenoon, b: after midnight (AM), p, e: evening, n: noon. */
static int hour_of(char part, int hour)
{
	if (hour > 12 || part == '\0')
		return hour;
	if (part == 'b')
		return hour == 12 ? 0 : hour;
	if (part == 'p')
		return hour < 12 ? hour + 12 : 12;
	if (part == 'e')
		return hour == 0 ? 24 : hour < 5 ? hour : hour + 12;
	if (part == 'n')
		return hour < 10 ? hour + 12 : hour;
	return hour;
}

static char day_part(struct reader *r)
{
	blanks(r);
	return *r->at != '\0' && strchr("abpen", *r->at) != NULL ? *r->at++ : '\0';
}

/* +08:00, +0800, +8; "+0:" from Z. True with nothing there: local time. */
static bool zone(struct reader *r, int *offset)
{
	int digits, hours, minutes = 0, sign;

	*offset = OFFSET_SECONDS;
	blanks(r);
	if (*r->at != '+' && *r->at != '-')
		return true;
	sign = *r->at++ == '-' ? -1 : 1;
	hours = number(r, &digits);
	if (digits == 4) {
		minutes = hours % 100;
		hours /= 100;
	} else if (take(r, ':')) {
		int more;

		minutes = number(r, &more);
	}
	*offset = sign * (hours * 3600 + minutes * 60);
	return digits > 0 && hours <= 14 && minutes <= 59;
}

static void shift(struct date *d, int seconds)
{
	int64_t s = date_days(d->day) * DAY_SECONDS + d->hour * 3600 + d->minute * 60 + d->second +
		    seconds;
	int64_t day = (s >= 0 ? s : s - DAY_SECONDS + 1) / DAY_SECONDS;
	int rest = (int)(s - day * DAY_SECONDS);

	d->day = date_of_days(day);
	d->hour = rest / 3600;
	d->minute = rest / 60 % 60;
	d->second = rest % 60;
}

/* :30:15.000 or 30i15s behind the hour. */
static bool minutes_seconds(struct reader *r, int *minute, int *second)
{
	int digits;
	bool colon = take(r, ':');

	if (!colon && !take(r, 'h'))
		return false;
	if (!colon)
		take(r, 'i'); /* 9点半 came as 9hi30i */
	*minute = number(r, &digits);
	if (digits == 0)
		return !colon;
	if (digits > 2)
		return false;
	if (!(colon ? take(r, ':') || take(r, 'i') : take(r, 'i')))
		return true;
	*second = number(r, &digits);
	if (digits > 0 && take(r, '.'))
		r->at += strspn(r->at, "0123456789");
	take(r, 's');
	return digits <= 2;
}

static enum date_rc read_time(struct reader *r)
{
	char part = day_part(r), later;
	int digits, hour = number(r, &digits), minute = 0, second = 0, offset;
	enum date_rc rc;

	if (digits == 0 || digits > 2 || !minutes_seconds(r, &minute, &second))
		return DATE_BAD;
	later = day_part(r);
	if (part == '\0')
		part = later;
	hour = hour_of(part, hour);
	if (!zone(r, &offset))
		return DATE_BAD;
	if (part == 'e' && hour == 24) { /* 晚上12点30分 is half an hour into the next day */
		r->out->day = date_of_days(date_days(r->out->day) + 1);
		hour = 0;
	}
	rc = set_time(r->out, hour, minute, second);
	if (rc == DATE_OK && offset != OFFSET_SECONDS)
		shift(r->out, OFFSET_SECONDS - offset);
	return rc;
}

static bool at_end(struct reader *r)
{
	blanks(r);
	while (*r->at == '.' || *r->at == ' ')
		r->at++;
	return *r->at == '\0';
}

static bool only_time(const char *line, const struct date_ctx *ctx)
{
	struct date d = { .day = ctx->ref };
	struct reader r = { line, ctx, &d };

	return read_time(&r) == DATE_OK && at_end(&r);
}

static enum date_rc read_line(const char *line, const struct date_ctx *ctx, struct date *out)
{
	struct reader r = { line, ctx, out };
	enum date_rc rc = read_day(&r);

	if (rc != DATE_OK)
		return only_time(line, ctx) ? DATE_TIME_ONLY : rc;
	if (at_end(&r))
		return DATE_OK;
	if (out->prec != DATE_BY_DAY)
		return DATE_BAD;
	rc = read_time(&r);
	return rc == DATE_OK && !at_end(&r) ? DATE_BAD : rc;
}

/* ---- serial days ---- */

/* Day 60 of the 1900 system is a 29 February that never was; the days before it are off by one. */
static enum date_rc serial(double value, const struct date_ctx *ctx, struct date *out)
{
	struct reader r = { "", ctx, out };
	double whole = floor(value);
	int64_t seconds = (int64_t)floor((value - whole) * DAY_SECONDS + 0.5), day = (int64_t)whole;
	struct date_day first = { 1899, 12, 30 }, d;
	enum date_rc rc;

	if (day == 0 && !ctx->epoch_1904)
		return seconds > 0 ? DATE_TIME_ONLY : DATE_BAD;
	if (day == 60 && !ctx->epoch_1904)
		return DATE_BAD;
	if (ctx->epoch_1904)
		first = (struct date_day){ 1904, 1, 1 };
	else if (day < 60)
		day++;
	d = date_of_days(date_days(first) + day + seconds / DAY_SECONDS);
	seconds %= DAY_SECONDS;
	rc = set_day(&r, d.year, d.month, d.day);
	if (rc != DATE_OK || seconds == 0)
		return rc;
	return set_time(out, (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
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
	*rc = serial(value, ctx, out);
	return true;
}

static_assert((int)DATE_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

static enum date_rc read_text(const char *text, const struct date_ctx *ctx, struct date *out)
{
	struct buf line;
	enum date_rc rc = DATE_BAD;

	buf_init(&line, LINE);
	if (strlen(text) < LINE && to_line(text, &line))
		rc = read_line(buf_str(&line), ctx, out);
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
	if (!ctx->number_cell || !read_number(text, ctx, out, &rc))
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
