#include "pump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "metrics.h"
#include "pump_room.h"

#include "banned.h"

/*
 * While a message is under way its verdict will need a commit soon. What comes in meanwhile and
 * can bear it (parts, reports, texts) waits so long for that one.
 */
enum { PATIENCE_MS = 20, LOOK_MS = 1000, SUSPECT_LOOKS = 10 };

struct pump {
	uv_loop_t *loop;
	struct worker *worker;
	struct lane *lane;
	int count, handles;
	int first; /* desk: who is fed first; moves on, so that nobody always is */
	uv_timer_t look;
	int looks;
	_Atomic bool stopping, no_way;
	bool freed;
};

/* -- works ------------------------------------------------------------------------------------- */

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
	free(x->memory);
	free(x);
}

struct crossing *lane_crossing(struct lane *l, void (*in_desk)(struct desk *, struct crossing *),
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

void lane_cross(struct crossing *x)
{
	if (x->lane->pump->worker != NULL && worker_put_always(x->lane->pump->worker, &x->work))
		return;
	x->work.rc = STORE_BROKEN; /* the desk has gone: nothing may be acknowledged any more */
	done(&x->work);
}

/* For what nobody waits for: see PATIENCE_MS. */
void lane_cross_in_time(struct crossing *x)
{
	struct worker *w = x->lane->pump->worker;

	if (x->lane->busy == 0 || w == NULL || !worker_put_patient(w, &x->work, PATIENCE_MS))
		lane_cross(x);
}

void lane_copy(char *out, size_t n, const char *text)
{
	snprintf(out, n, "%s", text == NULL ? "" : text);
}

void lane_count(const struct lane *l, const char *name, const char *result, int64_t n)
{
	static const struct {
		const char *name, *metric, *help;
	} metrics[] = { { "message", "quanzu_channel_messages_total",
				"messages that a channel ended, by result" },
		{ "call", "quanzu_channel_calls_total", "calls that a channel ended, by result" },
		{ "part", "quanzu_channel_parts_total", "parts that a network took" },
		{ "receipt", "quanzu_channel_receipts_total", "delivery reports, by outcome" } };
	char labels[METRIC_LABELS];
	size_t i = 0;

	while (strcmp(metrics[i].name, name) != 0)
		i++;
	if (result == NULL)
		snprintf(labels, sizeof labels, "channel=\"%s\"", l->set.name);
	else
		snprintf(
			labels, sizeof labels, "channel=\"%s\",result=\"%s\"", l->set.name, result);
	metric_add(metric_get(metrics[i].metric, metrics[i].help, labels), n);
}

/* -- what the desk knows of a lane -------------------------------------------------------------- */

static bool is_there(const struct lane *l)
{
	json_t *health;
	bool up;

	if (l->channel == NULL)
		return false;
	if (l->out > 0 || l->pacing || l->room[OUTGOING_SMS] > 0 || l->room[OUTGOING_CALL] > 0)
		return true;
	health = l->kind->health(l->channel);
	up = json_flag(health, "up", false);
	json_decref(health);
	return up;
}

/* Loop: how much it would take now, and whether it is there at all. */
static void look_at(struct lane *l)
{
	for (int k = 0; k < OUTGOING_KINDS; k++) {
		bool does = k == OUTGOING_CALL ? l->set.voice : l->set.sms;

		l->room[k] = l->channel == NULL || !does || l->pacing
				     ? 0
				     : l->kind->room(l->channel, (enum outgoing_kind)k);
	}
	l->up = is_there(l);
}

/* Desk: told only when it has changed. */
static void tell_lane(struct lane *l, struct desk *d)
{
	bool up = l->up, suspect = l->suspect, same = l->told_any;
	int free_[OUTGOING_KINDS];

	for (int k = 0; k < OUTGOING_KINDS; k++) {
		int room = l->room[k];

		free_[k] = room < l->hungry ? room : l->hungry;
		same = same && free_[k] == l->told_free[k];
	}
	if (same && up == l->told_up && suspect == l->told_suspect)
		return;
	l->told_any = true;
	l->told_up = up;
	l->told_suspect = suspect;
	memcpy(l->told_free, free_, sizeof free_);
	desk_lane(d, l->set.name, up, suspect, free_);
}

static void tell_lanes(struct pump *p, struct desk *d)
{
	for (int i = 0; i < p->count; i++)
		tell_lane(&p->lane[i], d);
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

static bool claim_kind(struct desk *d, struct crossing *x, enum outgoing_kind kind)
{
	bool does = kind == OUTGOING_CALL ? x->lane->set.voice : x->lane->set.sms;

	return does && desk_claim(d, x->lane->set.name, kind, x->out);
}

/* May run twice, see work.h: what the first run counted is taken back. */
static void claim(struct desk *d, struct crossing *x)
{
	struct lane *l = x->lane;
	enum outgoing_kind first = l->calls_next ? OUTGOING_CALL : OUTGOING_SMS;

	if (x->starved)
		l->hungry--;
	if (x->out == NULL)
		x->out = room_for_one();
	tell_lanes(l->pump, d);
	x->found = claim_kind(d, x, first) ||
		   claim_kind(d, x, first == OUTGOING_SMS ? OUTGOING_CALL : OUTGOING_SMS);
	if (x->found)
		l->calls_next = x->out->kind == OUTGOING_SMS;
	x->starved = !x->found;
	if (x->starved)
		l->hungry++;
}

static int room_of(const struct lane *l)
{
	int sms = l->room[OUTGOING_SMS], calls = l->room[OUTGOING_CALL];

	return sms > calls ? sms : calls;
}

static void ask(struct lane *l)
{
	if (l->pump->stopping || l->pump->worker == NULL)
		return;
	look_at(l);
	while (l->asked < room_of(l)) {
		l->asked++;
		lane_cross(lane_crossing(l, claim, give));
	}
}

static void take_back(struct desk *d, struct crossing *x)
{
	desk_back(d, x->lane->set.name, x->id);
}

/* The claim is on disk: now the bytes may leave. */
static void give(struct crossing *x)
{
	struct lane *l = x->lane;
	struct crossing *back;

	if (x->starved)
		return; /* hungry: pump_feed() finds the next one */
	l->asked--;
	if (x->work.rc != STORE_OK)
		return; /* the claim was undone with its batch; the next look asks again */
	l->out++;
	l->busy++;
	if (!l->pump->stopping && l->channel != NULL && l->kind->send(l->channel, x->out)) {
		look_at(l);
		return;
	}
	l->out--;
	l->busy--;
	look_at(l);
	back = lane_crossing(l, take_back, NULL);
	back->id = x->out->id;
	lane_cross(back);
}

/* A claim is a job of its own: one that is undone must not leave, its neighbours may. */
static bool feed(struct lane *l, struct desk *d, struct crossing *x)
{
	struct store *s = desk_store(d);
	int hungry = --l->hungry;

	store_job_begin(s, desk_now_ms(d));
	claim(d, x);
	if (store_job_end(s) == STORE_OK)
		return x->found;
	l->hungry = hungry + 1;
	return false;
}

/* Its meals: as many as it has room for. */
static void feed_lane(struct lane *l, struct desk *d)
{
	int meals = l->hungry < room_of(l) ? l->hungry : room_of(l);

	while (meals-- > 0 && !store_lost(desk_store(d))) {
		struct crossing *x = lane_crossing(l, NULL, give);

		if (feed(l, d, x)) {
			worker_tell(l->pump->worker, &x->work);
			continue;
		}
		free(x->out);
		free(x);
		return;
	}
}

static void put_question(struct crossing *x)
{
	if (x->work.rc == STORE_OK && x->lane->channel != NULL)
		x->lane->kind->query(x->lane->channel, x->out, x->other_ref);
}

/* Unsure messages whose provider is asked now. */
static void feed_questions(struct pump *p, struct desk *d)
{
	char channel[32], ref[96];
	struct outgoing *out = NULL;
	struct store *s = desk_store(d);

	if (!desk_has_questions(d) || store_lost(s))
		return;
	store_job_begin(s, desk_now_ms(d));
	out = room_for_one();
	while (desk_question(d, channel, out, ref)) {
		for (int i = 0; i < p->count; i++) {
			struct crossing *x;

			if (strcmp(p->lane[i].set.name, channel) != 0 ||
				p->lane[i].kind->query == NULL)
				continue;
			x = lane_crossing(&p->lane[i], NULL, put_question);
			x->out = out;
			lane_copy(x->other_ref, sizeof x->other_ref, ref);
			worker_tell(p->worker, &x->work);
			out = room_for_one();
			break;
		}
	}
	free(out);
	store_job_end(s);
}

void pump_feed(struct pump *p, struct desk *d)
{
	if (p->stopping || p->count == 0)
		return;
	p->first = (p->first + 1) % p->count;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[(p->first + i) % p->count];

		if (l->hungry > 0)
			feed_lane(l, d);
	}
	feed_questions(p, d);
	p->no_way = desk_no_way(d);
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

	if (part->verdict == SEND_SENT)
		lane_count(l, "part", NULL, 1);
	if (part->verdict != SEND_SENT || part->part + 1 == part->parts) {
		l->last = *part;
		return;
	}
	x = lane_crossing(l, tell_part, NULL);
	x->part = *part;
	lane_cross_in_time(x);
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

	l->busy--;
	if (x->on)
		give(x);
	else
		ask(l);
}

static const char *result_name(const struct send_result *r)
{
	static const char *const verdicts[] = { [SEND_SENT] = "sent",
		[SEND_REFUSED] = "refused",
		[SEND_NOT_SENT] = "not_sent",
		[SEND_UNSURE] = "unsure" };

	if (r->verdict == SEND_REFUSED && r->class_ == SEND_BUSY)
		return "busy";
	if (r->verdict == SEND_REFUSED && r->class_ == SEND_NO_REPLY)
		return "no_reply";
	return verdicts[r->verdict];
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct lane *l = arg;
	struct crossing *x = lane_crossing(l, tell_sent, told_sent);

	l->out--;
	lane_count(l, "message", result_name(r), 1);
	x->part = l->last;
	l->last.id = 0;
	lane_copy(x->text, sizeof x->text, r->error);
	lane_copy(x->other_ref, sizeof x->other_ref, r->other_ref);
	x->result = *r;
	x->result.error = x->text;
	x->result.other_ref = x->other_ref;
	if (l->set.pace_ms > 0 && !l->pump->stopping) {
		l->pacing = true;
		uv_timer_start(&l->pace, paced, (uint64_t)l->set.pace_ms, 0);
	}
	look_at(l);
	x->on = !l->pump->stopping && l->asked < room_of(l);
	l->asked += x->on;
	lane_cross(x);
}

/* So that messages that wait are looked at again though nothing else happens. */
static void tell_ready(struct desk *d, struct crossing *x)
{
	tell_lanes(x->lane->pump, d);
	desk_lanes_changed(d);
}

static void on_ready(void *arg)
{
	struct lane *l = arg;

	ask(l);
	lane_cross(lane_crossing(l, tell_ready, NULL));
}

static void tell_late(struct desk *d, struct crossing *x)
{
	desk_late(d, x->lane->set.name, x->id, x->part_no, x->mr);
}

static void on_late(void *arg, int64_t id, int part, int mr)
{
	struct crossing *x = lane_crossing(arg, tell_late, NULL);

	x->id = id;
	x->part_no = part;
	x->mr = mr;
	lane_cross(x);
}

/* Once a second: who has gone without a word, who is back, who has room that nobody asked for. */
static void look(uv_timer_t *timer)
{
	struct pump *p = timer->data;

	p->looks++;
	for (int i = 0; i < p->count; i++) {
		struct lane *l = &p->lane[i];
		bool was = l->up;

		ask(l);
		if (p->looks % SUSPECT_LOOKS == 1 && l->channel != NULL) {
			json_t *health = l->kind->health(l->channel);

			l->suspect = json_flag(health, "suspect", false);
			json_decref(health);
		}
		if (was != l->up)
			lane_cross(lane_crossing(l, tell_ready, NULL));
	}
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
		if (l->kind == NULL || (!set->channel[i].sms && !set->channel[i].voice))
			continue;
		l->pump = p;
		l->set = set->channel[i];
		uv_timer_init(loop, &l->pace);
		l->pace.data = l;
		p->handles++;
		p->count++;
	}
	uv_timer_init(loop, &p->look);
	p->look.data = p;
	p->handles++;
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
			.on_incoming = lane_on_incoming,
			.on_report = lane_on_report,
			.on_alarm = lane_on_alarm,
			.on_pin = lane_on_pin,
			.on_keep = lane_on_keep,
			.on_spent = lane_on_spent };

		l->channel = l->kind->start(p->loop, &l->set, &ev);
		l->set.own = l->set.own_lines = NULL; /* they end with the settings */
		log_info("channel started name=%s kind=%s", l->set.name, l->set.kind);
		ask(l);
		lane_cross(lane_crossing(l, tell_ready, NULL));
		lane_recall(l);
	}
	if (p->count > 0)
		uv_timer_start(&p->look, look, LOOK_MS, LOOK_MS);
}

