/* Limits: no stretch of a window holds more than its limit, urgent ones have a share of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quota.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define S INT64_C(1000)
#define M (60 * S)
#define H (60 * M)
#define D (24 * H)
#define T0 INT64_C(1795219200000) /* 08:00 +08:00 */

/* -- one question after some sending -------------------------------------------------------- */

static const struct ask_row {
	const char *name;
	struct quota_limits limits;
	struct {
		int64_t at;
		int parts;
	} sent[4];
	int64_t at;
	int parts, ahead;
	bool urgent;
	int64_t until; /* after T0; 0: now */
	enum quota_span span;
} asks[] = {
	{ "nothing was sent", { { 5 } }, { { 0, 0 } }, 0, 1, 0, false, 0, 0 },
	{ "without limits anything goes", { { 0 } }, { { 0, 99 } }, 0, 9, 0, false, 0, 0 },
	{ "below the limit", { { 5 } }, { { 0, 3 } }, S, 1, 0, false, 0, 0 },
	{ "the last fifth is for urgent ones", { { 5 } }, { { 0, 4 } }, S, 1, 0, false, 62500, 0 },
	{ "and an urgent one takes it", { { 5 } }, { { 0, 4 } }, S, 1, 0, true, 0, 0 },
	{ "urgent ones have a tenth of their own", { { 10 } }, { { 0, 10 } }, S, 1, 0, true, 0, 0 },
	{ "which ends as well", { { 10 } }, { { 0, 11 } }, S, 1, 0, true, 62500, 0 },
	{ "a limit of one lets one pass", { { 1 } }, { { 0, 0 } }, S, 1, 0, false, 0, 0 },
	{ "a minute later it is open again", { { 5 } }, { { 0, 4 } }, 62500, 1, 0, false, 0, 0 },
	{ "the oldest leave first", { { 5 } }, { { 0, 2 }, { 30 * S, 2 } }, 40 * S, 2, 0, false,
		62500, 0 },
	{ "more parts wait for more", { { 5 } }, { { 0, 2 }, { 30 * S, 2 } }, 40 * S, 3, 0, false,
		92500, 0 },
	{ "those ahead of it count", { { 5 } }, { { 0, 2 }, { 30 * S, 2 } }, 40 * S, 1, 2, false,
		92500, 0 },
	{ "an hour holds longer than a minute", { { 10, 10 } }, { { 0, 8 } }, S, 1, 0, false,
		62 * M + 30 * S, QUOTA_HOUR },
	{ "a day", { { 0, 0, 100 } }, { { 0, 80 } }, H, 1, 0, false, 25 * H, QUOTA_DAY },
	{ "a month", { { 0, 0, 0, 100 } }, { { 0, 80 } }, D, 1, 0, false, -1, QUOTA_MONTH },
	{ "a long message goes when the window is empty", { { 5 } }, { { 0, 0 } }, 0, 9, 0, false,
		0, 0 },
	{ "a clock that was set back holds nobody longer", { { 5 } }, { { 10 * M, 1 } }, 0, 1, 0,
		false, 0, 0 },
};

static void ask(void **state)
{
	const struct ask_row *r = *state;
	struct quota q = { .span[0].slot = 0 };
	struct quota_answer a;

	for (size_t i = 0; i < COUNT(r->sent); i++)
		if (r->sent[i].parts > 0)
			quota_add(&q, &r->limits, T0 + r->sent[i].at, r->sent[i].parts);
	a = quota_ask(&q, &r->limits, T0 + r->at, r->parts, r->ahead, r->urgent);
	if (r->until == 0) {
		assert_int_equal(a.until_ms, 0);
		return;
	}
	assert_int_equal(a.span, r->span);
	if (r->until > 0)
		assert_int_equal(a.until_ms - T0, r->until);
	else
		assert_in_range(a.until_ms - T0, 30 * D, 32 * D);
}

