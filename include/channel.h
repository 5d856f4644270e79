/*
 * channel.h - one way out: a name, a kind, and six functions. It knows nothing of cases.
 *
 * All of it runs on the loop's thread. start() returns at once and never fails: a missing
 * device is a state. ready() says that send() would take a message now; when that becomes true
 * on_ready() is called. Every message that send() took ends with exactly one on_sent(). What
 * arrives is handed in by on_incoming() or on_report() with a token, and stays at its source
 * until committed(token, true): a message is never deleted before it is on our disk.
 *
 * A new kind of channel is one file with a struct channel_kind and a row in channel_kinds[].
 */
#ifndef QUANZU_CHANNEL_H
#define QUANZU_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "settings.h"

struct outgoing { /* one message in the hands of a channel; its `sending` is on disk */
	int64_t id;
	char to[32];
	char text[2048];
	bool urgent;
	int first_part; /* parts before it are sent already, 0-based */
	int concat_ref; /* 8 bits, one per recipient and message */
	int validity_min;
};

enum send_verdict { SEND_SENT, SEND_REFUSED, SEND_NOT_SENT, SEND_UNSURE };
/* Why not: this number on any way; this card; passing; the modem needs a cure; our own fault. */
enum send_class { SEND_NUMBER, SEND_CARD, SEND_PASSING, SEND_MODEM, SEND_OURS };

struct send_part {
	int64_t id;
	int part, parts; /* 0-based, total */
	enum send_verdict verdict;
	int mr; /* reference for reports, -1 none */
	char error[48];
};

struct incoming {
	const char *channel, *kind; /* kind: sms, raw (unreadable, units hold its hex) */
	const char *from;           /* as the network gave it */
	bool answerable;       /* false: letters as sender, data, nothing that a person wrote */
	const uint16_t *units; /* UTF-16, of this part */
	size_t unit_count;
	uint8_t fingerprint[32];
	int64_t written_ms;             /* SMSC's clock; 0 unknown */
	int ref, ref_bits, part, total; /* total 0 or 1: stands alone */
};

struct report {
	int mr, status;
	const char *number, *outcome; /* delivered, pending, failed */
};

struct channel_events {
	void *arg;
	void (*on_ready)(void *arg);
	void (*on_part)(void *arg, const struct send_part *p);
	void (*on_sent)(void *arg, int64_t id, enum send_verdict v, enum send_class c, int parts,
		const char *error);
	void (*on_late)(void *arg, int64_t id, int part, int mr); /* a silence that ended well */
	void (*on_incoming)(void *arg, int64_t token, const struct incoming *in);
	void (*on_report)(void *arg, int64_t token, const struct report *r);
	/* Something people must know, or that is over; `text` in plain Chinese. */
	void (*on_alarm)(void *arg, const char *kind, const char *text, bool on);
	/* May this card's PIN be tried? The answer comes by pin(). */
	void (*on_pin)(void *arg, const char *card);
};

struct channel;

struct channel_kind {
	const char *kind;
	struct channel *(*start)(uv_loop_t *loop, const struct channel_settings *set,
		const struct channel_events *ev);
	void (*stop)(struct channel *c); /* ends what is under way by on_sent() */
	bool (*ready)(const struct channel *c);
	bool (*send)(
		struct channel *c, const struct outgoing *m); /* false: not now; no on_sent() */
	void (*committed)(struct channel *c, int64_t token, bool ok);
	void (*pin)(struct channel *c, bool may_try);
	json_t *(*health)(const struct channel *c); /* {"up",…}; new reference; numbers masked */
};

const struct channel_kind *channel_kind_of(const char *kind); /* NULL: no such kind */

#endif
