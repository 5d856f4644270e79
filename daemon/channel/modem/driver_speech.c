/* driver_speech.c - speaking in a call: by the modem, by a file on it, by sound of the host. */
#include <stdio.h>
#include <string.h>

#include "driver_room.h"
#include "text.h"

#include "banned.h"

enum {
	SAY_MS = 10 * 1000,
	STOP_MS = 5000,
	A_CHARACTER_MS = 250,
	SLACK_MS = 3000,
	SENTENCE_MAX = 100, /* characters of one command */
	STOP_ECHO_MS = 500, /* the end line of what was stopped */
	MUTE_AFTER = 2
};

const char *speech_way_name(enum speech_way w)
{
	static const char *const names[] = { "tts", "file", "port", "none" };

	return names[w];
}

/* The first way from `way` on that this modem has. */
static enum speech_way way_from(const struct driver *d, enum speech_way way, bool sound)
{
	const struct call_profile *p = d->voice.profile;

	if (way == SPEECH_TTS && (p->say == NULL || (d->voice.can & CALL_CAN_TTS) == 0 ||
					 d->voice.mute >= MUTE_AFTER))
		way = SPEECH_FILE;
	if (way == SPEECH_FILE && (p->play == NULL || d->config.call_file == NULL))
		way = SPEECH_PORT;
	if (way == SPEECH_PORT && (!p->port || d->audio == NULL || !sound))
		way = SPEECH_NONE;
	return way;
}

enum speech_way speech_way_of(const struct driver *d, bool sound)
{
	return way_from(d, SPEECH_TTS, sound);
}

/* A sentence as UCS-2 in hex */

static bool ends_sentence(uint32_t c)
{
	static const uint32_t ends[] = { 0x3002, 0xFF01, 0xFF1F, 0xFF1B, '!', '?', ';', '\n' };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (c == ends[i])
			return true;
	return false;
}

static bool may_cut(uint32_t c)
{
	return c == 0xFF0C || c == 0x3001 || c == ',' || c == ' ';
}

/* Bytes of the next sentence: to its end, else to the last comma that fits, else what fits. */
static size_t sentence(const char *text)
{
	const char *s = text, *end = text + strlen(text), *comma = NULL;

	for (int n = 0; n < SENTENCE_MAX; n++) {
		uint32_t c = text_next(&s, end);

		if (c == 0)
			return strlen(text);
		if (ends_sentence(c))
			return (size_t)(s - text);
		if (may_cut(c))
			comma = s;
	}
	return (size_t)((comma != NULL ? comma : s) - text);
}

static void put_unit(char *hex, size_t *used, uint32_t unit)
{
	static const char figures[] = "0123456789ABCDEF";

	for (int shift = 12; shift >= 0; shift -= 4)
		hex[(*used)++] = figures[unit >> shift & 15];
	hex[*used] = '\0';
}

/* Characters that nobody can hear are left out. Returns how many there are. */
static int to_hex(const char *text, size_t n, char *hex, size_t max)
{
	const char *end = text + n;
	size_t used = 0;
	int chars = 0;

	hex[0] = '\0';
	while (text < end && used + 9 < max) {
		uint32_t c = text_next(&text, end);

		if (c < 0x20 || c == TEXT_BAD)
			continue;
		if (c > 0xFFFF) {
			put_unit(hex, &used, 0xD800 + ((c - 0x10000) >> 10));
			put_unit(hex, &used, 0xDC00 + ((c - 0x10000) & 0x3FF));
		} else {
			put_unit(hex, &used, c);
		}
		chars++;
	}
	return chars;
}

/* Life of one speech */

void speech_begin(struct driver *d, const char *text, const struct modem_sound *s, bool whole)
{
	struct driver_call *c = &d->call;
	bool silent = c->speech.way == SPEECH_NONE || (!whole && c->speech.way == SPEECH_FILE) ||
		      (c->speech.way == SPEECH_PORT ? s->count == 0 : text[0] == '\0');

	c->speech.text = text;
	c->speech.sound = *s;
	c->speech.whole = whole;
	c->speech.stop = c->speech.on;
	c->speech.on = false;
	c->speech.wanted = !silent;
	if (silent) /* told from the clock, not from inside the change of the state */
		driver_after(d, TIMER_SPEECH, 0);
	else
		driver_cancel(d, TIMER_SPEECH);
}

/* What is to be said next, or that all is said. */
void speech_ended(struct driver *d)
{
	struct driver_call *c = &d->call;

	driver_cancel(d, TIMER_SPEECH);
	if (c->speech.stop && c->speech.wanted) { /* what could not be stopped is over */
		c->speech.stop = false;
		return;
	}
	if (c->speech.wanted)
		return;
	c->speech.on = false;
	if (c->speech.way == SPEECH_TTS && c->speech.text != NULL && c->speech.text[0] != '\0')
		c->speech.wanted = true;
	else
		call_spoken(d);
}

void speech_off(struct driver *d)
{
	struct driver_call *c = &d->call;

	driver_cancel(d, TIMER_SPEECH);
	c->speech.wanted = c->speech.on = c->speech.stop = false;
	if (!c->speech.open)
		return;
	c->speech.open = false;
	d->audio->close(d->audio->arg);
	d->voice.port_off = d->voice.profile->port_off != NULL;
}

