/*
 * generic.c - any SMS platform over HTTP, described by the configuration alone.
 *
 * Source: design of our own. Nothing is executed: texts with {names}
 * (cloud_form.h), an expression for the signature (sign_expr.h), paths and POSIX expressions.
 */
#include "generic.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_providers.h"
#include "cloud_text.h"
#include "json.h"
#include "text.h"

#include "banned.h"

/* clang-format off */
static const struct cloud_key keys[GEN_KEYS] = {
	[GEN_URL] = { "url", CLOUD_TEXT, true, NULL, 8, 1000, NULL, "发送网址,可以有 {名字}" },
	[GEN_METHOD] = { "method", CLOUD_WORD, false, "POST", 0, 0, "POST GET PUT", "请求方法" },
	[GEN_TYPE] = { "content_type", CLOUD_TEXT, false, "application/x-www-form-urlencoded", 0, 100, NULL, "Content-Type" },
	[GEN_HEADERS] = { "headers", CLOUD_GROUP, false, NULL, 0, 0, NULL, "另外的请求头" },
	[GEN_BODY] = { "body", CLOUD_TEXT, false, "", 0, 8000, NULL, "正文,可以有 {名字}" },
	[GEN_CHARSET] = { "charset", CLOUD_WORD, false, "UTF-8", 0, 0, "UTF-8 GB18030 GBK GB2312", "文字的编码" },
	[GEN_ACCOUNT] = { "account", CLOUD_TEXT, false, "", 0, 128, NULL, "账号,写作 {account}" },
	[GEN_PASSWORD] = { "password", CLOUD_SECRET, false, "", 0, 256, NULL, "密码,写作 {password}" },
	[GEN_SECRET] = { "secret", CLOUD_SECRET, false, "", 0, 256, NULL, "密钥,写作 {secret}" },
	[GEN_VALUES] = { "values", CLOUD_GROUP, false, NULL, 0, 0, NULL, "其他固定的值" },
	[GEN_SIGN] = { "sign", CLOUD_TEXT, false, "", 0, 20, NULL, "短信签名,写作 {sign}" },
	[GEN_KEEP_SIGN] = { "keep_sign", CLOUD_FLAG, false, "1", 0, 1, NULL, "文字前面保留【签名】" },
	[GEN_SIGN_EXPR] = { "sign_expr", CLOUD_TEXT, false, "", 0, 1024, NULL, "签名算式,结果写作 {sig}" },
	[GEN_TS] = { "ts", CLOUD_TEXT, false, "%Y%m%d%H%M%S", 1, 40, NULL, "时间格式,写作 {ts}" },
	[GEN_ZONE] = { "ts_zone", CLOUD_WORD, false, "+8", 0, 0, "+8 utc", "时区" },
	[GEN_NONCE] = { "nonce_length", CLOUD_INT, false, "32", 1, 32, NULL, "随机串长度" },
	[GEN_TO] = { "to_format", CLOUD_WORD, false, "11", 0, 0, "11 86 +86", "号码写法" },
	[GEN_CHARS] = { "max_chars", CLOUD_INT, false, "500", 1, 2000, NULL, "最长多少字" },
	[GEN_SUCCESS] = { "success", CLOUD_GROUP, false, NULL, 0, 0, NULL, "怎样算成功" },
	[GEN_ID_PATH] = { "id_path", CLOUD_TEXT, false, "", 0, 120, NULL, "对方编号在 JSON 里的位置" },
	[GEN_ID_REGEX] = { "id_regex", CLOUD_TEXT, false, "", 0, 200, NULL, "取对方编号的正则式,第一个括号" },
	[GEN_CODE_PATH] = { "code_path", CLOUD_TEXT, false, "", 0, 120, NULL, "错误码在 JSON 里的位置" },
	[GEN_CODE_REGEX] = { "code_regex", CLOUD_TEXT, false, "", 0, 200, NULL, "取错误码的正则式,第一个括号" },
	[GEN_WORDS_PATH] = { "words_path", CLOUD_TEXT, false, "", 0, 120, NULL, "错误说明在 JSON 里的位置" },
	[GEN_ERRORS] = { "errors", CLOUD_GROUP, false, NULL, 0, 0, NULL, "错误码表" },
	[GEN_DEFAULT] = { "default_class", CLOUD_WORD, false, "", 0, 0, "retry rate config message number other unknown", "不认识的错误码" },
	[GEN_REPORT] = { "report", CLOUD_GROUP, false, NULL, 0, 0, NULL, "回执" },
	[GEN_REPLY] = { "reply", CLOUD_GROUP, false, NULL, 0, 0, NULL, "回复" },
};
static const struct { const char *word; enum cloud_class class_; } classes[] = {
	{ "ok", CLOUD_OK }, { "retry", CLOUD_RETRY }, { "rate", CLOUD_RATE }, { "config", CLOUD_CONFIG },
	{ "message", CLOUD_MESSAGE }, { "number", CLOUD_NUMBER }, { "other", CLOUD_OTHER }, { "unknown", CLOUD_UNKNOWN },
};
/* clang-format on */

