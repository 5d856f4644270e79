/*
 * cli_table.h - tables for people: columns side by side, as wide as their widest cell.
 *
 * Width is what a terminal shows: two columns for a Chinese character. Columns in which
 * nothing stands are left out, cells are one line and are cut at `widest` columns. Pure.
 */
#ifndef QUANZU_CLI_TABLE_H
#define QUANZU_CLI_TABLE_H

#include <stddef.h>

#include "buf.h"

enum { CLI_TABLE_COLUMNS = 40 };

size_t cli_width(const char *s); /* of valid UTF-8 */
/* Adds `s` in one line (controls as blanks), cut with … to at most `widest`; returns its width. */
size_t cli_fit(const char *s, size_t widest, struct buf *out);

struct cli_table;

/* Titles are copied; ends in cli_table_free(). */
struct cli_table *cli_table_new(const char *const *titles, size_t columns, size_t widest);
void cli_table_add(struct cli_table *t, const char *text); /* the next cell, row by row */
/* The titles and all rows, two blanks between columns, no blanks at line ends. */
void cli_table_write(const struct cli_table *t, struct buf *out);
void cli_table_free(struct cli_table *t);

#endif
