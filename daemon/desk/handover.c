/* The hand-over of a loss to the police: told, told again, and on until somebody has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "json.h"
#include "warning.h"

#include "banned.h"

enum { TOLD_MAX = 3 };

/* -- what the police and the bank need to know --------------------------------------------------- */

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

/* -- who is told ------------------------------------------------------------------------------------ */

static void put_limit(struct desk *d, const struct handover *h, struct template_values *v)
{
	/* 请30分钟内办止付; past the red line 请最短时间内办止付. */
	if (h->red_line_at > d->s->now_ms)
		words_limit(v, "limit", h->red_line_at - d->s->now_ms);
	else
		template_put(v, "limit", "最短时间");
}

bool handover_ask(struct desk *d, struct casefile *c, int64_t handover_id, const struct member *m)
{
	struct template_values v = { .count = 0 };
	struct handover h;

	if (!handover_get(d->s, handover_id, &h))
		return false;
	words_case(d, c, &v);
	put_limit(d, &h, &v);
	return ladder_offer(d, c, m, "handover", h.id, TPL_HANDOVER, &v);
}

static bool was_asked(const struct task *tasks, size_t n, int64_t handover_id, int64_t member_id)
{
	for (size_t i = 0; i < n; i++)
		if (tasks[i].about_id == handover_id && tasks[i].member_id == member_id)
			return true;
	return false;
}

/* The police on duty; where nobody of them is left to ask, the centre. Nobody twice. */
static int ask_all(struct desk *d, struct casefile *c, int64_t handover_id)
{
	static const char *const kinds[] = { "police", "centre" };
	const struct member *people;
	struct team team;
	size_t n, tasks;
	const struct task *t = task_of_case(d->s, c->id, &tasks);
	int told = 0;

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && told == 0; k++) {
		if (!team_of_area(d->s, d->set->area, kinds[k], &team))
			continue;
		people = member_candidates(d->s, team.id, &n);
		for (size_t i = 0; i < n && told < TOLD_MAX; i++)
			if ((people[i].on_duty || !people[0].on_duty) &&
				!was_asked(t, tasks, handover_id, people[i].id))
				told += handover_ask(d, c, handover_id, &people[i]);
	}
	return told;
}

static void ask_or_alarm(struct desk *d, struct casefile *c, struct handover *h)
{
	if (ask_all(d, c, h->id) > 0)
		handover_event(d->s, h, HO_EV_TELL, "system");
	else
		post_alarm(d, c, "handover", c->no, "止付移送无人可通知,请立即电话联系派出所");
}

void handover_again(struct desk *d, struct casefile *c, int64_t handover_id)
{
	struct handover h;

	if (handover_get(d->s, handover_id, &h) && h.state != HO_ACKNOWLEDGED &&
		h.state != HO_CLOSED)
		ask_or_alarm(d, c, &h);
}

/* -- until they have it ------------------------------------------------------------------------------- */

/* Every five minutes up to the red line, then every half hour, from the second day on daily; never given up. */
static void set_timer(struct desk *d, const struct casefile *c, const struct handover *h, int n)
{
	const struct policies *p = &d->set->policies;
	int64_t wait = (int64_t)p->handover_repeat_s * 1000;
	int64_t after = (int64_t)p->handover_s * 1000;

	if (d->s->now_ms >= h->red_line_at && after > wait)
		wait = after;
	if (d->s->now_ms - h->first_word_at >= DAY_MS)
		wait = DAY_MS;
	timer_set(d->s, d->s->now_ms + wait, "handover", c->id, h->id, n, 0);
}

void handover_start(struct desk *d, struct casefile *c, int64_t amount_fen, bool same)
{
	struct handover h = { .id = 0 };
	struct buf missing;
	char *fields;

	buf_init(&missing, 1024);
	fields = handover_fields(d, c, &missing);
	if (handover_of_case(d->s, c->id, &h) && (same || h.state != HO_ACKNOWLEDGED)) {
		if (!same && h.amount_fen > 0 && amount_fen > 0)
			amount_fen += h.amount_fen; /* a second loss before the first was seen */
		if (amount_fen >= 0)
			handover_amount(d->s, &h, amount_fen, fields, buf_str(&missing));
	} else {
		h.case_id = c->id;
		h.amount_fen = amount_fen;
		h.first_word_at = d->s->now_ms;
		h.acked_by = "";
		h.told_at = h.acked_at = 0;
		h.red_line_at = d->s->now_ms + (int64_t)d->set->policies.handover_s * 1000;
		h.fields = fields;
		h.missing = buf_str(&missing);
		h.id = handover_add(d->s, &h);
		h.state = HO_OPEN;
		ask_or_alarm(d, c, &h);
		set_timer(d, c, &h, 1);
	}
	free(fields);
	buf_free(&missing);
}

/* The same code once more, marked as a repeat. */
static int tell_again(struct desk *d, struct casefile *c, const struct handover *h)
{
	size_t n;
	struct task *t = task_of_case(d->s, c->id, &n);
	int told = 0;

	for (size_t i = 0; i < n; i++) {
		struct template_values v = { .repeat = true };
		struct member m;
		struct post p = {
			.c = c, .t = &t[i], .purpose = "handover", .tpl = TPL_HANDOVER, .v = &v
		};

		if (t[i].about_id != h->id || t[i].state != TASK_OFFERED ||
			!member_get(d->s, t[i].member_id, &m))
			continue;
		words_case(d, c, &v);
		words_code(&v, t[i].code);
		put_limit(d, h, &v);
		p.member_id = m.id;
		p.phone = m.phone;
		message_supersede(d->s, c->id, t[i].id, "told again");
		post_sms(d, &p);
		calling_again(d, c, &t[i], &m);
		told++;
	}
	return told;
}

void handover_due(struct desk *d, struct casefile *c, const struct timer *timer)
{
	struct handover h;

	if (!handover_get(d->s, timer->subject_id, &h) || h.state == HO_ACKNOWLEDGED ||
		h.state == HO_CLOSED)
		return;
	if (tell_again(d, c, &h) > 0)
		handover_event(d->s, &h, HO_EV_TELL, "system");
	else
		ask_or_alarm(d, c, &h);
	if (d->s->now_ms >= h.red_line_at)
		post_alarm(d, c, "handover_late", c->no, "止付移送已过红线时限,派出所未签收");
	set_timer(d, c, &h, timer->n + 1);
}

bool handover_seen(struct desk *d, struct casefile *c, int64_t handover_id, enum handover_event ev,
	const struct member *taker, const char *actor)
{
	struct handover h;
	size_t n;
	struct task *t;

	if (!handover_get(d->s, handover_id, &h) || !handover_event(d->s, &h, ev, actor))
		return false;
	t = task_of_case(d->s, c->id, &n);
	for (size_t i = 0; i < n; i++)
		if (t[i].about_id == h.id && t[i].state == TASK_OFFERED)
			act_withdraw(d, c, &t[i], taker, actor, "acknowledged");
	timer_drop_subject(d->s, "handover", h.id, c->id);
	alarm_clear(d->s, "handover", c->no, actor);
	alarm_clear(d->s, "handover_late", c->no, actor);
	aftermath_settle(d, c, actor);
	return true;
}

void handover_repair(struct desk *d, struct casefile *c)
{
	struct handover h;

	if (handover_of_case(d->s, c->id, &h) && h.state != HO_ACKNOWLEDGED)
		set_timer(d, c, &h, 0);
}

bool handover_is_waiting(struct desk *d, const struct casefile *c)
{
	struct handover h;

	return handover_of_case(d->s, c->id, &h) && h.state != HO_ACKNOWLEDGED;
}
