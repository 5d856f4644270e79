#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "header.h"
#include "header_words.h"
#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* How a row begins that sums up, signs or explains. */
static const char *const totals[] = { "合计", "总计", "小计", "共计", "累计", "总数", "合计数" };
static const char *const notes[] = { "填表人", "审核人", "制表人", "填报人", "制表", "审核",
	"填报单位", "填报日期", "填表日期", "制表日期", "单位负责人", "负责人签字", "签字", "盖章",
	"报送单位", "说明", "注", "备注说明" };

int header_column_of(const struct header_map *map, const char *field)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->column[i].field != NULL && strcmp(map->column[i].field, field) == 0)
			return (int)i;
	return -1;
}

static const char *clean(const struct header_row *row, size_t col, char *text, size_t n)
{
	const char *cell = col < row->count ? row->cells[col] : NULL;
	enum cell_verdict v = cell_clean(cell, CELL_NFKC, text, n);

	return v == CELL_TEXT ? text : v == CELL_EMPTY ? "" : "?";
}

/* 合计, 合计：3 but not 合计村, and the word must stand first in its row. */
static bool begins(const char *text, const char *const *words, size_t n, bool colon)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		const char *rest = text + len;

		if (strncmp(text, words[i], len) != 0)
			continue;
		rest += strspn(rest, " ");
		if (*rest == ':' || (!colon && (*rest == '\0' || (*rest >= '0' && *rest <= '9'))))
			return true;
	}
	return false;
}

/* Blanks inside the word (合　计) do not matter. */
static void drop_blanks(const char *text, char *out)
{
	for (; *text != '\0'; text++)
		if (*text != ' ')
			*out++ = *text;
	*out = '\0';
}

static bool is_closing(const char *text)
{
	char word[HEADER_NORM];

	if (strlen(text) >= sizeof word)
		return false;
	drop_blanks(text, word);
	return begins(word, totals, COUNT(totals), false) ||
	       begins(word, notes, COUNT(notes), true);
}

/* The header once more, as it is repeated on each printed page. */
static bool is_header_again(const struct header_map *map, const struct header_row *row)
{
	struct header_label have, want;
	size_t same = 0;

	for (size_t i = 0; i < map->count && i < row->count; i++) {
		header_norm(row->cells[i], &have);
		header_norm(map->column[i].label, &want);
		if (have.text[0] == '\0' || strlen(map->column[i].label) + 4 >= HEADER_LABEL)
			continue; /* a label that was cut says nothing */
		if (strcmp(have.text, want.text) != 0)
			return false;
		same++;
	}
	return same >= 2 || (same == 1 && map->known == 1);
}

bool header_skips(const struct header_map *map, const struct header_row *row)
{
	char text[CELL_MAX];
	const char *first = "";

	for (size_t i = 0; i < row->count && *first == '\0'; i++)
		first = clean(row, i, text, sizeof text);
	if (*first == '\0' || is_closing(first))
		return true;
	return map->layout == HEADER_TABLE && is_header_again(map, row);
}

const char *header_field(const char *word, const struct header_options *opt)
{
	const char *cells[1] = { word };
	struct header_label l;
	bool settled;

	header_norm(cells[0], &l);
	if (l.text[0] == '\0')
		return NULL;
	return header_alone(l.text, opt, &settled);
}

const char *header_warning_text(const char *warning)
{
	static const struct {
		const char *begin, *text;
	} texts[] = {
		{ "no_header", "没有找到表头。请在第一行写明各列名称，例如：姓名、身份证号、手机号"
			       "、住址。" },
		{ "duplicate:", "有两列表示同一个意思，只采用第一列，请核对。" },
		{ "too_wide", "列数太多，只读取前256列。" },
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		if (strncmp(warning, texts[i].begin, strlen(texts[i].begin)) == 0)
			return texts[i].text;
	return "表头需要核对。";
}
