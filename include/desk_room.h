/*
 * desk_room.h - what the files of the desk share; nobody outside daemon/desk includes it.
 *
 * Order of the calls, from above to below: accept, replies, orders and timers call `act` (what
 * happens to a task), which calls `ladder` (who is asked next) and `aftermath` (what an outcome
 * brings); all of them speak through `post` (one SMS into the outbox) and `words` (values of the
 * texts).
 */
#ifndef QUANZU_DESK_ROOM_H
#define QUANZU_DESK_ROOM_H

#include "amount.h"
#include "casefile.h"
#include "desk.h"
#include "member.h"
#include "message.h"
#include "result.h"
#include "task.h"
#include "template.h"
#include "timer.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct desk {
	struct store *s;
	const struct settings *set;
	int64_t steady_wall_ms, steady_mono_ms; /* desk time = wall + (mono now - mono then) */
	bool clock_doubted;                     /* the wall clock jumped; a person must confirm */
	int64_t next_due_ms;                    /* cached; 0: look */
	struct arena areas_memory;
	const struct place_area *areas;
	size_t area_count;
	int64_t areas_version;
};

/* -- person.c: the person as a case knows them ------------------------------------------------ */

/* The area of the record by code, name or address; "" when nothing fits. */
const char *person_area(struct desk *d, const struct warning_record *r, const char *resident_area);
json_t *person_of(struct desk *d, const struct warning_record *r, int64_t resident_id);
/* By what the person is recognised again: resident, ID number, first phone, name and area. */
const char *person_key(struct desk *d, const struct warning_record *r, int64_t resident_id);
bool person_is_minor(const json_t *person);

/* -- words.c: values for the texts -------------------------------------------------------------- */

void words_office(const struct desk *d, struct template_values *v);
void words_case(struct desk *d, const struct casefile *c, struct template_values *v);
void words_code(struct template_values *v, const char *code); /* code and its ten answers */
void words_limit(struct template_values *v, const char *key, int64_t ms); /* 30分钟, 2小时, 3天 */
void words_time(const struct desk *d, struct template_values *v, const char *key, int64_t at_ms);
const char *words_amount(
	struct store *s, int64_t fen); /* 35000元, 3.5万元 stays in yuan; "" unknown */
const char *words_mask_name(struct store *s, const char *name);
/* -- post.c: one SMS into the outbox --------------------------------------------------------------- */

struct post {
	const struct casefile *c; /* NULL: of no case */
	const struct task *t;     /* NULL: of no task */
	int64_t member_id;
	const char *phone;
	const char *purpose;
	enum template_name tpl;
	const struct template_values *v;
	bool at_once; /* an answer: no window */
};
int64_t post_sms(struct desk *d, const struct post *p);
int64_t post_text(struct desk *d, const char *phone, const char *text, const char *purpose,
	const char *class_);
/* To the members of the centre's team (or the police's) who are on duty; returns how many. */
int post_team(struct desk *d, const struct casefile *c, const char *kind, const char *purpose,
	enum template_name tpl, const struct template_values *v);
/* An alarm row, and when it is new its text to the duty desk. */
void post_alarm(struct desk *d, const struct casefile *c, const char *kind, const char *subject,
	const char *text);

/* -- ladder.c: who is asked next ------------------------------------------------------------------------ */

void ladder_start(
	struct desk *d, struct casefile *c); /* from the first rung; the clock runs from woken_at */
void ladder_on(struct desk *d, struct casefile *c,
	bool now); /* what is due; `now`: the next rung at once */
void ladder_stop(struct desk *d, struct casefile *c);
/* Offers one task: row, code, SMS. */
bool ladder_offer(struct desk *d, struct casefile *c, const struct member *m, const char *kind,
	int64_t about_id, enum template_name tpl, struct template_values *v);

/* -- act.c: what happens to a task ------------------------------------------------------------------------ */

enum act_rc { ACT_DONE, ACT_NOOP, ACT_LATE };

enum act_rc act_accept(struct desk *d, struct casefile *c, struct task *t, const char *actor);
enum act_rc act_decline(
	struct desk *d, struct casefile *c, struct task *t, const char *actor, bool handed_on);
enum act_rc act_met(struct desk *d, struct casefile *c, struct task *t, const char *actor);
enum act_rc act_outcome(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o);
/* One digit of the reply grammar with its amount and remark. */
enum act_rc act_reply(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	int action, const struct amount *amount, bool check, const char *remark);
/* Takes back this task's last answer, so that another can be given. False: somebody else has it now. */
bool act_take_back(struct desk *d, struct casefile *c, struct task *t, const char *actor);
void act_unreachable(
	struct desk *d, int64_t task_id, const char *why); /* its alert cannot arrive */
void act_withdraw_others(struct desk *d, struct casefile *c, int64_t but,
	const struct member *taker, const char *why);

/* -- aftermath.c: what an outcome brings -------------------------------------------------------------------- */

void aftermath_start(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome *o);
void aftermath_undo(struct desk *d, struct casefile *c, const char *actor);
void aftermath_handover(struct desk *d, struct casefile *c, int64_t amount_fen);
void aftermath_settle(struct desk *d, struct casefile *c,
	const char *actor); /* closes what has nothing left to do */
void aftermath_revisit(struct desk *d, struct casefile *c, const struct timer *t);
void aftermath_revisit_late(struct desk *d, struct casefile *c, const struct timer *t);
void aftermath_tell_police(struct desk *d, struct casefile *c, const struct timer *t);

/* -- inbox.c --------------------------------------------------------------------------------------------------- */

void inbox_take(struct desk *d, const struct incoming *in, const char *from, const char *text,
	bool complete, int64_t written_ms);
void inbox_parts_late(struct desk *d, const struct timer *t);
/* Reads a text as that member would have written it; the manager stands behind it. */
bool inbox_reread(
	struct desk *d, int64_t id, const char *text, const char *actor, struct fault *fault);

/* -- outbox.c ------------------------------------------------------------------------------------------------------ */

void outbox_unsure(struct desk *d, const struct timer *t);

#endif
