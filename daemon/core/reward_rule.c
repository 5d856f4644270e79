#include "reward_rule.h"

#include <stddef.h>

#include "banned.h"

const struct reward_tier *reward_rule_tier(const struct reward_rule *r, int64_t saved_fen)
{
	int i = r->tier_count - 1;

	while (i > 0 && saved_fen < r->tiers[i].from_fen)
		i--;
	return i < 0 ? NULL : &r->tiers[i];
}

static const char *check_tier(const struct reward_tier *t)
{
	if (t->amount_fen < 0 || t->amount_fen > REWARD_LARGEST_FEN)
		return "奖励金额(amount)要在0到1000万元之间";
	if (t->amount_fen == 0 && !t->by_hand)
		return "每一档要写奖励金额(amount),需人工核定的写 by_hand = true";
	return NULL;
}

const char *reward_rule_check(const struct reward_rule *r)
{
	const char *why;

	if (r->code[0] == '\0' || r->name[0] == '\0' || r->group[0] == '\0')
		return "奖励规则要有代码(code)、名称(name)和组别(group)";
	if (r->version < 1)
		return "奖励规则的版本(version)从1开始";
	if (r->tier_count < 1 || r->tier_count > REWARD_TIERS)
		return "奖励规则要有1到16档(tiers)";
	if (r->tiers[0].from_fen != 0)
		return "奖励第一档的起点(from)必须是0";
	for (int i = 0; i < r->tier_count; i++) {
		if (i > 0 && r->tiers[i].from_fen <= r->tiers[i - 1].from_fen)
			return "奖励各档的起点(from)要由小到大";
		if ((why = check_tier(&r->tiers[i])) != NULL)
			return why;
	}
	return NULL;
}
