/* driver_start.c - the start of a modem as a table of steps, and the makers' profiles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "driver_room.h"

#include "banned.h"

enum {
	BUSY_TRIES = 15, /* CME 14, 515: the card is busy */
	CARD_TRIES = 10, /* no card right after power-up */
	BUSY_MS = 2000,
	SIM_AGAIN_MS = 10 * 1000,
	STOPPED_AGAIN_MS = 60 * 1000,
	UNUSABLE_AGAIN_MS = 10 * 60 * 1000
};

static const struct driver_profile profiles[] = {
	{ "SIMCOM", "SIM8", 100, 100, "AT+CFUN=1,1" },
	{ "SIMCOM", "SIM9", 100, 100, "AT+CFUN=1,1" }, { "SIMCOM", "", 20, 20, "AT+CFUN=1,1" },
	{ "Quectel", "M", 100, 100, "AT+CFUN=1,1" }, { "Quectel", "", 20, 20, "AT+CFUN=1,1" },
	{ "huawei", "E1", 100, 100, "AT+CFUN=1,1" }, { "huawei", "", 20, 20, "AT^RESET" },
	{ "u-blox", "", 20, 20, "AT+CFUN=16" }, { "", "", 20, 20, "AT+CFUN=1,1" }, /* generic */
};

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

const struct driver_profile *profile_of(const char *maker, const char *model)
{
	size_t i = 0;

	while (!begins(maker, profiles[i].maker) || !begins(model, profiles[i].model))
		i++; /* the last row fits everything */
	return &profiles[i];
}

void profile_copy(char *out, size_t max, const char *s, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < max; i++)
		if (s[i] >= 0x20 && s[i] <= 0x7E && s[i] != '"')
			out[used++] = s[i];
	out[used] = '\0';
}

/* What to do after a step. */
enum next {
	NEXT,
	AGAIN, /* the same command at once */
	LATER, /* the same command after a pause; NEXT when tried too often */
	LADDER,
	GONE /* the step has taken care of it: jumped, stopped */
};

struct step {
	const char *text;                                                 /* or */
	const char *(*build)(struct driver *d, char out[AT_COMMAND_MAX]); /* NULL: nothing to ask */
	int limit_ms;
	void (*line)(struct driver *d, const struct at_event *e);
	enum next (*done)(struct driver *d, enum driver_end end, const struct at_event *final);
};

enum step_id {
	STEP_AT,
	STEP_ECHO,
	STEP_VERBOSE,
	STEP_RESULTS,
	STEP_DTR,
	STEP_CMEE,
	STEP_MAKER,
	STEP_MODEL,
	STEP_REVISION,
	STEP_IMEI,
	STEP_RADIO_ASK,
	STEP_RADIO_ON,
	STEP_SIM,
	STEP_PIN_CARD,
	STEP_PIN_LEFT,
	STEP_PIN_WAIT,
	STEP_PIN_ENTER,
	STEP_PIN_CHECK,
	STEP_IMSI,
	STEP_CARD,
	STEP_RIGHT_CARD,
	STEP_CHARSET,
	STEP_PDU_MODE,
	STEP_SERVICE_SET,
	STEP_SERVICE_ASK,
	STEP_STORES,
	STEP_STORE_ASK,
	STEP_STORE_SET,
	STEP_NOTICE_LIST,
	STEP_NOTICE_SET,
	STEP_NOTICE_ASK,
	STEP_CENTRE_ASK,
	STEP_CENTRE_SET,
	STEP_LINK,
	STEP_CREG,
	STEP_CEREG,
	STEPS
};

static void go_to(struct driver *d, int step)
{
	d->start.step = step;
	d->start.tries = d->start.choice = 0;
	d->start.got = false;
}

static enum next jump(struct driver *d, int step)
{
	go_to(d, step);
	return GONE;
}

static enum next any(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)d;
	(void)end;
	(void) final;
	return NEXT;
}

static bool is_busy(const struct at_event *final)
{
	return final != NULL &&
	       ((final->result == AT_CME && (final->code == 14 || final->code == 515)) ||
		       (final->result == AT_CMS && final->code == 314));
}

/* A busy card is asked again; every other refusal is left as it is. */
static enum next any_when_free(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	return is_busy(final) && d->start.tries < BUSY_TRIES ? LATER : NEXT;
}

static enum next at_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_REFUSED)
		return NEXT; /* after silence the resync has shown that it is alive */
	return d->start.tries < 5 ? AGAIN : LADDER;
}

