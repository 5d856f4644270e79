#include "clock.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "banned.h"

static _Atomic bool is_virtual;
static _Atomic int zone; /* counts: what was kept of another one is void */
static _Atomic int64_t virtual_wall_ms, virtual_mono_ms;

static int64_t us_of(clockid_t id)
{
	struct timespec t;
	int rc = clock_gettime(id, &t);

	assert(rc == 0);
	(void)rc;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
	return is_virtual ? virtual_wall_ms : us_of(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_ms(void)
{
	return is_virtual ? virtual_mono_ms : us_of(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
	return is_virtual ? virtual_mono_ms * 1000 : us_of(CLOCK_MONOTONIC);
}

void clock_virtual(int64_t wall_ms)
{
	virtual_wall_ms = wall_ms;
	virtual_mono_ms = 1000000;
	is_virtual = true;
}

void clock_advance(int64_t ms)
{
	assert(is_virtual && ms >= 0);
	virtual_wall_ms += ms;
	virtual_mono_ms += ms;
}

void clock_step(int64_t ms)
{
	assert(is_virtual);
	virtual_wall_ms += ms;
}

void clock_real(void)
{
	is_virtual = false;
}

bool clock_zone(const char *name)
{
	char path[256];
	struct stat st;

	if (strcmp(name, "UTC") != 0) {
		/* tzset() takes any unknown name for UTC without a word: look before it leaps. */
		if (strstr(name, "..") != NULL || name[0] == '/')
			return false;
		snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			return false;
	}
	setenv("TZ", name, 1);
	tzset();
	zone++;
	return true;
}

/*
 * localtime_r() reads the rule of the zone at every call, for 2 us. Until the minute that it was
 * asked about is over, only the seconds go on: no zone ever changed within one.
 */
static void local_of(time_t s, struct tm *out)
{
	static _Thread_local struct {
		int zone;
		time_t from, end;
		struct tm t;
	} kept = { .zone = -1 };

	if (kept.zone != zone || s < kept.from || s >= kept.end) {
		kept.zone = zone;
		localtime_r(&s, &kept.t);
		kept.from = s;
		kept.end = s + 60 - kept.t.tm_sec;
	}
	*out = kept.t;
	out->tm_sec += (int)(s - kept.from);
}

void clock_local(int64_t ms, struct clock_day *out)
{
	time_t s = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
	struct tm t;

	local_of(s, &t);
	*out = (struct clock_day){ .year = t.tm_year + 1900,
		.month = t.tm_mon + 1,
		.day = t.tm_mday,
		.hour = t.tm_hour,
		.minute = t.tm_min,
		.second = t.tm_sec,
		.weekday = t.tm_wday == 0 ? 7 : t.tm_wday };
}

static struct tm tm_of(const struct clock_day *d)
{
	return (struct tm){ .tm_year = d->year - 1900,
		.tm_mon = d->month - 1,
		.tm_mday = d->day,
		.tm_hour = d->hour,
		.tm_min = d->minute,
		.tm_sec = d->second,
		.tm_isdst = -1 };
}

int64_t clock_of_local(const struct clock_day *d)
{
	struct tm t = tm_of(d);
	time_t s = mktime(&t);

	if (s == (time_t)-1 || t.tm_mday != d->day || t.tm_mon != d->month - 1)
		return -1;
	return (int64_t)s * 1000;
}

char *clock_iso(int64_t ms, char out[CLOCK_ISO_MAX])
{
	time_t s = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
	struct tm t;
	int off;

	local_of(s, &t);
	off = (int)(t.tm_gmtoff / 60);
	snprintf(out, CLOCK_ISO_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d",
		(t.tm_year + 1900) % 10000, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
		(int)(ms - (int64_t)s * 1000) % 1000, off < 0 ? '-' : '+', abs(off) / 60 % 24,
		abs(off) % 60);
	return out;
}

/* Exactly n digits at *s. */
static bool digits(const char **s, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return true;
}

static bool sign(const char **s, char want)
{
	if (**s != want)
		return false;
	(*s)++;
	return true;
}

/* The calendar has that day. */
static bool day_exists(const struct clock_day *d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days[d->month - 1] + (leap && d->month == 2);
}

static bool time_part(const char **s, struct clock_day *d, int *ms)
{
	int scale = 100;

	if (!digits(s, 2, &d->hour) || !sign(s, ':') || !digits(s, 2, &d->minute))
		return false;
	if (sign(s, ':') && !digits(s, 2, &d->second))
		return false;
	if (**s == '.' || **s == ',') {
		for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
			*ms += (**s - '0') * scale;
	}
	if (d->hour == 24) /* the end of the day, to the millisecond */
		return d->minute == 0 && d->second == 0 && *ms == 0;
	return d->hour < 24 && d->minute < 60 && d->second < 61;
}

/* Z, +08:00, +0800, +08; *local when there is none. */
static bool offset_part(const char **s, int *minutes, bool *local)
{
	int hh = 0, mm = 0, minus;

	*local = false;
	*minutes = 0;
	if (sign(s, 'Z') || sign(s, 'z'))
		return true;
	if (**s != '+' && **s != '-') {
		*local = true;
		return true;
	}
	minus = **s == '-';
	(*s)++;
	if (!digits(s, 2, &hh))
		return false;
	sign(s, ':');
	if (**s != '\0' && !digits(s, 2, &mm))
		return false;
	*minutes = (hh * 60 + mm) * (minus ? -1 : 1);
	return hh < 15 && mm < 60;
}

bool clock_parse_iso(const char *s, int64_t *ms)
{
	struct clock_day d = { 0 };
	int milli = 0, off = 0;
	bool local = true;
	time_t seconds;
	struct tm t;

	if (!digits(&s, 4, &d.year) || !sign(&s, '-') || !digits(&s, 2, &d.month) ||
		!sign(&s, '-') || !digits(&s, 2, &d.day))
		return false;
	if ((sign(&s, 'T') || sign(&s, ' ')) &&
		(!time_part(&s, &d, &milli) || !offset_part(&s, &off, &local)))
		return false;
	if (*s != '\0' || !day_exists(&d))
		return false;
	t = tm_of(&d);
	seconds = local ? mktime(&t) : timegm(&t);
	*ms = (int64_t)seconds * 1000 - (int64_t)off * 60000 + milli;
	return true;
}
