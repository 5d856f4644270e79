#include "sim_net.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "banned.h"

struct queue { /* a ring of PDUs kept back */
	struct sim_pdu **list;
	size_t head, count, room;
	bool running; /* a run over it is booked */
};

struct sim_net {
	struct sim_sched *sched;
	struct sim_book *book;
	struct sim_record *record;
	struct sim_station *stations[SIM_STATIONS_MAX];
	struct queue waiting[SIM_STATIONS_MAX];
	int count;
	unsigned ref; /* of long answers */
};

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct sim_net *sim_net_new(struct sim_sched *s, struct sim_book *b, struct sim_record *r)
{
	struct sim_net *n = must(calloc(1, sizeof *n));

	n->sched = s;
	n->book = b;
	n->record = r;
	return n;
}

static struct sim_pdu *queue_pop(struct queue *q)
{
	struct sim_pdu *p = q->list[q->head];

	q->head = (q->head + 1) % q->room;
	q->count--;
	return p;
}

static void queue_push(struct queue *q, struct sim_pdu *p)
{
	if (q->count == q->room) {
		size_t room = q->room ? 2 * q->room : 16;
		struct sim_pdu **list = must(calloc(room, sizeof(struct sim_pdu *)));

		for (size_t i = 0; i < q->count; i++)
			list[i] = q->list[(q->head + i) % q->room];
		free(q->list);
		q->list = list;
		q->room = room;
		q->head = 0;
	}
	q->list[(q->head + q->count++) % q->room] = p;
}

void sim_net_free(struct sim_net *n)
{
	if (n == NULL)
		return;
	for (int i = 0; i < n->count; i++) {
		while (n->waiting[i].count > 0)
			free(queue_pop(&n->waiting[i]));
		free(n->waiting[i].list);
	}
	free(n);
}

struct sim_sched *sim_net_sched(struct sim_net *n)
{
	return n->sched;
}

struct sim_book *sim_net_book(struct sim_net *n)
{
	return n->book;
}

struct sim_record *sim_net_record(struct sim_net *n)
{
	return n->record;
}

int sim_net_join(struct sim_net *n, struct sim_station *s)
{
	assert(n->count < SIM_STATIONS_MAX);
	n->stations[n->count] = s;
	return n->count++;
}

size_t sim_net_waiting(const struct sim_net *n, int station)
{
	return n->waiting[station].count;
}

/* --- to a station ---------------------------------------------------------------------- */

static void report_back(struct sim_net *n, const struct sim_pdu *p);

static void queue_run(struct sim_net *n, int station)
{
	struct queue *q = &n->waiting[station];
	struct sim_station *s = n->stations[station];

	while (q->count > 0 && s->take(s->arg, q->list[q->head])) {
		struct sim_pdu *p = queue_pop(q);

		if (p->dir == PDU_DELIVER && p->origin >= 0)
			report_back(n, p);
		free(p);
	}
}

struct station_due {
	int station;
};

static void queue_due(void *arg, void *own)
{
	struct sim_net *n = arg;
	int station = ((struct station_due *)own)->station;

	n->waiting[station].running = false;
	queue_run(n, station);
}

void sim_net_poke(struct sim_net *n, int station)
{
	struct station_due *due;

	if (n->waiting[station].count == 0 || n->waiting[station].running)
		return;
	due = must(malloc(sizeof *due));
	due->station = station;
	n->waiting[station].running = true;
	sim_sched_add(n->sched, clock_mono_us(), queue_due, n, due);
}

static void station_give(struct sim_net *n, int station, struct sim_pdu *p)
{
	struct queue *q = &n->waiting[station];

	if (q->count == SIM_WAITING_MAX) {
		sim_record_deliver(n->record, station, "dropped", p->hex);
		free(p);
		return;
	}
	queue_push(q, p);
	sim_net_poke(n, station);
}

static int station_of(const struct sim_net *n, const char *key)
{
	char own[SIM_NUMBER_MAX];

	for (int i = 0; i < n->count; i++) {
		sim_number_key(n->stations[i]->number, own);
		if (strcmp(own, key) == 0)
			return i;
	}
	return -1;
}

/* --- reports --------------------------------------------------------------------------- */

