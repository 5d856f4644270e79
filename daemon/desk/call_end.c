/*
 * Calls whose end only a report tells. When none has come in time the provider is asked, and what
 * nobody knows in the end is written down as not known. The task and the next call never waited
 * for it: a call that nobody tells of is a call that nobody has answered.
 */
#include <string.h>

#include "desk_room.h"

#include "banned.h"

/*
 * At the end of the wait, and a quarter of it after each other: a provider may know of a call only
 * some minutes after its end.
 */
enum { ASKS = 4 };

bool call_end_is_told(struct desk *d, const struct message *m)
{
	const struct channel_settings *set = traffic_settings(d, m->channel);
	const struct channel_kind *kind = set == NULL ? NULL : channel_kind_of(set->kind);

	return strcmp(m->kind, "call") == 0 && kind != NULL && kind->ends_by_report;
}

int64_t call_end_wait_ms(const struct desk *d)
{
	return d->set->call_end_wait_s * INT64_C(1000);
}

static void look_again(struct desk *d, int64_t id, int64_t after_ms, int n)
{
	timer_set(d->s, d->s->now_ms + after_ms, "call_end", 0, id, n, 0);
	d->next_due_ms = 0;
}

void call_end_expect(struct desk *d, const struct message *m)
{
	if (m->state != MSG_SENT || !call_end_is_told(d, m))
		return;
	timer_drop_subject(d->s, "unsure", m->id, 0); /* it stood for an answer that never came */
	timer_drop_subject(d->s, "call_end", m->id, 0);
	look_again(d, m->id, call_end_wait_ms(d), 0);
}

void call_end_due(struct desk *d, const struct timer *t)
{
	struct message m;

	if (!message_get(d->s, t->subject_id, &m))
		return;
	if (m.state == MSG_SENT && t->n == 0)
		message_event(d->s, &m, MSG_EV_SILENCE, "nobody has told how the call ended");
	if (m.state != MSG_UNSURE)
		return;
	if (t->n >= ASKS) {
		message_event(d->s, &m, MSG_EV_EXPIRE, "nobody knows how the call ended");
		return;
	}
	receipt_question(d, &m);
	look_again(d, m.id, call_end_wait_ms(d) / ASKS, t->n + 1);
}
