/* What quanzu has read, in plain Chinese. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli_explain.h"
#include "cli_table.h"
#include "header.h"
#include "json.h"
#include "sheet.h"

#include "banned.h"

enum { TITLE_WIDTH = 14 };

/* clang-format off */
static const struct {
	const char *key, *title;
} titles[] = {
	{ "out", "读作" }, { "class", "种类" }, { "type", "种类" }, { "flags", "注意" }, { "note_text", "旁注" },
	{ "partial", "有一个不能用" }, { "birth", "出生日期" }, { "sex", "性别" }, { "prec", "精确到" },
	{ "lo", "最少" }, { "hi", "最多" }, { "kind", "金额" },
	{ "dir", "方向" }, { "smsc", "短信中心" }, { "number", "号码" }, { "toa", "号码类型" }, { "pid", "PID" },
	{ "dcs", "DCS" }, { "encoding", "编码" }, { "text", "内容" }, { "data", "数据" }, { "scts", "中心时间" },
	{ "septets", "七位字符" }, { "tpdu_len", "TPDU字节" }, { "msg_class", "类别" }, { "mr", "参考号" },
	{ "dt", "结束时间" }, { "status", "状态码" }, { "outcome", "结果" }, { "vp", "有效期" }, { "vp_minutes", "有效分钟" },
	{ "ref", "长短信号" }, { "ref_bits", "号的位数" }, { "parts", "共几段" }, { "part", "第几段" },
	{ "dst_port", "目的端口" }, { "src_port", "源端口" }, { "port_bits", "端口位数" },
	{ "srr", "要回执" }, { "sri", "有回执" }, { "mms", "没有更多" }, { "rp", "回复路径" }, { "rd", "拒绝重复" },
	{ "udhi", "有头" }, { "pdus", "PDU" }, { "cmgs", "CMGS长度" }, { "pieces", "分段" },
	{ "reason", "原因" }, { "indication", "指示" }, { "trailing", "多余字节" },
};
static const struct {
	const char *key, *code, *word;
} words[] = {
	{ "class", "mobile", "手机" }, { "class", "landline", "固定电话" }, { "class", "service", "服务号码" },
	{ "class", "overseas", "境外号码" }, { "class", "iot", "物联网号码" },
	{ "type", "resident", "居民身份证" }, { "type", "hmt_residence", "港澳台居民居住证" },
	{ "type", "foreign_residence", "外国人永久居留身份证" },
	{ "flags", "old_zero", "前面多了0" }, { "flags", "virtual", "虚拟运营商" }, { "flags", "datacard", "上网卡" },
	{ "flags", "satellite", "卫星电话" }, { "flags", "emergency", "应急号码" },
	{ "flags", "unassigned_prefix", "号段不认识，可能写错" }, { "flags", "area_assumed", "按本地区号" },
	{ "flags", "wild", "姓名不全" }, { "flags", "org", "单位" }, { "flags", "from15", "由15位号码换算" },
	{ "prec", "exact", "确切" }, { "prec", "approx", "大约" }, { "prec", "day", "日" }, { "prec", "month", "月" },
	{ "prec", "minute", "分" }, { "prec", "second", "秒" }, { "prec", "hour", "时" },
	{ "kind", "exact", "确切" }, { "kind", "approx", "大约" }, { "kind", "range", "一个范围" },
	{ "kind", "confirm", "要向对方确认" }, { "kind", "vague", "说不准，算不知道" },
	{ "kind", "foreign", "外币，算不知道" }, { "kind", "none", "没有提到金额" },
	{ "sex", "M", "男" }, { "sex", "F", "女" },
	{ "dir", "deliver", "收到的短信" }, { "dir", "submit", "发出的短信" }, { "dir", "status", "送达回执" },
	{ "outcome", "delivered", "已送达" }, { "outcome", "pending", "还在送" }, { "outcome", "failed", "没送到" },
};
static const char *const actions[] = { "不能去", "接单", "已见面", "劝住", "已转账", "联系不上", "不是本人",
	"要民警", "误报", "转别人" };
