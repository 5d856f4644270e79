/*
 * intake.h - files and request bodies to records, in slices.
 *
 * One road for everything that comes: CSV, XLSX, JSON (an object, an array, NDJSON), of
 * warnings and of the lists of people. The bytes are read, the header is found, each row
 * becomes one item: a record, or the reason why not. Items are handed over in slices of at
 * most INTAKE_SLICE; the receiver stores them, and writes into each item what became of it;
 * then the report gets its line. Order is kept, and every row of the file has its item.
 *
 * Blocking, and the receiver is called in the same thread: run it in a pool thread.
 */
#ifndef QUANZU_INTAKE_H
#define QUANZU_INTAKE_H

#include "arena.h"
#include "fields.h"
#include "people_record.h"
#include "record.h"

enum { INTAKE_SLICE = 500, INTAKE_SLICE_BYTES = 8 << 20, INTAKE_NOTES = 8 };

enum intake_verdict {
	INTAKE_OPEN,      /* a record that the receiver has to decide on */
	INTAKE_ACCEPTED,  /* new */
	INTAKE_MERGED,    /* joined what is there (a running case) */
	INTAKE_CHANGED,   /* a known person's row was brought up to date */
	INTAKE_DUPLICATE, /* known already, nothing done */
	INTAKE_REFUSED,   /* fault says why; set by the intake or by the receiver */
	INTAKE_SKIPPED,   /* no record: a total, a signature, a repeated header */
	INTAKE_VERDICTS
};

struct intake_item {
	const char *sheet;
	int row; /* in the sheet; in JSON the place in the array or the line, from 1 */
	enum intake_verdict verdict;
	struct warning_record *warning; /* HEADER_WARNING; set NULL by a receiver that keeps it */
	struct people_record *people;   /* the other kinds; lives in the slice */
	struct fault fault;             /* of INTAKE_REFUSED */
	struct notes notes;             /* what was not taken from an accepted record */
	const struct sheet_row *raw;    /* as the file has it; NULL for JSON and forms */
	int64_t id;                     /* the receiver's: what it became */
	char said[128];                 /* the receiver's, for the report: 案件20261121-0007 */
};

/* Called with 1 .. INTAKE_SLICE items; every INTAKE_OPEN one is to be decided. False: stop. */
typedef bool intake_slice_fn(void *arg, struct intake_item *items, size_t count);

struct intake_summary {
	size_t verdicts[INTAKE_VERDICTS];
	size_t records;               /* rows that are no INTAKE_SKIPPED */
	int sheets, hidden, headless; /* sheets read; left out */
	char note[INTAKE_NOTES][256]; /* 工作表“说明”没有表头，已跳过 ...; plain Chinese */
	size_t note_count;
	bool stopped; /* the receiver said so */
};

struct filereport;

struct intake_job {
	enum header_kind kind;
	const struct intake_ctx *ctx;
	const struct sheet_limits *limits;
	intake_slice_fn *slice;
	void *arg;
	struct filereport *report; /* may be NULL */
	bool is_json;              /* the sender said so: no bytes make a table of it */
	struct arena *arena;       /* where the texts of people live on; NULL: in the slice */
};

/*
 * False: the file as a whole is refused, *fault says why (its kind, its size, no header). Rows
 * that came before have been handed over. summary is set in both cases.
 */
bool intake_file(
	const struct intake_job *job, int fd, struct intake_summary *summary, struct fault *fault);
bool intake_bytes(const struct intake_job *job, const void *bytes, size_t n,
	struct intake_summary *summary, struct fault *fault);

const char *intake_verdict_code(enum intake_verdict v); /* "accepted" ... */
const char *intake_verdict_name(enum intake_verdict v); /* 已受理 ... */
/* One result as the HTTP contract has it: row, code, error or notes; the receiver adds the rest. */
json_t *intake_item_json(const struct intake_item *item);

#endif
