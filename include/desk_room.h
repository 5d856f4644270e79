/*
 * desk_room.h - what the files of the desk share; nobody outside daemon/desk includes it.
 *
 * Order of the calls, from above to below: accept, replies, orders and timers call `act` (what
 * happens to a task) and `report` (what its member says), which call `ladder` (who is asked next)
 * and `aftermath` (what an outcome brings: `revisit`, `handover`); all of them speak through
 * `post` (one message into the outbox; `calling` says who is rung up, and when) and `words` (values of the texts).
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
#include "traffic.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

enum { DESK_QUESTIONS = 64, DESK_OFFERED = 64 };

struct desk {
	struct store *s;
	const struct settings *set;
	int64_t steady_wall_ms, steady_mono_ms; /* desk time = wall + (mono now - mono then) */
	bool clock_doubted;                     /* the wall clock jumped; a person must confirm */
	int64_t next_due_ms; /* cached; 0: look. Whoever may set or hold something until a time makes it 0 */
	struct arena areas_memory;
	const struct place_area *areas;
	size_t area_count;
	int64_t areas_version;
	struct traffic traffic;
	int64_t question[DESK_QUESTIONS]; /* unsure messages whose provider is to be asked now */
	int question_count;
	int64_t offered[DESK_OFFERED]; /* the tasks of the warning that is being accepted */
	int offered_count;
};

/* How far the wall clock is from desk time while it is doubted, as last written down; 0: trusted. */
int64_t desk_clock_apart(struct desk *d);

/* -- person.c: the person as a case knows them ------------------------------------------------ */

/* The area of the record by code, name or address; "" when nothing fits. */
const char *person_area(struct desk *d, const struct warning_record *r, const char *resident_area);
json_t *person_of(struct desk *d, const struct warning_record *r, int64_t resident_id);
/* By what the person is recognised again: resident, ID number, first phone, name and area. */
const char *person_key(struct desk *d, const struct warning_record *r, int64_t resident_id);
bool person_is_minor(const json_t *person);
/* The number by which the person can be reached; of a minor the guardian's first. NULL none. */
const char *person_phone(const json_t *person);

/* -- words.c: values for the texts -------------------------------------------------------------- */

void words_office(const struct desk *d, struct template_values *v);
void words_case(struct desk *d, const struct casefile *c, struct template_values *v);
void words_code(struct template_values *v, const char *code); /* code and its ten answers */
/* For a spoken text: level, 1 7, 王某. `code` NULL: of no task. */
void words_spoken(
	struct desk *d, const struct casefile *c, const char *code, struct template_values *v);
void words_limit(struct template_values *v, const char *key, int64_t ms); /* 30分钟, 2小时, 3天 */
void words_time(const struct desk *d, struct template_values *v, const char *key, int64_t at_ms);
const char *words_amount(
	struct store *s, int64_t fen); /* 35000元, 3.5万元 stays in yuan; "" unknown */
const char *words_mask_name(struct store *s, const char *name);
/* -- post.c: one message into the outbox --------------------------------------------------------------- */

struct post {
	const struct casefile *c; /* NULL: of no case */
	const struct task *t;     /* NULL: of no task */
	int64_t member_id;
	const char *phone;
	const char *purpose;
	enum template_name tpl;
	struct template_values *v; /* gets its marks */
	bool at_once;              /* an answer: no window */
};
int64_t post_sms(struct desk *d, const struct post *p);
/* A call, with a spoken template; not placed within ttl_ms it is not placed any more. */
int64_t post_call(struct desk *d, const struct post *p, int64_t ttl_ms);
/* When so much time has passed in which this policy's SMS may go: nights do not count unless it is urgent. */
int64_t post_open_due(const struct policy *p, int64_t from_ms, int64_t after_ms);
int64_t post_text(struct desk *d, const char *phone, const char *text, const char *purpose,
	const char *class_);
/* By that channel alone; marked 测试 and no part of any figure. */
int64_t post_test(
	struct desk *d, const char *channel, const char *phone, bool call, const char *text);
/* To the members of the centre's team (or the police's) who are on duty; returns how many. */
int post_team(struct desk *d, const struct casefile *c, const char *kind, const char *purpose,
	enum template_name tpl, struct template_values *v);
/* An alarm row, and when it is new its text to the duty desk. */
void post_alarm(struct desk *d, const struct casefile *c, const char *kind, const char *subject,
	const char *text);

