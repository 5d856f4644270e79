/* Everything that `quanzu` can do: one row a verb. A new one is a row here. */
#include <assert.h>
#include <string.h>

#include "cli.h"
#include "listing.h"

#include "banned.h"

/* clang-format off */
#define LIST(noun, path, words, what) \
	{ noun, "list", words, "", "GET", path, cli_list, NULL, what }
#define SHOW(noun, path, word) \
	{ noun, "show", word, "reveal:理由", "GET", path "/{id}", cli_show, NULL, "看一条；--reveal 看明文，理由会记入审计" }
#define PEOPLE(noun, path, id, pairs) \
	{ noun, "import", "file:文件", "dry-run", "POST", path, cli_import, NULL, "导入一张表（CSV、XLSX）；--dry-run 只看会改什么" }, \
	{ noun, "add", "pair:字段=值...", "", "POST", path, cli_people_put, "已保存", "新增一条，字段：" pairs }, \
	{ noun, "set", id " pair:字段=值...", "", "PATCH", path "/{id}", cli_people_put, "已修改", "修改一条，字段同 add" }
#define ORDER(noun, verb, words, options, path, done, help) \
	{ noun, verb, words, options, "POST", path, cli_order, done, help }
#define ROSTER(noun, help) \
	{ "export", noun, "file:文件", "reveal:理由", "GET", "/v1/exports/" noun, cli_roster, NULL, help }
#define EXPLAIN(kind, words, options, help) \
	{ "explain", kind, words, options " lines", "", kind, cli_explain, NULL, help }

#define OUTCOME_OPTIONS "lost:损失金额 saved:挽损金额 note:说明"
#define SHEET_OPTIONS   "kind:表的种类"

