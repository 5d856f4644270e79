/*
 * sim_sched.h - what the simulator does later: a heap of due times.
 *
 * sim_sched_add() books fn(arg, own) for a monotonic time. `arg` must live as long as the
 * schedule; `own` (malloc, or NULL) belongs to the schedule and is freed after fn has run, or by
 * sim_sched_free(). Equal times run in the order of booking. There is no cancelling: what
 * became pointless finds that out by itself. Reads no clock, never blocks; out of memory aborts.
 */
#ifndef QUANZU_SIM_SCHED_H
#define QUANZU_SIM_SCHED_H

#include <stddef.h>
#include <stdint.h>

struct sim_sched;

struct sim_sched *sim_sched_new(void);
void sim_sched_free(struct sim_sched *s);
void sim_sched_add(
	struct sim_sched *s, int64_t at_us, void (*fn)(void *arg, void *own), void *arg, void *own);
/* The next due time in microseconds; -1 when nothing is booked. */
int64_t sim_sched_next(const struct sim_sched *s);
/* Runs what is due at now_us, but not what those calls book for now: that is for the next run. */
size_t sim_sched_run(struct sim_sched *s, int64_t now_us);

#endif
