#include "sim_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { GROUPS = 10 };

struct talk { /* one conversation */
	char code[SIM_CODE_MAX];
	size_t step;
	uint64_t used; /* for finding the latest and the oldest */
};

struct join { /* a long message on its way */
	char from[SIM_NUMBER_MAX];
	unsigned ref, bits, parts, have;
	struct {
		uint16_t *units;
		size_t count;
	} part[PDU_PARTS_MAX];
	uint64_t used;
};

struct phone {
	char key[SIM_NUMBER_MAX];
	struct sim_block *block; /* NULL: the defaults */
	unsigned blocks_seen;    /* how many blocks there were when `block` was looked up */
	struct talk *talks;
	size_t talk_count;
	struct join *joins[SIM_JOINS_MAX];
	unsigned heard;
};

struct sim_book {
	struct sim_block **blocks;
	char **names; /* the pattern list of each block, as given */
	unsigned block_count;
	struct sim_block otherwise;
	struct phone **table; /* open addressing, a power of two */
	size_t room, phones;
	uint64_t used;
	bool has_code;
	regex_t code;
	char last_code[SIM_CODE_MAX];
};

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct sim_book *sim_book_new(void)
{
	struct sim_book *b = must(calloc(1, sizeof *b));

	sim_block_init(&b->otherwise, "");
	b->room = 1024;
	b->table = must(calloc(b->room, sizeof *b->table));
	return b;
}

static void join_free(struct join *j)
{
	for (size_t i = 0; j != NULL && i < PDU_PARTS_MAX; i++)
		free(j->part[i].units);
	free(j);
}

void sim_book_free(struct sim_book *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->room; i++) {
		if (b->table[i] == NULL)
			continue;
		for (size_t k = 0; k < SIM_JOINS_MAX; k++)
			join_free(b->table[i]->joins[k]);
		free(b->table[i]->talks);
		free(b->table[i]);
	}
	for (unsigned i = 0; i < b->block_count; i++) {
		sim_block_clear(b->blocks[i]);
		free(b->blocks[i]);
		free(b->names[i]);
	}
	if (b->has_code)
		regfree(&b->code);
	sim_block_clear(&b->otherwise);
	free(b->blocks);
	free(b->names);
	free(b->table);
	free(b);
}

struct sim_block *sim_book_block(struct sim_book *b, const char *patterns)
{
	struct sim_block *block;

	for (unsigned i = 0; i < b->block_count; i++)
		if (strcmp(b->names[i], patterns) == 0)
			return b->blocks[i];
	block = must(calloc(1, sizeof *block));
	sim_block_init(block, patterns);
	b->blocks = must(reallocarray(b->blocks, b->block_count + 1, sizeof *b->blocks));
	b->names = must(reallocarray(b->names, b->block_count + 1, sizeof *b->names));
	b->names[b->block_count] = must(strdup(patterns));
	b->blocks[b->block_count++] = block;
	return block;
}

/* --- phones -------------------------------------------------------------------------- */

