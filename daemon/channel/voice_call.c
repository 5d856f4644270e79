#include "voice_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "seal.h"
#include "voice_menu.h"

#include "banned.h"

enum { AGAIN_MS = 5000, PENDING = 16 };

struct pending {       /* handed in, not committed yet */
	int64_t token; /* 0 free */
	bool offered;
	bool report;
	int64_t id, at_ms;
	char to[32], own_ref[24];
	uint16_t key;
	int nth;
};

struct voice_call {
	struct channel_settings set;
	const struct channel_events *ev;
	struct modem *modem;
	uv_timer_t again;
	struct outgoing out;
	struct voice_menu menu;
	struct modem_call call;
	enum { VOICE_FREE, VOICE_WAITS, VOICE_CALLS } state;
	int keys; /* of this call */
	int64_t token;
	struct pending pending[PENDING];
};

static void fingerprint(const struct voice_call *v, const struct pending *p, uint8_t out[32])
{
	char text[160];
	int n = snprintf(text, sizeof text, "key\n%s\n%lld\n%s\n%d", v->set.name, (long long)p->id,
		p->own_ref, p->nth);

	seal_sha256(text, (size_t)n, out);
}

static void hand_in(struct voice_call *v, struct pending *p)
{
	struct incoming in = { .channel = v->set.name,
		.kind = "key",
		.from = p->to,
		.answerable = true,
		.about_id = p->id,
		.units = &p->key,
		.unit_count = 1,
		.written_ms = p->at_ms };
	struct report r = { .id = p->id, .mr = -1, .number = p->to, .outcome = "delivered" };

	p->offered = true;
	fingerprint(v, p, in.fingerprint);
	if (p->report)
		v->ev->on_report(v->ev->arg, p->token, &r);
	else
		v->ev->on_incoming(v->ev->arg, p->token, &in);
}

/* The oldest gives way: sixteen that the store refuses are a store that refuses everything. */
static struct pending *place_for(struct voice_call *v)
{
	struct pending *oldest = &v->pending[0];

	for (size_t i = 0; i < PENDING; i++) {
		if (v->pending[i].token == 0)
			return &v->pending[i];
		if (v->pending[i].token > oldest->token)
			oldest = &v->pending[i];
	}
	return oldest;
}

static void offer(struct voice_call *v, bool report, char key)
{
	struct pending *p = place_for(v);

	*p = (struct pending){ .token = --v->token,
		.report = report,
		.id = v->out.id,
		.at_ms = clock_now_ms(),
		.key = (unsigned char)key,
		.nth = v->keys };
	snprintf(p->to, sizeof p->to, "%s", v->out.to);
	snprintf(p->own_ref, sizeof p->own_ref, "%s", v->out.own_ref);
	hand_in(v, p);
}

static void offer_again(uv_timer_t *t)
{
	struct voice_call *v = t->data;

	for (size_t i = 0; i < PENDING; i++)
		if (v->pending[i].token != 0 && !v->pending[i].offered)
			hand_in(v, &v->pending[i]);
}

bool voice_call_committed(struct voice_call *v, int64_t token, bool ok)
{
	if (token >= 0)
		return false;
	for (size_t i = 0; i < PENDING; i++) {
		if (v->pending[i].token != token)
			continue;
		v->pending[i].offered = false;
		if (ok)
			v->pending[i].token = 0;
		else
			uv_timer_start(&v->again, offer_again, AGAIN_MS, 0);
	}
	return true;
}

struct voice_call *voice_call_new(uv_loop_t *loop, const struct channel_settings *set,
	const struct channel_events *ev, struct modem *modem)
{
	struct voice_call *v = calloc(1, sizeof *v);

	if (v == NULL)
		abort();
	v->set = *set;
	v->ev = ev;
	v->modem = modem;
	uv_timer_init(loop, &v->again);
	v->again.data = v;
	return v;
}

static void gone(uv_handle_t *h)
{
	free(h->data);
}

void voice_call_free(struct voice_call *v)
{
	uv_close((uv_handle_t *)&v->again, gone);
}

bool voice_call_busy(const struct voice_call *v)
{
	return v->state != VOICE_FREE;
}

bool voice_call_room(const struct voice_call *v)
{
	return v->state == VOICE_FREE && modem_can_call(v->modem);
}

static void tell(
	struct voice_call *v, enum send_verdict verdict, enum send_class class_, const char *error)
{
	v->state = VOICE_FREE;
	v->ev->on_sent(v->ev->arg, &(struct send_result){ .id = v->out.id,
					   .verdict = verdict,
					   .class_ = class_,
					   .parts = 1,
					   .error = error,
					   .other_ref = "" });
}

static void place(struct voice_call *v)
{
	v->state = VOICE_CALLS;
	switch (modem_call(v->modem, &v->call)) {
	case MODEM_TAKEN:
		break;
	case MODEM_UNFIT:
		tell(v, SEND_REFUSED, SEND_NUMBER, "no number");
		break;
	case MODEM_BUSY:
	case MODEM_NOT_READY:
		v->state = VOICE_WAITS;
		break;
	}
}

bool voice_call_send(struct voice_call *v, const struct outgoing *m)
{
	if (!voice_call_room(v))
		return false;
	v->out = *m;
	v->keys = 0;
	voice_menu_make(m->keys, m->said, &v->menu);
	v->call = (struct modem_call){ .id = m->id,
		.to = v->out.to,
		.text = v->out.text,
		.keys = v->menu.key,
		.key_count = v->menu.count };
	place(v);
	return true;
}

void voice_call_ready(struct voice_call *v)
{
	if (v->state == VOICE_WAITS && modem_can_call(v->modem))
		place(v);
}

void voice_call_key(struct voice_call *v, int64_t id, char key)
{
	if (v->state != VOICE_CALLS || id != v->out.id)
		return;
	v->keys++;
	offer(v, false, key);
}

static enum send_class class_of(const struct modem_call_result *r)
{
	switch (r->class) {
	case ATCODE_NUMBER:
		return SEND_NUMBER;
	case ATCODE_CARD:
		return SEND_CARD;
	case ATCODE_MODEM:
		return SEND_MODEM;
	default:
		return SEND_PASSING;
	}
}

void voice_call_end(struct voice_call *v, const struct modem_call_result *r)
{
	static const struct {
		enum send_verdict verdict;
		enum send_class class_;
	} of[] = {
		[MODEM_CALL_CONFIRMED] = { SEND_SENT, SEND_PASSING },
		[MODEM_CALL_ANSWERED] = { SEND_SENT, SEND_PASSING },
		[MODEM_CALL_BUSY] = { SEND_REFUSED, SEND_BUSY },
		[MODEM_CALL_NO_ANSWER] = { SEND_REFUSED, SEND_NO_REPLY },
		[MODEM_CALL_FAILED] = { SEND_REFUSED, SEND_PASSING },
		[MODEM_CALL_NOT_TRIED] = { SEND_NOT_SENT, SEND_MODEM },
	};
	bool sent = of[r->end].verdict == SEND_SENT;
	char error[48] = "";

	if (!sent && r->cause >= 0)
		snprintf(error, sizeof error, "%s %d", modem_call_end_name(r->end), r->cause);
	else if (!sent)
		snprintf(error, sizeof error, "%s", modem_call_end_name(r->end));
	tell(v, of[r->end].verdict, r->end == MODEM_CALL_FAILED ? class_of(r) : of[r->end].class_,
		error);
	if (r->end == MODEM_CALL_CONFIRMED)
		offer(v, true, 0);
}
