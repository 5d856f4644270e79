/* Visits again: when they are due, who is asked, what becomes of those that nobody makes. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "desk_room.h"

#include "banned.h"

#define LATE_MS DAY_MS
#define GRACE_MS (3 * DAY_MS) /* a missed visit may still be made for so long */
#define LIFE_MS (30 * DAY_MS)

static bool is_open(const struct task *t)
{
	return t->state == TASK_OFFERED || t->state == TASK_ACCEPTED;
}

static const char *step_name(struct store *s, int after_s)
{
	if (after_s % 86400 == 0 && after_s > 86400)
		return arena_print(&s->arena, "%dd", after_s / 86400);
	return arena_print(&s->arena, "%dh", after_s / 3600);
}

void revisit_schedule(struct desk *d, struct casefile *c, const struct task *t)
{
	for (int i = 0; i < c->policy.revisit_count; i++) {
		int64_t due = d->s->now_ms + (int64_t)c->policy.revisit_s[i] * 1000;
		int64_t id = followup_add(
			d->s, c->id, step_name(d->s, c->policy.revisit_s[i]), due, t->member_id);

		timer_set(d->s, due, "revisit", c->id, id, i, due + LIFE_MS);
	}
}

/* -- who --------------------------------------------------------------------------------------- */

static bool was_asked(const struct task *tasks, size_t n, int64_t followup_id, int64_t member_id)
{
	for (size_t i = 0; i < n; i++)
		if (tasks[i].about_id == followup_id && tasks[i].member_id == member_id)
			return true;
	return false;
}

/* The one who knows the person; else who is on duty in the village; else the centre. Nobody twice. */
static bool find_member(
	struct desk *d, const struct casefile *c, const struct followup *f, struct member *out)
{
	static const char *const kinds[] = { "village", "centre" };
	const struct member *people;
	struct team team;
	size_t n, tasks;
	const struct task *t = task_of_case(d->s, c->id, &tasks);

	if (member_get(d->s, f->member_id, out) && strcmp(out->state, "active") == 0 &&
		out->away_until <= d->s->now_ms && !was_asked(t, tasks, f->id, out->id))
		return true;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (!team_of_area(d->s, c->area, kinds[k], &team))
			continue;
		people = member_candidates(d->s, team.id, &n);
		for (size_t i = 0; i < n; i++)
			if (!was_asked(t, tasks, f->id, people[i].id)) {
				*out = people[i];
				return true;
			}
	}
	return false;
}

bool revisit_ask(struct desk *d, struct casefile *c, int64_t followup_id, const struct member *m)
{
	struct template_values v = { .count = 0 };
	struct clock_day until;
	struct followup f;

	if (!followup_get(d->s, followup_id, &f))
		return false;
	clock_local(d->s->now_ms + LATE_MS, &until);
	words_case(d, c, &v);
	template_putf(&v, "step", "%.*s%s", (int)strcspn(f.step, "hd"), f.step,
		strchr(f.step, 'h') != NULL ? "小时" : "天");
	template_putf(&v, "date", "%d月%d日", until.month, until.day);
	words_limit(&v, "limit", LATE_MS);
	if (!ladder_offer(d, c, m, "revisit", f.id, TPL_REVISIT, &v))
		return false;
	f.member_id = m->id;
	followup_event(d->s, &f, FU_EV_ASK, "system");
	return true;
}

/* The next one, or people hear that there is none. */
static bool ask_next(struct desk *d, struct casefile *c, const struct followup *f)
{
	struct member m;

	if (find_member(d, c, f, &m) && revisit_ask(d, c, f->id, &m))
		return true;
	post_alarm(d, c, "revisit", c->no, "回访无人可派,请另行安排");
	return false;
}

void revisit_again(struct desk *d, struct casefile *c, int64_t followup_id)
{
	struct followup f;

	if (followup_get(d->s, followup_id, &f) && f.state == FU_ASKED)
		ask_next(d, c, &f);
}

/* -- when ------------------------------------------------------------------------------------------ */

void revisit_due(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct followup f;

	if (!followup_get(d->s, timer->subject_id, &f) || f.state != FU_DUE)
		return;
	if (ask_next(d, c, &f))
		timer_set(d->s, d->s->now_ms + LATE_MS, "revisit_late", c->id, f.id, 0,
			timer->ends_at);
	else
		timer_set(d->s, d->s->now_ms + DAY_MS, "revisit", c->id, f.id, timer->n,
			timer->ends_at);
}

static void withdraw_tasks(
	struct desk *d, struct casefile *c, int64_t followup_id, const char *actor)
{
	size_t n;
	struct task *t = task_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].kind, "revisit") == 0 && is_open(&t[i]) &&
			(followup_id == 0 || t[i].about_id == followup_id))
			act_withdraw(d, c, &t[i], NULL, actor, "revisit is over");
}

/* First it counts as missed and people hear it; days later the question itself is taken back. */
void revisit_late(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct followup f;

	if (!followup_get(d->s, timer->subject_id, &f))
		return;
	if (f.state == FU_ASKED) {
		followup_event(d->s, &f, FU_EV_MISS, "system");
		post_alarm(d, c, "revisit", c->no, "回访超过一天未完成");
		timer_set(d->s, d->s->now_ms + GRACE_MS, "revisit_late", c->id, f.id, 1,
			timer->ends_at);
	} else if (f.state == FU_MISSED) {
		withdraw_tasks(d, c, f.id, "system");
		aftermath_settle(d, c, "system");
	}
}

void revisit_withdraw(struct desk *d, struct casefile *c, const char *actor)
{
	size_t n;
	struct followup *f = followup_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].state == FU_DUE || f[i].state == FU_ASKED)
			followup_event(d->s, &f[i], FU_EV_WITHDRAW, actor);
	withdraw_tasks(d, c, 0, actor);
	timer_drop_case(d->s, c->id, "revisit");
	timer_drop_case(d->s, c->id, "revisit_late");
}

bool revisit_done(struct desk *d, struct casefile *c, struct followup *f, const char *actor)
{
	if (!followup_event(d->s, f, FU_EV_DO, actor))
		return false;
	timer_drop_subject(d->s, "revisit", f->id, c->id);
	timer_drop_subject(d->s, "revisit_late", f->id, c->id);
	alarm_clear(d->s, "revisit", c->no, actor);
	withdraw_tasks(d, c, f->id, actor);
	aftermath_settle(d, c, actor);
	return true;
}

void revisit_repair(struct desk *d, struct casefile *c)
{
	size_t n;
	const struct followup *f = followup_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].state == FU_DUE || f[i].state == FU_ASKED)
			timer_set(d->s, d->s->now_ms + MINUTE_MS,
				f[i].state == FU_DUE ? "revisit" : "revisit_late", c->id, f[i].id,
				0, d->s->now_ms + LIFE_MS);
}

bool revisit_is_waiting(struct desk *d, const struct casefile *c)
{
	size_t n;
	const struct followup *f = followup_of_case(d->s, c->id, &n);
	const struct task *t;

	for (size_t i = 0; i < n; i++)
		if (f[i].state == FU_DUE || f[i].state == FU_ASKED)
			return true;
	t = task_of_case(d->s, c->id, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].kind, "revisit") == 0 && is_open(&t[i]))
			return true;
	return false;
}
