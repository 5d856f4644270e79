#include "level.h"

#include <ctype.h>
#include <string.h>

#include "cell.h"
#include "text.h"

#include "banned.h"

enum { WORD = 128 };

/* clang-format off */
static const struct level_word house[] = {
	{ "CRITICAL", LEVEL_CRITICAL }, { "HIGH", LEVEL_HIGH }, { "MEDIUM", LEVEL_MEDIUM }, { "LOW", LEVEL_LOW },
	{ "特高危", LEVEL_CRITICAL }, { "紧急高危", LEVEL_CRITICAL }, { "紧急", LEVEL_CRITICAL },
	{ "特急", LEVEL_CRITICAL }, { "极高", LEVEL_CRITICAL }, { "极高危", LEVEL_CRITICAL },
	{ "特高", LEVEL_CRITICAL }, { "红", LEVEL_CRITICAL }, { "红色", LEVEL_CRITICAL },
	{ "一级", LEVEL_CRITICAL }, { "Ⅰ级", LEVEL_CRITICAL }, { "1级", LEVEL_CRITICAL },
	{ "高危", LEVEL_HIGH }, { "高", LEVEL_HIGH }, { "高风险", LEVEL_HIGH }, { "橙", LEVEL_HIGH },
	{ "橙色", LEVEL_HIGH }, { "二级", LEVEL_HIGH }, { "Ⅱ级", LEVEL_HIGH }, { "2级", LEVEL_HIGH },
	{ "中危", LEVEL_MEDIUM }, { "中", LEVEL_MEDIUM }, { "中风险", LEVEL_MEDIUM }, { "黄", LEVEL_MEDIUM },
	{ "黄色", LEVEL_MEDIUM }, { "三级", LEVEL_MEDIUM }, { "Ⅲ级", LEVEL_MEDIUM }, { "3级", LEVEL_MEDIUM },
	{ "低危", LEVEL_LOW }, { "低", LEVEL_LOW }, { "低风险", LEVEL_LOW }, { "蓝", LEVEL_LOW },
	{ "蓝色", LEVEL_LOW }, { "四级", LEVEL_LOW }, { "Ⅳ级", LEVEL_LOW }, { "4级", LEVEL_LOW },
	{ "提示", LEVEL_LOW },
};

static const struct { const char *code, *name; } levels[LEVELS] = {
	[LEVEL_LOW] = { "LOW", "低危" },
	[LEVEL_MEDIUM] = { "MEDIUM", "中危" },
	[LEVEL_HIGH] = { "HIGH", "高危" },
	[LEVEL_CRITICAL] = { "CRITICAL", "紧急高危" },
};
/* clang-format on */

static const char *const closings[] = { "预警", "风险", "等级", "级别", "信息" };

/* NFKC, capitals, no blanks; brackets go, and with `inside` what they hold as well. */
static bool normal(const char *word, bool inside, char out[WORD])
{
	static const char *const brackets[] = { "(", ")", "[", "]", "【", "】", "〔", "〕", "<",
		">", "《", "》" };
	char text[WORD], *to = out;
	bool skip = false;

	*out = '\0';
	if (cell_clean(word, CELL_NFKC, text, sizeof text) != CELL_TEXT)
		return false;
	for (const char *s = text; *s != '\0';) {
		size_t i = 0, n = text_prefix(s, 1), count = sizeof brackets / sizeof *brackets;

		while (i < count && strncmp(s, brackets[i], strlen(brackets[i])) != 0)
			i++;
		if (i < count)
			skip = inside && i % 2 == 0;
		else if (!skip && n == 1 && *s != ' ' && *s != '\n' && *s != '\t')
			*to++ = (char)toupper((unsigned char)*s);
		else if (!skip && n > 1) {
			memcpy(to, s, n);
			to += n;
		}
		s += n;
	}
	*to = '\0';
	return *out != '\0';
}

static bool find(const struct level_word *words, size_t count, const char *word, enum level *out)
{
	char known[WORD];

	for (size_t i = 0; i < count; i++) {
		/* a word that begins with another ideograph need not be cleaned to differ */
		if ((unsigned char)words[i].word[0] >= 0xE4 &&
			(unsigned char)words[i].word[0] <= 0xE9 &&
			strncmp(words[i].word, word, 3) != 0)
			continue;
		if (!normal(words[i].word, false, known) || strcmp(known, word) != 0)
			continue;
		*out = words[i].level;
		return true;
	}
	return false;
}

/* The whole word, then without 预警, 风险 ... at its end, one by one. */
static bool find_shorter(char *word, const struct level_table *own, enum level *out)
{
	bool cut = true;

	while (cut) {
		if (own != NULL && find(own->words, own->count, word, out))
			return true;
		if (find(house, sizeof house / sizeof *house, word, out))
			return true;
		cut = false;
		for (size_t i = 0; i < sizeof closings / sizeof *closings && !cut; i++) {
			size_t n = strlen(word), tail = strlen(closings[i]);

			cut = n > tail && strcmp(word + n - tail, closings[i]) == 0;
			if (cut)
				word[n - tail] = '\0';
		}
	}
	return false;
}

enum level level_of_word(const char *word, const struct level_table *own, bool *mapped)
{
	enum level level = LEVEL_HIGH;
	char text[WORD];
	bool known = normal(word, false, text) && find_shorter(text, own, &level);

	if (!known)
		known = normal(word, true, text) && find_shorter(text, own, &level);
	if (mapped != NULL)
		*mapped = known;
	return level;
}

bool level_of_code(const char *code, enum level *out)
{
	for (int i = 0; i < LEVELS; i++) {
		if (code == NULL || strcmp(levels[i].code, code) != 0)
			continue;
		*out = (enum level)i;
		return true;
	}
	return false;
}

const char *level_code(enum level l)
{
	return levels[l].code;
}

const char *level_name(enum level l)
{
	return levels[l].name;
}
