/*
 * xlsx_style.h - which cell styles of a workbook show a number as a date or a time.
 */
#ifndef QUANZU_XLSX_STYLE_H
#define QUANZU_XLSX_STYLE_H

#include "xlsx_part.h"

enum { XLSX_STYLES = 65536, XLSX_FORMATS = 4096 };

struct xlsx_styles {
	unsigned char *is_date; /* by the s= of a cell */
	size_t count;
};

/* A workbook without styles has none that is a date. */
enum sheet_rc xlsx_style_read(struct xlsx_parts *parts, const char *path, struct xlsx_styles *out);
void xlsx_style_free(struct xlsx_styles *s);
bool xlsx_style_is_date(const struct xlsx_styles *s, int style);
/* Does a number format ("yyyy\-mm\-dd", "[$-804]上午/下午h:mm", "0.00E+00") show a date? */
bool xlsx_format_is_date(const char *format);

#endif
