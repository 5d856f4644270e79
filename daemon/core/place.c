#include "place.h"

#include <ctype.h>
#include <string.h>

#include "cell.h"
#include "text.h"

#include "banned.h"

enum { LINE = 512, NAME = 128, LEVEL_TOWN = 9, LEVEL_VILLAGE = 12, LEVEL_GRID = 13 };

/* Kinds of suffix, longest first; areas and texts often use another one of the same kind. */
/* clang-format off */
static const struct { const char *word; int kind; } suffixes[] = {
	{ "村村民委员会", 1 }, { "村民委员会", 1 }, { "社区居民委员会", 2 }, { "居民委员会", 2 }, { "社区居委会", 2 },
	{ "村委会", 1 }, { "居委会", 2 }, { "社区村", 1 }, { "街道办事处", 3 }, { "镇人民政府", 3 }, { "乡人民政府", 3 },
	{ "村委", 1 }, { "居委", 2 }, { "社区", 2 }, { "街道", 3 }, { "村", 1 }, { "镇", 3 }, { "乡", 3 },
};

/* What may stand before a village name: the area above it, or the words of a sentence. */
static const char *const befores[] = { "省", "市", "区", "县", "镇", "乡", "街道", "州", "旗", "盟", "村", "组", "队",
	"社区", "委会", ":", ",", "、", "(", ")", "住", "在", "于", "到", "是", "-", "/", "。" };
/* clang-format on */

bool place_is_code(const char *text)
{
	size_t n = strlen(text);

	if (n < PLACE_CODE || n > PLACE_CODE + 6 || strspn(text, "0123456789") < PLACE_CODE)
		return false;
	for (size_t i = PLACE_CODE; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
	return true;
}

/* Clean text without blanks. */
static void squeeze(const char *text, size_t len, char *out, size_t n)
{
	char copy[LINE];
	char *to = out;

	*out = '\0';
	if (len >= sizeof copy)
		len = 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (cell_clean(copy, CELL_NFKC, out, n) != CELL_TEXT)
		return;
	for (const char *p = out; *p != '\0'; p++)
		if (*p != ' ' && *p != '\n' && *p != '\t')
			*to++ = *p;
	*to = '\0';
}

/* The digits of a code that say something: 310118110000 is a town, nine of them. */
static size_t level_of(const char *code)
{
	size_t n = strlen(code);

	if (n > PLACE_CODE || strspn(code, "0123456789") != n)
		return LEVEL_GRID;
	if (n == PLACE_CODE && strcmp(code + 9, "000") == 0)
		n = strcmp(code + 6, "000000") == 0 ? 6 : LEVEL_TOWN;
	if (n == 6 && strncmp(code + 4, "00", 2) == 0)
		n = strncmp(code + 2, "00", 2) == 0 ? 2 : 4;
	return n;
}

static bool is_below(const char *code, const char *home)
{
	return home != NULL && *home != '\0' && strncmp(code, home, level_of(home)) == 0;
}

/* Splits the suffix off; its kind, 0 when there is none. A stem has two characters or more. */
static int take_suffix(char *name)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t n = strlen(name), tail = strlen(suffixes[i].word);

		if (n <= tail || strcmp(name + n - tail, suffixes[i].word) != 0)
			continue;
		name[n - tail] = '\0';
		return suffixes[i].kind;
	}
	return 0;
}

static bool starts_with_suffix(const char *s, int kind, size_t *len)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		*len = strlen(suffixes[i].word);
		if (suffixes[i].kind == kind && strncmp(s, suffixes[i].word, *len) == 0)
			return true;
	}
	*len = 0;
	return false;
}

/* 6组, 三队 or the end: what follows a village that is named without its suffix. */
static bool ends_or_group(const char *s)
{
	static const char *const digits[] = { "第", "一", "二", "三", "四", "五", "六", "七", "八",
		"九", "十" };
	const char *from = s;

	for (;;) {
		size_t i = 0;

		while (i < sizeof digits / sizeof *digits &&
			strncmp(s, digits[i], strlen(digits[i])) != 0)
			i++;
		if (isdigit((unsigned char)*s))
			s++;
		else if (i < sizeof digits / sizeof *digits)
			s += strlen(digits[i]);
		else
			break;
	}
	if (*from == '\0' || *from == ',' || *from == '(')
		return true;
	return s > from &&
	       (strncmp(s, "组", strlen("组")) == 0 || strncmp(s, "队", strlen("队")) == 0 ||
		       strncmp(s, "小组", strlen("小组")) == 0 ||
		       strncmp(s, "村民小组", strlen("村民小组")) == 0);
}

/* Is the place before `at` a border? Otherwise the name is the end of a longer one. */
static bool is_border(const char *text, const char *at)
{
	size_t n = (size_t)(at - text);

	if (n == 0 || isdigit((unsigned char)at[-1]))
		return true;
	for (size_t i = 0; i < sizeof befores / sizeof *befores; i++) {
		size_t len = strlen(befores[i]);

		if (n >= len && memcmp(at - len, befores[i], len) == 0)
			return true;
	}
	return false;
}

struct fit {
	enum place_how how;
	size_t length; /* bytes of the text that fit */
};

static void better(struct fit *fit, enum place_how how, size_t length)
{
	if (fit->how == PLACE_NONE || how < fit->how || (how == fit->how && length > fit->length))
		*fit = (struct fit){ how, length };
}

