/*
 * numeral.c - the numerals of the amounts grammar (docs/REPLIES.md, 9).
 *
 * A run is cut into pieces (ASCII numbers, Chinese digits, units, 半, points). Then
 *
 *     sum := c U tail,   U the largest unit in it
 *
 * is read by splitting at U and reading both sides by themselves; each split takes a
 * smaller unit, so it goes at most as deep as there are units.
 */
#include "numeral.h"

#include <assert.h>
#include <string.h>

#include "canon.h"

#include "banned.h"

enum piece_kind { PIECE_ASCII, PIECE_DIGIT, PIECE_UNIT, PIECE_HALF, PIECE_POINT };

struct piece {
	enum piece_kind kind;
	bool zero;        /* 零 or 〇 */
	bool odd;         /* an ASCII number too long to be read exactly */
	int length;       /* digits of an ASCII number, its decimals aside */
	int decimals;     /* digits behind its point, -1: it has no point */
	int64_t value;    /* integer part, digit or unit */
	int64_t fraction; /* the digits behind the point as one number */
};

enum { PIECES_MAX = 32, DECIMALS_MAX = 12 };

struct value {
	bool ok, confirm, decimal;
	int64_t v; /* ten-thousandths of a yuan */
};

int numeral_digit(uint32_t c)
{
	if (canon_is_digit(c))
		return (int)(c - '0');
	switch (c) {
	case u'壹':
		return 1;
	case u'贰':
		return 2;
	case u'叁':
		return 3;
	case u'肆':
		return 4;
	case u'伍':
		return 5;
	case u'陆':
		return 6;
	case u'柒':
		return 7;
	case u'捌':
		return 8;
	case u'玖':
		return 9;
	default:
		return canon_digit_of(c);
	}
}

int64_t numeral_unit(uint32_t c)
{
	switch (c) {
	case u'十':
	case u'拾':
		return 10;
	case u'百':
	case u'佰':
		return 100;
	case u'千':
	case u'仟':
	case 'k':
		return 1000;
	case u'万':
	case 'w':
		return 10000;
	case u'亿':
		return 100000000;
	default:
		return 0;
	}
}

bool numeral_is_part(uint32_t c)
{
	return numeral_digit(c) >= 0 || numeral_unit(c) > 0;
}

/* 半 is half a unit only directly behind one from 百 up, and not in 万半天, 百半年. */
static bool is_half(const uint32_t *t, size_t n, size_t at)
{
	if (t[at] != u'半' || at == 0 || numeral_unit(t[at - 1]) < 100)
		return false;
	return at + 1 == n || canon_word_at(t, n, at + 1, u"天 年 个 月 小") == 0;
}

/* A point stands between digits (十.五 too); what is left of it is already in the run. */
static bool is_point(const uint32_t *t, size_t n, size_t at)
{
	if ((t[at] != '.' && t[at] != u'点') || at == 0 || at + 1 >= n)
		return false;
	return (numeral_digit(t[at - 1]) >= 0 || numeral_unit(t[at - 1]) == 10) &&
	       numeral_digit(t[at + 1]) >= 0;
}

static size_t run_end(const uint32_t *t, size_t n, size_t at)
{
	size_t end = at + 1;

	while (end < n && (numeral_is_part(t[end]) || is_half(t, n, end) || is_point(t, n, end)))
		end++;
	return end;
}

static size_t cut_ascii(const uint32_t *t, size_t end, size_t at, struct piece *p)
{
	*p = (struct piece){ .kind = PIECE_ASCII, .decimals = -1 };
	for (; at < end && canon_is_digit(t[at]); at++) {
		p->odd = p->odd || p->length >= 15;
		if (!p->odd)
			p->value = p->value * 10 + (int64_t)(t[at] - '0');
		p->length++;
	}
	if (at + 1 >= end || t[at] != '.' || !canon_is_digit(t[at + 1]))
		return at;
	p->decimals = 0;
	for (at++; at < end && canon_is_digit(t[at]); at++) {
		p->odd = p->odd || p->decimals >= DECIMALS_MAX;
		if (!p->odd)
			p->fraction = p->fraction * 10 + (int64_t)(t[at] - '0');
		p->decimals++;
	}
	return at;
}

/* The run as pieces; 0 when there are more than a numeral can have. */
static size_t cut(const uint32_t *t, size_t from, size_t end, struct piece p[PIECES_MAX])
{
	size_t n = 0;

	while (from < end) {
		uint32_t c = t[from];

		if (n == PIECES_MAX)
			return 0;
		if (canon_is_digit(c)) {
			from = cut_ascii(t, end, from, &p[n++]);
			continue;
		}
		p[n] = (struct piece){ .kind = PIECE_POINT, .decimals = -1 };
		if (c == u'半') {
			p[n].kind = PIECE_HALF;
		} else if (numeral_unit(c) > 0) {
			p[n].kind = PIECE_UNIT;
			p[n].value = numeral_unit(c);
		} else if (numeral_digit(c) >= 0) {
			p[n].kind = PIECE_DIGIT;
			p[n].value = numeral_digit(c);
			p[n].zero = p[n].value == 0;
		}
		n++;
		from++;
	}
	return n;
}

