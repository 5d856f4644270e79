/* Keys by heart are those of the tables: after a rollback, a restart, a purge, and in any number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "casefile.h"
#include "frozen.h"
#include "helper_store.h"
#include "recall.h"
#include "warning.h"

#include "banned.h"

#define UNTIL (TEMP_NOW + 86400000)

static int64_t key(struct temp_store *t, int64_t n)
{
	return casefile_key(t->s, arena_print(&t->s->arena, "phone:%lld", (long long)n), "x");
}

static void open_case(struct temp_store *t, struct casefile c)
{
	const struct policy policy = { .code = "HIGH" };

	c.fresh = true;
	c.no = arena_print(&t->s->arena, "20261121-%lld", (long long)c.id);
	c.state = CASE_OPEN;
	c.level = c.fraud_type = c.area = c.flags = "";
	c.person = json_object();
	c.policy_id = frozen_keep(t->s, &policy, 1);
	casefile_save(t->s, &c);
	casefile_drop(&c);
}

/* A key of a new case, or one more of a case that is there. */
static void keep(struct temp_store *t, int64_t n, int64_t case_id)
{
	int64_t one = key(t, n);

	if (db_number(t->s->db, "SELECT count(*) FROM cases WHERE id = ?", 0,
		    DB_ARGS(DI(case_id))) > 0)
		casefile_keys_add(t->s, case_id, &one, 1, UNTIL);
	else
		open_case(t,
			(struct casefile){
				.id = case_id, .key = &one, .key_count = 1, .keys_until = UNTIL });
}

/* A case is opened with somebody who is not on the list. */
static void propose(struct temp_store *t, const char *person, int64_t case_id)
{
	open_case(t, (struct casefile){ .id = case_id, .proposes = proposed_key(t->s, person) });
}

static int64_t found(struct temp_store *t, int64_t n)
{
	return casefile_key_find(t->s, key(t, n));
}

static int64_t proposals(struct temp_store *t)
{
	return db_number(
		t->s->db, "SELECT count(*) FROM proposed WHERE state = 'new'", -1, DB_NONE);
}

static void keys_are_found_until_they_end(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	assert_int_equal(found(t, 1), 0);
	keep(t, 1, 77);
	assert_int_equal(found(t, 1), 77);
	keep(t, 1, 78); /* the later one counts */
	assert_int_equal(found(t, 1), 78);
	assert_int_equal(found(t, 2), 0);
	assert_int_equal(temp_done(t), STORE_OK);
	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, UNTIL - 1);
	assert_int_equal(found(t, 1), 78);
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, UNTIL);
	assert_int_equal(found(t, 1), 0);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void many_keys_are_kept_apart(void **state)
{
	struct temp_store *t = *state;

	for (int64_t n = 1; n <= 20000; n += 1000) {
		temp_job(t, TEMP_NOW);
		for (int64_t i = n; i < n + 1000; i++)
			keep(t, i, i);
		assert_int_equal(temp_done(t), STORE_OK);
	}
	for (int round = 0; round < 2; round++) {
		temp_job(t, TEMP_NOW);
		for (int64_t i = 1; i <= 20000; i++)
			assert_int_equal(found(t, i), i);
		for (int64_t i = 20001; i <= 22000; i++)
			assert_int_equal(found(t, i), 0);
		recall_forget(t->s);
		assert_int_equal(temp_done(t), STORE_OK);
	}
}

static void what_was_undone_is_not_believed(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	keep(t, 1, 77);
	propose(t, "phone:1", 1000);
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, TEMP_NOW);
	keep(t, 1, 99);
	keep(t, 2, 99);
	propose(t, "phone:2", 1001);
	db_fail(t->s->db, STORE_CONFLICT);
	assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
	store_job_begin(t->s, TEMP_NOW);
	assert_int_equal(found(t, 1), 77);
	assert_int_equal(found(t, 2), 0);
	propose(t, "phone:1", 1002); /* is there */
	propose(t, "phone:2", 1003); /* is not */
	assert_int_equal(proposals(t), 2);
	assert_int_equal(store_job_end(t->s), STORE_OK);
	db_fail(t->s->db, STORE_FULL);
	assert_int_equal(store_commit(t->s), STORE_FULL);
	temp_job(t, TEMP_NOW);
	propose(t, "phone:2", 1004);
	assert_int_equal(proposals(t), 2);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void a_person_is_proposed_once_until_somebody_decides(void **state)
{
	struct temp_store *t = *state;
	int64_t id;

	temp_job(t, TEMP_NOW);
	for (int i = 0; i < 3; i++)
		propose(t, "id:310118198001010011", 900 + i);
	assert_int_equal(proposals(t), 1);
	id = db_number(t->s->db, "SELECT id FROM proposed", 0, DB_NONE);
	proposed_decide(t->s, id, "test", "ignored", 0);
	assert_int_equal(proposals(t), 0);
	propose(t, "id:310118198001010011", 1006);
	propose(t, "id:310118198001010011", 1007);
	assert_int_equal(proposals(t), 1);
	assert_int_equal(temp_done(t), STORE_OK);
	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW);
	propose(t, "id:310118198001010011", 1008);
	assert_int_equal(proposals(t), 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void a_case_that_is_woken_keeps_all_its_keys(void **state)
{
	struct temp_store *t = *state;
	int64_t one;

	temp_job(t, TEMP_NOW);
	keep(t, 1, 77);
	for (int64_t n = 2; n <= CASE_KEYS; n++)
		keep(t, n, 77);
	one = key(t, 3);
	casefile_keys_add(t->s, 77, &one, 1, UNTIL + 1000); /* is there: only the time is new */
	assert_int_equal(temp_done(t), STORE_OK);
	for (int round = 0; round < 2; round++) {
		temp_job(t, UNTIL + 999);
		for (int64_t n = 1; n <= CASE_KEYS; n++)
			assert_int_equal(found(t, n), 77);
		assert_int_equal(temp_done(t), STORE_OK);
		temp_store_shut(t);
		temp_store_again(t);
	}
	temp_job(t, TEMP_NOW);
	keep(t, CASE_KEYS + 1, 77); /* the oldest gives way */
	recall_forget(t->s);
	assert_int_equal(found(t, 1), 0);
	assert_int_equal(found(t, 2), 77);
	assert_int_equal(found(t, CASE_KEYS + 1), 77);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void purged_and_shifted_keys_are_those_of_the_table(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	keep(t, 1, 77);
	casefile_shift(t->s, 3600000); /* the clock was an hour behind */
	t->s->now_ms = UNTIL + 3599999;
	assert_int_equal(found(t, 1), 77);
	store_purge(t->s, UNTIL + 3600001);
	assert_int_equal(found(t, 1), 0);
	assert_int_equal(db_number(t->s->db, "SELECT count(*) FROM cases WHERE keys IS NOT NULL",
				 -1, DB_NONE),
		0);
	assert_int_equal(temp_done(t), STORE_OK);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(keys_are_found_until_they_end),
		EACH(many_keys_are_kept_apart),
		EACH(what_was_undone_is_not_believed),
		EACH(a_person_is_proposed_once_until_somebody_decides),
		EACH(a_case_that_is_woken_keeps_all_its_keys),
		EACH(purged_and_shifted_keys_are_those_of_the_table),
	};

	temp_quiet();
	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
