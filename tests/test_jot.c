/* What jot writes is what jansson writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "jot.h"

#include "banned.h"

static const struct row {
	const char *name, *text;
	int64_t number;
} rows[] = {
	{ "plain", "dissuade", 7 },
	{ "empty", "", 0 },
	{ "Chinese", "冒充客服", -1 },
	{ "quotes and backslashes", "a\"b\\c\"\"", 1 },
	{ "control characters", "a\001b\037c", 10 },
	{ "a slash and a tilde stay", "/~\177", 9007199254740991 },
	{ "the largest number", "x", INT64_MAX },
	{ "the smallest number", "x", INT64_MIN },
};

static void is_what_jansson_writes(void **state)
{
	const struct row *r = *state;
	json_t *o = json_pack("{s:I, s:s, s:I}", "a", (json_int_t)r->number, "b", r->text, "c",
		(json_int_t)r->number);
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, "left over");
	jot_begin(&b);
	jot_int(&b, "a", r->number);
	jot_str(&b, "b", r->text);
	jot_int(&b, "c", r->number);
	assert_string_equal(jot_end(&b), text);
	jot_begin(&b);
	assert_string_equal(jot_end(&b), "{}");
	buf_free(&b);
	free(text);
	json_decref(o);
}

/* jansson writes \n and \t by their letters; what is read back is the same. */
static void line_ends_come_back(void **state)
{
	struct buf b;
	json_t *o;

	(void)state;
	buf_init(&b, 4096);
	jot_begin(&b);
	jot_str(&b, "a", "x\n\t\r\b\fy");
	o = json_loads(jot_end(&b), 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "a")), "x\n\t\r\b\fy");
	json_decref(o);
	buf_free(&b);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 1] = { [N] = cmocka_unit_test(line_ends_come_back) };

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = is_what_jansson_writes,
			.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests_name("jot", tests, NULL, NULL);
}
