/*
 * cloud.h - a provider of SMS or calls over HTTP, without its sockets and without its clock.
 *
 * Pure: an account, a message and a moment go in, a request comes out; an answer goes in, a
 * verdict and events come out. The channel (cloud_channel.h) does the transfers. One file a
 * provider, with a struct cloud_provider and a row in cloud_providers[]; its error codes are
 * a table of code and class.
 *
 * Texts in verdicts and events are the provider's words, cut; whoever logs them masks numbers
 * in them. Sources: the provider's public interface text, named in each file.
 */
#ifndef QUANZU_CLOUD_H
#define QUANZU_CLOUD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "channel.h"

/* -- what goes out ------------------------------------------------------------------------ */

enum { CLOUD_HEADERS = 16, CLOUD_BODY_MAX = 64 * 1024 };

struct cloud_moment {   /* all that is not in the message */
	int64_t now_ms; /* UTC */
	char nonce[33]; /* 32 lower hex digits, never used before */
};

struct cloud_request {      /* starts with cloud_request_init(); all owned */
	const char *method; /* static */
	struct buf url, body;
	struct {
		char name[48];
		struct buf value;
	} header[CLOUD_HEADERS];
	int header_count;
	int timeout_ms; /* of the whole transfer; 0: the channel's */
};

void cloud_request_init(struct cloud_request *r, const char *method, const char *url);
void cloud_request_header(struct cloud_request *r, const char *name, const char *value);
void cloud_request_free(struct cloud_request *r); /* wipes: signatures and keys may stand in it */

/* -- what comes back ---------------------------------------------------------------------- */

struct cloud_answer {
	int status;       /* of HTTP */
	const char *body; /* at most CLOUD_BODY_MAX, 0 behind it */
	size_t len;
	const char *content_type; /* "" none */
};

enum cloud_class {
	CLOUD_OK, /* accepted, not delivered */
	CLOUD_RETRY,
	CLOUD_RATE,
	CLOUD_CONFIG, /* account, key, signature, template, balance, clock, address: a person must act */
	CLOUD_MESSAGE, /* this text never passes here */
	CLOUD_NUMBER,  /* this number never answers */
	CLOUD_OTHER,   /* refused, though account, text and number are sound: another channel */
	CLOUD_UNKNOWN, /* nobody can know */
	CLOUD_BUSY,    /* calls */
	CLOUD_NO_REPLY
};

struct cloud_verdict {
	enum cloud_class class_;
	char id[96];   /* the provider's, for receipts */
	char code[64]; /* the provider's */
	char words[160];
	bool clock; /* with CLOUD_CONFIG: our clock or theirs is wrong */
	bool unknown; /* with CLOUD_RETRY: no table knows the code; a second time it is CLOUD_CONFIG */
	int64_t retry_ms; /* with CLOUD_RATE: not before */
	bool one_number;  /* with CLOUD_RATE: this number had enough; the account sends on */
	int parts;        /* billed; 0 not told */
};

enum cloud_event_kind { CLOUD_REPORT, CLOUD_REPLY, CLOUD_KEY };

struct cloud_event { /* from a callback, a poll or a query */
	enum cloud_event_kind kind;
	char id[96]; /* the provider's id of the message or call; of a reply its own, "" none */
	char own_ref[24]; /* ours, if it came back; "" */
	char number[32];
	char outcome[12];        /* of a report: delivered, pending, failed */
	int part, parts;         /* of a report of one part: 0-based; parts 0 or 1: of the whole */
	enum cloud_class class_; /* of a failed one */
	char code[64];
	char text[1024]; /* of a reply, UTF-8; of a key the one key */
	int64_t at_ms;   /* 0 unknown */
};

struct cloud_events {
	struct cloud_event *at; /* owned; free() */
	size_t count, room;
};

struct cloud_event *cloud_event_add(
	struct cloud_events *e, enum cloud_event_kind kind); /* zeroed */
void cloud_events_free(struct cloud_events *e);

/* -- a provider --------------------------------------------------------------------------- */

