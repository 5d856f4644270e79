/*
 * Whatever a modem says, and whenever it goes silent, restarts or is pulled: only allowed
 * bytes go out, a PDU at most once per AT+CMGS and never without one, every message that was
 * taken ends exactly once, no part is told twice, nothing is deleted before it was committed,
 * and time always moves on.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "port.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world {
	struct driver driver;
	int64_t now, id, token, unsure_id; /* unsure_id: whose answer may come late */
	bool open, wants_open;
	bool prompted;  /* a CMGS was written and no PDU since */
	bool in_flight; /* a message was taken and has not ended */
	bool calling;   /* a call likewise */
	unsigned keys;  /* that counted in it */
	unsigned next_part;
	bool committed, own_copy; /* something may be deleted */
	char last[64];
} w;

static size_t to_port(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	assert(w.open && port_may_write(bytes, n));
	if (bytes[n - 1] == 0x1A) {
		assert(w.prompted);
		w.prompted = false;
	} else if (n > 8 && memcmp(bytes, "AT+CMGS=", 8) == 0) {
		assert(w.in_flight && !w.calling);
		w.prompted = true;
	} else if (n > 8 && memcmp(bytes, "AT+CMGD=", 8) == 0) {
		assert(w.committed || w.own_copy);
	} else if (bytes[0] != 0x1B) {
		w.prompted = false;
	}
	snprintf(w.last, sizeof w.last, "%.*s", (int)(n - 1 < 60 ? n - 1 : 60), bytes);
	return 0;
}

static void port_open_later(void *arg, int64_t in_ms)
{
	(void)arg;
	assert(in_ms >= 0);
	w.open = false;
	w.wants_open = true;
}

static void on_part(void *arg, const struct modem_part *p)
{
	(void)arg;
	assert(w.in_flight && p->id == w.id);
	assert(p->part == w.next_part && p->part < p->parts);
	w.next_part++;
	if (p->verdict == VERDICT_UNSURE)
		w.unsure_id = p->id;
}

static void on_done(void *arg, int64_t id, enum verdict worst, const struct modem_part *last)
{
	(void)arg;
	assert(w.in_flight && id == w.id && last->verdict == worst);
	assert(worst != VERDICT_SENT || last->part + 1 == last->parts);
	w.in_flight = false;
}

static void on_late(void *arg, int64_t id, unsigned part, int mr)
{
	(void)arg;
	assert(id == w.unsure_id && part < 255 && mr >= 0 && mr <= 255);
	w.unsure_id = -1;
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	(void)arg;
	assert(in->token > w.token);
	w.token = in->token;
}

static void on_pin(void *arg, const char *iccid)
{
	(void)arg;
	(void)iccid;
}

static void on_key(void *arg, int64_t id, char key)
{
	(void)arg;
	assert(w.calling && id == 1 && (key == '0' || key == '1'));
	assert(++w.keys == 1);
}

static void on_call(void *arg, const struct modem_call_result *r)
{
	(void)arg;
	assert(w.calling && r->id == 1);
	assert((r->end == MODEM_CALL_CONFIRMED) == (w.keys == 1));
	w.calling = false;
}

static const struct modem_events events = { .on_part = on_part,
	.on_done = on_done,
	.on_late = on_late,
	.on_inbound = on_inbound,
	.on_pin = on_pin,
	.on_key = on_key,
	.on_call = on_call };

static void say(const char *bytes, size_t n)
{
	if (w.open)
		driver_bytes(&w.driver, w.now, bytes, n);
}

static void say_line(const char *line)
{
	char bytes[600];
	int n = snprintf(bytes, sizeof bytes, "\r\n%s\r\n", line);

	say(bytes, (size_t)n);
}

