#include "rowbuf.h"

#include <assert.h>
#include <string.h>

#include "text.h"

#include "banned.h"

enum { ROW_BYTES = 8 << 20 };

void rowbuf_init(struct rowbuf *b)
{
	memset(b, 0, sizeof *b);
	buf_init(&b->text, ROW_BYTES);
	b->row.cells = b->cells;
}

void rowbuf_free(struct rowbuf *b)
{
	buf_free(&b->text);
}

void rowbuf_begin(struct rowbuf *b, int number, bool hidden)
{
	for (size_t i = 0; i < b->row.count; i++)
		b->cells[i] = (struct sheet_cell){ .text = "" };
	b->row.count = 0;
	b->row.number = number;
	b->row.hidden = hidden;
	buf_clear(&b->text);
}

/* Cells that nobody put between two that somebody did. */
static void reach(struct rowbuf *b, size_t column)
{
	while (b->row.count <= column)
		b->cells[b->row.count++] = (struct sheet_cell){ .text = "" };
}

static size_t chars_prefix(const char *s, size_t n, size_t chars)
{
	const char *p = s, *end = s + n;

	while (p < end && chars-- > 0)
		text_next(&p, end);
	return (size_t)(p - s);
}

bool rowbuf_put(struct rowbuf *b, const struct sheet_limits *limits, size_t column,
	enum sheet_kind kind, const char *text, size_t n)
{
	size_t keep = n;

	if (n == 0)
		return true;
	if (column >= limits->columns || column >= SHEET_COLUMNS)
		return false;
	if (n > limits->cell_chars)
		keep = chars_prefix(text, n, limits->cell_chars);
	reach(b, column);
	b->start[column] = b->text.len;
	b->cells[column].kind = kind;
	b->cells[column].cut = keep < n;
	buf_add(&b->text, text, keep);
	buf_addc(&b->text, '\0');
	return !b->text.full;
}

void rowbuf_mark_cut(struct rowbuf *b, size_t column)
{
	assert(column < b->row.count);
	b->cells[column].cut = true;
}

const struct sheet_row *rowbuf_row(struct rowbuf *b)
{
	if (b->row.count == 0)
		return NULL;
	/* Only now: the text may have moved while it grew. */
	for (size_t i = 0; i < b->row.count; i++)
		if (b->cells[i].kind != SHEET_EMPTY)
			b->cells[i].text = b->text.data + b->start[i];
	return &b->row;
}
