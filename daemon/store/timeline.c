#include "timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "level.h"
#include "outcome_code.h"
#include "mask.h"
#include "veil.h"
#include "wording.h"

#include "banned.h"

enum { LINE_MAX_BYTES = 8192, NAMES = 2 };

/* {key}: one of the words below, or a member of the event's data. No line: not worth telling. */
static const struct {
	const char *kind, *line;
} lines[] = {
	{ "warning.accepted", "收到预警（{level}）" },
	{ "case.opened", "立案 {no}，{level}{proposed}" },
	{ "case.repeated", "再次预警，已是第{repeat_no}次，{level}" },
	{ "case.level", "等级改为{level}" },
	{ "case.resolve", "案件已有结果：{outcome}" },
	{ "case.close", "结案" },
	{ "case.reopen", "案件重新打开" },
	{ "task.offered", "派单给{member}" },
	{ "task.accept", "{member}接单" },
	{ "task.decline", "{member}不能去" },
	{ "task.expire", "派给{member}的任务已失效" },
	{ "task.withdraw", "撤回派给{member}的任务" },
	{ "task.report", "{member}回报结果" },
	{ "task.confirm", "{member}的结果已确认" },
	{ "task.resume", "{member}收回上一次答复" },
	{ "task.met", "{member}已见到本人" },
	{ "task.overdue", "{member}超时未反馈" },
	{ "ladder.gap", "这一级没有人可派" },
	{ "ladder.ended", "各级都已派过，仍无人接单" },
	{ "ladder.collapsed", "停机期间错过的几级合并派出" },
	{ "inbound.apply", "{phone}回复：{text}" },
	{ "inbound.ask", "{phone}回复：{text}（已回问）" },
	{ "inbound.human", "{phone}来信，转人工处理：{text}" },
	{ "inbound.ignore", "{phone}来信：{text}" },
	{ "reply.raised", "回复里有紧急情况" },
	{ "outcome.recorded", "登记{code}{note}" },
	{ "followup.scheduled", "安排回访（{step}）" },
	{ "followup.ask", "请{member}回访" },
	{ "followup.do", "{member}完成回访" },
	{ "followup.miss", "回访超时未做" },
	{ "followup.withdraw", "取消回访" },
	{ "handover.opened", "发起止付移交" },
	{ "handover.tell", "止付移交已通知民警" },
	{ "handover.ack", "民警已签收止付移交" },
	{ "handover.close", "止付移交办结" },
	{ "handover.changed", "止付移交要素有更新" },
	{ "reward.proposed", "生成奖励申报" },
	{ "reward.verify", "奖励已核实" },
	{ "reward.review", "奖励已复核" },
	{ "reward.approve", "奖励已批准" },
	{ "reward.publish", "奖励已公示" },
	{ "reward.pay", "奖励已发放" },
	{ "reward.reject", "奖励被驳回" },
	{ "reward.claw_back", "奖励被追回" },
	{ "alarm.raised", "告警：{alarm}" },
	{ "alarm.cleared", "告警解除：{alarm}" },
	{ "proposed.decided", "入册建议已处理" },
	{ "reveal", "查看了明文资料" },
	{ "message.claim", NULL },
	{ "message.release", NULL },
};