/* What a modem would answer to the last command. */
static void answer(void)
{
	static const char *const answers[][2] = {
		{ "AT+CFUN?", "+CFUN: 1" },
		{ "AT+CPIN?", "+CPIN: READY" },
		{ "AT+CSMS?", "+CSMS: 1,1,1,1" },
		{ "AT+CPMS?", "+CPMS: \"SM\",0,50,\"SM\",0,50,\"SM\",0,50" },
		{ "AT+CNMI?", "+CNMI: 2,1,0,1,0" },
		{ "AT+CSCA?", "+CSCA: \"+8613800000500\",145" },
		{ "AT+CREG?", "+CREG: 1,1" },
		{ "AT+GCAP", "+GCAP: +CGSM" },
		{ "AT+CMGF?", "+CMGF: 0" },
		{ "AT+CPMS=?", "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")" },
	};

	if (strncmp(w.last, "AT+CMGS=", 8) == 0) {
		say("\r\n> ", 4);
		return;
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(w.last, answers[i][0]) == 0)
			say_line(answers[i][1]);
	say_line("OK");
}

static const char *const lines[] = { "OK", "ERROR", "> ", "+CMGS: 5", "+CMS ERROR: 38",
	"+CMS ERROR: 332", "+CME ERROR: 10", "RDY", "+CFUN: 1", "+CPIN: READY",
	"+CPIN: NOT INSERTED", "+CMTI: \"SM\",3", "+CMTI: \"ME\",4", "+CMT: ,30", "+CDS: 25",
	"+CMGL: 3,0,,30", "+CMGL: 5,2,,20", "+CMGR: 0,,30",
	"0891683108000005F0040D91683108108300F20008623090415280230A5DF289C19762529D4F4F",
	"0891683108000005F0065B0B813108108300F1623090415280236230904162132300",
	"0011000B813108108300F300000B06D4E2940AAA01", "+CREG: 2", "+CREG: 1,1",
	"+CPMS: 48,50,48,50,48,50", "^SMMEMFULL: \"SM\"", "NORMAL POWER DOWN", "+GCAP: +CGSM",
	"+CMGF: 0", "+CUSD: 0,\"abc", "NO CARRIER", "+CMS ERROR: 330", "+CMS ERROR: 322" };

enum { OWN_HEADER = 16, OWN_PDU = 20 };

static void tick(void)
{
	int64_t due = driver_deadline(&w.driver);

	if (w.wants_open) { /* the port comes back */
		w.wants_open = false;
		w.open = true;
		w.now += 2000;
		driver_opened(&w.driver, w.now, 0);
		return;
	}
	if (due == INT64_MAX)
		return;
	w.now = due > w.now ? due : w.now;
	for (int i = 0; driver_deadline(&w.driver) <= w.now; i++) {
		assert(i < 50); /* time moves on */
		driver_tick(&w.driver, w.now);
	}
}

static void send_one(unsigned kind)
{
	static const char *const texts[] = { "TD", "收到",
		"警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警"
		"惕诈骗警惕诈骗"
		"警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗",
		"x\x1a" };
	struct modem_message m = {
		.id = w.id + 1, .to = "+8613800138001", .text = texts[kind % 4]
	};
	enum modem_rc rc;
	enum pdu_rc why;
	bool was = w.in_flight;
	unsigned part = w.next_part;
	int64_t id = w.id;

	if (!was) { /* callbacks may come from inside */
		w.in_flight = true;
		w.next_part = 0;
		w.id = m.id;
	}
	rc = driver_send(&w.driver, w.now, &m, &why);
	assert(!was || rc == MODEM_BUSY);
	assert(rc != MODEM_TAKEN || kind % 4 != 3);
	if (rc != MODEM_TAKEN) {
		w.in_flight = was;
		w.next_part = part;
		w.id = id;
	}
}

