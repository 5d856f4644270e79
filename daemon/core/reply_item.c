/* reply_item.c - one action against the state of its task, and what the sender gets (8, 2). */
#include <string.h>

#include "reply_parts.h"

#include "banned.h"

#define MUCH_MONEY INT64_C(100000000) /* 1,000,000 yuan in fen */

static const struct amount no_amount = { .kind = AMOUNT_NONE };

/* A code that was given out after the SMS was written cannot be meant. */
static bool is_too_new(const struct reply_work *w, const struct reply_task *task)
{
	return task->issued_min_ago >= 0 && task->issued_min_ago < w->context->written_min_ago;
}

/* How many tasks that can be meant are in one of the states (bits); *task: the last of them. */
static size_t count_states(const struct reply_work *w, unsigned states, int *task)
{
	size_t n = 0;

	for (size_t i = 0; i < w->context->n_tasks; i++) {
		const struct reply_task *t = &w->context->tasks[i];

		if (!(states >> t->state & 1) || is_too_new(w, t))
			continue;
		*task = (int)i;
		n++;
	}
	return n;
}

enum {
	OFFERED = 1 << REPLY_OFFERED,
	TAKEN = 1 << REPLY_ACCEPTED | 1 << REPLY_MET,
	CLOSED = 1 << REPLY_CLOSED
};

size_t reply_candidates(const struct reply_work *w, int action, int *task)
{
	size_t n = count_states(w, action <= 1 ? OFFERED : TAKEN, task);

	if (n > 0 || action == 1)
		return n;
	return count_states(w, action == 0 ? TAKEN : OFFERED, task);
}

size_t reply_open(const struct reply_work *w)
{
	int task;

	return count_states(w, OFFERED | TAKEN, &task);
}

size_t reply_closed(const struct reply_work *w, int *task)
{
	return count_states(w, CLOSED, task);
}

static bool is_checked(const struct reply_task *task, const struct amount *amount)
{
	int64_t hi = amount->hi_fen;

	if (!amount->known)
		return false;
	if (hi >= MUCH_MONEY)
		return true;
	return task != NULL && task->amount_fen > 0 && (hi - 1) / 10 >= task->amount_fen;
}

/* What becomes of `how` on a task that is over. */
static enum reply_do on_closed(const struct reply_task *task, int action, enum reply_do how,
	const struct amount *amount, bool digit)
{
	bool recent = task->mine_action >= 0 && task->mine_min_ago <= REPLY_MINE_MIN;
	bool again = action == task->mine_action && amount->kind == AMOUNT_NONE;

	if (recent && again)
		return REPLY_NOOP;
	if (recent && digit && how == REPLY_APPLY)
		return REPLY_CORRECT;
	return action == 4 || action == 7 ? REPLY_RAISE : REPLY_LATE;
}

/* Section 8, the state of the task; *task becomes REPLY_NO_TASK when it cannot be meant. */
static enum reply_do by_state(const struct reply_work *w, int *task, int action, enum reply_do how,
	const struct amount *amount, bool digit)
{
	const struct reply_task *t = &w->context->tasks[*task];

	if (is_too_new(w, t)) {
		if (action != 4 && action != 7)
			return REPLY_LATE;
		*task = REPLY_NO_TASK;
		return REPLY_RAISE;
	}
	if (t->state == REPLY_CLOSED)
		return on_closed(t, action, how, amount, digit);
	if ((action == 1 && t->state != REPLY_OFFERED) || (action == 2 && t->state == REPLY_MET))
		return REPLY_NOOP;
	return how;
}

static bool same_amount(const struct amount *a, const struct amount *b)
{
	return a->kind == b->kind && a->lo_fen == b->lo_fen && a->hi_fen == b->hi_fen;
}

/* The item that says the same of the same task, or NULL. Two sums are two items. */
static struct reply_item *find_same(struct reply *out, const struct reply_item *item)
{
	for (size_t i = 0; i < out->n_items; i++) {
		struct reply_item *have = &out->items[i];

		if (have->task != item->task || have->action != item->action)
			continue;
		if (have->amount.kind == AMOUNT_NONE || item->amount.kind == AMOUNT_NONE ||
			same_amount(&have->amount, &item->amount))
			return have;
	}
	return NULL;
}

static void merge(struct reply_item *have, const struct reply_item *item)
{
	if (have->amount.kind == AMOUNT_NONE) {
		have->amount = item->amount;
		have->check = item->check;
	}
	if (item->how == REPLY_APPLY || item->how == REPLY_CORRECT)
		have->how = item->how;
}

void reply_add(struct reply_work *w, int task, int action, enum reply_do how,
	const struct amount *amount, bool digit)
{
	struct reply_item item = { .action = action, .amount = no_amount }, *have;

	if (amount != NULL && (action == 3 || action == 4))
		item.amount = *amount;
	item.how =
		task == REPLY_NO_TASK ? how : by_state(w, &task, action, how, &item.amount, digit);
	item.task = task;
	if (task != REPLY_NO_TASK)
		memcpy(item.code, w->context->tasks[task].code, sizeof item.code);
	else
		w->next[w->several_open ? REPLY_WHICH : REPLY_HUMAN] = true;
	if (action == 4)
		item.check = is_checked(
			task == REPLY_NO_TASK ? NULL : &w->context->tasks[task], &item.amount);
	have = find_same(w->out, &item);
	if (have != NULL)
		merge(have, &item);
	else if (w->out->n_items < REPLY_ITEMS_MAX)
		w->out->items[w->out->n_items++] = item;
	else
		w->next[REPLY_HUMAN] = true;
}

/* The first of the list in section 2 that applies. */
void reply_settle(struct reply_work *w)
{
	static const enum reply_next of_how[REPLY_DOS] = {
		[REPLY_APPLY] = REPLY_ECHO,
		[REPLY_CORRECT] = REPLY_ECHO,
		[REPLY_NOOP] = REPLY_ECHO,
		[REPLY_LATE] = REPLY_IS_LATE,
		[REPLY_RAISE] = REPLY_CONFIRM,
		[REPLY_PROPOSE] = REPLY_CONFIRM,
	};
	int next = REPLY_UNKNOWN;

	for (size_t i = 0; i < w->out->n_items; i++)
		w->next[of_how[w->out->items[i].how]] = true;
	while (next < REPLY_NONE && !w->next[next])
		next++;
	w->out->next = (enum reply_next)next;
}
