/* helper_dialogue.c - see helper_dialogue.h. */
#include "helper_dialogue.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver.h"
#include "pdu.h"
#include "text.h"

#include "banned.h"

enum { TESTS_MAX = 600, QUEUE = 200, TEXT = 3000, ANSWERS = 60 };

struct section {
	char name[160];
	const char *before; /* the lines in front of the first section */
	char *text;
};

struct queue {
	char item[QUEUE][TEXT];
	size_t from, to;
};

struct world {
	struct driver driver;
	struct queue out, events,
		told; /* told: bytes the modem says when the driver has ended its turn */
	char answers[ANSWERS][2][TEXT];
	size_t answer_count;
	int64_t now, open_at;
	bool open, stuck, starting, power;
	int64_t absent_until;
	size_t stuck_bytes;
	char half[TEXT]; /* bytes of the driver without an end yet */
	struct modem_config config;
	struct driver_audio audio;
	bool has_audio;
	char words[8][64];
	char list[120], spoken[TEXT]; /* of AT+CLCC; the text of the call */
	const char *line, *awaited, *never;
	char history[400], cures[200];
	int number;
};

static void push(struct queue *q, const char *s)
{
	assert_true(q->to < QUEUE);
	snprintf(q->item[q->to++], TEXT, "%s", s);
}

static const char *head(const struct queue *q)
{
	return q->from < q->to ? q->item[q->from] : NULL;
}

static void pop(struct queue *q)
{
	if (++q->from == q->to)
		q->from = q->to = 0;
}

static void broken(const struct world *w, const char *why, const char *got)
{
	print_error("line %d: %s\n  %s\n  got: %s\n", w->number, w->line, why,
		got == NULL ? "nothing" : got);
	fail();
}

/* What the driver calls */

static size_t port_write(void *arg, const char *bytes, size_t n)
{
	struct world *w = arg;

	assert_true(w->open);
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(w->half);

		if (bytes[i] == '\r' || bytes[i] == 0x1A || bytes[i] == 0x1B) {
			if (bytes[i] == 0x1B)
				snprintf(w->half + used, TEXT - used, "ESC");
			else if (bytes[i] == 0x1A)
				snprintf(w->half + used, TEXT - used, "^Z");
			if (w->never != NULL && strcmp(w->half, w->never) == 0)
				broken(w, "this must never be written", w->half);
			push(&w->out, w->half);
			w->half[0] = '\0';
		} else {
			assert_in_range(bytes[i], 0x20, 0x7E);
			w->half[used] = bytes[i];
			w->half[used + 1] = '\0';
		}
	}
	w->stuck_bytes += w->stuck ? n : 0;
	return w->stuck_bytes;
}

static void port_open(void *arg, int64_t in_ms)
{
	struct world *w = arg;

	w->open = false;
	w->open_at = w->now + in_ms;
}

static void port_power(void *arg)
{
	struct world *w = arg;

	push(&w->events, "power");
	port_open(arg, 5000);
}

static void on_part(void *arg, const struct modem_part *p)
{
	char s[200], mr[20] = "", code[20] = "";

	if (p->mr != AT_NONE)
		snprintf(mr, sizeof mr, " mr=%d", p->mr);
	if (p->code != AT_NONE)
		snprintf(code, sizeof code, " code=%d", p->code);
	snprintf(s, sizeof s, "part %d %u/%u %s%s%s%s%s", (int)p->id, p->part, p->parts,
		verdict_name(p->verdict), mr, code, p->verdict == VERDICT_SENT ? "" : " ",
		p->verdict == VERDICT_SENT ? "" : atcode_class_name(p->class));
	push(&((struct world *)arg)->events, s);
}

static void on_done(void *arg, int64_t id, enum verdict worst, const struct modem_part *last)
{
	char s[100];

	assert_int_equal(last->id, id);
	snprintf(s, sizeof s, "done %d %s", (int)id, verdict_name(worst));
	push(&((struct world *)arg)->events, s);
}

static void on_late(void *arg, int64_t id, unsigned part, int mr)
{
	char s[100];

	snprintf(s, sizeof s, "late %d %u mr=%d", (int)id, part, mr);
	push(&((struct world *)arg)->events, s);
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	char s[1200];
	struct buf text;

	buf_init(&text, 1000);
	if (in->pdu == NULL) {
		snprintf(s, sizeof s, "unreadable %d %s", (int)in->token, pdu_rc_name(in->reason));
	} else if (in->pdu->dir == PDU_STATUS) {
		snprintf(s, sizeof s, "report %d mr=%u %s", (int)in->token, in->pdu->mr,
			pdu_outcome_name(pdu_outcome(in->pdu->status)));
	} else {
		pdu_text(in->pdu->units, in->pdu->unit_count, &text);
		snprintf(s, sizeof s, "inbound %d %s %s", (int)in->token, in->pdu->address.number,
			buf_str(&text));
	}
	buf_free(&text);
	push(&((struct world *)arg)->events, s);
}

