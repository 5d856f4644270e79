/*
 * reply_word.c - the phrases of a text (docs/REPLIES.md, 7).
 *
 * The text is made compact first: spaces go, and every other separator and every token
 * becomes a 0 that no phrase can cross. Then all phrases are found, and chosen by length,
 * longest first, then leftmost; a bit for each length at each place makes that a few
 * passes over the text instead of a sort.
 */
#include <string.h>

#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

static bool is_alnum(uint32_t c)
{
	return canon_is_ascii(c) || canon_is_digit(c);
}

bool reply_listed_at(const struct reply_work *w, size_t at)
{
	uint32_t node = PHRASE_ROOT;
	int longest = PHRASE_NOTHING;

	for (; at < w->n; at++) {
		struct phrase_word word;

		if (w->t[at] == ' ')
			continue;
		if (canon_is_separator(w->t[at]) ||
			(node = phrase_step(w->phrases, node, w->t[at])) == 0)
			break;
		word = phrase_at(w->phrases, node);
		if (word.action == PHRASE_NOTHING)
			continue;
		if (!is_alnum(w->t[at]) || at + 1 >= w->n || !is_alnum(w->t[at + 1]))
			longest = word.action;
	}
	return longest >= 0;
}

/* -- compacting --------------------------------------------------------------------------------- */

static void put(struct reply_work *w, uint32_t c, size_t origin)
{
	if (c == 0 && w->n_compact > 0 && w->compact[w->n_compact - 1] == 0)
		return;
	w->compact[w->n_compact] = c;
	w->origin[w->n_compact] = (uint32_t)origin;
	w->lengths[w->n_compact] = 0;
	w->covered[w->n_compact] = false;
	w->n_compact++;
}

static void make_compact(struct reply_work *w)
{
	size_t token = 0;

	put(w, 0, 0);
	for (size_t i = 0; i < w->n; i++) {
		if (token < w->n_tokens && w->tokens[token].start == i) {
			put(w, 0, i);
			i = w->tokens[token++].end - 1;
		} else if (canon_is_separator(w->t[i])) {
			if (w->t[i] != ' ')
				put(w, 0, i);
		} else {
			put(w, w->t[i], i);
		}
	}
	put(w, 0, w->n);
}

/* -- all occurrences ---------------------------------------------------------------------------- */

/* Letters a-z and digits stand alone: nothing of the kind touches them in the same clause. */
static bool stands_alone(const struct reply_work *w, size_t at, size_t len)
{
	size_t last = at + len - 1;

	if (is_alnum(w->compact[at]) && is_alnum(w->compact[at - 1]) &&
		w->origin[at - 1] + 1 == w->origin[at])
		return false;
	return !(is_alnum(w->compact[last]) && is_alnum(w->compact[last + 1]) &&
		 w->origin[last + 1] == w->origin[last] + 1);
}

/* The number 110 by itself: no part of another, no house, no sum. */
static bool is_police(const struct reply_work *w, size_t at)
{
	size_t from = w->origin[at];
	const struct reply_number number = { (uint32_t)from, (uint32_t)from + 3, 3, 110 };

	if (w->compact[at] != '1' || w->compact[at + 1] != '1' || w->compact[at + 2] != '0')
		return false;
	if (w->origin[at + 2] != from + 2 || (from > 0 && canon_is_digit(w->t[from - 1])) ||
		(from + 3 < w->n && canon_is_digit(w->t[from + 3])))
		return false;
	return !reply_is_no_code(w, &number);
}

static void find_at(struct reply_work *w, size_t at)
{
	uint32_t node = PHRASE_ROOT;

	for (size_t len = 1; w->compact[at + len - 1] != 0; len++) {
		struct phrase_word word;

		node = phrase_step(w->phrases, node, w->compact[at + len - 1]);
		if (node == 0)
			break;
		word = phrase_at(w->phrases, node);
		if (word.action == PHRASE_NOTHING &&
			(!(word.is & PHRASE_PAY_VERB) ||
				!amount_begins(w->t, w->n, w->origin[at + len - 1] + 1)))
			continue;
		if (stands_alone(w, at, len))
			w->lengths[at] |= UINT32_C(1) << len;
	}
	if (is_police(w, at))
		w->lengths[at] |= UINT32_C(1) << 3;
}

/* -- choosing ----------------------------------------------------------------------------------- */

static bool is_free(const struct reply_work *w, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++)
		if (w->covered[i])
			return false;
	return true;
}

/* Leaves at each place the one length that was chosen, or none. */
static void choose(struct reply_work *w)
{
	uint32_t any = 0;

	for (size_t i = 1; i + 1 < w->n_compact; i++)
		any |= w->lengths[i];
	for (unsigned len = PHRASE_CHARS_MAX; len > 0; len--) {
		if (!(any >> len & 1))
			continue;
		for (size_t i = 1; i + 1 < w->n_compact; i++) {
			if (!(w->lengths[i] >> len & 1))
				continue;
			if (!is_free(w, i, len)) {
				w->lengths[i] &= ~(UINT32_C(1) << len);
				continue;
			}
			w->lengths[i] = UINT32_C(1) << len;
			memset(w->covered + i, true, len);
		}
	}
}

