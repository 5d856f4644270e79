/*
 * sim_rule.h - what a script says about phones: blocks of rules, their words and their meaning.
 *
 * Pure parser: words in, structs out. A block belongs to whoever made it and is emptied with
 * sim_block_clear(). Statements are described in quanzu-modemsim(1).
 */
#ifndef QUANZU_SIM_RULE_H
#define QUANZU_SIM_RULE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_say.h"
#include "sim_words.h"

enum {
	SIM_FATES_MAX = 4, /* reports for one message */
	SIM_SAYS_MAX = 8,  /* answers of one step */
	SIM_PRESSES_MAX = 8
};

struct sim_fates {      /* status reports of one message, in order */
	unsigned count; /* 0: none is sent */
	struct {
		int64_t after_us; /* since the network took the message */
		uint8_t status;   /* 23.040 9.2.3.15 */
	} list[SIM_FATES_MAX];
	bool heard;       /* the phone gets the message at all */
	int64_t heard_us; /* and how long after the network took it */
};

enum sim_call {
	SIM_CALL_NO_CARRIER,
	SIM_CALL_BUSY,
	SIM_CALL_NO_ANSWER,
	SIM_CALL_REJECTED,
	SIM_CALL_NO_NUMBER,
	SIM_CALL_ANSWER
};

struct sim_press { /* a key that a phone presses */
	char key;
	int64_t after_us;  /* since the first word it heard, or a second after it picked up */
	bool twice, noise; /* the modem tells it twice; writes 8-bit noise in front */
};

struct sim_step {
	bool always, has_when;
	regex_t when;
	unsigned count; /* answers; 0 is silence */
	struct sim_say says[SIM_SAYS_MAX];
};

struct sim_block {
	char **patterns;
	size_t pattern_count;
	struct sim_fates fates;
	struct sim_step *steps;
	size_t step_count;
	bool repeat;       /* after the last step the first comes again */
	int refuse;        /* +CMS ERROR that the network gives; -1 none */
	long refuse_times; /* -1 always */
	enum sim_call call;
	int64_t call_us; /* how long it rings */
	struct sim_press presses[SIM_PRESSES_MAX];
	size_t press_count;
	char early;        /* a key that the modem hears while it rings; 0 none */
	int64_t hangup_us; /* since it picked up; -1 never */
	enum sim_shown shown;
};

/* A block for these patterns (separated by commas), with the default behaviour. */
void sim_block_init(struct sim_block *b, const char *patterns);
void sim_block_clear(struct sim_block *b);
/* Whether a key (sim_number_key) fits one of the patterns; `*` and `?` as in file names. */
bool sim_block_fits(const struct sim_block *b, const char *key);

/* One statement: answer, and, when, always, silence, repeat, report, off, refuse, call, shown. */
bool sim_block_statement(struct sim_block *b, struct sim_words *w);

#endif
