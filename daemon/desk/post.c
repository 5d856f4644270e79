#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "desk_room.h"
#include "json.h"
#include "log.h"

#include "banned.h"

#define TEST_LIFE_MS (10 * MINUTE_MS)

enum {
	TEXT_MAX = 1200,
	TEAM_TOLD_MAX = 4,
	PRIORITY_STEP = 10,
	DAY_FROM = 8 * 60,
	DAY_TO = 21 * 60,
	DAY_MIN = 24 * 60
};

/* Inside one level: what is read first. */
static const struct {
	const char *purpose;
	int order;
} purposes[] = { { "handover", 0 }, { "task", 1 }, { "detail", 1 }, { "alarm", 2 }, { "answer", 2 },
	{ "told", 3 }, { "resident", 3 }, { "notice", 4 }, { "reminder", 5 }, { "revisit", 6 },
	{ "system", 7 }, { "test", 7 } };

static int order_of(const char *purpose)
{
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (strcmp(purposes[i].purpose, purpose) == 0)
			return purposes[i].order;
	return PRIORITY_STEP - 1;
}

/* Money that has gone is urgent at any level; a visit again is not, whatever the level was. */
static bool is_handover(const char *purpose)
{
	return strcmp(purpose, "handover") == 0;
}

static bool is_revisit(const char *purpose)
{
	return strcmp(purpose, "revisit") == 0;
}

/* Urgent work never waits behind anything else: by level first, then by purpose. */
static int priority_of(const struct desk *d, const struct casefile *c, const char *purpose)
{
	const struct policies *all = &d->set->policies;
	int graver = 0;

	while (graver < all->count &&
		(c == NULL || is_revisit(purpose) || all->level[graver].rank > c->policy.rank))
		graver++;
	return (is_handover(purpose) ? 0 : graver) * PRIORITY_STEP + order_of(purpose);
}

static bool is_urgent(const struct casefile *c, const char *purpose)
{
	return is_handover(purpose) || (c != NULL && c->policy.urgent && !is_revisit(purpose));
}

int64_t post_open_due(const struct policy *p, int64_t from_ms, int64_t after_ms)
{
	struct clock_day day;

	while (!p->urgent) {
		int minute, left;
		int64_t open;

		from_ms = policy_window(p, from_ms);
		clock_local(from_ms, &day);
		minute = day.hour * 60 + day.minute;
		left = (p->window_to_min - minute + DAY_MIN) % DAY_MIN;
		open = (left == 0 ? DAY_MIN : left) * MINUTE_MS - day.second * INT64_C(1000);
		if (after_ms <= open)
			break;
		after_ms -= open;
		from_ms += open;
	}
	return from_ms + after_ms;
}

static int64_t window_of(const struct desk *d, const struct post *p)
{
	const struct policy day = { .window_from_min = DAY_FROM, .window_to_min = DAY_TO };

	if (p->at_once || p->c == NULL || is_handover(p->purpose))
		return d->s->now_ms;
	return policy_window(is_revisit(p->purpose) ? &day : &p->c->policy, d->s->now_ms);
}

static const char *kind_code(enum outgoing_kind kind)
{
	return kind == OUTGOING_CALL ? "call" : "sms";
}

static void add(struct desk *d, struct message *m, int64_t held_until, const char *why)
{
	m->id = store_id(d->s);
	m->state = held_until > d->s->now_ms ? MSG_HELD : MSG_QUEUED;
	m->held_until = m->state == MSG_HELD ? held_until : 0;
	m->held_why = m->state == MSG_HELD ? why : "";
	message_add(d->s, m);
	d->next_due_ms = 0;
}

/* Only a channel with an account asks for registered templates and their values. */
static bool has_account(const struct settings *set)
{
	for (int i = 0; i < set->channel_count; i++)
		if (set->channel[i].own != NULL)
			return true;
	return false;
}

static const char *values_text(struct desk *d, const struct template_values *v)
{
	json_t *o;
	const char *kept;
	char *text;

	if (!has_account(d->set))
		return NULL;
	o = json_object();
	for (int i = 0; i < v->count; i++)
		json_put_str(o, v->at[i].key, v->at[i].value);
	if (v->drill)
		json_put_str(o, "drill", d->set->templates.drill_mark);
	text = json_dumps(o, JSON_COMPACT);
	kept = store_keep(d->s, text);
	free(text);
	json_decref(o);
	return kept;
}

static int64_t post(struct desk *d, const struct post *p, enum outgoing_kind kind, int64_t ttl_ms)
{
	char text[TEXT_MAX];
	int64_t opens = window_of(d, p);
	struct message m = { .kind = kind_code(kind),
		.case_id = p->c == NULL ? 0 : p->c->id,
		.task_id = p->t == NULL ? 0 : p->t->id,
		.member_id = p->member_id,
		.purpose = p->purpose,
		.class_ = is_urgent(p->c, p->purpose) ? "urgent" : "normal",
		.priority = priority_of(d, p->c, p->purpose),
		.phone = p->phone,
		.text = text,
		.template = template_key(p->tpl),
		.expires_at = (opens > d->s->now_ms ? opens : d->s->now_ms) + ttl_ms };

	p->v->drill = (p->c != NULL && p->c->drill) || d->set->drill;
	template_fill(&d->set->templates, p->tpl, p->v, text, sizeof text);
	m.values = values_text(d, p->v);
	if (opens <= d->s->now_ms && bundle_takes(d, &m))
		add(d, &m, d->s->now_ms + d->set->bundle_s * INT64_C(1000), "等待合并");
	else
		add(d, &m, opens, "不在发送时段");
	return m.id;
}

