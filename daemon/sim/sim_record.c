#include "sim_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "banned.h"

struct entry {
	uint64_t id;
	int modem;
	char from[SIM_NUMBER_MAX], to[SIM_NUMBER_MAX];
	char *text;
	enum pdu_alphabet alphabet;
	unsigned ref, ref_bits, part, parts;
	uint8_t mr, status;
	bool srr, reported;
	int64_t t, t_answer;
};

struct sim_record {
	int fd;
	bool broken;
	struct entry *ring; /* entry of id at (id - 1) % SIM_HISTORY; grows up to that */
	size_t room;
	uint64_t last, forgotten;
	struct buf line;
};

struct sim_record *sim_record_open(const char *path)
{
	struct sim_record *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	buf_init(&r->line, 1 << 20);
	r->fd = -1;
	if (path == NULL)
		return r;
	r->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (r->fd == -1) {
		int why = errno;

		sim_record_close(r);
		errno = why;
		return NULL;
	}
	return r;
}

void sim_record_close(struct sim_record *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->room; i++)
		free(r->ring[i].text);
	free(r->ring);
	buf_free(&r->line);
	if (r->fd != -1)
		close(r->fd);
	free(r);
}

void sim_json_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7F)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static void put_string(struct buf *out, const char *key, const char *s)
{
	buf_addf(out, ",\"%s\":", key);
	sim_json_string(out, s);
}

static void put_number(struct buf *out, const char *key, int64_t n)
{
	buf_addf(out, ",\"%s\":%" PRId64, key, n);
}

static void put_time(struct buf *out, const char *key, int64_t t)
{
	if (t == 0)
		buf_addf(out, ",\"%s\":null", key);
	else
		put_number(out, key, t);
}

static void begin(struct sim_record *r, const char *ev)
{
	buf_clear(&r->line);
	buf_addf(&r->line, "{\"ev\":\"%s\",\"t\":%" PRId64 ",\"wall\":%" PRId64, ev,
		clock_mono_us(), clock_now_ms());
}

static void end(struct sim_record *r)
{
	ssize_t n;

	buf_adds(&r->line, "}\n");
	if (r->fd == -1)
		return;
	do
		n = write(r->fd, r->line.data, r->line.len);
	while (n == -1 && errno == EINTR);
	if (n == (ssize_t)r->line.len || r->broken)
		return;
	r->broken = true;
	log_error("sim log=broken why=%s", n == -1 ? strerror(errno) : "short write");
}

static const char *alphabet_name(enum pdu_alphabet a)
{
	switch (a) {
	case PDU_GSM7:
		return "gsm7";
	case PDU_8BIT:
		return "8bit";
	default:
		return "ucs2";
	}
}

static char *text_of(const struct pdu *p)
{
	struct buf text;
	char *out;

	buf_init(&text, 4096);
	if (p->has_text)
		pdu_text(p->units, p->unit_count, &text);
	out = strdup(buf_str(&text));
	if (out == NULL)
		abort();
	buf_free(&text);
	return out;
}

static void put_part(struct buf *out, const struct pdu *p, const char *text)
{
	put_string(out, "text", text);
	put_string(out, "alphabet", alphabet_name(p->alphabet));
	put_number(out, "part", p->ref_bits ? (int64_t)p->part : 1);
	put_number(out, "parts", p->ref_bits ? (int64_t)p->parts : 1);
	if (p->ref_bits)
		put_number(out, "ref", (int64_t)p->ref);
	else
		buf_adds(out, ",\"ref\":null");
	put_number(out, "dcs", p->dcs);
}

/* What refused, lost and submit lines share. */
static void put_submit(struct buf *out, const struct sim_submit *m, const char *text)
{
	char key[SIM_NUMBER_MAX];

	sim_number_key(m->pdu->address.number, key);
	put_number(out, "modem", m->modem);
	put_string(out, "from", m->from);
	put_string(out, "to", key);
	put_string(out, "dialled", m->pdu->address.number);
	put_part(out, m->pdu, text);
	put_number(out, "mr", m->mr);
	buf_addf(out, ",\"srr\":%s", m->pdu->srr ? "true" : "false");
	if (m->pdu->vp_form == PDU_VP_RELATIVE)
		put_number(out, "vp_minutes", pdu_vp_minutes(m->pdu->vp[0]));
	put_time(out, "t_cmd", m->t_cmd);
	put_time(out, "t_prompt", m->t_prompt);
	put_time(out, "t_data", m->t_data);
}

static void ring_grow(struct sim_record *r)
{
	size_t room = r->room ? 2 * r->room : 256;

	if (r->last <= r->room || r->room == SIM_HISTORY)
		return;
	if (room > SIM_HISTORY)
		room = SIM_HISTORY;
	r->ring = reallocarray(r->ring, room, sizeof *r->ring);
	if (r->ring == NULL)
		abort();
	memset(r->ring + r->room, 0, (room - r->room) * sizeof *r->ring);
	r->room = room;
}

static void remember(struct sim_record *r, const struct sim_submit *m, char *text, int64_t now)
{
	struct entry *e;

	ring_grow(r);
	e = &r->ring[(r->last - 1) % SIM_HISTORY];
	free(e->text);
	memset(e, 0, sizeof *e);
	e->id = r->last;
	e->modem = m->modem;
	snprintf(e->from, sizeof e->from, "%s", m->from);
	sim_number_key(m->pdu->address.number, e->to);
	e->text = text;
	e->alphabet = m->pdu->alphabet;
	e->ref_bits = m->pdu->ref_bits;
	e->ref = m->pdu->ref;
	e->part = m->pdu->ref_bits ? m->pdu->part : 1;
	e->parts = m->pdu->ref_bits ? m->pdu->parts : 1;
	e->mr = m->mr;
	e->srr = m->pdu->srr;
	e->t = now;
	e->t_answer = m->answered_now ? now : 0;
}

