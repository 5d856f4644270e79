/* reply_segment.c - what a token with its remark means, or a text without any (6, 7). */
#include <string.h>

#include "canon.h"
#include "numeral.h"
#include "reply_parts.h"

#include "banned.h"

enum { CLEAN_LENGTH = 12 }; /* letters and digits of an acceptance in words that is certain */

/* What stands in a segment beside its token; fillers, connectors and 号 do not count. */
struct content {
	size_t letters, digits;
	size_t numbers;       /* sums and other numbers of fewer than ten digits */
	size_t short_numbers; /* of up to four digits */
	bool only_money;      /* all letters belong to numbers and money */
	bool question_mark;
	bool question; /* a word of question, or a clause like 收到没 */
	bool negated;  /* a phrase that is turned round */
	bool phrase;   /* a phrase that is not neutral, or a clause word */
};

static bool is_raising(int action)
{
	return action == 0 || action == 4 || action == 7;
}

/* -- looking at a segment ---------------------------------------------------------------------- */

static bool is_money_letter(const struct reply_work *w, size_t at)
{
	if (numeral_is_part(w->t[at]))
		return true;
	return canon_word_at(w->t, w->n, at,
		       u"半 点 元 块 圆 角 毛 分 钱 整 几 多 余 来 人 民 币 r m b") > 0;
}

static size_t take_number(const struct reply_work *w, size_t at, size_t to, struct content *c)
{
	size_t end = at;
	bool joined = at >= 2 && (w->t[at - 1] == '.' || w->t[at - 1] == ',') &&
		      canon_is_digit(w->t[at - 2]);

	while (end < to && canon_is_digit(w->t[end]))
		end++;
	c->digits += end - at;
	c->numbers += !joined && end - at < 10;
	c->short_numbers += end - at <= 4;
	return end;
}

static bool is_question_at(const struct reply_work *w, size_t at)
{
	uint32_t node = PHRASE_ROOT;

	for (; at < w->n && (node = phrase_step(w->phrases, node, w->t[at])) != 0; at++)
		if (phrase_at(w->phrases, node).is & PHRASE_QUESTION)
			return true;
	return false;
}

static void look_at_range(const struct reply_work *w, size_t from, size_t to, struct content *c)
{
	size_t filler;

	while (from < to) {
		if (canon_is_digit(w->t[from])) {
			from = take_number(w, from, to, c);
			continue;
		}
		c->question = c->question || is_question_at(w, from);
		c->question_mark = c->question_mark || w->t[from] == '?';
		filler = reply_filler_at(w, from);
		if (filler == 0 && canon_is_letter(w->t[from])) {
			c->letters++;
			c->only_money = c->only_money && is_money_letter(w, from);
		}
		from += filler > 0 ? filler : 1;
	}
}

static void look_at(const struct reply_work *w, const struct reply_segment *s, struct content *c)
{
	*c = (struct content){ .only_money = true };
	look_at_range(w, s->from, s->token != NULL ? s->token->start : s->to, c);
	if (s->token != NULL)
		look_at_range(w, s->token->end, s->to, c);
	for (size_t i = 0; i < s->n_hits; i++) {
		if (s->hits[i].action < 0)
			continue;
		c->phrase = true;
		c->negated = c->negated || s->hits[i].negated;
		c->question = c->question || s->hits[i].asked;
	}
}

/* The sum in a segment; its token is no part of it. */
static struct amount amount_in(
	struct reply_work *w, const struct reply_segment *s, enum amount_words words)
{
	size_t before, n = 0;

	if (s->token == NULL)
		return amount_of(w->t + s->from, s->to - s->from, words);
	before = s->token->start - s->from;
	if (before > 0) {
		memcpy(w->spare, w->t + s->from, before * sizeof *w->t);
		w->spare[before] = '\n';
		n = before + 1;
	}
	memcpy(w->spare + n, w->t + s->token->end, (s->to - s->token->end) * sizeof *w->t);
	return amount_of(w->spare, n + s->to - s->token->end, words);
}

/*
 * The raising actions that the phrases of a segment say, each once, in order of
 * appearance; `but` is left out.
 */