enum cloud_key_kind {
	CLOUD_TEXT,
	CLOUD_SECRET, /* wiped; never in a file that others read: best given as NAME_file */
	CLOUD_URL,    /* http(s)://..., without a slash at its end */
	CLOUD_WORD,   /* one of `words` */
	CLOUD_INT,    /* lo .. hi */
	CLOUD_FLAG,
	CLOUD_GROUP /* a group or list that its owner reads */
};

struct cloud_key { /* of channel_settings.own */
	const char *name;
	enum cloud_key_kind kind;
	bool needed;
	const char *otherwise; /* default as text; NULL none */
	int64_t lo, hi;        /* of a number; of a text its length in characters, hi 0: 256 */
	const char *words;     /* "hex raw" */
	const char *help;      /* plain Chinese: what it is, for errors */
};

struct cloud_account; /* one channel's keys, checked: cloud_account.h */

struct cloud_wrong {  /* plain Chinese */
	char key[48]; /* "" the whole */
	char text[200];
};

enum cloud_polled {
	CLOUD_POLL_DONE,
	CLOUD_POLL_MORE,    /* the same way again at once: a token came, or the queue holds more */
	CLOUD_POLL_REFUSED, /* *v says why */
	CLOUD_POLL_UNREADABLE /* nothing of it was understood */
};

enum cloud_hook_rc { CLOUD_HOOK_TAKEN, CLOUD_HOOK_FORGED, CLOUD_HOOK_UNREADABLE };

struct cloud_provider {
	const char *kind, *name; /* "aliyun"; "阿里云" */
	bool sms, voice;
	const struct cloud_key
		*keys; /* its own, by their index; those of every cloud: cloud_account.h */
	size_t key_count;
	/* Strictly: an unknown key is wrong. NULL: *wrong says why. */
	struct cloud_account *(*open)(
		const struct channel_settings *set, struct cloud_wrong *wrong);
	void (*close)(struct cloud_account *a); /* wipes */
	/* Can it take this at all: registered text, kind of number, length. NULL: yes; else why, plain Chinese. */
	const char *(*unfit)(const struct cloud_account *a, const struct outgoing *m);
	void (*send)(const struct cloud_account *a, const struct outgoing *m,
		const struct cloud_moment *t, struct cloud_request *out);
	void (*sent)(const struct cloud_account *a, const struct outgoing *m,
		const struct cloud_answer *in, struct cloud_verdict *v);

	/*
	 * What became of a message of ours; `id` may be "" (the answer never came). NULL: this
	 * provider cannot be asked; false: not about this one.
	 */
	bool (*query)(const struct cloud_account *a, const struct outgoing *m, const char *id,
		const struct cloud_moment *t, struct cloud_request *out);
	/* No event: not known there. False: unreadable. */
	bool (*queried)(const struct cloud_account *a, const struct outgoing *m,
		const struct cloud_answer *in, struct cloud_events *out);

	/*
	 * Polling, for sites that cannot be called. `polls` ways (receipts, replies); each is one
	 * request in turn, every poll_ms. After its events are committed (or nothing was read) `confirm` (may be NULL; false:
	 * nothing to confirm) makes the request that takes them off the provider's queue; its answer
	 * is not looked at. It comes before the next poll of that way.
	 */
	int polls, poll_ms;
	bool (*poll)(struct cloud_account *a, int which, const struct cloud_moment *t,
		struct cloud_request *out); /* false: not switched on */
	enum cloud_polled (*polled)(struct cloud_account *a, int which,
		const struct cloud_answer *in, struct cloud_events *out, struct cloud_verdict *v);
	bool (*confirm)(struct cloud_account *a, int which, const struct cloud_moment *t,
		struct cloud_request *out);

	/* A callback; NULL: none. Fills the answer for when all is committed. */
	enum cloud_hook_rc (*hook)(const struct cloud_account *a, const struct channel_hook *h,
		struct cloud_events *out, struct channel_hook_answer *answer);
};

const struct cloud_provider *cloud_provider_of(const char *kind); /* NULL: none */

#endif
