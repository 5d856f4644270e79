/*
 * outcome_code.h - the outcome codes: MET_OK, TRANSFERRED_AFTER, ... with their words.
 *
 * The built-in table is the township's default; configuration replaces or adds rows.
 */
#ifndef QUANZU_OUTCOME_CODE_H
#define QUANZU_OUTCOME_CODE_H

#include <stdbool.h>

enum { OUTCOME_CODES = 48 };

enum outcome_ends { /* for which levels the code ends the case */
	OUTCOME_NEVER,
	OUTCOME_ALWAYS,
	OUTCOME_LOW_ONLY,       /* LOW */
	OUTCOME_MEDIUM_AND_LOW, /* else interim: the visit stays due */
};

struct outcome_code {
	char code[24];
	char name[48];   /* what people read: 见面劝住 */
	char words[160]; /* accepted in files, separated by spaces */
	enum outcome_ends ends;
	bool dissuaded; /* counts as a success where the code ends the case */
	bool retransfer; /* counts against 再转账率, unless the transfer is known to be older than the
	                  * warning: the KPI looks at its time */
	bool neutral; /* leaves the denominators */
	bool loss;    /* money is gone: a stop-payment hand-over now */
	bool revisit; /* 回访 as the level's policy says */
	bool raise;   /* alarms at once, even by an uncertain word; no timer stops for it */
};

struct outcome_codes {
	struct outcome_code row[OUTCOME_CODES];
	int count;
};

void outcome_codes_default(struct outcome_codes *t);
const struct outcome_code *outcome_code_find(
	const struct outcome_codes *t, const char *code); /* NULL */
/* By code (either case), name or one of its words, exactly, after folding width; NULL: none. */
const struct outcome_code *outcome_code_of_word(const struct outcome_codes *t, const char *word);
bool outcome_code_ends(const struct outcome_code *c, const char *level_code);
/*
 * The code of a reply action 3 .. 8 with its remark (may be NULL): 5 and 关机 is PHONE_OFF.
 * `met`: 2 was reported before, by a visit. NULL for the actions that are no outcome.
 */
const char *outcome_code_of_reply(int action, bool met, const char *remark);

#endif
