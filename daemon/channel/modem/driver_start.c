/* driver_start.c - the start of a modem: its first steps, and how the steps are run. */
#include <stdio.h>
#include <string.h>

#include "driver_step.h"

#include "banned.h"

enum { BUSY_MS = 2000 };

static void step_go(struct driver *d, int step)
{
	d->start.step = step;
	d->start.tries = d->start.choice = 0;
	d->start.got = false;
}

enum step_next step_jump(struct driver *d, int step)
{
	step_go(d, step);
	return STEP_GONE;
}

enum step_next step_any(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)d;
	(void)end;
	(void) final;
	return STEP_NEXT;
}

bool step_is_busy(const struct at_event *final)
{
	return final != NULL &&
	       ((final->result == AT_CME && (final->code == 14 || final->code == 515)) ||
		       (final->result == AT_CMS && final->code == 314));
}

enum step_next step_any_when_free(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	return step_is_busy(final) && d->start.tries < STEP_BUSY_TRIES ? STEP_LATER : STEP_NEXT;
}

static enum step_next at_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_REFUSED)
		return STEP_NEXT; /* after silence the resync has shown that it is alive */
	return d->start.tries < 5 ? STEP_AGAIN : STEP_LADDER;
}

/* clang-format off */
static const struct step first_steps[] = {
	[STEP_AT]          = { .text = "AT", .limit_ms = 2000, .done = at_done },
	[STEP_ECHO]        = { .text = "ATE0", .limit_ms = 5000, .done = step_any },
	[STEP_VERBOSE]     = { .text = "ATV1", .limit_ms = 5000, .done = step_any },
	[STEP_RESULTS]     = { .text = "ATQ0", .limit_ms = 5000, .done = step_any },
	[STEP_DTR]         = { .text = "AT&D0", .limit_ms = 5000, .done = step_any },
	[STEP_CMEE]        = { .text = "AT+CMEE=1", .limit_ms = 5000, .done = step_any },
};
/* clang-format on */

static const struct step *step_of(const struct driver *d)
{
	if (d->start.step < STEP_MAKER)
		return &first_steps[d->start.step];
	if (d->start.step < STEP_CHARSET)
		return &card_steps[d->start.step - STEP_MAKER];
	return &settings_steps[d->start.step - STEP_CHARSET];
}

static void step_line(struct driver *d, const struct at_event *e)
{
	const struct step *s = step_of(d);

	if (s->line != NULL)
		s->line(d, e);
}

static void step_on(struct driver *d, enum step_next next)
{
	switch (next) {
	case STEP_NEXT:
		step_go(d, d->start.step + 1);
		break;
	case STEP_LATER:
		driver_after(d, TIMER_STEP, BUSY_MS);
		break;
	case STEP_LADDER:
		driver_ladder(d);
		break;
	case STEP_AGAIN:
	case STEP_GONE:
		break;
	}
}

static void step_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end != DRIVER_BROKEN)
		step_on(d, step_of(d)->done(d, end, final));
}

static void ended(struct driver *d)
{
	d->phase = PHASE_READY;
	d->start.pin_tried = false;
	if (!d->start.quick) {
		watch_begin(d);
		voice_begin(d);
	}
	inbox_sweep(d, !d->start.quick);
}

static bool wait_for_pin(struct driver *d)
{
	if (d->start.step != STEP_PIN_WAIT)
		return false;
	if (!d->pin_waits) {
		d->pin_waits = true;
		d->events->on_pin(d->arg, d->health.iccid);
	}
	return d->start.step == STEP_PIN_WAIT;
}

bool start_next(struct driver *d)
{
	static const struct driver_op op = { .line = step_line, .done = step_done };
	char room[AT_COMMAND_MAX];

	while (d->phase == PHASE_START && d->due[TIMER_STEP] == INT64_MAX) {
		const struct step *s = step_of(d);
		const char *text;

		if (d->start.step > d->start.last) {
			ended(d);
			return false;
		}
		if (wait_for_pin(d))
			return false;
		text = s->build != NULL ? s->build(d, room) : s->text;
		if (text != NULL) {
			d->start.tries++;
			d->start.got = false;
			if (!driver_run(d, &op, text))
				return false;
			driver_limit(d, s->limit_ms);
			return true;
		}
		if (d->phase == PHASE_START)
			step_go(d, d->start.step + 1);
	}
	return false;
}

void start_begin(struct driver *d, bool quick)
{
	d->start.since = d->now;
	d->start.quick = quick;
	d->start.notice = 0;
	d->start.last = quick ? STEP_CENTRE_SET : STEPS - 1;
	step_go(d, quick ? STEP_PDU_MODE : STEP_AT);
	if (quick) {
		d->phase = PHASE_START;
		return;
	}
	d->health.maker[0] = d->health.model[0] = d->health.revision[0] = '\0';
	d->health.imei[0] = d->health.imsi[0] = d->health.iccid[0] = d->health.smsc[0] = '\0';
	d->service = 0;
	d->thermometer = AT_NONE;
	snprintf(d->home, sizeof d->home, "SM");
	d->start.store[0] = '\0';
	d->home_refused = false;
}

void start_hint(struct driver *d, enum at_part part)
{
	(void)part;
	if (d->phase == PHASE_START)
		driver_cancel(d, TIMER_STEP); /* only speeds things up */
}

void driver_pin(struct driver *d, int64_t now, bool may_try)
{
	driver_enter(d, now);
	if (d->pin_waits && may_try)
		step_go(d, STEP_PIN_ENTER);
	else if (d->pin_waits)
		driver_stop(d, MODEM_ALARM_PIN, STEP_STOPPED_AGAIN_MS);
	d->pin_waits = false;
	driver_leave(d);
}
