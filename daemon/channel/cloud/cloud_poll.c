/*
 * Asking: polls for what came in, and questions about messages that nobody answered for.
 *
 * A poll's way: request -> events -> all committed -> the provider is told that it may forget
 * them -> pause -> request. A provider that forgets by itself is never asked again before the
 * last events are on our disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_room.h"
#include "log.h"

#include "banned.h"

enum {
	POLL_MAX_MS = 5 * 60 * 1000,
	IN_A_ROW = 200, /* asked again at once; then the pause is kept all the same */
	ALARM_AFTER = 3,
	QUESTIONS = 256,
	QUESTIONS_AT_ONCE = 2
};

struct question {
	struct channel *channel;
	struct question *next;
	struct http_transfer *transfer; /* NULL: waits for its turn */
	struct outgoing m;
	char id[96];
};

/* -- polls ---------------------------------------------------------------------------------- */

static void ask(struct poll *p);

static void on_timer(uv_timer_t *timer)
{
	struct channel *c = timer->data;

	for (int i = 0; i < c->provider->polls; i++)
		if (&c->poll[i].timer == timer)
			ask(&c->poll[i]);
}

static void again_in(struct poll *p, int64_t ms)
{
	uv_timer_start(&p->timer, on_timer, (uint64_t)ms, 0);
}

static int64_t pause_ms(const struct poll *p)
{
	const struct channel *c = p->channel;
	int64_t ms = c->transport.poll_ms > 0 ? c->transport.poll_ms : c->provider->poll_ms;

	for (int i = 0; i < p->failures && ms < POLL_MAX_MS; i++)
		ms *= 2;
	return ms < POLL_MAX_MS || p->failures == 0 ? ms : POLL_MAX_MS;
}

static void next(struct poll *p)
{
	if (p->more && p->failures == 0 && ++p->in_a_row < IN_A_ROW) {
		again_in(p, 0);
		return;
	}
	p->in_a_row = 0;
	again_in(p, pause_ms(p));
}

static void poll_failed(struct poll *p, const char *code, const char *words)
{
	struct channel *c = p->channel;
	char text[400], why[120];

	c->count.polls_failed++;
	p->failures++;
	cloud_words(code, words, why, sizeof why);
	log_warn("poll failed channel=%s way=%d times=%d reason=%s", c->name, p->which, p->failures,
		why);
	if (p->failures >= ALARM_AFTER) {
		snprintf(text, sizeof text, "%s取不到回执和回复:%s", c->provider->name, why);
		cloud_alarm(c, CLOUD_ALARM_POLLING, text, true);
	}
	next(p);
}

static void poll_went_well(struct poll *p)
{
	struct channel *c = p->channel;

	p->failures = 0;
	for (int i = 0; i < c->provider->polls; i++)
		if (c->poll[i].failures >= ALARM_AFTER)
			return;
	cloud_alarm(c, CLOUD_ALARM_POLLING, "", false);
}

static void on_confirmed(void *arg, const struct http_answer *a)
{
	struct poll *p = arg;

	/* Not confirmed means that they come again: they are known by then. */
	p->transfer = NULL;
	if (a->outcome != HTTP_ANSWERED)
		log_debug("confirm unanswered channel=%s reason=%s", p->channel->name,
			http_why_code(a->why));
	next(p);
}

static bool make_confirm(struct poll *p)
{
	struct channel *c = p->channel;
	struct cloud_moment t = cloud_now();

	return c->provider->confirm != NULL &&
	       c->provider->confirm(c->account, p->which, &t, &p->confirm);
}

void cloud_poll_committed(struct poll *p)
{
	if (p->has_confirm || make_confirm(p))
		p->transfer =
			cloud_transfer(p->channel, p->channel->ask, &p->confirm, on_confirmed, p);
	p->has_confirm = false;
	if (p->transfer == NULL)
		next(p);
}

/* It stands in a queue and would come for ever: its bytes are kept, then it is taken off. */
static void unreadable(struct poll *p, struct cloud_events *e, const struct cloud_answer *in)
{
	cloud_events_free(e);
	p->channel->count.unreadable++;
	p->has_confirm = true;
	log_warn("unreadable in a queue channel=%s way=%d bytes=%zu", p->channel->name, p->which,
		in->len);
	cloud_hand_in_raw(p->channel, in->body, in->len, p, NULL, NULL);
}

