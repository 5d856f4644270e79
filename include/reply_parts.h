/*
 * reply_parts.h - what the files of the reply grammar share; nobody else includes it.
 *
 * The road of a text, one file a step: reply.c folds it and keeps the order of work,
 * reply_quote.c takes away what is not the sender's own (4), reply_command.c knows the
 * commands and our open question (8), reply_number.c finds the numbers and reply_token.c
 * the codes (5), reply_word.c the phrases (7), reply_segment.c says what a segment means (6, 7), reply_item.c
 * puts each action against the state of its task (8).
 */
#ifndef QUANZU_REPLY_PARTS_H
#define QUANZU_REPLY_PARTS_H

#include "reply.h"

enum { REPLY_NO_TASK = -1 };

/* A stretch of digits, taken whole; or a Chinese numeral where one may be a code. */
struct reply_number {
	uint32_t start, end;
	uint32_t digits; /* how many digits it has */
	uint32_t value;  /* of at most four digits */
};

enum reply_token_kind {
	REPLY_TOKEN_CODE,    /* known codes, with an action or without */
	REPLY_TOKEN_UNKNOWN, /* looks like a code and is none of this phone */
	REPLY_TOKEN_DIGITS,  /* four and more digits at the start */
	REPLY_TOKEN_BARE     /* an action digit without any code */
};

struct reply_token {
	enum reply_token_kind kind;
	uint32_t start, end;     /* in the text; the remark begins at `end` */
	int action;              /* -1: none */
	uint32_t codes, n_codes; /* where in reply_work.codes the tasks stand */
};

struct reply_hit {      /* a phrase, selected, or a clause that is one word */
	uint32_t start; /* in the text */
	int8_t action;
	bool negated;
	bool clause_word;
	bool asked; /* 没, 没有 or 不 behind it ends the clause */
};

/* A token with what belongs to it; without any token the whole text. */
struct reply_segment {
	const struct reply_token *token; /* NULL: none */
	size_t from, to;
	const struct reply_hit *hits;
	size_t n_hits;
};

struct reply_work {
	const struct reply_context *context;
	const struct phrases *phrases;
	struct reply *out;
	bool next[REPLY_NEXTS]; /* which of them apply */
	bool several_open;      /* two or more tasks are not closed */

	uint32_t *t; /* the canonical text */
	size_t n;
	uint32_t *spare; /* as large as t; for whoever needs it within one function */

	uint16_t two[100], three[1000]; /* the task of a code, + 1; 0: not known */

	bool all_code; /* nothing but digits, fillers and separators */
	struct reply_number *numbers;
	size_t n_numbers;
	struct reply_token *tokens;
	size_t n_tokens;
	uint16_t *codes;
	size_t n_codes;

	/* the text without spaces; 0 parts clauses, the first and the last are 0 */
	uint32_t *compact, *origin;
	size_t n_compact;
	uint32_t *lengths; /* a bit for each length of a phrase that begins here */
	bool *covered;
	struct reply_hit *hits;
	size_t n_hits;
};

/* -- reply_quote.c -- */
bool reply_is_tapback(const uint32_t *t, size_t n);
/* Where the lines at the beginning end that are quoted or our own message. */
size_t reply_own_lines(const uint32_t *t, size_t n, const char *sign);
/* Takes quoted lines and our own messages out of t; what is left is tidy. */
size_t reply_drop_own(uint32_t *t, size_t n, const char *sign);
/* The length of the opener of an automatic reply, 0 if there is none. */
size_t reply_opener(const uint32_t *t, size_t n);

/* -- reply_number.c -- */
enum reply_number_kind { REPLY_NUMBER_OTHER, REPLY_NUMBER_CODE, REPLY_NUMBER_CODE_ACTION };

void reply_know_codes(struct reply_work *w);
/* In a text that is all code, Chinese numerals become digits first. */
void reply_find_numbers(struct reply_work *w);
/* What a number of so many digits is by the known codes: its task and its action. */
enum reply_number_kind reply_kind_of(
	const struct reply_work *w, uint32_t digits, uint32_t value, int *task, int *action);
/* Whether what directly surrounds the number makes it a house, a sum, a time, a measure. */
bool reply_is_no_code(const struct reply_work *w, const struct reply_number *number);
/* A single digit that may be an action, by what is beside and behind it. */
bool reply_stands_as_action(const struct reply_work *w, size_t at);
/* 号 marks a code, unless a phrase begins with it: 18号码不对. */
bool reply_is_mark(const struct reply_work *w, size_t at);
/* The length of a filler or connector at t[at], or of 号, which mean nothing here; 0: none. */
size_t reply_filler_at(const struct reply_work *w, size_t at);
size_t reply_only_filler_at(const struct reply_work *w, size_t at);
size_t reply_connector_at(const struct reply_work *w, size_t at);

/* -- reply_token.c -- */
void reply_find_tokens(struct reply_work *w);
bool reply_has_code(const struct reply_work *w); /* a token of a known code */

/* -- reply_word.c -- */
void reply_find_hits(struct reply_work *w);
/* Whether a phrase of the table that is not neutral begins at t[at], spaces aside. */
bool reply_listed_at(const struct reply_work *w, size_t at);

/* -- reply_segment.c -- */
void reply_read_segments(struct reply_work *w);

/* -- reply_command.c -- */
bool reply_take_command(struct reply_work *w);
bool reply_take_answer(struct reply_work *w); /* to our open question */

/* -- reply_item.c -- */
/* The only task that can be meant by an action without a code: *task, or how many there are. */
size_t reply_candidates(const struct reply_work *w, int action, int *task);
size_t reply_open(const struct reply_work *w); /* tasks that are not closed and can be meant */
size_t reply_closed(const struct reply_work *w, int *task);
/*
 * One item. `digit`: the sender wrote the action as a digit or said yes to it, so it may
 * correct. The state of the task may turn `how` into another (8).
 */
void reply_add(struct reply_work *w, int task, int action, enum reply_do how,
	const struct amount *amount, bool digit);
void reply_settle(struct reply_work *w); /* out->next from what was noted and the items */

#endif
