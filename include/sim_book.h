/*
 * sim_book.h - the scripted phones: who answers what, when, and what becomes of reports.
 *
 * Pure: no I/O and no clock. Statements (see quanzu-modemsim(1)) fill blocks of phones, one block
 * a pattern list; the first block whose pattern fits a number is that phone's. Every number
 * that is heard of gets a phone of its own, with a conversation for each task code. The book
 * owns everything; pointers stay good until sim_book_free() and do not move.
 *
 * A conversation walks the steps of the block in order. A step without `when` takes any message;
 * a step with `when` waits for a message that matches, others pass it in silence. A message
 * without a code goes on with the latest conversation. An `always` step is not used up; it is
 * tried when the next step does not fit, and if its text holds {code} the message itself must
 * have one: thus a phone does not answer acknowledgements for ever.
 */
#ifndef QUANZU_SIM_BOOK_H
#define QUANZU_SIM_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdu.h"
#include "sim_rule.h"

enum {
	SIM_CODE_MAX = 16,
	SIM_TALKS_MAX = 64,     /* conversations a phone remembers; the oldest is forgotten */
	SIM_JOINS_MAX = 8,      /* incomplete long messages a phone keeps; likewise */
	SIM_PHONES_MAX = 200000 /* numbers with a memory; more get the default behaviour */
};

struct sim_book;

struct sim_book *sim_book_new(void);
void sim_book_free(struct sim_book *b); /* NULL is allowed */

/* The block with exactly these patterns (separated by commas), made when new. */
struct sim_block *sim_book_block(struct sim_book *b, const char *patterns);
/* Another pattern for {code}, with one group; the usual one is 回171 or 17号. */
bool sim_book_code_pattern(struct sim_book *b, const char *pattern, char error[SIM_ERROR_MAX]);

/* The rules of a number; the defaults when no pattern fits. */
const struct sim_block *sim_book_rules(struct sim_book *b, const char *number);
/* Whether the network refuses a message to this number now; counts `times` down. -1: no. */
int sim_book_refuses(struct sim_book *b, const char *number);

/*
 * The phone reads one whole message. `say` is called for each answer, with the text filled in,
 * before this returns. Returns the code that was found in it ("" none), good until the next call.
 */
const char *sim_book_hear(struct sim_book *b, const char *number, const char *text,
	void (*say)(void *arg, const struct sim_say *how, const char *text), void *arg);

/*
 * Joins parts on their way to a phone. Returns true with the whole text in *out (appended) when
 * this part completes its message, which a part that stands alone does at once.
 */
bool sim_book_join(struct sim_book *b, const char *number, const char *from, const struct pdu *p,
	struct buf *out);

#endif
