/* Paths, queries and heads: what a stranger may write, and what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "head.h"
#include "route.h"
#include "throttle.h"
#include "web_room.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct path_row {
	const char *name, *pattern, *path,
		*want; /* the arguments, parted by |; NULL: does not fit */
} path_rows[] = {
	{ "words", "/v1/cases", "/v1/cases", "" },
	{ "the root", "/", "/", "" },
	{ "one name", "/v1/cases/{id}", "/v1/cases/7", "id=7" },
	{ "two names", "/v1/{noun}/{id}/{verb}", "/v1/tasks/7/accept",
		"noun=tasks|id=7|verb=accept" },
	{ "a slash more", "/v1/cases", "/v1/cases/", NULL },
	{ "a slash twice", "/v1/cases", "//v1/cases", NULL },
	{ "an empty name", "/v1/cases/{id}", "/v1/cases/", NULL },
	{ "a word too few", "/v1/cases/{id}", "/v1/cases", NULL },
	{ "a word too many", "/v1/cases", "/v1/cases/7", NULL },
	{ "other letters", "/v1/cases", "/v1/Cases", NULL },
	{ "a prefix", "/v1/cases", "/v1/cases2", NULL },
	{ "words are not decoded", "/v1/cases", "/v1/%63ases", NULL },
	{ "a value is", "/v1/keys/{id}", "/v1/keys/%E6%B4%BE%E5%87%BA%E6%89%80", "id=派出所" },
	{ "an encoded slash is no separator", "/v1/keys/{id}", "/v1/keys/a%2Fb", "id=a/b" },
	{ "plus is plus", "/v1/keys/{id}", "/v1/keys/a+b", "id=a+b" },
	{ "a NUL byte", "/v1/keys/{id}", "/v1/keys/a%00b", NULL },
	{ "a line feed", "/v1/keys/{id}", "/v1/keys/a%0Ab", NULL },
	{ "half an escape", "/v1/keys/{id}", "/v1/keys/a%2", NULL },
	{ "no escape", "/v1/keys/{id}", "/v1/keys/a%zz", NULL },
	{ "overlong UTF-8", "/v1/keys/{id}", "/v1/keys/%C0%AF", NULL },
	{ "half a character", "/v1/keys/{id}", "/v1/keys/%E6%B4", NULL },
};

static void path_fits(void **state)
{
	const struct path_row *r = *state;
	struct route_args args;
	struct arena a;
	char got[256] = "";
	size_t n = 0;

	arena_init(&a, 1 << 20);
	assert_int_equal(route_fits(r->pattern, r->path, &a, &args), r->want != NULL);
	for (int i = 0; r->want != NULL && i < args.count; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, "%s%s=%s", i == 0 ? "" : "|",
			args.name[i], args.value[i]);
	if (r->want != NULL)
		assert_string_equal(got, r->want);
	arena_free(&a);
}

static const struct query_row {
	const char *name, *raw, *want; /* as above */
} query_rows[] = {
	{ "none", NULL, "" },
	{ "empty", "", "" },
	{ "two", "limit=5&state=open", "limit=5|state=open" },
	{ "a blank by plus", "q=a+b", "q=a b" },
	{ "Chinese", "q=%E5%BC%A0%E4%B8%89", "q=张三" },
	{ "no value", "reveal", "reveal=" },
	{ "an equals sign in the value", "q=a=b", "q=a=b" },
	{ "empty pairs", "&&a=1&", "a=1" },
	{ "the same name twice", "a=1&a=2", NULL },
	{ "the same name, written otherwise", "a=1&%61=2", NULL },
	{ "a NUL byte", "a=%00", NULL },
	{ "half an escape", "a=%4", NULL },
	{ "no text", "a=%FF", NULL },
	{ "more than it holds",
		"a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q=&r=&s=&t=&u=&v="
		"&w=&x=&y=",
		NULL },
};

static void query_reads(void **state)
{
	const struct query_row *r = *state;
	struct query q;
	struct arena a;
	char got[256] = "";
	size_t n = 0;

	arena_init(&a, 1 << 20);
	assert_int_equal(query_parse(r->raw, &a, &q), r->want != NULL);
	for (int i = 0; r->want != NULL && i < q.count; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, "%s%s=%s", i == 0 ? "" : "|",
			q.name[i], q.value[i]);
	if (r->want != NULL)
		assert_string_equal(got, r->want);
	arena_free(&a);
}