/* The first useful text of an answer, with or without a name. */
static void take_words(struct driver *d, const struct at_event *e, char *out, size_t max)
{
	const struct at_field *f = e->kind == AT_TEXT ? NULL : &e->fields->f[0];

	if (d->start.got)
		return;
	if (f == NULL)
		profile_copy(out, max, e->line, e->len);
	else
		profile_copy(out, max, f->s, f->len);
	d->start.got = out[0] != '\0';
}

static void maker_line(struct driver *d, const struct at_event *e)
{
	take_words(d, e, d->health.maker, sizeof d->health.maker);
}

static void model_line(struct driver *d, const struct at_event *e)
{
	take_words(d, e, d->health.model, sizeof d->health.model);
}

static void revision_line(struct driver *d, const struct at_event *e)
{
	take_words(d, e, d->health.revision, sizeof d->health.revision);
}

/* Digits only; a filler F at the end, a sign or a check digit behind a comma are not taken. */
static void take_digits(struct driver *d, const struct at_event *e, char *out)
{
	char words[MODEM_WORDS_MAX] = "";
	size_t from, n;

	take_words(d, e, words, sizeof words);
	from = strcspn(words, "0123456789");
	n = strspn(words + from, "0123456789");
	d->start.got = n >= 10 && n < MODEM_IDENTITY_MAX;
	if (!d->start.got)
		return;
	memcpy(out, words + from, n);
	out[n] = '\0';
}

static void imei_line(struct driver *d, const struct at_event *e)
{
	take_digits(d, e, d->health.imei);
}

static void imsi_line(struct driver *d, const struct at_event *e)
{
	take_digits(d, e, d->health.imsi);
}

static void card_line(struct driver *d, const struct at_event *e)
{
	take_digits(d, e, d->health.iccid);
}

static enum next imei_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	d->profile = profile_of(d->health.maker, d->health.model);
	if (d->config.gap_ms < 0 && d->link_gap_ms > 0 && d->link_gap_ms < d->profile->gap_ms)
		d->link_gap_ms = d->profile->gap_ms;
	return NEXT;
}

static void radio_line(struct driver *d, const struct at_event *e)
{
	d->start.got = e->shape == AT_VALUES && at_number(e->fields, 0) == 1;
}

static enum next radio_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	return end == DRIVER_OK && !d->start.got ? NEXT : jump(d, STEP_SIM);
}

/* The card */

static void sim_line(struct driver *d, const struct at_event *e)
{
	static const char *const states[] = { "READY", "SIM PIN", "NOT READY", "NOT INSERTED" };

	if (e->shape != AT_SIM)
		return;
	d->start.got = true;
	d->start.choice = sizeof states / sizeof *states; /* PUK, PH-..., BLOCK */
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(e->v.sim, states[i]) == 0)
			d->start.choice = (int)i;
	driver_limit(d, 300); /* some never say OK to this one */
}

enum sim { SIM_READY, SIM_PIN, SIM_NOT_READY, SIM_NONE, SIM_PUK, SIM_BUSY };

static enum sim sim_of(const struct driver *d, const struct at_event *final)
{
	static const struct {
		int code;
		enum sim sim;
	} codes[] = { { 5, SIM_PUK }, { 10, SIM_NONE }, { 11, SIM_PIN }, { 12, SIM_PUK },
		{ 13, SIM_NONE }, { 14, SIM_BUSY }, { 15, SIM_PUK }, { 515, SIM_BUSY } };

	if (d->start.got)
		return (enum sim)d->start.choice;
	if (final != NULL && final->result == AT_CME)
		for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
			if (codes[i].code == final->code)
				return codes[i].sim;
	return SIM_NOT_READY;
}

static enum next wants_pin(struct driver *d)
{
	if (d->pin[0] != '\0' && d->events->on_pin != NULL && !d->start.pin_tried)
		return jump(d, STEP_PIN_CARD);
	driver_stop(d, MODEM_ALARM_PIN, STOPPED_AGAIN_MS);
	return GONE;
}

static enum next sim_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	enum sim sim = sim_of(d, final);
	int tries = sim == SIM_BUSY ? BUSY_TRIES : CARD_TRIES;

	if (end == DRIVER_BROKEN)
		return GONE;
	switch (sim) {
	case SIM_READY:
		return jump(d, STEP_IMSI);
	case SIM_PIN:
		return wants_pin(d);
	case SIM_PUK:
		driver_stop(d, MODEM_ALARM_PUK, STOPPED_AGAIN_MS);
		return GONE;
	default:
		break;
	}
	if (d->start.tries < tries)
		return LATER;
	driver_stop(d, MODEM_ALARM_NO_SIM, SIM_AGAIN_MS);
	return GONE;
}

