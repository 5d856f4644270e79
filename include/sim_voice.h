/*
 * sim_voice.h - calls of a simulated modem: the lines of each maker's family, speech, keys, rings.
 *
 * A phone does what its rules say (sim_rule.h): it is busy, silent, picks up, presses keys, hangs
 * up. What happens is noted in the record as lines with ev "call".
 */
#ifndef QUANZU_SIM_VOICE_H
#define QUANZU_SIM_VOICE_H

#include "sim_modem.h"

enum { /* bits of sim_command.families */
	SIM_SIM800 = 1,
	SIM_A7670 = 2,
	SIM_QUECTEL = 4,
	SIM_LUAT = 8,
	SIM_HUAWEI = 16,
	SIM_UBLOX = 32,
	SIM_GENERIC = 64
};

struct sim_family;

const struct sim_family *sim_family_of(const char *name); /* NULL: no such family */
unsigned sim_family_bit(const struct sim_family *f);
/* The modem becomes one of that family: its maker and model, its commands. */
void sim_voice_family(struct sim_modem *m, const struct sim_family *f);

int sim_voice_dial(struct sim_modem *m, const char *number); /* enum sim_result */
int sim_voice_hang_up(struct sim_modem *m);
void sim_voice_list(struct sim_modem *m); /* the lines of AT+CLCC */
int sim_voice_cause(const struct sim_modem *m);
void sim_voice_reset(struct sim_modem *m); /* another life begins */
/* Speaks for as long as the text is; `end` is the line at the end of it. */
int sim_voice_speak(struct sim_modem *m, const char *text, int64_t us, const char *end);
int sim_voice_hush(struct sim_modem *m);
void sim_voice_ring(struct sim_modem *m, const char *number); /* somebody calls this modem */

#endif
