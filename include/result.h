/*
 * result.h - what came of a case: outcomes, follow-up visits, hand-overs, reward claims.
 */
#ifndef QUANZU_RESULT_H
#define QUANZU_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "life.h"
#include "store.h"

struct outcome {
	int64_t id, case_id, task_id;
	const char *code, *actor;
	int64_t at, lost_fen, saved_fen; /* -1: not said */
	const char *amount_kind;         /* exact, approx, range, confirm, vague, foreign, none */
	bool amount_check;               /* the figure waits for a second look */
	int64_t corrects_id;             /* the outcome it replaces; 0 */
	bool retransfer;                 /* counts for 再转账率 once the time is known */
	const char *note;
};
int64_t outcome_add(struct store *s, const struct outcome *o);
int64_t outcome_last(struct store *s, int64_t case_id); /* id; 0 none */

struct followup {
	int64_t id, case_id;
	const char *step; /* 24h, 3d, 7d */
	int64_t due_at;
	enum followup_state state;
	int64_t task_id, member_id, done_at;
};
int64_t followup_add(
	struct store *s, int64_t case_id, const char *step, int64_t due_at, int64_t member_id);
bool followup_get(struct store *s, int64_t id, struct followup *out);
bool followup_event(struct store *s, struct followup *f, enum followup_event ev, const char *actor);
struct followup *followup_of_case(struct store *s, int64_t case_id, size_t *count);

struct handover {
	int64_t id, case_id;
	enum handover_state state;
	int64_t first_word_at, red_line_at, opened_at, told_at, acked_at, closed_at, amount_fen;
	const char *acked_by;
	const char *fields;  /* JSON: victim, transfers; sealed */
	const char *missing; /* names of missing fields, for the volunteer to ask */
};
int64_t handover_add(struct store *s, const struct handover *h);
bool handover_get(struct store *s, int64_t id, struct handover *out);
/* The open one of a case (not closed); false: none. */
bool handover_of_case(struct store *s, int64_t case_id, struct handover *out);
bool handover_event(struct store *s, struct handover *h, enum handover_event ev, const char *actor);
void handover_amount(struct store *s, struct handover *h, int64_t amount_fen, const char *fields,
	const char *missing);

void handover_shift(struct store *s, int64_t by_ms); /* of the open ones; see timer_shift() */

struct reward {
	int64_t id, case_id, member_id;
	const char *rule, *rule_group;
	int rule_version;
	int64_t tier_fen, saved_fen, amount_fen;
	bool by_hand;
	enum reward_state state;
};
/* 0: this case has one of that group already. */
int64_t reward_add(struct store *s, const struct reward *r);
bool reward_get(struct store *s, int64_t id, struct reward *out);
/* The claims of a case that are neither rejected nor taken back. */
struct reward *reward_of_case(struct store *s, int64_t case_id, size_t *count);
bool reward_event(struct store *s, struct reward *r, enum reward_event ev, const char *actor,
	const char *reason);

#endif
