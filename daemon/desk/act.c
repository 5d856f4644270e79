/* What happens to a task: accepted, declined, met, reported, taken back. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "json.h"
#include "outcome_code.h"

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

static void withdraw(struct desk *d, struct casefile *c, struct task *t, const struct member *taker,
	const char *why)
{
	struct template_values v = { .count = 0 };
	struct member m;
	struct post p = {
		.c = c, .t = t, .purpose = "notice", .tpl = TPL_WITHDRAWN, .v = &v, .at_once = true
	};

	if (!task_event(d->s, t, TASK_EV_WITHDRAW, "system", json_pack("{s:s}", "why", why)))
		return;
	reply_code_close(d->s, t->id);
	message_supersede(d->s, c->id, t->id, why);
	if (!message_left(d->s, c->id, t->id) || !member_get(d->s, t->member_id, &m))
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
			withdraw(d, c, &t[i], taker, why);
	}
}

static void set_deadline(
	struct desk *d, struct casefile *c, const struct task *t, const char *kind, int after_s)
{
	int64_t due = c->woken_at + (int64_t)after_s * 1000, least = d->s->now_ms + LEAST_WAIT_MS;

	if (after_s == 0)
		return;
	timer_drop_subject(d->s, kind, t->id, c->id);
	timer_set(d->s, due > least ? due : least, kind, c->id, t->id, 0,
		c->woken_at + (int64_t)d->set->policies.life_s * 1000);
	d->next_due_ms = 0;
}

static void set_deadlines(struct desk *d, struct casefile *c, const struct task *t)
{
	if (t->met_at == 0) {
		set_deadline(d, c, t, "contact", c->policy.contact_s);
		set_deadline(d, c, t, "meet", c->policy.meet_s);
	}
	set_deadline(d, c, t, "feedback", c->policy.feedback_s);
}

/* The number and the door, only now and only to this member. */
static void send_detail(
	struct desk *d, struct casefile *c, const struct task *t, const struct member *m)
{
	struct template_values v = { .count = 0 };
	const char *door = json_str(c->person, "door"), *whole = json_str(c->person, "address");
	const char *brief = json_str(c->person, "brief");
	const char *phone =
		json_string_value(json_array_get(json_object_get(c->person, "phones"), 0));
	struct post p = { .c = c,
		.t = t,
		.member_id = m->id,
		.phone = m->phone,
		.purpose = "detail",
		.tpl = TPL_DETAIL,
		.v = &v,
		.at_once = true };

