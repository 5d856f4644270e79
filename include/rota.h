/*
 * rota.h - who is on duty when: weekly pattern and dated exceptions. Pure.
 *
 * A shift that passes midnight belongs to the day on which it begins. A dated row beats the
 * weekly ones of its member on that day: dated shifts stand instead of the weekly ones, and a
 * dated `off` takes its hours out of whatever is left (the whole day: 0 to 1440). Hours of the
 * shift that began the day before are that day's, and stay. Days are those of date.h (+08:00).
 */
#ifndef QUANZU_ROTA_H
#define QUANZU_ROTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rota_shift {
	int64_t member_id;
	unsigned weekdays; /* bit 0 Monday .. bit 6 Sunday; 0 for a dated row */
	char day[11];      /* "2026-11-21", "" for a weekly row */
	int from_min,
		to_min; /* minutes of the day, to <= from passes midnight; 0,1440 the whole day */
	bool off;
};

bool rota_on_duty(const struct rota_shift *shifts, size_t n, int64_t member_id, int64_t now_ms);

#endif
