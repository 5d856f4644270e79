/*
 * header.h - which column of a sheet means what.
 *
 * The header is looked for in the first HEADER_SCAN rows: the row (or pair of rows) with the
 * best score of known words. Words are a table of data, one set per kind of file, and the
 * office can add its own. Whose telephone a column holds is decided strictly: a number with
 * an unknown owner stays unmapped rather than becoming the resident's. When there is no
 * header nothing is guessed by position. Pure; strings are borrowed from the sheet and from
 * the word tables, and live as long as those.
 */
#ifndef QUANZU_HEADER_H
#define QUANZU_HEADER_H

#include <stdbool.h>
#include <stddef.h>

enum {
	HEADER_SCAN = 20,     /* rows that are searched */
	HEADER_COLUMNS = 256, /* columns that are looked at */
	HEADER_WARNINGS = 16,
	HEADER_LABEL = 96
};

enum header_kind {
	HEADER_WARNING, /* warn_no, victim_name, phone ... the fields of a warning and of its feedback */
	HEADER_RESIDENT, /* name, id_no, phone, family_*, guardian_*, village, area_code, addr_*, tags, risk */
	HEADER_MEMBER, /* team, name, phone, post, village, area_code, secrecy_date */
	HEADER_AREA,   /* code, name, parent, type, aliases, population */
	HEADER_TEAM,   /* code, name, type, village, area_code, leader, leader_phone */
	HEADER_DUTY,   /* team, name, phone, weekday, date, start, end, shift */
	HEADER_KINDS
};

struct header_row {
	const char *const *cells; /* valid UTF-8; NULL counts as "" */
	size_t count;
};

struct header_merge {
	size_t top, left, bottom, right; /* from 0, inclusive */
};

struct header_sheet {
	const struct header_row *rows; /* as many as are at hand, HEADER_SCAN suffice */
	size_t row_count;
	const struct header_merge *merges; /* may be NULL: then empty cells continue a group */
	size_t merge_count;
};

/* One word of the office: this header text means that field. */
struct header_word {
	const char *word, *field;
};

struct header_options {
	enum header_kind kind;
	const struct header_word *own; /* tried before the house words; may be NULL */
	size_t own_count;
	bool victim_calls; /* 主叫 is the victim (default: 被叫) */
	bool hotline;      /* a 12345 list: 来电号码 is the person who reports */
};

enum header_layout {
	HEADER_NONE, /* refuse the file: warning no_header */
	HEADER_TABLE,
	HEADER_VERTICAL /* one record: names in the first column, values in the second */
};

struct header_column {
	const char *field; /* a field name, or NULL: nobody knows this column */
	const char *unit;  /* 元, 万元, 千元, 秒, 分 ... or NULL */
	size_t row, col;   /* where its first value stands; with HEADER_VERTICAL the only one */
	char label[HEADER_LABEL]; /* as the file has it, two levels joined by "-"; for fault_at() */
};

struct header_map {
	enum header_layout layout;
	size_t first, last; /* the header row or rows, from 0; 0 and 0 unless HEADER_TABLE */
	size_t first_data;  /* the first row behind it */
	size_t count;       /* columns; with HEADER_VERTICAL: rows */
	struct header_column column[HEADER_COLUMNS];
	size_t warnings;
	char warning[HEADER_WARNINGS][48]; /* "no_header", "duplicate:phone", "too_wide" */
	size_t known;                      /* columns with a field */
};

/* True when a header was found. Uses about 250 KB of stack and some milliseconds. */
bool header_find(
	const struct header_sheet *sheet, const struct header_options *opt, struct header_map *out);
/* Is this row behind the header no record: empty, the header once more, a total, a signature? */
bool header_skips(const struct header_map *map, const struct header_row *row);
/* The column of a field, or -1. */
int header_column_of(const struct header_map *map, const char *field);

/* The text over a column in the upper row of a header of two rows; "" when there is none. */
const char *header_over(const struct header_sheet *sheet, size_t row, size_t col);

/* The field of one word without its neighbours, as for a JSON key; NULL: unknown. */
const char *header_field(const char *word, const struct header_options *opt);
/* 第3行起… in Chinese for a warning code of header_map; never NULL. */
const char *header_warning_text(const char *warning);
/* The house words of a field, parted by one blank, for help texts; "" when the field is unknown. */
const char *header_words(enum header_kind kind, const char *field);

#endif
