/* The words of a scenario that say who there is and by what rules. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "duty.h"
#include "member.h"
#include "resident.h"
#include "scenario_room.h"

#include "banned.h"

static void add_area(struct play *p, char *at)
{
	struct area a = { .code = play_need(p, &at, "code"), .parent = "", .aliases = "" };
	bool created;

	a.name = play_need(p, &at, "name");
	a.kind = play_need(p, &at, "kind");
	play_begin(p);
	area_put(p->t.s, "test", &a, &created);
	play_finish(p);
}

static void add_team(struct play *p, char *at)
{
	struct team t = { .name = play_need(p, &at, "name") };
	bool created;

	t.area = play_need(p, &at, "area");
	t.kind = play_need(p, &at, "kind");
	play_begin(p);
	team_put(p->t.s, "test", &t, &created);
	play_finish(p);
}

static void add_member(struct play *p, char *at)
{
	const char *team = play_need(p, &at, "team");
	struct member m = { .name = play_need(p, &at, "name"), .state = "active", .post_raw = "" };
	struct team t;
	json_t *more;
	bool created;

	m.phone = play_need(p, &at, "phone");
	m.post = play_need(p, &at, "post");
	more = play_pairs(p, &at);
	m.load_cap = (int)strtol(play_get(more, "cap"), NULL, 10);
	m.pledged_on = play_get(more, "pledged");
	play_begin(p);
	if (!team_by_name(p->t.s, team, &t))
		play_fail(p, "no team %s", team);
	m.team_id = t.id;
	m.area = t.area;
	member_put(p->t.s, "test", &m, &created);
	play_finish(p);
	play_secret(p, m.name);
	play_secret(p, m.phone);
	json_decref(more);
}

static void add_resident(struct play *p, char *at)
{
	struct resident r = { .name = play_need(p, &at, "name"),
		.tags = "",
		.risk = "",
		.state = "active",
		.remark = "" };
	json_t *o = play_pairs(p, &at);
	bool created, changed;

	r.id_no = play_get(o, "id_no");
	r.birth = play_get(o, "birth");
	r.sex = play_get(o, "sex");
	r.area = play_get(o, "area");
	r.address = play_get(o, "address");
	if (play_get(o, "phone")[0] != '\0')
		r.phone[r.phone_count++] =
			(struct resident_phone){ "own", play_get(o, "phone"), "", "" };
	if (play_get(o, "family")[0] != '\0')
		r.phone[r.phone_count++] = (struct resident_phone){ "family", play_get(o, "family"),
			play_get(o, "family_name"), "子" };
	play_begin(p);
	resident_put(p->t.s, "test", &r, &created, &changed);
	play_finish(p);
	play_secret(p, r.name);
	play_secret(p, r.id_no);
	play_secret(p, play_get(o, "phone"));
	play_secret(p, play_get(o, "family"));
	play_secret(p, play_get(o, "family_name"));
	json_decref(o);
}

int64_t play_member(struct play *p, const char *name, char phone[PHONE_SIZE])
{
	int64_t id = 0;
	struct db_stmt *q;

	play_begin(p);
	q = db_query(p->t.s->db, "SELECT id FROM member ORDER BY id", DB_NONE);
	while (db_next(q)) {
		struct member m;
		int64_t this_id = db_int(q, 0);

		if (id == 0 && member_get(p->t.s, this_id, &m) && strcmp(m.name, name) == 0) {
			id = this_id;
			snprintf(phone, PHONE_SIZE, "%s", m.phone);
		}
	}
	play_finish(p);
	return id;
}

int64_t play_need_member(struct play *p, const char *name)
{
	char phone[PHONE_SIZE];
	int64_t id = play_member(p, name, phone);

	if (id == 0)
		play_fail(p, "no member %s", name);
	return id;
}

void play_phone(struct play *p, const char *who, char phone[PHONE_SIZE])
{
	if (isdigit((unsigned char)who[0]) || who[0] == '+')
		snprintf(phone, PHONE_SIZE, "%s", who);
	else if (play_member(p, who, phone) == 0)
		play_fail(p, "no member %s", who);
}

static void add_duty(struct play *p, char *at)
{
	struct duty d = { .id = 0 };
	struct member m;
	int64_t id = play_need_member(p, play_need(p, &at, "name"));
	json_t *o = play_pairs(p, &at);
	bool created;

	d.shift.member_id = id;
	for (const char *c = play_get(o, "days"); *c != '\0'; c++)
		d.shift.weekdays |= 1u << (*c - '1');
	snprintf(d.shift.day, sizeof d.shift.day, "%s", play_get(o, "day"));
	d.shift.from_min = (int)(play_span_ms(p, play_get(o, "from")) / 60000);
	d.shift.to_min = (int)(play_span_ms(p, play_get(o, "to")) / 60000);
	d.shift.off = strcmp(play_get(o, "off"), "yes") == 0;
	play_begin(p);
	member_get(p->t.s, id, &m);
	d.team_id = m.team_id;
	duty_put(p->t.s, "test", &d, &created);
	play_finish(p);
	json_decref(o);
}

/* policy HIGH accepts=2 ack=5m contact=10m meet=1h feedback=4h ttl=2h */
static void set_policy(struct play *p, char *at)
{
	const char *code = play_need(p, &at, "level"), *key;
	struct policy *l = (struct policy *)policies_find(&p->set.policies, code);
	json_t *o = play_pairs(p, &at), *value;

	if (l == NULL)
		play_fail(p, "no level %s", code);
	json_object_foreach(o, key, value) {
		const char *v = json_string_value(value);
		const struct {
			const char *key;
			int *to;
		} spans[] = { { "ack", &l->ack_s }, { "contact", &l->contact_s },
			{ "meet", &l->meet_s }, { "feedback", &l->feedback_s },
			{ "ttl", &l->ttl_s }, { "call_after", &l->call_after_s },
			{ "call_every", &l->call_every_s },
			{ "resident_after", &l->resident_after_s } },
		  numbers[] = { { "accepts", &l->accepts }, { "calls", &l->calls },
			  { "resident_calls", &l->resident_calls } };

		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
			if (strcmp(key, numbers[k].key) == 0)
				*numbers[k].to = (int)strtol(v, NULL, 10);
		for (size_t k = 0; k < sizeof spans / sizeof *spans; k++)
			if (strcmp(key, spans[k].key) == 0)
				*spans[k].to = (int)(play_span_ms(p, v) / 1000);
	}
	json_decref(o);
}

