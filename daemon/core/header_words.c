#include "header_words.h"

#include <ctype.h>
#include <string.h>

#include "cell.h"
#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct entry {
	const char *field, *words; /* words parted by one blank */
};

/* clang-format off */

/* What every kind of list about people shares. */
#define SEQ      { "seq", "序号 no no. # 项次 行号" }
#define ID_NO    { "id_no", "身份证号 身份证号码 身份证 公民身份号码 公民身份证号码 证件号 证件号码 受害人身份证 身份证件号 " \
	"id号 居民身份证号 居民身份证号码 身份号码" }
#define ID_TYPE  { "id_type", "证件类型 证件种类" }
#define SEX      { "sex", "性别" }
#define AGE      { "age", "年龄" }
#define BIRTH    { "birth", "出生日期 出生年月 出生年月日 birthday" }
#define ADDRESS  { "addr_live", "现住址 现住地 居住地 居住地址 现居住地址 家庭住址 住址 地址 详细地址 实际居住地 联系地址 " \
	"现居住地 家庭地址 常住地址 address" }, \
	{ "addr_reg", "户籍地 户籍地址 户籍所在地 户口所在地 户籍详址 户籍住址" }
#define VILLAGE  { "village", "村居 村(社区) 村/社区 村 村社区 社区 所属村居 居委 所属社区 行政村 村名 所属村 村居名称 村居委 " \
	"所属村社区 村社 居委会 村委会 辖区 所属辖区 village area" }
#define AREA     { "area_code", "村居代码 区划代码 村代码 村居编码 行政区划代码 统计用区划代码 区域代码 社区代码" }
#define GRID     { "grid", "网格 网格号 所属网格 微网格 网格编号 网格名称" }
#define HANDLER  { "handler", "劝阻人 劝阻人员 处置人 走访人 走访人员 网格员 责任人 劝导员 劝导队员 包保人 包保责任人 网格长" }, \
	{ "handler_phone", "网格员电话 责任人电话 劝阻人电话 劝导员电话 网格员联系电话" }
#define OFFICER  { "station", "派出所 管辖单位 责任单位 所属派出所 管辖派出所" }, \
	{ "officer", "责任民警 社区民警 包片民警 民警 承办民警" }, \
	{ "officer_phone", "民警电话 责任民警电话 民警联系电话" }
#define WORK     { "employer", "工作单位 就职单位 所在单位 从业单位" }, { "occupation", "职业 从事行业" }
#define PHONES   "手机号 手机号码 手机 电话 联系电话 联系方式 电话号码 本机号码 联系手机 移动电话 联系号码 phone phones mobile"

