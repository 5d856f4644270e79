#include "sim_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

const char *sim_show_stat(enum sim_stat stat)
{
	static const char *const words[] = {
		[SIM_UNREAD] = "REC UNREAD",
		[SIM_READ] = "REC READ",
		[SIM_UNSENT] = "STO UNSENT",
		[SIM_SENT] = "STO SENT",
		[SIM_ALL] = "ALL",
	};

	return words[stat];
}

/* A string of 27.005 is written in the set of CSCS. */
static void put_quoted(const struct sim_modem *m, const char *s, struct buf *out)
{
	buf_addc(out, '"');
	if (m->set.cscs == SIM_SET_UCS2)
		sim_charset_put(SIM_SET_UCS2, s, out);
	else
		buf_adds(out, s);
	buf_addc(out, '"');
}

static void put_time(const struct pdu_time *t, struct buf *out)
{
	int quarters = abs(t->zone) / 15;

	buf_addf(out, "\"%02d/%02d/%02d,%02d:%02d:%02d%c%02d\"", t->year % 100, t->month, t->day,
		t->hour, t->minute, t->second, t->zone < 0 ? '-' : '+', quarters);
}

static int length_of(const struct pdu *p)
{
	return (int)(p->alphabet == PDU_GSM7 && p->has_text ? p->septets : p->ud_len - p->udh_len);
}

/* fo,mr,["ra"],[tora],"scts","dt",st */
static void put_report(const struct sim_modem *m, const struct pdu *p, struct buf *out)
{
	buf_addf(out, "%d,%d,", p->first, p->mr);
	put_quoted(m, p->address.number, out);
	buf_addf(out, ",%d,", p->address.toa);
	put_time(&p->scts, out);
	buf_addc(out, ',');
	put_time(&p->dt, out);
	buf_addf(out, ",%d", p->status);
}

static void put_centre(const struct sim_modem *m, const struct pdu *p, struct buf *out)
{
	put_quoted(m, p->smsc.number, out);
	buf_addf(out, ",%d,%d", p->smsc.toa, length_of(p));
}

static void put_data(const struct sim_modem *m, const struct pdu *p, struct buf *out)
{
	buf_adds(out, "\r\n");
	sim_charset_data(m->set.cscs, p, out);
}

static bool decode(const struct sim_pdu *pdu, struct pdu *p)
{
	return pdu_decode(pdu->hex, strlen(pdu->hex), PDU_WITH_SMSC, p) == PDU_OK;
}

void sim_show_listed(
	const struct sim_modem *m, unsigned index, const struct sim_place *place, struct buf *out)
{
	struct pdu p;

	if (!decode(place->pdu, &p))
		return;
	buf_addf(out, "+CMGL: %u,\"%s\",", index, sim_show_stat(place->stat));
	if (p.dir == PDU_STATUS) {
		put_report(m, &p, out);
		return;
	}
	put_quoted(m, p.address.number, out);
	buf_adds(out, ",,");
	if (p.dir == PDU_DELIVER)
		put_time(&p.scts, out);
	if (m->set.csdh)
		buf_addf(out, ",%d,%d", p.address.toa, length_of(&p));
	put_data(m, &p, out);
}

static void put_submit(const struct sim_modem *m, const struct pdu *p, struct buf *out)
{
	if (m->set.csdh) {
		buf_addf(out, ",%d,%d,%d,%d,%d,", p->address.toa, p->first, p->pid, p->dcs,
			p->vp[0]);
		put_centre(m, p, out);
	}
}

static void put_deliver(const struct sim_modem *m, const struct pdu *p, struct buf *out)
{
	buf_addc(out, ',');
	put_time(&p->scts, out);
	if (m->set.csdh) {
		buf_addf(out, ",%d,%d,%d,%d,", p->address.toa, p->first, p->pid, p->dcs);
		put_centre(m, p, out);
	}
}

void sim_show_read(const struct sim_modem *m, const struct sim_place *place, struct buf *out)
{
	struct pdu p;

	if (!decode(place->pdu, &p))
		return;
	buf_addf(out, "+CMGR: \"%s\",", sim_show_stat(place->stat));
	if (p.dir == PDU_STATUS) {
		put_report(m, &p, out);
		return;
	}
	put_quoted(m, p.address.number, out);
	buf_addc(out, ',');
	if (p.dir == PDU_SUBMIT)
		put_submit(m, &p, out);
	else
		put_deliver(m, &p, out);
	put_data(m, &p, out);
}

void sim_show_arrived(const struct sim_modem *m, const struct sim_pdu *pdu, struct buf *out)
{
	struct pdu p;

	if (!decode(pdu, &p))
		return;
	if (p.dir == PDU_STATUS) {
		buf_adds(out, "+CDS: ");
		put_report(m, &p, out);
		return;
	}
	buf_adds(out, "+CMT: ");
	put_quoted(m, p.address.number, out);
	buf_addc(out, ',');
	put_deliver(m, &p, out);
	put_data(m, &p, out);
}
