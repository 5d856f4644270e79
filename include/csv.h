/*
 * csv.h - text files with columns: CSV, TSV, what was pasted out of a chat.
 *
 * UTF-8 with or without mark, UTF-16, GB18030, and files where both are mixed line by line.
 * Decoded before it is split, because the second byte of a GBK character may be a comma's
 * neighbour. A first line sep=X is obeyed, otherwise the separator is the one that parts
 * the first lines most evenly (comma, tab, semicolon, and their full-width forms). Quotes
 * and line feeds inside quotes as in RFC 4180; ="138..." is left for cell.h. Rows are
 * numbered as a spreadsheet program does: empty lines count, the sep= line does not.
 * Works in pieces of 64 KiB; a million rows need no more memory than ten.
 */
#ifndef QUANZU_CSV_H
#define QUANZU_CSV_H

#include "sheet.h"

struct csv_source {
	int fd;            /* a regular file, or -1: */
	const char *bytes; /* all of it in memory */
	size_t size;
};

enum sheet_rc csv_read(const struct csv_source *source, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault);

#endif