static const struct entry warning_words[] = {
	SEQ,
	{ "warn_no", "预警编号 预警单号 指令编号 线索编号 任务编号 工单号 工单编号 预警序列号 流水号 编号 预警号 指令号 预警指令编号" },
	{ "victim_name", "姓名 受害人姓名 受害人 被害人 被害人姓名 事主 事主姓名 潜在受害人 潜在受害人姓名 预警对象 预警人员 劝阻对象 "
		"当事人 机主 机主姓名 转出户名 居民姓名 被预警人 name" },
	ID_NO, ID_TYPE,
	{ "phone", PHONES " 受害人电话 受害人号码 事主电话 被叫号码 被叫 潜在受害人号码 预警号码 受害号码" },
	{ "suspect_phone", "涉案号码 涉诈号码 嫌疑号码 诈骗号码 诈骗电话 主叫号码 主叫 对方号码 来电号码 涉案电话 涉诈电话 嫌疑电话 "
		"suspect_phones" },
	SEX, AGE, BIRTH, ADDRESS, VILLAGE, AREA, GRID,
	{ "level", "风险等级 预警等级 预警级别 危险等级 紧急程度 等级 级别 预警颜色 风险级别" },
	{ "fraud_type", "诈骗类型 涉诈类型 案件类型 案件类别 诈骗手法 诈骗手段 作案手段 类别 类型 标签 诈骗类别 作案手法 涉诈类别 骗术 "
		"诈骗方式" },
	{ "source", "来源 预警来源 数据来源 线索来源 推送单位 下发单位" },
	{ "channel_end", "预警渠道 渠道 预警端 来源端" },
	{ "warn_time", "预警时间 预警日期 发现时间 触发时间 受理时间 时间 日期" },
	{ "issue_time", "下发时间 推送时间 派单时间 下发日期 推送日期" },
	{ "deadline_feedback", "反馈时限 反馈截止时间 办结时限 要求反馈时间 截止时间 反馈期限" },
	{ "deadline_ack", "签收时限 签收截止时间" },
	{ "deadline_meet", "见面时限 见面截止时间" },
	{ "call_time", "通话时间 呼叫时间 来电时间" },
	{ "call_seconds", "通话时长 时长" },
	{ "out_account", "转出账户 转出账号 付款账号 付款账户 受害人账号 受害人账户 银行卡号" },
	{ "bank", "开户行 银行 所属银行 转出银行 开户银行" },
	{ "in_account", "收款账户 收款账号 涉案账户 对方账号 对方账户 嫌疑账户 涉诈账户 涉案账号 收款卡号" },
	{ "payee", "收款户名 对方户名 收款人" },
	{ "in_bank", "收款银行 收款开户行 对方开户行" },
	{ "amount", "金额 交易金额 转账金额 涉案金额 被骗金额 损失金额 已转金额 案损金额" },
	{ "saved_amount", "止损金额 挽损金额 避免损失金额 拦截金额 避免损失" },
	{ "tx_time", "转账时间 交易时间 汇款时间" },
	{ "tx_no", "交易流水号 交易流水 转账流水号" },
	{ "suspect_url", "涉案网址 涉诈网址 网址 域名 链接" },
	{ "suspect_app", "涉诈app 涉案app app名称 软件名称 app" },
	{ "suspect_im", "涉案qq 涉案微信 qq号 微信号 嫌疑qq 嫌疑微信 qq微信" },
	OFFICER,
	{ "family_name", "家属 家属姓名 紧急联系人 联系人 监护人 亲属" },
	{ "family_phone", "家属电话 联系人电话 紧急联系电话 紧急联系人电话 监护人电话 家属联系电话" },
	{ "family_relation", "家属关系 亲属关系 与本人关系 与受害人关系" },
	WORK, HANDLER,
	{ "method", "劝阻方式 处置方式 劝阻措施" },
	{ "met", "是否见面 是否见面劝阻" },
	{ "result", "劝阻结果 反馈结果 处置结果 核查结果 处置情况 反馈情况 劝阻情况 结果" },
	{ "result_time", "劝阻时间 反馈时间 见面时间 处置时间" },
	{ "repeat_no", "预警次数 重复次数" },
	{ "remark", "备注 简要案情 简要情况 预警内容 情况说明 案情 诉求内容" },
};

static const struct entry resident_words[] = {
	SEQ,
	{ "name", "姓名 居民姓名 人员姓名 本人姓名 重点人员 重点人员姓名 对象姓名 name" },
	ID_NO, ID_TYPE,
	{ "phone", PHONES " 本人电话 本人手机 本人手机号" },
	SEX, AGE, BIRTH, ADDRESS, VILLAGE, AREA, GRID,
	{ "family_name", "家属 家属姓名 亲属 亲属姓名 紧急联系人 联系人 紧急联系人姓名 联系人姓名 子女 子女姓名" },
	{ "family_phone", "家属电话 家属手机 家属手机号 联系人电话 紧急联系电话 紧急联系人电话 亲属电话 子女电话 家属联系电话 "
		"家属联系方式" },
	{ "family_relation", "关系 与本人关系 家属关系 亲属关系 与家属关系 称谓 联系人关系" },
	{ "guardian_name", "监护人 监护人姓名" },
	{ "guardian_phone", "监护人电话 监护人手机 监护人手机号 监护人联系电话" },
	{ "guardian_relation", "监护人关系 监护关系" },
	{ "tags", "标签 人群类别 人员类别 人员类型 类别 类型 重点人群 人群标签 人群 人群分类 人员标签 易受骗类型 tags" },
	{ "risk", "风险等级 等级 风险级别 级别 易骗等级 关注等级 重点等级 risk" },
	WORK, HANDLER, OFFICER,
	{ "remark", "备注 情况说明 说明 remark" },
};

