/*
 * What comes in: receipts, replies and keys, by callback, poll or query. The events of one answer
 * are a batch. Each has a token; the source hears that all is well only when every token is
 * committed: the callback gets its answer, the poll goes on and confirms.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cloud_room.h"
#include "log.h"
#include "seal.h"
#include "text.h"

#include "banned.h"

enum {
	HOOK_MS = 2000,  /* so long a provider waits for the answer of its callback */
	AGAIN_MS = 2000, /* until what could not be committed is handed in again */
	LOOK_MS = 250,
	SAME_MS = 10 * 60 * 1000, /* a provider repeats a callback within minutes */
	RAW_MAX = 1024            /* of an unreadable callback, kept as hex */
};

struct batch {
	struct batch *next;
	struct cloud_events events;
	struct buf raw; /* hex of what could not be read: one event stands for it */
	uint8_t raw_hash[SEAL_HASH];
	int64_t first_token, since_ms;
	struct outgoing *about; /* NULL: nobody knows before the desk looks */
	struct poll *poll;
	void (*done)(void *arg, bool ok);
	void *arg;
	bool *taken;  /* by event: it is on our disk */
	size_t open;  /* handed in, not yet answered */
	bool handing; /* cloud_committed() may come from inside */
	bool bad;
};

/* -- one event ------------------------------------------------------------------------------ */

static void hash(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text) + 1);
}

/*
 * The same reply by callback and by poll is the same: by the provider's id of it, else by its time.
 * Of one that has neither, the same text again a while later is another answer, not a repetition.
 */
static void fingerprint(
	const struct channel *c, const struct cloud_event *e, const char *kind, uint8_t out[32])
{
	int64_t when = e->at_ms != 0 ? e->at_ms : clock_now_ms() / SAME_MS;
	char at[24];
	struct buf b;

	snprintf(at, sizeof at, "%lld", (long long)when);
	buf_init(&b, 4096);
	hash(&b, c->provider->kind);
	hash(&b, kind);
	hash(&b, e->number);
	hash(&b, e->id[0] != '\0' ? e->id : at);
	hash(&b, e->own_ref);
	hash(&b, e->text);
	seal_sha256(b.data, b.len, out);
	explicit_bzero(b.data, b.cap);
	buf_free(&b);
}

static size_t to_units(const char *text, uint16_t *out)
{
	const char *end = text + strlen(text);
	size_t n = 0;

	while (text < end) {
		uint32_t ch = text_next(&text, end);

		if (ch == TEXT_BAD)
			ch = 0xFFFD;
		if (ch > 0xFFFF) {
			out[n++] = (uint16_t)(0xD800 + ((ch - 0x10000) >> 10));
			out[n++] = (uint16_t)(0xDC00 + ((ch - 0x10000) & 0x3FF));
		} else {
			out[n++] = (uint16_t)ch;
		}
	}
	return n;
}

