/* driver_timer.c - what happens when a time is over. */
#include "driver_room.h"

#include "banned.h"

enum { ESCAPE_MS = 100 };

void driver_after(struct driver *d, enum driver_timer t, int64_t ms)
{
	d->due[t] = d->now + ms;
}

void driver_cancel(struct driver *d, enum driver_timer t)
{
	d->due[t] = INT64_MAX;
}

int64_t driver_deadline(const struct driver *d)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < DRIVER_TIMERS; i++)
		if (d->due[i] < first)
			first = d->due[i];
	return first;
}

static void drain_over(struct driver *d)
{
	driver_cancel(d, TIMER_DRAIN);
	if (d->phase != PHASE_DRAIN)
		return;
	if (!d->escaped) { /* a predecessor may have died at a prompt */
		d->escaped = true;
		at_escape(&d->at);
		driver_after(d, TIMER_DRAIN, ESCAPE_MS);
		return;
	}
	line_init(&d->at.lines);
	d->phase = PHASE_START;
	start_begin(d, false);
}

static void op_silent(struct driver *d)
{
	bool data = d->at.wants_data, first = d->phase == PHASE_START && d->start.step == 0;

	if (d->phase == PHASE_RESET) { /* the reset itself was not answered: wait for the modem */
		d->op = NULL;
		at_abort(&d->at);
		return;
	}
	cure_silence(d, data, first);
	driver_finish(d, DRIVER_SILENT, NULL);
}

static void expire(struct driver *d, enum driver_timer t)
{
	driver_cancel(d, t);
	switch (t) {
	case TIMER_OP:
		if (d->op != NULL)
			op_silent(d);
		break;
	case TIMER_PROMPT:
		send_data(d);
		break;
	case TIMER_DRAIN:
		drain_over(d);
		break;
	case TIMER_QUIET:
	case TIMER_PROBE:
		if (d->resync.on)
			cure_probe(d);
		break;
	case TIMER_HEADER:
		at_quiet(&d->at);
		break;
	case TIMER_BACK:
		cure_back(d);
		break;
	case TIMER_USSD:
		ussd_over(d);
		break;
	case TIMER_NOTICE:
		inbox_sweep(d, false);
		break;
	case TIMER_CALL:
	case TIMER_WHOLE:
		call_timer(d, t);
		break;
	case TIMER_SPEECH:
		speech_ended(d);
		break;
	case TIMER_RING:
		ring_unnamed(d);
		break;
	case TIMER_LIST:
		d->call.ask = true;
		break;
	case TIMER_GAP:
	case TIMER_STEP:
	case TIMER_PACE:
		break; /* only a reason to choose again */
	default:
		watch_timer(d, t);
		break;
	}
}

void driver_tick(struct driver *d, int64_t now)
{
	driver_enter(d, now);
	for (size_t i = 0; i < DRIVER_TIMERS; i++)
		if (d->due[i] <= d->now)
			expire(d, (enum driver_timer)i);
	driver_leave(d);
}
