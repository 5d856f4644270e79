/* Address lists: what they hold, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cidr.h"

#include "banned.h"

enum { BAD = -1, OUT, IN };

static const struct row {
	const char *name, *cidr, *address;
	int want;
} rows[] = {
	{ "a network", "10.0.0.0/8", "10.255.1.2", IN },
	{ "its neighbour", "10.0.0.0/8", "11.0.0.0", OUT },
	{ "an odd mask", "192.168.4.0/22", "192.168.7.255", IN },
	{ "just behind it", "192.168.4.0/22", "192.168.8.0", OUT },
	{ "one address", "192.168.1.5", "192.168.1.5", IN },
	{ "another one", "192.168.1.5", "192.168.1.6", OUT },
	{ "everybody", "0.0.0.0/0", "203.0.113.9", IN },
	{ "everybody of the other family", "0.0.0.0/0", "2001:db8::1", OUT },
	{ "IPv6", "2001:db8::/32", "2001:db8:ffff::1", IN },
	{ "not IPv6", "2001:db8::/32", "2001:db9::1", OUT },
	{ "IPv4 in IPv6 clothes", "10.0.0.0/8", "::ffff:10.1.2.3", IN },
	{ "a list in such clothes", "::ffff:10.1.2.3", "10.1.2.3", IN },
	{ "no address to compare", "10.0.0.0/8", "unix", OUT },
	{ "bits behind the mask", "10.0.0.1/8", "10.0.0.1", BAD },
	{ "a mask too long", "10.0.0.0/33", "10.0.0.0", BAD },
	{ "a mask too long for the clothes", "::ffff:10.0.0.0/104", "10.0.0.0", BAD },
	{ "a mask that is none", "10.0.0.0/x", "10.0.0.0", BAD },
	{ "an empty mask", "10.0.0.0/", "10.0.0.0", BAD },
	{ "a negative mask", "10.0.0.0/-1", "10.0.0.0", BAD },
	{ "a name", "example.invalid", "10.0.0.0", BAD },
	{ "nothing", "", "10.0.0.0", BAD },
};

static void test_row(void **state)
{
	const struct row *r = *state;

	assert_int_equal(cidr_valid(r->cidr), r->want != BAD);
	assert_int_equal(cidr_holds(r->cidr, r->address), r->want == IN);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	static struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
