/* sim_at_radio.c - SIM, registration, operator, signal, USSD (27.007). */
#include "sim_at.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm7.h"
#include "banned.h"

/* --- function and SIM ------------------------------------------------------------------- */

static int cfun_read(struct sim_modem *m)
{
	sim_reply_line(m, "+CFUN: %d", m->cfun);
	return SIM_OK;
}

static int cfun_set(struct sim_modem *m, struct sim_args *a)
{
	int fun = 1, again = 0;

	if (!sim_args_number(a, 0, 4, &fun) || !sim_args_number(a, 0, 1, &again) ||
		!sim_args_end(a) || (fun != 0 && fun != 1 && fun != 4))
		return SIM_CME_(50);
	if (again) {
		sim_reply_result(m, SIM_OK);
		sim_reply_flush(m);
		sim_modem_reset(m);
		return SIM_WAIT;
	}
	if (fun != m->cfun) {
		m->cfun = fun;
		sim_modem_registration_changed(m);
	}
	return SIM_OK;
}

static const char *cpin_state(const struct sim_modem *m)
{
	if (!m->locked)
		return "READY";
	return m->pin_tries > 0 ? "SIM PIN" : "SIM PUK";
}

static int cpin_read(struct sim_modem *m)
{
	sim_reply_line(m, "+CPIN: %s", cpin_state(m));
	return SIM_OK;
}

static int cpin_set(struct sim_modem *m, struct sim_args *a)
{
	char pin[9] = "";

	if (!sim_args_string(a, pin, sizeof pin))
		return SIM_CME_(50);
	if (!m->locked)
		return SIM_CME_(3);
	if (m->pin_tries == 0)
		return SIM_CME_(12);
	if (strcmp(pin, m->pin) != 0) {
		m->pin_tries--;
		return SIM_CME_(16);
	}
	m->pin_tries = 3;
	m->locked = false;
	sim_modem_registration_changed(m);
	return SIM_OK;
}

static int cpinr(struct sim_modem *m)
{
	sim_reply_line(m, "+CPINR: SIM PIN,%d,3", m->pin_tries);
	return SIM_OK;
}

static int cpinr_set(struct sim_modem *m, struct sim_args *a)
{
	(void)a;
	return cpinr(m);
}

static int clck_set(struct sim_modem *m, struct sim_args *a)
{
	char facility[8] = "";
	int mode = 2;

	if (!sim_args_string(a, facility, sizeof facility) || !sim_args_number(a, 0, 2, &mode))
		return SIM_CME_(50);
	if (strcmp(facility, "SC") != 0 || mode != 2)
		return SIM_CME_(3);
	sim_reply_line(m, "+CLCK: %d", m->pin[0] != '\0');
	return SIM_OK;
}

/* --- registration ------------------------------------------------------------------------ */

static int registration(struct sim_modem *m, const char *name, int n, int act)
{
	int stat = sim_modem_registered(m);

	if (n == 2 && stat == 1)
		sim_reply_line(m, "%s: %d,%d,\"1B2C\",\"0A1B2C3D\",%d", name, n, stat, act);
	else
		sim_reply_line(m, "%s: %d,%d", name, n, stat);
	return SIM_OK;
}

static int creg_read(struct sim_modem *m)
{
	return registration(m, "+CREG", m->set.creg, 7);
}

static int cereg_read(struct sim_modem *m)
{
	return registration(m, "+CEREG", m->set.cereg, 7);
}

static int cgreg_read(struct sim_modem *m)
{
	return registration(m, "+CGREG", m->set.cgreg, 7);
}

static int cops_read(struct sim_modem *m)
{
	if (sim_modem_registered(m) != 1)
		sim_reply_text(m, "+COPS: 0");
	else
		sim_reply_line(m, "+COPS: 0,%d,\"%s\",7", m->set.cops_format,
			m->set.cops_format == 2 ? m->id.plmn : m->id.operator);
	return SIM_OK;
}