static const struct entry member_words[] = {
	SEQ,
	{ "team", "队伍 队伍名称 所属队伍 劝导队 劝导队名称 队名 分队 所在队伍 小队 team" },
	{ "name", "姓名 队员姓名 队员 成员姓名 name" },
	ID_NO, SEX, AGE,
	{ "phone", PHONES },
	{ "post", "职务 岗位 身份 角色 队内职务 担任职务 队内分工 post" },
	{ "village", "村居 村(社区) 村/社区 村 村社区 社区 所属村居 居委 所属社区 行政村 村名 所属村 村居名称 负责村居 负责区域 包片村居 "
		"村居或代码 责任区域 村居委 village area" },
	AREA, GRID,
	{ "secrecy_date", "保密承诺日期 保密承诺书日期 承诺日期 承诺书日期 保密承诺书签订日期 保密承诺签订日期 保密承诺时间 签订日期 "
		"保密承诺 保密承诺书" },
	{ "training_date", "培训日期 最近培训日期 培训时间" },
	{ "load_cap", "任务上限 同时任务上限 最多任务数" },
	{ "employer", "工作单位 单位 所在单位" },
	{ "remark", "备注 说明 remark" },
};

static const struct entry area_words[] = {
	SEQ,
	{ "code", "代码 区划代码 编码 村居代码 村代码 村居编码 统计用区划代码 行政区划代码 区域代码 社区代码 网格编号 网格编码 code" },
	{ "name", "名称 区域名称 村居名称 村居 单位名称 村名 社区名称 网格名称 name" },
	{ "parent", "上级 上级代码 上级区划 上级编码 上级区划代码 上级单位 所属镇 所属乡镇 parent" },
	{ "type", "类型 类别 区域类型 层级 级别 type" },
	{ "aliases", "别名 简称 曾用名 俗称 其他名称 aliases" },
	{ "population", "人口 人口数 常住人口 实有人口 户籍人口" },
	{ "leader", "书记 主任 负责人 联系人 村书记 居委书记" },
	{ "leader_phone", "书记电话 主任电话 负责人电话 联系人电话" },
	{ "remark", "备注 说明 remark" },
};

static const struct entry team_words[] = {
	SEQ,
	{ "code", "队伍编号 编号 代码 队伍代码 code" },
	{ "name", "队伍 队伍名称 名称 队名 劝导队 劝导队名称 name" },
	{ "type", "类型 类别 队伍类型 队伍类别 梯队 type" },
	VILLAGE, AREA, GRID,
	{ "parent", "上级 上级队伍 后备队伍 二线队伍 parent" },
	{ "leader", "队长 队长姓名 负责人 负责人姓名 组长 leader" },
	{ "leader_phone", "队长电话 负责人电话 队长手机 队长手机号 组长电话 队长联系电话 负责人联系电话 leader_phone" },
	{ "remark", "备注 说明 remark" },
};

