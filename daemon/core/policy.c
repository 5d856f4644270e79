#include "policy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "json.h"

#include "banned.h"

enum {
	MINUTE = 60,
	HOUR = 3600,
	DAY = 86400,
	DAY_MIN = 1440,
	LONGEST_S = 366 * DAY,
	CALLS_MAX = 10
};

/*
 * The township's table. No public rule with limits in minutes was found: every number here is
 * a default and can be changed in the configuration.
 *
 * MEDIUM and LOW: a call that succeeds ends the case (see outcome_code.h), so the visit of
 * MEDIUM falls due only where the calls have failed.
 */
#define ASK(after, whom) \
	{ \
		.after_s = (after), .who = (whom), .ask = true \
	}
#define TELL(after, whom) \
	{ \
		.after_s = (after), .who = (whom) \
	}

/* clang-format off */
static const struct policy defaults[] = {
	{ .code = "CRITICAL", .name = "紧急高危", .word = "急", .rank = 40,
	  .rungs = { ASK(0, WHO_DUTY | WHO_MEMBERS),
	             ASK(3 * MINUTE, WHO_LEADER),
	             ASK(6 * MINUTE, WHO_HEAD),
	             ASK(10 * MINUTE, WHO_CENTRE),
	             TELL(10 * MINUTE, WHO_POLICE) },
	  .rung_count = 5, .accepts = 1,
	  .ack_s = 3 * MINUTE, .contact_s = 5 * MINUTE, .meet_s = 30 * MINUTE, .feedback_s = HOUR,
	  .revisit_s = { DAY, 3 * DAY, 7 * DAY }, .revisit_count = 3,
	  .urgent = true, .window_from_min = 0, .window_to_min = DAY_MIN,
	  .ttl_s = 2 * HOUR, .realarm_s = 30 * MINUTE,
	  .calls = 4, .call_after_s = 0, .call_every_s = 2 * MINUTE },
	{ .code = "HIGH", .name = "高危", .word = "高", .rank = 30,
	  .rungs = { ASK(0, WHO_DUTY),
	             ASK(10 * MINUTE, WHO_MEMBERS | WHO_LEADER),
	             ASK(20 * MINUTE, WHO_HEAD | WHO_CENTRE),
	             TELL(30 * MINUTE, WHO_POLICE) },
	  .rung_count = 4, .accepts = 1,
	  .ack_s = 10 * MINUTE, .contact_s = 10 * MINUTE, .meet_s = HOUR, .feedback_s = 4 * HOUR,
	  .revisit_s = { DAY, 7 * DAY }, .revisit_count = 2,
	  .urgent = true, .window_from_min = 0, .window_to_min = DAY_MIN,
	  .ttl_s = 2 * HOUR, .realarm_s = 30 * MINUTE,
	  .calls = 2, .call_after_s = 5 * MINUTE, .call_every_s = 5 * MINUTE },
	{ .code = "MEDIUM", .name = "中危", .word = "中", .rank = 20,
	  .rungs = { ASK(0, WHO_DUTY),
	             ASK(2 * HOUR, WHO_MEMBERS | WHO_LEADER),
	             ASK(6 * HOUR, WHO_CENTRE) },
	  .rung_count = 3, .accepts = 1,
	  .ack_s = HOUR, .contact_s = 2 * HOUR, .meet_s = DAY, .feedback_s = DAY,
	  .revisit_s = { 7 * DAY }, .revisit_count = 1,
	  .urgent = false, .window_from_min = 8 * 60, .window_to_min = 21 * 60,
	  .ttl_s = DAY, .realarm_s = 2 * HOUR,
	  .calls = 1, .call_after_s = 2 * HOUR, .call_every_s = HOUR },
	{ .code = "LOW", .name = "低危", .word = "低", .rank = 10,
	  .rungs = { ASK(0, WHO_DUTY),
	             ASK(12 * HOUR, WHO_MEMBERS),
	             ASK(24 * HOUR, WHO_LEADER | WHO_CENTRE) },
	  .rung_count = 3, .accepts = 1,
	  .ack_s = 12 * HOUR, .contact_s = DAY, .meet_s = 0, .feedback_s = 3 * DAY,
	  .revisit_count = 0,
	  .urgent = false, .window_from_min = 8 * 60, .window_to_min = 21 * 60,
	  .ttl_s = DAY, .realarm_s = DAY,
	  .calls = 0, .call_after_s = 12 * HOUR, .call_every_s = HOUR },
};

