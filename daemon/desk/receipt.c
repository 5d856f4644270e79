/*
 * What comes back about a message: delivery reports, late ones, early ones, and what a provider
 * says when it is asked.
 */
#include <stdio.h>
#include <string.h>

#include "desk_room.h"
#include "message_try.h"
#include "pdu.h"

#include "banned.h"

/* When a provider is asked about an unsure message, after the silence and after each other. */
static const int64_t asks_ms[] = { 1000, 4000, 15 * 1000, 40 * 1000 };
enum { ASKS = sizeof asks_ms / sizeof *asks_ms, REPORT_DAYS = 2 };
static const char undelivered[] = "the network could not deliver it";

/* One part that fails fails the message: nobody can read the rest. Delivered is it when every part is. */
static void settle_report(
	struct desk *d, struct message *m, int parts, const char *outcome, const char *error)
{
	if (strcmp(outcome, "failed") == 0) {
		d->next_due_ms = 0;
		if (message_event(d->s, m, MSG_EV_REPORT_BAD, error) && outbox_asks(m))
			act_unreachable(d, m->task_id, "delivery report: failed");
		return;
	}
	if (parts <= 1 || message_parts(d->s, m->id).delivered >= parts)
		message_event(d->s, m, MSG_EV_REPORT_OK, NULL);
}

static void part_error(int status, char out[32])
{
	snprintf(out, 32, "status %02x", (unsigned)status & 0xff);
}

static void report_part(struct desk *d, struct message *m, int part, const char *channel, int mr,
	const char *outcome, int status)
{
	char error[32];

	if (strcmp(outcome, "pending") == 0)
		return;
	part_error(status, error);
	message_part_put(d->s, m->id, part, outcome, channel, mr, error);
	settle_report(d, m, m->parts, outcome, undelivered);
}

static bool can_be_asked(const struct desk *d, const char *channel)
{
	for (int i = 0; i < d->traffic.count; i++) {
		const struct channel_kind *kind = channel_kind_of(d->traffic.at[i].set.kind);

		if (strcmp(d->traffic.at[i].set.name, channel) == 0)
			return kind != NULL && kind->query != NULL;
	}
	return false;
}

void receipt_ask(struct desk *d, const struct message *m, int n)
{
	if (n < ASKS && can_be_asked(d, m->channel))
		timer_set(d->s, d->s->now_ms + asks_ms[n], "ask", 0, m->id, n, 0);
}

void receipt_question(struct desk *d, const struct message *m)
{
	if (d->question_count < DESK_QUESTIONS)
		d->question[d->question_count++] = m->id;
}

void receipt_due(struct desk *d, const struct timer *timer)
{
	struct message m;

	if (!message_get(d->s, timer->subject_id, &m) || m.state != MSG_UNSURE)
		return;
	receipt_question(d, &m);
	receipt_ask(d, &m, timer->n + 1);
}

bool desk_has_questions(const struct desk *d)
{
	return d->question_count > 0;
}

bool desk_question(struct desk *d, char channel[32], struct outgoing *out, char other_ref[96])
{
	while (d->question_count > 0) {
		struct message_try t;
		struct message m;

		if (!message_whole(d->s, d->question[--d->question_count], &m) ||
			m.state != MSG_UNSURE)
			continue;
		outbox_fill(d, &m, out);
		out->placed_ms = m.sending_at;
		/* The name of that try, not of the next one. */
		own_ref_make(m.id, m.tries - 1, out->own_ref);
		snprintf(channel, 32, "%s", m.channel);
		other_ref[0] = '\0';
		if (message_try_list(d->s, m.id, &t, 1) == 1)
			snprintf(other_ref, 96, "%s", t.other_ref);
		return true;
	}
	return false;
}

void receipt_early(
	struct desk *d, struct message *m, const struct send_part *p, const char *channel)
{
	const char *outcome;
	int status;

	/* On a fast network the report may be quicker than our own answer. */
	if (p->mr >= 0 && stray_report_take(d->s, channel, p->mr, m->id, &outcome, &status))
		report_part(d, m, p->part, channel, p->mr, outcome, status);
}

/* A call that has been waited for already stays unsure: what is under way for ever has no end to tell. */
static void settle_pending(struct desk *d, struct message *m)
{
	if (m->state != MSG_UNSURE || (m->sent_at != 0 && call_end_is_told(d, m)))
		return;
	message_event(d->s, m, MSG_EV_ACCEPTED, "the provider has it");
	call_end_expect(d, m);
}

