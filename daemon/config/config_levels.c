#include <stddef.h>
#include <string.h>

#include "arena.h"
#include "config_room.h"
#include "config_unit.h"
#include "config_wrong.h"
#include "level.h"

#include "banned.h"

enum { LEVEL_WORDS = 200 };

#define AT(field) offsetof(struct policy, field)
#define LIMIT_MS KEY_D(366)

/* -- rungs -------------------------------------------------------------------------------- */

static bool add_who(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policy_rung *rung = target;
	unsigned bit = policy_who_of(n->text);

	if (bit == 0)
		return config_wrong(r->error, n,
			"who 里没有 %s,可写 duty(值班队员)、members(其他队员)、leader(队长)、"
			"head(村居负责人)、centre(中心值班)、police(派出所)",
			n->text);
	rung->who |= bit;
	return true;
}

static bool read_who(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_words(r, n, target, add_who);
}

static const struct config_key rung_keys[] = {
	{ "after", KEY_SECONDS, offsetof(struct policy_rung, after_s), 0, 0, LIMIT_MS, NULL, NULL },
	{ "who", KEY_OWN, 0, 0, 0, 0, NULL, read_who },
	{ "ask", KEY_FLAG, offsetof(struct policy_rung, ask), 0, 0, 0, NULL, NULL },
	{ "call", KEY_FLAG, offsetof(struct policy_rung, call), 0, 0, 0, NULL, NULL },
};

static bool add_rung(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policy *p = target;
	struct policy_rung *rung = &p->rungs[p->rung_count];

	rung->ask = true;
	if (!config_keys_read(r, n, rung_keys, sizeof rung_keys / sizeof *rung_keys, rung))
		return false;
	p->rung_count++;
	return true;
}

static bool read_rungs(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policy *p = target;

	p->rung_count = 0;
	memset(p->rungs, 0, sizeof p->rungs);
	return config_groups(r, n, POLICY_RUNGS, target, add_rung);
}

/* -- one level ---------------------------------------------------------------------------- */

static bool read_revisit(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policy *p = target;
	int64_t ms;

	if (!config_want(r, n, CONFIG_LIST))
		return false;
	if (n->count > POLICY_REVISITS)
		return config_wrong(r->error, n, "revisit 最多 %d 次", POLICY_REVISITS);
	memset(p->revisit_s, 0, sizeof p->revisit_s);
	for (p->revisit_count = 0; p->revisit_count < n->count; p->revisit_count++) {
		if (!config_ms(r, &n->child[p->revisit_count], KEY_MIN(1), LIMIT_MS, &ms))
			return false;
		p->revisit_s[p->revisit_count] = (int)(ms / 1000);
	}
	return true;
}

static bool read_window(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policy *p = target;

	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	if (!config_window(n->text, &p->window_from_min, &p->window_to_min))
		return config_wrong(
			r->error, n, "window 要写成 \"08:00-21:00\",不限时段写 \"always\"");
	return true;
}

/* clang-format off */
static const struct config_key level_keys[] = {
	{ "code", KEY_TEXT, AT(code), POLICY_CODE, 1, 0, NULL, NULL },
	{ "name", KEY_TEXT, AT(name), POLICY_CODE, 1, 0, NULL, NULL },
	{ "word", KEY_TEXT, AT(word), POLICY_CODE, 1, 0, NULL, NULL },
	{ "rank", KEY_INT, AT(rank), 0, 1, 1000, NULL, NULL },
	{ "rungs", KEY_OWN, 0, 0, 0, 0, NULL, read_rungs },
	{ "accepts", KEY_INT, AT(accepts), 0, 1, 20, NULL, NULL },
	{ "ack", KEY_SECONDS, AT(ack_s), 0, KEY_S(1), LIMIT_MS, NULL, NULL },
	{ "contact", KEY_SECONDS, AT(contact_s), 0, KEY_S(1), LIMIT_MS, NULL, NULL },
	{ "meet", KEY_SECONDS, AT(meet_s), 0, 0, LIMIT_MS, NULL, NULL },
	{ "feedback", KEY_SECONDS, AT(feedback_s), 0, KEY_S(1), LIMIT_MS, NULL, NULL },
	{ "revisit", KEY_OWN, 0, 0, 0, 0, NULL, read_revisit },
	{ "urgent", KEY_FLAG, AT(urgent), 0, 0, 0, NULL, NULL },
	{ "window", KEY_OWN, 0, 0, 0, 0, NULL, read_window },
	{ "ttl", KEY_SECONDS, AT(ttl_s), 0, KEY_MIN(1), LIMIT_MS, NULL, NULL },
	{ "realarm", KEY_SECONDS, AT(realarm_s), 0, KEY_MIN(1), LIMIT_MS, NULL, NULL },
	{ "calls", KEY_INT, AT(calls), 0, 0, 10, NULL, NULL },
	{ "call_after", KEY_SECONDS, AT(call_after_s), 0, 0, LIMIT_MS, NULL, NULL },
	{ "call_every", KEY_SECONDS, AT(call_every_s), 0, KEY_MIN(1), KEY_D(1), NULL, NULL },
	{ "resident_calls", KEY_INT, AT(resident_calls), 0, 0, 10, NULL, NULL },
	{ "resident_after", KEY_SECONDS, AT(resident_after_s), 0, 0, LIMIT_MS, NULL, NULL },
};
/* clang-format on */

