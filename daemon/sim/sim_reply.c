#include "sim_reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

static const struct {
	const char *text;
	char digit; /* V.250 5.7.1 */
} results[] = {
	[SIM_OK] = { "OK", '0' },
	[-SIM_ERROR] = { "ERROR", '4' },
	[-SIM_WAIT] = { "", '\0' },
	[-SIM_CARRIER] = { "NO CARRIER", '3' },
};

static const struct {
	int code;
	const char *text;
} cme_texts[] = {
	{ 3, "operation not allowed" },
	{ 4, "operation not supported" },
	{ 10, "SIM not inserted" },
	{ 11, "SIM PIN required" },
	{ 12, "SIM PUK required" },
	{ 16, "incorrect password" },
	{ 21, "invalid index" },
	{ 30, "no network service" },
	{ 50, "incorrect parameters" },
	{ 100, "unknown" },
}, cms_texts[] = {
	{ 302, "operation not allowed" },
	{ 303, "operation not supported" },
	{ 304, "invalid PDU mode parameter" },
	{ 305, "invalid text mode parameter" },
	{ 311, "SIM PIN required" },
	{ 316, "SIM PUK required" },
	{ 321, "invalid memory index" },
	{ 322, "memory full" },
	{ 330, "SMSC address unknown" },
	{ 331, "no network service" },
	{ 332, "network timeout" },
	{ 340, "no +CNMA acknowledgement expected" },
	{ 500, "unknown error" },
};

void sim_reply_text(struct sim_modem *m, const char *text)
{
	sim_reply_noise(m);
	buf_addf(&m->out, m->set.verbose ? "\r\n%s\r\n" : "%s\r\n", text);
}

void sim_reply_line(struct sim_modem *m, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		abort();
	sim_reply_text(m, text);
	free(text);
}

static const char *text_of(bool cms, int code)
{
	size_t n =
		cms ? sizeof cms_texts / sizeof *cms_texts : sizeof cme_texts / sizeof *cme_texts;

	for (size_t i = 0; i < n; i++)
		if ((cms ? cms_texts : cme_texts)[i].code == code)
			return (cms ? cms_texts : cme_texts)[i].text;
	return NULL;
}

static void result_error(struct sim_modem *m, bool cms, int code)
{
	const char *text = m->set.cmee == 2 ? text_of(cms, code) : NULL;

	if (m->set.cmee == 0 && !cms)
		buf_adds(&m->out, m->set.verbose ? "\r\nERROR\r\n" : "4\r");
	else if (text != NULL)
		buf_addf(&m->out, "\r\n+CM%c ERROR: %s\r\n", cms ? 'S' : 'E', text);
	else
		buf_addf(&m->out, "\r\n+CM%c ERROR: %d\r\n", cms ? 'S' : 'E', code);
}

void sim_reply_result(struct sim_modem *m, int result)
{
	if (result == SIM_WAIT)
		return;
	if (result != SIM_OK)
		m->stats.errors++;
	sim_reply_noise(m);
	if (m->set.quiet)
		return;
	if (result >= SIM_CMS_BASE)
		result_error(m, true, result - SIM_CMS_BASE);
	else if (result >= SIM_CME)
		result_error(m, false, result - SIM_CME);
	else if (m->set.verbose)
		buf_addf(&m->out, "\r\n%s\r\n", results[-result].text);
	else
		buf_addf(&m->out, "%c\r", results[-result].digit);
}

void sim_reply_prompt(struct sim_modem *m)
{
	sim_reply_noise(m);
	buf_adds(&m->out, "\r\n> ");
}

/* --- unsolicited -------------------------------------------------------------------- */

static void keep_back(struct sim_modem *m, char *line)
{
	if (m->urc_count == SIM_URCS_MAX) {
		free(m->urcs[0]);
		memmove(m->urcs, m->urcs + 1, (SIM_URCS_MAX - 1) * sizeof *m->urcs);
		m->urc_count--;
	}
	m->urcs[m->urc_count++] = line;
}

/* Nothing breaks into an open prompt; CNMI mode 0 keeps +CMT, +CMTI, +CDS and +CDSI back. */
static bool waits(const struct sim_modem *m, const char *line)
{
	if (m->mode == SIM_DATA)
		return true;
	return m->set.cnmi[SIM_CNMI_MODE] == 0 && !m->cmt_mode &&
	       (strncmp(line, "+CM", 3) == 0 || strncmp(line, "+CD", 3) == 0);
}

void sim_reply_urc(struct sim_modem *m, const char *fmt, ...)
{
	va_list ap;
	char *line;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n == -1)
		abort();
	if (waits(m, line)) {
		keep_back(m, line);
		return;
	}
	buf_addf(&m->out, "\r\n%s\r\n", line);
	free(line);
	sim_reply_flush(m);
}

void sim_reply_urc_release(struct sim_modem *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->urc_count; i++) {
		if (waits(m, m->urcs[i])) {
			m->urcs[kept++] = m->urcs[i];
			continue;
		}
		buf_addf(&m->out, "\r\n%s\r\n", m->urcs[i]);
		free(m->urcs[i]);
	}
	m->urc_count = kept;
}

void sim_reply_noise(struct sim_modem *m)
{
	static const char *const lines[] = {
		"^RSSI: 22",
		"^BOOT:52134112,0,0,0,74",
		"+CREG: 1,\"1B2C\",\"0A1B2C3D\",7",
		"^HCSQ:\"LTE\",55,48,121,20",
		"+QIND: \"csq\",22,99",
		"+CIEV: 2,5",
		"^DSFLOWRPT:0000002E,00000000,00000000,0000000000000198,0000000000000146",
	};

	if (!m->noise || m->mode == SIM_DATA)
		return;
	buf_addf(&m->out, "\r\n%s\r\n", lines[m->noise_turn++ % (sizeof lines / sizeof *lines)]);
}

void sim_reply_flush(struct sim_modem *m)
{
	if (m->out.len > 0)
		m->wire->write(m->port, m->out.data, m->out.len);
	buf_clear(&m->out);
}
