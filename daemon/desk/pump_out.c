#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "pump_room.h"

#include "banned.h"

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

/* Desk: told only when it has changed. The one that asks is free for what it asks for. */
static void tell_lane(struct lane *l, struct desk *d, bool asks)
{
	bool up = l->up, suspect = l->suspect, same = l->told_any;
	int free_[OUTGOING_KINDS];

	for (int k = 0; k < OUTGOING_KINDS; k++) {
		int room = l->room[k], wants = l->hungry + (asks ? 1 : 0);

		free_[k] = room < wants ? room : wants;
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

static void tell_lanes(struct pump *p, struct desk *d, const struct lane *asks)
{
	for (int i = 0; i < p->count; i++)
		tell_lane(&p->lane[i], d, asks != NULL && asks == &p->lane[i]);
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
	/* A call is up to three minutes long: an urgent SMS that waits does not wait for it. */
	bool call = l->set.voice && l->calls_next && !desk_urgent_waits(d);
	enum outgoing_kind first = call ? OUTGOING_CALL : OUTGOING_SMS;

	if (x->starved)
		l->hungry--;
	if (x->out == NULL)
		x->out = room_for_one();
	tell_lanes(l->pump, d, l);
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

void lane_ask(struct lane *l)
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
	lane_ask(l);
}

static void tell_part(struct desk *d, struct crossing *x)
{
	desk_part(d, x->lane->set.name, &x->part);
}

/* The part that ends the message goes with its verdict, which follows at once. */
void lane_on_part(void *arg, const struct send_part *part)
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
		lane_ask(l);
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

void lane_on_sent(void *arg, const struct send_result *r)
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
	tell_lanes(x->lane->pump, d, NULL);
	desk_lanes_changed(d);
}

void lane_changed(struct lane *l)
{
	lane_cross(lane_crossing(l, tell_ready, NULL));
}

void lane_on_ready(void *arg)
{
	lane_ask(arg);
	lane_changed(arg);
}

static void tell_late(struct desk *d, struct crossing *x)
{
	desk_late(d, x->lane->set.name, x->id, x->part_no, x->mr);
}

void lane_on_late(void *arg, int64_t id, int part, int mr)
{
	struct crossing *x = lane_crossing(arg, tell_late, NULL);

	x->id = id;
	x->part_no = part;
	x->mr = mr;
	lane_cross(x);
}
