/* sim_at_base.c - V.250 basics, identity, errors. */
#include "sim_at.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "banned.h"

/* --- basic commands ------------------------------------------------------------------ */

static int basic_echo(struct sim_modem *m, long n, const char *dial)
{
	(void)dial;
	if (n > 1)
		return SIM_ERROR;
	m->set.echo = (int)n;
	return SIM_OK;
}

static int basic_verbose(struct sim_modem *m, long n, const char *dial)
{
	(void)dial;
	if (n > 1)
		return SIM_ERROR;
	m->set.verbose = (int)n;
	return SIM_OK;
}

static int basic_quiet(struct sim_modem *m, long n, const char *dial)
{
	(void)dial;
	if (n > 1)
		return SIM_ERROR;
	m->set.quiet = (int)n;
	return SIM_OK;
}

static int basic_defaults(struct sim_modem *m, long n, const char *dial)
{
	(void)n;
	(void)dial;
	m->set = (struct sim_settings){ .echo = 1, .verbose = 1, .csmp = { .fo = 17, .vp = 167 } };
	return SIM_OK;
}

static int basic_identity(struct sim_modem *m, long n, const char *dial)
{
	(void)n;
	(void)dial;
	sim_reply_text(m, m->id.maker);
	sim_reply_text(m, m->id.model);
	sim_reply_line(m, "Revision: %s", m->id.revision);
	return SIM_OK;
}

static int basic_nothing(struct sim_modem *m, long n, const char *dial)
{
	(void)m;
	(void)n;
	(void)dial;
	return SIM_OK;
}

static int basic_dial(struct sim_modem *m, long voice, const char *dial)
{
	return voice ? sim_at_dial(m, dial) : SIM_CARRIER; /* no data calls here */
}

static int basic_hang_up(struct sim_modem *m, long n, const char *dial)
{
	(void)n;
	(void)dial;
	return sim_at_hang_up(m);
}

static int basic_answer(struct sim_modem *m, long n, const char *dial)
{
	(void)m;
	(void)n;
	(void)dial;
	return SIM_CARRIER; /* nobody calls */
}

const struct sim_basic sim_basics[] = {
	{ "E", basic_echo },
	{ "V", basic_verbose },
	{ "Q", basic_quiet },
	{ "Z", basic_defaults },
	{ "&F", basic_defaults },
	{ "I", basic_identity },
	{ "D", basic_dial },
	{ "H", basic_hang_up },
	{ "A", basic_answer },
	{ "&C", basic_nothing },
	{ "&D", basic_nothing },
	{ "&K", basic_nothing },
	{ "&S", basic_nothing },
	{ "&W", basic_nothing },
	{ "L", basic_nothing },
	{ "M", basic_nothing },
	{ "O", basic_nothing },
	{ "S", basic_nothing },
	{ "X", basic_nothing },
	{ .name = NULL },
};

/* --- identity -------------------------------------------------------------------------- */

static int maker(struct sim_modem *m)
{
	sim_reply_text(m, m->id.maker);
	return SIM_OK;
}

static int model(struct sim_modem *m)
{
	sim_reply_text(m, m->id.model);
	return SIM_OK;
}

static int revision(struct sim_modem *m)
{
	sim_reply_text(m, m->id.revision);
	return SIM_OK;
}

static int serial(struct sim_modem *m)
{
	sim_reply_text(m, m->id.imei);
	return SIM_OK;
}

static int serial_set(struct sim_modem *m, struct sim_args *a)
{
	int n = 0;

	if (!sim_args_number(a, 0, 3, &n) || !sim_args_end(a))
		return SIM_CME_(50);
	return serial(m);
}

static int imsi(struct sim_modem *m)
{
	sim_reply_text(m, m->id.imsi);
	return SIM_OK;
}

static int ccid(struct sim_modem *m)
{
	sim_reply_line(m, "+CCID: %s", m->id.iccid);
	return SIM_OK;
}

static int iccid(struct sim_modem *m)
{
	sim_reply_line(m, "+ICCID: %s", m->id.iccid);
	return SIM_OK;
}

static int capabilities(struct sim_modem *m)
{
	sim_reply_text(m, "+GCAP: +CGSM,+DS,+ES");
	return SIM_OK;
}

static int clock_read(struct sim_modem *m)
{
	struct clock_day d;

	clock_local(clock_now_ms(), &d);
	sim_reply_line(m, "+CCLK: \"%02d/%02d/%02d,%02d:%02d:%02d+32\"", d.year % 100, d.month,
		d.day, d.hour, d.minute, d.second);
	return SIM_OK;
}

static int taken(struct sim_modem *m, struct sim_args *a)
{
	(void)m;
	(void)a;
	return SIM_OK;
}

static int speed_read(struct sim_modem *m)
{
	sim_reply_text(m, "+IPR: 115200");
	return SIM_OK;
}

/* clang-format off */
const struct sim_command sim_commands_base[] = {
	{ "+CMEE", SIM_NEEDS_NOTHING, .test = "(0-2)", .offset = offsetof(struct sim_settings, cmee), .max = 2 },
	{ "+CGMI", SIM_NEEDS_NOTHING, .exec = maker, .test = "" },
	{ "+GMI", SIM_NEEDS_NOTHING, .exec = maker, .test = "" },
	{ "+CGMM", SIM_NEEDS_NOTHING, .exec = model, .test = "" },
	{ "+GMM", SIM_NEEDS_NOTHING, .exec = model, .test = "" },
	{ "+CGMR", SIM_NEEDS_NOTHING, .exec = revision, .test = "" },
	{ "+GMR", SIM_NEEDS_NOTHING, .exec = revision, .test = "" },
	{ "+CGSN", SIM_NEEDS_NOTHING, .exec = serial, .set = serial_set, .test = "" },
	{ "+GSN", SIM_NEEDS_NOTHING, .exec = serial, .test = "" },
	{ "+CIMI", SIM_NEEDS_SIM, .exec = imsi, .test = "" },
	{ "+CCID", SIM_NEEDS_NOTHING, .exec = ccid, .read = ccid, .test = "" },
	{ "+ICCID", SIM_NEEDS_NOTHING, .exec = iccid, .read = iccid, .test = "" },
	{ "+GCAP", SIM_NEEDS_NOTHING, .exec = capabilities, .test = "" },
	{ "+CCLK", SIM_NEEDS_NOTHING, .read = clock_read, .set = taken, .test = "" },
	{ "+CTZU", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, ctzu), .max = 1 },
	{ "+CTZR", SIM_NEEDS_NOTHING, .test = "(0-2)", .offset = offsetof(struct sim_settings, ctzr), .max = 2 },
	{ "+IPR", SIM_NEEDS_NOTHING, .read = speed_read, .set = taken, .test = "(),(115200)" },
	{ "+IFC", SIM_NEEDS_NOTHING, .set = taken, .test = "(0,2),(0,2)" },
	{ .name = NULL },
};
/* clang-format on */
