/* What json_read() reads, and what it refuses, is what jansson does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_read.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct row {
	const char *name, *text;
	size_t n; /* 0: all of it */
} rows[] = {
	{ "empty", "", 0 },
	{ "blanks", " \t\r\n", 0 },
	{ "an empty object", "{}", 0 },
	{ "an empty list", "[ ]", 0 },
	{ "a warning",
		"{\"source\":\"96110\",\"phones\":[\"13800138000\",\"13900139000\"],\"name\":"
		"\"赵建国\","
		"\"amount\":35000,\"drill\":false,\"extra\":null,\"tx\":[{\"bank\":\"工行\",\"n\":-"
		"1}]}",
		0 },
	{ "blanks everywhere", " {\r\n\t\"a\" : [ 1 , 2 ] ,\"b\" :{ } } \n", 0 },
	{ "a blank that is none", "{\"a\":\v1}", 0 },
	{ "the order of the keys", "{\"z\":1,\"a\":2,\"m\":3}", 0 },
	{ "an empty key", "{\"\":\"\"}", 0 },
	{ "a key twice", "{\"a\":1,\"b\":2,\"a\":1}", 0 },
	{ "a key twice, once escaped", "{\"a\":1,\"\\u0061\":2}", 0 },
	{ "escapes", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u8d75\\ud83d\\ude00\"}", 0 },
	{ "half a pair", "{\"a\":\"\\ud83d\"}", 0 },
	{ "an escaped NUL", "{\"a\":\"\\u0000\"}", 0 },
	{ "a NUL", "{\"a\":\"x\0y\"}", 11 },
	{ "a NUL behind the end", "{\"a\":1}\0", 8 },
	{ "a control character", "{\"a\":\"x\001\"}", 0 },
	{ "a line end in a text", "{\"a\":\"x\n\"}", 0 },
	{ "DEL", "{\"a\":\"x\177\"}", 0 },
	{ "no UTF-8", "{\"a\":\"\xff\"}", 0 },
	{ "GB18030", "{\"a\":\"\xd5\xd4\"}", 0 },
	{ "half a character", "{\"a\":\"\xe8\xb5\"}", 0 },
	{ "a character too long", "{\"a\":\"\xc0\xaf\"}", 0 },
	{ "a surrogate", "{\"a\":\"\xed\xa0\xbd\"}", 0 },
	{ "above Unicode", "{\"a\":\"\xf4\x90\x80\x80\"}", 0 },
	{ "four bytes", "{\"a\":\"😀\"}", 0 },
	{ "a bad key", "{\"\xff\":1}", 0 },
	{ "nought", "[0,-0,10]", 0 },
	{ "a nought before", "[01]", 0 },
	{ "a minus alone", "[-]", 0 },
	{ "a minus apart", "[- 1]", 0 },
	{ "a plus", "[+1]", 0 },
	{ "eighteen digits", "[999999999999999999,-999999999999999999]", 0 },
	{ "nineteen digits", "[9223372036854775807,-9223372036854775808]", 0 },
	{ "too large", "[9223372036854775808]", 0 },
	{ "much too large", "[99999999999999999999999999]", 0 },
	{ "fractions", "[1.5,-0.25,1e3,2E-2]", 0 },
	{ "a point alone", "[1.]", 0 },
	{ "words", "[true,false,null]", 0 },
	{ "a word too long", "[truely]", 0 },
	{ "a word too short", "[nul]", 0 },
	{ "a word in capitals", "[True]", 0 },
	{ "a word cut off", "{\"a\":tru", 0 },
	{ "a text without its end", "{\"a\":\"b", 0 },
	{ "a text alone", "\"a\"", 0 },
	{ "a number alone", "12", 0 },
	{ "no colon", "{\"a\" 1}", 0 },
	{ "no value", "{\"a\":}", 0 },
	{ "no key", "{1:2}", 0 },
	{ "a comma at the end", "{\"a\":1,}", 0 },
	{ "a comma at the end of a list", "[1,]", 0 },
	{ "two commas", "[1,,2]", 0 },
	{ "the wrong bracket", "{\"a\":[1}", 0 },
	{ "no end", "{\"a\":[1", 0 },
	{ "something behind", "{\"a\":1} x", 0 },
	{ "two objects", "{\"a\":1}\n{\"a\":2}", 0 },
	{ "a mark of byte order", "\xef\xbb\xbf{}", 0 },
	{ "eight levels", "[[[[[[[[1]]]]]]]]", 0 },
	{ "many levels", "[[[[[[[[[[[[{\"a\":[1,2]}]]]]]]]]]]]]", 0 },
	{ "a mistake on the third line", "{\n\"a\":1,\n\"b\":x}", 0 },
	{ "cut to its length", "{\"a\":1}}}}", 7 },
};

static void is_what_jansson_reads(void **state)
{
	const struct row *r = *state;
	size_t n = r->n == 0 ? strlen(r->text) : r->n;
	json_error_t ours, theirs;
	json_t *a = json_read(r->text, n, &ours);
	json_t *b = json_loadb(r->text, n, JSON_REJECT_DUPLICATES, &theirs);
	char *x, *y;

	if (b == NULL) {
		assert_null(a);
		assert_string_equal(ours.text, theirs.text);
		assert_int_equal(ours.line, theirs.line);
		assert_int_equal(ours.column, theirs.column);
		return;
	}
	assert_non_null(a);
	x = json_dumps(a, JSON_COMPACT);
	y = json_dumps(b, JSON_COMPACT);
	assert_string_equal(x, y); /* keys in the order in which they came */
	assert_true(json_equal(a, b));
	free(x);
	free(y);
	json_decref(a);
	json_decref(b);
}

static void the_error_may_be_left_out(void **state)
{
	(void)state;
	assert_null(json_read("{", 1, NULL));
}

/* The bytes end where the length says: a sanitizer would see one step too far. */
static void every_beginning_of_a_warning(void **state)
{
	const char *text = rows[4].text;

	(void)state;
	for (size_t n = 1; n < strlen(text); n++) {
		char *cut = malloc(n);

		assert_non_null(cut);
		memcpy(cut, text, n);
		assert_null(json_read(cut, n, NULL));
		free(cut);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows) + 2];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(rows[i], is_what_jansson_reads);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_error_may_be_left_out);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_beginning_of_a_warning);
	return cmocka_run_group_tests_name("JSON from the wire", tests, NULL, NULL);
}