/* Whatever comes when: at `until` it may go, and no window ever holds more than its limit. */
static void never_more(void **state)
{
	static const struct quota_limits limits = { { 7, 40, 200, 1000 } };
	static const int64_t lengths[] = { M, H, D, 30 * D };
	enum { SENT = 4000 };
	static int64_t sent[SENT];
	struct quota q = { .span[0].slot = 0 }, copy;
	char text[QUOTA_TEXT];
	int64_t now = T0;
	int n = 0;

	(void)state;
	srand(7);
	while (n < SENT) {
		struct quota_answer a = quota_ask(&q, &limits, now, 1, 0, false);

		if (a.until_ms != 0) {
			assert_true(a.until_ms > now);
			now = a.until_ms;
			assert_int_equal(
				quota_ask(&q, &limits, now, 1, 0, false).until_ms > now + 30 * D,
				0);
			continue;
		}
		quota_add(&q, &limits, now, 1);
		sent[n++] = now;
		for (int i = 0; i < QUOTA_SPANS; i++) {
			int in = 0;

			for (int k = n - 1; k >= 0 && sent[k] > now - lengths[i]; k--)
				in++;
			assert_true(in <= limits.parts[i] - limits.parts[i] / 5);
		}
		now += rand() % 3000;
		quota_text(&q, text);
		assert_true(quota_of_text(text, &copy));
		for (int i = 0; i < QUOTA_SPANS; i++)
			assert_int_equal(quota_used(&q, (enum quota_span)i, now),
				quota_used(&copy, (enum quota_span)i, now));
	}
}

/* Those who wait one behind the other are told different times, in order. */
static void a_queue_is_spread(void **state)
{
	static const struct quota_limits limits = { { 5 } };
	struct quota q = { .span[0].slot = 0 };
	int64_t before = 0;

	(void)state;
	quota_add(&q, &limits, T0, 4);
	for (int ahead = 0; ahead < 40; ahead++) {
		int64_t until = quota_ask(&q, &limits, T0, 1, ahead, false).until_ms;

		assert_true(until >= before);
		assert_in_range(until - T0, M, M + (ahead / 4) * (M + 2500) + 2500);
		before = until;
	}
}

static void bad_texts(void **state)
{
	static const char *const texts[] = { "", "1", "1;2;3", "1;2;3;4;5", "x;0;0;0", "-1;0;0;0",
		"5,1,;0;0;0", "5,-1;0;0;0", "1,1,1,1;0;0;0", "9999999999,99999999999;0;0;0",
		"9223372036854775807;0;0;0", "5,1000001;0;0;0" };
	struct quota q;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (quota_of_text(texts[i], &q))
			fail_msg("%s was read", texts[i]);
		assert_int_equal(q.span[0].slot, 0);
	}
	assert_true(quota_of_text("5,1,2;0;0;0", &q));
	assert_int_equal(quota_used(&q, QUOTA_MINUTE, 5 * 2500), 3);
}

/* -- one number ---------------------------------------------------------------------------------- */

static void calls_to_one_number(void **state)
{
	static const struct rate_rules rules = {
		.at = { { 1, M }, { 3, 15 * M }, { 7, H }, { 15, 3 * H } }, .count = 4
	};
	struct rate_times t = { .next = 0 };
	int64_t now = T0, times[200];
	int n = 0;

	(void)state;
	assert_int_equal(rate_longest(&rules), 3 * H);
	assert_int_equal(rate_ask(&t, &rules, T0), 0);
	while (n < 200) {
		int64_t until = rate_ask(&t, &rules, now);

		if (until != 0) {
			assert_true(until > now);
			now = until;
			continue;
		}
		rate_add(&t, now);
		times[n++] = now;
	}
	assert_int_equal(times[1] - T0, M);
	assert_int_equal(times[3] - T0, 15 * M);
	for (int r = 0; r < rules.count; r++)
		for (int i = rules.at[r].count; i < n; i++)
			assert_true(times[i] - times[i - rules.at[r].count] >= rules.at[r].span_ms);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(asks) + 4];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(asks); i++)
		tests[n++] = (struct CMUnitTest)ROW(asks[i], ask);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(never_more);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_queue_is_spread);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(bad_texts);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(calls_to_one_number);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