const struct cli_verb cli_verbs[] = {
	{ "status", "", "", "", "GET", "/readyz", cli_status, NULL, "运行情况：通道、告警、待办" },

	{ "warning", "push", "file:文件", "", "POST", "/v1/warnings", cli_push, NULL,
		"推送预警（JSON、NDJSON、CSV、XLSX，- 表示标准输入），逐条说明结果" },
	LIST("warning", "/v1/warnings", "", "预警列表"),
	SHOW("warning", "/v1/warnings", "id:编号"),

	LIST("resident", "/v1/residents", "[q:姓名、手机号或证件号]", "重点人员列表"),
	SHOW("resident", "/v1/residents", "id:编号"),
	PEOPLE("resident", "/v1/residents", "id:编号",
		"姓名 手机号 身份证号 住址 村居 标签 风险 状态 备注 家属（姓名:电话:关系）"),

	LIST("area", "/v1/areas", "", "区划列表"),
	SHOW("area", "/v1/areas", "id:代码"),
	PEOPLE("area", "/v1/areas", "id:代码", "代码 名称 上级 类别 别名 人口"),

	LIST("team", "/v1/teams", "", "队伍列表"),
	SHOW("team", "/v1/teams", "id:编号"),
	PEOPLE("team", "/v1/teams", "id:编号", "名称 区划 类别"),

	LIST("member", "/v1/members", "[q:手机号]", "队员列表"),
	SHOW("member", "/v1/members", "id:编号或手机号"),
	PEOPLE("member", "/v1/members", "id:编号或手机号",
		"队伍 姓名 手机号 职务 村居 状态 请假至 保密承诺 培训 任务上限"),

	LIST("duty", "/v1/duties", "", "值班表"),
	SHOW("duty", "/v1/duties", "id:编号"),
	PEOPLE("duty", "/v1/duties", "id:编号", "队伍 队员 手机号 星期（1,2,3） 日期 起 止 不值班"),
	ORDER("duty", "delete", "id:编号", "", "/v1/duties/{id}/delete", "已删去", "删去一条值班，按值班表里的编号"),

	LIST("case", "/v1/cases", "", "案件列表，例如 --state open"),
	{ "case", "show", "case:案件", "reveal:理由", "GET", "/v1/cases/{case}", cli_case_show, NULL,
		"一个案件的经过；案件写 7（今天的）、20261121-0007 或编号" },
	ORDER("case", "note", "case:案件 text:内容", "", "/v1/cases/{case}/notes", "已记下", "加一条备注"),
	ORDER("case", "level", "case:案件 level:等级", "", "/v1/cases/{case}/level", "已改等级", "改等级，例如 紧急高危"),
	ORDER("case", "close", "case:案件 reason:原因", "", "/v1/cases/{case}/close", "已结案", "结案"),
	ORDER("case", "reopen", "case:案件", "", "/v1/cases/{case}/reopen", "已重开", "重开"),
	ORDER("case", "outcome", "case:案件 code:结果", OUTCOME_OPTIONS, "/v1/cases/{case}/outcomes", "已登记结果",
		"登记结果，例如 见面劝住 或 MET_OK"),

	LIST("task", "/v1/tasks", "", "任务列表"),
	SHOW("task", "/v1/tasks", "id:任务"),
	ORDER("task", "accept", "task:任务", "", "/v1/tasks/{task}/accept", "已接单", "代队员接单；任务写编号或任务码"),
	ORDER("task", "decline", "task:任务", "", "/v1/tasks/{task}/decline", "已登记不能去", "代队员登记不能去"),
	ORDER("task", "reassign", "task:任务 member#:队员编号或手机号", "", "/v1/tasks/{task}/reassign", "已改派", "改派给另一位队员"),
	ORDER("task", "outcome", "task:任务 code:结果", OUTCOME_OPTIONS, "/v1/tasks/{task}/outcome", "已登记结果", "登记结果"),
	ORDER("task", "confirm", "task:任务", "", "/v1/tasks/{task}/confirm", "已确认", "确认队员报的结果"),

	LIST("message", "/v1/messages", "", "发出的短信和电话"),
	SHOW("message", "/v1/messages", "id:编号"),
	{ "message", "send", "", "to:号码 text:内容 file:文件 class:级别", "POST", "/v1/messages", cli_message_send, NULL,
		"发短信：--to 号码 --text 内容，或 --file 文件（每行 号码 TAB 内容）；--class urgent 为紧急" },

	LIST("inbox", "/v1/inbox", "[q:手机号]", "收到的短信，等人处理的在前"),
	SHOW("inbox", "/v1/inbox", "id:编号"),
	{ "inbox", "resolve", "id:编号", "as:文字 ignore note:说明", "POST", "/v1/inbox/{id}/resolve", cli_inbox_resolve, "已处理",
		"处理一条：--as 171 当作回了171；--ignore 不用管" },

	{ "outcome", "list", "case:案件", "", "GET", "/v1/cases/{case}", cli_outcome_list, NULL, "一个案件登记过的结果" },
	ORDER("outcome", "add", "case:案件 code:结果", OUTCOME_OPTIONS, "/v1/cases/{case}/outcomes", "已登记结果", "同 case outcome"),

	LIST("followup", "/v1/followups", "", "回访列表"),
	SHOW("followup", "/v1/followups", "id:编号"),
	ORDER("followup", "done", "id:编号", "", "/v1/followups/{id}/done", "已完成回访", "登记回访已做"),

	LIST("handover", "/v1/handovers", "", "止付移交列表"),
	SHOW("handover", "/v1/handovers", "id:编号"),
	ORDER("handover", "ack", "id:编号", "", "/v1/handovers/{id}/ack", "已签收", "民警签收"),
	ORDER("handover", "close", "id:编号", "", "/v1/handovers/{id}/close", "已办结", "办结"),

	LIST("reward", "/v1/rewards", "", "奖励列表"),
	SHOW("reward", "/v1/rewards", "id:编号"),
	ORDER("reward", "reject", "id:编号 reason:理由", "", "/v1/rewards/{id}/reject", "已驳回", "驳回一条奖励申报"),

	LIST("proposed", "/v1/proposed", "", "不在册的当事人，建议入册"),
	SHOW("proposed", "/v1/proposed", "id:编号"),
	ORDER("proposed", "add", "id:编号", "", "/v1/proposed/{id}/add", "已入册", "加入重点人员名册"),
	ORDER("proposed", "ignore", "id:编号", "", "/v1/proposed/{id}/ignore", "已忽略", "不入册"),

	LIST("alarm", "/v1/alarms", "", "告警，未解除的在前"),
	SHOW("alarm", "/v1/alarms", "id:编号"),
	ORDER("alarm", "clear", "id:编号", "", "/v1/alarms/{id}/clear", "已解除", "解除告警"),

	{ "channel", "list", "", "", "GET", "/v1/channels", cli_channel_list, NULL, "通道和信号" },
	{ "channel", "show", "name:通道", "", "GET", "/v1/channels/{name}", cli_channel_show, NULL, "一个通道：状态、限额、熔断、卡和模块" },
	ORDER("channel", "test", "name:通道", "to:号码 voice", "/v1/channels/{name}/test", "已交给通道",
		"发一条测试短信：--to 号码；加 --voice 打测试电话"),
	ORDER("channel", "pause", "name:通道", "", "/v1/channels/{name}/pause", "已暂停", "暂停一个通道，重启后仍然暂停"),
	ORDER("channel", "resume", "name:通道", "", "/v1/channels/{name}/resume", "已恢复", "恢复暂停、停用或熔断的通道"),
	ORDER("channel", "order", "name:通道 what:动作", "", "/v1/channels/{name}/order", "已交给通道",
	      "loop 自检，credit 查余额，trust 解除疑似受限，reset 重启模块"),
	{ "channel", "log", "name:通道", "follow", "GET", "/v1/channels/{name}/log", cli_channel_log, NULL,
		"和模块、服务商的对话，号码已遮盖；--follow 一直看下去" },
	{ "channel", "route", "", "to:号码 purpose:用途 level:等级 voice", "GET", "/v1/channels/route", cli_channel_route, NULL,
		"发给 --to 号码会走哪个通道，为什么；用途：task urgent escalation notice publicity system" },

	{ "key", "add", "name:名称", "role:角色 area:区划", "POST", "/v1/keys", cli_key_add, NULL,
		"新建密钥，只显示这一次；角色：police manager finance auditor admin village" },
	LIST("key", "/v1/keys", "", "密钥列表"),
	ORDER("key", "revoke", "key:编号或名称", "", "/v1/keys/{key}/revoke", "已吊销", "吊销密钥"),

	{ "backup", "", "file:文件", "", "POST", "/v1/backup", cli_backup, NULL, "把数据库备份到一个文件" },

	{ "audit", "verify", "", "", "GET", "/v1/audit", cli_audit, NULL, "核对审计链是否完整" },
	LIST("audit", "/v1/events", "", "审计记录"),
	{ "audit", "reveals", "", "", "GET", "/v1/reveals", cli_list, NULL, "谁看过明文" },

	{ "config", "check", "[file:文件]", "", "", "", cli_config_check, NULL, "检查配置文件，不需要 quanzud 在运行" },
	ORDER("clock", "confirm", "", "", "/v1/clock", "已确认时间", "本机时间经人看过，没有错"),

	{ "export", "cases", "file:文件", "", "GET", "/v1/exports/cases", cli_export, NULL, "导出案件，按后缀 .csv 或 .xlsx" },
	{ "export", "messages", "file:文件", "", "GET", "/v1/exports/messages", cli_export, NULL, "导出短信和电话" },
	{ "export", "rewards", "file:文件", "", "GET", "/v1/exports/rewards", cli_export, NULL, "导出奖励" },
	ROSTER("residents", "导出易受骗人员；--reveal 导出明文，可再导入，理由会记入审计"),
	ROSTER("members", "导出劝导队员"),
	ROSTER("areas", "导出村居"),
	ROSTER("teams", "导出队伍"),
	ROSTER("duties", "导出排班"),

	EXPLAIN("pdu", "[hex:十六进制...]", "tpdu to:号码 text:文字", "一条短信的 PDU；--to、--text 反过来编码"),
	EXPLAIN("at", "[rx:模块发来的行...]", "cmd:AT命令", "模块的回答"),
	EXPLAIN("reply", "[text:短信...]", "task:任务码:状态 from:号码 asked:任务码:动作 before:上一条 sign:签名", "队员的回复"),
	EXPLAIN("amount", "[text:文字...]", "", "回复里的金额"),
	EXPLAIN("money", "[in:内容...]", "unit:单位 cell:n", "表格里的金额"),
	EXPLAIN("phone", "[in:号码...]", "area:区号", "一个电话号码"),
	EXPLAIN("phones", "[in:号码...]", "area:区号", "一格里的几个电话号码"),
	EXPLAIN("idcard", "[in:证件号...]", "ref:日期", "身份证号"),
	EXPLAIN("name", "[in:姓名...]", "", "姓名"),
	EXPLAIN("date", "[in:日期...]", "ref:日期 cell:n epoch:1904 field:birth", "日期和时间"),
	EXPLAIN("sign", "[in:算法或名=值...]", "", "云短信请求怎么签名，每一步都列出来"),
	EXPLAIN("headers", "[file:文件]", SHEET_OPTIONS, "表头怎么认；种类：warning resident member area team duty"),
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

const struct cli_noun cli_nouns[] = {
	{ "status", "运行情况" },
	{ "warning", "预警" },
	{ "case", "案件" },
	{ "task", "劝阻任务" },
	{ "inbox", "收到的短信" },
	{ "message", "发出的短信和电话" },
	{ "outcome", "处置结果" },
	{ "followup", "回访" },
	{ "handover", "止付移交" },
	{ "reward", "奖励" },
	{ "resident", "重点人员" },
	{ "proposed", "建议入册" },
	{ "area", "区划" },
	{ "team", "劝导队" },
	{ "member", "队员" },
	{ "duty", "值班" },
	{ "alarm", "告警" },
	{ "channel", "通道" },
	{ "export", "导出表格" },
	{ "key", "接口密钥" },
	{ "audit", "审计" },
	{ "backup", "备份" },
	{ "config", "配置" },
	{ "clock", "时间" },
	{ "explain", "看劝阻怎么读懂一样东西（不需要 quanzud 在运行）" },
	{ NULL, NULL },
};
/* clang-format on */

const struct cli_verb *cli_verb_find(const char *noun, const char *verb)
{
	for (const struct cli_verb *v = cli_verbs; v->noun != NULL; v++)
		if (strcmp(v->noun, noun) == 0 && strcmp(v->verb, verb) == 0)
			return v;
	return NULL;
}

bool cli_noun_known(const char *noun)
{
	for (const struct cli_verb *v = cli_verbs; v->noun != NULL; v++)
		if (strcmp(v->noun, noun) == 0)
			return true;
	return false;
}

const char *cli_verb_listing(const struct cli_verb *v, char out[CLI_LISTING])
{
	const char *at = strncmp(v->path, "/v1/exports/", 12) == 0 ? v->path + 12 : v->path + 4;
	size_t n = strcspn(at, "/");

	assert(strncmp(v->path, "/v1/", 4) == 0 && n < CLI_LISTING);
	memcpy(out, at, n);
	out[n] = '\0';
	return out;
}

static void add_one(struct cli_specs *out, const char *name, const char *label)
{
	char text[CLI_NAME + CLI_LABEL];

	if (cli_specs_find(out, name) != NULL)
		return;
	snprintf(text, sizeof text, "%s:%s", name, label);
	cli_specs_add(out, text);
}

void cli_verb_options(const struct cli_verb *v, struct cli_specs *out)
{
	static const char *const labels[] = { [MATCH_TEXT] = "值",
		[MATCH_ID] = "编号",
		[MATCH_BOOL] = "1或0",
		[MATCH_AREA] = "区划代码",
		[MATCH_SINCE] = "日期",
		[MATCH_UNTIL] = "日期",
		[MATCH_PHONE] = "手机号",
		[MATCH_PERSON] = "姓名、手机号或证件号" };
	char noun[CLI_LISTING];
	const struct listing *l;

	out->count = 0;
	cli_specs_add(out, v->options);
	if (v->run != cli_list && v->run != cli_export)
		return;
	l = listing_find(cli_verb_listing(v, noun));
	assert(l != NULL);
	for (const struct listing_filter *f = l->filters; f->param != NULL; f++)
		add_one(out, f->param, labels[f->match]);
	if (v->run == cli_list)
		cli_specs_add(out, "limit:条数 after:接着哪里 all");
}
