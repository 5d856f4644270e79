/* Policies that cases have frozen: each once, never another one, there as long as its case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "casefile.h"
#include "frozen.h"
#include "helper_store.h"

#include "banned.h"

static struct policies all;

static const struct policy *high(void)
{
	policies_default(&all);
	return policies_find(&all, "HIGH");
}

static int64_t rows(struct temp_store *t)
{
	return temp_number(t, "SELECT count(*) FROM frozen_policy");
}

static void each_stands_once(void **state)
{
	struct temp_store *t = *state;
	struct policy shorter = *high(), back;
	int64_t id, other, third;

	shorter.ack_s = 61;
	temp_job(t, TEMP_NOW);
	id = frozen_keep(t->s, high(), 1);
	assert_int_equal(frozen_keep(t->s, high(), 1), id);
	other = frozen_keep(t->s, &shorter, 1);
	third = frozen_keep(t->s, high(), 2);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_true(id > 0 && other > 0 && third > 0);
	assert_true(id != other && id != third && other != third);
	assert_int_equal(rows(t), 3);
	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW);
	assert_true(frozen_get(t->s, other, &back));
	assert_int_equal(back.ack_s, 61);
	assert_true(frozen_get(t->s, id, &back));
	assert_int_equal(back.ack_s, high()->ack_s);
	assert_int_equal(frozen_keep(t->s, high(), 1), id);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(rows(t), 3);
}

/* More of them than are kept in plain. */
static void none_is_mistaken_for_another(void **state)
{
	struct temp_store *t = *state;
	struct policy p = *high(), back;
	int64_t id[40];

	temp_job(t, TEMP_NOW);
	for (int i = 0; i < 40; i++) {
		p.ack_s = 100 + i;
		id[i] = frozen_keep(t->s, &p, 1);
	}
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 40; i++) {
			assert_true(frozen_get(t->s, id[i], &back));
			assert_int_equal(back.ack_s, 100 + i);
		}
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(rows(t), 40);
}

static void what_was_undone_is_written_again(void **state)
{
	struct temp_store *t = *state;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = frozen_keep(t->s, high(), 1);
	db_fail(t->s->db, STORE_CONFLICT);
	assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
	store_job_begin(t->s, TEMP_NOW);
	assert_int_equal(frozen_keep(t->s, high(), 1), id);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(rows(t), 1);
}

static void a_damaged_one_fails_the_job(void **state)
{
	struct temp_store *t = *state;
	struct policy back;

	temp_sql(t, "INSERT INTO frozen_policy (id, text) VALUES (7, '{\"version\":1}')");
	temp_job(t, TEMP_NOW);
	assert_false(frozen_get(t->s, 7, &back));
	assert_int_equal(store_job_end(t->s), STORE_BAD_ROW);
	store_job_begin(t->s, TEMP_NOW);
	assert_false(frozen_get(t->s, 8, &back));
	assert_int_equal(store_job_end(t->s), STORE_BAD_ROW);
	assert_int_equal(store_commit(t->s), STORE_OK);
}

/* -- the numbers of cases, which go on from the table too ----------------------------------------- */

static void put_case(struct store *s, const char *no)
{
	struct casefile c = { .id = store_id(s),
		.fresh = true,
		.no = no,
		.state = CASE_OPEN,
		.level = "HIGH",
		.fraud_type = "",
		.person = json_object(),
		.area = "",
		.flags = "",
		.policy_id = frozen_keep(s, high(), 1) };

	casefile_save(s, &c);
	casefile_drop(&c);
}

static void numbers_go_on(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	assert_string_equal(casefile_number(t->s), "20261121-0001");
	put_case(t->s, "20261121-0001");
	assert_string_equal(casefile_number(t->s), "20261121-0002");
	db_fail(t->s->db, STORE_CONFLICT);
	store_job_end(t->s);
	store_job_begin(t->s, TEMP_NOW);
	assert_string_equal(casefile_number(t->s), "20261121-0001"); /* it was not used */
	put_case(t->s, "20261121-0001");
	put_case(t->s, "20261121-9999");
	put_case(t->s, "20261121-10000");
	put_case(t->s, "20261120-77777");
	assert_int_equal(temp_done(t), STORE_OK);
	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW);
	assert_string_equal(casefile_number(t->s), "20261121-10001");
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, TEMP_NOW + 86400000);
	assert_string_equal(casefile_number(t->s), "20261122-0001");
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, TEMP_NOW); /* the clock was set back */
	assert_string_equal(casefile_number(t->s), "20261121-10001");
	assert_int_equal(temp_done(t), STORE_OK);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_stands_once),
		EACH(none_is_mistaken_for_another),
		EACH(what_was_undone_is_written_again),
		EACH(a_damaged_one_fails_the_job),
		EACH(numbers_go_on),
	};

	temp_quiet();
	return cmocka_run_group_tests_name("frozen", tests, NULL, NULL);
}
