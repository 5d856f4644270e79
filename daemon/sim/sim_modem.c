#include "sim_modem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim_at.h"
#include "sim_inbox.h"
#include "sim_voice.h"
#include "banned.h"

enum { CTRL_Z = 0x1A, ESC = 0x1B, BACKSPACE = 0x08, DELETE = 0x7F };
enum { BOOT_US = 300000, OTHER_PLACES = 50 };

/* --- life ----------------------------------------------------------------------------- */

static void identity_default(struct sim_modem *m)
{
	struct sim_identity *id = &m->id;

	snprintf(m->station.number, sizeof m->station.number, "%lld", 13900139000LL + m->index);
	snprintf(m->station.smsc, sizeof m->station.smsc, "+8613800210500");
	snprintf(id->imsi, sizeof id->imsi, "46000%010d", m->index);
	snprintf(id->iccid, sizeof id->iccid, "8986000000000000%04d", m->index);
	snprintf(id->imei, sizeof id->imei, "86000000000%04d", m->index);
	snprintf(id->maker, sizeof id->maker, "QUANZU");
	snprintf(id->model, sizeof id->model, "MODEMSIM");
	snprintf(id->revision, sizeof id->revision, "MODEMSIM 1.0");
	snprintf(id->operator, sizeof id->operator, "CHINA MOBILE");
	snprintf(id->plmn, sizeof id->plmn, "46000");
	id->signal = 24;
}

static void no_write(void *port, const char *bytes, size_t n)
{
	(void)port;
	(void)bytes;
	(void)n;
}

static void no_time(void *port, int64_t us)
{
	(void)port;
	(void)us;
}

static void no_switch(void *port, bool on)
{
	(void)port;
	(void)on;
}

/* Until somebody plugs it in. */
static const struct sim_wire no_wire = { no_write, no_time, no_time, no_switch };

struct sim_modem *sim_modem_new(struct sim_net *net, int index, unsigned places)
{
	struct sim_modem *m = calloc(1, sizeof *m);

	if (m == NULL)
		abort();
	m->index = index;
	m->net = net;
	identity_default(m);
	sim_store_init(&m->stores[SIM_MEM_SM], "SM", 1, places);
	/* the modem's own stores count from 0: indexes have no fixed base (27.005) */
	sim_store_init(&m->stores[SIM_MEM_ME], "ME", 0, OTHER_PLACES);
	sim_store_init(&m->stores[SIM_MEM_SR], "SR", 1, OTHER_PLACES);
	buf_init(&m->line, SIM_LINE_LIMIT);
	buf_init(&m->last, SIM_LINE_LIMIT);
	buf_init(&m->data, SIM_DATA_LIMIT);
	buf_init(&m->later, SIM_LATER_LIMIT);
	buf_init(&m->out, 1 << 22);
	m->wire = &no_wire;
	m->pin_tries = 3;
	m->station.take = sim_inbox_take;
	m->station.arg = m;
	return m;
}

static void urcs_drop(struct sim_modem *m)
{
	while (m->urc_count > 0)
		free(m->urcs[--m->urc_count]);
}

void sim_modem_free(struct sim_modem *m)
{
	if (m == NULL)
		return;
	urcs_drop(m);
	for (int i = 0; i < SIM_MEMS; i++)
		sim_store_free(&m->stores[i]);
	for (size_t i = 0; i < m->id.ussd_count; i++)
		free(m->id.ussd[i].text);
	buf_free(&m->line);
	buf_free(&m->last);
	buf_free(&m->data);
	buf_free(&m->later);
	buf_free(&m->out);
	free(m);
}

static void settings_default(struct sim_settings *s)
{
	memset(s, 0, sizeof *s);
	s->echo = 1;
	s->verbose = 1;
	s->csmp = (struct sim_csmp){ .fo = 17, .vp = 167 };
}

static void life_begin(struct sim_modem *m)
{
	sim_at_broken_off(m);
	m->life++;
	m->mode = SIM_COMMAND;
	m->cfun = 1;
	sim_voice_reset(m);
	m->locked = m->pin[0] != '\0';
	m->entered = m->line_over = m->data_over = false;
	settings_default(&m->set);
	sim_inbox_forget(m);
	urcs_drop(m);
	buf_clear(&m->line);
	buf_clear(&m->last);
	buf_clear(&m->data);
	buf_clear(&m->later);
	buf_clear(&m->out);
}

struct due { /* what was booked in one life of a modem */
	uint64_t life;
};

static void book(struct sim_modem *m, int64_t after_us, void (*fn)(void *arg, void *own))
{
	struct due *d = malloc(sizeof *d);

	if (d == NULL)
		abort();
	d->life = m->life;
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + after_us, fn, m, d);
}

enum { NOISE_US = 200000 };

static void noise_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (((struct due *)own)->life != m->life || !m->noise)
		return;
	sim_reply_noise(m);
	sim_reply_flush(m);
	book(m, NOISE_US, noise_due);
}

