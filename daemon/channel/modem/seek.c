#include "seek.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

enum {
	DRAIN_MS =
		300, /* what a port says by itself; ESC, since a predecessor may have died at a prompt */
	CALL_MS = 300,
	CALLS = 3,
	ASK_MS = 3000,
	LOOK_MS = 2000,
	BACK_OFF_MAX_MS = 60 * 1000,
	IMEI_DIGITS = 14
};

static const int rates[] = { 115200, 9600, 57600, 38400, 19200, 230400, 460800 };
enum { RATES = sizeof rates / sizeof *rates };

static int baud_of(const struct seek *s)
{
	if (s->baud != 0)
		return s->baud;
	if (s->rate == 0 && s->best_baud != 0)
		return s->best_baud;
	return rates[s->rate];
}

static uint32_t mark_of(const struct ports *p)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < p->count; i++)
		for (const char *c = p->path[i]; *c != '\0'; c++)
			h = (h ^ (unsigned char)*c) * 16777619u;
	return h;
}

/* To the front, and only once. */
static void put_first(struct ports *p, const char *path)
{
	size_t at = 0;
	char copy[PORTS_PATH];

	snprintf(copy, sizeof copy, "%s", path);
	while (at < p->count && strcmp(p->path[at], copy) != 0)
		at++;
	if (at == p->count && p->count < PORTS_MAX)
		p->count++;
	if (at == PORTS_MAX)
		at--;
	memmove(p->path + 1, p->path, at * sizeof p->path[0]);
	snprintf(p->path[0], PORTS_PATH, "%s", copy);
}

/* -- one port after another ------------------------------------------------------------------ */

static void open_it(struct seek *s)
{
	s->state = SEEK_OPENING;
	s->due = INT64_MAX; /* the port tells in any case */
	s->calls = 0;
	line_init(&s->lines);
	s->ev.open(s->ev.arg, s->ports.path[s->at], baud_of(s));
}

static void end_without(struct seek *s, int64_t now)
{
	int64_t wait = LOOK_MS << (s->failures < 5 ? s->failures : 5);

	s->failures = s->contested ? 0 : s->failures + 1;
	s->best_baud = 0;
	s->known = mark_of(&s->ports);
	s->again = s->contested ? now : now + (wait < BACK_OFF_MAX_MS ? wait : BACK_OFF_MAX_MS);
	s->state = SEEK_IDLE;
	s->due = INT64_MAX;
	s->ev.lost(s->ev.arg, s->ports.count == 0 ? "no serial port there"
			      : s->seen_other     ? "only modems with another IMEI"
						  : "no port answers");
}

static void next_port(struct seek *s, int64_t now)
{
	s->rate = 0;
	if (++s->at < s->ports.count)
		open_it(s);
	else
		end_without(s, now);
}

/* Other speeds are tried on the configured device alone: a stick's ports know no speed. */
static void next_rate(struct seek *s, int64_t now)
{
	bool own = s->device[0] != '\0' && strcmp(s->ports.path[s->at], s->device) == 0;

	if (s->baud != 0 || !own || ++s->rate == RATES)
		next_port(s, now);
	else
		open_it(s);
}

static void found(struct seek *s)
{
	snprintf(s->best, sizeof s->best, "%s", s->ports.path[s->at]);
	s->best_baud = baud_of(s);
	s->failures = 0;
	s->again = 0;
	s->state = SEEK_IDLE;
	s->due = INT64_MAX;
	s->ev.found(s->ev.arg, s->best, s->best_baud);
}

static void call(struct seek *s, int64_t now)
{
	s->state = SEEK_CALLING;
	s->calls++;
	s->due = now + CALL_MS;
	s->ev.write(s->ev.arg, "AT\r", 3);
}

/* -- what it says -------------------------------------------------------------------------------- */

static bool is_satellite(const char *line)
{
	return strncmp(line, "$GP", 3) == 0 || strncmp(line, "$GN", 3) == 0 ||
	       strncmp(line, "$GL", 3) == 0 || strncmp(line, "$BD", 3) == 0;
}