/* limits minute=2 hour=20 day=100: of the channel, in parts */
static void set_limits(struct play *p, char *at)
{
	json_t *o = play_pairs(p, &at);

	p->set.channel[0].per_minute = (int)strtol(play_get(o, "minute"), NULL, 10);
	p->set.channel[0].per_hour = (int)strtol(play_get(o, "hour"), NULL, 10);
	p->set.channel[0].per_day = (int)strtol(play_get(o, "day"), NULL, 10);
	json_decref(o);
	play_reopen(p);
}

/* bundle 30s */
static void bundle_line(struct play *p, char *at)
{
	p->set.bundle_s = (int)(play_span_ms(p, play_need(p, &at, "span")) / 1000);
}

static void drill_line(struct play *p, char *at)
{
	(void)at;
	p->set.drill = true;
}

static void pledge_line(struct play *p, char *at)
{
	(void)at;
	p->set.require_pledge = true;
}

static const struct {
	const char *word;
	void (*run)(struct play *p, char *at);
} words[] = { { "area", add_area }, { "team", add_team }, { "member", add_member },
	{ "resident", add_resident }, { "duty", add_duty }, { "policy", set_policy },
	{ "limits", set_limits }, { "channel", play_channel_line }, { "bundle", bundle_line },
	{ "drill", drill_line }, { "pledge", pledge_line } };

bool play_is_there(struct play *p, const char *word, char *at)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		words[i].run(p, at);
		return true;
	}
	return false;
}
