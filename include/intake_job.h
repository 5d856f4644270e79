/*
 * intake_job.h - the warnings of one body, from reading to the result of each.
 *
 * A body is one JSON object, an array, lines of JSON (NDJSON), or a table (CSV, XLSX). Each
 * record is read by itself: one that is refused has a fault and never stops its neighbours.
 * The desk takes them in slices. Reading may be long: not for the loop, but for one small object.
 */
#ifndef QUANZU_INTAKE_JOB_H
#define QUANZU_INTAKE_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "desk.h"
#include "fields.h"
#include "record.h"

enum { INTAKE_SLICE = 64, INTAKE_RECORDS = 100000 };

enum intake_form { INTAKE_OBJECT, INTAKE_ARRAY, INTAKE_LINES, INTAKE_SHEET, INTAKE_UNKNOWN };

struct intake_item {
	int row;                       /* line, row of the sheet, or place in the array; from 1 */
	struct warning_record *record; /* NULL: refused, or done with */
	json_t *result;                /* what the sender is told; NULL: not yet decided */
};

struct intake_job {
	struct intake_item *item;
	size_t count, room;
	size_t next; /* the first that the desk has not seen */
	int accepted, duplicates, rejected;
	enum store_rc rc; /* of the last slice */
	bool replayed;
	struct accept_result slice[INTAKE_SLICE];
	enum store_rc slice_rc[INTAKE_SLICE];
};

/* By the media type, else by the first characters; no bytes count as an object. */
enum intake_form intake_form_of(const char *content_type, const void *bytes, size_t n);
/* Is it a type of many records, lines or a table, that may be longer than one of JSON? */
bool intake_is_long(const char *content_type);

struct intake_job *intake_new(void);
void intake_free(void *job);
/* False: the body as a whole cannot be read, *why says why. */
bool intake_read(struct intake_job *j, enum intake_form form, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why);

/* In a desk's job that may be ended and begun anew between two records: takes the next slice. */
void intake_take_slice(struct intake_job *j, struct desk *d, const char *actor);
/* After its commit (rc): the results of that slice. True: there is more. */
bool intake_tell_slice(struct intake_job *j, enum store_rc rc);
/* {"accepted","duplicates","rejected","results":[…]}; a new reference. */
json_t *intake_answer(const struct intake_job *j);

/* One record's notes (what was not taken from it) as an array, or NULL when there are none. */
json_t *intake_notes(const struct notes *notes);

#endif
