/*
 * /hooks/{channel}/{secret}/{what}: what providers tell us. Most of them do not sign: a long
 * secret in the path and a list of addresses stand for that. Whoever has neither learns nothing,
 * not even whether the channel exists, and costs no body and no job.
 */
#include <string.h>

#include "channel.h"
#include "cidr.h"
#include "clock.h"
#include "json.h"
#include "log.h"
#include "seal.h"
#include "web_room.h"

#include "banned.h"

static const json_t *own_of(const struct settings *set, const char *channel)
{
	for (int i = 0; i < set->channel_count; i++)
		if (strcmp(set->channel[i].name, channel) == 0)
			return set->channel[i].own;
	return NULL;
}

/* By their hashes, so that neither length nor first letters show in the time. */
static bool is_secret(const char *given, const char *secret)
{
	uint8_t a[SEAL_HASH], b[SEAL_HASH];

	seal_sha256(given, strlen(given), a);
	seal_sha256(secret == NULL ? "" : secret, secret == NULL ? 0 : strlen(secret), b);
	return seal_equal(a, b, sizeof a) && secret != NULL && secret[0] != '\0';
}

static bool is_allowed(const json_t *list, const char *address)
{
	size_t i;
	json_t *v;

	if (list == NULL)
		return true;
	if (json_is_string(list))
		return cidr_holds(json_string_value(list), address);
	json_array_foreach(list, i, v)
		if (json_is_string(v) && cidr_holds(json_string_value(v), address))
			return true;
	return false;
}

static bool is_what(const char *what)
{
	return strcmp(what, "receipt") == 0 || strcmp(what, "inbound") == 0 ||
	       strcmp(what, "voice") == 0;
}

bool web_hook_head(struct web *w, struct request *rq)
{
	const json_t *own = own_of(rq->set, route_arg(&rq->args, "channel"));
	bool right = is_secret(route_arg(&rq->args, "secret"), json_str(own, "hook_secret"));
	const char *address = rq->peer->address;

	if (right && is_what(route_arg(&rq->args, "what")) &&
		is_allowed(json_object_get(own, "hook_allow"), address))
		return true;
	metric_add(
		metric_get("quanzu_hooks_refused_total",
			"callbacks with a wrong path or from an address that is not allowed", ""),
		1);
	if (throttle_take(w->throttle, 'h', address, clock_mono_ms()))
		log_warn("callback refused address=%s reason=%s", address,
			right ? "address or path" : "path");
	request_problem(rq, 404, "no_such_path", "没有这个地址，可用的地址见 /openapi.json。");
	return false;
}

struct hook { /* in the arena of the request */
	struct request *rq;
	struct channel_hook_answer answer;
};

static void answer_with(struct request *rq, const struct channel_hook_answer *a)
{
	rq->status = a->status;
	rq->type = a->content_type;
	buf_adds(&rq->out, a->body);
	request_done(rq);
}

/* All that it held is on our disk; or it is not, and the provider has to come again. */
static void hook_done(void *arg, bool ok)
{
	struct hook *h = arg;

	if (ok) {
		answer_with(h->rq, &h->answer);
		return;
	}
	request_problem(h->rq, 503, "not_stored", "没有存下，请稍后重发。");
	request_done(h->rq);
}

static const char *header_of(void *arg, const char *name)
{
	return request_sent_header(arg, name);
}

void web_hook(struct request *rq)
{
	struct web *w = rq->web;
	struct hook *h = arena_take(&rq->arena, sizeof *h);
	struct channel_hook in = { .what = route_arg(&rq->args, "what"),
		.method = method_name(rq->method),
		.url = rq->target,
		.content_type = rq->head.content_type == NULL ? "" : rq->head.content_type,
		.peer = rq->peer->address,
		.header = header_of,
		.arg = rq,
		.body = buf_str(&rq->body),
		.body_len = rq->body.len,
		.now_ms = clock_now_ms() };

	*h = (struct hook){ .rq = rq };
	if (!web_may_write(rq)) {
		request_done(rq);
		return;
	}
	if (w->hooks.hook == NULL)
		h->answer.status = 503;
	else if (w->hooks.hook(w->hooks.arg, route_arg(&rq->args, "channel"), &in, &h->answer,
			 hook_done, h))
		return;
	answer_with(rq, &h->answer);
}
