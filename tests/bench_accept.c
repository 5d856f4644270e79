/*
 * The accept transaction without HTTP, in groups of so many warnings to a commit, the log copied by
 * the thread that the daemon has for it; and beside it the least that any such program must do:
 * three indexed rows a warning in groups of the same size, written by bare SQLite with the same
 * settings. On the disk of BENCH_DIR (default /tmp).
 *
 *   bench_accept SECONDS GROUP...
 *
 * One line of JSON a group: group, accepts (a second), rows (groups of three rows, a second),
 * batch_us (the median batch of accepts), cpu_us and rows_cpu_us (of the processor, for one).
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checkpoint.h"
#include "clock.h"
#include "helper_people.h"
#include "helper_store.h"
#include "helper_town.h"

#include "banned.h"

enum { GROUP_MAX = 512, BATCHES_MAX = 1 << 20 };

/* So many that nobody runs out of codes while it runs: see bench.py. */
static const struct town town = { .villages = 400, .members = 10, .residents = 0 };
static int64_t next_number = 1;

/* Of this program, the copier's thread too: the same whoever else uses the machine. */
static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct figure {
	double per_s, cpu_us;
	int64_t median_us;
};

/* -- ours --------------------------------------------------------------------------------------- */

/* One batch; the records are made before the clock runs, as intake makes them on another thread. */
static int64_t accept_batch(struct temp_store *t, struct desk *d, int group, int64_t *cpu)
{
	static struct warning_record *record[GROUP_MAX];
	int64_t began_us, began_cpu, took_us;

	for (int i = 0; i < group; i++, next_number++)
		record[i] = town_warning(&town, next_number, next_number,
			(int)(next_number % 100000000), LEVEL_HIGH);
	began_us = clock_mono_us();
	began_cpu = cpu_us();
	store_begin_bold(t->s);
	for (int i = 0; i < group; i++) {
		struct accept_result out;

		store_job_begin(t->s, clock_now_ms());
		desk_accept(d, "key:bench", record[i], &out);
		if (store_job_end(t->s) != STORE_OK || out.state != ACCEPT_NEW)
			abort();
	}
	if (store_commit(t->s) != STORE_OK)
		abort();
	took_us = clock_mono_us() - began_us;
	*cpu += cpu_us() - began_cpu;
	for (int i = 0; i < group; i++)
		record_free(record[i]);
	return took_us;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct figure accepts(struct temp_store *t, struct desk *d, int group, double seconds)
{
	static int64_t took_us[BATCHES_MAX];
	int64_t sum_us = 0, cpu = 0;
	int n = 0;

	while ((double)sum_us < seconds * 1e6 && n < BATCHES_MAX)
		sum_us += took_us[n++] = accept_batch(t, d, group, &cpu);
	qsort(took_us, (size_t)n, sizeof *took_us, by_time);
	return (struct figure){ .per_s = (double)n * group * 1e6 / (double)sum_us,
		.cpu_us = (double)cpu / n / group,
		.median_us = took_us[n / 2] };
}

/* -- three rows ------------------------------------------------------------------------------------ */

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
}

static sqlite3 *bare_open(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
		"PRAGMA secure_delete=FAST; PRAGMA wal_autocheckpoint=1000");
	for (int i = 0; i < 3; i++) {
		char sql[256];

		snprintf(sql, sizeof sql,
			"CREATE TABLE row%d (id INTEGER PRIMARY KEY, about INTEGER NOT NULL, at "
			"INTEGER NOT "
			"NULL, body BLOB NOT NULL); CREATE INDEX row%d_about ON row%d (about)",
			i, i, i);
		run(db, sql);
	}
	return db;
}

static int64_t bare_batch(sqlite3 *db, sqlite3_stmt **insert, int group)
{
	static const char body[400];
	static int64_t id;
	int64_t began_us = clock_mono_us();

	run(db, "BEGIN IMMEDIATE");
	for (int i = 0; i < group; i++) {
		id++;
		for (int k = 0; k < 3; k++) {
			sqlite3_bind_int64(insert[k], 1, id);
			sqlite3_bind_int64(insert[k], 2, id);
			sqlite3_bind_int64(insert[k], 3, began_us);
			sqlite3_bind_blob(insert[k], 4, body, sizeof body, SQLITE_STATIC);
			if (sqlite3_step(insert[k]) != SQLITE_DONE)
				abort();
			sqlite3_reset(insert[k]);
		}
	}
	run(db, "COMMIT");
	return clock_mono_us() - began_us;
}

static struct figure bare_rows(const char *path, int group, double seconds)
{
	sqlite3 *db = bare_open(path);
	sqlite3_stmt *insert[3];
	int64_t sum_us = 0, n = 0, cpu;

	for (int i = 0; i < 3; i++) {
		char sql[64];

		snprintf(sql, sizeof sql, "INSERT INTO row%d VALUES (?, ?, ?, ?)", i);
		if (sqlite3_prepare_v2(db, sql, -1, &insert[i], NULL) != SQLITE_OK)
			abort();
	}
	cpu = cpu_us();
	while ((double)sum_us < seconds * 1e6) {
		sum_us += bare_batch(db, insert, group);
		n += group;
	}
	cpu = cpu_us() - cpu;
	for (int i = 0; i < 3; i++) {
		char sql[32];

		sqlite3_finalize(insert[i]);
		snprintf(sql, sizeof sql, "DROP TABLE row%d", i);
		run(db, sql);
	}
	sqlite3_close(db);
	return (struct figure){ .per_s = (double)n * 1e6 / (double)sum_us,
		.cpu_us = (double)cpu / (double)n };
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	static struct settings set;
	struct temp_store t;
	struct checkpoint *copier;
	struct desk *d;
	char bare[128];

	clock_zone("Asia/Shanghai");
	town_settings(&set);
	temp_store_open_in(&t, bench_folder());
	temp_job(&t, clock_now_ms());
	town_people(t.s, &town);
	if (temp_done(&t) != STORE_OK)
		abort();
	d = desk_open(t.s, &set);
	copier = checkpoint_start(t.s, t.url); /* as the daemon has it */
	if (copier == NULL)
		abort();
	snprintf(bare, sizeof bare, "%s/bare.db", t.dir);
	for (int i = 2; i < argc; i++) {
		int group = (int)strtol(argv[i], NULL, 10);
		struct figure ours, rows;

		if (group < 1 || group > GROUP_MAX)
			return 64;
		ours = accepts(&t, d, group, seconds);
		rows = bare_rows(bare, group, seconds);
		printf("{\"group\":%d,\"accepts\":%.0f,\"rows\":%.0f,\"batch_us\":%lld,"
		       "\"cpu_us\":%.1f,\"rows_cpu_us\":%.1f}\n",
			group, ours.per_s, rows.per_s, (long long)ours.median_us, ours.cpu_us,
			rows.cpu_us);
	}
	desk_close(d);
	checkpoint_stop(copier);
	temp_store_close(&t);
	town_settings_free(&set);
	return 0;
}
