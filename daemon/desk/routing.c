/* Which channel takes a message: the channels laid out for way.h, its answer read for one lane. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "desk_room.h"
#include "json.h"
#include "message_try.h"
#include "text.h"

#include "banned.h"

enum {
	BEST_WAIT_MS =
		3000, /* so long a normal message waits for its best channel while that is busy */
	LOOK_AGAIN_MS = 60 * 1000, /* when a channel may be back at any moment */
	TRIES_MAX = 32,
	TRIAL_MS = 10 * 1000,
	ONE_PART = 70,
	LONG_PART = 67
};

struct plan { /* of one message */
	struct way_message m;
	struct way_channel c[SETTINGS_CHANNELS];
	struct way_place p[SETTINGS_CHANNELS];
	int n, now;
};

static int parts_of(const struct outgoing *o)
{
	int units = (int)text_units(o->text), parts;

	if (o->kind == OUTGOING_CALL)
		return 1;
	parts = units <= ONE_PART ? 1 : (units + LONG_PART - 1) / LONG_PART;
	return parts > o->first_part ? parts - o->first_part : 1;
}

static const char *unfit(const struct traffic_channel *c, const struct outgoing *o)
{
	const struct channel_kind *kind = channel_kind_of(c->set.kind);

	if (kind == NULL || kind->takes == NULL || kind->takes(c->offer, o))
		return NULL;
	return "这段文字或号码它发不了(模板没有登记)";
}

static void lay_out_limits(struct desk *d, const struct traffic_channel *c,
	const struct outgoing *o, struct way_channel *w)
{
	struct quota_limits l = traffic_limits(c);
	int64_t now = d->s->now_ms;
	struct quota_answer a;

	w->number_until_ms = traffic_number_until(d, c, o);
	if (c->rate_until_ms > now) {
		w->limit_until_ms = c->rate_until_ms;
		w->limit_name = "对方";
	}
	if (!quota_any(&l))
		return;
	a = quota_ask(&c->row.quota, &l, now, parts_of(o), 0, o->urgent);
	w->fill = quota_fill(&c->row.quota, &l, now);
	if (a.until_ms > w->limit_until_ms) {
		w->limit_until_ms = a.until_ms;
		w->limit_name = quota_span_name(a.span);
	}
}

static void lay_out(struct desk *d, const struct traffic_channel *c, const struct outgoing *o,
	struct way_channel *w)
{
	enum breaker_state state = breaker_state(&c->row.breaker, d->s->now_ms);

	*w = (struct way_channel){ .name = c->set.name,
		.sms = c->set.sms,
		.voice = c->set.voice,
		.card = channel_is_modem(&c->set),
		.rules = c->set.way,
		.up = c->up,
		.free = c->free[o->kind] > 0,
		.paused = c->row.paused,
		.stopped = state == BREAKER_STOPPED,
		.trying = state == BREAKER_TRYING,
		.suspect = c->suspect,
		.unfit = unfit(c, o) };
	if (state == BREAKER_OPEN)
		w->open_until_ms = c->row.breaker.open_until_ms;
	else if (c->trial)
		w->open_until_ms = d->s->now_ms + TRIAL_MS;
	lay_out_limits(d, c, o, w);
}

/* The newest word of each channel about this message counts. */
static void lay_out_tries(struct desk *d, int64_t id, struct plan *p)
{
	struct message_try tries[TRIES_MAX];
	size_t n = message_try_list(d->s, id, tries, TRIES_MAX);

	for (size_t k = n; k-- > 0;) {
		for (int i = 0; i < p->n; i++) {
			struct way_channel *w = &p->c[i];

			if (strcmp(w->name, tries[k].channel) != 0)
				continue;
			w->tried_until_ms = tries[k].again_at;
			w->tried = tries[k].again_at == MESSAGE_TRY_NEVER    ? WAY_TRIED_NEVER
				   : strcmp(tries[k].verdict, "unsure") == 0 ? WAY_TRIED_UNSURE
									     : WAY_TRIED_WAIT;
		}
	}
}

static void plan_for(struct desk *d, unsigned purpose, const struct outgoing *o, int64_t tried_id,
	struct plan *p)
{
	const struct traffic *t = traffic_fresh(d);
	struct clock_day day;

	clock_local(d->s->now_ms, &day);
	p->m = (struct way_message){ .call = o->kind == OUTGOING_CALL,
		.urgent = o->urgent,
		.purpose = purpose,
		.number = way_number(o->to),
		.now_ms = d->s->now_ms,
		.minute = day.hour * 60 + day.minute };
	p->n = t->count;
	for (int i = 0; i < p->n; i++)
		lay_out(d, &t->at[i], o, &p->c[i]);
	if (tried_id != 0)
		lay_out_tries(d, tried_id, p);
}

