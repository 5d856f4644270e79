/*
 * table.h - a sheet with its header found: rows as fields.
 *
 * Between a reader of files (sheet.h) and the readers of records. It keeps the first rows
 * until the header is known (header.h), then hands on every row: what stands before the
 * data, rows that are no records (repeated header, totals, signatures), and records as
 * fields, where ranges merged downwards and 同上 have been filled in. Sheets without a header
 * and hidden sheets are told and left out.
 */
#ifndef QUANZU_TABLE_H
#define QUANZU_TABLE_H

#include "fields.h"

enum table_what {
	TABLE_SHEET,    /* a sheet begins: its name in `sheet`; no row */
	TABLE_HIDDEN,   /* a hidden sheet is left out */
	TABLE_HEADLESS, /* the sheet that ends has rows and no header: left out */
	TABLE_HEAD,     /* a row above the data: title, header */
	TABLE_SKIP,     /* a row behind the header that is no record */
	TABLE_RECORD,
	TABLE_VERTICAL /* the whole sheet is one record, as names and values; no row */
};

struct table_row {
	enum table_what what;
	const char *sheet;
	const struct sheet_row *row; /* as the file has it, for the report; or NULL */
	bool is_header;              /* of TABLE_HEAD: the last row of the header */
	const struct field *fields;  /* of a record */
	size_t field_count;
	bool epoch_1904;
	const struct header_map *map; /* when the header is known */
};

struct table;

/* tell: everything in `t` lives until it returns; false: stop reading. ctx is borrowed. */
struct table *table_new(enum header_kind kind, const struct intake_ctx *ctx,
	bool (*tell)(void *arg, const struct table_row *t), void *arg);
void table_free(struct table *t);
struct sheet_sink table_sink(struct table *t); /* for sheet_read() */
bool table_end(struct table *t);               /* after the last row; false: told to stop */

#endif
