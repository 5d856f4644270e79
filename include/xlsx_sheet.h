/*
 * xlsx_sheet.h - one worksheet part to rows.
 */
#ifndef QUANZU_XLSX_SHEET_H
#define QUANZU_XLSX_SHEET_H

#include "rowbuf.h"
#include "xlsx_style.h"
#include "xlsx_text.h"

struct xlsx_book {
	struct xlsx_parts *parts;
	struct xlsx_strings *strings;
	struct xlsx_styles styles;
	bool epoch_1904;
	const struct sheet_limits *limits;
	const struct sheet_sink *sink;
	struct fault *fault;
	size_t rows; /* told so far, over all sheets */
};

/* Tells the sheet, and its rows if the sink wants them. */
enum sheet_rc xlsx_sheet_read(struct xlsx_book *book, const char *path, struct sheet_info *info);

#endif
