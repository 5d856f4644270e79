/* wording.c - the table of codes and their words. */
#include "wording.h"

#include <stdio.h>
#include <string.h>

#include "header_words.h"

#include "banned.h"

/* clang-format off */
/* listing NULL: of every list. Rows of one list stand before those of all. */
static const struct {
	const char *listing, *column, *code, *word;
} codes[] = {
	{ "warnings", "state", "accepted", "已受理" }, { "warnings", "state", "merged", "并入案件" },
	{ "warnings", "state", "returned", "已退回" },
	{ "cases", "state", "open", "办理中" }, { "cases", "state", "resolved", "已有结果" },
	{ "cases", "state", "closed", "已结案" }, { "cases", "close_reason", "done", "都已办完" },
	{ "tasks", "state", "offered", "待接单" }, { "tasks", "state", "accepted", "已接单" },
	{ "tasks", "state", "declined", "不能去" }, { "tasks", "state", "expired", "已失效" },
	{ "tasks", "state", "withdrawn", "已撤回" }, { "tasks", "state", "reported", "已反馈" },
	{ "tasks", "state", "confirmed", "已确认" },
	{ "tasks", "kind", "dissuade", "劝阻" }, { "tasks", "kind", "revisit", "回访" },
	{ "tasks", "kind", "care", "宣传走访" }, { "tasks", "kind", "survey", "排摸" },
	{ "tasks", "kind", "handover", "止付移交" },
	{ "messages", "state", "queued", "排队" }, { "messages", "state", "held", "暂缓" },
	{ "messages", "state", "sending", "正在发" }, { "messages", "state", "unsure", "不知是否发出" },
	{ "messages", "state", "sent", "已发出" }, { "messages", "state", "delivered", "已送达" },
	{ "messages", "state", "failed", "没发出" }, { "messages", "state", "superseded", "不再需要" },
	{ "messages", "state", "expired", "已过时效" },
	{ "messages", "purpose", "task", "派单" }, { "messages", "purpose", "detail", "详情" },
	{ "messages", "purpose", "told", "通报" }, { "messages", "purpose", "notice", "通知" },
	{ "messages", "purpose", "answer", "回执" }, { "messages", "purpose", "reminder", "催办" },
	{ "messages", "purpose", "revisit", "回访" }, { "messages", "purpose", "handover", "止付移交" },
	{ "messages", "purpose", "alarm", "告警" }, { "messages", "purpose", "system", "人工发送" },
	{ "messages", "class", "urgent", "紧急" }, { "messages", "class", "normal", "一般" },
	{ "messages", "kind", "sms", "短信" }, { "messages", "kind", "call", "电话" },
	/* Why a message did not go, or ended. What a provider said stands as it came. */
	{ "messages", "error", "busy", "占线" }, { "messages", "error", "no-answer", "没人接" },
	{ "messages", "error", "answered", "接了没有按键" }, { "messages", "error", "failed", "没打通" },
	{ "messages", "error", "not-tried", "没有拨出" }, { "messages", "error", "a key was pressed", "对方已按键" },
	{ "messages", "error", "number", "号码不对" }, { "messages", "error", "card", "SIM卡或运营商不让发" },
	{ "messages", "error", "passing", "网络一时不通" }, { "messages", "error", "modem", "短信猫出错" },
	{ "messages", "error", "ours", "短信内容有误" }, { "messages", "error", "unsure", "不知是否发出" },
	{ "messages", "error", "refused", "被拒绝" }, { "messages", "error", "not-sent", "没有发出" },
	{ "messages", "error", "status", "运营商回执" }, { "messages", "error", "stopped", "程序停止" },
	{ "messages", "error", "resolve", "查不到服务器" }, { "messages", "error", "connect", "连不上服务器" },
	{ "messages", "error", "tls", "服务器证书不对" }, { "messages", "error", "proxy", "代理不通" },
	{ "messages", "error", "timeout", "服务器没有按时回答" }, { "messages", "error", "cut", "服务器回答中断" },
	{ "messages", "error", "too_large", "服务器回答太长" }, { "messages", "error", "url", "网址写错" },
	{ "messages", "error", "taken", "已有人接单" }, { "messages", "error", "reported", "已有结果" },
	{ "messages", "error", "reassigned", "已改派" }, { "messages", "error", "case closed", "案件已结" },
	{ "messages", "error", "revisit is over", "回访已过" }, { "messages", "error", "acknowledged", "民警已签收" },
	{ "messages", "error", "task is no longer offered", "任务已不用派" },
	{ "messages", "error", "task is over", "任务已结束" },
	{ "messages", "error", "time to live is over", "已过时效" },
	{ "messages", "error", "the network could not deliver it", "运营商没有送到" },
	{ "messages", "error", "the provider has it", "服务商已收下" },
	{ "messages", "error", "nobody has told how the call ended", "没有人说电话是怎么结束的" },
	{ "messages", "error", "nobody knows how the call ended", "不知道电话是怎么结束的" },
	{ "messages", "error", "unsure, not repeated", "不知是否发出，没有再发" },
	{ "messages", "error", "no report came", "没有等到回执" },
	{ "messages", "error", "the gateway was stopped while it was sending", "发送时程序停了" },
	{ "inbox", "state", "taken", "已收" }, { "inbox", "state", "applied", "已照办" },
	{ "inbox", "state", "asked", "已回问" }, { "inbox", "state", "human", "等人处理" },
	{ "inbox", "state", "ignored", "不用管" },
	{ "inbox", "kind", "sms", "短信" }, { "inbox", "kind", "raw", "读不出" },
	{ "inbox", "next", "unknown", "任务码不认识" }, { "inbox", "next", "digits", "数字看不懂" },
	{ "inbox", "next", "action", "缺动作" }, { "inbox", "next", "which", "不知哪个任务" },
	{ "inbox", "next", "human", "要人看" }, { "inbox", "next", "late", "任务已过" },
	{ "inbox", "next", "confirm", "已请对方确认" }, { "inbox", "next", "echo", "已回执" },
	{ "inbox", "next", "none", "不用回" }, { "inbox", "next", "ignore", "不用回" },
	{ "inbox", "next", "help", "已发说明" }, { "inbox", "next", "list", "已发任务单" },
	{ "inbox", "next", "leave", "请假" }, { "inbox", "next", "back", "销假" },
	{ "inbox", "next", "stop", "退订" },
	{ "followups", "state", "due", "待安排" }, { "followups", "state", "asked", "已派人" },
	{ "followups", "state", "done", "已完成" }, { "followups", "state", "missed", "超时未做" },
	{ "followups", "state", "withdrawn", "已取消" },
	{ "handovers", "state", "open", "待通知民警" }, { "handovers", "state", "told", "已通知民警" },
	{ "handovers", "state", "acknowledged", "已签收" }, { "handovers", "state", "closed", "已办结" },
	{ "rewards", "state", "proposed", "待核实" }, { "rewards", "state", "verified", "已核实" },
	{ "rewards", "state", "reviewed", "已复核" }, { "rewards", "state", "approved", "已批准" },
	{ "rewards", "state", "published", "已公示" }, { "rewards", "state", "paid", "已发放" },
	{ "rewards", "state", "rejected", "已驳回" }, { "rewards", "state", "clawed_back", "已追回" },
	{ "residents", "state", "active", "在册" }, { "residents", "state", "moved", "已搬离" },
	{ "residents", "state", "removed", "已移出" },
	{ "members", "state", "active", "在岗" }, { "members", "state", "away", "请假" },
	{ "members", "state", "left", "已离队" },
	{ "members", "post", "member", "队员" }, { "members", "post", "leader", "队长" },
	{ "members", "post", "head", "村居负责人" }, { "members", "post", "officer", "民警" },
	{ "members", "post", "desk", "值班员" },
	{ "teams", "kind", "village", "村居劝导队" }, { "teams", "kind", "centre", "中心" },
	{ "teams", "kind", "police", "派出所" }, { "teams", "kind", "line2", "二线" },
	{ "areas", "kind", "town", "镇街" }, { "areas", "kind", "village", "村" },
	{ "areas", "kind", "community", "社区" }, { "areas", "kind", "grid", "网格" },
	{ "areas", "kind", "school", "学校" }, { "areas", "kind", "company", "企业" },
	{ "areas", "kind", "building", "楼宇" },
	{ "proposed", "state", "new", "待处理" }, { "proposed", "state", "added", "已入册" },
	{ "proposed", "state", "ignored", "不入册" },
	{ "alarms", "kind", "ladder_end", "无人接单" }, { "alarms", "kind", "gap", "无人可派" },
	{ "alarms", "kind", "raised", "紧急回复" }, { "alarms", "kind", "overdue", "超时" },
	{ "alarms", "kind", "unread", "来信未处理" }, { "alarms", "kind", "channel", "通道" },
	{ "alarms", "kind", "modem", "短信猫" }, { "alarms", "kind", "audit", "审计" },
	{ "alarms", "kind", "disk", "磁盘" }, { "alarms", "kind", "clock", "时间" },
	{ "alarms", "kind", "stop", "退订" }, { "alarms", "kind", "storm", "短信过多" },
	{ "alarms", "kind", "handover", "止付移交" }, { "alarms", "kind", "police_wanted", "要民警" },
	{ "alarms", "kind", "message", "短信" },
	{ "alarms", "kind", "handover_late", "止付没有签收" },
	{ "alarms", "kind", "unreachable", "短信发不到" },
	{ "alarms", "kind", "left", "队员请假" },
	{ "alarms", "kind", "expired", "短信没发出" },
	{ "alarms", "kind", "refused", "短信被拒收" },
	{ "alarms", "kind", "ours", "短信内容有误" },
	{ "alarms", "kind", "bad_number", "号码不对" },
	{ "alarms", "kind", "revisit", "回访没做" },
	{ "alarms", "kind", "sim_notice", "运营商通知" },
	{ "alarms", "kind", "aged", "久未办结" },
	{ "keys", "role", "police", "派出所" }, { "keys", "role", "manager", "平安办" },
	{ "keys", "role", "finance", "财务" }, { "keys", "role", "auditor", "审计" },
	{ "keys", "role", "admin", "管理员" }, { "keys", "role", "village", "村居" },
	{ "channels", "kind", "modem", "短信猫" },
	{ "channels", "breaker", "closed", "正常" }, { "channels", "breaker", "open", "多次失败，暂停使用" },
	{ "channels", "breaker", "trying", "试恢复" }, { "channels", "breaker", "stopped", "停用，要人处理" },
	{ "channels", "purpose", "task", "任务" }, { "channels", "purpose", "urgent", "紧急" },
	{ "channels", "purpose", "escalation", "升级" }, { "channels", "purpose", "notice", "通知" },
	{ "channels", "purpose", "publicity", "宣传" }, { "channels", "purpose", "system", "系统" },
	{ "alarms", "kind", "breaker", "通道失败" }, { "alarms", "kind", "stopped", "通道停用" },
	{ "alarms", "kind", "no_way", "无通道可发" },
	{ "channels", "state", "lost", "找不到模块" }, { "channels", "state", "starting", "正在启动" },
	{ "channels", "state", "no_sim", "没有SIM卡" }, { "channels", "state", "not_registered", "没有入网" },
	{ "channels", "state", "ready", "正常" }, { "channels", "state", "resync", "正在对话恢复" },
	{ "channels", "state", "stopped", "已停" }, { "channels", "state", "out_of_service", "停用" },
	{ NULL, "sex", "M", "男" }, { NULL, "sex", "F", "女" },
	{ NULL, "match_by", "id", "身份证号" }, { NULL, "match_by", "phone", "本人电话" },
	{ NULL, "match_by", "family_phone", "家属电话" }, { NULL, "match_by", "name_birth", "姓名和出生日期" },
	{ NULL, "match_by", "name_address", "姓名和住址" }, { NULL, "match_by", "name_area", "姓名和村居" },
	{ NULL, "flags", "off_list", "不在册" }, { NULL, "flags", "ambiguous", "同名待核" },
	{ NULL, "flags", "name_differs", "姓名与名册不同" }, { NULL, "flags", "id_differs", "身份证号与名册不同" },
	{ NULL, "flags", "gap", "无人可派" }, { NULL, "flags", "area_unknown", "地址对不上村居" },
	{ NULL, "flags", "level_unmapped", "等级没写或不认识" }, { NULL, "flags", "fraud_unmapped", "类型不认识" },
	{ NULL, "flags", "id_unchecked", "证件未核对" }, { NULL, "flags", "id_masked", "证件号打码" },
	{ NULL, "flags", "phone_masked", "电话打码" }, { NULL, "flags", "more_phones", "号码太多" },
	{ NULL, "flags", "more_suspects", "涉案信息太多" }, { NULL, "flags", "name_only", "只有姓名" },
	{ NULL, "flags", "name_wild", "姓名不全" }, { NULL, "flags", "name_org", "单位" },
	{ NULL, "flags", "id_from15", "15位证件号" }, { NULL, "flags", "more_transfers", "转账太多" },
	{ NULL, "flags", "bad_phone", "号码不能用" }, { NULL, "flags", "bad_id", "证件号不能用" },
	{ NULL, "flags", "sex_differs", "性别不符" }, { NULL, "flags", "birth_differs", "生日不符" },
	{ "outcomes", "code", "NOTE", "备注" }, { NULL, "outcome", "NOTE", "备注" },
	{ NULL, "step", "24h", "24小时" }, { NULL, "step", "3d", "3天" }, { NULL, "step", "7d", "7天" },
	{ NULL, "amount_kind", "exact", "确切" }, { NULL, "amount_kind", "approx", "大约" },
	{ NULL, "amount_kind", "range", "一个范围" }, { NULL, "amount_kind", "confirm", "要确认" },
	{ NULL, "amount_kind", "vague", "说不准" }, { NULL, "amount_kind", "foreign", "外币" },
	{ NULL, "amount_kind", "none", "没有" },
};
/* clang-format on */

