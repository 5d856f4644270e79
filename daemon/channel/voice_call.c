#include "voice_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "seal.h"
#include "speech.h"
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

/* Fixed prompts: made once and kept, so that a call never waits for, or depends on, the command. */
static const struct {
	const char *name, *text;
} prompts[] = {
	{ "general", "这里是反诈中心。有一条紧急任务，请马上看短信并回复。"
		     "接单请按1，不能去请按0，要民警请按7，再听一遍请按星号。" },
	{ "0", "零" },
	{ "1", "一" },
	{ "2", "二" },
	{ "3", "三" },
	{ "4", "四" },
	{ "5", "五" },
	{ "6", "六" },
	{ "7", "七" },
	{ "8", "八" },
	{ "9", "九" },
	{ "number", "号任务。" },
};
enum { PROMPTS = sizeof prompts / sizeof *prompts, PROMPT_NUMBER = PROMPTS - 1, DIGITS_MAX = 4 };

struct sound {
	int16_t *samples; /* owned; NULL none */
	size_t count;
};

/* A sound that is being made: where it goes. */
struct making {
	struct voice_call *call;
	struct sound *to;
	int64_t of; /* the call it is for; 0: for all */
};

struct voice_call {
	uv_loop_t *loop;
	struct speech *speech; /* NULL: the modem speaks for itself, or nobody does */
	const char *command[SPEECH_WORDS + 1];
	struct sound prompt[PROMPTS], text, said[MODEM_CALL_KEYS];
	int makes; /* sounds that are not made yet, of this call */
	struct making making[PROMPTS + MODEM_CALL_KEYS + 1];
	struct channel_settings set;
	const struct channel_events *ev;
	struct modem *modem;
	uv_timer_t again;
	struct outgoing out;
	struct voice_menu menu;
	struct modem_call call;
	enum { VOICE_FREE, VOICE_MAKES, VOICE_WAITS, VOICE_CALLS } state;
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

/* --- sounds, where they come from the host ---------------------------------------------------- */

static void place(struct voice_call *v);

static void drop(struct sound *s)
{
	free(s->samples);
	*s = (struct sound){ NULL, 0 };
}

static void append(struct sound *to, const struct sound *s)
{
	if (s->count == 0)
		return;
	to->samples = reallocarray(to->samples, to->count + s->count, sizeof *to->samples);
	if (to->samples == NULL)
		abort();
	memcpy(to->samples + to->count, s->samples, s->count * sizeof *s->samples);
	to->count += s->count;
}

/* "1 7号": the code's digits in front of the sign; returns how many. */
static int code_of(const char *text, char digits[DIGITS_MAX])
{
	const char *sign = strstr(text, "号"), *at = sign;
	int n = 0;

	if (sign == NULL)
		return 0;
	while (at > text && (at[-1] == ' ' || (at[-1] >= '0' && at[-1] <= '9')))
		at--;
	for (; at < sign && n < DIGITS_MAX; at++)
		if (*at != ' ')
			digits[n++] = *at;
	return n;
}

/* The command has failed: the number of the task in fixed words, and the general prompt. */
static void make_do(struct voice_call *v)
{
	char digits[DIGITS_MAX];
	int n = code_of(v->out.text, digits);

	for (int i = 0; i < n; i++)
		append(&v->text, &v->prompt[1 + digits[i] - '0']);
	if (n > 0)
		append(&v->text, &v->prompt[PROMPT_NUMBER]);
	append(&v->text, &v->prompt[0]);
}

static void made(void *arg, int16_t *samples, size_t count)
{
	struct making *m = arg;
	struct voice_call *v = m->call;

	if (m->of != 0 && (m->of != v->out.id || v->state != VOICE_MAKES)) {
		free(samples); /* of a call that is over */
		return;
	}
	drop(m->to);
	*m->to = (struct sound){ samples, samples == NULL ? 0 : count };
	if (m->of == 0 || --v->makes > 0)
		return;
	if (v->text.count == 0)
		make_do(v);
	place(v);
}

static void make(struct voice_call *v, size_t i, struct sound *to, int64_t of, const char *text,
	const char *name)
{
	v->making[i] = (struct making){ v, to, of };
	if (text[0] == '\0' || !speech_make(v->speech, text, name, made, &v->making[i]))
		return;
	v->makes += of != 0;
}

/* The words to keys are fixed unless they came with the message; equal words are made once. */
static void make_sounds(struct voice_call *v)
{
	char name[8];

	v->makes = 0;
	drop(&v->text);
	for (size_t i = 0; i < MODEM_CALL_KEYS; i++)
		drop(&v->said[i]);
	make(v, PROMPTS, &v->text, v->out.id, v->out.text, NULL);
	for (size_t i = 0; i < v->menu.count; i++) {
		if (strchr(v->out.keys, v->menu.key[i].key) != NULL)
			snprintf(name, sizeof name, "key%c", v->menu.key[i].key);
		else
			snprintf(name, sizeof name, "other");
		if (i == 0 || strcmp(v->menu.said[i], v->menu.said[i - 1]) != 0)
			make(v, PROMPTS + 1 + i, &v->said[i], v->out.id, v->menu.said[i],
				v->out.said[0] == '\0' ? name : NULL);
	}
}

static void lend_sounds(struct voice_call *v)
{
	const struct sound *last = NULL;

	v->call.sound = (struct modem_sound){ v->text.samples, v->text.count };
	for (size_t i = 0; i < v->menu.count; i++) {
		if (i == 0 || strcmp(v->menu.said[i], v->menu.said[i - 1]) != 0)
			last = &v->said[i];
		v->menu.key[i].sound = (struct modem_sound){ last->samples, last->count };
	}
}

static void speech_open(struct voice_call *v)
{
	size_t n = 0;

	while (n < SETTINGS_WORDS && v->set.modem.speech_command[n][0] != '\0') {
		v->command[n] = v->set.modem.speech_command[n];
		n++;
	}
	v->speech = speech_new(v->loop, v->set.modem.speech_folder, n == 0 ? NULL : v->command);
	for (size_t i = 0; i < PROMPTS; i++)
		make(v, i, &v->prompt[i], 0, prompts[i].text, prompts[i].name);
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
	v->loop = loop;
	if (set->modem.audio_device[0] != '\0')
		speech_open(v);
	return v;
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

static void gone(uv_handle_t *h)
{
	struct voice_call *v = h->data;

	for (size_t i = 0; i < PROMPTS; i++)
		drop(&v->prompt[i]);
	for (size_t i = 0; i < MODEM_CALL_KEYS; i++)
		drop(&v->said[i]);
	drop(&v->text);
	free(v);
}

void voice_call_free(struct voice_call *v)
{
	if (v->speech != NULL)
		speech_free(v->speech);
	if (v->state == VOICE_MAKES || v->state == VOICE_WAITS) /* the modem never heard of it */
		tell(v, SEND_NOT_SENT, SEND_MODEM, "stopped");
	uv_close((uv_handle_t *)&v->again, gone);
}

bool voice_call_room(const struct voice_call *v)
{
	return v->state == VOICE_FREE && modem_can_call(v->modem);
}

static void place(struct voice_call *v)
{
	lend_sounds(v);
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
	if (v->speech == NULL) {
		place(v);
		return true;
	}
	v->state = VOICE_MAKES;
	make_sounds(v);
	if (v->makes == 0) {
		make_do(v);
		place(v);
	}
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
	/* The modem went away in the middle: it may have rung, and nobody can know. */
	bool lost = r->end == MODEM_CALL_FAILED && r->class == ATCODE_MODEM;
	char error[48] = "";

	if (!sent && r->cause >= 0)
		snprintf(error, sizeof error, "%s %d", modem_call_end_name(r->end), r->cause);
	else if (!sent)
		snprintf(error, sizeof error, "%s", modem_call_end_name(r->end));
	tell(v, lost ? SEND_UNSURE : of[r->end].verdict,
		r->end == MODEM_CALL_FAILED ? class_of(r) : of[r->end].class_, error);
	if (r->end == MODEM_CALL_CONFIRMED)
		offer(v, true, 0);
}
