/* cloud_time.c - moments as providers write them. */
#include "cloud_time.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"

#include "banned.h"

enum { DIGITS = 14 };

static const char days[] = "SunMonTueWedThuFriSat",
		  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* One letter behind a %; another one stays as it is. */
static bool add_field(struct buf *out, char letter, const struct tm *tm)
{
	switch (letter) {
	case 'Y':
		return buf_addf(out, "%04d", tm->tm_year + 1900);
	case 'm':
		return buf_addf(out, "%02d", tm->tm_mon + 1);
	case 'd':
		return buf_addf(out, "%02d", tm->tm_mday);
	case 'H':
		return buf_addf(out, "%02d", tm->tm_hour);
	case 'M':
		return buf_addf(out, "%02d", tm->tm_min);
	case 'S':
		return buf_addf(out, "%02d", tm->tm_sec);
	case 'a':
		return buf_add(out, days + 3 * tm->tm_wday, 3);
	case 'b':
		return buf_add(out, months + 3 * tm->tm_mon, 3);
	default:
		return buf_addf(out, "%%%c", letter);
	}
}

char *cloud_time(int64_t ms, int zone, const char *format, char *out, size_t n)
{
	time_t s = (time_t)(ms / 1000 + zone * INT64_C(3600));
	struct buf text;
	struct tm tm;

	assert(n > 0);
	buf_init(&text, n - 1);
	out[0] = '\0';
	if (gmtime_r(&s, &tm) == NULL)
		return out;
	for (; *format != '\0'; format++) {
		if (*format == '%' && format[1] != '\0')
			add_field(&text, *++format, &tm);
		else
			buf_addc(&text, *format);
	}
	if (!text.full)
		memcpy(out, buf_str(&text), text.len + 1);
	buf_free(&text);
	return out;
}

static int number(const char *digits, int from, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = 10 * v + (digits[from + i] - '0');
	return v;
}

static int64_t of_digits(const char d[DIGITS], int zone)
{
	struct tm tm = { .tm_year = number(d, 0, 4) - 1900,
		.tm_mon = number(d, 4, 2) - 1,
		.tm_mday = number(d, 6, 2),
		.tm_hour = number(d, 8, 2),
		.tm_min = number(d, 10, 2),
		.tm_sec = number(d, 12, 2) };

	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
		tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return 0;
	return ((int64_t)timegm(&tm) - zone * INT64_C(3600)) * 1000;
}

/* Seconds or milliseconds, 2001 to 2286. */
static int64_t of_count(const char *text, size_t n)
{
	int64_t v = n >= 10 && n <= 13 ? strtoll(text, NULL, 10) : 0;

	return n == 10 ? v * 1000 : n == 13 ? v : 0;
}

int64_t cloud_time_read(const char *text, int zone)
{
	size_t run = strspn(text, "0123456789");
	char d[DIGITS] = "";
	int n = 0;

	if (text[run] == '\0' && run != DIGITS)
		return of_count(text, run);
	for (; *text != '\0' && n < DIGITS; text++) {
		if (*text >= '0' && *text <= '9')
			d[n++] = *text;
		else if (strchr("-/: T", *text) == NULL)
			return 0;
	}
	if (n < DIGITS)
		return 0;
	if (*text == '.') /* parts of a second */
		text += 1 + strspn(text + 1, "0123456789");
	if (*text == 'Z')
		zone = CLOUD_UTC;
	else if (*text == '+' && strspn(text + 1, "0123456789") >= 2)
		zone = (text[1] - '0') * 10 + (text[2] - '0');
	else if (*text != '\0')
		return 0;
	return of_digits(d, zone);
}
