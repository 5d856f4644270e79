#include "money.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#include "banned.h"

/*
 * Values are counted in 10^-8 yuan while a cell is read, so that 1.23456789亿 stays exact;
 * the largest amount times that still fits into 63 bits.
 */
enum { TEXT = 160, DECIMALS = 8, GROUPED = 30 };
#define ONE INT64_C(100000000)
#define PER_FEN (ONE / 100)
#define LIMIT (MONEY_LARGEST * PER_FEN)

/* clang-format off */
static const char *const nothing[] = {
	"未转账", "无损失", "未损失", "未转", "没有转账", "没转账", "未被骗", "没有损失", "无资金损失", "无经济损失",
	"未造成损失", "未产生损失", "0损失", "零损失", "零", "零元", "零元整",
};
static const char *const foreign[] = {
	"美元", "美金", "美刀", "USD", "usd", "$", "港币", "港元", "HKD", "欧元", "EUR", "€", "英镑", "£",
	"日元", "韩元", "泰铢", "澳元", "加元", "台币", "缅币", "卢布", "比索", "林吉特", "新元", "越南盾",
	"泰达币", "比特币", "BTC", "ETH", "虚拟币", "虚拟货币", "数字货币",
};
static const char *const about[] = { "大约", "大概", "约为", "约", "将近", "接近", "近", "左右", "上下", "~" };
static const char *const dropped[] = {
	"人民币", "RMB", "rmb", "CNY", "cny", "¥", "￥", "共计", "合计", "总计", "金额", "块钱", "整", "正", "钱",
	":", " ",
};
/* Words that say an amount is open: some of them only beside a number or a unit. */
static const char *const vague[] = {
	"多", "余", "几", "数", "来", "好些", "以上", "以下", "以内", "不到", "不足", "超过", "超", "上百", "上千",
	"上万", "上十", "不等", "起",
};
/* Signs of one amount; the reader's alphabet is digits . E + - and one letter per unit. */
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

static bool has_any(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(s, words[i]) != NULL)
			return true;
	return false;
}

/* Takes every such word out; true when there was one. */
static bool drop_all(char *s, const char *const *words, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		char *at;

		while ((at = strstr(s, words[i])) != NULL) {
			memmove(at, at + len, strlen(at + len) + 1);
			found = true;
		}
	}
	return found;
}