static void on_state(void *arg, const struct modem_health *h)
{
	struct world *w = arg;
	size_t used = strlen(w->history);

	snprintf(w->history + used, sizeof w->history - used, "%s%s", used > 0 ? " " : "",
		modem_state_name(h->state));
}

static void on_alarm(void *arg, enum modem_alarm alarm, bool on)
{
	char s[100];

	snprintf(s, sizeof s, "alarm %s %s", modem_alarm_name(alarm), on ? "on" : "off");
	push(&((struct world *)arg)->events, s);
}

static void on_pin(void *arg, const char *iccid)
{
	char s[100];

	snprintf(s, sizeof s, "pin %s", iccid);
	push(&((struct world *)arg)->events, s);
}

static void on_key(void *arg, int64_t id, char key)
{
	char s[100];

	snprintf(s, sizeof s, "key %d %c", (int)id, key);
	push(&((struct world *)arg)->events, s);
}

static void on_call(void *arg, const struct modem_call_result *r)
{
	char s[200], cause[20] = "", key[4] = "";

	if (r->cause != AT_NONE)
		snprintf(cause, sizeof cause, " cause=%d", r->cause);
	if (r->key != 0)
		snprintf(key, sizeof key, " %c", r->key);
	snprintf(s, sizeof s, "call %d %s%s%s%s%s", (int)r->id, modem_call_end_name(r->end), key,
		cause, r->end == MODEM_CALL_FAILED ? " " : "",
		r->end == MODEM_CALL_FAILED ? atcode_class_name(r->class) : "");
	push(&((struct world *)arg)->events, s);
}

static void on_ring(void *arg, const char *number)
{
	char s[200];

	snprintf(s, sizeof s, "ring %s", number[0] == '\0' ? "?" : number);
	push(&((struct world *)arg)->events, s);
}

static void audio_open(void *arg, bool listen)
{
	push(&((struct world *)arg)->events, listen ? "audio open listening" : "audio open");
}

static void audio_say(void *arg, const struct modem_sound *sound)
{
	char s[100];

	snprintf(s, sizeof s, "audio say %zu", sound->count);
	push(&((struct world *)arg)->events, s);
}

static void audio_stop(void *arg)
{
	push(&((struct world *)arg)->events, "audio stop");
}

static void audio_close(void *arg)
{
	push(&((struct world *)arg)->events, "audio close");
}

static void on_ussd(void *arg, enum modem_ussd_end end, const char *text)
{
	static const char *const ends[] = { "answered", "unsupported", "failed" };
	char s[1200];

	snprintf(s, sizeof s, "ussd %s%s%s", ends[end], text[0] != '\0' ? " " : "", text);
	for (char *at = s; (at = strchr(at, '\n')) != NULL;)
		*at = '|';
	push(&((struct world *)arg)->events, s);
}

static void on_cure(void *arg, const char *cure)
{
	struct world *w = arg;
	size_t used = strlen(w->cures);

	snprintf(w->cures + used, sizeof w->cures - used, "%s%s", used > 0 ? " " : "", cure);
}

static const struct modem_events events = { .on_part = on_part,
	.on_done = on_done,
	.on_late = on_late,
	.on_inbound = on_inbound,
	.on_state = on_state,
	.on_alarm = on_alarm,
	.on_pin = on_pin,
	.on_ussd = on_ussd,
	.on_cure = on_cure,
	.on_key = on_key,
	.on_call = on_call,
	.on_ring = on_ring };

/* The modem that answers when the script does not */

static const char *const standard[][2] = {
	{ "AT+CGMI", "ACME|OK" },
	{ "AT+CGMM", "Testmodem 1|OK" },
	{ "AT+CGMR", "R1.0 OK BUILD|OK" },
	{ "AT+CGSN", "860000000138001|OK" },
	{ "AT+CFUN?", "+CFUN: 1|OK" },
	{ "AT+CPIN?", "+CPIN: READY|OK" },
	{ "AT+CIMI", "460990000138001|OK" },
	{ "AT+CCID", "+CCID: 8986000000000013800F|OK" },
	{ "AT+CSMS?", "+CSMS: 0,1,1,1|OK" },
	{ "AT+CPMS=?", "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")|OK" },
	{ "AT+CPMS?", "+CPMS: \"SM\",0,50,\"SM\",0,50,\"SM\",0,50|OK" },
	{ "AT+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS: 0,50,0,50,0,50|OK" },
	{ "AT+CNMI=?", "+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)|OK" },
	{ "AT+CNMI?", "+CNMI: 2,1,0,1,0|OK" },
	{ "AT+CSCA?", "+CSCA: \"+8613800000500\",145|OK" },
	{ "AT+CMMS=?", "+CMMS: (0-2)|OK" },
	{ "AT+CREG?", "+CREG: 1,1|OK" },
	{ "AT+CEREG?", "+CEREG: 1,0|OK" },
	{ "AT+COPS?", "+COPS: 0,0,\"CHINA MOBILE\",7|OK" },
	{ "AT+CSQ", "+CSQ: 22,99|OK" },
	{ "AT+GCAP", "+GCAP: +CGSM|OK" },
	{ "AT+CMGF?", "+CMGF: 0|OK" },
	{ "AT+CEER", "+CEER: No cause information available|OK" },
	{ "AT+CPINR=\"SIM PIN\"", "+CPINR: SIM PIN,3,3|OK" },
};

