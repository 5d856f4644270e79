/* What an outcome brings: visits again, the hand-over to the police, the reward, the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "json.h"
#include "outcome_code.h"
#include "reward_rule.h"
#include "warning.h"

#include "banned.h"

#define REVISIT_LATE_MS DAY_MS
#define HANDOVER_LIFE_MS DAY_MS

static const char *step_name(struct store *s, int after_s)
{
	if (after_s % 86400 == 0 && after_s > 86400)
		return arena_print(&s->arena, "%dd", after_s / 86400);
	return arena_print(&s->arena, "%dh", after_s / 3600);
}

static void schedule_revisits(struct desk *d, struct casefile *c, const struct task *t)
{
	for (int i = 0; i < c->policy.revisit_count; i++) {
		int64_t due = d->s->now_ms + (int64_t)c->policy.revisit_s[i] * 1000;
		int64_t id = followup_add(
			d->s, c->id, step_name(d->s, c->policy.revisit_s[i]), due, t->member_id);

		timer_set(d->s, due, "revisit", c->id, id, i, due + 30 * DAY_MS);
	}
	d->next_due_ms = 0;
}

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

/* -- the hand-over ------------------------------------------------------------------------ */

static void ask_for(
	json_t *fields, struct buf *missing, const char *key, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0') {
		json_object_set_new(fields, key, json_string(value));
		return;
	}
	buf_addf(missing, "%s%s", missing->len == 0 ? "" : "、", label);
}

/* The first transfer that any warning of the case told of. */
static json_t *transfer_of(struct desk *d, const struct casefile *c)
{
	json_t *record = NULL, *transfer;
	struct warning w;
	int64_t id = warning_last_of_case(d->s, c->id);

	if (id != 0 && warning_get(d->s, id, &w))
		record = json_loads(w.record, 0, NULL);
	transfer = json_incref(json_array_get(json_object_get(record, "tx"), 0));
	json_decref(record);
	return transfer;
}

static char *handover_fields(struct desk *d, const struct casefile *c, struct buf *missing)
{
	json_t *fields = json_object(), *tx = transfer_of(d, c);
	char *text;

	ask_for(fields, missing, "name", "户名", json_str(c->person, "name"));
	ask_for(fields, missing, "id_no", "证件号码", json_str(c->person, "id_no"));
	ask_for(fields, missing, "out_account", "转出账户", json_str(tx, "out_account"));
	ask_for(fields, missing, "bank", "开户行", json_str(tx, "bank"));
	ask_for(fields, missing, "in_account", "收款账户", json_str(tx, "in_account"));
	ask_for(fields, missing, "payee", "收款户名", json_str(tx, "payee"));
	ask_for(fields, missing, "in_bank", "收款银行", json_str(tx, "in_bank"));
	ask_for(fields, missing, "tx_time", "转账时间", json_str(tx, "tx_time"));
	ask_for(fields, missing, "tx_no", "交易流水号", json_str(tx, "tx_no"));
	text = json_dumps(fields, JSON_COMPACT);
	json_decref(fields);
	json_decref(tx);
	return text;
}

static bool offer_handover(struct desk *d, struct casefile *c, const struct handover *h)
{
	static const char *const kinds[] = { "police", "centre" };
	const struct member *people;
	struct team team;
	size_t n;
	bool told = false;

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !told; k++) {
		if (!team_of_area(d->s, d->set->area, kinds[k], &team))
			continue;
		people = member_candidates(d->s, team.id, &n);
		for (size_t i = 0; i < n && i < 3; i++) {
			struct template_values v = { .count = 0 };

			if (!people[i].on_duty && people[0].on_duty)
				continue;
			words_case(d, c, &v);
			words_limit(&v, "limit", h->red_line_at - d->s->now_ms);
			told |= ladder_offer(d, c, &people[i], "handover", h->id, TPL_HANDOVER, &v);
		}
	}
	return told;
}

void aftermath_handover(struct desk *d, struct casefile *c, int64_t amount_fen)
{
	struct handover h = {
		.case_id = c->id, .amount_fen = amount_fen, .first_word_at = d->s->now_ms
	};
	struct buf missing;
	char *fields;

	buf_init(&missing, 1024);
	fields = handover_fields(d, c, &missing);
	if (handover_of_case(d->s, c->id, &h)) {
		if (amount_fen >= 0)
			handover_amount(d->s, &h, amount_fen, fields, buf_str(&missing));
	} else {
		h.red_line_at = d->s->now_ms + (int64_t)d->set->policies.handover_s * 1000;
		h.fields = fields;
		h.missing = buf_str(&missing);
		h.id = handover_add(d->s, &h);
		h.state = HO_OPEN;
		if (offer_handover(d, c, &h))
			handover_event(d->s, &h, HO_EV_TELL, "system");
		else
			post_alarm(
				d, c, "handover", c->no, "止付移送无人可通知,请立即电话联系派出所");
		timer_set(d->s, d->s->now_ms + (int64_t)d->set->policies.handover_repeat_s * 1000,
			"handover", c->id, h.id, 1, d->s->now_ms + HANDOVER_LIFE_MS);
		d->next_due_ms = 0;
	}
	free(fields);
	buf_free(&missing);
}

