/* amount.c - what the figures of a text mean together (docs/REPLIES.md, 9). */
#include "amount.h"

#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "figure.h"

#include "banned.h"

/* Texts up to this long, that is all real ones, are read without allocating. */
enum { SHORT_TEXT = 512, LONGEST_TEXT = 65536 };

#define HUNDRED (100 * NUMERAL_YUAN)

static const char *const kind_codes[AMOUNT_KINDS] = {
	[AMOUNT_NONE] = "none",
	[AMOUNT_EXACT] = "exact",
	[AMOUNT_APPROX] = "approx",
	[AMOUNT_RANGE] = "range",
	[AMOUNT_CONFIRM] = "confirm",
	[AMOUNT_VAGUE] = "vague",
	[AMOUNT_FOREIGN] = "foreign",
};

const char *amount_kind_code(enum amount_kind kind)
{
	return kind_codes[kind];
}

enum amount_kind amount_kind_of(const char *code)
{
	for (int i = 0; i < AMOUNT_KINDS; i++)
		if (code != NULL && strcmp(code, kind_codes[i]) == 0)
			return (enum amount_kind)i;
	return AMOUNT_KINDS;
}

static struct amount unknown(enum amount_kind kind)
{
	return (struct amount){ .kind = kind };
}

/* Ten-thousandths of a yuan to fen; what is not whole fen is vague. */
static struct amount known(enum amount_kind kind, int64_t lo, int64_t hi)
{
	if (lo % 100 != 0 || hi % 100 != 0)
		return unknown(AMOUNT_VAGUE);
	return (struct amount){
		.kind = kind, .lo_fen = lo / 100, .hi_fen = hi / 100, .known = true
	};
}

/* -- ranges: two figures with a word between -------------------------------------------------- */

static bool at_least_hundred(const struct figure *f)
{
	return f->lo >= HUNDRED;
}

/* 2、3万 is a range when the digits follow each other; otherwise nobody can say. */
static bool is_list(const struct figure *x, const struct figure *y, struct amount *out)
{
	int64_t unit = y->num.end_unit;

	if (x->num.digit < 0 || x->num.has_unit || y->num.digit < 0 || !y->num.has_unit)
		return false;
	if (y->num.digit == x->num.digit + 1)
		*out = known(AMOUNT_RANGE, x->num.digit * unit * NUMERAL_YUAN, y->hi);
	else
		*out = unknown(AMOUNT_VAGUE);
	return true;
}

/* The x of 3到5万 takes the unit of y; the x of 500到1千 is large enough by itself. */
static bool first_end(const struct figure *x, const struct figure *y, int64_t *lo)
{
	int64_t taken;

	*lo = x->lo;
	if (x->num.has_unit)
		return true;
	if ((y->num.end_unit > 1 || !y->num.has_unit) &&
		!__builtin_mul_overflow(x->lo, y->num.end_unit, &taken) && taken < y->lo) {
		*lo = taken;
		return true;
	}
	return at_least_hundred(x);
}

static bool is_span(const struct figure *x, const struct figure *y, struct amount *out)
{
	bool large = at_least_hundred(x) && at_least_hundred(y);
	int64_t lo = x->lo, hi = y->hi;

	if (!y->strong && !large) {
		if (!x->strong)
			return false;
		*out = unknown(AMOUNT_VAGUE); /* 3万-5 */
		return true;
	}
	if (y->strong && !first_end(x, y, &lo))
		return false;
	if (lo > hi) {
		lo = y->lo;
		hi = x->hi;
	}
	*out = known(AMOUNT_RANGE, lo, hi);
	return true;
}

static bool is_range(const struct figure_text *t, const struct figure *x, const struct figure *y,
	struct amount *out)
{
	if (y->from != x->to + 1 || !x->num.ok || !y->num.ok || x->num.pair || y->num.pair)
		return false;
	switch (t->c[x->to]) {
	case u'、':
		return x->to == x->num.end && is_list(x, y, out);
	case u'到':
	case u'至':
	case '-':
	case '~':
	case u'—':
	case u'–':
		return is_span(x, y, out);
	default:
		return false;
	}
}

/* -- which figures count as amounts ----------------------------------------------------------- */

static bool is_positive(const struct figure *f)
{
	return !f->num.ok || f->hi > 0;
}