enum { CLASSES = sizeof classes / sizeof *classes };

static int class_of(const char *word)
{
	for (int i = 0; word != NULL && i < CLASSES; i++)
		if (strcmp(classes[i].word, word) == 0)
			return (int)classes[i].class_;
	return -1;
}

bool generic_only(const json_t *group, const char *words, char *wrong, size_t n)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)group, key, v) {
		const char *at = strstr(words, key);
		size_t len = strlen(key);

		if (at == NULL || (at > words && at[-1] != ' ') ||
			(at[len] != ' ' && at[len] != '\0')) {
			snprintf(wrong, n, "里没有 %.40s 这一项,可用的: %s", key, words);
			return false;
		}
	}
	return true;
}

static const char *static_method(const struct cloud_account *a)
{
	static const char *const methods[] = { "POST", "GET", "PUT" };

	for (size_t i = 0; i < 3; i++)
		if (strcmp(methods[i], a->text[GEN_METHOD]) == 0)
			return methods[i];
	return methods[0];
}

/* -- the account ---------------------------------------------------------------------------------------- */

static const char *check_headers(const struct cloud_account *a)
{
	const json_t *one, *list = a->group[GEN_HEADERS];
	size_t i;

	if (list != NULL && (!json_is_array(list) || json_array_size(list) > 8))
		return "要写成一列,最多8个,如 [\"X-Sign: {sig}\"]";
	json_array_foreach(list, i, one) {
		if (!json_is_string(one))
			return "每一项要写成 \"名字: 值\"";
	}
	return NULL;
}

static const char *check_values(const struct cloud_account *a)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a->group[GEN_VALUES], key, v) {
		if (!json_is_string(v) || strlen(key) >= CLOUD_NAME)
			return "每个值要写成文字,放在双引号里";
	}
	return NULL;
}

static const char *compile(struct generic_regex *r, const char *text, int groups)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	if (regcomp(&r->regex, text, REG_EXTENDED | REG_NEWLINE) != 0)
		return "不是 POSIX 扩展正则式";
	r->set = true;
	return (int)r->regex.re_nsub >= groups ? NULL : "里要有一对括号";
}

static const char *read_success(
	const struct cloud_account *a, struct generic *g, char *wrong, size_t n)
{
	const json_t *group = a->group[GEN_SUCCESS], *list = json_object_get(group, "status"), *one;
	const char *path = json_str(group, "path"), *value = json_str(group, "value");
	size_t i;

	if (group == NULL)
		return NULL;
	if (!json_is_object(group))
		return "要写成一组 { status = [200]; path = \"code\"; value = \"0\"; }";
	if (!generic_only(group, "status path value regex", wrong, n))
		return wrong;
	json_array_foreach(list, i, one) {
		if (!json_is_integer(one))
			return "的 status 要写 HTTP 状态码,如 [200]";
	}
	if ((path == NULL) != (value == NULL))
		return "的 path 和 value 要一起写";
	return compile(&g->success, json_str(group, "regex"), 0);
}

static const char *read_errors(const struct cloud_account *a, struct generic *g)
{
	const json_t *list = a->group[GEN_ERRORS], *row;
	size_t i, count = json_array_size(list);

	if (list != NULL && (!json_is_array(list) || count > GEN_CODES))
		return "要写成一列 ( { code = \"1001\"; class = \"config\"; }, … ),最多200行";
	g->errors = calloc(count + 1, sizeof *g->errors);
	if (g->errors == NULL)
		abort();
	json_array_foreach(list, i, row) {
		int c = class_of(json_str(row, "class"));

		if (json_str(row, "code") == NULL || c < 0 || json_object_size(row) != 2)
			return "每行要有 code 和 class;class 是 ok retry rate config message "
			       "number other unknown";
		g->errors[i] = (struct cloud_code){ json_str(row, "code"), (enum cloud_class)c, 0 };
	}
	return NULL;
}

