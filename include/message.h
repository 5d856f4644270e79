/*
 * message.h - the outbox: one SMS to one number, with its attempts and parts.
 *
 * `sending` is written and committed before the first byte leaves. Whatever happens then is an
 * event of message_life; each step is one transaction with its audit event.
 */
#ifndef QUANZU_MESSAGE_H
#define QUANZU_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "life.h"
#include "store.h"

/*
 * The words of the index message_live, for each query that means to use it: all that are queued, sending or
 * unsure, and the calls that have left (their end may become unsure).
 */
#define MESSAGE_LIVE "ended_at = 0 AND held_until = 0 AND (sent_at = 0 OR kind = 'call')"

struct message {
	int64_t id, case_id, task_id, member_id;
	const char *
		purpose; /* task, detail, notice, told, reminder, answer, alarm, revisit, handover, resident, system */
	const char *kind;   /* sms, call */
	const char *class_; /* urgent, normal, bulk */
	int priority;       /* smaller goes first */
	/* Only to add one, and of message_next() and message_whole(): sealed, read when needed. */
	const char *phone, *text;
	const char *template,
		*values; /* what made the text, for registered templates; "" not kept */
	enum message_state state;
	int64_t held_until;
	const char *held_why;
	int64_t expires_at;
	const char *channel; /* the last; of a new test the only one */
	int attempts;        /* refused for a passing reason so far, on any channel */
	int repeats;         /* sent again after an unsure attempt; the text is marked then */
	int tries;           /* how often it was given to a channel */
	int parts, parts_sent, concat_ref;
	int64_t cost_fen; /* of all tries that were charged */
	const char *error;
	int64_t created_at, sending_at, sent_at;
};

void message_add(struct store *s, const struct message *m);
bool message_get(struct store *s, int64_t id, struct message *out);
bool message_whole(struct store *s, int64_t id, struct message *out); /* with phone and text */
bool message_overdue(
	struct store *s, struct message *out); /* queued, its time to live over; one of them */
/* Other SMS that wait, queued or held, for that member, oldest first; returns how many. */
size_t message_waiting_for(
	struct store *s, int64_t member_id, int64_t but, int64_t *ids, size_t max);
void message_text_put(struct store *s, int64_t id, const char *text); /* of no template any more */
/* A step of its life with its event; false: forbidden. Writes the other fields as they stand in *m. */
bool message_event(struct store *s, struct message *m, enum message_event ev, const char *reason);
/* MSG_EV_REPORT_OK of one that is sent, whose row need not be read. False: it is not so, nothing is done. */
bool message_delivered(struct store *s, int64_t id, int64_t case_id, const char *channel);
/*
 * The first of that kind that waits in the queue, not held, behind `after` (NULL: of all), with its
 * phone and text; false: none.
 */
bool message_next(
	struct store *s, const char *kind, const struct message *after, struct message *out);
/* Is the SMS whose turn it is an urgent one? */
bool message_urgent_next(struct store *s);
bool message_waits(
	struct store *s, const char *kind); /* is there one that message_next() would give? */
/* Held ones whose time has come go back to the queue; returns the next due time (INT64_MAX none). */
int64_t message_release(struct store *s);
int64_t message_held_next(struct store *s);
/*
 * Waiting messages of a task are superseded; with task_id 0 those of a case, but for its
 * hand-over to the police. Answers and notices go out in any case.
 */
void message_supersede(struct store *s, int64_t case_id, int64_t task_id, const char *why);
/* Was such an SMS made for this member in this case already? */
bool message_told(
	struct store *s, int64_t case_id, int64_t member_id, const char *purpose, int64_t since_ms);
/* Has such a call of this case been answered since then? (By a cloud `sent` only means that the provider has it.) */
bool message_heard(struct store *s, int64_t case_id, const char *purpose, int64_t since_ms);
bool message_calling(struct store *s, const char *channel); /* is one of its calls up? */
const char *message_phone(struct store *s, int64_t id);     /* "" no such message */
/* The latest call of this channel to that number that nobody has answered for yet; 0 none. */
int64_t message_call_open(struct store *s, const char *channel, const char *number,
	bool (*same)(const char *, const char *));
/* Ids in `sending`: after a start none of them can still be under way. */
int64_t *message_sending(struct store *s, size_t *count);

/* -- parts ------------------------------------------------------------------------------- */

void message_part_put(struct store *s, int64_t id, int part, const char *state, const char *channel,
	int mr, const char *error);
/* What a report says of a part. False: that part with that reference is not open on that channel. */
bool message_part_report(struct store *s, int64_t id, int part, const char *state,
	const char *channel, int mr, const char *error);
/* The open parts with that reference on that channel, newest first; returns how many. */
struct message_part {
	int64_t message_id, sent_at;
	int part;
	const char *phone; /* of its message */
};
size_t message_part_find(
	struct store *s, const char *channel, int mr, struct message_part *out, size_t max);
struct message_parts { /* how many are in which state */
	int sent, delivered, unsure;
};
struct message_parts message_parts(struct store *s, int64_t id);
void message_parts_drop(struct store *s, int64_t id); /* it begins anew by another channel */

/* The next 8-bit concatenation reference for a number, not used again within 24 h before 256 others. */
int message_concat_ref(struct store *s, const char *phone);

/* -- reports that came before their reference ---------------------------------------------- */

struct stray_report {
	const char *channel, *number; /* number "" unknown */
	int mr;                       /* -1 none */
	const char *other_ref;        /* "" none */
	const char *outcome, *error;
	int status;
};
void stray_report_put(struct store *s, const struct stray_report *r);
/* One with that id of the provider. */
bool stray_report_take_ref(struct store *s, const char *channel, const char *other_ref,
	const char **outcome, const char **error);
/* One with that reference and the number of that message. */
bool stray_report_take(struct store *s, const char *channel, int mr, int64_t message_id,
	const char **outcome, int *status);
void stray_report_purge(struct store *s);

/* -- limits ---------------------------------------------------------------------------------- */

/* What was sent since then, oldest first, with kind, class, template, channel, phone, sent_at; until false. */
void message_sent_since(struct store *s, int64_t since_ms,
	bool (*each)(void *arg, const struct message *m), void *arg);
/* Automatic answers to one number since then; and one more. */
int answer_count(struct store *s, const char *phone, int64_t since_ms);
void answer_count_add(struct store *s, const char *phone);

void message_shift(struct store *s, int64_t by_ms); /* see timer_shift() */
/* Did a message of this task leave, or may it have? */
bool message_left(struct store *s, int64_t case_id, int64_t task_id);

#endif
