/* The phones of a scenario that ring. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "scenario_room.h"

#include "banned.h"

/* By a provider: the least that makes an account which takes any text. */
static void by_cloud(struct channel_settings *set)
{
	snprintf(set->kind, sizeof set->kind, "%s", "twilio");
	json_decref(set->own);
	set->own = json_pack("{s:s, s:s, s:s, s:s}", "account_sid", "AC01", "auth_token", "t",
		"from", "+12065550100", "callback_url", "https://gw.example.org/h");
}

void play_calls(struct play *p, char *at)
{
	const char *how = play_need(p, &at, "on, off or cloud");

	p->set.channel[0].voice = strcmp(how, "off") != 0;
	if (strcmp(how, "cloud") == 0)
		by_cloud(&p->set.channel[0]);
	play_reopen(p);
}

void play_ring(struct play *p, char *at)
{
	char phone[PHONE_SIZE];
	struct ringing *r = p->ringing;
	const char *known;

	play_phone(p, play_need(p, &at, "who"), phone);
	while (r < p->ringing + p->ringing_count && strcmp(r->at, phone) != 0)
		r++;
	if (r == p->ringing + p->ringing_count) {
		assert(p->ringing_count < PHONES);
		p->ringing_count++;
	}
	snprintf(r->at, sizeof r->at, "%s", phone);
	snprintf(r->how, sizeof r->how, "%s", play_need(p, &at, "what happens"));
	known = play_word(&at);
	snprintf(r->known, sizeof r->known, "%s", known == NULL ? "" : known);
}

/* Nobody is there unless the scenario says so. */
static const struct ringing *ringing_of(const struct play *p, const char *phone)
{
	static const struct ringing nobody = { .how = "away" };

	for (int i = 0; i < p->ringing_count; i++)
		if (strcmp(p->ringing[i].at, phone) == 0)
			return &p->ringing[i];
	return &nobody;
}

static void key_comes(struct play *p, int64_t id, const char *to, const char *key)
{
	uint16_t unit[4];
	struct incoming in = { .channel = "sim1",
		.kind = "key",
		.from = to,
		.about_id = id,
		.units = unit,
		.unit_count = play_units(key, unit, 4) };

	play_fingerprint(p, &in);
	play_receive(p, &in);
}

static void press(struct play *p, const struct outgoing *m, const char *key)
{
	if (strchr(m->keys, key[0]) == NULL)
		play_fail(p, "the call waits for the keys %s", m->keys);
	snprintf(p->said, sizeof p->said, "%s", m->said);
	key_comes(p, m->id, m->to, key);
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

/* A provider has it: it tells its own name of it, and no parts. */
static void take_call(struct play *p, const struct outgoing *m)
{
	char ref[40];
	const struct send_result r = {
		.id = m->id, .verdict = SEND_SENT, .parts = 1, .error = "", .other_ref = ref
	};

	snprintf(ref, sizeof ref, "call%lld", (long long)m->id);
	play_begin(p);
	desk_sent(p->desk, "sim1", NULL, &r);
	play_finish(p);
}

static void tell(struct play *p, int64_t id, const char *outcome)
{
	desk_report(p->desk, "sim1",
		&(struct report){ .id = id, .mr = -1, .outcome = outcome, .error = "" });
}

void play_questions(struct play *p)
{
	struct outgoing m;
	char channel[32], ref[96];

	while (desk_question(p->desk, channel, &m, ref)) {
		p->asked++;
		if (ringing_of(p, m.to)->known[0] != '\0')
			tell(p, m.id, ringing_of(p, m.to)->known);
	}
}

/* The one that so many came behind; 0: the last. */
static const struct call *call_before(struct play *p, const char *phone, long later)
{
	for (int i = p->call_count; i-- > 0;)
		if (strcmp(p->call[i].to, phone) == 0 && later-- == 0)
			return &p->call[i];
	play_fail(p, "no such call to that phone");
}

static const struct call *last_call(struct play *p, char **at)
{
	char phone[PHONE_SIZE];

	play_phone(p, play_need(p, at, "who"), phone);
	return call_before(p, phone, 0);
}

void play_provider(struct play *p, char *at)
{
	const struct call *c = last_call(p, &at);

	play_begin(p);
	tell(p, c->id, play_need(p, &at, "delivered, failed or pending"));
	play_finish(p);
}

void play_press(struct play *p, char *at)
{
	char phone[PHONE_SIZE];
	const struct call *c;
	const char *key, *before;

	play_phone(p, play_need(p, &at, "who"), phone);
	key = play_need(p, &at, "key");
	before = play_word(&at);
	c = call_before(p, phone, before != NULL && strcmp(before, "before") == 0);
	key_comes(p, c->id, c->to, key);
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
	c->id = m.id;
	snprintf(c->to, sizeof c->to, "%s", m.to);
	snprintf(c->text, sizeof c->text, "%s", m.text);
	how = ringing_of(p, m.to)->how;
	if (strcmp(how, "busy") == 0) {
		end_call(p, &m, SEND_REFUSED, SEND_BUSY, "busy");
	} else if (strcmp(how, "away") == 0) {
		end_call(p, &m, SEND_REFUSED, SEND_NO_REPLY, "no answer");
	} else if (strcmp(how, "lost") == 0) {
		end_call(p, &m, SEND_UNSURE, SEND_PASSING, "the modem went away");
	} else if (strcmp(how, "taken") == 0) {
		take_call(p, &m);
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

/* expect calls WHO sent expired: their states, oldest first. */
void play_expect_calls(struct play *p, char *at)
{
	const char *who = play_need(p, &at, "who");
	char phone[PHONE_SIZE], there[300] = "";
	struct message m;

	play_phone(p, who, phone);
	play_begin(p);
	for (int i = 0; i < p->call_count; i++) {
		size_t used = strlen(there);

		if (strcmp(p->call[i].to, phone) == 0 && message_get(p->t.s, p->call[i].id, &m))
			snprintf(there + used, sizeof there - used, "%s%s", used == 0 ? "" : " ",
				machine_code(&message_life, (int)m.state));
	}
	play_finish(p);
	play_compare(p, who, there, at);
}

void play_expect_asked(struct play *p, char *at)
{
	char there[16];

	snprintf(there, sizeof there, "%d", p->asked);
	play_compare(p, "asked", there, at);
}
