/* The n-th write or sync fails under the real accept: what is answered is what a restart finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "helper_store.h"
#include "helper_town.h"
#include "iofail.h"
#include "powercut.h"
#include "work.h"

#include "banned.h"

static const struct town town = { .villages = 2, .members = 2, .residents = 8 };
static struct settings set;

/* A store with people in it, and the desk on it. */
struct office {
	struct temp_store t;
	struct desk *desk;
	int64_t now;
};

static void office_open(struct office *o)
{
	temp_store_open(&o->t);
	o->now = TEMP_NOW;
	temp_job(&o->t, o->now);
	town_people(o->t.s, &town);
	assert_int_equal(temp_done(&o->t), STORE_OK);
	o->desk = desk_open(o->t.s, &set);
}

static void office_close(struct office *o)
{
	desk_close(o->desk);
	temp_store_close(&o->t);
}

static void push(struct office *o, int64_t number, int64_t about)
{
	struct warning_record *r = town_warning(&town, number, about, (int)about, LEVEL_CRITICAL);
	struct accept_result a;

	store_job_begin(o->t.s, o->now++);
	desk_accept(o->desk, "key:test", r, &a);
	store_job_end(o->t.s);
	record_free(r);
}

/* As the worker and the pump: several pushes, one of them known, then a claim, one commit. */
static enum store_rc batch(struct office *o, int64_t first, struct outgoing *out)
{
	store_begin(o->t.s);
	push(o, first, first % 10);
	push(o, first + 1, first % 10); /* joins */
	push(o, first + 2, (first + 2) % 10);
	push(o, first, first % 10); /* known */
	out->id = 0;
	store_job_begin(o->t.s, o->now++);
	if (!desk_claim(o->desk, "sim1", OUTGOING_SMS, out))
		out->id = 0;
	store_job_end(o->t.s);
	return store_commit(o->t.s);
}

/* How many of the three warnings a restart finds; asserts that nothing is half. */
static int found_after_restart(struct office *o, int64_t first)
{
	struct audit_result audit;
	int n = 0;

	desk_close(o->desk);
	temp_store_shut(&o->t);
	temp_store_again(&o->t);
	o->desk = desk_open(o->t.s, &set);
	for (int64_t k = first; k < first + 3; k++) {
		int there = town_warning_there(o->t.s, k);

		assert_int_not_equal(there, POWER_HALF);
		n += there == POWER_WHOLE;
	}
	assert_null(town_broken_rule(o->t.s));
	assert_int_equal(store_audit(o->t.s, &audit), STORE_OK);
	assert_int_equal(audit.bad_seq, 0);
	assert_int_equal(temp_number(&o->t, "SELECT count(*) FROM pragma_integrity_check"
					    " WHERE integrity_check = 'ok'"),
		1);
	return n;
}

static bool is_sending(struct office *o, int64_t id)
{
	return db_number(o->t.s->db,
		       "SELECT count(*) FROM message WHERE id = ? AND state = 'sending'", 0,
		       DB_ARGS(DI(id))) == 1;
}

/* -- the sweeps ------------------------------------------------------------------------------------- */

struct told {
	int runs, full, broken;
};

/* One run: the first batch meets the failure at call n, a second one follows on the same store. */
static bool run_once(int n, enum iofail_kind kind, bool checkpoint, struct told *told)
{
	struct outgoing claimed = { .id = 0 }, later = { .id = 0 };
	enum store_rc first, second;
	struct office o;
	bool fired;
	int found;

	office_open(&o);
	if (checkpoint)
		db_script(o.t.s->db, "PRAGMA wal_autocheckpoint=1");
	temp_quiet();
	iofail_arm(n, kind);
	first = batch(&o, 100, &claimed);
	second = batch(&o, 200, &later);
	fired = iofail_disarm();
	temp_loud();
	told->runs++;
	told->full += first == STORE_FULL || second == STORE_FULL;
	told->broken += first == STORE_BROKEN || second == STORE_BROKEN;
	if (first == STORE_BROKEN)
		assert_int_equal(second, STORE_BROKEN); /* a sync is never tried again */
	found = found_after_restart(&o, 100);
	assert_true(first == STORE_OK ? found == 3 : found == 0 || found == 3);
	if (first == STORE_OK && claimed.id != 0)
		assert_true(is_sending(&o, claimed.id)); /* before the first byte leaves */
	found = found_after_restart(&o, 200);
	assert_true(second == STORE_OK ? found == 3 : found == 0 || found == 3);
	office_close(&o);
	return fired;
}

/* Every call in the long run; else every `step`-th, from the first. */
static struct told sweep(enum iofail_kind kind, bool checkpoint, int step)
{
	const char *how = getenv("TORTURE");
	struct told told = { .runs = 0 };

	if (how != NULL && strcmp(how, "long") == 0)
		step = 1;
	for (int n = 1; run_once(n, kind, checkpoint, &told); n += step)
		;
	print_message("# %d runs, %d told a full disk, %d a broken one\n", told.runs, told.full,
		told.broken);
	return told;
}

static void a_failure_once(void **state)
{
	struct told told = sweep(IOFAIL_ONCE, false, 1);

	(void)state;
	assert_true(told.full > 0);
	assert_true(told.broken > 0);
}

static void a_failure_for_ever(void **state)
{
	(void)state;
	assert_true(sweep(IOFAIL_FOREVER, false, 1).full > 0);
}

static void a_full_disk_at_any_write(void **state)
{
	struct told told = sweep(IOFAIL_FULL, false, 1);

	(void)state;
	assert_true(told.full > 0);
	assert_int_equal(told.broken, 0); /* it is no reason to stop */
	told = sweep(IOFAIL_SHORT, false, 1);
	assert_true(told.full > 0);
	assert_int_equal(told.broken, 0);
}