/* Fourteen digits or more at the start, behind a name, quotes or blanks. */
static const char *imei_in(const char *line)
{
	if (strncmp(line, "+CGSN:", 6) == 0)
		line += 6;
	line += strspn(line, " \"");
	return strspn(line, "0123456789") >= IMEI_DIGITS ? line : NULL;
}

static void take_line(struct seek *s, int64_t now, const char *line)
{
	const char *imei;

	if (is_satellite(line) || (s->state == SEEK_ASKING && strstr(line, "ERROR") != NULL)) {
		next_port(s, now);
	} else if (s->state == SEEK_CALLING && strcmp(line, "OK") == 0) {
		if (s->imei[0] == '\0') {
			found(s);
			return;
		}
		s->state = SEEK_ASKING;
		s->due = now + ASK_MS;
		s->ev.write(s->ev.arg, "AT+CGSN\r", 8);
	} else if (s->state == SEEK_ASKING && (imei = imei_in(line)) != NULL) {
		if (strncmp(imei, s->imei, IMEI_DIGITS) == 0) {
			found(s);
			return;
		}
		s->seen_other = true;
		next_port(s, now);
	}
}

void seek_bytes(struct seek *s, int64_t now, const char *bytes, size_t n)
{
	struct line line;

	while (n > 0 && s->state >= SEEK_DRAINING) {
		size_t took = line_put(&s->lines, bytes, n);

		bytes += took;
		n -= took;
		while (s->state >= SEEK_DRAINING && line_take(&s->lines, false, &line))
			if (!line.spoilt)
				take_line(s, now, line.text);
	}
}

/* -- the search ------------------------------------------------------------------------------------- */

static void begin(struct seek *s, int64_t now)
{
	uint32_t before = s->known;

	s->ev.list(s->ev.arg, &s->ports);
	if (s->device[0] != '\0' && s->device[0] == '/' && s->imei[0] == '\0')
		s->ports.count = 0; /* it stands where it stands: only its speed is wanted */
	if (s->best[0] != '\0')
		put_first(&s->ports, s->best);
	if (s->device[0] != '\0')
		put_first(&s->ports, s->device);
	if (now < s->again && mark_of(&s->ports) == before) {
		s->due = now + LOOK_MS < s->again ? now + LOOK_MS : s->again;
		return; /* nothing new: not every two seconds */
	}
	s->at = s->rate = 0;
	s->seen_other = s->contested = false;
	if (s->ports.count > 0)
		open_it(s);
	else
		end_without(s, now);
}

void seek_begin(struct seek *s, int64_t now, int64_t in_ms)
{
	s->state = SEEK_WAITING;
	s->due = now + in_ms;
}

void seek_stop(struct seek *s)
{
	s->state = SEEK_IDLE;
	s->due = INT64_MAX;
}

void seek_opened(struct seek *s, int64_t now)
{
	if (s->state != SEEK_OPENING)
		return;
	s->state = SEEK_DRAINING;
	s->due = now + DRAIN_MS;
	s->ev.write(s->ev.arg, "\x1b", 1);
}

void seek_lost(struct seek *s, int64_t now)
{
	if (s->state >= SEEK_OPENING)
		next_port(s, now);
}

void seek_tick(struct seek *s, int64_t now)
{
	if (now < s->due)
		return;
	s->due = INT64_MAX;
	if (s->state == SEEK_WAITING)
		begin(s, now);
	else if (s->state == SEEK_DRAINING || (s->state == SEEK_CALLING && s->calls < CALLS))
		call(s, now);
	else if (s->state == SEEK_CALLING)
		next_rate(s, now);
	else if (s->state == SEEK_ASKING)
		next_port(s, now);
}

int64_t seek_deadline(const struct seek *s)
{
	return s->due;
}

bool seek_is_busy(const struct seek *s)
{
	return s->state != SEEK_IDLE;
}

void seek_init(struct seek *s, const char *device, const char *imei, int baud,
	const struct seek_events *ev)
{
	memset(s, 0, sizeof *s);
	s->ev = *ev;
	s->baud = baud;
	snprintf(s->device, sizeof s->device, "%s", device);
	snprintf(s->imei, sizeof s->imei, "%s", imei);
	s->due = INT64_MAX;
}
