/* Signatures of providers: every line of sign.jsonl, and the language of configured ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cloud_time.h"
#include "explain.h"
#include "json.h"
#include "sign.h"
#include "sign_expr.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { LINES = 128, TESTS = 400 };

static struct CMUnitTest tests[TESTS];
static size_t test_count;
static json_t *lines[LINES];

static void add(const char *name, CMUnitTestFunction run, const void *row)
{
	assert_true(test_count < TESTS);
	tests[test_count++] = (struct CMUnitTest){ name, run, NULL, NULL, (void *)row };
}

/* -- the vectors -------------------------------------------------------------------------------- */

static void same_text(const json_t *want, const json_t *have, const char *key)
{
	if (json_str(want, key) == NULL)
		return;
	assert_non_null(json_str(have, key));
	assert_string_equal(json_str(have, key), json_str(want, key));
}

static void vector_holds(void **state)
{
	json_t *line = *state, *asked = json_deep_copy(line), *have, *v;
	const char *key;

	json_object_del(asked, "canonical");
	json_object_del(asked, "string_to_sign");
	json_object_del(asked, "steps");
	json_object_del(asked, "expected");
	have = explain_sign(asked);
	same_text(line, have, "id");
	same_text(line, have, "canonical");
	same_text(line, have, "string_to_sign");
	same_text(line, have, "expected");
	json_object_foreach(json_object_get(line, "steps"), key, v) {
		same_text(json_object_get(line, "steps"), json_object_get(have, "steps"), key);
	}
	json_decref(asked);
	json_decref(have);
}

static void add_vectors(void)
{
	FILE *f = fopen("tests/vectors/sign.jsonl", "r");
	char *text = NULL;
	size_t room = 0, n = 0;

	assert_non_null(f);
	while (getline(&text, &room, f) > 0 && n < LINES) {
		lines[n] = json_loads(text, 0, NULL);
		assert_non_null(lines[n]);
		add(json_str(lines[n], "id"), vector_holds, lines[n]);
		n++;
	}
	free(text);
	fclose(f);
	assert_true(n == 47);
}

/* -- the language --------------------------------------------------------------------------------- */

static const char *value(void *arg, const char *name)
{
	static const char *const values[][2] = { { "a", "1" }, { "b", "中" }, { "key", "k" },
		{ "empty", "" } };

	(void)arg;
	for (size_t i = 0; i < COUNT(values); i++)
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	return NULL;
}

static const struct expr_row {
	const char *name, *text, *charset, *want; /* want NULL: refused */
	const char *wrong;
} expr_rows[] = {
	{ "a value", "a", "UTF-8", "1", NULL },
	{ "a text with quotes", "\"x\\\"y\\\\\"", "UTF-8", "x\"y\\", NULL },
	{ "joined with blanks around", " a + \"-\" + b ", "UTF-8", "1-中", NULL },
	{ "a digest is lower hex as text", "md5(empty)", "UTF-8",
		"d41d8cd98f00b204e9800998ecf8427e", NULL },
	{ "base64 takes the bytes of a digest", "base64(md5(empty))", "UTF-8",
		"1B2M2Y8AsgTpgAmY7PhCfg==", NULL },
	{ "base64 of the hex", "base64(\"\" + md5(empty))", "UTF-8",
		"ZDQxZDhjZDk4ZjAwYjIwNGU5ODAwOTk4ZWNmODQyN2U=", NULL },
	{ "hex of a text", "hex(a + a)", "UTF-8", "3131", NULL },
	{ "upper of a digest", "upper(md5(empty))", "UTF-8", "D41D8CD98F00B204E9800998ECF8427E",
		NULL },
	{ "lower", "lower(\"ABC中\")", "UTF-8", "abc中", NULL },
	{ "urlencode", "urlencode(b + \" *\")", "UTF-8", "%E4%B8%AD%20%2A", NULL },
	{ "urlencode of GBK", "urlencode(b)", "GBK", "%D6%D0", NULL },
	{ "sorted", "sorted(key, b, a)", "UTF-8", "a=1&b=中&key=k", NULL },
	{ "an hmac whose key is an hmac", "hex(hmac_sha256(hmac_sha256(key, a), b))", "UTF-8",
		"d9c2802fcb1d773502fa74cd71e190e5d3d35dac5e68fc58a07dba33a606cb3d", NULL },
	{ "nothing", "", "UTF-8", NULL, "看不懂" },
	{ "unknown value", "md5(secret)", "UTF-8", NULL, "没有这个值: secret" },
	{ "unknown function", "crc32(a)", "UTF-8", NULL, "没有这个函数: crc32" },
	{ "open bracket", "md5(a", "UTF-8", NULL, "少了 )" },
	{ "open quote", "\"abc", "UTF-8", NULL, "引号没有关上" },
	{ "something behind", "a b", "UTF-8", NULL, "后面多了" },
	{ "an argument too few", "hmac_md5(a)", "UTF-8", NULL, "少了 ," },
	{ "an argument too many", "md5(a, a)", "UTF-8", NULL, "少了 )" },
	{ "a plus at the end", "a +", "UTF-8", NULL, "看不懂" },
	{ "too deep", "md5(md5(md5(md5(md5(md5(md5(md5(md5(md5(md5(md5(md5(a)))))))))))))", "UTF-8",
		NULL, "太深" },
};

