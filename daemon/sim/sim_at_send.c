/* sim_at_send.c - sending: CMGS, CMGW, CMSS, and the life of a message until its answer (27.005 4.3, 3.5). */
#include "sim_at.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "banned.h"

/* --- from the command to the data ---------------------------------------------------------- */

static bool number_copy(char out[PDU_NUMBER_SIZE], const char *s)
{
	size_t n = strlen(s);

	if (n >= PDU_NUMBER_SIZE)
		return false;
	memcpy(out, s, n + 1);
	return true;
}

/* With CSCS "UCS2" a number is hex too; plain digits are taken as well. */
static bool text_number(struct sim_modem *m, const char *typed, char out[PDU_NUMBER_SIZE])
{
	struct buf b;
	bool hex;

	buf_init(&b, PDU_NUMBER_SIZE - 1);
	hex = m->set.cscs == SIM_SET_UCS2 &&
	      sim_charset_get(SIM_SET_UCS2, typed, strlen(typed), &b) && b.len > 0 && !b.full &&
	      strspn(b.data, "+0123456789*#") == b.len;
	hex = number_copy(out, hex ? buf_str(&b) : typed);
	buf_free(&b);
	return hex;
}

static int take_number(struct sim_modem *m, struct sim_args *a)
{
	char typed[4 * PDU_NUMBER_SIZE] = "";

	if (!sim_args_string(a, typed, sizeof typed) ||
		!sim_args_number(a, 0, 255, &m->send.toda) ||
		!text_number(m, typed, m->send.number) || m->send.number[0] == '\0')
		return SIM_CMS_(305);
	/* 145 without a plus is how some programs say "international" */
	if (m->send.toda == 145 && m->send.number[0] != '+') {
		char plain[PDU_NUMBER_SIZE];

		snprintf(plain, sizeof plain, "%s", m->send.number);
		snprintf(
			m->send.number, sizeof m->send.number, "+%.*s", PDU_NUMBER_SIZE - 2, plain);
	}
	m->send.toda = 0;
	return SIM_OK;
}

static void prompt(struct sim_modem *m)
{
	m->mode = SIM_DATA;
	m->data_over = false;
	buf_clear(&m->data);
	if (!m->send.store && sim_modem_takes(m, SIM_NO_PROMPT))
		return;
	sim_reply_prompt(m);
	m->send.t_prompt = clock_mono_us();
}

static int send_begin(struct sim_modem *m, struct sim_args *a, bool store)
{
	int rc = SIM_OK;

	memset(&m->send, 0, offsetof(struct sim_send, hex));
	m->send.name = "+CMGS";
	m->send.store = store;
	m->send.t_cmd = m->t_first;
	m->send.stat = SIM_UNSENT;
	if (m->set.cmgf == 1)
		rc = take_number(m, a);
	else if (!sim_args_number(a, 7, 176, &m->send.length) || m->send.length == 0)
		rc = SIM_CMS_(304);
	return rc;
}

static int cmgs_set(struct sim_modem *m, struct sim_args *a)
{
	int rc;

	m->cmgs++;
	if (!sim_modem_moment(m, SIM_ON_CMGS))
		return SIM_WAIT;
	rc = send_begin(m, a, false);
	if (rc != SIM_OK || !sim_args_end(a))
		return rc != SIM_OK ? rc : SIM_CMS_(304);
	prompt(m);
	sim_reply_flush(m);
	sim_modem_moment(m, SIM_ON_PROMPT);
	return SIM_WAIT;
}

static int cmgw_set(struct sim_modem *m, struct sim_args *a)
{
	int rc = send_begin(m, a, true), stat = SIM_UNSENT;
	char word[16] = "";

	if (rc != SIM_OK)
		return rc;
	if (m->set.cmgf == 0 && !sim_args_number(a, SIM_UNREAD, SIM_SENT, &stat))
		return SIM_CMS_(304);
	if (m->set.cmgf == 1 && !sim_args_string(a, word, sizeof word))
		return SIM_CMS_(305);
	if (strcmp(word, "STO SENT") == 0)
		stat = SIM_SENT;
	m->send.stat = (enum sim_stat)stat;
	prompt(m);
	return SIM_WAIT;
}

