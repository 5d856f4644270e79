/* Cloud providers: requests to the byte, answers by class, receipts, accounts that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cloud_template.h"
#include "cloud_text.h"
#include "helper_cloud.h"
#include "test_cloud_rows.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { TESTS = 600 };

static struct CMUnitTest tests[TESTS];
static size_t test_count;
static char names[TESTS][160];

static void add(const char *kind, const char *name, CMUnitTestFunction run, const void *row)
{
	assert_true(test_count < TESTS);
	snprintf(names[test_count], sizeof names[0], "%s: %s", kind, name);
	tests[test_count] = (struct CMUnitTest){ names[test_count], run, NULL, NULL, (void *)row };
	test_count++;
}

static const struct account_row *account_of(const char *name)
{
	for (const struct account_row *r = cloud_accounts; r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	fail_msg("no account %s", name);
	return NULL;
}

static struct cloud_account *open_row(const char *name)
{
	const struct account_row *r = account_of(name);
	struct cloud_wrong wrong = { .key = "" };
	struct cloud_account *a = cloud_test_open(r->kind, r->own, &wrong);

	if (a == NULL)
		fail_msg("%s: %s", wrong.key, wrong.text);
	return a;
}

static void same(struct buf *have, const char *want)
{
	if (getenv("CLOUD_SHOW") != NULL)
		printf("# <<<%s>>>\n", buf_str(have));
	assert_string_equal(buf_str(have), want);
	buf_free(have);
}

/* -- requests ------------------------------------------------------------------------------------ */

static void request_is(void **state)
{
	const struct request_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct outgoing m = cloud_test_message(
		r->call ? OUTGOING_CALL : OUTGOING_SMS, r->to, r->template, r->values, r->text);
	struct cloud_request q;
	struct buf have;

	if (r->query_id != NULL) {
		m.placed_ms = CLOUD_NOW;
		assert_true(a->provider->query(a, &m, r->query_id, &cloud_moment, &q));
	} else {
		assert_null(a->provider->unfit(a, &m));
		a->provider->send(a, &m, &cloud_moment, &q);
	}
	cloud_test_request(&q, &have);
	cloud_request_free(&q);
	cloud_test_close(a);
	same(&have, r->want);
}

/* Aliyun looks at one day: five past midnight it is asked about the day before. */
static void a_question_names_the_day_it_was_sent_on(void **state)
{
	static const struct {
		bool call;
		const char *want;
	} rows[] = {
		{ false, "SendDate=20230918" },
		{ true, "QueryDate=1695052680000" }, /* 23:58 on the 18th */
	};
	const struct cloud_moment night = { .now_ms = INT64_C(1695053100000), .nonce = "1" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cloud_account *a = open_row("aliyun");
		struct outgoing m = cloud_test_message(rows[i].call ? OUTGOING_CALL : OUTGOING_SMS,
			"13800138000", "alert", "{}", "x");
		struct cloud_request q;

		m.placed_ms = INT64_C(1695052680000);
		assert_true(a->provider->query(a, &m, "1^2", &night, &q));
		assert_non_null(strstr(buf_str(&q.body), rows[i].want));
		cloud_request_free(&q);
		cloud_test_close(a);
	}
}

/* -- answers --------------------------------------------------------------------------------------- */

static void answer_is(void **state)
{
	const struct answer_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct outgoing m = cloud_test_message(
		r->call ? OUTGOING_CALL : OUTGOING_SMS, "13800138000", "alert", "{}", "【反诈】x");
	struct cloud_answer in = cloud_test_answer(r->status, r->type, r->body);
	struct cloud_verdict v = { .class_ = CLOUD_OK };
	struct buf have;

	a->provider->sent(a, &m, &in, &v);
	cloud_test_close(a);
	buf_init(&have, 4096);
	buf_addf(&have, "%s id=%s code=%s%s%s", cloud_class_name(v.class_), v.id, v.code,
		v.clock ? " clock" : "", v.unknown ? " unknown" : "");
	if (v.class_ == CLOUD_RATE)
		buf_addf(&have, " %lld%s", (long long)(v.retry_ms / 1000),
			v.one_number ? " this number" : "");
	same(&have, r->want);
}

