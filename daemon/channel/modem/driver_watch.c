/* driver_watch.c - network, signal, storage and card, asked for seldom and heard of at once. */
#include <stdio.h>
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum {
	ASK_SOON_MS = 10 * 1000,
	ASK_SELDOM_MS = 60 * 1000,
	MINUTE_MS = 60 * 1000,
	FULL_MS = 10 * 1000,
	STORES_MS = 10 * 60 * 1000,
	DENIED_MS = 3600 * 1000,
	RADIO_OFF_MS = 5000,
	FILL_ALARM = 70,
	FILL_FULL = 90,
	SIGNAL_BAD = 6,
	SIGNAL_GOOD = 10,
	STAT_DENIED = 3
};

/* Chores: each is one command, done when nothing better is to do. */
enum chore {
	CHORE_RADIO_OFF,
	CHORE_RADIO_ON,
	CHORE_SEARCH,
	CHORE_CREG,
	CHORE_CEREG,
	CHORE_OPERATOR,
	CHORE_STORAGE,
	CHORE_SIGNAL,
	CHORE_NOTICES,
	CHORE_BEARER,
	CHORE_HEAT,
	CHORES
};

static void want(struct driver *d, enum chore c)
{
	d->chores |= 1u << c;
}

/* Network */

static const int64_t search_after_ms[] = { 2 * 60 * 1000, 5 * 60 * 1000, 15 * 60 * 1000 };
enum { SEARCHES = sizeof search_after_ms / sizeof *search_after_ms };

static void plan_search(struct driver *d)
{
	int64_t wait;

	if (d->search >= SEARCHES || d->denied)
		return;
	wait = d->unregistered_since + search_after_ms[d->search] - d->now;
	driver_after(d, TIMER_SEARCH, wait > 0 ? wait : 0);
}

static void watch_network(struct driver *d, bool registered)
{
	bool was = d->health.registered;

	d->health.registered = registered;
	if (registered) {
		d->search = 0;
		driver_cancel(d, TIMER_SEARCH);
		driver_after(d, TIMER_REGISTER, ASK_SELDOM_MS);
		if (!was)
			want(d, CHORE_OPERATOR);
		return;
	}
	if (was || d->unregistered_since == 0)
		d->unregistered_since = d->now == 0 ? 1 : d->now;
	if (d->due[TIMER_SEARCH] == INT64_MAX)
		plan_search(d);
	driver_after(d, TIMER_REGISTER, ASK_SOON_MS);
}

void watch_lost_network(struct driver *d)
{
	enum { AT_ONCE_MS = 1000 };

	watch_network(d, false);
	driver_after(d, TIMER_REGISTER, AT_ONCE_MS);
}

/* Registered for messages is whoever of the networks says so (27.007 7.2). */
static void heard_registration(struct driver *d, const char *name, const struct at_registration *r)
{
	bool circuit = strcmp(name, "+CREG") == 0;

	if (circuit)
		d->creg = *r;
	else
		d->packet = *r;
	if (circuit && !r->registered && d->health.registration == -1 &&
		(d->chores & (1u << CHORE_CEREG)) != 0)
		return; /* on LTE-only modules the other answer counts */
	d->health.registration = d->packet.registered ? d->packet.stat : d->creg.stat;
	d->health.roaming = (d->creg.registered && d->creg.roaming) ||
			    (d->packet.registered && d->packet.roaming);
	d->denied = (d->creg.stat == STAT_DENIED || d->packet.stat == STAT_DENIED) &&
		    !d->creg.registered && !d->packet.registered;
	if (d->denied)
		driver_after(d, TIMER_SEARCH, DENIED_MS);
	driver_alarm(d, MODEM_ALARM_DENIED, d->denied);
	watch_network(d, d->creg.registered || d->packet.registered);
	driver_alarm(d, MODEM_ALARM_ROAMING,
		d->health.registered && d->health.roaming && !d->config.roaming);
}

static void registration_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_REGISTRATION)
		heard_registration(d, e->name, &e->v.registration);
}

/* The answer to the last question without a line: unknown, and that is an answer too. */
static void registration_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	if (d->health.registration == -1 && (d->chores & (1u << CHORE_CEREG)) == 0) {
		d->health.registration = 4;
		watch_network(d, false);
	}
}

static void cereg_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	if (end == DRIVER_REFUSED)
		d->cereg = false; /* ask for the older packet network instead */
	registration_done(d, end, final);
}

static void operator_line(struct driver *d, const struct at_event *e)
{
	if (e->shape != AT_OPERATOR)
		return;
	if (e->v.operator_.act != AT_NONE)
		d->health.technology = e->v.operator_.act;
	profile_copy(d->health.operator_, sizeof d->health.operator_, e->v.operator_.name,
		strlen(e->v.operator_.name));
}

