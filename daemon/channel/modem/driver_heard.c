/* driver_heard.c - what the AT engine tells, given to whom it concerns. */
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum { BACK_MS = 60 * 1000, STRAY_MS = 10 * 1000, STRAYS = 3 };

static void went_down(struct driver *d)
{
	driver_alarm(d, MODEM_ALARM_POWER, true);
	driver_break(d, PHASE_RESET);
	driver_after(d, TIMER_BACK, BACK_MS);
}

/* Several start lines come one after another; only one of them begins the start again. */
static void booted(struct driver *d)
{
	enum { ONE_START_MS = 5000 };

	if (d->phase == PHASE_CLOSED || d->phase == PHASE_DRAIN || d->phase == PHASE_OUT)
		return;
	if (d->phase == PHASE_START && d->now - d->start.since < ONE_START_MS)
		return;
	d->health.count.resets++;
	driver_restart(d);
}

static void ready_came(struct driver *d, const struct at_event *e)
{
	if (e->part == AT_BOOT)
		booted(d);
	else if (d->phase == PHASE_STOPPED && e->part == AT_SIM_READY)
		driver_restart(d);
	else
		start_hint(d, e->part);
}

static void urc(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_MESSAGE)
		inbox_handed(d, e);
	else if (e->shape == AT_PLACE)
		inbox_notice(d, e);
	else if (e->shape == AT_REFERENCE)
		send_late(d, e->v.reference);
	else if (!call_urc(d, e))
		watch_urc(d, e);
}

static void final(struct driver *d, const struct at_event *e)
{
	if (d->resync.on)
		cure_resynced(d);
	else if (d->op != NULL)
		driver_finish(d, e->result == AT_OK ? DRIVER_OK : DRIVER_REFUSED, e);
}

static void ignored(struct driver *d, const struct at_event *e)
{
	if (strcmp(e->line, "+SMS FULL") == 0 && d->phase == PHASE_READY)
		inbox_sweep(d, false);
	if (d->at.stray == d->stray_last)
		return;
	d->stray_last = d->at.stray;
	if (d->now - d->stray_since > STRAY_MS) {
		d->stray_since = d->now;
		d->stray_seen = d->at.stray - 1;
	}
	if (d->phase == PHASE_READY && d->at.stray - d->stray_seen > STRAYS)
		driver_alarm(d, MODEM_ALARM_RIVAL, true);
}

static void on_event(void *arg, const struct at_event *e)
{
	struct driver *d = arg;

	if (d->phase == PHASE_CLOSED)
		return; /* the rest of what came with the line that closed the port */
	switch (e->kind) {
	case AT_FINAL:
		final(d, e);
		break;
	case AT_PROMPT:
		send_prompt(d);
		break;
	case AT_REPLY:
	case AT_TEXT:
		if (d->op != NULL && d->op->line != NULL && !d->resync.on)
			d->op->line(d, e);
		break;
	case AT_URC:
		urc(d, e);
		break;
	case AT_READY:
		ready_came(d, e);
		break;
	case AT_DOWN:
		went_down(d);
		break;
	case AT_BAD:
		inbox_lost(d, e);
		break;
	case AT_IGNORED:
		ignored(d, e);
		break;
	case AT_CALL:
	case AT_KEY:
	case AT_SPEECH:
		call_heard(d, e);
		break;
	}
}

static void on_write(void *arg, const char *bytes, size_t n)
{
	struct driver *d = arg;

	d->tail = d->port.write(d->port.arg, bytes, n) > 0;
}

void driver_listen(struct driver *d)
{
	at_init(&d->at, on_write, on_event, d);
}
