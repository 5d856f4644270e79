#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config_room.h"
#include "config_wrong.h"

#include "banned.h"

#define AT(field) offsetof(struct outcome_code, field)

static const char *check_code(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return text[0] >= 'A' && text[0] <= 'Z' && text[strspn(text, letters)] == '\0'
		       ? NULL
		       : "只能用大写字母、数字和下划线,以字母开头";
}

static bool read_ends(struct config_reader *r, const struct config_node *n, void *target)
{
	/* clang-format off */
	static const struct { const char *word; enum outcome_ends ends; } table[] = {
		{ "never", OUTCOME_NEVER }, { "always", OUTCOME_ALWAYS },
		{ "low", OUTCOME_LOW_ONLY }, { "medium_low", OUTCOME_MEDIUM_AND_LOW },
	};
	/* clang-format on */
	struct outcome_code *c = target;

	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (strcmp(table[i].word, n->text) == 0) {
			c->ends = table[i].ends;
			return true;
		}
	}
	return config_wrong(r->error, n,
		"ends 要写 \"always\"(办结)、\"medium_low\"(中低危办结)、\"low\"(低危办结)或 "
		"\"never\"(不办结)");
}

static bool add_word(struct config_reader *r, const struct config_node *n, void *target)
{
	struct outcome_code *c = target;
	size_t used = strlen(c->words);
	int len;

	if (strchr(n->text, ' ') != NULL && n->name[0] == '\0')
		return config_wrong(r->error, n, "words 的一个词里不能有空格");
	len = snprintf(
		c->words + used, sizeof c->words - used, "%s%s", used > 0 ? " " : "", n->text);
	if (len < 0 || (size_t)len >= sizeof c->words - used)
		return config_wrong(
			r->error, n, "words 太长:最多 %zu 个汉字", (sizeof c->words - 1) / 3);
	return true;
}

static bool read_words(struct config_reader *r, const struct config_node *n, void *target)
{
	struct outcome_code *c = target;

	memset(c->words, 0, sizeof c->words);
	return config_words(r, n, target, add_word);
}

/* clang-format off */
static const struct config_key keys[] = {
	{ "code", KEY_TEXT, AT(code), sizeof ((struct outcome_code *)0)->code, 1, 0, check_code, NULL },
	{ "name", KEY_TEXT, AT(name), sizeof ((struct outcome_code *)0)->name, 1, 0, NULL, NULL },
	{ "words", KEY_OWN, 0, 0, 0, 0, NULL, read_words },
	{ "ends", KEY_OWN, 0, 0, 0, 0, NULL, read_ends },
	{ "dissuaded", KEY_FLAG, AT(dissuaded), 0, 0, 0, NULL, NULL },
	{ "retransfer", KEY_FLAG, AT(retransfer), 0, 0, 0, NULL, NULL },
	{ "neutral", KEY_FLAG, AT(neutral), 0, 0, 0, NULL, NULL },
	{ "loss", KEY_FLAG, AT(loss), 0, 0, 0, NULL, NULL },
	{ "revisit", KEY_FLAG, AT(revisit), 0, 0, 0, NULL, NULL },
	{ "raise", KEY_FLAG, AT(raise), 0, 0, 0, NULL, NULL },
};
/* clang-format on */

/* The next word of the list in `word`; false at its end. */
static bool next_word(const char **list, char *word, size_t n)
{
	size_t len;

	*list += strspn(*list, " ");
	len = strcspn(*list, " ");
	snprintf(word, n, "%.*s", (int)len, *list);
	*list += len;
	return len > 0;
}

/* A word that means two codes would be read as the first of them: refused. */
static bool check_words(struct config_reader *r, const struct config_node *n,
	const struct outcome_codes *t, const struct outcome_code *c)
{
	const char *list = c->words;
	char word[sizeof c->words];

	while (next_word(&list, word, sizeof word)) {
		const struct outcome_code *other = outcome_code_of_word(t, word);

		if (other != NULL && other != c)
			return config_wrong(r->error, n, "结果 %s 的词“%s”已经是 %s 的词", c->code,
				word, other->code);
	}
	return true;
}

static struct outcome_code *row_of(struct outcome_codes *t, const char *code)
{
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->row[i].code, code) == 0)
			return &t->row[i];
	return t->count == OUTCOME_CODES ? NULL : &t->row[t->count++];
}

static bool read_outcome(struct config_reader *r, const struct config_node *n, void *target)
{
	struct outcome_codes *t = target;
	const struct config_node *code = config_child(n, "code");
	struct outcome_code *c;

	if (code == NULL || code->type != CONFIG_TEXT)
		return config_wrong(r->error, n, "这一项没有写 code,例如 code = \"MET_OK\"");
	c = row_of(t, code->text);
	if (c == NULL)
		return config_wrong(r->error, n, "outcomes 连同内置的最多 %d 项", OUTCOME_CODES);
	if (!config_keys_read(r, n, keys, sizeof keys / sizeof *keys, c))
		return false;
	if (c->name[0] == '\0')
		return config_wrong(r->error, n, "结果 %s 没有写 name(名称)", c->code);
	if (c->dissuaded && c->loss)
		return config_wrong(r->error, n,
			"结果 %s 不能又算劝阻成功(dissuaded)又算有损失(loss)", c->code);
	return true;
}

bool config_outcomes(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct outcome_codes *t = &((struct settings *)settings)->outcomes;

	if (!config_groups(r, n, OUTCOME_CODES, t, read_outcome))
		return false;
	for (int i = 0; i < t->count; i++)
		if (!check_words(r, n, t, &t->row[i]))
			return false;
	return true;
}
