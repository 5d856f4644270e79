/*
 * store.h - the database as the desk uses it: one thread, one write handle, one batch.
 *
 * Calling sequence: store_begin(); then for each job store_job_begin(), the job's reads and
 * writes through the aggregates' headers, store_job_end(); then store_commit(). Nobody
 * outside may hear of a job before store_commit() has said STORE_OK. If it says anything
 * else, then after a restart all of the batch is there, or none of it. After STORE_BROKEN
 * every further batch says STORE_BROKEN too: a sync that failed once may "succeed" the next
 * time with the data gone, so only opening the store again (a restart) makes it whole.
 *
 * Readers (lists, exports) open a handle of their own with store_open_reader().
 *
 * Every change of state goes with an event in the same job (store_event()); the events are
 * a hash chain: hash = HMAC(chain key, previous hash || canonical row).
 */
#ifndef QUANZU_STORE_H
#define QUANZU_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "db.h"
#include "ids.h"
#include "seal.h"

struct agenda;
struct crew;
struct frozen;
struct recall;

/* The last number that was given to a case, and the day that it is of. */
struct case_number {
	int day;        /* 20261121; 0 unknown */
	int64_t minute; /* in which that was found out */
	int64_t n;
	int64_t undone; /* db_undone() then */
};

/* How far a table of new keys has been emptied (resident_key.c). */
struct store_fresh {
	int64_t key, tag, id; /* all up to here, in this round */
	int64_t count;        /* what it holds, roughly; -1 not known */
};

struct store {
	struct db *db;
	struct seal *seal;
	struct ids ids;
	int64_t now_ms;           /* the time of this job; set by store_job_begin() */
	int64_t event_seq;        /* of the last event, in this batch */
	uint8_t chain[SEAL_HASH]; /* its hash */
	int64_t saved_seq;        /* before this job, to go back to */
	uint8_t saved_chain[SEAL_HASH];
	int64_t run_case;  /* of the last event of this job; 0: no case, or no event yet */
	int run;           /* its place among those of this case that stand one behind the other */
	int64_t batch_seq; /* before this batch */
	uint8_t batch_chain[SEAL_HASH];
	bool broken; /* for good */
	bool bold;   /* this batch has no savepoints */
	struct buf scratch;
	struct buf jot;        /* for whoever writes the data of an event: jot.h */
	struct arena arena;    /* what this job has read or sealed */
	struct crew *crew;     /* of the writing handle; see crew.h */
	struct agenda *agenda; /* likewise */
	/* Hears of each alarm that begins or ends, in its job; may be NULL. */
	void (*on_alarm)(
		void *arg, const char *kind, const char *subject, const char *text, bool on);
	void *on_alarm_arg;
	struct frozen *frozen;
	struct recall *recall; /* of the writing handle */
	struct case_number numbered;
	struct store_fresh fresh[2];
	int64_t fresh_undone;  /* db_undone() when both were found empty */
	bool fresh_any;        /* something may stand there */
	int64_t strays;        /* rows of stray_report, which is empty nearly always */
	int64_t strays_undone; /* db_undone() when they were counted; -1 never */
	bool bulk;             /* many rows come: their keys go that way */
};

/* Opens, migrates, checks that the key is the database's. `why` gets a plain text when it fails. */
enum store_rc store_open(struct store **out, const char *url, const char *key_path, int node,
	char *why, size_t why_size);
enum store_rc store_open_reader(struct store **out, const char *url, const struct seal *seal);
void store_close(struct store *s);

void store_begin(struct store *s);
/*
 * A batch without savepoints: they copy every page that a job touches, a third of its cost. The first
 * job that fails spoils it: then each job says so and does nothing, and there is only store_undo(),
 * and all the jobs once more in a batch of store_begin().
 */
void store_begin_bold(struct store *s);
void store_undo(struct store *s);    /* the whole batch, as if it had not begun */
void store_careful(struct store *s); /* the jobs to come have savepoints again */
void store_job_begin(struct store *s, int64_t now_ms);
enum store_rc store_job_end(struct store *s); /* undone when it is not STORE_OK */
enum store_rc store_commit(struct store *s);
bool store_lost(const struct store *s); /* the batch cannot be saved any more: stop taking jobs */

int64_t store_id(struct store *s); /* a new key */

/* One event. `case_id` 0: of no case. `data` (stolen, may be NULL) holds ids, codes and numbers, never personal data. */
void store_event(struct store *s, const char *actor, const char *kind, int64_t case_id,
	const char *entity, int64_t entity_id, json_t *data);
/* The same with its data written out: a JSON object without blanks, keys in order. */
void store_event_text(struct store *s, const char *actor, const char *kind, int64_t case_id,
	const char *entity, int64_t entity_id, const char *data);

struct audit_result {
	int64_t rows;
	int64_t bad_seq; /* the first that does not fit; 0 none */
	char head[2 * SEAL_HASH + 1];
	const char *why; /* plain Chinese, when bad_seq */
};
enum store_rc store_audit(struct store *s, struct audit_result *out);

/*
 * Sealed columns, short. What these return lives in the job's arena: until the next
 * store_job_begin() (a reader calls arena_reset(&s->arena) between pages). A NULL or empty
 * text is stored as null and read as ""; a damaged value fails the job with STORE_BAD_ROW.
 */
struct db_arg store_sealed(
	struct store *s, const char *table, const char *column, int64_t row, const char *plain);
struct db_arg store_sealed_bytes(struct store *s, const char *table, const char *column,
	int64_t row, const void *plain, size_t n);
const char *store_plain(struct store *s, struct db_stmt *q, int column, const char *table,
	const char *name, int64_t row);
const char *store_plain_bytes(struct store *s, struct db_stmt *q, int column, const char *table,
	const char *name, int64_t row, size_t *n);
struct db_arg store_lookup(struct store *s, const char *kind, const char *value);
/* The first 63 bits of it, for a key that is an integer; 0 for "". */
int64_t store_key(struct store *s, const char *kind, const char *value);
const char *store_keep(struct store *s, const char *text); /* a copy in the job's arena */

/* meta: small facts about this database. */
bool store_meta(struct store *s, const char *key, char *out, size_t n);
void store_meta_set(struct store *s, const char *key, const char *value);

/* When the last event was written; 0 never. */
int64_t store_last_at(struct store *s);
/* What has outlived its use: old nonces, counters of answers, closed keys and codes. */
void store_purge(struct store *s, int64_t now_ms);

#endif
