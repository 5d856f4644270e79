/* The default alphabet and its packing. The oracle is written by hand from 23.038. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gsm7.h"

#include "banned.h"

static const struct row {
	const char *name, *text;
	size_t count; /* SIZE_MAX: not in the alphabet */
} rows[] = {
	{ "nothing", "", 0 },
	{ "ASCII letters are one septet", "TD", 2 },
	{ "the commercial at is code 0", "a@b", 3 },
	{ "the euro is two", "€", 2 },
	{ "brackets are two", "[]{}", 8 },
	{ "a line end is one", "a\nb", 3 },
	{ "Greek capitals are there", "ΔΦΓΛΩΠΨΣΘΞ", 10 },
	{ "Greek small letters are not", "α", SIZE_MAX },
	{ "the back quote is not", "`", SIZE_MAX },
	{ "an escape is no character", "\x1b", SIZE_MAX },
	{ "a tab is not", "\t", SIZE_MAX },
	{ "Chinese is not", "劝", SIZE_MAX },
	{ "one foreign character is enough", "abc劝", SIZE_MAX },
	{ "broken UTF-8 is not", "a\xff", SIZE_MAX },
};

static void count(void **state)
{
	const struct row *r = *state;
	uint8_t septets[32];
	uint16_t units[32];
	size_t n = 0;

	assert_true(gsm7_count(r->text, strlen(r->text)) == r->count);
	assert_int_equal(gsm7_encode(r->text, strlen(r->text), septets, sizeof septets, &n),
		r->count != SIZE_MAX);
	if (r->count == SIZE_MAX)
		return;
	assert_int_equal(n, r->count);
	if (n > 0)
		assert_false(gsm7_encode(r->text, strlen(r->text), septets, n - 1, &n));
	assert_true(gsm7_decode(septets, n, units) <= n);
}

static void every_code_comes_back(void **state)
{
	(void)state;
	for (uint8_t code = 0; code < 128; code++) {
		uint16_t unit;
		uint8_t out[2];

		if (code == GSM7_ESC)
			continue;
		assert_int_equal(gsm7_decode(&code, 1, &unit), 1);
		assert_int_equal(gsm7_put(unit, out), 1);
		assert_int_equal(out[0], code);
	}
}

static void packing_is_undone_with_every_fill(void **state)
{
	uint8_t septets[160], back[160], octets[150];

	(void)state;
	for (size_t i = 0; i < sizeof septets; i++)
		septets[i] = (uint8_t)(i * 37 % 128);
	for (unsigned fill = 0; fill < 7; fill++)
		for (size_t n = 0; n <= sizeof septets; n++) {
			size_t octet_count = gsm7_octets(n, fill);

			octets[octet_count] = 0xAA;
			gsm7_pack(septets, n, fill, octets);
			assert_int_equal(octets[octet_count], 0xAA);
			assert_int_equal(gsm7_unpack(octets, octet_count, fill, n, back), n);
			assert_memory_equal(septets, back, n);
		}
}

static void never_more_septets_than_there_are_octets(void **state)
{
	static const uint8_t octets[3] = { 0xB1, 0x5B, 0x0C };
	uint8_t septets[10];

	(void)state;
	assert_int_equal(gsm7_unpack(octets, 3, 0, 200, septets), 3);
	assert_int_equal(gsm7_unpack(octets, 0, 3, 200, septets), 0);
	assert_int_equal(gsm7_unpack(octets, 1, 2, 200, septets), 0);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 3] = {
		[N] = cmocka_unit_test(every_code_comes_back),
		[N + 1] = cmocka_unit_test(packing_is_undone_with_every_fill),
		[N + 2] = cmocka_unit_test(never_more_septets_than_there_are_octets),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = count,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
