/* The channels in the eyes of the desk: what the pump sees, what the rows keep, who takes what. */
#include "traffic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "desk_room.h"
#include "log.h"

#include "banned.h"

enum { NO_WAY_MS = 30 * 1000 };

/* -- rows ---------------------------------------------------------------------------------- */

static void read_rows(struct desk *d)
{
	struct traffic *t = &d->traffic;

	for (int i = 0; i < t->count; i++) {
		channel_row_get(d->s, t->at[i].set.name, &t->at[i].row);
		t->at[i].trial = false;
	}
	t->undone = db_undone(d->s->db);
}

/* What was changed in a job that was undone is not true. */
struct traffic *traffic_fresh(struct desk *d)
{
	if (d->traffic.undone != db_undone(d->s->db))
		read_rows(d);
	return &d->traffic;
}

static struct traffic_channel *find(struct desk *d, const char *channel)
{
	struct traffic *t = traffic_fresh(d);

	for (int i = 0; i < t->count; i++)
		if (strcmp(t->at[i].set.name, channel) == 0)
			return &t->at[i];
	return NULL;
}

struct quota_limits traffic_limits(const struct traffic_channel *c)
{
	return (struct quota_limits){ { [QUOTA_MINUTE] = c->set.per_minute,
		[QUOTA_HOUR] = c->set.per_hour,
		[QUOTA_DAY] = c->set.per_day,
		[QUOTA_MONTH] = c->set.per_month } };
}

/* -- one number ------------------------------------------------------------------------------ */

static void keep_at_least(struct traffic *t, const struct rate_rules *r)
{
	int64_t longest = rate_longest(r);

	if (longest > t->recent_keep_ms)
		t->recent_keep_ms = longest;
}

static uint64_t number_key(const char *phone, bool call, bool urgent)
{
	return recent_key(phone, call ? "call" : "sms", urgent && !call ? "urgent" : "");
}

static int64_t ask_rate(
	const struct traffic *t, uint64_t key, const struct rate_rules *r, int64_t now_ms)
{
	const struct rate_times *times = r->count == 0 ? NULL : recent_of(t->recent, key);

	return times == NULL ? 0 : rate_ask(times, r, now_ms);
}

int64_t traffic_number_until(
	struct desk *d, const struct traffic_channel *c, const struct outgoing *o)
{
	const struct traffic *t = &d->traffic;
	bool call = o->kind == OUTGOING_CALL;
	int64_t until, more;

	if (t->recent == NULL)
		return 0;
	until = ask_rate(t, number_key(o->to, call, o->urgent),
		call ? &c->set.per_number_calls : &c->set.per_number, d->s->now_ms);
	more = o->template[0] == '\0' ? 0
				      : ask_rate(t, recent_key(o->to, c->set.name, o->template),
						&c->set.per_template, d->s->now_ms);
	return more > until ? more : until;
}

static void count_number(struct traffic *t, const struct message *m, const char *phone,
	const char *channel, int64_t at_ms)
{
	bool call = strcmp(m->kind, "call") == 0, urgent = strcmp(m->class_, "urgent") == 0;

	if (t->recent == NULL)
		return;
	recent_add(t->recent, number_key(phone, call, urgent), at_ms, t->recent_keep_ms);
	if (m->template != NULL && m->template[0] != '\0')
		recent_add(t->recent, recent_key(phone, channel, m->template), at_ms,
			t->recent_keep_ms);
}

static bool again(void *arg, const struct message *m)
{
	struct desk *d = arg;

	count_number(&d->traffic, m, m->phone, m->channel, m->sent_at);
	return true;
}

/* -- life ---------------------------------------------------------------------------------------- */

static void drop_offer(struct traffic_channel *c)
{
	if (c->offer != NULL)
		channel_kind_of(c->set.kind)->offer_free(c->offer);
	c->offer = NULL;
}

static void make_offer(struct traffic_channel *c, const struct channel_settings *set)
{
	const struct channel_kind *kind = channel_kind_of(c->set.kind);

	drop_offer(c);
	if (kind != NULL && kind->offer != NULL && strcmp(set->kind, c->set.kind) == 0)
		c->offer = kind->offer(set);
}

/* One that is no longer in the file runs on until the next start. */
static void make_offers(struct desk *d)
{
	for (int i = 0; i < d->set->channel_count; i++) {
		struct traffic_channel *c = find(d, d->set->channel[i].name);

		if (c != NULL)
			make_offer(c, &d->set->channel[i]);
	}
}