struct report {
	uint64_t id;
	int modem;
	uint8_t mr, status;
	bool asked;
	int64_t taken_ms;
	char to[PDU_NUMBER_SIZE];
};

static void report_due(void *arg, void *own)
{
	struct sim_net *n = arg;
	const struct report *r = own;
	struct sim_pdu *p = NULL;

	if (r->asked)
		p = sim_tpdu_report(n->stations[r->modem]->smsc, r->to, r->mr, r->status,
			r->taken_ms, clock_now_ms());
	sim_record_report(n->record, r->id, r->status, p != NULL);
	if (p != NULL)
		station_give(n, r->modem, p);
}

static void report_book(struct sim_net *n, const struct report *r, int64_t at_us)
{
	struct report *own = must(malloc(sizeof *own));

	*own = *r;
	sim_sched_add(n->sched, at_us, report_due, n, own);
}

/* --- modem to modem ---------------------------------------------------------------------- */

/* What a forwarded message carries along so that its arrival can be reported: the wish for a
 * report is in the DELIVER's own flag (TP-SRI). */
static void report_back(struct sim_net *n, const struct sim_pdu *p)
{
	struct pdu d;
	struct report r = { .id = p->id, .modem = p->origin, .mr = p->mr };

	if (pdu_decode(p->hex, strlen(p->hex), PDU_WITH_SMSC, &d) != PDU_OK)
		return;
	r.asked = d.srr;
	r.taken_ms = pdu_time_ms(&d.scts);
	snprintf(r.to, sizeof r.to, "%s", p->to);
	report_book(n, &r, clock_mono_us());
}

static void forward(struct sim_net *n, int station, const struct sim_submit *m, uint64_t id)
{
	char from[SIM_NUMBER_MAX];
	struct sim_pdu *p;

	snprintf(from, sizeof from, "%s%.40s",
		m->from[0] == '1' && strlen(m->from) == 11 ? "+86" : "", m->from);
	p = sim_tpdu_forward(m->pdu, n->stations[station]->smsc, from, clock_now_ms());
	p->id = id;
	p->mr = m->mr;
	p->origin = m->modem;
	snprintf(p->to, sizeof p->to, "%s", m->pdu->address.number);
	station_give(n, station, p);
}

/* --- phones ------------------------------------------------------------------------------ */

/* A part has arrived; the schedule owns `own`, the station gets a copy. */
static void arrival_due(void *arg, void *own)
{
	struct sim_pdu *p = sim_pdu_copy(own);

	station_give(arg, p->station, p);
}

/* The part that travels as number i (from 0); 0: no more. */
static unsigned order_of(const struct sim_say *how, unsigned i, unsigned parts)
{
	if (how->order[0] != 0)
		return i < SIM_ORDER_MAX && how->order[i] <= parts ? how->order[i] : 0;
	if (i >= parts)
		return 0;
	return how->reverse ? parts - i : i + 1;
}

static void travel(struct sim_net *n, const struct sim_say *how, int station, struct sim_pdu **list,
	unsigned parts)
{
	int64_t at = clock_mono_us();
	unsigned part;

	for (unsigned round = 0; round < how->times; round++)
		for (unsigned i = 0; (part = order_of(how, i, parts)) != 0; i++) {
			struct sim_pdu *p = sim_pdu_copy(list[part - 1]);

			p->station = station;
			sim_sched_add(n->sched, at, arrival_due, n, p);
			at += how->gap_us;
		}
}

static void shown_as(char out[SIM_NUMBER_MAX], enum sim_shown shown, const char *number)
{
	static const char *const heads[] = {
		[SIM_SHOWN_PLUS] = "+86",
		[SIM_SHOWN_86] = "86",
		[SIM_SHOWN_PLAIN] = "",
	};
	char key[SIM_NUMBER_MAX];

	sim_number_key(number, key);
	/* only mobile numbers are shown with their country; 10086 and names stay as they are */
	snprintf(out, SIM_NUMBER_MAX, "%s%.40s",
		key[0] == '1' && strlen(key) == 11 ? heads[shown] : "", key);
}

