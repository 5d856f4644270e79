/* Hexadecimal digits: which they are, and octets of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "hex.h"

#include "banned.h"

static const struct row {
	const char *name, *digits;
	size_t n;
	bool ok;
	uint8_t want[4];
} rows[] = {
	{ "nothing", "", 0, true, { 0 } },
	{ "small letters", "00ff7ea5", 4, true, { 0x00, 0xFF, 0x7E, 0xA5 } },
	{ "big letters", "ABCDEF", 3, true, { 0xAB, 0xCD, 0xEF } },
	{ "both", "aBcD", 2, true, { 0xAB, 0xCD } },
	{ "only so many", "12zz", 1, true, { 0x12 } },
	{ "a letter behind F", "1g", 1, false, { 0 } },
	{ "a sign", "+1", 1, false, { 0 } },
	{ "a blank", " 1", 1, false, { 0 } },
	{ "a full-width digit", "\xEF\xBC\x91", 1, false, { 0 } },
	{ "the end of the text", "1", 1, false, { 0 } },
};

static void octets(void **state)
{
	const struct row *r = *state;
	uint8_t out[4] = { 0 };

	assert_int_equal(hex_octets(r->digits, r->n, out), r->ok);
	if (r->ok)
		assert_memory_equal(out, r->want, sizeof out);
}

static void twenty_two_characters_are_digits(void **state)
{
	static const char digits[] = "0123456789abcdef";
	int count = 0;

	(void)state;
	for (int c = -128; c < 128; c++)
		count += hex_digit((char)c) >= 0;
	assert_int_equal(count, 22);
	for (int i = 0; i < 16; i++)
		assert_int_equal(hex_digit(digits[i]), i);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	static struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = octets,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(twenty_two_characters_are_digits);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
