/* cloud_account.c - the keys of an account, read strictly. */
#include "cloud_account.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cloud_text.h"
#include "config_key.h"
#include "phone.h"
#include "text.h"

#include "banned.h"

enum { TEMPLATES, VOICE_TEMPLATES, COST };

/* clang-format off */
static const struct cloud_key cloud_common[] = {
	[TEMPLATES] = { "templates", CLOUD_GROUP, false, NULL, 0, 0, NULL, "登记的短信模板" },
	[VOICE_TEMPLATES] = { "voice_templates", CLOUD_GROUP, false, NULL, 0, 0, NULL, "登记的语音模板" },
	[COST] = { "cost", CLOUD_INT, false, "0", 0, 10000, NULL, "一段短信或一次电话的价钱,分" },
};
/* clang-format on */
static const size_t cloud_common_count = sizeof cloud_common / sizeof *cloud_common;

struct cloud_account *cloud_account_wrong(
	struct cloud_account *a, struct cloud_wrong *wrong, const char *key, const char *text)
{
	cloud_copy(wrong->key, sizeof wrong->key, key);
	cloud_copy(wrong->text, sizeof wrong->text, text);
	cloud_account_close(a);
	return NULL;
}

static bool say(struct cloud_wrong *w, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool say(struct cloud_wrong *w, const char *key, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	cloud_copy(w->key, sizeof w->key, key);
	cloud_copy(w->text, sizeof w->text, text);
	return false;
}

/* -- one key ---------------------------------------------------------------------------------------- */

static bool is_word(const char *words, const char *text)
{
	size_t n = strlen(text);

	for (const char *s = words; *(s += strspn(s, " ")) != '\0'; s += strcspn(s, " "))
		if (strcspn(s, " ") == n && strncmp(s, text, n) == 0)
			return true;
	return false;
}

static bool is_url(const char *text)
{
	const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
			   : strncmp(text, "http://", 7) == 0 ? text + 7
							      : NULL;
	size_t n = strlen(text);

	return host != NULL && host[0] != '\0' && host[0] != '/' && text[n - 1] != '/' &&
	       text[strcspn(text, " \t\r\n\"<>")] == '\0';
}

static bool check_text(const struct cloud_key *k, const char *text, struct cloud_wrong *w)
{
	size_t n = text_count(text), most = k->hi == 0 ? 256 : (size_t)k->hi;

	for (const char *s = text; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' && k->hi <= 256)
			return say(w, k->name, "里不能有换行或控制字符");
	if (n < (size_t)k->lo || n > most)
		return say(w, k->name, "%s,要有 %lld 到 %zu 个字", k->help, (long long)k->lo, most);
	if (k->kind == CLOUD_URL && !is_url(text))
		return say(w, k->name, "要写网址,如 https://主机/路径,最后不要斜杠");
	if (k->kind == CLOUD_WORD && !is_word(k->words, text))
		return say(w, k->name, "要写这几个词里的一个: %s", k->words);
	return true;
}

static bool put_text(struct cloud_account *a, size_t i, const struct cloud_key *k, const char *text,
	struct cloud_wrong *w)
{
	if (!check_text(k, text, w))
		return false;
	a->text[i] = strdup(text);
	if (a->text[i] == NULL)
		abort();
	return true;
}

static bool read_value(struct cloud_account *a, size_t i, const struct cloud_key *k,
	const json_t *v, struct cloud_wrong *w)
{
	switch (k->kind) {
	case CLOUD_INT:
		if (!json_is_integer(v) || json_integer_value(v) < k->lo ||
			json_integer_value(v) > k->hi)
			return say(w, k->name, "要写 %lld 到 %lld 的整数", (long long)k->lo,
				(long long)k->hi);
		a->number[i] = json_integer_value(v);
		return true;
	case CLOUD_FLAG:
		if (!json_is_boolean(v))
			return say(w, k->name, "要写 true 或 false");
		a->number[i] = json_is_true(v);
		return true;
	case CLOUD_GROUP:
		a->group[i] = v;
		return json_is_object(v) || json_is_array(v) ||
		       say(w, k->name, "要写成一组 { … } 或一列 ( … )");
	default:
		if (!json_is_string(v))
			return say(w, k->name, "要写文字,放在双引号里");
		return put_text(a, i, k, json_string_value(v), w);
	}
}

static bool read_absent(
	struct cloud_account *a, size_t i, const struct cloud_key *k, struct cloud_wrong *w)
{
	bool counts = k->kind == CLOUD_INT || k->kind == CLOUD_FLAG;

	if (k->needed)
		return say(w, k->name, "没有写。%s%s", k->help,
			k->kind == CLOUD_SECRET ? ",最好放在文件里,用加 _file 的同名配置项指过去"
						: "");
	if (counts && k->otherwise != NULL)
		a->number[i] = strtoll(k->otherwise, NULL, 10);
	if (!counts && k->otherwise != NULL) {
		a->text[i] = strdup(k->otherwise);
		if (a->text[i] == NULL)
			abort();
	}
	return true;
}

static bool read_keys(struct cloud_account *a, const struct cloud_key *keys, size_t count,
	size_t first, struct cloud_wrong *w)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *v = json_object_get(a->own, keys[i].name);

		if (v == NULL ? !read_absent(a, first + i, &keys[i], w)
			      : !read_value(a, first + i, &keys[i], v, w))
			return false;
	}
	return true;
}