static size_t raising_phrases(const struct reply_segment *s, int but, int actions[3])
{
	unsigned seen = but >= 0 ? 1U << but : 0;
	size_t n = 0;

	for (size_t i = 0; i < s->n_hits; i++) {
		int action = s->hits[i].action;

		if (!is_raising(action) || s->hits[i].negated || (seen >> action & 1))
			continue;
		seen |= 1U << action;
		actions[n++] = action;
	}
	return n;
}

/* -- adding items ------------------------------------------------------------------------------- */

struct targets {
	const uint16_t *tasks;
	size_t n;
};

static struct targets targets_of(const struct reply_work *w, const struct reply_segment *s)
{
	struct targets none = { NULL, 0 };

	if (s->token == NULL || s->token->kind != REPLY_TOKEN_CODE)
		return none;
	return (struct targets){ w->codes + s->token->codes, s->token->n_codes };
}

static void add_all(struct reply_work *w, struct targets to, int action, enum reply_do how,
	const struct amount *amount, bool digit)
{
	for (size_t i = 0; i < to.n; i++)
		reply_add(w, to.tasks[i], action, how, amount, digit);
}

/* A raising action of which no code was written: the only task it can mean, or none by name. */
static void raise_somewhere(struct reply_work *w, int action, const struct amount *amount)
{
	int task = REPLY_NO_TASK;

	if (reply_open(w) == 0) {
		if (action == 0)
			return;
		if (reply_closed(w, &task) != 1)
			task = REPLY_NO_TASK;
	} else if (reply_candidates(w, action, &task) != 1) {
		task = REPLY_NO_TASK;
	}
	reply_add(w, task, action, REPLY_RAISE, amount, false);
}

/* Raises what the phrases of the segment say, other than `but`; returns how many actions. */
static size_t raise_phrases(
	struct reply_work *w, const struct reply_segment *s, struct targets to, int but)
{
	int actions[3];
	size_t n = raising_phrases(s, but, actions);

	for (size_t i = 0; i < n; i++) {
		struct amount amount = { .kind = AMOUNT_NONE };

		if (actions[i] == 4)
			amount = amount_in(w, s, AMOUNT_WITH_NO_LOSS);
		if (to.n > 0)
			add_all(w, to, actions[i], REPLY_RAISE, &amount, false);
		else
			raise_somewhere(w, actions[i], &amount);
	}
	return n;
}

/* -- an action digit with its remark (6) ----------------------------------------------------- */

struct verdict {
	bool done; /* false: not understood, and nothing happens */
	enum reply_do how;
	struct amount amount;
};

/* Rule 1: a remark without letters. */
static struct verdict judge_figures(
	struct reply_work *w, const struct reply_segment *s, int action, const struct content *c)
{
	struct verdict v = { true, REPLY_APPLY, { .kind = AMOUNT_NONE } };

	if (action == 4) {
		v.amount = amount_in(w, s, AMOUNT_WITH_NO_LOSS);
		return v;
	}
	if (action == 3 && c->numbers == 1) {
		v.amount = amount_in(w, s, AMOUNT_FIGURES_ONLY);
		if (v.amount.kind == AMOUNT_EXACT && v.amount.lo_fen >= 10000)
			return v;
		v.amount = (struct amount){ .kind = AMOUNT_NONE };
	}
	if (c->short_numbers > 0) {
		w->next[REPLY_DIGITS] = true;
		v.done = is_raising(action);
	} else if (c->question_mark && !is_raising(action)) {
		v.how = REPLY_PROPOSE;
	}
	return v;
}

/* Rule 2: a remark with letters. */
static struct verdict judge_words(
	struct reply_work *w, const struct reply_segment *s, int action, const struct content *c)
{
	struct verdict v = { true, REPLY_APPLY, { .kind = AMOUNT_NONE } };
	bool gone = false;
	int others[3];
	size_t n = raising_phrases(s, action, others);

	for (size_t i = 0; i < n; i++)
		gone = gone || others[i] == 4;
	if (!is_raising(action) && (n > 0 || c->negated))
		v.how = REPLY_PROPOSE;
	if (action == 4)
		v.amount = amount_in(w, s, AMOUNT_WITH_NO_LOSS);
	else if (action == 3 && !gone)
		v.amount = amount_in(w, s, AMOUNT_FIGURES_ONLY);
	return v;
}