static const struct { const char *code; unsigned bit; } whos[] = {
	{ "duty", WHO_DUTY }, { "members", WHO_MEMBERS }, { "leader", WHO_LEADER },
	{ "head", WHO_HEAD }, { "centre", WHO_CENTRE }, { "police", WHO_POLICE },
};
/* clang-format on */

enum { WHOS = sizeof whos / sizeof *whos, ALL_WHO = (1 << WHOS) - 1 };

void policies_default(struct policies *p)
{
	enum { N = sizeof defaults / sizeof *defaults };

	memset(p, 0, sizeof *p);
	memcpy(p->level, defaults, sizeof defaults);
	p->count = N;
	p->version = 1;
	p->merge_s = DAY;
	p->handover_s = 30 * MINUTE;
	p->handover_repeat_s = 5 * MINUTE;
	p->life_s = 7 * DAY;
	p->remind_s = HOUR;
}

static int index_of(const struct policies *p, const char *code)
{
	for (int i = 0; code != NULL && i < p->count; i++)
		if (strcmp(p->level[i].code, code) == 0)
			return i;
	return -1;
}

const struct policy *policies_find(const struct policies *p, const char *code)
{
	int i = index_of(p, code);

	return i < 0 ? NULL : &p->level[i];
}

const struct policy *policies_raise(const struct policies *p, const char *code)
{
	int i = index_of(p, code);

	return i < 0 ? NULL : &p->level[i > 0 ? i - 1 : 0];
}

const struct policy *policies_graver(const struct policies *p, const char *a, const char *b)
{
	const struct policy *x = policies_find(p, a);
	const struct policy *y = policies_find(p, b);

	if (x == NULL || y == NULL)
		return x == NULL ? y : x;
	return y->rank > x->rank ? y : x;
}

void policies_sort(struct policies *p)
{
	for (int i = 1; i < p->count; i++) {
		struct policy moved = p->level[i];
		int to = i;

		for (; to > 0 && p->level[to - 1].rank < moved.rank; to--)
			p->level[to] = p->level[to - 1];
		p->level[to] = moved;
	}
}

unsigned policy_who_of(const char *code)
{
	for (int i = 0; i < WHOS; i++)
		if (strcmp(whos[i].code, code) == 0)
			return whos[i].bit;
	return 0;
}

static const char *check_rungs(const struct policy *p)
{
	if (p->rung_count < 1 || p->rung_count > POLICY_RUNGS)
		return "通知阶梯(rungs)要有1到8级";
	if (p->rungs[0].after_s != 0)
		return "第一级通知的 after 必须是0,预警一到就通知";
	if (!p->rungs[0].ask)
		return "第一级通知必须可以接单(ask = true)";
	for (int i = 0; i < p->rung_count; i++) {
		const struct policy_rung *r = &p->rungs[i];

		if (r->who == 0 || r->who > ALL_WHO)
			return "通知阶梯每一级都要写明通知谁(who)";
		if (r->after_s < 0 || r->after_s > LONGEST_S)
			return "通知阶梯的时间(after)超出范围";
		if (i > 0 && r->after_s < p->rungs[i - 1].after_s)
			return "通知阶梯的时间(after)要由小到大";
	}
	return NULL;
}

static const char *check_times(const struct policy *p)
{
	if (p->ack_s < 1 || p->contact_s < 1 || p->feedback_s < 1 || p->meet_s < 0)
		return "签收、联系、反馈时限(ack、contact、feedback)要大于0,见面时限(meet)可为0";
	if (p->ack_s > LONGEST_S || p->contact_s > LONGEST_S || p->meet_s > LONGEST_S ||
		p->feedback_s > LONGEST_S)
		return "时限不能超过366天";
	if (p->ttl_s < MINUTE || p->ttl_s > LONGEST_S)
		return "短信有效期(ttl)要在1分钟到366天之间";
	if (p->realarm_s < MINUTE || p->realarm_s > LONGEST_S)
		return "重复告警间隔(realarm)要在1分钟到366天之间";
	if (p->window_from_min < 0 || p->window_from_min >= DAY_MIN || p->window_to_min < 0 ||
		p->window_to_min > DAY_MIN || p->window_from_min == p->window_to_min)
		return "发送时段(window)要写成 08:00-21:00 这样,全天写 00:00-24:00";
	return NULL;
}

