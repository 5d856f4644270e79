/* driver_ear.c - what is heard of calls: lists, lines, keys, rings; and what this modem can do. */
#include <stdio.h>
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum {
	PREPARE_MS = 5000,
	LIST_MS = 5000,
	LIST_EACH_MS = 1000,
	LIST_SELDOM_MS = 5000, /* asking may swallow the lines of those that tell by themselves */
	LIST_SUSPECT_MS = 2000,
	BOUNCE_MS = 150,
	NUMBER_MS = 3000, /* a ring without its number */
	MISSES = 2
};

/* What this modem can: asked line by line when nothing better is to do */

static const struct call_prepare *line_of(const struct driver *d)
{
	size_t i = d->voice.prepared;

	if (i < CALL_PREPARE_ALL)
		return &call_prepare_all[i];
	i -= CALL_PREPARE_ALL;
	return i < CALL_PREPARES && d->voice.profile->prepare[i].text != NULL
		       ? &d->voice.profile->prepare[i]
		       : NULL;
}

void voice_begin(struct driver *d)
{
	const struct call_profile *p = call_profile_named(d->profile_name);

	if (p == NULL)
		p = call_profile_of(d->health.maker, d->health.model);
	d->voice = (struct driver_voice){ .profile = p };
	d->health.family = NULL;
	d->health.speech = "none";
	d->health.hears_keys = false;
	driver_alarm(d, MODEM_ALARM_NO_CALLS, false);
}

static void prepared(struct driver *d)
{
	d->health.family = d->voice.profile->family;
	d->health.speech = speech_way_name(speech_way_of(d, d->audio != NULL));
	d->health.hears_keys = (d->voice.can & CALL_CAN_KEYS) != 0 || d->audio != NULL;
	driver_alarm(d, MODEM_ALARM_NO_CALLS, d->voice.locked);
	if (d->events->on_state != NULL) /* it takes calls from now on */
		d->events->on_state(d->arg, &d->health);
}

static void prepare_line(struct driver *d, const struct at_event *e)
{
	const struct call_prepare *p = line_of(d);

	if (p == NULL || e->fields == NULL)
		return;
	if (p->allows)
		d->voice.locked = at_number(e->fields, 0) > 0;
	if (p->path && e->fields->n > 1 && e->fields->f[1].len > 2) {
		const struct at_field *f = &e->fields->f[1];

		d->voice.tail = f->s[f->len - 1] == ')' && f->s[f->len - 2] == '1';
	}
}

static void prepare_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	const struct call_prepare *p = line_of(d);

	(void) final;
	if (end == DRIVER_BROKEN || p == NULL)
		return;
	d->voice.refused = end != DRIVER_OK;
	if (end == DRIVER_OK)
		d->voice.can |= p->can;
	d->voice.prepared++;
}

bool voice_next(struct driver *d)
{
	static const struct driver_op op = { PREPARE_MS, prepare_line, prepare_done };
	const struct call_prepare *p;

	if (!d->config.voice || d->health.family != NULL)
		return false;
	while ((p = line_of(d)) != NULL && p->otherwise && !d->voice.refused)
		d->voice.prepared++;
	if (p != NULL)
		return driver_run(d, &op, p->text);
	prepared(d);
	return false;
}

/* Somebody calls us: never answered */

static void tell_ring(struct driver *d, const char *number)
{
	d->health.count.rings++;
	if (d->events->on_ring != NULL)
		d->events->on_ring(d->arg, number);
}

static void turn_away(struct driver *d, const char *number)
{
	driver_cancel(d, TIMER_RING);
	if (d->voice.ringing || d->call.state == CALL_CLASH)
		return; /* it is being turned away */
	tell_ring(d, number);
	if (call_is_up(d)) {
		call_clash(d);
	} else {
		d->voice.ringing = d->voice.turn_away = true;
	}
}

static void turned_away(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	d->voice.ringing = false;
}

bool ring_next(struct driver *d)
{
	static const struct driver_op op = { 90 * 1000, NULL, turned_away };

	if (!d->voice.turn_away)
		return false;
	d->voice.turn_away = false;
	return driver_run(d, &op, "AT+CHUP");
}

void ring_unnamed(struct driver *d)
{
	turn_away(d, "");
}

/* The list of calls (27.007 7.18) */

static void heard_state(struct driver *d, enum at_call_state s, enum at_result why)
{
	switch (s) {
	case AT_CALL_ALERTING:
		call_alerting(d);
		break;
	case AT_CALL_ACTIVE:
	case AT_CALL_HELD:
		call_answered(d);
		break;
	case AT_CALL_ENDED:
		call_gone(d, why);
		break;
	case AT_CALL_INCOMING:
	case AT_CALL_WAITING:
	case AT_CALL_DIALING:
	case AT_CALL_UNKNOWN:
		break;
	}
}