static const struct {
	const char *code, *word;
} hows[] = {
	{ "apply", "马上照办" }, { "raise", "不太确定，先报警值班员" }, { "propose", "不确定，先问对方" },
	{ "correct", "更正上一次的答复" }, { "noop", "已经是这样，不用办" }, { "late", "任务已了结，只记录" },
};
static const struct {
	const char *code, *word;
} nexts[] = {
	{ "unknown", "告诉对方没有这个任务码" }, { "digits", "告诉对方数字没看懂" }, { "action", "请对方补上动作" },
	{ "which", "问对方是哪个任务" }, { "human", "转人工看" }, { "late", "告诉对方任务已了结" },
	{ "confirm", "请对方确认" }, { "echo", "回执，复述读到的意思" }, { "none", "不用回" },
	{ "ignore", "不用回" }, { "help", "发说明" }, { "list", "发他的任务单" }, { "leave", "登记请假" },
	{ "back", "登记销假" }, { "stop", "登记退订" },
};
/* clang-format on */

static const char *title_of(const char *key)
{
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (strcmp(titles[i].key, key) == 0)
			return titles[i].title;
	return key;
}

static const char *word_of(const char *key, const char *code)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].key, key) == 0 && strcmp(words[i].code, code) == 0)
			return words[i].word;
	return code;
}

static void put(const char *title, const char *text)
{
	size_t width = cli_width(title);

	printf("%s%*s%s\n", title, width < TITLE_WIDTH ? (int)(TITLE_WIDTH - width) : 1, "", text);
}

/* Sums are fen; all other numbers are what they are. */
static bool is_sum(const json_t *line, const char *key)
{
	const char *kind = json_str(line, "kind");
	bool cell = kind != NULL && strcmp(kind, "amount") == 0;
	bool reply = kind == NULL && json_object_get(line, "op") == NULL;

	return (cell || reply) &&
	       (strcmp(key, "out") == 0 || strcmp(key, "lo") == 0 || strcmp(key, "hi") == 0);
}

static const char *scalar(struct cli *c, const json_t *line, const char *key, const json_t *v)
{
	if (json_is_integer(v) && is_sum(line, key))
		return cli_money(c, json_integer_value(v));
	if (json_is_integer(v))
		return arena_print(&c->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_string(v))
		return word_of(key, json_string_value(v));
	return json_is_true(v) ? "是" : json_is_false(v) ? "否" : "";
}

static void put_field(struct cli *c, const json_t *line, const char *key, const json_t *v)
{
	const char *title = title_of(key), *text;
	const json_t *item;
	size_t i;

	json_array_foreach(v, i, item) {
		put(i == 0 ? title : "", scalar(c, line, key, item));
	}
	if (json_is_array(v) || json_is_object(v))
		return;
	text = scalar(c, line, key, v);
	if (text[0] != '\0' && !json_is_false(v))
		put(title, text);
}

static bool put_error(const json_t *answer)
{
	const char *error = json_str(answer, "error"), *why = json_str(answer, "why"),
		   *mend = json_str(answer, "mend");

	if (error != NULL)
		printf("看不懂：%s\n", error);
	else if (json_is_false(json_object_get(answer, "ok")))
		printf("不能用：%s。%s\n", why == NULL ? "原因不明" : why,
			mend == NULL ? "" : mend);
	else
		return false;
	return true;
}

void explain_show_fields(struct cli *c, const json_t *line, const json_t *answer)
{
	static const char *const silent[] = { "ok", "expect", "err", "why", "mend", "error" };
	const json_t *inner = json_object_get(answer, "expect");
	const char *key;
	json_t *v;

	put_error(answer);
	if (json_is_string(inner) && strcmp(json_string_value(inner), "error") == 0)
		printf("不能用。\n");
	json_object_foreach((json_t *)(json_is_object(inner) ? inner : answer), key, v) {
		size_t i = 0;

		while (i < sizeof silent / sizeof *silent && strcmp(silent[i], key) != 0)
			i++;
		if (i == sizeof silent / sizeof *silent)
			put_field(c, line, key, v);
	}
}

/* -- replies -------------------------------------------------------------------------------------------- */

static void put_sum(struct cli *c, const json_t *amount)
{
	const char *kind = json_str(amount, "kind");
	int64_t lo = json_int(amount, "lo", 0), hi = json_int(amount, "hi", 0);

	if (kind == NULL)
		return;
	printf("，金额");
	if (json_is_integer(json_object_get(amount, "hi")))
		printf("%s%s%s", lo == hi ? "" : cli_money(c, lo), lo == hi ? "" : "到",
			cli_money(c, hi));
	printf("（%s）", word_of("kind", kind));
}

