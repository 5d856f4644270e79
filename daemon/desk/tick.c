/* What is due: timers by their kind, held messages, and the audit of every minute. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "desk_room.h"
#include "inbound.h"
#include "log.h"

#include "banned.h"

enum { TICK_MAX = 200, IDLE_MS = 60 * 1000 };
#define HALF_DAY_MS (12 * HOUR_MS)

/* -- deadlines of an accepted task ------------------------------------------------------------ */

static const struct deadline {
	const char *kind, *what;
	enum template_name tpl;
	bool wants_met;
	size_t limit; /* of struct policy, in seconds */
} deadlines[] = {
	{ "contact", "联系", TPL_REMIND_CONTACT, true, offsetof(struct policy, contact_s) },
	{ "meet", "见面", TPL_REMIND_MEET, true, offsetof(struct policy, meet_s) },
	{ "feedback", "反馈", TPL_REMIND_FEEDBACK, false, offsetof(struct policy, feedback_s) },
	{ "remind", "反馈", TPL_REMIND_FEEDBACK, false, offsetof(struct policy, feedback_s) },
};

/* What was missed is asked for again with as much time, but never more than between reminders. */
static int64_t grace_ms(const struct desk *d, const struct casefile *c, const struct deadline *dl)
{
	int limit_s = *(const int *)((const char *)&c->policy + dl->limit);
	int remind_s = d->set->policies.remind_s;

	return (int64_t)(limit_s > 0 && limit_s < remind_s ? limit_s : remind_s) * 1000;
}

static void remind(struct desk *d, struct casefile *c, struct task *t, const struct member *m,
	const struct deadline *dl)
{
	struct template_values v = { .count = 0 };
	struct post p = { .c = c,
		.t = t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "reminder",
		.tpl = dl->tpl,
		.v = &v };

	words_case(d, c, &v);
	words_code(&v, t->code);
	words_time(d, &v, "time", d->s->now_ms + grace_ms(d, c, dl));
	words_limit(&v, "limit", grace_ms(d, c, dl));
	words_limit(&v, "waited", d->s->now_ms - c->woken_at);
	post_sms(d, &p);
}

static void tell_overdue(
	struct desk *d, struct casefile *c, const struct member *m, const struct deadline *dl)
{
	struct template_values v = { .count = 0 };

	/* The reminders that follow are about the same thing. */
	const char *about = strcmp(dl->kind, "remind") == 0 ? "feedback" : dl->kind;

	if (!alarm_raise(d->s, "overdue", arena_print(&d->s->arena, "%s:%s", c->no, about), c->id,
		    arena_print(&d->s->arena, "%s超时", dl->what)))
		return;
	words_case(d, c, &v);
	template_put(&v, "who", words_mask_name(d->s, m->name));
	template_put(&v, "what", dl->what);
	words_limit(&v, "waited", d->s->now_ms - c->woken_at);
	words_time(d, &v, "time", d->s->now_ms);
	post_team(d, c, "centre", "told", TPL_OVERDUE, &v);
}

/* After a day without a result the reminders thin out: it is the desk's turn now. */
static int64_t remind_ms(const struct desk *d, const struct casefile *c)
{
	int64_t wait = (int64_t)d->set->policies.remind_s * 1000;

	if (d->s->now_ms - c->woken_at > DAY_MS && wait < HALF_DAY_MS)
		wait = HALF_DAY_MS;
	return wait;
}

/* Missed: the member is reminded, the centre told once, and the reminder comes again until the end of life. */
static void on_deadline(struct desk *d, struct casefile *c, const struct timer *timer)
{
	const struct deadline *dl = deadlines;
	struct task t;
	struct member m;

	while (strcmp(dl->kind, timer->kind) != 0)
		dl++;
	if (!task_get(d->s, timer->subject_id, &t) || t.state != TASK_ACCEPTED ||
		(dl->wants_met && t.met_at != 0) || !member_get(d->s, t.member_id, &m))
		return;
	store_event(d->s, "system", "task.overdue", c->id, "task", t.id,
		json_pack("{s:s}", "what", dl->kind));
	remind(d, c, &t, &m, dl);
	tell_overdue(d, c, &m, dl);
	if (strcmp(timer->kind, "feedback") == 0 || strcmp(timer->kind, "remind") == 0)
		timer_set(d->s, d->s->now_ms + remind_ms(d, c), "remind", c->id, t.id, timer->n + 1,
			timer->ends_at);
}

/* -- the other kinds ------------------------------------------------------------------------------ */

static void on_ladder(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)timer;
	if (c->state == CASE_OPEN)
		ladder_on(d, c, false);
}

static void on_realarm(struct desk *d, struct casefile *c, const struct timer *timer)
{
	if (c->state != CASE_OPEN || c->accepted_at != 0)
		return;
	/* The same words again to the desk: an alarm that nobody takes must not fall silent. */
	alarm_clear(d->s, "ladder_end", c->no, "system");
	post_alarm(d, c, "ladder_end", c->no, "全部人员已通知,仍无人接单");
	timer_set(d->s,
		post_open_due(&c->policy, d->s->now_ms, (int64_t)c->policy.realarm_s * 1000),
		"realarm", c->id, 0, timer->n + 1, timer->ends_at);
}

/* Older than its life: nobody is woken any more, but once a day people hear that it is still open. */
static void on_aged(struct desk *d, struct casefile *c, const struct timer *timer)
{
	if (c->state != CASE_OPEN ||
		d->s->now_ms < c->woken_at + (int64_t)d->set->policies.life_s * 1000)
		return;
	alarm_clear(d->s, "aged", c->no, "system");
	post_alarm(d, c, "aged", c->no, "案件超过最长时限仍未办结,请人工处理");
	timer_set(d->s, d->s->now_ms + DAY_MS, "aged", c->id, 0, timer->n + 1, 0);
}