static size_t slot_of(struct phone **table, size_t room, const char *key)
{
	uint64_t h = 14695981039346656037U;

	for (const char *s = key; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211U;
	h ^= h >> 32;
	while (table[h & (room - 1)] != NULL && strcmp(table[h & (room - 1)]->key, key) != 0)
		h++;
	return (size_t)(h & (room - 1));
}

static void table_grow(struct sim_book *b)
{
	size_t room = 2 * b->room;
	struct phone **table = must(calloc(room, sizeof *table));

	for (size_t i = 0; i < b->room; i++)
		if (b->table[i] != NULL)
			table[slot_of(table, room, b->table[i]->key)] = b->table[i];
	free(b->table);
	b->table = table;
	b->room = room;
}

static struct sim_block *block_for(struct sim_book *b, const char *key)
{
	for (unsigned i = 0; i < b->block_count; i++)
		if (sim_block_fits(b->blocks[i], key))
			return b->blocks[i];
	return NULL;
}

/* NULL when there are too many phones. */
static struct phone *phone_of(struct sim_book *b, const char *number)
{
	char key[SIM_NUMBER_MAX];
	struct phone *p;
	size_t at;

	sim_number_key(number, key);
	at = slot_of(b->table, b->room, key);
	p = b->table[at];
	if (p == NULL) {
		if (b->phones == SIM_PHONES_MAX)
			return NULL;
		p = must(calloc(1, sizeof *p));
		snprintf(p->key, sizeof p->key, "%s", key);
		p->block = block_for(b, key);
		p->blocks_seen = b->block_count;
		b->table[at] = p;
		if (++b->phones * 2 > b->room)
			table_grow(b);
	} else if (p->blocks_seen != b->block_count) { /* rules came in while we run */
		p->block = block_for(b, key);
		p->blocks_seen = b->block_count;
	}
	return p;
}

static struct sim_block *rules_of(struct sim_book *b, const char *number)
{
	struct phone *p = phone_of(b, number);

	return p != NULL && p->block != NULL ? p->block : &b->otherwise;
}

const struct sim_block *sim_book_rules(struct sim_book *b, const char *number)
{
	return rules_of(b, number);
}

int sim_book_refuses(struct sim_book *b, const char *number)
{
	struct sim_block *block = rules_of(b, number);

	if (block->refuse < 0 || block->refuse_times == 0)
		return -1;
	if (block->refuse_times > 0)
		block->refuse_times--;
	return block->refuse;
}

/* --- codes --------------------------------------------------------------------------- */

bool sim_book_code_pattern(struct sim_book *b, const char *pattern, char error[SIM_ERROR_MAX])
{
	regex_t fresh;
	int rc = regcomp(&fresh, pattern, REG_EXTENDED);

	if (rc != 0) {
		regerror(rc, &fresh, error, SIM_ERROR_MAX);
		return false;
	}
	if (fresh.re_nsub != 1) {
		snprintf(error, SIM_ERROR_MAX, "the pattern must have one group, for the code");
		regfree(&fresh);
		return false;
	}
	if (b->has_code)
		regfree(&b->code);
	b->code = fresh;
	b->has_code = true;
	return true;
}

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

static bool code_take(char out[SIM_CODE_MAX], const char *s, size_t n)
{
	if (n == 0 || n >= SIM_CODE_MAX)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* "回171", "回复171": the digits without the last 1. */
static bool code_of_hint(const char *text, char out[SIM_CODE_MAX])
{
	static const char hint[] = "回", longer[] = "复";
	const char *s = text;

	while ((s = strstr(s, hint)) != NULL) {
		size_t n;

		s += sizeof hint - 1;
		if (strncmp(s, longer, sizeof longer - 1) == 0)
			s += sizeof longer - 1;
		n = digits(s);
		if (n >= 2 && s[n - 1] == '1' && code_take(out, s, n - 1))
			return true;
	}
	return false;
}

/* "17号" */
static bool code_of_sign(const char *text, char out[SIM_CODE_MAX])
{
	static const char sign[] = "号";
	const char *s = text;

	while ((s = strstr(s, sign)) != NULL) {
		const char *from = s;

		while (from > text && from[-1] >= '0' && from[-1] <= '9')
			from--;
		if (code_take(out, from, (size_t)(s - from)))
			return true;
		s += sizeof sign - 1;
	}
	return false;
}

static bool code_find(const struct sim_book *b, const char *text, char out[SIM_CODE_MAX])
{
	regmatch_t m[2];

	out[0] = '\0';
	if (!b->has_code)
		return code_of_hint(text, out) || code_of_sign(text, out);
	if (regexec(&b->code, text, 2, m, 0) != 0 || m[1].rm_so < 0)
		return false;
	return code_take(out, text + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
}

/* --- conversations ------------------------------------------------------------------- */

static struct talk *talk_latest(struct phone *p)
{
	struct talk *best = NULL;

	for (size_t i = 0; i < p->talk_count; i++)
		if (best == NULL || p->talks[i].used > best->used)
			best = &p->talks[i];
	return best;
}

static struct talk *talk_fresh(struct phone *p)
{
	struct talk *oldest = p->talks;

	if (p->talk_count < SIM_TALKS_MAX) {
		p->talks = must(reallocarray(p->talks, p->talk_count + 1, sizeof *p->talks));
		return &p->talks[p->talk_count++];
	}
	for (size_t i = 1; i < p->talk_count; i++)
		if (p->talks[i].used < oldest->used)
			oldest = &p->talks[i];
	return oldest;
}

static struct talk *talk_of(struct sim_book *b, struct phone *p, const char *code)
{
	struct talk *t = NULL;

	if (*code == '\0')
		t = talk_latest(p);
	for (size_t i = 0; t == NULL && i < p->talk_count; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) there are talk_count */
		if (strcmp(p->talks[i].code, code) == 0)
			t = &p->talks[i];
	if (t == NULL) {
		t = talk_fresh(p);
		memset(t, 0, sizeof *t);
		snprintf(t->code, sizeof t->code, "%s", code);
	}
	t->used = ++b->used;
	return t;
}

struct hearing { /* one message at one phone */
	const char *text, *code;
	unsigned count;
	regmatch_t groups[GROUPS];
};

static bool needs_code(const struct sim_step *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strstr(s->says[i].text, "{code}") != NULL)
			return true;
	return false;
}

static bool step_fits(const struct sim_step *s, struct hearing *h)
{
	for (int i = 0; i < GROUPS; i++)
		h->groups[i].rm_so = -1;
	if (*h->code == '\0' && needs_code(s))
		return false;
	return !s->has_when || regexec(&s->when, h->text, GROUPS, h->groups, 0) == 0;
}

/* The conversation's next step that is not an `always` one; NULL when it is over. */
static const struct sim_step *step_next(const struct sim_block *block, size_t *at)
{
	for (int round = 0; round < 2; round++) {
		for (; *at < block->step_count; (*at)++)
			if (!block->steps[*at].always)
				return &block->steps[*at];
		if (!block->repeat)
			return NULL;
		*at = 0;
	}
	return NULL;
}

static const struct sim_step *step_choose(
	const struct sim_block *block, struct talk *t, struct hearing *h, const char *own_code)
{
	const struct sim_step *s = step_next(block, &t->step);

	h->code = t->code;
	if (s != NULL && step_fits(s, h)) {
		t->step++;
		return s;
	}
	h->code = own_code;
	for (size_t i = 0; i < block->step_count; i++)
		if (block->steps[i].always && step_fits(&block->steps[i], h))
			return &block->steps[i];
	return NULL;
}

/* {code}, {n}, {1} .. {9}; anything else stays as it is. */
static const char *fill_one(const char *s, const struct hearing *h, struct buf *out)
{
	if (strncmp(s, "{code}", 6) == 0) {
		buf_adds(out, h->code);
		return s + 6;
	}
	if (strncmp(s, "{n}", 3) == 0) {
		buf_addf(out, "%u", h->count);
		return s + 3;
	}
	if (s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}') {
		const regmatch_t *m = &h->groups[s[1] - '0'];

		if (m->rm_so >= 0)
			buf_add(out, h->text + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
		return s + 3;
	}
	buf_addc(out, *s);
	return s + 1;
}

const char *sim_book_hear(struct sim_book *b, const char *number, const char *text,
	void (*say)(void *arg, const struct sim_say *how, const char *text), void *arg)
{
	struct phone *p = phone_of(b, number);
	struct hearing h = { .text = text };
	const struct sim_step *s;
	struct buf out;

	code_find(b, text, b->last_code);
	if (p == NULL || p->block == NULL || p->block->step_count == 0)
		return b->last_code;
	h.count = ++p->heard;
	s = step_choose(p->block, talk_of(b, p, b->last_code), &h, b->last_code);
	buf_init(&out, SIM_LINE_MAX);
	for (unsigned i = 0; s != NULL && i < s->count; i++) {
		buf_clear(&out);
		for (const char *c = s->says[i].text; *c != '\0';)
			c = fill_one(c, &h, &out);
		say(arg, &s->says[i], buf_str(&out));
	}
	buf_free(&out);
	return b->last_code;
}

/* --- long messages -------------------------------------------------------------------- */

static struct join **join_find(struct phone *p, const char *from, const struct pdu *pdu)
{
	struct join **oldest = &p->joins[0];

	for (size_t i = 0; i < SIM_JOINS_MAX; i++) {
		struct join *j = p->joins[i];

		if (j != NULL && j->ref == pdu->ref && j->bits == pdu->ref_bits &&
			j->parts == pdu->parts && strcmp(j->from, from) == 0)
			return &p->joins[i];
	}
	for (size_t i = 0; i < SIM_JOINS_MAX; i++) {
		if (p->joins[i] == NULL)
			return &p->joins[i];
		if (p->joins[i]->used < (*oldest)->used)
			oldest = &p->joins[i];
	}
	join_free(*oldest);
	*oldest = NULL;
	return oldest;
}

static void join_finish(struct join *j, struct buf *out)
{
	size_t n = 0, at = 0;
	uint16_t *all;

	for (unsigned i = 0; i < j->parts; i++)
		n += j->part[i].count;
	all = must(calloc(n + 1, sizeof *all));
	for (unsigned i = 0; i < j->parts; i++) {
		memcpy(all + at, j->part[i].units, j->part[i].count * sizeof *all);
		at += j->part[i].count;
	}
	pdu_text(all, n, out);
	free(all);
}

bool sim_book_join(struct sim_book *b, const char *number, const char *from, const struct pdu *p,
	struct buf *out)
{
	struct phone *phone;
	struct join **slot, *j;

	if (p->ref_bits == 0 || p->parts < 2 || p->part < 1 || p->part > p->parts ||
		(phone = phone_of(b, number)) == NULL) {
		pdu_text(p->units, p->unit_count, out);
		return true;
	}
	slot = join_find(phone, from, p);
	if (*slot == NULL) {
		*slot = must(calloc(1, sizeof **slot));
		snprintf((*slot)->from, sizeof(*slot)->from, "%s", from);
		(*slot)->ref = p->ref;
		(*slot)->bits = p->ref_bits;
		(*slot)->parts = p->parts;
	}
	j = *slot;
	j->used = ++b->used;
	if (j->part[p->part - 1].units != NULL)
		return false;
	j->part[p->part - 1].units = must(calloc(p->unit_count + 1, sizeof(uint16_t)));
	memcpy(j->part[p->part - 1].units, p->units, p->unit_count * sizeof(uint16_t));
	j->part[p->part - 1].count = p->unit_count;
	if (++j->have < j->parts)
		return false;
	join_finish(j, out);
	join_free(j);
	*slot = NULL;
	return true;
}