static void heard_entry(struct driver *d, const struct at_call_entry *c)
{
	if (c->incoming) {
		if (c->state == AT_CALL_INCOMING || c->state == AT_CALL_WAITING)
			turn_away(d, c->number);
		return;
	}
	if (!c->voice)
		return;
	d->call.id = c->id;
	if (c->state != AT_CALL_ENDED) {
		d->call.in_list = d->call.listed = true;
		d->call.suspect = false;
	}
	heard_state(d, c->state, AT_OK);
}

static void list_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_CALL_ENTRY && call_is_up(d))
		heard_entry(d, &e->v.call);
}

static void list_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	struct driver_call *c = &d->call;
	int64_t next = c->lines ? LIST_SELDOM_MS : LIST_EACH_MS;
	bool missed = false;

	(void) final;
	if (end == DRIVER_BROKEN || !call_is_up(d))
		return;
	if (end == DRIVER_REFUSED) {
		c->no_list = true;
		if (c->suspect)
			call_gone(d, AT_NO_CARRIER);
		return;
	}
	if (end == DRIVER_OK)
		missed = !c->in_list && (c->listed || c->suspect);
	c->misses = missed ? c->misses + 1 : 0;
	if (c->misses >= MISSES) {
		call_gone(d, AT_OK);
		return;
	}
	driver_after(d, TIMER_LIST, c->suspect ? LIST_SUSPECT_MS : missed ? LIST_EACH_MS : next);
}

bool call_list(struct driver *d)
{
	static const struct driver_op op = { LIST_MS, list_line, list_done };

	if (!d->call.ask)
		return false;
	d->call.ask = d->call.in_list = false;
	if (d->call.no_list || d->call.state < CALL_WAIT || d->call.state > CALL_CONFIRMED)
		return false;
	return driver_run(d, &op, "AT+CLCC");
}

/* Lines */

static void heard_call(struct driver *d, const struct at_event *e)
{
	struct driver_call *c = &d->call;
	enum at_result why = AT_OK;

	if (e->call == AT_CALL_INCOMING || e->call == AT_CALL_WAITING) {
		if (d->phase == PHASE_READY)
			turn_away(d, e->number);
		return;
	}
	if (!call_is_up(d))
		return;
	if (e->why == NULL)
		c->lines = true;
	else if (strcmp(e->why, at_result_name(AT_NO_CARRIER)) == 0)
		why = AT_NO_CARRIER;
	else if (strcmp(e->why, at_result_name(AT_BUSY_TONE)) == 0)
		why = AT_BUSY_TONE;
	else if (strcmp(e->why, at_result_name(AT_NO_ANSWER)) == 0)
		why = AT_NO_ANSWER;
	if (e->cause != AT_NONE)
		c->cause = e->cause;
	/* The end of somebody else's call is not ours; the first line with an id names ours. */
	if (e->id != AT_NONE && c->id != AT_NONE && e->id != c->id)
		return;
	if (e->id != AT_NONE && e->call != AT_CALL_ENDED)
		c->id = e->id;
	heard_state(d, e->call, why);
}

static void heard_key(struct driver *d, char key)
{
	struct driver_call *c = &d->call;
	bool bounce = key == c->last_key && d->now - c->last_key_at < BOUNCE_MS;

	if (!call_hears_keys(d) || bounce)
		return;
	c->last_key = key;
	c->last_key_at = d->now;
	for (size_t i = 0; i < c->call.key_count; i++)
		if (c->call.keys[i].key == key) {
			call_pressed(d, &c->call.keys[i]);
			return;
		}
}

void driver_key(struct driver *d, int64_t now, char key)
{
	driver_enter(d, now);
	if ((d->voice.can & CALL_CAN_KEYS) == 0)
		heard_key(d, key);
	driver_leave(d);
}

void call_heard(struct driver *d, const struct at_event *e)
{
	if (e->kind == AT_CALL)
		heard_call(d, e);
	else if (e->kind == AT_KEY)
		heard_key(d, e->key);
	else if (e->end && (d->call.speech.on || d->call.speech.stop) && !speech_is_echo(d))
		speech_ended(d);
}

bool call_urc(struct driver *d, const struct at_event *e)
{
	bool ring = strcmp(e->name, "RING") == 0 || strcmp(e->name, "+CRING") == 0;

	if (e->shape == AT_CALL_ENTRY && e->fields != NULL) {
		d->call.lines |= call_is_up(d);
		if (call_is_up(d) || e->v.call.incoming)
			heard_entry(d, &e->v.call);
		return true;
	}
	if (!ring && (e->shape != AT_CALLER || e->fields == NULL))
		return false;
	if (d->phase != PHASE_READY)
		return true;
	if (!ring)
		turn_away(d, e->v.party.number);
	else if (d->due[TIMER_RING] == INT64_MAX && !d->voice.ringing)
		driver_after(d, TIMER_RING, NUMBER_MS);
	return true;
}
