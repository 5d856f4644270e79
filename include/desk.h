/*
 * desk.h - what happens next: every decision, in one thread, on the store's write handle.
 *
 * The desk is plain synchronous code. Each function here is the body of one job: the caller
 * has done store_job_begin() (the worker's hooks do) and does store_job_end() after it. The
 * clock is store->now_ms. Nothing here does I/O beside the database, and nothing sends: what
 * has to go out stands in the outbox, and desk_claim() hands it to a channel in the same
 * transaction that marks it `sending`.
 *
 * `actor` goes into the books: "key:NAME", "cli", "member:ID", "drop:FILE", "system".
 */
#ifndef QUANZU_DESK_H
#define QUANZU_DESK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel.h"
#include "fault.h"
#include "record.h"
#include "settings.h"
#include "store.h"

struct desk;

/* The store is borrowed; the settings may be replaced between batches. */
struct desk *desk_open(struct store *s, const struct settings *set);
void desk_close(struct desk *d);
void desk_settings(struct desk *d, const struct settings *set);
struct store *desk_store(struct desk *d);
/* Desk time: runs with the monotonic clock, follows the wall clock while that stays within five minutes. */
int64_t desk_now_ms(struct desk *d);

/* -- warnings --------------------------------------------------------------------------- */

enum accept_state { ACCEPT_NEW, ACCEPT_MERGED, ACCEPT_DUPLICATE };

struct accept_result {
	enum accept_state state;
	int64_t warning_id, case_id;
	char case_no[24], level[24];
	int64_t resident_id; /* 0: not on the list */
	char match_by[24];
	int match_score;
	char match_why[160]; /* plain Chinese; "" of a duplicate */
	bool ambiguous;
	int64_t task[64];
	int task_count;
	int repeat_no;
	char flags[256]; /* space separated: off_list, ambiguous, gap, level_unmapped ... */
};

/* Warning, match, case, tasks, messages, timers and events, all in this job. */
void desk_accept(struct desk *d, const char *actor, const struct warning_record *r,
	struct accept_result *out);
/* {"id","case","no","level","match":{"resident","by","score"},"tasks":[…],"duplicate":true …}; new. */
json_t *desk_accept_json(const struct accept_result *a);

/* -- what people with a right to it order (API, console, command line) --------------------- */

/*
 * One order: noun and verb as the API has them, e.g. "cases" "close",
 * "tasks" "accept", "inbox" "resolve", "keys" "add", "messages" "send". `id` 0 where the
 * verb makes something. False: refused, *fault says why (its code gives the HTTP status by
 * desk_fault_status()). *out (new reference, may stay NULL) is what the caller is told.
 */
bool desk_command(struct desk *d, const char *actor, const char *noun, const char *verb, int64_t id,
	const json_t *body, json_t **out, struct fault *fault);
/* The roles that may, as bits of enum role (access.h); 0: no such command. */
unsigned desk_command_roles(const char *noun, const char *verb);
int desk_fault_status(const struct fault *f); /* 404, 409, 422 ... */

/* -- outbox --------------------------------------------------------------------------------- */

/* The next message for this channel, or false: none may go now. */
bool desk_claim(struct desk *d, const char *channel, enum outgoing_kind kind, struct outgoing *out);
/* Is the SMS whose turn it is an urgent one? Then it goes before a call of the same modem. */
bool desk_urgent_waits(struct desk *d);

/* It was not even handed over: at once to whoever may. */
void desk_back(struct desk *d, const char *channel, int64_t id);
/* What the pump sees of a channel: is it up, is its card suspect, how many would it take (by kind)? */
void desk_lane(struct desk *d, const char *channel, bool up, bool suspect,
	const int free_[OUTGOING_KINDS]);
void desk_lanes_changed(struct desk *d); /* one of them is up or down now */
/* What the desk knows of each: [{"name","paused","breaker","limits",…}]; new reference. */
json_t *desk_channels(struct desk *d);
/* In which order a message to that number would try the channels, and why; new reference. */
struct desk_route {
	const char *to;
	unsigned purpose; /* one bit of enum way_purpose (way.h), not WAY_URGENT */
	bool urgent, call;
};
json_t *desk_route(struct desk *d, const struct desk_route *q);
bool desk_no_way(
	const struct desk *d); /* no channel can carry an urgent SMS, and people were told */
void desk_part(struct desk *d, const char *channel, const struct send_part *part);
/*
 * The channel is done with the message; `last` (NULL: told before) is the part that ended it.
 * Decides what is next: retry later, another channel, unsure, failed.
 */
void desk_sent(struct desk *d, const char *channel, const struct send_part *last,
	const struct send_result *r);
void desk_late(struct desk *d, const char *channel, int64_t id, int part,
	int mr); /* silence that ended well */
/*
 * A delivery report, found as struct report says; one of an unknown reference is kept for 200 s.
 * One that names the message or the provider's id is about all of it: `pending` settles an unsure
 * one. What comes late, twice or out of order changes nothing, but that delivered counts for good,
 * also after a report that it was not.
 */
void desk_report(struct desk *d, const char *channel, const struct report *r);
bool desk_has_questions(const struct desk *d);
/* The next unsure message that its channel's provider is to be asked about; false: none. */
bool desk_question(struct desk *d, char channel[32], struct outgoing *out, char other_ref[96]);
/* After a start: what was `sending` is unsure now; missed steps collapse. */
void desk_recover(struct desk *d);

/* -- inbox ------------------------------------------------------------------------------------ */

/* Committed before it is deleted from the SIM. A known fingerprint is taken for taken. */
void desk_incoming(struct desk *d, const struct incoming *in);
/* The same without reading it: straight to a person, with an alarm (after desk_incoming() failed). */
void desk_incoming_aside(struct desk *d, const struct incoming *in);

/* -- what a channel tells -------------------------------------------------------------------- */

/* An alarm of a channel, or its end. */
void desk_channel_alarm(
	struct desk *d, const char *channel, const char *kind, const char *text, bool on);
/* What a channel wants to know again after a restart; "" nothing was kept. */
void desk_channel_keep(struct desk *d, const char *channel, const char *memory);
const char *desk_channel_memory(struct desk *d, const char *channel);
/* Parts that went out and belong to no message: they count for the limits. */
void desk_channel_spent(struct desk *d, const char *channel, int parts);
/* Once per card and PIN, recorded before it is tried: three wrong ones lock the card. */
bool desk_pin_try(struct desk *d, const char *card, const char *pin);

/* -- time ------------------------------------------------------------------------------------------ */

void desk_tick(struct desk *d);      /* does what is due; bounded, the rest at the next tick */
int64_t desk_due_ms(struct desk *d); /* when the next timer is due (ms from now, 0 .. 60000) */
/* The minute audit: how many open cases have no next step (0 when all is right); repairs and alarms. */
int desk_audit(struct desk *d);

#endif
