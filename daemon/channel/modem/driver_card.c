/* driver_card.c - steps of the start: who the modem is, its radio, its card and the PIN. */
#include <stdio.h>
#include <string.h>

#include "driver_step.h"

#include "banned.h"

enum {
	CARD_TRIES = 10, /* no card right after power-up */
	SIM_AGAIN_MS = 10 * 1000
};

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

static enum step_next imei_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	d->profile = profile_named(d->profile_name);
	if (d->profile == NULL)
		d->profile = profile_of(d->health.maker, d->health.model);
	d->health.profile = d->profile->name;
	if (d->config.gap_ms < 0 && d->link_gap_ms > 0 && d->link_gap_ms < d->profile->gap_ms)
		d->link_gap_ms = d->profile->gap_ms;
	return STEP_NEXT;
}

static void radio_line(struct driver *d, const struct at_event *e)
{
	d->start.got = e->shape == AT_VALUES && at_number(e->fields, 0) == 1;
}

static enum step_next radio_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	return end == DRIVER_OK && !d->start.got ? STEP_NEXT : step_jump(d, STEP_SIM);
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

static enum step_next wants_pin(struct driver *d)
{
	if (d->pin[0] != '\0' && d->events->on_pin != NULL && !d->start.pin_tried)
		return step_jump(d, STEP_PIN_CARD);
	driver_stop(d, MODEM_ALARM_PIN, STEP_STOPPED_AGAIN_MS);
	return STEP_GONE;
}

static enum step_next sim_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	enum sim sim = sim_of(d, final);
	int tries = sim == SIM_BUSY ? STEP_BUSY_TRIES : CARD_TRIES;

	if (end == DRIVER_BROKEN)
		return STEP_GONE;
	switch (sim) {
	case SIM_READY:
		return step_jump(d, STEP_IMSI);
	case SIM_PIN:
		return wants_pin(d);
	case SIM_PUK:
		driver_stop(d, MODEM_ALARM_PUK, STEP_STOPPED_AGAIN_MS);
		return STEP_GONE;
	default:
		break;
	}
	if (d->start.tries < tries)
		return STEP_LATER;
	driver_stop(d, MODEM_ALARM_NO_SIM, SIM_AGAIN_MS);
	return STEP_GONE;
}

static const char *card_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	static const char *const names[] = { "AT+CCID", "AT+ICCID", "AT+QCCID", "AT+CICCID",
		"AT^ICCID" };
	size_t i = (size_t)d->start.choice;

	(void)out;
	return i < sizeof names / sizeof *names && !d->start.got ? names[i] : NULL;
}

static enum step_next card_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	if (step_is_busy(final) && d->start.tries < STEP_BUSY_TRIES)
		return STEP_LATER;
	d->start.choice++;
	return d->start.got ? STEP_NEXT : STEP_AGAIN; /* until card_text() has no more */
}

static void left_line(struct driver *d, const struct at_event *e)
{
	int left = e->shape == AT_VALUES ? at_number(e->fields, 1) : AT_NONE;

	d->start.got = left != AT_NONE && left < 3;
}

static enum step_next left_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	if (!d->start.got)
		return STEP_NEXT;
	driver_stop(d, MODEM_ALARM_PIN, STEP_STOPPED_AGAIN_MS); /* somebody has tried already */
	return STEP_GONE;
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

static enum step_next pin_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_REFUSED)
		return STEP_NEXT;
	driver_stop(d, MODEM_ALARM_PIN, STEP_STOPPED_AGAIN_MS);
	return STEP_GONE;
}

static const char *right_card(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	if (d->iccid[0] != '\0' && d->health.iccid[0] != '\0' &&
		strncmp(d->iccid, d->health.iccid, strlen(d->iccid)) != 0)
		driver_stop(d, MODEM_ALARM_OTHER_SIM, STEP_UNUSABLE_AGAIN_MS);
	return NULL;
}

/* clang-format off */
const struct step card_steps[] = {
	[STEP_MAKER - STEP_MAKER]       = { .text = "AT+CGMI", .limit_ms = 5000, .line = maker_line, .done = step_any },
	[STEP_MODEL - STEP_MAKER]       = { .text = "AT+CGMM", .limit_ms = 5000, .line = model_line, .done = step_any },
	[STEP_REVISION - STEP_MAKER]    = { .text = "AT+CGMR", .limit_ms = 5000, .line = revision_line, .done = step_any },
	[STEP_IMEI - STEP_MAKER]        = { .text = "AT+CGSN", .limit_ms = 10000, .line = imei_line, .done = imei_done },
	[STEP_RADIO_ASK - STEP_MAKER]   = { .text = "AT+CFUN?", .limit_ms = 5000, .line = radio_line, .done = radio_done },
	[STEP_RADIO_ON - STEP_MAKER]    = { .text = "AT+CFUN=1", .limit_ms = 15000, .done = step_any },
	[STEP_SIM - STEP_MAKER]         = { .text = "AT+CPIN?", .limit_ms = 10000, .line = sim_line, .done = sim_done },
	[STEP_PIN_CARD - STEP_MAKER]    = { .build = card_text, .limit_ms = 10000, .line = card_line, .done = card_done },
	[STEP_PIN_LEFT - STEP_MAKER]    = { .text = "AT+CPINR=\"SIM PIN\"", .limit_ms = 10000, .line = left_line,
	                       .done = left_done },
	[STEP_PIN_WAIT - STEP_MAKER]    = { .done = step_any },
	[STEP_PIN_ENTER - STEP_MAKER]   = { .build = pin_text, .limit_ms = 15000, .done = pin_done },
	[STEP_PIN_CHECK - STEP_MAKER]   = { .text = "AT+CPIN?", .limit_ms = 10000, .line = sim_line, .done = sim_done },
	[STEP_IMSI - STEP_MAKER]        = { .text = "AT+CIMI", .limit_ms = 10000, .line = imsi_line, .done = step_any_when_free },
	[STEP_CARD - STEP_MAKER]        = { .build = card_text, .limit_ms = 10000, .line = card_line, .done = card_done },
	[STEP_RIGHT_CARD - STEP_MAKER]  = { .build = right_card, .done = step_any },
};
/* clang-format on */
