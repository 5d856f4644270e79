/*
 * sim_fault.h - the fault switches of a simulated modem: their names, arguments and moments.
 *
 * Pure: words in, a struct out; sim_modem.h is where a fault happens. The same words are used in
 * scripts and on the control socket.
 */
#ifndef QUANZU_SIM_FAULT_H
#define QUANZU_SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_words.h"

enum sim_fault_kind {
	SIM_NO_PROMPT,     /* the next CMGS get no prompt, though the modem waits for the data */
	SIM_NO_REPLY,      /* the message is sent, the answer never comes */
	SIM_NO_REPLY_LOST, /* neither */
	SIM_LATE_REPLY,    /* sent at once, answered later; other commands work meanwhile */
	SIM_CMS,           /* refused with +CMS ERROR: code, not sent */
	SIM_HANG,          /* nothing is read or written for so long, then all of it */
	SIM_UNPLUG,        /* the port is gone for so long; settings are lost, the SIM is not */
	SIM_RESET,         /* the modem starts anew on an open port */
	SIM_FULL_STORAGE,  /* all free places are filled with old messages */
	SIM_ECHO_ON,       /* as ATE1 that nobody sent */
	SIM_URC_NOISE,     /* unsolicited lines at any place where they may come */
	SIM_SPLIT,         /* one byte a millisecond */
	SIM_PIN,           /* the SIM wants its PIN (default 1234) */
	SIM_UNREGISTERED,  /* no network */
	SIM_DELAY,         /* each message takes so long on the air */
	SIM_CMT_MODE,      /* messages are handed over by +CMT whatever CNMI says */
	SIM_NO_TTS,        /* the firmware cannot speak */
	SIM_RING,          /* somebody calls this modem */
	SIM_DEAF,          /* messages of others are lost; reports come */
	SIM_FAULTS
};

struct sim_fault {
	enum sim_fault_kind kind;
	int64_t us;     /* LATE_REPLY, HANG, UNPLUG, DELAY */
	int code;       /* CMS */
	unsigned times; /* NO_PROMPT .. CMS: how many CMGS are hit */
	bool on;        /* switches */
	char pin[9];    /* PIN */
	char from[24];  /* RING */
};

/* NAME [ARGUMENTS]: `cms CODE [TIMES]`, `no_reply [TIMES]`, `unplug MS`, `split [on|off]`, `pin [PIN|off]`. */
bool sim_fault_parse(struct sim_words *w, struct sim_fault *out);
const char *sim_fault_name(enum sim_fault_kind kind);

/* Where in the life of one CMGS a fault may strike. */
enum sim_moment {
	SIM_ON_CMGS,   /* the command line has come */
	SIM_ON_PROMPT, /* the prompt is out */
	SIM_ON_DATA,   /* Ctrl-Z has come, the network has not got the message */
	SIM_ON_SENT,   /* the network has it, the answer is not out */
	SIM_MOMENTS
};

struct sim_trap {
	enum sim_moment moment;
	unsigned nth; /* of the modem's CMGS, from 1 */
	bool every;   /* each nth, not only the one */
	struct sim_fault fault;
};

/* MOMENT [every] N FAULT, behind the word `on`. */
bool sim_trap_parse(struct sim_words *w, struct sim_trap *out);
bool sim_trap_hits(const struct sim_trap *t, enum sim_moment moment, unsigned cmgs);

#endif