static const char *answer_to(const struct world *w, const char *command)
{
	if (strcmp(command, "AT+CLCC") == 0 && w->list[0] != '\0')
		return w->list;
	for (size_t i = w->answer_count; i-- > 0;)
		if (strcmp(w->answers[i][0], command) == 0)
			return w->answers[i][1];
	for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
		if (strcmp(standard[i][0], command) == 0)
			return standard[i][1];
	return "OK";
}

static void say(struct world *w, const char *bytes)
{
	driver_bytes(&w->driver, w->now, bytes, strlen(bytes));
}

static void answer(struct world *w, const char *command)
{
	char all[TEXT], *rest = all, *line;
	char bytes[TEXT + 8];

	snprintf(all, sizeof all, "%s", answer_to(w, command));
	if (strcmp(all, "-") == 0)
		return;
	while ((line = strsep(&rest, "|")) != NULL) {
		snprintf(bytes, sizeof bytes, "\r\n%s\r\n", line);
		say(w, bytes);
	}
}

static bool is_chore(const char *command)
{
	static const char *const chores[] = { "AT+CSQ", "AT+CPMS?", "AT+CREG?", "AT+CEREG?",
		"AT+CGREG?", "AT+COPS?", "AT+CNMI?", "AT+CLCC", "AT+CEER" };

	for (size_t i = 0; i < sizeof chores / sizeof *chores; i++)
		if (strcmp(command, chores[i]) == 0)
			return true;
	return false;
}

/* Answers what the script need not see. */
static void serve(struct world *w)
{
	char command[TEXT];
	const char *first;

	while ((first = head(&w->out)) != NULL && (w->starting || is_chore(first))) {
		if (w->awaited != NULL && strcmp(first, w->awaited) == 0)
			return;
		if (w->starting && strncmp(first, "AT", 2) != 0 && strcmp(first, "ESC") != 0)
			return;
		snprintf(command, sizeof command, "%s", first);
		pop(&w->out);
		if (strcmp(command, "ESC") != 0)
			answer(w, command);
	}
}

static void pass(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;

	for (;;) {
		int64_t due = driver_deadline(&w->driver);

		serve(w);
		due = driver_deadline(&w->driver);
		if (!w->open && w->open_at < due)
			due = w->open_at;
		if (due > end)
			break;
		w->now = due > w->now ? due : w->now;
		if (!w->open && w->open_at <= w->now && w->now < w->absent_until) {
			driver_lost(&w->driver, w->now);
		} else if (!w->open && w->open_at <= w->now) {
			w->open = true;
			driver_opened(&w->driver, w->now, 0);
		} else {
			driver_tick(&w->driver, w->now);
		}
	}
	w->now = end;
	serve(w);
}

/* The words of a script */

static bool word(const char *args, const char *key, char *out, size_t max)
{
	size_t n = strlen(key);

	for (const char *s = args; (s = strstr(s, key)) != NULL; s++)
		if ((s == args || s[-1] == ' ') && s[n] == '=') {
			snprintf(out, max, "%.*s", (int)strcspn(s + n + 1, " "), s + n + 1);
			return true;
		}
	return false;
}

static int number_word(const char *args, const char *key, int otherwise)
{
	char value[40];

	return word(args, key, value, sizeof value) ? (int)strtol(value, NULL, 0) : otherwise;
}

