/* driver_send.c - one message at a time: parts, prompts, verdicts. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_room.h"

#include "banned.h"

enum {
	PROMPT_MS = 5000,
	RESULT_MS = 150 * 1000, /* an error after 2 min 15 s has been seen */
	LINK_MS = 5000,
	LINK_HOLD_MS = 1000 /* the modem gives the link up after 1 to 5 s without a message */
};

/* Texts and numbers */

/* CR LF becomes LF; false when there is another control character. `out` has room for all. */
static bool clean_text(const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		if (text[0] == '\r' && text[1] == '\n')
			continue;
		if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7F)
			return false;
		*out++ = *text;
	}
	*out = '\0';
	return true;
}

static char *cleaned(const char *text)
{
	char *out = malloc(strlen(text) + 1);

	if (out == NULL)
		abort();
	if (clean_text(text, out))
		return out;
	free(out);
	return NULL;
}

bool send_is_number(const char *s)
{
	size_t n;

	s += *s == '+';
	n = strspn(s, "0123456789");
	return s[n] == '\0' && n >= 3 && n <= 15;
}

unsigned modem_parts(const char *text, bool wide_ref, int max_parts)
{
	struct pdu_split split;
	char *clean = cleaned(text);
	enum pdu_rc rc = PDU_BAD_TEXT;

	if (clean != NULL)
		rc = pdu_split(clean, strlen(clean), PDU_AUTO, wide_ref ? 16 : 8,
			max_parts > 0 ? (unsigned)max_parts : 6, &split);
	free(clean);
	return rc == PDU_OK ? split.parts : 0;
}

/* Ending */

static void tell_done(struct driver *d)
{
	struct modem_part last = d->send.last;

	free(d->send.text);
	d->send.text = NULL;
	d->send.active = false;
	d->pace_until = d->now + d->config.pace_ms;
	d->events->on_done(d->arg, last.id, last.verdict, &last);
}

static void count(struct driver *d, enum verdict v)
{
	uint64_t *const of[] = { [VERDICT_SENT] = &d->health.count.sent,
		[VERDICT_NOT_SENT] = &d->health.count.not_sent,
		[VERDICT_UNSURE] = &d->health.count.unsure,
		[VERDICT_REFUSED] = &d->health.count.refused };

	++*of[v];
}

/* A part has its verdict: the next one, or the end of the message. */
static void settle(struct driver *d, struct verdict_of v)
{
	struct driver_sending *s = &d->send;

	s->last = (struct modem_part){ .id = s->id,
		.part = s->part,
		.parts = s->split.parts,
		.verdict = v.verdict,
		.mr = v.verdict == VERDICT_SENT ? s->mr : AT_NONE,
		.code = v.code,
		.class = v.class };
	count(d, v.verdict);
	if (d->events->on_part != NULL)
		d->events->on_part(d->arg, &s->last);
	s->tries = 0;
	s->no_validity = false;
	d->link_until =
		v.verdict == VERDICT_SENT && d->link_until == INT64_MAX ? d->now + LINK_HOLD_MS : 0;
	if (v.verdict == VERDICT_SENT)
		watch_sent(d, true);
	else if (v.verdict == VERDICT_REFUSED && v.class != ATCODE_NUMBER && v.class != ATCODE_OURS)
		watch_sent(d, false);
	if (v.verdict != VERDICT_SENT || ++s->part == s->split.parts)
		tell_done(d);
	else
		d->pace_until = d->now + d->config.part_pace_ms;
}

/* The modem needs a cure before anything is sent again. */
static void cure(struct driver *d, const struct verdict_of *v)
{
	enum { CME_LAST_SIM = 15 };

	if (d->phase != PHASE_READY)
		return;
	if (v->code == 330 || v->code == 304 || v->code == 305)
		start_begin(d, true); /* it has forgotten its settings */
	else if (v->code == 322 || (v->code >= 208 && v->code <= 211))
		inbox_sweep(d, true);
	else if (v->code == 331 || (v->code >= 30 && v->code <= 32))
		watch_lost_network(d);
	else if ((v->code >= 310 && v->code <= 318) || (v->code >= 10 && v->code <= CME_LAST_SIM))
		driver_restart(d);
}

/* The command */

static void cmgs_line(struct driver *d, const struct at_event *e)
{
	if (e->shape == AT_REFERENCE)
		d->send.mr = e->v.reference;
}

static bool once_more(struct driver *d, enum driver_end end, const struct verdict_of *v)
{
	struct driver_sending *s = &d->send;

	if (s->tries > 0)
		return false;
	/* No prompt: nothing was written, so it may be tried again once. */
	if (end == DRIVER_SILENT && !d->at.data_written && v->verdict == VERDICT_NOT_SENT) {
		s->tries++;
		return true;
	}
	if (end == DRIVER_REFUSED && (v->code == 198 || v->code == 199) && s->message.vp >= 0) {
		s->tries++;
		s->no_validity = true;
		return true;
	}
	return false;
}

