/* care.c - what the traffic of a card says about the card. */
#include "care.h"

#include <stdio.h>
#include <string.h>

#include "care_room.h"
#include "carrier.h"
#include "clock.h"

#include "banned.h"

enum {
	REPORT_MS = 10 * 60 * 1000,
	TRIAL_MS = 30 * 60 * 1000,
	LOOP_MS = 10 * 60 * 1000,
	HOUR_MS = 3600 * 1000,
	REFUSED_MANY = 3,
	REJECTED_MANY = 5,
	TRIALS = 3,
	NORMALLY =
		5, /* texts, or reports, that a card has had before their absence means something */
	PEOPLE = 3
};
#define DAY_MS (24 * INT64_C(3600000))

static uint32_t mark(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

void care_changed(struct care *c)
{
	c->ev.changed(c->ev.arg);
}

void care_raise(struct care *c, enum care_alarm a, const char *text, bool on)
{
	uint32_t bit = 1u << a;

	if (on == ((c->alarms & bit) != 0) && !on)
		return;
	c->alarms = on ? c->alarms | bit : c->alarms & ~bit;
	c->ev.alarm(c->ev.arg, a, text, on);
}

/* -- suspicion --------------------------------------------------------------------------------- */

static const struct {
	const char *why, *text;
} reasons[] = {
	{ "refused", "连续三个不同号码被拒发" },
	{ "rejected", "连续五条被网络拒绝,而别的卡正常" },
	{ "undelivered", "最近十条都没有送达回执" },
	{ "notice", "运营商来信说被限制" },
	{ "loop", "自检短信没有收到" },
};

static const char *text_of(const char *why)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].why, why) == 0)
			return reasons[i].text;
	return why;
}

void care_suspect(struct care *c, int64_t now, const char *why)
{
	char text[200];

	if (c->suspect)
		return;
	c->suspect = true;
	c->suspect_at = now;
	c->trial_at = now + TRIAL_MS;
	c->good_trials = 0;
	snprintf(c->why, sizeof c->why, "%s", why);
	snprintf(text, sizeof text, "SIM卡疑似被限制(%s),有别的通道时不走这张卡。请联系运营商。",
		text_of(why));
	care_raise(c, CARE_SUSPECT, text, true);
	care_changed(c);
}

void care_trust(struct care *c, int64_t now)
{
	(void)now;
	if (!c->suspect)
		return;
	c->suspect = false;
	c->why[0] = '\0';
	c->refused = c->rejected = 0;
	c->parts = 0;
	care_raise(c, CARE_SUSPECT, "", false);
	care_changed(c);
}

void care_trial(struct care *c, int64_t now, bool good)
{
	if (!c->suspect)
		return;
	c->trial_at = now + TRIAL_MS;
	c->good_trials = good ? c->good_trials + 1 : 0;
	if (c->good_trials >= TRIALS)
		care_trust(c, now);
	else
		care_changed(c);
}

bool care_is_suspect(const struct care *c, int64_t now)
{
	return c->suspect && (c->config.loop || now < c->trial_at);
}

/* Reports used to come, and none of the last ten parts has a good one. */
static bool undelivered(const struct care *c, int64_t now)
{
	size_t people = 1;

	if (!c->config.reports || c->reported < NORMALLY || c->parts < CARE_PARTS)
		return false;
	for (size_t i = 0; i < CARE_PARTS; i++) {
		const struct care_part *p = &c->part[i];
		bool new_face = true;

		if (p->end == PART_ARRIVED || p->end == PART_OTHER ||
			(p->end == PART_OPEN && now - p->at < REPORT_MS))
			return false;
		for (size_t k = 0; k < i; k++)
			new_face = new_face && c->part[k].to != p->to;
		people += i > 0 && new_face;
	}
	return people >= PEOPLE;
}

/* -- what happens ------------------------------------------------------------------------------- */

void care_count_day(struct care *c, int64_t now, int sent, int received)
{
	struct clock_day d;
	char day[48];

	clock_local(now, &d);
	snprintf(day, sizeof day, "%04d-%02d-%02d", d.year, d.month, d.day);
	if (strncmp(day, c->day, sizeof c->day) != 0) {
		snprintf(c->day, sizeof c->day, "%.11s", day);
		c->day_sent = c->day_received = 0;
	}
	c->day_sent += sent;
	c->day_received += received;
}