static const struct value unreadable = { .ok = false };

/* whole and the digits behind its point, times the unit; not ok when it is not exact. */
static struct value scaled(int64_t whole, int64_t fraction, int decimals, int64_t unit)
{
	struct value r = { .ok = true, .decimal = decimals >= 0 };
	int64_t one = unit * NUMERAL_YUAN, ten = 1, part;

	for (int i = 0; i < decimals; i++)
		ten *= 10;
	if (__builtin_mul_overflow(whole, one, &r.v))
		return unreadable;
	if (decimals <= 0)
		return r;
	/* Zeros at the end say nothing and may not cost the exactness: 2.50万. */
	while (ten > 1 && fraction % 10 == 0) {
		fraction /= 10;
		ten /= 10;
	}
	if (one % ten != 0 || __builtin_mul_overflow(fraction, one / ten, &part) ||
		__builtin_add_overflow(r.v, part, &r.v))
		return unreadable;
	return r;
}

/* Chinese digits, or one ASCII number without decimals: value and how many digits. */
static bool plain_digits(const struct piece *p, size_t n, int64_t *value, int *count)
{
	*value = 0;
	*count = 0;
	if (n == 1 && p->kind == PIECE_ASCII && p->decimals < 0 && !p->odd) {
		*value = p->value;
		*count = p->length;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (p[i].kind != PIECE_DIGIT || *count >= 15)
			return false;
		*value = *value * 10 + p[i].value;
		(*count)++;
	}
	return n > 0;
}

static struct value read_numeral(const struct piece *p, size_t n, int64_t unit);

/* 三.五, 十.五, 2点5: a decimal of the unit. */
static struct value read_decimal(const struct piece *p, size_t n, size_t point, int64_t unit)
{
	struct value whole = read_numeral(p, point, 1);
	int64_t fraction;
	int decimals;

	for (size_t i = 0; i < point; i++)
		if ((p[i].kind == PIECE_UNIT && p[i].value != 10) || p[i].decimals >= 0)
			return unreadable;
	if (!whole.ok || !plain_digits(p + point + 1, n - point - 1, &fraction, &decimals) ||
		decimals > DECIMALS_MAX)
		return unreadable;
	return scaled(whole.v / NUMERAL_YUAN, fraction, decimals, unit);
}

/* The number before a unit: the numeral's value times the unit. */
static struct value read_count(const struct piece *p, size_t n, int64_t unit)
{
	struct value r;

	if (n == 0)
		return unit == 10 ? scaled(1, 0, -1, unit) : unreadable;
	if (n == 1 && p->kind == PIECE_DIGIT && p->value == 0 && unit < 10000)
		return unreadable;
	r = read_numeral(p, n, unit);
	if (unit >= 10000) /* any numeral below the unit */
		return r.ok && r.v / (unit * NUMERAL_YUAN) < unit ? r : unreadable;
	if (n == 1 && (p->kind == PIECE_DIGIT || p->kind == PIECE_ASCII))
		return r;
	return r.ok && r.decimal ? r : unreadable;
}

static struct value plus(struct value a, struct value b)
{
	a.confirm = a.confirm || b.confirm;
	if (!a.ok || !b.ok || __builtin_add_overflow(a.v, b.v, &a.v))
		return unreadable;
	a.decimal = false;
	return a;
}

static int zeros_of(int64_t unit)
{
	int zeros = 0;

	for (; unit > 1; unit /= 10)
		zeros++;
	return zeros;
}

/* What stands behind a unit: 半, one digit, 零..., as many digits as it has zeros, a sum. */
static struct value read_tail(const struct piece *p, size_t n, int64_t unit)
{
	struct value r;
	int64_t digits;
	int count;

	if (p->kind == PIECE_HALF)
		return n == 1 ? scaled(1, 0, -1, unit / 2) : unreadable;
	if (p->zero && n > 1) {
		r = read_numeral(p + 1, n - 1, 1);
		return r.ok && r.v < unit * NUMERAL_YUAN ? r : unreadable;
	}
	if (plain_digits(p, n, &digits, &count)) {
		if (count == 1)
			return scaled(digits, 0, -1, unit / 10);
		r = scaled(digits, 0, -1, 1);
		r.confirm = count != zeros_of(unit);
		return r;
	}
	for (size_t i = 0; i < n; i++)
		if (p[i].kind == PIECE_UNIT) {
			r = read_numeral(p, n, 1);
			return r.ok && r.v < unit * NUMERAL_YUAN ? r : unreadable;
		}
	return unreadable;
}

static struct value read_sum(const struct piece *p, size_t n, size_t at)
{
	struct value head = read_count(p, at, p[at].value), tail;
	bool decimal = head.decimal;