static void do_config(struct world *w, const char *args)
{
	struct modem_config *c = &w->config;

	if (word(args, "pin", w->words[0], sizeof w->words[0]))
		c->pin = w->words[0];
	if (word(args, "smsc", w->words[1], sizeof w->words[1]))
		c->smsc = w->words[1];
	if (word(args, "iccid", w->words[2], sizeof w->words[2]))
		c->iccid = w->words[2];
	if (word(args, "call_file", w->words[5], sizeof w->words[5]))
		c->call_file = w->words[5];
	c->voice = number_word(args, "voice", c->voice) != 0;
	w->has_audio = number_word(args, "audio", w->has_audio) != 0;
	c->pace_ms = number_word(args, "pace", c->pace_ms);
	c->part_pace_ms = number_word(args, "part_pace", c->part_pace_ms);
	c->max_parts = number_word(args, "max_parts", c->max_parts);
	c->validity_min = number_word(args, "validity", c->validity_min);
	c->gap_ms = number_word(args, "gap", c->gap_ms);
	c->roaming = number_word(args, "roaming", 0) != 0;
	c->no_reports = number_word(args, "no_reports", 0) != 0;
	if (word(args, "profile", w->words[3], sizeof w->words[3]))
		c->profile = w->words[3];
	if (word(args, "device", w->words[4], sizeof w->words[4]))
		c->device = w->words[4];
	w->power = number_word(args, "power", 0) != 0;
}

static void do_answer(struct world *w, const char *args)
{
	const char *bar = strstr(args, " | ");

	assert_true(bar != NULL && w->answer_count < ANSWERS);
	snprintf(w->answers[w->answer_count][0], TEXT, "%.*s", (int)(bar - args), args);
	snprintf(w->answers[w->answer_count][1], TEXT, "%s", bar + 3);
	for (char *s = w->answers[w->answer_count][1]; (s = strstr(s, " | ")) != NULL; s++) {
		*s = '|';
		memmove(s + 1, s + 3, strlen(s + 3) + 1);
	}
	w->answer_count++;
}

static void prepare(struct world *w)
{
	struct driver_port port = { port_write, port_open, w->power ? port_power : NULL, w };

	driver_init(&w->driver, &w->config, &port, &events, w);
	w->audio = (struct driver_audio){ audio_open, audio_say, audio_stop, audio_close, w };
	if (w->has_audio)
		w->driver.audio = &w->audio;
	driver_begin(&w->driver, w->now);
}

static void begin(struct world *w)
{
	prepare(w);
	w->open = true;
	driver_opened(&w->driver, w->now, 0);
}

static void do_start(struct world *w, const char *args)
{
	(void)args;
	begin(w);
	w->starting = true;
	for (int i = 0; i < 100 && w->driver.health.state != MODEM_READY; i++)
		pass(w, 500);
	pass(w, 100);
	w->starting = false;
	if (w->driver.health.state != MODEM_READY)
		broken(w, "the start ends in another state",
			modem_state_name(w->driver.health.state));
}

/* Runs the start with answers, to wherever it leads in 60 s. */
static void do_try(struct world *w, const char *args)
{
	begin(w);
	w->starting = true;
	pass(w, args[0] != '\0' ? strtol(args, NULL, 10) : 60000);
	w->starting = false;
}

static void do_open(struct world *w, const char *args)
{
	(void)args;
	begin(w);
}

static void do_serve(struct world *w, const char *args)
{
	w->starting = strcmp(args, "on") == 0;
}

static void do_lost(struct world *w, const char *args)
{
	(void)args;
	driver_lost(&w->driver, w->now);
	w->half[0] = '\0';
}

static void do_stuck(struct world *w, const char *args)
{
	(void)args;
	w->stuck = true;
}

static void do_drained(struct world *w, const char *args)
{
	(void)args;
	w->stuck = false;
	w->stuck_bytes = 0;
	driver_drained(&w->driver, w->now);
}

static void check_pdu(struct world *w, const char *args, const char *hex)
{
	struct pdu p;
	struct buf text;
	char want[TEXT], got[TEXT];

	if (pdu_decode(hex, strlen(hex) - 2, PDU_WITH_SMSC, &p) != PDU_OK || p.dir != PDU_SUBMIT)
		broken(w, "not a SUBMIT", hex);
	buf_init(&text, TEXT);
	pdu_text(p.units, p.unit_count, &text);
	if (word(args, "text", want, sizeof want) && strcmp(want, buf_str(&text)) != 0)
		broken(w, "another text", buf_str(&text));
	buf_free(&text);
	snprintf(got, sizeof got, "%u/%u", p.part, p.parts);
	if (word(args, "part", want, sizeof want) && strcmp(want, got) != 0)
		broken(w, "another part", got);
	snprintf(got, sizeof got, "%u", p.ref);
	if (word(args, "ref", want, sizeof want) && strcmp(want, got) != 0)
		broken(w, "another reference", got);
	if (word(args, "to", want, sizeof want) && strcmp(want, p.address.number) != 0)
		broken(w, "another number", p.address.number);
	if (word(args, "smsc", want, sizeof want) && strcmp(want, p.smsc.number) != 0)
		broken(w, "another centre", p.smsc.number);
	snprintf(got, sizeof got, p.vp_form == PDU_VP_NONE ? "none" : "%u", p.vp[0]);
	if (word(args, "vp", want, sizeof want) && strcmp(want, got) != 0)
		broken(w, "another validity", got);
	snprintf(got, sizeof got, "%u", p.dcs);
	if (word(args, "dcs", want, sizeof want) && strcmp(want, got) != 0)
		broken(w, "another coding", got);
	snprintf(got, sizeof got, "%u", p.srr);
	if (word(args, "srr", want, sizeof want) && strcmp(want, got) != 0)
		broken(w, "report asked for or not", got);
}