/* --- from the data to the network ------------------------------------------------------------ */

static int data_decode(struct sim_modem *m)
{
	struct pdu *p = &m->send.pdu;
	char *hex = m->send.hex;
	int code;

	if (m->data_over)
		return m->set.cmgf == 1 ? 305 : 304;
	if (m->set.cmgf == 0) {
		if (m->data.len > PDU_HEX_MAX)
			return 304;
		memcpy(hex, buf_str(&m->data), m->data.len + 1);
		if (pdu_decode(hex, m->data.len, PDU_WITH_SMSC, p) != PDU_OK)
			return 304;
		return p->tpdu_len != (size_t)m->send.length || p->trailing > 0 ? 304 : 0;
	}
	code = sim_charset_submit(m->set.cscs, &m->set.csmp, m->send.number, m->send.toda,
		buf_str(&m->data), m->data.len, hex);
	if (code == 0 && pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, p) != PDU_OK)
		code = 305;
	return code;
}

static struct sim_submit submit_of(const struct sim_modem *m)
{
	return (struct sim_submit){
		.modem = m->index,
		.from = m->station.number,
		.pdu = &m->send.pdu,
		.mr = m->mr,
		.t_cmd = m->send.t_cmd,
		.t_prompt = m->send.t_prompt,
		.t_data = m->send.t_data,
	};
}

static void lose(struct sim_modem *m)
{
	struct sim_submit s = submit_of(m);

	m->stats.lost++;
	sim_record_not_taken(sim_net_record(m->net), &s, "lost", -1);
}

static void refuse(struct sim_modem *m, int code)
{
	struct sim_submit s = submit_of(m);

	m->stats.refused++;
	sim_record_not_taken(sim_net_record(m->net), &s, "refused", code);
	sim_reply_result(m, SIM_CMS_(code));
}

struct answer { /* of a message that the network has, on its way to the terminal */
	uint64_t life, id;
	uint8_t mr;
};

static void answer_give(struct sim_modem *m, uint64_t id, uint8_t mr, bool logged)
{
	if (!logged)
		sim_record_answer(sim_net_record(m->net), id, "ok");
	sim_reply_line(m, "%s: %u", m->send.name, mr);
	sim_reply_result(m, SIM_OK);
}

static void answer_late(void *arg, void *own)
{
	struct sim_modem *m = arg;
	const struct answer *a = own;

	if (a->life != m->life) {
		sim_record_answer(sim_net_record(m->net), a->id, "none");
		return;
	}
	answer_give(m, a->id, a->mr, false);
	sim_reply_flush(m);
}

static void answer_book(struct sim_modem *m, uint64_t id, uint8_t mr)
{
	struct answer *a = malloc(sizeof *a);

	if (a == NULL)
		abort();
	*a = (struct answer){ m->life, id, mr };
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + m->late_us, answer_late, m, a);
}

static bool answers_now(const struct sim_modem *m)
{
	if (m->armed[SIM_NO_REPLY] > 0 || m->armed[SIM_LATE_REPLY] > 0)
		return false;
	for (size_t i = 0; i < m->trap_count; i++)
		if (sim_trap_hits(&m->traps[i], SIM_ON_SENT, m->cmgs))
			return false;
	return true;
}

/* The message has been on the air: the network takes it, and the terminal hears of it or not. */
static void transmit(struct sim_modem *m)
{
	struct sim_submit s = submit_of(m);
	uint8_t mr = m->mr;
	uint64_t id;
	int code;

	s.answered_now = answers_now(m);
	code = sim_net_submit(m->net, &s, &id);
	if (code >= 0) {
		refuse(m, code);
		sim_modem_ready(m);
		return;
	}
	m->mr++;
	m->stats.submitted++;
	if (!sim_modem_moment(m, SIM_ON_SENT)) {
		sim_record_answer(sim_net_record(m->net), id, "none");
		return;
	}
	if (sim_modem_takes(m, SIM_NO_REPLY))
		sim_record_answer(sim_net_record(m->net), id, "none");
	else if (sim_modem_takes(m, SIM_LATE_REPLY))
		answer_book(m, id, mr);
	else
		answer_give(m, id, mr, s.answered_now);
	sim_modem_ready(m);
}

