/* What a member reports: met, an outcome, a digit of the reply grammar. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "outcome_code.h"

#include "banned.h"

static bool is_open(const struct task *t)
{
	return t->state == TASK_OFFERED || t->state == TASK_ACCEPTED;
}

static bool is_revisit(const struct task *t)
{
	return strcmp(t->kind, "revisit") == 0;
}

/* -- met --------------------------------------------------------------------------------------- */

static void past_meeting(struct desk *d, struct casefile *c, const struct task *t)
{
	static const char *const kinds[] = { "contact", "meet" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		timer_drop_subject(d->s, kinds[i], t->id, c->id);
		alarm_clear(d->s, "overdue", arena_print(&d->s->arena, "%s:%s", c->no, kinds[i]),
			"system");
	}
}

static enum act_rc act_met(struct desk *d, struct casefile *c, struct task *t, const char *actor)
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
	act_imply(d, c, t, actor);
	task_met(d->s, t, actor);
	if (!is_revisit(t)) {
		past_meeting(d, c, t);
		if (c->met_at == 0)
			c->met_at = d->s->now_ms;
		casefile_save(d->s, c);
	}
	/* Stopped by telephone before: with the visit it is complete. */
	if (is_revisit(t) || strcmp(c->outcome, "PHONE_OK") == 0)
		return act_outcome(d, c, t, actor, &o);
	return ACT_DONE;
}

/* -- outcomes ------------------------------------------------------------------------------------- */

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
	alarm_clear(d->s, "revisit", c->no, actor);
	task_event(d->s, t, TASK_EV_REPORT, actor, json_pack("{s:s}", "outcome", t->outcome));
	reply_code_close(d->s, t->id);
}

/* The visits and the hand-over of the case keep their timers; the ladder and the deadlines end. */
static void stop_clocks(struct desk *d, const struct casefile *c)
{
	static const char *const kinds[] = { "ladder", "realarm", "contact", "meet", "feedback",
		"remind", "aged" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		timer_drop_case(d->s, c->id, kinds[i]);
}

static void finish(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o)
{
	if (c->state == CASE_CLOSED)
		casefile_event(d->s, c, CASE_EV_REOPEN, actor, json_pack("{s:s}", "why", o->code));
	if (!is_revisit(t)) {
		task_event(d->s, t, TASK_EV_REPORT, actor, json_pack("{s:s}", "outcome", o->code));
		reply_code_close(d->s, t->id);
	}
	message_supersede(d->s, c->id, 0, "reported");
	act_withdraw_others(d, c, t->id, NULL, "reported");
	stop_clocks(d, c);
	alarm_clear_case(d->s, c->id, actor);
	casefile_event(d->s, c, CASE_EV_RESOLVE, actor, json_pack("{s:s}", "outcome", o->code));
	casefile_save(d->s, c);
	aftermath_start(d, c, t, o);
	aftermath_settle(d, c, actor);
}

/* The same loss once more, now with its amount: what runs goes on, the sum is put in. */
static void same_loss(struct desk *d, struct casefile *c, const struct outcome *o)
{
	note_outcome(c, o, c->outcome_at);
	casefile_save(d->s, c);
	handover_start(d, c, o->lost_fen, true);
}

/* An outcome of a task that was reported before replaces what came of the old one. */
static void replace(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o)
{
	if (c->state == CASE_CLOSED)
		casefile_event(d->s, c, CASE_EV_REOPEN, actor, json_pack("{s:s}", "why", o->code));
	aftermath_undo(d, c, actor);
	c->lost_fen = c->saved_fen = -1;
	note_outcome(c, o, d->s->now_ms);
	finish(d, c, t, actor, o);
}

static void first_report(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o, const struct outcome_code *code)
{
	bool ends = outcome_code_ends(code, c->level);

	act_imply(d, c, t, actor);
	if (is_revisit(t)) {
		if (!code->dissuaded && !ends)
			return;
		finish_revisit(d, c, t, actor);
		/* A revisit that finds all well changes nothing in the case; one that finds a loss does. */
		if (!code->loss) {
			aftermath_settle(d, c, actor);
			return;
		}
		aftermath_undo(d, c, actor);
		c->saved_fen = -1;
	}
	note_outcome(c, o, d->s->now_ms);
	if (ends)
		finish(d, c, t, actor, o);
	else
		interim(d, c, t, code);
}

enum act_rc act_outcome(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o)
{
	const struct outcome_code *code = outcome_code_find(&d->set->outcomes, o->code);
	bool again = t->state == TASK_REPORTED;
	struct outcome full = *o;

	if (code == NULL || strcmp(t->kind, "handover") == 0 || (!is_open(t) && !again))
		return ACT_LATE;
	if (again && (is_revisit(t) || !outcome_code_ends(code, c->level)))
		return ACT_LATE;
	full.actor = actor;
	full.retransfer = code->retransfer;
	if (again)
		full.corrects_id = outcome_last(d->s, c->id);
	outcome_add(d->s, &full);
	t->outcome = code->code;
	if (!again)
		first_report(d, c, t, actor, &full, code);
	else if (code->loss && strcmp(c->outcome, code->code) == 0)
		same_loss(d, c, &full);
	else
		replace(d, c, t, actor, &full);
	return ACT_DONE;
}

/* -- one digit of the reply grammar ------------------------------------------------------------------ */

static enum act_rc reply_outcome(struct desk *d, struct casefile *c, struct task *t,
	const char *actor, const struct act_answer *a)
{
	bool known = a->amount != NULL && a->amount->known;
	struct outcome o = { .case_id = c->id,
		.task_id = t->id,
		.lost_fen = a->action == 4 && known ? a->amount->hi_fen : -1,
		.saved_fen = a->action == 3 && known ? a->amount->lo_fen : -1,
		.amount_kind = a->amount == NULL ? "none" : amount_kind_code(a->amount->kind),
		.amount_check = a->check,
		.corrects_id = a->corrects_id,
		.note = a->remark };

	o.code = outcome_code_of_reply(a->action, t->met_at != 0, a->remark);
	return act_outcome(d, c, t, actor, &o);
}

enum act_rc act_reply(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct act_answer *a)
{
	/* Whatever the police answer, they have seen it. */
	bool is_handover = strcmp(t->kind, "handover") == 0;

	if (a->action == 0 || a->action == 9)
		return act_decline(d, c, t, actor, a->action == 9);
	if (a->action == 1 || is_handover)
		return act_accept(d, c, t, actor);
	if (a->action == 2)
		return act_met(d, c, t, actor);
	return reply_outcome(d, c, t, actor, a);
}
