/* driver.c - calls from outside, the command in flight. */
#include "driver.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum {
	DRAIN_MS = 300,
	QUIET_MS = 300,
	HEADER_MS = 5000,
	REOPEN_MS = 2000,
	QUARANTINE_MS = 30 * 60 * 1000,
	HOUR_MS = 3600 * 1000
};

void driver_alarm(struct driver *d, enum modem_alarm a, bool on)
{
	uint32_t bit = (uint32_t)1 << a;

	if (((d->health.alarms & bit) != 0) == on)
		return;
	d->health.alarms ^= bit;
	if (d->events->on_alarm != NULL)
		d->events->on_alarm(d->arg, a, on);
}

static void clear_alarms_of_the_card(struct driver *d)
{
	static const enum modem_alarm of_card[] = { MODEM_ALARM_PIN, MODEM_ALARM_PUK,
		MODEM_ALARM_NO_SIM, MODEM_ALARM_OTHER_SIM, MODEM_ALARM_NO_SMS, MODEM_ALARM_SILENT,
		MODEM_ALARM_POWER, MODEM_ALARM_RESTARTED };

	for (size_t i = 0; i < sizeof of_card / sizeof *of_card; i++)
		driver_alarm(d, of_card[i], false);
}

static enum modem_state state_of(const struct driver *d)
{
	switch (d->phase) {
	case PHASE_CLOSED:
		return MODEM_LOST;
	case PHASE_DRAIN:
	case PHASE_START:
	case PHASE_RESET:
		return MODEM_STARTING;
	case PHASE_STOPPED:
		return d->sim_gone ? MODEM_NO_SIM : MODEM_STOPPED;
	case PHASE_OUT:
		return MODEM_OUT_OF_SERVICE;
	case PHASE_READY:
		break;
	}
	if (d->resync.on)
		return MODEM_RESYNC;
	if (d->health.registration == -1)
		return MODEM_STARTING;
	return d->health.registered ? MODEM_READY : MODEM_NOT_REGISTERED;
}

static bool tell_state(struct driver *d)
{
	enum modem_state s = state_of(d);

	if (s == d->health.state)
		return false;
	d->health.state = s;
	d->health.since_ms = d->now;
	if (s == MODEM_READY || s == MODEM_NOT_REGISTERED) {
		d->rung = 0;
		clear_alarms_of_the_card(d);
	}
	if (d->events->on_state != NULL)
		d->events->on_state(d->arg, &d->health);
	return true;
}

/* Each entry from outside; commands are chosen only when the outermost one ends. */

void driver_enter(struct driver *d, int64_t now)
{
	if (now > d->now)
		d->now = now;
	d->depth++;
}

static bool may_start(struct driver *d)
{
	if (d->op != NULL || d->resync.on || d->at.state != AT_STATE_IDLE || d->tail)
		return false;
	if (d->phase != PHASE_START && d->phase != PHASE_READY && d->phase != PHASE_STOPPED)
		return false;
	if (d->now < d->gap_until) {
		d->due[TIMER_GAP] = d->gap_until;
		return false;
	}
	driver_cancel(d, TIMER_GAP);
	return true;
}

static bool ready_next(struct driver *d)
{
	if (call_next(d))
		return true;
	if (call_is_up(d))
		return call_may_read(d) && inbox_announced(d);
	if (d->network_first && watch_next(d))
		return true;
	d->network_first = false;
	if (inbox_urgent(d) && inbox_next(d))
		return true;
	if (d->house_turn) {
		d->house_turn = false;
		if (inbox_next(d) || watch_next(d))
			return true;
	}
	return send_next(d) || inbox_next(d) || ussd_next(d) || voice_next(d) || watch_next(d);
}

static bool choose(struct driver *d)
{
	if (d->phase == PHASE_START && start_next(d))
		return true;
	if (d->phase == PHASE_STOPPED)
		return watch_sim(d);
	return d->phase == PHASE_READY && ready_next(d);
}

