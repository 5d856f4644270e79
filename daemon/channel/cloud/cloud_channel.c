/*
 * A message's way through a cloud: claimed on disk by the desk, request made by the provider's
 * pure half, one transfer, one verdict. What decides is whether the request left:
 *
 *     the connection never stood      NOT_SENT, nothing lost, another try is free
 *     answered, and the answer reads  SENT or REFUSED with a class
 *     left, and no whole answer       UNSURE: asked for, settled by its receipt, else by the desk
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

enum { SKEW_MS = 2 * 60 * 1000, FAILURES_MAX = 3, WAIT_MS = 5000, WAIT_MAX_MS = 60000, WORDS = 60 };

struct flight {
	struct channel *channel;
	struct flight *next;
	struct http_transfer *transfer;
	struct outgoing m;
};

/* -- words and alarms ----------------------------------------------------------------------- */

static const char *const state_codes[] = {
	[CLOUD_READY] = "ready", [CLOUD_WAITING] = "waiting", [CLOUD_STOPPED] = "stopped"
};

static const char *const alarm_codes[CLOUD_ALARMS] = { [CLOUD_ALARM_STOPPED] = "stopped",
	[CLOUD_ALARM_UNREACHABLE] = "unreachable",
	[CLOUD_ALARM_CLOCK] = "clock",
	[CLOUD_ALARM_POLLING] = "polling",
	[CLOUD_ALARM_UNREADABLE] = "unreadable" };

void cloud_alarm(struct channel *c, enum cloud_alarm alarm, const char *text, bool on)
{
	if (c->alarm[alarm] == on)
		return;
	c->alarm[alarm] = on;
	log_warn("channel alarm name=%s kind=%s on=%d", c->name, alarm_codes[alarm], on);
	c->ev.on_alarm(c->ev.arg, alarm_codes[alarm], text, on);
}

/* Providers quote the request in their errors: percent signs, braces and brackets begin such a piece. */
void cloud_words(const char *code, const char *words, char *out, size_t n)
{
	size_t run = 0, at = (size_t)snprintf(out, n, "%s", code);

	if (at >= n)
		at = n - 1;
	if (at > 0 && words[0] != '\0' && at + 1 < n)
		out[at++] = ' ';
	for (const char *s = words; *s != '\0' && strchr("%{[", *s) == NULL && at + 1 < n; s++)
		out[at++] = *s;
	out[at] = '\0';
	for (char *s = out; *s != '\0'; s++) {
		run = *s >= '0' && *s <= '9' ? run + 1 : 0;
		if (run > 4)
			*s = '*';
	}
	while (at > 0 && ((unsigned char)out[at - 1] & 0xC0) == 0x80 && at >= n - 4)
		out[--at] = '\0'; /* no half character at the cut */
}

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

/* -- state ---------------------------------------------------------------------------------- */

static void enter(struct channel *c, enum cloud_state state)
{
	if (c->state != state)
		log_info("channel state name=%s from=%s to=%s", c->name, state_codes[c->state],
			state_codes[state]);
	c->state = state;
	c->since_ms = clock_mono_ms();
}

static void ready(struct channel *c)
{
	if (c->state == CLOUD_STOPPED)
		cloud_alarm(c, CLOUD_ALARM_STOPPED, "", false);
	uv_timer_stop(&c->wake);
	enter(c, CLOUD_READY);
	c->failures = 0;
	c->unknown[0] = '\0';
	c->stopped_by_clock = false;
	c->why[0] = '\0';
	c->ev.on_ready(c->ev.arg);
}

static void stop_sending(struct channel *c, const struct cloud_verdict *v)
{
	char text[400], words[120];

	cloud_words(v->code, v->words, words, sizeof words);
	snprintf(c->why, sizeof c->why, "%s", words);
	c->stopped_by_clock = v->clock;
	if (c->state == CLOUD_STOPPED)
		return;
	uv_timer_stop(&c->wake);
	enter(c, CLOUD_STOPPED);
	log_error("channel stopped until a person acts name=%s code=%s", c->name, v->code);
	snprintf(text, sizeof text,
		"%s通道已停用:%s。处理好以后请恢复这个通道(quanzu channel resume %s)",
		c->provider->name, words, c->name);
	cloud_alarm(c, CLOUD_ALARM_STOPPED, text, true);
	if (v->clock)
		cloud_alarm(c, CLOUD_ALARM_CLOCK, "服务商说时间不对,请校准本机时钟", true);
}

static void on_wake(uv_timer_t *timer)
{
	struct channel *c = timer->data;

	c->ev.on_ready(c->ev.arg);
}

