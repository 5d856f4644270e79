/*
 * phrase.c - the words of the reply grammar: parsing the tables, and finding a word.
 *
 * All words stand in one trie. Its edges are one open hash of (node, character), because
 * most characters of a text begin no word at all, and that one probe has to be quick.
 */
#include "phrase.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "text.h"

#include "banned.h"

enum { NODES_MAX = 1 << 20, LINE_MAX_BYTES = 16384 };

struct edge {
	uint32_t node, c, next; /* next 0: the slot is free */
};

struct phrases {
	struct edge *edges;
	struct phrase_word *words; /* by node */
	int *lines;                /* where the phrase of the node stood; only for errors */
	uint32_t nodes, node_room, slots;
};

/* The sections beside the ten actions and "-". */
static const struct {
	const char *key;
	enum phrase_is is;
	bool characters; /* each character is a word of its own */
} sections[] = {
	{ "pay_verbs", PHRASE_PAY_VERB, false },
	{ "clause_words", PHRASE_CLAUSE_WORD, false },
	{ "particles", PHRASE_PARTICLE, true },
	{ "negators", PHRASE_NEGATOR, false },
	{ "adverbs", PHRASE_ADVERB, true },
	{ "questions", PHRASE_QUESTION, false },
};

enum { SECTIONS = sizeof sections / sizeof *sections };

/* -- the trie --------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct phrases *p, uint32_t node, uint32_t c)
{
	uint32_t h = (node * UINT32_C(0x9E3779B1)) ^ (c * UINT32_C(0x85EBCA6B));

	return (h ^ h >> 15) & (p->slots - 1);
}

static struct edge *edge_of(const struct phrases *p, uint32_t node, uint32_t c)
{
	uint32_t at = slot_of(p, node, c);

	while (p->edges[at].next != 0 && (p->edges[at].node != node || p->edges[at].c != c))
		at = (at + 1) & (p->slots - 1);
	return &p->edges[at];
}

uint32_t phrase_step(const struct phrases *p, uint32_t node, uint32_t c)
{
	return edge_of(p, node, c)->next;
}

struct phrase_word phrase_at(const struct phrases *p, uint32_t node)
{
	return p->words[node];
}

struct phrase_word phrase_of(const struct phrases *p, const uint32_t *w, size_t n)
{
	uint32_t node = PHRASE_ROOT;

	for (size_t i = 0; i < n; i++)
		if ((node = phrase_step(p, node, w[i])) == 0)
			return (struct phrase_word){ .action = PHRASE_NOTHING };
	if (n == 0)
		return (struct phrase_word){ .action = PHRASE_NOTHING };
	return p->words[node];
}

static void *taken(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

static void grow_edges(struct phrases *p)
{
	struct edge *old = p->edges;
	uint32_t n = p->slots;

	p->slots = n == 0 ? 1024 : 2 * n;
	p->edges = taken(calloc(p->slots, sizeof *p->edges));
	for (uint32_t i = 0; i < n; i++)
		if (old[i].next != 0)
			*edge_of(p, old[i].node, old[i].c) = old[i];
	free(old);
}

static uint32_t new_node(struct phrases *p)
{
	if (p->nodes == p->node_room) {
		p->node_room = p->node_room == 0 ? 512 : 2 * p->node_room;
		p->words = taken(realloc(p->words, p->node_room * sizeof *p->words));
		p->lines = taken(realloc(p->lines, p->node_room * sizeof *p->lines));
	}
	p->words[p->nodes] = (struct phrase_word){ .action = PHRASE_NOTHING };
	p->lines[p->nodes] = 0;
	return p->nodes++;
}

static uint32_t add_word(struct phrases *p, const uint32_t *w, size_t n)
{
	uint32_t node = PHRASE_ROOT;

	for (size_t i = 0; i < n; i++) {
		uint32_t next = phrase_step(p, node, w[i]);

		if (next == 0) {
			if (p->slots < 3 * p->nodes)
				grow_edges(p);
			next = new_node(p);
			*edge_of(p, node, w[i]) = (struct edge){ node, w[i], next };
		}
		node = next;
	}
	return node;
}

/* -- the text form ---------------------------------------------------------------------------- */

struct reading {
	struct phrases *p;
	struct phrases_fault *fault;
	int line;
	int action;            /* of the section that is open; PHRASE_NOTHING: see `section` */
	int section;           /* index, -1: none is open */
	unsigned actions_seen; /* a bit for each action 0-9 */
	unsigned sections_seen;
	unsigned skip; /* sections that are not wanted: a bit for each */
};

/* A word as UTF-8 for an error text. */
static const char *shown(const uint32_t *w, size_t n, char out[PHRASE_CHARS_MAX * 4 + 8])
{
	size_t at = 0;

	for (size_t i = 0; i < n && i < PHRASE_CHARS_MAX; i++)
		at += text_put(w[i], out + at);
	out[at] = '\0';
	return out;
}

static bool refuse(struct reading *r, const char *what, const uint32_t *w, size_t n)
{
	char word[PHRASE_CHARS_MAX * 4 + 8];

	r->fault->line = r->line;
	snprintf(r->fault->text, sizeof r->fault->text, "第%d行:“%s”%s", r->line, shown(w, n, word),
		what);
	return false;
}

static bool is_wordlike(const struct reading *r, const uint32_t *w, size_t n)
{
	bool question = r->action == PHRASE_NOTHING && sections[r->section].is == PHRASE_QUESTION;

	for (size_t i = 0; i < n; i++)
		if (canon_is_separator(w[i]) && !(question && w[i] == '?'))
			return false;
	return true;
}

