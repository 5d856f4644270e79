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

/* -- warnings --------------------------------------------------------------------------- */

enum accept_state { ACCEPT_NEW, ACCEPT_MERGED, ACCEPT_DUPLICATE };

struct accept_result {
	enum accept_state state;
	int64_t warning_id, case_id;
	char case_no[24], level[24];
	int64_t resident_id; /* 0: not on the list */
	char match_by[24];
	int match_score;
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
 * One order: noun and verb of the contract (DESIGN section 6), e.g. "cases" "close",
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

struct outgoing { /* one message in the hands of a channel; its `sending` is on disk after the commit */
	int64_t id;
	char to[32];
	char text[2048];
	bool urgent, report, flash;
	int first_part; /* parts before it are sent already, 0-based */
	int concat_ref; /* 8 bits, one per recipient and message */
	int validity_min;
};

/* The next message for this channel, or false: none may go now. */
bool desk_claim(struct desk *d, const char *channel, struct outgoing *out);

enum send_verdict { SEND_SENT, SEND_REFUSED, SEND_NOT_SENT, SEND_UNSURE };
enum send_class { SEND_NUMBER, SEND_CARD, SEND_PASSING, SEND_MODEM, SEND_OURS }; /* why not */

void desk_part(struct desk *d, const char *channel, int64_t id, int part, enum send_verdict v,
	int mr, const char *error);
/* The channel is done with the message. Decides what is next: retry later, another channel, unsure, failed. */
void desk_sent(struct desk *d, const char *channel, int64_t id, enum send_verdict v,
	enum send_class c, int parts, const char *error);
void desk_late(struct desk *d, const char *channel, int64_t id, int part,
	int mr); /* silence that ended well */
/* A delivery report; an unknown reference is kept for 200 s. outcome: delivered, pending, failed. */
void desk_report(struct desk *d, const char *channel, int mr, const char *number,
	const char *outcome, int status);
/* After a start: what was `sending` is unsure now; missed steps collapse. */
void desk_recover(struct desk *d);

/* -- inbox ------------------------------------------------------------------------------------ */

struct incoming {
	const char *channel, *kind; /* kind: sms, key */
	const char *from;           /* as the network gave it */
	bool answerable;            /* false: alphanumeric sender, not text for a person ... */
	const uint16_t *units;      /* UTF-16, of this part */
	size_t unit_count;
	uint8_t fingerprint[32];
	int64_t written_ms;             /* SMSC's clock; 0 unknown */
	int ref, ref_bits, part, total; /* total 0 or 1: stands alone */
};

/* Committed before it is deleted from the SIM. A known fingerprint is taken for taken. */
void desk_incoming(struct desk *d, const struct incoming *in);

/* -- time ------------------------------------------------------------------------------------------ */

void desk_tick(struct desk *d);      /* does what is due; bounded, the rest at the next tick */
int64_t desk_due_ms(struct desk *d); /* when the next timer is due (ms from now, 0 .. 60000) */
/* The minute audit: how many open cases have no next step (0 when all is right); repairs and alarms. */
int desk_audit(struct desk *d);

#endif
