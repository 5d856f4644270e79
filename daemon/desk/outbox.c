/*
 * The outbox: what a channel may take now, and what becomes of it.
 *
 * A claim reads the task and the case again: a message that nobody needs any more ends as
 * superseded instead of waking somebody. Silence is a state of its own: urgent messages wait
 * for a report and then go out again, marked; the others do not, the step's timer makes up.
 */
#include <stdio.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "log.h"
#include "pdu.h"

#include "banned.h"

/* With what a task can be answered in a call: taken, cannot go, police wanted. */
#define CALL_KEYS "107"

enum { LOOK_MAX = 64, PASSING_MAX = 3, REPEATS_MAX = 2, UNSENT_MAX = 40 };

static const int64_t passing_ms[PASSING_MAX] = { 30 * 1000, 2 * 60 * 1000, 10 * 60 * 1000 };

static bool is_call(const struct message *m)
{
	return strcmp(m->kind, "call") == 0;
}

/* Is about something that somebody is asked to do. */
static bool is_about_ask(const struct message *m)
{
	return strcmp(m->purpose, "task") == 0 || strcmp(m->purpose, "revisit") == 0 ||
	       strcmp(m->purpose, "handover") == 0;
}

/* Asks by itself: without it the person must be asked another way. A call repeats what the SMS asks. */
static bool is_ask(const struct message *m)
{
	return !is_call(m) && is_about_ask(m);
}

/* People must hear of it when it does not get through. */
static bool is_urgent_sms(const struct message *m)
{
	return !is_call(m) && strcmp(m->class_, "urgent") == 0;
}

/* -- claim -------------------------------------------------------------------------------- */

static const char *not_needed(struct desk *d, const struct message *m)
{
	enum task_state needs = TASK_NONE, state;

	if (is_about_ask(m))
		needs = TASK_OFFERED;
	else if (strcmp(m->purpose, "reminder") == 0)
		needs = TASK_ACCEPTED;
	if (needs == TASK_NONE || m->task_id == 0)
		return NULL;
	state = task_state(d->s, m->task_id);
	if (state == TASK_NONE || state == needs)
		return NULL;
	return needs == TASK_OFFERED ? "task is no longer offered" : "task is over";
}

static void expire(struct desk *d, struct message *m)
{
	d->next_due_ms = 0;
	message_event(d->s, m, MSG_EV_EXPIRE, "time to live is over");
	if (is_ask(m))
		act_unreachable(d, m->task_id, "alert expired");
	if (is_urgent_sms(m))
		post_alarm(d, NULL, "expired", "message", "有紧急短信超时未发出,请查通道");
}

static const struct channel_settings *channel_of(const struct desk *d, const char *name)
{
	for (int i = 0; i < d->set->channel_count; i++)
		if (strcmp(d->set->channel[i].name, name) == 0)
			return &d->set->channel[i];
	return NULL;
}

/* Until when the channel's limits hold this message; 0: it may go. A fifth is kept for urgent ones. */
static int64_t limited_until(struct desk *d, const char *channel, bool urgent)
{
	const struct channel_settings *ch = channel_of(d, channel);
	const struct {
		const char *span;
		int64_t ms;
		int limit;
	} spans[] = { { "minute", MINUTE_MS, ch == NULL ? 0 : ch->per_minute },
		{ "hour", HOUR_MS, ch == NULL ? 0 : ch->per_hour },
		{ "day", DAY_MS, ch == NULL ? 0 : ch->per_day } };
	int64_t until = 0;

	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		struct sent_count used;
		int room = urgent ? spans[i].limit : spans[i].limit - spans[i].limit / 5;

		if (spans[i].limit == 0)
			continue;
		used = sent_count_get(d->s, channel, spans[i].span, spans[i].ms);
		if (used.parts >= room && used.start_at + spans[i].ms > until)
			until = used.start_at + spans[i].ms;
	}
	return until;
}

static void hold(struct desk *d, struct message *m, int64_t until, const char *why)
{
	d->next_due_ms = 0;
	m->held_until = until;
	m->held_why = why;
	message_event(d->s, m, MSG_EV_HOLD, NULL);
}

/* Sixteen-bit units; a message of at most 70 is one part in any alphabet and needs no reference. */
static bool is_short(const char *text)
{
	enum { ONE_PART = 70 };
	int n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80 ? 1 + ((unsigned char)*text >= 0xF0) : 0;
	return n <= ONE_PART;
}