static void put_item(struct cli *c, const json_t *item)
{
	const char *code = json_str(item, "code"), *how = json_str(item, "do");
	int64_t action = json_int(item, "action", -1);

	for (size_t i = 0; how != NULL && i < sizeof hows / sizeof *hows; i++)
		if (strcmp(hows[i].code, how) == 0) {
			how = hows[i].word;
			break;
		}
	printf("%s%s：%s", code == NULL ? "没有说是哪个任务" : code, code == NULL ? "" : "号任务",
		action < 0 || action > 9 ? "？" : actions[action]);
	put_sum(c, json_object_get(item, "amount"));
	if (json_flag(item, "check", false))
		printf("，金额要复核");
	printf("——%s\n", how == NULL ? "" : how);
}

void explain_show_amount(struct cli *c, const json_t *line, const json_t *answer)
{
	const json_t *e = json_object_get(answer, "expect");
	int64_t lo = json_int(e, "lo", -1), hi = json_int(e, "hi", -1);
	const char *kind = json_str(e, "kind");

	if (kind == NULL) {
		explain_show_fields(c, line, answer);
		return;
	}
	if (hi >= 0)
		put("读作", arena_print(&c->arena, "%s%s%s", lo == hi ? "" : cli_money(c, lo),
				    lo == hi ? "" : " 到 ", cli_money(c, hi)));
	put("把握", word_of("kind", kind));
}

void explain_show_reply(struct cli *c, const json_t *line, const json_t *answer)
{
	const json_t *e = json_object_get(answer, "expect"), *item;
	const char *next = json_str(e, "next"), *word = next;
	size_t i;

	put("收到", json_str(line, "text"));
	if (put_error(answer))
		return;
	json_array_foreach(json_object_get(e, "items"), i, item) {
		put_item(c, item);
	}
	for (i = 0; next != NULL && i < sizeof nexts / sizeof *nexts; i++)
		if (strcmp(nexts[i].code, next) == 0)
			word = nexts[i].word;
	if (json_int(e, "days", 0) > 0)
		put("请假", arena_print(&c->arena, "%lld天", (long long)json_int(e, "days", 0)));
	put("下一步", word == NULL ? "" : word);
}

/* -- modems --------------------------------------------------------------------------------------------- */

static void put_value(struct buf *out, const char *key, const json_t *v)
{
	struct buf text;

	if (json_is_null(v))
		return;
	if (json_is_string(v)) {
		buf_addf(out, " %s=%s", key, json_string_value(v));
		return;
	}
	buf_init(&text, 1 << 20);
	json_write(v, &text);
	buf_addf(out, " %s=%s", key, buf_str(&text));
	buf_free(&text);
}

void explain_show_at(struct cli *c, const json_t *line, const json_t *answer)
{
	static const struct {
		const char *code, *word;
	} kinds[] = { { "final", "结果" }, { "prompt", "等待输入" }, { "reply", "应答" },
		{ "text", "文字" }, { "urc", "主动上报" }, { "call", "通话" }, { "dtmf", "按键" },
		{ "speech", "语音" }, { "ready", "模块启动" }, { "down", "模块关机" },
		{ "bad", "读不懂的应答" }, { "ignored", "不理会" } };
	const json_t *e;
	size_t i;

	(void)c;
	(void)line;
	put_error(answer);
	json_array_foreach(json_object_get(answer, "expect"), i, e) {
		const char *t = json_str(e, "t"), *word = t, *key;
		struct buf text;
		json_t *v;

		for (size_t k = 0; t != NULL && k < sizeof kinds / sizeof *kinds; k++)
			if (strcmp(kinds[k].code, t) == 0)
				word = kinds[k].word;
		buf_init(&text, 1 << 20);
		json_object_foreach((json_t *)e, key, v) {
			if (strcmp(key, "name") == 0)
				buf_addf(&text, " %s", json_string_value(v));
			else if (strcmp(key, "t") != 0)
				put_value(&text, key, v);
		}
		put(word == NULL ? "" : word, text.len == 0 ? "" : text.data + 1);
		buf_free(&text);
	}
}

/* -- signatures ------------------------------------------------------------------------------------------ */

