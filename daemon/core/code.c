/* code.c - which reply code a task gets on a phone (docs/REPLIES.md, 1). */
#include "code.h"

#include <string.h>

#include "banned.h"

enum use { NEVER_USED, RESTED_SHORT, RESTING, LIVE };

struct phone {
	uint8_t two[100], three[1000]; /* enum use of each code */
	int live_two;
	bool begins_live[100]; /* of a live three-digit code these are the first two digits */
};

static bool value_of(const char *code, size_t *digits, unsigned *value)
{
	*digits = strnlen(code, CODE_TEXT);
	*value = 0;
	if ((*digits != 2 && *digits != 3) || strspn(code, "0123456789") < *digits)
		return false;
	for (size_t i = 0; i < *digits; i++)
		*value = *value * 10 + (unsigned)(code[i] - '0');
	return true;
}

static enum use use_of(const struct code_past *past)
{
	if (past->live)
		return LIVE;
	if (past->ended_ms_ago >= CODE_REST_MS)
		return NEVER_USED;
	return past->ended_ms_ago >= CODE_REST_SHORT_MS ? RESTED_SHORT : RESTING;
}

static void learn(struct phone *p, const struct code_past *past)
{
	enum use use = use_of(past);
	size_t digits;
	unsigned value;
	uint8_t *slot;

	if (!value_of(past->code, &digits, &value))
		return;
	slot = digits == 2 ? &p->two[value] : &p->three[value];
	if (use == LIVE && digits == 2 && *slot != LIVE)
		p->live_two++;
	if (use > *slot)
		*slot = (uint8_t)use;
	if (use == LIVE && digits == 3)
		p->begins_live[value / 10] = true;
}

/* -- two digits --------------------------------------------------------------------------------- */

/* Codes are apart when they share no digit in its place and are not each other's swap. */
static unsigned swapped(unsigned code)
{
	return code % 10 * 10 + code / 10;
}

/* Takes out what a slip could make of a live code. */
static void keep_apart(bool may[100], unsigned live)
{
	for (unsigned i = 0; i < 10; i++)
		may[live / 10 * 10 + i] = may[i * 10 + live % 10] = false;
	may[swapped(live)] = false;
}

static void find_two(const struct phone *p, enum use worst, bool may[100])
{
	for (unsigned code = CODE_LOWEST; code < 100; code++)
		may[code] = p->two[code] <= worst && !p->begins_live[code];
	for (unsigned live = CODE_LOWEST; live < 100; live++)
		if (p->two[live] == LIVE)
			keep_apart(may, live);
}

/* How many codes that may be given begin, and how many end with each digit. */
struct tally {
	int all, first[10], last[10];
};

static void count_digits(const bool may[100], struct tally *n)
{
	*n = (struct tally){ .all = 0 };
	for (unsigned code = CODE_LOWEST; code < 100; code++) {
		n->all += may[code];
		n->first[code / 10] += may[code];
		n->last[code % 10] += may[code];
	}
}

/* How many codes could still follow this one: the choice that leaves most is the best. */
static int left_after(const bool may[100], const struct tally *n, unsigned code)
{
	unsigned swap = swapped(code);

	return n->all - n->first[code / 10] - n->last[code % 10] + may[code] -
	       (swap != code && may[swap]);
}

/*
 * First digits run out fastest where few codes begin with them (1: only 13-19), so of all
 * codes that may be given the one is taken that leaves most; the seed decides between
 * equals.
 */
static unsigned two_digits(const struct phone *p, uint32_t seed, enum use worst)
{
	enum { CODES = 100 - CODE_LOWEST, STEP = 50 }; /* without a common divisor */
	bool may[100] = { false };
	struct tally n;
	unsigned best = 0;
	int most = -1;

	find_two(p, worst, may);
	count_digits(may, &n);
	for (unsigned i = 0; i < CODES; i++) {
		unsigned code = CODE_LOWEST + (seed % CODES + i * STEP) % CODES;
		int left = may[code] ? left_after(may, &n, code) : -1;

		if (left > most) {
			most = left;
			best = code;
		}
	}
	return best;
}

/* -- three digits ------------------------------------------------------------------------------- */

/*
 * `clear`: the first two digits are also no code that rests, or 418 would be read as the
 * closed task 41 and an 8. Only when there is no such code left is that given up.
 */
static bool may_be_three(const struct phone *p, unsigned code, enum use worst, bool clear)
{
	unsigned a = code / 100, b = code / 10 % 10, c = code % 10;

	if ((3 * a + 2 * b + c) % 11 != 0 || p->three[code] > worst)
		return false;
	return clear ? p->two[code / 10] == NEVER_USED : p->two[code / 10] != LIVE;
}

static unsigned three_digits(const struct phone *p, uint32_t seed, enum use worst, bool clear)
{
	enum { CODES = 900, STEP = 367 };

	for (unsigned i = 0; i < CODES; i++) {
		unsigned code = 100 + (seed % CODES + i * STEP) % CODES;

		if (may_be_three(p, code, worst, clear))
			return code;
	}
	return 0;
}

static void write_code(unsigned code, char out[CODE_TEXT])
{
	if (code >= 100)
		*out++ = (char)('0' + code / 100);
	*out++ = (char)('0' + code / 10 % 10);
	*out++ = (char)('0' + code % 10);
	*out = '\0';
}

bool code_next(const struct code_past *past, size_t n, uint32_t seed, char out[CODE_TEXT])
{
	struct phone p = { .live_two = 0 };
	unsigned code = 0;

	for (size_t i = 0; i < n; i++)
		learn(&p, &past[i]);
	if (p.live_two < CODE_TWO_DIGITS_MAX) {
		code = two_digits(&p, seed, NEVER_USED);
		if (code == 0)
			code = two_digits(&p, seed, RESTED_SHORT);
	}
	for (int round = 0; code == 0 && round < 4; round++)
		code = three_digits(
			&p, seed, round < 2 ? NEVER_USED : RESTED_SHORT, round % 2 == 0);
	out[0] = '\0';
	if (code == 0)
		return false;
	write_code(code, out);
	return true;
}
