#include "pump.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "json.h"
#include "log.h"

#include "banned.h"

/*
 * While a message is under way its verdict will need a commit soon. What comes in meanwhile and
 * can bear it (parts, reports, texts) waits so long for that one.
 */
enum { PATIENCE_MS = 20 };

struct lane { /* one channel */
	struct pump *pump;
	struct channel_settings set;
	const struct channel_kind *kind;
	struct channel *channel;
	uv_timer_t pace; /* between messages */
	bool asked;      /* loop: a claim or a message is under way, or the desk knows our hunger */
	bool out;        /* loop: a message is in the channel's hands */
	bool busy;       /* loop: the same, and until its verdict is on disk */
	bool pacing;
	bool hungry;           /* desk's thread only */
	struct send_part last; /* loop: the part that ended the message; id 0: none */
};

struct pump {
	uv_loop_t *loop;
	struct worker *worker;
	struct lane *lane;
	int count, handles;
	_Atomic bool stopping;
	bool freed;
};

/* -- works: one struct for every crossing, so that there is one way to free it ------------------- */

struct crossing {
	struct work work;
	struct lane *lane;
	void (*in_desk)(struct desk *d, struct crossing *x);
	void (*after)(struct crossing *x); /* may be NULL */
	int64_t id, token;
	struct send_part part;
	struct send_result result; /* its error stands in text */
	int part_no, mr, status;
	bool on, found;
	char text[256], kind[64], number[48], outcome[16], from[64];
	struct incoming in;
	uint16_t *units;
	struct outgoing *out; /* what was claimed; NULL: this crossing claims nothing */
};

static void run(struct work *w, void *desk)
{
	struct crossing *x = (struct crossing *)w;

	x->in_desk(desk, x);
}

static void done(struct work *w)
{
	struct crossing *x = (struct crossing *)w;

	if (x->after != NULL)
		x->after(x);
	free(x->units);
	free(x->out);
	free(x);
}

static struct crossing *crossing(struct lane *l, void (*in_desk)(struct desk *, struct crossing *),
	void (*after)(struct crossing *))
{
	struct crossing *x = calloc(1, sizeof *x);

	if (x == NULL)
		abort();
	x->work.run = in_desk == NULL ? NULL : run;
	x->work.done = done;
	x->work.again = true;
	x->lane = l;
	x->in_desk = in_desk;
	x->after = after;
	return x;
}

static void cross(struct crossing *x)
{
	if (x->lane->pump->worker != NULL && worker_put_always(x->lane->pump->worker, &x->work))
		return;
	x->work.rc = STORE_BROKEN; /* the desk has gone: nothing may be acknowledged any more */
	done(&x->work);
}

/* For what nobody waits for: see PATIENCE_MS. */
static void cross_in_time(struct crossing *x)
{
	struct worker *w = x->lane->pump->worker;

	if (!x->lane->busy || w == NULL || !worker_put_patient(w, &x->work, PATIENCE_MS))
		cross(x);
}

static void copy(char *out, size_t n, const char *text)
{
	snprintf(out, n, "%s", text == NULL ? "" : text);
}

/* -- out ------------------------------------------------------------------------------------------- */

static void give(struct crossing *x);

static struct outgoing *room_for_one(void)
{
	struct outgoing *out = malloc(sizeof *out);

	if (out == NULL)
		abort();
	return out;
}

static void claim(struct desk *d, struct crossing *x)
{
	if (x->out == NULL)
		x->out = room_for_one();
	x->found = desk_claim(d, x->lane->set.name, OUTGOING_SMS, x->out);
	x->lane->hungry = !x->found;
}

static void ask(struct lane *l)
{
	if (l->asked || l->pacing || l->pump->stopping || l->pump->worker == NULL ||
		l->kind->room(l->channel, OUTGOING_SMS) == 0)
		return;
	l->asked = true;
	cross(crossing(l, claim, give));
}

static void take_back(struct desk *d, struct crossing *x)
{
	const struct send_result r = { .id = x->id,
		.verdict = SEND_NOT_SENT,
		.class_ = SEND_MODEM,
		.parts = 1,
		.error = "channel not ready",
		.other_ref = "" };

	desk_sent(d, x->lane->set.name, NULL, &r);
}

/* The claim is on disk: now the bytes may leave. */
static void give(struct crossing *x)
{
	struct lane *l = x->lane;
	struct crossing *back;

	if (x->work.rc != STORE_OK) {
		l->asked = false; /* the claim was undone with its batch */
		return;
	}
	if (!x->found)
		return; /* hungry: pump_feed() finds the next one */
	l->out = l->busy = true;
	if (!l->pump->stopping && l->kind->send(l->channel, x->out))
		return;
	l->out = l->busy = false;
	l->asked = false;
	back = crossing(l, take_back, NULL);
	back->id = x->out->id;
	cross(back);
}

/* A claim is a job of its own: one that is undone must not leave, its neighbours may. */
static bool feed(struct lane *l, struct desk *d, struct crossing *x)
{
	struct store *s = desk_store(d);

	store_job_begin(s, desk_now_ms(d));
	claim(d, x);
	if (store_job_end(s) == STORE_OK)
		return x->found;
	l->hungry = true;
	return false;
}

