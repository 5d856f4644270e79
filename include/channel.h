/*
 * channel.h - one way out: a name, a kind, and a few functions. It knows nothing of cases.
 *
 * All of it runs on the loop's thread. start() returns at once and never fails: a missing
 * device is a state. room() says how many messages of a kind send() would take now; when that
 * grows on_ready() is called. Every message that send() took ends with exactly one on_sent().
 * What arrives is handed in by on_incoming() or on_report() with a token, and stays at its
 * source until committed(token, true): a message is never deleted, and a provider's callback
 * never answered, before it is on our disk.
 *
 * A call is a message like any other: it is sent when somebody has picked up, and only a key
 * confirms. A key comes as an incoming of kind "key" that names the message it belongs to.
 *
 * A new kind of channel is one file with a struct channel_kind and a row in channel_kinds[].
 */
#ifndef QUANZU_CHANNEL_H
#define QUANZU_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "settings.h"

enum outgoing_kind { OUTGOING_SMS, OUTGOING_CALL, OUTGOING_KINDS };

struct outgoing { /* one message in the hands of a channel; its `sending` is on disk */
	int64_t id;
	enum outgoing_kind kind;
	/* Ours for this try, letters and digits: with it a provider can be asked what became of it. */
	char own_ref[24];
	char to[32];
	char text[2048];   /* a call: what is spoken */
	char template[24]; /* key of the template that made the text ("alert"), "" free text */
	char values
		[1536]; /* its values, a JSON object of texts, "" none; for registered templates; with
			   "drill" the mark of a drill, which must not be lost */
	bool urgent;
	bool repeat;    /* sent again after a try of unknown end: it must say so */
	bool more;      /* another one waits behind it: a link may be kept up */
	int first_part; /* parts before it are sent already, 0-based */
	int concat_ref; /* 8 bits, one per recipient and message */
	int validity_min;
	int64_t placed_ms; /* of a question: when it was handed to the channel; else 0 */
	char keys[16];     /* of a call: those that end it, "107"; "" none is waited for */
	/* Of a call: what is said back to a key, a JSON object {"1":"…","other":"…"}; "" the channel's words. */
	char said[512];
};

enum send_verdict { SEND_SENT, SEND_REFUSED, SEND_NOT_SENT, SEND_UNSURE };

/* Why not, and so what is next. */
enum send_class {
	SEND_NUMBER,  /* this number on no way: give up */
	SEND_CARD,    /* this card or account cannot at the moment: another channel at once */
	SEND_PASSING, /* again later, on any channel */
	SEND_MODEM,   /* the device needs a cure: again without counting */
	SEND_OURS,    /* our own fault: nobody's channel will take it */
	SEND_TEXT,    /* this text never on this channel: another one */
	SEND_RATE,    /* limited until retry_ms from now; an urgent one goes another way at once */
	SEND_STOP,    /* the channel must stop until a person acts (key, credit, clock) */
	SEND_BUSY,    /* of a call: the line was busy, or the caller was turned away */
	SEND_NO_REPLY /* of a call: it rang and nobody picked up, or the phone is off */
};

struct send_part {
	int64_t id;
	int part, parts; /* 0-based, total */
	enum send_verdict verdict;
	int mr; /* reference for reports, -1 none */
	char error[48];
};

struct send_result { /* texts are valid until on_sent() returns */
	int64_t id;
	enum send_verdict verdict;
	enum send_class class_; /* not with SEND_SENT */
	int parts;
	int64_t retry_ms;      /* with SEND_RATE: not before; else 0 */
	bool one_number;       /* with SEND_RATE: this number had enough; the channel sends on */
	const char *error;     /* code and words, no personal data; "" none */
	const char *other_ref; /* the provider's id of it; "" none */
};

struct incoming {
	const char *channel,
		*kind;         /* kind: sms, key (one key of a call), raw (unreadable: its hex) */
	const char *from;      /* as the network gave it */
	bool answerable;       /* false: letters as sender, data, nothing that a person wrote */
	int64_t about_id;      /* of a key: the message that was the call; 0 unknown */
	const char *other_ref; /* of a key: the provider's id of the call; NULL or "" none */
	const uint16_t *units; /* UTF-16, of this part */
	size_t unit_count;
	uint8_t fingerprint[32];
	int64_t written_ms;             /* SMSC's clock; 0 unknown */
	int ref, ref_bits, part, total; /* total 0 or 1: stands alone */
};

struct report {                       /* found by id, else by other_ref, else by mr and number */
	int64_t id;                   /* 0 unknown */
	const char *other_ref;        /* NULL or "" none */
	int mr, status;               /* mr -1: none */
	const char *number, *outcome; /* delivered, pending, failed */
	const char *error;            /* the provider's code; NULL or "" none */
	int part, parts; /* of one that names the message: 0-based; parts 0 or 1: of all of it */
};

