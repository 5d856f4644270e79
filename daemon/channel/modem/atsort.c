/* atsort.c - what a single line is by its words alone. */
#include "atsort.h"

#include <stdlib.h>
#include <string.h>

#include "atcode.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static const char *after(const char *line, const char *prefix)
{
	if (!starts(line, prefix))
		return NULL;
	line += strlen(prefix);
	while (*line == ' ')
		line++;
	return line;
}

static int number_of(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n == 0 || n > 9 || s[n] != '\0' ? AT_NONE : (int)strtol(s, NULL, 10);
}

static const struct {
	const char *text;
	enum at_result result;
} results[] = {
	{ "OK", AT_OK },
	{ "ERROR", AT_ERROR },
	{ "COMMAND NOT SUPPORT", AT_NOT_SUPPORTED },
	{ "TOO MANY PARAMETERS", AT_ERROR },
};

static const struct {
	const char *prefix;
	enum at_result result;
	int (*of_words)(const char *words);
} errors[] = {
	{ "+CME ERROR:", AT_CME, atcode_cme_of },
	{ "+CMS ERROR:", AT_CMS, atcode_cms_of },
	{ "MODEM ERROR:", AT_ERROR, NULL },
};

bool atsort_result(const char *line, struct at_event *e)
{
	e->code = AT_NONE;
	e->words = NULL;
	for (size_t i = 0; i < COUNT(results); i++)
		if (strcmp(line, results[i].text) == 0) {
			e->result = results[i].result;
			return true;
		}
	for (size_t i = 0; i < COUNT(errors); i++) {
		const char *rest = after(line, errors[i].prefix);

		if (rest == NULL)
			continue;
		e->result = errors[i].result;
		e->code = number_of(rest);
		if (e->code == AT_NONE && *rest != '\0') {
			e->words = rest;
			if (errors[i].of_words != NULL &&
				errors[i].of_words(rest) != ATCODE_UNKNOWN)
				e->code = errors[i].of_words(rest);
		}
		return true;
	}
	return false;
}

bool atsort_call_result(const char *line, struct at_event *e)
{
	for (enum at_result r = AT_NO_CARRIER; r <= AT_CONNECT; r++)
		if (strcmp(line, at_result_name(r)) == 0) {
			e->result = r;
			e->call = r == AT_CONNECT ? AT_CALL_ACTIVE : AT_CALL_ENDED;
			e->why = r == AT_CONNECT ? NULL : at_result_name(r);
			return true;
		}
	return false;
}

static const struct {
	const char *text;
	enum at_kind kind;
	int what; /* at_part or at_call_state */
} bare[] = {
	{ "RING", AT_URC, 0 },
	{ "RDY", AT_READY, AT_BOOT },
	{ "^SYSSTART", AT_READY, AT_BOOT },
	{ "MODEM:STARTUP", AT_READY, AT_BOOT },
	{ "SMS DONE", AT_READY, AT_SMS_READY },
	{ "SMS Ready", AT_READY, AT_SMS_READY },
	{ "SMS READY", AT_READY, AT_SMS_READY },
	{ "Call Ready", AT_READY, AT_CALL_READY },
	{ "CALL READY", AT_READY, AT_CALL_READY },
	{ "PB DONE", AT_READY, AT_BOOK_READY },
	{ "MO RING", AT_CALL, AT_CALL_ALERTING },
	{ "MO CONNECTED", AT_CALL, AT_CALL_ACTIVE },
	{ "VOICE CALL: BEGIN", AT_CALL, AT_CALL_ACTIVE },
	{ "VOICE CALL:BEGIN", AT_CALL, AT_CALL_ACTIVE },
	{ "NORMAL POWER DOWN", AT_DOWN, 0 },
	{ "POWERED DOWN", AT_DOWN, 0 },
	{ "^SHUTDOWN", AT_DOWN, 0 },
};