static void call_one(void)
{
	static const struct modem_call_key keys[] = {
		{ .key = '0', .act = MODEM_KEY_ENDS, .say = "" },
		{ .key = '1', .act = MODEM_KEY_WAITS, .say = "好。" },
		{ .key = '5', .act = MODEM_KEY_SAYS, .say = "短信。" },
	};
	const struct modem_call call = { .id = 1,
		.to = "13800138001",
		.text = "请接单。接单请按1。",
		.keys = keys,
		.key_count = 3 };
	bool was = w.calling;
	unsigned had = w.keys;
	enum modem_rc rc;

	if (!was) { /* it may end before this returns */
		w.calling = true;
		w.keys = 0;
	}
	rc = driver_call(&w.driver, w.now, &call);
	assert(!was || rc != MODEM_TAKEN);
	if (rc != MODEM_TAKEN) {
		w.calling = was;
		w.keys = had;
	}
}

/* Lines of calls, of all makers. */
static const char *const call_lines[] = { "NO CARRIER", "BUSY", "NO ANSWER", "CONNECT", "RING",
	"+CLIP: \"13800138006\",161", "+CLCC: 1,0,3,0,0,\"13800138001\",129",
	"+CLCC: 1,0,0,0,0,\"13800138001\",129", "+CLCC: 1,1,4,0,0,\"13800138006\",129",
	"VOICE CALL: BEGIN", "VOICE CALL: END: 000017", "MO RING", "MO CONNECTED", "^CONN:1,0",
	"^CEND:1,9,104,17", "+DTMF: 0", "+RXDTMF: 1", "+QTONEDET: 53", "+CTTS: 0", "+CEER: 1" };

static size_t act(const uint8_t *data, size_t size)
{
	size_t n = data[0] >> 3;

	switch (data[0] & 7) {
	case 0:
	case 1:
		n = n + 1 < size ? n + 1 : size - 1;
		w.own_copy = true; /* who knows what these bytes are */
		say((const char *)data + 1, n);
		return n + 1;
	case 2:
		w.own_copy |= n % (sizeof lines / sizeof *lines) == OWN_HEADER ||
			      n % (sizeof lines / sizeof *lines) == OWN_PDU;
		say_line(lines[n % (sizeof lines / sizeof *lines)]);
		return 1;
	case 3:
		for (size_t i = 0; i <= n; i++)
			answer();
		return 1;
	case 4:
		tick();
		return 1;
	case 5:
		send_one((unsigned)n);
		return 1;
	case 6:
		if (n == 0 && w.open) {
			w.open = false;
			driver_lost(&w.driver, w.now);
		} else if (n == 1) {
			driver_pin(&w.driver, w.now, true);
		} else if (n == 2) {
			call_one();
		} else if (n - 3 < sizeof call_lines / sizeof *call_lines) {
			say_line(call_lines[n - 3]);
		} else {
			say("\r\n> ", 4);
		}
		return 1;
	default:
		w.committed |= n % 2 == 0;
		if (n % 2 == 0)
			driver_committed(&w.driver, w.now, w.token - (int64_t)(n / 2));
		else
			driver_left(&w.driver, w.now, w.token);
		return 1;
	}
}

static void begin(void)
{
	struct modem_config config = { .name = "fuzz", .pin = "1380", .gap_ms = -1, .voice = true };
	struct driver_port port = { .write = to_port, .open = port_open_later };

	memset(&w, 0, sizeof w);
	w.now = 1;
	w.unsure_id = -1;
	driver_init(&w.driver, &config, &port, &events, NULL);
	driver_begin(&w.driver, w.now);
	tick();
}

/* Half of the runs begin with a modem that is ready; it is started once and copied. */
static void begin_ready(void)
{
	static struct world ready;
	static bool made;

	if (!made) {
		begin();
		for (int i = 0; i < 100; i++) {
			if (w.driver.op == NULL && w.driver.health.state != MODEM_READY)
				tick();
			if (w.driver.op != NULL)
				answer();
		}
		assert(w.driver.health.state == MODEM_READY && w.driver.op == NULL);
		ready = w;
		made = true;
	}
	w = ready;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if ((data[0] & 0x80) == 0)
		begin_ready();
	else
		begin();
	for (size_t at = 1; at < size;)
		at += act(data + at, size - at);
	driver_end(&w.driver, w.now);
	assert(!w.in_flight && !w.calling);
	return 0;
}