static const struct number_row {
	const char *name, *value;
	int64_t want;
	bool ok;
} number_rows[] = {
	{ "absent", NULL, 50, true },
	{ "in the middle", "7", 7, true },
	{ "the least", "1", 1, true },
	{ "the most", "500", 500, true },
	{ "less than that", "0", 50, false },
	{ "more than that", "501", 50, false },
	{ "a sign", "-1", 50, false },
	{ "a word", "ten", 50, false },
	{ "empty", "", 50, false },
	{ "past 64 bits", "99999999999999999999999", 50, false },
	{ "a blank in front", " 7", 50, false },
};

static void number_reads(void **state)
{
	const struct number_row *r = *state;
	struct query q = { .name = { "limit" }, .value = { r->value }, .count = r->value != NULL };
	bool ok = true;

	assert_int_equal(query_number(&q, "limit", 50, 1, 500, &ok), r->want);
	assert_int_equal(ok, r->ok);
}

/* -- heads -------------------------------------------------------------------------------------- */

static const struct head_row {
	const char *name;
	const char *header[8]; /* name, value, name, value ... */
	bool http11;
	const char *want; /* NULL: sound */
} head_rows[] = {
	{ "a plain one", { "Host", "x", "Content-Length", "5" }, true, NULL },
	{ "no Host in 1.1", { "Content-Length", "5" }, true, "host" },
	{ "no Host in 1.0", { "Content-Length", "5" }, false, NULL },
	{ "two Hosts", { "Host", "x", "host", "y" }, true, "host" },
	{ "two lengths", { "Host", "x", "Content-Length", "5", "content-length", "6" }, true,
		"content_length" },
	{ "the same length twice", { "Host", "x", "Content-Length", "5", "Content-Length", "5" },
		true, "content_length" },
	{ "a list of lengths", { "Host", "x", "Content-Length", "5, 5" }, true, "content_length" },
	{ "a signed length", { "Host", "x", "Content-Length", "+5" }, true, "content_length" },
	{ "a negative length", { "Host", "x", "Content-Length", "-5" }, true, "content_length" },
	{ "a length in hex", { "Host", "x", "Content-Length", "0x5" }, true, "content_length" },
	{ "an empty length", { "Host", "x", "Content-Length", "" }, true, "content_length" },
	{ "a length past all bounds", { "Host", "x", "Content-Length", "9999999999999999" }, true,
		"content_length" },
	{ "chunked", { "Host", "x", "Transfer-Encoding", "chunked" }, true, "transfer_encoding" },
	{ "chunked and a length",
		{ "Host", "x", "Transfer-Encoding", "chunked", "Content-Length", "5" }, true,
		"transfer_encoding" },
	{ "some other coding", { "Host", "x", "transfer-encoding", "identity" }, true,
		"transfer_encoding" },
	{ "TE", { "Host", "x", "TE", "trailers" }, true, "transfer_encoding" },
	{ "a blank in a name", { "Host", "x", "Content-Length ", "5" }, true, "bad_header" },
	{ "a blank before a name", { "Host", "x", " Foo", "5" }, true, "bad_header" },
	{ "a name that is none", { "Host", "x", "", "5" }, true, "bad_header" },
	{ "a coding hidden in a name", { "Host", "x", "Transfer-Encodingchunked", "" }, true,
		"bad_header" },
	{ "a length hidden in a name", { "Host", "x", "Xcontent-length", "5" }, true,
		"bad_header" },
	{ "a control character in a value", { "Host", "x", "Foo", "a\rb" }, true, "bad_header" },
	{ "two Authorizations", { "Host", "x", "Authorization", "a", "authorization", "b" }, true,
		"header_twice" },
	{ "two signatures", { "Host", "x", "Quanzu-Signature", "a", "Quanzu-Signature", "b" }, true,
		"header_twice" },
	{ "a tab in a value", { "Host", "x", "Foo", "a\tb" }, true, NULL },
};

static void head_is_judged(void **state)
{
	const struct head_row *r = *state;
	struct request_head head = { 0 };
	struct head_check c = { .head = &head };
	const char *got;
	size_t size = 30;

	for (size_t i = 0; i + 1 < COUNT(r->header) && r->header[i] != NULL; i += 2) {
		size_t name = strlen(r->header[i]), value = strlen(r->header[i + 1]);

		head_take(&c, r->header[i], name, r->header[i + 1], value);
		size += name + value + 4;
	}
	got = head_verdict(&c, 28, size, r->http11);
	if (r->want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, r->want);
}

