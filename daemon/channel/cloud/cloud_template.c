/* cloud_template.c - registered texts: the map, its check, the values. */
#include "cloud_template.h"

#include <stdio.h>
#include <string.h>

#include "cloud_text.h"
#include "json.h"
#include "text.h"

#include "banned.h"

static bool wrong_at(struct cloud_wrong *w, const char *key, const char *name, const char *text)
{
	snprintf(w->key, sizeof w->key, "%s", key);
	snprintf(w->text, sizeof w->text, "%s%s%s", name, name[0] == '\0' ? "" : ": ", text);
	return false;
}

/* -- reading -------------------------------------------------------------------------------------- */

/* A value of ours in every text: 任务, or 重发 when it was sent before and nobody knows its end. */
static const char repeat_param[] = "repeat";

static bool add_param(struct cloud_template *t, const char *ours, const char *theirs)
{
	char placeholder[48];
	int name = template_of_key(t->name);

	if (t->count == CLOUD_TEMPLATE_PARAMS || ours == NULL || theirs == NULL ||
		strlen(ours) >= sizeof t->param[0].ours ||
		strlen(theirs) >= sizeof t->param[0].theirs || theirs[0] == '\0')
		return false;
	snprintf(placeholder, sizeof placeholder, "{%s}", ours);
	if (strcmp(ours, repeat_param) != 0 &&
		!template_check((enum template_name)name, placeholder, NULL, 0))
		return false;
	snprintf(t->param[t->count].ours, sizeof t->param[0].ours, "%s", ours);
	snprintf(t->param[t->count].theirs, sizeof t->param[0].theirs, "%s", theirs);
	t->count++;
	return true;
}

static bool read_params(struct cloud_template *t, const json_t *params, char *bad, size_t n)
{
	const char *key;
	json_t *v;
	size_t i;

	json_array_foreach(params, i, v) {
		const char *one = json_string_value(v);

		snprintf(bad, n, "%s", one == NULL ? "?" : one);
		if (!add_param(t, one, one))
			return false;
	}
	json_object_foreach((json_t *)params, key, v) {
		snprintf(bad, n, "%s", key);
		if (!add_param(t, key, json_string_value(v)))
			return false;
	}
	bad[0] = '\0';
	return params == NULL || json_is_array(params) || json_is_object(params);
}

static bool only_known_keys(const json_t *row)
{
	static const char *const known[] = { "name", "code", "params", "file" };
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)row, key, v) {
		size_t i = 0;

		while (i < 4 && strcmp(known[i], key) != 0)
			i++;
		if (i == 4)
			return false;
	}
	return true;
}

static bool read_row(
	struct cloud_templates *all, const json_t *row, const char *key, struct cloud_wrong *wrong)
{
	struct cloud_template *t = &all->at[all->count];
	const char *name = json_str(row, "name"), *code = json_str(row, "code");
	char bad[40], text[160];

	if (!json_is_object(row) || !only_known_keys(row))
		return wrong_at(
			wrong, key, "", "每一行是一组,只有 name、code、params、file 这几项");
	if (name == NULL || template_of_key(name) < 0)
		return wrong_at(wrong, key, name == NULL ? "" : name,
			"name 要写我们的模板名,见 quanzud.conf(5) 的 templates");
	if (cloud_template_of(all, name) != NULL)
		return wrong_at(wrong, key, name, "写了两次");
	if (code == NULL || code[0] == '\0' || strlen(code) >= sizeof t->code)
		return wrong_at(wrong, key, name, "code 要写服务商的模板编号,最多63个字节");
	memset(t, 0, sizeof *t);
	snprintf(t->name, sizeof t->name, "%s", name);
	snprintf(t->code, sizeof t->code, "%s", code);
	t->file = json_flag(row, "file", false);
	if (!read_params(t, json_object_get(row, "params"), bad, sizeof bad)) {
		snprintf(text, sizeof text, "params 里的 %.*s 不是这条短信有的值,或者写得不对",
			(int)text_prefix(bad, 24), bad);
		return wrong_at(wrong, key, name, text);
	}
	all->count++;
	return true;
}

bool cloud_templates_read(
	struct cloud_templates *t, const json_t *list, const char *key, struct cloud_wrong *wrong)
{
	const json_t *row;
	size_t i;

	if (list != NULL && !json_is_array(list))
		return wrong_at(
			wrong, key, "", "要写成一列: ( { name = …; code = …; params = […]; }, … )");
	json_array_foreach(list, i, row) {
		if (!read_row(t, row, key, wrong))
			return false;
	}
	return true;
}

const struct cloud_template *cloud_template_of(const struct cloud_templates *t, const char *name)
{
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->at[i].name, name) == 0)
			return &t->at[i];
	return NULL;
}

/* -- values ------------------------------------------------------------------------------------------ */

static json_t *value_json(const json_t *values, const char *key, const struct outgoing *m)
{
	const char *value = strcmp(key, repeat_param) != 0 ? json_str(values, key)
			    : m->repeat                    ? "重发"
							   : "任务";
	struct buf b;
	json_t *v;

	buf_init(&b, 4096);
	if (m->kind == OUTGOING_CALL)
		cloud_text_spoken(value == NULL ? "" : value, &b);
	else
		buf_adds(&b, value == NULL ? "" : value);
	v = json_string(b.len == 0 ? "-" : b.data);
	buf_free(&b);
	return v;
}

json_t *cloud_template_list(const struct cloud_template *t, const struct outgoing *m)
{
	json_t *values = json_loads(m->values, 0, NULL), *list = json_array();

	for (int i = 0; i < t->count; i++)
		json_array_append_new(list, value_json(values, t->param[i].ours, m));
	json_decref(values);
	return list;
}

json_t *cloud_template_object(const struct cloud_template *t, const struct outgoing *m)
{
	json_t *values = json_loads(m->values, 0, NULL), *o = json_object();

	for (int i = 0; i < t->count; i++)
		json_object_set_new(o, t->param[i].theirs, value_json(values, t->param[i].ours, m));
	json_decref(values);
	return o;
}

/* -- checks --------------------------------------------------------------------------------------------- */

static const char lost_mark[] = "演练标记进不了登记的模板,演练请用短信猫或能发文字的通道";

static bool has_param(const struct cloud_template *t, const char *ours)
{
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->param[i].ours, ours) == 0)
			return true;
	return false;
}

const char *cloud_template_unfit(const struct cloud_templates *t, const struct outgoing *m)
{
	const struct cloud_template *row = cloud_template_of(t, m->template);
	const char *why = NULL;
	json_t *values;

	if (m->template[0] == '\0')
		return "这条是自己写的文字,这个通道只发登记过的模板";
	if (row == NULL)
		return "这种短信没有在 templates 里对应服务商的模板";
	if (cloud_text_marked(m->text))
		return lost_mark;
	if (m->repeat && m->kind == OUTGOING_SMS && !has_param(row, repeat_param))
		return "重发的短信要写明“重发”,这个模板的 params 里没有 repeat";
	values = json_loads(m->values, 0, NULL);
	if (values == NULL && row->count > 0)
		return "这条短信没有带模板的值";
	if (json_object_get(values, "drill") != NULL)
		why = lost_mark;
	for (int i = 0; i < row->count && why == NULL; i++) {
		const char *value = json_str(values, row->param[i].ours);

		why = value == NULL ? NULL : cloud_text_forbidden(value);
	}
	json_decref(values);
	return why;
}
