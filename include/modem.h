/*
 * modem.h - one modem with one SIM: sends short messages, places calls, hands in what arrives,
 * heals itself.
 *
 * Calling sequence, all on the thread of the loop: modem_open() once; the modem finds its
 * port, starts and tells its state by on_state; when modem_can_send() says so, modem_send()
 * gives it one message and on_done() tells the end of it, after which the next may be given,
 * also from inside on_done(). modem_close() at the end. Nothing blocks, and an idle modem
 * costs a few commands a minute.
 *
 * Promises: every message that was taken ends with exactly one on_done(); a PDU goes out at
 * most once per AT+CMGS; UNSURE is said when nobody can know; what arrives stays on the card
 * (or unacknowledged) until the owner has committed it; only bytes of the forms
 * AT[ -~]*CR, [0-9A-F]+Ctrl-Z and ESC are written. (3GPP 27.005, 23.040.)
 *
 * Callbacks may call every function here but modem_close(). Their pointers are valid until
 * they return. A sender number is a hint, never a proof.
 */
#ifndef QUANZU_MODEM_H
#define QUANZU_MODEM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atcode.h"
#include "pdu.h"
#include "verdict.h"

enum {
	MODEM_IDENTITY_MAX = 32, /* IMEI, IMSI, ICCID */
	MODEM_WORDS_MAX = 64     /* maker, model, operator */
};

struct modem_config {     /* copied by modem_open(); zero values mean the default in brackets */
	const char *name; /* for logs */
	/*
	 * "/dev/serial/by-id/...", a tty or pty path, "tcp:HOST:PORT"; with an IMEI also NULL, or a
	 * folder of links ("/dev/serial/by-id").
	 */
	const char *device;
	const char *imei; /* the modem is looked for by it, wherever it is plugged in; NULL: no */
	int baud; /* [115200]; MODEM_BAUD_AUTO: found by asking; no meaning for pty and tcp */
	const char *pin;     /* NULL: none is ever entered */
	const char *smsc;    /* used when the card has none; NULL */
	const char *iccid;   /* the card that belongs here; another one is not used; NULL: any */
	int pace_ms;         /* from the end of one message to the next; 0: none */
	int part_pace_ms;    /* from part to part; 0: none */
	int max_parts;       /* [6] */
	int validity_min;    /* [1440] when a message says nothing */
	int gap_ms;          /* between a result and the next command; -1: by the kind of port */
	bool no_reports;     /* do not ask for status reports */
	const char *profile; /* name of the maker's profile; NULL: by CGMI and CGMM */
	const char *const *power_command; /* see power.h; borrowed; NULL: none */
	bool roaming;                     /* sending abroad is allowed */
	bool voice;                       /* prepare for calls at start */
	const char *call_file; /* a sound file on the modem, for modems that cannot speak; NULL */
	const char *audio_device; /* port of the host for sound: 8 kHz 16-bit mono; NULL none */
};

enum { MODEM_BAUD_AUTO = -1 };

enum modem_state {
	MODEM_LOST,           /* no port; looked for every 2 s */
	MODEM_STARTING,       /* settings are being made, or it restarts */
	MODEM_NO_SIM,         /* no card; asked for every 10 s */
	MODEM_NOT_REGISTERED, /* no network */
	MODEM_READY,
	MODEM_RESYNC,        /* it fell silent and is asked back; seconds */
	MODEM_STOPPED,       /* people must help: see the alarm */
	MODEM_OUT_OF_SERVICE /* nothing helped; tried again in 10 min */
};
const char *modem_state_name(enum modem_state s); /* lost, starting, ... */

/* Something people should know. Each is told once, and again after it was over. */
enum modem_alarm {
	MODEM_ALARM_NONE,
	MODEM_ALARM_PIN, /* the card wants a PIN and none may be entered (again) */
	MODEM_ALARM_PUK, /* the card is blocked */
	MODEM_ALARM_NO_SIM,
	MODEM_ALARM_OTHER_SIM,  /* not the card that belongs here: nothing is sent */
	MODEM_ALARM_DENIED,     /* the network refuses the card */
	MODEM_ALARM_ROAMING,    /* registered abroad and not allowed to send */
	MODEM_ALARM_NO_CENTRE,  /* no service centre number: cannot send */
	MODEM_ALARM_NO_SMS,     /* this modem cannot do PDU mode */
	MODEM_ALARM_STORAGE,    /* 70 % full or more */
	MODEM_ALARM_PLACE,      /* a place on the card cannot be read; left alone for an hour */
	MODEM_ALARM_SIGNAL,     /* weak: below 6 of 31 */
	MODEM_ALARM_POWER,      /* bad power supply, or it was switched off */
	MODEM_ALARM_RIVAL,      /* answers to commands we never sent: another program on the port */
	MODEM_ALARM_LOST_OFTEN, /* cable, power or hub: in quarantine for 30 min */
	MODEM_ALARM_SILENT,     /* out of service */
	MODEM_ALARM_MISSING,    /* no such port for a minute */
	MODEM_ALARM_RESTARTED,  /* it was restarted because it was silent or found no network */
	MODEM_ALARM_HOT,        /* 75 degrees or more */
	MODEM_ALARM_NO_CALLS,   /* voice is locked on this modem, or the card may not call */
	MODEM_ALARMS
};
const char *modem_alarm_name(enum modem_alarm a); /* stable code: pin, puk, no_sim, ... */
const char *modem_alarm_text(enum modem_alarm a); /* for people, Chinese, with what to do */

