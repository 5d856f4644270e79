/*
 * fault.h - what is wrong with one piece of input, said so that its owner can mend it.
 *
 * One form for HTTP results, report files, the console and the command line. `code` is
 * stable and English (bad_checksum, too_short, ...), `why` and `mend` are plain Chinese,
 * `value` is masked already. row counts from 1 as a spreadsheet does; 0: no row.
 */
#ifndef QUANZU_FAULT_H
#define QUANZU_FAULT_H

#include <jansson.h>

struct fault {
	char code[32];
	int row;
	char column[64]; /* the header as the file has it, or the JSON key; "" none */
	char value[64];
	char why[160];
	char mend[240];
};

void fault_set(struct fault *f, const char *code, const char *why, const char *mend);
void fault_at(struct fault *f, int row, const char *column, const char *masked_value);
json_t *fault_json(const struct fault *f); /* a new reference */
/* "第5行「手机号」138****000：位数不够。请补全11位手机号。" */
char *fault_line(const struct fault *f, char *out, size_t n);

#endif
