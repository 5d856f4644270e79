#include "header.h"

#include <string.h>

#include "cell.h"
#include "header_map.h"
#include "header_words.h"
#include "text.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_empty(const char *cell)
{
	const char *end = cell + strlen(cell);

	while (cell < end) {
		uint32_t c = text_next(&cell, end);

		if (!text_is_blank(c) && c != 0x200B && c != 0xFEFF)
			return false;
	}
	return true;
}

static const struct header_merge *merge_at(const struct header_sheet *s, size_t row, size_t col)
{
	for (size_t i = 0; i < s->merge_count; i++) {
		const struct header_merge *m = &s->merges[i];

		if (row >= m->top && row <= m->bottom && col >= m->left && col <= m->right)
			return m;
	}
	return NULL;
}

/* A title says 填报单位：…, a date or a sentence; a group title is a short word. */
static bool label_like(const char *cell)
{
	char text[HEADER_NORM];
	const char *colon;

	if (cell_clean(cell, CELL_NFKC, text, sizeof text) != CELL_TEXT || text_count(text) > 20)
		return false;
	colon = strchr(text, ':');
	if (colon != NULL && colon[1] != '\0')
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (strspn(p, "0123456789") >= 4)
			return false;
	return true;
}

static bool word_known(const char *cell, const struct header_options *opt)
{
	struct header_label l;
	bool settled;

	header_norm(cell, &l);
	return l.text[0] != '\0' && (header_leaf_of(l.text) != LEAF_NONE ||
					    header_alone(l.text, opt, &settled) != NULL || settled);
}

static bool group_known(const char *cell, const struct header_options *opt)
{
	char rest[HEADER_NORM];
	struct header_label l;

	header_norm(cell, &l);
	return l.text[0] != '\0' && (header_group(l.text, rest) != OWNER_NONE || *rest == '\0' ||
					    header_exact(rest, opt) != NULL);
}

const char *header_over(const struct header_sheet *s, size_t row, size_t col)
{
	const struct header_merge *m = merge_at(s, row, col);

	if (m != NULL)
		return header_raw(s, m->top, m->left);
	if (s->merge_count > 0)
		return header_raw(s, row, col);
	while (col > 0 && is_empty(header_raw(s, row, col)))
		col--;
	return header_raw(s, row, col);
}

/* Do two named columns stand under one title of the row? */
static bool spans(const struct header_sheet *s, size_t row, size_t col)
{
	const struct header_merge *m = merge_at(s, row, col);
	bool below = !is_empty(header_raw(s, row + 1, col)) &&
		     !is_empty(header_raw(s, row + 1, col + 1));

	if (!below || is_empty(header_raw(s, row, col)))
		return false;
	if (s->merge_count > 0)
		return m != NULL && m->top == row && m->bottom == row && m->right > col;
	return is_empty(header_raw(s, row, col + 1));
}

/* Is `row` the upper half of a header of two rows? */
static bool is_pair(const struct header_sheet *s, size_t row, const struct header_options *opt)
{
	size_t upper = 0, lower = 0, groups = 0, spanning = 0, width;

	if (row + 1 >= s->row_count)
		return false;
	width = s->rows[row].count > s->rows[row + 1].count ? s->rows[row].count
							    : s->rows[row + 1].count;
	for (size_t col = 0; col < width && col < HEADER_COLUMNS; col++) {
		const char *cell = header_raw(s, row, col);

		lower += word_known(header_raw(s, row + 1, col), opt);
		if (is_empty(cell))
			continue;
		if (!label_like(cell))
			return false;
		upper++;
		groups += group_known(cell, opt);
		spanning += spans(s, row, col);
	}
	return upper >= 2 && lower >= 2 && groups >= 1 && spanning >= 1;
}

static void read_column(
	const struct header_sheet *s, size_t row, size_t col, bool pair, struct header_slot *l)
{
	const struct header_merge *m = pair ? merge_at(s, row, col) : NULL;
	const char *leaf = header_raw(s, row + (pair ? 1 : 0), col);

	*l = (struct header_slot){
		.raw = leaf, .raw_group = "", .row = row + 1 + (pair ? 1 : 0), .col = col
	};
	if (pair && is_empty(leaf)) {
		bool first = m == NULL || (m->left == col && m->top == row);

		l->raw = first ? header_raw(s, row, col) : "";
	} else if (pair) {
		l->raw_group = header_over(s, row, col);
		header_norm(l->raw_group, &l->group);
	}
	header_norm(l->raw, &l->leaf);
}

