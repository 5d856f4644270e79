/* at.c - the AT engine. */
#include "at_room.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "atsort.h"

#include "banned.h"

const char *at_result_name(enum at_result r)
{
	static const char *const names[] = { "OK", "ERROR", "CME", "CMS", "NOT SUPPORTED",
		"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "CONNECT" };

	return names[r];
}

const char *at_part_name(enum at_part p)
{
	static const char *const names[] = { "boot", "sim", "sms", "call", "pb", "network" };

	return names[p];
}

void at_init(struct at *at, void (*write)(void *arg, const char *bytes, size_t n),
	void (*event)(void *arg, const struct at_event *e), void *arg)
{
	memset(at, 0, sizeof *at);
	at->write = write;
	at->event = event;
	at->arg = arg;
	line_init(&at->lines);
}

struct at_event at_blank(enum at_kind kind, const char *line, size_t len)
{
	struct at_event e = { .kind = kind, .line = line, .len = len, .name = "" };

	e.code = e.id = e.duration = e.cause = e.end_status = e.ms = AT_NONE;
	return e;
}

void at_emit(struct at *at, const struct at_event *e)
{
	at->ignored += e->kind == AT_IGNORED;
	at->event(at->arg, e);
}

static void emit_line(struct at *at, enum at_kind kind, const char *line, size_t len)
{
	struct at_event e = at_blank(kind, line, len);

	at_emit(at, &e);
}

/* Writing */

static bool is_command(const char *text)
{
	size_t n = strlen(text);

	if (n < 2 || n > AT_COMMAND_MAX || memcmp(text, "AT", 2) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7E)
			return false;
	return true;
}

static void write_command(struct at *at, const char *text)
{
	size_t n = strlen(text);
	char bytes[AT_COMMAND_MAX + 1];

	memcpy(at->command, text, n + 1);
	memcpy(bytes, text, n);
	bytes[n] = '\r';
	at->write(at->arg, bytes, n + 1);
}

/* "AT+CMGS=20" has lines that begin with "+CMGS"; "ATD..." has none. */
static void name_of(const char *text, char name[AT_NAME_MAX])
{
	size_t n = 1;

	name[0] = '\0';
	if (strchr("+^*%$", text[2]) == NULL || text[2] == '\0')
		return;
	while (n < AT_NAME_MAX - 1 && (isalnum((unsigned char)text[2 + n]) || text[2 + n] == '_'))
		n++;
	memcpy(name, text + 2, n);
	name[n] = '\0';
}

/* Commands whose answer is a bare line. */
static bool is_identity(const char *text)
{
	static const char *const names[] = { "+CGMI", "+CGMM", "+CGMR", "+CGSN", "+CIMI", "+GMI",
		"+GMM", "+GMR", "+GSN", "+CCID", "+ICCID", "+QCCID", "+CICCID", "^ICCID", "I" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text + 2, names[i]) == 0)
			return true;
	return false;
}

bool at_start(struct at *at, const char *text, bool wants_data)
{
	if (at->state != AT_STATE_IDLE || !is_command(text))
		return false;
	at->state = AT_STATE_BUSY;
	name_of(text, at->name);
	at->query = text[strlen(text) - 1] == '?';
	at->dials = text[2] == 'D' || text[2] == 'A' || text[2] == 'H' ||
		    strcmp(at->name, "+CHUP") == 0;
	at->identity = is_identity(text);
	at->wants_data = wants_data;
	at->data_written = false;
	at->data[0] = '\0';
	write_command(at, text);
	return true;
}

bool at_data(struct at *at, const char *hex)
{
	size_t n = strlen(hex);
	char bytes[AT_DATA_MAX + 1];

	if (at->state != AT_STATE_BUSY || !at->wants_data || at->data_written)
		return false;
	if (n == 0 || n > AT_DATA_MAX || strspn(hex, "0123456789ABCDEF") != n)
		return false;
	at->data_written = true;
	memcpy(at->data, hex, n + 1);
	memcpy(bytes, hex, n);
	bytes[n] = 0x1A;
	at->write(at->arg, bytes, n + 1);
	return true;
}

void at_escape(struct at *at)
{
	at->write(at->arg, "\x1b", 1);
}

void at_silence(struct at *at)
{
	at->state = AT_STATE_RESYNC;
	at->name[0] = at->command[0] = '\0';
	at->query = at->dials = at->identity = at->wants_data = false;
	at->probes = at->probe_seen = 0;
}

bool at_probe(struct at *at, const char *text)
{
	if (at->state != AT_STATE_RESYNC || at->probes == AT_PROBES || !is_command(text))
		return false;
	name_of(text, at->probe[at->probes]);
	if (at->probe[at->probes][0] == '\0')
		return false;
	at->probes++;
	at->probe_seen = 0;
	write_command(at, text);
	return true;
}

