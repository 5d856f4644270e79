/*
 * cell.h - the cleaning that every cell gets before anybody reads it.
 *
 * A cell is what one field of a sheet, a CSV line or a JSON object holds, as valid UTF-8.
 * Cleaning: NFKC (for names only full-width ASCII to half width), characters nobody sees
 * dropped, blanks trimmed, ="...", a leading apostrophe and surrounding quotes unwrapped.
 * What is left is a text, or one of the words that mean "nothing", "as above" or an error
 * of the spreadsheet program. Pure; allocates nothing beyond the caller's buffer.
 */
#ifndef QUANZU_CELL_H
#define QUANZU_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum { CELL_MAX = 4096 }; /* bytes; the readers of single values refuse longer cells */

enum cell_fold {
	CELL_NFKC, /* everything but names */
	CELL_ASCII /* names: rare characters stay as they are */
};

enum cell_verdict {
	CELL_TEXT,
	CELL_EMPTY, /* nothing, or 无, 不详, 未知, 暂无, /, N/A and the like */
	CELL_DITTO, /* 同上: the importer takes the cell above */
	CELL_ERROR, /* #N/A, #REF! ...: a formula failed */
	CELL_LONG   /* more than CELL_MAX bytes, or not valid UTF-8: nothing was taken */
};

/*
 * Writes the clean text into out[n] (NUL-terminated; "" unless the verdict is CELL_TEXT,
 * n at most CELL_MAX). A text that does not fit in n gives CELL_LONG. raw may be NULL (empty).
 */
enum cell_verdict cell_clean(const char *raw, enum cell_fold fold, char *out, size_t n);
/* Line feeds inside stay, other runs of blanks become one space: for addresses and remarks. */
enum cell_verdict cell_tidy(const char *raw, char *out, size_t n);

/*
 * What is wrong, for fault_set(): a stable English code, and plain Chinese. Each noun
 * (phone, idcard, name, date, money) gives its own, since the mend differs.
 */
struct cell_fault {
	const char *code, *why, *mend;
};
/* For CELL_EMPTY, CELL_DITTO, CELL_ERROR and CELL_LONG. */
const struct cell_fault *cell_fault(enum cell_verdict v);

#endif