static const struct entry duty_words[] = {
	SEQ,
	{ "team", "队伍 队伍名称 所属队伍 劝导队 队名 分队 team" },
	{ "name", "姓名 值班人 值班人员 值班员 队员 队员姓名 值班人姓名 name" },
	{ "phone", PHONES " 值班电话 值班人电话" },
	{ "weekday", "星期 周几 星期几 周 weekday" },
	{ "date", "日期 值班日期 date" },
	{ "start", "开始 开始时间 上班时间 起 起始 起始时间 start" },
	{ "end", "结束 结束时间 下班时间 止 截止 截止时间 end" },
	{ "shift", "班次 班别 值班时段 时段 值班时间 shift" },
	{ "post", "职务 岗位 角色 post" },
	VILLAGE, AREA,
	{ "remark", "备注 说明 remark" },
};

static const struct { const struct entry *entries; size_t count; } kinds[HEADER_KINDS] = {
	[HEADER_WARNING] = { warning_words, COUNT(warning_words) },
	[HEADER_RESIDENT] = { resident_words, COUNT(resident_words) },
	[HEADER_MEMBER] = { member_words, COUNT(member_words) },
	[HEADER_AREA] = { area_words, COUNT(area_words) },
	[HEADER_TEAM] = { team_words, COUNT(team_words) },
	[HEADER_DUTY] = { duty_words, COUNT(duty_words) },
};

static const char weak_words[] = "时间 日期 编号 类型 类别 标签 等级 级别 金额 结果 号码 地址 来源 渠道 单位 名称 村 流水号 村居";

static const struct { enum header_owner owner; const char *words; } owners[] = {
	{ OWNER_SELF, "受害人 被害人 事主 潜在受害人 当事人 机主 预警对象 劝阻对象 居民 被预警人 本人 预警人员 人员 对象 受害人本人 重点人员 "
		"队员 成员 值班人 值班人员 值班员 被叫方" },
	{ OWNER_SUSPECT, "嫌疑 嫌疑人 对方 涉案 涉诈 诈骗 犯罪嫌疑人 可疑 诈骗方 嫌疑方" },
	{ OWNER_OFFICER, "民警 责任民警 社区民警 包片民警 承办民警 辖区民警 管辖民警 包村民警 办案民警 警官" },
	{ OWNER_FAMILY, "家属 亲属 紧急联系人 联系人 家人 子女 配偶 儿子 女儿 父亲 母亲 丈夫 妻子 父母 老伴 紧急联络人" },
	{ OWNER_GUARDIAN, "监护人" },
	{ OWNER_OUT, "转出 付款 转出方 付款方 付款人 汇款人 汇出 支出" },
	{ OWNER_IN, "收款 转入 收款方 收款人 转入方 汇入 入账 到账" },
	{ OWNER_HANDLER, "网格员 劝阻人 劝阻人员 处置人 处置人员 走访人 走访人员 责任人 劝导员 劝导队员 志愿者 包保人 包保责任人 网格长 "
		"经办人 反馈人 处理人" },
	{ OWNER_LEADER, "队长 负责人 组长 书记 主任" },
	{ OWNER_OTHER, "派出所 物业 单位 公司 银行 网点 村委 村委会 居委 居委会 社区 村居 学校 老师 班主任 房东 雇主 企业 报警人 举报人 来电人 "
		"反诈中心 填报人 填表人 审核人 领导 带班领导 值班领导 值班室 督导 保安 店主 老板 同事 朋友 邻居 介绍人 户主 网格 村干部 包村干部 "
		"社工 医生 银行卡开户人" },
	{ OWNER_WARN, "预警 线索 指令 工单" },
	{ OWNER_RESULT, "劝阻 反馈 处置 核查 见面 回访" },
	{ OWNER_CALL, "通话 呼叫 话单" },
	{ OWNER_TX, "转账 交易 汇款 资金 涉案资金" },
};

