#include <stdio.h>
#include <string.h>

#include "config_load.h"
#include "config_room.h"
#include "config_wrong.h"
#include "text.h"

#include "banned.h"

enum { SMS_UNITS = 70, SIGN_LEAST = 2, SIGN_MOST = 12 };

const char *config_signature_check(const char *text)
{
	size_t n = text_count(text);

	if (n < SIGN_LEAST || n > SIGN_MOST)
		return "要2到12个字(运营商备案的签名),不带【】";
	return strstr(text, "【") != NULL || strstr(text, "】") != NULL ? "不要写【】,程序会加"
									: NULL;
}

/* -- templates ---------------------------------------------------------------------------- */

static bool check_template(
	struct config_reader *r, const struct config_node *n, enum template_name name)
{
	char wrong[64];
	const char *missing;

	if (n->text[0] == '\0')
		return config_wrong(r->error, n, "短信 %s 不能为空", n->name);
	if (!template_check(name, n->text, wrong, sizeof wrong))
		return config_wrong(r->error, n,
			"短信 %s 里不能用 %s%s%s,可用的占位符见 quanzud.conf(5)", n->name,
			wrong[0] == '{' || wrong[0] == '}' ? "" : "{", wrong,
			wrong[0] == '{' || wrong[0] == '}' ? "" : "}");
	missing = template_missing(name, n->text);
	if (missing != NULL)
		return config_wrong(r->error, n, "短信 %s 里必须有 {%s}", n->name, missing);
	if (strstr(n->text, "【") != NULL || strstr(n->text, "】") != NULL)
		return config_wrong(
			r->error, n, "短信 %s 里不要写【】,签名由程序加在前面", n->name);
	return true;
}

static bool read_mark(struct config_reader *r, const struct config_node *n, struct templates *t)
{
	return strcmp(n->name, "repeat_mark") == 0
		       ? config_text(r, n, t->repeat_mark, sizeof t->repeat_mark)
		       : config_text(r, n, t->drill_mark, sizeof t->drill_mark);
}

static bool unknown_template(struct config_reader *r, const struct config_node *n)
{
	struct config_hint hint = { .best = NULL };

	for (int i = 0; i < TPL_COUNT; i++)
		config_hint_try(&hint, n->name, template_key((enum template_name)i));
	config_hint_try(&hint, n->name, "repeat_mark");
	config_hint_try(&hint, n->name, "drill_mark");
	return config_unknown(r, n, &hint);
}

bool config_templates(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct templates *t = &((struct settings *)settings)->templates;

	if (!config_want(r, n, CONFIG_GROUP))
		return false;
	for (int i = 0; i < n->count; i++) {
		const struct config_node *one = &n->child[i];
		int name = template_of_key(one->name);

		if (strcmp(one->name, "repeat_mark") == 0 || strcmp(one->name, "drill_mark") == 0) {
			if (!read_mark(r, one, t))
				return false;
			continue;
		}
		if (name < 0)
			return unknown_template(r, one);
		if (!config_text(r, one, t->text[name], TEMPLATE_MAX) ||
			!check_template(r, one, (enum template_name)name))
			return false;
	}
	return true;
}

void config_templates_warn(const struct config_node *root, const struct settings *s)
{
	const struct config_node *group = config_child(root, "templates");

	for (int i = 0; i < TPL_COUNT; i++) {
		const char *key = template_key((enum template_name)i);
		const struct config_node *own = group == NULL ? NULL : config_child(group, key);
		size_t units = template_units(&s->templates, (enum template_name)i);

		if (units > SMS_UNITS && !template_is_spoken((enum template_name)i))
			config_warn(own == NULL ? root : own,
				"短信 %s 连签名约 %zu 个字,超过70个字会拆成两条", key, units);
	}
}

/* -- the words of replies ----------------------------------------------------------------- */

bool config_phrases(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct settings *s = settings;
	struct phrases_fault fault;
	char name[SETTINGS_PATH], path[SETTINGS_PATH];
	struct buf text;
	const char *why;
	bool ok = false;

	if (!config_text(r, n, name, sizeof name))
		return false;
	if (name[0] == '\0')
		return true; /* the built-in table */
	if (!config_path(r, name, path))
		return config_wrong(r->error, n, "phrases 的路径太长");
	buf_init(&text, PHRASES_TEXT_MAX);
	why = config_load(path, &text);
	if (why != NULL) {
		config_wrong(r->error, n, "phrases 读不了 %s: %s", path, why);
	} else if (!text_valid(buf_str(&text), text.len)) {
		config_wrong_at(r->error, path, 0, "词表不是 UTF-8 编码的文字,请另存为 UTF-8");
	} else {
		s->phrases = phrases_new(buf_str(&text), &fault);
		ok = s->phrases != NULL ||
		     config_wrong_at(r->error, path, fault.line, "%s", fault.text);
	}
	buf_free(&text);
	return ok;
}
