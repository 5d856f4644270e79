/* `resident add 姓名=… 手机号=…`: pairs to the body of the API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "log.h"
#include "text.h"

#include "banned.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_WORDS,
	FIELD_NUMBERS,
	FIELD_BOOL,
	FIELD_RELATIVES
};

/* noun NULL: of every noun. The first word is the API's own. */
/* clang-format off */
static const struct field {
	const char *noun, *key;
	enum field_kind kind;
	const char *words; /* what people may write instead, parted by blanks */
} fields[] = {
	{ "resident", "phones", FIELD_WORDS, "phone 手机号 电话 号码" },
	{ "resident", "id_no", FIELD_TEXT, "身份证号 证件号 身份证" },
	{ "resident", "birth", FIELD_TEXT, "出生日期 生日" },
	{ "resident", "sex", FIELD_TEXT, "性别" },
	{ "resident", "family", FIELD_RELATIVES, "家属" },
	{ "resident", "guardian", FIELD_RELATIVES, "监护人" },
	{ "resident", "address", FIELD_TEXT, "住址 地址" },
	{ "resident", "tags", FIELD_WORDS, "标签" },
	{ "resident", "risk", FIELD_TEXT, "风险 风险等级" },
	{ "resident", "remark", FIELD_TEXT, "备注" },
	{ "member", "phone", FIELD_TEXT, "手机号 电话 号码" },
	{ "member", "post", FIELD_TEXT, "职务" },
	{ "member", "away_until", FIELD_TEXT, "请假至" },
	{ "member", "pledged_on", FIELD_TEXT, "保密承诺 承诺日期" },
	{ "member", "trained_on", FIELD_TEXT, "培训 培训日期" },
	{ "member", "load_cap", FIELD_NUMBER, "任务上限" },
	{ "duty", "member", FIELD_NUMBER, "队员 队员编号" },
	{ "duty", "phone", FIELD_TEXT, "手机号 电话 号码" },
	{ "duty", "weekdays", FIELD_NUMBERS, "星期" },
	{ "duty", "day", FIELD_TEXT, "日期" },
	{ "duty", "from", FIELD_TEXT, "起 开始" },
	{ "duty", "to", FIELD_TEXT, "止 结束" },
	{ "duty", "off", FIELD_BOOL, "不值班" },
	{ "area", "code", FIELD_TEXT, "代码" },
	{ "area", "parent", FIELD_TEXT, "上级" },
	{ "area", "aliases", FIELD_WORDS, "别名" },
	{ "area", "population", FIELD_NUMBER, "人口" },
	{ NULL, "team", FIELD_TEXT, "队伍 劝导队" },
	{ NULL, "name", FIELD_TEXT, "姓名 名称" },
	{ NULL, "kind", FIELD_TEXT, "类别" },
	{ NULL, "state", FIELD_TEXT, "状态" },
	{ NULL, "area", FIELD_TEXT, "村居 区划 村" },
};

/* The API takes codes; people write what the lists show. */
static const struct {
	const char *key, *word, *code;
} choices[] = {
	{ "sex", "男", "M" }, { "sex", "女", "F" },
	{ "state", "在册", "active" }, { "state", "在岗", "active" }, { "state", "请假", "away" },
	{ "state", "已离队", "left" }, { "state", "离队", "left" },
	{ "state", "已搬离", "moved" }, { "state", "搬离", "moved" }, { "state", "已移出", "removed" },
	{ "risk", "紧急高危", "CRITICAL" }, { "risk", "高危", "HIGH" }, { "risk", "中危", "MEDIUM" }, { "risk", "低危", "LOW" },
	{ "kind", "镇街", "town" }, { "kind", "村", "village" }, { "kind", "社区", "community" }, { "kind", "网格", "grid" },
	{ "kind", "学校", "school" }, { "kind", "企业", "company" }, { "kind", "楼宇", "building" },
	{ "kind", "村居劝导队", "village" }, { "kind", "中心", "centre" }, { "kind", "派出所", "police" }, { "kind", "二线", "line2" },
};
/* clang-format on */

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		if (len == n && memcmp(words, word, n) == 0)
			return true;
		words += len;
		words += *words == ' ';
	}
	return false;
}

static const struct field *field_of(const char *noun, const char *key)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if ((fields[i].noun == NULL || strcmp(fields[i].noun, noun) == 0) &&
			(strcmp(fields[i].key, key) == 0 || has_word(fields[i].words, key)))
			return &fields[i];
	return NULL;
}

