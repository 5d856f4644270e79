/*
 * xlsx.h - XLSX workbooks as Excel and WPS write them, read in one pass per sheet.
 *
 * Sheets in the order of the workbook, hidden ones too (the sink decides). Shared strings
 * with rich text, phonetic runs left out; inline strings; booleans; errors; the cached value
 * of a formula; numbers as the file has them; dates by their style. Merged ranges are read
 * beforehand, since the format has them behind the rows. The stated dimension is not looked
 * at. No entities, no paths outside the archive, everything counted while it is inflated.
 *
 * Not thread-safe towards memory limits: call it by way of sheet_read(), in the child.
 */
#ifndef QUANZU_XLSX_H
#define QUANZU_XLSX_H

#include "sheet.h"

enum sheet_rc xlsx_read(int fd, const struct sheet_limits *limits, const struct sheet_sink *sink,
	struct fault *fault);

#endif