/* Not acknowledged yet: told again until it is, and past the red line the centre too. */
void aftermath_tell_police(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct handover h;
	size_t n;
	struct task *t = task_of_case(d->s, c->id, &n);
	int told = 0;

	if (!handover_get(d->s, timer->subject_id, &h) || h.state == HO_ACKNOWLEDGED ||
		h.state == HO_CLOSED)
		return;
	for (size_t i = 0; i < n; i++) {
		struct template_values v = { .count = 0 };
		struct member m;
		struct post p = { .c = c,
			.t = &t[i],
			.purpose = "handover",
			.tpl = TPL_HANDOVER,
			.v = &v,
			.at_once = true };

		if (t[i].about_id != h.id || t[i].state != TASK_OFFERED ||
			!member_get(d->s, t[i].member_id, &m))
			continue;
		words_case(d, c, &v);
		words_code(&v, t[i].code);
		words_limit(&v, "limit", h.red_line_at - d->s->now_ms);
		p.member_id = m.id;
		p.phone = m.phone;
		post_sms(d, &p);
		told++;
	}
	if (told == 0)
		offer_handover(d, c, &h);
	handover_event(d->s, &h, HO_EV_TELL, "system");
	if (d->s->now_ms >= h.red_line_at)
		post_alarm(d, c, "handover", c->no, "止付移送已过30分钟红线,派出所未签收");
	timer_set(d->s, d->s->now_ms + (int64_t)d->set->policies.handover_repeat_s * 1000,
		"handover", c->id, h.id, timer->n + 1, timer->ends_at);
	d->next_due_ms = 0;
}

/* -- start, undo, end ---------------------------------------------------------------------------- */

void aftermath_start(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome *o)
{
	const struct outcome_code *code = outcome_code_find(&d->set->outcomes, o->code);
	bool ends = outcome_code_ends(code, c->level);

	if (code->revisit && ends)
		schedule_revisits(d, c, t);
	if (code->loss)
		aftermath_handover(d, c, o->lost_fen);
	if (code->dissuaded)
		propose_reward(d, c, t, o);
}

/* A hand-over stays: a doubtful or corrected answer never lowers an alarm. */
void aftermath_undo(struct desk *d, struct casefile *c, const char *actor)
{
	size_t n;
	struct followup *f = followup_of_case(d->s, c->id, &n);
	struct reward *r;

	for (size_t i = 0; i < n; i++)
		followup_event(d->s, &f[i], FU_EV_WITHDRAW, actor);
	timer_drop_case(d->s, c->id, "revisit");
	timer_drop_case(d->s, c->id, "revisit_late");
	r = reward_of_case(d->s, c->id, &n);
	for (size_t i = 0; i < n; i++)
		if (!reward_event(d->s, &r[i], RW_EV_REJECT, actor, "结果已更正"))
			reward_event(d->s, &r[i], RW_EV_CLAW_BACK, actor, "结果已更正");
}

void aftermath_settle(struct desk *d, struct casefile *c, const char *actor)
{
	struct handover h;
	size_t n;
	const struct followup *f = followup_of_case(d->s, c->id, &n);

	if (c->state != CASE_RESOLVED)
		return;
	for (size_t i = 0; i < n; i++)
		if (f[i].state == FU_DUE || f[i].state == FU_ASKED)
			return;
	if (handover_of_case(d->s, c->id, &h) && h.state != HO_ACKNOWLEDGED)
		return;
	c->closed_at = d->s->now_ms;
	c->close_reason = "done";
	casefile_event(
		d->s, c, CASE_EV_CLOSE, actor, json_pack("{s:s}", "why", "nothing left to do"));
	casefile_save(d->s, c);
	timer_drop_case(d->s, c->id, NULL);
}

/* -- visits again ------------------------------------------------------------------------------------- */

/* The one who knows the person; else who is on duty in the village; else the centre. */
static bool revisit_member(
	struct desk *d, const struct casefile *c, const struct followup *f, struct member *out)
{
	static const char *const kinds[] = { "village", "centre" };
	const struct member *people;
	struct team team;
	size_t n;

	if (member_get(d->s, f->member_id, out) && strcmp(out->state, "active") == 0 &&
		out->away_until < d->s->now_ms)
		return true;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (!team_of_area(d->s, c->area, kinds[k], &team))
			continue;
		people = member_candidates(d->s, team.id, &n);
		if (n > 0) {
			*out = people[0];
			return true;
		}
	}
	return false;
}

void aftermath_revisit(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct template_values v = { .count = 0 };
	struct followup f;
	struct member m;

	if (!followup_get(d->s, timer->subject_id, &f) || f.state != FU_DUE)
		return;
	if (!revisit_member(d, c, &f, &m)) {
		post_alarm(d, c, "gap", c->area, "回访无人可派");
		timer_set(d->s, d->s->now_ms + DAY_MS, "revisit", c->id, f.id, timer->n,
			timer->ends_at);
		return;
	}
	words_case(d, c, &v);
	template_putf(&v, "step", "%.*s%s", (int)strcspn(f.step, "hd"), f.step,
		strchr(f.step, 'h') != NULL ? "小时" : "天");
	words_time(d, &v, "date", d->s->now_ms + REVISIT_LATE_MS);
	words_limit(&v, "limit", REVISIT_LATE_MS);
	f.member_id = m.id;
	ladder_offer(d, c, &m, "revisit", f.id, TPL_REVISIT, &v);
	followup_event(d->s, &f, FU_EV_ASK, "system");
	timer_set(d->s, d->s->now_ms + REVISIT_LATE_MS, "revisit_late", c->id, f.id, 0,
		timer->ends_at);
	d->next_due_ms = 0;
}

void aftermath_revisit_late(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct followup f;

	if (!followup_get(d->s, timer->subject_id, &f) || f.state != FU_ASKED)
		return;
	followup_event(d->s, &f, FU_EV_MISS, "system");
	post_alarm(d, c, "revisit", c->no, "回访超过一天未完成");
	aftermath_settle(d, c, "system");
}