static const char *check_calls(const struct policy *p)
{
	if (p->calls < 0 || p->calls > CALLS_MAX || p->resident_calls < 0 ||
		p->resident_calls > CALLS_MAX)
		return "打电话的次数(calls、resident_calls)要在0到10之间,0 不打";
	if (p->call_after_s < 0 || p->call_after_s > LONGEST_S || p->resident_after_s < 0 ||
		p->resident_after_s > LONGEST_S)
		return "多久以后打电话(call_after、resident_after)超出范围";
	if ((p->calls > 1 || p->resident_calls > 1) &&
		(p->call_every_s < MINUTE || p->call_every_s > DAY))
		return "两次电话的间隔(call_every)要在1分钟到1天之间";
	return NULL;
}

static const char *check_revisits(const struct policy *p)
{
	if (p->revisit_count < 0 || p->revisit_count > POLICY_REVISITS)
		return "回访(revisit)最多6次";
	for (int i = 0; i < p->revisit_count; i++) {
		if (p->revisit_s[i] < 1 || p->revisit_s[i] > LONGEST_S)
			return "回访时间(revisit)要大于0,不超过366天";
		if (i > 0 && p->revisit_s[i] <= p->revisit_s[i - 1])
			return "回访时间(revisit)要由小到大";
	}
	return NULL;
}

static bool is_code(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return s[0] >= 'A' && s[0] <= 'Z' && s[strspn(s, letters)] == '\0';
}

const char *policy_check(const struct policy *p)
{
	const char *why;

	if (!is_code(p->code))
		return "级别代码(code)只能用大写字母、数字和下划线,以字母开头";
	if (p->name[0] == '\0' || p->word[0] == '\0')
		return "级别要有名称(name)和短信用字(word)";
	if (p->rank < 1)
		return "级别轻重(rank)要大于0,越大越急";
	if (p->accepts < 1 || p->accepts > 20)
		return "接单人数(accepts)要在1到20之间";
	if ((why = check_rungs(p)) != NULL)
		return why;
	if ((why = check_times(p)) != NULL)
		return why;
	if ((why = check_calls(p)) != NULL)
		return why;
	return check_revisits(p);
}

static json_t *rungs_json(const struct policy *p)
{
	json_t *list = json_array();

	for (int i = 0; i < p->rung_count; i++) {
		const struct policy_rung *r = &p->rungs[i];
		json_t *rung = json_object(), *who = json_array();

		for (int k = 0; k < WHOS; k++)
			if (r->who & whos[k].bit)
				json_array_append_new(who, json_string(whos[k].code));
		json_put_int(rung, "after_s", r->after_s);
		json_object_set_new(rung, "who", who);
		json_object_set_new(rung, "ask", json_boolean(r->ask));
		if (r->call)
			json_object_set_new(rung, "call", json_true());
		json_array_append_new(list, rung);
	}
	return list;
}

/* The plain numbers of the frozen form; a new one is one line here. */
/* clang-format off */
static const struct { const char *key; size_t at; } numbers[] = {
	{ "rank", offsetof(struct policy, rank) },
	{ "accepts", offsetof(struct policy, accepts) },
	{ "ack_s", offsetof(struct policy, ack_s) },
	{ "contact_s", offsetof(struct policy, contact_s) },
	{ "meet_s", offsetof(struct policy, meet_s) },
	{ "feedback_s", offsetof(struct policy, feedback_s) },
	{ "window_from_min", offsetof(struct policy, window_from_min) },
	{ "window_to_min", offsetof(struct policy, window_to_min) },
	{ "ttl_s", offsetof(struct policy, ttl_s) },
	{ "realarm_s", offsetof(struct policy, realarm_s) },
	{ "calls", offsetof(struct policy, calls) },
	{ "call_after_s", offsetof(struct policy, call_after_s) },
	{ "call_every_s", offsetof(struct policy, call_every_s) },
	{ "resident_calls", offsetof(struct policy, resident_calls) },
	{ "resident_after_s", offsetof(struct policy, resident_after_s) },
};
/* clang-format on */