/* "AT+CTTS=1, 请接单。": a beginning, and a text that goes out as UCS-2 in hex and quotes. */
static void check_say(struct world *w, const char *args, const char *got)
{
	char want[TEXT];
	const char *text = strchr(args, ' ') + 1, *end = text + strlen(text);
	size_t used;

	used = (size_t)snprintf(want, sizeof want, "%.*s\"", (int)(text - args) - 1, args);
	while (text < end)
		used += (size_t)snprintf(
			want + used, sizeof want - used, "%04X", text_next(&text, end));
	snprintf(want + used, sizeof want - used, "\"");
	if (strcmp(want, got) != 0)
		broken(w, "something else is said", got);
}

static void do_written(struct world *w, const char *args)
{
	const char *first;

	/* A chore that comes first is served, unless it is what the line wants. */
	while ((first = head(&w->out)) != NULL && is_chore(first) && strcmp(first, args) != 0) {
		char command[TEXT];

		snprintf(command, sizeof command, "%s", first);
		pop(&w->out);
		answer(w, command);
	}
	if (first == NULL)
		broken(w, "nothing was written", NULL);
	if (strncmp(args, "PDU", 3) == 0)
		check_pdu(w, args + 3, first);
	else if (strncmp(args, "SAY ", 4) == 0)
		check_say(w, args + 4, first);
	else if (strcmp(first, args) != 0)
		broken(w, "something else was written", first);
	pop(&w->out);
}

static void do_line(struct world *w, const char *args)
{
	char bytes[TEXT + 8];

	snprintf(bytes, sizeof bytes, "\r\n%s\r\n", args);
	say(w, bytes);
}

static void do_bytes(struct world *w, const char *args)
{
	char bytes[TEXT];
	size_t n = 0;

	for (; *args != '\0'; args++) {
		char hex[3] = { 0 };

		if (*args != '\\') {
			bytes[n++] = *args;
		} else if (args[1] == 'x') {
			memcpy(hex, args + 2, 2);
			bytes[n++] = (char)strtol(hex, NULL, 16);
			args += 3;
		} else {
			args++;
			bytes[n++] = *args == 'r' ? '\r' : *args == 'n' ? '\n' : *args;
		}
	}
	driver_bytes(&w->driver, w->now, bytes, n);
}

static void do_pdu(struct world *w, const char *args)
{
	struct pdu_message m = { .smsc = "+8613800000500", .dcs = -1, .vp = -1 };
	struct pdu_split split;
	char number[64], hex[PDU_HEX_MAX + 1], which[32] = "1/1";
	const char *text = strchr(args, ' ') + 1;
	size_t n = strcspn(text, " "), len;
	unsigned long part, parts;

	snprintf(number, sizeof number, "%.*s", (int)(text - args) - 1, args);
	m.number = number;
	m.ref = (unsigned)number_word(args, "ref", 0);
	pdu_time_of_ms(1773037508000 + w->now / 1000 * 1000, 480, &m.scts);
	assert_int_equal(pdu_split(text, n, PDU_AUTO, 8, 255, &split), PDU_OK);
	word(args, "part", which, sizeof which);
	part = strtoul(which, NULL, 10);
	parts = strtoul(strchr(which, '/') + 1, NULL, 10);
	assert_true(part > 0 && parts == 1);
	assert_int_equal(pdu_encode_deliver(&m, text, &split, 1, hex, &len), PDU_OK);
	do_line(w, hex);
}

static void do_report(struct world *w, const char *args)
{
	struct pdu_report r = { .mr = (uint8_t)number_word(args, "mr", 0),
		.status = (uint8_t)number_word(args, "status", 0) };
	char number[64], hex[PDU_HEX_MAX + 1];
	size_t n;

	snprintf(number, sizeof number, "%.*s", (int)strcspn(args, " "), args);
	r.number = number;
	pdu_time_of_ms(1773037508000, 480, &r.scts);
	pdu_time_of_ms(1773037518000, 480, &r.dt);
	assert_int_equal(pdu_encode_status(&r, hex, &n), PDU_OK);
	do_line(w, hex);
}

static void do_wait(struct world *w, const char *args)
{
	pass(w, strtol(args, NULL, 10));
}

