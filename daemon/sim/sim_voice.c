#include "sim_voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim_reply.h"
#include "banned.h"

enum { ACTIVE = 0, DIALING = 2, ALERTING = 3 };
enum {
	DIAL_US = 50 * 1000,
	ALERT_US = 300 * 1000,
	MUTE_US = 1000 * 1000, /* keys count from here when nothing is spoken */
	RING_US = 5 * 1000 * 1000,
	RINGS = 6
};

/* --- what each family writes ------------------------------------------------------------- */

enum moment { DIALS, RINGS_OUT, UP, OURS, THEIRS }; /* OURS: we hang up; THEIRS: it ended */

struct sim_family {
	const char *name, *maker, *model;
	unsigned bit;
	void (*tell)(struct sim_modem *m, enum moment at);
	const char *key; /* in front of a key; NULL: none is heard */
	bool key_code;   /* as its ASCII code */
};

static int seconds(const struct sim_modem *m)
{
	return m->dial.up_us == 0 ? 0 : (int)((clock_mono_us() - m->dial.up_us) / 1000000);
}

static void tell_nothing(struct sim_modem *m, enum moment at)
{
	(void)m;
	(void)at;
}

static void tell_sim800(struct sim_modem *m, enum moment at)
{
	if (m->set.voice_lines && at == RINGS_OUT)
		sim_reply_urc(m, "MO RING");
	else if (m->set.voice_lines && at == UP)
		sim_reply_urc(m, "MO CONNECTED");
}

static void tell_a7670(struct sim_modem *m, enum moment at)
{
	static const int states[] = { DIALING, ALERTING, ACTIVE };

	if (at == UP)
		sim_reply_urc(m, "VOICE CALL: BEGIN");
	if (at <= UP && m->set.voice_lines)
		sim_reply_urc(m, "+CLCC: 1,0,%d,0,0,\"%s\",129,\"\"", states[at], m->dial.number);
	if (at > UP && m->dial.up_us != 0)
		sim_reply_urc(m, "VOICE CALL: END: %06d", seconds(m));
}

static void tell_quectel(struct sim_modem *m, enum moment at)
{
	static const int states[] = { DIALING, ALERTING, ACTIVE, 6, 6 };

	if (m->set.voice_lines)
		sim_reply_urc(m, "^DSCI: 1,0,%d,0,%s,129", states[at], m->dial.number);
}

static void tell_luat(struct sim_modem *m, enum moment at)
{
	if (at == UP)
		sim_reply_urc(m, "CONNECT");
}

static void tell_huawei(struct sim_modem *m, enum moment at)
{
	static const char *const lines[] = { "^ORIG:1,0", "^CONF:1", "^CONN:1,0" };

	if (at <= UP)
		sim_reply_urc(m, "%s", lines[at]);
	else
		sim_reply_urc(m, "^CEND:1,%d,104,%d", seconds(m), sim_voice_cause(m));
}

static void tell_ublox(struct sim_modem *m, enum moment at)
{
	static const int states[] = { DIALING, ALERTING, ACTIVE, 6, 6 };

	if (m->set.voice_lines)
		sim_reply_urc(m, "+UCALLSTAT: 1,%d", states[at]);
}

/* clang-format off */
static const struct sim_family families[] = {
	{ "sim800", "SIMCOM_Ltd", "SIMCOM_SIM800C", SIM_SIM800, tell_sim800, "+DTMF: ", false },
	{ "a7670", "INCORPORATED", "A7670C-LASS", SIM_A7670, tell_a7670, "+RXDTMF: ", false },
	{ "quectel", "Quectel", "EC20F", SIM_QUECTEL, tell_quectel, "+QTONEDET: ", true },
	{ "luat", "AirM2M", "Air724UG", SIM_LUAT, tell_luat, "+DTMFDET:", true },
	{ "ublox", "u-blox", "SARA-U270", SIM_UBLOX, tell_ublox, "+UUDTMFD: ", false },
	{ "huawei", "huawei", "E173", SIM_HUAWEI, tell_huawei, "^DDTMF: ", false },
	{ "generic", "QUANZU", "MODEMSIM", SIM_GENERIC, tell_nothing, NULL, false },
};
/* clang-format on */

enum { GENERIC = sizeof families / sizeof *families - 1 }; /* the last row */

static const struct sim_family *family(const struct sim_modem *m)
{
	return m->family != NULL ? m->family : &families[GENERIC];
}

const struct sim_family *sim_family_of(const char *name)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (strcmp(families[i].name, name) == 0)
			return &families[i];
	return NULL;
}

unsigned sim_family_bit(const struct sim_family *f)
{
	return f != NULL ? f->bit : SIM_GENERIC;
}