static const char *card_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	static const char *const names[] = { "AT+CCID", "AT+ICCID", "AT+QCCID", "AT+CICCID",
		"AT^ICCID" };
	size_t i = (size_t)d->start.choice;

	(void)out;
	return i < sizeof names / sizeof *names && !d->start.got ? names[i] : NULL;
}

static enum next card_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	if (is_busy(final) && d->start.tries < BUSY_TRIES)
		return LATER;
	d->start.choice++;
	return d->start.got ? NEXT : AGAIN; /* until card_text() has no more */
}

static void left_line(struct driver *d, const struct at_event *e)
{
	int left = e->shape == AT_VALUES ? at_number(e->fields, 1) : AT_NONE;

	d->start.got = left != AT_NONE && left < 3;
}

static enum next left_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	if (!d->start.got)
		return NEXT;
	driver_stop(d, MODEM_ALARM_PIN, STOPPED_AGAIN_MS); /* somebody has tried already */
	return GONE;
}

/* The attempt must be on disk before it is made: the owner answers with driver_pin(). */
static const char *pin_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	d->start.pin_tried = true;
	if (strlen(d->pin) < 4 || strlen(d->pin) > 8 ||
		strspn(d->pin, "0123456789") != strlen(d->pin))
		return NULL; /* not a PIN: the check finds the card still locked */
	snprintf(out, AT_COMMAND_MAX, "AT+CPIN=\"%s\"", d->pin);
	return out;
}

static enum next pin_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_REFUSED)
		return NEXT;
	driver_stop(d, MODEM_ALARM_PIN, STOPPED_AGAIN_MS);
	return GONE;
}

static const char *right_card(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	if (d->iccid[0] != '\0' && d->health.iccid[0] != '\0' &&
		strncmp(d->iccid, d->health.iccid, strlen(d->iccid)) != 0)
		driver_stop(d, MODEM_ALARM_OTHER_SIM, UNUSABLE_AGAIN_MS);
	return NULL;
}

/* Settings for messages */

static const char *charset_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	return d->start.choice == 0 ? "AT+CSCS=\"GSM\"" : "AT+CSCS=\"IRA\"";
}

static enum next charset_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	return end == DRIVER_REFUSED && d->start.choice++ == 0 ? AGAIN : NEXT;
}

static enum next pdu_mode_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end == DRIVER_OK)
		return NEXT;
	if (d->start.tries < (is_busy(final) ? BUSY_TRIES : 5))
		return LATER;
	driver_stop(d, MODEM_ALARM_NO_SMS, UNUSABLE_AGAIN_MS);
	return GONE;
}

static void service_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_VALUES && at_number(e->fields, 0) != AT_NONE)
		d->service = at_number(e->fields, 0);
}

static void add_store(struct driver *d, const char *s, size_t n)
{
	static const char *const readable[] = { "SM", "ME", "SR" };

	for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
		if (n == 2 && memcmp(s, readable[i], 2) == 0 && d->store_count < DRIVER_STORES)
			snprintf(d->stores[d->store_count++], AT_STORE_MAX, "%s", readable[i]);
}

static void stores_line(struct driver *d, const struct at_event *e)
{
	struct at_fields inside;

	d->store_count = 0;
	if (e->shape == AT_STORES && at_group(&e->fields->f[0], &inside))
		for (size_t i = 0; i < inside.n; i++)
			add_store(d, inside.f[i].s, inside.f[i].len);
}

static void store_line(struct driver *d, const struct at_event *e)
{
	const struct at_stores *s = &e->v.stores;
	enum { PLACES_WANTED = 10 };

	if (e->shape == AT_STORES && s->form == AT_STORES_NAMED && s->n == 3 &&
		s->store[2].total >= PLACES_WANTED)
		snprintf(d->home, sizeof d->home, "%s", s->store[2].name);
}

static const char *store_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	if (d->start.choice == 0)
		snprintf(out, AT_COMMAND_MAX, "AT+CPMS=\"%s\",\"%s\",\"%s\"", d->home, d->home,
			d->home);
	else if (d->start.choice == 1)
		snprintf(out, AT_COMMAND_MAX, "AT+CPMS=\"%s\",\"%s\"", d->home, d->home);
	else
		snprintf(out, AT_COMMAND_MAX, "AT+CPMS=\"%s\"", d->home);
	return out;
}