static void fill(struct desk *d, struct message *m, struct outgoing *out)
{
	*out = (struct outgoing){ .id = m->id,
		.kind = is_call(m) ? OUTGOING_CALL : OUTGOING_SMS,
		.urgent = strcmp(m->class_, "urgent") == 0,
		.first_part = m->parts_sent,
		.validity_min = (int)((m->expires_at - d->s->now_ms) / MINUTE_MS) + 1 };
	own_ref_make(m->id, m->repeats * 100 + m->attempts, out->own_ref);
	snprintf(out->to, sizeof out->to, "%s", m->phone);
	if (m->repeats > 0 && out->kind == OUTGOING_SMS)
		template_repeat(&d->set->templates, m->text, out->text, sizeof out->text);
	else
		snprintf(out->text, sizeof out->text, "%s", m->text);
	if (m->template != NULL) {
		snprintf(out->template, sizeof out->template, "%s", m->template);
		snprintf(out->values, sizeof out->values, "%s", m->values);
	}
	if (is_call(m) && m->task_id != 0)
		snprintf(out->keys, sizeof out->keys, "%s", CALL_KEYS);
	if (!is_call(m) && m->concat_ref < 0 && !is_short(out->text))
		m->concat_ref = message_concat_ref(d->s, m->phone);
	out->concat_ref = m->concat_ref < 0 ? 0 : m->concat_ref;
}

bool desk_claim(struct desk *d, const char *channel, enum outgoing_kind kind, struct outgoing *out)
{
	const char *code = kind == OUTGOING_CALL ? "call" : "sms";
	struct message m;

	for (int looked = 0; looked < LOOK_MAX && message_next(d->s, code, NULL, &m); looked++) {
		const char *why = not_needed(d, &m);
		int64_t until;

		if (why != NULL) {
			message_event(d->s, &m, MSG_EV_SUPERSEDE, why);
			continue;
		}
		if (m.expires_at < d->s->now_ms) {
			expire(d, &m);
			continue;
		}
		until = limited_until(d, channel, strcmp(m.class_, "urgent") == 0);
		if (until > d->s->now_ms) {
			hold(d, &m, until, "达到发送上限");
			continue;
		}
		m.channel = channel;
		fill(d, &m, out);
		message_event(d->s, &m, MSG_EV_CLAIM, NULL);
		return db_rc(d->s->db) == STORE_OK;
	}
	return false;
}

/* -- verdicts -------------------------------------------------------------------------------- */

static void settle_report(struct desk *d, struct message *m, const char *outcome)
{
	int parts = m->parts > 0 ? m->parts : 1;

	if (strcmp(outcome, "failed") == 0) {
		d->next_due_ms = 0;
		if (message_event(d->s, m, MSG_EV_REPORT_BAD, "the network could not deliver it") &&
			is_ask(m))
			act_unreachable(d, m->task_id, "delivery report: failed");
		return;
	}
	if (parts == 1 || message_parts(d->s, m->id).delivered >= parts)
		message_event(d->s, m, MSG_EV_REPORT_OK, NULL);
}

static void report_part(struct desk *d, struct message *m, int part, const char *channel, int mr,
	const char *outcome, int status)
{
	char error[32];

	if (strcmp(outcome, "pending") == 0)
		return;
	snprintf(error, sizeof error, "status %02x", (unsigned)status & 0xff);
	message_part_put(d->s, m->id, part, outcome, channel, mr, error);
	settle_report(d, m, outcome);
}

static void part_of(
	struct desk *d, struct message *m, const char *channel, const struct send_part *p)
{
	static const char *const states[] = { [SEND_SENT] = "sent",
		[SEND_REFUSED] = "refused",
		[SEND_NOT_SENT] = "not_sent",
		[SEND_UNSURE] = "unsure" };
	const char *outcome;
	int status;

	message_part_put(d->s, m->id, p->part, states[p->verdict], channel, p->mr, p->error);
	if (p->verdict != SEND_SENT)
		return;
	sent_count_add(d->s, channel, 1);
	/* On a fast network the report may be quicker than our own answer. */
	if (p->mr >= 0 && stray_report_take(d->s, channel, p->mr, m->id, &outcome, &status))
		report_part(d, m, p->part, channel, p->mr, outcome, status);
}

void desk_part(struct desk *d, const char *channel, const struct send_part *part)
{
	struct message m;

	if (message_get(d->s, part->id, &m))
		part_of(d, &m, channel, part);
}

static void again_later(struct desk *d, struct message *m, int64_t after_ms, const char *error)
{
	d->next_due_ms = 0;
	message_event(d->s, m, MSG_EV_NOT_SENT, error);
	if (after_ms > 0)
		hold(d, m, d->s->now_ms + after_ms, error);
}

static void refuse(struct desk *d, struct message *m, const char *error)
{
	d->next_due_ms = 0;
	message_event(d->s, m, MSG_EV_REJECTED, error);
	if (is_ask(m))
		act_unreachable(d, m->task_id, error);
	else if (is_urgent_sms(m))
		post_alarm(d, NULL, "refused", "message", "有紧急短信被网络拒收,请改打电话");
}