static void read_labels(
	const struct header_sheet *s, size_t row, bool pair, struct header_labels *ls)
{
	size_t width = s->rows[row].count;

	if (pair && s->rows[row + 1].count > width)
		width = s->rows[row + 1].count;
	ls->wide = width > HEADER_COLUMNS;
	ls->count = ls->wide ? HEADER_COLUMNS : width;
	for (size_t col = 0; col < ls->count; col++)
		read_column(s, row, col, pair, &ls->at[col]);
}

static const char *title_unit(const struct header_sheet *s, size_t header)
{
	const char *unit = NULL;

	for (size_t row = 0; row < header; row++)
		for (size_t col = 0; col < s->rows[row].count && unit == NULL; col++)
			unit = header_title_unit(header_raw(s, row, col));
	return unit;
}

static void map_row(const struct header_sheet *s, size_t row, bool pair,
	const struct header_options *opt, struct header_map *out)
{
	struct header_labels ls;

	*out = (struct header_map){ .layout = HEADER_TABLE, .first = row };
	out->last = pair ? row + 1 : row;
	out->first_data = out->last + 1;
	read_labels(s, row, pair, &ls);
	header_decide(&ls, s, opt);
	header_claim(&ls, title_unit(s, row), out);
}

/* ---- one record, names and values side by side ---- */

static bool is_name_cell(
	const struct header_sheet *s, size_t row, size_t col, const struct header_options *opt)
{
	return word_known(header_raw(s, row, col), opt) &&
	       !word_known(header_raw(s, row, col + 1), opt);
}

static void read_vertical(
	const struct header_sheet *s, const struct header_options *opt, struct header_labels *ls)
{
	ls->count = 0;
	ls->wide = false;
	for (size_t row = 0; row < s->row_count && row < HEADER_SCAN * 2; row++)
		for (size_t col = 0; col + 1 < s->rows[row].count && ls->count < HEADER_COLUMNS;
			col += 2) {
			struct header_slot *l = &ls->at[ls->count];

			if (!is_name_cell(s, row, col, opt) &&
				(col > 0 || is_empty(header_raw(s, row, 0)) ||
					is_empty(header_raw(s, row, 1))))
				continue;
			*l = (struct header_slot){ .raw = header_raw(s, row, col),
				.raw_group = "",
				.row = row,
				.col = col + 1 };
			header_norm(l->raw, &l->leaf);
			ls->count++;
		}
}

static bool listed(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* How many different fields the first column names, each with a value beside it. */
static size_t vertical_names(const struct header_sheet *s, const struct header_options *opt)
{
	const char *seen[HEADER_SCAN];
	size_t n = 0;

	for (size_t row = 0; row < s->row_count && row < HEADER_SCAN; row++) {
		struct header_label l;
		const char *field;
		bool settled;

		if (s->rows[row].count < 2 || !is_name_cell(s, row, 0, opt))
			continue;
		header_norm(header_raw(s, row, 0), &l);
		field = header_alone(l.text, opt, &settled);
		if (field != NULL && !listed(field, seen, n))
			seen[n++] = field;
	}
	return n;
}

static void map_vertical(
	const struct header_sheet *s, const struct header_options *opt, struct header_map *out)
{
	struct header_labels ls;

	*out = (struct header_map){ .layout = HEADER_VERTICAL };
	read_vertical(s, opt, &ls);
	header_decide(&ls, s, opt);
	header_claim(
		&ls, title_unit(s, s->row_count < HEADER_SCAN ? s->row_count : HEADER_SCAN), out);
}

bool header_find(
	const struct header_sheet *sheet, const struct header_options *opt, struct header_map *out)
{
	struct header_map now;
	size_t best = 1, names;

	*out = (struct header_map){ .layout = HEADER_NONE };
	for (size_t row = 0; row < sheet->row_count && row < HEADER_SCAN; row++) {
		bool pair = is_pair(sheet, row, opt);

		map_row(sheet, row, pair, opt, &now);
		if (now.known > best) {
			best = now.known;
			*out = now;
		}
		row += pair;
	}
	names = vertical_names(sheet, opt);
	if (names >= 2 && names > best)
		map_vertical(sheet, opt, out);
	if (out->layout != HEADER_NONE)
		return true;
	header_warn(out, "no_header", "");
	return false;
}