/* -- all of them ----------------------------------------------------------------------------------------- */

static bool is_known(
	const struct cloud_key *keys, size_t count, const char *name, struct config_hint *hint)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return true;
		config_hint_try(hint, name, keys[i].name);
	}
	return false;
}

static bool only_known(const struct cloud_account *a, struct cloud_wrong *w)
{
	const struct cloud_provider *p = a->provider;
	const char *name;
	json_t *v;

	json_object_foreach(a->own, name, v) {
		struct config_hint hint = { .best = NULL };

		if (is_known(p->keys, p->key_count, name, &hint) ||
			is_known(cloud_common, cloud_common_count, name, &hint))
			continue;
		if (hint.best != NULL)
			return say(w, name, "%s没有这个配置项,是不是 %s ?", p->name, hint.best);
		return say(w, name, "%s没有这个配置项,可用的见 quanzud.conf(5)", p->name);
	}
	return true;
}

static bool check_kinds(const struct cloud_account *a, struct cloud_wrong *w)
{
	const struct cloud_provider *p = a->provider;

	if (a->does_voice && !p->voice)
		return say(w, "", "%s只能发短信,voice 要写 false", p->name);
	if (a->does_sms && !p->sms)
		return say(w, "", "%s不能发短信,sms 要写 false", p->name);
	return true;
}

struct cloud_account *cloud_account_open(const struct cloud_provider *p,
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = calloc(1, sizeof *a);
	size_t first = p->key_count;

	if (a == NULL)
		abort();
	assert(first + cloud_common_count <= CLOUD_KEYS);
	memset(wrong, 0, sizeof *wrong);
	a->provider = p;
	a->own = set->own == NULL ? json_object() : json_deep_copy(set->own);
	a->does_sms = set->sms;
	a->does_voice = set->voice;
	if (!check_kinds(a, wrong) || !only_known(a, wrong) ||
		!read_keys(a, p->keys, p->key_count, 0, wrong) ||
		!read_keys(a, cloud_common, cloud_common_count, first, wrong) ||
		!cloud_templates_read(&a->sms, a->group[first + TEMPLATES], "templates", wrong) ||
		!cloud_templates_read(
			&a->voice, a->group[first + VOICE_TEMPLATES], "voice_templates", wrong)) {
		cloud_account_close(a);
		return NULL;
	}
	for (size_t i = 0; i < CLOUD_KEYS; i++)
		if (a->text[i] == NULL && (a->text[i] = strdup("")) == NULL)
			abort();
	return a;
}

