/* What happens to a task: accepted, declined, withdrawn, handed on, taken back. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "json.h"

#include "banned.h"

#define LEAST_WAIT_MS (2 * MINUTE_MS)

static bool is_open(const struct task *t)
{
	return t->state == TASK_OFFERED || t->state == TASK_ACCEPTED;
}

static bool is_main(const struct task *t)
{
	return strcmp(t->kind, "dissuade") == 0;
}

static int count_state(struct desk *d, const struct casefile *c, enum task_state state, int64_t but)
{
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += is_main(&t[i]) && t[i].state == state && t[i].id != but;
	return count;
}

static void drop_deadlines(struct desk *d, struct casefile *c, int64_t task_id)
{
	static const char *const kinds[] = { "contact", "meet", "feedback", "remind" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		timer_drop_subject(d->s, kinds[i], task_id, c->id);
}

void act_withdraw(struct desk *d, struct casefile *c, struct task *t, const struct member *taker,
	const char *actor, const char *why)
{
	struct template_values v = { .count = 0 };
	bool has_left = message_left(d->s, c->id, t->id);
	struct member m;
	struct post p = {
		.c = c, .t = t, .purpose = "notice", .tpl = TPL_WITHDRAWN, .v = &v, .at_once = true
	};

	if (!task_event(d->s, t, TASK_EV_WITHDRAW, actor, json_pack("{s:s}", "why", why)))
		return;
	reply_code_close(d->s, t->id);
	message_supersede(d->s, c->id, t->id, why);
	drop_deadlines(d, c, t->id);
	if (!has_left || !member_get(d->s, t->member_id, &m))
		return;
	words_case(d, c, &v);
	template_put(&v, "code", t->code);
	if (taker != NULL) {
		template_put(&v, "who", words_mask_name(d->s, taker->name));
		p.tpl = TPL_TAKEN;
	}
	p.member_id = m.id;
	p.phone = m.phone;
	post_sms(d, &p);
}

void act_withdraw_others(struct desk *d, struct casefile *c, int64_t but,
	const struct member *taker, const char *why)
{
	size_t n;
	struct task *t = task_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++) {
		if (t[i].id == but || !is_main(&t[i]))
			continue;
		/* Where two must accept, the first stays accepted when the second does. */
		if (t[i].state == TASK_OFFERED || (t[i].state == TASK_ACCEPTED && taker == NULL))
			act_withdraw(d, c, &t[i], taker, "system", why);
	}
}

static void set_deadline(
	struct desk *d, struct casefile *c, const struct task *t, const char *kind, int after_s)
{
	int64_t due = post_open_due(&c->policy, c->woken_at, (int64_t)after_s * 1000);
	int64_t least = d->s->now_ms + LEAST_WAIT_MS;

	timer_drop_subject(d->s, kind, t->id, c->id);
	if (after_s > 0)
		timer_set(d->s, due > least ? due : least, kind, c->id, t->id, 0,
			c->woken_at + (int64_t)d->set->policies.life_s * 1000);
}

static void set_deadlines(struct desk *d, struct casefile *c, const struct task *t)
{
	if (t->met_at == 0) {
		set_deadline(d, c, t, "contact", c->policy.contact_s);
		set_deadline(d, c, t, "meet", c->policy.meet_s);
	}
	timer_drop_subject(d->s, "remind", t->id, c->id);
	set_deadline(d, c, t, "feedback", c->policy.feedback_s);
}

void act_deadlines_again(struct desk *d, struct casefile *c)
{
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++)
		if (is_main(&t[i]) && t[i].state == TASK_ACCEPTED)
			set_deadlines(d, c, &t[i]);
}

/* 示例村6组 and 6组12号 is 示例村6组12号. */
static const char *place_of(struct store *s, const json_t *person)
{
	const char *door = json_str(person, "door"), *whole = json_str(person, "address");
	const char *brief = json_str(person, "brief"), *at = brief;

	if (door == NULL)
		return whole == NULL ? "住址不详" : whole;
	if (brief == NULL)
		return door;
	while (*at != '\0' && strncmp(door, at, strlen(at)) != 0)
		at++;
	return arena_print(&s->arena, "%.*s%s", (int)(at - brief), brief, door);
}

/* The number and the door, only now and only to this member. */
void act_detail(struct desk *d, struct casefile *c, const struct task *t, const struct member *m)
{
	struct template_values v = { .count = 0 };
	struct post p = { .c = c,
		.t = t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "detail",
		.tpl = TPL_DETAIL,
		.v = &v,
		.at_once = true };
	const char *phone = person_phone(c->person);

	words_case(d, c, &v);
	words_code(&v, t->code);
	if (d->set->require_pledge && m->pledged_on[0] == '\0') {
		p.tpl = TPL_DETAIL_PLEDGE;
	} else {
		template_put(&v, "phone", phone == NULL ? "不详" : phone);
		template_put(&v, "address", place_of(d->s, c->person));
	}
	post_sms(d, &p);
}

static void accepted(struct desk *d, struct casefile *c, struct task *t, const struct member *m)
{
	if (c->accepted_at == 0)
		c->accepted_at = d->s->now_ms;
	if (count_state(d, c, TASK_ACCEPTED, 0) >= c->policy.accepts) {
		ladder_stop(d, c);
		act_withdraw_others(d, c, t->id, m, "taken");
	}
	alarm_clear(d->s, "ladder_end", c->no, "system");
	casefile_save(d->s, c);
	set_deadlines(d, c, t);
}

static enum act_rc accept_handover(struct desk *d, struct casefile *c, struct task *t,
	const struct member *m, const char *actor)
{
	t->outcome = "ACK";
	task_event(d->s, t, TASK_EV_REPORT, actor, NULL);
	reply_code_close(d->s, t->id);
	message_supersede(d->s, c->id, t->id, "acknowledged");
	handover_seen(d, c, t->about_id, HO_EV_ACK, m, actor);
	return ACT_DONE;
}

