/*
 * at.h - the AT engine: one command in flight, every line of the modem sorted as a whole
 * (V.250 5 and 6, 27.005, 27.007).
 *
 * It does no I/O and knows no time. The caller feeds bytes with at_feed(); each line becomes
 * one event, handed to `event` at once. The caller says with at_silence() that the time of a
 * command is up: the engine then is in resync, believes no result code, and is in step again
 * only after the own line of the newest probe and the OK behind it. A late answer can so
 * never become the answer to another command.
 *
 * From inside `event` the caller may call everything but at_feed(). Strings of an event are
 * valid until the callback returns. Nothing is allocated.
 */
#ifndef QUANZU_AT_H
#define QUANZU_AT_H

#include <stdbool.h>
#include <stddef.h>

#include "atparse.h"
#include "line.h"

enum { AT_COMMAND_MAX = 640, AT_DATA_MAX = 1024, AT_PROBES = 3, AT_USSD_MAX = 2000 };

enum at_kind {
	AT_FINAL,  /* result code: the command in flight has ended */
	AT_PROMPT, /* the modem waits for data: at_data() or at_escape() */
	AT_REPLY,  /* own line of the command in flight */
	AT_TEXT,   /* own line without a name (identity commands) */
	AT_URC,    /* unsolicited */
	AT_CALL,   /* a call changed */
	AT_KEY,    /* a key was pressed in a call */
	AT_SPEECH, /* a speech or play command began or ended */
	AT_READY,  /* the modem, or a piece of it, has started */
	AT_DOWN,   /* power is going */
	AT_BAD,    /* a known name that cannot be used */
	AT_IGNORED /* anything else */
};

enum at_result {
	AT_OK,
	AT_ERROR,
	AT_CME,
	AT_CMS,
	AT_NOT_SUPPORTED,
	AT_NO_CARRIER,
	AT_BUSY_TONE,
	AT_NO_ANSWER,
	AT_NO_DIALTONE,
	AT_CONNECT
};
const char *at_result_name(enum at_result r); /* as the modem words it: OK, CME, NO CARRIER, ... */

enum at_part { AT_BOOT, AT_SIM_READY, AT_SMS_READY, AT_CALL_READY, AT_BOOK_READY, AT_NET_READY };
const char *at_part_name(enum at_part p); /* boot, sim, sms, call, pb, network */

struct at_event {
	enum at_kind kind;
	const char *line; /* the whole line; "no PDU" of a header that lost it */
	size_t len;       /* of line: a spoilt one may hold NULs */
	const char *name; /* "+CMGS", "RING"; "" when it has none */

	enum at_result result; /* FINAL */
	int code;              /* FINAL, URC "+CMS ERROR", SPEECH; AT_NONE */
	const char *words;     /* FINAL: the error when it came as words, else NULL */

	enum at_shape shape; /* REPLY, URC: which member of v counts */
	union at_value v;
	const struct at_fields *fields; /* REPLY, URC, BAD; else NULL */

	enum at_call_state call; /* CALL */
	int id, duration, cause, end_status;
	const char *why; /* CALL: the result words; NULL */
	char number[AT_NUMBER_MAX];
	char key;          /* KEY */
	int ms;            /* KEY: how long; AT_NONE */
	bool end;          /* SPEECH */
	enum at_part part; /* READY */
};

struct at {
	enum { AT_STATE_IDLE, AT_STATE_BUSY, AT_STATE_RESYNC } state;
	void (*write)(void *arg, const char *bytes, size_t n);
	void (*event)(void *arg, const struct at_event *e);
	void *arg;

	struct lines lines;
	char command[AT_COMMAND_MAX + 1]; /* in flight or the newest probe: for the echo */
	char name[AT_NAME_MAX];           /* of its own lines; "" when it has none */
	bool query, dials, identity, wants_data, data_written;
	char data[AT_DATA_MAX + 1]; /* written at the prompt: for the echo */

	struct {
		bool waits, own;
		char line[LINE_MAX_BYTES + 1];
	} header;                   /* of a message whose PDU has not come yet */
	char ussd[AT_USSD_MAX + 1]; /* a +CUSD text that goes on over line ends */
	size_t ussd_len;

	char probe[AT_PROBES][AT_NAME_MAX]; /* names of the probes that are not answered */
	size_t probes, probe_seen;          /* probe_seen: 1-based, its own line has come */
	unsigned long ignored;              /* lines of no use */
	unsigned long stray;                /* result codes with nothing in flight */
};

void at_init(struct at *at, void (*write)(void *arg, const char *bytes, size_t n),
	void (*event)(void *arg, const struct at_event *e), void *arg);
void at_feed(struct at *at, const char *bytes, size_t n);
/* Writes `text` and CR. False, and nothing is written: not idle, too long, not AT and printable. */
bool at_start(struct at *at, const char *text, bool wants_data);
/* At a prompt, once per command: hex digits and Ctrl-Z. False: no prompt is open, or not hex. */
bool at_data(struct at *at, const char *hex);
void at_escape(struct at *at); /* leaves a prompt that may be open */
/* The time of the command in flight is up. Its verdict is the caller's; now probe. */
void at_silence(struct at *at);
/* In resync: asks something whose answer has a name of its own. False: too many, or no name. */
bool at_probe(struct at *at, const char *text);
/* Reset or port gone: whatever is in flight is forgotten. A new port begins with at_init(). */
void at_abort(struct at *at);
/* Nothing came for a while: a header without its PDU, or a text without its end, is given up. */
void at_quiet(struct at *at);
bool at_waits(const struct at *at); /* is there such a header or text? */

#endif
