/*
 * taking.h - one incoming text being read: the desk's own room between inbox.c, taking.c and answer.c.
 */
#ifndef QUANZU_TAKING_H
#define QUANZU_TAKING_H

#include "desk_room.h"
#include "inbound.h"
#include "reply.h"

enum { TAKING_TASKS = 128 };

struct taking {
	struct inbound *in;
	const char *phone;            /* normal form; "" when it is no number */
	const char *actor;            /* "member:ID", or the manager who read it */
	const struct member *members; /* with this number */
	size_t member_count;
	struct reply_code *codes; /* beside tasks[], same order */
	struct reply_task tasks[TAKING_TASKS];
	size_t task_count;
	struct reply reply;
	bool done[REPLY_ITEMS_MAX]; /* the act did it (not late after all) */
	bool detail_sent;           /* an acceptance was answered by the details already */
	bool quiet;                 /* a storm: act, but do not answer */
};

/* Gathers what the grammar needs, reads and acts on every item. */
void taking_run(struct desk *d, struct taking *r);
/* The one SMS that goes back, if any. */
void taking_answer(struct desk *d, const struct taking *r);
/* Of a request for leave: the first midnight after it. */
int64_t taking_leave_end(const struct desk *d, const struct taking *r);
/* 接单, 已劝住 ... */
const char *taking_action_name(int action);

#endif
