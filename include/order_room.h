/*
 * order_room.h - what the files of people's orders share; nobody else includes it.
 *
 *   orders.c      the table of orders, and those about everything else
 *   case_orders.c cases, tasks
 *
 * An order is a function: true, it is done; false, the fault says why it is not.
 */
#ifndef QUANZU_ORDER_ROOM_H
#define QUANZU_ORDER_ROOM_H

#include "desk_room.h"

struct order {
	struct desk *d;
	const char *actor;
	int64_t id;
	const json_t *body;
	json_t **out;
	struct fault *fault;
};

/* False, which readers of a single file (the linter is one) must see. */
static inline bool order_refuse(
	const struct order *o, const char *code, const char *why, const char *mend)
{
	fault_set(o->fault, code, why, mend);
	return false;
}

bool order_no_such(const struct order *o, const char *what);    /* 案件, 任务 */
const char *order_text(const struct order *o, const char *key); /* of the body; "" none */

/* -- case_orders.c ------------------------------------------------------------------------------ */

bool order_case_note(const struct order *o);
bool order_case_level(const struct order *o);
bool order_case_close(const struct order *o);
bool order_case_reopen(const struct order *o);
bool order_case_outcome(const struct order *o);
bool order_task_accept(const struct order *o);
bool order_task_decline(const struct order *o);
bool order_task_outcome(const struct order *o);
bool order_task_confirm(const struct order *o);
bool order_task_reassign(const struct order *o);

#endif