static void do_await(struct world *w, const char *args)
{
	int64_t end = w->now + strtol(args, NULL, 10);

	w->awaited = strchr(args, ' ') + 1;
	w->starting = true;
	while (w->now < end && (head(&w->out) == NULL || strcmp(head(&w->out), w->awaited) != 0))
		pass(w, 10);
	w->starting = false;
	if (head(&w->out) == NULL || strcmp(head(&w->out), w->awaited) != 0)
		broken(w, "it did not come", head(&w->out));
	w->awaited = NULL;
	pop(&w->out);
}

static const char *const rcs[] = { "taken", "busy", "not-ready", "unfit" };

static void send_it(struct world *w, const char *args, const char *want)
{
	char to[64], text[TEXT];
	struct modem_message m = { .id = strtol(args, NULL, 10),
		.ref = (unsigned)number_word(args, "ref", 0),
		.first_part = (unsigned)number_word(args, "first", 0),
		.validity_min = number_word(args, "valid", 0),
		.flash = strstr(args, " flash") != NULL,
		.more = strstr(args, " more") != NULL };
	const char *at = strchr(args, ' ') + 1;
	enum pdu_rc why;
	enum modem_rc rc;
	int times = number_word(args, "times", 1);
	size_t used = 0;

	snprintf(to, sizeof to, "%.*s", (int)strcspn(at, " "), at);
	at = strchr(at, ' ') + 1;
	for (int i = 0; i < times; i++)
		used += (size_t)snprintf(
			text + used, sizeof text - used, "%.*s", (int)strcspn(at, " "), at);
	m.to = to;
	m.text = text;
	rc = driver_send(&w->driver, w->now, &m, &why);
	if (strcmp(rcs[rc], want) != 0)
		broken(w, "another answer", rcs[rc]);
}

static void do_send(struct world *w, const char *args)
{
	send_it(w, args, "taken");
}

static void do_send_but(struct world *w, const char *args)
{
	char want[32];

	snprintf(want, sizeof want, "%.*s", (int)strcspn(args, " "), args);
	send_it(w, strchr(args, ' ') + 1, want);
}

/* The keys of a call as the voice menu has them, with words that are short. */
static const struct modem_call_key menu[] = {
	{ .key = '0', .act = MODEM_KEY_ENDS, .say = "" },
	{ .key = '7', .act = MODEM_KEY_ENDS, .say = "已报民警。" },
	{ .key = '1', .act = MODEM_KEY_WAITS, .say = "已接单。" },
	{ .key = '*', .act = MODEM_KEY_SAYS, .say = "" },
	{ .key = '2', .act = MODEM_KEY_SAYS, .say = "请用短信回复。" },
	{ .key = '#', .act = MODEM_KEY_SAYS, .say = "请用短信回复。" },
};

static void call_it(struct world *w, const char *args, const char *want)
{
	static const int16_t silence[800];
	char to[64];
	const char *at = strchr(args, ' ') + 1, *text = strchr(at, ' ') + 1;
	struct modem_call call = { .id = strtol(args, NULL, 10),
		.to = to,
		.text = w->spoken,
		.keys = menu,
		.key_count = sizeof menu / sizeof *menu,
		.plays = number_word(args, "plays", 0) };
	enum modem_rc rc;

	snprintf(to, sizeof to, "%.*s", (int)strcspn(at, " "), at);
	snprintf(w->spoken, sizeof w->spoken, "%.*s", (int)strcspn(text, " "), text);
	if (strstr(args, " mute") == NULL)
		call.sound = (struct modem_sound){ silence, sizeof silence / sizeof *silence };
	rc = driver_call(&w->driver, w->now, &call);
	if (strcmp(rcs[rc], want) != 0)
		broken(w, "another answer", rcs[rc]);
}

static void do_call(struct world *w, const char *args)
{
	call_it(w, args, "taken");
}

static void do_call_but(struct world *w, const char *args)
{
	char want[32];

	snprintf(want, sizeof want, "%.*s", (int)strcspn(args, " "), args);
	call_it(w, strchr(args, ' ') + 1, want);
}

static void do_list(struct world *w, const char *args)
{
	static const struct {
		const char *word, *answer;
	} lists[] = {
		{ "none", "OK" },
		{ "error", "ERROR" },
		{ "silence", "-" },
		{ "dialing", "+CLCC: 1,0,2,0,0,\"13800138001\",129|OK" },
		{ "alerting", "+CLCC: 1,0,3,0,0,\"13800138001\",129|OK" },
		{ "active", "+CLCC: 1,0,0,0,0,\"13800138001\",129|OK" },
		{ "data", "+CLCC: 1,0,0,1,0,\"\",128|OK" },
		{ "incoming", "+CLCC: 1,1,4,0,0,\"13800138006\",129|OK" },
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i].word, args) == 0) {
			snprintf(w->list, sizeof w->list, "%s", lists[i].answer);
			return;
		}
	broken(w, "no such list", NULL);
}