/* No network for long: choose again, switch the radio, start over. */
static void search(struct driver *d)
{
	if (d->phase != PHASE_READY || d->health.registered)
		return;
	if (d->denied) {
		want(d, CHORE_SEARCH); /* no more than one try an hour */
		driver_after(d, TIMER_SEARCH, DENIED_MS);
		return;
	}
	switch (d->search++) {
	case 0:
		want(d, CHORE_SEARCH);
		plan_search(d);
		break;
	case 1:
		want(d, CHORE_RADIO_OFF);
		plan_search(d);
		break;
	default:
		d->search = 0;
		d->unregistered_since = d->now;
		d->rung = 2;
		driver_ladder(d);
		break;
	}
}

static void radio_off_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void)end;
	(void) final;
	want(d, CHORE_RADIO_ON);
	d->gap_until = d->now + RADIO_OFF_MS;
}

/* Signal, storage, settings */

/* The mean of the last ten minutes; what was unknown does not count. */
static void keep_signal(struct driver *d, int rssi)
{
	int sum = 0, n = d->signal_count < DRIVER_SIGNALS ? (int)++d->signal_count : DRIVER_SIGNALS;

	memmove(d->signals + 1, d->signals, (DRIVER_SIGNALS - 1) * sizeof *d->signals);
	d->signals[0] = rssi;
	for (int i = 0; i < n; i++)
		sum += d->signals[i];
	d->health.signal_mean = (sum + n / 2) / n;
}

static void signal_line(struct driver *d, const struct at_event *e)
{
	int rssi = e->v.signal.rssi;

	if (e->shape != AT_SIGNAL)
		return;
	d->health.signal = rssi != AT_NONE && rssi <= 31 ? rssi : AT_NONE;
	d->health.dbm = e->v.signal.dbm;
	if (d->health.signal == AT_NONE)
		return;
	keep_signal(d, rssi);
	if (rssi < SIGNAL_BAD)
		driver_alarm(d, MODEM_ALARM_SIGNAL, true);
	else if (rssi >= SIGNAL_GOOD)
		driver_alarm(d, MODEM_ALARM_SIGNAL, false);
}

void watch_storage(struct driver *d, int used, int total)
{
	d->health.store_used = used;
	d->health.store_total = total;
	snprintf(d->health.store, sizeof d->health.store, "%s", d->home);
	if (total <= 0)
		return;
	if (used * 100 < total * FILL_ALARM) {
		driver_alarm(d, MODEM_ALARM_STORAGE, false);
		return;
	}
	driver_alarm(d, MODEM_ALARM_STORAGE, true);
	inbox_sweep(d, false);
	if (used * 100 >= total * FILL_FULL && d->due[TIMER_FULL] == INT64_MAX)
		driver_after(d, TIMER_FULL, FULL_MS);
}

static void storage_line(struct driver *d, const struct at_event *e)
{
	const struct at_stores *s = &e->v.stores;

	if (e->shape == AT_STORES && s->form != AT_STORES_GROUPS && s->n > 0)
		watch_storage(d, s->store[s->n - 1].used, s->store[s->n - 1].total);
}

static void notices_line(struct driver *d, const struct at_event *e)
{
	d->notices_off = !start_notice_stands(d, e);
}

static void notices_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end == DRIVER_OK && d->notices_off)
		start_begin(d, true); /* it has dropped its settings */
	d->notices_off = false;
}

static const struct {
	const char *text;
	struct driver_op op;
} chores[CHORES] = {
	[CHORE_RADIO_OFF] = { "AT+CFUN=4", { 15000, NULL, radio_off_done } },
	[CHORE_RADIO_ON] = { "AT+CFUN=1", { 15000, NULL, NULL } },
	[CHORE_SEARCH] = { "AT+COPS=0", { 180 * 1000, NULL, NULL } },
	[CHORE_CREG] = { "AT+CREG?", { 5000, registration_line, registration_done } },
	[CHORE_CEREG] = { "AT+CEREG?", { 5000, registration_line, cereg_done } },
	[CHORE_OPERATOR] = { "AT+COPS?", { 10000, operator_line, NULL } },
	[CHORE_STORAGE] = { "AT+CPMS?", { 10000, storage_line, NULL } },
	[CHORE_SIGNAL] = { "AT+CSQ", { 5000, signal_line, NULL } },
	[CHORE_NOTICES] = { "AT+CNMI?", { 5000, notices_line, notices_done } },
	[CHORE_BEARER] = { "AT+CGSMS=1", { 10000, NULL, NULL } },
	[CHORE_HEAT] = { "", { 5000, NULL, NULL } },
};

bool watch_next(struct driver *d)
{
	for (size_t i = 0; i < CHORES; i++) {
		const char *text = chores[i].text;

		if ((d->chores & 1u << i) == 0)
			continue;
		d->chores &= ~(1u << i);
		if (i == CHORE_CEREG && !d->cereg)
			text = "AT+CGREG?";
		if (i == CHORE_BEARER && d->bearers > 1)
			text = "AT+CGSMS=3";
		if (i == CHORE_HEAT)
			return heat_next(d);
		return driver_run(d, &chores[i].op, text);
	}
	return false;
}

