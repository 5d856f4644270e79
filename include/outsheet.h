/*
 * outsheet.h - tables for people: XLSX or CSV, safe to open, row after row.
 *
 * outsheet_open(); for each sheet outsheet_sheet(), then cells from left to right and
 * outsheet_end_row(); outsheet_close(). A CSV has one sheet: a further one follows behind an
 * empty line with its name. Memory stays the same however many rows come.
 *
 * Nothing written here is ever a formula or a link: XLSX texts are inline strings in cells of
 * the text format, so numbers of 18 digits stay whole; CSV is RFC 4180 with a UTF-8 mark and
 * CRLF, and a text that begins with = + - @ TAB CR, or is a number of more than 11 digits,
 * gets a ' in front, which cell.h takes off again. Control characters are left out.
 *
 * The first failure is kept and told by outsheet_close(). Writes files: not for the loop.
 */
#ifndef QUANZU_OUTSHEET_H
#define QUANZU_OUTSHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum outsheet_kind { OUTSHEET_CSV, OUTSHEET_XLSX };

enum outsheet_rc {
	OUTSHEET_OK,
	OUTSHEET_IO,     /* errno says why */
	OUTSHEET_TOO_BIG /* more rows than a sheet may have, or more bytes than the buffer */
};

struct outsheet_column {
	const char *title;
	int width; /* in half-width characters; 0: from the title */
};

struct outsheet;

/* path NULL: in memory, for outsheet_close() to hand over. NULL result: errno says why. */
struct outsheet *outsheet_open(enum outsheet_kind kind, const char *path);
/*
 * A sheet with a bold header row that stays in view and filters on it. columns may be NULL
 * (count 0): then the caller writes every row itself, header included.
 */
void outsheet_sheet(
	struct outsheet *w, const char *name, const struct outsheet_column *columns, size_t count);
void outsheet_bold(struct outsheet *w); /* the row being written; before its first cell */

void outsheet_text(struct outsheet *w, const char *s); /* valid UTF-8; NULL: an empty cell */
void outsheet_int(struct outsheet *w, int64_t n);
void outsheet_money(struct outsheet *w, int64_t fen); /* in yuan */
void outsheet_time(struct outsheet *w, int64_t ms);   /* local; 0: an empty cell */
void outsheet_end_row(struct outsheet *w);

/* Ends the file, durably when it has a path; w is gone. out: for a book in memory, else NULL. */
enum outsheet_rc outsheet_close(struct outsheet *w, struct buf *out);
void outsheet_abandon(struct outsheet *w); /* NULL is allowed; a half file stays at path */

#endif