static int rank(const struct figure *f)
{
	return f->strong ? 2 : f->num.ok && at_least_hundred(f);
}

/* Those with a unit or currency, else those from 100 up, else all; zero only if nothing else. */
static size_t select_figures(const struct figures *all, const struct figure *picked[FIGURES_MAX])
{
	bool positive = false;
	int best = 0;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		positive = positive || (all->row[i].counts && is_positive(&all->row[i]));
	for (size_t i = 0; i < all->n; i++)
		if (all->row[i].counts && is_positive(&all->row[i]) == positive &&
			rank(&all->row[i]) > best)
			best = rank(&all->row[i]);
	for (size_t i = 0; i < all->n; i++)
		if (all->row[i].counts && is_positive(&all->row[i]) == positive &&
			rank(&all->row[i]) >= best)
			picked[n++] = &all->row[i];
	return n;
}

/* A word of total stands before it, with at most three other letters and no other figure. */
static bool follows_total(const struct figure_text *t, const struct figure *f, size_t limit)
{
	static const char16_t totals[] = u"一共 总共 共计 合计 总计 累计 共";
	size_t at = f->from;
	int letters = 0;

	for (int steps = 0; steps < 12 && letters <= 3; steps++) {
		if (canon_word_before(t->c, at, totals) > 0)
			return true;
		if (at == limit)
			return false;
		at--;
		letters += canon_is_letter(t->c[at]);
	}
	return false;
}

static bool same_value(const struct figure *a, const struct figure *b)
{
	return a->lo == b->lo && a->hi == b->hi;
}

/* Leaves one of each value. */
static size_t drop_equal(const struct figure *picked[FIGURES_MAX], size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		size_t j = 0;

		while (j < to && !same_value(picked[j], picked[i]))
			j++;
		if (j == to)
			picked[to++] = picked[i];
	}
	return to;
}

/* The one figure behind a word of total, if there is exactly one such value. */
static const struct figure *find_total(
	const struct figure_text *t, const struct figure *const picked[FIGURES_MAX], size_t n)
{
	const struct figure *total = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!follows_total(t, picked[i], i > 0 ? picked[i - 1]->to : 0))
			continue;
		if (total != NULL && !same_value(total, picked[i]))
			return NULL;
		total = picked[i];
	}
	return total;
}

static struct amount several(const struct figure *const picked[FIGURES_MAX], size_t n)
{
	int64_t largest = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (picked[i]->hi > largest)
			largest = picked[i]->hi;
		if (__builtin_add_overflow(sum, picked[i]->hi, &sum))
			return unknown(AMOUNT_VAGUE);
	}
	return known(AMOUNT_CONFIRM, largest, sum);
}

/* -- one amount ------------------------------------------------------------------------------- */

static size_t clause_start(const struct figure_text *t, size_t at)
{
	while (at > 0 && !figure_ends_clause(t->c[at - 1]))
		at--;
	return at;
}

static bool is_each(const struct figure_text *t, const struct figure *f)
{
	for (size_t i = clause_start(t, f->from); i < f->from; i++)
		if (t->c[i] == u'每')
			return true;
	return false;
}

static bool is_about(const struct figure_text *t, const struct figure *f)
{
	size_t at = f->to;
	struct canon_words before;

	canon_words_init(
		&before, u"大概 大约 大致 约莫 差不多 将近 接近 不到 估计 可能 好像 最少 至少");
	if (canon_word_before(t->c, f->from, u"约 近") > 0)
		return true;
	if (canon_words_find(&before, t->c, clause_start(t, f->from), f->from) < f->from)
		return true;
	while (at < t->n && (t->c[at] == u'钱' || t->c[at] == u'整'))
		at++;
	return canon_word_at(t->c, t->n, at, u"左右 上下 出头 不到 差不多 的样子") > 0;
}

static struct amount single(const struct figure_text *t, const struct figure *f, bool no_loss)
{
	if (!f->num.ok)
		return unknown(AMOUNT_VAGUE);
	if (f->num.pair)
		return known(AMOUNT_RANGE, f->lo, f->hi);
	if (f->num.confirm || (!f->strong && f->hi < HUNDRED) || is_each(t, f) || no_loss)
		return known(AMOUNT_CONFIRM, f->lo, f->hi);
	return known(is_about(t, f) ? AMOUNT_APPROX : AMOUNT_EXACT, f->lo, f->hi);
}

