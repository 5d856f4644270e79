/* driver_settings.c - steps of the start: everything short messages need (27.005). */
#include <stdio.h>
#include <string.h>

#include "driver_step.h"

#include "banned.h"

static const char *charset_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	return d->start.choice == 0 ? "AT+CSCS=\"GSM\"" : "AT+CSCS=\"IRA\"";
}

static enum step_next charset_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	return end == DRIVER_REFUSED && d->start.choice++ == 0 ? STEP_AGAIN : STEP_NEXT;
}

static enum step_next pdu_mode_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end == DRIVER_OK)
		return STEP_NEXT;
	if (d->start.tries < (step_is_busy(final) ? STEP_BUSY_TRIES : 5))
		return STEP_LATER;
	driver_stop(d, MODEM_ALARM_NO_SMS, STEP_UNUSABLE_AGAIN_MS);
	return STEP_GONE;
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

	if (e->shape != AT_STORES || s->form != AT_STORES_NAMED || s->n == 0)
		return;
	snprintf(d->start.store, sizeof d->start.store, "%s", s->store[s->n - 1].name);
	if (s->n == 3 && s->store[2].total >= PLACES_WANTED)
		snprintf(d->home, sizeof d->home, "%s", d->start.store);
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

static enum step_next store_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end == DRIVER_REFUSED && step_is_busy(final) && d->start.tries < STEP_BUSY_TRIES)
		return STEP_LATER;
	if (end == DRIVER_REFUSED && d->start.choice++ < 2)
		return STEP_AGAIN;
	if (end == DRIVER_REFUSED && d->start.store[0] != '\0' &&
		strcmp(d->home, d->start.store) != 0) {
		/* It has no "SM": its own store will do, however small. */
		snprintf(d->home, sizeof d->home, "%s", d->start.store);
		d->start.choice = 0;
		return STEP_AGAIN;
	}
	snprintf(d->store, sizeof d->store, "%s", d->home);
	for (size_t i = 0; i < d->store_count; i++)
		if (strcmp(d->stores[i], d->home) == 0)
			return STEP_NEXT;
	if (d->store_count == DRIVER_STORES)
		d->store_count--;
	snprintf(d->stores[d->store_count++], AT_STORE_MAX, "%s", d->home);
	return STEP_NEXT;
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

static enum step_next notice_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end != DRIVER_REFUSED)
		return STEP_NEXT;
	if (step_is_busy(final) && d->start.tries < STEP_BUSY_TRIES)
		return STEP_LATER;
	d->start.notice++;
	return STEP_AGAIN;
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
static enum step_next notice_asked(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end != DRIVER_OK || !d->start.got)
		return STEP_NEXT;
	d->start.notice++;
	return step_jump(d, STEP_NOTICE_SET);
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
static enum step_next centre_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	bool none = end == DRIVER_OK && d->health.smsc[0] == '\0';
	uint8_t octets[12];

	if (step_is_busy(final) && d->start.tries < STEP_BUSY_TRIES)
		return STEP_LATER;
	none = none && pdu_address_encode(d->smsc, 0, true, octets) == 0;
	driver_alarm(d, MODEM_ALARM_NO_CENTRE, none);
	d->smsc_in_pdu = false;
	return end == DRIVER_OK ? STEP_NEXT : step_jump(d, STEP_LINK);
}

static enum step_next centre_set(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->smsc_in_pdu = end == DRIVER_REFUSED;
	snprintf(d->health.smsc, sizeof d->health.smsc, "%s", d->smsc);
	return STEP_NEXT;
}

static enum step_next link_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->cmms = end == DRIVER_OK;
	return STEP_NEXT;
}

static enum step_next cereg_done(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->cereg = end != DRIVER_REFUSED;
	return STEP_NEXT;
}

/* Unsolicited lines to our port (1.11): asked for first, since it is the maker's own. */
static const char *urc_probe_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	return d->profile->urc_probe;
}