/* The level that the entry changes; a new one begins as a calm level without a ladder. */
static struct policy *level_of(struct policies *p, const char *code)
{
	struct policy *l;

	for (int i = 0; i < p->count; i++)
		if (strcmp(p->level[i].code, code) == 0)
			return &p->level[i];
	if (p->count == POLICY_LEVELS)
		return NULL;
	l = &p->level[p->count++];
	memset(l, 0, sizeof *l);
	l->accepts = 1;
	l->window_from_min = 8 * 60;
	l->window_to_min = 21 * 60;
	l->ttl_s = 86400;
	l->realarm_s = 7200;
	l->call_every_s = 3600;
	return l;
}

static bool check_same(struct config_reader *r, const struct config_node *n,
	const struct policies *p, const struct policy *l)
{
	for (int i = 0; i < p->count; i++)
		if (&p->level[i] != l && p->level[i].rank == l->rank)
			return config_wrong(r->error, n, "级别 %s 和 %s 的轻重(rank)不能相同",
				l->code, p->level[i].code);
	return true;
}

static bool read_level(struct config_reader *r, const struct config_node *n, void *target)
{
	struct policies *p = target;
	const struct config_node *code = config_child(n, "code");
	struct policy *l;
	const char *why;

	if (code == NULL || code->type != CONFIG_TEXT)
		return config_wrong(r->error, n, "这一级没有写 code,例如 code = \"CRITICAL\"");
	l = level_of(p, code->text);
	if (l == NULL)
		return config_wrong(r->error, n, "levels 最多 %d 级", POLICY_LEVELS);
	if (!config_keys_read(r, n, level_keys, sizeof level_keys / sizeof *level_keys, l))
		return false;
	why = policy_check(l);
	if (why != NULL)
		return config_wrong(r->error, n, "级别 %s: %s", l->code, why);
	return true;
}

bool config_levels(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct policies *p = &((struct settings *)settings)->policies;

	if (!config_groups(r, n, POLICY_LEVELS, p, read_level))
		return false;
	for (int i = 0; i < n->count; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(config_child(&n->child[i], "code")->text,
				    config_child(&n->child[k], "code")->text) == 0)
				return config_wrong(r->error, &n->child[i], "级别 %s 写了两次",
					config_child(&n->child[i], "code")->text);
	for (int i = 0; i < p->count; i++)
		if (!check_same(r, n, p, &p->level[i]))
			return false;
	policies_sort(p);
	return true;
}

/* -- what holds for all levels ------------------------------------------------------------ */

#define ALL(field) offsetof(struct policies, field)

bool config_cases(struct config_reader *r, const struct config_node *n, void *settings)
{
	/* clang-format off */
	static const struct config_key keys[] = {
		{ "version", KEY_INT, ALL(version), 0, 1, 1000000, NULL, NULL },
		{ "merge", KEY_SECONDS, ALL(merge_s), 0, 0, KEY_D(30), NULL, NULL },
		{ "handover", KEY_SECONDS, ALL(handover_s), 0, KEY_MIN(1), KEY_D(1), NULL, NULL },
		{ "handover_repeat", KEY_SECONDS, ALL(handover_repeat_s), 0, KEY_MIN(1), KEY_D(1), NULL, NULL },
		{ "life", KEY_SECONDS, ALL(life_s), 0, KEY_H(1), LIMIT_MS, NULL, NULL },
		{ "remind", KEY_SECONDS, ALL(remind_s), 0, KEY_MIN(5), KEY_D(30), NULL, NULL },
	};
	/* clang-format on */

	return config_keys_read(
		r, n, keys, sizeof keys / sizeof *keys, &((struct settings *)settings)->policies);
}

/* -- words of the sources ----------------------------------------------------------------- */

struct words {
	struct arena *memory;
	struct level_word *rows;
	size_t count;
};

static bool add_word(struct config_reader *r, const struct config_node *n, void *target)
{
	struct words *w = target;
	const struct config_node *word = config_child(n, "word"), *level = config_child(n, "level");
	struct level_word *row = &w->rows[w->count];

	for (int i = 0; i < n->count; i++) {
		struct config_hint hint = { .best = NULL };

		config_hint_try(&hint, n->child[i].name, "word");
		config_hint_try(&hint, n->child[i].name, "level");
		if (&n->child[i] != word && &n->child[i] != level)
			return config_unknown(r, &n->child[i], &hint);
	}
	if (word == NULL || level == NULL)
		return config_wrong(r->error, n, "要写成 { word = \"高\"; level = \"CRITICAL\"; }");
	if (!config_want(r, word, CONFIG_TEXT) || !config_want(r, level, CONFIG_TEXT))
		return false;
	if (word->text[0] == '\0')
		return config_wrong(r->error, word, "word 不能为空");
	if (!level_of_code(level->text, &row->level))
		return config_wrong(r->error, level,
			"level 要写 CRITICAL、HIGH、MEDIUM 或 LOW,现在写的是 %s", level->text);
	row->word = arena_text(w->memory, word->text, strlen(word->text));
	w->count++;
	return true;
}

bool config_level_words(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct settings *s = settings;
	struct words w = { .memory = s->memory };

	w.rows = arena_take(s->memory, LEVEL_WORDS * sizeof *w.rows);
	if (!config_groups(r, n, LEVEL_WORDS, &w, add_word))
		return false;
	s->level_words = (struct level_table){ w.rows, w.count };
	return true;
}
