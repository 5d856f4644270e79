/* The log is copied beside the desk: it stays short, nothing is lost, a failure is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "checkpoint.h"
#include "crashvfs.h"
#include "helper_store.h"
#include "iofail.h"
#include "powercut.h"

#include "banned.h"

enum { PAGE = 4096, BATCHES = 400, ROWS = 60 };

static void table(struct store *s)
{
	db_script(s->db, "CREATE TABLE thing (n BIGINT PRIMARY KEY, body BLOB NOT NULL)");
}

static void write_thing(struct store *s, int64_t n)
{
	static const char body[PAGE - 200];

	db_run(s->db, "INSERT INTO thing (n, body) VALUES (?, ?)",
		DB_ARGS(DI(n), DBL(body, (size_t)(n * 37 % (int64_t)sizeof body + 1))));
	store_event(s, "test", "thing.written", 0, "thing", n, NULL);
}

/* -- with the thread --------------------------------------------------------------------------- */

static off_t log_size(const struct temp_store *t)
{
	char path[112];
	struct stat st;

	snprintf(path, sizeof path, "%s-wal", t->db);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static off_t write_batches(struct temp_store *t, int batches)
{
	off_t longest = 0;

	for (int i = 0; i < batches; i++) {
		off_t now;

		temp_job(t, TEMP_NOW + i);
		for (int k = 0; k < ROWS; k++)
			write_thing(t->s, (int64_t)k * 1000000 + i);
		assert_int_equal(temp_done(t), STORE_OK);
		now = log_size(t);
		longest = now > longest ? now : longest;
	}
	return longest;
}

static void is_whole(struct temp_store *t, int64_t rows)
{
	struct audit_result audit;

	temp_store_shut(t);
	temp_store_again(t);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM thing"), rows);
	assert_int_equal(store_audit(t->s, &audit), STORE_OK);
	assert_int_equal(audit.bad_seq, 0);
	assert_int_equal(audit.rows, rows);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM pragma_integrity_check"
					" WHERE integrity_check = 'ok'"),
		1);
}

static void the_log_stays_short(void **state)
{
	struct temp_store *t = *state;
	struct checkpoint *c = checkpoint_start(t->s, t->url);
	off_t longest;

	table(t->s);
	longest = write_batches(t, BATCHES);
	assert_true(longest > (off_t)1000 * PAGE);
	assert_true(longest < (off_t)(CHECKPOINT_BOUND + 2000) * (PAGE + 24));
	checkpoint_stop(c);
	is_whole(t, (int64_t)BATCHES * ROWS);
}

/* Who reads holds the log; then it may grow, and is copied when the reader has gone. */
static void a_reader_sees_one_moment_and_then_the_next(void **state)
{
	struct temp_store *t = *state;
	struct checkpoint *c = checkpoint_start(t->s, t->url);
	struct db *reader;

	table(t->s);
	write_batches(t, 20);
	assert_int_equal(db_open(&reader, t->url, DB_READ), STORE_OK);
	db_script(reader, "BEGIN");
	assert_int_equal(db_number(reader, "SELECT count(*) FROM thing", 0, DB_NONE), 20 * ROWS);
	for (int i = 0; i < BATCHES; i++) {
		temp_job(t, TEMP_NOW + 1000 + i);
		for (int k = 0; k < ROWS; k++)
			write_thing(t->s, (int64_t)k * 1000000 + 1000 + i);
		assert_int_equal(temp_done(t), STORE_OK);
	}
	assert_int_equal(db_number(reader, "SELECT count(*) FROM thing", 0, DB_NONE), 20 * ROWS);
	db_script(reader, "COMMIT");
	assert_int_equal(
		db_number(reader, "SELECT count(*) FROM thing", 0, DB_NONE), (20 + BATCHES) * ROWS);
	db_close(reader);
	checkpoint_stop(c);
	is_whole(t, (int64_t)(20 + BATCHES) * ROWS);
}

/* The thread meets the failure: commits go on to say the truth until the store is given up. */
static void a_failed_sync_of_the_copy_breaks_the_store(void **state)
{
	struct temp_store *t = *state;
	struct checkpoint *c = checkpoint_start(t->s, t->url);
	enum store_rc rc = STORE_OK;
	int64_t acknowledged = 0;

	table(t->s);
	temp_quiet();
	for (int i = 0; i < BATCHES && rc == STORE_OK; i++) {
		temp_job(t, TEMP_NOW + i);
		for (int k = 0; k < ROWS; k++)
			write_thing(t->s, (int64_t)k * 1000000 + i);
		if (i == 10)
			iofail_sync_elsewhere(true);
		rc = temp_done(t);
		acknowledged += rc == STORE_OK ? ROWS : 0;
	}
	iofail_sync_elsewhere(false);
	temp_loud();
	assert_int_equal(rc, STORE_BROKEN);
	assert_true(acknowledged > 10 * ROWS);
	temp_job(t, TEMP_NOW + BATCHES);
	assert_int_equal(temp_done(t), STORE_BROKEN); /* for good */
	checkpoint_stop(c);
	is_whole(t, acknowledged);
}

/* -- under power cuts: no thread, the same steps at random moments ------------------------------- */

static struct db *copier;

static void opened(struct store *s)
{
	(void)s;
	if (db_open(&copier, "sqlite:file:power.db?vfs=gather-crash", DB_READ) != STORE_OK) {
		db_close(copier);
		copier = NULL;
	}
}

static void closing(void)
{
	db_close(copier);
	copier = NULL;
}

static void write_and_copy(struct store *s, int64_t n)
{
	int frames, copied;

	if (copier != NULL && crash_dice(3) == 0)
		db_checkpoint(copier, &frames, &copied);
	write_thing(s, n);
	if (copier != NULL && crash_dice(5) == 0)
		db_checkpoint(copier, &frames, &copied);
}

static enum power_there thing_there(struct store *s, int64_t n)
{
	int64_t found = db_number(s->db,
		"SELECT (SELECT count(*) FROM thing WHERE n = ?) + (SELECT count(*) FROM event"
		" WHERE entity_id = ? AND kind = 'thing.written')",
		0, DB_ARGS(DI(n), DI(n)));

	return found == 2 ? POWER_WHOLE : found == 0 ? POWER_ABSENT : POWER_HALF;
}

static void a_copy_may_be_cut_at_any_write(void **state)
{
	static const struct power_job job = { .prepare = table,
		.run = write_and_copy,
		.there = thing_there,
		.opened = opened,
		.closing = closing };
	uint64_t seed = power_seed();
	struct power_result r;

	(void)state;
	temp_quiet(); /* each cut that hits a copy is told in the log */
	r = power_torture(&job, power_cuts(200), seed, NULL);
	temp_loud();
	print_message("# TORTURE_SEED=%llu cuts %ld acknowledged %ld\n", (unsigned long long)seed,
		r.cuts, r.acked);
	assert_string_equal(r.first, "");
	assert_int_equal(r.lost + r.half + r.split + r.corrupt + r.chain, 0);
	assert_true(r.acked > r.cuts);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
	const struct CMUnitTest tests[] = {
		EACH(the_log_stays_short),
		EACH(a_reader_sees_one_moment_and_then_the_next),
		EACH(a_failed_sync_of_the_copy_breaks_the_store),
		cmocka_unit_test(a_copy_may_be_cut_at_any_write),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
