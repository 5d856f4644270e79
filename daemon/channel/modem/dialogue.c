#include "dialogue.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "json.h"

#include "banned.h"

enum { LONG_FIGURE = 7, LONG_HEX = 20, SHOWN_HEAD = 3, SHOWN_TAIL = 2 };

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Stays as it is, whatever stands beside it. */
static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7F && !is_hex(c);
}

/* What stands for a run of hex or figures; its length, 0: it stays as it is. */
static size_t short_form(const char *s, size_t hex, size_t digits, char out[32])
{
	if (hex >= LONG_HEX && hex > digits)
		snprintf(out, 32, "[%zu hex]", hex);
	else if (digits >= LONG_HEX + 2) /* longer than any number: a PDU of figures alone */
		snprintf(out, 32, "[%zu hex]", digits);
	else if (digits >= LONG_FIGURE)
		snprintf(out, 32, "%.*s****%.*s", SHOWN_HEAD, s, SHOWN_TAIL,
			s + digits - SHOWN_TAIL);
	else
		return 0;
	return strlen(out);
}

/* The line up to `end`, figures and PDUs shortened; the length of what was written. */
static size_t mask_figures(const char *line, const char *end, char out[DIALOGUE_TEXT])
{
	size_t used = 0;

	while (line < end && used + 1 < DIALOGUE_TEXT) {
		size_t hex = 0, digits, take;
		char form[32];

		if (is_plain(*line)) {
			out[used++] = *line++;
			continue;
		}
		while (line + hex < end && is_hex(line[hex]))
			hex++;
		for (digits = 0; digits < hex && line[digits] <= '9'; digits++)
			;
		take = hex >= LONG_HEX ? hex : digits;
		if (take > 0 && short_form(line, hex, digits, form) > 0) {
			used += (size_t)snprintf(out + used, DIALOGUE_TEXT - used, "%s", form);
			line += take;
			continue;
		}
		if (take == 0)
			take = 1;
		for (; take > 0 && used + 1 < DIALOGUE_TEXT; take--, line++)
			out[used++] = *line >= 0x20 && *line < 0x7F ? *line : '?';
	}
	used = used < DIALOGUE_TEXT ? used : DIALOGUE_TEXT - 1;
	out[used] = '\0';
	return used;
}

/* Where the words of a speech command begin: a name is short, also in hex. NULL: it is none. */
static const char *spoken_words(const char *line)
{
	const char *said = strstr(line, "TTS="), *quote = said == NULL ? NULL : strchr(said, '"');

	return quote == NULL ? NULL : quote + 1;
}

void dialogue_mask(const char *line, char out[DIALOGUE_TEXT])
{
	const char *words = spoken_words(line);
	size_t used;

	if (strncasecmp(line, "AT+CPIN=", 8) == 0 || strncasecmp(line, "AT+CPWD", 7) == 0 ||
		strncasecmp(line, "AT+CLCK", 7) == 0) {
		snprintf(out, DIALOGUE_TEXT, "%.7s=[PIN]", line);
		return;
	}
	used = mask_figures(line, words == NULL ? line + strlen(line) : words, out);
	if (words != NULL)
		snprintf(out + used, DIALOGUE_TEXT - used, "[%zu hex]\"",
			strspn(words, "0123456789ABCDEF"));
}

static void keep(struct dialogue *d, int64_t now_ms, char dir, const char *text)
{
	struct dialogue_line *l = &d->line[d->count++ % DIALOGUE_LINES];

	l->at_ms = now_ms;
	l->dir = dir;
	dialogue_mask(text, l->text);
}

static void pass(struct dialogue *d, int64_t now_ms, char dir, const char *bytes, size_t n)
{
	char *text = dir == '<' ? d->in.text : d->out.text;
	size_t *len = dir == '<' ? &d->in.len : &d->out.len;

	for (size_t i = 0; i < n; i++) {
		bool end = bytes[i] == '\r' || bytes[i] == '\n' || bytes[i] == 0x1A;

		if (bytes[i] == 0x1B)
			keep(d, now_ms, dir, "ESC");
		if (!end && *len + 1 < sizeof d->in.text)
			text[(*len)++] = bytes[i];
		if (!end)
			continue;
		text[*len] = '\0';
		if (*len > 0)
			keep(d, now_ms, dir, text);
		*len = 0;
	}
}

void dialogue_read(struct dialogue *d, int64_t now_ms, const char *bytes, size_t n)
{
	pass(d, now_ms, '<', bytes, n);
}

void dialogue_wrote(struct dialogue *d, int64_t now_ms, const char *bytes, size_t n)
{
	pass(d, now_ms, '>', bytes, n);
}

void dialogue_note(struct dialogue *d, int64_t now_ms, const char *text)
{
	d->in.len = d->out.len = 0; /* a port that has gone ends no line */
	keep(d, now_ms, '-', text);
}

json_t *dialogue_json(const struct dialogue *d, uint64_t since)
{
	uint64_t first = d->count > DIALOGUE_LINES ? d->count - DIALOGUE_LINES : 0;
	json_t *list = json_array();

	for (uint64_t i = since > first ? since : first; i < d->count; i++) {
		const struct dialogue_line *l = &d->line[i % DIALOGUE_LINES];
		const char dir[2] = { l->dir, '\0' };
		json_t *o = json_object();

		json_put_int(o, "n", (int64_t)i + 1);
		json_put_time(o, "at", l->at_ms);
		json_put_str(o, "dir", dir);
		json_put_str(o, "text", l->text);
		json_array_append_new(list, o);
	}
	return list;
}
