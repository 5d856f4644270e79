/* The response policies: the township's table to the letter, their checks, their frozen form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "machine.h"
#include "policy.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { MIN = 60, HR = 3600, DAYS = 86400 };

static const struct policy *level(struct policies *p, const char *code)
{
	const struct policy *l;

	policies_default(p);
	l = policies_find(p, code);
	assert_non_null(l);
	return l;
}

/* -- the ladder --------------------------------------------------------------------------- */

static const struct rung_row {
	const char *name, *code;
	int rung, after_s;
	unsigned who;
	bool ask;
} rung_rows[] = {
	{ "critical: the whole team at once", "CRITICAL", 0, 0, WHO_DUTY | WHO_MEMBERS, true },
	{ "critical: the leader after 3 min", "CRITICAL", 1, 3 * MIN, WHO_LEADER, true },
	{ "critical: the village head after 6 min", "CRITICAL", 2, 6 * MIN, WHO_HEAD, true },
	{ "critical: the centre after 10 min", "CRITICAL", 3, 10 * MIN, WHO_CENTRE, true },
	{ "critical: the police are told after 10 min", "CRITICAL", 4, 10 * MIN, WHO_POLICE,
		false },
	{ "high: one person at once", "HIGH", 0, 0, WHO_DUTY, true },
	{ "high: team and leader after 10 min", "HIGH", 1, 10 * MIN, WHO_MEMBERS | WHO_LEADER,
		true },
	{ "high: head and centre after 20 min", "HIGH", 2, 20 * MIN, WHO_HEAD | WHO_CENTRE, true },
	{ "high: the police are told after 30 min", "HIGH", 3, 30 * MIN, WHO_POLICE, false },
	{ "medium: one person at once", "MEDIUM", 0, 0, WHO_DUTY, true },
	{ "medium: team and leader after 2 h", "MEDIUM", 1, 2 * HR, WHO_MEMBERS | WHO_LEADER,
		true },
	{ "medium: the centre after 6 h", "MEDIUM", 2, 6 * HR, WHO_CENTRE, true },
	{ "low: one person at once", "LOW", 0, 0, WHO_DUTY, true },
	{ "low: the team after 12 h", "LOW", 1, 12 * HR, WHO_MEMBERS, true },
	{ "low: leader and centre after a day", "LOW", 2, 24 * HR, WHO_LEADER | WHO_CENTRE, true },
};

static void rung(void **state)
{
	const struct rung_row *r = *state;
	struct policies p;
	const struct policy *l = level(&p, r->code);

	assert_true(r->rung < l->rung_count);
	assert_int_equal(l->rungs[r->rung].after_s, r->after_s);
	assert_int_equal(l->rungs[r->rung].who, r->who);
	assert_int_equal(l->rungs[r->rung].ask, r->ask);
}

/* -- the limits --------------------------------------------------------------------------- */

static const struct limit_row {
	const char *name, *code;
	int rungs, ack, contact, meet, feedback, revisits, last_revisit;
	bool urgent;
	int from, to, ttl;
} limit_rows[] = {
	{ "limits of critical", "CRITICAL", 5, 3 * MIN, 5 * MIN, 30 * MIN, HR, 3, 7 * DAYS, true, 0,
		1440, 2 * HR },
	{ "limits of high", "HIGH", 4, 10 * MIN, 10 * MIN, HR, 4 * HR, 2, 7 * DAYS, true, 0, 1440,
		2 * HR },
	{ "limits of medium", "MEDIUM", 3, HR, 2 * HR, 24 * HR, 24 * HR, 1, 7 * DAYS, false, 480,
		1260, DAYS },
	{ "limits of low", "LOW", 3, 12 * HR, 24 * HR, 0, 72 * HR, 0, 0, false, 480, 1260, DAYS },
};

static void limit(void **state)
{
	const struct limit_row *r = *state;
	struct policies p;
	const struct policy *l = level(&p, r->code);

	assert_null(policy_check(l));
	assert_int_equal(l->rung_count, r->rungs);
	assert_int_equal(l->accepts, 1);
	assert_int_equal(l->ack_s, r->ack);
	assert_int_equal(l->contact_s, r->contact);
	assert_int_equal(l->meet_s, r->meet);
	assert_int_equal(l->feedback_s, r->feedback);
	assert_int_equal(l->revisit_count, r->revisits);
	if (r->revisits > 0)
		assert_int_equal(l->revisit_s[r->revisits - 1], r->last_revisit);
	assert_int_equal(l->urgent, r->urgent);
	assert_int_equal(l->window_from_min, r->from);
	assert_int_equal(l->window_to_min, r->to);
	assert_int_equal(l->ttl_s, r->ttl);
}