static int cops_set(struct sim_modem *m, struct sim_args *a)
{
	int mode = 0, format = m->set.cops_format;

	if (!sim_args_number(a, 0, 4, &mode) || !sim_args_number(a, 0, 2, &format))
		return SIM_CME_(50);
	m->set.cops_format = format;
	return SIM_OK;
}

static int csq(struct sim_modem *m)
{
	sim_reply_line(m, "+CSQ: %d,99", m->id.signal);
	return SIM_OK;
}

static int cesq(struct sim_modem *m)
{
	if (m->id.signal > 31)
		sim_reply_text(m, "+CESQ: 99,99,255,255,255,255");
	else /* RSRP of about the same strength: n - 141 dBm */
		sim_reply_line(m, "+CESQ: 99,99,255,255,20,%d", m->id.signal * 2 + 8);
	return SIM_OK;
}

static int cnum(struct sim_modem *m)
{
	bool mobile = m->station.number[0] == '1' && strlen(m->station.number) == 11;

	sim_reply_line(m, "+CNUM: \"\",\"%s%s\",%d", mobile ? "+86" : "", m->station.number,
		mobile ? 145 : 129);
	return SIM_OK;
}

static int cpas(struct sim_modem *m)
{
	sim_reply_line(m, "+CPAS: %d", m->dial.active ? 4 : 0);
	return SIM_OK;
}

static int temperature(struct sim_modem *m)
{
	if (m->id.temperature == 0)
		return SIM_CME_(4);
	sim_reply_line(m, "+CPMUTEMP: %d", m->id.temperature);
	return SIM_OK;
}

static int temperature_known(struct sim_modem *m)
{
	return m->id.temperature == 0 ? SIM_CME_(4) : SIM_OK;
}

static int cgatt_read(struct sim_modem *m)
{
	sim_reply_line(m, "+CGATT: %d", sim_modem_registered(m) == 1);
	return SIM_OK;
}

/* --- USSD -------------------------------------------------------------------------------- */

static const char usual_credit[] = "您好，您的话费余额为50.00元。";

struct ussd {
	uint64_t life;
	char code[24];
};

static const char *ussd_text(const struct sim_modem *m, const char *code)
{
	for (size_t i = 0; i < m->id.ussd_count; i++)
		if (strcmp(m->id.ussd[i].code, code) == 0)
			return m->id.ussd[i].text;
	return m->id.ussd_count == 0 ? usual_credit : NULL;
}

static void packed_hex(const char *text, struct buf *out)
{
	uint8_t septets[160], octets[160];
	size_t n = 0;

	if (!gsm7_encode(text, strlen(text), septets, sizeof septets, &n))
		return;
	gsm7_pack(septets, n, 0, octets);
	for (size_t i = 0; i < gsm7_octets(n, 0); i++)
		buf_addf(out, "%02X", octets[i]);
}

static const char *ussd_coded(const struct sim_modem *m, const char *text, struct buf *out)
{
	if (m->id.ussd_form == SIM_USSD_PLAIN)
		return text;
	if (m->id.ussd_form == SIM_USSD_PACKED)
		packed_hex(text, out);
	else
		sim_charset_put(SIM_SET_UCS2, text, out);
	return buf_str(out);
}

/* A stick that wants packed septets takes nothing else. */
static bool code_given(const struct sim_modem *m, char code[24])
{
	uint8_t octets[24], septets[24];
	size_t n = strlen(code) / 2;
	bool hex = code[strspn(code, "0123456789ABCDEF")] == '\0' && strlen(code) % 2 == 0;

	if (m->id.ussd_form != SIM_USSD_PACKED)
		return true;
	if (!hex)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char pair[3] = { code[2 * i], code[2 * i + 1], '\0' };

		octets[i] = (uint8_t)strtol(pair, NULL, 16);
	}
	n = gsm7_unpack(octets, n, 0, n * 8 / 7, septets);
	for (size_t i = 0; i < n; i++)
		code[i] = (char)septets[i];
	code[n] = '\0';
	return true;
}