static void store_set_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_STORES && e->v.stores.n > 0)
		watch_storage(d, e->v.stores.store[e->v.stores.n - 1].used,
			e->v.stores.store[e->v.stores.n - 1].total);
}

static enum next store_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end == DRIVER_REFUSED && is_busy(final) && d->start.tries < BUSY_TRIES)
		return LATER;
	if (end == DRIVER_REFUSED && d->start.choice++ < 2)
		return AGAIN;
	snprintf(d->store, sizeof d->store, "%s", d->home);
	for (size_t i = 0; i < d->store_count; i++)
		if (strcmp(d->stores[i], d->home) == 0)
			return NEXT;
	if (d->store_count == DRIVER_STORES)
		d->store_count--;
	snprintf(d->stores[d->store_count++], AT_STORE_MAX, "%s", d->home);
	return NEXT;
}

static void notice_list_line(struct driver *d, const struct at_event *e)
{
	const char *rest = strchr(e->line, ':');

	snprintf(d->start.cnmi, sizeof d->start.cnmi, "%s", rest == NULL ? "" : rest + 1);
}

static const char *const notices[] = { "2,1,0,1,0", "2,1,0,2,0", "1,1,0,1,0", "1,1,0,2,0",
	"2,1,0,0,0", "1,1,0,0,0", "3,1,0,1,0", "2,2,0,1,0" };
enum { NOTICES = sizeof notices / sizeof *notices };

/* Does "(0-2)" or "(0,1,3)" hold n? An unreadable group holds everything. */
static bool group_holds(const struct at_field *field, int n)
{
	struct at_fields inside;

	if (!at_group(field, &inside))
		return true;
	for (size_t i = 0; i < inside.n; i++) {
		const struct at_field *f = &inside.f[i];

		if (f->len == 1 && f->s[0] - '0' == n)
			return true;
		if (f->len == 3 && f->s[1] == '-' && n >= f->s[0] - '0' && n <= f->s[2] - '0')
			return true;
	}
	return false;
}

static bool notice_allowed(const struct driver *d, const char *choice)
{
	struct at_fields groups;

	if (strchr(d->start.cnmi, '(') == NULL)
		return true;
	at_fields(d->start.cnmi, &groups);
	for (size_t i = 0; i < 5 && i < groups.n; i++)
		if (!group_holds(&groups.f[i], choice[2 * i] - '0'))
			return false;
	return true;
}

static const char *notice_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	while (d->start.notice < NOTICES && !notice_allowed(d, notices[d->start.notice]))
		d->start.notice++;
	if (d->start.notice >= NOTICES)
		return NULL; /* none: live by the sweep */
	snprintf(out, AT_COMMAND_MAX, "AT+CNMI=%s", notices[d->start.notice]);
	return out;
}

static enum next notice_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end != DRIVER_REFUSED)
		return NEXT;
	if (is_busy(final) && d->start.tries < BUSY_TRIES)
		return LATER;
	d->start.notice++;
	return AGAIN;
}

bool start_notice_stands(const struct driver *d, const struct at_event *e)
{
	const char *want = d->start.notice < NOTICES ? notices[d->start.notice] : NULL;

	if (want == NULL || e->shape != AT_VALUES)
		return true;
	for (size_t i = 0; i < 5; i++)
		if (at_number(e->fields, i) != want[2 * i] - '0')
			return false;
	return true;
}

static void notice_line(struct driver *d, const struct at_event *e)
{
	d->start.got = !start_notice_stands(d, e);
}

/* Said OK and did not do it: the next choice. */
static enum next notice_asked(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_OK || !d->start.got)
		return NEXT;
	d->start.notice++;
	return jump(d, STEP_NOTICE_SET);
}

static const char *centre_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	uint8_t octets[12];

	if (d->health.smsc[0] != '\0' || pdu_address_encode(d->smsc, 0, true, octets) == 0)
		return NULL;
	snprintf(out, AT_COMMAND_MAX, "AT+CSCA=\"%s\",%d", d->smsc, d->smsc[0] == '+' ? 145 : 129);
	return out;
}

static void centre_line(struct driver *d, const struct at_event *e)
{
	d->start.got = true;
	d->health.smsc[0] = '\0';
	if (e->shape == AT_SUBSCRIBER && strlen(e->v.party.number) < sizeof d->health.smsc)
		snprintf(d->health.smsc, sizeof d->health.smsc, "%.*s",
			(int)sizeof d->health.smsc - 1, e->v.party.number);
}

