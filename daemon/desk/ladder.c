/*
 * Who is asked next. The rungs of the frozen policy have rising times, counted from the moment
 * that the case was woken. A timer of kind "ladder" stands for the next rung that is due; a
 * decline or an empty rung brings the next one forward. After downtime the missed steps
 * collapse: only the latest rung that is due is told, and the latest that asks somebody.
 */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "crew.h"
#include "desk_room.h"
#include "jot.h"
#include "json.h"
#include "warning.h"

#include "banned.h"

enum { LAST_WAIT_S = 60, ROUNDS = 6 };
#define NO_HOLDS_MS (2 * HOUR_MS) /* who said no is not asked again for so long */

static int64_t life_end(const struct desk *d, const struct casefile *c)
{
	return c->woken_at + (int64_t)d->set->policies.life_s * 1000;
}

bool ladder_offer(struct desk *d, struct casefile *c, const struct member *m, const char *kind,
	int64_t about_id, enum template_name tpl, struct template_values *v)
{
	struct task t = { .id = store_id(d->s),
		.case_id = c->id,
		.kind = kind,
		.member_id = m->id,
		.state = TASK_OFFERED,
		.rung = c->rung,
		.about_id = about_id };
	struct post p = { .c = c,
		.t = &t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = strcmp(kind, "dissuade") == 0 ? "task" : kind,
		.tpl = tpl,
		.v = v };
	struct buf *b = &d->s->jot;

	t.code = reply_code_choose(d->s, t.id, m->id);
	if (t.code == NULL)
		return false; /* this phone has no code left: somebody else must be asked */
	task_add(d->s, &t);
	c->asked = true;
	if (d->offered_count < DESK_OFFERED)
		d->offered[d->offered_count++] = t.id;
	jot_begin(b);
	jot_str(b, "kind", kind);
	jot_int(b, "member", m->id);
	jot_int(b, "rung", c->rung);
	store_event_text(d->s, "system", "task.offered", c->id, "task", t.id, jot_end(b));
	words_code(v, t.code);
	post_sms(d, &p);
	calling_start(d, c, &t, m);
	return true;
}

static bool is_same_phone(struct desk *d, const struct task *t, const struct member *m)
{
	struct member other;

	return t->member_id == m->id ||
	       (member_get(d->s, t->member_id, &other) && strcmp(other.phone, m->phone) == 0);
}

/* Does what became of this task mean that its member need not be asked now? */
static bool still_counts(struct desk *d, const struct casefile *c, const struct task *t)
{
	int64_t since = c->woken_at;
	struct warning last;

	if (t->state == TASK_OFFERED || t->state == TASK_ACCEPTED)
		return true;
	if (t->state == TASK_WITHDRAWN)
		return false; /* merely called off */
	/* A no of a while ago stands when the task comes back, but not when a new warning does. */
	if (t->state == TASK_DECLINED && since > d->s->now_ms - NO_HOLDS_MS) {
		since = d->s->now_ms - NO_HOLDS_MS;
		if (warning_get(d->s, warning_last_of_case(d->s, c->id), &last) &&
			last.received_at > since)
			since = last.received_at;
	}
	return t->ended_at >= since;
}

/* The tasks of a case, when somebody is about to be asked: the members of one team have one each. */
struct asked {
	const struct task *task;
	size_t count;
};

/* The task by which this person was asked already, or NULL. */
static const struct task *asked_by(struct desk *d, const struct casefile *c,
	const struct asked *before, const struct member *m)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct task *t = &before->task[i];

		if (strcmp(t->kind, "dissuade") == 0 && is_same_phone(d, t, m) &&
			still_counts(d, c, t))
			return t;
	}
	return NULL;
}

static const struct {
	enum policy_who who;
	const char *team, *post; /* post NULL: any */
	bool duty_only, first_only;
} places[] = {
	{ WHO_DUTY, "village", NULL, true, true },
	{ WHO_MEMBERS, "village", "member", false, false },
	{ WHO_LEADER, "village", "leader", false, false },
	{ WHO_HEAD, "village", "head", false, false },
	{ WHO_CENTRE, "centre", NULL, true, false },
	{ WHO_POLICE, "police", NULL, true, false },
};

static enum template_name alert_of(const struct casefile *c)
{
	return person_is_minor(c->person) ? TPL_ALERT_MINOR : TPL_ALERT;
}

