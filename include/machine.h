/*
 * machine.h - the life of a thing as one table.
 *
 * State 0 means "must not happen" and is never stored. next[state * events + event] is the
 * state after the event, 0 where the table is silent. Stored is the code, never the number.
 */
#ifndef QUANZU_MACHINE_H
#define QUANZU_MACHINE_H

struct machine {
	const char *name;
	int states, events;
	const char *const *state_codes; /* [states], [0] is "" */
	const char *const *event_codes; /* [events] */
	const unsigned char *next;      /* [states * events] */
};

int machine_next(const struct machine *m, int state, int event); /* 0: must not happen */
int machine_state(const struct machine *m, const char *code);    /* 0: unknown code */
const char *machine_code(const struct machine *m, int state);

#endif