/*
 * An LTE module that is registered and cannot send at all: messages may have to go over the
 * other domain (27.007 10.1.21). Two choices, each once in a start.
 */
void watch_sent(struct driver *d, bool taken)
{
	enum { E_UTRAN = 7, REFUSALS = 2, CHOICES = 2 };
	bool lte = d->health.technology >= E_UTRAN || (d->packet.registered && !d->creg.registered);

	if (taken || d->unsent < 0) {
		d->unsent = -1;
		return;
	}
	if (++d->unsent < REFUSALS || !lte || d->bearers == CHOICES)
		return;
	d->unsent = 0;
	d->bearers++;
	want(d, CHORE_BEARER);
}

void watch_ask(struct driver *d)
{
	want(d, CHORE_CREG);
	want(d, CHORE_CEREG);
	driver_after(d, TIMER_REGISTER, d->health.registered ? ASK_SELDOM_MS : ASK_SOON_MS);
}

void watch_begin(struct driver *d)
{
	memset(&d->creg, 0, sizeof d->creg);
	memset(&d->packet, 0, sizeof d->packet);
	d->chores = 0;
	d->denied = false;
	d->unregistered_since = 0;
	d->bearers = d->unsent = 0;
	if (d->thermometer != AT_NONE)
		want(d, CHORE_HEAT);
	watch_ask(d);
	want(d, CHORE_SIGNAL);
	want(d, CHORE_STORAGE);
	driver_after(d, TIMER_MINUTE, MINUTE_MS);
	driver_after(d, TIMER_STORES, STORES_MS);
}

void watch_timer(struct driver *d, enum driver_timer t)
{
	switch (t) {
	case TIMER_REGISTER:
		watch_ask(d);
		break;
	case TIMER_MINUTE:
		want(d, CHORE_SIGNAL);
		want(d, CHORE_STORAGE);
		inbox_sweep(d, false);
		driver_after(d, TIMER_MINUTE, MINUTE_MS);
		break;
	case TIMER_FULL:
		want(d, CHORE_STORAGE);
		inbox_sweep(d, false);
		break;
	case TIMER_STORES:
		want(d, CHORE_NOTICES);
		want(d, CHORE_OPERATOR);
		if (d->thermometer != AT_NONE)
			want(d, CHORE_HEAT);
		inbox_sweep(d, true);
		driver_after(d, TIMER_STORES, STORES_MS);
		break;
	case TIMER_SEARCH:
		search(d);
		break;
	case TIMER_SIM:
		d->sim_asked = true;
		break;
	default:
		break;
	}
}

/* The card, while there is none or it is locked */

static void sim_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_SIM)
		d->sim_back = strcmp(e->v.sim, "READY") == 0 ||
			      (d->sim_gone && strcmp(e->v.sim, "SIM PIN") == 0);
}

static void sim_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	if (end == DRIVER_BROKEN)
		return;
	if (d->sim_back)
		driver_restart(d);
	else
		driver_after(d, TIMER_SIM, d->sim_gone ? ASK_SOON_MS : ASK_SELDOM_MS);
	d->sim_back = false;
}

bool watch_sim(struct driver *d)
{
	static const struct driver_op op = { 10000, sim_line, sim_done };

	if (!d->sim_asked)
		return false;
	d->sim_asked = false;
	return driver_run(d, &op, "AT+CPIN?");
}

static bool says_card_gone(const struct at_event *e)
{
	if (e->shape == AT_SIM)
		return strcmp(e->v.sim, "NOT READY") == 0 || strcmp(e->v.sim, "NOT INSERTED") == 0;
	if (e->shape != AT_VALUES || e->fields == NULL)
		return false;
	if (strcmp(e->name, "+QUSIM") == 0)
		return at_number(e->fields, 0) == 0;
	return strcmp(e->name, "^SIMST") == 0 && at_number(e->fields, 0) == 255;
}

static bool says_full(const struct at_event *e)
{
	static const char full[] = "smsfull";

	if (strcmp(e->name, "^SMMEMFULL") == 0)
		return true;
	return strcmp(e->name, "+QIND") == 0 && e->fields != NULL &&
	       e->fields->f[0].len == sizeof full - 1 &&
	       memcmp(e->fields->f[0].s, full, sizeof full - 1) == 0;
}

void watch_urc(struct driver *d, const struct at_event *e)
{
	if (d->phase != PHASE_READY)
		return;
	if (e->shape == AT_REGISTRATION && e->fields != NULL) {
		heard_registration(d, e->name, &e->v.registration);
	} else if (says_card_gone(e)) {
		driver_stop(d, MODEM_ALARM_NO_SIM, ASK_SOON_MS);
	} else if (says_full(e)) {
		want(d, CHORE_STORAGE);
		inbox_sweep(d, false);
	} else if (e->shape == AT_USSD) {
		ussd_urc(d, e);
	} else if (strcmp(e->name, "+CMS ERROR") == 0) {
		start_begin(d, true);
	}
}