void sim_modem_wire(struct sim_modem *m, const struct sim_wire *wire, void *port)
{
	m->wire = wire != NULL ? wire : &no_wire;
	m->port = port;
}

void sim_modem_power(struct sim_modem *m)
{
	life_begin(m);
	m->powered = true;
	if (m->noise)
		book(m, NOISE_US, noise_due);
	sim_net_poke(m->net, m->index);
}

/* No current: nothing works till sim_modem_power(). */
static void sim_modem_unplugged(struct sim_modem *m)
{
	life_begin(m);
	m->powered = false;
}

static void boot_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (((struct due *)own)->life != m->life)
		return;
	sim_modem_power(m);
	buf_adds(&m->out, "\r\nRDY\r\n\r\n+CFUN: 1\r\n");
	buf_addf(&m->out, "\r\n+CPIN: %s\r\n", m->locked ? "SIM PIN" : "READY");
	if (!m->locked)
		buf_adds(&m->out, "\r\nCall Ready\r\n\r\nSMS Ready\r\n");
	sim_reply_flush(m);
}

void sim_modem_reset(struct sim_modem *m)
{
	sim_modem_unplugged(m);
	book(m, BOOT_US, boot_due);
}

/* --- network -------------------------------------------------------------------------- */

bool sim_modem_sim_ready(const struct sim_modem *m)
{
	return !m->locked;
}

int sim_modem_registered(const struct sim_modem *m)
{
	if (m->cfun != 1 || !m->powered)
		return 0;
	return m->unregistered || m->locked ? 2 : 1;
}

void sim_modem_registration_changed(struct sim_modem *m)
{
	int stat = sim_modem_registered(m);

	if (m->set.creg > 0)
		sim_reply_urc(m, "+CREG: %d", stat);
	if (m->set.cereg > 0)
		sim_reply_urc(m, "+CEREG: %d", stat);
	if (m->set.cgreg > 0)
		sim_reply_urc(m, "+CGREG: %d", stat);
	if (stat == 1)
		sim_net_poke(m->net, m->index);
}

/* --- faults --------------------------------------------------------------------------- */

static void fault_arm(struct sim_modem *m, const struct sim_fault *f)
{
	m->armed[f->kind] += f->times;
	if (f->kind == SIM_CMS)
		m->cms_code = f->code;
	if (f->kind == SIM_LATE_REPLY)
		m->late_us = f->us;
}

static void fault_hang(struct sim_modem *m, const struct sim_fault *f)
{
	sim_reply_flush(m);
	m->wire->hang(m->port, f->us);
}

static void fault_unplug(struct sim_modem *m, const struct sim_fault *f)
{
	sim_reply_flush(m);
	sim_modem_unplugged(m);
	m->wire->unplug(m->port, f->us);
}

static void fault_reset(struct sim_modem *m, const struct sim_fault *f)
{
	(void)f;
	sim_reply_flush(m);
	if (m->powered)
		sim_modem_reset(m);
}

static void fault_full(struct sim_modem *m, const struct sim_fault *f)
{
	(void)f;
	sim_inbox_fill(m);
}

static void fault_echo(struct sim_modem *m, const struct sim_fault *f)
{
	(void)f;
	m->set.echo = 1;
}

static void fault_noise(struct sim_modem *m, const struct sim_fault *f)
{
	if (f->on && !m->noise)
		book(m, NOISE_US, noise_due);
	m->noise = f->on;
}

static void fault_split(struct sim_modem *m, const struct sim_fault *f)
{
	m->wire->dribble(m->port, f->on);
}

static void fault_pin(struct sim_modem *m, const struct sim_fault *f)
{
	m->locked = f->on;
	m->pin_tries = 3;
	snprintf(m->pin, sizeof m->pin, "%s", f->on ? f->pin : "");
	sim_modem_registration_changed(m);
}

static void fault_unregistered(struct sim_modem *m, const struct sim_fault *f)
{
	m->unregistered = f->on;
	sim_modem_registration_changed(m);
}

static void fault_delay(struct sim_modem *m, const struct sim_fault *f)
{
	m->delay_us = f->us;
}

static void fault_cmt(struct sim_modem *m, const struct sim_fault *f)
{
	m->cmt_mode = f->on;
}

static void fault_no_tts(struct sim_modem *m, const struct sim_fault *f)
{
	m->no_tts = f->on;
}

static void fault_ring(struct sim_modem *m, const struct sim_fault *f)
{
	sim_voice_ring(m, f->from);
}

static void fault_deaf(struct sim_modem *m, const struct sim_fault *f)
{
	m->deaf = f->on;
}