/* -- values ------------------------------------------------------------------------------------------- */

static const char *code_of(const char *key, const char *word)
{
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if (strcmp(choices[i].key, key) == 0 && strcmp(choices[i].word, word) == 0)
			return choices[i].code;
	return word;
}

/* Bytes up to the next comma of either kind, semicolon or 、; *sep gets its length. */
static size_t item_length(const char *s, size_t *sep)
{
	static const char *const seps[] = { ",", "，", "、", ";", "；" };

	*sep = 0;
	for (size_t n = 0; s[n] != '\0'; n++) {
		for (size_t i = 0; i < sizeof seps / sizeof *seps; i++)
			if (strncmp(s + n, seps[i], strlen(seps[i])) == 0)
				*sep = strlen(seps[i]);
		if (*sep > 0)
			return n;
	}
	return strlen(s);
}

/* What is no number goes as it is written: the API says what is wrong with it. */
static json_t *number_or_text(const char *s)
{
	char *end;
	long long n = strtoll(s, &end, 10);

	return end == s || *end != '\0' ? json_string(s) : json_integer(n);
}

/* 姓名:电话:关系 */
static json_t *relative_of(const char *s)
{
	static const char *const keys[] = { "name", "phone", "relation" };
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof *keys && *s != '\0'; i++) {
		size_t n = strcspn(s, ":");

		if (strncmp(s, "：", strlen("：")) == 0)
			n = 0;
		json_object_set_new(o, keys[i], json_stringn(s, n));
		s += n;
		s += *s == ':';
	}
	return o;
}

static json_t *list_of(struct cli *c, const char *s, enum field_kind kind)
{
	json_t *list = json_array();
	size_t n, sep;

	for (; *s != '\0'; s += n + sep) {
		const char *item;

		n = item_length(s, &sep);
		item = arena_text(&c->arena, s, n);
		if (n > 0)
			json_array_append_new(list, kind == FIELD_RELATIVES ? relative_of(item)
						    : kind == FIELD_NUMBERS ? number_or_text(item)
									    : json_string(item));
	}
	return list;
}

static json_t *value_of(struct cli *c, const struct field *f, const char *s)
{
	switch (f->kind) {
	case FIELD_NUMBER:
		return number_or_text(s);
	case FIELD_BOOL:
		return json_boolean(
			strcmp(s, "1") == 0 || strcmp(s, "true") == 0 || strcmp(s, "是") == 0);
	case FIELD_WORDS:
	case FIELD_NUMBERS:
	case FIELD_RELATIVES:
		return list_of(c, s, f->kind);
	case FIELD_TEXT:
		break;
	}
	return json_string(code_of(f->key, s));
}

/* False: said. */
static bool put_pair(struct cli *c, const char *pair, json_t *body)
{
	const char *eq = strchr(pair, '=');
	const struct field *f;

	if (eq == NULL || eq == pair) {
		cli_say("“%s”应写成 字段=值，例如 姓名=张三。", pair);
		return false;
	}
	f = field_of(c->verb->noun, arena_text(&c->arena, pair, (size_t)(eq - pair)));
	if (f == NULL) {
		cli_say("没有“%.*s”这个字段。%s", (int)(eq - pair), pair,
			cli_verb_find(c->verb->noun, "add")->help);
		return false;
	}
	if (!text_valid(eq + 1, strlen(eq + 1))) {
		cli_say("“%.*s”的值不是 UTF-8 文字。", (int)(eq - pair), pair);
		return false;
	}
	json_object_set_new(body, f->key, value_of(c, f, eq + 1));
	return true;
}

int cli_people_put(struct cli *c)
{
	int first = strcmp(c->verb->method, "PATCH") == 0 ? 1 : 0;
	json_t *body = json_object();
	char noun[CLI_LISTING];
	struct cli_reply r;
	const char *path;

	for (int i = first; i < c->args.words; i++) {
		if (put_pair(c, c->args.word[i], body))
			continue;
		json_decref(body);
		return EXIT_USAGE;
	}
	path = cli_path(c);
	if (path == NULL || !cli_send_json(c, c->verb->method, path, body, &r)) {
		if (path == NULL)
			json_decref(body);
		return c->exit_code;
	}
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		json_object_del(r.json, "created");
		printf("%s。\n", c->verb->done);
		cli_record(c, cli_verb_listing(c->verb, noun), r.json);
	}
	cli_reply_free(&r);
	return CLI_DONE;
}