void traffic_start(struct desk *d)
{
	struct traffic *t = &d->traffic;

	t->count = d->set->channel_count;
	t->at = calloc((size_t)t->count + 1, sizeof *t->at);
	if (t->at == NULL)
		abort();
	for (int i = 0; i < t->count; i++) {
		struct traffic_channel *c = &t->at[i];

		c->set = d->set->channel[i];
		make_offer(c, &d->set->channel[i]);
		c->up = true; /* until the pump has looked */
		c->free[OUTGOING_SMS] = c->free[OUTGOING_CALL] = 1;
		c->awaited = channel_is_modem(&c->set) ? awaited_new() : NULL;
		keep_at_least(t, &c->set.per_number);
		keep_at_least(t, &c->set.per_number_calls);
		keep_at_least(t, &c->set.per_template);
	}
	read_rows(d);
	if (t->recent_keep_ms == 0)
		return;
	t->recent = recent_new();
	message_sent_since(d->s, d->s->now_ms - t->recent_keep_ms, again, d);
}

void traffic_stop(struct desk *d)
{
	for (int i = 0; i < d->traffic.count; i++) {
		drop_offer(&d->traffic.at[i]);
		awaited_free(d->traffic.at[i].awaited);
	}
	recent_free(d->traffic.recent);
	free(d->traffic.at);
}

void desk_lane(
	struct desk *d, const char *channel, bool up, bool suspect, const int free_[OUTGOING_KINDS])
{
	struct traffic_channel *c = find(d, channel);

	if (c == NULL)
		return;
	c->up = up;
	c->suspect = suspect;
	memcpy(c->free, free_, sizeof c->free);
}

const struct channel_settings *traffic_settings(struct desk *d, const char *channel)
{
	const struct traffic_channel *c = find(d, channel);

	return c == NULL ? NULL : &c->set;
}

bool traffic_may_call(struct desk *d, const char *channel)
{
	const struct traffic *t = traffic_fresh(d);
	int ways = 0, left = 0;

	for (int i = 0; i < t->count; i++) {
		const struct traffic_channel *c = &t->at[i];
		bool calls = strcmp(c->set.name, channel) == 0;

		if (!c->set.sms || !c->up || c->row.paused)
			continue;
		ways++;
		left += !channel_is_modem(&c->set) ||
			(!calls && !message_calling(d->s, c->set.name));
	}
	return ways < 2 || left > 0;
}

/* -- what a verdict says ------------------------------------------------------------------------------ */

static const enum breaker_word words[] = { [SEND_NUMBER] = BREAKER_NOTHING,
	[SEND_CARD] = BREAKER_CANNOT,
	[SEND_PASSING] = BREAKER_PASSING,
	[SEND_MODEM] = BREAKER_DEVICE,
	[SEND_OURS] = BREAKER_NOTHING,
	[SEND_TEXT] = BREAKER_NOTHING,
	[SEND_RATE] = BREAKER_NOTHING,
	[SEND_STOP] = BREAKER_STOP,
	[SEND_BUSY] = BREAKER_WELL,
	[SEND_NO_REPLY] = BREAKER_WELL };

static enum breaker_word word_of(const struct send_result *r)
{
	if (r->verdict == SEND_SENT)
		return BREAKER_WELL;
	if (r->verdict == SEND_UNSURE)
		return BREAKER_SILENCE;
	return r->verdict == SEND_NOT_SENT && r->class_ != SEND_STOP ? BREAKER_DEVICE
								     : words[r->class_];
}

static void tell_step(struct desk *d, const struct traffic_channel *c, enum breaker_step step)
{
	const char *name = c->set.name;
	char at[WAY_UNTIL];

	if (step == BREAKER_OPENS)
		post_alarm(d, NULL, "breaker", name,
			arena_print(&d->s->arena, "通道%s连续发送失败,暂停使用,%s再试", name,
				way_until(c->row.breaker.open_until_ms, d->s->now_ms, at)));
	else if (step == BREAKER_STOPS)
		post_alarm(d, NULL, "stopped", name,
			arena_print(&d->s->arena, "通道%s已停用,要人处理后恢复", name));
	else if (step == BREAKER_CLOSES) {
		alarm_clear(d->s, "breaker", name, "system");
		alarm_clear(d->s, "stopped", name, "system");
	}
	log_warn("channel breaker name=%s state=%s", name,
		breaker_code(breaker_state(&c->row.breaker, d->s->now_ms)));
	store_event(d->s, "system", "channel.breaker", 0, "channel", 0,
		json_pack("{s:s, s:s}", "channel", name, "state",
			breaker_code(breaker_state(&c->row.breaker, d->s->now_ms))));
	d->next_due_ms = 0;
	traffic_watch(d);
}

void traffic_verdict(struct desk *d, const char *channel, const struct send_result *r)
{
	struct traffic_channel *c = find(d, channel);
	struct breaker before;
	enum breaker_step step;

	if (c == NULL)
		return;
	c->trial = false;
	if (r->verdict == SEND_REFUSED && r->class_ == SEND_RATE && !r->one_number)
		c->rate_until_ms = d->s->now_ms + (r->retry_ms > 0 ? r->retry_ms : MINUTE_MS);
	before = c->row.breaker;
	step = breaker_take(&c->row.breaker, word_of(r), d->s->now_ms);
	if (breaker_same(&before, &c->row.breaker))
		return;
	if (r->error != NULL && r->error[0] != '\0')
		snprintf(c->row.why, sizeof c->row.why, "%s", r->error);
	channel_row_put(d->s, &c->row);
	if (step != BREAKER_STAYS)
		tell_step(d, c, step);
}

