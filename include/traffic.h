/*
 * traffic.h - how the channels stand in the eyes of the desk, and which of them takes a message.
 *
 * Of the desk's thread. What the pump sees (desk_lane()), what the rows keep (pause, breaker,
 * what was sent) and the rules of the configuration come together here; the order itself is
 * found by way.h. Rows are read again after anything was rolled back.
 */
#ifndef QUANZU_TRAFFIC_H
#define QUANZU_TRAFFIC_H

#include "awaited.h"
#include "channel.h"
#include "channel_row.h"
#include "message.h"
#include "recent.h"

struct desk;

struct traffic_channel {
	struct channel_settings set; /* as it was started; its `own` is not read */
	struct channel_offer *offer; /* owned; of the configuration as last read */
	struct channel_row row;
	struct awaited *awaited; /* of a modem, whose reports name references; else NULL */
	bool up, suspect;
	bool trial;               /* the message that tries it after a break is on its way */
	int free[OUTGOING_KINDS]; /* how many it would take at this moment */
	int64_t rate_until_ms;    /* the provider said: not before */
	int ahead;                /* parts that were told to wait for its limit ... */
	int64_t ahead_until_ms;   /* ... until the first of them may go */
};

struct traffic {
	struct traffic_channel *at;
	int count;
	struct recent *recent; /* NULL: no channel has such rules */
	int64_t recent_keep_ms;
	int64_t undone;          /* what db_undone() was when the rows were read */
	int64_t look_at_ms;      /* a message waits for its best channel until then; 0 none */
	int64_t no_way_since_ms; /* no channel could carry an urgent SMS; 0 one could */
	bool no_way;             /* and people were told */
	bool way_seen;           /* since the start */
};

void traffic_start(struct desk *d);
void traffic_stop(struct desk *d);
/* The configuration was read again: what was stopped is tried again, pauses stay. In a job. */
void traffic_reload(struct desk *d);

enum traffic_turn {
	TRAFFIC_GO,    /* by this channel, now */
	TRAFFIC_OTHER, /* another one takes it, at once or in a moment */
	TRAFFIC_WAIT,  /* none can, and nobody knows until when: it stays in the queue */
	TRAFFIC_HOLD,  /* none can before until_ms */
	TRAFFIC_NEVER  /* none ever will */
};
struct traffic_answer {
	enum traffic_turn turn;
	int64_t until_ms;
	const char *why; /* with HOLD and NEVER, in the job's arena */
};
struct traffic_answer traffic_ask(
	struct desk *d, const char *channel, const struct message *m, const struct outgoing *out);
/*
 * May that channel place a call now? A modem in a call takes no SMS, and an answer or a door must
 * not wait for three minutes: where there is more than one way for SMS, one stays free of calls.
 */
bool traffic_may_call(struct desk *d, const char *channel);
/* What a verdict says about the channel: limits, breaker, alarms. `parts`: to be counted now. */
void traffic_count(struct desk *d, const char *channel, int parts);
void traffic_taken(struct desk *d, const char *channel, const struct message *m, const char *phone);
void traffic_back(struct desk *d, const char *channel); /* what it had claimed never left */
void traffic_verdict(struct desk *d, const char *channel, const struct send_result *r);

/* What reports are awaited there; NULL: it gives no references, or there is no such channel. */
struct awaited *traffic_awaited(struct desk *d, const char *channel);

int64_t traffic_cost(struct desk *d, const char *channel, int parts); /* fen */

const struct channel_settings *traffic_settings(struct desk *d, const char *channel); /* NULL */

/* By a person. False: no such channel. */
bool traffic_pause(struct desk *d, const char *channel, const char *actor, bool on);
bool traffic_resume(struct desk *d, const char *channel, const char *actor);

void traffic_watch(struct desk *d); /* once a tick: is there a way? */
/* When traffic_watch() or a claim has something to do; INT64_MAX. */
int64_t traffic_due_ms(struct desk *d);

/* -- between traffic.c and routing.c ------------------------------------------------------------ */

struct traffic *traffic_fresh(struct desk *d); /* the rows as they stand after a rollback */
struct quota_limits traffic_limits(const struct traffic_channel *c);
/* Until when this number, or this template to it, has had its share of that channel; 0 not. */
int64_t traffic_number_until(
	struct desk *d, const struct traffic_channel *c, const struct outgoing *o);

#endif