/* The kinds in the order of the grammar; the first that applies. */
static struct amount decide(const struct figure_text *t, const struct figures *all, bool no_loss)
{
	const struct figure *picked[FIGURES_MAX], *total;
	struct amount r;
	size_t n;

	if (all->foreign)
		return unknown(AMOUNT_FOREIGN);
	if (all->vague || all->too_many)
		return unknown(AMOUNT_VAGUE);
	for (size_t i = 0; i + 1 < all->n; i++)
		if (is_range(t, &all->row[i], &all->row[i + 1], &r))
			return r;
	n = select_figures(all, picked);
	if (n == 0)
		return no_loss ? known(AMOUNT_EXACT, 0, 0) : unknown(AMOUNT_NONE);
	if (!is_positive(picked[0]))
		return known(AMOUNT_EXACT, 0, 0);
	for (size_t i = 0; i < n; i++)
		if (!picked[i]->num.ok)
			return unknown(AMOUNT_VAGUE);
	total = find_total(t, picked, n);
	n = drop_equal(picked, n);
	if (n > 1 && total == NULL)
		return several(picked, n);
	return single(t, n > 1 ? total : picked[0], no_loss);
}

struct amount amount_of(const uint32_t *t, size_t n, enum amount_words words)
{
	uint32_t short_text[SHORT_TEXT + 1];
	bool short_gap[SHORT_TEXT + 1];
	struct figure_text text = { .c = short_text, .gap = short_gap };
	struct figures all;
	struct amount r;
	void *block = NULL;

	if (n > LONGEST_TEXT)
		return unknown(AMOUNT_VAGUE);
	if (n > SHORT_TEXT) {
		block = malloc((n + 1) * (sizeof *text.c + sizeof *text.gap));
		if (block == NULL)
			abort();
		text.c = block;
		text.gap = (bool *)(text.c + n + 1);
	}
	figure_prepare(t, n, &text);
	figure_scan(&text, &all);
	r = decide(&text, &all, all.no_loss && words == AMOUNT_WITH_NO_LOSS);
	free(block);
	return r;
}

struct amount amount_read(const char *text, enum amount_words words)
{
	size_t bytes = strlen(text);
	uint32_t short_text[SHORT_TEXT + 1];
	uint32_t *t = short_text;
	struct amount r;

	if (bytes > LONGEST_TEXT)
		return unknown(AMOUNT_VAGUE);
	if (bytes > SHORT_TEXT && (t = malloc((bytes + 1) * sizeof *t)) == NULL)
		abort();
	r = amount_of(t, canon_fold(text, bytes, t), words);
	if (t != short_text)
		free(t);
	return r;
}

/* The end of what can belong to a sum that begins at t[at], and what a currency needs. */
static size_t sum_end(const uint32_t *t, size_t n, size_t at)
{
	enum { LONGEST = 48 };
	size_t end = at;

	while (end < n && end - at < LONGEST &&
		(numeral_is_part(t[end]) || canon_word_at(t, n, end, u"半 点 . , ¥") > 0 ||
			t[end] == ' '))
		end++;
	return end + 3 < n ? end + 3 : n; /* a currency has up to three characters */
}

bool amount_begins(const uint32_t *t, size_t n, size_t at)
{
	enum { WINDOW = 64 };
	uint32_t c[WINDOW + 1];
	bool gap[WINDOW + 1];
	struct figure_text text = { .c = c, .gap = gap };
	struct numeral num;
	size_t prefix;

	while (at < n && t[at] == ' ')
		at++;
	if (at >= n || !(numeral_is_part(t[at]) || t[at] == u'¥' || t[at] == 'r' || t[at] == u'人'))
		return false;
	prefix = canon_word_at(t, n, at, u"rmb 人民币");
	figure_prepare(t + at, sum_end(t, n, at + prefix) - at, &text);
	prefix = canon_word_at(text.c, text.n, 0, u"¥ rmb 人民币");
	if (!numeral_at(text.c, text.n, prefix, &num) || num.unit_first)
		return false;
	return prefix > 0 || num.strong || figure_currency_at(&text, num.end) > 0;
}