/* Steps of a message: an SMS is told otherwise than a call; `from` NULL: whatever it was before. */
static const struct {
	const char *kind, *from, *sms, *call;
} steps[] = {
	{ "message.accepted", NULL, "短信已发往{phone}：{text}", "给{phone}的电话已打出：{text}" },
	{ "message.report_ok", NULL, "发往{phone}的短信已送达", "给{phone}的电话已接通" },
	{ "message.report_bad", NULL, "发往{phone}的短信没有送达：{reason}",
		"给{phone}的电话没有接通：{reason}" },
	{ "message.rejected", NULL, "发往{phone}的短信发不出去：{reason}",
		"给{phone}的电话没有打通：{reason}" },
	{ "message.not_sent", NULL, "发往{phone}的短信没有发出，重新排队：{reason}",
		"给{phone}的电话没有打出，重新排队：{reason}" },
	{ "message.silence", "sent", "发往{phone}的短信不知结果",
		"给{phone}的电话还没有人告知怎么结束的" },
	{ "message.silence", NULL, "发往{phone}的短信不知是否发出", "给{phone}的电话不知是否打出" },
	{ "message.retry", NULL, "发往{phone}的短信重发", "给{phone}的电话重打" },
	{ "message.hold", NULL, "发往{phone}的短信暂缓：{reason}",
		"给{phone}的电话暂缓：{reason}" },
	{ "message.supersede", NULL, "发往{phone}的短信不再需要", "给{phone}的电话不再需要" },
	{ "message.expire", "unsure", "发往{phone}的短信始终不知是否送达",
		"给{phone}的电话始终没有人告知怎么结束的，按没有接听处理" },
	{ "message.expire", NULL, "发往{phone}的短信已过时效", "给{phone}的电话已过时效" },
};

struct teller {
	struct store *s;
	bool plain;
	const char
		*names[NAMES]; /* of the person and the family, for masking them inside of texts */
	size_t name_count;
	const char *entity;
	int64_t entity_id;
	const json_t *data;
};

/* -- the words ----------------------------------------------------------------------------------- */

static const char *shown(
	struct teller *t, const char *text, char *(*mask)(const char *, char *, size_t))
{
	char out[MASK_MAX];

	return t->plain || text[0] == '\0' ? text : store_keep(t->s, mask(text, out, sizeof out));
}

static const char *prose(struct teller *t, const char *text)
{
	const char *out;
	struct buf veiled;

	if (t->plain)
		return text;
	buf_init(&veiled, LINE_MAX_BYTES);
	veil_prose(text, t->names, t->name_count, &veiled);
	out = store_keep(t->s, buf_str(&veiled));
	buf_free(&veiled);
	return out;
}

static const char *sealed_of(
	struct teller *t, const char *sql, const char *table, const char *column, int64_t id)
{
	struct db_stmt *q = db_query(t->s->db, sql, DB_ARGS(DI(id)));
	const char *out = "";

	if (db_next(q)) {
		out = store_plain(t->s, q, 0, table, column, id);
		db_end(q);
	}
	return out;
}

static const char *member_name(struct teller *t, int64_t id)
{
	const char *name =
		sealed_of(t, "SELECT name_x FROM member WHERE id = ?", "member", "name", id);

	return name[0] == '\0' ? "队员" : shown(t, name, mask_name);
}

static const char *word_member(struct teller *t)
{
	int64_t id = strcmp(t->entity, "task") == 0
			     ? db_number(t->s->db, "SELECT member_id FROM task WHERE id = ?", 0,
				       DB_ARGS(DI(t->entity_id)))
			     : db_number(t->s->db, "SELECT member_id FROM followup WHERE id = ?", 0,
				       DB_ARGS(DI(t->entity_id)));

	return member_name(t, id);
}

static bool of_inbound(const struct teller *t)
{
	return strcmp(t->entity, "inbound") == 0;
}

static const char *word_phone(struct teller *t)
{
	const char *phone = of_inbound(t) ? sealed_of(t, "SELECT phone_x FROM inbound WHERE id = ?",
						    "inbound", "phone", t->entity_id)
					  : sealed_of(t, "SELECT phone_x FROM message WHERE id = ?",
						    "message", "phone", t->entity_id);

	return phone[0] == '\0' ? "未知号码" : shown(t, phone, mask_phone);
}

static const char *word_text(struct teller *t)
{
	return prose(t, of_inbound(t) ? sealed_of(t, "SELECT text_x FROM inbound WHERE id = ?",
						"inbound", "text", t->entity_id)
				      : sealed_of(t, "SELECT text_x FROM message WHERE id = ?",
						"message", "text", t->entity_id));
}

