/* driver_cure.c - resync after silence, and the ladder of stronger means. */
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum {
	QUIET_MS = 300,
	QUIET_MOST_MS = 1500, /* some never stop talking */
	PROBE_MS = 3000,
	REOPEN_MS = 2000,
	BACK_MS = 60 * 1000,
	OUT_MS = 10 * 60 * 1000,
	HOUR_MS = 3600 * 1000,
	DAY_MS = 24 * HOUR_MS,
	RESETS_AN_HOUR = 5,
	MISSING_MS = 60 * 1000, /* no port for so long: people are told */
	MISSING_POWER_MS = 5 * 60 * 1000
};

static void tell(struct driver *d, const char *cure)
{
	if (d->events->on_cure != NULL)
		d->events->on_cure(d->arg, cure);
}

/* Resync: a late answer must never become the answer to the next command. */

void cure_silence(struct driver *d, bool escape, bool blind)
{
	at_silence(&d->at);
	d->health.count.silences++;
	tell(d, "resync");
	d->resync.on = true;
	d->resync.escape = escape;
	d->resync.blind = blind;
	d->resync.probe = 0;
	d->resync.latest = d->now + QUIET_MOST_MS;
	if (escape)
		at_escape(&d->at);
	driver_after(d, TIMER_QUIET, QUIET_MS);
}

void cure_probe(struct driver *d)
{
	/* Each answer has a name of its own, so that they cannot be mistaken for each other. */
	static const char *const probes[AT_PROBES] = { "AT+GCAP", "AT+CMGF?", "AT+CSMS?" };

	driver_cancel(d, TIMER_QUIET);
	if (d->resync.probe == AT_PROBES) {
		d->resync.on = false;
		at_abort(&d->at);
		driver_ladder(d);
		return;
	}
	if (d->resync.blind && d->resync.probe == 0) /* answers may be off, or figures */
		d->at.write(d->at.arg, "ATQ0V1E0\r", 9);
	at_probe(&d->at, probes[d->resync.probe++]);
	driver_after(d, TIMER_PROBE, PROBE_MS);
}

void cure_resynced(struct driver *d)
{
	d->resync.on = false;
	d->health.count.resyncs++;
	driver_cancel(d, TIMER_PROBE);
	d->house_turn = false; /* what was broken off goes first */
	d->gap_until = d->now + d->link_gap_ms;
	if (d->phase == PHASE_READY) {
		inbox_forget_places(d);
		inbox_sweep(d, false);
	}
}

/* The ladder: each step only if the one before did not help. */

static bool reset_allowed(struct driver *d)
{
	size_t hour = 0, oldest = 0;

	for (size_t i = 0; i < DRIVER_RESETS; i++) {
		hour += d->resets[i] != 0 && d->now - d->resets[i] < HOUR_MS;
		if (d->resets[i] < d->resets[oldest])
			oldest = i;
	}
	if (hour >= RESETS_AN_HOUR ||
		(d->resets[oldest] != 0 && d->now - d->resets[oldest] < DAY_MS))
		return false;
	d->resets[oldest] = d->now == 0 ? 1 : d->now;
	return true;
}

static const struct driver_op reset_op = { .limit_ms = 15000 };

static void ladder_reset(struct driver *d)
{
	d->rung = 3;
	d->health.count.resets++;
	tell(d, "reset");
	driver_alarm(d, MODEM_ALARM_RESTARTED, true);
	driver_break(d, PHASE_RESET);
	driver_run(d, &reset_op, d->profile->reset);
	driver_after(d, TIMER_BACK, BACK_MS);
}

/* The port's own means: USB off and on, a relay. It opens again by itself. */
static void ladder_power(struct driver *d)
{
	d->rung = 4;
	d->health.count.resets++;
	tell(d, "power");
	driver_alarm(d, MODEM_ALARM_RESTARTED, true);
	driver_break(d, PHASE_CLOSED);
	d->port.power(d->port.arg);
}

static bool has_power(const struct driver *d)
{
	return d->port.power != NULL;
}

static void ladder_out(struct driver *d)
{
	d->rung = 6;
	tell(d, "out");
	driver_break(d, PHASE_OUT);
	driver_after(d, TIMER_BACK, OUT_MS);
	driver_alarm(d, MODEM_ALARM_SILENT, true);
}

void cure_reopen(struct driver *d, int64_t in_ms)
{
	driver_break(d, PHASE_CLOSED);
	d->port.open(d->port.arg, in_ms);
}

void driver_ladder(struct driver *d)
{
	if (d->rung < 2) {
		d->rung = 2;
		tell(d, "reopen");
		cure_reopen(d, REOPEN_MS);
	} else if (d->rung == 2 && reset_allowed(d)) {
		ladder_reset(d);
	} else if (d->rung < 4 && has_power(d) && reset_allowed(d)) {
		ladder_power(d);
	} else {
		ladder_out(d);
	}
}

void cure_back(struct driver *d)
{
	driver_cancel(d, TIMER_BACK);
	if (d->phase == PHASE_OUT) {
		d->rung = 2;
		cure_reopen(d, 0);
	} else if (d->phase == PHASE_RESET) {
		driver_restart(d);
	}
}

/* A device that has been gone for minutes is perhaps only stuck: its power is cut as well. */
bool cure_away(struct driver *d)
{
	int64_t away;

	if (d->away_since == 0)
		d->away_since = d->now == 0 ? 1 : d->now;
	away = d->now - d->away_since;
	driver_alarm(d, MODEM_ALARM_MISSING, away >= MISSING_MS);
	if (away < MISSING_POWER_MS || !has_power(d) || !reset_allowed(d))
		return false;
	d->away_since = d->now - MISSING_MS; /* the alarm stands on */
	ladder_power(d);
	return true;
}

void driver_reset(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	if (d->phase == PHASE_READY || d->phase == PHASE_START || d->phase == PHASE_STOPPED)
		ladder_reset(d);
	driver_leave(d);
}
