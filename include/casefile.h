/*
 * casefile.h - one case 劝阻案件: one person, one run of fraud.
 *
 * The person as the case knows them stands sealed in one JSON: name, sex, age, minor, phones,
 * address, brief (down to the village group), door, family. Its policy was frozen when it
 * opened or was raised. Strings live in the job's arena; `person` is released by casefile_drop().
 */
#ifndef QUANZU_CASEFILE_H
#define QUANZU_CASEFILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "life.h"
#include "policy.h"
#include "store.h"

enum { CASE_KEYS = 64 };

struct casefile {
	int64_t id;
	bool fresh;     /* nothing of it is written yet: casefile_save() will */
	bool asked;     /* of a fresh one: somebody was, so there is a task */
	const char *no; /* 20261121-0007 */
	enum case_state state;
	const char *level, *fraud_type;
	int64_t resident_id; /* 0 off the list */
	json_t *person;
	const char *area;
	int64_t team_id;   /* the village team that it was given to; 0 none */
	const char *flags; /* space separated */
	bool drill;
	int64_t opened_at,
		woken_at; /* woken: opened, repeated or reopened: the ladder counts from here */
	int repeat_no;
	int64_t policy_id; /* frozen.h */
	struct policy policy;
	int rung; /* the last one that was told; -1 none yet */
	int64_t accepted_at, met_at;
	const char *outcome;                                 /* "" none */
	int64_t outcome_at, lost_fen, saved_fen, amount_fen; /* -1 unknown */
	int64_t closed_at;
	const char *close_reason;
	/* Of a fresh one only: */
	const int64_t *key; /* its keys, see casefile_key(), at most CASE_KEYS */
	int key_count;
	int64_t keys_until; /* 0 without keys */
	int64_t proposes; /* proposed_key() of the person: proposed for the list with it; 0 nobody */
};

/* The next number of the day, "20261121-0007"; in the arena. */
const char *casefile_number(struct store *s);
bool casefile_get(struct store *s, int64_t id, struct casefile *out); /* false: no such case */
void casefile_drop(struct casefile *c);
/*
 * Writes level, policy, flags, times, rung, outcome and money, never the state or the person;
 * of a fresh case everything, and it is fresh no more.
 */
void casefile_save(struct store *s, struct casefile *c);
/* A step of its life with its event; a forbidden one fails the job. */
void casefile_event(
	struct store *s, struct casefile *c, enum case_event ev, const char *actor, json_t *data);
bool casefile_has_flag(const struct casefile *c, const char *flag);
void casefile_add_flag(struct store *s, struct casefile *c, const char *flag);

/* The keys by which a repeat warning finds its case: who is meant, and what about. */
int64_t casefile_key(struct store *s, const char *person, const char *about);
/* More keys of a case that is written; all that it has are good until then. The oldest give way. */
void casefile_keys_add(
	struct store *s, int64_t case_id, const int64_t *key, int count, int64_t until_ms);
/* Those of a row, for recall.h; how many. */
int casefile_keys_read(struct db_stmt *q, int column, int64_t key[CASE_KEYS]);
int64_t casefile_key_find(struct store *s, int64_t key); /* 0 none */

/* Open and resolved cases that no timer stands for, at most 50; in the arena. */
void casefile_shift(struct store *s, int64_t by_ms); /* see timer_shift() */
const int64_t *casefile_without_timer(struct store *s, size_t *count);

#endif