/* Refused is not empty: a modem that does not know the question has its own answer. */
static enum next centre_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	bool none = end == DRIVER_OK && d->health.smsc[0] == '\0';
	uint8_t octets[12];

	if (is_busy(final) && d->start.tries < BUSY_TRIES)
		return LATER;
	none = none && pdu_address_encode(d->smsc, 0, true, octets) == 0;
	driver_alarm(d, MODEM_ALARM_NO_CENTRE, none);
	d->smsc_in_pdu = false;
	return end == DRIVER_OK ? NEXT : jump(d, STEP_LINK);
}

static enum next centre_set(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->smsc_in_pdu = end == DRIVER_REFUSED;
	snprintf(d->health.smsc, sizeof d->health.smsc, "%s", d->smsc);
	return NEXT;
}

static enum next link_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->cmms = end == DRIVER_OK;
	return NEXT;
}

static enum next cereg_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->cereg = end != DRIVER_REFUSED;
	return NEXT;
}

/* clang-format off */
static const struct step steps[STEPS] = {
	[STEP_AT]          = { .text = "AT", .limit_ms = 2000, .done = at_done },
	[STEP_ECHO]        = { .text = "ATE0", .limit_ms = 5000, .done = any },
	[STEP_VERBOSE]     = { .text = "ATV1", .limit_ms = 5000, .done = any },
	[STEP_RESULTS]     = { .text = "ATQ0", .limit_ms = 5000, .done = any },
	[STEP_DTR]         = { .text = "AT&D0", .limit_ms = 5000, .done = any },
	[STEP_CMEE]        = { .text = "AT+CMEE=1", .limit_ms = 5000, .done = any },
	[STEP_MAKER]       = { .text = "AT+CGMI", .limit_ms = 5000, .line = maker_line, .done = any },
	[STEP_MODEL]       = { .text = "AT+CGMM", .limit_ms = 5000, .line = model_line, .done = any },
	[STEP_REVISION]    = { .text = "AT+CGMR", .limit_ms = 5000, .line = revision_line, .done = any },
	[STEP_IMEI]        = { .text = "AT+CGSN", .limit_ms = 10000, .line = imei_line, .done = imei_done },
	[STEP_RADIO_ASK]   = { .text = "AT+CFUN?", .limit_ms = 5000, .line = radio_line, .done = radio_done },
	[STEP_RADIO_ON]    = { .text = "AT+CFUN=1", .limit_ms = 15000, .done = any },
	[STEP_SIM]         = { .text = "AT+CPIN?", .limit_ms = 10000, .line = sim_line, .done = sim_done },
	[STEP_PIN_CARD]    = { .build = card_text, .limit_ms = 10000, .line = card_line, .done = card_done },
	[STEP_PIN_LEFT]    = { .text = "AT+CPINR=\"SIM PIN\"", .limit_ms = 10000, .line = left_line,
	                       .done = left_done },
	[STEP_PIN_WAIT]    = { .done = any },
	[STEP_PIN_ENTER]   = { .build = pin_text, .limit_ms = 15000, .done = pin_done },
	[STEP_PIN_CHECK]   = { .text = "AT+CPIN?", .limit_ms = 10000, .line = sim_line, .done = sim_done },
	[STEP_IMSI]        = { .text = "AT+CIMI", .limit_ms = 10000, .line = imsi_line, .done = any_when_free },
	[STEP_CARD]        = { .build = card_text, .limit_ms = 10000, .line = card_line, .done = card_done },
	[STEP_RIGHT_CARD]  = { .build = right_card, .done = any },
	[STEP_CHARSET]     = { .build = charset_text, .limit_ms = 5000, .done = charset_done },
	[STEP_PDU_MODE]    = { .text = "AT+CMGF=0", .limit_ms = 5000, .done = pdu_mode_done },
	[STEP_SERVICE_SET] = { .text = "AT+CSMS=0", .limit_ms = 10000, .done = any_when_free },
	[STEP_SERVICE_ASK] = { .text = "AT+CSMS?", .limit_ms = 10000, .line = service_line, .done = any },
	[STEP_STORES]      = { .text = "AT+CPMS=?", .limit_ms = 10000, .line = stores_line,
	                       .done = any_when_free },
	[STEP_STORE_ASK]   = { .text = "AT+CPMS?", .limit_ms = 10000, .line = store_line,
	                       .done = any_when_free },
	[STEP_STORE_SET]   = { .build = store_text, .limit_ms = 10000, .line = store_set_line,
	                       .done = store_done },
	[STEP_NOTICE_LIST] = { .text = "AT+CNMI=?", .limit_ms = 5000, .line = notice_list_line, .done = any },
	[STEP_NOTICE_SET]  = { .build = notice_text, .limit_ms = 5000, .done = notice_done },
	[STEP_NOTICE_ASK]  = { .text = "AT+CNMI?", .limit_ms = 5000, .line = notice_line,
	                       .done = notice_asked },
	[STEP_CENTRE_ASK]  = { .text = "AT+CSCA?", .limit_ms = 10000, .line = centre_line, .done = centre_done },
	[STEP_CENTRE_SET]  = { .build = centre_text, .limit_ms = 10000, .done = centre_set },
	[STEP_LINK]        = { .text = "AT+CMMS=?", .limit_ms = 5000, .done = link_done },
	[STEP_CREG]        = { .text = "AT+CREG=1", .limit_ms = 5000, .done = any },
	[STEP_CEREG]       = { .text = "AT+CEREG=1", .limit_ms = 5000, .done = cereg_done },
};
/* clang-format on */

