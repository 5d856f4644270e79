/* What people with a right to it order: one table of noun, verb, roles and function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "alarm.h"
#include "amount.h"
#include "channel_order.h"
#include "clock.h"
#include "desk_room.h"
#include "duty.h"
#include "inbound.h"
#include "frozen.h"
#include "json.h"
#include "outcome_code.h"
#include "people.h"
#include "phone.h"
#include "resident.h"
#include "text.h"
#include "warning.h"

#include "banned.h"

enum { NOTE_MAX = 1000, SMS_MAX = 400 };

struct order {
	struct desk *d;
	const char *actor;
	int64_t id;
	const json_t *body;
	json_t **out;
	struct fault *fault;
};

static bool refuse(const struct order *o, const char *code, const char *why, const char *mend)
{
	fault_set(o->fault, code, why, mend);
	return false;
}

static bool no_such(const struct order *o, const char *what)
{
	char why[64];

	snprintf(why, sizeof why, "没有这个%s", what);
	return refuse(o, "not_found", why, "请核对编号");
}

static const char *text_of(const struct order *o, const char *key)
{
	const char *s = json_str(o->body, key);

	return s == NULL ? "" : s;
}

static bool get_case(const struct order *o, struct casefile *c)
{
	return casefile_get(o->d->s, o->id, c) || no_such(o, "案件");
}

/* -- cases ------------------------------------------------------------------------------------ */

static bool case_note(const struct order *o)
{
	const char *text = text_of(o, "text");
	struct casefile c;
	struct outcome note = {
		.code = "NOTE", .lost_fen = -1, .saved_fen = -1, .amount_kind = "none", .note = text
	};

	if (text[0] == '\0' || text_count(text) > NOTE_MAX)
		return refuse(o, "bad_value", "备注不能为空，也不能超过1000字", "请写 text");
	if (!get_case(o, &c))
		return false;
	note.case_id = c.id;
	note.actor = o->actor;
	outcome_add(o->d->s, &note);
	casefile_drop(&c);
	return true;
}

