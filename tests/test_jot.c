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
	{ "a nought inside of a number", "x", 105 },
	{ "noughts at its end", "x", -100100 },
	{ "two digits", "x", 99 },
	{ "line ends and tabs", "x\n\t\r\b\fy", 2 },
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

static void lists_and_objects_inside(void **state)
{
	json_t *extra = json_pack("{s:[i,b,n,f], s:{}, s:[]}", "z", 1, 1, 0.5, "o", "l");
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	jot_begin(&b);
	jot_open_list(&b, "none");
	jot_close_list(&b);
	jot_open_list(&b, "texts");
	jot_item(&b, "a\"");
	jot_item(&b, "[");
	jot_item(&b, "");
	jot_close_list(&b);
	jot_open_list(&b, "objects");
	jot_open(&b, NULL);
	jot_close(&b);
	jot_open(&b, NULL);
	jot_int(&b, "n", 1);
	jot_true(&b, "t");
	jot_close(&b);
	jot_close_list(&b);
	jot_json(&b, "extra", extra);
	assert_string_equal(jot_end(&b), "{\"none\":[],\"texts\":[\"a\\\"\",\"[\",\"\"],"
					 "\"objects\":[{},{\"n\":1,\"t\":true}],"
					 "\"extra\":{\"z\":[1,true,null,0.5],\"o\":{},\"l\":[]}}");
	buf_free(&b);
	json_decref(extra);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 1] = { [N] = cmocka_unit_test(lists_and_objects_inside) };

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = is_what_jansson_writes,
			.initial_state = (void *)&rows[i] };
	return cmocka_run_group_tests_name("jot", tests, NULL, NULL);
}