static void count_refusal(struct care *c, const char *to, enum atcode_class class_, int code)
{
	enum { MAKERS = 512 };
	uint32_t who = mark(to);

	c->rejected =
		code == 21 || code == 38 || code == 500 || code >= MAKERS ? c->rejected + 1 : 0;
	if (class_ != ATCODE_CARD) {
		c->refused = 0;
		return;
	}
	for (int i = 0; i < c->refused && i < REFUSED_MANY; i++)
		if (c->refused_to[i] == who)
			return; /* the same person again says nothing new */
	if (c->refused < REFUSED_MANY)
		c->refused_to[c->refused++] = who;
}

static void keep_part(struct care *c, int64_t now, const char *to, int mr)
{
	memmove(c->part + 1, c->part, (CARE_PARTS - 1) * sizeof c->part[0]);
	c->part[0] = (struct care_part){ .mr = mr, .at = now, .to = mark(to) };
	if (c->parts < CARE_PARTS)
		c->parts++;
	c->unreported++;
}

void care_part(struct care *c, int64_t now, const struct care_facts *f, const char *to,
	enum verdict v, enum atcode_class class_, int code, int mr)
{
	bool trial = c->suspect && !c->config.loop && now >= c->trial_at;

	if (v == VERDICT_SENT) {
		care_count_day(c, now, 1, 0);
		c->refused = c->rejected = 0;
		keep_part(c, now, to, mr);
		c->dirty = true;
	} else if (v == VERDICT_REFUSED && !f->bad_signal) {
		count_refusal(c, to, class_, code);
	}
	if (trial && v != VERDICT_NOT_SENT)
		care_trial(c, now, v == VERDICT_SENT);
	if (c->refused >= REFUSED_MANY)
		care_suspect(c, now, "refused");
	else if (c->rejected >= REJECTED_MANY && f->other_works)
		care_suspect(c, now, "rejected");
	else if (!f->bad_signal && undelivered(c, now))
		care_suspect(c, now, "undelivered");
}

void care_report(struct care *c, int64_t now, int mr, int status)
{
	enum { ARRIVED = 0x1F, PENDING = 0x3F, PERMANENT = 0x5F };

	c->report_at = now;
	c->unreported = 0;
	if (c->reported <= NORMALLY)
		c->reported++;
	for (size_t i = 0; i < c->parts; i++) {
		struct care_part *p = &c->part[i];

		if (p->mr != mr || p->end != PART_OPEN)
			continue;
		if (status <= ARRIVED)
			p->end = PART_ARRIVED;
		else if (status > PENDING)
			p->end = status <= PERMANENT ? PART_FAILED : PART_OTHER;
		break;
	}
	c->dirty = true;
}

void care_received(struct care *c, int64_t now, const char *from, const char *text)
{
	care_count_day(c, now, 0, 1);
	c->received_at = now;
	if (c->received <= NORMALLY)
		c->received++;
	c->dirty = true;
	if (text != NULL && !c->credit_waits && carrier_is_operator(from) &&
		carrier_notice(text) == CARRIER_BARRED)
		care_suspect(c, now, "notice");
}

/* -- the minute ------------------------------------------------------------------------------------- */

static bool loop_is_due(const struct care *c, int64_t now)
{
	int64_t since = now - c->loop_at;
	bool deaf = c->received > NORMALLY && now - c->received_at >= DAY_MS;

	if (!c->config.loop || c->word[0] != '\0')
		return false;
	if (c->suspect)
		return now >= c->trial_at;
	if (c->config.loop_min == 0)
		return false;
	return since >= c->config.loop_min * INT64_C(60000) || since < 0 ||
	       (deaf && since >= 6 * HOUR_MS);
}

enum care_due care_due(struct care *c, int64_t now, const struct care_facts *f)
{
	int64_t asked = now - c->credit_asked_at;

	if (!c->recalled || !f->ready || !f->idle)
		return CARE_NOTHING;
	if (loop_is_due(c, now))
		return CARE_DO_LOOP;
	if (c->config.credit && (asked >= DAY_MS || asked < 0))
		return CARE_DO_CREDIT;
	return CARE_NOTHING;
}

void care_tick(struct care *c, int64_t now, const struct care_facts *f)
{
	enum { CREDIT_MS = 10 * 60 * 1000 };

	if (c->word[0] != '\0' && c->loop_sent_at != 0 && now - c->loop_sent_at >= LOOP_MS)
		care_loop_late(c, now);
	if (c->credit_waits && now - c->credit_asked_at >= CREDIT_MS)
		c->credit_waits = false;
	if (f->ready && !f->bad_signal && undelivered(c, now))
		care_suspect(c, now, "undelivered");
}