static const char *check_request(const struct cloud_account *a, char *wrong, size_t n)
{
	static const struct cloud_moment moment = { 0, "00000000000000000000000000000000" };
	struct generic_values v;
	struct cloud_request r;
	const char *why;

	generic_values_init(&v, a, NULL, &moment);
	why = generic_request(
		&v, a->text[GEN_URL], static_method(a), a->text[GEN_BODY], &r, wrong, n);
	if (why == NULL)
		cloud_request_free(&r);
	generic_values_free(&v);
	return why;
}

static bool names(const char *text, const char *name)
{
	return strstr(text, name) != NULL;
}

/* In the order of the keys; *key is the one that is wrong. */
static const char *read_all(
	struct cloud_account *a, struct generic *g, const char **key, char *wrong, size_t n)
{
	const char *why;

	*key = "url";
	if (strncmp(a->text[GEN_URL], "https://", 8) != 0 &&
		strncmp(a->text[GEN_URL], "http://", 7) != 0)
		return "要写网址,如 https://主机/路径";
	*key = "headers";
	if ((why = check_headers(a)) != NULL)
		return why;
	*key = "values";
	if ((why = check_values(a)) != NULL)
		return why;
	*key = "success";
	if ((why = read_success(a, g, wrong, n)) != NULL)
		return why;
	*key = "id_regex";
	if ((why = compile(&g->id, a->text[GEN_ID_REGEX], 1)) != NULL)
		return why;
	*key = "code_regex";
	if ((why = compile(&g->code, a->text[GEN_CODE_REGEX], 1)) != NULL)
		return why;
	*key = "errors";
	if ((why = read_errors(a, g)) != NULL)
		return why;
	*key = "report";
	if ((why = generic_map_check(a, GEN_REPORT, wrong, n)) != NULL)
		return why;
	*key = "reply";
	if ((why = generic_map_check(a, GEN_REPLY, wrong, n)) != NULL)
		return why;
	*key = a->text[GEN_SIGN_EXPR][0] == '\0' ? "body" : "sign_expr";
	return check_request(a, wrong, n);
}

static void free_generic(struct generic *g)
{
	struct generic_regex *all[] = { &g->success, &g->id, &g->code };

	for (size_t i = 0; i < 3; i++)
		if (all[i]->set)
			regfree(&all[i]->regex);
	free(g->errors);
	free(g);
}

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_generic, set, wrong);
	struct generic *g;
	const char *why, *key;
	char text[200];

	if (a == NULL)
		return NULL;
	g = calloc(1, sizeof *g);
	if (g == NULL)
		abort();
	why = read_all(a, g, &key, text, sizeof text);
	if (why != NULL) {
		cloud_copy(wrong->key, sizeof wrong->key, key);
		cloud_copy(wrong->text, sizeof wrong->text, why);
		free_generic(g);
		cloud_account_close(a);
		return NULL;
	}
	g->registered =
		names(a->text[GEN_BODY], "{template}") || names(a->text[GEN_URL], "{template}");
	a->more = g;
	return a;
}

static void close_account(struct cloud_account *a)
{
	if (a != NULL)
		free_generic(a->more);
	cloud_account_close(a);
}

static const char *unfit(const struct cloud_account *a, const struct outgoing *m)
{
	const struct generic *g = a->more;
	const char *why = cloud_unfit(a, m, g->registered);

	if (why != NULL)
		return why;
	return (int64_t)text_count(m->text) > a->number[GEN_CHARS] ? "文字太长,超过 max_chars"
								   : NULL;
}

/* -- sending ------------------------------------------------------------------------------------------------ */

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	struct generic_values v;
	const char *why;
	char wrong[200];

	generic_values_init(&v, a, m, t);
	why = generic_request(&v, a->text[GEN_URL], static_method(a), a->text[GEN_BODY], out, wrong,
		sizeof wrong);
	assert(why == NULL); /* the names were checked when the account was opened */
	(void)why;
	generic_values_free(&v);
}

