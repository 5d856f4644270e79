/*
 * task.h - one person asked to do one thing, and the reply codes by which they answer.
 */
#ifndef QUANZU_TASK_H
#define QUANZU_TASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "life.h"
#include "store.h"

struct task {
	int64_t id, case_id;
	const char *kind; /* dissuade, revisit, handover */
	int64_t member_id;
	enum task_state state;
	const char *code; /* what the member answers with */
	int rung;
	int64_t about_id; /* followup or handover; 0 */
	int64_t offered_at, accepted_at, met_at, ended_at;
	const char *outcome; /* "" */
};

/* Offers it: the row with its code. */
void task_add(struct store *s, const struct task *t);
enum task_state task_state(struct store *s, int64_t id); /* TASK_NONE: no such task */
bool task_get(struct store *s, int64_t id, struct task *out);
/* A step of its life with its event. False: the table forbids it; nothing has changed. */
bool task_event(
	struct store *s, struct task *t, enum task_event ev, const char *actor, json_t *data);
void task_met(struct store *s, struct task *t, const char *actor);
/* The tasks of a case, oldest first; in the arena. */
struct task *task_of_case(struct store *s, int64_t case_id, size_t *count);
/* The ids of those that are offered or accepted, oldest first, at most max: how many. */
size_t task_open_of_case(struct store *s, int64_t case_id, int64_t *ids, size_t max);

/* -- reply codes: one per phone and task ------------------------------------------------- */

struct reply_code {
	const char *code;
	int64_t task_id, member_id, issued_at, closed_at; /* closed_at 0: live */
	int last_action; /* this phone's last accepted reply on it; -1 none */
	int64_t last_at;
};

/* Longer than this after its end a code means nothing any more; it rests for seven days (code.h). */
#define REPLY_CODE_LIFE_MS (30 * INT64_C(86400000))

/*
 * The code that the member's phone may get for this task, by the rules of the grammar (code.h); it
 * has it when the task is added with it. NULL: it has none left.
 */
const char *reply_code_choose(struct store *s, int64_t task_id, int64_t member_id);
struct reply_code *reply_code_list(
	struct store *s, const char *phone, size_t *count); /* newest first */
void reply_code_close(struct store *s, int64_t task_id);
void reply_code_reopen(struct store *s, int64_t task_id);
void reply_code_answered(struct store *s, int64_t task_id, int action);

/* -- our open question to a phone ---------------------------------------------------------- */

struct question {
	int64_t task_id;
	const char *code;
	int action;              /* the proposed one; -1: how much money? */
	const char *amount_kind; /* of a proposed 3; "none" */
	int64_t lo_fen, hi_fen, asked_at;
};
void question_put(struct store *s, const char *phone, const struct question *q);
bool question_get(
	struct store *s, const char *phone, struct question *out); /* at most 30 minutes old */
void question_drop(struct store *s, const char *phone);

#endif