void traffic_count(struct desk *d, const char *channel, int parts)
{
	struct traffic_channel *c = find(d, channel);
	struct quota_limits l;

	if (c == NULL)
		return;
	l = traffic_limits(c);
	if (!quota_any(&l))
		return;
	quota_add(&c->row.quota, &l, d->s->now_ms, parts);
	channel_row_put(d->s, &c->row);
}

void traffic_back(struct desk *d, const char *channel)
{
	struct traffic_channel *c = find(d, channel);

	if (c != NULL)
		c->trial = false;
}

void traffic_taken(struct desk *d, const char *channel, const struct message *m, const char *phone)
{
	count_number(traffic_fresh(d), m, phone, channel, d->s->now_ms);
}

struct awaited *traffic_awaited(struct desk *d, const char *channel)
{
	const struct traffic_channel *c = find(d, channel);

	return c == NULL ? NULL : c->awaited;
}

int64_t traffic_cost(struct desk *d, const char *channel, int parts)
{
	const struct traffic_channel *c = find(d, channel);

	return c == NULL ? 0 : (int64_t)c->set.way.cost_fen * (parts > 0 ? parts : 1);
}

/* -- by a person ------------------------------------------------------------------------------------------ */

bool traffic_pause(struct desk *d, const char *channel, const char *actor, bool on)
{
	struct traffic_channel *c = find(d, channel);

	if (c == NULL)
		return false;
	c->row.paused = on;
	c->row.paused_at = on ? d->s->now_ms : 0;
	snprintf(c->row.paused_by, sizeof c->row.paused_by, "%s", on ? actor : "");
	channel_row_put(d->s, &c->row);
	store_event(d->s, actor, on ? "channel.paused" : "channel.resumed", 0, "channel", 0,
		json_pack("{s:s}", "channel", channel));
	return true;
}

bool traffic_resume(struct desk *d, const char *channel, const char *actor)
{
	struct traffic_channel *c = find(d, channel);
	enum breaker_step step;

	if (c == NULL)
		return false;
	step = breaker_resume(&c->row.breaker);
	c->rate_until_ms = 0;
	traffic_pause(d, channel, actor, false);
	if (step != BREAKER_STAYS)
		tell_step(d, c, step);
	return true;
}

void traffic_reload(struct desk *d)
{
	struct traffic *t = traffic_fresh(d);

	make_offers(d);
	for (int i = 0; i < t->count; i++) {
		struct traffic_channel *c = &t->at[i];

		if (!c->row.breaker.stopped)
			continue;
		breaker_resume(&c->row.breaker);
		channel_row_put(d->s, &c->row);
		tell_step(d, c, BREAKER_CLOSES);
	}
}

/* -- is there a way? ------------------------------------------------------------------------------------------- */

static bool carries_urgent(const struct desk *d, const struct traffic_channel *c)
{
	enum breaker_state state = breaker_state(&c->row.breaker, d->s->now_ms);
	unsigned purposes = c->set.way.purposes == 0 ? WAY_ALL : c->set.way.purposes;

	return c->set.sms && (purposes & (WAY_URGENT | WAY_TASK)) != 0 && c->up && !c->row.paused &&
	       (state == BREAKER_CLOSED || state == BREAKER_TRYING);
}

void traffic_watch(struct desk *d)
{
	struct traffic *t = traffic_fresh(d);
	bool way = t->count == 0;

	t->look_at_ms = 0;
	for (int i = 0; i < t->count; i++)
		way = way || carries_urgent(d, &t->at[i]);
	if (way) {
		if (t->no_way || !t->way_seen) /* the alarm may be one of before the start */
			alarm_clear(d->s, "no_way", "message", "system");
		t->way_seen = true;
		t->no_way = false;
		t->no_way_since_ms = 0;
		return;
	}
	if (t->no_way_since_ms == 0)
		t->no_way_since_ms = d->s->now_ms;
	if (t->no_way || d->s->now_ms < t->no_way_since_ms + NO_WAY_MS)
		return;
	t->no_way = true;
	/* No SMS about it: none could leave now, and later it would be no news. */
	alarm_raise(d->s, "no_way", "message", 0, "没有能发紧急短信的通道,请改打电话并查通道");
	log_error("no channel can carry an urgent SMS");
}

void desk_lanes_changed(struct desk *d)
{
	traffic_watch(d);
}

bool desk_no_way(const struct desk *d)
{
	return d->traffic.no_way;
}

int64_t traffic_due_ms(struct desk *d)
{
	const struct traffic *t = &d->traffic;
	int64_t due = t->look_at_ms == 0 ? INT64_MAX : t->look_at_ms;

	if (t->no_way_since_ms != 0 && !t->no_way && t->no_way_since_ms + NO_WAY_MS < due)
		due = t->no_way_since_ms + NO_WAY_MS;
	return due;
}