const char *wording_of(const char *listing, const char *column, const char *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if ((codes[i].listing == NULL || strcmp(codes[i].listing, listing) == 0) &&
			strcmp(codes[i].column, column) == 0 && strcmp(codes[i].code, code) == 0)
			return codes[i].word;
	return NULL;
}

const char *wording_of_flag(const char *code, char *out, size_t n)
{
	static const struct {
		const char *before, *what;
	} kinds[] = { { "bad_", "有误未收" }, { "cut_", "太长已截短" }, { "future_", "在将来" } };
	const char *word = wording_of("", "flags", code);

	for (size_t i = 0; word == NULL && i < sizeof kinds / sizeof *kinds; i++) {
		size_t before = strlen(kinds[i].before);
		const char *words;

		if (strncmp(code, kinds[i].before, before) != 0)
			continue;
		words = header_words(HEADER_WARNING, code + before);
		if (words[0] == '\0')
			words = "一项";
		snprintf(out, n, "%.*s%s", (int)strcspn(words, " "), words, kinds[i].what);
		word = out;
	}
	return word;
}

const char *wording_of_error(const char *error, char *out, size_t n)
{
	const char *word = wording_of("messages", "error", error), *rest = strchr(error, ' ');
	char first[24];

	if (word != NULL)
		return word;
	if (rest == NULL || (size_t)(rest - error) >= sizeof first)
		return error;
	snprintf(first, sizeof first, "%.*s", (int)(rest - error), error);
	word = wording_of("messages", "error", first);
	if (word == NULL)
		return error;
	snprintf(out, n, "%s%s", word, rest);
	return out;
}