static void what_holds_for_all_levels(void **state)
{
	struct policies p;

	(void)state;
	policies_default(&p);
	assert_int_equal(p.count, 4);
	assert_int_equal(p.merge_s, 24 * HR);
	assert_int_equal(p.handover_s, 30 * MIN);
	assert_int_equal(p.handover_repeat_s, 5 * MIN);
	assert_int_equal(p.life_s, 7 * DAYS);
	assert_int_equal(p.remind_s, HR);
	for (int i = 1; i < p.count; i++)
		assert_true(p.level[i].rank < p.level[i - 1].rank);
}

static void calls_of_a_level(void **state)
{
	static const struct {
		const char *code;
		int calls, after, every;
	} rows[] = { { "CRITICAL", 4, 0, 2 * MIN }, { "HIGH", 2, 5 * MIN, 5 * MIN },
		{ "MEDIUM", 1, 2 * HR, HR }, { "LOW", 0, 12 * HR, HR } };
	struct policies p;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct policy *l = level(&p, rows[i].code);

		assert_int_equal(l->calls, rows[i].calls);
		assert_int_equal(l->call_after_s, rows[i].after);
		assert_int_equal(l->call_every_s, rows[i].every);
		assert_int_equal(l->resident_calls, 0);
	}
}

/* -- comparing levels --------------------------------------------------------------------- */

static const struct raise_row {
	const char *name, *code, *want;
} raise_rows[] = {
	{ "low rises to medium", "LOW", "MEDIUM" },
	{ "medium rises to high", "MEDIUM", "HIGH" },
	{ "high rises to critical", "HIGH", "CRITICAL" },
	{ "critical stays", "CRITICAL", "CRITICAL" },
	{ "an unknown level rises to nothing", "RED", NULL },
};

static void raised(void **state)
{
	const struct raise_row *r = *state;
	struct policies p;
	const struct policy *l;

	policies_default(&p);
	l = policies_raise(&p, r->code);
	if (r->want == NULL)
		assert_null(l);
	else
		assert_string_equal(l->code, r->want);
}

static void the_graver_of_two(void **state)
{
	struct policies p;

	(void)state;
	policies_default(&p);
	assert_string_equal(policies_graver(&p, "LOW", "HIGH")->code, "HIGH");
	assert_string_equal(policies_graver(&p, "CRITICAL", "HIGH")->code, "CRITICAL");
	assert_string_equal(policies_graver(&p, "LOW", "?")->code, "LOW");
	assert_string_equal(policies_graver(&p, "?", "LOW")->code, "LOW");
	assert_null(policies_graver(&p, "?", NULL));
}

static void sorting_puts_the_gravest_first(void **state)
{
	struct policies p;
	struct policy low;

	(void)state;
	policies_default(&p);
	low = p.level[3];
	memmove(&p.level[1], &p.level[0], 3 * sizeof p.level[0]);
	p.level[0] = low;
	policies_sort(&p);
	assert_string_equal(p.level[0].code, "CRITICAL");
	assert_string_equal(p.level[3].code, "LOW");
}

/* -- what cannot be used ------------------------------------------------------------------ */

static void no_rungs(struct policy *p)
{
	p->rung_count = 0;
}
static void late_first(struct policy *p)
{
	p->rungs[0].after_s = 1;
}
static void told_first(struct policy *p)
{
	p->rungs[0].ask = false;
}
static void falling(struct policy *p)
{
	p->rungs[2].after_s = 1;
}
static void nobody(struct policy *p)
{
	p->rungs[1].who = 0;
}
static void stranger(struct policy *p)
{
	p->rungs[1].who = 64;
}
static void no_code(struct policy *p)
{
	p->code[0] = '\0';
}
static void small_code(struct policy *p)
{
	p->code[0] = 'c';
}
static void no_word(struct policy *p)
{
	p->word[0] = '\0';
}
static void no_accepts(struct policy *p)
{
	p->accepts = 0;
}
static void no_ack(struct policy *p)
{
	p->ack_s = 0;
}
static void endless(struct policy *p)
{
	p->feedback_s = 367 * DAYS;
}
static void no_window(struct policy *p)
{
	p->window_to_min = p->window_from_min;
}
static void late_window(struct policy *p)
{
	p->window_to_min = 1441;
}
static void same_revisit(struct policy *p)
{
	p->revisit_s[1] = p->revisit_s[0];
}
static void no_ttl(struct policy *p)
{
	p->ttl_s = 0;
}
static void endless_calls(struct policy *p)
{
	p->calls = 11;
}
static void hasty_calls(struct policy *p)
{
	p->call_every_s = 10;
}
static void a_call_before_the_alert(struct policy *p)
{
	p->call_after_s = -1;
}
static void no_realarm(struct policy *p)
{
	p->realarm_s = 0;
}