static const struct { enum header_leaf leaf; const char *words; } leaves[] = {
	{ LEAF_NAME, "姓名 名字 名称 全名" },
	{ LEAF_PHONE, "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 联系号码 号码 移动电话 联系手机 手机电话 固话 固定电话 座机 办公电话 "
		"电话1 联系电话号码 联系手机号 联系手机号码 phone mobile" },
	{ LEAF_ID, "身份证号 身份证号码 身份证 公民身份号码 证件号 证件号码 身份号码 公民身份证号码 居民身份证号码 id号" },
	{ LEAF_ACCOUNT, "账号 账户 银行卡号 卡号 银行账号 银行卡 银行账户 帐号 帐户" },
	{ LEAF_HOLDER, "户名 账户名 账户名称 开户名 帐户名" },
	{ LEAF_BANK, "开户行 银行 开户银行 所属银行 银行名称" },
	{ LEAF_ADDRESS, "住址 地址 现住址 居住地 居住地址 家庭住址 详细地址 户籍地 户籍地址 现居住地址 联系地址 现住地 家庭地址" },
	{ LEAF_BODY, "性别 年龄 出生日期 出生年月 工作单位 职业" },
	{ LEAF_RELATION, "关系" },
	{ LEAF_TIME, "时间 日期" },
	{ LEAF_AMOUNT, "金额" },
	{ LEAF_NUMBER, "编号 流水号 单号" },
};

#define W (1u << HEADER_WARNING)
#define R (1u << HEADER_RESIDENT)
#define M (1u << HEADER_MEMBER | 1u << HEADER_DUTY)
#define T (1u << HEADER_TEAM | 1u << HEADER_AREA)

static const struct { unsigned kinds; enum header_owner owner; enum header_leaf leaf; const char *field; } owned[] = {
	{ W, OWNER_SELF, LEAF_NAME, "victim_name" },     { R | M, OWNER_SELF, LEAF_NAME, "name" },
	{ W | R | M, OWNER_SELF, LEAF_PHONE, "phone" },  { W | R | M, OWNER_SELF, LEAF_ID, "id_no" },
	{ W, OWNER_SELF, LEAF_ACCOUNT, "out_account" },  { W, OWNER_SELF, LEAF_HOLDER, "victim_name" },
	{ W, OWNER_SELF, LEAF_BANK, "bank" },
	{ W, OWNER_SUSPECT, LEAF_PHONE, "suspect_phone" }, { W, OWNER_SUSPECT, LEAF_ACCOUNT, "in_account" },
	{ W, OWNER_SUSPECT, LEAF_HOLDER, "payee" },      { W, OWNER_SUSPECT, LEAF_NAME, "payee" },
	{ W, OWNER_SUSPECT, LEAF_BANK, "in_bank" },      { W, OWNER_SUSPECT, LEAF_AMOUNT, "amount" },
	{ W | R, OWNER_OFFICER, LEAF_NAME, "officer" },  { W | R, OWNER_OFFICER, LEAF_PHONE, "officer_phone" },
	{ W | R, OWNER_FAMILY, LEAF_NAME, "family_name" }, { W | R, OWNER_FAMILY, LEAF_PHONE, "family_phone" },
	{ W | R, OWNER_FAMILY, LEAF_RELATION, "family_relation" },
	{ W, OWNER_GUARDIAN, LEAF_NAME, "family_name" }, { W, OWNER_GUARDIAN, LEAF_PHONE, "family_phone" },
	{ W, OWNER_GUARDIAN, LEAF_RELATION, "family_relation" },
	{ R, OWNER_GUARDIAN, LEAF_NAME, "guardian_name" }, { R, OWNER_GUARDIAN, LEAF_PHONE, "guardian_phone" },
	{ R, OWNER_GUARDIAN, LEAF_RELATION, "guardian_relation" },
	{ W, OWNER_OUT, LEAF_NAME, "victim_name" },      { W, OWNER_OUT, LEAF_HOLDER, "victim_name" },
	{ W, OWNER_OUT, LEAF_ACCOUNT, "out_account" },   { W, OWNER_OUT, LEAF_BANK, "bank" },
	{ W, OWNER_OUT, LEAF_TIME, "tx_time" },          { W, OWNER_OUT, LEAF_AMOUNT, "amount" },
	{ W, OWNER_IN, LEAF_NAME, "payee" },             { W, OWNER_IN, LEAF_HOLDER, "payee" },
	{ W, OWNER_IN, LEAF_ACCOUNT, "in_account" },     { W, OWNER_IN, LEAF_BANK, "in_bank" },
	{ W | R, OWNER_HANDLER, LEAF_NAME, "handler" },  { W | R, OWNER_HANDLER, LEAF_PHONE, "handler_phone" },
	{ T, OWNER_LEADER, LEAF_NAME, "leader" },        { T, OWNER_LEADER, LEAF_PHONE, "leader_phone" },
	{ W, OWNER_WARN, LEAF_NUMBER, "warn_no" },       { W, OWNER_WARN, LEAF_TIME, "warn_time" },
	{ W, OWNER_RESULT, LEAF_TIME, "result_time" },   { W, OWNER_CALL, LEAF_TIME, "call_time" },
	{ W, OWNER_TX, LEAF_TIME, "tx_time" },           { W, OWNER_TX, LEAF_AMOUNT, "amount" },
	{ W, OWNER_TX, LEAF_NUMBER, "tx_no" },
};