enum { NUMBERS = sizeof numbers / sizeof *numbers };

json_t *policy_json(const struct policy *p, int version)
{
	json_t *o = json_object(), *revisits = json_array();

	json_put_int(o, "version", version);
	json_put_str(o, "code", p->code);
	json_put_str(o, "name", p->name);
	json_put_str(o, "word", p->word);
	for (int i = 0; i < NUMBERS; i++)
		json_put_int(o, numbers[i].key, *(const int *)((const char *)p + numbers[i].at));
	json_object_set_new(o, "urgent", json_boolean(p->urgent));
	json_object_set_new(o, "rungs", rungs_json(p));
	for (int i = 0; i < p->revisit_count; i++)
		json_array_append_new(revisits, json_integer(p->revisit_s[i]));
	json_object_set_new(o, "revisit_s", revisits);
	return o;
}

static bool take_int(const json_t *v, int *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || n > LONGEST_S)
		return false;
	*out = (int)n;
	return true;
}

static bool take_text(const json_t *o, const char *key, char out[POLICY_CODE])
{
	const char *s = json_str(o, key);

	return s != NULL && snprintf(out, POLICY_CODE, "%s", s) < POLICY_CODE;
}

static bool take_rung(const json_t *o, struct policy_rung *out)
{
	const json_t *who = json_object_get(o, "who");

	if (!take_int(json_object_get(o, "after_s"), &out->after_s))
		return false;
	for (size_t i = 0; i < json_array_size(who); i++) {
		const char *code = json_string_value(json_array_get(who, i));
		unsigned bit = code == NULL ? 0 : policy_who_of(code);

		if (bit == 0)
			return false;
		out->who |= bit;
	}
	out->ask = json_flag(o, "ask", false);
	out->call = json_flag(o, "call", false);
	return true;
}

static bool take_lists(const json_t *o, struct policy *p)
{
	const json_t *rungs = json_object_get(o, "rungs"),
		     *revisits = json_object_get(o, "revisit_s");

	if (json_array_size(rungs) > POLICY_RUNGS || json_array_size(revisits) > POLICY_REVISITS)
		return false;
	for (; p->rung_count < (int)json_array_size(rungs); p->rung_count++)
		if (!take_rung(
			    json_array_get(rungs, (size_t)p->rung_count), &p->rungs[p->rung_count]))
			return false;
	for (; p->revisit_count < (int)json_array_size(revisits); p->revisit_count++)
		if (!take_int(json_array_get(revisits, (size_t)p->revisit_count),
			    &p->revisit_s[p->revisit_count]))
			return false;
	return true;
}

bool policy_of_json(const json_t *o, struct policy *out)
{
	memset(out, 0, sizeof *out);
	if (!take_text(o, "code", out->code) || !take_text(o, "name", out->name) ||
		!take_text(o, "word", out->word))
		return false;
	for (int i = 0; i < NUMBERS; i++)
		if (!take_int(json_object_get(o, numbers[i].key),
			    (int *)((char *)out + numbers[i].at)))
			return false;
	out->urgent = json_flag(o, "urgent", false);
	return take_lists(o, out) && policy_check(out) == NULL;
}

static bool is_open(const struct policy *p, int minute)
{
	if (p->window_from_min < p->window_to_min)
		return minute >= p->window_from_min && minute < p->window_to_min;
	return minute >= p->window_from_min || minute < p->window_to_min; /* over midnight */
}

int64_t policy_window(const struct policy *p, int64_t now_ms)
{
	struct clock_day day;
	int64_t opens;
	int minute, wait;

	if (p->urgent)
		return now_ms;
	clock_local(now_ms, &day);
	minute = day.hour * 60 + day.minute;
	if (is_open(p, minute))
		return now_ms;
	wait = (p->window_from_min - minute + DAY_MIN) % DAY_MIN;
	if (p->window_from_min < minute) {
		/* Tomorrow; from noon to noon no change of the clock is in the way. */
		day.hour = 12;
		clock_local(clock_of_local(&day) + INT64_C(1000) * DAY, &day);
	}
	day.hour = p->window_from_min / 60;
	day.minute = p->window_from_min % 60;
	day.second = 0;
	opens = clock_of_local(&day);
	return opens > now_ms ? opens : now_ms + wait * INT64_C(60000);
}