static const struct bad_row {
	const char *name;
	void (*spoil)(struct policy *p);
	const char *says;
} bad_rows[] = {
	{ "a level without rungs", no_rungs, "rungs" },
	{ "a first rung that waits", late_first, "第一级" },
	{ "a first rung that asks nobody", told_first, "ask" },
	{ "rungs that fall back in time", falling, "由小到大" },
	{ "a rung with nobody on it", nobody, "who" },
	{ "a rung with somebody unknown", stranger, "who" },
	{ "more calls than anybody bears", endless_calls, "calls" },
	{ "calls without a pause", hasty_calls, "call_every" },
	{ "a call before the alert", a_call_before_the_alert, "call_after" },
	{ "a level without a code", no_code, "code" },
	{ "a level with a small code", small_code, "code" },
	{ "a level without a word", no_word, "word" },
	{ "nobody must accept", no_accepts, "accepts" },
	{ "no time to acknowledge", no_ack, "ack" },
	{ "a limit of more than a year", endless, "366" },
	{ "a window of no length", no_window, "window" },
	{ "a window beyond the day", late_window, "window" },
	{ "two revisits at once", same_revisit, "revisit" },
	{ "messages that may never go", no_ttl, "ttl" },
	{ "an alarm without a pause", no_realarm, "realarm" },
};

static void refused(void **state)
{
	const struct bad_row *r = *state;
	struct policies p;
	struct policy l = *level(&p, "CRITICAL");
	const char *why;
	json_t *frozen;

	r->spoil(&l);
	why = policy_check(&l);
	assert_non_null(why);
	assert_non_null(strstr(why, r->says));
	frozen = policy_json(&l, 1);
	assert_false(policy_of_json(frozen, &l)); /* nor may it come back from the database */
	json_decref(frozen);
}

/* -- the frozen form ---------------------------------------------------------------------- */

static void a_frozen_policy_comes_back_whole(void **state)
{
	struct policies p;

	(void)state;
	policies_default(&p);
	for (int i = 0; i < p.count; i++) {
		json_t *frozen = policy_json(&p.level[i], 7);
		struct policy back;

		assert_int_equal(json_integer_value(json_object_get(frozen, "version")), 7);
		assert_true(policy_of_json(frozen, &back));
		assert_memory_equal(&back, &p.level[i], sizeof back);
		json_decref(frozen);
	}
}

static const struct broken_row {
	const char *name, *key, *json;
} broken_rows[] = {
	{ "a frozen policy without a code", "code", NULL },
	{ "a frozen code that is too long", "code", "\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\"" },
	{ "a frozen number that is a text", "ack_s", "\"180\"" },
	{ "a frozen number that is missing", "ttl_s", NULL },
	{ "a frozen number that is too large", "meet_s", "4294967296" },
	{ "a frozen rung for a stranger", "rungs",
		"[{\"after_s\":0,\"who\":[\"all\"],\"ask\":true}]" },
	{ "too many frozen rungs", "rungs", "[1,2,3,4,5,6,7,8,9]" },
	{ "frozen rungs that are none", "rungs", "{}" },
	{ "a frozen revisit in the past", "revisit_s", "[-1]" },
};

static void a_damaged_frozen_policy_is_refused(void **state)
{
	const struct broken_row *r = *state;
	struct policies p;
	json_t *frozen = policy_json(level(&p, "HIGH"), 1);
	struct policy back;

	assert_true(policy_of_json(frozen, &back));
	if (r->json == NULL)
		json_object_del(frozen, r->key);
	else
		json_object_set_new(frozen, r->key, json_loads(r->json, JSON_DECODE_ANY, NULL));
	assert_false(policy_of_json(frozen, &back));
	json_decref(frozen);
}

/* -- the window --------------------------------------------------------------------------- */