/* A limit is known beforehand: who waits behind others is told a later time than they were. */
static void spread(struct desk *d, struct plan *p, const struct outgoing *o)
{
	struct traffic *t = &d->traffic;

	for (int i = 0; i < p->n; i++) {
		struct traffic_channel *c = &t->at[p->p[i].channel];
		struct quota_limits l = traffic_limits(c);
		struct quota_answer a;

		if (p->p[i].when != WAY_LATER || p->c[p->p[i].channel].limit_until_ms == 0 ||
			!quota_any(&l))
			continue;
		if (c->ahead_until_ms <= d->s->now_ms)
			c->ahead = 0;
		a = quota_ask(&c->row.quota, &l, d->s->now_ms, parts_of(o), c->ahead, o->urgent);
		if (c->ahead == 0)
			c->ahead_until_ms = a.until_ms;
		if (a.until_ms > p->p[i].until_ms)
			p->c[p->p[i].channel].limit_until_ms = a.until_ms;
		c->ahead += parts_of(o);
	}
}

static struct traffic_answer nobody_now(struct desk *d, struct plan *p, const struct outgoing *o)
{
	struct traffic_answer a = { .turn = TRAFFIC_NEVER, .why = "没有能发这条的通道" };
	bool unknown = false;

	spread(d, p, o);
	way_explain(&p->m, p->c, p->n, p->p);
	for (int i = 0; i < p->n; i++) {
		const struct way_place *at = &p->p[i];

		if (at->when == WAY_NEVER)
			continue;
		unknown = unknown || at->until_ms == 0;
		if (at->until_ms != 0 && (a.turn != TRAFFIC_HOLD || at->until_ms < a.until_ms))
			a = (struct traffic_answer){ TRAFFIC_HOLD, at->until_ms, at->why };
		else if (a.turn == TRAFFIC_NEVER)
			a.turn = TRAFFIC_WAIT;
	}
	/* A channel that is down may be back before the limit of the other ends. */
	if (unknown && a.turn == TRAFFIC_HOLD && a.until_ms > d->s->now_ms + LOOK_AGAIN_MS)
		a.until_ms = d->s->now_ms + LOOK_AGAIN_MS;
	a.why = a.why == NULL ? NULL : store_keep(d->s, a.why);
	return a;
}

static const struct way_place *own_place(const struct plan *p, const char *channel)
{
	for (int i = 0; i < p->n; i++)
		if (strcmp(p->c[p->p[i].channel].name, channel) == 0)
			return &p->p[i];
	return NULL;
}

/* Is a better one free, or will it be in a moment? */
static bool better_takes_it(
	struct desk *d, const struct plan *p, const struct way_place *own, const struct message *m)
{
	struct traffic *t = &d->traffic;
	int64_t patience = m->created_at + BEST_WAIT_MS;

	for (int i = 0; i < p->now && &p->p[i] != own; i++) {
		if (way_as_good(p->c, own, &p->p[i]))
			continue;
		if (p->c[p->p[i].channel].free)
			return true;
		if (p->m.urgent || patience <= d->s->now_ms)
			continue;
		if (t->look_at_ms == 0 || patience < t->look_at_ms)
			t->look_at_ms = patience;
		return true;
	}
	return false;
}

/* A test goes by its channel whatever the state of that one is, and by no other. */
static void pin_test(struct plan *p, const char *channel)
{
	for (int i = 0; i < p->n; i++) {
		struct way_channel *w = &p->c[i];

		if (strcmp(w->name, channel) != 0) {
			w->unfit = "测试只走指定的通道";
			continue;
		}
		w->paused = w->stopped = w->suspect = w->trying = false;
		w->open_until_ms = w->limit_until_ms = w->number_until_ms = 0;
		w->rules = (struct way_rules){ .purposes = 0 };
	}
}

struct traffic_answer traffic_ask(
	struct desk *d, const char *channel, const struct message *m, const struct outgoing *out)
{
	static struct plan plan; /* of the desk's thread; too large for a stack */
	struct plan *p = &plan;
	const struct way_place *own;
	struct traffic_channel *c;

