/* care_json.c - the health of a card for the store and for people. */
#include <stdio.h>
#include <string.h>

#include "care_room.h"
#include "json.h"
#include "money.h"
#include "seal.h"
#include "text.h"

#include "banned.h"

static const char *const alarm_codes[CARE_ALARMS] = { "suspect", "loop", "credit_low" };

const char *care_alarm_code(enum care_alarm a)
{
	return alarm_codes[a];
}

static void copy(char *out, size_t n, const char *s)
{
	text_copy(out, n, s == NULL ? "" : s); /* half a character is no text for JSON */
}

/* What is kept: one row a field, so that reading and writing cannot differ. */
#define TIME(field) \
	{ \
#field, offsetof(struct care, field), true \
	}
#define COUNT(field) \
	{ \
#field, offsetof(struct care, field), false \
	}

static const struct {
	const char *name;
	size_t at;
	bool wide;
} numbers[] = { TIME(suspect_at), TIME(trial_at), COUNT(good_trials), COUNT(day_sent),
	COUNT(day_received), COUNT(received), TIME(received_at), COUNT(reported), COUNT(unreported),
	TIME(report_at), TIME(loop_at), COUNT(loop_took_s), TIME(credit_asked_at), TIME(credit_at),
	TIME(credit_fen) };
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int64_t get(const struct care *c, size_t i)
{
	const char *at = (const char *)c + numbers[i].at;
	int64_t wide;
	int small;

	if (numbers[i].wide) {
		memcpy(&wide, at, sizeof wide);
		return wide;
	}
	memcpy(&small, at, sizeof small);
	return small;
}

static void set(struct care *c, size_t i, int64_t value)
{
	char *at = (char *)c + numbers[i].at;
	int small = (int)value;

	if (numbers[i].wide)
		memcpy(at, &value, sizeof value);
	else
		memcpy(at, &small, sizeof small);
}

json_t *care_memory(const struct care *c)
{
	json_t *o = json_object();

	json_put_int(o, "v", 1);
	json_put_str(o, "card", c->card);
	json_object_set_new(o, "suspect", json_boolean(c->suspect));
	json_put_str(o, "why", c->why);
	json_put_str(o, "day", c->day);
	json_put_str(o, "loop", care_loop_code(c->loop));
	json_object_set_new(o, "credit_known", json_boolean(c->credit_known));
	json_put_str(o, "credit_text", c->credit_text);
	for (size_t i = 0; i < NUMBERS; i++)
		json_put_int(o, numbers[i].name, get(c, i));
	return o;
}

static void read(struct care *c, const json_t *o)
{
	copy(c->card, sizeof c->card, json_str(o, "card"));
	c->suspect = json_flag(o, "suspect", false);
	copy(c->why, sizeof c->why, json_str(o, "why"));
	copy(c->day, sizeof c->day, json_str(o, "day"));
	c->loop = care_loop_of(json_str(o, "loop"));
	c->credit_known = json_flag(o, "credit_known", false);
	copy(c->credit_text, sizeof c->credit_text, json_str(o, "credit_text"));
	for (size_t i = 0; i < NUMBERS; i++)
		set(c, i, json_int(o, numbers[i].name, 0));
}

/* The alarms stand in the store as well: here they are only known again. */
void care_recall(struct care *c, int64_t now, const char *memory)
{
	json_t *o = memory == NULL || memory[0] == '\0' ? NULL : json_loads(memory, 0, NULL);

	c->recalled = true;
	if (json_is_object(o) && json_int(o, "v", 0) == 1)
		read(c, o);
	json_decref(o);
	c->alarms =
		(c->suspect ? 1u << CARE_SUSPECT : 0) |
		(c->loop > LOOP_GOOD ? 1u << CARE_LOOP_FAILED : 0) |
		(c->credit_known && c->credit_fen < c->config.low_fen ? 1u << CARE_CREDIT_LOW : 0);
	care_count_day(c, now, 0, 0);
}

void care_card(struct care *c, int64_t now, const char *iccid)
{
	uint8_t print[32];
	char card[16];

	if (iccid[0] == '\0' || !c->recalled)
		return;
	seal_sha256(iccid, strlen(iccid), print);
	for (size_t i = 0; i < 6; i++)
		snprintf(card + 2 * i, sizeof card - 2 * i, "%02x", print[i]);
	if (strcmp(c->card, card) == 0)
		return;
	if (c->card[0] != '\0') {
		struct care_config config = c->config;
		struct care_events ev = c->ev;

		for (int a = 0; a < CARE_ALARMS; a++)
			care_raise(c, (enum care_alarm)a, "", false);
		care_init(c, &config, &ev);
		c->recalled = true;
		care_count_day(c, now, 0, 0);
	}
	copy(c->card, sizeof c->card, card);
	care_changed(c);
}

void care_init(struct care *c, const struct care_config *config, const struct care_events *ev)
{
	memset(c, 0, sizeof *c);
	c->config = *config;
	c->ev = *ev;
	c->loop_mr = -1;
}

/* -- for people ---------------------------------------------------------------------------------- */

static void put_loop(json_t *o, const struct care *c)
{
	json_t *loop = json_object();

	json_put_str(loop, "result", care_loop_code(c->loop));
	json_put_time(loop, "at", c->loop_at);
	if (c->loop == LOOP_GOOD)
		json_put_int(loop, "took_s", c->loop_took_s);
	json_object_set_new(o, "loop", loop);
}

static void put_credit(json_t *o, const struct care *c)
{
	json_t *credit = json_object();
	char sum[MONEY_TEXT];

	json_put_str(credit, "yuan", c->credit_known ? money_text(c->credit_fen, sum) : NULL);
	json_put_time(credit, "at", c->credit_at);
	json_put_str(credit, "unread", c->credit_text[0] == '\0' ? NULL : c->credit_text);
	json_object_set_new(o, "credit", credit);
}

json_t *care_json(const struct care *c, int64_t now)
{
	json_t *o = json_object();

	json_object_set_new(o, "suspect", json_boolean(care_is_suspect(c, now)));
	if (c->suspect) {
		json_put_str(o, "suspect_why", c->why);
		json_put_time(o, "suspect_at", c->suspect_at);
		json_put_time(o, "trial_at", c->trial_at > now ? c->trial_at : now);
		json_put_int(o, "good_trials", c->good_trials);
	}
	json_put_int(o, "sent_today", c->day_sent);
	json_put_int(o, "received_today", c->day_received);
	json_put_time(o, "received_at", c->received_at);
	json_put_time(o, "report_at", c->report_at);
	if (c->config.loop || c->loop != LOOP_NEVER)
		put_loop(o, c);
	if (c->config.credit || c->credit_known)
		put_credit(o, c);
	return o;
}
