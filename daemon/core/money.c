#include "money.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "money_sum.h"

#include "banned.h"

enum { TEXT = MONEY_SIGNS };

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
static const char *const about[] = { "大约", "大概", "约为", "约", "将近", "接近", "近", "左右", "上下" };
static const char *const dropped[] = {
	"人民币", "RMB", "rmb", "CNY", "cny", "¥", "￥", "共计", "合计", "总计", "金额", "块钱", "整", "正", "钱",
	":",
};
/* Words that say an amount is open: some of them only beside a number or a unit. */
static const char *const vague[] = {
	"多", "余", "几", "数", "来", "好些", "以上", "以下", "以内", "不到", "不足", "超过", "超", "上百", "上千",
	"上万", "上十", "不等", "起",
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

/* 30,000 and 30 000 -> 30000; false when the marks do not part groups of three. */
static bool drop_commas(char *s)
{
	char *to = s;
	size_t digits = 0; /* in a row before p, or since the last mark */

	for (const char *p = s; *p != '\0'; p++) {
		bool between = *p == ' ' && digits > 0 && isdigit((unsigned char)p[1]);

		if (*p == ',' || between) {
			if (digits == 0 || digits > 3 || strspn(p + 1, "0123456789") != 3)
				return false;
			digits = 0;
		} else if (*p != ' ') {
			digits = isdigit((unsigned char)*p) ? digits + 1 : 0;
			*to++ = *p;
		}
	}
	*to = '\0';
	return true;
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

/*
 * 3-5万: the first end takes the unit of the second. When that makes it the larger one it is in
 * yuan (8000-1万), unless it were tiny then (5-3万 is upside down).
 */
static enum money_rc read_range(char *low, char *high, enum money_unit unit, struct money *out)
{
	struct money a = { 0 }, b = { 0 };
	bool low_unit, high_unit;
	enum money_rc rc = money_sum(high, unit, false, &b, &high_unit);

	if (rc == MONEY_OK)
		rc = money_sum(low, high_unit ? unit_at_end(high) : unit, false, &a, &low_unit);
	if (rc == MONEY_OK && !low_unit && a.fen > b.fen)
		rc = money_sum(low, MONEY_YUAN, false, &a, &low_unit);
	if (rc != MONEY_OK)
		return rc == MONEY_TOO_LARGE ? rc : MONEY_BAD;
	if (a.fen >= b.fen || a.fen < b.fen / 1000)
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
			!isdigit((unsigned char)s[2]) && s[2] != '.' && money_unit_value(s[2]) > 0)
			return true;
	return false;
}

static bool has_amount(const char *s)
{
	static const char *const parts[] = { "十", "百", "千", "万", "亿", "元", "块", "w", "W",
		"k", "K" };

	return strpbrk(s, "0123456789") != NULL || has_any(s, parts, COUNT(parts));
}

static void skip_blanks(char *s)
{
	size_t n = strspn(s, " ");

	memmove(s, s + n, strlen(s + n) + 1);
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
	skip_blanks(text);
	if (is_negative(text))
		return MONEY_NEGATIVE;
	if (has_any(text, vague, COUNT(vague)))
		return has_amount(text) ? MONEY_VAGUE : MONEY_BAD;
	out->approx = drop_all(text, about, COUNT(about)) || text[0] == '~';
	if (text[0] == '~')
		memmove(text, text + 1, strlen(text));
	if (!drop_commas(text) || !money_signs(text, line, &spoken))
		return MONEY_BAD;
	dash = strpbrk(line, "~-");
	if (dash != NULL && dash > line && dash[-1] != 'E' && dash[-1] != 'e') {
		*dash = '\0';
		return read_range(line, dash + 1, unit, out);
	}
	if (spoken && two_words(line))
		return MONEY_VAGUE;
	return money_sum(line, unit, number, out, &ignored);
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
