/* driver_inbox.c - what arrives: read, hand up, wait for the commit, delete, acknowledge. */
#include <stdio.h>
#include <string.h>

#include "driver_room.h"
#include "seal.h"

#include "banned.h"

enum {
	READ_MS = 10 * 1000,
	DELETE_MS = 25 * 1000,
	LIST_MS = 60 * 1000,
	STORE_MS = 10 * 1000,
	ACK_MS = 5000,
	NOTICE_MS = 1000,
	BAD_MS = 3600 * 1000,
	BAD_TRIES = 3,
	STAT_OWN = 2, /* 2 and 3: our own copies */
	PLACES_ASSUMED = 10,
	MEMORY_INDEX = 321
};

void inbox_init(struct driver *d)
{
	snprintf(d->home, sizeof d->home, "SM");
	snprintf(d->store, sizeof d->store, "SM");
	d->by_index = AT_NONE;
}

/* Held: what was handed up and is not deleted yet */

static struct driver_held *held_of(struct driver *d, int64_t token)
{
	for (size_t i = 0; i < d->held_top; i++)
		if (d->held[i].state != HELD_FREE && d->held[i].token == token)
			return &d->held[i];
	return NULL;
}

static struct driver_held *held_at(struct driver *d, const char *store, int index)
{
	for (size_t i = 0; i < d->held_top; i++)
		if (d->held[i].state != HELD_FREE && d->held[i].index == index &&
			strcmp(d->held[i].store, store) == 0)
			return &d->held[i];
	return NULL;
}

static struct driver_held *hold(struct driver *d, const char *store, int index)
{
	for (size_t i = 0; i < DRIVER_HELD; i++)
		if (d->held[i].state == HELD_FREE) {
			if (i >= d->held_top)
				d->held_top = i + 1;
			d->held[i] = (struct driver_held){
				.token = ++d->token, .state = HELD_WAITS, .index = index
			};
			snprintf(d->held[i].store, AT_STORE_MAX, "%s", store);
			return &d->held[i];
		}
	return NULL;
}

static bool is_left_alone(const struct driver *d, const char *store, int index)
{
	for (size_t i = 0; i < DRIVER_BAD_PLACES; i++)
		if (d->bad[i].fails >= BAD_TRIES && d->bad[i].index == index &&
			d->now < d->bad[i].until && strcmp(d->bad[i].store, store) == 0)
			return true;
	return false;
}

/* A place could not be read. After three times it is left alone for an hour, and shown. */
static void place_failed(struct driver *d, const char *store, int index)
{
	struct driver_place *at = &d->bad[0];

	for (size_t i = 0; i < DRIVER_BAD_PLACES; i++) {
		if (d->bad[i].index == index && strcmp(d->bad[i].store, store) == 0 &&
			d->bad[i].fails > 0) {
			at = &d->bad[i];
			break;
		}
		if (d->bad[i].until < at->until)
			at = &d->bad[i];
	}
	if (at->index != index || strcmp(at->store, store) != 0 || d->now >= at->until)
		*at = (struct driver_place){ .index = index };
	snprintf(at->store, sizeof at->store, "%s", store);
	at->fails++;
	at->until = d->now + BAD_MS;
	if (at->fails >= BAD_TRIES)
		driver_alarm(d, MODEM_ALARM_PLACE, true);
}

void inbox_forget_places(struct driver *d)
{
	for (size_t i = 0; i < d->held_top; i++) {
		struct driver_held *h = &d->held[i];

		if (h->state == HELD_DELETE)
			h->state = HELD_FREE;
		h->index = AT_NONE;
		h->acknowledge = false;
	}
	d->notices = 0;
	d->acks = 0;
	d->by_index = AT_NONE;
}

/* Handing up */

static void hand_up(struct driver *d, int64_t token, bool stored, const struct pdu *p,
	enum pdu_rc rc, const char *hex)
{
	uint8_t print[PDU_FINGERPRINT];
	struct modem_inbound in = { .token = token,
		.pdu = rc == PDU_OK ? p : NULL,
		.reason = rc,
		.hex = hex,
		.fingerprint = print,
		.stored = stored };