/* Every code of a list gets its class, in any case of letters; an unknown one is told so. */
static void codes_are(void **state)
{
	const struct code_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct outgoing m = cloud_test_message(
		r->call ? OUTGOING_CALL : OUTGOING_SMS, "13800138000", "alert", "{}", "x");
	char code[80], body[1024];
	int tried = 0;

	for (const char *s = r->codes; *(s += strspn(s, " ")) != '\0'; s += strcspn(s, " ")) {
		struct cloud_verdict v = { .class_ = CLOUD_OK };
		struct cloud_answer in;
		const char *at = strstr(r->body, "%s");

		snprintf(code, sizeof code, "%.*s", (int)strcspn(s, " "), s);
		snprintf(body, sizeof body, "%.*s%s%s", (int)(at - r->body), r->body, code, at + 2);
		in = cloud_test_answer(r->status, "application/json", body);
		a->provider->sent(a, &m, &in, &v);
		if (v.class_ != r->class_ || v.unknown != r->unknown)
			fail_msg("%s is %s%s", code, cloud_class_name(v.class_),
				v.unknown ? " unknown" : "");
		assert_string_equal(v.code, code);
		tried++;
	}
	assert_true(tried > 0);
	cloud_test_close(a);
}

/* -- callbacks and polls --------------------------------------------------------------------------- */

