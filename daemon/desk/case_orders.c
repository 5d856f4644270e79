/* What people with a right to it order of cases and of tasks. */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "amount.h"
#include "frozen.h"
#include "json.h"
#include "order_room.h"
#include "outcome_code.h"
#include "text.h"

#include "banned.h"

enum { NOTE_MAX = 1000 };

static bool get_case(const struct order *o, struct casefile *c)
{
	return casefile_get(o->d->s, o->id, c) || order_no_such(o, "案件");
}

/* -- cases ------------------------------------------------------------------------------------ */

bool order_case_note(const struct order *o)
{
	const char *text = order_text(o, "text");
	struct casefile c;
	struct outcome note = {
		.code = "NOTE", .lost_fen = -1, .saved_fen = -1, .amount_kind = "none", .note = text
	};

	if (text[0] == '\0' || text_count(text) > NOTE_MAX)
		return order_refuse(o, "bad_value", "备注不能为空，也不能超过1000字", "请写 text");
	if (!get_case(o, &c))
		return false;
	note.case_id = c.id;
	note.actor = o->actor;
	outcome_add(o->d->s, &note);
	casefile_drop(&c);
	return true;
}

bool order_case_level(const struct order *o)
{
	const struct policy *p = policies_find(&o->d->set->policies, order_text(o, "level"));
	struct casefile c;

	if (p == NULL)
		return order_refuse(
			o, "bad_value", "没有这个等级", "请写 CRITICAL、HIGH、MEDIUM 或 LOW");
	if (!get_case(o, &c))
		return false;
	c.policy = *p;
	c.policy_id = frozen_keep(o->d->s, &c.policy, o->d->set->policies.version);
	c.level = store_keep(o->d->s, p->code);
	store_event(o->d->s, o->actor, "case.level", c.id, "case", c.id,
		json_pack("{s:s}", "level", c.level));
	c.woken_at = o->d->s->now_ms;
	casefile_save(o->d->s, &c);
	if (c.state == CASE_OPEN && c.accepted_at == 0)
		ladder_start(o->d, &c);
	else if (c.state == CASE_OPEN)
		act_deadlines_again(o->d, &c);
	casefile_drop(&c);
	return true;
}

bool order_case_close(const struct order *o)
{
	const char *reason = order_text(o, "reason");
	struct casefile c;
	bool ok = false;

	if (reason[0] == '\0')
		return order_refuse(o, "bad_value", "结案要写明原因", "请写 reason");
	if (!get_case(o, &c))
		return false;
	if (c.state == CASE_CLOSED) {
		order_refuse(o, "conflict", "案件已经结案", "不用再结");
	} else if (handover_is_waiting(o->d, &c)) {
		order_refuse(o, "conflict", "止付移送还没有签收", "请派出所先签收或关闭移送单");
	} else {
		message_supersede(o->d->s, c.id, 0, "case closed");
		act_withdraw_others(o->d, &c, 0, NULL, "case closed");
		revisit_withdraw(o->d, &c, o->actor);
		alarm_clear_case(o->d->s, c.id, o->actor);
		aftermath_close(o->d, &c, o->actor, reason, NULL);
		ok = true;
	}
	casefile_drop(&c);
	return ok;
}

bool order_case_reopen(const struct order *o)
{
	struct casefile c;
	bool ok = false;

	if (!get_case(o, &c))
		return false;
	if (c.state == CASE_OPEN) {
		order_refuse(o, "conflict", "案件本来就开着", "不用重开");
	} else {
		casefile_event(o->d->s, &c, CASE_EV_REOPEN, o->actor, NULL);
		aftermath_undo(o->d, &c, o->actor);
		c.accepted_at = c.met_at = 0;
		c.woken_at = o->d->s->now_ms;
		casefile_save(o->d->s, &c);
		ladder_start(o->d, &c);
		ok = true;
	}
	casefile_drop(&c);
	return ok;
}

/* "lost": "3万5", or "lost_fen": 3500000; -1 when neither stands there. */
static bool money_of(const struct order *o, const char *key, int64_t *fen)
{
	char fen_key[32];
	const char *text = json_str(o->body, key);
	struct amount a;

	snprintf(fen_key, sizeof fen_key, "%s_fen", key);
	*fen = json_int(o->body, fen_key, -1);
	if (text == NULL)
		return true;
	a = amount_read(text, AMOUNT_FIGURES_ONLY);
	if (a.kind != AMOUNT_EXACT && a.kind != AMOUNT_APPROX)
		return order_refuse(
			o, "bad_value", "金额看不明白", "请写确切数字，例如 35000 或 3.5万");
	*fen = a.hi_fen;
	return true;
}

