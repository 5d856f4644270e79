/*
 * A message's way through a cloud: claimed on disk by the desk, request made by the provider's
 * pure half, one transfer, one verdict. What decides is whether the request left:
 *
 *     the connection never stood      NOT_SENT, nothing lost, another try is free
 *     answered, and the answer reads  SENT or REFUSED with a class
 *     left, and no whole answer       UNSURE: the desk asks (query), a receipt settles it, or time
 */
#include "cloud_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cloud_account.h"
#include "cloud_room.h"
#include "json.h"
#include "log.h"
#include "seal.h"

#include "banned.h"

enum { WORDS = 60 };

struct flight {
	struct channel *channel;
	struct flight *next;
	struct http_transfer *transfer;
	struct outgoing m;
};

/* -- transfers ------------------------------------------------------------------------------ */

struct cloud_moment cloud_now(void)
{
	struct cloud_moment t = { .now_ms = clock_now_ms() };
	unsigned char bytes[16];

	seal_random(bytes, sizeof bytes);
	seal_hex(bytes, sizeof bytes, t.nonce);
	return t;
}

struct cloud_answer cloud_answer_of(const struct http_answer *a)
{
	return (struct cloud_answer){
		.status = a->status, .body = a->body, .len = a->len, .content_type = a->content_type
	};
}

struct http_transfer *cloud_transfer(struct channel *c, struct http_client *client,
	struct cloud_request *rq, http_done *done, void *arg)
{
	struct buf line[CLOUD_HEADERS];
	const char *header[CLOUD_HEADERS];
	struct http_request out = { .method = rq->method,
		.url = buf_str(&rq->url),
		.header = header,
		.header_count = rq->header_count,
		.body = rq->body.data,
		.body_len = rq->body.len,
		.timeout_ms = rq->timeout_ms > 0 ? rq->timeout_ms : c->transport.timeout_ms };
	struct http_transfer *t;

	for (int i = 0; i < rq->header_count; i++) {
		buf_init(&line[i], HTTP_HEAD_MAX);
		buf_addf(&line[i], "%s: %s", rq->header[i].name, buf_str(&rq->header[i].value));
		header[i] = buf_str(&line[i]);
	}
	t = http_client_start(client, &out, done, arg);
	for (int i = 0; i < rq->header_count; i++) {
		explicit_bzero(line[i].data, line[i].cap);
		buf_free(&line[i]);
	}
	cloud_request_free(rq);
	return t;
}

/* -- verdicts ------------------------------------------------------------------------------- */

/* clang-format off */
static const struct { enum send_verdict verdict; enum send_class class_; } verdicts[] = {
	[CLOUD_OK] = { SEND_SENT, SEND_PASSING },
	[CLOUD_RETRY] = { SEND_REFUSED, SEND_PASSING },
	[CLOUD_RATE] = { SEND_REFUSED, SEND_RATE },
	[CLOUD_CONFIG] = { SEND_REFUSED, SEND_STOP },
	[CLOUD_MESSAGE] = { SEND_REFUSED, SEND_TEXT },
	[CLOUD_NUMBER] = { SEND_REFUSED, SEND_NUMBER },
	[CLOUD_OTHER] = { SEND_REFUSED, SEND_CARD },
	[CLOUD_UNKNOWN] = { SEND_UNSURE, SEND_PASSING },
	[CLOUD_BUSY] = { SEND_REFUSED, SEND_BUSY },
	[CLOUD_NO_REPLY] = { SEND_REFUSED, SEND_NO_REPLY },
};
/* clang-format on */

static void tell(struct channel *c, const struct send_result *r)
{
	int64_t *const counts[] = { [SEND_SENT] = &c->count.sent,
		[SEND_REFUSED] = &c->count.refused,
		[SEND_NOT_SENT] = &c->count.not_sent,
		[SEND_UNSURE] = &c->count.unsure };

	++*counts[r->verdict];
	c->ev.on_sent(c->ev.arg, r);
}

/* A code that nobody knows may pass once; when it comes again before anything was taken, it is ours to look at. */
static void judge_unknown(struct channel *c, struct cloud_verdict *v)
{
	if (v->class_ == CLOUD_OK)
		c->unknown[0] = '\0';
	if (v->class_ != CLOUD_RETRY || !v->unknown)
		return;
	if (strcmp(c->unknown, v->code) == 0)
		v->class_ = CLOUD_CONFIG;
	snprintf(c->unknown, sizeof c->unknown, "%s", v->code);
}

static void judge(struct channel *c, const struct outgoing *m, const struct http_answer *a)
{
	const struct cloud_answer in = cloud_answer_of(a);
	struct cloud_verdict v = { .class_ = CLOUD_UNKNOWN };
	char error[WORDS];

	c->provider->sent(c->account, m, &in, &v);
	judge_unknown(c, &v);
	cloud_words(v.code, v.words, error, sizeof error);
	cloud_reached(c);
	if (v.class_ == CLOUD_CONFIG)
		cloud_stop_sending(c, &v);
	tell(c, &(struct send_result){ .id = m->id,
			.verdict = verdicts[v.class_].verdict,
			.class_ = verdicts[v.class_].class_,
			.parts = v.parts > 0 ? v.parts : 1,
			.retry_ms = v.class_ == CLOUD_RATE ? v.retry_ms : 0,
			.one_number = v.class_ == CLOUD_RATE && v.one_number,
			.error = v.class_ == CLOUD_OK ? "" : error,
			.other_ref = v.id });
}