/* Line by line: what was signed must be read to the byte. */
static void put_lines(const char *title, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t n = strcspn(text, "\n"), width = cli_width(title);

		printf("%s%*s%.*s\n", title, width < TITLE_WIDTH ? (int)(TITLE_WIDTH - width) : 1,
			"", (int)n, text);
		title = "";
		text += n + (text[n] == '\n');
	}
}

void explain_show_sign(struct cli *c, const json_t *line, const json_t *answer)
{
	const char *key;
	json_t *v;

	(void)c;
	(void)line;
	if (put_error(answer))
		return;
	put_lines("规范请求", json_str(answer, "canonical"));
	put_lines("待签字符串", json_str(answer, "string_to_sign"));
	json_object_foreach(json_object_get(answer, "steps"), key, v) {
		put_lines(key, json_string_value(v));
	}
	put_lines("签名", json_str(answer, "expected"));
}

/* -- headers of sheets ------------------------------------------------------------------------------------- */

static enum header_kind header_kind_of(const json_t *line)
{
	static const char *const names[HEADER_KINDS] = { "warning", "resident", "member", "area",
		"team", "duty" };
	const char *kind = json_str(line, "kind");

	for (int i = 0; kind != NULL && i < HEADER_KINDS; i++)
		if (strcmp(names[i], kind) == 0)
			return (enum header_kind)i;
	return HEADER_WARNING;
}

/* The first of the words that mean this field. */
static const char *field_title(struct cli *c, enum header_kind kind, const char *field)
{
	const char *all = header_words(kind, field);

	return all[0] == '\0'
		       ? field
		       : arena_print(&c->arena, "%.*s（%s）", (int)strcspn(all, " "), all, field);
}

static const char *label_of(const json_t *line, const json_t *answer, size_t column)
{
	const json_t *rows = json_object_get(line, "rows"),
		     *heads = json_object_get(answer, "header_rows");
	const json_t *last = json_array_get(heads, json_array_size(heads) - 1);
	const json_t *row = json_array_get(rows, (size_t)json_integer_value(last));
	const char *s = json_string_value(json_array_get(row, column));

	return s == NULL ? "" : s;
}

static void put_columns(struct cli *c, const json_t *line, const json_t *answer)
{
	static const char *const heads[] = { "列", "表头", "认作", "单位" };
	const json_t *map = json_object_get(answer, "map"),
		     *units = json_object_get(answer, "units"), *v;
	struct cli_table *t = cli_table_new(heads, 4, 60);
	char letters[8];
	struct buf out;
	size_t i;

	json_array_foreach(map, i, v) {
		const char *field = json_string_value(v);

		cli_table_add(t, sheet_column_name((int)i, letters));
		cli_table_add(t, label_of(line, answer, i));
		cli_table_add(t, field == NULL ? "不认识，不收"
					       : field_title(c, header_kind_of(line), field));
		cli_table_add(t, field == NULL || json_str(units, field) == NULL
					 ? ""
					 : json_str(units, field));
	}
	buf_init(&out, 1 << 20);
	cli_table_write(t, &out);
	fputs(buf_str(&out), stdout);
	buf_free(&out);
	cli_table_free(t);
}

void explain_show_headers(struct cli *c, const json_t *line, const json_t *answer)
{
	const json_t *heads = json_object_get(answer, "header_rows"), *v;
	size_t i;

	if (put_error(answer))
		return;
	if (json_array_size(heads) > 0) {
		printf("表头在第");
		json_array_foreach(heads, i, v) {
			printf("%s%" JSON_INTEGER_FORMAT, i == 0 ? "" : "、",
				json_integer_value(v) + 1);
		}
		printf("行，数据从第%lld行起。\n",
			(long long)json_int(answer, "first_data_row", 0) + 1);
		put_columns(c, line, answer);
	} else if (json_str(answer, "orientation") != NULL) {
		printf("竖排的表：第一列是名称，第二列是内容。\n");
		json_array_foreach(json_object_get(answer, "map"), i, v) {
			const char *field = json_string_value(v);

			if (field != NULL)
				printf("第%zu行 %s\n", i + 1,
					field_title(c, header_kind_of(line), field));
		}
	}
	json_array_foreach(json_object_get(answer, "warn"), i, v) {
		printf("注意：%s\n", header_warning_text(json_string_value(v)));
	}
}