static const char *word_note(struct teller *t)
{
	const char *note = sealed_of(
		t, "SELECT note_x FROM outcome WHERE id = ?", "outcome", "note", t->entity_id);

	return note[0] == '\0' ? "" : arena_print(&t->s->arena, "：%s", prose(t, note));
}

static const char *word_alarm(struct teller *t)
{
	struct db_stmt *q = db_query(
		t->s->db, "SELECT text FROM alarm WHERE id = ?", DB_ARGS(DI(t->entity_id)));
	const char *out = "";

	if (db_next(q)) {
		out = store_keep(t->s, db_text(q, 0));
		db_end(q);
	}
	return out;
}

static const char *word_level(struct teller *t)
{
	const char *code = json_str(t->data, "level");
	enum level level;

	return code != NULL && level_of_code(code, &level) ? level_name(level) : "";
}

/* The house's names of outcomes; a code of the office's own stands as it is. */
static const char *outcome_name(struct teller *t, const char *code)
{
	struct outcome_codes house;
	const struct outcome_code *c;

	if (code == NULL)
		return "";
	if (strcmp(code, "NOTE") == 0)
		return "备注";
	outcome_codes_default(&house);
	c = outcome_code_find(&house, code);
	return store_keep(t->s, c == NULL ? code : c->name);
}

static const char *word_outcome(struct teller *t)
{
	return outcome_name(t, json_str(t->data, "outcome"));
}

static const char *word_code(struct teller *t)
{
	return outcome_name(t, json_str(t->data, "code"));
}

/* 24h, 7d */
static const char *word_step(struct teller *t)
{
	const char *step = json_str(t->data, "step");
	size_t n = step == NULL ? 0 : strspn(step, "0123456789");

	if (n == 0)
		return step == NULL ? "" : step;
	return arena_print(
		&t->s->arena, "%.*s%s", (int)n, step, step[n] == 'h' ? "小时后" : "天后");
}

static const char *word_proposed(struct teller *t)
{
	return !json_is_true(json_object_get(t->data, "proposed")) ? ""
								   : "；当事人不在册，已建议入册";
}

static const char *word_reason(struct teller *t)
{
	const char *reason = json_str(t->data, "reason");
	char out[WORDING_MAX];

	return reason == NULL ? "" : store_keep(t->s, wording_of_error(reason, out, sizeof out));
}

static const struct {
	const char *key;
	const char *(*say)(struct teller *t);
} words[] = {
	{ "member", word_member },
	{ "phone", word_phone },
	{ "text", word_text },
	{ "note", word_note },
	{ "alarm", word_alarm },
	{ "level", word_level },
	{ "outcome", word_outcome },
	{ "code", word_code },
	{ "reason", word_reason },
	{ "step", word_step },
	{ "proposed", word_proposed },
};

static const char *data_word(struct teller *t, const char *key)
{
	const json_t *v = json_object_get(t->data, key);

	if (json_is_integer(v))
		return arena_print(&t->s->arena, "%lld", (long long)json_integer_value(v));
	return json_is_string(v) ? store_keep(t->s, json_string_value(v)) : "";
}

static const char *word(struct teller *t, const char *key)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].key, key) == 0)
			return words[i].say(t);
	return data_word(t, key);
}

/* -- the lines ----------------------------------------------------------------------------------- */

static const char *fill(struct teller *t, const char *line)
{
	const char *out;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	while (*line != '\0') {
		size_t n = strcspn(line, "{");

		buf_add(&b, line, n);
		line += n;
		if (*line == '\0')
			break;
		n = strcspn(line, "}");
		buf_adds(&b, word(t, arena_text(&t->s->arena, line + 1, n - 1)));
		line += n + 1;
	}
	out = store_keep(t->s, buf_str(&b));
	buf_free(&b);
	return out;
}