	if (rc != PDU_OK)
		seal_sha256(hex, strlen(hex), print);
	else if (p->dir == PDU_STATUS)
		in.fingerprint = NULL;
	else
		pdu_fingerprint(p, print);
	if (rc != PDU_OK)
		d->health.count.unreadable++;
	else if (p->dir == PDU_STATUS)
		d->health.count.reports++;
	else
		d->health.count.received++;
	d->events->on_inbound(d->arg, &in);
}

/* The one end of all ways in. `index` AT_NONE: handed over, it lies nowhere. */
static void take(struct driver *d, const struct at_message *m, const char *store, int index)
{
	bool stored = index != AT_NONE;
	struct driver_held *h;
	struct pdu p;
	enum pdu_rc rc;

	if (stored && (held_at(d, store, index) != NULL || is_left_alone(d, store, index)))
		return;
	rc = pdu_decode_told(m->pdu, strlen(m->pdu), m->len > 0 ? (size_t)m->len : 0, &p);
	if (!stored && d->service != 1) { /* nothing is to be done after the commit */
		hand_up(d, ++d->token, false, &p, rc, m->pdu);
		return;
	}
	h = hold(d, store, index);
	if (h == NULL)
		return; /* no room: it stays where it is, or is sent again */
	if (stored && (m->stat >= STAT_OWN || (rc == PDU_OK && p.dir == PDU_SUBMIT))) {
		h->state = HELD_DELETE; /* our own copy: nothing to commit */
		return;
	}
	h->acknowledge = !stored;
	hand_up(d, h->token, stored, &p, rc, m->pdu);
}

void inbox_handed(struct driver *d, const struct at_event *e)
{
	bool ours = strcmp(e->name, "+CMT") == 0 || strcmp(e->name, "+CDS") == 0;

	if (ours && e->v.message.pdu != NULL)
		take(d, &e->v.message, "", AT_NONE);
}

void inbox_sweep(struct driver *d, bool all_stores)
{
	for (size_t i = 0; i < d->store_count; i++)
		if (all_stores || strcmp(d->stores[i], d->home) == 0)
			d->sweeps |= 1u << i;
	driver_cancel(d, TIMER_NOTICE);
}

static void notice(struct driver *d, const char *store, int index)
{
	for (size_t i = 0; i < d->notices; i++)
		if (d->notice[i].index == index && strcmp(d->notice[i].store, store) == 0)
			return;
	if (held_at(d, store, index) != NULL || is_left_alone(d, store, index))
		return;
	if (d->notices == DRIVER_NOTICES)
		return; /* the sweep behind the burst finds it */
	d->notice[d->notices] = (struct driver_place){ .index = index };
	snprintf(d->notice[d->notices].store, AT_STORE_MAX, "%s", store);
	d->notices++;
}

void inbox_notice(struct driver *d, const struct at_event *e)
{
	if (d->phase != PHASE_READY)
		return; /* the first sweep finds it */
	notice(d, e->v.place.store, e->v.place.index);
	driver_after(d, TIMER_NOTICE, NOTICE_MS);
}

/* Reading one place, listing a store */

static void read_line(struct driver *d, const struct at_event *e)
{
	if (e->shape != AT_MESSAGE || e->v.message.pdu == NULL)
		return;
	d->reading.fails = 0;
	take(d, &e->v.message, d->reading.store, d->reading.index);
}

static void read_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	bool empty = final != NULL && final->result == AT_CMS && final->code == MEMORY_INDEX;

	if (d->reading.fails > 0 || (end == DRIVER_REFUSED && !empty && d->by_index == AT_NONE))
		place_failed(d, d->reading.store, d->reading.index);
}

static const struct driver_op read_op = { READ_MS, read_line, read_done };

static void list_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_MESSAGE && e->v.message.pdu != NULL)
		take(d, &e->v.message, d->store, e->v.message.index);
}

