/*
 * The claim: which message a channel may take now.
 *
 * It reads the task and the case again: a message that nobody needs any more ends as superseded
 * instead of waking somebody. Whose turn it is says traffic.h; what no channel can take before a
 * known time is held until then, so that it is in nobody's way.
 */
#include <stdio.h>
#include <string.h>

#include "desk_room.h"
#include "text.h"

#include "banned.h"

/* With what a task can be answered in a call: taken, cannot go, police wanted. */
#define CALL_KEYS "107"

/* At most so many sixteen-bit units are one part in any alphabet and need no reference. */
enum { LOOK_MAX = 64, ONE_PART = 70 };

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

bool outbox_asks(const struct message *m)
{
	return !is_call(m) && is_about_ask(m);
}

bool outbox_is_urgent_sms(const struct message *m)
{
	return !is_call(m) && strcmp(m->class_, "urgent") == 0;
}

const char *outbox_not_needed(struct desk *d, const struct message *m)
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

static void outbox_expire(struct desk *d, struct message *m)
{
	d->next_due_ms = 0;
	message_event(d->s, m, MSG_EV_EXPIRE, "time to live is over");
	if (outbox_asks(m))
		act_unreachable(d, m->task_id, "alert expired");
	if (outbox_is_urgent_sms(m))
		post_alarm(d, NULL, "expired", "message", "有紧急短信超时未发出,请查通道");
}

void outbox_hold(struct desk *d, struct message *m, int64_t until, const char *why)
{
	d->next_due_ms = 0;
	m->held_until = until;
	m->held_why = why;
	message_event(d->s, m, MSG_EV_HOLD, NULL);
}

void outbox_fill(struct desk *d, const struct message *m, struct outgoing *out)
{
	*out = (struct outgoing){ .id = m->id,
		.kind = is_call(m) ? OUTGOING_CALL : OUTGOING_SMS,
		.urgent = strcmp(m->class_, "urgent") == 0,
		.repeat = m->repeats > 0,
		.first_part = m->parts_sent,
		.validity_min = (int)((m->expires_at - d->s->now_ms) / MINUTE_MS) + 1 };
	own_ref_make(m->id, m->tries, out->own_ref);
	snprintf(out->to, sizeof out->to, "%s", m->phone);
	if (m->repeats > 0 && out->kind == OUTGOING_SMS)
		template_repeat(&d->set->templates, m->text, out->text, sizeof out->text);
	else
		snprintf(out->text, sizeof out->text, "%s", m->text);
	snprintf(out->template, sizeof out->template, "%s", m->template);
	snprintf(out->values, sizeof out->values, "%s", m->values);
	if (is_call(m) && m->task_id != 0)
		snprintf(out->keys, sizeof out->keys, "%s", CALL_KEYS);
}

/* Parts that came from another number are never joined with the rest: from the first one on. */
static void begin_anew(struct desk *d, struct message *m)
{
	m->parts_sent = 0;
	m->concat_ref = -1;
	message_parts_drop(d->s, m->id);
}

/* A modem gives its link up after 1 to 5 s without a message: further apart it is not worth asking. */
static bool keeps_link(struct desk *d, const char *channel)
{
	enum { LINK_MS = 5000 };
	const struct channel_settings *set = traffic_settings(d, channel);

	return set != NULL && channel_is_modem(set) && set->pace_ms < LINK_MS;
}

/* Only of a call that is placed: it opens the case. */
static void put_said(struct desk *d, const struct message *m, struct outgoing *out)
{
	const char *said = out->keys[0] == '\0' ? "" : calling_said(d, m);

	if (strlen(said) < sizeof out->said) /* else the channel's own words */
		snprintf(out->said, sizeof out->said, "%s", said);
}

static bool take(struct desk *d, const char *channel, struct message *m, struct outgoing *out)
{
	struct awaited *awaited = traffic_awaited(d, channel);

	put_said(d, m, out);
	if (m->parts_sent > 0 && strcmp(m->channel, channel) != 0) {
		begin_anew(d, m);
		out->first_part = 0;
	}
	m->channel = channel;
	bundle_up(d, m, out);
	if (m->tries++ == 0)
		traffic_taken(d, channel, m, m->phone);
	if (awaited != NULL && out->kind == OUTGOING_SMS)
		awaited_message(awaited, m->id, m->case_id, m->phone);
	if (out->kind == OUTGOING_SMS && m->concat_ref < 0 && text_units(out->text) > ONE_PART)
		m->concat_ref = message_concat_ref(d->s, m->phone);
	out->concat_ref = m->concat_ref < 0 ? 0 : m->concat_ref;
	message_event(d->s, m, MSG_EV_CLAIM, NULL);
	out->more = keeps_link(d, channel) && message_waits(d->s, m->kind);
	return db_rc(d->s->db) == STORE_OK;
}

/* True: nobody needs to look at it any more. */
static bool is_over(struct desk *d, struct message *m)
{
	const char *why = outbox_not_needed(d, m);

	if (why != NULL)
		message_event(d->s, m, MSG_EV_SUPERSEDE, why);
	else if (m->expires_at < d->s->now_ms)
		outbox_expire(d, m);
	else
		return false;
	return true;
}

bool desk_claim(struct desk *d, const char *channel, enum outgoing_kind kind, struct outgoing *out)
{
	const char *code = kind == OUTGOING_CALL ? "call" : "sms";
	struct message m, passed;
	const struct message *after = NULL;

	for (int n = 0; n < LOOK_MAX && message_next(d->s, code, after, &m); n++) {
		struct traffic_answer a;

		if (is_over(d, &m))
			continue;
		if (kind == OUTGOING_CALL && !traffic_may_call(d, channel))
			return false; /* asked again at the end of the next batch */
		outbox_fill(d, &m, out);
		a = traffic_ask(d, channel, &m, out);
		if (a.turn == TRAFFIC_GO)
			return take(d, channel, &m, out);
		if (a.turn == TRAFFIC_HOLD) {
			outbox_hold(d, &m, a.until_ms, a.why);
		} else if (a.turn == TRAFFIC_NEVER) {
			outbox_refuse(d, &m, m.error[0] == '\0' ? a.why : m.error);
		} else {
			passed = m;
			after = &passed;
		}
	}
	return false;
}

bool desk_urgent_waits(struct desk *d)
{
	return message_urgent_next(d->s);
}

/* Nobody claims while every channel is away: what is past its life ends all the same. */
void claim_sweep(struct desk *d)
{
	struct message m;

	for (int n = 0; n < LOOK_MAX && message_overdue(d->s, &m); n++)
		outbox_expire(d, &m);
}

void desk_back(struct desk *d, const char *channel, int64_t id)
{
	struct message m;

	if (!message_get(d->s, id, &m) || m.state != MSG_SENDING || strcmp(m.channel, channel) != 0)
		return;
	message_event(d->s, &m, MSG_EV_NOT_SENT, NULL);
	traffic_back(d, channel);
}