static struct verdict judge(struct reply_work *w, const struct reply_segment *s, int action)
{
	struct content c;
	struct verdict v;

	look_at(w, s, &c);
	v = c.letters == 0 ? judge_figures(w, s, action, &c) : judge_words(w, s, action, &c);
	/* Money is gone, and it is none: that contradicts itself. */
	if (action == 4 && v.amount.known && v.amount.hi_fen == 0)
		v.how = REPLY_RAISE;
	return v;
}

static void read_coded(struct reply_work *w, const struct reply_segment *s)
{
	int action = s->token->action;
	struct verdict v = judge(w, s, action);
	struct targets to = targets_of(w, s);

	if (v.done)
		add_all(w, to, action, v.how, &v.amount, true);
	raise_phrases(w, s, to, action);
}

/* A digit without a code, when not exactly one task can be meant. */
static void read_bare_nowhere(struct reply_work *w, const struct reply_segment *s,
	const struct verdict *v, size_t candidates)
{
	int action = s->token->action;

	if (candidates > 1) {
		w->next[REPLY_WHICH] = true;
		if (is_raising(action))
			reply_add(w, REPLY_NO_TASK, action, REPLY_RAISE, &v->amount, true);
	}
	raise_phrases(w, s, (struct targets){ NULL, 0 }, action);
}

static void read_bare(struct reply_work *w, const struct reply_segment *s)
{
	int action = s->token->action, task = REPLY_NO_TASK;
	struct verdict v;
	uint16_t only;
	size_t n;

	/* 3 5万 may be 3-5万 or 3.5万: not understood, but what it alarms is heard. */
	if (action == 3 && amount_in(w, s, AMOUNT_FIGURES_ONLY).kind != AMOUNT_NONE) {
		w->next[REPLY_HUMAN] = true;
		raise_phrases(w, s, (struct targets){ NULL, 0 }, -1);
		return;
	}
	v = judge(w, s, action);
	n = reply_candidates(w, action, &task);
	if (n == 0 && reply_open(w) == 0 && (action == 4 || action == 7))
		n = reply_closed(w, &task) == 1;
	if (n != 1) {
		read_bare_nowhere(w, s, &v, n);
		return;
	}
	if (v.done)
		reply_add(w, task, action, v.how, &v.amount, true);
	only = (uint16_t)task;
	raise_phrases(w, s, (struct targets){ &only, 1 }, action);
}

/* -- words without an action digit (7) ------------------------------------------------------- */

/* The one lowering action of the phrases, or -1: none, or more than one. */
static int lowering_action(const struct reply_segment *s)
{
	unsigned found = 0;

	for (size_t i = 0; i < s->n_hits; i++)
		if (s->hits[i].action >= 0)
			found |= 1U << s->hits[i].action;
	if (found & ~(1U << 1))
		found &= ~(1U << 1);
	if (found & ~(1U << 2 | 1U << 5))
		found &= ~(1U << 2);
	if (found == 0 || (found & (found - 1)) != 0)
		return -1;
	return __builtin_ctz(found);
}

/* Rules 5 and 6: which task, and how certain. */
static void take_lowering(
	struct reply_work *w, const struct reply_segment *s, int action, const struct content *c)
{
	struct targets to = targets_of(w, s);
	struct amount amount = { .kind = AMOUNT_NONE };
	bool clean = action == 1 && c->letters + c->digits <= CLEAN_LENGTH;
	int task = REPLY_NO_TASK;
	uint16_t only;
	size_t n;

	if (to.n == 0) {
		if (reply_open(w) == 0) {
			w->next[action == 1 ? REPLY_NONE : REPLY_HUMAN] = true;
			return;
		}
		n = reply_candidates(w, action, &task);
		if (n != 1) {
			w->next[n == 0 ? REPLY_NONE : REPLY_WHICH] = true;
			return;
		}
		only = (uint16_t)task;
		to = (struct targets){ &only, 1 };
	}
	if (action == 3)
		amount = amount_in(w, s, AMOUNT_FIGURES_ONLY);
	add_all(w, to, action, clean ? REPLY_APPLY : REPLY_PROPOSE, &amount, false);
}

