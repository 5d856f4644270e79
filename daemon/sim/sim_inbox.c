#include "sim_inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim_reply.h"
#include "sim_show.h"
#include "banned.h"

enum { ACK_US = 15000000, AGAIN_US = 5000000 };

static void noted(struct sim_modem *m, const char *how, const struct sim_pdu *p)
{
	if (p->dir == PDU_STATUS) {
		m->stats.reports++;
		return;
	}
	m->stats.delivered++;
	sim_record_deliver(sim_net_record(m->net), m->index, how, p->hex);
}

/* --- acknowledgement (service 1) -------------------------------------------------------------- */

struct ack {
	uint64_t id;
};

/* Nobody acknowledged: the modem stops handing over (27.005 3.4.4), the network tries again. */
static void ack_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (!m->ack_wait || m->ack_id != ((struct ack *)own)->id)
		return;
	m->ack_wait = false;
	m->set.cnmi[SIM_CNMI_MT] = m->set.cnmi[SIM_CNMI_DS] = 0;
	sim_net_poke(m->net, m->index);
}

static void ack_expect(struct sim_modem *m)
{
	struct ack *a = malloc(sizeof *a);

	if (a == NULL)
		abort();
	m->ack_wait = true;
	a->id = ++m->ack_id;
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + ACK_US, ack_due, m, a);
}

static void again_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	(void)own;
	sim_net_poke(m->net, m->index);
}

bool sim_inbox_acknowledge(struct sim_modem *m, bool good)
{
	if (!m->ack_wait)
		return false;
	m->ack_wait = false;
	m->acked = good;
	if (good)
		sim_net_poke(m->net, m->index);
	else
		sim_sched_add(
			sim_net_sched(m->net), clock_mono_us() + AGAIN_US, again_due, m, NULL);
	return true;
}

void sim_inbox_forget(struct sim_modem *m)
{
	m->ack_wait = m->acked = false;
}

/* --- ways in ---------------------------------------------------------------------------------- */

static void hand_over(struct sim_modem *m, const struct sim_pdu *p)
{
	struct buf line;

	buf_init(&line, 8192);
	if (m->set.cmgf == 1)
		sim_show_arrived(m, p, &line);
	else if (p->dir == PDU_STATUS)
		buf_addf(&line, "+CDS: %zu\r\n%s", p->tpdu_len, p->hex);
	else
		buf_addf(&line, "+CMT: ,%zu\r\n%s", p->tpdu_len, p->hex);
	sim_reply_urc(m, "%s", buf_str(&line));
	buf_free(&line);
}

/* With service 1 it counts as taken only when CNMA has come; till then the network keeps it. */
static bool direct(struct sim_modem *m, const struct sim_pdu *p)
{
	hand_over(m, p);
	if (m->set.csms == 1) {
		ack_expect(m);
		return false;
	}
	noted(m, "direct", p);
	return true;
}

static bool stored(struct sim_modem *m, int mem, const struct sim_pdu *p, bool announce)
{
	struct sim_store *s = &m->stores[mem];
	unsigned index;

	if (!sim_store_put(s, p, SIM_UNREAD, &index))
		return false;
	noted(m, "stored", p);
	if (announce)
		sim_reply_urc(m, "%s: \"%s\",%u", p->dir == PDU_STATUS ? "+CDSI" : "+CMTI", s->name,
			index);
	return true;
}

static bool take_report(struct sim_modem *m, const struct sim_pdu *p)
{
	switch (m->set.cnmi[SIM_CNMI_DS]) {
	case 1:
		return direct(m, p);
	case 2:
		return stored(m, SIM_MEM_SR, p, true);
	default:
		noted(m, "dropped", p); /* nobody wants it */
		return true;
	}
}

/* 27.005 3.4.1, tables of <mt>: class 2 lies on the SIM whatever mt says. */
static bool take_deliver(struct sim_modem *m, const struct sim_pdu *pdu)
{
	int mt = m->set.cnmi[SIM_CNMI_MT];
	struct pdu p;

	if (m->deaf || pdu_decode(pdu->hex, strlen(pdu->hex), PDU_WITH_SMSC, &p) != PDU_OK) {
		noted(m, "dropped", pdu);
		return true;
	}
	if (p.msg_class == 2)
		return stored(m, SIM_MEM_SM, pdu, mt != 0);
	if (m->cmt_mode || mt == 2 || (mt == 3 && p.msg_class == 3) ||
		(mt != 0 && p.msg_class == 0))
		return direct(m, pdu);
	return stored(m, m->set.mem[2], pdu, mt != 0);
}

bool sim_inbox_take(void *arg, const struct sim_pdu *pdu)
{
	struct sim_modem *m = arg;

	if (sim_modem_registered(m) != 1 || m->ack_wait)
		return false;
	if (m->acked) {
		m->acked = false;
		noted(m, "direct", pdu);
		return true;
	}
	return pdu->dir == PDU_STATUS ? take_report(m, pdu) : take_deliver(m, pdu);
}

void sim_inbox_fill(struct sim_modem *m)
{
	struct sim_say how = { .ref_bits = 8, .times = 1, .msg_class = -1 };
	struct sim_store *s = &m->stores[m->set.mem[2]];
	struct sim_pdu *list[PDU_PARTS_MAX];
	enum pdu_rc rc;
	unsigned index;

	if (sim_tpdu_say(m->station.smsc, "10086", &how, "尊敬的客户，这是一条旧短信。", 0,
		    clock_now_ms() - 86400000, list, &rc) != 1)
		return;
	while (sim_store_put(s, list[0], SIM_READ, &index))
		continue;
	free(list[0]);
}
