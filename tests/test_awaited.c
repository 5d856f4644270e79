/* The parts that wait for their report, by heart: the newest with the reference and the number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "awaited.h"
#include "pdu.h"

#include "banned.h"

enum { T = 1000000 };

/* message * 10 + part; 0 none */
static int64_t take(struct awaited *a, int mr, const char *number, int64_t since)
{
	struct awaited_part p;

	if (!awaited_take(a, mr, number, pdu_same_number, since, &p))
		return 0;
	assert_int_equal(p.case_id, 1000 + p.id);
	assert_int_equal(p.parts, 3);
	return p.id * 10 + p.part;
}

static void goes(struct awaited *a, int64_t id, const char *number)
{
	awaited_message(a, id, 1000 + id, number);
}

static void part(struct awaited *a, int64_t id, int n, int mr, int64_t at)
{
	awaited_sent(a, &(struct awaited_part){ .id = id, .part = n, .parts = 3 }, mr, at);
}

static void sent(struct awaited *a, int64_t id, const char *number, int mr, int64_t at)
{
	goes(a, id, number);
	part(a, id, 0, mr, at);
}

static int setup(void **state)
{
	*state = awaited_new();
	return 0;
}

static int teardown(void **state)
{
	awaited_free(*state);
	return 0;
}

static void a_report_finds_its_part_once(void **state)
{
	struct awaited *a = *state;

	sent(a, 7, "13800138000", 42, T);
	assert_int_equal(take(a, 41, "13800138000", 0), 0);
	assert_int_equal(take(a, 42, "13800138001", 0), 0);
	assert_int_equal(take(a, 42, "+8613800138000", 0), 70);
	assert_int_equal(take(a, 42, "13800138000", 0), 0);
}

static void each_part_has_its_reference(void **state)
{
	struct awaited *a = *state;

	goes(a, 7, "13800138000");
	part(a, 7, 0, 254, T);
	part(a, 7, 1, 255, T);
	part(a, 7, 2, 0, T);
	assert_int_equal(take(a, 255, "13800138000", 0), 71);
	assert_int_equal(take(a, 0, "13800138000", 0), 72);
	assert_int_equal(take(a, 254, "13800138000", 0), 70);
}

static void the_newest_with_that_number_is_meant(void **state)
{
	struct awaited *a = *state;

	sent(a, 1, "13800138000", 5, T);
	sent(a, 2, "13800138001", 5, T + 1);
	sent(a, 3, "13800138000", 5, T + 2);
	sent(a, 4, "13800138002", 5, T + 3);
	assert_int_equal(take(a, 5, "13800138000", 0), 30);
	assert_int_equal(take(a, 5, "13800138000", 0), 10);
	assert_int_equal(take(a, 5, "13800138001", 0), 20);
	assert_int_equal(take(a, 5, "13800138002", 0), 40);
}

static void the_oldest_makes_room(void **state)
{
	struct awaited *a = *state;

	for (int i = 1; i <= AWAITED_EACH + 1; i++)
		sent(a, i, "13800138000", 5, T);
	for (int i = AWAITED_EACH + 1; i > 1; i--)
		assert_int_equal(take(a, 5, "13800138000", 0), i * 10);
	assert_int_equal(take(a, 5, "13800138000", 0), 0);
}

static void what_is_too_old_is_left_to_the_table(void **state)
{
	struct awaited *a = *state;

	sent(a, 1, "13800138000", 5, T);
	assert_int_equal(take(a, 5, "13800138000", T + 1), 0);
	assert_int_equal(take(a, 5, "13800138000", T), 10);
}

/* A newer one that is not known must not be passed over for an older one that is. */
static void an_unknown_message_makes_the_reference_unknown(void **state)
{
	struct awaited *a = *state;

	sent(a, 1, "13800138000", 5, T);
	sent(a, 2, "13800138000", 6, T);
	for (int i = 0; i < AWAITED_MESSAGES; i++)
		goes(a, 10 + i, "13800138009");
	part(a, 3, 0, 5, T);
	assert_int_equal(take(a, 5, "13800138000", 0), 0);
	assert_int_equal(take(a, 6, "13800138000", 0), 20);
}

static void what_is_no_reference_is_nothing(void **state)
{
	struct awaited *a = *state;

	sent(a, 1, "13800138000", -1, T);
	sent(a, 1, "13800138000", 256, T);
	assert_int_equal(take(a, -1, "13800138000", 0), 0);
	assert_int_equal(take(a, 256, "13800138000", 0), 0);
}

static void a_number_that_is_too_long_is_cut_and_matches_nothing_else(void **state)
{
	struct awaited *a = *state;

	sent(a, 1, "1234567890123456789012345678901234567890", 5, T);
	assert_int_equal(take(a, 5, "13800138000", 0), 0);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(a_report_finds_its_part_once),
		EACH(each_part_has_its_reference),
		EACH(the_newest_with_that_number_is_meant),
		EACH(the_oldest_makes_room),
		EACH(what_is_too_old_is_left_to_the_table),
		EACH(an_unknown_message_makes_the_reference_unknown),
		EACH(what_is_no_reference_is_nothing),
		EACH(a_number_that_is_too_long_is_cut_and_matches_nothing_else),
	};

	return cmocka_run_group_tests_name("awaited", tests, NULL, NULL);
}
