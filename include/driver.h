/*
 * driver.h - the modem driver without its port and its clock.
 *
 * Bytes, port events and the monotonic time in ms go in; bytes, the next deadline and the
 * events of modem.h come out. Everything is decided here, so every dialogue with a modem can
 * be replayed on a virtual time. modem.c joins it to a port in the loop.
 *
 * Each call that takes `now` may call back; a callback may call driver_send(),
 * driver_committed(), driver_left() and driver_pin(). After each call ask driver_deadline()
 * again. Only driver_send() allocates.
 *
 * The commands of one modem (27.005, 27.007) are rows: `struct driver_op` says how long one
 * may take and who gets its lines and its end; the start is a table of steps; the makers'
 * differences are profiles.
 */
#ifndef QUANZU_DRIVER_H
#define QUANZU_DRIVER_H

#include "at.h"
#include "driver_call.h"
#include "modem.h"

enum {
	DRIVER_HELD = 256,   /* messages handed up and not yet deleted */
	DRIVER_NOTICES = 64, /* places to read; more: the sweep finds them */
	DRIVER_BAD_PLACES = 16,
	DRIVER_STORES = 4,
	DRIVER_RESETS = 12,
	DRIVER_LOSSES = 6,
	DRIVER_SIGNALS = 10 /* one a minute */
};

struct driver;

enum driver_end { DRIVER_OK, DRIVER_REFUSED, DRIVER_SILENT, DRIVER_BROKEN };

struct driver_op {
	int limit_ms;
	void (*line)(struct driver *d, const struct at_event *e); /* NULL: not interested */
	/* `final` only with DRIVER_OK and DRIVER_REFUSED. NULL: not interested */
	void (*done)(struct driver *d, enum driver_end end, const struct at_event *final);
};

enum driver_timer {
	TIMER_OP,       /* limit of the command in flight */
	TIMER_GAP,      /* the next command may be written */
	TIMER_PROMPT,   /* the data may be written */
	TIMER_DRAIN,    /* the port is read empty before the start */
	TIMER_QUIET,    /* resync: nothing came for 300 ms */
	TIMER_PROBE,    /* resync: no answer to the probe */
	TIMER_HEADER,   /* a header lost its PDU */
	TIMER_STEP,     /* start: the step is tried again */
	TIMER_BACK,     /* a reset modem, or one out of service, is tried again */
	TIMER_SIM,      /* the card is asked for again */
	TIMER_PACE,     /* the next part or message */
	TIMER_NOTICE,   /* sweep behind a burst of notices */
	TIMER_REGISTER, /* ask for registration */
	TIMER_MINUTE,   /* signal, storage, sweep */
	TIMER_FULL,     /* sweep again soon: the store is nearly full */
	TIMER_STORES,   /* sweep the other stores too, ask whether CNMI still stands */
	TIMER_SEARCH,   /* not registered for so long: next cure */
	TIMER_USSD,     /* the network does not answer */
	TIMER_CALL,     /* limit of the call's state */
	TIMER_WHOLE,    /* of the whole call */
	TIMER_LIST,     /* ask for the list of calls */
	TIMER_SPEECH,   /* no line has told the end of the speech */
	TIMER_RING,     /* an incoming call that does not tell its number */
	DRIVER_TIMERS
};

enum driver_phase {
	PHASE_CLOSED, /* no port; one is being opened */
	PHASE_DRAIN,  /* reading it empty */
	PHASE_START,  /* the table of steps */
	PHASE_READY,
	PHASE_RESET,   /* told to restart, or going down */
	PHASE_STOPPED, /* no card, or people must help */
	PHASE_OUT      /* nothing helped */
};

struct driver_profile {
	const char *name;          /* for the configuration and for people */
	const char *maker, *model; /* beginnings, any case; "" any */
	int gap_ms;                /* least pause between commands on a serial port */
	int prompt_gap_ms;
	const char *reset;
	const char *urc_probe, *urc_port; /* unsolicited lines to our port (1.11); NULL none */
	unsigned heat;                    /* bits of the ways of driver_heat.c that it may know */
};

struct driver_port {
	/* Bytes that the port has not accepted yet, of these and earlier ones; then driver_drained(). */
	size_t (*write)(void *arg, const char *bytes, size_t n);
	/* Close the port if it is open; open it in so many ms; then driver_opened() or driver_lost(). */
	void (*open)(void *arg, int64_t in_ms);
	/* Close it, cut the modem's power and give it back, then open as above. NULL: cannot. */
	void (*power)(void *arg);
	void *arg;
};

/* Sound from and to the host, for modems that have a port for it. */
struct driver_audio {
	void (*open)(void *arg, bool listen); /* listen: look for keys in what is heard */
	void (*say)(void *arg, const struct modem_sound *s); /* then driver_spoken() */
	void (*stop)(void *arg);
	void (*close)(void *arg);
	void *arg;
};

struct driver_held {
	int64_t token;
	enum { HELD_FREE, HELD_WAITS, HELD_DELETE } state;
	char store[AT_STORE_MAX];
	int index; /* AT_NONE: handed over, or its place is not known any more */
	bool acknowledge;
};

struct driver_place {
	char store[AT_STORE_MAX];
	int index;
	int fails;
	int64_t until;
};

struct driver_sending {
	bool active, written;   /* written: the port has accepted all of the PDU */
	bool no_validity, more; /* more: another message follows at once */
	int64_t id;
	char to[PDU_NUMBER_SIZE];
	char *text;
	struct pdu_split split;
	struct pdu_message message;
	unsigned part;
	int tries, mr;
	char hex[PDU_HEX_MAX + 1];
	struct modem_part last;
};

