/*
 * xlsx_text.h - the texts of a workbook: a run-together string item, and the shared strings.
 *
 * A string item (<si>, <is>) may be parted into runs and may carry phonetic readings (rPh),
 * which are not part of the text. Its size is bounded: more than `chars` characters are not
 * kept, but enough of them that rowbuf.h sees that there were more.
 */
#ifndef QUANZU_XLSX_TEXT_H
#define QUANZU_XLSX_TEXT_H

#include "buf.h"
#include "xlsx_part.h"

struct xlsx_text {
	struct buf text;
	int phonetic; /* depth inside rPh */
	bool in_t;
};

void xlsx_text_init(struct xlsx_text *t, size_t chars);
void xlsx_text_free(struct xlsx_text *t);
void xlsx_text_clear(struct xlsx_text *t);
void xlsx_text_start(struct xlsx_text *t, const char *element); /* t, rPh; others do nothing */
void xlsx_text_end(struct xlsx_text *t, const char *element);
void xlsx_text_chars(struct xlsx_text *t, const char *s, int n); /* only those inside <t> count */
void xlsx_text_add(struct xlsx_text *t, const char *s, int n);   /* these always */
/* The finished text: _x000D_ and its like resolved, control characters gone. */
const char *xlsx_text_done(struct xlsx_text *t, size_t *n);

struct xlsx_strings;

enum sheet_rc xlsx_strings_read(struct xlsx_parts *parts, const char *path, size_t chars,
	struct xlsx_strings **out); /* a workbook without them has none */
void xlsx_strings_free(struct xlsx_strings *s);
const char *xlsx_strings_at(const struct xlsx_strings *s, size_t i); /* NULL: no such string */

#endif
