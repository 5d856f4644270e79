/*
 * sim_say.h - what a simulated phone says: one text, and how it travels.
 *
 * Pure parser: words in, a struct out. Options are described in quanzu-modemsim(1).
 */
#ifndef QUANZU_SIM_SAY_H
#define QUANZU_SIM_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "pdu.h"
#include "sim_words.h"

enum { SIM_NUMBER_MAX = 48, SIM_ORDER_MAX = 32 /* parts that an order may name */ };

/* Digits as one subscriber has them: without +86, 0086, 86 or 0 in front of a mobile number. */
void sim_number_key(const char *number, char out[SIM_NUMBER_MAX]);

enum sim_shown { SIM_SHOWN_PLUS, SIM_SHOWN_86, SIM_SHOWN_PLAIN };

struct sim_say { /* one text and how it travels */
	char *text;
	int64_t after_us;
	char from[SIM_NUMBER_MAX];     /* another phone than the one that was written to; or "" */
	enum pdu_alphabet alphabet;    /* PDU_AUTO by the text */
	unsigned ref_bits;             /* 8 or 16 */
	unsigned cut;                  /* characters a part; 0: as many as fit */
	unsigned times;                /* 1; more are duplicates to the octet */
	int64_t gap_us;                /* between parts and duplicates */
	int msg_class;                 /* -1 none */
	bool reverse;                  /* parts in reverse order */
	unsigned order[SIM_ORDER_MAX]; /* part numbers in order of travel; order[0] 0: ascending */
	enum sim_shown shown;
};

/* What stands behind `answer` or `say`: [after T] "text" and options. s->text is malloc. */
bool sim_say_parse(struct sim_words *w, struct sim_say *s);
void sim_say_clear(struct sim_say *s);

#endif
