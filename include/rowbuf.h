/*
 * rowbuf.h - one row of a sheet while a reader builds it.
 *
 * rowbuf_init(); for each row: rowbuf_begin(), rowbuf_put() in any order of columns,
 * rowbuf_row(); at the end rowbuf_free(). One struct holds one row: the pointers of the
 * last rowbuf_row() die with the next rowbuf_begin().
 */
#ifndef QUANZU_ROWBUF_H
#define QUANZU_ROWBUF_H

#include "buf.h"
#include "sheet.h"

struct rowbuf {
	struct buf text;
	size_t start[SHEET_COLUMNS]; /* offsets in text */
	struct sheet_cell cells[SHEET_COLUMNS];
	struct sheet_row row;
};

void rowbuf_init(struct rowbuf *b);
void rowbuf_free(struct rowbuf *b);
void rowbuf_begin(struct rowbuf *b, int number, bool hidden);
/*
 * n bytes of valid UTF-8 without NUL; cut at limits->cell_chars. Empty texts are no cell.
 * False: the column is beyond limits->columns.
 */
bool rowbuf_put(struct rowbuf *b, const struct sheet_limits *limits, size_t column,
	enum sheet_kind kind, const char *text, size_t n);
void rowbuf_mark_cut(struct rowbuf *b, size_t column); /* the reader itself had cut it */
/* NULL when the row is empty. */
const struct sheet_row *rowbuf_row(struct rowbuf *b);

#endif