void driver_leave(struct driver *d)
{
	if (d->depth == 1) {
		do {
			while (may_start(d) && choose(d))
				;
		} while (tell_state(d));
	}
	d->depth--;
}

/* The command in flight */

static bool run(struct driver *d, const struct driver_op *op, const char *text, bool data)
{
	if (d->op != NULL || !at_start(&d->at, text, data))
		return false;
	d->op = op;
	d->health.count.commands++;
	driver_after(d, TIMER_OP, op->limit_ms);
	return true;
}

bool driver_run(struct driver *d, const struct driver_op *op, const char *text)
{
	return run(d, op, text, false);
}

bool driver_run_data(struct driver *d, const struct driver_op *op, const char *text)
{
	return run(d, op, text, true);
}

void driver_limit(struct driver *d, int64_t ms)
{
	driver_after(d, TIMER_OP, ms);
}

void driver_finish(struct driver *d, enum driver_end end, const struct at_event *final)
{
	const struct driver_op *op = d->op;

	d->op = NULL; /* first: done() may start the next one */
	driver_cancel(d, TIMER_OP);
	driver_cancel(d, TIMER_PROMPT);
	d->gap_until = d->now + d->link_gap_ms;
	if (op->done != NULL)
		op->done(d, end, final);
}

/*
 * Whatever is under way ends here: the modem has restarted, or its port is gone. The phase
 * changes first, so that a callback cannot hand in a message for what is gone.
 */
void driver_break(struct driver *d, enum driver_phase to)
{
	d->phase = to;
	d->health.registration = -1;
	d->health.registered = false;
	at_abort(&d->at);
	if (d->op != NULL)
		driver_finish(d, DRIVER_BROKEN, NULL);
	d->resync.on = false;
	for (size_t i = 0; i < DRIVER_TIMERS; i++)
		driver_cancel(d, (enum driver_timer)i);
	d->tail = false;
	d->gap_until = 0;
	d->pin_waits = false;
	inbox_forget_places(d);
	ussd_over(d);
	d->ussd.close = false;
	send_break(d);
	call_break(d);
}

void driver_stop(struct driver *d, enum modem_alarm a, int64_t again_ms)
{
	d->sim_gone = a == MODEM_ALARM_NO_SIM;
	driver_break(d, PHASE_STOPPED);
	driver_alarm(d, a, true);
	driver_after(d, TIMER_SIM, again_ms);
}

void driver_restart(struct driver *d)
{
	driver_break(d, PHASE_DRAIN);
	d->escaped = false;
	driver_after(d, TIMER_DRAIN, DRAIN_MS);
}

/* Calls from outside */

static void copy(char *out, size_t max, const char *s)
{
	snprintf(out, max, "%s", s == NULL ? "" : s);
}

void driver_init(struct driver *d, const struct modem_config *config,
	const struct driver_port *port, const struct modem_events *events, void *arg)
{
	memset(d, 0, sizeof *d);
	d->config = *config;
	copy(d->name, sizeof d->name, config->name);
	copy(d->pin, sizeof d->pin, config->pin);
	copy(d->smsc, sizeof d->smsc, config->smsc);
	copy(d->iccid, sizeof d->iccid, config->iccid);
	copy(d->profile_name, sizeof d->profile_name, config->profile);
	d->modem_port = config->device != NULL && strstr(config->device, "-if03") != NULL;
	copy(d->call_file, sizeof d->call_file, config->call_file);
	d->config.name = d->name;
	d->config.pin = d->pin;
	d->config.smsc = d->smsc;
	d->config.iccid = d->iccid;
	d->config.profile = d->profile_name;
	d->config.call_file = d->call_file[0] == '\0' ? NULL : d->call_file;
	d->config.audio_device = NULL;
	d->config.device = NULL;
	d->config.max_parts = config->max_parts > 0 ? config->max_parts : 6;
	d->config.validity_min = config->validity_min > 0 ? config->validity_min : 24 * 60;
	d->port = *port;
	d->events = events;
	d->arg = arg;
	d->profile = profile_of("", "");
	d->voice.profile = call_profile_of("", "");
	d->health.speech = "none";
	d->health.state = MODEM_LOST;
	d->health.registration = -1;
	d->health.signal = d->health.dbm = d->health.signal_mean = AT_NONE;
	d->health.technology = d->health.temperature = d->thermometer = AT_NONE;
	d->health.profile = d->profile->name;
	d->health.store_used = d->health.store_total = AT_NONE;
	for (size_t i = 0; i < DRIVER_TIMERS; i++)
		d->due[i] = INT64_MAX;
	inbox_init(d);
	driver_listen(d);
}