/* The texts of a copy are ours alone: nobody else reads them any more. */
static void wipe_json(json_t *v)
{
	json_t *child;
	const char *key;
	size_t i;

	if (json_is_string(v))
		OPENSSL_cleanse((char *)json_string_value(v), json_string_length(v));
	json_object_foreach(v, key, child) {
		wipe_json(child);
	}
	json_array_foreach(v, i, child) {
		wipe_json(child);
	}
}

void cloud_account_close(struct cloud_account *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < CLOUD_KEYS; i++) {
		if (a->text[i] != NULL)
			OPENSSL_cleanse(a->text[i], strlen(a->text[i]));
		free(a->text[i]);
	}
	wipe_json(a->own);
	json_decref(a->own);
	free(a);
}

/* -- unfit --------------------------------------------------------------------------------------------------- */

const char *cloud_unfit(const struct cloud_account *a, const struct outgoing *m, bool registered)
{
	char mobile[12];

	if (m->kind == OUTGOING_CALL && !a->does_voice)
		return "这个通道不打电话";
	if (m->kind == OUTGOING_SMS && !a->does_sms)
		return "这个通道不发短信";
	if (m->kind == OUTGOING_SMS && !cloud_mobile(m->to, mobile))
		return "只能发给内地手机号";
	if (m->kind == OUTGOING_CALL && !cloud_mobile(m->to, mobile) && !phone_call_ok(m->to))
		return "只能打内地手机和固定电话";
	return registered ? cloud_template_unfit(m->kind == OUTGOING_CALL ? &a->voice : &a->sms, m)
			  : NULL;
}

const char *cloud_unfit_text(const struct cloud_account *a, const struct outgoing *m)
{
	const char *why = cloud_unfit(a, m, false);

	return why == NULL && text_count(m->text) > CLOUD_TEXT_CHARS ? "文字太长,超过500字" : why;
}

const char *cloud_unfit_registered(const struct cloud_account *a, const struct outgoing *m)
{
	return cloud_unfit(a, m, true);
}

const struct cloud_template *cloud_template_for(
	const struct cloud_account *a, const struct outgoing *m)
{
	return cloud_template_of(m->kind == OUTGOING_CALL ? &a->voice : &a->sms, m->template);
}

/* -- the check at the start ---------------------------------------------------------------------------- */

/* The texts that begin a call; what is said after a key was pressed belongs to it. */
static bool begins_call(enum template_name name)
{
	return name == TPL_CALL || name == TPL_CALL_HANDOVER || name == TPL_CALL_TOLD ||
	       name == TPL_CALL_RESIDENT;
}

static bool is_text_of(enum template_name name, enum outgoing_kind kind)
{
	return kind == OUTGOING_CALL ? begins_call(name)
				     : strncmp(template_key(name), "call", 4) != 0;
}

static int check_kind(const struct cloud_account *a, const struct templates *ours,
	enum outgoing_kind kind, struct buf *out)
{
	struct outgoing m = { .kind = kind, .to = "13800138000", .values = "{}" };
	struct buf lost;
	int can = 0;

	buf_init(&lost, 4096);
	for (int i = 0; i < TPL_COUNT; i++) {
		enum template_name name = (enum template_name)i;
		const char *why;

		if (!is_text_of(name, kind))
			continue;
		snprintf(m.template, sizeof m.template, "%s", template_key(name));
		if (a->provider->unfit(a, &m) != NULL) {
			buf_addf(&lost, " %s", m.template);
			continue;
		}
		can++;
		why = cloud_text_forbidden(ours->text[i]);
		if (why != NULL)
			buf_addf(out, "%s 的%s\n", m.template, why);
	}
	if (lost.len > 0)
		buf_addf(out, "%s没有登记,不能由这个通道%s:%s\n",
			kind == OUTGOING_CALL ? "这些语音" : "这些短信",
			kind == OUTGOING_CALL ? "打" : "发", lost.data);
	buf_free(&lost);
	return can;
}

int cloud_account_check(
	const struct cloud_account *a, const struct templates *ours, struct buf *out)
{
	return (a->does_sms ? check_kind(a, ours, OUTGOING_SMS, out) : 0) +
	       (a->does_voice ? check_kind(a, ours, OUTGOING_CALL, out) : 0);
}