static void expression_is(void **state)
{
	const struct expr_row *r = *state;
	struct sign_values v = { value, NULL, r->charset };
	char wrong[200] = "";
	struct sign s;

	sign_init(&s);
	if (sign_expr(r->text, &v, &s, wrong, sizeof wrong)) {
		assert_non_null(r->want);
		assert_string_equal(buf_str(&s.value), r->want);
	} else {
		assert_null(r->want);
		assert_non_null(strstr(wrong, r->wrong));
	}
	sign_free(&s);
}

/* -- what stands below -------------------------------------------------------------------------------- */

static const struct time_row {
	const char *name, *text;
	int zone;
	int64_t want;
} time_rows[] = {
	{ "Beijing", "2023-09-19 14:30:00", 8, INT64_C(1695105000000) },
	{ "with T and Z", "2023-09-19T06:30:00Z", 8, INT64_C(1695105000000) },
	{ "with an offset", "2023-09-19T14:30:00+08:00", 0, INT64_C(1695105000000) },
	{ "with parts of a second", "2023-09-19T06:30:00.123Z", 8, INT64_C(1695105000000) },
	{ "slashes", "2023/09/19 14:30:00", 8, INT64_C(1695105000000) },
	{ "digits in a row", "20230919143000", 8, INT64_C(1695105000000) },
	{ "basic form", "20230919T063000Z", 8, INT64_C(1695105000000) },
	{ "seconds", "1695105000", 8, INT64_C(1695105000000) },
	{ "milliseconds", "1695105000123", 8, INT64_C(1695105000123) },
	{ "a month that is none", "2023-19-19 14:30:00", 8, 0 },
	{ "words", "yesterday", 8, 0 },
	{ "nothing", "", 8, 0 },
	{ "cut", "2023-09-19 14", 8, 0 },
};

static void time_is(void **state)
{
	const struct time_row *r = *state;

	assert_int_equal(cloud_time_read(r->text, r->zone), r->want);
}

static void times_are_written(void **state)
{
	char out[40];

	(void)state;
	assert_string_equal(cloud_time(INT64_C(1695105000000), 0, CLOUD_HTTP, out, sizeof out),
		"Tue, 19 Sep 2023 06:30:00 GMT");
	assert_string_equal(cloud_time(INT64_C(1695105000000), 8, "%Y%m%d%H%M%S", out, sizeof out),
		"20230919143000");
	assert_string_equal(cloud_time(0, 0, CLOUD_BASIC, out, sizeof out), "19700101T000000Z");
	assert_string_equal(cloud_time(0, 0, CLOUD_ISO, out, 5), "");
}