static void refused(struct desk *d, struct message *m, enum send_class c, const char *error)
{
	/* Nobody was reached: the next call has a timer of its own. */
	if (c == SEND_BUSY || c == SEND_NO_REPLY || (is_call(m) && c == SEND_PASSING)) {
		message_event(d->s, m, MSG_EV_REJECTED, error);
		return;
	}
	if (c == SEND_NUMBER || c == SEND_OURS) {
		if (c == SEND_OURS)
			post_alarm(d, NULL, "ours", "message", "短信内容无法发送,请联系维护");
		refuse(d, m, error);
		return;
	}
	if (c == SEND_MODEM || c == SEND_CARD) {
		again_later(d, m, c == SEND_MODEM ? 5000 : 30000, error);
		return;
	}
	if (m->attempts >= PASSING_MAX) {
		refuse(d, m, error);
		return;
	}
	m->attempts++;
	again_later(d, m, passing_ms[m->attempts - 1], error);
}

static void unsure(struct desk *d, struct message *m, const char *error)
{
	message_event(d->s, m, MSG_EV_SILENCE, error);
	timer_set(d->s, d->s->now_ms + d->set->unsure_wait_s * INT64_C(1000), "unsure", 0, m->id, 0,
		0);
	d->next_due_ms = 0;
}

static void sent(struct desk *d, struct message *m, const struct send_result *r)
{
	struct message_parts n = message_parts(d->s, m->id);

	m->parts = r->parts;
	m->parts_sent = n.sent + n.delivered;
	if (r->verdict == SEND_SENT) {
		message_event(d->s, m, MSG_EV_ACCEPTED, NULL);
		if (n.delivered >= r->parts)
			message_event(d->s, m, MSG_EV_REPORT_OK, NULL);
	} else if (r->verdict == SEND_UNSURE) {
		unsure(d, m, r->error);
	} else if (r->verdict == SEND_NOT_SENT) {
		again_later(d, m, 2000, r->error);
	} else {
		refused(d, m, r->class_, r->error);
	}
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
		sent(d, &m, r);
}

void desk_late(struct desk *d, const char *channel, int64_t id, int part, int mr)
{
	struct message_parts n;
	struct message m;

	if (!message_get(d->s, id, &m))
		return;
	message_part_put(d->s, id, part, "sent", channel, mr, "late answer");
	n = message_parts(d->s, id);
	if (m.state == MSG_UNSURE && n.unsure == 0 && n.sent + n.delivered >= m.parts)
		message_event(d->s, &m, MSG_EV_ACCEPTED, NULL);
}

void desk_report(struct desk *d, const char *channel, int mr, const char *number,
	const char *outcome, int status)
{
	enum { SAME_REFERENCE = 8 };
	struct message_part found[SAME_REFERENCE];
	size_t n = message_part_find(d->s, channel, mr, found, SAME_REFERENCE);
	struct message m;

	for (size_t i = 0; i < n; i++) {
		if (found[i].sent_at < d->s->now_ms - 2 * DAY_MS ||
			!pdu_same_number(found[i].phone, number) ||
			!message_get(d->s, found[i].message_id, &m))
			continue;
		report_part(d, &m, found[i].part, channel, mr, outcome, status);
		return;
	}
	if (strcmp(outcome, "pending") != 0)
		stray_report_put(d->s, channel, mr, number, outcome, status);
}

void desk_report_of(
	struct desk *d, const char *channel, int64_t id, const char *outcome, const char *error)
{
	struct message m;

	if (!message_get(d->s, id, &m) || strcmp(m.channel, channel) != 0)
		return;
	d->next_due_ms = 0;
	if (strcmp(outcome, "pending") == 0) {
		if (m.state == MSG_UNSURE)
			message_event(d->s, &m, MSG_EV_ACCEPTED, "the provider has it");
	} else if (strcmp(outcome, "delivered") == 0) {
		message_event(d->s, &m, MSG_EV_REPORT_OK, NULL);
	} else if (message_event(d->s, &m, MSG_EV_REPORT_BAD, error) && is_ask(&m)) {
		act_unreachable(d, m.task_id, "delivery report: failed");
	}
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
	if (!is_urgent_sms(m))
		return;
	post_alarm(d, NULL, "expired", "message", "有紧急短信多次不知是否发出,请改打电话,查通道");
	if (!is_ask(m) || !task_get(d->s, m->task_id, &t) || t.state != TASK_OFFERED ||
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
	why = not_needed(d, &m);
	if (why != NULL) {
		message_event(d->s, &m, MSG_EV_SUPERSEDE, why);
	} else if (is_urgent_sms(&m) && m.repeats < REPEATS_MAX && m.expires_at > d->s->now_ms) {
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
	struct message m;

	d->next_due_ms = 0;
	for (size_t i = 0; i < n; i++)
		if (message_get(d->s, ids[i], &m))
			unsure(d, &m, "the gateway was stopped while it was sending");
	if (n > 0)
		log_warn("messages unsure after the restart count=%zu", n);
}