int64_t post_sms(struct desk *d, const struct post *p)
{
	bool urgent = is_urgent(p->c, p->purpose);
	int ttl_s =
		p->c == NULL || (!urgent && p->c->policy.urgent) ? 24 * 3600 : p->c->policy.ttl_s;

	return post(d, p, OUTGOING_SMS, (int64_t)ttl_s * 1000);
}

int64_t post_call(struct desk *d, const struct post *p, int64_t ttl_ms)
{
	assert(template_is_spoken(p->tpl));
	return post(d, p, OUTGOING_CALL, ttl_ms);
}

int64_t post_text(struct desk *d, const char *phone, const char *text, const char *purpose,
	const char *class_)
{
	struct message m = { .kind = kind_code(OUTGOING_SMS),
		.purpose = purpose,
		.class_ = class_,
		.priority = strcmp(class_, "urgent") == 0 ? order_of(purpose)
							  : priority_of(d, NULL, purpose),
		.phone = phone,
		.text = text,
		.expires_at = d->s->now_ms + DAY_MS };

	add(d, &m, 0, "");
	return m.id;
}

int64_t post_test(
	struct desk *d, const char *channel, const char *phone, bool call, const char *text)
{
	struct message m = { .kind = kind_code(call ? OUTGOING_CALL : OUTGOING_SMS),
		.purpose = "test",
		.class_ = "normal",
		.priority = priority_of(d, NULL, "test"),
		.channel = channel,
		.phone = phone,
		.text = call ? text
			     : arena_print(&d->s->arena, "【%s】测试:%s",
				       d->set->templates.signature, text),
		.expires_at = d->s->now_ms + TEST_LIFE_MS };

	add(d, &m, 0, "");
	return m.id;
}

int post_team(struct desk *d, const struct casefile *c, const char *kind, const char *purpose,
	enum template_name tpl, struct template_values *v)
{
	const struct member *people;
	struct team team;
	size_t n;
	int told = 0;

	if (!team_of_area(d->s, d->set->area, kind, &team))
		return 0;
	people = member_candidates(d->s, team.id, &n);
	for (size_t i = 0; i < n && told < TEAM_TOLD_MAX; i++) {
		struct post p = { .c = c,
			.member_id = people[i].id,
			.phone = people[i].phone,
			.purpose = purpose,
			.tpl = tpl,
			.v = v,
			.at_once = true };

		/* Nobody on duty by the rota: better the first of the list than nobody at all. */
		if (!people[i].on_duty && (told > 0 || people[0].on_duty))
			continue;
		post_sms(d, &p);
		told++;
	}
	return told;
}

void post_alarm(struct desk *d, const struct casefile *c, const char *kind, const char *subject,
	const char *text)
{
	struct template_values v = { .count = 0 };

	if (!alarm_raise(d->s, kind, subject, c == NULL ? 0 : c->id, text))
		return;
	log_warn("alarm kind=%s subject=%s", kind, subject);
	words_office(d, &v);
	template_put(&v, "text", text);
	if (c != NULL) {
		const char *tail = strrchr(c->no, '-');

		template_put(&v, "case", tail == NULL ? c->no : tail + 1);
	}
	words_time(d, &v, "time", d->s->now_ms);
	post_team(d, c, "centre", "alarm", TPL_ALARM, &v);
}

void desk_channel_alarm(
	struct desk *d, const char *channel, const char *kind, const char *text, bool on)
{
	const char *subject = arena_print(&d->s->arena, "%s:%s", channel, kind);

	if (on)
		post_alarm(d, NULL, "channel", subject,
			arena_print(&d->s->arena, "通道%s:%s", channel, text));
	else
		alarm_clear(d->s, "channel", subject, "system");
}

void desk_channel_keep(struct desk *d, const char *channel, const char *memory)
{
	store_meta_set(d->s, arena_print(&d->s->arena, "channel:%s", channel), memory);
}

const char *desk_channel_memory(struct desk *d, const char *channel)
{
	enum { MEMORY_MAX = 2048 };
	char memory[MEMORY_MAX] = "";

	store_meta(d->s, arena_print(&d->s->arena, "channel:%s", channel), memory, sizeof memory);
	return store_keep(d->s, memory);
}

void desk_channel_spent(struct desk *d, const char *channel, int parts)
{
	traffic_count(d, channel, parts);
}

bool desk_pin_try(struct desk *d, const char *card, const char *pin)
{
	uint8_t hash[SEAL_LOOKUP];
	char key[80] = "pin:", seen[8];

	seal_lookup(d->s->seal, "pin", arena_print(&d->s->arena, "%s:%s", card, pin), hash);
	seal_hex(hash, sizeof hash, key + strlen(key));
	if (store_meta(d->s, key, seen, sizeof seen))
		return false;
	store_meta_set(d->s, key, "tried");
	return true;
}
