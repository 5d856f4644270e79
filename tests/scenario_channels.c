/* Several channels in a scenario: what each is for, and what goes wrong with it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_room.h"

#include "banned.h"

static const struct {
	const char *word;
	enum send_verdict verdict;
	enum send_class class_;
} faults[] = { { "well", SEND_SENT, SEND_PASSING }, { "card", SEND_REFUSED, SEND_CARD },
	{ "text", SEND_REFUSED, SEND_TEXT }, { "rate", SEND_REFUSED, SEND_RATE },
	{ "stop", SEND_REFUSED, SEND_STOP }, { "passing", SEND_REFUSED, SEND_PASSING },
	{ "device", SEND_NOT_SENT, SEND_MODEM }, { "silence", SEND_UNSURE, SEND_PASSING } };

/* The desk learns what the pump would tell it: all are free, those that are down are not there. */
void play_tell_channels(struct play *p)
{
	static const int free_[OUTGOING_KINDS] = { 1, 1 }, none[OUTGOING_KINDS] = { 0, 0 };

	play_begin(p);
	for (int i = 0; i < p->set.channel_count; i++) {
		bool up = !p->channel_down && !p->channel[i].down;

		desk_lane(p->desk, p->set.channel[i].name, up, p->channel[i].suspect,
			up && !p->channel[i].busy ? free_ : none);
	}
	desk_lanes_changed(p->desk);
	play_finish(p);
}

void play_reopen(struct play *p)
{
	desk_close(p->desk);
	p->desk = desk_open(p->t.s, &p->set);
	play_tell_channels(p);
}

static int channel_no(struct play *p, const char *name)
{
	for (int i = 0; i < p->set.channel_count; i++)
		if (strcmp(p->set.channel[i].name, name) == 0)
			return i;
	return -1;
}

static void set_bits(struct play *p, const char *words, unsigned (*of)(const char *), unsigned *to)
{
	char word[40];

	while (*words != '\0') {
		size_t n = strcspn(words, ",");

		snprintf(word, sizeof word, "%.*s", (int)n, words);
		if (of(word) == 0)
			play_fail(p, "no such word: %s", word);
		*to |= of(word);
		words += n + (words[n] == ',');
	}
}

/* channel sim2 purposes=task,urgent carriers=移动 cost=5 prefer=1 kind=aliyun number=20 */
void play_channel_line(struct play *p, char *at)
{
	const char *name = play_need(p, &at, "name");
	json_t *o = play_pairs(p, &at);
	int i = channel_no(p, name);
	struct channel_settings *c;

	if (i < 0) {
		i = p->set.channel_count++;
		assert(i < PLAY_CHANNELS);
		snprintf(p->set.channel[i].name, sizeof p->set.channel[i].name, "%s", name);
		snprintf(p->set.channel[i].kind, sizeof p->set.channel[i].kind, "%s", "modem");
		p->set.channel[i].sms = true;
	}
	c = &p->set.channel[i];
	if (play_get(o, "kind")[0] != '\0')
		snprintf(c->kind, sizeof c->kind, "%s", play_get(o, "kind"));
	set_bits(p, play_get(o, "purposes"), way_purpose_of_code, &c->way.purposes);
	set_bits(p, play_get(o, "carriers"), way_carrier_of_name, &c->way.carriers);
	c->way.cost_fen = (int)strtol(play_get(o, "cost"), NULL, 10);
	c->way.prefer = (int)strtol(play_get(o, "prefer"), NULL, 10);
	c->per_hour = (int)strtol(play_get(o, "hour"), NULL, 10);
	if (play_get(o, "number")[0] != '\0')
		c->per_number = (struct rate_rules){
			.at = { { (int)strtol(play_get(o, "number"), NULL, 10), 600000 } },
			.count = 1
		};
	if (play_get(o, "from")[0] != '\0') {
		c->way.from_min = (int)(play_span_ms(p, play_get(o, "from")) / 60000);
		c->way.to_min = (int)(play_span_ms(p, play_get(o, "to")) / 60000);
	}
	json_decref(o);
	play_reopen(p);
}

/* network sim1 down, up, busy, free, suspect, clean, or what it says to the next ones: card 3 */
bool play_channel_network(struct play *p, const char *name, char *at)
{
	int i = channel_no(p, name);
	const char *what;
	struct play_channel *c;
	const struct {
		const char *word;
		bool *flag, value;
	} flags[] = { { "down", &p->channel[i < 0 ? 0 : i].down, true },
		{ "up", &p->channel[i < 0 ? 0 : i].down, false },
		{ "busy", &p->channel[i < 0 ? 0 : i].busy, true },
		{ "free", &p->channel[i < 0 ? 0 : i].busy, false },
		{ "suspect", &p->channel[i < 0 ? 0 : i].suspect, true },
		{ "clean", &p->channel[i < 0 ? 0 : i].suspect, false } };

	if (i < 0)
		return false;
	c = &p->channel[i];
	what = play_need(p, &at, "what");
	for (size_t k = 0; k < sizeof flags / sizeof *flags; k++) {
		if (strcmp(flags[k].word, what) != 0)
			continue;
		*flags[k].flag = flags[k].value;
		play_tell_channels(p);
		play_pump(p);
		return true;
	}
	for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
		const char *times;

		if (strcmp(faults[k].word, what) != 0)
			continue;
		times = play_word(&at);
		c->fault = (int)k;
		c->times = times == NULL ? -1 : (int)strtol(times, NULL, 10);
		return true;
	}
	play_fail(p, "channel %s does not know %s", name, what);
}

bool play_channel_fault(struct play *p, int channel, enum send_verdict *v, enum send_class *class_,
	const char **why)
{
	struct play_channel *c = &p->channel[channel];

	if (c->fault == 0 || c->times == 0)
		return false;
	if (c->times > 0)
		c->times--;
	*v = faults[c->fault].verdict;
	*class_ = faults[c->fault].class_;
	*why = faults[c->fault].word;
	return true;
}