static void list_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	bool empty = final != NULL && final->result == AT_CMS && final->code == MEMORY_INDEX;

	if (end == DRIVER_SILENT || (end == DRIVER_REFUSED && !empty)) {
		d->no_list = true;
		d->by_index = 0; /* place by place instead */
	}
}

static const struct driver_op list_op = { LIST_MS, list_line, list_done };

void inbox_lost(struct driver *d, const struct at_event *e)
{
	if (strcmp(e->name, "+CMT") == 0 || strcmp(e->name, "+CDS") == 0) {
		if (d->service == 1)
			d->acks++; /* the network waits for an answer all the same */
	} else if (d->op == &read_op) {
		d->reading.fails = 1;
	} else if (d->op == &list_op && e->shape == AT_MESSAGE) {
		notice(d, d->store, e->v.message.index); /* once more, alone */
	}
}

/* Deleting */

static void delete_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	struct driver_held *h = held_at(d, d->reading.store, d->reading.index);
	bool gone = end == DRIVER_OK ||
		    (final != NULL && final->result == AT_CMS && final->code == MEMORY_INDEX);

	d->health.count.deleted += gone;
	if (h != NULL)
		h->state = HELD_FREE; /* not gone: the next sweep offers it again */
}

static const struct driver_op delete_op = { DELETE_MS, NULL, delete_done };

static void store_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_STORES && e->v.stores.n > 0 && strcmp(d->target, d->home) == 0)
		watch_storage(d, e->v.stores.store[0].used, e->v.stores.store[0].total);
}

static void store_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	(void) final;
	d->home_refused = end != DRIVER_OK && strcmp(d->target, d->home) == 0;
	if (end == DRIVER_OK) {
		snprintf(d->store, sizeof d->store, "%s", d->target);
		return;
	}
	for (size_t i = 0; i < d->store_count; i++) /* not to be had: do not ask again and again */
		if (strcmp(d->stores[i], d->target) == 0)
			d->sweeps &= ~(1u << i);
	for (size_t i = d->notices; i-- > 0;)
		if (strcmp(d->notice[i].store, d->target) == 0)
			d->notice[i] = d->notice[--d->notices];
	for (size_t i = 0; i < d->held_top; i++)
		if (d->held[i].state == HELD_DELETE && strcmp(d->held[i].store, d->target) == 0)
			d->held[i].state = HELD_FREE;
}

static const struct driver_op store_op = { STORE_MS, store_line, store_done };

static bool switch_to(struct driver *d, const char *store)
{
	char command[32];

	snprintf(d->target, sizeof d->target, "%s", store);
	snprintf(command, sizeof command, "AT+CPMS=\"%s\"", d->target);
	return driver_run(d, &store_op, command);
}

static bool ask_place(struct driver *d, const struct driver_op *op, const char *verb, int index)
{
	char command[32];

	d->reading = (struct driver_place){ .index = index };
	snprintf(d->reading.store, sizeof d->reading.store, "%s", d->store);
	snprintf(command, sizeof command, "AT+%s=%d", verb, index);
	return driver_run(d, op, command);
}

/* Acknowledging (27.005 4.6). Never at a prompt: only when no command is in flight. */

static void ack_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	enum { NOT_EXPECTED = 340 };
	bool again = end == DRIVER_REFUSED && final->code != NOT_EXPECTED && d->ack_form < 2;

	if (again)
		d->ack_form++; /* this modem wants another form */
	else if (d->acks > 0)
		d->acks--;
	if (end == DRIVER_REFUSED && !again) {
		d->ack_form = 0;
		driver_after(d, TIMER_STORES, 0); /* it may have switched CNMI off */
	}
}

static bool acknowledge(struct driver *d)
{
	static const struct driver_op op = { ACK_MS, NULL, ack_done };
	static const char *const forms[] = { "AT+CNMA", "AT+CNMA=1", "AT+CNMA=0" };

	return d->acks > 0 && driver_run(d, &op, forms[d->ack_form]);
}