static bool tell(struct desk *d, struct casefile *c, const struct member *m, bool call)
{
	struct template_values v = { .count = 0 };
	struct post p = { .c = c,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "told",
		.tpl = TPL_TOLD,
		.v = &v };

	if (message_told(d->s, c->id, m->id, "told", c->woken_at))
		return false;
	words_case(d, c, &v);
	words_limit(&v, "waited", d->s->now_ms - c->woken_at);
	post_sms(d, &p);
	if (call)
		calling_tell(d, c, m);
	return true;
}

bool ladder_ask(struct desk *d, struct casefile *c, const struct member *m)
{
	struct template_values v = { .count = 0 };

	words_case(d, c, &v);
	words_limit(&v, "limit", (int64_t)c->policy.ack_s * 1000);
	return ladder_offer(d, c, m, "dissuade", 0, alert_of(c), &v);
}

/* The case was woken while he has not answered yet: the same code once more. */
static bool remind(struct desk *d, struct casefile *c, const struct task *t, const struct member *m)
{
	struct template_values v = { .repeat = true };
	struct post p = { .c = c,
		.t = t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "task",
		.tpl = alert_of(c),
		.v = &v };

	if (t->state != TASK_OFFERED || t->member_id != m->id || t->offered_at >= c->woken_at ||
		message_told(d->s, c->id, m->id, "task", c->woken_at))
		return false;
	message_supersede(d->s, c->id, t->id, "told again");
	words_case(d, c, &v);
	words_code(&v, t->code);
	words_limit(&v, "limit", (int64_t)c->policy.ack_s * 1000);
	post_sms(d, &p);
	timer_drop_subject(d->s, "call", t->id, c->id);
	calling_start(d, c, t, m);
	return true;
}

static bool ask(
	struct desk *d, struct casefile *c, const struct asked *before, const struct member *m)
{
	const struct task *t = asked_by(d, c, before, m);

	return t == NULL ? ladder_ask(d, c, m) : remind(d, c, t, m);
}

/* One is enough here, and he was asked before and has not answered: he once more, not another one too. */
static bool is_waiting_for(struct desk *d, struct casefile *c, const struct asked *before,
	const struct member *people, size_t n, int *told)
{
	for (size_t i = 0; i < n; i++) {
		const struct task *t = asked_by(d, c, before, &people[i]);

		if (t == NULL || t->state != TASK_OFFERED)
			continue;
		*told = remind(d, c, t, &people[i]);
		return true;
	}
	return false;
}

/* Where no rota says who is on duty, volunteers come before their leader and the head of the village. */
static int order_of(const struct member *m)
{
	return strcmp(m->post, "leader") == 0 ? 1 : strcmp(m->post, "head") == 0 ? 2 : 0;
}

static bool has_rota(struct desk *d, int64_t team_id)
{
	size_t n;

	crew_shifts(d->s, team_id, &n);
	return n > 0;
}

/* Does his turn come in this round? Those over their load cap come last. */
static bool is_turn(const struct member *m, size_t place, bool ordered, int round)
{
	bool is_over = m->load_cap > 0 && m->open_tasks >= m->load_cap;

	if ((places[place].duty_only && !m->on_duty) ||
		(places[place].post != NULL && strcmp(places[place].post, m->post) != 0))
		return false;
	return round == (is_over ? ROUNDS / 2 : 0) + (ordered ? order_of(m) : 0);
}

/* Everybody of one place of a rung; the later rounds only when nobody was there in the earlier ones. */
static int tell_place(
	struct desk *d, struct casefile *c, size_t place, const struct policy_rung *rung)
{
	const struct member *people;
	bool ordered = places[place].first_only;
	struct asked before = { .count = 0 };
	struct team team;
	size_t n;
	int told = 0;

	if (!team_of_area(d->s, c->area, places[place].team, &team))
		return 0;
	people = member_candidates(d->s, team.id, &n);
	if (rung->ask && (!c->fresh || c->asked))
		before.task = task_of_case(d->s, c->id, &before.count);
	if (rung->ask && ordered && is_waiting_for(d, c, &before, people, n, &told))
		return told;
	ordered = ordered && !has_rota(d, team.id);
	for (int round = 0; round < ROUNDS && told == 0; round++)
		for (size_t i = 0; i < n && (told == 0 || !places[place].first_only); i++)
			if (is_turn(&people[i], place, ordered, round))
				told += rung->ask ? ask(d, c, &before, &people[i])
						  : tell(d, c, &people[i], rung->call);
	return told;
}

static int tell_rung(struct desk *d, struct casefile *c, const struct policy_rung *r)
{
	int told = 0;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if ((r->who & places[i].who) != 0)
			told += tell_place(d, c, i, r);
	return told;
}

static bool is_anybody_asked(struct desk *d, const struct casefile *c)
{
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].kind, "dissuade") == 0 && still_counts(d, c, &t[i]))
			return true;
	return false;
}