static bool sort_voice_end(const char *line, struct at_event *e)
{
	const char *rest = after(line, "VOICE CALL:");

	if (rest == NULL || !starts(rest, "END"))
		return false;
	e->kind = AT_CALL;
	e->call = AT_CALL_ENDED;
	rest = after(rest, "END:");
	e->duration = rest == NULL ? AT_NONE : number_of(rest);
	return true;
}

static bool sort_hangup(const char *line, struct at_event *e)
{
	const char *rest = after(line, "HANGUP:");

	if (rest == NULL)
		return false;
	e->kind = AT_CALL;
	e->call = AT_CALL_ENDED;
	e->id = number_of(rest);
	return true;
}

bool atsort_bare(const char *line, struct at_event *e)
{
	for (size_t i = 0; i < COUNT(bare); i++)
		if (strcmp(line, bare[i].text) == 0) {
			e->kind = bare[i].kind;
			e->name = e->kind == AT_URC ? line : "";
			if (e->kind == AT_READY)
				e->part = (enum at_part)bare[i].what;
			else if (e->kind == AT_CALL)
				e->call = (enum at_call_state)bare[i].what;
			return true;
		}
	if (starts(line, "UNDER-VOLTAGE") || starts(line, "OVER-VOLTAGE")) {
		e->kind = AT_DOWN;
		return true;
	}
	return sort_voice_end(line, e) || sort_hangup(line, e);
}

/* States of a call by number, as +CLCC has them; others by the caller's table. */
static enum at_call_state state_of(int n, const enum at_call_state *table, size_t count)
{
	return n >= 0 && (size_t)n < count ? table[n] : AT_CALL_UNKNOWN;
}

static const enum at_call_state clcc_states[] = { AT_CALL_ACTIVE, AT_CALL_HELD, AT_CALL_DIALING,
	AT_CALL_ALERTING, AT_CALL_INCOMING, AT_CALL_WAITING, AT_CALL_ENDED, AT_CALL_ACTIVE };
static const enum at_call_state ecav_states[] = { AT_CALL_ENDED, AT_CALL_DIALING, AT_CALL_DIALING,
	AT_CALL_ACTIVE, AT_CALL_HELD, AT_CALL_INCOMING, AT_CALL_ALERTING, AT_CALL_ENDED };

static enum atsort call_line(
	const struct at_fields *f, struct at_event *e, enum at_call_state state)
{
	e->kind = AT_CALL;
	e->id = at_number(f, 0);
	e->call = state;
	return e->id == AT_NONE ? ATSORT_BAD : ATSORT_YES;
}

static enum atsort sort_orig(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	return call_line(f, e, AT_CALL_DIALING);
}

static enum atsort sort_conf(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	return call_line(f, e, AT_CALL_ALERTING);
}

static enum atsort sort_conn(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	return call_line(f, e, AT_CALL_ACTIVE);
}

static enum atsort sort_cend(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	e->duration = at_number(f, 1);
	e->end_status = at_number(f, 2);
	e->cause = at_number(f, 3);
	return call_line(f, e, AT_CALL_ENDED);
}

static enum atsort sort_dsci(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	at_copy(f, 4, e->number, sizeof e->number);
	return call_line(f, e, state_of(at_number(f, 2), clcc_states, 7));
}

static enum atsort sort_ecav(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	return call_line(f, e, state_of(at_number(f, 1), ecav_states, COUNT(ecav_states)));
}

static enum atsort sort_ucallstat(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	return call_line(f, e, state_of(at_number(f, 1), clcc_states, COUNT(clcc_states)));
}

static enum atsort sort_wind(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	e->kind = AT_CALL;
	e->id = at_number(f, 1);
	switch (at_number(f, 0)) {
	case 2:
		e->call = AT_CALL_ALERTING;
		return ATSORT_YES;
	case 5:
		e->call = AT_CALL_DIALING;
		return ATSORT_YES;
	case 6:
		e->call = AT_CALL_ENDED;
		return ATSORT_YES;
	default:
		return ATSORT_NO;
	}
}

