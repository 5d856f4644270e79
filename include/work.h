/*
 * work.h - the desk's thread and its two queues: jobs go in, answers come back to the loop.
 *
 * The loop calls worker_put(); what one round of the loop puts is handed over together at its end,
 * or eight at a time while the desk has nothing to do. The desk's thread takes all jobs that
 * wait (live ones first, then at most one bulk job), runs each in a savepoint of one transaction,
 * commits once, and only then hands them back: work->done() runs on the loop's thread with
 * work->rc set. A job's run() must not block on anything but the database; done() may put new work.
 *
 * Everything that the desk itself wants told to the loop after its commit (messages to send)
 * it adds with worker_tell() from the desk's thread; done() of these runs like the others.
 *
 * The queue is bounded: worker_put() says no and the caller answers 503 with Retry-After.
 * Works are the caller's memory from done() on.
 */
#ifndef QUANZU_WORK_H
#define QUANZU_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "db.h"

struct work {
	void (*run)(struct work *w,
		void *desk);          /* desk's thread, inside a job of the store; may be NULL */
	void (*done)(struct work *w); /* loop's thread, after the commit */
	enum store_rc rc;             /* what became of it */
	bool bulk;                    /* behind live work, one a batch */
	/*
	 * run() may be called a second time, after all that it did in the database was undone, and
	 * does not worker_tell(). A batch of such works goes without savepoints, which cost a
	 * third of it; when one fails, the batch is undone and run again with them.
	 */
	bool again;
	struct work *next;
};

struct work_hooks {
	void *arg;  /* of the hooks */
	void *desk; /* what run() gets */
	void (*batch_begin)(void *arg);
	void (*batch_bold)(void *arg); /* the same without savepoints; NULL: never */
	void (*batch_undo)(void *arg); /* of a bold batch: all of it */
	void (*job_begin)(void *arg);
	enum store_rc (*job_end)(void *arg);
	enum store_rc (*batch_end)(void *arg); /* the desk's own last steps, then commit */
	void (*tick)(void *arg);               /* a job of its own, when due */
	int64_t (*due_ms)(
		void *desk); /* when the next tick is due: ms from now, at most a minute */
};

struct worker;

/* The desk's thread begins with worker_start(): its hooks find what was set up before. */
struct worker *worker_new(uv_loop_t *loop, const struct work_hooks *hooks, int max_waiting);
void worker_start(struct worker *w);
bool worker_put(struct worker *w, struct work *job); /* loop's thread; false: full, or stopping */
/* The same without the limit, for what must not be refused: verdicts, replies, reports. False: stopped. */
bool worker_put_always(struct worker *w, struct work *job);
/*
 * The same for what need not be answered at once: it goes with the next work that is put without
 * patience, after `ms` at the latest. When that is near anyway, its commit serves both.
 */
bool worker_put_patient(struct worker *w, struct work *job, uint64_t ms);
void worker_tell(struct worker *w, struct work *job); /* desk's thread, inside a batch */
int worker_waiting(const struct worker *w);
/* Takes no more, runs what waits, joins the thread, hands the last answers back. */
void worker_stop(struct worker *w);

#endif
