/* Reply codes: what the rules (docs/REPLIES.md, 1) promise, tried out for many phones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "code.h"

#include "banned.h"

enum { PAST_MAX = 400, HOUR = 3600000 };

static void write_code(char out[CODE_TEXT], int code)
{
	char text[16];

	snprintf(text, sizeof text, "%d", code);
	memset(out, 0, CODE_TEXT);
	memcpy(out, text, strnlen(text, CODE_TEXT - 1));
}

static struct code_past live(const char *code)
{
	struct code_past p = { .live = true };

	snprintf(p.code, sizeof p.code, "%s", code);
	return p;
}

static struct code_past ended(const char *code, int hours_ago)
{
	struct code_past p = { .ended_ms_ago = (int64_t)hours_ago * HOUR };

	snprintf(p.code, sizeof p.code, "%s", code);
	return p;
}

static void the_first_code_has_two_digits_from_13_on(void **state)
{
	bool seen[100] = { false };
	int different = 0;

	(void)state;
	for (uint32_t seed = 0; seed < 1000; seed++) {
		char code[CODE_TEXT];
		long value;

		assert_true(code_next(NULL, 0, seed, code));
		assert_int_equal(strlen(code), 2);
		value = strtol(code, NULL, 10);
		assert_in_range(value, 13, 99);
		different += !seen[value];
		seen[value] = true;
	}
	assert_true(different > 5); /* the seed spreads */
}

static void the_same_input_gives_the_same_code(void **state)
{
	const struct code_past past[] = { live("17"), ended("23", 5) };
	char a[CODE_TEXT], b[CODE_TEXT];

	(void)state;
	assert_true(code_next(past, 2, 7, a));
	assert_true(code_next(past, 2, 7, b));
	assert_string_equal(a, b);
}

/* One digit apart, or with two neighbouring digits swapped: a slip may turn one into the other. */
static bool is_near(const char *a, const char *b)
{
	int differ = (a[0] != b[0]) + (a[1] != b[1]) + (a[2] != b[2]);

	return differ <= 1 ||
	       (differ == 2 && ((a[0] == b[1] && a[1] == b[0]) || (a[1] == b[2] && a[2] == b[1])));
}

/* The rules in other words than code.c has them. */
static void check_pair(const char *a, const char *b)
{
	if (strlen(a) == 2 && strlen(b) == 2) {
		assert_int_not_equal(a[0], b[0]);
		assert_int_not_equal(a[1], b[1]);
		assert_false(a[0] == b[1] && a[1] == b[0]);
	} else if (strlen(a) == 3 && strlen(b) == 3) {
		assert_false(is_near(a, b));
		assert_false(a[0] == b[2] && a[1] == b[1] && a[2] == b[0]);
	} else {
		const char *two = strlen(a) == 2 ? a : b, *three = strlen(a) == 2 ? b : a;

		assert_int_not_equal(strncmp(two, three, 2), 0);
	}
}

static void a_phone_gets_nine_codes_of_two_digits_then_three(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 1000; seed++) {
		struct code_past past[40];

		for (size_t n = 0; n < 40; n++) {
			char code[CODE_TEXT];

			assert_true(code_next(past, n, seed * 31 + (uint32_t)n, code));
			if (n < 9)
				assert_int_equal(strlen(code), 2);
			else
				assert_int_equal(strlen(code), 3);
			for (size_t i = 0; i < n; i++)
				check_pair(code, past[i].code);
			past[n] = live(code);
		}
	}
}

static void three_digits_keep_their_sum(void **state)
{
	struct code_past past[PAST_MAX];
	size_t n = 0, three = 0;
	char code[CODE_TEXT];

	(void)state;
	while (n < PAST_MAX && code_next(past, n, (uint32_t)n, code)) {
		if (strlen(code) == 3) {
			assert_int_equal(
				(3 * (code[0] - '0') + 2 * (code[1] - '0') + code[2] - '0') % 11,
				0);
			three++;
		}
		past[n++] = live(code);
	}
	assert_true(three > 60);
	assert_true(n < PAST_MAX); /* and then there are no more */
	assert_string_equal(code, "");
}

/* Exhaustive: no code of the scheme is a slip or a swap away from another. */
static void the_sum_catches_every_slip_and_swap(void **state)
{
	int codes = 0;

	(void)state;
	for (int x = 100; x < 1000; x++) {
		char a[CODE_TEXT];

		if ((3 * (x / 100) + 2 * (x / 10 % 10) + x % 10) % 11 != 0)
			continue;
		codes++;
		write_code(a, x);
		for (int y = x + 1; y < 1000; y++) {
			char b[CODE_TEXT];

			if ((3 * (y / 100) + 2 * (y / 10 % 10) + y % 10) % 11 != 0)
				continue;
			write_code(b, y);
			check_pair(a, b);
		}
	}
	assert_true(codes > 70);
}

static void emergency_numbers_are_never_codes(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 200; seed++) {
		struct code_past past[60];

		for (size_t n = 0; n < 60; n++) {
			assert_true(code_next(past, n, seed + (uint32_t)n, past[n].code));
			past[n].live = true;
			assert_string_not_equal(past[n].code, "110");
			assert_string_not_equal(past[n].code, "119");
			assert_string_not_equal(past[n].code, "120");
			assert_string_not_equal(past[n].code, "122");
			assert_true(strlen(past[n].code) == 3 || past[n].code[0] != '1' ||
				    past[n].code[1] >= '3');
		}
	}
}