static void unlink_flight(struct flight *f)
{
	struct flight **at = &f->channel->flights;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	f->channel->busy--;
}

static void on_answer(void *arg, const struct http_answer *a)
{
	struct flight *f = arg;
	struct channel *c = f->channel;
	bool was_full = c->busy == c->transport.parallel;

	unlink_flight(f);
	if (a->outcome == HTTP_ANSWERED) {
		cloud_look_at_clock(c, a);
		judge(c, &f->m, a);
	} else {
		cloud_failed(c, a->why);
		tell(c, &(struct send_result){ .id = f->m.id,
				.verdict = a->outcome == HTTP_SILENT ? SEND_UNSURE : SEND_NOT_SENT,
				.class_ = SEND_PASSING,
				.parts = 1,
				.error = http_why_code(a->why),
				.other_ref = "" });
	}
	free(f);
	if (was_full && c->state == CLOUD_READY)
		c->ev.on_ready(c->ev.arg);
}

/* -- the contract --------------------------------------------------------------------------- */

static int room(const struct channel *c, enum outgoing_kind kind)
{
	bool serves =
		kind == OUTGOING_CALL ? c->voice && c->provider->voice : c->sms && c->provider->sms;

	if (!serves || c->state == CLOUD_STOPPED)
		return 0;
	if (c->state == CLOUD_WAITING) /* one, when the pause is over */
		return uv_is_active((const uv_handle_t *)&c->wake) || c->busy > 0 ? 0 : 1;
	return c->transport.parallel - c->busy;
}

static bool send_one(struct channel *c, const struct outgoing *m)
{
	const char *why;
	struct cloud_moment t = cloud_now();
	struct cloud_request rq;
	struct flight *f;

	if (room(c, m->kind) <= 0)
		return false;
	why = c->provider->unfit(c->account, m);
	if (why != NULL) {
		tell(c, &(struct send_result){ .id = m->id,
				.verdict = SEND_REFUSED,
				.class_ = SEND_TEXT,
				.error = why,
				.other_ref = "" });
		return true;
	}
	f = calloc(1, sizeof *f);
	if (f == NULL)
		abort();
	f->channel = c;
	f->m = *m;
	c->provider->send(c->account, m, &t, &rq);
	f->transfer = cloud_transfer(c, c->out, &rq, on_answer, f);
	if (f->transfer == NULL) {
		free(f);
		return false;
	}
	f->next = c->flights;
	c->flights = f;
	c->busy++;
	return true;
}

static void resume(struct channel *c)
{
	if (c->state == CLOUD_STOPPED)
		cloud_ready(c);
}

static bool query(struct channel *c, const struct outgoing *m, const char *other_ref)
{
	return cloud_question(c, m, other_ref == NULL ? "" : other_ref);
}

static json_t *counters(const struct cloud_counts *n)
{
	json_t *o = json_object();

	json_put_int(o, "sent", n->sent);
	json_put_int(o, "refused", n->refused);
	json_put_int(o, "not_sent", n->not_sent);
	json_put_int(o, "unsure", n->unsure);
	json_put_int(o, "received", n->replies);
	json_put_int(o, "keys", n->keys);
	json_put_int(o, "reports", n->reports);
	json_put_int(o, "callbacks", n->hooks);
	json_put_int(o, "forged", n->forged);
	json_put_int(o, "unreadable", n->unreadable);
	json_put_int(o, "polls", n->polls);
	json_put_int(o, "polls_failed", n->polls_failed);
	json_put_int(o, "questions", n->questions);
	return o;
}

static json_t *health(const struct channel *c)
{
	json_t *o = json_object();

	cloud_state_tell(c, o);
	json_put_str(o, "operator", c->provider->name);
	json_put_int(o, "under_way", c->busy);
	json_object_set_new(o, "count", counters(&c->count));
	return o;
}

/* The provider's half of the keys, opened; NULL: *wrong. */
static struct cloud_account *open_account(const struct channel_settings *set,
	const struct cloud_provider *p, struct cloud_wrong *wrong)
{
	struct channel_settings rest = *set;
	struct cloud_account *a;

	rest.own = cloud_transport_rest(set->own);
	a = p->open(&rest, wrong);
	json_decref(rest.own);
	/* cppcheck-suppress returnDanglingLifetime ; an account keeps copies, nothing of the settings */
	return a;
}

/* What the office should know before it relies on this channel. */
static void tell_what_cannot_go(const struct channel_settings *set, const struct cloud_account *a,
	const struct settings *all)
{
	struct buf lines;

	buf_init(&lines, 16 * 1024);
	cloud_account_check(a, &all->templates, &lines);
	for (const char *s = buf_str(&lines); *s != '\0'; s += strcspn(s, "\n"), s += *s == '\n')
		log_warn("channel %s: %.*s", set->name, (int)strcspn(s, "\n"), s);
	buf_free(&lines);
}