static void a_sync_that_fails(void **state)
{
	struct told told = sweep(IOFAIL_SYNC, false, 1);

	(void)state;
	assert_true(told.broken > 0);
	assert_int_equal(told.full, 0);
}

static void a_failure_in_a_checkpoint(void **state)
{
	(void)state;
	sweep(IOFAIL_ONCE, true, 5);
	sweep(IOFAIL_FULL, true, 7);
}

/* -- a full disk ends without a restart ------------------------------------------------------------- */

static void once_there_is_space_again_the_same_store_accepts(void **state)
{
	struct outgoing out;
	struct office o;
	int filled = 0;

	(void)state;
	office_open(&o);
	temp_quiet();
	for (int n = 1; n <= 12; n++) {
		enum store_rc rc;

		iofail_arm(1, n % 2 == 0 ? IOFAIL_FULL : IOFAIL_SHORT);
		rc = batch(&o, 1000 * n, &out);
		iofail_disarm();
		filled += rc == STORE_FULL;
		assert_int_equal(batch(&o, 1000 * n + 500, &out), STORE_OK);
		assert_int_equal(town_warning_there(o.t.s, 1000 * n + 500), POWER_WHOLE);
		assert_int_equal(town_warning_there(o.t.s, 1000 * n),
			rc == STORE_OK ? POWER_WHOLE : POWER_ABSENT);
	}
	temp_loud();
	assert_int_equal(filled, 12);
	assert_int_equal(found_after_restart(&o, 12500), 3);
	office_close(&o);
}

/* -- the worker -------------------------------------------------------------------------------------- */

struct pushing { /* a push as web/ makes one, and what it is answered */
	struct work work;
	struct office *office;
	int64_t number;
	bool answered;
};

struct seen {
	struct office *office;
	enum store_rc last; /* of a batch */
	int stops;
};

static void in_desk(struct work *w, void *desk)
{
	struct pushing *p = (struct pushing *)w;
	struct warning_record *r =
		town_warning(&town, p->number, p->number % 8, (int)p->number, LEVEL_HIGH);
	struct accept_result a;

	desk_accept(desk, "key:test", r, &a);
	record_free(r);
}

static void answered(struct work *w)
{
	((struct pushing *)w)->answered = true;
}

static void begin_batch(void *arg)
{
	store_begin(((struct seen *)arg)->office->t.s);
}

static void begin_job(void *arg)
{
	struct office *o = ((struct seen *)arg)->office;

	store_job_begin(o->t.s, o->now++);
}

static enum store_rc end_job(void *arg)
{
	return store_job_end(((struct seen *)arg)->office->t.s);
}

/* As daemon.c does it. */
static enum store_rc end_batch(void *arg)
{
	struct seen *seen = arg;

	seen->last = store_commit(seen->office->t.s);
	seen->stops += seen->last == STORE_BROKEN;
	return seen->last;
}

static void no_tick(void *arg)
{
	(void)arg;
}

static int64_t not_due(void *arg)
{
	(void)arg;
	return 60000;
}

static void push_and_wait(
	struct worker *w, uv_loop_t *loop, struct pushing *p, struct office *o, int64_t number)
{
	*p = (struct pushing){
		.work = { .run = in_desk, .done = answered }, .office = o, .number = number
	};
	assert_true(worker_put(w, &p->work));
	while (!p->answered)
		uv_run(loop, UV_RUN_ONCE);
}

static void a_failed_sync_reaches_whoever_stops_the_daemon(void **state)
{
	struct office o;
	struct seen seen = { .office = &o };
	struct work_hooks hooks = { .arg = &seen,
		.batch_begin = begin_batch,
		.job_begin = begin_job,
		.job_end = end_job,
		.batch_end = end_batch,
		.tick = no_tick,
		.due_ms = not_due };
	struct pushing p;
	struct worker *w;
	uv_loop_t loop;

	(void)state;
	office_open(&o);
	hooks.desk = o.desk;
	uv_loop_init(&loop);
	w = worker_new(&loop, &hooks, 10);
	worker_start(w);
	push_and_wait(w, &loop, &p, &o, 1);
	assert_int_equal(p.work.rc, STORE_OK);
	temp_quiet();
	iofail_arm(1, IOFAIL_SYNC);
	push_and_wait(w, &loop, &p, &o, 2);
	assert_true(iofail_disarm());
	assert_int_equal(p.work.rc, STORE_BROKEN);
	assert_int_equal(seen.last, STORE_BROKEN);
	push_and_wait(w, &loop, &p, &o, 3); /* the disk would work again: nobody may trust it */
	temp_loud();
	assert_int_equal(p.work.rc, STORE_BROKEN);
	assert_int_equal(seen.stops, 2);
	worker_stop(w);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	found_after_restart(&o, 1);
	assert_int_equal(town_warning_there(o.t.s, 1), POWER_WHOLE);
	assert_int_equal(town_warning_there(o.t.s, 3), POWER_ABSENT);
	office_close(&o);
}

static int setup(void **state)
{
	(void)state;
	clock_zone("Asia/Shanghai");
	clock_virtual(TEMP_NOW);
	town_settings(&set);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	town_settings_free(&set);
	clock_real();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_once),
		cmocka_unit_test(a_failure_for_ever),
		cmocka_unit_test(a_full_disk_at_any_write),
		cmocka_unit_test(a_sync_that_fails),
		cmocka_unit_test(a_failure_in_a_checkpoint),
		cmocka_unit_test(once_there_is_space_again_the_same_store_accepts),
		cmocka_unit_test(a_failed_sync_reaches_whoever_stops_the_daemon),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