void sim_voice_family(struct sim_modem *m, const struct sim_family *f)
{
	m->family = f;
	snprintf(m->id.maker, sizeof m->id.maker, "%s%s", f->bit == SIM_A7670 ? "SIMCOM " : "",
		f->maker);
	snprintf(m->id.model, sizeof m->id.model, "%s", f->model);
}

static void note(struct sim_modem *m, const char *what, const char *text)
{
	sim_record_call(sim_net_record(m->net), m->index, what, m->dial.number, text);
}

/* --- what was booked for a call or a speech that may be over ------------------------------- */

struct due {
	uint64_t id;
	size_t n;
	char line[24];
};

static struct due *book(
	struct sim_modem *m, uint64_t id, int64_t after_us, void (*fn)(void *arg, void *own))
{
	struct due *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->id = id;
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + after_us, fn, m, d);
	return d;
}

static const struct sim_block *rules(const struct sim_modem *m)
{
	return sim_book_rules(sim_net_book(m->net), m->dial.number);
}

static bool still(const struct sim_modem *m, const void *own)
{
	return m->dial.active && m->dial.id == ((const struct due *)own)->id;
}

/* --- keys ----------------------------------------------------------------------------------- */

static void key_line(struct sim_modem *m, char key)
{
	const struct sim_family *f = family(m);

	if (f->key == NULL || !m->set.voice_keys)
		return;
	if (f->key_code)
		sim_reply_urc(m, "%s%d", f->key, key);
	else
		sim_reply_urc(m, "%s%c", f->key, key);
}

static void key_due(void *arg, void *own)
{
	struct sim_modem *m = arg;
	const struct sim_press *p;
	const char text[2] = { still(m, own) ? rules(m)->presses[((struct due *)own)->n].key : 0 };

	if (text[0] == 0)
		return;
	p = &rules(m)->presses[((struct due *)own)->n];
	note(m, "key", text);
	if (p->noise)
		buf_adds(&m->out, "\r\n\x8a\xd1\x93\r\n");
	key_line(m, p->key);
	if (p->twice)
		key_line(m, p->key);
	sim_reply_flush(m);
}

/* Keys are counted from the first word, or from a second of silence. */
static void listens(struct sim_modem *m)
{
	const struct sim_block *b = rules(m);

	if (m->dial.begun)
		return;
	m->dial.begun = true;
	for (size_t i = 0; i < b->press_count; i++)
		book(m, m->dial.id, b->presses[i].after_us, key_due)->n = i;
}

static void mute_due(void *arg, void *own)
{
	if (still(arg, own))
		listens(arg);
}

/* --- the life of a call ------------------------------------------------------------------ */

static const char *const endings[] = {
	[SIM_CALL_NO_CARRIER] = "NO CARRIER",
	[SIM_CALL_BUSY] = "BUSY",
	[SIM_CALL_NO_ANSWER] = "NO ANSWER",
	[SIM_CALL_REJECTED] = "NO CARRIER",
	[SIM_CALL_NO_NUMBER] = "NO CARRIER",
	[SIM_CALL_ANSWER] = "NO CARRIER",
};

/* Causes of 24.008 10.5.4.11; 0 none is told. */
static const int causes[] = {
	[SIM_CALL_NO_CARRIER] = 0,
	[SIM_CALL_BUSY] = 17,
	[SIM_CALL_NO_ANSWER] = 19,
	[SIM_CALL_REJECTED] = 21,
	[SIM_CALL_NO_NUMBER] = 1,
	[SIM_CALL_ANSWER] = 16,
};

int sim_voice_cause(const struct sim_modem *m)
{
	return m->dial.number[0] == '\0' ? 0 : causes[rules(m)->call];
}

static void end(struct sim_modem *m, const char *what)
{
	note(m, what, endings[rules(m)->call]);
	m->dial.active = m->dial.speaking = false;
	family(m)->tell(m, THEIRS);
	sim_reply_urc(m, "%s", endings[rules(m)->call]);
}

static void hangup_due(void *arg, void *own)
{
	if (still(arg, own))
		end(arg, "hangup");
}

static void up(struct sim_modem *m)
{
	m->dial.state = ACTIVE;
	m->dial.up_us = clock_mono_us();
	note(m, "answered", "");
	family(m)->tell(m, UP);
	book(m, m->dial.id, MUTE_US, mute_due);
	if (rules(m)->hangup_us >= 0)
		book(m, m->dial.id, rules(m)->hangup_us, hangup_due);
}

static void end_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (!still(m, own))
		return;
	if (rules(m)->call == SIM_CALL_ANSWER)
		up(m);
	else
		end(m, "ended");
}