	plan_for(
		d, way_purpose_of_message(m->purpose, m->class_), out, m->tries > 0 ? m->id : 0, p);
	if (strcmp(m->purpose, "test") == 0)
		pin_test(p, m->channel);
	p->now = way_find(&p->m, p->c, p->n, p->p);
	if (p->now == 0)
		return nobody_now(d, p, out);
	own = own_place(p, channel);
	if (own == NULL || own->when != WAY_NOW || better_takes_it(d, p, own, m))
		return (struct traffic_answer){ .turn = TRAFFIC_OTHER };
	c = &d->traffic.at[own->channel];
	if (p->c[own->channel].trying)
		c->trial = true;
	return (struct traffic_answer){ .turn = TRAFFIC_GO };
}

/* -- for people ------------------------------------------------------------------------------------- */

static json_t *purposes_json(const struct channel_settings *set)
{
	json_t *out = json_array();

	for (unsigned bit = 1; bit < WAY_ALL; bit <<= 1)
		if (set->way.purposes == 0 || (set->way.purposes & bit) != 0)
			json_array_append_new(out, json_string(way_purpose_code(bit)));
	return out;
}

static json_t *limits_json(const struct traffic_channel *c, int64_t now_ms)
{
	struct quota_limits l = traffic_limits(c);
	json_t *out = json_object();

	for (int i = 0; i < QUOTA_SPANS; i++)
		if (l.parts[i] > 0)
			json_object_set_new(out, quota_span_code((enum quota_span)i),
				json_pack("{s:i, s:i}", "used",
					quota_used(&c->row.quota, (enum quota_span)i, now_ms),
					"limit", l.parts[i]));
	return out;
}

static void put_time(json_t *o, const char *key, int64_t ms)
{
	char iso[CLOCK_ISO_MAX];

	if (ms == 0)
		json_object_set_new(o, key, json_null());
	else
		json_put_str(o, key, clock_iso(ms, iso));
}

static json_t *channel_json(const struct desk *d, const struct traffic_channel *c)
{
	enum breaker_state state = breaker_state(&c->row.breaker, d->s->now_ms);
	json_t *o = json_object();

	json_put_str(o, "name", c->set.name);
	json_put_str(o, "kind", c->set.kind);
	json_object_set_new(o, "sms", json_boolean(c->set.sms));
	json_object_set_new(o, "voice", json_boolean(c->set.voice));
	json_object_set_new(o, "paused", json_boolean(c->row.paused));
	json_put_str(o, "paused_by", c->row.paused_by);
	put_time(o, "paused_at", c->row.paused_at);
	json_put_str(o, "breaker", breaker_code(state));
	put_time(o, "open_until", state == BREAKER_OPEN ? c->row.breaker.open_until_ms : 0);
	json_put_str(o, "last_failure", c->row.why);
	json_object_set_new(o, "limits", limits_json(c, d->s->now_ms));
	json_object_set_new(o, "purposes", purposes_json(&c->set));
	json_put_int(o, "cost_fen", c->set.way.cost_fen);
	json_put_int(o, "prefer", c->set.way.prefer == 0 ? 50 : c->set.way.prefer);
	return o;
}

json_t *desk_channels(struct desk *d)
{
	const struct traffic *t = traffic_fresh(d);
	json_t *out = json_array();

	for (int i = 0; i < t->count; i++)
		json_array_append_new(out, channel_json(d, &t->at[i]));
	return out;
}

static json_t *place_json(const struct plan *p, const struct way_place *at)
{
	static const char *const whens[] = {
		[WAY_NOW] = "now", [WAY_LATER] = "later", [WAY_NEVER] = "never"
	};
	json_t *o = json_pack("{s:s, s:s, s:s}", "channel", p->c[at->channel].name, "when",
		whens[at->when], "why", at->why);

	put_time(o, "until", at->until_ms);
	return o;
}

json_t *desk_route(struct desk *d, const struct desk_route *q)
{
	static struct plan plan;
	struct plan *p = &plan;
	struct outgoing o = { .kind = q->call ? OUTGOING_CALL : OUTGOING_SMS, .urgent = q->urgent };
	struct way_number number = way_number(q->to);
	json_t *order = json_array();

	snprintf(o.to, sizeof o.to, "%s", q->to);
	plan_for(d, q->purpose, &o, 0, p);
	p->now = way_explain(&p->m, p->c, p->n, p->p);
	for (int i = 0; i < p->n; i++)
		json_array_append_new(order, place_json(p, &p->p[i]));
	return json_pack("{s:s, s:s, s:b, s:s, s:o}", "kind", q->call ? "call" : "sms", "purpose",
		way_purpose_code(q->purpose), "urgent", q->urgent, "carrier",
		way_carrier_name(number.carrier), "order", order);
}
