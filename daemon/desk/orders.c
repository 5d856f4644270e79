/* What people with a right to it order: one table of noun, verb, roles and function. */
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "alarm.h"
#include "channel_order.h"
#include "clock.h"
#include "duty.h"
#include "inbound.h"
#include "json.h"
#include "order_room.h"
#include "people.h"
#include "phone.h"
#include "resident.h"
#include "text.h"
#include "warning.h"

#include "banned.h"

enum { SMS_MAX = 400 };

bool order_no_such(const struct order *o, const char *what)
{
	char why[64];

	snprintf(why, sizeof why, "没有这个%s", what);
	return order_refuse(o, "not_found", why, "请核对编号");
}

const char *order_text(const struct order *o, const char *key)
{
	const char *s = json_str(o->body, key);

	return s == NULL ? "" : s;
}

/* -- inbox, messages ------------------------------------------------------------------------------------ */

static bool inbox_resolve_order(const struct order *o)
{
	const char *as = order_text(o, "as");
	struct inbound in;

	if (as[0] != '\0')
		return inbox_reread(o->d, o->id, as, o->actor, o->fault);
	if (!inbound_get(o->d->s, o->id, &in))
		return order_no_such(o, "短信");
	if (!inbound_event(o->d->s, &in, IN_EV_IGNORE, o->actor))
		return order_refuse(o, "conflict", "这条短信已经处理过", "请刷新后再看");
	inbound_resolve(o->d->s, o->id, o->actor, order_text(o, "note"));
	alarm_clear(o->d->s, "raised", arena_print(&o->d->s->arena, "%lld", (long long)o->id),
		o->actor);
	return true;
}

static bool message_send(const struct order *o)
{
	const char *text = order_text(o, "text"), *class_ = order_text(o, "class");
	struct phone to;
	char full[TEMPLATE_MAX * 4];

	if (phone_parse(order_text(o, "to"), NULL, &to) != PHONE_OK || !phone_sms_ok(to.text))
		return order_refuse(o, "bad_phone", "号码不能收短信", "请写11位手机号");
	if (text[0] == '\0' || text_count(text) > SMS_MAX)
		return order_refuse(o, "bad_value", "短信内容为空或超过400字", "请写 text");
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
		return order_no_such(o, "回访");
	ok = revisit_done(o->d, &c, &f, o->actor) ||
	     order_refuse(o, "conflict", "这次回访已经了结", "请刷新后再看");
	casefile_drop(&c);
	return ok;
}

static bool handover_step(const struct order *o, enum handover_event ev)
{
	struct casefile c;
	struct handover h;
	bool ok;

	if (!handover_get(o->d->s, o->id, &h) || !casefile_get(o->d->s, h.case_id, &c))
		return order_no_such(o, "移送单");
	ok = handover_seen(o->d, &c, h.id, ev, NULL, o->actor) ||
	     order_refuse(o, "conflict", "移送单已不在这个状态", "请刷新后再看");
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
		return order_no_such(o, "奖励申报");
	if (order_text(o, "reason")[0] == '\0')
		return order_refuse(o, "bad_value", "退回要写明原因", "请写 reason");
	return reward_event(o->d->s, &r, RW_EV_REJECT, o->actor, order_text(o, "reason")) ||
	       order_refuse(o, "conflict", "奖励申报已不在这个状态", "请刷新后再看");
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
		return order_no_such(o, "待入库人员");
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
		return order_no_such(o, "待入库人员");
	proposed_decide(o->d->s, o->id, o->actor, "ignored", 0);
	return true;
}

static bool duty_delete_order(const struct order *o)
{
	return duty_delete(o->d->s, o->actor, o->id) || order_no_such(o, "值班");
}

/* -- the office ------------------------------------------------------------------------------------------------------ */

static bool key_add(const struct order *o)
{
	const char *name = order_text(o, "name");
	unsigned role = role_of_code(order_text(o, "role"));
	char key[ACCESS_KEY];
	int64_t id;

	if (name[0] == '\0' || text_count(name) > 40)
		return order_refuse(o, "bad_value", "密钥要有名字，最多40字", "请写 name");
	if (role == 0)
		return order_refuse(o, "bad_value", "没有这个角色",
			"请写 police、manager、finance、auditor、admin 或 village");
	if (!access_add(o->d->s, o->actor, name, role, order_text(o, "area"), key, &id))
		return order_refuse(
			o, "conflict", "这个名字已有密钥", "请换一个名字，或先吊销旧的");
	*o->out = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "name", name, "key", key);
	memset(key, 0, sizeof key);
	return true;
}

static bool key_revoke(const struct order *o)
{
	return access_revoke(o->d->s, o->actor, o->id) || order_no_such(o, "密钥");
}

static bool alarm_clear_order(const struct order *o)
{
	return alarm_clear_id(o->d->s, o->id, o->actor) || order_no_such(o, "告警");
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
	{ "cases", "notes", VILLAGE_TOO, order_case_note },
	{ "cases", "level", FIELD, order_case_level },
	{ "cases", "close", FIELD, order_case_close },
	{ "cases", "reopen", FIELD, order_case_reopen },
	{ "cases", "outcomes", VILLAGE_TOO, order_case_outcome },
	{ "tasks", "accept", VILLAGE_TOO, order_task_accept },
	{ "tasks", "decline", VILLAGE_TOO, order_task_decline },
	{ "tasks", "reassign", FIELD, order_task_reassign },
	{ "tasks", "outcome", VILLAGE_TOO, order_task_outcome },
	{ "tasks", "confirm", FIELD, order_task_confirm },
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
	return order_refuse(&o, "not_found", "没有这个操作", "请看接口说明");
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
