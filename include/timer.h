/*
 * timer.h - every timer is a row: a due time, what it is for, and an end of life.
 *
 * A tick takes what is due; a restart makes it late, never lost or doubled. A timer past its
 * end of life is dropped with an event, it never fires (an alert of June must not wake anybody
 * in October).
 */
#ifndef QUANZU_TIMER_H
#define QUANZU_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct timer {
	int64_t id, due_at;
	const char *kind;
	int64_t case_id, subject_id;
	int n; /* what the kind makes of it: a rung, a count */
	int64_t ends_at;
};

int64_t timer_set(struct store *s, int64_t due_at, const char *kind, int64_t case_id,
	int64_t subject_id, int n, int64_t ends_at);
void timer_drop_case(struct store *s, int64_t case_id, const char *kind); /* kind NULL: all */
void timer_drop_subject(struct store *s, const char *kind, int64_t subject_id, int64_t case_id);
/* The one that is due first, and removes it; false: none is due at the store's time. */
bool timer_take(struct store *s, struct timer *out);
int64_t timer_next(struct store *s); /* due time of the first; INT64_MAX none */

/*
 * Somebody has said by how much the clock was wrong: what waits keeps the time that it has left.
 * The same for messages, cases and hand-overs (message_shift() and so on).
 */
void timer_shift(struct store *s, int64_t by_ms);
bool timer_has(struct store *s, const char *kind); /* one that is of no case */

#endif
