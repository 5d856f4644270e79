#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "date_read.h"
#include "text.h"

#include "banned.h"

/* clang-format off */
/* Words and what the reader sees for them; longer words first. '~' makes them vanish. */
static const struct { const char *word, *as; } words[] = {
	{ "星期一", "~" }, { "星期二", "~" }, { "星期三", "~" }, { "星期四", "~" }, { "星期五", "~" },
	{ "星期六", "~" }, { "星期日", "~" }, { "星期天", "~" }, { "周一", "~" }, { "周二", "~" },
	{ "周三", "~" }, { "周四", "~" }, { "周五", "~" }, { "周六", "~" }, { "周日", "~" },
	{ "之前", "~" }, { "以前", "~" }, { "前天", "P" }, { "前日", "P" }, { "前", "~" },
	{ "昨天", "Q" }, { "昨日", "Q" }, { "今天", "R" }, { "今日", "R" }, { "当天", "R" },
	{ "明天", "S" }, { "明日", "S" },
	{ "年", "y" }, { "月份", "m" }, { "月", "m" }, { "日", "d" }, { "号", "d" },
	{ "小时", "h" }, { "时", "h" }, { "点钟", "h" }, { "点", "h" }, { "點", "h" }, { "分钟", "i" },
	{ "分", "i" }, { "秒", "s" }, { "整", "~" }, { "半", "i30i" }, { "一刻", "i15i" }, { "三刻", "i45i" },
	{ "上午", "a" }, { "早上", "a" }, { "早晨", "a" }, { "凌晨", "b" }, { "下午", "p" }, { "傍晚", "p" },
	{ "晚上", "e" }, { "晚间", "e" }, { "夜间", "e" }, { "夜里", "e" }, { "晚", "e" }, { "早", "a" },
	{ "中午", "n" },
	{ "AM", "b" }, { "am", "b" }, { "a.m.", "b" }, { "PM", "p" }, { "pm", "p" }, { "p.m.", "p" },
	{ "T", " " }, { "Z", "+0:" }, { "—", "-" }, { "–", "-" }, { "−", "-" }, { "。", "." }, { "、", "." },
};
static const char *const numerals[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
static const char *const ten[] = { "十", "廿", "卅" };
/* clang-format on */

static int numeral(const char **at)
{
	static const char *const zeros[] = { "〇", "○", "Ｏ" };

	for (int i = 0; i < 10; i++) {
		if (strncmp(*at, numerals[i], strlen(numerals[i])) != 0)
			continue;
		*at += strlen(numerals[i]);
		return i;
	}
	for (int i = 0; i < 3; i++) {
		if (strncmp(*at, zeros[i], strlen(zeros[i])) != 0)
			continue;
		*at += strlen(zeros[i]);
		return 0;
	}
	return -1;
}

/* 10, 20, 30 for 十, 廿, 卅; else 0. */
static int tens(const char **at)
{
	for (int i = 0; i < 3; i++) {
		if (strncmp(*at, ten[i], strlen(ten[i])) != 0)
			continue;
		*at += strlen(ten[i]);
		return (i + 1) * 10;
	}
	return 0;
}

/* 二〇二三, 十二, 三十一 in digits; false when no Chinese number stands here. */
static bool take_numerals(const char **at, char *out, size_t n)
{
	size_t len = 0;
	int digit, value, unit = tens(at);

	if (unit == 0) {
		while ((digit = numeral(at)) >= 0 && len + 1 < n)
			out[len++] = (char)('0' + digit);
		out[len] = '\0';
		if (len == 0)
			return false;
		if (len != 1 || (unit = tens(at)) == 0)
			return true;
		unit = unit * (out[0] - '0');
	}
	value = unit;
	if ((digit = numeral(at)) >= 0)
		value += digit;
	snprintf(out, n, "%d", value);
	return true;
}

static bool take_word(const char **at, struct buf *line)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);

		if (strncmp(*at, words[i].word, n) != 0)
			continue;
		*at += n;
		if (strcmp(words[i].as, "~") != 0)
			buf_adds(line, words[i].as);
		else
			buf_addc(line, ' ');
		return true;
	}
	return false;
}

/* False when a character has no place in a date. */
bool date_line(const char *text, struct buf *line)
{
	const char *at = text, *end = text + strlen(text);
	char digits[16];

	while (at < end) {
		const char *from = at;
		uint32_t c;

		if (isdigit((unsigned char)*at)) {
			buf_addc(line, *at++);
			continue;
		}
		if (take_word(&at, line))
			continue;
		if (take_numerals(&at, digits, sizeof digits)) {
			buf_adds(line, digits);
			continue;
		}
		at = from;
		c = text_next(&at, end);
		if (text_is_blank(c) || c == '(' || c == ')' || c == ',')
			buf_addc(line, ' ');
		else if (c < 0x80 && (isdigit((int)c) || strchr("-/.:+", (int)c) != NULL))
			buf_addc(line, (char)c);
		else
			return false;
	}
	return !line->full;
}
