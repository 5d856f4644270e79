/*
 * people_job.h - a list of people in one body: its rows, and what became of each.
 */
#ifndef QUANZU_PEOPLE_JOB_H
#define QUANZU_PEOPLE_JOB_H

#include <jansson.h>
#include <stdbool.h>

#include "fields.h"
#include "people.h"

/* A body with more rows or bytes is refused: it is to be divided. */
enum { PEOPLE_ROWS = 200000, PEOPLE_BYTES = 256 << 20 };

/* One row of the body, in its order. */
struct people_item {
	const char *sheet; /* "" for a text file; lives in the arena */
	int row;
	json_t *notes;  /* what was not taken from a record; NULL: all was */
	json_t *result; /* NULL: the desk has not decided yet */
};

struct people_job {
	enum header_kind kind;
	bool dry_run;
	struct arena arena; /* the records' texts */
	struct people_item *item;
	size_t items, item_room;
	struct people_record *record; /* those that can be used, in order */
	size_t *at;                   /* the item of each */
	size_t count, room;
	size_t next;   /* the first that the desk has not seen */
	bool settling; /* all rows are told, their keys are on the way to where they stay */
	bool heavy;    /* PEOPLE_BYTES were not enough */
	struct people_counts counts;
	struct people_row slice[PEOPLE_SLICE];
};

struct people_job *people_job_new(enum header_kind kind, bool dry_run);
void people_job_free(void *job);
/*
 * CSV or XLSX; is_json: an array or lines of JSON. False: the body as a whole cannot be read, *why says
 * why. Not for the loop.
 */
bool people_job_read(struct people_job *j, bool is_json, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why);
/* In a desk's job. */
void people_job_take_slice(
	struct people_job *j, struct store *s, const char *actor, const char *centre);
/* After its commit. True: there is more. */
bool people_job_tell_slice(struct people_job *j, enum store_rc rc);
/* {"created","updated","unchanged","rejected","dry_run","results":[…]}: in the order of the rows; a new
 * reference. */
json_t *people_job_answer(const struct people_job *j);

#endif