static const struct base64_row {
	const char *name, *text, *bytes; /* NULL: refused */
} base64_rows[] = {
	{ "empty", "", "" },
	{ "one", "YQ==", "a" },
	{ "two", "YWI=", "ab" },
	{ "three", "YWJj", "abc" },
	{ "broken by lines", "YW\r\nJj", "abc" },
	{ "without padding", "YQ", "a" },
	{ "a sign that is none", "Y*==", NULL },
	{ "behind the padding", "YQ==YQ==", NULL },
};

static void base64_is(void **state)
{
	const struct base64_row *r = *state;
	struct buf out, back;

	buf_init(&out, 100);
	buf_init(&back, 100);
	assert_int_equal(sign_unbase64(r->text, &out), r->bytes != NULL);
	if (r->bytes != NULL) {
		assert_string_equal(buf_str(&out), r->bytes);
		sign_base64(buf_str(&out), out.len, &back);
		assert_true(back.len % 4 == 0 && strncmp(buf_str(&back), r->text, 2) == 0);
	}
	buf_free(&out);
	buf_free(&back);
}

static void forms_are_read(void **state)
{
	struct sign_pairs p = { .count = 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 1000);
	assert_true(sign_unform("a=1&b=%E4%B8%AD+x&&c&d=%4&e=%zz", 31, &text, &p));
	assert_int_equal(p.count, 5);
	assert_string_equal(sign_pair_value(&p, "a"), "1");
	assert_string_equal(sign_pair_value(&p, "b"), "中 x");
	assert_string_equal(sign_pair_value(&p, "c"), "");
	assert_string_equal(sign_pair_value(&p, "d"), "%4");
	assert_string_equal(sign_pair_value(&p, "e"), "%zz");
	assert_null(sign_pair_value(&p, "f"));
	buf_free(&text);
}

static void too_many_fields_are_refused(void **state)
{
	struct sign_pairs p = { .count = 0 };
	struct buf text;
	char form[SIGN_PAIRS * 3 + 8];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < SIGN_PAIRS + 1; i++, n += 2)
		memcpy(form + n, "a&", 2);
	buf_init(&text, 10000);
	assert_false(sign_unform(form, n, &text, &p));
	buf_clear(&text);
	assert_true(sign_unform(form, n - 2, &text, &p));
	buf_free(&text);
}

static void what_lacks_is_named(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "{\"id\":\"x\"}", "没有 inputs" },
		{ "{\"algorithm\":\"ROT13\",\"inputs\":{}}", "ROT13" },
		{ "{\"inputs\":{}}", "不认识" },
		{ "{\"algorithm\":\"HTTP-Basic\",\"inputs\":{\"auth_token\":\"1\"}}",
			"account_sid" },
		{ "{\"inputs\":{\"expr\":\"md5(\"}}", "看不懂" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *line = json_loads(rows[i].line, 0, NULL), *o = explain_sign(line);

		assert_non_null(strstr(json_str(o, "error"), rows[i].says));
		json_decref(line);
		json_decref(o);
	}
}

#define ADD_ROWS(table, run) \
	for (size_t i = 0; i < COUNT(table); i++) \
	add((table)[i].name, run, &(table)[i])

int main(void)
{
	int failed;

	add_vectors();
	ADD_ROWS(expr_rows, expression_is);
	ADD_ROWS(time_rows, time_is);
	ADD_ROWS(base64_rows, base64_is);
	add("times are written", times_are_written, NULL);
	add("forms are read", forms_are_read, NULL);
	add("too many fields are refused", too_many_fields_are_refused, NULL);
	add("what lacks is named", what_lacks_is_named, NULL);
	failed = _cmocka_run_group_tests("sign", tests, test_count, NULL, NULL);
	for (size_t i = 0; i < LINES; i++)
		json_decref(lines[i]);
	return failed;
}
