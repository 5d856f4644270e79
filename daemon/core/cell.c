#include "cell.h"

#include <string.h>
#include <strings.h>

#include "text.h"

#include "banned.h"

/* clang-format off */
static const char *const empty_words[] = {
	"无", "不详", "未知", "暂无", "没有", "空", "不明", "不清楚", "未提供", "未填", "未填写",
	"待补充", "待核实", "不知道", "(无)", "(空)", "(空白)", "无。", "/", "//", "\\", "-", "--", "---",
	"—", "——", "–", "_", "__", ".", "...", "…", "……", "、", "N/A", "NA", "#", "?", "??",
	"NULL", "None", "nil", "NaN", "undefined",
};
static const char *const ditto_words[] = { "同上", "同上。", "同前", "同上行", "〃", "″", "′′", "''" };
static const char *const error_words[] = {
	"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
	"#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#GETTING_DATA", "Err:502", "Err:504", "Err:508",
	"Err:509", "Err:511", "Err:522",
};
static const struct { const char *open, *close; } wraps[] = {
	{ "=\"", "\"" }, { "\"", "\"" }, { "“", "”" }, { "‘", "’" }, { "'", "'" },
};
/* clang-format on */

#define IN(words, s) in((words), sizeof(words) / sizeof *(words), (s))

/* Every cell comes by here: the first byte, but for the bit of its case, spares most comparisons. */
static bool in(const char *const *words, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (((words[i][0] ^ s[0]) & ~0x20) == 0 && strcasecmp(words[i], s) == 0)
			return true;
	return false;
}

/* Most cells are ASCII and common ideographs, which no normal form changes. */
static bool plain(const char *s)
{
	const char *end = s + strlen(s);

	while (s < end) {
		uint32_t c = (unsigned char)*s;

		if (c >= 0x20 && c < 0x7F) {
			s++;
			continue;
		}
		c = text_next(&s, end);
		if (c < 0x4E00 || c > 0x9FFF)
			return false;
	}
	return true;
}

static bool fold(const char *raw, enum cell_fold how, char *out, size_t n)
{
	size_t len = strlen(raw);
	struct buf folded, seen;
	bool ok = true;

	if (plain(raw)) {
		if (len < n)
			memcpy(out, raw, len + 1);
		return len < n;
	}
	if (!text_valid(raw, len))
		return false;
	buf_init(&folded, (size_t)CELL_MAX * 4);
	buf_init(&seen, (size_t)CELL_MAX * 4);
	/* first what nobody sees: it must not keep apart what the normal form joins */
	text_drop_invisible(raw, &seen);
	if (how == CELL_NFKC)
		ok = text_nfkc(buf_str(&seen), &folded);
	else
		text_fold_ascii(buf_str(&seen), &folded);
	ok = ok && !folded.full && !seen.full && folded.len < n;
	if (ok)
		memcpy(out, buf_str(&folded), folded.len + 1);
	buf_free(&folded);
	buf_free(&seen);
	return ok;
}

static bool blank_at(const char *s, const char *end, const char **next)
{
	*next = s;
	return text_is_blank(text_next(next, end));
}

static void trim(char *s)
{
	const char *from = s, *end = s + strlen(s), *last, *next;

	while (from < end && blank_at(from, end, &next))
		from = next;
	while (end > from) {
		last = end - 1;
		while (last > from && (*last & 0xC0) == 0x80)
			last--;
		if (!blank_at(last, end, &next))
			break;
		end = last;
	}
	memmove(s, from, (size_t)(end - from));
	s[end - from] = '\0';
}

static bool unwrap_one(char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++) {
		size_t a, b;

		if (s[0] != wraps[i].open[0])
			continue;
		a = strlen(wraps[i].open);
		b = strlen(wraps[i].close);
		if (len <= a + b || strncmp(s, wraps[i].open, a) != 0 ||
			strcmp(s + len - b, wraps[i].close) != 0)
			continue;
		memmove(s, s + a, len - a - b);
		s[len - a - b] = '\0';
		return true;
	}
	if (s[0] == '\'' && s[1] != '\0' && s[1] != '\'') {
		memmove(s, s + 1, len);
		return true;
	}
	return false;
}

static enum cell_verdict judge(const char *s)
{
	if (*s == '\0' || IN(empty_words, s))
		return CELL_EMPTY;
	if (IN(ditto_words, s))
		return CELL_DITTO;
	if (IN(error_words, s) || (strlen(s) >= 3 && s[strspn(s, "#")] == '\0'))
		return CELL_ERROR;
	return CELL_TEXT;
}

enum cell_verdict cell_clean(const char *raw, enum cell_fold how, char *out, size_t n)
{
	enum cell_verdict v;

	*out = '\0';
	if (raw == NULL)
		return CELL_EMPTY;
	if (memchr(raw, '\0', CELL_MAX + 1) == NULL || !fold(raw, how, out, n)) {
		*out = '\0';
		return CELL_LONG;
	}
	trim(out);
	while (unwrap_one(out))
		trim(out);
	v = judge(out);
	if (v != CELL_TEXT)
		*out = '\0';
	return v;
}

enum cell_verdict cell_tidy(const char *raw, char *out, size_t n)
{
	enum cell_verdict v = cell_clean(raw, CELL_ASCII, out, n);
	const char *at = out, *end = out + strlen(out);
	char *to = out;
	bool gap = false;

	while (at < end) {
		const char *from = at;
		uint32_t c = text_next(&at, end);

		if (c != '\n' && text_is_blank(c)) {
			gap = true;
			continue;
		}
		if (gap && c != '\n' && to > out && to[-1] != '\n')
			*to++ = ' ';
		gap = false;
		memmove(to, from, (size_t)(at - from));
		to += at - from;
	}
	*to = '\0';
	return v;
}

static const struct cell_fault faults[] = {
	[CELL_TEXT] = { "", "", "" },
	[CELL_EMPTY] = { "empty", "没有填写", "请补填这一格。" },
	[CELL_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的内容", "请直接填写内容。" },
	[CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请在表格里改正公式，或者直接填写内容。" },
	[CELL_LONG] = { "too_long", "内容太长或者含有乱码", "请检查这一格是否粘错了内容。" },
};

const struct cell_fault *cell_fault(enum cell_verdict v)
{
	return &faults[v];
}
