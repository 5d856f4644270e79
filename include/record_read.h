/*
 * record_read.h - fields to one warning, or to the reason why not.
 *
 * Refused is only what cannot be worked with: a record that names nobody; one whose ID
 * number was damaged by a spreadsheet program (the wrong person might be visited); one whose
 * ID and numbers are all unusable while nothing else leads to the person. Everything else is
 * taken, and what could not be read is told in a note, set as a flag (bad_FIELD) and kept as
 * it came in `extra`. A level nobody knows counts as HIGH.
 */
#ifndef QUANZU_RECORD_READ_H
#define QUANZU_RECORD_READ_H

#include "fields.h"
#include "record.h"

/*
 * NULL: refused, *why says so. row: for the faults, 0 none. notes is set anew. The record is
 * the caller's: record_free().
 */
struct warning_record *record_read(const struct field *fields, size_t count, int row,
	const struct intake_ctx *ctx, struct fault *why, struct notes *notes);

/* An object of JSON. Keys are field names or the Chinese words of the headers. */
struct warning_record *record_read_json(const json_t *object, int row, const struct intake_ctx *ctx,
	struct fault *why, struct notes *notes);

bool record_field(const char *name); /* is this the name of a field? */
bool record_has_flag(const struct warning_record *r, const char *flag);

#endif