/* A provider that tells of each part: what it said of one counts until it says otherwise of that one. */
static void settle_part(
	struct desk *d, struct message *m, const char *channel, const struct report *r)
{
	if (strcmp(r->outcome, "pending") == 0) {
		settle_pending(d, m);
		return;
	}
	message_part_put(d->s, m->id, r->part, r->outcome, channel, -1, r->error);
	if (r->parts > m->parts)
		m->parts = r->parts; /* the answer did not tell */
	d->next_due_ms = 0;
	settle_report(d, m, r->parts, r->outcome, r->error);
}

/* Of the whole message. */
static void settle_whole(struct desk *d, struct message *m, const char *outcome, const char *error)
{
	d->next_due_ms = 0;
	if (strcmp(outcome, "pending") == 0) {
		settle_pending(d, m);
	} else if (strcmp(outcome, "delivered") == 0) {
		message_event(d->s, m, MSG_EV_REPORT_OK, NULL);
	} else if (message_event(d->s, m, MSG_EV_REPORT_BAD, error) && outbox_asks(m)) {
		act_unreachable(d, m->task_id, "delivery report: failed");
	}
}

void receipt_early_ref(struct desk *d, struct message *m, const char *other_ref)
{
	const char *outcome, *error;

	if (stray_report_take_ref(d->s, m->channel, other_ref, &outcome, &error))
		settle_whole(d, m, outcome, error);
}

/* The same from memory, which may have forgotten, or know what was undone. */
static bool report_by_heart(struct desk *d, const char *channel, const struct report *r)
{
	struct awaited *awaited = traffic_awaited(d, channel);
	struct awaited_part p;
	struct message m;
	char error[32];

	if (awaited == NULL || strcmp(r->outcome, "pending") == 0 ||
		!awaited_take(awaited, r->mr, r->number, pdu_same_number,
			d->s->now_ms - REPORT_DAYS * DAY_MS, &p))
		return false;
	part_error(r->status, error);
	if (!message_part_report(d->s, p.id, p.part, r->outcome, channel, r->mr, error))
		return false;
	if (p.parts == 1 && strcmp(r->outcome, "delivered") == 0 &&
		message_delivered(d->s, p.id, p.case_id, channel))
		return true;
	if (message_get(d->s, p.id, &m))
		settle_report(d, &m, m.parts, r->outcome, undelivered);
	return true;
}

static bool report_by_reference(struct desk *d, const char *channel, const struct report *r)
{
	enum { SAME_REFERENCE = 8 };
	struct message_part found[SAME_REFERENCE];
	size_t n = message_part_find(d->s, channel, r->mr, found, SAME_REFERENCE);
	struct message m;

	for (size_t i = 0; i < n; i++) {
		if (found[i].sent_at < d->s->now_ms - REPORT_DAYS * DAY_MS ||
			!pdu_same_number(found[i].phone, r->number) ||
			!message_get(d->s, found[i].message_id, &m))
			continue;
		report_part(d, &m, found[i].part, channel, r->mr, r->outcome, r->status);
		return true;
	}
	return false;
}

void desk_report(struct desk *d, const char *channel, const struct report *r)
{
	const char *ref = r->other_ref == NULL ? "" : r->other_ref;
	int64_t id = r->id != 0 || ref[0] == '\0' ? r->id : message_try_of_ref(d->s, channel, ref);
	struct message m;

	if (id != 0) {
		if (!message_get(d->s, id, &m))
			return;
		if (r->parts > 1)
			settle_part(d, &m, channel, r);
		else
			settle_whole(d, &m, r->outcome, r->error);
		return;
	}
	if (r->mr >= 0 && (report_by_heart(d, channel, r) || report_by_reference(d, channel, r)))
		return;
	/* Kept is what is true of the whole: that one part has arrived is not. */
	if (strcmp(r->outcome, "pending") != 0 &&
		(r->parts <= 1 || strcmp(r->outcome, "failed") == 0))
		stray_report_put(d->s, &(struct stray_report){ .channel = channel,
					       .number = r->number == NULL ? "" : r->number,
					       .mr = r->mr,
					       .other_ref = ref,
					       .outcome = r->outcome,
					       .error = r->error == NULL ? "" : r->error,
					       .status = r->status });
}
