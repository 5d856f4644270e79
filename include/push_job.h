/*
 * push_job.h - the warnings of one body, from reading to the result of each.
 *
 * A body is one JSON object, an array, lines of JSON (NDJSON), or a table (CSV, XLSX). Each
 * record is read by itself: one that is refused has a fault and never stops its neighbours.
 * The desk takes them in slices. Reading may be long: not for the loop, but for one small object.
 */
#ifndef QUANZU_PUSH_JOB_H
#define QUANZU_PUSH_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "desk.h"
#include "fields.h"
#include "record.h"

enum { PUSH_SLICE = 64, PUSH_RECORDS = 100000 };

enum push_form { PUSH_OBJECT, PUSH_ARRAY, PUSH_LINES, PUSH_SHEET, PUSH_UNKNOWN };

struct push_item {
	int row;                       /* line, row of the sheet, or place in the array; from 1 */
	struct warning_record *record; /* NULL: refused, or done with */
	json_t *result;                /* what the sender is told; NULL: not yet decided */
};

struct push_job {
	struct push_item *item;
	size_t count, room;
	size_t next; /* the first that the desk has not seen */
	int accepted, duplicates, rejected;
	enum store_rc rc; /* of the last slice */
	bool replayed;
	struct accept_result slice[PUSH_SLICE];
	enum store_rc slice_rc[PUSH_SLICE];
};

/* By the media type, else by the first characters; no bytes count as an object. */
enum push_form push_job_form_of(const char *content_type, const void *bytes, size_t n);
/* Is it a type of many records, lines or a table, that may be longer than one of JSON? */
bool push_job_is_long(const char *content_type);

struct push_job *push_job_new(void);
void push_job_free(void *job);
/* False: the body as a whole cannot be read, *why says why. */
bool push_job_read(struct push_job *j, enum push_form form, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why);

/* In a desk's job that may be ended and begun anew between two records: takes the next slice. */
void push_job_take_slice(struct push_job *j, struct desk *d, const char *actor);
/* After its commit (rc): the results of that slice. True: there is more. */
bool push_job_tell_slice(struct push_job *j, enum store_rc rc);
/* {"accepted","duplicates","rejected","results":[…]}; a new reference. */
json_t *push_job_answer(const struct push_job *j);

#endif