	if (!head.ok || at + 1 == n) {
		head.decimal = false;
		return head;
	}
	tail = read_tail(p + at + 1, n - at - 1, p[at].value);
	head = plus(head, tail);
	head.confirm = head.confirm || decimal;
	return head;
}

/* A whole numeral, times `unit`. */
static struct value read_numeral(const struct piece *p, size_t n, int64_t unit)
{
	size_t largest = n, point = n;
	int64_t digits;
	int count;
	struct value r;

	for (size_t i = 0; i < n; i++) {
		if (p[i].kind == PIECE_UNIT && (largest == n || p[i].value > p[largest].value))
			largest = i;
		if (p[i].kind == PIECE_POINT && point == n)
			point = i;
	}
	/* 十点五 has its unit left of the point; in 三点五万 the unit counts the decimal. */
	if (point < n && (largest == n || (largest < point && p[largest].value == 10)))
		return read_decimal(p, n, point, unit);
	if (largest < n) {
		r = read_sum(p, n, largest);
		if (!r.ok || __builtin_mul_overflow(r.v, unit, &r.v))
			return unreadable;
		return r;
	}
	if (n == 1 && p->kind == PIECE_ASCII && !p->odd)
		return scaled(p->value, p->fraction, p->decimals, unit);
	if (!plain_digits(p, n, &digits, &count))
		return unreadable;
	return scaled(digits, 0, -1, unit);
}

static bool counts_one(const struct piece *p)
{
	return p->kind == PIECE_DIGIT && p->value > 0;
}

/* How many neighbours are both Chinese digits 1-9, and where the last of them begin. */
static size_t find_pairs(const struct piece *p, size_t n, size_t *at)
{
	size_t pairs = 0;

	for (size_t i = 0; i + 1 < n; i++)
		if (counts_one(&p[i]) && counts_one(&p[i + 1])) {
			*at = i;
			pairs++;
		}
	return pairs;
}

/* 三四万 is 三万 to 四万: the numeral once with each of the two digits. */
static void read_pair(struct piece *p, size_t n, size_t at, struct numeral *out)
{
	struct piece with[PIECES_MAX];
	struct value a, b;

	memcpy(with, p, n * sizeof *p);
	memmove(with + at + 1, with + at + 2, (n - at - 2) * sizeof *with);
	a = read_numeral(with, n - 1, 1);
	with[at] = p[at + 1];
	b = read_numeral(with, n - 1, 1);
	out->pair = true;
	out->ok = a.ok && b.ok;
	if (!out->ok)
		return;
	out->lo = a.v < b.v ? a.v : b.v;
	out->hi = a.v < b.v ? b.v : a.v;
	out->confirm = a.confirm || b.confirm;
}

/* What the amounts want to know of the run beside its value. */
static void describe(const struct piece *p, size_t n, struct numeral *out)
{
	size_t i = n;

	out->unit_first = p->kind == PIECE_UNIT && p->value > 10;
	out->digits_only = true;
	out->end_unit = 1;
	for (size_t j = 0; j < n; j++) {
		out->has_unit = out->has_unit || p[j].kind == PIECE_UNIT;
		out->strong = out->strong || (p[j].kind == PIECE_UNIT && p[j].value >= 100);
		out->digits_only = out->digits_only && p[j].kind == PIECE_DIGIT;
	}
	while (i > 0 && p[i - 1].kind == PIECE_UNIT &&
		!__builtin_mul_overflow(out->end_unit, p[i - 1].value, &out->end_unit))
		i--;
	if (i == 1 && (p->kind == PIECE_DIGIT ||
			      (p->kind == PIECE_ASCII && p->length == 1 && p->decimals < 0)))
		out->digit = (int)p->value;
}

bool numeral_at(const uint32_t *t, size_t n, size_t at, struct numeral *out)
{
	struct piece pieces[PIECES_MAX];
	struct value r;
	size_t count, pairs, pair = 0;

	if (at >= n || !numeral_is_part(t[at]))
		return false;
	*out = (struct numeral){ .start = at, .end = run_end(t, n, at), .digit = -1 };
	count = cut(t, at, out->end, pieces);
	if (count == 0) { /* longer than any number; a unit in it makes it a sum of money */
		out->end_unit = 1;
		for (size_t i = at; i < out->end; i++)
			out->strong = out->strong || numeral_unit(t[i]) >= 100;
		return true;
	}
	describe(pieces, count, out);
	out->lone = out->end == at + 1 && !canon_is_digit(t[at]);
	pairs = out->has_unit ? find_pairs(pieces, count, &pair) : 0;
	if (pairs == 1) {
		read_pair(pieces, count, pair, out);
	} else if (pairs == 0) {
		r = read_numeral(pieces, count, 1);
		out->ok = r.ok;
		out->lo = out->hi = r.ok ? r.v : 0;
		out->confirm = r.confirm;
	}
	return true;
}
