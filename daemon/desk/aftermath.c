/* What an outcome brings: visits again, the hand-over to the police, the reward, the end. */
#include <string.h>

#include "desk_room.h"
#include "outcome_code.h"
#include "reward_rule.h"

#include "banned.h"

static void propose_reward(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome *o)
{
	const struct reward_rules *rules = &d->set->rewards;

	for (int i = 0; i < rules->count; i++) {
		const struct reward_rule *rule = &rules->rule[i];
		const struct reward_tier *tier = reward_rule_tier(rule, o->saved_fen);
		struct reward r = { .case_id = c->id,
			.member_id = t->member_id,
			.rule = rule->code,
			.rule_group = rule->group,
			.rule_version = rule->version,
			.saved_fen = o->saved_fen };

		/* A drill pays nothing. */
		if (tier == NULL || c->drill || t->member_id == 0)
			continue;
		r.tier_fen = tier->from_fen;
		r.amount_fen = tier->amount_fen;
		r.by_hand = tier->by_hand;
		reward_add(d->s, &r);
	}
}

void aftermath_start(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome *o)
{
	const struct outcome_code *code = outcome_code_find(&d->set->outcomes, o->code);

	if (code->revisit)
		revisit_schedule(d, c, t);
	if (code->loss)
		handover_start(d, c, o->lost_fen, o->corrects_id != 0);
	if (code->dissuaded)
		propose_reward(d, c, t, o);
}

void aftermath_undo(struct desk *d, struct casefile *c, const char *actor)
{
	size_t n;
	struct reward *r = reward_of_case(d->s, c->id, &n);

	revisit_withdraw(d, c, actor);
	for (size_t i = 0; i < n; i++)
		if (!reward_event(d->s, &r[i], RW_EV_REJECT, actor, "结果已更正"))
			reward_event(d->s, &r[i], RW_EV_CLAW_BACK, actor, "结果已更正");
	c->outcome = "";
	c->outcome_at = 0;
	c->closed_at = 0;
	c->close_reason = "";
}

void aftermath_close(
	struct desk *d, struct casefile *c, const char *actor, const char *reason, json_t *data)
{
	c->closed_at = d->s->now_ms;
	c->close_reason = reason;
	casefile_event(d->s, c, CASE_EV_CLOSE, actor, data);
	casefile_save(d->s, c);
	timer_drop_case(d->s, c->id, NULL);
}

void aftermath_settle(struct desk *d, struct casefile *c, const char *actor)
{
	if (c->state == CASE_RESOLVED && !revisit_is_waiting(d, c) && !handover_is_waiting(d, c))
		aftermath_close(
			d, c, actor, "done", json_pack("{s:s}", "why", "nothing left to do"));
}