static const char *check(const struct channel_settings *set, const struct settings *all,
	const char **key, char *text, size_t n)
{
	static struct cloud_wrong wrong; /* its key is read after we have returned */
	const struct cloud_provider *p = cloud_provider_of(set->kind);
	struct cloud_transport transport;
	struct cloud_account *a = NULL;

	memset(&wrong, 0, sizeof wrong);
	if (cloud_transport_read(set->own, &transport, &wrong))
		a = open_account(set, p, &wrong);
	if (a != NULL) {
		tell_what_cannot_go(set, a, all);
		p->close(a);
		return NULL;
	}
	*key = wrong.key[0] == '\0' ? NULL : wrong.key;
	snprintf(text, n, "%s", wrong.text);
	return text;
}

/* -- what it could ever send ------------------------------------------------------------------ */

struct channel_offer {
	const struct cloud_provider *provider;
	struct cloud_account *account;
	bool sms, voice;
};

static struct channel_offer *offer(const struct channel_settings *set)
{
	const struct cloud_provider *p = cloud_provider_of(set->kind);
	struct cloud_wrong wrong;
	struct cloud_account *a = open_account(set, p, &wrong);
	struct channel_offer *o;

	if (a == NULL)
		return NULL;
	o = malloc(sizeof *o);
	if (o == NULL)
		abort();
	*o = (struct channel_offer){ .provider = p,
		.account = a,
		.sms = p->sms && set->sms,
		.voice = p->voice && set->voice };
	return o;
}

static void offer_free(struct channel_offer *o)
{
	if (o != NULL)
		o->provider->close(o->account);
	free(o);
}

static bool takes(const struct channel_offer *o, const struct outgoing *m)
{
	if (o == NULL || !(m->kind == OUTGOING_CALL ? o->voice : o->sms))
		return false;
	return o->provider->unfit(o->account, m) == NULL;
}

/* -- life ----------------------------------------------------------------------------------- */

void cloud_timer(struct channel *c, uv_timer_t *timer)
{
	uv_timer_init(c->loop, timer);
	timer->data = c;
	c->handles++;
}

static struct channel *start(
	uv_loop_t *loop, const struct channel_settings *set, const struct channel_events *ev)
{
	struct channel *c = calloc(1, sizeof *c);
	struct cloud_wrong wrong = { .key = "" };
	struct http_config config;

	if (c == NULL)
		abort();
	c->loop = loop;
	c->ev = *ev;
	c->sms = set->sms;
	c->voice = set->voice;
	snprintf(c->name, sizeof c->name, "%s", set->name);
	c->provider = cloud_provider_of(set->kind);
	if (!cloud_transport_read(set->own, &c->transport, &wrong) ||
		(c->account = open_account(set, c->provider, &wrong)) == NULL)
		fatal(EXIT_CONFIG, "channel %s: %s", set->name, wrong.text);
	config = (struct http_config){ .parallel = c->transport.parallel,
		.connect_ms = c->transport.connect_ms,
		.proxy = c->transport.proxy,
		.ca_file = c->transport.ca_file };
	c->out = http_client_new(loop, &config);
	config.parallel = 2 * CLOUD_POLLS;
	c->ask = http_client_new(loop, &config);
	cloud_begin(c);
	cloud_inbox_start(c);
	cloud_poll_start(c);
	return c;
}

static void handle_closed(uv_handle_t *handle)
{
	struct channel *c = handle->data;

	if (--c->handles == 0)
		free(c);
}

static void close_timer(uv_timer_t *timer, struct channel *c)
{
	timer->data = c;
	uv_close((uv_handle_t *)timer, handle_closed);
}

static void end_flights(struct channel *c)
{
	while (c->flights != NULL) {
		struct flight *f = c->flights;
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) unlinked below: each is another one */
		bool left = http_client_cancel(f->transfer);

		unlink_flight(f);
		tell(c, &(struct send_result){ .id = f->m.id,
				.verdict = left ? SEND_UNSURE : SEND_NOT_SENT,
				.class_ = SEND_PASSING,
				.parts = 1,
				.error = "stopped",
				.other_ref = "" });
		free(f);
	}
}

static void stop(struct channel *c)
{
	end_flights(c);
	cloud_poll_stop(c);
	cloud_inbox_stop(c);
	http_client_close(c->out);
	http_client_close(c->ask);
	c->provider->close(c->account);
	explicit_bzero(&c->transport, sizeof c->transport);
	for (int i = 0; i < CLOUD_POLLS; i++)
		close_timer(&c->poll[i].timer, c);
	close_timer(&c->late, c);
	close_timer(&c->wake, c);
}

const struct channel_kind cloud_channel = { .kind = "cloud",
	.ends_by_report = true,
	.check = check,
	.start = start,
	.stop = stop,
	.room = room,
	.send = send_one,
	.committed = cloud_committed,
	.health = health,
	.resume = resume,
	.offer = offer,
	.offer_free = offer_free,
	.takes = takes,
	.query = query,
	.hook = cloud_hook };