/* Whose column a field is, for the words behind it. */
static const struct { const char *field; enum header_owner owner; } field_owners[] = {
	{ "victim_name", OWNER_SELF }, { "name", OWNER_SELF }, { "id_no", OWNER_SELF }, { "phone", OWNER_SELF },
	{ "sex", OWNER_SELF }, { "age", OWNER_SELF }, { "birth", OWNER_SELF }, { "addr_live", OWNER_SELF },
	{ "addr_reg", OWNER_SELF }, { "out_account", OWNER_OUT }, { "in_account", OWNER_IN }, { "payee", OWNER_IN },
	{ "in_bank", OWNER_IN }, { "bank", OWNER_OUT }, { "suspect_phone", OWNER_SUSPECT },
	{ "officer", OWNER_OFFICER }, { "officer_phone", OWNER_OFFICER }, { "station", OWNER_OTHER },
	{ "family_name", OWNER_FAMILY }, { "family_phone", OWNER_FAMILY }, { "family_relation", OWNER_FAMILY },
	{ "guardian_name", OWNER_GUARDIAN }, { "guardian_phone", OWNER_GUARDIAN },
	{ "guardian_relation", OWNER_GUARDIAN }, { "handler", OWNER_HANDLER }, { "handler_phone", OWNER_HANDLER },
	{ "leader", OWNER_LEADER }, { "leader_phone", OWNER_LEADER },
};

/* Fields that are never given by the mere end of a label. */
static const char guarded[] = "victim_name name phone id_no suspect_phone out_account in_account payee officer "
	"officer_phone family_name family_phone guardian_name guardian_phone handler handler_phone leader leader_phone "
	"bank in_bank seq";

static const char *const units[] = { "万元", "千元", "百元", "亿元", "元", "秒", "分钟", "分", "小时" };
static const char *const group_ends[] = { "基本信息", "基本情况", "信息", "情况", "资料", "详情" };
/* clang-format on */

/* Is `word` one of the words that are parted by blanks? */
static bool listed(const char *words, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strchr(word, ' ') != NULL)
		return false;
	for (const char *at = words; (at = strstr(at, word)) != NULL; at++)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static size_t ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return a >= b && strcmp(s + a - b, end) == 0 ? b : 0;
}

const char *header_unit(const char *text)
{
	const char *colon = strstr(text, "单位");

	if (colon != NULL)
		text = colon + strlen("单位");
	text += strspn(text, ":");
	if (strncmp(text, "人民币", strlen("人民币")) == 0)
		text += strlen("人民币");
	for (size_t i = 0; i < COUNT(units); i++)
		if (strcmp(text, units[i]) == 0)
			return units[i];
	return NULL;
}