static bool take_word(struct reading *r, const uint32_t *w, size_t n)
{
	struct phrase_word *word;
	char what[80];
	uint32_t node;

	if (r->action == PHRASE_NOTHING && r->section < 0)
		return refuse(r, "前面没有类别,每类以“类别:”开头", w, n);
	if (r->action == PHRASE_NOTHING && (r->skip >> r->section & 1))
		return true;
	if (n > PHRASE_CHARS_MAX)
		return refuse(r, "太长,一个词最多24个字", w, n);
	if (!is_wordlike(r, w, n))
		return refuse(r, "含有标点或符号,词里只能有字、字母和数字", w, n);
	if (r->p->nodes + n > NODES_MAX)
		return refuse(r, "之后的词太多,词表装不下", w, n);
	node = add_word(r->p, w, n);
	word = &r->p->words[node];
	if (r->action == PHRASE_NOTHING) {
		word->is |= (uint8_t)sections[r->section].is;
		return true;
	}
	if (word->action != PHRASE_NOTHING && word->action != r->action) {
		snprintf(what, sizeof what, "在第%d行已归入另一类,一个词只能归一类",
			r->p->lines[node]);
		return refuse(r, what, w, n);
	}
	word->action = (int8_t)r->action;
	r->p->lines[node] = r->line;
	if (r->action >= 0)
		r->actions_seen |= 1U << r->action;
	return true;
}

static bool take_words(struct reading *r, const uint32_t *t, size_t n)
{
	bool characters =
		r->action == PHRASE_NOTHING && r->section >= 0 && sections[r->section].characters;
	size_t from = 0;

	while (from < n) {
		size_t end = from;

		while (end < n && t[end] != ' ' && !(characters && end > from))
			end++;
		if (end > from && !take_word(r, t + from, end - from))
			return false;
		from = end + (end < n && t[end] == ' ');
	}
	return true;
}

/* Opens the section that t[0..n) names. */
static bool take_key(struct reading *r, const uint32_t *t, size_t n)
{
	char key[24];

	while (n > 0 && t[n - 1] == ' ')
		n--;
	if (n == 1 && (canon_is_digit(t[0]) || t[0] == '-')) {
		r->action = t[0] == '-' ? PHRASE_NEUTRAL : (int)(t[0] - '0');
		return true;
	}
	for (size_t i = 0; i < n && i + 1 < sizeof key; i++)
		key[i] = t[i] < 0x80 ? (char)t[i] : '*';
	key[n < sizeof key ? n : sizeof key - 1] = '\0';
	for (int i = 0; i < SECTIONS; i++)
		if (strcmp(key, sections[i].key) == 0) {
			r->action = PHRASE_NOTHING;
			r->section = i;
			r->sections_seen |= 1U << i;
			return true;
		}
	return refuse(r,
		"不是类别。类别有:0到9、-、pay_verbs、clause_words、particles、negators、adverbs、"
		"questions",
		t, n);
}

static bool take_line(struct reading *r, const char *line, size_t bytes)
{
	uint32_t t[LINE_MAX_BYTES + 1];
	size_t n, colon = 0;

	if (bytes > LINE_MAX_BYTES) {
		r->fault->line = r->line;
		snprintf(r->fault->text, sizeof r->fault->text, "第%d行太长,请分成几行", r->line);
		return false;
	}
	n = canon_fold(line, bytes, t);
	if (n == 0 || t[0] == '#')
		return true;
	while (colon < n && t[colon] != ':')
		colon++;
	if (colon == n)
		return take_words(r, t, n);
	return take_key(r, t, colon) && take_words(r, t + colon + 1, n - colon - 1);
}

static bool take_text(struct reading *r, const char *text)
{
	const char *end;

	for (r->line = 1; *text != '\0'; r->line++, text = end + (*end == '\n')) {
		end = strchr(text, '\n');
		if (end == NULL)
			end = text + strlen(text);
		if (!take_line(r, text, (size_t)(end - text)))
			return false;
	}
	return true;
}

/* The built-in tables; with `sections_only`, only the sections that the text does not have. */
static void take_builtin(struct reading *r, bool sections_only)
{
	bool ok = true, wanted = !sections_only;

	r->skip = r->sections_seen;
	for (size_t i = 0; ok && phrases_line(i) != NULL; i++) {
		wanted = wanted || strncmp(phrases_line(i), sections[0].key, 9) == 0;
		r->line = (int)i + 1;
		ok = !wanted || take_line(r, phrases_line(i), strlen(phrases_line(i)));
	}
	assert(ok);
}

static bool is_complete(struct reading *r)
{
	for (int action = 0; action <= 9; action++) {
		if (r->actions_seen >> action & 1)
			continue;
		r->fault->line = 0;
		snprintf(r->fault->text, sizeof r->fault->text,
			"词表缺少动作%d的词:0到9每个动作至少要有一个词", action);
		return false;
	}
	return true;
}

struct phrases *phrases_new(const char *text, struct phrases_fault *fault)
{
	struct phrases *p = taken(calloc(1, sizeof *p));
	struct reading r = { .p = p, .fault = fault, .action = PHRASE_NOTHING, .section = -1 };

	*fault = (struct phrases_fault){ .line = 0 };
	grow_edges(p);
	new_node(p); /* the root */
	if (text == NULL) {
		take_builtin(&r, false);
		return p;
	}
	if (strlen(text) > PHRASES_TEXT_MAX) {
		snprintf(fault->text, sizeof fault->text, "词表太大,最多%d千字节",
			PHRASES_TEXT_MAX / 1024);
		goto refused;
	}
	if (!take_text(&r, text) || !is_complete(&r))
		goto refused;
	take_builtin(&r, true);
	return p;
refused:
	phrases_free(p);
	return NULL;
}

void phrases_free(struct phrases *p)
{
	if (p == NULL)
		return;
	free(p->edges);
	free(p->words);
	free(p->lines);
	free(p);
}
