/*
 * The desk's thread and its queues, with hooks that write down what happens. A gate job keeps the
 * desk busy while a test puts its jobs, so that every test knows what waits when it opens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "work.h"

#include "banned.h"

enum { JOBS = 1300, TRACE = 16384, FAR_MS = 60000 };

struct bench;

struct job {
	struct work work; /* first: done() gets its address */
	struct bench *bench;
	const char *name;
	enum store_rc ends; /* what the store says of this job */
	struct job *tells;  /* what its run() adds with worker_tell() */
	bool puts_again;    /* its done() tries one more */
	int order;          /* of done(), from 1 */
};

static struct bench {
	uv_loop_t loop;
	struct worker *worker;
	uv_mutex_t lock;
	char trace[TRACE]; /* under the lock */
	uv_sem_t gate, commit;
	atomic_bool at_gate, at_commit;
	atomic_bool holds_commit;  /* batch_end() waits for `commit` */
	enum store_rc batch_rc;    /* what batch_end() says */
	enum store_rc job_rc;      /* desk's thread: of the job that runs */
	_Atomic int64_t due_at_ns; /* of uv_hrtime(); 0: far away */
	atomic_int batches, ticks;
	int done;
	struct job job[JOBS];
	struct job gate_job, extra;
} b;

static void note(const char *what)
{
	size_t n;

	uv_mutex_lock(&b.lock);
	n = strlen(b.trace);
	snprintf(b.trace + n, sizeof b.trace - n, "%s%s", n == 0 ? "" : " ", what);
	uv_mutex_unlock(&b.lock);
}

/* The trace so far, which begins anew; valid until the next call. */
static const char *taken(void)
{
	static char copy[TRACE];

	uv_mutex_lock(&b.lock);
	memcpy(copy, b.trace, sizeof copy);
	b.trace[0] = '\0';
	uv_mutex_unlock(&b.lock);
	return copy;
}

/* -- hooks -------------------------------------------------------------------------------- */

static void batch_begin(void *arg)
{
	assert_ptr_equal(arg, &b);
	note("(");
}

static void batch_bold(void *arg)
{
	assert_ptr_equal(arg, &b);
	note("[");
}

static void batch_undo(void *arg)
{
	assert_ptr_equal(arg, &b);
	note("undo");
}

static void job_begin(void *arg)
{
	assert_ptr_equal(arg, &b);
	b.job_rc = STORE_OK;
}

static enum store_rc job_end(void *arg)
{
	assert_ptr_equal(arg, &b);
	return b.job_rc;
}

static enum store_rc batch_end(void *arg)
{
	assert_ptr_equal(arg, &b);
	if (b.holds_commit) {
		b.at_commit = true;
		uv_sem_wait(&b.commit);
	}
	note(")");
	b.batches++;
	return b.batch_rc;
}

static void tick(void *arg)
{
	assert_ptr_equal(arg, &b);
	note("tick");
	b.due_at_ns = 0;
	b.ticks++;
}

static int64_t due_ms(void *arg)
{
	int64_t at = b.due_at_ns;

	assert_ptr_equal(arg, &b);
	return at == 0 ? FAR_MS : (at - (int64_t)uv_hrtime() + 999999) / 1000000;
}

/* -- jobs --------------------------------------------------------------------------------- */

static void run(struct work *w, void *desk)
{
	struct job *j = (struct job *)w;

	assert_string_equal(desk, "desk");
	note(j->name);
	b.job_rc = j->ends;
	if (j->tells != NULL)
		worker_tell(b.worker, &j->tells->work);
}

static void run_gate(struct work *w, void *desk)
{
	(void)w;
	(void)desk;
	b.at_gate = true;
	uv_sem_wait(&b.gate);
}

static void done(struct work *w)
{
	struct job *j = (struct job *)w;

	j->order = ++b.done;
	if (j->puts_again) {
		j->puts_again = false;
		b.extra.order = worker_put(b.worker, &b.extra.work) ? 0 : -1;
	}
}

