/* The breaker: what opens it, how long it stays open, what closes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "breaker.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* w well, n nothing, p passing, s silence, d device, c cannot, S stop, + 30 s pass, r resumed */
static const struct row {
	const char *name, *happens;
	enum breaker_state then;
	int opened;
} rows[] = {
	{ "new", "", BREAKER_CLOSED, 0 },
	{ "one refusal of the card", "c", BREAKER_CLOSED, 0 },
	{ "two in a row", "cc", BREAKER_OPEN, 1 },
	{ "two with a success between", "cwc", BREAKER_CLOSED, 0 },
	{ "a refused number says nothing", "cnc", BREAKER_OPEN, 1 },
	{ "any number of refused numbers", "nnnnnnnnnnnn", BREAKER_CLOSED, 0 },
	{ "three silences", "sss", BREAKER_OPEN, 1 },
	{ "a device that breaks off three times", "ddd", BREAKER_OPEN, 1 },
	{ "five busy networks", "ppppp", BREAKER_CLOSED, 0 },
	{ "six busy networks", "pppppp", BREAKER_OPEN, 1 },
	{ "mixed", "psc", BREAKER_OPEN, 1 },
	{ "after half a minute the next one is the trial", "cc+", BREAKER_TRYING, 1 },
	{ "the trial is well", "cc+w", BREAKER_CLOSED, 0 },
	{ "the trial is not: twice as long", "cc+c+", BREAKER_OPEN, 2 },
	{ "until a minute has passed", "cc+c++", BREAKER_TRYING, 2 },
	{ "one busy network is enough then", "cc+p", BREAKER_OPEN, 2 },
	{ "what was under way says nothing new", "ccccccc+", BREAKER_TRYING, 1 },
	{ "a success that was under way closes", "ccw", BREAKER_CLOSED, 0 },
	{ "stop", "S", BREAKER_STOPPED, 0 },
	{ "stop stays", "S++++wc", BREAKER_STOPPED, 0 },
	{ "until a person acts", "Sr", BREAKER_CLOSED, 0 },
	{ "and open ends so too", "ccr", BREAKER_CLOSED, 0 },
	{ "stop while open", "ccS", BREAKER_STOPPED, 0 },
};

static void happens(void **state)
{
	static const char letters[] = "wnpsdcS";
	const struct row *r = *state;
	struct breaker b = { .points = 0 };
	int64_t now = 1000000;

	for (const char *h = r->happens; *h != '\0'; h++) {
		const char *at = strchr(letters, *h);

		if (*h == '+')
			now += BREAKER_WAIT_MS;
		else if (*h == 'r')
			breaker_resume(&b);
		else
			breaker_take(&b, (enum breaker_word)(at - letters), now);
	}
	assert_string_equal(breaker_code(breaker_state(&b, now)), breaker_code(r->then));
	assert_int_equal(b.opened, r->opened);
}

static void steps_are_told_once(void **state)
{
	struct breaker b = { .points = 0 };

	(void)state;
	assert_int_equal(breaker_take(&b, BREAKER_CANNOT, 1), BREAKER_STAYS);
	assert_int_equal(breaker_take(&b, BREAKER_CANNOT, 2), BREAKER_OPENS);
	assert_int_equal(breaker_take(&b, BREAKER_CANNOT, 3), BREAKER_STAYS);
	assert_int_equal(breaker_take(&b, BREAKER_WELL, 4), BREAKER_CLOSES);
	assert_int_equal(breaker_take(&b, BREAKER_WELL, 5), BREAKER_STAYS);
	assert_int_equal(breaker_take(&b, BREAKER_STOP, 6), BREAKER_STOPS);
	assert_int_equal(breaker_take(&b, BREAKER_STOP, 7), BREAKER_STAYS);
	assert_int_equal(breaker_resume(&b), BREAKER_CLOSES);
	assert_int_equal(breaker_resume(&b), BREAKER_STAYS);
}

static void the_wait_doubles_up_to_its_limit(void **state)
{
	struct breaker b = { .points = 0 };
	int64_t now = 0, wait = BREAKER_WAIT_MS;

	(void)state;
	breaker_take(&b, BREAKER_CANNOT, now);
	breaker_take(&b, BREAKER_CANNOT, now);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(b.open_until_ms - now, wait);
		now = b.open_until_ms;
		breaker_take(&b, BREAKER_DEVICE, now);
		wait = wait * 2 < BREAKER_WAIT_MAX_MS ? wait * 2 : BREAKER_WAIT_MAX_MS;
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows) + 2];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(rows[i], happens);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(steps_are_told_once);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_wait_doubles_up_to_its_limit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
