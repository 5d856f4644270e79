/* sim_at_sms.c - settings of the short message service (27.005 3.2, 3.3, 3.4). */
#include "sim_at.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

/* --- service and character set ----------------------------------------------------------- */

static int csms_read(struct sim_modem *m)
{
	sim_reply_line(m, "+CSMS: %d,1,1,1", m->set.csms);
	return SIM_OK;
}

static int csms_set(struct sim_modem *m, struct sim_args *a)
{
	int service = 0;

	if (!sim_args_number(a, 0, 1, &service) || !sim_args_end(a))
		return SIM_CMS_(302);
	m->set.csms = service;
	sim_reply_text(m, "+CSMS: 1,1,1");
	return SIM_OK;
}

static int cscs_read(struct sim_modem *m)
{
	sim_reply_line(m, "+CSCS: \"%s\"", sim_charset_name(m->set.cscs));
	return SIM_OK;
}

static int cscs_set(struct sim_modem *m, struct sim_args *a)
{
	char name[16] = "GSM";

	if (!sim_args_string(a, name, sizeof name) || !sim_args_end(a) ||
		!sim_charset_of(name, &m->set.cscs))
		return SIM_CME_(50);
	return SIM_OK;
}

/* --- storage ------------------------------------------------------------------------------ */

static int cpms_read(struct sim_modem *m)
{
	const struct sim_store *s[3];

	for (int i = 0; i < 3; i++)
		s[i] = &m->stores[m->set.mem[i]];
	sim_reply_line(m, "+CPMS: \"%s\",%u,%u,\"%s\",%u,%u,\"%s\",%u,%u", s[0]->name, s[0]->used,
		s[0]->room, s[1]->name, s[1]->used, s[1]->room, s[2]->name, s[2]->used, s[2]->room);
	return SIM_OK;
}

static int mem_of(const struct sim_modem *m, const char *name)
{
	for (int i = 0; i < SIM_MEMS; i++)
		if (strcasecmp(m->stores[i].name, name) == 0)
			return i;
	return -1;
}

static int cpms_set(struct sim_modem *m, struct sim_args *a)
{
	int mem[3] = { m->set.mem[0], m->set.mem[1], m->set.mem[2] };
	const struct sim_store *s[3];

	for (int i = 0; i < 3 && sim_args_more(a); i++) {
		char name[4] = "";

		if (!sim_args_string(a, name, sizeof name))
			return SIM_CMS_(302);
		if (name[0] == '\0')
			continue;
		mem[i] = mem_of(m, name);
		/* reports can be read from their own store, nothing else goes there */
		if (mem[i] < 0 || (i > 0 && mem[i] == SIM_MEM_SR))
			return SIM_CMS_(302);
	}
	if (!sim_args_end(a))
		return SIM_CMS_(302);
	memcpy(m->set.mem, mem, sizeof mem);
	for (int i = 0; i < 3; i++)
		s[i] = &m->stores[mem[i]];
	sim_reply_line(m, "+CPMS: %u,%u,%u,%u,%u,%u", s[0]->used, s[0]->room, s[1]->used,
		s[1]->room, s[2]->used, s[2]->room);
	return SIM_OK;
}

/* --- new messages -------------------------------------------------------------------------- */

static int cnmi_read(struct sim_modem *m)
{
	const int *n = m->set.cnmi;

	sim_reply_line(m, "+CNMI: %d,%d,%d,%d,%d", n[0], n[1], n[2], n[3], n[4]);
	return SIM_OK;
}

static int cnmi_set(struct sim_modem *m, struct sim_args *a)
{
	static const int max[SIM_CNMI] = { 3, 3, 3, 2, 1 };
	int n[SIM_CNMI];

	memcpy(n, m->set.cnmi, sizeof n);
	for (int i = 0; i < SIM_CNMI; i++)
		if (!sim_args_number(a, 0, max[i], &n[i]))
			return SIM_CMS_(302);
	if (!sim_args_end(a) || n[SIM_CNMI_BM] == 1)
		return SIM_CMS_(302);
	memcpy(m->set.cnmi, n, sizeof n);
	if (n[SIM_CNMI_MODE] != 0 && n[SIM_CNMI_BFR] == 0)
		sim_reply_urc_release(m);
	return SIM_OK;
}