static const struct window_row {
	const char *name, *zone;
	int from, to;
	bool urgent;
	const char *now, *want;
} window_rows[] = {
	{ "inside: at once", "Asia/Shanghai", 480, 1260, false, "2023-09-19T12:00:00",
		"2023-09-19T12:00:00" },
	{ "the first minute is inside", "Asia/Shanghai", 480, 1260, false, "2023-09-19T08:00:00",
		"2023-09-19T08:00:00" },
	{ "before: the same morning", "Asia/Shanghai", 480, 1260, false, "2023-09-19T07:59:59",
		"2023-09-19T08:00:00" },
	{ "the last minute is outside", "Asia/Shanghai", 480, 1260, false, "2023-09-19T21:00:00",
		"2023-09-20T08:00:00" },
	{ "after: tomorrow, over the end of a month", "Asia/Shanghai", 480, 1260, false,
		"2023-12-31T23:59:59", "2024-01-01T08:00:00" },
	{ "after: into a leap day", "Asia/Shanghai", 480, 1260, false, "2024-02-28T22:00:00",
		"2024-02-29T08:00:00" },
	{ "urgent ignores the window", "Asia/Shanghai", 480, 1260, true, "2023-09-19T03:00:00",
		"2023-09-19T03:00:00" },
	{ "always is always", "Asia/Shanghai", 0, 1440, false, "2023-09-19T03:00:00",
		"2023-09-19T03:00:00" },
	{ "over midnight: before it", "Asia/Shanghai", 1200, 360, false, "2023-09-19T23:00:00",
		"2023-09-19T23:00:00" },
	{ "over midnight: behind it", "Asia/Shanghai", 1200, 360, false, "2023-09-19T05:59:00",
		"2023-09-19T05:59:00" },
	{ "over midnight: in the gap", "Asia/Shanghai", 1200, 360, false, "2023-09-19T06:00:00",
		"2023-09-19T20:00:00" },
	{ "a night that loses an hour", "Europe/Berlin", 480, 1260, false, "2023-03-25T22:00:00",
		"2023-03-26T08:00:00" },
	{ "a night that wins an hour", "Europe/Berlin", 480, 1260, false, "2023-10-28T22:00:00",
		"2023-10-29T08:00:00" },
	{ "a day of 25 hours has one midnight behind it", "Europe/Berlin", 0, 5, false,
		"2023-10-29T00:10:00", "2023-10-30T00:00:00" },
};

static void window(void **state)
{
	const struct window_row *r = *state;
	struct policy p = {
		.window_from_min = r->from, .window_to_min = r->to, .urgent = r->urgent
	};
	int64_t now, want;

	assert_true(clock_zone(r->zone));
	assert_true(clock_parse_iso(r->now, &now));
	assert_true(clock_parse_iso(r->want, &want));
	assert_int_equal(policy_window(&p, now), want);
}

/* -- state tables ------------------------------------------------------------------------- */

static void an_empty_cell_must_not_happen(void **state)
{
	static const char *const states[] = { "", "open", "closed" };
	static const char *const events[] = { "close", "reopen" };
	static const unsigned char next[] = { 0, 0, 2, 0, 0, 1 };
	static const struct machine m = { "door", 3, 2, states, events, next };

	(void)state;
	assert_int_equal(machine_next(&m, 1, 0), 2);
	assert_int_equal(machine_next(&m, 1, 1), 0);
	assert_int_equal(machine_next(&m, 2, 1), 1);
	assert_int_equal(machine_next(&m, 0, 0), 0);
	assert_int_equal(machine_state(&m, "closed"), 2);
	assert_int_equal(machine_state(&m, "ajar"), 0);
	assert_int_equal(machine_state(&m, ""), 0);
	assert_int_equal(machine_state(&m, NULL), 0);
	assert_string_equal(machine_code(&m, 2), "closed");
}

#define ADD(rows, fn) \
	for (size_t i = 0; i < COUNT(rows); i++) \
	tests[n++] = (struct CMUnitTest)ROW(rows[i], fn)

int main(void)
{
	struct CMUnitTest tests[COUNT(rung_rows) + COUNT(limit_rows) + COUNT(raise_rows) +
				COUNT(bad_rows) + COUNT(broken_rows) + COUNT(window_rows) + 8];
	size_t n = 0;

	ADD(rung_rows, rung);
	ADD(limit_rows, limit);
	ADD(raise_rows, raised);
	ADD(bad_rows, refused);
	ADD(broken_rows, a_damaged_frozen_policy_is_refused);
	ADD(window_rows, window);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_holds_for_all_levels);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_graver_of_two);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(sorting_puts_the_gravest_first);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(calls_of_a_level);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_frozen_policy_comes_back_whole);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_empty_cell_must_not_happen);
	return _cmocka_run_group_tests("policy", tests, n, NULL, NULL);
}
