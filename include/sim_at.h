/*
 * sim_at.h - the AT commands of a simulated modem: tables of names and handlers.
 *
 * A new command is a row and a function in one of the sim_at_*.c files; a maker's family of voice
 * commands is a new file with a table of its own, named in sim_at.c.
 */
#ifndef QUANZU_SIM_AT_H
#define QUANZU_SIM_AT_H

#include <stddef.h>

#include "sim_args.h"
#include "sim_modem.h"
#include "sim_reply.h"

enum sim_need {
	SIM_NEEDS_NOTHING,
	SIM_NEEDS_SIM, /* CME 11 or 12 while the SIM is locked */
	SIM_NEEDS_SMS  /* CMS 311 or 316 likewise */
};

struct sim_command {      /* ends with a row without a name */
	const char *name; /* "+CMGF"; letters of either case fit */
	enum sim_need need;
	int (*exec)(struct sim_modem *m);
	int (*read)(struct sim_modem *m);
	int (*set)(struct sim_modem *m, struct sim_args *a);
	const char *test; /* what stands behind the name in the answer to =?; "" is a bare OK */
	int (*tell)(struct sim_modem *m); /* the answer to =? when it depends on the modem */
	/* A plain setting 0..max of struct sim_settings instead of read and set. */
	size_t offset;
	int max;
	unsigned families; /* of sim_voice.h, those that know it; 0: all */
};

struct sim_basic { /* V.250 5.3.1: E0, &D0, S3=13 */
	const char *name;
	int (*run)(struct sim_modem *m, long n, const char *dial); /* dial: of D alone */
};

extern const struct sim_basic sim_basics[];
extern const struct sim_command sim_commands_base[];
extern const struct sim_command sim_commands_radio[];
extern const struct sim_command sim_commands_sms[];
extern const struct sim_command sim_commands_send[];
extern const struct sim_command sim_commands_list[];
extern const struct sim_command sim_commands_call[];

/* One command line without its CR, as typed. Says all that is to be said. */
void sim_at_line(struct sim_modem *m, const char *line);
/* The data behind a prompt are complete (Ctrl-Z), or given up (ESC). */
void sim_at_data(struct sim_modem *m);
void sim_at_escape(struct sim_modem *m);

/* The modem's life ends while a message is on the air: it is lost, and noted so. */
void sim_at_broken_off(struct sim_modem *m);

int sim_at_dial(struct sim_modem *m, const char *number);
int sim_at_hang_up(struct sim_modem *m);

#endif