static void alert_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (!still(m, own) || m->dial.state == ACTIVE) /* somebody was quicker */
		return;
	m->dial.state = ALERTING;
	family(m)->tell(m, RINGS_OUT);
	if (rules(m)->early != 0)
		key_line(m, rules(m)->early);
}

static void dial_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (still(m, own) && m->dial.state != ACTIVE)
		family(m)->tell(m, DIALS);
}

int sim_voice_dial(struct sim_modem *m, const char *number)
{
	size_t n = 0;

	if (m->locked || m->dial.active || m->ring.active)
		return SIM_CME_(m->locked ? 11 : 3);
	if (sim_modem_registered(m) != 1)
		return SIM_CARRIER;
	m->dial = (struct sim_dial){ .active = true, .id = m->dial.id + 1, .state = DIALING };
	for (; *number != '\0'; number++)
		if (strchr("0123456789+*#", *number) != NULL && n + 1 < sizeof m->dial.number)
			m->dial.number[n++] = *number;
	m->dial.number[n] = '\0';
	if (n == 0) {
		m->dial.active = false;
		return SIM_CARRIER;
	}
	note(m, "dial", "");
	book(m, m->dial.id, DIAL_US, dial_due);
	book(m, m->dial.id, ALERT_US, alert_due);
	book(m, m->dial.id, rules(m)->call_us, end_due);
	return SIM_OK;
}

int sim_voice_hang_up(struct sim_modem *m)
{
	if (m->dial.active) {
		note(m, "hangup", "ours");
		m->dial.active = m->dial.speaking = false;
		family(m)->tell(m, OURS);
	}
	if (m->ring.active) {
		sim_record_call(
			sim_net_record(m->net), m->index, "turned_away", m->ring.number, "");
		m->ring.active = false;
	}
	return SIM_OK;
}

void sim_voice_list(struct sim_modem *m)
{
	if (m->dial.active)
		sim_reply_line(m, "+CLCC: 1,0,%d,0,0,\"%s\",%d", m->dial.state, m->dial.number,
			m->dial.number[0] == '+' ? 145 : 129);
	if (m->ring.active)
		sim_reply_line(m, "+CLCC: 2,1,4,0,0,\"%s\",129", m->ring.number);
}

void sim_voice_reset(struct sim_modem *m)
{
	m->dial.active = m->dial.speaking = m->ring.active = false;
}

/* --- speech ------------------------------------------------------------------------------- */

static void spoken_due(void *arg, void *own)
{
	struct sim_modem *m = arg;
	const struct due *d = own;

	if (!m->dial.speaking || m->dial.speech != d->id)
		return;
	m->dial.speaking = false;
	sim_reply_urc(m, "%s", d->line);
}

int sim_voice_speak(struct sim_modem *m, const char *text, int64_t us, const char *ends)
{
	struct due *d;

	if (!m->dial.active || m->dial.state != ACTIVE || m->dial.speaking)
		return SIM_ERROR;
	note(m, "spoke", text);
	m->dial.speaking = true;
	m->dial.speech++;
	d = book(m, m->dial.speech, us, spoken_due);
	snprintf(d->line, sizeof d->line, "%s", ends);
	listens(m);
	return SIM_OK;
}

int sim_voice_hush(struct sim_modem *m)
{
	m->dial.speaking = false;
	return SIM_OK;
}

/* --- somebody calls us ---------------------------------------------------------------------- */

static void ring_due(void *arg, void *own)
{
	struct sim_modem *m = arg;
	const struct due *d = own;

	if (!m->ring.active || m->ring.id != d->id)
		return;
	if (d->n == RINGS) {
		m->ring.active = false;
		sim_reply_urc(m, "NO CARRIER");
		return;
	}
	sim_reply_urc(m, "RING");
	if (m->set.clip)
		sim_reply_urc(m, "+CLIP: \"%s\",129", m->ring.number);
	book(m, d->id, RING_US, ring_due)->n = d->n + 1;
}

void sim_voice_ring(struct sim_modem *m, const char *number)
{
	if (m->ring.active || !m->powered || (m->dial.active && m->dial.state == ACTIVE))
		return; /* engaged */
	m->ring.active = true;
	m->ring.id++;
	snprintf(m->ring.number, sizeof m->ring.number, "%s", number);
	sim_record_call(sim_net_record(m->net), m->index, "ring", number, "");
	if (m->dial.active) { /* two calls at a moment: ours fails */
		m->dial.active = false;
		sim_reply_urc(m, "NO CARRIER");
	}
	book(m, m->ring.id, 0, ring_due);
}