/* One name of an area against the text. */
static void try_name(const char *text, const char *name, size_t len, bool alias, struct fit *fit)
{
	char full[NAME], stem[NAME];
	size_t n, tail;
	int kind;

	/* Most areas are not in the text: their first character tells, cheaply. */
	if ((unsigned char)name[0] >= 0xE4 && (unsigned char)name[0] <= 0xE9 &&
		memmem(text, strlen(text), name, 3) == NULL)
		return;
	squeeze(name, len, full, sizeof full);
	if (text_count(full) < 2)
		return;
	memcpy(stem, full, strlen(full) + 1);
	kind = take_suffix(stem);
	n = strlen(stem);
	for (const char *at = text; (at = strstr(at, stem)) != NULL; at++) {
		bool border = is_border(text, at), town = kind == 3;

		if (strncmp(at, full, strlen(full)) == 0 && (kind != 0 || alias || border))
			better(fit, border ? PLACE_BY_NAME : PLACE_BY_STEM, strlen(full));
		else if (kind != 0 && starts_with_suffix(at + n, kind, &tail))
			better(fit, border ? PLACE_BY_NAME : PLACE_BY_STEM, n + tail);
		else if (text_count(stem) >= 2 &&
			 (town ? strcmp(text, stem) == 0 : kind != 0 && ends_or_group(at + n)))
			better(fit, PLACE_BY_STEM, n);
	}
}

static struct fit fit_area(const char *text, const struct place_area *a)
{
	struct fit fit = { PLACE_NONE, 0 };
	const char *at = a->aliases;

	if (a->name != NULL)
		try_name(text, a->name, strlen(a->name), false, &fit);
	while (at != NULL && *at != '\0') {
		size_t n = 0;

		while (at[n] != '\0' && at[n] != ' ' && at[n] != ',' &&
			strncmp(at + n, "、", 3) != 0)
			n++;
		if (n > 0)
			try_name(text, at, n, true, &fit);
		at += n;
		at += *at == '\0' ? 0 : *at == ' ' || *at == ',' ? 1 : 3;
	}
	return fit;
}

static bool has_digits(const char *text, size_t n) /* so many in a row */
{
	for (; *(text += strcspn(text, "0123456789")) != '\0'; text += strspn(text, "0123456789"))
		if (strspn(text, "0123456789") >= n)
			return true;
	return false;
}

/* Code runs anywhere in the text: the code of an area, or of a grid below it. */
static bool by_code(const struct place_area *areas, size_t count, const char *text, size_t *index)
{
	size_t best = 0;

	if (!has_digits(text, PLACE_CODE))
		return false; /* as in most addresses: no area need be looked at */
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(areas[i].code);
		const char *at = n >= PLACE_CODE ? strstr(text, areas[i].code) : NULL;

		if (at == NULL || (at > text && isdigit((unsigned char)at[-1])) || n <= best)
			continue;
		if (n == PLACE_CODE && isdigit((unsigned char)at[n]) &&
			strspn(at, "0123456789") > PLACE_CODE + 6)
			continue;
		best = n;
		*index = i;
	}
	return best > 0;
}

static bool named_in(
	const struct place_area *areas, size_t count, const char *code, const char *text)
{
	for (size_t i = 0; code != NULL && i < count; i++)
		if (strcmp(areas[i].code, code) == 0)
			return fit_area(text, &areas[i]).how != PLACE_NONE;
	return false;
}

/* How good a candidate is; bigger is better, equal is ambiguous. */
struct rank {
	size_t level, home, parent, how, length;
};

static int compare(const struct rank *a, const struct rank *b)
{
	const size_t x[] = { a->level, a->home, a->parent, a->how, a->length };
	const size_t y[] = { b->level, b->home, b->parent, b->how, b->length };

	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] > y[i] ? 1 : -1;
	return 0;
}

struct place_match place_find(
	const struct place_area *areas, size_t count, const char *text, const char *home)
{
	struct place_match out = { PLACE_NONE, 0, 0 };
	struct rank best = { 0 };
	char line[LINE];
	enum place_how how = PLACE_NONE;

	squeeze(text, strlen(text), line, sizeof line);
	if (*line == '\0')
		return out;
	if (by_code(areas, count, line, &out.index))
		return (struct place_match){ PLACE_BY_CODE, out.index, 1 };
	for (size_t i = 0; i < count; i++) {
		struct fit fit = fit_area(line, &areas[i]);
		struct rank rank;
		int order;

		if (fit.how == PLACE_NONE)
			continue;
		rank = (struct rank){ level_of(areas[i].code), is_below(areas[i].code, home),
			named_in(areas, count, areas[i].parent, line), fit.how == PLACE_BY_NAME,
			fit.length };
		order = out.candidates == 0 ? 1 : compare(&rank, &best);
		if (order > 0) {
			best = rank;
			how = fit.how;
			out.index = i;
			out.candidates = 1;
		} else if (order == 0) {
			out.candidates++;
		}
	}
	if (out.candidates > 1)
		out.how = PLACE_AMBIGUOUS;
	else if (out.candidates == 1)
		out.how = best.level < LEVEL_VILLAGE ? PLACE_BY_PARENT : how;
	return out;
}
