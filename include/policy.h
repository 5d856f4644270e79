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
	int after_s;  /* since the case opened or was woken again; never falling, the first is 0 */
	unsigned who; /* WHO_ bits */
	bool ask;     /* true: a task that can be accepted; false: told only */
	bool call;    /* told only: by a call as well */
};

struct policy {
	char code[POLICY_CODE]; /* CRITICAL */
	char name[POLICY_CODE]; /* 紧急高危 */
	char word[POLICY_CODE]; /* what stands in the SMS: 急, 高, 中, 低 */
	int rank;               /* higher is graver; steps of merging go up by it */
	struct policy_rung rungs[POLICY_RUNGS];
	int rung_count;
	int accepts; /* how many must accept, 1 or more */
	/*
	 * Limits since the case opened. meet_s 0: no visit required. Defaults: CRITICAL 3 min,
	 * 5 min, 30 min, 1 h; HIGH 10 min, 10 min, 1 h, 4 h; MEDIUM 1 h, 2 h, 24 h, 24 h; LOW
	 * 12 h, 24 h, none, 72 h.
	 */
	int ack_s, contact_s, meet_s, feedback_s;
	int revisit_s[POLICY_REVISITS]; /* after the outcome; 24 h 3 d 7 d, 24 h 7 d, 7 d, none */
	int revisit_count;
	bool urgent; /* class of its messages: urgent ignores quiet hours and may be resent */
	/* Minutes of the local day in which its SMS may go; 0,1440 always; MEDIUM, LOW 08:00-21:00. */
	int window_from_min, window_to_min;
	int ttl_s; /* a message not sent by then is not sent any more: urgent 2 h, else 24 h */
	/* After the end of the ladder the alarm again, every so often: 30 min, MEDIUM 2 h, LOW 24 h. */
	int realarm_s;
	/*
	 * Who was asked and does not answer is called: so often at most, the first time so long
	 * after the SMS (0: together with it), then every so often. CRITICAL 4 times at once and
	 * every 2 min, HIGH 2 after 5 min, MEDIUM 1 after 2 h, LOW never. A call keeps to the
	 * window of the level's SMS.
	 */
	int calls, call_after_s, call_every_s;
	/* The resident too, with a warning and nothing personal; 0: never, the default everywhere. */
	int resident_calls, resident_after_s;
};

struct policies {
	struct policy level[POLICY_LEVELS]; /* by falling rank */
	int count;
	int version;
	int merge_s;           /* a repeat warning inside joins the open case; 24 h */
	int handover_s;        /* the red line of a stop-payment hand-over; 30 min */
	int handover_repeat_s; /* until it is accepted the police are told again; 5 min */
	int life_s;   /* an open case older than this raises an alarm and stops reminding; 7 d */
	int remind_s; /* between reminders for missing feedback; 60 min */
};

void policies_default(struct policies *p);
void policies_sort(struct policies *p); /* by falling rank; equal ranks keep their order */
/* In all three a code that is not in the table counts for nothing; NULL when none is left. */
const struct policy *policies_find(const struct policies *p, const char *code);
const struct policy *policies_raise(
	const struct policies *p, const char *code); /* one step graver, or the same */
const struct policy *policies_graver(const struct policies *p, const char *a, const char *b);
unsigned policy_who_of(const char *code); /* "duty" -> WHO_DUTY; 0: unknown */
/* Plain Chinese why it cannot be used, or NULL. */
const char *policy_check(const struct policy *p);

/*
 * The frozen form of a case, new reference. Reading it back refuses what policy_check() would
 * refuse (a damaged row must not steer a ladder); unknown members are ignored.
 */
json_t *policy_json(const struct policy *p, int version);
bool policy_of_json(const json_t *o, struct policy *out);

/*
 * When a message may go: now_ms, or the next opening of the window in local time (the zone
 * is clock_zone()'s). An urgent policy is always open; a window may run over midnight.
 */
int64_t policy_window(const struct policy *p, int64_t now_ms);

#endif
