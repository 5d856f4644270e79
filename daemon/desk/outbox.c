/*
 * The outbox: what becomes of a message that a channel took.
 *
 * What this channel would not take another one may: the try is written down, and the next claim
 * decides. Silence is a state of its own: urgent messages wait for a report and then go out
 * again, marked, by another channel first; the others do not, the step's timer makes up.
 */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "log.h"
#include "message_try.h"

#include "banned.h"

enum { PASSING_MAX = 3, REPEATS_MAX = 2 };

static const int64_t passing_ms[PASSING_MAX] = { 30 * 1000, 2 * 60 * 1000, 10 * 60 * 1000 };

/* -- verdicts -------------------------------------------------------------------------------- */

static void part_of(
	struct desk *d, struct message *m, const char *channel, const struct send_part *p)
{
	static const char *const states[] = { [SEND_SENT] = "sent",
		[SEND_REFUSED] = "refused",
		[SEND_NOT_SENT] = "not_sent",
		[SEND_UNSURE] = "unsure" };
	struct awaited *awaited = traffic_awaited(d, channel);

	message_part_put(d->s, m->id, p->part, states[p->verdict], channel, p->mr, p->error);
	if (p->verdict != SEND_SENT)
		return;
	if (awaited != NULL)
		awaited_sent(awaited,
			&(struct awaited_part){ .id = m->id, .part = p->part, .parts = p->parts },
			p->mr, d->s->now_ms);
	traffic_count(d, channel, 1);
	receipt_early(d, m, p, channel);
}

void desk_part(struct desk *d, const char *channel, const struct send_part *part)
{
	struct message m;

	if (message_get(d->s, part->id, &m))
		part_of(d, &m, channel, part);
}

static void note_try(struct desk *d, const struct message *m, const char *verdict,
	const struct send_result *r, int64_t again_at)
{
	const struct message_try t = { .message_id = m->id,
		.n = m->tries,
		.channel = m->channel,
		.verdict = verdict,
		.error = r->error == NULL ? "" : r->error,
		.again_at = again_at,
		.other_ref = r->other_ref == NULL ? "" : r->other_ref };

	message_try_put(d->s, &t);
}

void outbox_refuse(struct desk *d, struct message *m, const char *error)
{
	d->next_due_ms = 0;
	message_event(d->s, m, MSG_EV_REJECTED, error);
	if (outbox_asks(m))
		act_unreachable(d, m->task_id, error);
	else if (outbox_is_urgent_sms(m))
		post_alarm(d, NULL, "refused", "message", "有紧急短信被网络拒收,请改打电话");
}

/* What a class means for the message: the end, or another channel, and this one not before. */
static const struct {
	bool end;
	int64_t again_ms;
} classes[] = { [SEND_NUMBER] = { true, 0 },
	[SEND_CARD] = { false, 30 * 1000 },
	[SEND_PASSING] = { false, 0 },
	[SEND_MODEM] = { false, 5 * 1000 },
	[SEND_OURS] = { true, 0 },
	[SEND_TEXT] = { false, MESSAGE_TRY_NEVER },
	[SEND_RATE] = { false, 0 },
	[SEND_STOP] = { false, 0 },
	[SEND_BUSY] = { true, 0 },
	[SEND_NO_REPLY] = { true, 0 } };

static void another_way(
	struct desk *d, struct message *m, const struct send_result *r, int64_t again_ms)
{
	int64_t now = d->s->now_ms;

	note_try(d, m, r->verdict == SEND_NOT_SENT ? "not_sent" : "refused", r,
		again_ms == MESSAGE_TRY_NEVER ? again_ms : now + again_ms);
	message_event(d->s, m, MSG_EV_NOT_SENT, r->error);
}

/* Everybody's network may be busy: the urgent go another way at once, the others wait. */
static void passing(struct desk *d, struct message *m, const struct send_result *r)
{
	int64_t wait;

	if (m->attempts >= PASSING_MAX) {
		outbox_refuse(d, m, r->error);
		return;
	}
	wait = passing_ms[m->attempts++];
	another_way(d, m, r, wait);
	if (strcmp(m->class_, "urgent") != 0)
		outbox_hold(d, m, d->s->now_ms + wait, r->error);
}

static void refused(struct desk *d, struct message *m, const struct send_result *r)
{
	if (r->class_ == SEND_OURS)
		post_alarm(d, NULL, "ours", "message", "短信内容无法发送,请联系维护");
	/* A call reached nobody: the next one has a timer of its own. */
	if (classes[r->class_].end || (r->class_ == SEND_PASSING && strcmp(m->kind, "call") == 0))
		outbox_refuse(d, m, r->error);
	else if (r->class_ == SEND_PASSING)
		passing(d, m, r);
	else
		another_way(d, m, r, r->one_number ? r->retry_ms : classes[r->class_].again_ms);
}

static void unsure(struct desk *d, struct message *m, const struct send_result *r)
{
	/* A provider that has the call tells its end when it is over, however its answer was lost. */
	int64_t wait = call_end_is_told(d, m) ? call_end_wait_ms(d)
					      : d->set->unsure_wait_s * INT64_C(1000);

	note_try(d, m, "unsure", r, 0);
	message_event(d->s, m, MSG_EV_SILENCE, r->error);
	timer_set(d->s, d->s->now_ms + wait, "unsure", 0, m->id, 0, 0);
	receipt_ask(d, m, 0);
	d->next_due_ms = 0;
}