static size_t length_at(const struct reply_work *w, size_t at)
{
	return w->lengths[at] == 0 ? 0 : (size_t)__builtin_ctz(w->lengths[at]);
}

/* -- negation ----------------------------------------------------------------------------------- */

static bool is_negator_before(const struct reply_work *w, size_t end)
{
	for (size_t len = 1; len <= PHRASE_CHARS_MAX && len < end; len++) {
		size_t from = end - len;

		if (w->compact[from] == 0 || w->covered[from])
			return false;
		if (phrase_of(w->phrases, w->compact + from, len).is & PHRASE_NEGATOR)
			return true;
	}
	return false;
}

/* A negator directly before, or with one or two adverbs between, none in another phrase. */
static bool is_negated(const struct reply_work *w, size_t at)
{
	for (size_t adverbs = 0; adverbs <= 2; adverbs++) {
		size_t before = at - adverbs;

		if (is_negator_before(w, before))
			return true;
		if (w->compact[before - 1] == 0 || w->covered[before - 1] ||
			!(phrase_of(w->phrases, w->compact + before - 1, 1).is & PHRASE_ADVERB))
			return false;
	}
	return false;
}

/* -- hits --------------------------------------------------------------------------------------- */

static struct reply_hit *add_hit(struct reply_work *w, size_t at, int action)
{
	struct reply_hit *hit = &w->hits[w->n_hits++];

	*hit = (struct reply_hit){
		.start = w->origin[at],
		.action = (int8_t)action,
	};
	return hit;
}

static int action_of(const struct reply_work *w, size_t at, size_t len)
{
	struct phrase_word word = phrase_of(w->phrases, w->compact + at, len);

	if (word.action != PHRASE_NOTHING)
		return word.action;
	return w->compact[at] == '1' && len == 3 ? 7 : 4; /* 110, or a verb before a sum */
}

/* 收到没: what stands behind the last phrase of a clause. */
static bool is_asking_tail(const struct reply_work *w, size_t at, size_t end)
{
	const uint32_t *c = w->compact + at;

	return (end - at == 1 && (c[0] == u'没' || c[0] == u'不')) ||
	       (end - at == 2 && c[0] == u'没' && c[1] == u'有');
}

static bool is_word_of_clause(const struct reply_work *w, size_t at, size_t n)
{
	return phrase_of(w->phrases, w->compact + at, n).is & PHRASE_CLAUSE_WORD;
}

static size_t particles(const struct reply_work *w, size_t from, size_t end, int step)
{
	size_t n = 0, at = step > 0 ? from : end - 1;

	while (n < end - from && (phrase_of(w->phrases, w->compact + at, 1).is & PHRASE_PARTICLE)) {
		n++;
		at = step > 0 ? at + 1 : at - 1;
	}
	return n;
}

/* A clause without a phrase that is one word, with or without particles at its ends. */
static void take_clause_word(struct reply_work *w, size_t from, size_t end)
{
	enum { LONGEST = 2 * PHRASE_CHARS_MAX };
	size_t before, behind;

	if (end - from > LONGEST)
		return;
	before = particles(w, from, end, 1);
	behind = particles(w, from, end, -1);
	for (size_t left = 0; left <= before; left++)
		for (size_t len = 1; len <= PHRASE_CHARS_MAX && from + left + len <= end; len++)
			if (end - from - left - len <= behind &&
				is_word_of_clause(w, from + left, len)) {
				add_hit(w, from, 1)->clause_word = true;
				return;
			}
}

static void take_clause(struct reply_work *w, size_t from, size_t end)
{
	size_t before = w->n_hits, last = from;

	for (size_t i = from; i < end; i++) {
		size_t len = length_at(w, i);
		struct reply_hit *hit;

		if (len == 0)
			continue;
		hit = add_hit(w, i, action_of(w, i, len));
		hit->negated = is_negated(w, i);
		last = i + len;
	}
	if (w->n_hits == before)
		take_clause_word(w, from, end);
	else if (w->hits[w->n_hits - 1].action >= 0)
		w->hits[w->n_hits - 1].asked = is_asking_tail(w, last, end);
}

void reply_find_hits(struct reply_work *w)
{
	size_t from = 1;

	make_compact(w);
	for (size_t i = 1; i + 1 < w->n_compact; i++)
		find_at(w, i);
	choose(w);
	for (size_t i = 1; i < w->n_compact; i++)
		if (w->compact[i] == 0) {
			if (i > from)
				take_clause(w, from, i);
			from = i + 1;
		}
}