static void one_closed(struct pump *p)
{
	p->handles--;
	if (p->handles == 0 && p->freed) {
		free(p->lane);
		free(p);
	}
}

static void closed(uv_handle_t *handle)
{
	one_closed(((struct lane *)handle->data)->pump);
}

static void look_closed(uv_handle_t *handle)
{
	one_closed(handle->data);
}

void pump_quiesce(struct pump *p)
{
	p->stopping = true;
}

bool pump_is_quiet(const struct pump *p)
{
	for (int i = 0; i < p->count; i++)
		if (p->lane[i].out > 0)
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
	uv_close((uv_handle_t *)&p->look, look_closed);
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

		json_object_set_new(o, "sending", json_boolean(l->out > 0));
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

bool pump_order(struct pump *p, const char *name, const char *what, const char **why)
{
	struct lane *l = lane_of(p, name);

	*why = l == NULL ? "没有这个通道。" : "这种通道没有这个动作。";
	return l != NULL && l->kind->order != NULL && l->kind->order(l->channel, what, why);
}

void pump_resume(struct pump *p, const char *name)
{
	struct lane *l = lane_of(p, name);

	if (l == NULL)
		return;
	if (l->kind->resume != NULL)
		l->kind->resume(l->channel);
	ask(l);
}

json_t *pump_log(struct pump *p, const char *name, uint64_t since)
{
	struct lane *l = lane_of(p, name);

	return l == NULL || l->kind->log == NULL ? NULL : l->kind->log(l->channel, since);
}

bool pump_no_way(const struct pump *p)
{
	return p->no_way;
}