	if (phone == NULL)
		phone = json_str(c->person, "family_phone");
	words_case(d, c, &v);
	words_code(&v, t->code);
	if (d->set->require_pledge && m->pledged_on[0] == '\0') {
		p.tpl = TPL_DETAIL_PLEDGE;
	} else {
		template_put(&v, "phone", phone == NULL ? "不详" : phone);
		if (door != NULL)
			template_putf(&v, "address", "%s%s", brief == NULL ? "" : brief, door);
		else
			template_put(&v, "address", whole == NULL ? "住址不详" : whole);
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

static enum act_rc accept_handover(
	struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct handover h;

	if (handover_get(d->s, t->about_id, &h))
		handover_event(d->s, &h, HO_EV_ACK, actor);
	timer_drop_subject(d->s, "handover", t->about_id, c->id);
	t->outcome = "ACK";
	task_event(d->s, t, TASK_EV_REPORT, actor, NULL);
	reply_code_close(d->s, t->id);
	message_supersede(d->s, c->id, t->id, "acknowledged");
	alarm_clear(d->s, "handover", c->no, actor);
	aftermath_settle(d, c, actor);
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
		return accept_handover(d, c, t, actor);
	task_event(d->s, t, TASK_EV_ACCEPT, actor, NULL);
	if (is_main(t))
		accepted(d, c, t, &m);
	send_detail(d, c, t, &m);
	return ACT_DONE;
}

static void drop_deadlines(struct desk *d, struct casefile *c, int64_t task_id)
{
	static const char *const kinds[] = { "contact", "meet", "feedback", "remind" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		timer_drop_subject(d->s, kinds[i], task_id, c->id);
}

/* Nobody has it any more: the ladder starts again, without those who said no. */
static void start_again(struct desk *d, struct casefile *c)
{
	c->accepted_at = 0;
	c->woken_at = d->s->now_ms;
	casefile_save(d->s, c);
	ladder_start(d, c);
}

static void after_decline(struct desk *d, struct casefile *c, bool was_accepted)
{
	if (c->state != CASE_OPEN || count_state(d, c, TASK_ACCEPTED, 0) >= c->policy.accepts)
		return;
	if (was_accepted && count_state(d, c, TASK_ACCEPTED, 0) == 0)
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
	if (is_main(t))
		after_decline(d, c, was_accepted);
	else if (strcmp(t->kind, "revisit") == 0)
		post_alarm(d, c, "revisit", c->no, "回访人员不能去,请另派");
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
	if (is_main(&t))
		after_decline(d, &c, false);
	else
		post_alarm(d, &c, "unreachable", c.no, "短信发不到,请改打电话");
	casefile_drop(&c);
}

/* An outcome implies that the person took it. */
static void imply_accept(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct member m;

	if (t->state != TASK_OFFERED)
		return;
	task_event(d->s, t, TASK_EV_ACCEPT, actor, json_pack("{s:b}", "implied", 1));
	if (is_main(t) && member_get(d->s, t->member_id, &m))
		accepted(d, c, t, &m);
}

enum act_rc act_met(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct outcome o = { .case_id = c->id,
		.task_id = t->id,
		.code = "MET_OK",
		.lost_fen = -1,
		.saved_fen = c->saved_fen,
		.amount_kind = "none",
		.note = "" };

	if (!is_open(t))
		return ACT_LATE;
	if (t->met_at != 0)
		return ACT_NOOP;
	imply_accept(d, c, t, actor);
	task_met(d->s, t, actor);
	timer_drop_subject(d->s, "contact", t->id, c->id);
	timer_drop_subject(d->s, "meet", t->id, c->id);
	if (c->met_at == 0)
		c->met_at = d->s->now_ms;
	casefile_save(d->s, c);
	if (strcmp(t->kind, "revisit") == 0 || strcmp(c->outcome, "PHONE_OK") == 0)
		return act_outcome(d, c, t, actor, &o);
	return ACT_DONE;
}

static void note_outcome(struct casefile *c, const struct outcome *o, int64_t now_ms)
{
	c->outcome = o->code;
	c->outcome_at = now_ms;
	if (o->lost_fen >= 0)
		c->lost_fen = o->lost_fen;
	if (o->saved_fen >= 0)
		c->saved_fen = o->saved_fen;
}

/* Refused, lost contact: the police and the desk hear of it at once; the clock runs on. */
static void raise_interim(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome_code *code)
{
	struct template_values v = { .count = 0 };
	struct member m;

	words_case(d, c, &v);
	if (member_get(d->s, t->member_id, &m))
		template_put(&v, "who", words_mask_name(d->s, m.name));
	template_putf(&v, "action", "%s,要民警", code->name);
	words_time(d, &v, "time", d->s->now_ms);
	post_team(d, c, "police", "told", TPL_RAISED, &v);
	post_team(d, c, "centre", "alarm", TPL_RAISED, &v);
	alarm_raise(d->s, "police_wanted", c->no, c->id, "队员要求民警到场");
}

static void interim(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome_code *code)
{
	casefile_save(d->s, c);
	if (code->raise)
		raise_interim(d, c, t, code);
	else if (strcmp(code->code, "BAD_NUMBER") == 0)
		post_alarm(d, c, "bad_number", c->no, "预警号码不对,请向派出所要新号码");
}

static void finish_revisit(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	struct followup f;

	if (followup_get(d->s, t->about_id, &f))
		followup_event(d->s, &f, FU_EV_DO, actor);
	timer_drop_subject(d->s, "revisit_late", t->about_id, c->id);
	task_event(d->s, t, TASK_EV_REPORT, actor, json_pack("{s:s}", "outcome", t->outcome));
	reply_code_close(d->s, t->id);
	aftermath_settle(d, c, actor);
}

static void finish(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o)
{
	if (c->state == CASE_CLOSED)
		casefile_event(d->s, c, CASE_EV_REOPEN, actor, json_pack("{s:s}", "why", o->code));
	task_event(d->s, t, TASK_EV_REPORT, actor, json_pack("{s:s}", "outcome", o->code));
	reply_code_close(d->s, t->id);
	act_withdraw_others(d, c, t->id, NULL, "reported");
	message_supersede(d->s, c->id, 0, "reported");
	timer_drop_case(d->s, c->id, NULL);
	alarm_clear_case(d->s, c->id, actor);
	casefile_event(d->s, c, CASE_EV_RESOLVE, actor, json_pack("{s:s}", "outcome", o->code));
	casefile_save(d->s, c);
	aftermath_start(d, c, t, o);
	aftermath_settle(d, c, actor);
}

enum act_rc act_outcome(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o)
{
	const struct outcome_code *code = outcome_code_find(&d->set->outcomes, o->code);
	struct outcome full = *o;
	bool ends;

	if (code == NULL || (!is_open(t) && t->state != TASK_REPORTED))
		return ACT_LATE;
	imply_accept(d, c, t, actor);
	ends = outcome_code_ends(code, c->level);
	full.actor = actor;
	full.retransfer = code->retransfer;
	outcome_add(d->s, &full);
	t->outcome = code->code;
	/* A revisit that finds all well changes nothing in the case; one that finds a loss does. */
	if (strcmp(t->kind, "revisit") == 0 && !code->loss) {
		if (code->dissuaded || ends)
			finish_revisit(d, c, t, actor);
		return ACT_DONE;
	}
	note_outcome(c, &full, d->s->now_ms);
	if (code->dissuaded && !ends)
		aftermath_start(d, c, t, &full);
	if (ends)
		finish(d, c, t, actor, &full);
	else
		interim(d, c, t, code);
	return ACT_DONE;
}

static enum act_rc reply_outcome(struct desk *d, struct casefile *c, struct task *t,
	const char *actor, int action, const struct amount *a, bool check, const char *remark)
{
	bool known = a != NULL && a->known;
	struct outcome o = { .case_id = c->id,
		.task_id = t->id,
		.lost_fen = action == 4 && known ? a->hi_fen : -1,
		.saved_fen = action == 3 && known ? a->lo_fen : -1,
		.amount_kind = a == NULL ? "none" : amount_kind_code(a->kind),
		.amount_check = check,
		.note = remark };

	if (action == 3)
		o.code = t->met_at != 0 ? "MET_OK" : "PHONE_OK";
	else
		o.code = outcome_code_of_reply(action, t->met_at != 0, remark);
	return act_outcome(d, c, t, actor, &o);
}

enum act_rc act_reply(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	int action, const struct amount *amount, bool check, const char *remark)
{
	switch (action) {
	case 1:
		return act_accept(d, c, t, actor);
	case 0:
		return act_decline(d, c, t, actor, false);
	case 9:
		return act_decline(d, c, t, actor, true);
	case 2:
		return act_met(d, c, t, actor);
	default:
		return reply_outcome(d, c, t, actor, action, amount, check, remark);
	}
}

bool act_take_back(struct desk *d, struct casefile *c, struct task *t, const char *actor)
{
	bool was_reported = t->state == TASK_REPORTED || t->state == TASK_CONFIRMED;

	if (!was_reported && t->state != TASK_DECLINED)
		return false;
	/* Somebody else took it meanwhile: a refusal cannot be taken back over their head. */
	if (!was_reported && (c->state != CASE_OPEN ||
				     count_state(d, c, TASK_ACCEPTED, t->id) >= c->policy.accepts))
		return false;
	if (was_reported) {
		if (c->state != CASE_OPEN)
			casefile_event(d->s, c, CASE_EV_REOPEN, actor,
				json_pack("{s:s}", "why", "correction"));
		aftermath_undo(d, c, actor);
		c->outcome = "";
		c->outcome_at = 0;
		c->closed_at = 0;
		c->close_reason = "";
	}
	task_event(d->s, t, TASK_EV_RESUME, actor, NULL);
	reply_code_reopen(d->s, t->id);
	if (c->accepted_at == 0)
		c->accepted_at = d->s->now_ms;
	casefile_save(d->s, c);
	if (is_main(t)) {
		ladder_stop(d, c);
		act_withdraw_others(d, c, t->id, NULL, "correction");
		set_deadlines(d, c, t);
	}
	return true;
}