struct driver {
	struct at at;
	struct modem_config config;
	char name[64], pin[16], smsc[PDU_NUMBER_SIZE], iccid[MODEM_IDENTITY_MAX], profile_name[24];
	char call_file[64];
	struct driver_port port;
	const struct modem_events *events;
	void *arg;
	struct modem_health health;
	const struct driver_profile *profile;

	int64_t now;
	int depth; /* inside how many calls; commands are chosen at the outermost end */
	int64_t due[DRIVER_TIMERS];
	enum driver_phase phase;
	const struct driver_op *op; /* in flight */
	bool tail;                  /* the port has not accepted all bytes yet */
	int64_t gap_until;
	int link_gap_ms;
	bool escaped; /* PHASE_DRAIN: ESC was written */
	unsigned long stray_seen, stray_last;
	int64_t stray_since;

	struct {
		bool on, escape, blind;
		size_t probe;
		int64_t latest; /* do not wait for quiet any longer */
	} resync;
	int rung;           /* of the ladder: 0, 2, 3, 4, 6 */
	int64_t away_since; /* no port since then; 0: there is one */
	int64_t resets[DRIVER_RESETS], losses[DRIVER_LOSSES];

	struct {                                       /* start */
		int step, last, tries, choice, notice; /* notice: which CNMI */
		bool got, pin_tried,
			quick; /* got: the own line came; quick: only the settings again */
		int64_t since;
		char cnmi[64];            /* what CNMI=? allows; "" unknown */
		char store[AT_STORE_MAX]; /* for what arrives, as it was found; "" unknown */
	} start;
	bool pin_waits, sim_gone, sim_asked, sim_back;
	bool notices_off;
	struct at_registration creg, packet; /* what each network said last */
	int service;                         /* CSMS: 1 wants CNMA */
	bool cmms, smsc_in_pdu, cereg, denied;
	int64_t unregistered_since;
	int search; /* cures tried while there is no network */

	int signals[DRIVER_SIGNALS]; /* the last ones; unknown ones are left out */
	size_t signal_count;
	int thermometer; /* which command tells the temperature; AT_NONE none */
	int bearers,
		unsent;  /* CGSMS choices tried in this start; refusals in a row, -1: it can send */
	bool modem_port; /* the port's name says: interface 3, the data port of a stick */
	struct {
		enum { USSD_IDLE, USSD_WANTED, USSD_ASKED } state;
		char code[24];
		bool packed,
			close; /* packed: asked in that form; close: the session is still open */
	} ussd;

	struct driver_sending send;
	int64_t pace_until;
	int64_t link_until; /* until then the modem keeps the link up by itself */
	struct {
		bool valid;
		int64_t id;
		unsigned part;
	} late;
	bool house_turn; /* after a send one command of housekeeping may come */

	int64_t token;
	struct driver_held held[DRIVER_HELD];
	size_t held_top; /* places from here on were never used */
	struct driver_place notice[DRIVER_NOTICES];
	size_t notices;
	struct driver_place bad[DRIVER_BAD_PLACES];
	struct driver_place reading;                  /* of the CMGR or CMGD in flight */
	char store[AT_STORE_MAX], home[AT_STORE_MAX]; /* in use now, and normally */
	bool home_refused; /* the way back to it: not before the next sweep */
	char stores[DRIVER_STORES][AT_STORE_MAX];
	size_t store_count;
	char target[AT_STORE_MAX]; /* of the CPMS in flight */
	unsigned sweeps;           /* bit i: stores[i] wants a sweep */
	int by_index;              /* next place of a sweep without CMGL; AT_NONE */
	bool no_list;              /* CMGL does not work here */
	unsigned acks;             /* CNMA owed */
	int ack_form;
	unsigned chores; /* bits: see driver_watch.c */

	struct driver_voice voice;
	struct driver_call call;
	const struct driver_audio *audio; /* NULL: none */
	bool network_first;               /* a call is over: where are we registered? */
};

void driver_init(struct driver *d, const struct modem_config *config,
	const struct driver_port *port, const struct modem_events *events, void *arg);
void driver_begin(struct driver *d, int64_t now); /* asks for the port */
void driver_end(struct driver *d, int64_t now);   /* ends what is under way; frees */

void driver_opened(
	struct driver *d, int64_t now, int gap_ms); /* gap: least pause of this kind of port */
void driver_lost(struct driver *d, int64_t now);    /* gone, or could not be opened */
void driver_bytes(struct driver *d, int64_t now, const char *bytes, size_t n);
void driver_drained(struct driver *d, int64_t now); /* the port has accepted all */
void driver_tick(struct driver *d, int64_t now);
int64_t driver_deadline(const struct driver *d); /* INT64_MAX: none */

bool driver_can_send(const struct driver *d);
enum modem_rc driver_send(
	struct driver *d, int64_t now, const struct modem_message *message, enum pdu_rc *why);
bool driver_can_call(const struct driver *d);
enum modem_rc driver_call(struct driver *d, int64_t now, const struct modem_call *call);
void driver_spoken(struct driver *d, int64_t now);        /* the host's sound is over */
void driver_key(struct driver *d, int64_t now, char key); /* heard in the host's sound */
void driver_committed(struct driver *d, int64_t now, int64_t token);
void driver_left(struct driver *d, int64_t now, int64_t token);
void driver_pin(struct driver *d, int64_t now, bool may_try);
bool driver_ussd(struct driver *d, int64_t now, const char *code); /* see modem_ussd() */
void driver_reset(struct driver *d, int64_t now);                  /* see modem_reset() */

#endif