void driver_begin(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	d->away_since = d->now == 0 ? 1 : d->now;
	d->port.open(d->port.arg, 0);
	driver_leave(d);
}

void driver_end(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	driver_break(d, PHASE_CLOSED);
	explicit_bzero(d->pin, sizeof d->pin);
	d->depth--; /* nothing is chosen any more */
}

void driver_opened(struct driver *d, int64_t now, int gap_ms)
{
	driver_enter(d, now);
	driver_listen(d);
	d->stray_seen = d->stray_last = 0;
	d->away_since = 0;
	driver_alarm(d, MODEM_ALARM_MISSING, false);
	driver_alarm(d, MODEM_ALARM_RIVAL, false);
	d->link_gap_ms = d->config.gap_ms >= 0 ? d->config.gap_ms : gap_ms;
	driver_restart(d);
	driver_leave(d);
}

static bool lost_often(struct driver *d)
{
	size_t oldest = 0;

	for (size_t i = 0; i < DRIVER_LOSSES; i++)
		if (d->losses[i] < d->losses[oldest])
			oldest = i;
	d->losses[oldest] = d->now == 0 ? 1 : d->now;
	for (size_t i = 0; i < DRIVER_LOSSES; i++)
		if (d->losses[i] == 0 || d->now - d->losses[i] >= HOUR_MS)
			return false;
	memset(d->losses, 0, sizeof d->losses);
	return true;
}

void driver_lost(struct driver *d, int64_t now)
{
	bool was_open = d->phase != PHASE_CLOSED;
	int64_t wait = REOPEN_MS;

	driver_enter(d, now);
	if (was_open) {
		d->health.count.losses++;
		if (lost_often(d)) {
			wait = QUARANTINE_MS;
			driver_alarm(d, MODEM_ALARM_LOST_OFTEN, true);
		} else {
			driver_alarm(d, MODEM_ALARM_LOST_OFTEN, false);
		}
	}
	if (!cure_away(d))
		cure_reopen(d, wait);
	driver_leave(d);
}

void driver_bytes(struct driver *d, int64_t now, const char *bytes, size_t n)
{
	driver_enter(d, now);
	if (d->phase != PHASE_CLOSED && d->phase != PHASE_DRAIN)
		at_feed(&d->at, bytes, n);
	if (d->due[TIMER_QUIET] != INT64_MAX && d->now < d->resync.latest)
		driver_after(d, TIMER_QUIET, QUIET_MS);
	if (!at_waits(&d->at))
		driver_cancel(d, TIMER_HEADER);
	else if (d->due[TIMER_HEADER] == INT64_MAX)
		driver_after(d, TIMER_HEADER, HEADER_MS);
	d->health.count.ignored_lines = d->at.ignored;
	d->health.count.stray_results = d->at.stray;
	d->health.count.long_lines = d->at.lines.dropped;
	driver_leave(d);
}

void driver_drained(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	d->tail = false;
	if (d->at.data_written)
		d->send.written = true;
	driver_leave(d);
}

bool driver_can_send(const struct driver *d)
{
	return d->phase == PHASE_READY && !d->resync.on && d->health.registered &&
	       !d->send.active && !call_is_up(d) &&
	       (d->health.alarms & (1u << MODEM_ALARM_NO_CENTRE)) == 0 &&
	       (!d->health.roaming || d->config.roaming);
}
