/* From bytes to lines: the same lines however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "line.h"

#include "banned.h"

static const struct row {
	const char *name, *in, *want; /* lines with | behind each; ! marks a spoilt one */
	bool prompt;
} rows[] = {
	{ "CR LF", "OK\r\n", "OK|", false },
	{ "CR alone", "OK\rERROR\r", "OK|ERROR|", false },
	{ "LF alone", "OK\nERROR\n", "OK|ERROR|", false },
	{ "CR CR LF and empty lines", "\r\r\nOK\r\r\n\r\n\n", "OK|", false },
	{ "no end, no line", "OK", "", false },
	{ "spaces at both ends are cut", "  +CSQ: 1  \r\n", "+CSQ: 1|", false },
	{ "spaces inside stay", "a  b\r", "a  b|", false },
	{ "noise at the start is cut", "\x01\xff\x80OK\r\n", "OK|", false },
	{ "noise alone is nothing", "\xfe\x9e\xe6\r\n", "", false },
	{ "noise inside spoils one line", "+CM\x91T\r\nOK\r\n", "!+CM\x91T|OK|", false },
	{ "a tab spoils a line", "a\tb\r\n", "!a\tb|", false },
	{ "a prompt that is waited for", "\r\n> ", ">|", true },
	{ "a prompt without its space", "\r\n>", ">|", true },
	{ "a prompt with a line end", "\r\n>\r\n", ">|", true },
	{ "an echo behind the prompt", "> 0011\r", ">|0011|", true },
	{ "a prompt that nobody waits for", "\r\n> \r\nOK\r\n", ">|OK|", false },
	{ "a greater-than inside a line", "a > b\r\n", "a > b|", true },
	{ "noise before a prompt", "\xff>", ">|", true },
};

static void take_all(struct lines *l, bool *prompt, char *got, size_t max)
{
	struct line line;

	while (line_take(l, *prompt, &line)) {
		size_t used = strlen(got);

		if (line.prompt)
			*prompt = false; /* the command has its prompt */
		assert_int_equal(line.len, strlen(line.text));
		snprintf(got + used, max - used, "%s%s|", line.spoilt ? "!" : "", line.text);
	}
}

static void whatever_the_cut(void **state)
{
	const struct row *r = *state;
	size_t n = strlen(r->in);

	for (size_t first = 0; first <= n; first++)
		for (size_t second = first; second <= n; second++) {
			struct lines l;
			char got[200] = "";
			bool prompt = r->prompt;

			line_init(&l);
			assert_int_equal(line_put(&l, r->in, first), first);
			take_all(&l, &prompt, got, sizeof got);
			line_put(&l, r->in + first, second - first);
			take_all(&l, &prompt, got, sizeof got);
			line_put(&l, r->in + second, n - second);
			take_all(&l, &prompt, got, sizeof got);
			assert_string_equal(got, r->want);
		}
}

static void the_buffer_never_takes_more_than_it_has(void **state)
{
	static char many[3 * LINE_MAX_BYTES];
	struct lines l;
	struct line line;
	size_t taken;

	(void)state;
	line_init(&l);
	memset(many, 'x', sizeof many);
	taken = line_put(&l, many, sizeof many);
	assert_true(taken <= sizeof l.in);
	assert_false(line_take(&l, false, &line));
	for (int i = 0; i < 10; i++) {
		line_put(&l, many, sizeof many);
		assert_false(line_take(&l, false, &line));
	}
	line_put(&l, "\r\nOK\r\n", 6);
	while (line_take(&l, false, &line))
		assert_string_equal(line.text, "OK");
	assert_int_equal(l.dropped, 1);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 1] = {
		[N] = cmocka_unit_test(the_buffer_never_takes_more_than_it_has),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = whatever_the_cut,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