static struct job *job(int i, const char *name, bool bulk)
{
	b.job[i] = (struct job){ .work = { .run = run, .done = done, .bulk = bulk }, .name = name };
	return &b.job[i];
}

static bool give(int i, const char *name, bool bulk)
{
	return worker_put(b.worker, &job(i, name, bulk)->work);
}

/* -- the bench ---------------------------------------------------------------------------- */

static void start(int max)
{
	const struct work_hooks hooks = { .arg = &b,
		.desk = "desk",
		.batch_begin = batch_begin,
		.batch_bold = batch_bold,
		.batch_undo = batch_undo,
		.job_begin = job_begin,
		.job_end = job_end,
		.batch_end = batch_end,
		.tick = tick,
		.due_ms = due_ms };

	b.worker = worker_new(&b.loop, &hooks, max);
	worker_start(b.worker);
}

static int set_up(void **state)
{
	(void)state;
	alarm(60); /* what hangs fails */
	memset(&b, 0, sizeof b);
	b.extra = (struct job){ .work = { .run = run, .done = done }, .name = "extra" };
	return uv_loop_init(&b.loop) | uv_mutex_init(&b.lock) | uv_sem_init(&b.gate, 0) |
	       uv_sem_init(&b.commit, 0);
}

static void stop(void)
{
	worker_stop(b.worker);
	uv_run(&b.loop, UV_RUN_DEFAULT); /* ends: no handle stays behind */
}

static int tear_down(void **state)
{
	(void)state;
	uv_mutex_destroy(&b.lock);
	uv_sem_destroy(&b.gate);
	uv_sem_destroy(&b.commit);
	return uv_loop_close(&b.loop);
}

/* A few rounds: what was put has reached the desk, what is finished has come back. */
static void turn(void)
{
	for (int i = 0; i < 5; i++) {
		uv_run(&b.loop, UV_RUN_NOWAIT);
		usleep(500);
	}
}

static void turn_until_done(int n)
{
	while (b.done < n)
		uv_run(&b.loop, UV_RUN_ONCE);
}

/* From here on the desk stands in a job of its own until open_gate(). */
static void shut_gate(void)
{
	b.gate_job = (struct job){ .work = { .run = run_gate, .done = done }, .name = "gate" };
	b.at_gate = false;
	assert_true(worker_put_always(b.worker, &b.gate_job.work));
	while (!b.at_gate)
		uv_run(&b.loop, UV_RUN_NOWAIT);
}

static void open_gate(void)
{
	turn();
	uv_sem_post(&b.gate);
}

/* -- tests -------------------------------------------------------------------------------- */

static void live_work_goes_before_bulk_and_bulk_goes_one_by_one(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "bulk1", true);
	give(1, "bulk2", true);
	give(2, "live1", false);
	give(3, "bulk3", true);
	give(4, "live2", false);
	open_gate();
	turn_until_done(6);
	stop();
	assert_string_equal(taken(), "( ) ( live1 live2 bulk1 ) ( bulk2 ) ( bulk3 )");
	assert_int_equal(b.gate_job.order, 1);
	assert_int_equal(b.job[2].order, 2);
	assert_int_equal(b.job[4].order, 3);
	assert_int_equal(b.job[0].order, 4);
	assert_int_equal(b.job[1].order, 5);
	assert_int_equal(b.job[3].order, 6);
}

static void live_work_that_comes_meanwhile_overtakes_bulk(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "bulk1", true);
	give(1, "bulk2", true);
	job(2, "live", false);
	b.holds_commit = true;
	open_gate();
	while (!b.at_commit)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	b.at_commit = false;
	uv_sem_post(&b.commit); /* the gate's own batch */
	while (!b.at_commit)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	assert_true(worker_put(b.worker, &b.job[2].work));
	turn();
	for (int i = 0; i < 3; i++)
		uv_sem_post(&b.commit); /* bulk1's, and the rest */
	turn_until_done(4);
	stop();
	assert_string_equal(taken(), "( ) ( bulk1 ) ( live bulk2 )");
}