static struct entry *entry_of(const struct sim_record *r, uint64_t id)
{
	struct entry *e;

	if (id == 0 || id > r->last)
		return NULL;
	e = &r->ring[(id - 1) % SIM_HISTORY];
	return e->id == id ? e : NULL;
}

uint64_t sim_record_submit(struct sim_record *r, const struct sim_submit *m)
{
	char *text = text_of(m->pdu);
	int64_t now = clock_mono_us();

	r->last++;
	begin(r, "submit");
	put_number(&r->line, "id", (int64_t)r->last);
	put_submit(&r->line, m, text);
	put_time(&r->line, "t_answer", m->answered_now ? now : 0);
	end(r);
	remember(r, m, text, now);
	return r->last;
}

void sim_record_answer(struct sim_record *r, uint64_t id, const char *result)
{
	struct entry *e = entry_of(r, id);

	if (e != NULL && strcmp(result, "none") != 0)
		e->t_answer = clock_mono_us();
	begin(r, "answer");
	put_number(&r->line, "id", (int64_t)id);
	put_string(&r->line, "result", result);
	end(r);
}

void sim_record_not_taken(
	struct sim_record *r, const struct sim_submit *m, const char *ev, int code)
{
	char *text = text_of(m->pdu);

	begin(r, ev);
	put_submit(&r->line, m, text);
	if (code >= 0)
		put_number(&r->line, "cms", code);
	end(r);
	free(text);
}

void sim_record_report(struct sim_record *r, uint64_t id, uint8_t status, bool sent)
{
	struct entry *e = entry_of(r, id);

	if (e != NULL) {
		e->status = status;
		e->reported = true;
	}
	begin(r, "report");
	put_number(&r->line, "id", (int64_t)id);
	put_number(&r->line, "status", status);
	put_string(&r->line, "outcome", pdu_outcome_name(pdu_outcome(status)));
	buf_addf(&r->line, ",\"sent\":%s", sent ? "true" : "false");
	end(r);
}

void sim_record_heard(struct sim_record *r, const char *number, const char *from, const char *text,
	const char *code)
{
	begin(r, "heard");
	put_string(&r->line, "number", number);
	put_string(&r->line, "from", from);
	put_string(&r->line, "text", text);
	put_string(&r->line, "code", code);
	end(r);
}

void sim_record_deliver(struct sim_record *r, int modem, const char *how, const char *hex)
{
	struct pdu p;
	char *text;

	begin(r, "deliver");
	put_number(&r->line, "modem", modem);
	put_string(&r->line, "how", how);
	if (pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p) == PDU_OK) {
		text = text_of(&p);
		put_string(&r->line, "from", p.address.number);
		put_part(&r->line, &p, text);
		free(text);
	}
	end(r);
}

void sim_record_call(
	struct sim_record *r, int modem, const char *what, const char *number, const char *text)
{
	char key[SIM_NUMBER_MAX];

	sim_number_key(number, key);
	begin(r, "call");
	put_number(&r->line, "modem", modem);
	put_string(&r->line, "what", what);
	put_string(&r->line, "number", key);
	put_string(&r->line, "text", text);
	end(r);
}

void sim_record_fault(struct sim_record *r, int modem, const char *name, unsigned cmgs)
{
	begin(r, "fault");
	put_number(&r->line, "modem", modem);
	put_string(&r->line, "name", name);
	put_number(&r->line, "cmgs", cmgs);
	end(r);
}

static void put_entry(struct buf *out, const struct entry *e)
{
	buf_addf(out, "{\"id\":%" PRIu64 ",\"modem\":%d", e->id, e->modem);
	put_string(out, "from", e->from);
	put_string(out, "to", e->to);
	put_string(out, "text", e->text);
	put_string(out, "alphabet", alphabet_name(e->alphabet));
	put_number(out, "part", e->part);
	put_number(out, "parts", e->parts);
	if (e->ref_bits)
		put_number(out, "ref", e->ref);
	put_number(out, "mr", e->mr);
	buf_addf(out, ",\"srr\":%s", e->srr ? "true" : "false");
	put_time(out, "t", e->t);
	put_time(out, "t_answer", e->t_answer);
	put_string(out, "state", e->reported ? pdu_outcome_name(pdu_outcome(e->status)) : "taken");
	buf_addc(out, '}');
}

void sim_record_messages(
	const struct sim_record *r, uint64_t since, size_t max, struct buf *out, uint64_t *last)
{
	uint64_t first = since > r->forgotten ? since : r->forgotten;
	size_t n = 0;

	if (r->last > SIM_HISTORY && first < r->last - SIM_HISTORY)
		first = r->last - SIM_HISTORY;
	*last = first;
	buf_addc(out, '[');
	for (uint64_t id = first + 1; id <= r->last && n < max; id++, n++) {
		if (n > 0)
			buf_addc(out, ',');
		put_entry(out, &r->ring[(id - 1) % SIM_HISTORY]);
		*last = id;
	}
	buf_addc(out, ']');
}

uint64_t sim_record_count(const struct sim_record *r)
{
	return r->last;
}

void sim_record_clear(struct sim_record *r)
{
	r->forgotten = r->last;
}
