/* The phones of a scenario that ring. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "scenario_room.h"

#include "banned.h"

void play_calls(struct play *p, char *at)
{
	p->set.channel[0].voice = strcmp(play_need(p, &at, "on or off"), "on") == 0;
	play_reopen(p);
}

void play_ring(struct play *p, char *at)
{
	char phone[PHONE_SIZE];
	struct ringing *r = p->ringing;

	play_phone(p, play_need(p, &at, "who"), phone);
	while (r < p->ringing + p->ringing_count && strcmp(r->at, phone) != 0)
		r++;
	if (r == p->ringing + p->ringing_count) {
		assert(p->ringing_count < PHONES);
		p->ringing_count++;
	}
	snprintf(r->at, sizeof r->at, "%s", phone);
	snprintf(r->how, sizeof r->how, "%s", play_need(p, &at, "what happens"));
}

/* Nobody is there unless the scenario says so. */
static const char *how_of(const struct play *p, const char *phone)
{
	for (int i = 0; i < p->ringing_count; i++)
		if (strcmp(p->ringing[i].at, phone) == 0)
			return p->ringing[i].how;
	return "away";
}

static void press(struct play *p, const struct outgoing *m, const char *key)
{
	uint16_t unit[4];
	struct incoming in = { .channel = "sim1",
		.kind = "key",
		.from = m->to,
		.about_id = m->id,
		.units = unit,
		.unit_count = play_units(key, unit, 4) };

	if (strchr(m->keys, key[0]) == NULL)
		play_fail(p, "the call waits for the keys %s", m->keys);
	snprintf(p->said, sizeof p->said, "%s", m->said);
	play_fingerprint(p, &in);
	play_receive(p, &in);
}

static void end_call(struct play *p, const struct outgoing *m, enum send_verdict v,
	enum send_class class_, const char *error)
{
	struct send_part part = { .id = m->id, .parts = 1, .verdict = v, .mr = -1 };
	const struct send_result r = { .id = m->id,
		.verdict = v,
		.class_ = class_,
		.parts = 1,
		.error = error,
		.other_ref = "" };

	play_begin(p);
	desk_sent(p->desk, "sim1", &part, &r);
	play_finish(p);
}

bool play_place_call(struct play *p)
{
	struct outgoing m;
	struct call *c;
	const char *how;
	bool found;

	play_begin(p);
	found = desk_claim(p->desk, "sim1", OUTGOING_CALL, &m);
	play_finish(p);
	if (!found)
		return false;
	assert(p->call_count < CALLS);
	c = &p->call[p->call_count++];
	snprintf(c->to, sizeof c->to, "%s", m.to);
	snprintf(c->text, sizeof c->text, "%s", m.text);
	how = how_of(p, m.to);
	if (strcmp(how, "busy") == 0) {
		end_call(p, &m, SEND_REFUSED, SEND_BUSY, "busy");
	} else if (strcmp(how, "away") == 0) {
		end_call(p, &m, SEND_REFUSED, SEND_NO_REPLY, "no answer");
	} else if (strcmp(how, "lost") == 0) {
		end_call(p, &m, SEND_UNSURE, SEND_PASSING, "the modem went away");
	} else {
		if (strcmp(how, "hears") != 0)
			press(p, &m, how);
		end_call(p, &m, SEND_SENT, SEND_PASSING, "");
	}
	return true;
}

void play_expect_call(struct play *p, char *at, bool wanted)
{
	const char *who = play_need(p, &at, "who"), *words = play_word(&at);
	char phone[PHONE_SIZE];

	play_phone(p, who, phone);
	for (int i = 0; i < p->call_count; i++) {
		struct call *c = &p->call[i];

		if (c->seen || strcmp(c->to, phone) != 0 ||
			(words != NULL && strstr(c->text, words) == NULL))
			continue;
		c->seen = true;
		if (!wanted)
			play_fail(p, "%s was called: %s", who, c->text);
		return;
	}
	if (wanted)
		play_fail(p, "%s was not called%s%s", who, words == NULL ? "" : " with ",
			words == NULL ? "" : words);
}

/* expect said WORDS: what would be said back to the keys of the last call that was answered by one. */
void play_expect_said(struct play *p, char *at)
{
	const char *words = play_need(p, &at, "words");

	if (strstr(p->said, words) == NULL)
		play_fail(p, "said back: %s", p->said);
}