static void (*const fault_acts[SIM_FAULTS])(struct sim_modem *m, const struct sim_fault *f) = {
	[SIM_NO_PROMPT] = fault_arm,
	[SIM_NO_REPLY] = fault_arm,
	[SIM_NO_REPLY_LOST] = fault_arm,
	[SIM_LATE_REPLY] = fault_arm,
	[SIM_CMS] = fault_arm,
	[SIM_HANG] = fault_hang,
	[SIM_UNPLUG] = fault_unplug,
	[SIM_RESET] = fault_reset,
	[SIM_FULL_STORAGE] = fault_full,
	[SIM_ECHO_ON] = fault_echo,
	[SIM_URC_NOISE] = fault_noise,
	[SIM_SPLIT] = fault_split,
	[SIM_PIN] = fault_pin,
	[SIM_UNREGISTERED] = fault_unregistered,
	[SIM_DELAY] = fault_delay,
	[SIM_CMT_MODE] = fault_cmt,
	[SIM_NO_TTS] = fault_no_tts,
	[SIM_RING] = fault_ring,
	[SIM_DEAF] = fault_deaf,
};

void sim_modem_fault(struct sim_modem *m, const struct sim_fault *f)
{
	m->stats.faults++;
	sim_record_fault(sim_net_record(m->net), m->index, sim_fault_name(f->kind), m->cmgs);
	fault_acts[f->kind](m, f);
	sim_reply_flush(m);
}

bool sim_modem_trap(struct sim_modem *m, const struct sim_trap *t)
{
	if (m->trap_count == SIM_TRAPS_MAX)
		return false;
	m->traps[m->trap_count++] = *t;
	return true;
}

bool sim_modem_moment(struct sim_modem *m, enum sim_moment moment)
{
	uint64_t life = m->life;

	for (size_t i = 0; i < m->trap_count; i++)
		if (sim_trap_hits(&m->traps[i], moment, m->cmgs))
			sim_modem_fault(m, &m->traps[i].fault);
	return m->life == life;
}

bool sim_modem_takes(struct sim_modem *m, enum sim_fault_kind kind)
{
	if (m->armed[kind] == 0)
		return false;
	m->armed[kind]--;
	return true;
}

/* --- input ---------------------------------------------------------------------------- */

static void line_end(struct sim_modem *m)
{
	char line[SIM_LINE_LIMIT + 1];
	bool over = m->line_over;

	snprintf(line, sizeof line, "%s", buf_str(&m->line));
	buf_clear(&m->line);
	m->line_over = false;
	if (over)
		sim_reply_result(m, SIM_ERROR);
	else
		sim_at_line(m, line);
}

static void line_byte(struct sim_modem *m, char c)
{
	if (m->line.len == 0)
		m->t_first = m->now_us;
	if (c == '\r') {
		line_end(m);
	} else if (c == BACKSPACE || c == DELETE) {
		if (m->line.len > 0)
			m->line.data[--m->line.len] = '\0';
	} else if (c == '/' && m->line.len == 1 &&
		   (m->line.data[0] == 'A' || m->line.data[0] == 'a')) {
		buf_clear(&m->line);
		sim_at_line(m, buf_str(&m->last)); /* A/ needs no CR (V.250 5.2.4) */
	} else if ((unsigned char)c >= ' ' && !buf_addc(&m->line, c)) {
		m->line_over = true;
	}
}

static void data_byte(struct sim_modem *m, char c)
{
	if (c == CTRL_Z) {
		m->send.t_data = m->now_us;
		sim_at_data(m);
	} else if (c == ESC) {
		sim_at_escape(m);
	} else if (c == BACKSPACE) {
		if (m->data.len > 0)
			m->data.data[--m->data.len] = '\0';
	} else if (m->set.cmgf == 1 && c == '\r') {
		buf_addc(&m->data, '\n');
		sim_reply_prompt(m);
	} else if (c != '\r' && c != '\n' && !buf_addc(&m->data, c)) {
		m->data_over = true;
	}
}

static void feed(struct sim_modem *m, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!m->powered)
			return;
		if (m->mode == SIM_BUSY) {
			buf_add(&m->later, bytes + i, n - i);
			return;
		}
		if (m->set.echo)
			buf_addc(&m->out, bytes[i]);
		if (m->mode == SIM_DATA)
			data_byte(m, bytes[i]);
		else
			line_byte(m, bytes[i]);
	}
}

void sim_modem_input(struct sim_modem *m, const char *bytes, size_t n, int64_t now_us)
{
	m->now_us = now_us;
	feed(m, bytes, n);
	sim_reply_flush(m);
}

void sim_modem_ready(struct sim_modem *m)
{
	struct buf waited = m->later;
	bool was_busy = m->mode == SIM_BUSY;

	m->mode = SIM_COMMAND;
	sim_reply_urc_release(m);
	if (!was_busy || waited.len == 0)
		return;
	buf_init(&m->later, SIM_LATER_LIMIT);
	m->now_us = clock_mono_us();
	feed(m, buf_str(&waited), waited.len);
	buf_free(&waited);
}
