/* Every list that people can ask for, as data. A new one is a table here. */
#include "listing.h"

#include <string.h>

#include "case_rows.h"
#include "listing_more.h"

#include "banned.h"

/* clang-format off */
#define COL(name, title, kind, sql)    { name, title, sql, kind, NULL, NULL, NULL, false }
#define ONE(name, title, kind, sql)    { name, title, sql, kind, NULL, NULL, NULL, true }
#define SEALED(name, title, kind, sql, table, column, row) \
	{ name, title, sql, kind, table, column, row, false }
#define SEALED_ONE(name, title, kind, sql, table, column, row) \
	{ name, title, sql, kind, table, column, row, true }
#define END                            { NULL, NULL, NULL, LIST_INT, NULL, NULL, NULL, false }
#define NO_MORE                        { NULL, NULL, MATCH_TEXT }
#define AREA_NAME(of)                  "(SELECT a.name FROM area a WHERE a.code = " of ")"

/* -- warnings and cases --------------------------------------------------------------------- */

static const struct listing_column warning_columns[] = {
	COL("id", "编号", LIST_ID, "w.id"),
	COL("source", "来源", LIST_TEXT, "w.source"),
	COL("warn_no", "预警编号", LIST_TEXT, "w.warn_no"),
	COL("state", "状态", LIST_TEXT, "w.state"),
	COL("level", "等级", LIST_TEXT, "w.level"),
	COL("level_raw", "来件等级", LIST_TEXT, "w.level_raw"),
	COL("fraud_type", "诈骗类型", LIST_TEXT, "w.fraud_type"),
	COL("fraud_type_raw", "来件类型", LIST_TEXT, "w.fraud_raw"),
	COL("warn_time", "预警时间", LIST_TIME, "w.warn_time"),
	COL("received_at", "收到时间", LIST_TIME, "w.received_at"),
	COL("case", "案件", LIST_ID, "w.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("c.area")),
	COL("resident", "在册人员", LIST_ID, "w.resident_id"),
	COL("match_by", "匹配依据", LIST_TEXT, "w.match_by"),
	COL("match_score", "匹配分", LIST_INT, "w.match_score"),
	COL("flags", "标记", LIST_WORDS, "w.flags"),
	COL("amount", "涉及金额", LIST_MONEY, "w.amount_fen"),
	COL("actor", "推送方", LIST_TEXT, "w.actor"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	SEALED_ONE("record", "来件内容", LIST_PERSON, "w.record_x", "warning", "record", "w.id"),
	END };
/* Each warning has told of itself in the books, whose cases have an index already. */
#define WARNINGS_OF_CASE \
	"w.id IN (SELECT entity_id FROM case_event WHERE case_id = ? AND kind = 'warning.accepted')"
static const struct listing_filter warning_filters[] = {
	{ "state", "w.state", MATCH_TEXT }, { "level", "w.level", MATCH_TEXT },
	{ "source", "w.source", MATCH_TEXT }, { "warn_no", "w.warn_no", MATCH_TEXT },
	{ "fraud_type", "w.fraud_type", MATCH_TEXT }, { "case", WARNINGS_OF_CASE, MATCH_ID },
	{ "area", "c.area", MATCH_AREA }, { "q", "w.warn_no", MATCH_TEXT },
	{ "since", "w.received_at >= ?", MATCH_SINCE }, { "until", "w.received_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column case_columns[] = {
	COL("id", "编号", LIST_ID, "c.id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("state", "状态", LIST_TEXT, "c.state"),
	COL("level", "等级", LIST_TEXT, "c.level"),
	COL("fraud_type", "诈骗类型", LIST_TEXT, "c.fraud_type"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	COL("resident", "在册人员", LIST_ID, "c.resident_id"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("c.area")),
	COL("team", "队伍", LIST_ID, "c.team_id"),
	COL("team_name", "队伍名称", LIST_TEXT, "t.name"),
	COL("flags", "标记", LIST_WORDS, "c.flags"),
	COL("drill", "演练", LIST_BOOL, "c.drill"),
	COL("opened_at", "立案时间", LIST_TIME, "c.opened_at"),
	COL("woken_at", "最近预警", LIST_TIME, "c.woken_at"),
	COL("repeat_no", "重复预警次数", LIST_INT, "c.repeat_no"),
	COL("rung", "已到第几级", LIST_INT, "c.rung"),
	COL("accepted_at", "接单时间", LIST_TIME, "c.accepted_at"),
	COL("met_at", "见面时间", LIST_TIME, "c.met_at"),
	COL("outcome", "处置结果", LIST_TEXT, "c.outcome"),
	COL("outcome_at", "结果时间", LIST_TIME, "c.outcome_at"),
	COL("amount", "涉及金额", LIST_MONEY, "c.amount_fen"),
	COL("lost", "损失金额", LIST_MONEY, "c.lost_fen"),
	COL("saved", "挽损金额", LIST_MONEY, "c.saved_fen"),
	COL("closed_at", "结案时间", LIST_TIME, "c.closed_at"),
	SEALED("close_reason", "结案原因", LIST_PROSE, "c.close_reason_x", "cases", "close_reason", "c.id"),
	END };
static const struct listing_filter case_filters[] = {
	{ "state", "c.state", MATCH_TEXT }, { "level", "c.level", MATCH_TEXT },
	{ "fraud_type", "c.fraud_type", MATCH_TEXT }, { "outcome", "c.outcome", MATCH_TEXT },
	{ "area", "c.area", MATCH_AREA }, { "team", "c.team_id", MATCH_ID },
	{ "resident", "c.resident_id", MATCH_ID }, { "drill", "c.drill", MATCH_BOOL },
	{ "q", "c.no", MATCH_TEXT },
	{ "since", "c.opened_at >= ?", MATCH_SINCE }, { "until", "c.opened_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column task_columns[] = {
	COL("id", "编号", LIST_ID, "t.id"),
	COL("case", "案件", LIST_ID, "t.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("level", "等级", LIST_TEXT, "c.level"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("kind", "任务", LIST_TEXT, "t.kind"),
	COL("member", "队员", LIST_ID, "t.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "m.name_x", "member", "name", "m.id"),
	SEALED("member_phone", "手机号", LIST_PHONE, "m.phone_x", "member", "phone", "m.id"),
	COL("state", "状态", LIST_TEXT, "t.state"),
	COL("code", "任务码", LIST_TEXT, "t.code"),
	COL("rung", "第几级", LIST_INT, "t.rung"),
	COL("about", "关联", LIST_ID, "t.about_id"),
	COL("offered_at", "派单时间", LIST_TIME, "t.offered_at"),
	COL("accepted_at", "接单时间", LIST_TIME, "t.accepted_at"),
	COL("met_at", "见面时间", LIST_TIME, "t.met_at"),
	COL("ended_at", "结束时间", LIST_TIME, "t.ended_at"),
	COL("outcome", "处置结果", LIST_TEXT, "t.outcome"),
	END };
static const struct listing_filter task_filters[] = {
	{ "state", "t.state", MATCH_TEXT }, { "kind", "t.kind", MATCH_TEXT },
	{ "level", "c.level", MATCH_TEXT },
	{ "case", "t.id IN (SELECT id FROM " CASE_ROWS("task") ")", MATCH_ID },
	{ "member", "t.member_id", MATCH_ID }, { "area", "c.area", MATCH_AREA },
	{ "q", "t.code", MATCH_TEXT },
	{ "since", "t.offered_at >= ?", MATCH_SINCE }, { "until", "t.offered_at <= ?", MATCH_UNTIL },
	NO_MORE };

/* -- messages ---------------------------------------------------------------------------------- */

static const struct listing_column message_columns[] = {
	COL("id", "编号", LIST_ID, "m.id"),
	COL("case", "案件", LIST_ID, "m.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("task", "任务", LIST_ID, "m.task_id"),
	COL("member", "队员", LIST_ID, "m.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "p.name_x", "member", "name", "p.id"),
	COL("kind", "方式", LIST_TEXT, "m.kind"),
	COL("purpose", "用途", LIST_TEXT, "m.purpose"),
	COL("class", "级别", LIST_TEXT, "m.class"),
	SEALED("phone", "号码", LIST_PHONE, "m.phone_x", "message", "phone", "m.id"),
	SEALED("text", "内容", LIST_PROSE, "m.text_x", "message", "text", "m.id"),
	COL("state", "状态", LIST_TEXT, "m.state"),
	COL("held_until", "暂缓至", LIST_TIME, "m.held_until"),
	COL("held_why", "暂缓原因", LIST_TEXT, "m.held_why"),
	COL("expires_at", "有效至", LIST_TIME, "m.expires_at"),
	COL("channel", "通道", LIST_TEXT, "m.channel"),
	COL("attempts", "尝试次数", LIST_INT, "m.attempts"),
	COL("parts", "条数", LIST_INT, "m.parts"),
	COL("parts_sent", "已发条数", LIST_INT, "m.parts_sent"),
	COL("repeats", "重发次数", LIST_INT, "m.repeats"),
	COL("error", "错误", LIST_TEXT, "m.error"),
	COL("created_at", "生成时间", LIST_TIME, "m.created_at"),
	COL("sent_at", "发出时间", LIST_TIME, "m.sent_at"),
	COL("ended_at", "结束时间", LIST_TIME, "m.ended_at"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	END };
static const struct listing_filter message_filters[] = {
	{ "state", "m.state", MATCH_TEXT }, { "purpose", "m.purpose", MATCH_TEXT },
	{ "class", "m.class", MATCH_TEXT }, { "channel", "m.channel", MATCH_TEXT },
	{ "kind", "m.kind", MATCH_TEXT },
	{ "case", "m.id IN (SELECT id FROM " CASE_ROWS("message") ")", MATCH_ID },
	{ "member", "m.member_id", MATCH_ID }, { "area", "c.area", MATCH_AREA },
	{ "since", "m.created_at >= ?", MATCH_SINCE }, { "until", "m.created_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column inbox_columns[] = {
	COL("id", "编号", LIST_ID, "i.id"),
	COL("channel", "通道", LIST_TEXT, "i.channel"),
	COL("kind", "方式", LIST_TEXT, "i.kind"),
	SEALED("phone", "来信号码", LIST_PHONE, "i.phone_x", "inbound", "phone", "i.id"),
	SEALED("text", "内容", LIST_PROSE, "i.text_x", "inbound", "text", "i.id"),
	COL("written_at", "发信时间", LIST_TIME, "i.written_at"),
	COL("received_at", "收到时间", LIST_TIME, "i.received_at"),
	COL("state", "状态", LIST_TEXT, "i.state"),
	COL("next", "下一步", LIST_TEXT, "i.next"),
	COL("reading", "读到的意思", LIST_JSON, "i.reading"),
	COL("raised", "警情升级", LIST_BOOL, "i.raised"),
	COL("complete", "完整", LIST_BOOL, "i.complete"),
	COL("member", "队员", LIST_ID, "i.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "p.name_x", "member", "name", "p.id"),
	COL("case", "案件", LIST_ID, "i.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("task", "任务", LIST_ID, "i.task_id"),
	COL("resolved_at", "处理时间", LIST_TIME, "i.resolved_at"),
	COL("resolved_by", "处理人", LIST_TEXT, "i.resolved_by"),
	SEALED("note", "备注", LIST_PROSE, "i.note_x", "inbound", "note", "i.id"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	END };
static const struct listing_filter inbox_filters[] = {
	{ "state", "i.state", MATCH_TEXT }, { "kind", "i.kind", MATCH_TEXT },
	{ "channel", "i.channel", MATCH_TEXT }, { "case", "i.case_id", MATCH_ID },
	{ "member", "i.member_id", MATCH_ID }, { "task", "i.task_id", MATCH_ID },
	{ "raised", "i.raised", MATCH_BOOL }, { "open", "CASE WHEN i.state = 'human' AND i.resolved_at = 0 THEN 1 ELSE 0 END", MATCH_BOOL },
	{ "area", "c.area", MATCH_AREA }, { "q", "i.phone_lk = ?", MATCH_PHONE },
	{ "since", "i.received_at >= ?", MATCH_SINCE }, { "until", "i.received_at <= ?", MATCH_UNTIL },
	NO_MORE };

/* -- what came of it ------------------------------------------------------------------------------ */

static const struct listing_column followup_columns[] = {
	COL("id", "编号", LIST_ID, "f.id"),
	COL("case", "案件", LIST_ID, "f.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("step", "第几次", LIST_TEXT, "f.step"),
	COL("due_at", "应回访时间", LIST_TIME, "f.due_at"),
	COL("state", "状态", LIST_TEXT, "f.state"),
	COL("task", "任务", LIST_ID, "f.task_id"),
	COL("member", "队员", LIST_ID, "f.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "p.name_x", "member", "name", "p.id"),
	COL("done_at", "完成时间", LIST_TIME, "f.done_at"),
	SEALED("note", "备注", LIST_PROSE, "f.note_x", "followup", "note", "f.id"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	END };
static const struct listing_filter followup_filters[] = {
	{ "state", "f.state", MATCH_TEXT }, { "case", "f.case_id", MATCH_ID },
	{ "member", "f.member_id", MATCH_ID }, { "area", "c.area", MATCH_AREA },
	{ "since", "f.due_at >= ?", MATCH_SINCE }, { "until", "f.due_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column handover_columns[] = {
	COL("id", "编号", LIST_ID, "h.id"),
	COL("case", "案件", LIST_ID, "h.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("state", "状态", LIST_TEXT, "h.state"),
	COL("first_word_at", "得知转账", LIST_TIME, "h.first_word_at"),
	COL("red_line_at", "止付时限", LIST_TIME, "h.red_line_at"),
	COL("opened_at", "发起时间", LIST_TIME, "h.opened_at"),
	COL("told_at", "通知民警", LIST_TIME, "h.told_at"),
	COL("acked_at", "民警签收", LIST_TIME, "h.acked_at"),
	COL("acked_by", "签收人", LIST_TEXT, "h.acked_by"),
	COL("closed_at", "办结时间", LIST_TIME, "h.closed_at"),
	COL("amount", "金额", LIST_MONEY, "h.amount_fen"),
	COL("missing", "缺少要素", LIST_WORDS, "h.missing"),
	SEALED_ONE("fields", "要素", LIST_PERSON, "h.fields_x", "handover", "fields", "h.id"),
	SEALED("person", "当事人", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	END };
static const struct listing_filter handover_filters[] = {
	{ "state", "h.state", MATCH_TEXT }, { "case", "h.case_id", MATCH_ID },
	{ "area", "c.area", MATCH_AREA },
	{ "since", "h.opened_at >= ?", MATCH_SINCE }, { "until", "h.opened_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column reward_columns[] = {
	COL("id", "编号", LIST_ID, "r.id"),
	COL("case", "案件", LIST_ID, "r.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("area", "区划", LIST_TEXT, "c.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("c.area")),
	COL("member", "队员", LIST_ID, "r.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "p.name_x", "member", "name", "p.id"),
	COL("rule", "规则", LIST_TEXT, "r.rule"),
	COL("rule_version", "规则版本", LIST_INT, "r.rule_version"),
	COL("rule_group", "规则组", LIST_TEXT, "r.rule_group"),
	COL("saved", "挽损金额", LIST_MONEY, "r.saved_fen"),
	COL("tier", "档位", LIST_MONEY, "r.tier_fen"),
	COL("amount", "奖励金额", LIST_MONEY, "r.amount_fen"),
	COL("by_hand", "人工核定", LIST_BOOL, "r.by_hand"),
	COL("state", "状态", LIST_TEXT, "r.state"),
	COL("proposed_at", "生成时间", LIST_TIME, "r.proposed_at"),
	COL("decided_at", "最近处理", LIST_TIME, "r.decided_at"),
	COL("decided_by", "处理人", LIST_TEXT, "r.decided_by"),
	SEALED("reason", "理由", LIST_PROSE, "r.reason_x", "reward", "reason", "r.id"),
	END };
static const struct listing_filter reward_filters[] = {
	{ "state", "r.state", MATCH_TEXT }, { "case", "r.case_id", MATCH_ID },
	{ "member", "r.member_id", MATCH_ID }, { "rule", "r.rule", MATCH_TEXT },
	{ "area", "c.area", MATCH_AREA },
	{ "since", "r.proposed_at >= ?", MATCH_SINCE }, { "until", "r.proposed_at <= ?", MATCH_UNTIL },
	NO_MORE };

/* -- people ---------------------------------------------------------------------------------------- */

static const struct listing_column resident_columns[] = {
	COL("id", "编号", LIST_ID, "r.id"),
	SEALED("name", "姓名", LIST_NAME, "r.name_x", "resident", "name", "r.id"),
	SEALED("id_no", "身份证号", LIST_ID_NO, "r.id_no_x", "resident", "id_no", "r.id"),
	COL("birth", "出生日期", LIST_BIRTH, "r.birth"),
	COL("sex", "性别", LIST_TEXT, "r.sex"),
	COL("area", "区划", LIST_TEXT, "r.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("r.area")),
	SEALED("address", "住址", LIST_ADDRESS, "r.address_x", "resident", "address", "r.id"),
	COL("tags", "标签", LIST_WORDS, "r.tags"),
	COL("risk", "风险", LIST_TEXT, "r.risk"),
	COL("state", "状态", LIST_TEXT, "r.state"),
	COL("updated_at", "更新时间", LIST_TIME, "r.updated_at"),
	SEALED_ONE("remark", "备注", LIST_HIDDEN, "r.remark_x", "resident", "remark", "r.id"),
	END };
static const struct listing_filter resident_filters[] = {
	{ "state", "r.state", MATCH_TEXT }, { "risk", "r.risk", MATCH_TEXT },
	{ "area", "r.area", MATCH_AREA },
	{ "q", "r.id IN (SELECT k.id FROM resident_known k WHERE k.key IN (?, ?, ?))", MATCH_PERSON },
	{ "since", "r.updated_at >= ?", MATCH_SINCE },
	NO_MORE };

static const struct listing_column area_columns[] = {
	COL("code", "代码", LIST_TEXT, "x.code"),
	COL("parent", "上级", LIST_TEXT, "x.parent"),
	COL("name", "名称", LIST_TEXT, "x.name"),
	COL("kind", "类别", LIST_TEXT, "x.kind"),
	COL("aliases", "别名", LIST_WORDS, "x.aliases"),
	COL("population", "人口", LIST_INT, "x.population"),
	COL("updated_at", "更新时间", LIST_TIME, "x.updated_at"),
	END };
static const struct listing_filter area_filters[] = {
	{ "kind", "x.kind", MATCH_TEXT }, { "parent", "x.parent", MATCH_TEXT },
	{ "area", "x.code", MATCH_AREA }, { "q", "x.name", MATCH_TEXT },
	NO_MORE };

static const struct listing_column team_columns[] = {
	COL("id", "编号", LIST_ID, "t.id"),
	COL("name", "队伍", LIST_TEXT, "t.name"),
	COL("area", "区划", LIST_TEXT, "t.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("t.area")),
	COL("kind", "类别", LIST_TEXT, "t.kind"),
	COL("members", "人数", LIST_INT, "(SELECT count(*) FROM member m WHERE m.team_id = t.id AND m.state <> 'left')"),
	COL("updated_at", "更新时间", LIST_TIME, "t.updated_at"),
	END };
static const struct listing_filter team_filters[] = {
	{ "kind", "t.kind", MATCH_TEXT }, { "area", "t.area", MATCH_AREA }, { "q", "t.name", MATCH_TEXT },
	NO_MORE };

static const struct listing_column member_columns[] = {
	COL("id", "编号", LIST_ID, "m.id"),
	COL("team", "队伍编号", LIST_ID, "m.team_id"),
	COL("team_name", "队伍", LIST_TEXT, "t.name"),
	SEALED("name", "姓名", LIST_NAME, "m.name_x", "member", "name", "m.id"),
	SEALED("phone", "手机号", LIST_PHONE, "m.phone_x", "member", "phone", "m.id"),
	COL("post", "职务", LIST_TEXT, "m.post"),
	COL("post_raw", "职务原文", LIST_TEXT, "m.post_raw"),
	COL("area", "区划", LIST_TEXT, "m.area"),
	COL("area_name", "村居", LIST_TEXT, AREA_NAME("m.area")),
	COL("state", "状态", LIST_TEXT, "m.state"),
	COL("away_until", "请假至", LIST_TIME, "m.away_until"),
	COL("pledged_on", "保密承诺", LIST_TEXT, "m.pledged_on"),
	COL("trained_on", "培训", LIST_TEXT, "m.trained_on"),
	COL("load_cap", "任务上限", LIST_INT, "m.load_cap"),
	COL("open_tasks", "在办任务", LIST_INT,
		"(SELECT count(*) FROM task k WHERE k.code_closed_at = 0 AND k.member_id = m.id AND k.state IN ('offered', 'accepted'))"),
	COL("stopped_at", "退订时间", LIST_TIME, "m.stopped_at"),
	COL("updated_at", "更新时间", LIST_TIME, "m.updated_at"),
	END };
static const struct listing_filter member_filters[] = {
	{ "state", "m.state", MATCH_TEXT }, { "post", "m.post", MATCH_TEXT },
	{ "team", "m.team_id", MATCH_ID }, { "area", "m.area", MATCH_AREA },
	{ "q", "m.phone_lk = ?", MATCH_PHONE },
	NO_MORE };

static const struct listing_column duty_columns[] = {
	COL("id", "编号", LIST_ID, "d.id"),
	COL("team", "队伍编号", LIST_ID, "d.team_id"),
	COL("team_name", "队伍", LIST_TEXT, "t.name"),
	COL("member", "队员编号", LIST_ID, "d.member_id"),
	SEALED("member_name", "姓名", LIST_NAME, "m.name_x", "member", "name", "m.id"),
	COL("weekdays", "星期", LIST_DAYS, "d.weekdays"),
	COL("day", "日期", LIST_TEXT, "d.day"),
	COL("from", "起", LIST_CLOCK, "d.from_min"),
	COL("to", "止", LIST_CLOCK, "d.to_min"),
	COL("off", "不值班", LIST_BOOL, "d.off"),
	END };
static const struct listing_filter duty_filters[] = {
	{ "team", "d.team_id", MATCH_ID }, { "member", "d.member_id", MATCH_ID },
	{ "day", "d.day", MATCH_TEXT }, { "area", "t.area", MATCH_AREA },
	NO_MORE };

static const struct listing_column proposed_columns[] = {
	COL("id", "编号", LIST_ID, "x.id"),
	COL("warning", "预警", LIST_ID, "x.warning_id"),
	COL("case", "案件", LIST_ID, "x.case_id"),
	SEALED("person", "建议入册人员", LIST_PERSON, "c.person_x", "cases", "person", "c.id"),
	COL("area", "区划", LIST_TEXT, "x.area"),
	COL("state", "状态", LIST_TEXT, "x.state"),
	COL("resident", "在册人员", LIST_ID, "x.resident_id"),
	COL("at", "提出时间", LIST_TIME, "x.at"),
	COL("decided_at", "处理时间", LIST_TIME, "x.decided_at"),
	COL("decided_by", "处理人", LIST_TEXT, "x.decided_by"),
	END };
static const struct listing_filter proposed_filters[] = {
	{ "state", "x.state", MATCH_TEXT }, { "case", "x.case_id", MATCH_ID },
	{ "area", "x.area", MATCH_AREA }, { "since", "x.at >= ?", MATCH_SINCE },
	NO_MORE };

/* -- the house ---------------------------------------------------------------------------------------- */

static const struct listing_column alarm_columns[] = {
	COL("id", "编号", LIST_ID, "x.id"),
	COL("kind", "类别", LIST_TEXT, "x.kind"),
	COL("subject", "对象", LIST_TEXT, "x.subject"),
	COL("text", "说明", LIST_TEXT, "x.text"),
	COL("case", "案件", LIST_ID, "x.case_id"),
	COL("no", "案件编号", LIST_TEXT, "c.no"),
	COL("raised_at", "发生时间", LIST_TIME, "x.raised_at"),
	COL("last_at", "最近一次", LIST_TIME, "x.last_at"),
	COL("times", "次数", LIST_INT, "x.times"),
	COL("cleared_at", "解除时间", LIST_TIME, "x.cleared_at"),
	COL("cleared_by", "解除人", LIST_TEXT, "x.cleared_by"),
	END };
static const struct listing_filter alarm_filters[] = {
	{ "kind", "x.kind", MATCH_TEXT }, { "case", "x.case_id", MATCH_ID },
	{ "open", "CASE WHEN x.cleared_at = 0 THEN 1 ELSE 0 END", MATCH_BOOL }, { "area", "c.area", MATCH_AREA },
	{ "since", "x.raised_at >= ?", MATCH_SINCE }, { "until", "x.raised_at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column key_columns[] = {
	COL("id", "编号", LIST_ID, "k.id"),
	COL("name", "名称", LIST_TEXT, "k.name"),
	COL("role", "角色", LIST_TEXT, "k.role"),
	COL("area", "区划", LIST_TEXT, "k.area"),
	COL("created_at", "建立时间", LIST_TIME, "k.created_at"),
	COL("created_by", "建立人", LIST_TEXT, "k.created_by"),
	COL("revoked_at", "停用时间", LIST_TIME, "k.revoked_at"),
	END };
static const struct listing_filter key_filters[] = {
	{ "role", "k.role", MATCH_TEXT }, { "q", "k.name", MATCH_TEXT },
	{ "revoked", "CASE WHEN k.revoked_at > 0 THEN 1 ELSE 0 END", MATCH_BOOL },
	NO_MORE };

static const struct listing_column event_columns[] = {
	COL("id", "序号", LIST_ID, "e.seq"),
	COL("at", "时间", LIST_TIME, "e.at"),
	COL("actor", "操作人", LIST_TEXT, "e.actor"),
	COL("kind", "事件", LIST_TEXT, "e.kind"),
	COL("case", "案件", LIST_ID, "e.case_id"),
	COL("entity", "对象", LIST_TEXT, "e.entity"),
	COL("entity_id", "对象编号", LIST_ID, "e.entity_id"),
	COL("data", "内容", LIST_JSON, "e.data"),
	END };
static const struct listing_filter event_filters[] = {
	{ "kind", "e.kind", MATCH_TEXT }, { "actor", "e.actor", MATCH_TEXT },
	{ "entity", "e.entity", MATCH_TEXT }, { "entity_id", "e.entity_id", MATCH_ID },
	{ "case", "e.seq IN (SELECT seq FROM case_event WHERE case_id = ?)", MATCH_ID },
	{ "since", "e.at >= ?", MATCH_SINCE },
	{ "until", "e.at <= ?", MATCH_UNTIL },
	NO_MORE };

static const struct listing_column reveal_columns[] = {
	COL("id", "编号", LIST_ID, "x.id"),
	COL("at", "时间", LIST_TIME, "x.at"),
	COL("actor", "查看人", LIST_TEXT, "x.actor"),
	COL("entity", "对象", LIST_TEXT, "x.entity"),
	COL("entity_id", "对象编号", LIST_ID, "x.entity_id"),
	SEALED("reason", "理由", LIST_PROSE, "x.reason_x", "reveal", "reason", "x.id"),
	END };
static const struct listing_filter reveal_filters[] = {
	{ "actor", "x.actor", MATCH_TEXT }, { "entity", "x.entity", MATCH_TEXT },
	{ "entity_id", "x.entity_id", MATCH_ID }, { "since", "x.at >= ?", MATCH_SINCE },
	{ "until", "x.at <= ?", MATCH_UNTIL },
	NO_MORE };

#define WITH_CASE(on)   " LEFT JOIN cases c ON c.id = " on
#define WITH_MEMBER(on) " LEFT JOIN member p ON p.id = " on

static const struct listing table[] = {
	{ "warnings", "warning", "预警", "FROM warning w" WITH_CASE("w.case_id"), "w.id", false, true, "c.area",
		warning_columns, warning_filters, NULL, false, NULL },
	{ "cases", "case", "案件", "FROM cases c LEFT JOIN team t ON t.id = c.team_id", "c.id", false, true, "c.area",
		case_columns, case_filters, more_of_case, false, "c.no" },
	{ "tasks", "task", "任务", "FROM task t" WITH_CASE("t.case_id") " LEFT JOIN member m ON m.id = t.member_id",
		"t.id", false, true, "c.area", task_columns, task_filters, NULL, false, NULL },
	{ "messages", "message", "消息", "FROM message m" WITH_CASE("m.case_id") WITH_MEMBER("m.member_id"),
		"m.id", false, true, "c.area", message_columns, message_filters, more_of_message, false, NULL },
	{ "inbox", "inbound", "收件", "FROM inbound i" WITH_CASE("i.case_id") WITH_MEMBER("i.member_id"),
		"i.id", false, true, "c.area", inbox_columns, inbox_filters, NULL, false, NULL },
	{ "followups", "followup", "回访", "FROM followup f" WITH_CASE("f.case_id") WITH_MEMBER("f.member_id"),
		"f.id", false, true, "c.area", followup_columns, followup_filters, NULL, false, NULL },
	{ "handovers", "handover", "止付移交", "FROM handover h" WITH_CASE("h.case_id"),
		"h.id", false, true, "c.area", handover_columns, handover_filters, NULL, false, NULL },
	{ "rewards", "reward", "奖励", "FROM reward r" WITH_CASE("r.case_id") WITH_MEMBER("r.member_id"),
		"r.id", false, true, "c.area", reward_columns, reward_filters, NULL, false, NULL },
	{ "residents", "resident", "重点人员", "FROM resident r", "r.id", false, false, "r.area",
		resident_columns, resident_filters, more_of_resident, true, NULL },
	{ "areas", "area", "区划", "FROM area x", "x.code", true, false, "x.code",
		area_columns, area_filters, NULL, false, NULL },
	{ "teams", "team", "队伍", "FROM team t", "t.id", false, false, "t.area",
		team_columns, team_filters, NULL, false, "t.name" },
	{ "members", "member", "队员", "FROM member m LEFT JOIN team t ON t.id = m.team_id", "m.id", false, false,
		"m.area", member_columns, member_filters, NULL, false, NULL },
	{ "duties", "duty", "值班", "FROM duty d LEFT JOIN team t ON t.id = d.team_id"
		" LEFT JOIN member m ON m.id = d.member_id", "d.id", false, false, "t.area",
		duty_columns, duty_filters, NULL, false, NULL },
	{ "proposed", "proposed", "建议入册", "FROM proposed x" WITH_CASE("x.case_id"), "x.id", false, true, "x.area",
		proposed_columns, proposed_filters, NULL, false, NULL },
	{ "alarms", "alarm", "告警", "FROM alarm x" WITH_CASE("x.case_id"), "x.id", false, true, "c.area",
		alarm_columns, alarm_filters, NULL, false, NULL },
	{ "keys", "key", "密钥", "FROM apikey k", "k.id", false, false, NULL, key_columns, key_filters, NULL, false, "k.name" },
	{ "events", "event", "审计记录", "FROM event e" WITH_CASE("e.case_id"), "e.seq", false, true, "c.area",
		event_columns, event_filters, NULL, false, NULL },
	{ "reveals", "reveal", "查看明文记录", "FROM reveal x", "x.id", false, true, NULL,
		reveal_columns, reveal_filters, NULL, false, NULL },
};
/* clang-format on */

enum { LISTINGS = sizeof table / sizeof *table };

const struct listing *listing_at(size_t i)
{
	return i < LISTINGS ? &table[i] : NULL;
}

const struct listing *listing_find(const char *noun)
{
	for (size_t i = 0; i < LISTINGS; i++)
		if (strcmp(table[i].noun, noun) == 0)
			return &table[i];
	return NULL;
}