void generic_decode(const struct cloud_account *a, const char *body, size_t len, struct buf *out)
{
	bool utf8 = strcmp(a->text[GEN_CHARSET], "UTF-8") == 0;

	buf_init(out, 4 * CLOUD_BODY_MAX);
	if (!text_decode(
		    utf8 || text_valid(body, len) ? TEXT_UTF8 : TEXT_GB18030, body, len, out, NULL))
		buf_clear(out);
}

static enum cloud_class class_by_code(const struct cloud_account *a, const char *code, bool *known)
{
	const struct generic *g = a->more;
	const struct cloud_code *row = cloud_code_find(g->errors, code);
	int otherwise = class_of(a->text[GEN_DEFAULT]);

	*known = row != NULL || otherwise >= 0;
	return row != NULL      ? row->class_
	       : otherwise >= 0 ? (enum cloud_class)otherwise
				: CLOUD_RETRY;
}

/* The first bracket of the expression. */
static void match(const struct generic_regex *r, const char *text, char *out, size_t n)
{
	regmatch_t m[2];
	struct buf piece;

	if (!r->set || regexec(&r->regex, text, 2, m, 0) != 0 || m[1].rm_so < 0)
		return;
	buf_init(&piece, CLOUD_BODY_MAX);
	buf_add(&piece, text + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
	cloud_copy(out, n, buf_str(&piece));
	buf_free(&piece);
}

static bool good_status(const struct cloud_account *a, int status)
{
	const json_t *list = json_object_get(a->group[GEN_SUCCESS], "status"), *one;
	size_t i;

	if (json_array_size(list) == 0)
		return status >= 200 && status < 300;
	json_array_foreach(list, i, one) {
		if (json_integer_value(one) == status)
			return true;
	}
	return false;
}

static bool is_good(const struct cloud_account *a, int status, const char *text, const json_t *o)
{
	const struct generic *g = a->more;
	const char *path = json_str(a->group[GEN_SUCCESS], "path"),
		   *value = json_str(a->group[GEN_SUCCESS], "value");
	char have[128];

	if (!good_status(a, status))
		return false;
	if (path != NULL && strcmp(cloud_path_text(o, path, have, sizeof have), value) != 0)
		return false;
	return !g->success.set || regexec(&g->success.regex, text, 0, NULL, 0) == 0;
}

static void refused(const struct cloud_account *a, const struct cloud_answer *in, const char *text,
	const json_t *o, struct cloud_verdict *v)
{
	const struct generic *g = a->more;
	char code[64] = "", words[160] = "";
	bool known;

	if (a->text[GEN_CODE_PATH][0] != '\0')
		cloud_path_text(o, a->text[GEN_CODE_PATH], code, sizeof code);
	if (code[0] == '\0')
		match(&g->code, text, code, sizeof code);
	if (a->text[GEN_WORDS_PATH][0] != '\0')
		cloud_path_text(o, a->text[GEN_WORDS_PATH], words, sizeof words);
	if (code[0] == '\0') {
		cloud_verdict_unreadable(v, in);
		return;
	}
	cloud_verdict_set(v, class_by_code(a, code, &known), code, words);
	v->unknown = !known;
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	const struct generic *g = a->more;
	struct buf text;
	json_t *o;

	(void)m;
	if (!good_status(a, in->status) && cloud_verdict_http(v, in))
		return;
	if (good_status(a, in->status) && in->status < 300 && cloud_verdict_http(v, in))
		return; /* a page where an answer is due */
	generic_decode(a, in->body, in->len, &text);
	o = json_loads(buf_str(&text), 0, NULL);
	if (is_good(a, in->status, buf_str(&text), o)) {
		cloud_verdict_set(v, CLOUD_OK, "", "");
		if (a->text[GEN_ID_PATH][0] != '\0')
			cloud_path_text(o, a->text[GEN_ID_PATH], v->id, sizeof v->id);
		if (v->id[0] == '\0')
			match(&g->id, buf_str(&text), v->id, sizeof v->id);
	} else {
		refused(a, in, buf_str(&text), o, v);
	}
	json_decref(o);
	buf_free(&text);
}

const struct cloud_provider cloud_generic = {
	.kind = "generic",
	.name = "通用HTTP短信接口",
	.sms = true,
	.keys = keys,
	.key_count = GEN_KEYS,
	.open = open_account,
	.close = close_account,
	.unfit = unfit,
	.send = send_any,
	.sent = sent,
	.polls = GEN_WAYS,
	.poll_ms = 10000,
	.poll = generic_poll,
	.polled = generic_polled,
	.hook = generic_hook,
};
