/*
 * filereport.h - the file that goes back to whoever sent one: the same rows, and what became
 * of each.
 *
 * Three columns are added on the right: 处理结果, 原因, 怎么改. An XLSX gets an XLSX, sheet by
 * sheet; everything else a CSV. It holds what the sender's own file holds, unmasked, and is
 * written beside it, nowhere else. The sender mends the refused rows in it and sends it again:
 * rows that were taken are duplicates then.
 */
#ifndef QUANZU_FILEREPORT_H
#define QUANZU_FILEREPORT_H

#include "intake.h"
#include "outsheet.h"
#include "table.h"

struct filereport;

/* The file at path is made anew. NULL: errno says why. */
struct filereport *filereport_open(enum outsheet_kind kind, const char *path);
void filereport_sheet(struct filereport *r, const char *name, bool epoch_1904);
void filereport_head(struct filereport *r, const struct sheet_row *row, bool is_header);
void filereport_item(struct filereport *r, const struct intake_item *item);
/* The file as a whole was refused, or from here on; or something is to be said about it. */
void filereport_fault(struct filereport *r, const struct fault *fault);
void filereport_note(struct filereport *r, const char *note);
enum outsheet_rc filereport_close(struct filereport *r); /* durable when OUTSHEET_OK */
void filereport_abandon(struct filereport *r);           /* NULL is allowed */

#endif
