/*
 * clock.h - the only place that asks for the time.
 *
 * Wall time is UTC in milliseconds since 1970. A deadline inside the process runs on
 * the monotonic clock. Tests and the scenario runner put a virtual clock in place of
 * both; nobody else notices.
 */
#ifndef QUANZU_CLOCK_H
#define QUANZU_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_ISO_MAX = 64 };

int64_t clock_now_ms(void);  /* wall */
int64_t clock_mono_ms(void); /* monotonic, starts anywhere */
int64_t clock_mono_us(void);

void clock_virtual(int64_t wall_ms); /* from now on time moves by clock_advance() only */
void clock_advance(int64_t ms);      /* both clocks */
void clock_step(int64_t ms);         /* the wall clock alone: somebody set the time */
void clock_real(void);               /* back to the system's clocks */

/* The zone of everything people see. False when the system does not know that name. */
bool clock_zone(const char *name);

struct clock_day {
	int year, month, day, hour, minute, second; /* local */
	int weekday;                                /* 1 Monday .. 7 Sunday */
};
void clock_local(int64_t ms, struct clock_day *out);
int64_t clock_of_local(const struct clock_day *d); /* weekday is not read; -1 if no such time */
/* 2023-09-19T14:30:00.000+08:00 */
char *clock_iso(int64_t ms, char out[CLOCK_ISO_MAX]);
/* ISO 8601 date and time with or without offset (then local), T or a space, to ms. */
bool clock_parse_iso(const char *s, int64_t *ms);

#endif