/* --- service centre and text mode parameters ------------------------------------------------ */

static int csca_read(struct sim_modem *m)
{
	const char *n = m->station.smsc;

	sim_reply_line(m, "+CSCA: \"%s\",%d", n, *n == '+' ? 145 : 129);
	return SIM_OK;
}

static int csca_set(struct sim_modem *m, struct sim_args *a)
{
	char number[SIM_NUMBER_MAX - 1] = "";
	uint8_t octets[12];
	int toa = 129;

	if (!sim_args_string(a, number, sizeof number) || !sim_args_number(a, 128, 255, &toa) ||
		!sim_args_end(a) || number[0] == '\0')
		return SIM_CMS_(304);
	if (pdu_address_encode(number, 0, true, octets) == 0)
		return SIM_CMS_(304);
	snprintf(m->station.smsc, sizeof m->station.smsc, "%s%s",
		toa == 145 && number[0] != '+' ? "+" : "", number);
	return SIM_OK;
}

static int csmp_read(struct sim_modem *m)
{
	const struct sim_csmp *p = &m->set.csmp;

	sim_reply_line(m, "+CSMP: %d,%d,%d,%d", p->fo, p->vp, p->pid, p->dcs);
	return SIM_OK;
}

static int csmp_set(struct sim_modem *m, struct sim_args *a)
{
	struct sim_csmp p = m->set.csmp;

	if (!sim_args_number(a, 0, 255, &p.fo) || !sim_args_number(a, 0, 255, &p.vp) ||
		!sim_args_number(a, 0, 255, &p.pid) || !sim_args_number(a, 0, 255, &p.dcs) ||
		!sim_args_end(a))
		return SIM_CMS_(305);
	m->set.csmp = p;
	return SIM_OK;
}

static int saved(struct sim_modem *m)
{
	(void)m;
	return SIM_OK;
}

static int saved_set(struct sim_modem *m, struct sim_args *a)
{
	(void)m;
	(void)a;
	return SIM_OK;
}

static int cscb_read(struct sim_modem *m)
{
	sim_reply_text(m, "+CSCB: 0,\"\",\"\"");
	return SIM_OK;
}

/* clang-format off */
const struct sim_command sim_commands_sms[] = {
	{ "+CSMS", SIM_NEEDS_NOTHING, .read = csms_read, .set = csms_set, .test = "(0,1)" },
	{ "+CMGF", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, cmgf), .max = 1 },
	{ "+CSCS", SIM_NEEDS_NOTHING, .read = cscs_read, .set = cscs_set, .test = "(\"GSM\",\"IRA\",\"UCS2\",\"HEX\",\"UTF-8\",\"8859-1\")" },
	{ "+CPMS", SIM_NEEDS_SMS, .read = cpms_read, .set = cpms_set, .test = "(\"SM\",\"ME\",\"SR\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")" },
	{ "+CNMI", SIM_NEEDS_NOTHING, .read = cnmi_read, .set = cnmi_set, .test = "(0-3),(0-3),(0,2,3),(0-2),(0,1)" },
	{ "+CSCA", SIM_NEEDS_SMS, .read = csca_read, .set = csca_set, .test = "" },
	{ "+CSMP", SIM_NEEDS_SMS, .read = csmp_read, .set = csmp_set, .test = "" },
	{ "+CSDH", SIM_NEEDS_NOTHING, .test = "(0,1)", .offset = offsetof(struct sim_settings, csdh), .max = 1 },
	{ "+CMMS", SIM_NEEDS_NOTHING, .test = "(0-2)", .offset = offsetof(struct sim_settings, cmms), .max = 2 },
	{ "+CGSMS", SIM_NEEDS_NOTHING, .test = "(0-3)", .offset = offsetof(struct sim_settings, cgsms), .max = 3 },
	{ "+CSCB", SIM_NEEDS_NOTHING, .read = cscb_read, .set = saved_set, .test = "(0,1)" },
	{ "+CSAS", SIM_NEEDS_NOTHING, .exec = saved, .set = saved_set, .test = "(0)" },
	{ "+CRES", SIM_NEEDS_NOTHING, .exec = saved, .set = saved_set, .test = "(0)" },
	{ .name = NULL },
};
/* clang-format on */