static bool is_number(const char *s)
{
	s += *s == '+';
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static void hand_in_text(
	struct channel *c, int64_t token, const struct batch *b, const struct cloud_event *e)
{
	uint16_t units[sizeof e->text];
	bool is_key = e->kind == CLOUD_KEY;
	struct incoming in = { .channel = c->name,
		.kind = is_key ? "key" : "sms",
		.from = e->number[0] == '\0' && b->about != NULL ? b->about->to : e->number,
		.answerable = is_number(e->number),
		.about_id = !is_key            ? 0
			    : b->about != NULL ? b->about->id
					       : own_ref_id(e->own_ref),
		.other_ref = is_key ? e->id : "",
		.units = units,
		.unit_count = to_units(e->text, units),
		.written_ms = e->at_ms };

	fingerprint(c, e, in.kind, in.fingerprint);
	c->ev.on_incoming(c->ev.arg, token, &in);
}

static void hand_in_report(
	struct channel *c, int64_t token, const struct batch *b, const struct cloud_event *e)
{
	struct report r = { .id = b->about != NULL ? b->about->id : own_ref_id(e->own_ref),
		.other_ref = e->id,
		.mr = -1,
		.number = e->number[0] == '\0' && b->about != NULL ? b->about->to : e->number,
		.outcome = e->outcome,
		.error = e->code,
		.part = e->part,
		.parts = e->parts };

	c->ev.on_report(c->ev.arg, token, &r);
}

static void hand_in_raw(struct channel *c, int64_t token, const struct batch *b)
{
	uint16_t units[2 * RAW_MAX];
	struct incoming in = { .channel = c->name,
		.kind = "raw",
		.from = "unreadable",
		.units = units,
		.unit_count = b->raw.len };

	for (size_t i = 0; i < b->raw.len; i++)
		units[i] = (unsigned char)b->raw.data[i];
	memcpy(in.fingerprint, b->raw_hash, sizeof in.fingerprint);
	c->ev.on_incoming(c->ev.arg, token, &in);
}

static void hand_in_one(struct channel *c, const struct batch *b, size_t i)
{
	const struct cloud_event *e = &b->events.at[i];
	int64_t token = b->first_token + (int64_t)i;

	if (b->raw.len > 0)
		hand_in_raw(c, token, b);
	else if (e->kind == CLOUD_REPORT)
		hand_in_report(c, token, b, e);
	else
		hand_in_text(c, token, b, e);
}

/*
 * A signature or template that a carrier does not know is told by the receipt alone: the provider
 * took the message. The channel sends on, since other carriers may know it.
 */
static void look_at_receipt(struct channel *c, const struct cloud_event *e)
{
	char text[300], code[64];

	if (strcmp(e->outcome, "delivered") == 0)
		cloud_alarm(c, CLOUD_ALARM_RECEIPT, "", false);
	if (strcmp(e->outcome, "failed") != 0 || e->class_ != CLOUD_CONFIG)
		return;
	cloud_words(e->code, "", code, sizeof code);
	snprintf(text, sizeof text, "%s的回执说签名、模板或账号有问题(%s),请和服务商核对",
		c->provider->name, code);
	cloud_alarm(c, CLOUD_ALARM_RECEIPT, text, true);
}

static void count(struct channel *c, const struct cloud_event *e)
{
	int64_t *const counts[] = { [CLOUD_REPORT] = &c->count.reports,
		[CLOUD_REPLY] = &c->count.replies,
		[CLOUD_KEY] = &c->count.keys };

	++*counts[e->kind];
	if (e->kind == CLOUD_REPLY)
		cloud_alarm(c, CLOUD_ALARM_UNREADABLE, "", false);
	else if (e->kind == CLOUD_REPORT)
		look_at_receipt(c, e);
}

/* -- a batch -------------------------------------------------------------------------------- */

static void batch_free(struct channel *c, struct batch *b)
{
	struct batch **at = &c->batches;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	if (b->about != NULL)
		explicit_bzero(b->about, sizeof *b->about);
	free(b->about);
	free(b->taken);
	cloud_events_free(&b->events);
	buf_free(&b->raw);
	free(b);
}

/* All that it had out has been answered. */
static void batch_ended(struct channel *c, struct batch *b)
{
	struct poll *poll = b->poll;

	if (poll != NULL && b->bad)
		return; /* look_at() hands in again what is missing: its source may have forgotten it */
	if (b->done != NULL)
		b->done(b->arg, !b->bad);
	batch_free(c, b);
	if (poll != NULL)
		cloud_poll_committed(poll);
}

/* What is not taken yet; at the end of it the batch may be gone. */
static void hand_in(struct channel *c, struct batch *b)
{
	b->handing = true;
	b->bad = false;
	b->since_ms = clock_mono_ms();
	for (size_t i = 0; i < b->events.count; i++) {
		if (b->taken[i])
			continue;
		b->open++;
		hand_in_one(c, b, i);
	}
	b->handing = false;
	if (b->open == 0)
		batch_ended(c, b);
}

static struct batch *batch_of(struct channel *c, int64_t token)
{
	for (struct batch *b = c->batches; b != NULL; b = b->next)
		if (token >= b->first_token && token < b->first_token + (int64_t)b->events.count)
			return b;
	return NULL;
}

void cloud_committed(struct channel *c, int64_t token, bool ok)
{
	struct batch *b = batch_of(c, token);
	size_t i;

	if (b == NULL)
		return;
	i = (size_t)(token - b->first_token);
	assert(b->open > 0 && !b->taken[i]);
	b->taken[i] = ok;
	b->bad = b->bad || !ok;
	if (ok && b->raw.len == 0)
		count(c, &b->events.at[i]);
	if (--b->open == 0 && !b->handing)
		batch_ended(c, b);
}

/* A callback whose time is over is told so (it comes again); a poll's rest is handed in again. */
static void look_at(struct channel *c, struct batch *b)
{
	int64_t age = clock_mono_ms() - b->since_ms;
	void (*done)(void *arg, bool ok) = b->done;

	if (b->poll != NULL && b->bad && b->open == 0 && age >= AGAIN_MS) {
		hand_in(c, b);
	} else if (done != NULL && age >= HOOK_MS) {
		b->done = NULL;
		done(b->arg, false);
	}
}

static void on_late(uv_timer_t *timer)
{
	struct channel *c = timer->data;
	struct batch *next;

	for (struct batch *b = c->batches; b != NULL; b = next) {
		next = b->next;
		look_at(c, b);
	}
	if (c->batches == NULL)
		uv_timer_stop(timer);
}

static struct batch *batch_new(struct channel *c, struct cloud_events *e, struct poll *poll,
	void (*done)(void *arg, bool ok), void *arg)
{
	struct batch *b = calloc(1, sizeof *b);

	if (b == NULL || (b->taken = calloc(e->count + 1, sizeof *b->taken)) == NULL)
		abort();
	b->events = *e;
	*e = (struct cloud_events){ .count = 0 };
	buf_init(&b->raw, 2 * RAW_MAX + 1);
	b->poll = poll;
	b->done = done;
	b->arg = arg;
	b->first_token = c->next_token;
	c->next_token += (int64_t)b->events.count;
	b->next = c->batches;
	c->batches = b;
	if (!uv_is_active((uv_handle_t *)&c->late))
		uv_timer_start(&c->late, on_late, LOOK_MS, LOOK_MS);
	return b;
}

void cloud_hand_in(struct channel *c, struct cloud_events *e, const struct outgoing *about,
	struct poll *poll, void (*done)(void *arg, bool ok), void *arg)
{
	struct batch *b = batch_new(c, e, poll, done, arg);

	if (about != NULL) {
		b->about = malloc(sizeof *b->about);
		if (b->about == NULL)
			abort();
		*b->about = *about;
	}
	hand_in(c, b);
}

void cloud_hand_in_raw(struct channel *c, const char *bytes, size_t n, struct poll *poll,
	void (*done)(void *arg, bool ok), void *arg)
{
	struct cloud_events one = { .count = 0 };
	char hex[2 * RAW_MAX + 1], text[160];
	struct batch *b;

	snprintf(text, sizeof text, "%s送来一条看不懂的回复,原文的字节留在收件箱,请联系维护",
		c->provider->name);
	cloud_alarm(c, CLOUD_ALARM_UNREADABLE, text, true);

	cloud_event_add(&one, CLOUD_REPLY);
	b = batch_new(c, &one, poll, done, arg);
	seal_sha256(bytes, n, b->raw_hash);
	buf_adds(&b->raw, seal_hex(bytes, n < RAW_MAX ? n : RAW_MAX, hex));
	hand_in(c, b);
}

/* -- callbacks ------------------------------------------------------------------------------ */

static bool refuse(struct channel_hook_answer *answer, int status)
{
	*answer = (struct channel_hook_answer){ .status = status, .content_type = "text/plain" };
	return false;
}

bool cloud_hook(struct channel *c, const struct channel_hook *h, struct channel_hook_answer *answer,
	void (*done)(void *arg, bool ok), void *arg)
{
	struct cloud_events e = { .count = 0 };
	enum cloud_hook_rc rc;

	*answer = (struct channel_hook_answer){ .status = 200, .content_type = "text/plain" };
	if (c->provider->hook == NULL)
		return refuse(answer, 404);
	c->count.hooks++;
	rc = c->provider->hook(c->account, h, &e, answer);
	if (rc == CLOUD_HOOK_TAKEN) {
		cloud_hand_in(c, &e, NULL, NULL, done, arg);
		return true;
	}
	cloud_events_free(&e);
	if (rc == CLOUD_HOOK_FORGED) {
		c->count.forged++;
		log_warn("callback with a wrong signature channel=%s address=%s", c->name, h->peer);
		return refuse(answer, 403);
	}
	c->count.unreadable++;
	log_warn("unreadable callback channel=%s what=%s bytes=%zu", c->name, h->what, h->body_len);
	if (strcmp(h->what, "inbound") != 0 || h->body_len == 0)
		return refuse(answer, 400);
	/* Still somebody's reply: its bytes are kept. (It had the secret: it is not from just anybody.) */
	*answer = (struct channel_hook_answer){ .status = 200, .content_type = "text/plain" };
	cloud_hand_in_raw(c, h->body, h->body_len, NULL, done, arg);
	return true;
}

/* -- life ----------------------------------------------------------------------------------- */

void cloud_inbox_start(struct channel *c)
{
	c->next_token = 1;
	cloud_timer(c, &c->late);
}

void cloud_inbox_stop(struct channel *c)
{
	while (c->batches != NULL) {
		if (c->batches->done != NULL)
			c->batches->done(c->batches->arg, false);
		batch_free(c, c->batches);
	}
}
