#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "config_room.h"
#include "config_wrong.h"
#include "fraud.h"

#include "banned.h"

enum { OWN_TYPES = 64, CODE = 32 };

/* One row while it is read; what it keeps goes into the arena of the settings. */
struct row {
	char code[CODE], name[FRAUD_WORD], aliases[512], parent[FRAUD_PARENTS][CODE],
		audience[FRAUD_WORD];
	int parents, number;
	bool tip;
};

struct types {
	struct arena *memory;
	struct fraud_type *rows;
	size_t count;
};

static const char *check_code(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return text[strspn(text, letters)] == '\0' ? NULL : "只能用大写字母、数字和下划线";
}

static bool add_text(struct config_reader *r, const struct config_node *n, char *to, size_t size)
{
	size_t used = strlen(to);
	int len = snprintf(to + used, size - used, "%s%s", used > 0 ? " " : "", n->text);

	if (len < 0 || (size_t)len >= size - used)
		return config_wrong(r->error, n, "这里的词太多,最多 %zu 个汉字", (size - 1) / 3);
	return true;
}

static bool add_alias(struct config_reader *r, const struct config_node *n, void *target)
{
	struct row *row = target;

	return add_text(r, n, row->aliases, sizeof row->aliases);
}

static bool add_audience(struct config_reader *r, const struct config_node *n, void *target)
{
	struct row *row = target;

	return add_text(r, n, row->audience, sizeof row->audience);
}

static bool add_parent(struct config_reader *r, const struct config_node *n, void *target)
{
	struct row *row = target;

	if (row->parents == FRAUD_PARENTS)
		return config_wrong(r->error, n, "parent 最多 %d 个", FRAUD_PARENTS);
	return config_text(r, n, row->parent[row->parents++], CODE);
}

static bool read_aliases(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_words(r, n, target, add_alias);
}

static bool read_audience(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_words(r, n, target, add_audience);
}

static bool read_parent(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_words(r, n, target, add_parent);
}

/* clang-format off */
static const struct config_key keys[] = {
	{ "code", KEY_TEXT, offsetof(struct row, code), CODE, 1, 0, check_code, NULL },
	{ "number", KEY_INT, offsetof(struct row, number), 0, 1, 99, NULL, NULL },
	{ "name", KEY_TEXT, offsetof(struct row, name), FRAUD_WORD, 1, 0, NULL, NULL },
	{ "aliases", KEY_OWN, 0, 0, 0, 0, NULL, read_aliases },
	{ "parent", KEY_OWN, 0, 0, 0, 0, NULL, read_parent },
	{ "audience", KEY_OWN, 0, 0, 0, 0, NULL, read_audience },
	{ "tip", KEY_FLAG, offsetof(struct row, tip), 0, 0, 0, NULL, NULL },
};
/* clang-format on */

static const char *keep(struct arena *memory, const char *text)
{
	return arena_text(memory, text, strlen(text));
}

/* What a row leaves out it has from the house entry that it replaces. */
static void store(struct types *t, const struct row *row, const struct fraud_type *house)
{
	struct fraud_type *to = &t->rows[t->count++];

	to->code = keep(t->memory, row->code);
	to->number = row->number != 0 || house == NULL ? row->number : house->number;
	to->name = row->name[0] == '\0' && house != NULL ? house->name : keep(t->memory, row->name);
	to->aliases = row->aliases[0] == '\0' && house != NULL ? house->aliases
							       : keep(t->memory, row->aliases);
	to->audience = row->audience[0] == '\0' && house != NULL ? house->audience
								 : keep(t->memory, row->audience);
	for (int i = 0; i < FRAUD_PARENTS; i++) {
		if (i < row->parents)
			to->parent[i] = keep(t->memory, row->parent[i]);
		else
			to->parent[i] =
				row->parents == 0 && house != NULL ? house->parent[i] : NULL;
	}
	to->tip = row->tip || (house != NULL && house->tip);
}

static bool add_type(struct config_reader *r, const struct config_node *n, void *target)
{
	struct types *t = target;
	struct row row = { .number = 0 };
	const struct fraud_type *house;

	if (!config_keys_read(r, n, keys, sizeof keys / sizeof *keys, &row))
		return false;
	if (row.code[0] == '\0')
		return config_wrong(r->error, n, "这一项没有写 code,例如 code = \"FAKE_LOAN\"");
	house = fraud_of_code(row.code, NULL);
	if (house == NULL && (row.name[0] == '\0' || row.number == 0))
		return config_wrong(
			r->error, n, "新的诈骗类型 %s 要写 name(名称)和 number(编号)", row.code);
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->rows[i].code, row.code) == 0)
			return config_wrong(r->error, n, "诈骗类型 %s 写了两次", row.code);
	store(t, &row, house);
	return true;
}

/* Numbers stand in SMS in place of words: two types with one number would be two readings. */
static bool check_numbers(
	struct config_reader *r, const struct config_node *n, const struct fraud_table *own)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct fraud_type *other;

		for (size_t k = 0; (other = fraud_at(k, own)) != NULL; k++)
			if (own->types[i].number != 0 && other->number == own->types[i].number &&
				strcmp(other->code, own->types[i].code) != 0)
				return config_wrong(r->error, &n->child[i],
					"编号 %d 已经是 %s(%s)的", other->number, other->name,
					other->code);
		for (int k = 0; k < FRAUD_PARENTS; k++)
			if (own->types[i].parent[k] != NULL &&
				fraud_of_code(own->types[i].parent[k], own) == NULL)
				return config_wrong(r->error, &n->child[i],
					"没有 parent 写的类型 %s", own->types[i].parent[k]);
	}
	return true;
}

bool config_fraud_types(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct settings *s = settings;
	struct types t = { .memory = s->memory };

	t.rows = arena_take(s->memory, OWN_TYPES * sizeof *t.rows);
	if (!config_groups(r, n, OWN_TYPES, &t, add_type))
		return false;
	s->fraud_types = (struct fraud_table){ t.rows, t.count };
	return check_numbers(r, n, &s->fraud_types);
}