/* All codes of two digits ended `hours` ago, but for some that did 80 hours ago. */
static size_t all_ended(struct code_past past[PAST_MAX], int hours)
{
	size_t n = 0;

	for (int code = 13; code < 100; code++) {
		char text[CODE_TEXT];

		write_code(text, code);
		past[n++] = ended(text, code == 37 ? 80 : hours);
	}
	return n;
}

static void a_code_rests_for_seven_days(void **state)
{
	struct code_past past[PAST_MAX];
	char code[CODE_TEXT];

	(void)state;
	for (int code_value = 13; code_value < 100; code_value++) {
		char text[CODE_TEXT];

		write_code(text, code_value);
		past[0] = ended(text, 7 * 24 - 1);
		for (uint32_t seed = 0; seed < 200; seed++) {
			assert_true(code_next(past, 1, seed, code));
			assert_string_not_equal(code, text);
		}
	}
	for (size_t n = all_ended(past, 7 * 24), i = 0; i < n; i++)
		past[i].ended_ms_ago = (int64_t)7 * 24 * HOUR;
	assert_true(code_next(past, 87, 1, code));
	assert_int_equal(strlen(code), 2);
}

static void seventy_two_hours_when_there_is_no_other_way(void **state)
{
	struct code_past past[PAST_MAX];
	size_t n = all_ended(past, 71);
	char code[CODE_TEXT];

	(void)state;
	for (uint32_t seed = 0; seed < 200; seed++) {
		assert_true(code_next(past, n, seed, code));
		assert_string_equal(code, "37");
	}
}

static void never_less_than_seventy_two_hours(void **state)
{
	struct code_past past[PAST_MAX];
	size_t n = all_ended(past, 71);
	char code[CODE_TEXT];

	(void)state;
	past[37 - 13].ended_ms_ago = (int64_t)72 * HOUR - 1;
	assert_true(code_next(past, n, 5, code));
	assert_int_equal(strlen(code), 3);
}

static void no_two_digits_that_begin_a_live_three(void **state)
{
	struct code_past past[100];
	char code[CODE_TEXT];
	size_t n = 0;

	(void)state;
	for (int x = 100; x < 1000 && n < 81; x++) {
		if ((3 * (x / 100) + 2 * (x / 10 % 10) + x % 10) % 11 != 0)
			continue;
		write_code(past[n].code, x);
		past[n++].live = true;
	}
	for (uint32_t seed = 0; seed < 300; seed++) {
		if (!code_next(past, n, seed, code))
			continue;
		for (size_t i = 0; i < n; i++)
			assert_true(strlen(code) != 2 || strncmp(code, past[i].code, 2) != 0);
	}
}

static void three_digits_avoid_codes_that_rest(void **state)
{
	struct code_past past[PAST_MAX];
	size_t n = 0;
	char code[CODE_TEXT];

	(void)state;
	while (n < 9) {
		assert_true(code_next(past, n, 3, code));
		past[n++] = live(code);
	}
	for (int x = 40; x < 50; x++) {
		write_code(code, x);
		past[n++] = ended(code, 10);
	}
	for (uint32_t seed = 0; seed < 1000; seed++) {
		assert_true(code_next(past, n, seed, code));
		assert_int_equal(strlen(code), 3);
		assert_int_not_equal(code[0], '4');
	}
}

static void what_is_no_code_is_passed_over(void **state)
{
	const struct code_past past[] = { live(""), live("1"), live("1x"), live("x17") };
	char code[CODE_TEXT];

	(void)state;
	assert_true(code_next(past, 4, 9, code));
	assert_int_equal(strlen(code), 2);
}

/* Weeks of a busy phone: codes come and go, and the promises hold every time. */
static void the_promises_hold_through_a_busy_month(void **state)
{
	struct code_past past[PAST_MAX];
	size_t n = 0;
	uint32_t random = 20240306;

	(void)state;
	for (int hour = 0; hour < 24 * 30; hour++) {
		char code[CODE_TEXT];

		random = random * 1664525 + 1013904223;
		for (size_t i = 0; i < n; i++)
			if (!past[i].live)
				past[i].ended_ms_ago += HOUR;
			else if ((random >> (i % 13 + 8) & 7) == 0)
				past[i].live = false;
		for (size_t i = 0; i < n;)
			if (!past[i].live && past[i].ended_ms_ago > CODE_REST_MS)
				past[i] = past[--n];
			else
				i++;
		if (random >> 30 == 3 || n == PAST_MAX || !code_next(past, n, random, code))
			continue;
		for (size_t i = 0; i < n; i++) {
			if (past[i].live)
				check_pair(code, past[i].code);
			else if (strcmp(code, past[i].code) == 0)
				assert_true(past[i].ended_ms_ago >= CODE_REST_SHORT_MS);
		}
		past[n++] = live(code);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_code_has_two_digits_from_13_on),
		cmocka_unit_test(the_same_input_gives_the_same_code),
		cmocka_unit_test(a_phone_gets_nine_codes_of_two_digits_then_three),
		cmocka_unit_test(three_digits_keep_their_sum),
		cmocka_unit_test(the_sum_catches_every_slip_and_swap),
		cmocka_unit_test(emergency_numbers_are_never_codes),
		cmocka_unit_test(a_code_rests_for_seven_days),
		cmocka_unit_test(seventy_two_hours_when_there_is_no_other_way),
		cmocka_unit_test(never_less_than_seventy_two_hours),
		cmocka_unit_test(no_two_digits_that_begin_a_live_three),
		cmocka_unit_test(three_digits_avoid_codes_that_rest),
		cmocka_unit_test(what_is_no_code_is_passed_over),
		cmocka_unit_test(the_promises_hold_through_a_busy_month),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