static bool of_call(struct teller *t)
{
	return db_number(t->s->db, "SELECT count(*) FROM message WHERE id = ? AND kind = 'call'", 0,
		       DB_ARGS(DI(t->entity_id))) > 0;
}

static const char *step_line(struct teller *t, const char *kind)
{
	const char *from = json_str(t->data, "from");

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (strcmp(steps[i].kind, kind) == 0 &&
			(steps[i].from == NULL ||
				(from != NULL && strcmp(steps[i].from, from) == 0)))
			return fill(t, of_call(t) ? steps[i].call : steps[i].sms);
	return NULL;
}

/* NULL: not to be told. A kind that nobody has put into words is told by its code. */
static const char *line_of(struct teller *t, const char *kind)
{
	const char *step = step_line(t, kind);

	if (step != NULL)
		return step;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (strcmp(lines[i].kind, kind) == 0)
			return lines[i].line == NULL ? NULL : fill(t, lines[i].line);
	return store_keep(t->s, kind);
}

static const char *who_of(struct teller *t, const char *actor)
{
	static const char member[] = "member:", key[] = "key:", drop[] = "drop:";

	if (strcmp(actor, "system") == 0)
		return "系统";
	if (strcmp(actor, "cli") == 0)
		return "本机";
	if (strncmp(actor, key, sizeof key - 1) == 0)
		return actor + sizeof key - 1;
	if (strncmp(actor, member, sizeof member - 1) == 0)
		return member_name(t, strtoll(actor + sizeof member - 1, NULL, 10));
	return strncmp(actor, drop, sizeof drop - 1) == 0 ? "投件文件夹" : actor;
}

const char *timeline_who(struct store *s, const char *actor, bool plain)
{
	struct teller t = { .s = s, .plain = plain };

	return who_of(&t, actor);
}

static json_t *entry_of(struct teller *t, struct db_stmt *q)
{
	const char *actor = store_keep(t->s, db_text(q, 2)),
		   *kind = store_keep(t->s, db_text(q, 3));
	json_t *data = json_loads(db_text(q, 6), 0, NULL), *o = NULL;
	const char *line;

	t->entity = store_keep(t->s, db_text(q, 4));
	t->entity_id = db_int(q, 5);
	t->data = data;
	line = line_of(t, kind);
	if (line != NULL) {
		o = json_object();
		json_put_int(o, "seq", db_int(q, 0));
		json_put_time(o, "at", db_int(q, 1));
		json_put_str(o, "kind", kind);
		json_put_str(o, "actor", actor);
		json_put_str(o, "who", who_of(t, actor));
		json_put_str(o, "entity", t->entity);
		json_put_int(o, "entity_id", t->entity_id);
		json_put_str(o, "line", line);
	}
	json_decref(data);
	return o;
}

static void load_names(struct teller *t, int64_t case_id)
{
	static const char *const keys[NAMES] = { "name", "family_name" };
	const char *text =
		sealed_of(t, "SELECT person_x FROM cases WHERE id = ?", "cases", "person", case_id);
	json_t *person = text[0] == '\0' ? NULL : json_loads(text, 0, NULL);

	for (size_t i = 0; i < NAMES; i++) {
		const char *name = json_str(person, keys[i]);

		if (name != NULL && name[0] != '\0')
			t->names[t->name_count++] = store_keep(t->s, name);
	}
	json_decref(person);
}

json_t *timeline_of_case(struct store *s, int64_t case_id, bool plain)
{
	struct teller t = { .s = s, .plain = plain };
	struct db_stmt *q = db_query(s->db,
		"SELECT seq, at, actor, kind, entity, entity_id, data FROM case_event"
		" WHERE case_id = ? ORDER BY seq LIMIT ?",
		DB_ARGS(DI(case_id), DI(TIMELINE_MAX)));
	json_t *list = json_array();

	load_names(&t, case_id);
	while (db_next(q)) {
		json_t *o = entry_of(&t, q);

		if (o != NULL)
			json_array_append_new(list, o);
	}
	return list;
}
