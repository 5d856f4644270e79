#include "config_file.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "config_source.h"
#include "config_wrong.h"
#include "text.h"

#include "banned.h"

struct config_file {
	struct config_source source;
	config_t conf; /* owns the names and texts of the nodes */
	struct config_node root;
};

/* What libconfig says, in the words of somebody who has never read a grammar. */
static const char *plain(const char *error)
{
	/* clang-format off */
	static const struct { const char *says, *means; } table[] = {
		{ "syntax error", "写法有误:请看这一行和上一行,是不是少了分号、引号、逗号或括号" },
		{ "duplicate setting name", "这个键在同一处写了两次" },
		{ "mismatched element type in array", "方括号 [ ] 里的值要同一种类型,不同类型请用圆括号 ( )" },
		{ "memory exhausted", "括号套得太深" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].says, error) == 0)
			return table[i].means;
	return error;
}

static enum config_type type_of(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CONFIG_NUMBER;
	case CONFIG_TYPE_FLOAT:
		return CONFIG_FRACTION;
	case CONFIG_TYPE_BOOL:
		return CONFIG_FLAG;
	case CONFIG_TYPE_GROUP:
		return CONFIG_GROUP;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return CONFIG_LIST;
	default:
		return CONFIG_TEXT;
	}
}

static void take_value(struct config_node *n, const config_setting_t *s)
{
	const char *text;

	n->type = type_of(s);
	n->text = "";
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		n->number = config_setting_get_int64(s);
		break;
	case CONFIG_TYPE_FLOAT:
		n->fraction = config_setting_get_float(s);
		break;
	case CONFIG_TYPE_BOOL:
		n->number = config_setting_get_bool(s) != 0;
		break;
	case CONFIG_TYPE_STRING:
		text = config_setting_get_string(s);
		n->text = text == NULL ? "" : text;
		break;
	default:
		break;
	}
}

static void take(const struct config_source *source, struct config_node *n, config_setting_t *s)
{
	const char *name = config_setting_name(s);
	int count = config_setting_is_aggregate(s) ? config_setting_length(s) : 0;

	n->name = name == NULL ? "" : name;
	config_source_place(source, config_setting_source_line(s), &n->file, &n->line);
	take_value(n, s);
	if (count == 0)
		return;
	n->child = calloc((size_t)count, sizeof *n->child);
	if (n->child == NULL)
		abort();
	for (n->count = 0; n->count < count; n->count++)
		take(source, &n->child[n->count], config_setting_get_elem(s, (unsigned)n->count));
}

static void drop(struct config_node *n)
{
	for (int i = 0; i < n->count; i++)
		drop(&n->child[i]);
	free(n->child);
}

/* Plain text of one line; what a terminal would obey has no place in a configuration. */
static bool is_plain(const char *s)
{
	const char *end = s + strlen(s);

	while (s < end) {
		uint32_t c = text_next(&s, end);

		if (c == TEXT_BAD || c < 0x20 || (c >= 0x7F && c < 0xA0))
			return false;
	}
	return true;
}

static bool check_texts(const struct config_node *n, struct settings_error *e)
{
	if (n->type == CONFIG_TEXT && !is_plain(n->text))
		return config_wrong(e, n, "%s 的文字里有换行或看不见的控制字符", n->name);
	for (int i = 0; i < n->count; i++)
		if (!check_texts(&n->child[i], e))
			return false;
	return true;
}

static bool parse(struct config_file *f, struct settings_error *e)
{
	const char *file;
	int line;

	if (config_read_string(&f->conf, buf_str(&f->source.text)) == CONFIG_TRUE)
		return true;
	config_source_place(&f->source, (unsigned)config_error_line(&f->conf), &file, &line);
	return config_wrong_at(e, file, line, "%s", plain(config_error_text(&f->conf)));
}

struct config_file *config_file_open(const char *path, struct settings_error *e)
{
	struct config_file *f = calloc(1, sizeof *f);

	if (f == NULL)
		abort();
	config_init(&f->conf);
	if (!config_source_read(&f->source, path, e) || !parse(f, e))
		goto bad;
	take(&f->source, &f->root, config_root_setting(&f->conf));
	f->root.line = 0;
	if (!check_texts(&f->root, e))
		goto bad;
	return f;
bad:
	config_file_close(f);
	return NULL;
}

void config_file_close(struct config_file *f)
{
	if (f == NULL)
		return;
	drop(&f->root);
	config_destroy(&f->conf);
	config_source_free(&f->source);
	free(f);
}

const struct config_node *config_file_root(const struct config_file *f)
{
	return &f->root;
}

const struct config_node *config_child(const struct config_node *group, const char *name)
{
	for (int i = 0; i < group->count; i++)
		if (strcmp(group->child[i].name, name) == 0)
			return &group->child[i];
	return NULL;
}

const char *config_type_name(enum config_type t)
{
	static const char *const names[] = { [CONFIG_TEXT] = "带双引号的文字",
		[CONFIG_NUMBER] = "整数",
		[CONFIG_FRACTION] = "小数",
		[CONFIG_FLAG] = "true 或 false",
		[CONFIG_GROUP] = "花括号 { }",
		[CONFIG_LIST] = "圆括号 ( ) 或方括号 [ ]" };

	return names[t];
}
