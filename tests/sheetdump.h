/*
 * sheetdump.h - test helper: what a reader tells, as a text.
 *
 * "[name]" for a sheet ("(name)" a hidden one), merges as "{top,left-bottom,right}", then a
 * line per row: number, ':' ('h' when hidden), cells parted by '|'. Behind a cell that is no
 * text stands its kind: #n number, #d date, #b boolean, #e error; a cut one ends in "...".
 */
#ifndef QUANZU_TESTS_SHEETDUMP_H
#define QUANZU_TESTS_SHEETDUMP_H

#include "buf.h"
#include "sheet.h"

struct sheetdump {
	struct buf text;
	size_t rows;
	size_t stop_after; /* 0: never */
};

void sheetdump_init(struct sheetdump *d);
struct sheet_sink sheetdump_sink(struct sheetdump *d);

#endif