static void on_unsure(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)c;
	outbox_unsure(d, timer);
}

static void on_ask(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)c;
	receipt_due(d, timer);
}

static void on_call_end(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)c;
	call_end_due(d, timer);
}

static void on_parts(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)c;
	inbox_parts_late(d, timer);
}

static void purge(struct desk *d)
{
	int64_t now = d->s->now_ms;

	stray_report_purge(d->s);
	store_purge(d->s, now);
}

static void on_audit(struct desk *d, struct casefile *c, const struct timer *timer)
{
	(void)c;
	(void)timer;
	desk_audit(d);
	claim_sweep(d);
	purge(d);
}

static const struct {
	const char *kind;
	void (*run)(struct desk *d, struct casefile *c, const struct timer *t);
	bool of_case;
} kinds[] = {
	{ "ladder", on_ladder, true },
	{ "realarm", on_realarm, true },
	{ "contact", on_deadline, true },
	{ "meet", on_deadline, true },
	{ "feedback", on_deadline, true },
	{ "remind", on_deadline, true },
	{ "call", calling_due, true },
	{ "resident_call", calling_resident_due, true },
	{ "revisit", revisit_due, true },
	{ "revisit_late", revisit_late, true },
	{ "handover", handover_due, true },
	{ "unsure", on_unsure, false },
	{ "ask", on_ask, false },
	{ "call_end", on_call_end, false },
	{ "parts", on_parts, false },
	{ "aged", on_aged, true },
	{ "audit", on_audit, false },
};

static void past_life(struct desk *d, const struct timer *t)
{
	store_event(d->s, "system", "timer.ended", t->case_id, "timer", t->id,
		json_pack("{s:s}", "kind", t->kind));
	if (t->case_id == 0)
		return;
	timer_drop_case(d->s, t->case_id, "aged");
	timer_set(d->s, d->s->now_ms, "aged", t->case_id, 0, 0, 0);
}

static void fire(struct desk *d, const struct timer *t)
{
	struct casefile c = { .id = 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].kind, t->kind) != 0)
			continue;
		if (kinds[i].of_case && !casefile_get(d->s, t->case_id, &c))
			return;
		kinds[i].run(d, &c, t);
		casefile_drop(&c);
		return;
	}
	log_error("timer of an unknown kind kind=%s id=%lld", t->kind, (long long)t->id);
}

/* Written down while it lasts, so that a restart does not take a wrong clock for the right one. */
static void keep_doubt(struct desk *d)
{
	int64_t apart = d->clock_doubted ? clock_now_ms() - d->s->now_ms : 0;
	int64_t kept = desk_clock_apart(d);

	if ((apart == 0) != (kept == 0) || llabs(apart - kept) > MINUTE_MS)
		store_meta_set(
			d->s, "clock_apart", arena_print(&d->s->arena, "%lld", (long long)apart));
}

void desk_tick(struct desk *d)
{
	struct timer t;
	int n = 0;

	d->next_due_ms = 0;
	keep_doubt(d);
	message_release(d->s);
	traffic_watch(d);
	while (n < TICK_MAX && timer_take(d->s, &t)) {
		n++;
		if (t.ends_at != 0 && t.ends_at < d->s->now_ms)
			past_life(d, &t);
		else
			fire(d, &t);
	}
	if (!timer_has(d->s, "audit"))
		timer_set(d->s, d->s->now_ms + MINUTE_MS, "audit", 0, 0, 0, 0);
}

int64_t desk_due_ms(struct desk *d)
{
	int64_t now = desk_now_ms(d), held, due;

	if (d->next_due_ms == 0) {
		d->next_due_ms = timer_next(d->s);
		held = message_held_next(d->s);
		if (held < d->next_due_ms)
			d->next_due_ms = held;
		if (d->next_due_ms == INT64_MAX)
			d->next_due_ms = now; /* the audit's own row is missing: a tick makes it */
	}
	due = traffic_due_ms(d);
	if (d->next_due_ms < due)
		due = d->next_due_ms;
	if (due <= now)
		return 0;
	return due - now < IDLE_MS ? due - now : IDLE_MS;
}

static void next_step(struct desk *d, struct casefile *c)
{
	const int64_t soon = d->s->now_ms + MINUTE_MS, end = d->s->now_ms + DAY_MS;
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);

	if (c->state == CASE_RESOLVED) {
		aftermath_settle(d, c, "system");
		if (c->state == CASE_RESOLVED) {
			revisit_repair(d, c);
			handover_repair(d, c);
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (t[i].state == TASK_ACCEPTED) {
			timer_set(d->s, soon, "remind", c->id, t[i].id, 0, end);
			return;
		}
	}
	ladder_start(d, c);
}

/*
 * Every open case has a next due step. One that has none was lost by a bug: it gets its next
 * step now, and people hear of it.
 */
int desk_audit(struct desk *d)
{
	size_t n;
	const int64_t *lost = casefile_without_timer(d->s, &n);
	struct casefile c;

	for (size_t i = 0; i < n; i++) {
		if (!casefile_get(d->s, lost[i], &c))
			continue;
		log_error("audit: case without a next step id=%lld", (long long)c.id);
		post_alarm(d, &c, "audit", c.no, "案件没有下一步,已自动补上,请核对");
		next_step(d, &c);
		casefile_drop(&c);
	}
	if (d->clock_doubted)
		post_alarm(d, NULL, "clock", "clock", "系统时间被改动,请核对后确认");
	return (int)n;
}
