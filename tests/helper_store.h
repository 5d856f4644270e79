/*
 * helper_store.h - a store in a folder of its own, gone after the test.
 *
 * Calling sequence: temp_store_open(); work with t->s; temp_store_close(). As cmocka setup and
 * teardown: temp_store_setup, temp_store_teardown; *state is then the struct temp_store.
 */
#ifndef QUANZU_HELPER_STORE_H
#define QUANZU_HELPER_STORE_H

#include <sqlite3.h>
#include <stdint.h>

#include "store.h"

#define TEMP_NOW INT64_C(1795219200000) /* 2026-11-21 08:00 +08:00, a Saturday */

struct temp_store {
	char dir[64], db[96], url[112], key[96];
	struct store *s;
};

/* Aborts the test program when anything of it fails. */
void temp_store_open(struct temp_store *t); /* in memory (/dev/shm) where there is such a place */
void temp_store_open_in(struct temp_store *t, const char *folder); /* on a real disk, for figures */
void temp_store_close(struct temp_store *t);                       /* removes the folder */
void temp_store_shut(struct temp_store *t);  /* closes, the files stay: as a stop of the daemon */
void temp_store_again(struct temp_store *t); /* opens them again */

int temp_store_setup(void **state);
int temp_store_teardown(void **state);

/* store_begin() and store_job_begin() at `now_ms`; job end and commit, whose result it gives. */
void temp_job(struct temp_store *t, int64_t now_ms);
enum store_rc temp_done(struct temp_store *t);

/* Standard error goes nowhere while failures are provoked on purpose. */
void temp_quiet(void);
void temp_loud(void);

/* Past the store, on the closed or open file: what somebody with the file alone can do. */
void temp_sql(struct temp_store *t, const char *sql);
int64_t temp_number(struct temp_store *t, const char *sql);

#endif