static enum step_next urc_probed(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	return end == DRIVER_OK ? STEP_NEXT : step_jump(d, STEP_HEAT);
}

static const char *urc_port_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	const char *text = d->profile->urc_port, *at = text == NULL ? NULL : strstr(text, "usbat");

	if (at == NULL || !d->modem_port)
		return text;
	snprintf(out, AT_COMMAND_MAX, "%.*susbmodem%s", (int)(at - text), text,
		at + strlen("usbat"));
	return out;
}

static const char *heat_text(struct driver *d, char out[AT_COMMAND_MAX])
{
	(void)out;
	while (d->start.choice < HEAT_WAYS && (d->profile->heat & 1u << d->start.choice) == 0)
		d->start.choice++;
	return d->start.choice < HEAT_WAYS && d->thermometer == AT_NONE
		       ? heat_probe(d->start.choice)
		       : NULL;
}

static enum step_next heat_probed(
	struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end == DRIVER_OK)
		d->thermometer = d->start.choice;
	d->start.choice++;
	return STEP_AGAIN; /* until heat_text() has no more */
}

/* clang-format off */
const struct step settings_steps[] = {
	[STEP_CHARSET - STEP_CHARSET]     = { .build = charset_text, .limit_ms = 5000, .done = charset_done },
	[STEP_PDU_MODE - STEP_CHARSET]    = { .text = "AT+CMGF=0", .limit_ms = 5000, .done = pdu_mode_done },
	[STEP_SERVICE_SET - STEP_CHARSET] = { .text = "AT+CSMS=0", .limit_ms = 10000, .done = step_any_when_free },
	[STEP_SERVICE_ASK - STEP_CHARSET] = { .text = "AT+CSMS?", .limit_ms = 10000, .line = service_line, .done = step_any },
	[STEP_STORES - STEP_CHARSET]      = { .text = "AT+CPMS=?", .limit_ms = 10000, .line = stores_line,
	                       .done = step_any_when_free },
	[STEP_STORE_ASK - STEP_CHARSET]   = { .text = "AT+CPMS?", .limit_ms = 10000, .line = store_line,
	                       .done = step_any_when_free },
	[STEP_STORE_SET - STEP_CHARSET]   = { .build = store_text, .limit_ms = 10000, .line = store_set_line,
	                       .done = store_done },
	[STEP_NOTICE_LIST - STEP_CHARSET] = { .text = "AT+CNMI=?", .limit_ms = 5000, .line = notice_list_line, .done = step_any },
	[STEP_NOTICE_SET - STEP_CHARSET]  = { .build = notice_text, .limit_ms = 5000, .done = notice_done },
	[STEP_NOTICE_ASK - STEP_CHARSET]  = { .text = "AT+CNMI?", .limit_ms = 5000, .line = notice_line,
	                       .done = notice_asked },
	[STEP_CENTRE_ASK - STEP_CHARSET]  = { .text = "AT+CSCA?", .limit_ms = 10000, .line = centre_line, .done = centre_done },
	[STEP_CENTRE_SET - STEP_CHARSET]  = { .build = centre_text, .limit_ms = 10000, .done = centre_set },
	[STEP_LINK - STEP_CHARSET]        = { .text = "AT+CMMS=?", .limit_ms = 5000, .done = link_done },
	[STEP_CREG - STEP_CHARSET]        = { .text = "AT+CREG=1", .limit_ms = 5000, .done = step_any },
	[STEP_CEREG - STEP_CHARSET]       = { .text = "AT+CEREG=1", .limit_ms = 5000, .done = cereg_done },
	[STEP_URC_PROBE - STEP_CHARSET]   = { .build = urc_probe_text, .limit_ms = 5000, .done = urc_probed },
	[STEP_URC_PORT - STEP_CHARSET]    = { .build = urc_port_text, .limit_ms = 5000, .done = step_any },
	[STEP_HEAT - STEP_CHARSET]        = { .build = heat_text, .limit_ms = 5000, .done = heat_probed },
};
/* clang-format on */
