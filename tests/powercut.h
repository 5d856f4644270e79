/*
 * powercut.h - cuts the power under a store again and again, and keeps the oracle's books.
 *
 * The database lives on the disk of crashvfs.h through many cuts; every few cuts it begins
 * anew. Jobs are numbered 1, 2, ... in the life of one database. The oracle knows which jobs
 * were acknowledged (their commit said STORE_OK) and holds after each cut: every one of them
 * is there whole; of the batch that was under way all are there or none; no job is half
 * there; the engine's own check and the chain of events find nothing.
 */
#ifndef QUANZU_POWERCUT_H
#define QUANZU_POWERCUT_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum power_there { POWER_ABSENT, POWER_HALF, POWER_WHOLE };

struct power_job {
	void (*prepare)(struct store *s);        /* once on a fresh database, inside a job */
	void (*run)(struct store *s, int64_t n); /* the body of job n */
	enum power_there (*there)(struct store *s, int64_t n); /* after the restart */
	/* The rest may be absent. */
	void (*opened)(struct store *s);        /* a start: before the first batch, may write */
	void (*closing)(void);                  /* before the store closes, cut or not */
	const char *(*broken)(struct store *s); /* a rule that the whole database breaks, or NULL */
	int span;    /* at most so many writes and syncs until the cut; 0: 120 */
	int life;    /* cuts until a fresh database; 0: 40 */
	int step_ms; /* from job to job; 0: 1 */
};

struct power_result {
	long cuts, acked;       /* acked: jobs that were acknowledged */
	long lost, half, split; /* acknowledged and gone; half there; part of a batch */
	long corrupt, chain;    /* the engine's check, or no opening at all; the chain of events */
	long opening;           /* cuts in the making of a fresh database, besides */
	char first[160];        /* what went wrong first, with the number of its cut */
};

/* pragma (may be NULL) runs after each opening: to weaken the store on purpose. */
struct power_result power_torture(
	const struct power_job *job, int cuts, uint64_t seed, const char *pragma);
/* From the environment: TORTURE_CUTS (else `otherwise`), TORTURE_SEED (else by the clock). */
int power_cuts(int otherwise);
uint64_t power_seed(void);

#endif
