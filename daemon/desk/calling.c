/*
 * Who is rung up, and when. A call repeats what an SMS has asked, to somebody who is silent; it
 * is a message of its own with one try, and a timer of kind "call" stands for the next one.
 * Busy or nobody there only ends that call: the timer goes on until the task is taken or the
 * policy's number of calls is reached. Without a channel that can call nothing is planned.
 */
#include <stdlib.h>
#include <string.h>

#include "desk_room.h"
#include "json.h"
#include "phone.h"

#include "banned.h"

enum { HANDOVER_CALLS = 3, HANDOVER_EVERY_S = 120, LIFE_S = 600 };

struct plan {
	int calls, after_s, every_s;
	enum template_name tpl;
	const char *purpose;
};

static bool can_call(const struct desk *d, const char *phone)
{
	for (int i = 0; i < d->set->channel_count; i++)
		if (d->set->channel[i].voice)
			return phone != NULL && phone_call_ok(phone);
	return false;
}

/* A visit again needs nobody's sleep; money that has gone does, whatever the level. */
static bool plan_of(const struct casefile *c, const struct task *t, struct plan *out)
{
	const struct policy *p = &c->policy;

	if (strcmp(t->kind, "dissuade") == 0)
		*out = (struct plan){ p->calls, p->call_after_s, p->call_every_s, TPL_CALL,
			"task" };
	else if (strcmp(t->kind, "handover") == 0)
		*out = (struct plan){ HANDOVER_CALLS, 0, HANDOVER_EVERY_S, TPL_CALL_HANDOVER,
			"handover" };
	else
		return false;
	return out->calls > 0;
}

/* A call that could not be placed before the next one, or within ten minutes, is none. */
static int64_t life_ms(int every_s)
{
	return (every_s < LIFE_S ? every_s : LIFE_S) * INT64_C(1000);
}

static void ring(struct desk *d, struct casefile *c, const struct task *t, const struct member *m,
	const struct plan *plan)
{
	struct template_values v = { .count = 0 };
	struct post p = { .c = c,
		.t = t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = plan->purpose,
		.tpl = plan->tpl,
		.v = &v };

	words_spoken(d, c, t->code, &v);
	post_call(d, &p, life_ms(plan->every_s));
}

static void ring_and_wait(struct desk *d, struct casefile *c, const struct task *t,
	const struct member *m, const struct plan *plan, int64_t n)
{
	ring(d, c, t, m, plan);
	if (n + 1 < plan->calls)
		timer_set(d->s, d->s->now_ms + plan->every_s * INT64_C(1000), "call", c->id, t->id,
			(int)n + 1, 0);
}

void calling_start(struct desk *d, struct casefile *c, const struct task *t, const struct member *m)
{
	struct plan plan;

	if (!can_call(d, m->phone) || !plan_of(c, t, &plan))
		return;
	if (plan.after_s == 0)
		ring_and_wait(d, c, t, m, &plan, 0);
	else
		timer_set(d->s,
			post_open_due(&c->policy, d->s->now_ms, plan.after_s * INT64_C(1000)),
			"call", c->id, t->id, 0, 0);
}

void calling_again(struct desk *d, struct casefile *c, const struct task *t, const struct member *m)
{
	struct plan plan;

	if (can_call(d, m->phone) && plan_of(c, t, &plan))
		ring(d, c, t, m, &plan);
}

void calling_due(struct desk *d, struct casefile *c, const struct timer *timer)
{
	int64_t opens = policy_window(&c->policy, d->s->now_ms);
	struct plan plan;
	struct member m;
	struct task t;

	if (!task_get(d->s, timer->subject_id, &t) || t.state != TASK_OFFERED ||
		!plan_of(c, &t, &plan) || !member_get(d->s, t.member_id, &m) ||
		!can_call(d, m.phone))
		return;
	if (opens > d->s->now_ms && strcmp(t.kind, "handover") != 0)
		timer_set(d->s, opens, "call", c->id, t.id, timer->n, 0);
	else
		ring_and_wait(d, c, &t, &m, &plan, timer->n);
}

void calling_tell(struct desk *d, struct casefile *c, const struct member *m)
{
	struct template_values v = { .count = 0 };
	struct post p = { .c = c,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "told",
		.tpl = TPL_CALL_TOLD,
		.v = &v };

	if (!can_call(d, m->phone))
		return;
	words_spoken(d, c, NULL, &v);
	words_limit(&v, "waited", d->s->now_ms - c->woken_at);
	post_call(d, &p, LIFE_S * INT64_C(1000));
}

/* -- what is said back --------------------------------------------------------------------------- */

static void put_said(struct desk *d, json_t *o, const char *key, enum template_name tpl,
	struct template_values *v, const char *action)
{
	enum { SAID_MAX = 400 };
	char text[SAID_MAX];

	template_put(v, "action", action);
	template_fill(&d->set->templates, tpl, v, text, sizeof text);
	json_put_str(o, key, text);
}

const char *calling_said(struct desk *d, const struct message *m)
{
	bool is_handover = strcmp(m->purpose, "handover") == 0;
	struct template_values v = { .count = 0 };
	struct casefile c = { .id = 0 };
	const char *kept = "";
	char *text;
	json_t *o;

	if (!casefile_get(d->s, m->case_id, &c))
		return kept;
	o = json_object();
	words_spoken(d, &c, NULL, &v);
	put_said(d, o, "1", is_handover ? TPL_CALL_DONE : TPL_CALL_TAKEN, &v, "您已签收");
	put_said(d, o, "0", TPL_CALL_DONE, &v, is_handover ? "您办不了" : "您不能去");
	put_said(d, o, "7", TPL_CALL_DONE, &v, "马上通知民警");
	put_said(d, o, "other", TPL_CALL_BY_SMS, &v, "");
	text = json_dumps(o, JSON_COMPACT);
	kept = store_keep(d->s, text);
	free(text);
	json_decref(o);
	casefile_drop(&c);
	return kept;
}

/* -- the resident --------------------------------------------------------------------------------- */

void calling_resident(struct desk *d, struct casefile *c)
{
	if (!c->fresh)
		timer_drop_case(d->s, c->id, "resident_call");
	if (c->policy.resident_calls > 0 && can_call(d, person_phone(c->person)))
		timer_set(d->s,
			post_open_due(&c->policy, c->woken_at,
				c->policy.resident_after_s * INT64_C(1000)),
			"resident_call", c->id, 0, 0, 0);
}

/* Until a volunteer has spoken to him, or he has picked up himself. */
void calling_resident_due(struct desk *d, struct casefile *c, const struct timer *timer)
{
	const char *phone = person_phone(c->person);
	struct template_values v = { .count = 0 };
	struct post p = {
		.c = c, .phone = phone, .purpose = "resident", .tpl = TPL_CALL_RESIDENT, .v = &v
	};
	int every_s = c->policy.call_every_s;

	if (c->state != CASE_OPEN || c->met_at != 0 || !can_call(d, phone) ||
		message_heard(d->s, c->id, "resident", c->woken_at))
		return;
	words_office(d, &v);
	post_call(d, &p, life_ms(every_s));
	if (timer->n + 1 < c->policy.resident_calls)
		timer_set(d->s, post_open_due(&c->policy, d->s->now_ms, every_s * INT64_C(1000)),
			"resident_call", c->id, 0, timer->n + 1, 0);
}
