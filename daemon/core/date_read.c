#include <ctype.h>
#include <math.h>
#include <string.h>

#include "date_read.h"

#include "banned.h"

enum { OFFSET_SECONDS = 8 * 3600, DAY_SECONDS = 86400, YEAR_LEAST = 1850, YEAR_MOST = 2200 };

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

static bool day_ok(const struct reader *r, struct date_day d)
{
	if (r->ctx->birth && r->ctx->ref.year > 0 && date_compare(d, r->ctx->ref) > 0)
		return false;
	return d.year >= YEAR_LEAST && d.year <= YEAR_MOST;
}

static enum date_rc set_day(struct reader *r, int year, int month, int day)
{
	struct date_day d = { year, month, day };

	if (!date_exists(year, month, day) || !day_ok(r, d))
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
	struct date_day d = date_of_days(ref - back);

	return set_day(r, d.year, d.month, d.day);
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
	int digits, more, hours, minutes = 0, sign;

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
		minutes = number(r, &more);
	}
	if (digits == 0 || digits > 4 || hours > 14 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
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

enum date_rc date_read_line(const char *line, const struct date_ctx *ctx, struct date *out)
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
	if (rc != DATE_OK || !at_end(&r))
		return rc != DATE_OK ? rc : DATE_BAD;
	return day_ok(&r, out->day) ? DATE_OK : DATE_BAD; /* 24:00 and zones move the day */
}

/* Day 60 of the 1900 system is a 29 February that never was; the days before it are off by one. */
enum date_rc date_read_serial(double value, const struct date_ctx *ctx, struct date *out)
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
