/*
 * crew.h - what the desk knows by heart: teams and their members, the rota, who has how much to
 * do and which reply codes each phone has had.
 *
 * Every warning asks for these, and they hardly ever change; reading and unsealing them anew each
 * time was a third of its cost. The desk is the only writer of this database, so the knowledge
 * cannot go stale as long as
 *
 * - whoever writes a team, member, duty or area says crew_forget() (each _save() does);
 * - whoever writes a task or closes a reply code says so below;
 * - nothing that was undone is believed: each savepoint or batch that db.h rolls back is counted
 *   (db_undone()), and the crew is learnt again when that number has moved.
 *
 * It is learnt when it is first asked for: the numbers of all members, their tasks and codes at
 * once, the names of a team when the team is asked for. What these functions return
 * lives until the next store_job_begin(), also when the crew is forgotten meanwhile.
 *
 * Only the writing handle has a crew. Two desks on one database would each have to hear of the
 * other's writes before they could keep one.
 */
#ifndef QUANZU_CREW_H
#define QUANZU_CREW_H

#include "code.h"
#include "member.h"
#include "rota.h"
#include "store.h"
#include "task.h"

struct crew;

struct crew *crew_new(void);
void crew_free(struct crew *c);      /* NULL is allowed */
void crew_job_begin(struct crew *c); /* what was forgotten goes now */

/* The team of that kind on that very area; NULL none. */
const struct team *crew_team(struct store *s, const char *area, const char *kind);
/* All members of a team with load and asked_at filled, on_duty not; the ones who left too. NULL, 0: no such team. */
const struct member *crew_members(struct store *s, int64_t team_id, size_t *count);
const struct rota_shift *crew_shifts(struct store *s, int64_t team_id, size_t *count);
/* Counts up whenever teams, members, duties or areas may have changed: for whoever keeps more. */
int64_t crew_age(struct store *s);

/* The key of this member's number, as store_key() makes it; 0 no such member. */
int64_t crew_phone(struct store *s, int64_t member_id);
/* The codes that this member's phone has had lately, at most 1000; in the job's arena. */
const struct code_past *crew_codes(struct store *s, int64_t member_id, size_t *count);
/* The same with what was done with them, newest first, by the key of a number. */
struct reply_code *crew_reply_codes(struct store *s, int64_t phone_key, size_t *count);

/* -- what the writers say, after they wrote ------------------------------------------------- */

void crew_forget(struct store *s); /* teams, members, duties or areas */
/* A task was offered with its code. */
void crew_task(struct store *s, const struct task *t);
/* by: -1 a task of this member ended, +1 it was taken up again. */
void crew_load(struct store *s, int64_t member_id, int by);
/* closed_at 0: it is live again. */
void crew_code_closed(struct store *s, int64_t phone_key, int64_t task_id, int64_t closed_at);
void crew_code_answered(struct store *s, int64_t phone_key, int64_t task_id, int action);

#endif
