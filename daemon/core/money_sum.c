#include "money_sum.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "banned.h"

/*
 * Values are counted in 10^-8 yuan while a cell is read, so that 1.23456789亿 stays exact;
 * the largest amount times that still fits into 63 bits.
 */
enum { DECIMALS = 8 };
#define ONE INT64_C(100000000)
#define PER_FEN (ONE / 100)
#define LIMIT (MONEY_LARGEST * PER_FEN)

/* clang-format off */
static const struct { const char *word; char as; } signs[] = {
	{ "USDT", 'F' }, { "usdt", 'F' }, { "至", '~' }, { "到", '~' }, { "—", '~' }, { "–", '~' }, { "−", '-' },
	{ "负", '-' },
	{ "〇", '0' }, { "零", 'z' }, { "○", '0' }, { "一", '1' }, { "二", '2' }, { "三", '3' }, { "四", '4' },
	{ "五", '5' }, { "六", '6' }, { "七", '7' }, { "八", '8' }, { "九", '9' }, { "两", '2' }, { "俩", '2' },
	{ "壹", '1' }, { "贰", '2' }, { "叁", '3' }, { "肆", '4' }, { "伍", '5' }, { "陆", '6' }, { "柒", '7' },
	{ "捌", '8' }, { "玖", '9' }, { "貳", '2' }, { "參", '3' }, { "陸", '6' }, { "貮", '2' }, { "弍", '2' },
	{ "十", 's' }, { "拾", 's' }, { "百", 'b' }, { "佰", 'b' }, { "千", 'q' }, { "仟", 'q' }, { "k", 'q' },
	{ "K", 'q' }, { "万", 'w' }, { "萬", 'w' }, { "w", 'w' }, { "W", 'w' }, { "亿", 'y' }, { "億", 'y' },
	{ "元", 'n' }, { "圆", 'n' }, { "圓", 'n' }, { "块", 'n' }, { "角", 'j' }, { "毛", 'j' }, { "分", 'f' },
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The first byte spares most comparisons. */
static bool starts(const char *s, const char *word)
{
	return *s == *word && strncmp(s, word, strlen(word)) == 0;
}

bool money_signs(const char *s, char *out, bool *spoken)
{
	*spoken = false;
	while (*s != '\0') {
		size_t i = 0, len;

		while (i < COUNT(signs) && !starts(s, signs[i].word))
			i++;
		if (i < COUNT(signs)) {
			len = strlen(signs[i].word);
			*spoken = *spoken || (isdigit((unsigned char)signs[i].as) && len > 1);
			*out++ = signs[i].as;
			s += len;
		} else if (isdigit((unsigned char)*s) || strchr(".Ee+-~", *s) != NULL) {
			*out++ = *s++;
		} else {
			return false;
		}
	}
	*out = '\0';
	return true;
}

int64_t money_unit_value(char c)
{
	switch (c) {
	case 's':
		return 10;
	case 'b':
		return 100;
	case 'q':
		return 1000;
	case 'w':
		return 10000;
	case 'y':
		return 100000000;
	default:
		return 0;
	}
}

struct sum {
	const char *at;
	int64_t total, section, number; /* number: what was read last; -1 none */
	int64_t last;                   /* the last unit; 0 none */
	bool zero;                      /* 零 stands before the number */
	bool unit;                      /* some unit was written */
	bool noise;                     /* digits behind the fen may be rounded away */
	bool approx;                    /* scientific notation that may have lost digits */
};

static bool add(int64_t *to, int64_t value)
{
	return !__builtin_add_overflow(*to, value, to) && *to <= LIMIT;
}

static bool times(int64_t *to, int64_t factor)
{
	return !__builtin_mul_overflow(*to, factor, to) && *to <= LIMIT;
}

/* 35000, 3.5, 3E+4 in units of ONE. */
static enum money_rc read_number(struct sum *s)
{
	int64_t value = 0, scale = ONE;
	int digits = 0, exponent = 0;
	bool point = false, started = false;

	for (; isdigit((unsigned char)*s->at) || (*s->at == '.' && !point); s->at++) {
		if (*s->at == '.') {
			point = true;
			continue;
		}
		started = true;
		digits += digits > 0 || *s->at != '0';
		if (point && scale > 1) {
			scale /= 10;
			value += (*s->at - '0') * scale;
		} else if (!point && (!times(&value, 10) || !add(&value, (*s->at - '0') * ONE))) {
			return MONEY_TOO_LARGE;
		} else if (point && *s->at != '0' && !s->noise) {
			return MONEY_BAD;
		}
	}
	if (!started)
		return MONEY_BAD;
	if (*s->at == 'E' || *s->at == 'e') {
		bool minus = *++s->at == '-';

		s->at += *s->at == '+' || minus;
		if (!isdigit((unsigned char)*s->at))
			return MONEY_BAD;
		for (; isdigit((unsigned char)*s->at) && exponent < 100; s->at++)
			exponent = exponent * 10 + (*s->at - '0');
		s->approx = !minus && digits >= 3 && exponent + 1 > digits;
		for (; exponent > 0; exponent--) {
			if (minus)
				value /= 10;
			else if (!times(&value, 10))
				return MONEY_TOO_LARGE;
		}
	}
	s->number = value;
	return MONEY_OK;
}

static enum money_rc take_unit(struct sum *s, int64_t unit)
{
	if (s->number < 0 && unit == 10 && s->section == 0)
		s->number = ONE; /* 十二万 */
	if (unit < 10000) {
		if (s->number < 0 || (s->last != 0 && s->last < 10000 && unit >= s->last))
			return MONEY_BAD;
		if (!times(&s->number, unit) || !add(&s->section, s->number))
			return MONEY_TOO_LARGE;
	} else {
		if (s->number > 0 && !add(&s->section, s->number))
			return MONEY_TOO_LARGE;
		if (s->section == 0 && s->number < 0)
			return MONEY_BAD;
		if (!times(&s->section, unit) || !add(&s->total, s->section))
			return MONEY_TOO_LARGE;
		s->section = 0;
	}
	s->number = -1;
	s->last = unit;
	s->unit = true;
	s->zero = false;
	return MONEY_OK;
}

/*
 * What a number behind a unit means: 3万5 is 35,000, 2万5000 is 25,000, 3万零5 is 30,005;
 * 3万500 and 3万5元 can be read in two ways.
 */
static enum money_rc tail(struct sum *s, bool yuan)
{
	if (s->number < 0)
		return s->section + s->total > 0 || s->unit ? MONEY_OK : MONEY_BAD;
	if (s->last >= 100 && !s->zero && s->number > 0 && s->number < s->last / 10 * ONE) {
		if (s->number >= 10 * ONE || s->number % ONE != 0 || yuan)
			return MONEY_CONFIRM;
		if (!times(&s->number, s->last / 10))
			return MONEY_TOO_LARGE;
	}
	if (!add(&s->section, s->number))
		return MONEY_TOO_LARGE;
	s->number = -1;
	return MONEY_OK;
}

/* Yuan are complete; 角 and 分 may follow. */
static enum money_rc small_change(struct sum *s)
{
	static const struct {
		char sign;
		int64_t worth;
	} coins[] = { { 'j', ONE / 10 }, { 'f', ONE / 100 } };
	enum money_rc rc;

	for (size_t i = 0; i < COUNT(coins); i++) {
		const char *from = s->at;

		while (*s->at == 'z')
			s->at++;
		if (!isdigit((unsigned char)*s->at)) {
			s->at = from;
			continue;
		}
		rc = read_number(s);
		if (rc != MONEY_OK || s->number >= 10 * ONE || s->number % ONE != 0)
			return MONEY_BAD;
		if (*s->at != coins[i].sign) {
			s->at = from;
			s->number = -1;
			continue;
		}
		s->at++;
		if (!add(&s->total, s->number / ONE * coins[i].worth))
			return MONEY_TOO_LARGE;
		s->number = -1;
	}
	return *s->at == '\0' ? MONEY_OK : MONEY_BAD;
}

static bool only_coins(const char *at)
{
	size_t n = strspn(at, "0123456789");

	return n > 0 && (at[n] == 'j' || at[n] == 'f');
}

/* One amount in signs to units of ONE. */
static enum money_rc read_sum(struct sum *s, int64_t *value)
{
	enum money_rc rc = MONEY_OK;

	s->number = -1;
	while (rc == MONEY_OK && *s->at != '\0') {
		int64_t unit = money_unit_value(*s->at);

		if (only_coins(s->at) && s->number < 0 && !s->unit) {
			s->unit = true;
			rc = small_change(s);
		} else if (isdigit((unsigned char)*s->at) || *s->at == '.') {
			rc = s->number >= 0 ? MONEY_BAD : read_number(s);
		} else if (unit > 0) {
			s->at++;
			rc = take_unit(s, unit);
		} else if (*s->at == 'z') {
			s->at++;
			s->zero = true;
		} else if (*s->at == 'n') {
			s->at++;
			rc = tail(s, true);
			s->unit = true;
			if (rc == MONEY_OK && !add(&s->total, s->section))
				rc = MONEY_TOO_LARGE;
			s->section = 0;
			s->last = 0;
			*value = s->total;
			rc = rc == MONEY_OK ? small_change(s) : rc;
			*value = s->total;
			return rc;
		} else {
			rc = MONEY_BAD;
		}
	}
	if (rc == MONEY_OK && (s->number >= 0 || s->section > 0 || s->total == 0))
		rc = tail(s, false);
	if (rc == MONEY_OK && !add(&s->total, s->section))
		rc = MONEY_TOO_LARGE;
	*value = s->total;
	return rc;
}

static enum money_rc to_fen(const struct sum *s, int64_t value, int64_t *fen)
{
	if (value % PER_FEN != 0 && !s->noise)
		return MONEY_BAD;
	*fen = (value + PER_FEN / 2) / PER_FEN;
	return MONEY_OK;
}

/* Longer fractions than anybody writes come out of a spreadsheet's binary numbers. */
static bool looks_binary(const char *s)
{
	const char *point = strchr(s, '.');

	return point != NULL && strspn(point + 1, "0123456789") >= DECIMALS;
}

enum money_rc money_sum(const char *signs_text, enum money_unit unit, bool number,
	struct money *out, bool *has_unit)
{
	struct sum s = { .at = signs_text, .noise = number || looks_binary(signs_text) };
	int64_t value = 0;
	enum money_rc rc = read_sum(&s, &value);

	*has_unit = s.unit;
	if (rc == MONEY_OK && !s.unit && unit == MONEY_FEN)
		value /= 100;
	else if (rc == MONEY_OK && !s.unit && !times(&value, (int64_t)unit / MONEY_YUAN))
		rc = MONEY_TOO_LARGE;
	if (rc == MONEY_OK)
		rc = to_fen(&s, value, &out->fen);
	if (rc == MONEY_OK && out->fen > MONEY_LARGEST)
		rc = MONEY_TOO_LARGE;
	out->approx = out->approx || s.approx;
	return rc;
}