static void on_polled(void *arg, const struct http_answer *a)
{
	struct poll *p = arg;
	struct channel *c = p->channel;
	const struct cloud_answer in = cloud_answer_of(a);
	struct cloud_events e = { .count = 0 };
	struct cloud_verdict v = { .class_ = CLOUD_OK };
	enum cloud_polled rc;

	p->transfer = NULL;
	if (a->outcome != HTTP_ANSWERED) {
		poll_failed(p, http_why_code(a->why), http_why_text(a->why));
		return;
	}
	cloud_look_at_clock(c, a);
	cloud_reached(c);
	rc = c->provider->polled(c->account, p->which, &in, &e, &v);
	if (rc == CLOUD_POLL_UNREADABLE && make_confirm(p)) {
		unreadable(p, &e, &in);
		return;
	}
	if (rc == CLOUD_POLL_REFUSED || rc == CLOUD_POLL_UNREADABLE) {
		cloud_events_free(&e);
		c->count.unreadable += rc == CLOUD_POLL_UNREADABLE;
		poll_failed(p, rc == CLOUD_POLL_UNREADABLE ? "unreadable" : v.code, v.words);
		return;
	}
	if (rc == CLOUD_POLL_DONE || e.count > 0) /* a token alone proves nothing of the queue */
		poll_went_well(p);
	p->more = rc == CLOUD_POLL_MORE;
	cloud_hand_in(c, &e, NULL, p, NULL, NULL);
}

static void ask(struct poll *p)
{
	struct channel *c = p->channel;
	struct cloud_moment t = cloud_now();
	struct cloud_request rq;

	p->more = false;
	p->off = !c->provider->poll(c->account, p->which, &t, &rq);
	if (p->off)
		return;
	c->count.polls++;
	p->transfer = cloud_transfer(c, c->ask, &rq, on_polled, p);
	if (p->transfer == NULL)
		next(p);
}

/* -- questions ------------------------------------------------------------------------------ */

static void question_drop(struct question *q)
{
	struct question **at = &q->channel->questions;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	q->channel->question_count--;
	explicit_bzero(&q->m, sizeof q->m);
	free(q);
}

static void put_questions(struct channel *c);

/* An answer that knows nothing of it settles nothing: the request may still be on its way there. */
static void on_question(void *arg, const struct http_answer *a)
{
	struct question *q = arg;
	struct channel *c = q->channel;
	const struct cloud_answer in = cloud_answer_of(a);
	struct cloud_events e = { .count = 0 };

	if (a->outcome == HTTP_ANSWERED && c->provider->queried(c->account, &q->m, &in, &e) &&
		e.count > 0) {
		cloud_look_at_clock(c, a);
		cloud_hand_in(c, &e, &q->m, NULL, NULL, NULL);
	}
	cloud_events_free(&e);
	question_drop(q);
	put_questions(c);
}

/* False: this provider cannot be asked about it. */
static bool put_question(struct question *q)
{
	struct channel *c = q->channel;
	struct cloud_moment t = cloud_now();
	struct cloud_request rq;

	if (!c->provider->query(c->account, &q->m, q->id, &t, &rq))
		return false;
	c->count.questions++;
	q->transfer = cloud_transfer(c, c->ask, &rq, on_question, q);
	return q->transfer != NULL;
}

/* A few at a time: after an outage there may be many. */
static void put_questions(struct channel *c)
{
	struct question *next_one;
	int under_way = 0;

	for (struct question *q = c->questions; q != NULL; q = q->next)
		under_way += q->transfer != NULL;
	for (struct question *q = c->questions; q != NULL && under_way < QUESTIONS_AT_ONCE;
		q = next_one) {
		next_one = q->next;
		if (q->transfer != NULL)
			continue;
		if (put_question(q))
			under_way++;
		else
			question_drop(q);
	}
}

bool cloud_question(struct channel *c, const struct outgoing *m, const char *id)
{
	struct question *q;

	if (c->provider->query == NULL || c->question_count >= QUESTIONS)
		return false;
	for (q = c->questions; q != NULL; q = q->next)
		if (strcmp(q->m.own_ref, m->own_ref) == 0)
			return true;
	q = calloc(1, sizeof *q);
	if (q == NULL)
		abort();
	q->channel = c;
	q->m = *m;
	snprintf(q->id, sizeof q->id, "%s", id);
	q->next = c->questions;
	c->questions = q;
	c->question_count++;
	put_questions(c);
	return true;
}

/* -- life ----------------------------------------------------------------------------------- */

void cloud_poll_start(struct channel *c)
{
	for (int i = 0; i < CLOUD_POLLS; i++) {
		struct poll *p = &c->poll[i];

		p->channel = c;
		p->which = i;
		cloud_timer(c, &p->timer);
		if (i < c->provider->polls)
			again_in(p, 0);
	}
}

void cloud_poll_stop(struct channel *c)
{
	while (c->questions != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) it unlinks: each is another one */
		question_drop(c->questions);
	for (int i = 0; i < CLOUD_POLLS; i++)
		if (c->poll[i].has_confirm)
			cloud_request_free(&c->poll[i].confirm);
}