static bool outcome_of(const struct order *o, struct outcome *out)
{
	const struct outcome_code *code =
		outcome_code_of_word(&o->d->set->outcomes, order_text(o, "code"));

	if (code == NULL)
		return order_refuse(
			o, "bad_value", "没有这个结果代码", "请写结果代码，例如 MET_OK");
	*out = (struct outcome){
		.code = code->code, .amount_kind = "exact", .note = order_text(o, "note")
	};
	return money_of(o, "lost", &out->lost_fen) && money_of(o, "saved", &out->saved_fen);
}

static bool record_outcome(const struct order *o, struct casefile *c, struct task *t)
{
	struct outcome out;

	if (!outcome_of(o, &out))
		return false;
	out.case_id = c->id;
	out.task_id = t->id;
	if (act_outcome(o->d, c, t, o->actor, &out) == ACT_LATE)
		return order_refuse(o, "conflict", "这个任务现在不能登记结果", "请看任务状态");
	return true;
}

/* By whom: the task that was accepted or reported, else the first that is still offered. */
static bool main_task(struct desk *d, const struct casefile *c, struct task *out)
{
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		bool has_it = t[i].state == TASK_ACCEPTED || t[i].state == TASK_REPORTED;

		if (strcmp(t[i].kind, "dissuade") != 0 ||
			(!has_it && (found || t[i].state != TASK_OFFERED)))
			continue;
		*out = t[i];
		found = true;
		if (has_it)
			break;
	}
	return found;
}

bool order_case_outcome(const struct order *o)
{
	struct casefile c;
	struct task t;
	bool ok;

	if (!get_case(o, &c))
		return false;
	if (main_task(o->d, &c, &t))
		ok = record_outcome(o, &c, &t);
	else
		ok = order_refuse(
			o, "conflict", "这个案件没有可登记结果的任务", "请先改派，或重开案件");
	casefile_drop(&c);
	return ok;
}

/* -- tasks ----------------------------------------------------------------------------------------- */

static bool get_task(const struct order *o, struct task *t, struct casefile *c)
{
	if (!task_get(o->d->s, o->id, t)) {
		order_no_such(o, "任务");
		return false;
	}
	return casefile_get(o->d->s, t->case_id, c);
}

static bool said(const struct order *o, struct casefile *c, enum act_rc rc)
{
	casefile_drop(c);
	if (rc == ACT_LATE)
		return order_refuse(o, "conflict", "任务已不在这个状态", "请刷新后再看");
	return true;
}

bool order_task_accept(const struct order *o)
{
	struct casefile c;
	struct task t;

	return get_task(o, &t, &c) && said(o, &c, act_accept(o->d, &c, &t, o->actor));
}

bool order_task_decline(const struct order *o)
{
	struct casefile c;
	struct task t;

	return get_task(o, &t, &c) && said(o, &c, act_decline(o->d, &c, &t, o->actor, false));
}

bool order_task_outcome(const struct order *o)
{
	struct casefile c;
	struct task t;
	bool ok;

	if (!get_task(o, &t, &c))
		return false;
	ok = record_outcome(o, &c, &t);
	casefile_drop(&c);
	return ok;
}

bool order_task_confirm(const struct order *o)
{
	struct casefile c;
	struct task t;

	if (!get_task(o, &t, &c))
		return false;
	return said(o, &c,
		task_event(o->d->s, &t, TASK_EV_CONFIRM, o->actor, NULL) ? ACT_DONE : ACT_LATE);
}

bool order_task_reassign(const struct order *o)
{
	struct casefile c;
	struct member m;
	struct task t;
	bool ok;

	if (!get_task(o, &t, &c))
		return false;
	ok = member_get(o->d->s, json_int(o->body, "member", 0), &m)
		     ? act_reassign(o->d, &c, &t, &m, o->actor) ||
			       order_refuse(o, "conflict", "任务已了结，或该队员没有可用任务号",
				       "请刷新后再看，或换一位队员")
		     : order_refuse(o, "bad_value", "没有这个队员", "请写 member（队员编号）");
	casefile_drop(&c);
	return ok;
}