static void a_batch_has_an_upper_size(void **state)
{
	(void)state;
	start(JOBS);
	shut_gate();
	for (int i = 0; i < JOBS; i++)
		assert_true(give(i, "x", false));
	open_gate();
	turn_until_done(JOBS + 1);
	stop();
	assert_int_equal(b.batches, 1 + (JOBS + 511) / 512);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(b.job[i].order, i + 2);
}

static void one_bad_job_leaves_its_neighbours(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "a", false);
	give(1, "conflict", false);
	give(2, "b", false);
	give(3, "missing", false);
	give(4, "c", true);
	b.job[1].ends = STORE_CONFLICT;
	b.job[3].ends = STORE_NOT_FOUND;
	open_gate();
	turn_until_done(6);
	stop();
	assert_string_equal(taken(), "( ) ( a conflict b missing c )");
	assert_int_equal(b.job[0].work.rc, STORE_OK);
	assert_int_equal(b.job[1].work.rc, STORE_CONFLICT);
	assert_int_equal(b.job[2].work.rc, STORE_OK);
	assert_int_equal(b.job[3].work.rc, STORE_NOT_FOUND);
	assert_int_equal(b.job[4].work.rc, STORE_OK);
}

static void repeat(int i, const char *name)
{
	job(i, name, false)->work.again = true;
	assert_true(worker_put(b.worker, &b.job[i].work));
}

static void works_that_may_run_again_go_without_savepoints(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	repeat(0, "a");
	repeat(1, "b");
	open_gate();
	turn_until_done(3);
	shut_gate();
	repeat(2, "c");
	give(3, "once", false);
	open_gate();
	turn_until_done(6);
	stop();
	assert_string_equal(taken(), "( ) [ a b ) ( ) ( c once )");
}

static void a_spoilt_batch_runs_again_with_them(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	repeat(0, "a");
	repeat(1, "conflict");
	repeat(2, "b");
	b.job[1].ends = STORE_CONFLICT;
	open_gate();
	turn_until_done(4);
	stop();
	assert_string_equal(taken(), "( ) [ a conflict undo ( a conflict b )");
	assert_int_equal(b.job[0].work.rc, STORE_OK);
	assert_int_equal(b.job[1].work.rc, STORE_CONFLICT);
	assert_int_equal(b.job[2].work.rc, STORE_OK);
}

static void a_full_disk_is_not_tried_twice(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	repeat(0, "a");
	repeat(1, "full");
	b.job[1].ends = STORE_FULL;
	b.batch_rc = STORE_FULL;
	open_gate();
	turn_until_done(3);
	stop();
	assert_string_equal(taken(), "( ) [ a full )");
	assert_int_equal(b.job[0].work.rc, STORE_FULL);
}

static void a_lost_batch_is_lost_for_every_job_of_it(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "a", false);
	give(1, "conflict", false);
	b.job[1].ends = STORE_CONFLICT;
	b.job[0].tells = job(2, "told", false);
	b.batch_rc = STORE_BROKEN;
	open_gate();
	turn_until_done(4);
	stop();
	assert_int_equal(b.job[0].work.rc, STORE_BROKEN);
	assert_int_equal(b.job[1].work.rc, STORE_BROKEN);
	assert_int_equal(b.job[2].work.rc, STORE_BROKEN); /* nobody may act on what is told */
}

static void nothing_is_told_before_the_batch_is_committed(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "a", false);
	give(1, "b", false);
	b.job[0].tells = job(2, "told", false);
	open_gate();
	turn_until_done(4);
	assert_int_equal(b.job[2].order, 4);         /* behind the answers of its batch */
	assert_string_equal(taken(), "( ) ( a b )"); /* what is told does not run on the desk */

	b.done = 0;
	b.holds_commit = true;
	give(3, "c", false);
	b.job[3].tells = job(4, "told", false);
	while (!b.at_commit)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	turn();
	assert_string_equal(taken(), "( c");
	assert_int_equal(b.done, 0);
	uv_sem_post(&b.commit);
	turn_until_done(2);
	assert_int_equal(b.job[3].order, 1);
	assert_int_equal(b.job[4].order, 2);
	assert_int_equal(b.job[4].work.rc, STORE_OK);
	b.holds_commit = false;
	stop();
}

