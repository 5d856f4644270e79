/* explain_talk.c - what follows from a whole talk with a modem. */
#include "explain_talk.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

void talk_init(struct talk *t)
{
	memset(t, 0, sizeof *t);
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool talk_is_speech(const char *command)
{
	static const char *const begins[] = { "AT+CTTS=", "AT+QWTTS=", "AT+QTTS=", "AT+CREC=4",
		"AT+CCMXPLAY", "AT+QPSND=1", "AT+CAUDPLAY=1" };

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (starts(command, begins[i]))
			return strcmp(command, "AT+CTTS=0") != 0;
	return false;
}

static struct talk_part *current(struct talk *t)
{
	return t->count > 0 && !t->parts[t->count - 1].settled ? &t->parts[t->count - 1] : NULL;
}

static void settle(struct talk *t, struct verdict_of outcome)
{
	struct talk_part *p = current(t);

	if (p == NULL)
		return;
	p->settled = true;
	p->outcome = outcome;
	for (size_t i = 0; i + 1 < t->count; i++) /* a later try replaces the earlier one */
		if (t->parts[i].pdu[0] == '\0' || strcmp(t->parts[i].pdu, p->pdu) == 0) {
			t->parts[i] = *p;
			t->count--;
			return;
		}
}

void talk_sent(struct talk *t, const char *command)
{
	snprintf(t->command, sizeof t->command, "%s", command);
	t->silent_probes = 0;
	if (starts(command, "AT+CMGS=") && t->count < TALK_PARTS) {
		t->sends = true;
		t->parts[t->count++] = (struct talk_part){ .mr = AT_NONE };
	}
	if (starts(command, "ATD")) {
		t->dials = t->in_call = true;
		t->was_active = t->call_ended = t->rang = t->speaking = false;
	}
	if (talk_is_speech(command))
		t->speaking = true;
}

void talk_data(struct talk *t, const char *hex)
{
	struct talk_part *p = current(t);

	if (p != NULL)
		snprintf(p->pdu, sizeof p->pdu, "%s", hex);
}

static void call_changed(struct talk *t, enum at_call_state state, const char *why)
{
	if (!t->in_call)
		return;
	t->rang |= state == AT_CALL_ALERTING;
	t->was_active |= state == AT_CALL_ACTIVE && !t->call_ended;
	t->call_ended |= state == AT_CALL_ENDED;
	if (why != NULL) {
		t->busy |= strcmp(why, "BUSY") == 0;
		t->no_answer |= strcmp(why, "NO ANSWER") == 0;
	}
}

/* Only a key during an active call counts, and only after our text has begun. */
static void key_pressed(struct talk *t, char key)
{
	bool counts = t->was_active && !t->call_ended && (t->speaking || !t->speaks);

	if (counts && (t->key == 0 || key == '1'))
		t->key = key;
}

static void report_came(struct talk *t, const struct at_event *e)
{
	struct pdu report, submit;

	if (pdu_decode_told(e->v.message.pdu, strlen(e->v.message.pdu), (size_t)e->v.message.len,
		    &report) != PDU_OK ||
		report.dir != PDU_STATUS)
		return;
	for (size_t i = t->count; i-- > 0;) {
		struct talk_part *p = &t->parts[i];

		if (p->mr != report.mr ||
			pdu_decode(p->pdu, strlen(p->pdu), PDU_WITH_SMSC, &submit) != PDU_OK ||
			!pdu_same_number(submit.address.number, report.address.number))
			continue;
		p->delivered = pdu_outcome(report.status) == PDU_DELIVERED;
		if (pdu_outcome(report.status) == PDU_FAILED)
			p->outcome.verdict = VERDICT_REFUSED;
		return;
	}
}

static void named(struct talk *t, const struct at_event *e)
{
	struct talk_part *p = current(t);

	if (strcmp(e->name, "+CMGS") == 0 && e->shape == AT_REFERENCE) {
		if (p == NULL && t->late > 0) {
			p = &t->parts[t->late - 1];
			p->outcome.verdict = VERDICT_SENT;
		}
		if (p != NULL)
			p->mr = e->v.reference;
	} else if (e->shape == AT_CALL_ENTRY && !e->v.call.incoming && e->v.call.voice) {
		call_changed(t, e->v.call.state, NULL);
	} else if (strcmp(e->name, "+CMT") == 0) {
		t->taken = true;
	} else if (strcmp(e->name, "+CDS") == 0 && e->v.message.pdu != NULL) {
		report_came(t, e);
	} else if (e->kind == AT_REPLY && e->shape == AT_MESSAGE && e->v.message.pdu != NULL) {
		t->message_read = true;
	} else if (e->shape == AT_SIM && e->kind == AT_REPLY) {
		t->stopped |= strcmp(e->v.sim, "READY") != 0 && strcmp(e->v.sim, "SIM PIN") != 0;
	}
}

static void ended(struct talk *t, const struct at_event *e)
{
	settle(t, verdict_of_final(current(t) != NULL && current(t)->pdu[0] != '\0', e));
	t->failed = e->result != AT_OK;
	if (starts(t->command, "ATD") && e->result == AT_OK && t->rang)
		call_changed(t, AT_CALL_ACTIVE, NULL); /* OK only when the far side answers */
	if (starts(t->command, "ATD") && e->result >= AT_NO_CARRIER)
		call_changed(t, e->call, e->why);
	if (starts(t->command, "AT+CMGD=") && (e->result == AT_OK || e->code == 321))
		t->taken |= t->message_read;
	if (starts(t->command, "AT+CPIN=") && e->result != AT_OK)
		t->stopped = true;
}

void talk_event(struct talk *t, const struct at_event *e)
{
	struct talk_part *p = current(t);

	switch (e->kind) {
	case AT_FINAL:
		ended(t, e);
		break;
	case AT_REPLY:
	case AT_URC:
		named(t, e);
		break;
	case AT_CALL:
		call_changed(t, e->call, e->why);
		break;
	case AT_KEY:
		key_pressed(t, e->key);
		break;
	case AT_READY:
		if (e->part == AT_BOOT && p != NULL)
			settle(t, verdict_of_loss(p->pdu[0] != '\0'));
		break;
	default:
		break;
	}
}

void talk_silence(struct talk *t)
{
	struct talk_part *p = current(t);

	if (t->silent_probes > 0)
		t->silent_probes++;
	if (p == NULL)
		return;
	settle(t, verdict_of_loss(p->pdu[0] != '\0'));
	t->late = (int)t->count;
}

void talk_probe(struct talk *t)
{
	if (t->silent_probes == 0)
		t->silent_probes = 1;
}

static const char *call_word(const struct talk *t, char out[32])
{
	snprintf(out, 32, "confirmed %c", t->key);
	if (t->key != 0)
		return out;
	if (t->was_active)
		return "answered";
	if (t->busy)
		return "busy";
	return t->no_answer ? "no-answer" : "failed";
}

static const char *send_word(const struct talk *t)
{
	enum verdict worst = VERDICT_SENT;
	bool delivered = true;

	for (size_t i = 0; i < t->count; i++) {
		worst = verdict_worse(worst, t->parts[i].outcome.verdict);
		delivered = delivered && t->parts[i].delivered;
	}
	return delivered ? "delivered" : verdict_name(worst);
}

void talk_result(const struct talk *t, char out[32])
{
	char key[32];
	const char *word = "ok";

	if (t->dials)
		word = call_word(t, key);
	else if (t->taken)
		word = "taken";
	else if (t->sends)
		word = send_word(t);
	else if (t->stopped)
		word = "stopped";
	else if (t->silent_probes > AT_PROBES)
		word = "lost";
	else if (t->failed)
		word = "failed";
	snprintf(out, 32, "%s", word);
}