struct modem_counters {
	uint64_t sent, refused, not_sent, unsure, late; /* parts */
	uint64_t received, reports, unreadable, deleted;
	uint64_t commands, silences, resyncs, resets, losses;
	uint64_t calls, confirmed, rings; /* rings: incoming calls that were turned away */
	uint64_t ignored_lines, stray_results, long_lines;
};

struct modem_health {
	enum modem_state state;
	int64_t since_ms; /* monotonic */
	bool registered, roaming;
	int registration; /* of 27.007 7.2; -1 unknown */
	int signal, dbm;  /* 0..31 and dBm; AT_NONE unknown */
	int signal_mean;  /* of ten minutes; AT_NONE */
	int technology;   /* of 27.007 7.3: 0 GSM, 2 UTRAN, 7 E-UTRAN ...; AT_NONE unknown */
	int temperature;  /* degrees; AT_NONE: it cannot say */
	char operator_[MODEM_WORDS_MAX];
	char maker[MODEM_WORDS_MAX], model[MODEM_WORDS_MAX], revision[MODEM_WORDS_MAX];
	char imei[MODEM_IDENTITY_MAX], imsi[MODEM_IDENTITY_MAX], iccid[MODEM_IDENTITY_MAX];
	char smsc[PDU_NUMBER_SIZE];
	const char *profile; /* its name; static */
	char store[AT_STORE_MAX];
	int store_used, store_total; /* AT_NONE unknown */
	const char *family;          /* of calls: see call_profile.h; NULL before the start */
	const char *speech;          /* how it speaks: "tts", "file", "port", "none"; static */
	bool hears_keys, in_call;
	uint32_t alarms; /* bit 1 << enum modem_alarm of those that stand */
	struct modem_counters count;
};

struct modem_message {
	int64_t id;       /* the caller's; comes back in the callbacks */
	const char *to;   /* "+86..." or digits */
	const char *text; /* UTF-8; CR LF becomes LF, other control characters are refused */
	unsigned ref;     /* concatenation reference, counted per recipient by the caller */
	bool wide_ref;    /* 16 bits instead of 8 */
	bool flash;
	int validity_min;    /* 0: of the configuration; -1: none */
	unsigned first_part; /* 0-based: parts before it were sent earlier with the same ref */
	bool more;           /* another one follows at once: the link may stay up */
};

enum modem_rc {
	MODEM_TAKEN,     /* on_done() will come */
	MODEM_BUSY,      /* one message at a time */
	MODEM_NOT_READY, /* see the state; on_state() tells when it changes */
	MODEM_UNFIT      /* number, text, or too many parts: it can never be sent as it is */
};

struct modem_part {
	int64_t id;
	unsigned part, parts; /* 0-based, total */
	enum verdict verdict;
	int mr;                  /* message reference for status reports; AT_NONE unknown */
	int code;                /* of the error; AT_NONE */
	enum atcode_class class; /* what the error means: see atcode.h */
};

struct modem_inbound {
	int64_t token;
	const struct pdu *pdu; /* NULL: unreadable; keep the hex with the reason */
	enum pdu_rc reason;
	const char *hex;
	/* 32 octets; the same message again has the same. NULL: a report, which may be heard twice. */
	const uint8_t *fingerprint;
	bool stored; /* it lies on the card */
};

enum modem_ussd_end {
	MODEM_USSD_ANSWERED,
	MODEM_USSD_UNSUPPORTED, /* the network or the modem knows no such thing */
	MODEM_USSD_FAILED       /* no answer, refused, or the modem went away */
};

/*
 * A call: it rings, speaks the text sentence by sentence, waits 8 s for a key, and again, at most
 * `plays` times. Which key means what is the caller's table. A key that `ends` is handed up at
 * once; one that `waits` is answered by its words and counts after 5 s of silence or when the
 * call ends, unless one that ends comes first; one that `says` is answered by its words and the
 * text again. Only a key confirms: who picks up may be a voice mail.
 */
enum modem_key_act { MODEM_KEY_ENDS, MODEM_KEY_WAITS, MODEM_KEY_SAYS };

struct modem_sound { /* 8 kHz 16-bit mono; for modems whose sound comes from the host */
	const int16_t *samples;
	size_t count;
};