void at_abort(struct at *at)
{
	at->state = AT_STATE_IDLE;
	at->name[0] = at->command[0] = '\0';
	at->query = at->dials = at->identity = at->wants_data = false;
	at->header.waits = false;
	at->ussd_len = 0;
}

/* Sorting */

static bool is_echo(const struct at *at, const char *line, size_t len)
{
	size_t n = strlen(at->data);

	if (at->state != AT_STATE_IDLE && len > 0 && strcasecmp(line, at->command) == 0)
		return true;
	if (at->state != AT_STATE_BUSY || !at->data_written || len < n || n == 0)
		return false;
	return memcmp(line, at->data, n) == 0 && (len == n || (len == n + 1 && line[n] == 0x1A));
}

/* The place of a probe with this name among those that wait, 1-based; 0 none. */
static size_t probe_of(const struct at *at, const char *name)
{
	for (size_t i = 0; i < at->probes; i++)
		if (strcmp(at->probe[i], name) == 0)
			return i + 1;
	return 0;
}

static bool is_own(const struct at *at, const char *name)
{
	if (at->state == AT_STATE_RESYNC)
		return probe_of(at, name) > 0;
	return at->state == AT_STATE_BUSY && at->name[0] != '\0' && strcmp(at->name, name) == 0;
}

/* The probes up to the answered one are settled; true when none is left. */
static bool probe_answered(struct at *at)
{
	size_t n = at->probe_seen;

	memmove(at->probe, at->probe + n, (at->probes - n) * sizeof at->probe[0]);
	at->probes -= n;
	at->probe_seen = 0;
	return at->probes == 0;
}

static void sort_result(struct at *at, struct at_event *e)
{
	bool ends = at->state == AT_STATE_BUSY;

	if (at->state == AT_STATE_RESYNC && at->probe_seen > 0)
		ends = probe_answered(at);
	e->kind = AT_FINAL;
	if (ends) {
		at->state = AT_STATE_IDLE;
		at->name[0] = at->command[0] = '\0';
	} else if (at->state == AT_STATE_IDLE && e->result == AT_CMS) {
		e->kind = AT_URC;
		e->name = "+CMS ERROR";
	} else {
		e->kind = AT_IGNORED;
		at->stray += at->state == AT_STATE_IDLE;
	}
	at_emit(at, e);
}

static void sort_call_result(struct at *at, struct at_event *e)
{
	bool ends = at->state == AT_STATE_BUSY && at->dials;

	if (e->result == AT_CONNECT && at->state == AT_STATE_BUSY && at->wants_data) {
		e->kind = AT_PROMPT;
		at_emit(at, e);
		return;
	}
	if (e->result == AT_CONNECT)
		ends = ends && at->command[2] == 'D';
	e->kind = ends ? AT_FINAL : AT_CALL;
	if (ends) {
		at->state = AT_STATE_IDLE;
		at->name[0] = at->command[0] = '\0';
	}
	at_emit(at, e);
}

const char *at_name(const char *line, char name[AT_NAME_MAX])
{
	const char *colon = strchr(line, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - line);

	if (n < 2 || n >= AT_NAME_MAX || strchr("+^*%$", line[0]) == NULL)
		return NULL;
	for (size_t i = 1; i < n; i++)
		if (!isalnum((unsigned char)line[i]) && line[i] != '_')
			return NULL;
	memcpy(name, line, n);
	name[n] = '\0';
	for (colon++; *colon == ' '; colon++)
		;
	return colon;
}

static bool has_pdu(const struct at *at, const char *name)
{
	if (strcmp(name, "+CMT") == 0 || strcmp(name, "+CDS") == 0)
		return true;
	return (strcmp(name, "+CMGR") == 0 || strcmp(name, "+CMGL") == 0) &&
	       at->state == AT_STATE_BUSY && is_own(at, name);
}

static bool is_answer(const struct at *at, const char *name, const struct at_fields *f)
{
	enum at_shape shape;
	union at_value v;

	if (!is_own(at, name))
		return false;
	if (at->query)
		return strcmp(name + strlen(name) - 3, "REG") != 0 || !at_registration_unasked(f);
	if (strcmp(name, "+CPIN") == 0 || atsort_always_unasked(name))
		return false;
	at_parse(name, "", f, &shape, &v);
	return shape != AT_REGISTRATION || !at_registration_unasked(f);
}

