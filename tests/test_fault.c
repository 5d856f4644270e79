/* The n-th write or sync fails, for every n: what the store says is what a restart finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "helper_store.h"
#include "iofail.h"
#include "member.h"

#include "banned.h"

static void make_team(struct store *s, const char *name)
{
	const struct team t = { .name = name, .area = "310118110203", .kind = "village" };
	bool created;

	store_job_begin(s, TEMP_NOW);
	team_put(s, "test", &t, &created);
	store_job_end(s);
}

/* What a restart finds. */
static void look(struct temp_store *t, int64_t *teams, int64_t *events, bool *chain_fits)
{
	struct audit_result audit;

	temp_store_again(t);
	*teams = temp_number(t, "SELECT count(*) FROM team");
	*events = temp_number(t, "SELECT count(*) FROM event");
	*chain_fits = store_audit(t->s, &audit) == STORE_OK && audit.bad_seq == 0;
	assert_int_equal(temp_number(t, "SELECT count(*) FROM pragma_integrity_check"
					" WHERE integrity_check = 'ok'"),
		1);
}

/* One batch of two jobs with events; then, after the failure, a second batch. */
static int sweep(enum iofail_kind kind, bool checkpoint)
{
	int told = 0;
	bool fired = true;

	for (int n = 1; fired; n++) {
		struct temp_store t;
		int64_t teams, events;
		bool chain_fits;
		enum store_rc first, second = STORE_OK;

		temp_store_open(&t);
		if (checkpoint)
			db_script(t.s->db, "PRAGMA wal_autocheckpoint=1");
		temp_quiet();
		iofail_arm(n, kind);
		store_begin(t.s);
		make_team(t.s, "甲队");
		make_team(t.s, "乙队");
		first = store_commit(t.s);
		if (first != STORE_BROKEN) {
			store_begin(t.s);
			make_team(t.s, "丙队");
			second = store_commit(t.s);
		}
		temp_store_shut(&t);
		fired = iofail_disarm();
		temp_loud();
		look(&t, &teams, &events, &chain_fits);
		assert_int_equal(teams, events);
		assert_true(teams == 0 || teams == 1 || teams == 2 || teams == 3);
		if (first == STORE_OK)
			assert_true(teams >= 2);
		if (first == STORE_OK && second == STORE_OK)
			assert_int_equal(teams, 3);
		if (teams == 1)
			assert_true(first == STORE_FULL && second == STORE_OK);
		assert_true(chain_fits);
		told += first != STORE_OK || second != STORE_OK;
		temp_store_close(&t);
	}
	return told;
}

static void a_failure_once(void **state)
{
	(void)state;
	assert_true(sweep(IOFAIL_ONCE, false) > 0);
}

static void a_failure_for_ever(void **state)
{
	(void)state;
	assert_true(sweep(IOFAIL_FOREVER, false) > 0);
}

static void a_write_cut_short(void **state)
{
	(void)state;
	assert_true(sweep(IOFAIL_SHORT, false) > 0);
}

static void a_failure_in_a_checkpoint(void **state)
{
	(void)state;
	sweep(IOFAIL_ONCE, true);
	sweep(IOFAIL_FOREVER, true);
}

/* A full disk is told as full, a sync that fails as broken; the owner acts by that. */
static void the_kind_of_failure_is_told(void **state)
{
	bool full = false, broken = false;

	(void)state;
	for (int n = 1; n <= 40; n++) {
		struct temp_store t;
		enum store_rc rc;

		temp_store_open(&t);
		temp_quiet();
		iofail_arm(n, IOFAIL_ONCE);
		store_begin(t.s);
		make_team(t.s, "甲队");
		rc = store_commit(t.s);
		iofail_disarm();
		temp_loud();
		full = full || rc == STORE_FULL;
		broken = broken || rc == STORE_BROKEN;
		temp_store_close(&t);
	}
	assert_true(full);
	assert_true(broken);
}

/* After a full disk the same store works again, without a restart. */
static void after_a_full_disk_it_goes_on(void **state)
{
	struct temp_store t;

	(void)state;
	temp_store_open(&t);
	temp_quiet();
	iofail_arm(1, IOFAIL_FOREVER);
	store_begin(t.s);
	make_team(t.s, "甲队");
	assert_int_equal(store_commit(t.s), STORE_FULL);
	assert_true(iofail_disarm());
	temp_loud();
	store_begin(t.s);
	make_team(t.s, "乙队");
	assert_int_equal(store_commit(t.s), STORE_OK);
	assert_int_equal(temp_number(&t, "SELECT count(*) FROM team WHERE name = '乙队'"), 1);
	assert_int_equal(temp_number(&t, "SELECT count(*) FROM event"), 1);
	temp_store_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_once),
		cmocka_unit_test(a_failure_for_ever),
		cmocka_unit_test(a_write_cut_short),
		cmocka_unit_test(a_failure_in_a_checkpoint),
		cmocka_unit_test(the_kind_of_failure_is_told),
		cmocka_unit_test(after_a_full_disk_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