static void do_heard(struct world *w, const char *args)
{
	driver_key(&w->driver, w->now, args[0]);
}

static void do_spoken(struct world *w, const char *args)
{
	(void)args;
	driver_spoken(&w->driver, w->now);
}

static void do_room(struct world *w, const char *args)
{
	char got[20];

	snprintf(got, sizeof got, "%s%s%s", driver_can_send(&w->driver) ? "sms" : "",
		driver_can_send(&w->driver) && driver_can_call(&w->driver) ? " " : "",
		driver_can_call(&w->driver) ? "call" : "");
	if (strcmp(got[0] == '\0' ? "none" : got, args) != 0)
		broken(w, "room for something else", got);
}

static void do_commit(struct world *w, const char *args)
{
	driver_committed(&w->driver, w->now, strtol(args, NULL, 10));
}

static void do_left(struct world *w, const char *args)
{
	driver_left(&w->driver, w->now, strtol(args, NULL, 10));
}

static void do_pin(struct world *w, const char *args)
{
	driver_pin(&w->driver, w->now, strcmp(args, "yes") == 0);
}

static void do_ussd(struct world *w, const char *args)
{
	if (!driver_ussd(&w->driver, w->now, args))
		broken(w, "it was refused", NULL);
}

static void do_ussd_but(struct world *w, const char *args)
{
	if (driver_ussd(&w->driver, w->now, args))
		broken(w, "it was taken", NULL);
}

static void do_reset(struct world *w, const char *args)
{
	(void)args;
	driver_reset(&w->driver, w->now);
}

static void do_absent(struct world *w, const char *args)
{
	w->absent_until = w->now + strtol(args, NULL, 10);
	if (w->open)
		do_lost(w, args);
	else
		prepare(w);
}

static void do_event(struct world *w, const char *args)
{
	const char *first = head(&w->events);

	if (first == NULL || strcmp(first, args) != 0)
		broken(w, "another event", first);
	pop(&w->events);
}

static void do_state(struct world *w, const char *args)
{
	const char *now = modem_state_name(w->driver.health.state);

	if (strcmp(now, args) != 0)
		broken(w, "another state", now);
}

static void do_never(struct world *w, const char *args)
{
	w->never = args;
}

static void do_history(struct world *w, const char *args)
{
	if (strcmp(w->history, args) != 0)
		broken(w, "other states", w->history);
}

static void do_quiet(struct world *w, const char *args)
{
	(void)args;
	serve(w);
	if (head(&w->out) != NULL)
		broken(w, "something was written", head(&w->out));
	if (head(&w->events) != NULL)
		broken(w, "an event was left", head(&w->events));
}

static void do_health(struct world *w, const char *args)
{
	const struct modem_health *h = &w->driver.health;
	char got[400];

	snprintf(got, sizeof got, "signal=%d operator=%s imei=%s iccid=%s store=%s,%d,%d smsc=%s",
		h->signal, h->operator_, h->imei, h->iccid, h->store, h->store_used, h->store_total,
		h->smsc);
	if (strcmp(got, args) != 0)
		broken(w, "another health", got);
}

static void do_cures(struct world *w, const char *args)
{
	if (strcmp(w->cures, args) != 0)
		broken(w, "other cures", w->cures);
}

static void do_info(struct world *w, const char *args)
{
	const struct modem_health *h = &w->driver.health;
	char got[200];

	snprintf(got, sizeof got, "profile=%s mean=%d technology=%d temperature=%d", h->profile,
		h->signal_mean, h->technology, h->temperature);
	if (strcmp(got, args) != 0)
		broken(w, "another health", got);
}

static const struct {
	const char *word;
	void (*act)(struct world *w, const char *args);
} acts[] = {
	{ "config", do_config },
	{ "answer", do_answer },
	{ "start", do_start },
	{ "try", do_try },
	{ "open", do_open },
	{ "serve", do_serve },
	{ "lost", do_lost },
	{ "stuck", do_stuck },
	{ "drained", do_drained },
	{ ">", do_written },
	{ "<", do_line },
	{ "<<", do_bytes },
	{ "<pdu", do_pdu },
	{ "<report", do_report },
	{ "wait", do_wait },
	{ "await", do_await },
	{ "send", do_send },
	{ "send!", do_send_but },
	{ "call", do_call },
	{ "call!", do_call_but },
	{ "list", do_list },
	{ "heard", do_heard },
	{ "spoken", do_spoken },
	{ "room", do_room },
	{ "commit", do_commit },
	{ "left", do_left },
	{ "pin", do_pin },
	{ "!", do_event },
	{ "state", do_state },
	{ "health", do_health },
	{ "quiet", do_quiet },
	{ "never", do_never },
	{ "history", do_history },
	{ "cures", do_cures },
	{ "info", do_info },
	{ "ussd", do_ussd },
	{ "ussd!", do_ussd_but },
	{ "reset", do_reset },
	{ "absent", do_absent },
};