static void sort_named(struct at *at, const char *name, const char *rest, const char *line)
{
	struct at_event e = at_blank(AT_URC, line, strlen(line));
	struct at_fields fields;
	enum atsort sorted = ATSORT_NO;
	bool answer;

	at_fields(rest, &fields);
	answer = is_answer(at, name, &fields);
	e.name = name;
	e.fields = &fields;
	if (!answer || (!at->query && strcmp(name, "+CFUN") != 0))
		sorted = atsort_named(name, rest, &fields, &e);
	if (sorted == ATSORT_YES) {
		at_emit(at, &e);
		return;
	}
	if (has_pdu(at, name) && at_header_begins(at, name, line, answer))
		return;
	e.kind = answer ? AT_REPLY : AT_URC;
	if (sorted == ATSORT_BAD || !at_parse(name, rest, &fields, &e.shape, &e.v)) {
		e.kind = AT_BAD;
	} else if (!answer && e.shape == AT_SIM && strcmp(rest, "READY") == 0) {
		e.kind = AT_READY;
		e.part = AT_SIM_READY;
	}
	if (e.kind == AT_REPLY && at->state == AT_STATE_RESYNC)
		at->probe_seen = probe_of(at, name);
	at_emit(at, &e);
}

/* Quotes of a +CUSD line that are still open: the text goes on in the next line. */
static bool ussd_goes_on(const char *s)
{
	bool open = false;

	for (; *s != '\0'; s++)
		open ^= *s == '"';
	return open;
}

static bool ussd_takes(struct at *at, const char *line, size_t len)
{
	if (at->ussd_len == 0 && (strncmp(line, "+CUSD:", 6) != 0 || !ussd_goes_on(line)))
		return false;
	if (at->ussd_len + 1 + len > AT_USSD_MAX) {
		at->ussd_len = 0;
		emit_line(at, AT_IGNORED, line, len);
		return true;
	}
	if (at->ussd_len > 0)
		at->ussd[at->ussd_len++] = '\n';
	memcpy(at->ussd + at->ussd_len, line, len);
	at->ussd_len += len;
	at->ussd[at->ussd_len] = '\0';
	if (!ussd_goes_on(at->ussd)) {
		char name[AT_NAME_MAX];

		at->ussd_len = 0;
		sort_named(at, "+CUSD", at_name(at->ussd, name), at->ussd);
	}
	return true;
}

static void sort_unknown(struct at *at, const char *line, size_t len)
{
	if (at->state == AT_STATE_BUSY && at->identity)
		emit_line(at, AT_TEXT, line, len);
	else if (at->header.waits)
		at_header_lost(at, line, len);
	else
		emit_line(at, AT_IGNORED, line, len);
}

static void sort_line(struct at *at, const char *line, size_t len)
{
	struct at_event e = at_blank(AT_IGNORED, line, len);
	char name[AT_NAME_MAX];
	const char *rest;

	if (is_echo(at, line, len) || ussd_takes(at, line, len))
		return;
	if (at_header_takes(at, line, len)) {
		at_header_done(at, line);
	} else if (atsort_result(line, &e)) {
		at_header_over(at);
		sort_result(at, &e);
	} else if (atsort_call_result(line, &e)) {
		sort_call_result(at, &e);
	} else if (atsort_bare(line, &e)) {
		at_emit(at, &e);
	} else if ((rest = at_name(line, name)) != NULL) {
		sort_named(at, name, rest, line);
	} else {
		sort_unknown(at, line, len);
	}
}

static void sort_spoilt(struct at *at, const struct line *line)
{
	if (is_echo(at, line->text, line->len))
		return;
	if (at->header.waits)
		at_header_lost(at, line->text, line->len);
	else
		emit_line(at, AT_IGNORED, line->text, line->len);
}

static bool prompt_may_come(const struct at *at)
{
	return at->state == AT_STATE_BUSY && at->wants_data && !at->data_written &&
	       !at->header.waits && at->ussd_len == 0;
}

void at_feed(struct at *at, const char *bytes, size_t n)
{
	struct line line;

	while (n > 0) {
		size_t taken = line_put(&at->lines, bytes, n);

		bytes += taken;
		n -= taken;
		while (line_take(&at->lines, prompt_may_come(at), &line)) {
			if (line.prompt)
				emit_line(at, AT_PROMPT, line.text, line.len);
			else if (line.spoilt)
				sort_spoilt(at, &line);
			else
				sort_line(at, line.text, line.len);
		}
	}
}

void at_quiet(struct at *at)
{
	at_header_over(at);
	if (at->ussd_len > 0)
		emit_line(at, AT_IGNORED, at->ussd, at->ussd_len);
	at->ussd_len = 0;
}

bool at_waits(const struct at *at)
{
	return at->header.waits || at->ussd_len > 0;
}
