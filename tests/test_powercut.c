/* Accepted means durable, and never half: the power fails at any write or sync. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crashvfs.h"
#include "powercut.h"

#include "banned.h"

/* One job: a row here, a row there with a large text, an event. */
static void two_tables(struct store *s)
{
	db_script(s->db, "CREATE TABLE left_half (n BIGINT PRIMARY KEY, at BIGINT NOT NULL);"
			 "CREATE TABLE right_half (n BIGINT PRIMARY KEY, body BLOB NOT NULL)");
}

static void write_both(struct store *s, int64_t n)
{
	char body[3000];

	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + (n + (int64_t)i) % 26);
	db_run(s->db, "INSERT INTO left_half (n, at) VALUES (?, ?)", DB_ARGS(DI(n), DI(s->now_ms)));
	db_run(s->db, "INSERT INTO right_half (n, body) VALUES (?, ?)",
		DB_ARGS(DI(n), DBL(body, (size_t)(n * 37 % (int64_t)sizeof body + 1))));
	store_event(s, "test", "both.written", 0, "half", n, NULL);
}

static enum power_there both_there(struct store *s, int64_t n)
{
	int64_t found = db_number(s->db,
		"SELECT (SELECT count(*) FROM left_half WHERE n = ?)"
		" + (SELECT count(*) FROM right_half WHERE n = ?)"
		" + (SELECT count(*) FROM event WHERE entity_id = ? AND kind = 'both.written')",
		0, DB_ARGS(DI(n), DI(n), DI(n)));

	return found == 3 ? POWER_WHOLE : found == 0 ? POWER_ABSENT : POWER_HALF;
}

static const struct power_job job = {
	.prepare = two_tables, .run = write_both, .there = both_there
};

static void nothing_acknowledged_is_lost_and_nothing_is_half(void **state)
{
	uint64_t seed = power_seed();
	struct power_result r = power_torture(&job, power_cuts(200), seed, NULL);
	struct crash_count c = crash_counts();

	(void)state;
	print_message("# TORTURE_SEED=%llu cuts %ld acknowledged %ld lost %ld half %ld split %ld"
		      " corrupt %ld chain %ld opening %ld; waiting writes kept %ld torn %ld "
		      "dropped %ld\n",
		(unsigned long long)seed, r.cuts, r.acked, r.lost, r.half, r.split, r.corrupt,
		r.chain, r.opening, c.kept, c.torn, c.dropped);
	assert_string_equal(r.first, "");
	assert_int_equal(r.lost + r.half + r.split + r.corrupt + r.chain, 0);
	assert_true(r.acked > r.cuts);
}

/* The same with small pieces of WAL, so that many cuts hit a checkpoint. */
static void a_checkpoint_may_be_cut_too(void **state)
{
	uint64_t seed = power_seed();
	struct power_result r =
		power_torture(&job, power_cuts(200) / 2, seed, "PRAGMA wal_autocheckpoint=12");

	(void)state;
	print_message("# TORTURE_SEED=%llu\n", (unsigned long long)seed);
	assert_string_equal(r.first, "");
	assert_int_equal(r.lost + r.half + r.split + r.corrupt + r.chain, 0);
}

/* Otherwise the two above would prove nothing. */
static void the_oracle_sees_a_store_that_syncs_too_little(void **state)
{
	struct power_result normal = power_torture(&job, 60, 4711, "PRAGMA synchronous=NORMAL");
	struct power_result off = power_torture(
		&job, 60, 4711, "PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=12");

	(void)state;
	assert_true(normal.lost > 0);
	assert_int_equal(normal.half, 0);
	assert_true(off.lost > 0);
	assert_true(off.corrupt + off.half + off.chain > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost_and_nothing_is_half),
		cmocka_unit_test(a_checkpoint_may_be_cut_too),
		cmocka_unit_test(the_oracle_sees_a_store_that_syncs_too_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
