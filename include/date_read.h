/*
 * date_read.h - the two steps in which a written date is read.
 *
 * Behind date.h; others use that one. First the cell becomes a line of ASCII: digits,
 * - / . : + and blanks as they are, y m d h i s for the units, a b p e n for forenoon, AM,
 * PM, evening and noon, P Q R S for the day before yesterday up to tomorrow. Then the line
 * is read by hand. Pure.
 */
#ifndef QUANZU_DATE_READ_H
#define QUANZU_DATE_READ_H

#include <stdbool.h>

#include "buf.h"
#include "date.h"

/* False when a character has no place in a date. */
bool date_line(const char *text, struct buf *line);
enum date_rc date_read_line(const char *line, const struct date_ctx *ctx, struct date *out);
/* A day number of a spreadsheet, not negative. */
enum date_rc date_read_serial(double value, const struct date_ctx *ctx, struct date *out);

#endif
