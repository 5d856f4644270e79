/* sim_at_call.c - voice calls that nobody answers: they ring, then end as the phone's rules say. */
#include "sim_at.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "banned.h"

enum { DIALING = 2, ALERTING = 3, ALERT_US = 300000 };

/* How a call ends, by what the phone does (27.007 6.2, V.250 5.7.1). */
static const char *const endings[] = {
	[SIM_CALL_NO_CARRIER] = "NO CARRIER",
	[SIM_CALL_BUSY] = "BUSY",
	[SIM_CALL_NO_ANSWER] = "NO ANSWER",
};

struct due {
	uint64_t id;
};

static void book(struct sim_modem *m, int64_t after_us, void (*fn)(void *arg, void *own))
{
	struct due *d = malloc(sizeof *d);

	if (d == NULL)
		abort();
	d->id = m->dial.id;
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + after_us, fn, m, d);
}

static bool still(const struct sim_modem *m, const void *own)
{
	return m->dial.active && m->dial.id == ((const struct due *)own)->id;
}

static void alert_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (still(m, own))
		m->dial.state = ALERTING;
}

static void end_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (!still(m, own))
		return;
	m->dial.active = false;
	sim_reply_urc(m, "%s", endings[sim_book_rules(sim_net_book(m->net), m->dial.number)->call]);
}

int sim_at_dial(struct sim_modem *m, const char *number)
{
	size_t n = 0;

	if (m->locked || m->dial.active)
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
	book(m, ALERT_US, alert_due);
	book(m, sim_book_rules(sim_net_book(m->net), m->dial.number)->call_us, end_due);
	return SIM_OK;
}

int sim_at_hang_up(struct sim_modem *m)
{
	m->dial.active = false;
	return SIM_OK;
}

static int clcc(struct sim_modem *m)
{
	if (m->dial.active)
		sim_reply_line(m, "+CLCC: 1,0,%d,0,0,\"%s\",%d", m->dial.state, m->dial.number,
			m->dial.number[0] == '+' ? 145 : 129);
	return SIM_OK;
}

static int ceer(struct sim_modem *m)
{
	sim_reply_text(m, "+CEER: No cause information available");
	return SIM_OK;
}

/* clang-format off */
const struct sim_command sim_commands_call[] = {
	{ "+CHUP", SIM_NEEDS_NOTHING, .exec = sim_at_hang_up, .test = "" },
	{ "+CLCC", SIM_NEEDS_NOTHING, .exec = clcc, .test = "" },
	{ "+CEER", SIM_NEEDS_NOTHING, .exec = ceer, .test = "" },
	{ "+CLIP", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, clip), .max = 1 },
	{ "+COLP", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, colp), .max = 1 },
	{ "+CLIR", SIM_NEEDS_NOTHING, .test = "(0-2)", .offset = offsetof(struct sim_settings, clir), .max = 2 },
	{ "+CRC", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, crc), .max = 1 },
	{ "+CVHU", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, cvhu), .max = 1 },
	{ .name = NULL },
};
/* clang-format on */