/* -- ladder.c: who is asked next ------------------------------------------------------------------------ */

void ladder_start(
	struct desk *d, struct casefile *c); /* from the first rung; the clock runs from woken_at */
void ladder_on(struct desk *d, struct casefile *c,
	bool now); /* what is due; `now`: the next rung at once */
void ladder_wait(struct desk *d, struct casefile *c); /* goes on when one who was asked is silent */
void ladder_stop(struct desk *d, struct casefile *c);
/* Offers one task: row, code, SMS. False: this phone has no code left. */
bool ladder_offer(struct desk *d, struct casefile *c, const struct member *m, const char *kind,
	int64_t about_id, enum template_name tpl, struct template_values *v);
bool ladder_ask(struct desk *d, struct casefile *c, const struct member *m); /* to dissuade */

/* -- calling.c: who is rung up --------------------------------------------------------------------------- */

/* A task was offered to him: by the policy of its case he is called, now or when he stays silent. */
void calling_start(
	struct desk *d, struct casefile *c, const struct task *t, const struct member *m);
/* Once, beside an SMS that asks again. */
void calling_again(
	struct desk *d, struct casefile *c, const struct task *t, const struct member *m);
void calling_tell(struct desk *d, struct casefile *c, const struct member *m); /* asks nothing */
/* The resident, where the office wants it: anew with each waking of the case. */
void calling_resident(struct desk *d, struct casefile *c);
void calling_due(struct desk *d, struct casefile *c, const struct timer *t);
/* What is said back to a key of this call: JSON as struct outgoing wants it. "" when nothing is known. */
const char *calling_said(struct desk *d, const struct message *m);
void calling_resident_due(struct desk *d, struct casefile *c, const struct timer *t);

/* -- act.c: what happens to a task ------------------------------------------------------------------------ */

enum act_rc { ACT_DONE, ACT_NOOP, ACT_LATE };

enum act_rc act_accept(struct desk *d, struct casefile *c, struct task *t, const char *actor);
enum act_rc act_decline(
	struct desk *d, struct casefile *c, struct task *t, const char *actor, bool handed_on);
/* Off, and told so when the alert has left: by the one who took it, or because it is over. */
void act_withdraw(struct desk *d, struct casefile *c, struct task *t, const struct member *taker,
	const char *actor, const char *why);
void act_withdraw_others(struct desk *d, struct casefile *c, int64_t but,
	const struct member *taker, const char *why);
void act_unreachable(
	struct desk *d, int64_t task_id, const char *why); /* its alert cannot arrive */
void act_imply(struct desk *d, struct casefile *c, struct task *t, const char *actor);
void act_detail(struct desk *d, struct casefile *c, const struct task *t, const struct member *m);
void act_deadlines_again(struct desk *d, struct casefile *c); /* of all who have it */
/*
 * Takes back this task's last answer, so that another (`action`) can be given; it is accepted
 * then. False: somebody else has it now, or nothing can be taken back.
 */
bool act_take_back(
	struct desk *d, struct casefile *c, struct task *t, const char *actor, int action);
/* Asks that member instead. False: the task is over, or the phone has no code left. */
bool act_reassign(struct desk *d, struct casefile *c, struct task *t, const struct member *m,
	const char *actor);

/* -- report.c: what a member reports -------------------------------------------------------------------------- */

struct act_answer { /* one digit of the reply grammar */
	int action;
	const struct amount *amount; /* may be NULL */
	bool check;
	const char *remark;
	int64_t corrects_id; /* the outcome that was taken back; 0 */
};
enum act_rc act_reply(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct act_answer *a);
enum act_rc act_outcome(struct desk *d, struct casefile *c, struct task *t, const char *actor,
	const struct outcome *o);

/* -- aftermath.c: what an outcome brings -------------------------------------------------------------------- */

void aftermath_start(
	struct desk *d, struct casefile *c, const struct task *t, const struct outcome *o);
/* Visits withdrawn, claims rejected, the outcome forgotten; a hand-over stays. */
void aftermath_undo(struct desk *d, struct casefile *c, const char *actor);
void aftermath_settle(struct desk *d, struct casefile *c,
	const char *actor); /* closes what has nothing left to do */
void aftermath_close(
	struct desk *d, struct casefile *c, const char *actor, const char *reason, json_t *data);

/* -- revisit.c ----------------------------------------------------------------------------------------------- */