/* Refused: the next way; a modem that refuses twice in a row has no speech of its own. */
static void refused(struct driver *d)
{
	struct driver_call *c = &d->call;

	if (c->speech.way == SPEECH_TTS)
		d->voice.mute++;
	c->speech.on = false;
	c->speech.way = c->speech.way == SPEECH_NONE
				? SPEECH_NONE
				: way_from(d, c->speech.way + 1, c->speech.sound.count > 0);
	d->health.speech = speech_way_name(c->speech.way);
	if (c->speech.whole && c->state == CALL_SPEAK)
		speech_begin(d, c->call.text, &c->call.sound, true);
	else
		driver_after(d, TIMER_SPEECH, 0);
}

static void say_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	struct driver_call *c = &d->call;

	(void) final;
	if (end == DRIVER_BROKEN || !call_is_up(d) || !c->speech.on)
		return;
	if (end == DRIVER_REFUSED) {
		refused(d);
		return;
	}
	d->voice.mute = 0;
	driver_after(d, TIMER_SPEECH, c->speech.chars * A_CHARACTER_MS + SLACK_MS);
}

static void stop_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	d->call.speech.stopped_at = d->now;
}

static void port_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	struct driver_call *c = &d->call;

	(void) final;
	if (end == DRIVER_BROKEN || !call_is_up(d))
		return;
	if (end == DRIVER_REFUSED)
		refused(d);
	else
		c->speech.ported = true;
}

static const struct driver_op say_op = { SAY_MS, NULL, say_done };
static const struct driver_op stop_op = { STOP_MS, NULL, stop_done };
static const struct driver_op port_op = { SAY_MS, NULL, port_done };
static const struct driver_op port_off_op = { STOP_MS, NULL, NULL };

/* True: a command was written. False: none is needed, or it cannot be stopped and must end. */
static bool stop(struct driver *d)
{
	struct driver_call *c = &d->call;
	const char *text = c->speech.way == SPEECH_TTS ? d->voice.profile->say_stop
						       : d->voice.profile->play_stop;

	if (c->speech.way == SPEECH_PORT) {
		d->audio->stop(d->audio->arg);
		c->speech.stop = false;
		return false;
	}
	if (text == NULL) {
		if (d->due[TIMER_SPEECH] == INT64_MAX)
			driver_after(d, TIMER_SPEECH, c->speech.chars * A_CHARACTER_MS + SLACK_MS);
		return false;
	}
	c->speech.stop = false;
	return driver_run(d, &stop_op, text);
}

static bool say_text(struct driver *d)
{
	struct driver_call *c = &d->call;
	char hex[SENTENCE_MAX * 8 + 1], command[AT_COMMAND_MAX + 1];
	size_t n = sentence(c->speech.text);
	const char *from = c->speech.text;

	c->speech.text += n;
	c->speech.chars = to_hex(from, n, hex, sizeof hex);
	if (c->speech.chars == 0) {
		driver_after(d, TIMER_SPEECH, 0);
		return false;
	}
	snprintf(command, sizeof command, "%s%.*s\"", d->voice.profile->say, 600, hex);
	return driver_run(d, &say_op, command);
}

static bool play_file(struct driver *d)
{
	char command[AT_COMMAND_MAX];

	d->call.speech.chars = (int)text_count(d->call.call.text);
	snprintf(command, sizeof command, "%s%s%s", d->voice.profile->play, d->call_file,
		d->voice.profile->play_tail[d->voice.tail]);
	return driver_run(d, &say_op, command);
}

static void say_sound(struct driver *d)
{
	struct driver_call *c = &d->call;
	enum { SAMPLES_A_MS = 8 };

	if (!c->speech.open) {
		c->speech.open = true;
		d->audio->open(d->audio->arg, (d->voice.can & CALL_CAN_KEYS) == 0);
	}
	d->audio->say(d->audio->arg, &c->speech.sound);
	driver_after(d, TIMER_SPEECH, (int64_t)(c->speech.sound.count / SAMPLES_A_MS) + SLACK_MS);
}

static bool say(struct driver *d)
{
	struct driver_call *c = &d->call;
	const char *port_on = d->voice.profile->port_on;

	if (c->speech.way == SPEECH_PORT && !c->speech.ported && port_on != NULL) {
		if (d->now < c->up_at + d->voice.profile->port_ms) {
			d->gap_until = c->up_at + d->voice.profile->port_ms;
			d->due[TIMER_GAP] = d->gap_until;
			return false;
		}
		return driver_run(d, &port_op, port_on);
	}
	c->speech.wanted = false;
	c->speech.on = true;
	c->speech.begun |= c->speech.whole;
	if (c->speech.way == SPEECH_TTS)
		return say_text(d);
	if (c->speech.way == SPEECH_FILE)
		return play_file(d);
	say_sound(d);
	return false;
}

bool speech_next(struct driver *d)
{
	struct driver_call *c = &d->call;

	if (d->voice.port_off) {
		d->voice.port_off = false;
		return driver_run(d, &port_off_op, d->voice.profile->port_off);
	}
	if (!call_is_up(d))
		return false;
	if (c->speech.stop && stop(d))
		return true;
	return !c->speech.stop && c->speech.wanted && say(d);
}

/* After a stop the end line of what was stopped may come: it ends nothing else. */
bool speech_is_echo(struct driver *d)
{
	struct driver_call *c = &d->call;
	bool echo = c->speech.stopped_at != 0 && d->now - c->speech.stopped_at < STOP_ECHO_MS;

	c->speech.stopped_at = 0;
	return echo;
}