struct modem_call_key {
	char key;
	enum modem_key_act act;
	const char *say; /* "" nothing */
	struct modem_sound sound;
};

enum { MODEM_CALL_KEYS = 16 };

struct modem_call {       /* all that it points at stays where it is until on_call() */
	int64_t id;       /* the caller's */
	const char *to;   /* "+86..." or digits */
	const char *text; /* UTF-8 */
	struct modem_sound sound;
	const struct modem_call_key *keys;
	size_t key_count;
	int plays; /* [3] */
};

enum modem_call_end {
	MODEM_CALL_CONFIRMED,
	MODEM_CALL_ANSWERED, /* somebody or something picked up; no key that counts */
	MODEM_CALL_BUSY,     /* or turned away */
	MODEM_CALL_NO_ANSWER,
	MODEM_CALL_FAILED,
	MODEM_CALL_NOT_TRIED
};
const char *modem_call_end_name(enum modem_call_end e); /* confirmed, answered, busy, ... */

struct modem_call_result {
	int64_t id;
	enum modem_call_end end;
	char key;                /* CONFIRMED */
	int cause;               /* of 24.008; AT_NONE unknown */
	enum atcode_class class; /* FAILED, BUSY and NO_ANSWER: what it means for the next try */
	int plays;               /* how often the text was begun */
	int64_t rang_ms, up_ms;  /* how long */
};

struct modem_events {
	void (*on_part)(void *arg, const struct modem_part *part);
	/* The last word on a message: the worst of its parts. Parts behind a bad one were not sent. */
	void (*on_done)(void *arg, int64_t id, enum verdict worst, const struct modem_part *last);
	/* A part told as UNSURE was sent after all. Comes seconds after on_done(). */
	void (*on_late)(void *arg, int64_t id, unsigned part, int mr);
	/*
	 * A message, or a status report (pdu->dir PDU_STATUS). Commit it, or find it known by its
	 * fingerprint, then call modem_inbound_committed(); only then it is deleted or acknowledged.
	 * modem_inbound_left() leaves it where it is: it is offered again at a later sweep.
	 */
	void (*on_inbound)(void *arg, const struct modem_inbound *in);
	void (*on_state)(void *arg, const struct modem_health *health);
	void (*on_alarm)(void *arg, enum modem_alarm alarm, bool on);
	/*
	 * The card asks for its PIN. Record durably that card and PIN are tried now, then
	 * modem_pin(m, true); if they were tried before, modem_pin(m, false). NULL: never try.
	 */
	void (*on_pin)(void *arg, const char *iccid);
	/* The end of modem_ussd(). `text` in UTF-8, "" none. NULL: modem_ussd() is not used. */
	void (*on_ussd)(void *arg, enum modem_ussd_end end, const char *text);
	/* A cure was begun: resync, reopen, reset, power, out. NULL: nobody listens. */
	void (*on_cure)(void *arg, const char *cure);
	/* A key counts now; seconds before on_call(). NULL: not interested. */
	void (*on_key)(void *arg, int64_t id, char key);
	/* The last word on a call. */
	void (*on_call)(void *arg, const struct modem_call_result *r);
	/* Somebody calls us; it is turned away. */
	void (*on_ring)(void *arg, const char *number); /* "" not told */
};

struct modem;
struct uv_loop_s; /* uv_loop_t */

/* Never NULL. The port is opened from the loop; a missing device is a state, not an error. */
struct modem *modem_open(struct uv_loop_s *loop, const struct modem_config *config,
	const struct modem_events *events, void *arg);
/* Ends what is under way (on_done() is called), closes the port; memory goes when the loop has run. */
void modem_close(struct modem *m);

bool modem_can_send(const struct modem *m);
enum modem_rc modem_send(struct modem *m, const struct modem_message *message, enum pdu_rc *why);
bool modem_can_call(const struct modem *m);
/* Calls and messages wait for each other: one at a time on a modem. MODEM_UNFIT: no number. */
enum modem_rc modem_call(struct modem *m, const struct modem_call *call);
/* Parts the text needs; 0 when it cannot be sent. Pure: for callers who plan quotas. */
unsigned modem_parts(const char *text, bool wide_ref, int max_parts);

void modem_inbound_committed(struct modem *m, int64_t token);
void modem_inbound_left(struct modem *m, int64_t token);
void modem_pin(struct modem *m, bool may_try);
/* Asks the network: on_ussd() tells, within about two minutes. False: not ready, one is under way, or no code. */
bool modem_ussd(struct modem *m, const char *code);
json_t *modem_log(const struct modem *m, uint64_t since); /* dialogue.h */
void modem_reset(struct modem *m); /* a person orders it: the ladder from its reset on */
const struct modem_health *modem_health(const struct modem *m);
bool modem_is_profile(const char *name); /* of modem_config.profile */

#endif
