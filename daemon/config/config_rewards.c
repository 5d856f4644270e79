#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config_room.h"
#include "config_wrong.h"
#include "money.h"

#include "banned.h"

#define AT(field) offsetof(struct reward_rule, field)

/* Yuan: "500", "10万", 500. What is about, a range or in two readings is refused. */
static bool read_money(struct config_reader *r, const struct config_node *n, int64_t *fen)
{
	struct money m;
	char digits[32];
	const char *text = n->text;

	if (n->type == CONFIG_NUMBER) {
		snprintf(digits, sizeof digits, "%" PRId64, n->number);
		text = digits;
	}
	if ((n->type != CONFIG_TEXT && n->type != CONFIG_NUMBER) ||
		money_parse(text, MONEY_YUAN, false, &m) != MONEY_OK || m.approx)
		return config_wrong(
			r->error, n, "%s 要写金额(元),例如 500、\"500\"、\"10万\"", n->name);
	*fen = m.fen;
	return true;
}

static bool read_from(struct config_reader *r, const struct config_node *n, void *target)
{
	return read_money(r, n, &((struct reward_tier *)target)->from_fen);
}

static bool read_amount(struct config_reader *r, const struct config_node *n, void *target)
{
	return read_money(r, n, &((struct reward_tier *)target)->amount_fen);
}

static const struct config_key tier_keys[] = {
	{ "from", KEY_OWN, 0, 0, 0, 0, NULL, read_from },
	{ "amount", KEY_OWN, 0, 0, 0, 0, NULL, read_amount },
	{ "by_hand", KEY_FLAG, offsetof(struct reward_tier, by_hand), 0, 0, 0, NULL, NULL },
};

static bool add_tier(struct config_reader *r, const struct config_node *n, void *target)
{
	struct reward_rule *rule = target;

	if (!config_keys_read(r, n, tier_keys, sizeof tier_keys / sizeof *tier_keys,
		    &rule->tiers[rule->tier_count]))
		return false;
	rule->tier_count++;
	return true;
}

static bool read_tiers(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_groups(r, n, REWARD_TIERS, target, add_tier);
}

/* clang-format off */
static const struct config_key rule_keys[] = {
	{ "code", KEY_TEXT, AT(code), sizeof ((struct reward_rule *)0)->code, 1, 0, NULL, NULL },
	{ "name", KEY_TEXT, AT(name), sizeof ((struct reward_rule *)0)->name, 1, 0, NULL, NULL },
	{ "group", KEY_TEXT, AT(group), sizeof ((struct reward_rule *)0)->group, 1, 0, NULL, NULL },
	{ "version", KEY_INT, AT(version), 0, 1, 1000000, NULL, NULL },
	{ "tiers", KEY_OWN, 0, 0, 0, 0, NULL, read_tiers },
};
/* clang-format on */

static bool add_rule(struct config_reader *r, const struct config_node *n, void *target)
{
	struct reward_rules *all = target;
	struct reward_rule *rule = &all->rule[all->count];
	const char *why;

	memset(rule, 0, sizeof *rule);
	rule->version = 1;
	if (!config_keys_read(r, n, rule_keys, sizeof rule_keys / sizeof *rule_keys, rule))
		return false;
	if (rule->group[0] == '\0')
		memcpy(rule->group, rule->code, sizeof rule->group);
	why = reward_rule_check(rule);
	if (why != NULL)
		return config_wrong(r->error, n, "奖励 %s: %s", rule->code, why);
	for (int i = 0; i < all->count; i++)
		if (strcmp(all->rule[i].code, rule->code) == 0)
			return config_wrong(r->error, n, "奖励代码 %s 写了两次", rule->code);
	all->count++;
	return true;
}

bool config_rewards(struct config_reader *r, const struct config_node *n, void *settings)
{
	return config_groups(r, n, REWARD_RULES, &((struct settings *)settings)->rewards, add_rule);
}