enum act_rc act_accept(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct member m;

	if (t->state == TASK_ACCEPTED)
		return ACT_NOOP;
	if (t->state != TASK_OFFERED || !member_get(d->s, t->member_id, &m))
		return ACT_LATE;
	if (strcmp(t->kind, "handover") == 0)
		return accept_handover(d, c, t, &m, actor);
	task_event(d->s, t, TASK_EV_ACCEPT, actor, NULL);
	if (is_main(t))
		accepted(d, c, t, &m);
	act_detail(d, c, t, &m);
	return ACT_DONE;
}

/* Nobody has it any more: the ladder starts again, without those who said no. */
static void start_again(struct desk *d, struct casefile *c)
{
	c->accepted_at = 0;
	c->woken_at = d->s->now_ms;
	casefile_save(d->s, c);
	ladder_start(d, c);
}

static void next_one(struct desk *d, struct casefile *c, const struct task *t, bool was_accepted)
{
	int have = count_state(d, c, TASK_ACCEPTED, 0);

	if (strcmp(t->kind, "revisit") == 0)
		revisit_again(d, c, t->about_id);
	else if (strcmp(t->kind, "handover") == 0)
		handover_again(d, c, t->about_id);
	else if (c->state != CASE_OPEN || have >= c->policy.accepts)
		return;
	else if (was_accepted && have == 0)
		start_again(d, c);
	else if (count_state(d, c, TASK_OFFERED, 0) == 0)
		ladder_on(d, c, true);
}

enum act_rc act_decline(
	struct desk *d, struct casefile *c, struct task *t, const char *actor, bool handed_on)
{
	bool was_accepted = t->state == TASK_ACCEPTED;

	if (!task_event(
		    d->s, t, TASK_EV_DECLINE, actor, json_pack("{s:b}", "handed_on", handed_on)))
		return ACT_LATE;
	reply_code_close(d->s, t->id);
	message_supersede(d->s, c->id, t->id, "declined");
	drop_deadlines(d, c, t->id);
	next_one(d, c, t, was_accepted);
	return ACT_DONE;
}

void act_unreachable(struct desk *d, int64_t task_id, const char *why)
{
	struct casefile c;
	struct task t;

	if (!task_get(d->s, task_id, &t) || t.state != TASK_OFFERED ||
		!casefile_get(d->s, t.case_id, &c))
		return;
	task_event(d->s, &t, TASK_EV_EXPIRE, "system", json_pack("{s:s}", "why", why));
	reply_code_close(d->s, t.id);
	if (!is_main(&t))
		post_alarm(d, &c, "unreachable", c.no, "有队员短信发不到,请改打电话");
	next_one(d, &c, &t, false);
	casefile_drop(&c);
}

/* An outcome implies that the person took it. */
void act_imply(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct member m;

	if (t->state != TASK_OFFERED)
		return;
	task_event(d->s, t, TASK_EV_ACCEPT, actor, json_pack("{s:b}", "implied", 1));
	if (is_main(t) && member_get(d->s, t->member_id, &m))
		accepted(d, c, t, &m);
}

/* -- taken back, handed to somebody by name ------------------------------------------------- */

static void reopen(struct desk *d, struct casefile *c, const char *actor)
{
	if (c->state != CASE_OPEN)
		casefile_event(
			d->s, c, CASE_EV_REOPEN, actor, json_pack("{s:s}", "why", "correction"));
	aftermath_undo(d, c, actor);
	c->lost_fen = c->saved_fen = -1;
}

/* A refusal can be taken back only while it is free: not over somebody's head. */
static bool is_free(struct desk *d, const struct casefile *c, const struct task *t)
{
	return c->state == CASE_OPEN && count_state(d, c, TASK_ACCEPTED, t->id) < c->policy.accepts;
}

bool act_take_back(
	struct desk *d, struct casefile *c, struct task *t, const char *actor, int action)
{
	bool was_reported = t->state == TASK_REPORTED || t->state == TASK_CONFIRMED;
	bool was_declined = t->state == TASK_DECLINED;
	struct member m;

	/* A revisit changes the case only when it finds a loss; a hand-over never. */
	if (!is_main(t) && (strcmp(t->kind, "revisit") != 0 || !was_reported || action != 4))
		return false;
	if ((!was_reported && !(was_declined && is_free(d, c, t))) ||
		!member_get(d->s, t->member_id, &m))
		return false;
	if (is_main(t) && was_reported)
		reopen(d, c, actor);
	task_event(d->s, t, TASK_EV_RESUME, actor, NULL);
	reply_code_reopen(d->s, t->id);
	if (is_main(t))
		accepted(d, c, t, &m);
	return true;
}

/* Asked by name: whoever had it hears that he is off, and the ladder goes on if the new one is silent. */
bool act_reassign(struct desk *d, struct casefile *c, struct task *t, const struct member *m,
	const char *actor)
{
	bool is_on = is_main(t) && c->state == CASE_OPEN;

	if (!is_open(t) || m->id == t->member_id)
		return false;
	if (strcmp(t->kind, "revisit") == 0        ? !revisit_ask(d, c, t->about_id, m)
		: strcmp(t->kind, "handover") == 0 ? !handover_ask(d, c, t->about_id, m)
						   : !ladder_ask(d, c, m))
		return false;
	act_withdraw(d, c, t, NULL, actor, "reassigned");
	if (is_on && count_state(d, c, TASK_ACCEPTED, 0) == 0) {
		c->accepted_at = 0;
		casefile_save(d->s, c);
		ladder_wait(d, c);
	}
	return true;
}
