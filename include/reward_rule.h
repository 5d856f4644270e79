/*
 * reward_rule.h - 一案一奖 by tiers on the money saved: what a success proposes.
 *
 * Pure. The full rule engine (caps, multipliers, staged payment) is not here; a proposed claim
 * names the rule, its version and the tier, so that a reviewer sees how it came about.
 */
#ifndef QUANZU_REWARD_RULE_H
#define QUANZU_REWARD_RULE_H

#include <stdbool.h>
#include <stdint.h>

enum { REWARD_TIERS = 16, REWARD_RULES = 8 };
#define REWARD_LARGEST_FEN INT64_C(1000000000) /* 一千万元: more is an error of typing */

struct reward_tier {
	int64_t from_fen; /* half-open: from <= saved < next tier's from */
	int64_t amount_fen;
	bool by_hand; /* 另行申报: a reviewer sets the sum */
};

struct reward_rule {
	char code[32], name[64], group[32]; /* one claim per (case, group) */
	int version;
	struct reward_tier tiers[REWARD_TIERS]; /* by rising from_fen, the first from 0 */
	int tier_count;
};

struct reward_rules {
	struct reward_rule rule[REWARD_RULES];
	int count;
};

/* The tier for what was saved; an unknown sum (negative) takes the first. NULL: no tiers. */
const struct reward_tier *reward_rule_tier(const struct reward_rule *r, int64_t saved_fen);
const char *reward_rule_check(const struct reward_rule *r); /* plain Chinese, or NULL */

#endif