static void work_without_run_only_comes_back(void **state)
{
	(void)state;
	start(100);
	job(0, "none", false)->work.run = NULL;
	assert_true(worker_put(b.worker, &b.job[0].work));
	turn_until_done(1);
	stop();
	assert_string_equal(taken(), "[ )");
	assert_int_equal(b.job[0].work.rc, STORE_OK);
}

/* The loop does not turn here: what the desk has, it got in the middle of a round. */
static void an_idle_desk_gets_the_first_of_a_crowd_at_once(void **state)
{
	int n = 0;

	(void)state;
	start(JOBS);
	for (; n < 7; n++)
		give(n, "few", false);
	usleep(20000);
	assert_string_equal(taken(), "");
	while (b.batches == 0 && n < JOBS) {
		give(n++, "crowd", false);
		usleep(5000);
	}
	assert_true(b.batches > 0);
	assert_int_equal(b.done, 0);
	stop();
	assert_int_equal(b.done, n);
}

static void a_full_queue_says_no(void **state)
{
	(void)state;
	start(3);
	shut_gate();
	assert_int_equal(worker_waiting(b.worker), 0); /* the gate runs, it does not wait */
	assert_true(give(0, "a", false));
	assert_true(give(1, "b", true));
	assert_true(give(2, "c", false));
	assert_false(give(3, "no", false));
	assert_false(give(4, "no", true));
	assert_int_equal(worker_waiting(b.worker), 3);
	assert_true(worker_put_always(b.worker, &job(5, "reply", false)->work));
	assert_int_equal(worker_waiting(b.worker), 4);
	turn();
	assert_false(give(3, "no", false)); /* still: the desk has not taken one */
	open_gate();
	turn_until_done(5);
	assert_int_equal(worker_waiting(b.worker), 0);
	assert_true(give(6, "again", false));
	turn_until_done(6);
	stop();
	assert_string_equal(taken(), "( ) ( a c reply b ) ( again )");
	assert_int_equal(b.job[3].order + b.job[4].order, 0);
}

static void patient_work_goes_with_the_next(void **state)
{
	(void)state;
	start(100);
	assert_true(worker_put_patient(b.worker, &job(0, "patient1", false)->work, FAR_MS));
	assert_true(worker_put_patient(b.worker, &job(1, "patient2", false)->work, FAR_MS));
	turn();
	assert_string_equal(taken(), "");
	assert_int_equal(worker_waiting(b.worker), 2);
	give(2, "live", false);
	turn_until_done(3);
	assert_string_equal(taken(), "( patient1 patient2 live )");
	assert_int_equal(b.job[0].order, 1);
	stop();
}

static void patience_has_an_end(void **state)
{
	uint64_t began = uv_hrtime();

	(void)state;
	start(100);
	uv_update_time(&b.loop);
	assert_true(worker_put_patient(b.worker, &job(0, "patient", false)->work, 30));
	turn_until_done(1);
	assert_string_equal(taken(), "( patient )");
	assert_true(uv_hrtime() - began >= 29 * 1000000ull);
	/* Its timer has ended with it: the next waits anew. */
	assert_true(worker_put_patient(b.worker, &job(1, "again", false)->work, FAR_MS));
	turn();
	assert_string_equal(taken(), "");
	stop(); /* which is no time for patience */
	assert_string_equal(taken(), "( again )");
	assert_int_equal(b.job[1].order, 2);
}

