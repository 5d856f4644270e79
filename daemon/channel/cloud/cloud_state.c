/* What a cloud channel is in: ready, waiting because it could not be reached, stopped until a person acts. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "cloud_room.h"
#include "json.h"
#include "log.h"
#include "text.h"

#include "banned.h"

/* People look a code up, so it is shown whole; a number of a phone is longer. */
enum { CODE_DIGITS = 8, WORD_DIGITS = 4 };
enum { SKEW_MS = 2 * 60 * 1000, FAILURES_MAX = 3, WAIT_MS = 5000, WAIT_MAX_MS = 60000 };

/* -- words and alarms ----------------------------------------------------------------------- */

static const char *const state_codes[] = {
	[CLOUD_READY] = "ready", [CLOUD_WAITING] = "waiting", [CLOUD_STOPPED] = "stopped"
};

static const char *const alarm_codes[CLOUD_ALARMS] = { [CLOUD_ALARM_STOPPED] = "stopped",
	[CLOUD_ALARM_UNREACHABLE] = "unreachable",
	[CLOUD_ALARM_CLOCK] = "clock",
	[CLOUD_ALARM_POLLING] = "polling",
	[CLOUD_ALARM_RECEIPT] = "receipt",
	[CLOUD_ALARM_UNREADABLE] = "unreadable" };

void cloud_alarm(struct channel *c, enum cloud_alarm alarm, const char *text, bool on)
{
	if (c->alarm[alarm] == on)
		return;
	c->alarm[alarm] = on;
	log_warn("channel alarm name=%s kind=%s on=%d", c->name, alarm_codes[alarm], on);
	c->ev.on_alarm(c->ev.arg, alarm_codes[alarm], text, on);
}

/* Of a longer run of digits only the first four are shown. */
static void hide_runs(char *from, char *to, size_t longest)
{
	enum { SHOWN = 4 };

	while (from < to) {
		size_t run = strspn(from, "0123456789");

		if (from + run > to)
			run = (size_t)(to - from);
		if (run > longest)
			memset(from + SHOWN, '*', run - SHOWN);
		from += run + 1;
	}
}

/* Providers quote the request in their errors: percent signs, braces and brackets begin such a piece. */
void cloud_words(const char *code, const char *words, char *out, size_t n)
{
	const char *end = words + strlen(words), *at = words;
	size_t used = (size_t)snprintf(
		       out, n, "%s%s", code, code[0] == '\0' || words[0] == '\0' ? "" : " "),
	       coded = strlen(code);

	while (used < n && at < end && strchr("%{[", *at) == NULL) {
		const char *from = at;
		size_t len;

		text_next(&at, end);
		len = (size_t)(at - from);
		if (used + len >= n)
			break;
		memcpy(out + used, from, len);
		used += len;
		out[used] = '\0';
	}
	coded = coded < strlen(out) ? coded : strlen(out);
	hide_runs(out, out + coded, CODE_DIGITS);
	hide_runs(out + coded, out + strlen(out), WORD_DIGITS);
}

/* -- state ---------------------------------------------------------------------------------- */

static void enter(struct channel *c, enum cloud_state state)
{
	if (c->state != state)
		log_info("channel state name=%s from=%s to=%s", c->name, state_codes[c->state],
			state_codes[state]);
	c->state = state;
	c->since_ms = clock_mono_ms();
}

void cloud_ready(struct channel *c)
{
	if (c->state == CLOUD_STOPPED)
		cloud_alarm(c, CLOUD_ALARM_STOPPED, "", false);
	uv_timer_stop(&c->wake);
	enter(c, CLOUD_READY);
	c->failures = 0;
	c->unknown[0] = '\0';
	c->stopped_by_clock = false;
	c->why[0] = '\0';
	c->ev.on_ready(c->ev.arg);
}

void cloud_stop_sending(struct channel *c, const struct cloud_verdict *v)
{
	char text[400], words[120];

	cloud_words(v->code, v->words, words, sizeof words);
	snprintf(c->why, sizeof c->why, "%s", words);
	c->stopped_by_clock = v->clock;
	if (c->state == CLOUD_STOPPED)
		return;
	uv_timer_stop(&c->wake);
	enter(c, CLOUD_STOPPED);
	log_error("channel stopped until a person acts name=%s code=%s", c->name, v->code);
	snprintf(text, sizeof text,
		"%s通道已停用:%s。处理好以后请恢复这个通道(quanzu channel resume %s)",
		c->provider->name, words, c->name);
	cloud_alarm(c, CLOUD_ALARM_STOPPED, text, true);
	if (v->clock)
		cloud_alarm(c, CLOUD_ALARM_CLOCK, "服务商说时间不对,请校准本机时钟", true);
}

static void on_wake(uv_timer_t *timer)
{
	struct channel *c = timer->data;

	c->ev.on_ready(c->ev.arg);
}

/* Several in a row that did not get through: nothing more is thrown after them for a while. */
void cloud_failed(struct channel *c, enum http_why why)
{
	int64_t pause = WAIT_MS;
	char text[300];

	if (++c->failures < FAILURES_MAX || c->state == CLOUD_STOPPED)
		return;
	for (int i = FAILURES_MAX; i < c->failures && pause < WAIT_MAX_MS; i++)
		pause *= 2;
	snprintf(c->why, sizeof c->why, "%s", http_why_text(why));
	enter(c, CLOUD_WAITING);
	uv_timer_start(&c->wake, on_wake, (uint64_t)(pause < WAIT_MAX_MS ? pause : WAIT_MAX_MS), 0);
	snprintf(
		text, sizeof text, "%s连续%d次没有接通:%s", c->provider->name, c->failures, c->why);
	cloud_alarm(c, CLOUD_ALARM_UNREACHABLE, text, true);
}

void cloud_reached(struct channel *c)
{
	c->failures = 0;
	cloud_alarm(c, CLOUD_ALARM_UNREACHABLE, "", false);
	if (c->state == CLOUD_WAITING)
		cloud_ready(c);
}

void cloud_look_at_clock(struct channel *c, const struct http_answer *a)
{
	int64_t off = a->date_ms - clock_now_ms();
	char text[120];

	if (a->date_ms == 0)
		return;
	if (off > SKEW_MS || off < -SKEW_MS) {
		snprintf(text, sizeof text, "本机时钟和%s的差了%lld秒,请校准", c->provider->name,
			(long long)((off < 0 ? -off : off) / 1000));
		cloud_alarm(c, CLOUD_ALARM_CLOCK, text, true);
		return;
	}
	cloud_alarm(c, CLOUD_ALARM_CLOCK, "", false);
	if (c->state == CLOUD_STOPPED && c->stopped_by_clock)
		cloud_ready(c);
}

void cloud_begin(struct channel *c)
{
	c->since_ms = clock_mono_ms();
	cloud_timer(c, &c->wake);
	uv_timer_start(&c->wake, on_wake, 0, 0);
}

void cloud_state_tell(const struct channel *c, json_t *o)
{
	json_t *alarms = json_array();

	json_object_set_new(o, "up", json_boolean(c->state == CLOUD_READY));
	json_put_str(o, "state", state_codes[c->state]);
	json_put_int(o, "for_s", (clock_mono_ms() - c->since_ms) / 1000);
	json_put_str(o, "why", c->why);
	for (int i = 0; i < CLOUD_ALARMS; i++)
		if (c->alarm[i])
			json_array_append_new(alarms, json_string(alarm_codes[i]));
	json_object_set_new(o, "alarms", alarms);
}
