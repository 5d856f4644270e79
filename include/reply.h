/*
 * reply.h - what a volunteer's SMS means (docs/REPLIES.md).
 *
 * reply_read() takes the text and what we know of the sender and answers with what is to
 * be done, item by item, and with what the sender gets. 0, 4 and 7 act even when they are
 * not sure (REPLY_RAISE); everything else needs certainty, and a doubtful answer changes
 * nothing (REPLY_PROPOSE). What is read does not depend on the clock: ages come with it.
 *
 * Pure: no I/O and no state. One allocation a call, freed before it returns.
 */
#ifndef QUANZU_REPLY_H
#define QUANZU_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amount.h"
#include "phrase.h"

enum {
	REPLY_BYTES_MAX = 65536,  /* of UTF-8; longer texts go to a person */
	REPLY_TASKS_MAX = 1000,   /* there are no more codes */
	REPLY_ITEMS_MAX = 64,     /* what goes beyond is not done and a person reads the text */
	REPLY_AGE_MAX_MIN = 2160, /* 36 hours: older texts go to a person */
	REPLY_MINE_MIN = 30,      /* a correction of an own reply */
	REPLY_ASKED_MIN = 30,     /* an open question */
	REPLY_REPEAT_MIN = 10,
	REPLY_LEAVE_DAYS_MAX = 30
};

enum reply_sender {
	REPLY_MEMBER,   /* a mobile number of the directory */
	REPLY_STRANGER, /* a mobile number that is not in it */
	REPLY_SERVICE   /* no mobile number: 10086, 95588, letters; never answered */
};

enum reply_state {
	REPLY_OFFERED, /* not yet accepted */
	REPLY_ACCEPTED,
	REPLY_MET,   /* accepted, and 2 was reported */
	REPLY_CLOSED /* over for this phone; the code is cooling down */
};

struct reply_task {
	char code[4]; /* two or three digits; anything else is passed over */
	enum reply_state state;
	int64_t amount_fen;     /* of the warning; 0: not known */
	int64_t issued_min_ago; /* age of the code; negative: old */
	int mine_action;        /* this sender's last accepted reply on it; negative: none */
	int64_t mine_min_ago;
};

struct reply_asked { /* our open question to this phone */
	char code[4];
	int action;           /* the proposed action; negative: we asked for the amount */
	struct amount amount; /* of a proposed 3; AMOUNT_NONE: none */
	int64_t min_ago;
};

struct reply_context {
	const struct phrases *phrases;
	enum reply_sender sender;
	const struct reply_task *tasks; /* at most REPLY_TASKS_MAX */
	size_t n_tasks;
	const struct reply_asked *asked; /* NULL: none */
	const char *before_text;         /* this sender's previous message; NULL: none */
	int64_t before_min_ago;
	int64_t written_min_ago; /* by the SMSC's clock */
	const char *sign;        /* our signature without 【】; NULL: none */
};

enum reply_do {
	REPLY_APPLY,   /* certain: done at once */
	REPLY_RAISE,   /* not certain, but alarm the duty desk at once; no timer stops */
	REPLY_PROPOSE, /* not certain: nothing changes, ask the sender */
	REPLY_CORRECT, /* certain, replaces this sender's reply on a closed task */
	REPLY_NOOP,    /* certain, but it is so already */
	REPLY_LATE,    /* the task is over: information only */
	REPLY_DOS
};

enum reply_next {
	REPLY_UNKNOWN, /* a code that this phone does not know */
	REPLY_DIGITS,  /* digits that must not be guessed */
	REPLY_ACTION,  /* a code without an action */
	REPLY_WHICH,   /* several tasks can be meant */
	REPLY_HUMAN,   /* a person must read it */
	REPLY_IS_LATE,
	REPLY_CONFIRM, /* an item is proposed or raised */
	REPLY_ECHO,
	REPLY_NONE,
	REPLY_IGNORE, /* no answer, or a repeat */
	REPLY_HELP,
	REPLY_LIST,
	REPLY_LEAVE,
	REPLY_BACK,
	REPLY_STOP,
	REPLY_NEXTS
};

struct reply_item {
	char code[4]; /* "": no task could be named */
	int task;     /* its index in the context; -1 with code "" */
	int action;   /* 0 .. 9 */
	enum reply_do how;
	struct amount amount; /* with actions 3 and 4; AMOUNT_NONE: none found */
	bool check;           /* with action 4: the figure waits for a second look */
};

struct reply {
	enum reply_next next;
	int days; /* with REPLY_LEAVE: 1 .. REPLY_LEAVE_DAYS_MAX */
	size_t n_items;
	struct reply_item items[REPLY_ITEMS_MAX];
};

void reply_read(const char *text, const struct reply_context *context, struct reply *out);

/* Who a number is: eleven digits 1[3-9]... with +86, 86 or 0086 before them or not. */
enum reply_sender reply_sender_of(const char *number, bool in_directory);

/* apply raise propose correct noop late; unknown digits ... stop: stable, they are stored. */
const char *reply_do_code(enum reply_do how);
const char *reply_next_code(enum reply_next next);
bool reply_state_of(const char *code, enum reply_state *out); /* false: there is no such code */

#endif