/* Marks that say nothing: required, colons, blanks. */
static bool is_mark(const char *at, size_t *n)
{
	static const char *const marks[] = { "*", "★", "☆", ":", "必填项", "必填", "选填", "\n",
		"\r", "\t", " ", "?", "、" };

	for (size_t i = 0; i < COUNT(marks); i++) {
		*n = strlen(marks[i]);
		if (strncmp(at, marks[i], *n) == 0)
			return true;
	}
	return false;
}

static void squeeze(const char *s, char *out)
{
	size_t n;

	while (*s != '\0') {
		if (is_mark(s, &n)) {
			s += n;
			continue;
		}
		*out++ = (char)(isupper((unsigned char)*s) ? tolower((unsigned char)*s) : *s);
		s++;
	}
	*out = '\0';
}

/* Cuts every bracket out of s; the first one's content goes to `inside`. */
static void cut_brackets(char *s, char *inside)
{
	static const struct {
		const char *open, *close;
	} pairs[] = { { "(", ")" }, { "[", "]" }, { "【", "】" }, { "〔", "〕" }, { "<", ">" },
		{ "《", "》" } };

	*inside = '\0';
	for (size_t i = 0; i < COUNT(pairs); i++) {
		char *open, *close;

		while ((open = strstr(s, pairs[i].open)) != NULL &&
			(close = strstr(open, pairs[i].close)) != NULL) {
			size_t skip = strlen(pairs[i].open), end = strlen(pairs[i].close);

			if (*inside == '\0') {
				memcpy(inside, open + skip, (size_t)(close - open) - skip);
				inside[(size_t)(close - open) - skip] = '\0';
			}
			memmove(open, close + end, strlen(close + end) + 1);
		}
	}
}

void header_norm(const char *cell, struct header_label *out)
{
	char text[HEADER_NORM], inside[HEADER_NORM];

	*out = (struct header_label){ 0 };
	if (cell_clean(cell, CELL_NFKC, text, sizeof text) != CELL_TEXT) {
		if (cell != NULL && strcmp(cell, "#") == 0)
			memcpy(out->text, "#", 2);
		return;
	}
	cut_brackets(text, inside);
	squeeze(text, out->text);
	squeeze(inside, out->bracket);
	if (out->bracket[0] != '\0')
		out->unit = header_unit(out->bracket);
}

const char *header_title_unit(const char *cell)
{
	char text[HEADER_NORM];
	const char *at, *best = NULL;

	if (cell_clean(cell, CELL_NFKC, text, sizeof text) != CELL_TEXT)
		return NULL;
	at = strstr(text, "单位");
	if (at == NULL)
		return NULL;
	at += strlen("单位");
	at += strspn(at, ": ");
	for (size_t i = 0; i < COUNT(units) && best == NULL; i++)
		if (strncmp(at, units[i], strlen(units[i])) == 0)
			best = units[i];
	return best;
}

const char *header_exact(const char *word, const struct header_options *opt)
{
	struct header_label own;

	for (size_t i = 0; i < opt->own_count; i++) {
		header_norm(opt->own[i].word, &own);
		if (own.text[0] != '\0' && strcmp(own.text, word) == 0)
			return opt->own[i].field;
	}
	for (size_t i = 0; i < kinds[opt->kind].count; i++) {
		const struct entry *e = &kinds[opt->kind].entries[i];

		if (strcmp(e->field, word) == 0 || listed(e->words, word))
			return e->field;
	}
	return NULL;
}

bool header_weak(const char *word)
{
	return listed(weak_words, word);
}

enum header_owner header_owner_of(const char *word)
{
	for (size_t i = 0; i < COUNT(owners); i++)
		if (listed(owners[i].words, word))
			return owners[i].owner;
	return OWNER_NONE;
}

enum header_leaf header_leaf_of(const char *word)
{
	for (size_t i = 0; i < COUNT(leaves); i++)
		if (listed(leaves[i].words, word))
			return leaves[i].leaf;
	return LEAF_NONE;
}