static void transmit_due(void *arg, void *own)
{
	struct sim_modem *m = arg;

	if (((struct answer *)own)->life != m->life)
		return; /* lost with the modem; noted when the life ended */
	transmit(m);
	sim_reply_flush(m);
}

static void transmit_book(struct sim_modem *m)
{
	struct answer *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	a->life = m->life;
	m->mode = SIM_BUSY;
	sim_sched_add(sim_net_sched(m->net), clock_mono_us() + m->delay_us, transmit_due, m, a);
}

void sim_at_broken_off(struct sim_modem *m)
{
	if (m->mode == SIM_BUSY)
		lose(m);
}

static void send_data(struct sim_modem *m)
{
	if (!sim_modem_moment(m, SIM_ON_DATA)) {
		lose(m);
		return;
	}
	if (sim_modem_takes(m, SIM_CMS)) {
		refuse(m, m->cms_code);
	} else if (sim_modem_registered(m) != 1) {
		refuse(m, 331);
	} else if (sim_modem_takes(m, SIM_NO_REPLY_LOST)) {
		lose(m);
	} else if (m->delay_us > 0) {
		transmit_book(m);
		return;
	} else {
		transmit(m);
		return;
	}
	sim_modem_ready(m);
}

static void store_data(struct sim_modem *m)
{
	struct sim_pdu *p = sim_pdu_new(m->send.pdu.dir, m->send.hex, m->send.pdu.tpdu_len);
	unsigned index;

	if (sim_store_put(&m->stores[m->set.mem[1]], p, m->send.stat, &index)) {
		sim_reply_line(m, "+CMGW: %u", index);
		sim_reply_result(m, SIM_OK);
	} else {
		sim_reply_result(m, SIM_CMS_(322));
	}
	free(p);
	sim_modem_ready(m);
}

void sim_at_data(struct sim_modem *m)
{
	int code = data_decode(m);

	m->mode = SIM_COMMAND;
	if (code == 0 && m->send.store) {
		store_data(m);
	} else if (code == 0 && m->send.pdu.dir == PDU_SUBMIT) {
		send_data(m);
	} else {
		sim_reply_result(m, SIM_CMS_(code != 0 ? code : 304));
		sim_modem_ready(m);
	}
}

void sim_at_escape(struct sim_modem *m)
{
	m->mode = SIM_COMMAND;
	buf_clear(&m->data);
	sim_reply_result(m, SIM_OK);
	sim_modem_ready(m);
}

/* --- what lies in a store ------------------------------------------------------------------- */

static int cmss_set(struct sim_modem *m, struct sim_args *a)
{
	struct sim_place *place;
	int index = -1;

	if (!sim_args_number(a, 0, 9999, &index) || !sim_args_end(a))
		return SIM_CMS_(302); /* another number than the stored one is not supported */
	place = index < 0 ? NULL : sim_store_at(&m->stores[m->set.mem[1]], (unsigned)index);
	if (place == NULL || place->pdu == NULL || place->pdu->dir != PDU_SUBMIT)
		return SIM_CMS_(321);
	m->cmgs++;
	if (!sim_modem_moment(m, SIM_ON_CMGS))
		return SIM_WAIT;
	memset(&m->send, 0, offsetof(struct sim_send, hex));
	m->send.name = "+CMSS";
	m->send.t_cmd = m->send.t_data = m->t_first;
	if (pdu_decode(place->pdu->hex, strlen(place->pdu->hex), PDU_WITH_SMSC, &m->send.pdu) !=
		PDU_OK)
		return SIM_CMS_(321);
	place->stat = SIM_SENT;
	send_data(m);
	return SIM_WAIT;
}

/* clang-format off */
const struct sim_command sim_commands_send[] = {
	{ "+CMGS", SIM_NEEDS_SMS, .set = cmgs_set, .test = "" },
	{ "+CMGW", SIM_NEEDS_SMS, .set = cmgw_set, .test = "" },
	{ "+CMSS", SIM_NEEDS_SMS, .set = cmss_set, .test = "" },
	{ .name = NULL },
};
/* clang-format on */