static const char *header_of(void *arg, const char *name)
{
	const struct hook_row *r = arg;
	static char value[1024];
	const char *s = r->headers;
	size_t n = strlen(name);

	while (s != NULL && *s != '\0') {
		if (strncasecmp(s, name, n) == 0 && strncmp(s + n, ": ", 2) == 0) {
			snprintf(value, sizeof value, "%.*s", (int)strcspn(s + n + 2, "\n"),
				s + n + 2);
			return value;
		}
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return NULL;
}

static void hook_is(void **state)
{
	const struct hook_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct channel_hook h = { r->what, "POST", r->url == NULL ? "/hooks/x/y/z" : r->url,
		r->type, "127.0.0.1", header_of, (void *)r, r->body, strlen(r->body), CLOUD_NOW };
	struct channel_hook_answer answer = { .status = 0 };
	struct cloud_events e = { .at = NULL };
	struct buf have;

	assert_int_equal(a->provider->hook(a, &h, &e, &answer), r->rc);
	if (r->rc == CLOUD_HOOK_TAKEN) {
		assert_int_equal(answer.status, 200);
		if (r->answer != NULL)
			assert_string_equal(answer.body, r->answer);
	}
	cloud_test_events(&e, &have);
	cloud_events_free(&e);
	cloud_test_close(a);
	same(&have, r->want);
}

static const char *polled_name(enum cloud_polled p)
{
	static const char *const words[] = { "done", "more", "refused", "unreadable" };

	return words[p];
}

/* Step by step: each asks, gets its answer, confirms. */
static void poll_is(void **state)
{
	const struct poll_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	const struct cloud_provider *p = a->provider;
	struct buf have, text;

	buf_init(&have, 1 << 20);
	for (int i = 0; i < POLL_STEPS && (i == 0 || r->step[i].body != NULL); i++) {
		struct cloud_answer in;
		struct cloud_events e = { .at = NULL };
		struct cloud_verdict v = { .class_ = CLOUD_OK };
		struct cloud_request q;
		enum cloud_polled done;

		if (!p->poll(a, r->which, &cloud_moment, &q)) {
			buf_adds(&have, "off\n");
			break;
		}
		cloud_test_request(&q, &text);
		buf_addf(&have, "%s\n", buf_str(&text));
		buf_free(&text);
		cloud_request_free(&q);
		in = cloud_test_answer(r->step[i].status, "", r->step[i].body);
		done = p->polled(a, r->which, &in, &e, &v);
		buf_addf(&have, "%s", polled_name(done));
		if (done == CLOUD_POLL_REFUSED)
			buf_addf(&have, " %s %s%s", cloud_class_name(v.class_), v.code,
				v.clock ? " clock" : "");
		cloud_test_events(&e, &text);
		buf_addf(&have, "\n%s", buf_str(&text));
		buf_free(&text);
		cloud_events_free(&e);
		if (p->confirm != NULL && p->confirm(a, r->which, &cloud_moment, &q)) {
			cloud_test_request(&q, &text);
			buf_addf(&have, "confirm %s\n", buf_str(&text));
			buf_free(&text);
			cloud_request_free(&q);
		}
	}
	cloud_test_close(a);
	same(&have, r->want);
}

static void queried_is(void **state)
{
	const struct queried_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct outgoing m = cloud_test_message(
		r->call ? OUTGOING_CALL : OUTGOING_SMS, "13800138000", "alert", "{}", "x");
	struct cloud_answer in = cloud_test_answer(r->status, "application/json", r->body);
	struct cloud_events e = { .at = NULL };
	struct buf have;

	assert_int_equal(a->provider->queried(a, &m, &in, &e), r->ok);
	cloud_test_events(&e, &have);
	cloud_events_free(&e);
	cloud_test_close(a);
	same(&have, r->want);
}

/* What came once comes fifty times in one array. */
static void fifty_come_at_once(void **state)
{
	const struct hook_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct channel_hook_answer answer = { .status = 0 };
	struct cloud_events e = { .at = NULL };
	struct channel_hook h;
	struct buf body;
	size_t n = strlen(r->body);

	assert_true(r->body[0] == '[' && r->body[n - 1] == ']');
	buf_init(&body, 1 << 20);
	for (int i = 0; i < 50; i++) {
		buf_addc(&body, i == 0 ? '[' : ',');
		buf_add(&body, r->body + 1, n - 2);
	}
	buf_addc(&body, ']');
	h = (struct channel_hook){ r->what, "POST", "/", r->type, "127.0.0.1", header_of, (void *)r,
		buf_str(&body), body.len, CLOUD_NOW };
	assert_int_equal(a->provider->hook(a, &h, &e, &answer), CLOUD_HOOK_TAKEN);
	assert_int_equal(e.count, 50);
	for (size_t i = 1; i < 50; i++)
		assert_memory_equal(&e.at[i], &e.at[0], sizeof e.at[0]);
	cloud_events_free(&e);
	buf_free(&body);
	cloud_test_close(a);
}

/* -- accounts and texts -------------------------------------------------------------------------------- */

static void account_is_refused(void **state)
{
	const struct wrong_row *r = *state;
	struct cloud_wrong wrong = { .key = "" };
	struct cloud_account *a = cloud_test_open(r->kind, r->own, &wrong);

	if (a != NULL)
		fail_msg("taken");
	assert_string_equal(wrong.key, r->key);
	if (strstr(wrong.text, r->says) == NULL)
		fail_msg("%s", wrong.text);
}

/* Sent again after a try of unknown end: only a text that has a place for the mark can say so. */
static void a_repeat_says_so(void **state)
{
	static const char with[] =
		"[{\"name\":\"alert\",\"code\":\"S1\",\"params\":[\"repeat\",\"code\"]}]",
			  without[] =
				  "[{\"name\":\"alert\",\"code\":\"S1\",\"params\":[\"code\"]}]";
	struct outgoing m = cloud_test_message(
		OUTGOING_SMS, "13800138000", "alert", "{\"code\":\"17\"}", "【反诈】17号");
	static const char *const texts[] = { with, without };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct cloud_templates t = { .count = 0 };
		struct cloud_wrong wrong = { .key = "" };
		json_t *list = json_loads(texts[i], 0, NULL), *values;

		assert_true(cloud_templates_read(&t, list, "templates", &wrong));
		m.repeat = false;
		assert_null(cloud_template_unfit(&t, &m));
		values = cloud_template_list(&t.at[0], &m);
		assert_string_equal(
			json_string_value(json_array_get(values, 0)), i == 0 ? "任务" : "17");
		json_decref(values);
		m.repeat = true;
		if (i == 1) {
			assert_non_null(strstr(cloud_template_unfit(&t, &m), "重发"));
		} else {
			assert_null(cloud_template_unfit(&t, &m));
			values = cloud_template_list(&t.at[0], &m);
			assert_string_equal(json_string_value(json_array_get(values, 0)), "重发");
			json_decref(values);
		}
		json_decref(list);
	}
}

static void is_unfit(void **state)
{
	const struct unfit_row *r = *state;
	struct cloud_account *a = open_row(r->account);
	struct outgoing m = cloud_test_message(
		r->call ? OUTGOING_CALL : OUTGOING_SMS, r->to, r->template, r->values, r->text);
	const char *why = a->provider->unfit(a, &m);

	if (r->why == NULL && why != NULL)
		fail_msg("%s", why);
	if (r->why != NULL && (why == NULL || strstr(why, r->why) == NULL))
		fail_msg("%s", why == NULL ? "fits" : why);
	cloud_test_close(a);
}

