#include "cli_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "text.h"

#include "banned.h"

enum { TEXT_BYTES = 512 << 20, GAP = 2 };

struct cell {
	size_t at, width; /* at: where it begins in the text */
};

struct cli_table {
	size_t columns, widest, count, room;
	struct cell *cell; /* the first row are the titles */
	struct buf text;   /* of all cells, each with its NUL */
};

static size_t width_of(uint32_t c)
{
	int w = c == TEXT_BAD ? 1 : utf8proc_charwidth((utf8proc_int32_t)c);

	return w < 0 ? 0 : (size_t)w;
}

size_t cli_width(const char *s)
{
	const char *end = s + strlen(s);
	size_t n = 0;

	while (s < end)
		n += width_of(text_next(&s, end));
	return n;
}

size_t cli_fit(const char *s, size_t widest, struct buf *out)
{
	const char *end = s + strlen(s);
	bool cut = cli_width(s) > widest;
	size_t n = 0;

	while (s < end) {
		const char *from = s;
		uint32_t c = text_next(&s, end);
		size_t w = c < 0x20 || c == 0x7F ? 1 : width_of(c);

		if (cut && n + w + 1 > widest)
			break;
		if (c < 0x20 || c == 0x7F)
			buf_addc(out, ' ');
		else
			buf_add(out, from, (size_t)(s - from));
		n += w;
	}
	if (cut)
		buf_adds(out, "…");
	return n + cut;
}

struct cli_table *cli_table_new(const char *const *titles, size_t columns, size_t widest)
{
	struct cli_table *t = calloc(1, sizeof *t);

	assert(columns > 0 && columns <= CLI_TABLE_COLUMNS);
	if (t == NULL)
		abort();
	t->columns = columns;
	t->widest = widest;
	buf_init(&t->text, TEXT_BYTES);
	for (size_t i = 0; i < columns; i++)
		cli_table_add(t, titles[i]);
	return t;
}

void cli_table_add(struct cli_table *t, const char *text)
{
	struct cell *c;

	if (t->count == t->room) {
		t->room = t->room == 0 ? 256 : 2 * t->room;
		t->cell = realloc(t->cell, t->room * sizeof *t->cell);
		if (t->cell == NULL)
			abort();
	}
	c = &t->cell[t->count++];
	c->at = t->text.len;
	c->width = cli_fit(text, t->widest, &t->text);
	buf_addc(&t->text, '\0');
	if (t->text.full)
		abort();
}

/* As wide as its widest cell; 0 when only the title stands in it. */
static size_t column_width(const struct cli_table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = t->columns + column; i < t->count; i += t->columns)
		width = t->cell[i].width > width ? t->cell[i].width : width;
	return width > 0 && t->cell[column].width > width ? t->cell[column].width : width;
}

static void write_row(const struct cli_table *t, size_t row, const size_t *width, struct buf *out)
{
	size_t blanks = 0;

	for (size_t i = 0; i < t->columns && row + i < t->count; i++) {
		const struct cell *c = &t->cell[row + i];

		if (width[i] == 0)
			continue;
		for (; c->width > 0 && blanks > 0; blanks--)
			buf_addc(out, ' ');
		buf_adds(out, t->text.data + c->at);
		blanks += width[i] - c->width + GAP;
	}
	buf_addc(out, '\n');
}

void cli_table_write(const struct cli_table *t, struct buf *out)
{
	size_t width[CLI_TABLE_COLUMNS];

	for (size_t i = 0; i < t->columns; i++)
		width[i] = column_width(t, i);
	for (size_t row = 0; row < t->count; row += t->columns)
		write_row(t, row, width, out);
}

void cli_table_free(struct cli_table *t)
{
	buf_free(&t->text);
	free(t->cell);
	free(t);
}