static void step_line(struct driver *d, const struct at_event *e)
{
	const struct step *s = &steps[d->start.step];

	if (s->line != NULL)
		s->line(d, e);
}

static void step_on(struct driver *d, enum next next)
{
	switch (next) {
	case NEXT:
		go_to(d, d->start.step + 1);
		break;
	case LATER:
		driver_after(d, TIMER_STEP, BUSY_MS);
		break;
	case LADDER:
		driver_ladder(d);
		break;
	case AGAIN:
	case GONE:
		break;
	}
}

static void step_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end != DRIVER_BROKEN)
		step_on(d, steps[d->start.step].done(d, end, final));
}

static void ended(struct driver *d)
{
	d->phase = PHASE_READY;
	d->start.pin_tried = false;
	if (!d->start.quick)
		watch_begin(d);
	inbox_sweep(d, !d->start.quick);
}

static bool wait_for_pin(struct driver *d)
{
	if (d->start.step != STEP_PIN_WAIT)
		return false;
	if (!d->pin_waits) {
		d->pin_waits = true;
		d->events->on_pin(d->arg, d->health.iccid);
	}
	return d->start.step == STEP_PIN_WAIT;
}

bool start_next(struct driver *d)
{
	static const struct driver_op op = { .line = step_line, .done = step_done };
	char room[AT_COMMAND_MAX];

	while (d->phase == PHASE_START && d->due[TIMER_STEP] == INT64_MAX) {
		const struct step *s = &steps[d->start.step];
		const char *text;

		if (d->start.step > d->start.last) {
			ended(d);
			return false;
		}
		if (wait_for_pin(d))
			return false;
		text = s->build != NULL ? s->build(d, room) : s->text;
		if (text != NULL) {
			d->start.tries++;
			d->start.got = false;
			if (!driver_run(d, &op, text))
				return false;
			driver_limit(d, s->limit_ms);
			return true;
		}
		if (d->phase == PHASE_START)
			go_to(d, d->start.step + 1);
	}
	return false;
}

void start_begin(struct driver *d, bool quick)
{
	d->start.since = d->now;
	d->start.quick = quick;
	d->start.notice = 0;
	d->start.last = quick ? STEP_CENTRE_SET : STEP_CEREG;
	go_to(d, quick ? STEP_PDU_MODE : STEP_AT);
	if (quick) {
		d->phase = PHASE_START;
		return;
	}
	d->health.maker[0] = d->health.model[0] = d->health.revision[0] = '\0';
	d->health.imei[0] = d->health.imsi[0] = d->health.iccid[0] = d->health.smsc[0] = '\0';
	d->service = 0;
	snprintf(d->home, sizeof d->home, "SM");
}

void start_hint(struct driver *d, enum at_part part)
{
	(void)part;
	if (d->phase == PHASE_START)
		driver_cancel(d, TIMER_STEP); /* only speeds things up */
}

void driver_pin(struct driver *d, int64_t now, bool may_try)
{
	driver_enter(d, now);
	if (d->pin_waits && may_try)
		go_to(d, STEP_PIN_ENTER);
	else if (d->pin_waits)
		driver_stop(d, MODEM_ALARM_PIN, STOPPED_AGAIN_MS);
	d->pin_waits = false;
	driver_leave(d);
}
