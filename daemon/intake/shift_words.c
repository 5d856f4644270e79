#include "shift_words.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

static int weekday_of(const char **s)
{
	static const char *const names[] = { "一", "二", "三", "四", "五", "六", "日" };

	for (int i = 0; i < 7; i++) {
		if (strncmp(*s, names[i], 3) != 0)
			continue;
		*s += 3;
		return i;
	}
	if (strncmp(*s, "天", 3) == 0) {
		*s += 3;
		return 6;
	}
	if (**s >= '1' && **s <= '7')
		return *(*s)++ - '1';
	return -1;
}

static size_t lead(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

unsigned shift_weekdays(const char *text)
{
	static const struct {
		const char *word;
		unsigned days;
	} whole[] = { { "工作日", 0x1F }, { "周末", 0x60 }, { "双休日", 0x60 }, { "每天", 0x7F },
		{ "每日", 0x7F }, { "全周", 0x7F }, { "天天", 0x7F } };
	static const char *const fillers[] = { "星期", "礼拜", "周", "、", ",", ";", "和", " ",
		"及", "\n" };
	static const char *const ranges[] = { "至", "到", "-", "~", "—" };
	unsigned days = 0;
	int last = -1;
	bool range = false;

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcmp(text, whole[i].word) == 0)
			return whole[i].days;
	while (*text != '\0') {
		size_t n = lead(text, fillers, sizeof fillers / sizeof *fillers);
		int day;

		if (n == 0 && (n = lead(text, ranges, sizeof ranges / sizeof *ranges)) > 0)
			range = last >= 0;
		text += n;
		if (n > 0)
			continue;
		day = weekday_of(&text);
		if (day < 0)
			return 0;
		for (int d = last; range && d != day; d = (d + 1) % 7)
			days |= 1u << d;
		days |= 1u << day;
		last = day;
		range = false;
	}
	return days;
}

/* 8:30, 08：30, 8点, 8点半, 8时30分; moves *s behind it. */
bool shift_clock(const char **s, int *minutes)
{
	char *end;
	long hour, minute = 0;

	if (**s < '0' || **s > '9')
		return false;
	hour = strtol(*s, &end, 10);
	*s = end;
	if (**s == ':' && (*s)[1] >= '0' && (*s)[1] <= '9') {
		minute = strtol(*s + 1, &end, 10);
		*s = end;
		if (**s == ':') /* seconds */
			*s += 1 + strspn(*s + 1, "0123456789");
	} else if (strncmp(*s, "点", 3) == 0 || strncmp(*s, "时", 3) == 0) {
		*s += 3;
		if (strncmp(*s, "半", 3) == 0) {
			minute = 30;
			*s += 3;
		} else if (**s >= '0' && **s <= '9') {
			minute = strtol(*s, &end, 10);
			*s = end;
			*s += strncmp(*s, "分", 3) == 0 ? 3 : 0;
		}
	}
	*minutes = (int)(hour * 60 + minute);
	return hour <= 24 && minute < 60 && *minutes <= SHIFT_WHOLE_DAY;
}

bool shift_hours(const char *text, int *from_min, int *to_min)
{
	static const char *const ranges[] = { "至", "到", "--", "-", "~", "—" };
	const char *s = text;
	size_t n;

	if (strcmp(text, "全天") == 0 || strcmp(text, "24小时") == 0) {
		*from_min = 0;
		*to_min = SHIFT_WHOLE_DAY;
		return true;
	}
	if (!shift_clock(&s, from_min))
		return false;
	n = lead(s, ranges, sizeof ranges / sizeof *ranges);
	s += n;
	s += strncmp(s, "次日", 6) == 0 ? 6 : 0;
	return n > 0 && shift_clock(&s, to_min) && *s == '\0';
}
