/* What channels hand in: texts, keys, reports, alarms. Each is committed before its source forgets it. */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pump_room.h"

#include "banned.h"

static void committed(struct crossing *x)
{
	if (x->lane->channel != NULL)
		x->lane->kind->committed(x->lane->channel, x->token, x->work.rc == STORE_OK);
}

static void take_in(struct desk *d, struct crossing *x)
{
	desk_incoming(d, &x->in);
}

static void set_aside(struct desk *d, struct crossing *x)
{
	desk_incoming_aside(d, &x->in);
}

/*
 * Acting on it failed though the store is well: our bug. The text must not wait on the card for
 * a release that mends it: it is kept unread, a person sees it at once.
 */
static void taken_in(struct crossing *x)
{
	struct crossing *again;

	if (x->work.rc == STORE_OK || x->work.rc == STORE_FULL || x->work.rc == STORE_BROKEN) {
		committed(x);
		return;
	}
	log_error("an SMS could not be acted on and goes to a person channel=%s reason=%s",
		x->lane->set.name, store_rc_name(x->work.rc));
	again = lane_crossing(x->lane, set_aside, committed);
	again->token = x->token;
	again->in = x->in;
	lane_copy(again->from, sizeof again->from, x->from);
	lane_copy(again->kind, sizeof again->kind, x->kind);
	again->in.from = again->from;
	again->in.kind = again->kind;
	again->units = x->units;
	again->in.units = x->units;
	x->units = NULL;
	lane_cross(again);
}

void lane_on_incoming(void *arg, int64_t token, const struct incoming *in)
{
	struct lane *l = arg;
	struct crossing *x = lane_crossing(l, take_in, taken_in);

	x->token = token;
	x->in = *in;
	lane_copy(x->other_ref, sizeof x->other_ref, in->other_ref);
	x->in.other_ref = x->other_ref;
	lane_copy(x->from, sizeof x->from, in->from);
	lane_copy(x->kind, sizeof x->kind, in->kind);
	x->in.channel = l->set.name;
	x->in.from = x->from;
	x->in.kind = x->kind;
	x->units = malloc((in->unit_count + 1) * sizeof *x->units);
	if (x->units == NULL)
		abort();
	memcpy(x->units, in->units, in->unit_count * sizeof *x->units);
	x->in.units = x->units;
	lane_cross_in_time(x);
}

static void tell_report(struct desk *d, struct crossing *x)
{
	const struct report r = { .id = x->id,
		.other_ref = x->other_ref,
		.mr = x->mr,
		.status = x->status,
		.number = x->number,
		.outcome = x->outcome,
		.error = x->text,
		.part = x->part_no,
		.parts = x->parts };

	desk_report(d, x->lane->set.name, &r);
}

void lane_on_report(void *arg, int64_t token, const struct report *r)
{
	struct crossing *x = lane_crossing(arg, tell_report, committed);

	x->token = token;
	x->id = r->id;
	lane_copy(x->other_ref, sizeof x->other_ref, r->other_ref);
	lane_copy(x->text, sizeof x->text, r->error);
	lane_count(x->lane, "receipt", r->outcome, 1);
	x->mr = r->mr;
	x->status = r->status;
	x->part_no = r->part;
	x->parts = r->parts;
	lane_copy(x->number, sizeof x->number, r->number);
	lane_copy(x->outcome, sizeof x->outcome, r->outcome);
	lane_cross_patiently(x);
}

static void tell_alarm(struct desk *d, struct crossing *x)
{
	desk_channel_alarm(d, x->lane->set.name, x->kind, x->memory, x->on);
}

void lane_on_alarm(void *arg, const char *kind, const char *text, bool on)
{
	struct crossing *x = lane_crossing(arg, tell_alarm, NULL);

	lane_copy(x->kind, sizeof x->kind, kind);
	x->memory = strdup(text); /* a text with paths in it may be long */
	if (x->memory == NULL)
		abort();
	x->on = on;
	lane_cross(x);
}

static void try_pin(struct desk *d, struct crossing *x)
{
	x->on = desk_pin_try(d, x->from, x->lane->set.pin);
}

static void may_try(struct crossing *x)
{
	if (x->lane->channel != NULL)
		x->lane->kind->pin(x->lane->channel, x->on && x->work.rc == STORE_OK);
}

void lane_on_pin(void *arg, const char *card)
{
	struct crossing *x = lane_crossing(arg, try_pin, may_try);

	lane_copy(x->from, sizeof x->from, card);
	lane_cross(x);
}