static bool is(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* 30,000 -> 30000; false when the commas do not part groups of three. */
static bool drop_commas(char *s)
{
	char *to = s;

	for (const char *p = s; *p != '\0'; p++) {
		if (*p != ',') {
			*to++ = *p;
			continue;
		}
		if (p == s || !isdigit((unsigned char)p[-1]) || strspn(p + 1, "0123456789") != 3)
			return false;
	}
	*to = '\0';
	return true;
}

/* Into the reader's alphabet; `han` marks digits that were written as words, in upper half. */
static bool to_signs(const char *s, char *out, bool *spoken)
{
	*spoken = false;
	while (*s != '\0') {
		size_t i = 0, len;

		while (i < COUNT(signs) && strncmp(s, signs[i].word, strlen(signs[i].word)) != 0)
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

static int64_t unit_value(char c)
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
		int64_t unit = unit_value(*s->at);

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

static enum money_rc read_one(const char *signs_text, enum money_unit unit, bool number,
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

static enum money_unit unit_at_end(const char *s)
{
	size_t n = strlen(s);

	if (n > 0 && s[n - 1] == 'n')
		n--;
	if (n == 0)
		return MONEY_YUAN;
	switch (s[n - 1]) {
	case 'w':
		return MONEY_WAN;
	case 'q':
		return MONEY_QIAN;
	default:
		return MONEY_YUAN;
	}
}

/* 3-5万: the first end takes the unit of the second, as long as it stays the smaller one. */
static enum money_rc read_range(char *low, char *high, enum money_unit unit, struct money *out)
{
	struct money a = { 0 }, b = { 0 };
	bool low_unit, high_unit;
	enum money_rc rc = read_one(high, unit, false, &b, &high_unit);

	if (rc == MONEY_OK)
		rc = read_one(low, high_unit ? unit_at_end(high) : unit, false, &a, &low_unit);
	if (rc == MONEY_OK && !low_unit && a.fen > b.fen)
		rc = read_one(low, MONEY_YUAN, false, &a, &low_unit);
	if (rc != MONEY_OK)
		return rc == MONEY_TOO_LARGE ? rc : MONEY_BAD;
	if (a.fen >= b.fen)
		return MONEY_BAD;
	out->lo = a.fen;
	out->hi = b.fen;
	return MONEY_RANGE;
}

/* 三五万, 两三千: two digits in words before a unit. */
static bool two_words(const char *s)
{
	for (; *s != '\0'; s++)
		if (isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
			!isdigit((unsigned char)s[2]) && s[2] != '.' && unit_value(s[2]) > 0)
			return true;
	return false;
}

static bool has_amount(const char *s)
{
	static const char *const parts[] = { "十", "百", "千", "万", "亿", "元", "块", "w", "W",
		"k", "K" };

	return strpbrk(s, "0123456789") != NULL || has_any(s, parts, COUNT(parts));
}

/* (3000) and -3000, also behind the currency sign. */
static bool is_negative(char *s)
{
	size_t n = strlen(s);

	if (n > 2 && s[0] == '(' && s[n - 1] == ')')
		return true;
	return s[0] == '-' || strncmp(s, "负", strlen("负")) == 0 ||
	       strncmp(s, "−", strlen("−")) == 0;
}

static bool is_foreign(const char *s)
{
	size_t n = strspn(s, "0123456789.,");

	return has_any(s, foreign, COUNT(foreign)) || strstr(s, "USDT") != NULL ||
	       strstr(s, "usdt") != NULL ||
	       (n > 0 && (strcmp(s + n, "U") == 0 || strcmp(s + n, "u") == 0));
}

static enum money_rc read_text(char *text, enum money_unit unit, bool number, struct money *out)
{
	char line[TEXT], *dash;
	bool spoken, ignored;

	if (is(text, nothing, COUNT(nothing)))
		return MONEY_OK;
	if (is_foreign(text))
		return MONEY_FOREIGN;
	drop_all(text, dropped, COUNT(dropped));
	if (is_negative(text))
		return MONEY_NEGATIVE;
	if (has_any(text, vague, COUNT(vague)))
		return has_amount(text) ? MONEY_VAGUE : MONEY_BAD;
	if (text[0] == '~' || strchr(text, '~') == NULL)
		out->approx = drop_all(text, about, COUNT(about));
	if (!drop_commas(text) || !to_signs(text, line, &spoken))
		return MONEY_BAD;
	dash = strpbrk(line, "~-");
	if (dash != NULL && dash > line && dash[-1] != 'E' && dash[-1] != 'e') {
		*dash = '\0';
		return read_range(line, dash + 1, unit, out);
	}
	if (spoken && two_words(line))
		return MONEY_VAGUE;
	return read_one(line, unit, number, out, &ignored);
}

static_assert((int)MONEY_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

enum money_rc money_parse(const char *cell, enum money_unit unit, bool number, struct money *out)
{
	char text[CELL_MAX];
	enum cell_verdict v = cell_clean(cell, CELL_NFKC, text, sizeof text);
	enum money_rc rc;

	*out = (struct money){ 0 };
	if (v != CELL_TEXT)
		return v == CELL_LONG ? MONEY_BAD : (enum money_rc)v;
	rc = strlen(text) < TEXT ? read_text(text, unit, number, out) : MONEY_BAD;
	if (rc == MONEY_OK) {
		out->lo = out->hi = out->fen;
	} else {
		out->fen = 0;
		out->approx = false;
	}
	return rc;
}

enum money_unit money_unit_of(const char *word)
{
	static const struct {
		const char *word;
		enum money_unit unit;
	} units[] = { { "分", MONEY_FEN }, { "千元", MONEY_QIAN }, { "万元", MONEY_WAN },
		{ "万", MONEY_WAN }, { "w", MONEY_WAN } };

	for (size_t i = 0; word != NULL && i < COUNT(units); i++)
		if (strcmp(word, units[i].word) == 0)
			return units[i].unit;
	return MONEY_YUAN;
}

char *money_text(int64_t fen, char out[MONEY_TEXT])
{
	uint64_t all = fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen;
	const char *sign = fen < 0 ? "-" : "";

	if (all % 100 == 0)
		snprintf(out, MONEY_TEXT, "%s%llu", sign, (unsigned long long)(all / 100));
	else
		snprintf(out, MONEY_TEXT, "%s%llu.%02u", sign, (unsigned long long)(all / 100),
			(unsigned)(all % 100));
	return out;
}

/* Groups of three digits. */
static size_t grouped(uint64_t n, char out[GROUPED])
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), to = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return to;
}

char *money_say(int64_t fen, char out[MONEY_TEXT])
{
	static const struct {
		uint64_t fen;
		const char *unit;
	} steps[] = { { 10000000000, "亿元" }, { 1000000, "万元" } };
	uint64_t all = fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen;
	char text[GROUPED];
	size_t n;

	for (size_t i = 0; i < COUNT(steps); i++) {
		uint64_t hundredth = all / (steps[i].fen / 100);

		if (all < steps[i].fen || all % (steps[i].fen / 100) != 0)
			continue;
		n = grouped(hundredth / 100, text);
		if (hundredth % 100 != 0)
			snprintf(text + n, sizeof text - n, hundredth % 10 ? ".%02u" : ".%u",
				(unsigned)(hundredth % 10 ? hundredth % 100
							  : hundredth % 100 / 10));
		snprintf(out, MONEY_TEXT, "%s%s%s", fen < 0 ? "-" : "", text, steps[i].unit);
		return out;
	}
	n = grouped(all / 100, text);
	if (all % 100 != 0)
		snprintf(text + n, sizeof text - n, ".%02u", (unsigned)(all % 100));
	snprintf(out, MONEY_TEXT, "%s%s元", fen < 0 ? "-" : "", text);
	return out;
}

static const struct cell_fault faults[MONEY_RCS] = {
	[MONEY_OK] = { "", "", "" },
	[MONEY_EMPTY] = { "empty", "没有填写金额", "请补填金额。" },
	[MONEY_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的金额", "请直接填写金额。" },
	[MONEY_CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请改正公式，或者直接填写金额。" },
	[MONEY_RANGE] = { "range", "写的是一个范围", "请填写一个确定的金额，例如35000元。" },
	[MONEY_VAGUE] = { "vague", "金额不确定", "请填写一个确定的金额，例如35000元。" },
	[MONEY_CONFIRM] = { "confirm", "金额有两种读法", "请写成阿拉伯数字的元数，例如30500元。" },
	[MONEY_FOREIGN] = { "foreign_currency", "不是人民币",
		"请折算成人民币填写，原币种写在备注里。" },
	[MONEY_NEGATIVE] = { "negative", "金额是负数", "请填写正数。" },
	[MONEY_TOO_LARGE] = { "too_large", "金额太大", "请核对位数和单位（元还是万元）。" },
	[MONEY_BAD] = { "bad_amount", "看不懂这个金额", "请写成阿拉伯数字，例如35000元。" },
};

const struct cell_fault *money_fault(enum money_rc rc)
{
	return &faults[rc];
}
