#include "rota.h"

#include <stdio.h>
#include <string.h>

#include "date.h"

#include "banned.h"

enum { DAY_MIN = 1440, ZONE_MIN = 480, WEEK = 7, EPOCH_WEEKDAY = 3 /* 1970-01-01, Thursday */ };

struct day {
	char text[16];
	unsigned bit;
};

static struct day day_of(int64_t days)
{
	struct date_day d = date_of_days(days);
	struct day out;

	snprintf(out.text, sizeof out.text, "%04d-%02d-%02d", d.year % 10000, d.month, d.day);
	out.bit = 1u << ((days % WEEK + EPOCH_WEEKDAY + WEEK) % WEEK);
	return out;
}

/* Does the shift hold this minute, counted from the start of its own day? */
static bool holds(const struct rota_shift *t, int minute)
{
	int end = t->to_min > t->from_min ? t->to_min : t->to_min + DAY_MIN;

	return minute >= t->from_min && minute < end;
}

/* On duty by the rows of one day; minute may be above DAY_MIN: the night after it. */
static bool on_by_day(const struct rota_shift *shifts, size_t n, int64_t member_id,
	const struct day *day, int minute)
{
	bool dated = false, on_dated = false, off_dated = false, on_weekly = false,
	     off_weekly = false;

	for (size_t i = 0; i < n; i++) {
		const struct rota_shift *t = &shifts[i];
		bool held = holds(t, minute);

		if (t->member_id != member_id)
			continue;
		if (t->day[0] != '\0') {
			if (strcmp(t->day, day->text) != 0)
				continue;
			dated = dated || !t->off;
			on_dated = on_dated || (held && !t->off);
			off_dated = off_dated || (held && t->off);
		} else if ((t->weekdays & day->bit) != 0) {
			on_weekly = on_weekly || (held && !t->off);
			off_weekly = off_weekly || (held && t->off);
		}
	}
	if (off_dated)
		return false;
	return dated ? on_dated : on_weekly && !off_weekly;
}

bool rota_on_duty(const struct rota_shift *shifts, size_t n, int64_t member_id, int64_t now_ms)
{
	int64_t local_min = now_ms / 60000 + ZONE_MIN;
	int64_t days = local_min / DAY_MIN;
	int minute = (int)(local_min % DAY_MIN);
	struct day today, before;

	if (minute < 0) {
		minute += DAY_MIN;
		days--;
	}
	today = day_of(days);
	before = day_of(days - 1);
	return on_by_day(shifts, n, member_id, &today, minute) ||
	       on_by_day(shifts, n, member_id, &before, minute + DAY_MIN);
}