static void segments_are_counted(void **state)
{
	static const struct {
		int ascii, astral, want;
	} rows[] = { { 0, 0, 0 }, { 1, 0, 1 }, { 70, 0, 1 }, { 71, 0, 2 }, { 69, 1, 2 },
		{ 68, 1, 1 }, { 134, 0, 2 }, { 135, 0, 3 }, { 0, 35, 1 }, { 0, 36, 2 } };
	char text[600];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = 0;

		for (int k = 0; k < rows[i].ascii; k++)
			text[n++] = 'a';
		for (int k = 0; k < rows[i].astral; k++, n += 4)
			memcpy(text + n, "\xF0\xA0\xAE\xB7", 4);
		text[n] = '\0';
		assert_int_equal(cloud_text_segments(text), rows[i].want);
	}
}

static void values_are_looked_through(void **state)
{
	static const struct {
		const char *value, *why;
	} rows[] = { { "李庄3组", NULL }, { "35000元", NULL }, { "3.5万", NULL }, { "V2.0", NULL },
		{ "https://x", "网址" }, { "www.gov", "网址" }, { "点a.cn/x看", "网址" },
		{ "t.me", "网址" }, { "x.COM", "网址" }, { "10.0.0.1", "IP" }, { "1.2.3", NULL },
		{ "2023.09.19", NULL }, { "见【甲】", "【】" }, { "】", "【】" }, { "", NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = cloud_text_forbidden(rows[i].value);

		if ((why == NULL) != (rows[i].why == NULL) ||
			(why != NULL && strstr(why, rows[i].why) == NULL))
			fail_msg("%s: %s", rows[i].value, why == NULL ? "fits" : why);
	}
}

static void bodies_lose_their_signature(void **state)
{
	static const struct {
		const char *text, *body;
		bool marked;
	} rows[] = { { "【反诈】17号", "17号", false }, { "17号", "17号", false },
		{ "【反诈】【演练】17号", "(演练)17号", true },
		{ "【演练】17号", "(演练)17号", true }, { "【反诈】演练:17号", "演练:17号", true },
		{ "【没关上17号", "(没关上17号", true }, { "【反诈】a【b】c", "a(b)c", false },
		{ "【反诈】请于周五到会参加应急演练", "请于周五到会参加应急演练", false },
		{ "", "", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 1000);
		cloud_text_plain(rows[i].text, &b);
		assert_string_equal(buf_str(&b), rows[i].body);
		assert_int_equal(cloud_text_marked(rows[i].text), rows[i].marked);
		buf_free(&b);
	}
}

static void values_are_spoken(void **state)
{
	static const struct {
		const char *value, *spoken;
	} rows[] = { { "14:20", "14点20" }, { "王*", "王某" }, { "a:b", "a b" }, { "5%", "5 " },
		{ "¥3", " 3" }, { "3-5#", "3 5 " }, { "李庄3组", "李庄3组" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b;

		buf_init(&b, 100);
		cloud_text_spoken(rows[i].value, &b);
		assert_string_equal(buf_str(&b), rows[i].spoken);
		buf_free(&b);
	}
}

static void start_check_names_what_cannot_go(void **state)
{
	struct cloud_account *a = open_row("aliyun");
	struct templates t;
	struct buf out;

	(void)state;
	templates_default(&t);
	snprintf(t.text[TPL_TAKEN], TEMPLATE_MAX, "%s", "{code}号见 www.x.cn");
	buf_init(&out, 1 << 16);
	assert_int_equal(cloud_account_check(a, &t, &out), 2);
	assert_non_null(strstr(buf_str(&out), "这些短信没有登记"));
	assert_non_null(strstr(buf_str(&out), " detail "));
	assert_non_null(strstr(buf_str(&out), "taken 的内容里有网址"));
	assert_non_null(strstr(buf_str(&out), "这些语音没有登记,不能由这个通道打: call "));
	assert_null(strstr(buf_str(&out), " alert "));
	cloud_test_close(a);
	buf_clear(&out);
	templates_default(&t);
	a = open_row("unicom"); /* takes any text */
	assert_int_equal(cloud_account_check(a, &t, &out) > 25, 1);
	assert_string_equal(buf_str(&out), "");
	cloud_test_close(a);
	buf_free(&out);
}

/* -- what holds for everybody ------------------------------------------------------------------------------ */

static void strange_answers_are_told(void **state)
{
	static const struct {
		const char *name;
		int status;
		const char *type, *body;
		enum cloud_class want;
	} rows[] = {
		{ "a captive portal", 200, "text/html", "<html><body>登录</body></html>",
			CLOUD_CONFIG },
		{ "one without its type", 200, "", " <!DOCTYPE html><html>", CLOUD_CONFIG },
		{ "a redirect", 302, "text/html", "", CLOUD_CONFIG },
		{ "nothing from a broken server", 502, "", "", CLOUD_RETRY },
		{ "a gateway that waited in vain", 504, "", "", CLOUD_UNKNOWN },
		{ "too many", 429, "", "", CLOUD_RATE },
		{ "no right", 403, "", "", CLOUD_CONFIG },
		{ "no such page", 404, "", "", CLOUD_CONFIG },
		{ "cut in the middle", 200, "application/json", "{\"Code\":\"O", CLOUD_UNKNOWN },
		{ "empty", 200, "application/json", "", CLOUD_UNKNOWN },
		{ "another charset", 200, "application/json", "{\"x\":\"\xB3\xC9\xB9\xA6\"}",
			CLOUD_UNKNOWN },
		{ "null", 200, "application/json", "null", CLOUD_UNKNOWN },
		{ "an array", 200, "application/json", "[]", CLOUD_UNKNOWN },
	};

	(void)state;
	for (const char *const *kind = cloud_strict_kinds; *kind != NULL; kind++) {
		struct cloud_account *a = open_row(*kind);
		struct outgoing m =
			cloud_test_message(OUTGOING_SMS, "13800138000", "alert", "{}", "x");

		for (size_t i = 0; i < COUNT(rows); i++) {
			struct cloud_answer in =
				cloud_test_answer(rows[i].status, rows[i].type, rows[i].body);
			struct cloud_verdict v = { .class_ = CLOUD_OK };

			a->provider->sent(a, &m, &in, &v);
			if (v.class_ != rows[i].want)
				fail_msg("%s: %s is %s", *kind, rows[i].name,
					cloud_class_name(v.class_));
		}
		cloud_test_close(a);
	}
}

static void every_kind_is_found(void **state)
{
	(void)state;
	for (const struct account_row *r = cloud_accounts; r->name != NULL; r++)
		assert_string_equal(cloud_provider_of(r->kind)->kind, r->kind);
	assert_null(cloud_provider_of("modem"));
	assert_null(cloud_provider_of(""));
}

int main(void)
{
	for (const struct request_row *r = cloud_requests; r->name != NULL; r++)
		add(r->account, r->name, request_is, r);
	for (const struct answer_row *r = cloud_answers; r->name != NULL; r++)
		add(r->account, r->name, answer_is, r);
	for (const struct code_row *r = cloud_code_rows; r->account != NULL; r++)
		add(r->account, r->unknown ? "unknown codes" : cloud_class_name(r->class_),
			codes_are, r);
	for (const struct hook_row *r = cloud_hooks; r->name != NULL; r++)
		add(r->account, r->name, hook_is, r);
	for (const struct hook_row *r = cloud_hooks; r->name != NULL; r++)
		if (strcmp(r->name, "a receipt") == 0 && r->body[0] == '[')
			add(r->account, "fifty come at once", fifty_come_at_once, r);
	for (const struct poll_row *r = cloud_polls; r->name != NULL; r++)
		add(r->account, r->name, poll_is, r);
	for (const struct queried_row *r = cloud_queries; r->name != NULL; r++)
		add(r->account, r->name, queried_is, r);
	for (const struct wrong_row *r = cloud_wrongs; r->name != NULL; r++)
		add(r->kind, r->name, account_is_refused, r);
	for (const struct unfit_row *r = cloud_unfits; r->name != NULL; r++)
		add(r->account, r->name, is_unfit, r);
	add("aliyun", "a question names the day it was sent on",
		a_question_names_the_day_it_was_sent_on, NULL);
	add("all", "segments are counted", segments_are_counted, NULL);
	add("all", "values are looked through", values_are_looked_through, NULL);
	add("all", "a repeat says so", a_repeat_says_so, NULL);
	add("all", "bodies lose their signature", bodies_lose_their_signature, NULL);
	add("all", "values are spoken", values_are_spoken, NULL);
	add("all", "start check names what cannot go", start_check_names_what_cannot_go, NULL);
	add("all", "strange answers are told", strange_answers_are_told, NULL);
	add("all", "every kind is found", every_kind_is_found, NULL);
	return _cmocka_run_group_tests("cloud", tests, test_count, NULL, NULL);
}