static enum atsort ready(struct at_event *e, enum at_part part)
{
	e->kind = AT_READY;
	e->part = part;
	return ATSORT_YES;
}

static enum atsort sort_qind(const char *rest, const struct at_fields *f, struct at_event *e)
{
	static const char call[] = "ccinfo";
	int state = at_number(f, 3);

	if (strcmp(rest, "SMS DONE") == 0)
		return ready(e, AT_SMS_READY);
	if (strcmp(rest, "PB DONE") == 0)
		return ready(e, AT_BOOK_READY);
	if (f->f[0].len != sizeof call - 1 || memcmp(f->f[0].s, call, sizeof call - 1) != 0)
		return ATSORT_NO;
	e->kind = AT_CALL;
	e->id = at_number(f, 1);
	e->call = state == -1 ? AT_CALL_ENDED : state_of(state, clcc_states, 7);
	at_copy(f, 6, e->number, sizeof e->number);
	return e->id == AT_NONE || state == AT_NONE ? ATSORT_BAD : ATSORT_YES;
}

static enum atsort sort_key(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	e->kind = AT_KEY;
	e->key = at_key(f, 0);
	e->ms = at_number(f, 1);
	return e->key == 0 ? ATSORT_BAD : ATSORT_YES;
}

static enum atsort sort_speech(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)rest;
	e->kind = AT_SPEECH;
	e->end = true;
	e->code = at_number(f, 0);
	return f->n == 1 && e->code != AT_NONE ? ATSORT_YES : ATSORT_NO;
}

static enum atsort sort_audiostate(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)f;
	e->kind = AT_SPEECH;
	e->end = strcmp(rest, "audio play stop") == 0;
	return e->end || strcmp(rest, "audio play") == 0 ? ATSORT_YES : ATSORT_NO;
}

static enum atsort sort_boot(const char *rest, const struct at_fields *f, struct at_event *e)
{
	(void)f;
	if (strcmp(rest, "1") == 0 || strcmp(rest, "READY") == 0)
		return ready(e, AT_BOOT);
	return ATSORT_NO;
}

static const struct {
	const char *name;
	enum atsort (*sort)(const char *rest, const struct at_fields *f, struct at_event *e);
} named[] = {
	{ "^ORIG", sort_orig },
	{ "^CONF", sort_conf },
	{ "^CONN", sort_conn },
	{ "^CEND", sort_cend },
	{ "^DSCI", sort_dsci },
	{ "*ECAV", sort_ecav },
	{ "+UCALLSTAT", sort_ucallstat },
	{ "+WIND", sort_wind },
	{ "+QIND", sort_qind },
	{ "+DTMF", sort_key },
	{ "+RXDTMF", sort_key },
	{ "+QTONEDET", sort_key },
	{ "^DDTMF", sort_key },
	{ "+UUDTMFD", sort_key },
	{ "+DTMFDET", sort_key },
	{ "+CTTS", sort_speech },
	{ "+QTTS", sort_speech },
	{ "+QWTTS", sort_speech },
	{ "+CREC", sort_speech },
	{ "+QPSND", sort_speech },
	{ "+AUDIOSTATE", sort_audiostate },
	{ "+CFUN", sort_boot },
	{ "*ATREADY", sort_boot },
	{ "+AT", sort_boot },
};

enum atsort atsort_named(
	const char *name, const char *rest, const struct at_fields *f, struct at_event *e)
{
	for (size_t i = 0; i < COUNT(named); i++)
		if (strcmp(name, named[i].name) == 0)
			return named[i].sort(rest, f, e);
	return ATSORT_NO;
}

bool atsort_always_unasked(const char *name)
{
	static const char *const names[] = { "+CMT", "+CMTI", "+CDS", "+CDSI", "+CBM", "+CBMI",
		"+CUSD", "+CRING", "+CLIP", "+COLP" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}