struct channel_events {
	void *arg;
	void (*on_ready)(void *arg);
	/* The part that ends its message (the last, or the first that was not sent) comes directly before on_sent(). */
	void (*on_part)(void *arg, const struct send_part *p);
	void (*on_sent)(void *arg, const struct send_result *r);
	void (*on_late)(void *arg, int64_t id, int part, int mr); /* a silence that ended well */
	void (*on_incoming)(void *arg, int64_t token, const struct incoming *in);
	void (*on_report)(void *arg, int64_t token, const struct report *r);
	/* Something people must know, or that is over; `text` in plain Chinese. */
	void (*on_alarm)(void *arg, const char *kind, const char *text, bool on);
	/* May this card's PIN be tried? The answer comes by pin(). */
	void (*on_pin)(void *arg, const char *card);
	/* What must survive a restart, at most 2 kB: recall() gives it back at the next start. */
	void (*on_keep)(void *arg, const char *memory);
	/* Parts that were sent and are of no message (a loop test): they count for the limits. */
	void (*on_spent)(void *arg, int parts);
};

struct channel;
struct channel_offer;

/* A provider's callback, on /hooks/{channel}/{secret}/{what}; the secret was right. Valid during the call. */
struct channel_hook {
	const char *what, *method, *url, *content_type, *peer;
	const char *(*header)(void *arg, const char *name); /* NULL: not sent */
	void *arg;
	const char *body;
	size_t body_len;
	int64_t now_ms;
};

struct channel_hook_answer {
	int status;
	const char *content_type; /* static */
	char body[160];
};

struct channel_kind {
	const char *kind;
	/* A call that it says is SENT is only accepted: a report tells how it ended. */
	bool ends_by_report;
	/* Plain Chinese what is wrong with its keys, and the key (NULL: the whole); NULL: nothing. May be NULL. */
	const char *(*check)(const struct channel_settings *set, const struct settings *all,
		const char **key, char *text, size_t n);
	/*
	 * What it needs of this machine and is not there now (a modem's port): 0 nothing, else the
	 * exit code of log.h that fits, with a plain Chinese text and the key. May be NULL.
	 */
	int (*absent)(const struct channel_settings *set, const char **key, char *text, size_t n);
	struct channel *(*start)(uv_loop_t *loop, const struct channel_settings *set,
		const struct channel_events *ev);
	void (*stop)(struct channel *c); /* ends what is under way by on_sent() */
	int (*room)(const struct channel *c, enum outgoing_kind kind);
	bool (*send)(
		struct channel *c, const struct outgoing *m); /* false: not now; no on_sent() */
	void (*committed)(struct channel *c, int64_t token, bool ok);
	/*
	 * {"up",…}; new reference; numbers masked. "suspect": true for a card that seems to be cut off:
	 * it gets messages only where no other way is.
	 */
	json_t *(*health)(const struct channel *c);
	/* The rest may be NULL. */
	/* A person says that what stopped it (SEND_STOP) is mended. */
	void (*resume)(struct channel *c);
	void (*pin)(struct channel *c, bool may_try);
	/*
	 * What it could ever send, read once from the settings, of which it keeps nothing; NULL:
	 * nothing. Of the desk's thread. takes(): is this one among it (its text is registered, its
	 * kind of number is served)? Pure.
	 */
	struct channel_offer *(*offer)(const struct channel_settings *set);
	void (*offer_free)(struct channel_offer *o); /* wipes; NULL is allowed */
	bool (*takes)(const struct channel_offer *o, const struct outgoing *m);
	/* What became of an unsure one: ends with on_report() if the provider knows. False: cannot ask. */
	bool (*query)(struct channel *c, const struct outgoing *m, const char *other_ref);
	/*
	 * A callback of the provider. True: what it held was handed in, and its answer may go out
	 * when all its tokens are committed (done() is then called, ok false: 503). False: refused,
	 * *answer says how.
	 */
	bool (*hook)(struct channel *c, const struct channel_hook *h,
		struct channel_hook_answer *answer, void (*done)(void *arg, bool ok), void *arg);
	/* Lines of the dialogue after `since`, numbers masked: [{"n","at","dir","text"}]. */
	json_t *(*log)(const struct channel *c, uint64_t since);
	/* Once, soon after start(): what was kept last; "" nothing. */
	void (*recall)(struct channel *c, const char *memory);
	/*
	 * A person's order: "loop" (test now), "credit" (ask now), "trust" (it is well), "reset".
	 * False: *why in plain Chinese. What comes of it stands in health().
	 */
	bool (*order)(struct channel *c, const char *what, const char **why);
};

const struct channel_kind *channel_kind_of(const char *kind); /* NULL: no such kind */
/* A modem with its card: calls and SMS are in each other's way, and reports name references. */
bool channel_is_modem(const struct channel_settings *c);

/*
 * What the configuration cannot know by itself: is each channel's kind there, and are the keys
 * of its kind right? False: *error has file, line and plain Chinese. Blocks for small files.
 */
bool channels_check(const struct settings *set, struct settings_error *error);

/*
 * Whatever channels need and is not there now: one call of tell() for each such channel. It is no
 * fault of the configuration, and may come. Returns 0, or the exit code of the first. Blocks for sysfs.
 */
int channels_absent(const struct settings *set, void (*tell)(const struct settings_error *what));

/* own_ref of a try: 16 digits of the message's id, then 4 of the try (repeats and refusals). */
void own_ref_make(int64_t id, int nth, char out[24]);
int64_t own_ref_id(const char *own_ref); /* 0: not one of ours */

#endif