void pump_feed(struct pump *p, struct desk *d)
{
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];
		struct crossing *x;

		if (!l->hungry || p->stopping || store_lost(desk_store(d)))
			continue;
		x = crossing(l, NULL, give);
		if (feed(l, d, x)) {
			worker_tell(p->worker, &x->work);
		} else {
			free(x->out);
			free(x);
		}
	}
}

static void paced(uv_timer_t *timer)
{
	struct lane *l = timer->data;

	l->pacing = false;
	ask(l);
}

static void tell_part(struct desk *d, struct crossing *x)
{
	desk_part(d, x->lane->set.name, &x->part);
}

/* The part that ends the message goes with its verdict, which follows at once. */
static void on_part(void *arg, const struct send_part *part)
{
	struct lane *l = arg;
	struct crossing *x;

	if (part->verdict != SEND_SENT || part->part + 1 == part->parts) {
		l->last = *part;
		return;
	}
	x = crossing(l, tell_part, NULL);
	x->part = *part;
	cross_in_time(x);
}

/* The verdict and the claim of the next message share one commit. */
static void tell_sent(struct desk *d, struct crossing *x)
{
	desk_sent(d, x->lane->set.name, x->part.id == 0 ? NULL : &x->part, &x->result);
	if (x->on)
		claim(d, x);
}

static void told_sent(struct crossing *x)
{
	struct lane *l = x->lane;

	l->busy = false;
	if (x->on) {
		give(x);
		return;
	}
	l->asked = false;
	ask(l);
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct lane *l = arg;
	struct crossing *x = crossing(l, tell_sent, told_sent);

	l->out = false;
	x->part = l->last;
	l->last.id = 0;
	copy(x->text, sizeof x->text, r->error);
	x->result = *r;
	x->result.error = x->text;
	x->result.other_ref = "";
	if (l->set.pace_ms > 0 && !l->pump->stopping) {
		l->pacing = true;
		uv_timer_start(&l->pace, paced, (uint64_t)l->set.pace_ms, 0);
	}
	x->on = !l->pacing && !l->pump->stopping && l->kind->room(l->channel, OUTGOING_SMS) > 0;
	cross(x);
}

static void on_ready(void *arg)
{
	ask(arg);
}

static void tell_late(struct desk *d, struct crossing *x)
{
	desk_late(d, x->lane->set.name, x->id, x->part_no, x->mr);
}

static void on_late(void *arg, int64_t id, int part, int mr)
{
	struct crossing *x = crossing(arg, tell_late, NULL);

	x->id = id;
	x->part_no = part;
	x->mr = mr;
	cross(x);
}

/* -- in ----------------------------------------------------------------------------------------------- */

static void committed(struct crossing *x)
{
	if (x->lane->channel != NULL)
		x->lane->kind->committed(x->lane->channel, x->token, x->work.rc == STORE_OK);
}

static void take_in(struct desk *d, struct crossing *x)
{
	desk_incoming(d, &x->in);
}

static void set_aside(struct desk *d, struct crossing *x)
{
	desk_incoming_aside(d, &x->in);
}

/*
 * Acting on it failed though the store is well: our bug. The text must not wait on the card for
 * a release that mends it: it is kept unread, a person sees it at once.
 */
static void taken_in(struct crossing *x)
{
	struct crossing *again;

	if (x->work.rc == STORE_OK || x->work.rc == STORE_FULL || x->work.rc == STORE_BROKEN) {
		committed(x);
		return;
	}
	log_error("an SMS could not be acted on and goes to a person channel=%s reason=%s",
		x->lane->set.name, store_rc_name(x->work.rc));
	again = crossing(x->lane, set_aside, committed);
	again->token = x->token;
	again->in = x->in;
	copy(again->from, sizeof again->from, x->from);
	copy(again->kind, sizeof again->kind, x->kind);
	again->in.from = again->from;
	again->in.kind = again->kind;
	again->units = x->units;
	again->in.units = x->units;
	x->units = NULL;
	cross(again);
}

static void on_incoming(void *arg, int64_t token, const struct incoming *in)
{
	struct lane *l = arg;
	struct crossing *x = crossing(l, take_in, taken_in);

	x->token = token;
	x->in = *in;
	copy(x->from, sizeof x->from, in->from);
	copy(x->kind, sizeof x->kind, in->kind);
	x->in.channel = l->set.name;
	x->in.from = x->from;
	x->in.kind = x->kind;
	x->units = malloc((in->unit_count + 1) * sizeof *x->units);
	if (x->units == NULL)
		abort();
	memcpy(x->units, in->units, in->unit_count * sizeof *x->units);
	x->in.units = x->units;
	cross_in_time(x);
}

static void tell_report(struct desk *d, struct crossing *x)
{
	const char *channel = x->lane->set.name;

	if (x->id != 0)
		desk_report_of(d, channel, x->id, x->outcome, x->text);
	else
		desk_report(d, channel, x->mr, x->number, x->outcome, x->status);
}

