/*
 * sheet.h - one table form for every reader: CSV, pasted text, XLSX.
 *
 * A reader pushes sheets and rows into a sink; nothing keeps a whole file in memory. The
 * sink's pointers live until its call returns. Cells are as the file has them (a number is
 * the file's own text, so that 1.3800138E+10 can be judged); cleaning is cell.h. A merged
 * range is told before the rows of its sheet and has its text in its first cell only.
 *
 * Everything is bounded by struct sheet_limits; going over one refuses the
 * file and says which. Blocking: call it in a pool thread, not in the loop.
 */
#ifndef QUANZU_SHEET_H
#define QUANZU_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

enum {
	SHEET_COLUMNS = 256,
	SHEET_MERGES = 10000,
	SHEET_NAME = 128,
	SHEET_LAST_ROW = 1048576,
	SHEET_ABOVE = 20 /* titles and header come on top of the rows that are allowed */
};

struct sheet_limits {
	size_t bytes;      /* of the file */
	size_t entries;    /* of the zip archive */
	size_t inflated;   /* bytes, counted while inflating */
	size_t ratio;      /* inflated to file, beyond the first MiB */
	size_t rows;       /* rows with something in them, all sheets together */
	size_t columns;    /* at most SHEET_COLUMNS */
	size_t cell_chars; /* a longer cell is cut and marked */
	size_t memory;     /* bytes of address space of the child */
	unsigned seconds;  /* processor time of the child, and twice that on the clock */
};
extern const struct sheet_limits sheet_limits_live; /* warnings: 5 MiB, 10,000 rows */
extern const struct sheet_limits sheet_limits_bulk; /* residents' imports: 1,000,000 rows */

enum sheet_kind {
	SHEET_EMPTY,
	SHEET_TEXT,
	SHEET_NUMBER, /* the file's own digits */
	SHEET_DATE,   /* a number whose style is a date or a time: the serial, as the file has it */
	SHEET_BOOL,   /* "TRUE" or "FALSE" */
	SHEET_ERROR   /* "#N/A" ... */
};

struct sheet_cell {
	const char *text; /* valid UTF-8, never NULL */
	enum sheet_kind kind;
	bool cut; /* there was more than cell_chars: text is its beginning */
};

struct sheet_merge {
	int top, left, bottom, right; /* rows from 1, columns from 0, inclusive */
};

struct sheet_info {
	const char *name; /* "" for a text file */
	int index;        /* from 0 */
	bool hidden;      /* told, so that it can be mentioned; its rows never are */
	bool epoch_1904;
	const struct sheet_merge *merges; /* by top, then left */
	size_t merge_count;
};

struct sheet_row {
	int number;  /* from 1, as a spreadsheet program shows it */
	bool hidden; /* or filtered away */
	size_t count;
	const struct sheet_cell *cells;
};

/* Rows come in rising order; those that are wholly empty are not told. row() returning false ends the reading. */
struct sheet_sink {
	bool (*sheet)(void *arg, const struct sheet_info *info); /* false: leave this sheet out */
	bool (*row)(void *arg, const struct sheet_row *row);
	void *arg;
};

enum sheet_rc {
	SHEET_OK,
	SHEET_REFUSED, /* *fault says why; rows told before are to be forgotten or kept by the sink */
	SHEET_STOPPED /* the sink wanted no more */
};

/* What the first bytes say. */
enum sheet_form {
	SHEET_FORM_TEXT,
	SHEET_FORM_ZIP,
	SHEET_FORM_OLE,
	SHEET_FORM_HTML,
	SHEET_FORM_IMAGE,
	SHEET_FORM_PDF,
	SHEET_FORM_JSON, /* begins with { or [ : not a table, see record.h */
	SHEET_FORM_NONE  /* no bytes, or blanks only */
};
enum sheet_form sheet_form_of(const void *bytes, size_t n);

/* Reads the regular file fd from its start, in whatever form it is. fd stays open. */
enum sheet_rc sheet_read(int fd, const struct sheet_limits *limits, const struct sheet_sink *sink,
	struct fault *fault);
/* The same for an upload that is in memory. */
enum sheet_rc sheet_read_bytes(const void *bytes, size_t n, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault);

/* Column letters: 0 gives A, 26 gives AA. */
char *sheet_column_name(int column, char out[8]);

/* Why a file is refused; the numbers come from the limits. */
enum sheet_problem {
	SHEET_FILE_TOO_BIG,
	SHEET_EMPTY_FILE,
	SHEET_IS_OLD_XLS,
	SHEET_IS_LOCKED,
	SHEET_IS_HTML,
	SHEET_IS_IMAGE,
	SHEET_IS_PDF,
	SHEET_IS_WORD,
	SHEET_IS_XLSB,
	SHEET_IS_ODS,
	SHEET_IS_JSON,
	SHEET_IS_ZIP,
	SHEET_NOT_TEXT,
	SHEET_BAD_QUOTE,
	SHEET_DAMAGED,
	SHEET_DOCTYPE,
	SHEET_TOO_MANY_ENTRIES,
	SHEET_BOMB,
	SHEET_TOO_MANY_ROWS,
	SHEET_TOO_MANY_COLUMNS,
	SHEET_TOO_MANY_MERGES,
	SHEET_TOO_HEAVY,
	SHEET_CANNOT_READ,
	SHEET_PROBLEMS
};
/* Fills *fault and returns SHEET_REFUSED, for `return sheet_refuse(...)`. */
enum sheet_rc sheet_refuse(
	struct fault *fault, enum sheet_problem problem, const struct sheet_limits *limits);

#endif