enum header_owner header_group(const char *group, char rest[HEADER_NORM])
{
	size_t n = strlen(group);
	enum header_owner owner;

	memcpy(rest, group, n + 1);
	for (size_t i = 0; i < COUNT(group_ends); i++) {
		size_t tail = ends_with(rest, group_ends[i]);

		if (tail == 0)
			continue;
		rest[n - tail] = '\0';
		break;
	}
	owner = header_owner_of(rest);
	for (size_t cut = 0; owner == OWNER_NONE && rest[cut] != '\0';) {
		cut += text_prefix(rest + cut, 1);
		owner = header_owner_of(rest + cut);
	}
	return owner;
}

const char *header_owned(enum header_kind kind, enum header_owner owner, enum header_leaf leaf)
{
	for (size_t i = 0; i < COUNT(owned); i++)
		if ((owned[i].kinds >> kind & 1u) && owned[i].owner == owner &&
			owned[i].leaf == leaf)
			return owned[i].field;
	return NULL;
}

bool header_personal(enum header_leaf leaf)
{
	return leaf >= LEAF_NAME && leaf <= LEAF_RELATION;
}

enum header_owner header_field_owner(const char *field)
{
	for (size_t i = 0; field != NULL && i < COUNT(field_owners); i++)
		if (strcmp(field_owners[i].field, field) == 0)
			return field_owners[i].owner;
	return OWNER_NONE;
}

/* The longest owner at the front that leaves something behind it. */
static size_t owner_prefix(const char *word, enum header_owner *owner)
{
	char head[HEADER_NORM];
	size_t best = 0;

	for (size_t n = text_prefix(word, 1); word[n] != '\0'; n += text_prefix(word + n, 1)) {
		enum header_owner found;

		memcpy(head, word, n);
		head[n] = '\0';
		found = header_owner_of(head);
		if (found == OWNER_NONE)
			continue;
		best = n;
		*owner = found;
	}
	return best;
}

/* The longest word of three or more characters that ends the label. */
static const char *by_end(const char *word, const struct header_options *opt)
{
	for (size_t n = text_prefix(word, 1); word[n] != '\0'; n += text_prefix(word + n, 1)) {
		const char *field;

		if (text_count(word + n) < 3)
			return NULL;
		field = header_exact(word + n, opt);
		if (field != NULL)
			return listed(guarded, field) ? NULL : field;
	}
	return NULL;
}

const char *header_alone(const char *word, const struct header_options *opt, bool *settled)
{
	enum header_owner owner = OWNER_NONE;
	const char *field = header_exact(word, opt), *rest;
	enum header_leaf leaf;
	size_t n;

	*settled = false;
	if (field != NULL || *word == '\0')
		return field;
	n = owner_prefix(word, &owner);
	rest = word + n;
	if (n > 0 && strncmp(rest, "的", strlen("的")) == 0)
		rest += strlen("的");
	leaf = n > 0 ? header_leaf_of(rest) : LEAF_NONE;
	field = leaf == LEAF_NONE ? NULL : header_owned(opt->kind, owner, leaf);
	*settled = field != NULL;
	if (field != NULL)
		return field;
	if (n > 0 && (owner == OWNER_SELF || owner >= OWNER_WARN)) {
		field = header_alone(rest, opt, settled);
		if (field != NULL && !header_weak(rest) &&
			(owner == OWNER_SELF || !header_personal(header_leaf_of(rest))))
			return field;
	}
	*settled = n > 0 && header_personal(leaf);
	return *settled ? NULL : by_end(word, opt);
}

const char *header_words(enum header_kind kind, const char *field)
{
	for (size_t i = 0; i < kinds[kind].count; i++)
		if (strcmp(kinds[kind].entries[i].field, field) == 0)
			return kinds[kind].entries[i].words;
	return "";
}