static void act(struct world *w, const char *line)
{
	size_t n = strcspn(line, " ");

	w->line = line;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (strlen(acts[i].word) == n && strncmp(line, acts[i].word, n) == 0) {
			acts[i].act(w, line + n + (line[n] == ' '));
			return;
		}
	broken(w, "no such word", NULL);
}

static void play(struct world *w, char *text)
{
	char *line;

	w->number = 0;
	while ((line = strsep(&text, "\n")) != NULL) {
		w->number++;
		if (line[0] != '\0' && line[0] != '#')
			act(w, line);
	}
}

/* What a section configures comes before the start that stands in front of the sections. */
static void configure(struct world *w, const char *text)
{
	for (const char *at = text; (at = strstr(at, "config ")) != NULL; at++) {
		char line[200];

		if (at != text && at[-1] != '\n')
			continue;
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at + 7, "\n"), at + 7);
		do_config(w, line);
	}
}

static void dialogue(void **state)
{
	const struct section *s = *state;
	struct world *w = calloc(1, sizeof *w);
	char *before = strdup(s->before), *text = strdup(s->text);

	assert_true(w != NULL && before != NULL && text != NULL);
	w->config.gap_ms = -1;
	w->config.name = "test";
	w->now = 1000000;
	configure(w, s->text);
	play(w, before);
	play(w, text);
	w->line = "the end";
	do_quiet(w, "");
	driver_end(&w->driver, w->now);
	free(before);
	free(text);
	free(w);
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (f == NULL || text == NULL || fread(text, 1, (1 << 20) - 1, f) == 0) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return text;
}

/* tests/dialogues/luat/calls.txt: "luat/calls" */
static void name_of(const char *path, const char *title, size_t n, char out[160])
{
	const char *file = strrchr(path, '/'), *folder = file;

	while (folder > path && folder[-1] != '/')
		folder--;
	if (strncmp(folder, "modem/", 6) == 0)
		folder = file + 1;
	snprintf(out, 160, "%.*s: %.*s", (int)strcspn(folder, "."), folder, (int)n, title);
}

static struct section sections[TESTS_MAX];
static size_t section_count;
static char *files[64];
static size_t file_count;
static const char *wanted;

/* The text stays in memory: its first part belongs to each of its sections. */
static void load(const char *path)
{
	char *text = read_all(path), *at = strncmp(text, "=== ", 4) == 0 ? text : NULL;

	files[file_count++] = text;
	if (at == NULL)
		at = strstr(text, "\n=== ") + 1;
	while (at != NULL && section_count < TESTS_MAX) {
		struct section *s = &sections[section_count++];
		char *end = strchr(at, '\n'), *next = strstr(end, "\n=== ");

		name_of(path, at + 4, (size_t)(end - at) - 4, s->name);
		s->before = at == text ? "" : text;
		s->text = end + 1;
		at[0] = '\0';
		if (next != NULL)
			next[0] = '\0';
		at = next == NULL ? NULL : next + 1;
	}
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	size_t n = strlen(path), m = strlen(wanted);

	(void)st;
	(void)where;
	if (kind == FTW_F && n > m && strcmp(path + n - m, wanted) == 0 && file_count < 64) {
		files[file_count] = strdup(path);
		if (files[file_count++] == NULL)
			abort();
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dialogues_run(const char *group, const char *folder, const char *suffix)
{
	static struct CMUnitTest tests[TESTS_MAX];
	char *paths[64];
	size_t count;
	int failed;

	wanted = suffix;
	if (nftw(folder, visit, 8, FTW_PHYS) != 0 || file_count == 0) {
		fprintf(stderr, "%s: no dialogues\n", folder);
		return 1;
	}
	count = file_count;
	memcpy(paths, files, count * sizeof *paths);
	qsort(paths, count, sizeof *paths, by_name);
	file_count = 0;
	for (size_t i = 0; i < count; i++) {
		load(paths[i]);
		free(paths[i]);
	}
	for (size_t i = 0; i < section_count; i++)
		tests[i] = (struct CMUnitTest){ .name = sections[i].name,
			.test_func = dialogue,
			.initial_state = &sections[i] };
	failed = _cmocka_run_group_tests(group, tests, section_count, NULL, NULL);
	for (size_t i = 0; i < file_count; i++)
		free(files[i]);
	return failed == 0 ? 0 : 1;
}