static void ussd_due(void *arg, void *own)
{
	struct sim_modem *m = arg;
	const struct ussd *u = own;
	const char *text = ussd_text(m, u->code);
	struct buf data;

	if (u->life != m->life)
		return;
	buf_init(&data, 4096);
	if (text == NULL)
		sim_reply_urc(m, "+CUSD: 4");
	else
		sim_reply_urc(m, "+CUSD: 0,\"%s\",%d", ussd_coded(m, text, &data),
			m->id.ussd_form == SIM_USSD_UCS2 ? 72 : 15);
	buf_free(&data);
}

static int cusd_set(struct sim_modem *m, struct sim_args *a)
{
	struct ussd *u;
	char code[24] = "";
	int n = 0, dcs = 15;

	if (!sim_args_number(a, 0, 2, &n) || !sim_args_string(a, code, sizeof code) ||
		!sim_args_number(a, 0, 255, &dcs))
		return SIM_CME_(50);
	if (n != 2)
		m->set.cusd = n;
	if (code[0] == '\0' || n != 1)
		return SIM_OK;
	if (sim_modem_registered(m) != 1)
		return SIM_CME_(30);
	if (!code_given(m, code))
		return SIM_CME_(100);
	u = malloc(sizeof *u);
	if (u == NULL)
		abort();
	u->life = m->life;
	snprintf(u->code, sizeof u->code, "%s", code);
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + 200000, ussd_due, m, u);
	return SIM_OK;
}

/* clang-format off */
const struct sim_command sim_commands_radio[] = {
	{ "+CFUN", SIM_NEEDS_NOTHING, .read = cfun_read, .set = cfun_set, .test = "(0,1,4),(0,1)" },
	{ "+CPIN", SIM_NEEDS_NOTHING, .read = cpin_read, .set = cpin_set, .test = "" },
	{ "+CPINR", SIM_NEEDS_NOTHING, .exec = cpinr, .set = cpinr_set, .test = "" },
	{ "+CLCK", SIM_NEEDS_NOTHING, .set = clck_set, .test = "(\"SC\")" },
	{ "+CREG", SIM_NEEDS_NOTHING, .read = creg_read, .test = "(0-2)", .offset = offsetof(struct sim_settings, creg), .max = 2 },
	{ "+CEREG", SIM_NEEDS_NOTHING, .read = cereg_read, .test = "(0-2)", .offset = offsetof(struct sim_settings, cereg), .max = 2 },
	{ "+CGREG", SIM_NEEDS_NOTHING, .read = cgreg_read, .test = "(0-2)", .offset = offsetof(struct sim_settings, cgreg), .max = 2 },
	{ "+COPS", SIM_NEEDS_SIM, .read = cops_read, .set = cops_set, .test = "(2,\"CHINA MOBILE\",\"CMCC\",\"46000\",7),,(0-4),(0-2)" },
	{ "+CSQ", SIM_NEEDS_NOTHING, .exec = csq, .test = "(0-31,99),(0-7,99)" },
	{ "+CESQ", SIM_NEEDS_NOTHING, .exec = cesq, .test = "(0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)" },
	{ "+CNUM", SIM_NEEDS_SIM, .exec = cnum, .test = "" },
	{ "+CPAS", SIM_NEEDS_NOTHING, .exec = cpas, .test = "(0,3,4)" },
	{ "+CGATT", SIM_NEEDS_SIM, .read = cgatt_read, .test = "(0,1)" },
	{ "+CPMUTEMP", SIM_NEEDS_NOTHING, .exec = temperature, .tell = temperature_known },
	{ "+CUSD", SIM_NEEDS_SIM, .set = cusd_set, .test = "(0-2)", .offset = offsetof(struct sim_settings, cusd), .max = 2 },
	{ .name = NULL },
};
/* clang-format on */