/* What the parser has swallowed shows in the size alone. */
static void a_head_has_the_size_of_what_is_seen(void **state)
{
	static const struct {
		size_t size;
		bool sound;
	} rows[] = { { 48, true }, { 49, false }, { 47, true }, { 46, true }, { 45, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request_head head = { 0 };
		struct head_check c = { .head = &head };

		head_take(&c, "Host", 4, "x", 1);
		head_take(&c, "X", 1, "abcd", 4);
		assert_int_equal(head_verdict(&c, 28, rows[i].size, true) == NULL, rows[i].sound);
	}
}

static void a_head_gives_its_length(void **state)
{
	struct request_head none = { 0 }, some = { .length = "262144" };

	(void)state;
	assert_int_equal(head_length(&none), 0);
	assert_int_equal(head_length(&some), 262144);
}

/* -- the table itself --------------------------------------------------------------------------- */

static const struct web_route *first_that_fits(enum method m, const char *path)
{
	struct route_args args;
	struct arena a;
	const struct web_route *r = web_routes;

	arena_init(&a, 1 << 20);
	while (r->pattern != NULL && (r->method != m || !route_fits(r->pattern, path, &a, &args)))
		r++;
	arena_free(&a);
	return r->pattern == NULL ? NULL : r;
}

static void every_row_can_be_reached(void **state)
{
	(void)state;
	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		char path[128];
		size_t n = 0;

		for (const char *s = r->pattern; *s != '\0'; s++) {
			if (*s == '{') {
				path[n++] = '7';
				s += strcspn(s, "}");
			} else {
				path[n++] = *s;
			}
		}
		path[n] = '\0';
		assert_ptr_equal(first_that_fits(r->method, path), r);
	}
}

static void only_public_addresses_need_no_key(void **state)
{
	(void)state;
	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		bool is_open = (r->flags & WEB_OPEN) != 0;

		assert_int_equal(is_open, strncmp(r->pattern, "/v1/", 4) != 0);
		assert_true(is_open || r->roles != 0);
		assert_true((r->run != NULL) != (r->read != NULL));
	}
}

static void every_list_has_a_listing(void **state)
{
	char noun[32];
	int lists = 0;

	(void)state;
	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		if (r->read != web_list && r->run != web_one)
			continue;
		snprintf(noun, sizeof noun, "%s", r->pattern + 4);
		noun[strcspn(noun, "/")] = '\0';
		assert_non_null(listing_find(noun));
		lists++;
	}
	assert_true(lists > 30);
}

/* -- guesses --------------------------------------------------------------------------------------- */

static void a_guesser_has_sixty_tries_an_hour(void **state)
{
	struct throttle *t = throttle_new();
	int64_t now = 1000000;
	int passed = 0;

	(void)state;
	for (int i = 0; i < 100000; i++)
		passed += throttle_take(t, 'a', "192.0.2.1", now + (int64_t)i * 36);
	assert_in_range(passed, 55, 60);
	throttle_free(t);
}

static void a_burst_is_cut_at_twenty(void **state)
{
	struct throttle *t = throttle_new();
	int passed = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		passed += throttle_take(t, 'k', "qz_aaaaa", 5);
	assert_int_equal(passed, THROTTLE_BURST);
	throttle_free(t);
}

static void names_have_buckets_of_their_own(void **state)
{
	struct throttle *t = throttle_new();

	(void)state;
	while (throttle_take(t, 'a', "192.0.2.1", 5))
		;
	assert_true(throttle_take(t, 'a', "192.0.2.2", 5));
	assert_true(throttle_take(t, 'k', "192.0.2.1", 5));
	assert_false(throttle_take(t, 'a', "192.0.2.1", 5));
	throttle_free(t);
}

#define ROWS(table, fn) \
	for (size_t i = 0; i < COUNT(table); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (table)[i].name, .test_func = (fn), \
			.initial_state = (void *)&(table)[i] \
		}

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		cmocka_unit_test(a_head_gives_its_length),
		cmocka_unit_test(a_head_has_the_size_of_what_is_seen),
		cmocka_unit_test(every_row_can_be_reached),
		cmocka_unit_test(only_public_addresses_need_no_key),
		cmocka_unit_test(every_list_has_a_listing),
		cmocka_unit_test(a_guesser_has_sixty_tries_an_hour),
		cmocka_unit_test(a_burst_is_cut_at_twenty),
		cmocka_unit_test(names_have_buckets_of_their_own),
	};
	struct CMUnitTest tests[COUNT(path_rows) + COUNT(query_rows) + COUNT(number_rows) +
				COUNT(head_rows) + COUNT(fixed)];
	size_t n = 0;

	for (; n < COUNT(fixed); n++)
		tests[n] = fixed[n];
	ROWS(path_rows, path_fits);
	ROWS(query_rows, query_reads);
	ROWS(number_rows, number_reads);
	ROWS(head_rows, head_is_judged);
	return _cmocka_run_group_tests("route", tests, n, NULL, NULL);
}
