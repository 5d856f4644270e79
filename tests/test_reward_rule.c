/* Tiers of rewards: half-open bounds, what an unknown sum gets, what cannot be used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reward_rule.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define YUAN(n) (INT64_C(100) * (n))

/* A published rule (长安镇, 2021): under 10万 500, under 100万 1000, from there 3000. */
static const struct reward_rule rule = { .code = "SAVED",
	.name = "劝阻止损",
	.group = "DISSUADE",
	.version = 1,
	.tiers = { { 0, YUAN(500), false }, { YUAN(100000), YUAN(1000), false },
		{ YUAN(1000000), YUAN(3000), false } },
	.tier_count = 3 };

static const struct tier_row {
	const char *name;
	int64_t saved_fen;
	int tier;
} tier_rows[] = {
	{ "nothing saved is the first tier", 0, 0 },
	{ "an unknown sum is the first tier", -1, 0 },
	{ "one fen below the bound is below", YUAN(100000) - 1, 0 },
	{ "the bound belongs to the upper tier", YUAN(100000), 1 },
	{ "between the bounds", YUAN(999999), 1 },
	{ "the last bound", YUAN(1000000), 2 },
	{ "far above the last bound", INT64_MAX, 2 },
};

static void tier(void **state)
{
	const struct tier_row *r = *state;

	assert_ptr_equal(reward_rule_tier(&rule, r->saved_fen), &rule.tiers[r->tier]);
}

static void without_tiers_there_is_none(void **state)
{
	struct reward_rule empty = { .code = "X" };

	(void)state;
	assert_null(reward_rule_tier(&empty, 1));
}

static void no_code(struct reward_rule *r)
{
	r->code[0] = '\0';
}
static void no_group(struct reward_rule *r)
{
	r->group[0] = '\0';
}
static void no_version(struct reward_rule *r)
{
	r->version = 0;
}
static void no_tiers(struct reward_rule *r)
{
	r->tier_count = 0;
}
static void too_many(struct reward_rule *r)
{
	r->tier_count = REWARD_TIERS + 1;
}
static void late_first(struct reward_rule *r)
{
	r->tiers[0].from_fen = 1;
}
static void same_from(struct reward_rule *r)
{
	r->tiers[2].from_fen = r->tiers[1].from_fen;
}
static void negative(struct reward_rule *r)
{
	r->tiers[1].amount_fen = -1;
}
static void too_dear(struct reward_rule *r)
{
	r->tiers[1].amount_fen = REWARD_LARGEST_FEN + 1;
}
static void nothing(struct reward_rule *r)
{
	r->tiers[1].amount_fen = 0;
}

static const struct bad_row {
	const char *name;
	void (*spoil)(struct reward_rule *r);
	const char *says;
} bad_rows[] = {
	{ "a rule without a code", no_code, "code" },
	{ "a rule without a group", no_group, "group" },
	{ "a rule without a version", no_version, "version" },
	{ "a rule without tiers", no_tiers, "tiers" },
	{ "a rule with too many tiers", too_many, "tiers" },
	{ "a first tier that is not from 0", late_first, "from" },
	{ "tiers that do not rise", same_from, "由小到大" },
	{ "a negative amount", negative, "amount" },
	{ "an amount beyond reason", too_dear, "amount" },
	{ "no amount and not by hand", nothing, "by_hand" },
};

static void refused(void **state)
{
	const struct bad_row *r = *state;
	struct reward_rule spoilt = rule;
	const char *why;

	assert_null(reward_rule_check(&spoilt));
	r->spoil(&spoilt);
	why = reward_rule_check(&spoilt);
	assert_non_null(why);
	assert_non_null(strstr(why, r->says));
}

static void by_hand_needs_no_amount(void **state)
{
	struct reward_rule r = rule;

	(void)state;
	r.tiers[2].amount_fen = 0;
	r.tiers[2].by_hand = true;
	assert_null(reward_rule_check(&r));
}

int main(void)
{
	struct CMUnitTest tests[COUNT(tier_rows) + COUNT(bad_rows) + 2];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(tier_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(tier_rows[i], tier);
	for (size_t i = 0; i < COUNT(bad_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(bad_rows[i], refused);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(without_tiers_there_is_none);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(by_hand_needs_no_amount);
	return _cmocka_run_group_tests("reward_rule", tests, n, NULL, NULL);
}