static void accepted(struct desk *d, struct message *m, const struct send_result *r,
	const struct message_parts *n)
{
	/* A provider tells no parts: what it charges is counted here. */
	if (n->sent + n->delivered == 0)
		traffic_count(d, m->channel, r->parts > 0 ? r->parts : 1);
	m->cost_fen += traffic_cost(d, m->channel, r->parts);
	message_event(d->s, m, MSG_EV_ACCEPTED, NULL);
	if (r->other_ref != NULL && r->other_ref[0] != '\0') {
		note_try(d, m, "sent", r, 0);
		receipt_early_ref(d, m, r->other_ref);
	} else if (n->delivered >= r->parts) {
		message_event(d->s, m, MSG_EV_REPORT_OK, NULL);
	}
	call_end_expect(d, m);
}

/* The only part at the first try is all that there is. */
static struct message_parts parts_of(
	struct desk *d, const struct message *m, const struct send_part *last)
{
	if (last == NULL || last->parts != 1 || m->tries != 1 || m->parts_sent != 0)
		return message_parts(d->s, m->id);
	return (struct message_parts){ .sent = last->verdict == SEND_SENT,
		.unsure = last->verdict == SEND_UNSURE };
}

static void sent(struct desk *d, struct message *m, const struct send_part *last,
	const struct send_result *r)
{
	enum { NOT_SENT_MS = 2000 };
	struct message_parts n = parts_of(d, m, last);

	m->parts = r->parts;
	m->parts_sent = n.sent + n.delivered;
	if (r->verdict == SEND_SENT)
		accepted(d, m, r, &n);
	else if (r->verdict == SEND_UNSURE)
		unsure(d, m, r);
	else if (r->verdict == SEND_NOT_SENT)
		another_way(d, m, r, NOT_SENT_MS);
	else
		refused(d, m, r);
}

void desk_sent(struct desk *d, const char *channel, const struct send_part *last,
	const struct send_result *r)
{
	struct message m;

	if (!message_get(d->s, r->id, &m))
		return;
	if (last != NULL)
		part_of(d, &m, channel, last);
	if (m.state == MSG_SENDING) /* else a report was quicker, or a restart has settled it */
		sent(d, &m, last, r);
	traffic_verdict(d, channel, r);
	if (r->verdict != SEND_SENT)
		d->next_due_ms = 0;
}

void desk_late(struct desk *d, const char *channel, int64_t id, int part, int mr)
{
	struct message_parts n;
	struct awaited *awaited = traffic_awaited(d, channel);
	struct message m;

	if (!message_get(d->s, id, &m))
		return;
	message_part_put(d->s, id, part, "sent", channel, mr, "late answer");
	if (awaited != NULL)
		awaited_sent(awaited, &(struct awaited_part){ .id = id, .part = part }, mr,
			d->s->now_ms);
	n = message_parts(d->s, id);
	if (m.state == MSG_UNSURE && n.unsure == 0 && n.sent + n.delivered >= m.parts)
		message_event(d->s, &m, MSG_EV_ACCEPTED, NULL);
}

/*
 * Nobody can know whether it arrived. The task stays open, since it may be answered yet; but for
 * an urgent one the next are asked now, and the desk hears of it.
 */
static void give_up(struct desk *d, struct message *m)
{
	struct casefile c;
	struct task t;

	message_event(d->s, m, MSG_EV_EXPIRE, "unsure, not repeated");
	if (!outbox_is_urgent_sms(m))
		return;
	post_alarm(d, NULL, "expired", "message", "有紧急短信多次不知是否发出,请改打电话,查通道");
	if (!outbox_asks(m) || !task_get(d->s, m->task_id, &t) || t.state != TASK_OFFERED ||
		strcmp(t.kind, "dissuade") != 0 || !casefile_get(d->s, t.case_id, &c))
		return;
	if (c.state == CASE_OPEN && c.accepted_at == 0)
		ladder_on(d, &c, true);
	casefile_drop(&c);
}

/* The wait for a report is over: urgent ones go again with the same code and the mark; a duplicate is harmless. */
void outbox_unsure(struct desk *d, const struct timer *timer)
{
	struct message m;
	const char *why;

	if (!message_get(d->s, timer->subject_id, &m) || m.state != MSG_UNSURE)
		return;
	why = outbox_not_needed(d, &m);
	if (why != NULL) {
		message_event(d->s, &m, MSG_EV_SUPERSEDE, why);
	} else if (outbox_is_urgent_sms(&m) && m.repeats < REPEATS_MAX &&
		   m.expires_at > d->s->now_ms) {
		m.repeats++;
		/* From the first part on: the marked text is another one. */
		m.parts_sent = 0;
		m.concat_ref = -1;
		message_event(d->s, &m, MSG_EV_RETRY, "no report came");
	} else {
		give_up(d, &m);
	}
}

void desk_recover(struct desk *d)
{
	size_t n;
	const int64_t *ids = message_sending(d->s, &n);
	const struct send_result r = { .verdict = SEND_UNSURE,
		.error = "the gateway was stopped while it was sending",
		.other_ref = "" };
	struct message m;

	d->next_due_ms = 0;
	for (size_t i = 0; i < n; i++)
		if (message_get(d->s, ids[i], &m))
			unsure(d, &m, &r);
	if (n > 0)
		log_warn("messages unsure after the restart count=%zu", n);
}