static void cmgs_done(struct driver *d, enum driver_end end, const struct at_event *final)
{
	struct driver_sending *s = &d->send;
	struct verdict_of v;

	if (final != NULL)
		v = verdict_of_final(s->written, final);
	else
		v = verdict_of_loss(s->written);
	if (!s->active || once_more(d, end, &v))
		return;
	if (end == DRIVER_SILENT && v.verdict == VERDICT_NOT_SENT && !d->at.data_written) {
		settle(d, v);
		driver_ladder(d);
		return;
	}
	if (end == DRIVER_SILENT && v.verdict == VERDICT_UNSURE) { /* its answer may still come */
		d->late.valid = true;
		d->late.id = s->id;
		d->late.part = s->part;
	}
	settle(d, v);
	if (end == DRIVER_REFUSED)
		cure(d, &v);
}

static const struct driver_op cmgs = { PROMPT_MS, cmgs_line, cmgs_done };
static const struct driver_op cmms = { LINK_MS, NULL, NULL };

void send_data(struct driver *d)
{
	if (d->op != &cmgs || d->at.data_written)
		return;
	if (!at_data(&d->at, d->send.hex))
		return;
	d->send.written = !d->tail;
	driver_limit(d, RESULT_MS);
}

void send_prompt(struct driver *d)
{
	int64_t gap = d->link_gap_ms > 0 ? d->profile->prompt_gap_ms : 0;

	if (d->op != &cmgs)
		return;
	if (gap == 0)
		send_data(d);
	else
		driver_after(d, TIMER_PROMPT, gap);
}

static bool write_part(struct driver *d)
{
	struct driver_sending *s = &d->send;
	struct pdu_message m = s->message;
	char command[32];
	size_t n;
	enum pdu_rc rc;

	m.number = s->to;
	m.smsc = d->smsc_in_pdu ? d->smsc : NULL;
	if (s->no_validity)
		m.vp = -1;
	rc = pdu_encode_submit(&m, s->text, &s->split, s->part + 1, s->hex, &n);
	assert(rc == PDU_OK); /* driver_send() has tried it */
	snprintf(command, sizeof command, "AT+CMGS=%zu", n);
	s->written = false;
	s->mr = AT_NONE;
	d->late.valid = false;
	d->house_turn = true;
	if (d->link_until >= d->now)
		d->link_until = INT64_MAX;
	return driver_run_data(d, &cmgs, command);
}

bool send_next(struct driver *d)
{
	struct driver_sending *s = &d->send;

	if (!s->active)
		return false;
	if (d->now < d->pace_until) {
		d->due[TIMER_PACE] = d->pace_until;
		return false;
	}
	driver_cancel(d, TIMER_PACE);
	if (!d->health.registered) {
		settle(d, verdict_of_loss(false));
		return false;
	}
	if (d->cmms && d->now > d->link_until && (s->more || s->split.parts - s->part > 1)) {
		d->link_until = INT64_MAX; /* till the part's end */
		return driver_run(d, &cmms, "AT+CMMS=1");
	}
	return write_part(d);
}

void send_late(struct driver *d, int mr)
{
	if (!d->late.valid)
		return;
	d->late.valid = false;
	d->health.count.late++;
	if (d->events->on_late != NULL)
		d->events->on_late(d->arg, d->late.id, d->late.part, mr);
}

void send_break(struct driver *d)
{
	d->late.valid = false;
	if (d->send.active)
		settle(d, verdict_of_loss(false));
}

/* From outside */

static enum pdu_rc prepare(
	struct driver_sending *s, const struct modem_config *config, const struct modem_message *m)
{
	int minutes = m->validity_min != 0 ? m->validity_min : config->validity_min;
	enum pdu_rc rc;
	size_t n;

	if (!send_is_number(m->to))
		return PDU_BAD_ADDRESS;
	s->text = cleaned(m->text);
	if (s->text == NULL)
		return PDU_BAD_TEXT;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) the text is the caller's, who frees it */
	rc = pdu_split(s->text, strlen(s->text), PDU_AUTO, m->wide_ref ? 16 : 8,
		(unsigned)config->max_parts, &s->split);
	if (rc != PDU_OK)
		return rc;
	if (m->first_part >= s->split.parts)
		return PDU_BAD_VALUE;
	snprintf(s->to, sizeof s->to, "%s", m->to);
	s->id = m->id;
	s->part = m->first_part;
	s->more = m->more;
	s->message = (struct pdu_message){ .number = s->to,
		.dcs = -1,
		.srr = !config->no_reports,
		.vp = minutes > 0 ? pdu_vp_of_minutes(minutes) : -1,
		.ref = m->ref & (m->wide_ref ? 0xFFFF : 0xFF) };
	if (m->flash)
		s->message.dcs = s->split.alphabet == PDU_UCS2 ? 0x18 : 0x10;
	return pdu_encode_submit(&s->message, s->text, &s->split, s->part + 1, s->hex, &n);
}

enum modem_rc driver_send(
	struct driver *d, int64_t now, const struct modem_message *message, enum pdu_rc *why)
{
	struct driver_sending s = { .active = true, .mr = AT_NONE };
	enum pdu_rc rc;

	*why = PDU_OK;
	if (d->send.active)
		return MODEM_BUSY;
	if (!driver_can_send(d))
		return MODEM_NOT_READY;
	rc = prepare(&s, &d->config, message);
	if (rc != PDU_OK) {
		free(s.text);
		*why = rc;
		return MODEM_UNFIT;
	}
	driver_enter(d, now);
	d->send = s;
	driver_leave(d);
	return MODEM_TAKEN;
}