static bool case_level(const struct order *o)
{
	const struct policy *p = policies_find(&o->d->set->policies, text_of(o, "level"));
	struct casefile c;

	if (p == NULL)
		return refuse(o, "bad_value", "没有这个等级", "请写 CRITICAL、HIGH、MEDIUM 或 LOW");
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

static bool case_close(const struct order *o)
{
	const char *reason = text_of(o, "reason");
	struct casefile c;
	bool ok = false;

	if (reason[0] == '\0')
		return refuse(o, "bad_value", "结案要写明原因", "请写 reason");
	if (!get_case(o, &c))
		return false;
	if (c.state == CASE_CLOSED) {
		refuse(o, "conflict", "案件已经结案", "不用再结");
	} else if (handover_is_waiting(o->d, &c)) {
		refuse(o, "conflict", "止付移送还没有签收", "请派出所先签收或关闭移送单");
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

static bool case_reopen(const struct order *o)
{
	struct casefile c;
	bool ok = false;

	if (!get_case(o, &c))
		return false;
	if (c.state == CASE_OPEN) {
		refuse(o, "conflict", "案件本来就开着", "不用重开");
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
		return refuse(o, "bad_value", "金额看不明白", "请写确切数字，例如 35000 或 3.5万");
	*fen = a.hi_fen;
	return true;
}

static bool outcome_of(const struct order *o, struct outcome *out)
{
	const struct outcome_code *code =
		outcome_code_of_word(&o->d->set->outcomes, text_of(o, "code"));

	if (code == NULL)
		return refuse(o, "bad_value", "没有这个结果代码", "请写结果代码，例如 MET_OK");
	*out = (struct outcome){
		.code = code->code, .amount_kind = "exact", .note = text_of(o, "note")
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
		return refuse(o, "conflict", "这个任务现在不能登记结果", "请看任务状态");
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

static bool case_outcome(const struct order *o)
{
	struct casefile c;
	struct task t;
	bool ok;

	if (!get_case(o, &c))
		return false;
	if (main_task(o->d, &c, &t))
		ok = record_outcome(o, &c, &t);
	else
		ok = refuse(o, "conflict", "这个案件没有可登记结果的任务", "请先改派，或重开案件");
	casefile_drop(&c);
	return ok;
}

/* -- tasks ----------------------------------------------------------------------------------------- */

static bool get_task(const struct order *o, struct task *t, struct casefile *c)
{
	if (!task_get(o->d->s, o->id, t))
		return no_such(o, "任务");
	return casefile_get(o->d->s, t->case_id, c);
}

static bool said(const struct order *o, struct casefile *c, enum act_rc rc)
{
	casefile_drop(c);
	if (rc == ACT_LATE)
		return refuse(o, "conflict", "任务已不在这个状态", "请刷新后再看");
	return true;
}

static bool task_accept(const struct order *o)
{
	struct casefile c;
	struct task t;

	return get_task(o, &t, &c) && said(o, &c, act_accept(o->d, &c, &t, o->actor));
}

static bool task_decline(const struct order *o)
{
	struct casefile c;
	struct task t;

	return get_task(o, &t, &c) && said(o, &c, act_decline(o->d, &c, &t, o->actor, false));
}

static bool task_outcome(const struct order *o)
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

static bool task_confirm(const struct order *o)
{
	struct casefile c;
	struct task t;

	if (!get_task(o, &t, &c))
		return false;
	return said(o, &c,
		task_event(o->d->s, &t, TASK_EV_CONFIRM, o->actor, NULL) ? ACT_DONE : ACT_LATE);
}

static bool task_reassign(const struct order *o)
{
	struct casefile c;
	struct member m;
	struct task t;
	bool ok;

	if (!get_task(o, &t, &c))
		return false;
	ok = member_get(o->d->s, json_int(o->body, "member", 0), &m)
		     ? act_reassign(o->d, &c, &t, &m, o->actor) ||
			       refuse(o, "conflict", "任务已了结，或该队员没有可用任务号",
				       "请刷新后再看，或换一位队员")
		     : refuse(o, "bad_value", "没有这个队员", "请写 member（队员编号）");
	casefile_drop(&c);
	return ok;
}

/* -- inbox, messages ------------------------------------------------------------------------------------ */

static bool inbox_resolve_order(const struct order *o)
{
	const char *as = text_of(o, "as");
	struct inbound in;

	if (as[0] != '\0')
		return inbox_reread(o->d, o->id, as, o->actor, o->fault);
	if (!inbound_get(o->d->s, o->id, &in))
		return no_such(o, "短信");
	if (!inbound_event(o->d->s, &in, IN_EV_IGNORE, o->actor))
		return refuse(o, "conflict", "这条短信已经处理过", "请刷新后再看");
	inbound_resolve(o->d->s, o->id, o->actor, text_of(o, "note"));
	alarm_clear(o->d->s, "raised", arena_print(&o->d->s->arena, "%lld", (long long)o->id),
		o->actor);
	return true;
}

static bool message_send(const struct order *o)
{
	const char *text = text_of(o, "text"), *class_ = text_of(o, "class");
	struct phone to;
	char full[TEMPLATE_MAX * 4];

	if (phone_parse(text_of(o, "to"), NULL, &to) != PHONE_OK || !phone_sms_ok(to.text))
		return refuse(o, "bad_phone", "号码不能收短信", "请写11位手机号");
	if (text[0] == '\0' || text_count(text) > SMS_MAX)
		return refuse(o, "bad_value", "短信内容为空或超过400字", "请写 text");
	snprintf(full, sizeof full, "【%s】%s", o->d->set->templates.signature, text);
	*o->out = json_pack("{s:I}", "id",
		(json_int_t)post_text(o->d, to.text, full, "system",
			strcmp(class_, "urgent") == 0 ? "urgent" : "normal"));
	return true;
}

/* -- after a case ------------------------------------------------------------------------------------------- */

static bool followup_done(const struct order *o)
{
	struct casefile c;
	struct followup f;
	bool ok;

	if (!followup_get(o->d->s, o->id, &f) || !casefile_get(o->d->s, f.case_id, &c))
		return no_such(o, "回访");
	ok = revisit_done(o->d, &c, &f, o->actor) ||
	     refuse(o, "conflict", "这次回访已经了结", "请刷新后再看");
	casefile_drop(&c);
	return ok;
}

static bool handover_step(const struct order *o, enum handover_event ev)
{
	struct casefile c;
	struct handover h;
	bool ok;

	if (!handover_get(o->d->s, o->id, &h) || !casefile_get(o->d->s, h.case_id, &c))
		return no_such(o, "移送单");
	ok = handover_seen(o->d, &c, h.id, ev, NULL, o->actor) ||
	     refuse(o, "conflict", "移送单已不在这个状态", "请刷新后再看");
	casefile_drop(&c);
	return ok;
}

static bool handover_ack(const struct order *o)
{
	return handover_step(o, HO_EV_ACK);
}

static bool handover_close(const struct order *o)
{
	return handover_step(o, HO_EV_CLOSE);
}

static bool reward_reject(const struct order *o)
{
	struct reward r;

	if (!reward_get(o->d->s, o->id, &r))
		return no_such(o, "奖励申报");
	if (text_of(o, "reason")[0] == '\0')
		return refuse(o, "bad_value", "退回要写明原因", "请写 reason");
	return reward_event(o->d->s, &r, RW_EV_REJECT, o->actor, text_of(o, "reason")) ||
	       refuse(o, "conflict", "奖励申报已不在这个状态", "请刷新后再看");
}

/* -- people who were warned and are not on the list -------------------------------------------------------------- */

static bool proposed_add_order(const struct order *o)
{
	const char *area = "", *text = proposed_person(o->d->s, o->id, &area);
	json_t *person = text == NULL ? NULL : json_loads(text, 0, NULL), *phones;
	struct resident r = {
		.area = area, .tags = "", .risk = "", .state = "active", .remark = "", .birth = ""
	};
	bool created, changed;
	int64_t id;

	if (person == NULL)
		return no_such(o, "待入库人员");
	phones = json_object_get(person, "phones");
	r.name = json_str(person, "name") == NULL ? "" : json_str(person, "name");
	r.id_no = json_str(person, "id_no") == NULL ? "" : json_str(person, "id_no");
	r.sex = json_str(person, "sex") == NULL ? "" : json_str(person, "sex");
	r.address = json_str(person, "address") == NULL ? "" : json_str(person, "address");
	for (size_t i = 0; i < json_array_size(phones) && r.phone_count < RESIDENT_PHONES; i++)
		r.phone[r.phone_count++] = (struct resident_phone){ .kind = "own",
			.phone = json_string_value(json_array_get(phones, i)),
			.name = "",
			.relation = "" };
	id = resident_put(o->d->s, o->actor, &r, &created, &changed);
	proposed_decide(o->d->s, o->id, o->actor, "added", id);
	*o->out = json_pack("{s:I}", "resident", (json_int_t)id);
	json_decref(person);
	return true;
}

static bool proposed_ignore(const struct order *o)
{
	const char *area;

	if (proposed_person(o->d->s, o->id, &area) == NULL)
		return no_such(o, "待入库人员");
	proposed_decide(o->d->s, o->id, o->actor, "ignored", 0);
	return true;
}

static bool duty_delete_order(const struct order *o)
{
	return duty_delete(o->d->s, o->actor, o->id) || no_such(o, "值班");
}

/* -- the office ------------------------------------------------------------------------------------------------------ */

static bool key_add(const struct order *o)
{
	const char *name = text_of(o, "name");
	unsigned role = role_of_code(text_of(o, "role"));
	char key[ACCESS_KEY];
	int64_t id;

	if (name[0] == '\0' || text_count(name) > 40)
		return refuse(o, "bad_value", "密钥要有名字，最多40字", "请写 name");
	if (role == 0)
		return refuse(o, "bad_value", "没有这个角色",
			"请写 police、manager、finance、auditor、admin 或 village");
	if (!access_add(o->d->s, o->actor, name, role, text_of(o, "area"), key, &id))
		return refuse(o, "conflict", "这个名字已有密钥", "请换一个名字，或先吊销旧的");
	*o->out = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "name", name, "key", key);
	memset(key, 0, sizeof key);
	return true;
}

static bool key_revoke(const struct order *o)
{
	return access_revoke(o->d->s, o->actor, o->id) || no_such(o, "密钥");
}

static bool alarm_clear_order(const struct order *o)
{
	return alarm_clear_id(o->d->s, o->id, o->actor) || no_such(o, "告警");
}

static bool channel_pause(const struct order *o)
{
	return channel_order_pause(o->d, o->actor, o->body, o->fault);
}

static bool channel_resume(const struct order *o)
{
	return channel_order_resume(o->d, o->actor, o->body, o->fault);
}

static bool channel_test(const struct order *o)
{
	return channel_order_test(o->d, o->actor, o->body, o->out, o->fault);
}

/* A person has looked at the clock: it is right as it stands now. What runs keeps the time it has left. */
static bool clock_confirm(const struct order *o)
{
	struct store *s = o->d->s;
	int64_t by = clock_now_ms() - s->now_ms;

	timer_shift(s, by);
	message_shift(s, by);
	casefile_shift(s, by);
	handover_shift(s, by);
	store_meta_set(s, "clock_apart", "0");
	o->d->next_due_ms = 0;
	o->d->steady_wall_ms = clock_now_ms();
	o->d->steady_mono_ms = clock_mono_ms();
	o->d->clock_doubted = false;
	/* From this event on: a start looks at the last one to know whether the clock went back. */
	s->now_ms += by;
	alarm_clear(o->d->s, "clock", "clock", o->actor);
	store_event(o->d->s, o->actor, "clock.confirmed", 0, "clock", 0, NULL);
	return true;
}

enum {
	OFFICE = ROLE_MANAGER | ROLE_ADMIN,
	FIELD = ROLE_MANAGER | ROLE_ADMIN | ROLE_POLICE,
	VILLAGE_TOO = FIELD | ROLE_VILLAGE
};

static const struct {
	const char *noun, *verb;
	unsigned roles;
	bool (*run)(const struct order *o);
} orders[] = {
	{ "cases", "notes", VILLAGE_TOO, case_note },
	{ "cases", "level", FIELD, case_level },
	{ "cases", "close", FIELD, case_close },
	{ "cases", "reopen", FIELD, case_reopen },
	{ "cases", "outcomes", VILLAGE_TOO, case_outcome },
	{ "tasks", "accept", VILLAGE_TOO, task_accept },
	{ "tasks", "decline", VILLAGE_TOO, task_decline },
	{ "tasks", "reassign", FIELD, task_reassign },
	{ "tasks", "outcome", VILLAGE_TOO, task_outcome },
	{ "tasks", "confirm", FIELD, task_confirm },
	{ "inbox", "resolve", FIELD, inbox_resolve_order },
	{ "messages", "send", FIELD, message_send },
	{ "followups", "done", VILLAGE_TOO, followup_done },
	{ "handovers", "ack", ROLE_POLICE | ROLE_ADMIN, handover_ack },
	{ "handovers", "close", ROLE_POLICE | ROLE_ADMIN, handover_close },
	{ "rewards", "reject", OFFICE | ROLE_FINANCE, reward_reject },
	{ "proposed", "add", FIELD, proposed_add_order },
	{ "proposed", "ignore", FIELD, proposed_ignore },
	{ "duties", "delete", OFFICE, duty_delete_order },
	{ "keys", "add", ROLE_ADMIN, key_add },
	{ "keys", "revoke", ROLE_ADMIN, key_revoke },
	{ "alarms", "clear", FIELD, alarm_clear_order },
	{ "channels", "pause", OFFICE, channel_pause },
	{ "channels", "resume", OFFICE, channel_resume },
	{ "channels", "test", FIELD, channel_test },
	{ "clock", "confirm", ROLE_ADMIN, clock_confirm },
};

enum { ORDERS = sizeof orders / sizeof *orders };

bool desk_command(struct desk *d, const char *actor, const char *noun, const char *verb, int64_t id,
	const json_t *body, json_t **out, struct fault *fault)
{
	struct order o = { d, actor, id, body, out, fault };

	d->next_due_ms = 0;
	for (size_t i = 0; i < ORDERS; i++)
		if (strcmp(orders[i].noun, noun) == 0 && strcmp(orders[i].verb, verb) == 0)
			return orders[i].run(&o);
	return refuse(&o, "not_found", "没有这个操作", "请看接口说明");
}

unsigned desk_command_roles(const char *noun, const char *verb)
{
	for (size_t i = 0; i < ORDERS; i++)
		if (strcmp(orders[i].noun, noun) == 0 && strcmp(orders[i].verb, verb) == 0)
			return orders[i].roles;
	return 0;
}

int desk_fault_status(const struct fault *f)
{
	static const struct {
		const char *code;
		int status;
	} statuses[] = { { "not_found", 404 }, { "conflict", 409 }, { "forbidden", 403 },
		{ "not_understood", 409 } };

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(statuses[i].code, f->code) == 0)
			return statuses[i].status;
	return 422;
}