static void read_words(struct reply_work *w, const struct reply_segment *s)
{
	struct targets to = targets_of(w, s);
	struct content c;
	int action;

	if (raise_phrases(w, s, to, -1) > 0)
		return;
	look_at(w, s, &c);
	if (to.n > 0 && !c.phrase && c.only_money) {
		w->next[REPLY_ACTION] = true;
		return;
	}
	action = lowering_action(s);
	if (c.negated || c.question || action < 0) {
		/* Nothing but digits, and none of them stands for anything. */
		w->next[w->all_code && s->token == NULL ? REPLY_DIGITS : REPLY_HUMAN] = true;
		return;
	}
	take_lowering(w, s, action, &c);
}

/* Behind a number that is no code only the alarm is heard, and of no task by name. */
static void read_unknown(struct reply_work *w, const struct reply_segment *s)
{
	int actions[3];
	size_t n = raising_phrases(s, -1, actions);

	w->next[s->token->kind == REPLY_TOKEN_DIGITS ? REPLY_DIGITS : REPLY_UNKNOWN] = true;
	for (size_t i = 0; i < n; i++) {
		struct amount amount = { .kind = AMOUNT_NONE };

		if (actions[i] == 4)
			amount = amount_in(w, s, AMOUNT_WITH_NO_LOSS);
		reply_add(w, REPLY_NO_TASK, actions[i], REPLY_RAISE, &amount, false);
	}
}

/* -- all segments ------------------------------------------------------------------------------- */

static void read_segment(struct reply_work *w, const struct reply_segment *s)
{
	if (s->token == NULL) {
		read_words(w, s);
		return;
	}
	switch (s->token->kind) {
	case REPLY_TOKEN_CODE:
		if (s->token->action < 0)
			read_words(w, s);
		else
			read_coded(w, s);
		break;
	case REPLY_TOKEN_BARE:
		read_bare(w, s);
		break;
	case REPLY_TOKEN_UNKNOWN:
	case REPLY_TOKEN_DIGITS:
		read_unknown(w, s);
		break;
	}
}

/* One message gives one task two different action digits. */
static bool contradicts_itself(const struct reply_work *w)
{
	int8_t actions[REPLY_TASKS_MAX];

	if (w->n_tokens < 2)
		return false;
	memset(actions, -1, w->context->n_tasks);
	for (size_t i = 0; i < w->n_tokens; i++) {
		const struct reply_token *token = &w->tokens[i];

		if (token->action < 0 || token->kind != REPLY_TOKEN_CODE)
			continue;
		for (uint32_t k = 0; k < token->n_codes; k++) {
			int8_t *have = &actions[w->codes[token->codes + k]];

			if (*have >= 0 && *have != token->action)
				return true;
			*have = (int8_t)token->action;
		}
	}
	return false;
}

/* Then only the coded 4 and 7 are heard, and not believed. */
static void read_contradiction(struct reply_work *w, const struct reply_segment *s)
{
	struct amount amount = { .kind = AMOUNT_NONE };

	w->next[REPLY_HUMAN] = true;
	if (s->token->kind == REPLY_TOKEN_UNKNOWN)
		w->next[REPLY_UNKNOWN] = true;
	if (s->token->kind != REPLY_TOKEN_CODE || (s->token->action != 4 && s->token->action != 7))
		return;
	if (s->token->action == 4)
		amount = amount_in(w, s, AMOUNT_WITH_NO_LOSS);
	add_all(w, targets_of(w, s), s->token->action, REPLY_RAISE, &amount, false);
}

void reply_read_segments(struct reply_work *w)
{
	bool contradiction = contradicts_itself(w);
	size_t hit = 0;

	for (size_t i = 0; i == 0 || i < w->n_tokens; i++) {
		struct reply_segment s = { .from = 0, .to = w->n, .hits = w->hits + hit };

		if (w->n_tokens > 0)
			s.token = &w->tokens[i];
		if (i > 0)
			s.from = s.token->start;
		if (i + 1 < w->n_tokens)
			s.to = w->tokens[i + 1].start;
		while (hit < w->n_hits && w->hits[hit].start < s.to) {
			hit++;
			s.n_hits++;
		}
		if (contradiction)
			read_contradiction(w, &s);
		else
			read_segment(w, &s);
	}
}