/* Several in a row that did not get through: nothing more is thrown after them for a while. */
static void failed(struct channel *c, enum http_why why)
{
	int64_t pause = WAIT_MS;
	char text[300];

	if (++c->failures < FAILURES_MAX || c->state == CLOUD_STOPPED)
		return;
	for (int i = FAILURES_MAX; i < c->failures && pause < WAIT_MAX_MS; i++)
		pause *= 2;
	snprintf(c->why, sizeof c->why, "%s", http_why_text(why));
	enter(c, CLOUD_WAITING);
	uv_timer_start(&c->wake, on_wake, (uint64_t)(pause < WAIT_MAX_MS ? pause : WAIT_MAX_MS), 0);
	snprintf(
		text, sizeof text, "%s连续%d次没有接通:%s", c->provider->name, c->failures, c->why);
	cloud_alarm(c, CLOUD_ALARM_UNREACHABLE, text, true);
}

void cloud_reached(struct channel *c)
{
	c->failures = 0;
	cloud_alarm(c, CLOUD_ALARM_UNREACHABLE, "", false);
	if (c->state == CLOUD_WAITING)
		ready(c);
}

void cloud_look_at_clock(struct channel *c, const struct http_answer *a)
{
	int64_t off = a->date_ms - clock_now_ms();
	char text[120];

	if (a->date_ms == 0)
		return;
	if (off > SKEW_MS || off < -SKEW_MS) {
		snprintf(text, sizeof text, "本机时钟和%s的差了%lld秒,请校准", c->provider->name,
			(long long)((off < 0 ? -off : off) / 1000));
		cloud_alarm(c, CLOUD_ALARM_CLOCK, text, true);
		return;
	}
	cloud_alarm(c, CLOUD_ALARM_CLOCK, "", false);
	if (c->state == CLOUD_STOPPED && c->stopped_by_clock)
		ready(c);
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
		stop_sending(c, &v);
	if (v.class_ == CLOUD_UNKNOWN)
		cloud_question(c, m, v.id, 0);
	tell(c, &(struct send_result){ .id = m->id,
			.verdict = verdicts[v.class_].verdict,
			.class_ = verdicts[v.class_].class_,
			.parts = v.parts > 0 ? v.parts : 1,
			.retry_ms = v.class_ == CLOUD_RATE ? v.retry_ms : 0,
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
		failed(c, a->why);
		if (a->outcome == HTTP_SILENT)
			cloud_question(c, &f->m, "", 0);
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
		ready(c);
}

static bool query(struct channel *c, const struct outgoing *m, const char *other_ref)
{
	return cloud_question(c, m, other_ref == NULL ? "" : other_ref, 1);
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
	json_t *o = json_object(), *alarms = json_array();

	json_object_set_new(o, "up", json_boolean(c->state == CLOUD_READY));
	json_put_str(o, "state", state_codes[c->state]);
	json_put_int(o, "for_s", (clock_mono_ms() - c->since_ms) / 1000);
	json_put_str(o, "operator", c->provider->name);
	json_put_str(o, "why", c->why);
	json_put_int(o, "under_way", c->busy);
	for (int i = 0; i < CLOUD_ALARMS; i++)
		if (c->alarm[i])
			json_array_append_new(alarms, json_string(alarm_codes[i]));
	json_object_set_new(o, "alarms", alarms);
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

static bool takes(const struct channel_settings *set, const struct outgoing *m)
{
	const struct cloud_provider *p = cloud_provider_of(set->kind);
	struct cloud_wrong wrong;
	struct cloud_account *a;
	bool fits;

	if (m->kind == OUTGOING_CALL ? !p->voice || !set->voice : !p->sms || !set->sms)
		return false;
	a = open_account(set, p, &wrong);
	if (a == NULL)
		return false;
	fits = p->unfit(a, m) == NULL;
	p->close(a);
	return fits;
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
	c->since_ms = clock_mono_ms();
	cloud_timer(c, &c->wake);
	cloud_inbox_start(c);
	cloud_poll_start(c);
	uv_timer_start(&c->wake, on_wake, 0, 0);
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
	close_timer(&c->asking, c);
	close_timer(&c->late, c);
	close_timer(&c->wake, c);
}

const struct channel_kind cloud_channel = { .kind = "cloud",
	.check = check,
	.start = start,
	.stop = stop,
	.room = room,
	.send = send_one,
	.committed = cloud_committed,
	.health = health,
	.resume = resume,
	.takes = takes,
	.query = query,
	.hook = cloud_hook };