void revisit_schedule(struct desk *d, struct casefile *c, const struct task *t);
void revisit_withdraw(
	struct desk *d, struct casefile *c, const char *actor); /* all that are left */
/* By the office, without an SMS. False: it is over already. */
bool revisit_done(struct desk *d, struct casefile *c, struct followup *f, const char *actor);
void revisit_repair(struct desk *d, struct casefile *c); /* timers that were lost */
bool revisit_is_waiting(struct desk *d, const struct casefile *c);
bool revisit_ask(struct desk *d, struct casefile *c, int64_t followup_id, const struct member *m);
void revisit_again(struct desk *d, struct casefile *c, int64_t followup_id); /* he cannot go */
void revisit_due(struct desk *d, struct casefile *c, const struct timer *t);
void revisit_late(struct desk *d, struct casefile *c, const struct timer *t);

/* -- handover.c: the police, until they have it -------------------------------------------------------------- */

/* Opens one, or puts the amount into the one that is open. `same`: no new loss, also when that one is seen. */
void handover_start(struct desk *d, struct casefile *c, int64_t amount_fen, bool same);
void handover_repair(struct desk *d, struct casefile *c);
bool handover_is_waiting(struct desk *d, const struct casefile *c);
bool handover_ask(struct desk *d, struct casefile *c, int64_t handover_id, const struct member *m);
void handover_again(struct desk *d, struct casefile *c, int64_t handover_id); /* he cannot */
/* Seen: its tasks, timer and alarm end. `taker` NULL: by an order. False: not in that state. */
bool handover_seen(struct desk *d, struct casefile *c, int64_t handover_id, enum handover_event ev,
	const struct member *taker, const char *actor);
void handover_due(struct desk *d, struct casefile *c, const struct timer *t);

/* -- inbox.c --------------------------------------------------------------------------------------------------- */

void inbox_take(struct desk *d, const struct incoming *in, const char *from, const char *text,
	bool complete, int64_t written_ms);
void inbox_parts_late(struct desk *d, const struct timer *t);
/* Reads a text as that member would have written it; the manager stands behind it. */
bool inbox_reread(
	struct desk *d, int64_t id, const char *text, const char *actor, struct fault *fault);

/* -- keypad.c -------------------------------------------------------------------------------------------------- */

void keypad_take(struct desk *d, const struct incoming *in);

/* -- outbox.c ------------------------------------------------------------------------------------------------------ */

void outbox_unsure(struct desk *d, const struct timer *t);
/* It is over for this message: no channel takes it. */
void outbox_refuse(struct desk *d, struct message *m, const char *error);

/* -- claim.c ------------------------------------------------------------------------------------------------------- */

/* Asks by itself: without it the person must be asked another way. A call repeats what the SMS asks. */
bool outbox_asks(const struct message *m);
bool outbox_is_urgent_sms(
	const struct message *m); /* people must hear when it does not get through */
const char *outbox_not_needed(
	struct desk *d, const struct message *m); /* why; NULL: it is needed */
void outbox_hold(struct desk *d, struct message *m, int64_t until, const char *why);
void outbox_fill(struct desk *d, const struct message *m, struct outgoing *out);

void claim_sweep(struct desk *d); /* ends what waits in the queue past its life */

/* -- bundle.c: several notices to one person become one SMS ------------------------------------------ */

bool bundle_takes(const struct desk *d, const struct message *m); /* may it wait for others? */
/* Takes those that wait for the same person into this one; they end as superseded. */
void bundle_up(struct desk *d, struct message *m, struct outgoing *out);

/* -- receipt.c ------------------------------------------------------------------------------------------------------- */

void receipt_ask(struct desk *d, const struct message *m, int n); /* later, for the n-th time */
void receipt_due(struct desk *d, const struct timer *t);
/* Asks the provider now. */
void receipt_question(struct desk *d, const struct message *m);
/* A report that was quicker than the answer it belongs to. */
void receipt_early(
	struct desk *d, struct message *m, const struct send_part *p, const char *channel);
void receipt_early_ref(struct desk *d, struct message *m, const char *other_ref);

/* -- call_end.c: calls whose end only a report tells --------------------------------------------------- */

bool call_end_is_told(struct desk *d, const struct message *m); /* a call by such a channel */
int64_t call_end_wait_ms(const struct desk *d);
/* The provider has it: its end is waited for. Nothing for a message of another kind. */
void call_end_expect(struct desk *d, const struct message *m);
void call_end_due(struct desk *d, const struct timer *t);

#endif