bool sim_net_say(struct sim_net *n, const char *from, int station, const struct sim_say *how,
	const char *text, char error[SIM_ERROR_MAX])
{
	struct sim_pdu *list[PDU_PARTS_MAX];
	char shown[SIM_NUMBER_MAX];
	enum pdu_rc rc;
	unsigned parts, mask = how->ref_bits == 16 ? 0xFFFF : 0xFF;

	shown_as(shown, sim_book_rules(n->book, from)->shown, from);
	n->ref++;
	parts = sim_tpdu_say(n->stations[station]->smsc, shown, how, text, n->ref & mask,
		clock_now_ms(), list, &rc);
	if (parts == 0) {
		snprintf(error, SIM_ERROR_MAX, "this text cannot be sent: %s", pdu_rc_name(rc));
		return false;
	}
	travel(n, how, station, list, parts);
	for (unsigned i = 0; i < parts; i++)
		free(list[i]);
	return true;
}

struct speech { /* an answer that a phone will give */
	int station;
	struct sim_say how; /* its text is ours, below */
	char from[SIM_NUMBER_MAX];
	char text[];
};

static void speech_due(void *arg, void *own)
{
	const struct speech *s = own;
	char error[SIM_ERROR_MAX];

	if (!sim_net_say(arg, s->from, s->station, &s->how, s->text, error))
		log_warn("sim answer=dropped from=%s why=%s", log_phone(s->from), error);
}

struct listener {
	struct sim_net *net;
	const char *number;
	int station;
};

static void speech_book(void *arg, const struct sim_say *how, const char *text)
{
	const struct listener *l = arg;
	struct speech *s = must(malloc(sizeof *s + strlen(text) + 1));

	s->station = l->station;
	s->how = *how;
	s->how.text = NULL;
	snprintf(s->from, sizeof s->from, "%s", how->from[0] != '\0' ? how->from : l->number);
	memcpy(s->text, text, strlen(text) + 1);
	sim_sched_add(l->net->sched, clock_mono_us() + how->after_us, speech_due, l->net, s);
}

struct hearing { /* a part that a phone is about to get */
	int modem;
	char number[SIM_NUMBER_MAX];
	struct pdu pdu;
};

static void hear(struct sim_net *n, int modem, const char *number, const struct pdu *pdu)
{
	struct listener l = { n, number, modem };
	const char *from = n->stations[modem]->number, *code;
	struct buf text;

	buf_init(&text, SIM_LINE_MAX);
	if (sim_book_join(n->book, number, from, pdu, &text)) {
		code = sim_book_hear(n->book, number, buf_str(&text), speech_book, &l);
		sim_record_heard(n->record, number, from, buf_str(&text), code);
	}
	buf_free(&text);
}

static void hearing_due(void *arg, void *own)
{
	const struct hearing *h = own;

	hear(arg, h->modem, h->number, &h->pdu);
}

static void phone_give(struct sim_net *n, const char *key, const struct sim_submit *m, uint64_t id)
{
	const struct sim_fates *f = &sim_book_rules(n->book, key)->fates;
	struct report r = { .id = id, .modem = m->modem, .mr = m->mr, .asked = m->pdu->srr };
	int64_t now = clock_mono_us();

	r.taken_ms = clock_now_ms();
	snprintf(r.to, sizeof r.to, "%s", m->pdu->address.number);
	for (unsigned i = 0; i < f->count; i++) {
		r.status = f->list[i].status;
		report_book(n, &r, now + f->list[i].after_us);
	}
	if (f->heard && f->heard_us == 0) {
		hear(n, m->modem, key, m->pdu);
	} else if (f->heard) {
		struct hearing *h = must(malloc(sizeof *h));

		h->modem = m->modem;
		snprintf(h->number, sizeof h->number, "%s", key);
		h->pdu = *m->pdu;
		sim_sched_add(n->sched, now + f->heard_us, hearing_due, n, h);
	}
}

int sim_net_submit(struct sim_net *n, const struct sim_submit *m, uint64_t *id)
{
	char key[SIM_NUMBER_MAX];
	int refusal, station;

	sim_number_key(m->pdu->address.number, key);
	station = station_of(n, key);
	refusal = station >= 0 ? -1 : sim_book_refuses(n->book, key);
	if (refusal >= 0)
		return refusal;
	*id = sim_record_submit(n->record, m);
	if (station >= 0)
		forward(n, station, m, *id);
	else
		phone_give(n, key, m, *id);
	return -1;
}
