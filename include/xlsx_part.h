/*
 * xlsx_part.h - the parts of an XLSX archive, streamed through the XML parser.
 *
 * xlsx_part_open(); xlsx_part_parse() for each part; xlsx_part_close(). Names come to the
 * handlers without their namespace prefix. A handler that has seen enough calls
 * xlsx_part_stop(); the parse then returns what it was told.
 */
#ifndef QUANZU_XLSX_PART_H
#define QUANZU_XLSX_PART_H

#include "sheet.h"

struct xlsx_parts;

struct xlsx_handler {
	void (*start)(void *arg, const char *name, const char **attr);
	void (*end)(void *arg, const char *name);      /* may be NULL */
	void (*text)(void *arg, const char *s, int n); /* may be NULL */
	void *arg;
};

/* SHEET_OK, or SHEET_REFUSED with *fault. fd is duplicated. */
enum sheet_rc xlsx_part_open(
	struct xlsx_parts **out, int fd, const struct sheet_limits *limits, struct fault *fault);
void xlsx_part_close(struct xlsx_parts *p); /* NULL is allowed */
bool xlsx_part_exists(struct xlsx_parts *p, const char *path);
/* again: this part was counted before. A missing part is SHEET_DAMAGED. */
enum sheet_rc xlsx_part_parse(
	struct xlsx_parts *p, const char *path, bool again, const struct xlsx_handler *handler);
void xlsx_part_stop(struct xlsx_parts *p, enum sheet_rc rc);
enum sheet_rc xlsx_part_refuse(struct xlsx_parts *p, enum sheet_problem problem);

/* The value of an attribute, whatever its prefix; NULL: absent. */
const char *xlsx_attr(const char **attr, const char *name);
bool xlsx_flag(const char **attr, const char *name); /* "1" or "true" */
/* A number of at most nine digits; -1: absent or none. */
int xlsx_number(const char **attr, const char *name);

#endif
