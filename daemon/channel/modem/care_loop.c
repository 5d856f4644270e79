/* care_loop.c - the loop test: what we send must come in, with its report. And the credit. */
#include <stdio.h>
#include <string.h>

#include "care_room.h"
#include "money.h"
#include "text.h"

#include "banned.h"

static const char *const codes[] = { "never", "running", "good", "not_sent", "not_received",
	"no_report" };
enum { CODES = sizeof codes / sizeof *codes };

const char *care_loop_code(enum care_loop l)
{
	return codes[l];
}

enum care_loop care_loop_of(const char *code)
{
	for (size_t i = 0; code != NULL && i < CODES; i++)
		if (i != LOOP_RUNNING && strcmp(codes[i], code) == 0)
			return (enum care_loop)i;
	return LOOP_NEVER; /* one that was running is lost with its word */
}

bool care_loop_begin(struct care *c, int64_t now, const char *word)
{
	if (!c->config.loop || c->word[0] != '\0')
		return false;
	snprintf(c->word, sizeof c->word, "%s", word);
	c->loop = LOOP_RUNNING;
	c->loop_at = now;
	c->loop_sent_at = 0;
	c->loop_came = c->loop_reported = false;
	c->loop_mr = -1;
	care_changed(c);
	return true;
}

static void over(struct care *c, int64_t now, enum care_loop how)
{
	static const char *const texts[] = { [LOOP_NOT_SENT] =
						     "自检短信发不出去。请查余额、是否停机。",
		[LOOP_NOT_RECEIVED] =
			"自检短信发出10分钟没有收到:这张卡可能只能发不能收,或串口选错、号码写错。",
		[LOOP_NO_REPORT] = "自检短信收到了,但没有送达回执。" };

	c->word[0] = '\0';
	c->loop = how;
	if (how == LOOP_GOOD)
		care_raise(c, CARE_LOOP_FAILED, "", false);
	else
		care_raise(c, CARE_LOOP_FAILED, texts[how], true);
	care_changed(c);
	if (c->suspect)
		care_trial(c, now, how == LOOP_GOOD);
	else if (how == LOOP_NOT_SENT || how == LOOP_NOT_RECEIVED)
		care_suspect(c, now, "loop");
}

/* A network that never sent a report owes us none (8.3.6). */
static bool wants_report(const struct care *c)
{
	return c->config.reports && c->reported > 0;
}

static void look(struct care *c, int64_t now)
{
	if (c->word[0] == '\0' || !c->loop_came || (wants_report(c) && !c->loop_reported))
		return;
	c->loop_took_s = (int)((now - c->loop_at) / 1000);
	over(c, now, LOOP_GOOD);
}

void care_loop_sent(struct care *c, int64_t now, enum verdict v, int mr)
{
	enum { AGAIN_MS = 10 * 60 * 1000 };

	if (c->word[0] == '\0')
		return;
	if (v == VERDICT_SENT)
		care_count_day(c, now, 1, 0);
	if (v == VERDICT_SENT || v == VERDICT_UNSURE) {
		c->loop_sent_at = now;
		c->loop_mr = mr;
		look(c, now);
	} else if (v == VERDICT_REFUSED) {
		over(c, now, LOOP_NOT_SENT);
	} else { /* the modem was in the way, not the card: in ten minutes again */
		c->word[0] = '\0';
		c->loop = LOOP_NEVER;
		c->loop_at = now - c->config.loop_min * INT64_C(60000) + AGAIN_MS;
		if (c->suspect)
			c->trial_at = now + AGAIN_MS;
		care_changed(c);
	}
}

bool care_loop_is(const struct care *c, const char *text)
{
	return c->word[0] != '\0' && strstr(text, c->word) != NULL;
}

void care_loop_came(struct care *c, int64_t now)
{
	c->loop_came = true;
	look(c, now);
}

bool care_loop_report(struct care *c, int64_t now, int mr, int status)
{
	enum { ARRIVED = 0x1F };

	if (c->word[0] == '\0' || mr < 0 || c->loop_mr != mr)
		return false;
	if (status <= ARRIVED) {
		c->loop_reported = true;
		look(c, now);
	}
	return true;
}

void care_loop_late(struct care *c, int64_t now)
{
	over(c, now, c->loop_came ? LOOP_NO_REPORT : LOOP_NOT_RECEIVED);
}

/* -- credit ----------------------------------------------------------------------------------------- */

void care_credit_asked(struct care *c, int64_t now)
{
	c->credit_asked_at = now;
	c->credit_waits = true;
	care_changed(c);
}

void care_credit(struct care *c, int64_t now, const char *text, bool readable, int64_t fen)
{
	char sum[MONEY_TEXT], say[160];

	c->credit_at = now;
	if (!readable) {
		text_copy(c->credit_text, sizeof c->credit_text, text);
		care_changed(c);
		return;
	}
	c->credit_waits = false;
	c->credit_known = true;
	c->credit_fen = fen;
	c->credit_text[0] = '\0';
	snprintf(say, sizeof say, "SIM卡余额只有%s元,请尽快充值,欠费停机后发不出短信。",
		money_text(fen, sum));
	care_raise(c, CARE_CREDIT_LOW, say, fen < c->config.low_fen);
	care_changed(c);
}
