/* Every line of tests/vectors/headers.jsonl, each as a test with the name of its id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain.h"

#include "banned.h"

enum { LINES_MAX = 1000 };

static const char *const expected[] = { "map", "header_rows", "units", "warn", "groups",
	"skip_rows", "first_data_row", "orientation" };

static json_t *without_expectation(const json_t *line)
{
	json_t *copy = json_deep_copy(line);

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		json_object_del(copy, expected[i]);
	return copy;
}

static void reads_as_expected(void **state)
{
	const json_t *line = *state;
	json_t *input = without_expectation(line), *answer = explain_headers(input);

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		const json_t *want = json_object_get(line, expected[i]);
		const json_t *have = json_object_get(answer, expected[i]);
		char *text;

		if (json_equal(want, have) ||
			(want == NULL && json_object_size(have) + json_array_size(have) == 0))
			continue;
		if (want == NULL && (strcmp(expected[i], "first_data_row") == 0 ||
					    strcmp(expected[i], "groups") == 0))
			continue;
		text = json_dumps(answer, JSON_COMPACT);
		fail_msg("%s: %s", expected[i], text);
	}
	json_decref(input);
	json_decref(answer);
}

int main(void)
{
	static struct CMUnitTest tests[LINES_MAX];
	FILE *f = fopen("tests/vectors/headers.jsonl", "r");
	size_t n = 0;
	json_t *line;

	if (f == NULL) {
		perror("tests/vectors/headers.jsonl");
		return 1;
	}
	while (n < LINES_MAX && (line = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		tests[n].name = json_string_value(json_object_get(line, "id"));
		tests[n].test_func = reads_as_expected;
		tests[n++].initial_state = line;
	}
	fclose(f);
	if (n < 38)
		return 1;
	return _cmocka_run_group_tests("headers.jsonl", tests, n, NULL, NULL);
}
