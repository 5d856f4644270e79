/*
 * policy.h - the response policy of a level: who is told, in which order, how long they have.
 *
 * Pure data and pure functions. The defaults are those of the township's table (levels
 * CRITICAL, HIGH, MEDIUM, LOW; every number is a default and configuration). A case freezes
 * its policy as JSON when it opens, with the version; later edits do not touch it.
 */
#ifndef QUANZU_POLICY_H
#define QUANZU_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	POLICY_RUNGS = 8,
	POLICY_REVISITS = 6,
	POLICY_LEVELS = 8,
	POLICY_CODE = 24,
};

/* Who stands on a rung; several bits may be set. The order of the bits is the order of telling. */
enum policy_who {
	WHO_DUTY = 1,    /* the member of the village team who is on duty now */
	WHO_MEMBERS = 2, /* the other members of that team */
	WHO_LEADER = 4,  /* its leader */
	WHO_HEAD = 8,    /* 村居书记、主任 */
	WHO_CENTRE = 16, /* the centre's duty team */
	WHO_POLICE = 32, /* the police contact */
};

struct policy_rung {
	int after_s;  /* since the case opened or was woken again; rising */
	unsigned who; /* WHO_ bits */
	bool ask;     /* true: a task that can be accepted; false: told only */
};

struct policy {
	char code[POLICY_CODE]; /* CRITICAL */
	char name[POLICY_CODE]; /* 特高危 */
	char word[POLICY_CODE]; /* what stands in the SMS: 急, 高, 中, 低 */
	int rank;               /* higher is graver; steps of merging go up by it */
	struct policy_rung rungs[POLICY_RUNGS];
	int rung_count;
	int accepts;                              /* how many must accept, 1 or more */
	int ack_s, contact_s, meet_s, feedback_s; /* meet_s 0: no visit required */
	int revisit_s[POLICY_REVISITS];           /* after the outcome */
	int revisit_count;
	bool urgent; /* class of its messages: urgent ignores quiet hours and may be resent */
	int window_from_min,
		window_to_min; /* minutes of the local day in which its SMS may go; 0,1440 always */
	int ttl_s;             /* a message not sent by then is not sent any more */
	int realarm_s;         /* after the end of the ladder: the alarm again, every so often */
};

struct policies {
	struct policy level[POLICY_LEVELS]; /* by falling rank */
	int count;
	int version;
	int merge_s;    /* a repeat warning inside joins the open case */
	int handover_s; /* the red line of a stop-payment hand-over */
	int handover_repeat_s;
	int life_s;   /* an open case older than this raises an alarm and stops reminding */
	int remind_s; /* between reminders for missing feedback */
};

void policies_default(struct policies *p);
const struct policy *policies_find(const struct policies *p, const char *code); /* NULL */
const struct policy *policies_raise(
	const struct policies *p, const char *code); /* one step graver, or the same */
const struct policy *policies_graver(const struct policies *p, const char *a, const char *b);
/* Plain Chinese why it cannot be used, or NULL. */
const char *policy_check(const struct policy *p);

json_t *policy_json(const struct policy *p, int version); /* frozen form, new reference */
bool policy_of_json(const json_t *o, struct policy *out);

/* When a message that may go only inside the window may go: now_ms, or the next opening. */
int64_t policy_window(const struct policy *p, int64_t now_ms);

#endif
