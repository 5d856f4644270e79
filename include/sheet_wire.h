/*
 * sheet_wire.h - sheets and rows as frames on a pipe.
 *
 * A frame is its kind (one byte), the length of the rest (four bytes, lowest first) and the
 * rest. The writer fills a buffer; the reader trusts nothing: every length, kind and text is
 * checked, and a frame that does not hold together is refused as a whole. Pure.
 */
#ifndef QUANZU_SHEET_WIRE_H
#define QUANZU_SHEET_WIRE_H

#include "buf.h"
#include "rowbuf.h"
#include "sheet.h"

enum { WIRE_HEAD = 5, WIRE_MAX = 8 << 20 };
enum wire_kind { WIRE_SHEET = 'S', WIRE_ROW = 'R', WIRE_END = 'E', WIRE_FAULT = 'F' };

void wire_put_sheet(struct buf *out, const struct sheet_info *info);
void wire_put_row(struct buf *out, const struct sheet_row *row);
void wire_put_end(struct buf *out);
void wire_put_fault(struct buf *out, const struct fault *fault);

/* The length of the whole frame that begins at p, when its head is there and sane; 0: more
 * bytes are needed; -1: no frame. */
long wire_length(const char *p, size_t n);

struct wire_sheet {
	struct sheet_info info;
	char name[SHEET_NAME];
	struct sheet_merge *merges; /* owned: wire_sheet_free() */
};
/* These take one whole frame of their kind; false: it does not hold together. */
bool wire_take_sheet(const char *frame, size_t n, struct wire_sheet *out);
void wire_sheet_free(struct wire_sheet *s);
bool wire_take_row(
	const char *frame, size_t n, const struct sheet_limits *limits, struct rowbuf *out);
bool wire_take_fault(const char *frame, size_t n, struct fault *out);

#endif