/* An empty rung is a gap while nobody could be asked at all; later it is only the next step. */
static void gap(struct desk *d, struct casefile *c)
{
	if (casefile_has_flag(c, "gap") || is_anybody_asked(d, c))
		return;
	casefile_add_flag(d->s, c, "gap");
	store_event(d->s, "system", "ladder.gap", c->id, "case", c->id,
		json_pack("{s:i}", "rung", c->rung));
	post_alarm(d, c, "gap", c->area[0] == '\0' ? "unknown" : c->area,
		"有村居无可派队员,任务已转上一级");
}

static void ladder_end(struct desk *d, struct casefile *c)
{
	store_event(d->s, "system", "ladder.ended", c->id, "case", c->id, NULL);
	post_alarm(d, c, "ladder_end", c->no,
		c->accepted_at == 0 ? "全部人员已通知,仍无人接单" : "全部人员已通知,接单人数不够");
	timer_drop_case(d->s, c->id, "realarm");
	timer_set(d->s,
		post_open_due(&c->policy, d->s->now_ms, (int64_t)c->policy.realarm_s * 1000),
		"realarm", c->id, 0, 1, life_end(d, c));
}

/* Rung i of this waking. */
static int64_t rung_due(const struct casefile *c, int i)
{
	return post_open_due(&c->policy, c->woken_at, (int64_t)c->policy.rungs[i].after_s * 1000);
}

static int64_t ack_due(const struct desk *d, const struct casefile *c)
{
	int wait_s = c->policy.ack_s > LAST_WAIT_S ? c->policy.ack_s : LAST_WAIT_S;

	return post_open_due(&c->policy, d->s->now_ms, (int64_t)wait_s * 1000);
}

static void set_next(struct desk *d, struct casefile *c)
{
	int64_t due = ack_due(d, c);

	if (c->rung + 1 < c->policy.rung_count) {
		due = rung_due(c, c->rung + 1);
		if (due <= d->s->now_ms)
			due = d->s->now_ms + LAST_WAIT_S * (int64_t)1000;
	}
	timer_set(d->s, due, "ladder", c->id, 0, c->rung + 1, life_end(d, c));
}

void ladder_wait(struct desk *d, struct casefile *c)
{
	ladder_stop(d, c);
	timer_set(d->s, ack_due(d, c), "ladder", c->id, 0, c->rung + 1, life_end(d, c));
}

/* The last rung that is due when the one at `first` is; rungs of one time go together. */
static int last_due(const struct desk *d, const struct casefile *c, int first)
{
	const struct policy_rung *r = c->policy.rungs;
	int at = first;

	while (at + 1 < c->policy.rung_count &&
		(r[at + 1].after_s == r[at].after_s || rung_due(c, at + 1) <= d->s->now_ms))
		at++;
	return at;
}

static int run_due(struct desk *d, struct casefile *c, int first, int last)
{
	const struct policy_rung *r = c->policy.rungs;
	int asking = last, told = 0;

	while (asking > first && !r[asking].ask)
		asking--;
	for (int i = first; i <= last; i++) {
		c->rung = i;
		if (r[i].after_s == r[last].after_s || i == asking)
			told += tell_rung(d, c, &r[i]);
	}
	if (r[first].after_s != r[last].after_s)
		store_event(d->s, "system", "ladder.collapsed", c->id, "case", c->id,
			json_pack("{s:i, s:i}", "from", first, "to", last));
	return told;
}

void ladder_on(struct desk *d, struct casefile *c, bool now)
{
	if (!c->fresh)
		timer_drop_case(d->s, c->id, "ladder");
	if (!now && c->rung + 1 < c->policy.rung_count && rung_due(c, c->rung + 1) > d->s->now_ms) {
		set_next(d, c);
		return;
	}
	while (c->rung + 1 < c->policy.rung_count) {
		int first = c->rung + 1;

		if (run_due(d, c, first, last_due(d, c, first)) > 0) {
			casefile_save(d->s, c);
			set_next(d, c);
			return;
		}
		gap(d, c);
	}
	casefile_save(d->s, c);
	ladder_end(d, c);
}

void ladder_start(struct desk *d, struct casefile *c)
{
	ladder_stop(d, c);
	c->rung = -1;
	ladder_on(d, c, true);
}

void ladder_stop(struct desk *d, struct casefile *c)
{
	if (c->fresh)
		return; /* nothing was begun */
	timer_drop_case(d->s, c->id, "ladder");
	timer_drop_case(d->s, c->id, "realarm");
	alarm_clear(d->s, "ladder_end", c->no, "system");
}
