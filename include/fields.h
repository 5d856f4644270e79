/*
 * fields.h - one record before anybody has judged it: cells with the names of their fields.
 *
 * A row of a sheet and an object of JSON look alike from here on. The readers of records
 * (record_read.h, people_record.h) go through the fields, take what they know, and tell what
 * they could not take.
 */
#ifndef QUANZU_FIELDS_H
#define QUANZU_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "date.h"
#include "fault.h"
#include "fraud.h"
#include "header.h"
#include "level.h"
#include "seal.h"
#include "sheet.h"

struct field {
	const char *name;  /* "phone", as header.h has it; NULL: nobody knows it */
	const char *label; /* the header or the JSON key, for the sender to find it */
	const char *unit;  /* 元, 万元, 秒 ...; NULL none */
	const char *text;  /* raw; never NULL */
	enum sheet_kind kind;
	bool cut;          /* text is only its beginning */
	int part;          /* which transfer of a list; 0 for a row */
	bool keyed;        /* from an object of JSON: who named it meant it */
	const json_t *raw; /* the JSON value when it is no plain text; borrowed, or NULL */
};

/* What a reader has to know beside the cells. */
struct intake_ctx {
	int64_t now_ms;
	bool epoch_1904;
	const char *area_code;            /* of landlines, "021"; NULL none */
	const char *source;               /* when the record names none; NULL: manual */
	const struct level_table *levels; /* of this source; may be NULL */
	const struct fraud_table *frauds; /* of the office; may be NULL */
	struct seal *seal;                /* keys the content hash; NULL: a plain hash (tests) */
	const struct header_word *words;  /* header words of the office; may be NULL */
	size_t word_count;
	bool victim_calls, hotline; /* as in header.h */
};

enum { NOTES_MAX = 12 };

/* What was not taken from a record that was accepted all the same. */
struct notes {
	struct fault item[NOTES_MAX]; /* further ones are only counted */
	size_t count;
};

/* Fills a fault about this field: the value is masked by what the field holds. */
void field_fault(const struct field *f, int row, const struct cell_fault *why, struct fault *out);
void notes_add(struct notes *n, const struct fault *f);
json_t *notes_json(const struct notes *n); /* an array, a new reference; NULL: none */

/*
 * A date or time of any form: sheets' serials by the cell's kind, ISO 8601 with an offset,
 * seconds or milliseconds since 1970, or what date.h reads. DATE_OK fills *out.
 */
enum date_rc field_date(
	const struct field *f, const struct intake_ctx *ctx, bool birth, struct date *out);
/* A number cell keeps 15 digits: are some of this one's lost? */
bool field_digits_lost(const struct field *f);
/* A whole number with an optional word behind it (45岁, 45.0); -1: none, or above `most`. */
int field_int(const struct field *f, int most);

#endif
