/* Timers by heart are those of the table: whatever was set, dropped, taken, shifted, undone, or read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agenda.h"
#include "helper_store.h"
#include "timer.h"

#include "banned.h"

enum { CASES = 40, STEPS = 4000 };

static const char *const kinds[] = { "ladder", "realarm", "call", "resident_call", "revisit_late" };

static int64_t rows(struct temp_store *t, int64_t case_id)
{
	return db_number(
		t->s->db, "SELECT count(*) FROM timer WHERE case_id = ?", -1, DB_ARGS(DI(case_id)));
}

static int64_t rows_like(struct temp_store *t, const struct agenda_entry *e)
{
	return db_number(t->s->db,
		"SELECT count(*) FROM timer WHERE id = ? AND due_at = ? AND case_id = ? AND"
		" subject_id = ? AND kind = ?",
		-1,
		DB_ARGS(DI(e->id), DI(e->due_at), DI(e->case_id), DI(e->subject_id), DT(e->kind)));
}

static void assert_same(struct temp_store *t)
{
	for (int64_t c = 0; c < CASES; c++) {
		int64_t n = 0;

		for (const struct agenda_entry *e = agenda_next(t->s, c, NULL); e != NULL;
			e = agenda_next(t->s, c, e), n++)
			assert_int_equal(rows_like(t, e), 1);
		assert_int_equal(n, rows(t, c));
	}
}

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % sides;
}

static void step(struct temp_store *t, uint32_t *seed)
{
	int64_t c = dice(seed, CASES), subject = dice(seed, 3);
	const char *kind = kinds[dice(seed, sizeof kinds / sizeof *kinds)];
	struct timer due;

	switch (dice(seed, 12)) {
	case 0:
		timer_drop_case(t->s, c, NULL);
		break;
	case 1:
		timer_drop_case(t->s, c, kind);
		break;
	case 2:
		timer_drop_subject(t->s, kind, subject, c);
		break;
	case 3:
		timer_take(t->s, &due);
		break;
	case 4:
		if (dice(seed, 40) == 0)
			timer_shift(t->s, 1000);
		break;
	default:
		timer_set(t->s, t->s->now_ms + dice(seed, 2000) - 100, kind, c, subject, 0, 0);
		break;
	}
}

static void each_case_knows_its_timers(void **state)
{
	struct temp_store *t = *state;
	uint32_t seed = 20261122;

	for (int i = 0; i < STEPS / 10; i++) {
		bool fails = dice(&seed, 25) == 0;

		temp_job(t, TEMP_NOW + i * 100);
		for (int k = 0; k < 10; k++)
			step(t, &seed);
		if (fails) {
			db_fail(t->s->db, STORE_CONFLICT);
			assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
			store_job_begin(t->s, TEMP_NOW + i * 100);
		}
		if (i % 20 == 0)
			assert_same(t);
		assert_int_equal(temp_done(t), STORE_OK);
		if (dice(&seed, 60) == 0) {
			temp_store_shut(t);
			temp_store_again(t);
		}
	}
	temp_job(t, TEMP_NOW);
	assert_same(t);
	assert_true(db_number(t->s->db, "SELECT count(*) FROM timer", 0, DB_NONE) > CASES);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void many_are_kept_apart(void **state)
{
	enum { MANY = 5000 };
	struct temp_store *t = *state;
	const struct agenda_entry *e;

	temp_job(t, TEMP_NOW);
	for (int64_t c = 1; c <= MANY; c++)
		timer_set(t->s, TEMP_NOW + c, "ladder", c, 0, 0, 0);
	for (int64_t c = 1; c <= MANY; c += 2)
		timer_drop_case(t->s, c, "ladder");
	for (int64_t c = 1; c <= MANY; c++) {
		e = agenda_next(t->s, c, NULL);
		assert_true((e == NULL) == (c % 2 == 1));
		assert_true(e == NULL || (e->due_at == TEMP_NOW + c && e->case_id == c));
	}
	assert_int_equal(temp_done(t), STORE_OK);
}

static void what_is_of_no_case_is_asked_by_its_kind(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	timer_set(t->s, TEMP_NOW + 1, "audit", 0, 0, 0, 0);
	timer_set(t->s, TEMP_NOW + 1, "ladder", 7, 0, 0, 0);
	assert_true(timer_has(t->s, "audit"));
	assert_false(timer_has(t->s, "ladder"));
	timer_drop_case(t->s, 0, "audit");
	assert_false(timer_has(t->s, "audit"));
	assert_int_equal(rows(t, 7), 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_case_knows_its_timers),
		EACH(many_are_kept_apart),
		EACH(what_is_of_no_case_is_asked_by_its_kind),
	};

	return cmocka_run_group_tests_name("agenda", tests, NULL, NULL);
}