/* What comes next */

static const struct driver_held *to_delete(const struct driver *d, const char *store)
{
	for (size_t i = 0; i < d->held_top; i++)
		if (d->held[i].state == HELD_DELETE &&
			(store == NULL || strcmp(d->held[i].store, store) == 0))
			return &d->held[i];
	return NULL;
}

static bool next_notice(struct driver *d)
{
	for (size_t i = 0; i < d->notices; i++)
		if (strcmp(d->notice[i].store, d->store) == 0) {
			int index = d->notice[i].index;

			d->notices--;
			memmove(&d->notice[i], &d->notice[i + 1],
				(d->notices - i) * sizeof d->notice[0]);
			return ask_place(d, &read_op, "CMGR", index);
		}
	return false;
}

static bool next_sweep(struct driver *d)
{
	int total = d->health.store_total == AT_NONE ? PLACES_ASSUMED : d->health.store_total;

	if (d->by_index != AT_NONE) {
		if (d->by_index <= total)
			return ask_place(d, &read_op, "CMGR", d->by_index++);
		d->by_index = AT_NONE;
	}
	for (size_t i = 0; i < d->store_count; i++)
		if ((d->sweeps & 1u << i) != 0 && strcmp(d->stores[i], d->store) == 0) {
			d->sweeps &= ~(1u << i);
			if (!d->no_list)
				return driver_run(d, &list_op, "AT+CMGL=4");
			d->by_index = 0;
			return next_sweep(d);
		}
	return false;
}

/* Another store has work, and the one in use has none. */
static bool next_store(struct driver *d)
{
	const struct driver_held *h = to_delete(d, NULL);

	if (h != NULL)
		return switch_to(d, h->store);
	if (d->notices > 0)
		return switch_to(d, d->notice[0].store);
	for (size_t i = 0; i < d->store_count; i++)
		if ((d->sweeps & 1u << i) != 0)
			return switch_to(d, d->stores[i]);
	return false;
}

/* Something of the store in use still waits for its commit: do not leave it. */
static bool waits_here(const struct driver *d)
{
	for (size_t i = 0; i < d->held_top; i++)
		if (d->held[i].state == HELD_WAITS && d->held[i].index != AT_NONE &&
			strcmp(d->held[i].store, d->store) == 0)
			return true;
	return false;
}

bool inbox_urgent(const struct driver *d)
{
	enum { FULL_PERCENT = 90 };
	bool full = d->health.store_total > 0 &&
		    d->health.store_used * 100 >= d->health.store_total * FULL_PERCENT;

	return d->acks > 0 || (full && (d->sweeps != 0 || to_delete(d, NULL) != NULL));
}

/* No looking around, no other store: the lines of a call come meanwhile. */
bool inbox_announced(struct driver *d)
{
	return acknowledge(d) || next_notice(d);
}

bool inbox_next(struct driver *d)
{
	const struct driver_held *h = to_delete(d, d->store);
	bool home = strcmp(d->store, d->home) == 0;

	if (acknowledge(d))
		return true;
	if (h != NULL)
		return ask_place(d, &delete_op, "CMGD", h->index);
	if (next_notice(d) || next_sweep(d))
		return true;
	if (waits_here(d) && !home)
		return false;
	if (next_store(d))
		return true;
	return !home && !d->home_refused && switch_to(d, d->home);
}

/* From outside */

static void release(struct driver *d, int64_t now, int64_t token, bool committed)
{
	struct driver_held *h = held_of(d, token);

	if (h == NULL)
		return;
	driver_enter(d, now);
	if (h->acknowledge && committed)
		d->acks++;
	h->state = committed && h->index != AT_NONE ? HELD_DELETE : HELD_FREE;
	driver_leave(d);
}

void driver_committed(struct driver *d, int64_t now, int64_t token)
{
	release(d, now, token, true);
}

void driver_left(struct driver *d, int64_t now, int64_t token)
{
	release(d, now, token, false);
}
