#include "carrier.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { TEXT_MAX = 2000, PATTERN_MAX = 200 };

/*
 * "余额为12.30元", "可用余额:12.30元", "账户余额 -3.2 元". Octets of Chinese letters are no figures, so
 * [^0-9-] steps over them whatever the locale.
 */
#define AMOUNT "[^0-9-]{0,60}(-?[0-9]+([.][0-9]{1,2})?)"

static const struct carrier carriers[] = {
	{ "移动", "46000 46002 46004 46007 46008 46013", "10086 1008611 10085 10086999",
		"(话费余额|可用余额|账户余额|帐户余额|余额)" AMOUNT },
	{ "联通", "46001 46006 46009", "10010 10011 1001099",
		"(可用余额|账户余额|帐户余额|话费余额|可用额度|余额)" AMOUNT },
	{ "电信", "46003 46005 46011 46012", "10000 10001 1000099",
		"(账户余额|帐户余额|可用余额|通用余额|余额)" AMOUNT },
	{ "广电", "46015", "10099 1009900", "(可用余额|账户余额|话费余额|余额)" AMOUNT },
};
enum { CARRIERS = sizeof carriers / sizeof *carriers };

static bool has_word(const char *words, const char *word, size_t n)
{
	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		if (length == n && memcmp(words, word, n) == 0)
			return true;
		words += length + (words[length] == ' ');
	}
	return false;
}

const struct carrier *carrier_of_imsi(const char *imsi)
{
	for (size_t i = 0; strlen(imsi) > 5 && i < CARRIERS; i++)
		if (has_word(carriers[i].plmns, imsi, 5))
			return &carriers[i];
	return NULL;
}

const struct carrier *carrier_named(const char *name)
{
	for (size_t i = 0; i < CARRIERS; i++)
		if (strcmp(carriers[i].name, name) == 0)
			return &carriers[i];
	return NULL;
}

bool carrier_is_operator(const char *number)
{
	if (strncmp(number, "+86", 3) == 0)
		number += 3;
	else if (strncmp(number, "86", 2) == 0 && strlen(number) <= 12)
		number += 2;
	for (size_t i = 0; i < CARRIERS; i++)
		if (has_word(carriers[i].numbers, number, strlen(number)))
			return true;
	return false;
}

static bool has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

enum carrier_notice carrier_notice(const char *text)
{
	static const char *const trouble[] = { "欠费", "停机", "余额不足", "限制", "违规", "暂停",
		"实名", "关停", NULL };
	static const char *const stopped[] = { "停机", "限制", "违规", "暂停", "关停", NULL };
	static const char *const what[] = { "短信", "信息", "号码", "通信", "停机", "语音", "涉诈",
		NULL };

	if (!has_any(text, trouble))
		return CARRIER_OTHER;
	return has_any(text, stopped) && has_any(text, what) ? CARRIER_BARRED : CARRIER_NOTICE;
}

/* Back references can take for ever; nobody needs one here. */
static bool has_back_reference(const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '\\')
			continue;
		pattern++;
		if (*pattern >= '0' && *pattern <= '9')
			return true;
		if (*pattern == '\0')
			return false;
	}
	return false;
}

const char *carrier_pattern_check(const char *pattern)
{
	regex_t re;
	size_t groups;

	if (strlen(pattern) > PATTERN_MAX)
		return "太长";
	if (has_back_reference(pattern))
		return "不能用 \\1 这样的反向引用";
	if (regcomp(&re, pattern, REG_EXTENDED) != 0)
		return "不是正确的正则表达式";
	groups = re.re_nsub;
	regfree(&re);
	return groups == 0 ? "里没有括号:金额要用括号括起来,如 余额[^0-9]*([0-9.]+)" : NULL;
}

/* The first group that is a sum of yuan: "12", "12.3", "-0.55". */
static bool sum_of(const char *s, size_t n, int64_t *fen)
{
	char text[24];
	const char *at = text;
	long long yuan, cents = 0;
	bool minus;
	char *end;

	if (n == 0 || n >= 14)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	minus = *at == '-';
	at += minus;
	if (*at < '0' || *at > '9')
		return false;
	yuan = strtoll(at, &end, 10);
	if (*end == '.') {
		size_t places = strspn(end + 1, "0123456789");

		for (size_t i = 1; i <= 2; i++)
			cents = cents * 10 + (i <= places ? end[i] - '0' : 0);
		end += 1 + places;
	}
	if (*end != '\0' && strcmp(end, ".") != 0)
		return false;
	*fen = (yuan * 100 + cents) * (minus ? -1 : 1);
	return true;
}

static bool matches(const char *text, const char *pattern, int64_t *fen)
{
	enum { GROUPS = 8 };
	regmatch_t at[GROUPS];
	regex_t re;
	bool found = false;

	if (regcomp(&re, pattern, REG_EXTENDED) != 0)
		return false;
	if (regexec(&re, text, GROUPS, at, 0) == 0)
		for (size_t i = 1; i < GROUPS && !found; i++)
			if (at[i].rm_so >= 0)
				found = sum_of(text + at[i].rm_so,
					(size_t)(at[i].rm_eo - at[i].rm_so), fen);
	regfree(&re);
	return found;
}

bool carrier_credit(const char *text, const char *pattern, const struct carrier *of, int64_t *fen)
{
	char cut[TEXT_MAX + 1];

	snprintf(cut, sizeof cut, "%s", text);
	if (pattern[0] != '\0')
		return matches(cut, pattern, fen);
	if (of != NULL)
		return matches(cut, of->pattern, fen);
	for (size_t i = 0; i < CARRIERS; i++)
		if (matches(cut, carriers[i].pattern, fen))
			return true;
	return false;
}