static void done_may_put_new_work(void **state)
{
	(void)state;
	start(100);
	job(0, "a", false)->puts_again = true;
	assert_true(worker_put(b.worker, &b.job[0].work));
	turn_until_done(2);
	stop();
	assert_string_equal(taken(), "( a ) ( extra )");
	assert_int_equal(b.extra.order, 2);
}

static void stop_runs_what_waits_and_hands_all_of_it_back(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "a", false);
	give(1, "bulk1", true);
	give(2, "bulk2", true);
	turn();
	give(3, "late", false); /* no round of the loop between this one and the stop */
	b.job[0].tells = job(4, "told", false);
	b.job[2].puts_again = true;
	uv_sem_post(&b.gate);
	worker_stop(b.worker);
	assert_int_equal(b.done, 6);
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(b.job[i].order, 0);
	assert_int_equal(b.extra.order, -1); /* what stops takes no more */
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(b.done, 6);
}

static void an_idle_worker_stops_at_once(void **state)
{
	uint64_t from = uv_hrtime();

	(void)state;
	start(100);
	stop();
	assert_true(uv_hrtime() - from < UINT64_C(5000000000));
	assert_string_equal(taken(), "");
}

static void a_tick_comes_when_it_is_due_and_not_before(void **state)
{
	uint64_t from = uv_hrtime(), took;

	(void)state;
	b.due_at_ns = (int64_t)from + 50000000;
	start(100);
	while (b.ticks == 0)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	took = uv_hrtime() - from;
	assert_true(took >= 50000000 && took < UINT64_C(5000000000));
	turn();
	assert_int_equal(b.ticks, 1); /* once */
	stop();
	assert_non_null(strstr(taken(), "[ tick )"));
}

static void work_that_comes_in_between_runs_without_a_tick(void **state)
{
	(void)state;
	b.due_at_ns = 0;
	start(100);
	give(0, "a", false);
	turn_until_done(1);
	assert_int_equal(b.ticks, 0);
	stop();
	assert_string_equal(taken(), "( a )");
}

static void a_job_may_make_a_tick_due(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	open_gate();
	turn_until_done(1);
	shut_gate(); /* the desk reads due_ms() again when this batch is over */
	b.due_at_ns = (int64_t)uv_hrtime();
	open_gate();
	while (b.ticks == 0)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	stop();
	assert_string_equal(taken(), "( ) ( ) [ tick )");
}

static void a_due_tick_shares_the_batch_and_runs_behind_the_jobs(void **state)
{
	(void)state;
	start(100);
	shut_gate();
	give(0, "a", false);
	give(1, "b", false);
	b.due_at_ns = (int64_t)uv_hrtime();
	open_gate();
	turn_until_done(3);
	stop();
	assert_string_equal(taken(), "( ) ( a b tick )");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(live_work_goes_before_bulk_and_bulk_goes_one_by_one),
		TEST(live_work_that_comes_meanwhile_overtakes_bulk),
		TEST(a_batch_has_an_upper_size),
		TEST(one_bad_job_leaves_its_neighbours),
		TEST(works_that_may_run_again_go_without_savepoints),
		TEST(a_spoilt_batch_runs_again_with_them),
		TEST(a_full_disk_is_not_tried_twice),
		TEST(a_lost_batch_is_lost_for_every_job_of_it),
		TEST(nothing_is_told_before_the_batch_is_committed),
		TEST(work_without_run_only_comes_back),
		TEST(an_idle_desk_gets_the_first_of_a_crowd_at_once),
		TEST(a_full_queue_says_no),
		TEST(patient_work_goes_with_the_next),
		TEST(patience_has_an_end),
		TEST(done_may_put_new_work),
		TEST(stop_runs_what_waits_and_hands_all_of_it_back),
		TEST(an_idle_worker_stops_at_once),
		TEST(a_tick_comes_when_it_is_due_and_not_before),
		TEST(work_that_comes_in_between_runs_without_a_tick),
		TEST(a_job_may_make_a_tick_due),
		TEST(a_due_tick_shares_the_batch_and_runs_behind_the_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