static void on_report(void *arg, int64_t token, const struct report *r)
{
	struct crossing *x = crossing(arg, tell_report, committed);

	x->token = token;
	x->id = r->id;
	copy(x->text, sizeof x->text, r->error);
	x->mr = r->mr;
	x->status = r->status;
	copy(x->number, sizeof x->number, r->number);
	copy(x->outcome, sizeof x->outcome, r->outcome);
	cross_in_time(x);
}

static void tell_alarm(struct desk *d, struct crossing *x)
{
	desk_channel_alarm(d, x->lane->set.name, x->kind, x->text, x->on);
}

static void on_alarm(void *arg, const char *kind, const char *text, bool on)
{
	struct crossing *x = crossing(arg, tell_alarm, NULL);

	copy(x->kind, sizeof x->kind, kind);
	copy(x->text, sizeof x->text, text);
	x->on = on;
	cross(x);
}

static void try_pin(struct desk *d, struct crossing *x)
{
	x->on = desk_pin_try(d, x->from, x->lane->set.pin);
}

static void may_try(struct crossing *x)
{
	if (x->lane->channel != NULL)
		x->lane->kind->pin(x->lane->channel, x->on && x->work.rc == STORE_OK);
}

static void on_pin(void *arg, const char *card)
{
	struct crossing *x = crossing(arg, try_pin, may_try);

	copy(x->from, sizeof x->from, card);
	cross(x);
}

/* -- life ------------------------------------------------------------------------------------------------ */

struct pump *pump_start(uv_loop_t *loop, const struct settings *set)
{
	struct pump *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->loop = loop;
	p->lane = calloc((size_t)set->channel_count + 1, sizeof *p->lane);
	if (p->lane == NULL)
		abort();
	for (int i = 0; i < set->channel_count; i++) {
		struct lane *l = &p->lane[p->count];

		l->kind = channel_kind_of(set->channel[i].kind);
		if (l->kind == NULL || !set->channel[i].sms)
			continue;
		l->pump = p;
		l->set = set->channel[i];
		uv_timer_init(loop, &l->pace);
		l->pace.data = l;
		p->handles++;
		p->count++;
	}
	return p;
}

void pump_join(struct pump *p, struct worker *w)
{
	p->worker = w;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];
		struct channel_events ev = { .arg = l,
			.on_ready = on_ready,
			.on_part = on_part,
			.on_sent = on_sent,
			.on_late = on_late,
			.on_incoming = on_incoming,
			.on_report = on_report,
			.on_alarm = on_alarm,
			.on_pin = on_pin };

		l->channel = l->kind->start(p->loop, &l->set, &ev);
		l->set.own = l->set.own_lines = NULL; /* they end with the settings */
		log_info("channel started name=%s kind=%s", l->set.name, l->set.kind);
	}
}

static void closed(uv_handle_t *handle)
{
	struct lane *l = handle->data;
	struct pump *p = l->pump;

	p->handles--;
	if (p->handles == 0 && p->freed) {
		free(p->lane);
		free(p);
	}
}

void pump_quiesce(struct pump *p)
{
	p->stopping = true;
}

bool pump_is_quiet(const struct pump *p)
{
	for (int i = 0; i < p->count; i++)
		if (p->lane[i].out)
			return false;
	return true;
}

void pump_stop(struct pump *p)
{
	p->stopping = true;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];

		if (l->channel != NULL)
			l->kind->stop(l->channel);
		l->channel = NULL;
		uv_close((uv_handle_t *)&l->pace, closed);
	}
}

void pump_free(struct pump *p)
{
	p->freed = true;
	p->worker = NULL;
	if (p->handles == 0) {
		free(p->lane);
		free(p);
	}
}

json_t *pump_channels(struct pump *p)
{
	json_t *list = json_array();

	for (int i = 0; i < p->count; i++) {
		const struct lane *l = &p->lane[i];
		json_t *o = json_pack("{s:s, s:s}", "name", l->set.name, "kind", l->set.kind);
		json_t *health = l->channel == NULL ? NULL : l->kind->health(l->channel);

		json_object_set_new(o, "sending", json_boolean(l->out));
		if (health != NULL)
			json_object_update(o, health);
		json_decref(health);
		json_array_append_new(list, o);
	}
	return list;
}

static struct lane *lane_of(struct pump *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (p->lane[i].channel != NULL && strcmp(p->lane[i].set.name, name) == 0)
			return &p->lane[i];
	return NULL;
}

bool pump_hook(struct pump *p, const char *name, const struct channel_hook *h,
	struct channel_hook_answer *answer, void (*told)(void *arg, bool ok), void *arg)
{
	struct lane *l = lane_of(p, name);

	if (l != NULL && l->kind->hook != NULL)
		return l->kind->hook(l->channel, h, answer, told, arg);
	*answer = (struct channel_hook_answer){ .status = 503, .content_type = "text/plain" };
	return false;
}

bool pump_resume(struct pump *p, const char *name, const char **why)
{
	struct lane *l = lane_of(p, name);

	*why = l == NULL ? "没有这个通道。" : "这种通道不会自己停下，不用恢复。";
	if (l == NULL || l->kind->resume == NULL)
		return false;
	l->kind->resume(l->channel);
	return true;
}
