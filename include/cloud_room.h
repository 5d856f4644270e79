/*
 * cloud_room.h - what the files of a cloud channel share. Nobody outside includes it.
 *
 * cloud_channel.c sends; cloud_state.c knows whether it may; cloud_inbox.c hands in what came and waits
 * for its commit; cloud_poll.c asks: polls for receipts and replies, questions about unsure
 * messages. Everything runs on the loop's thread.
 */
#ifndef QUANZU_CLOUD_ROOM_H
#define QUANZU_CLOUD_ROOM_H

#include <uv.h>

#include "channel.h"
#include "cloud.h"
#include "cloud_transport.h"
#include "http_client.h"

enum { CLOUD_POLLS = 4 };

enum cloud_state {
	CLOUD_READY,
	CLOUD_WAITING, /* it could not be reached several times: tried again after a pause */
	CLOUD_STOPPED  /* a person must act: key, credit, signature, clock */
};

enum cloud_alarm {
	CLOUD_ALARM_STOPPED,
	CLOUD_ALARM_UNREACHABLE,
	CLOUD_ALARM_CLOCK,
	CLOUD_ALARM_POLLING,
	CLOUD_ALARM_RECEIPT,    /* one says that text, signature or account must be mended */
	CLOUD_ALARM_UNREADABLE, /* a reply, kept as hex; over with the next that can be read */
	CLOUD_ALARMS
};

struct cloud_counts {
	int64_t sent, refused, not_sent, unsure, reports, replies, keys;
	int64_t hooks, forged, unreadable, polls, polls_failed, questions;
};

struct batch;    /* events that are handed in together */
struct question; /* about one unsure message */
struct flight;   /* one message on its way */

struct poll {
	struct channel *channel;
	uv_timer_t timer;
	struct http_transfer *transfer;
	int which, failures, in_a_row; /* in_a_row: asked again at once */
	bool off, more;
	bool has_confirm; /* of something unreadable, made beforehand */
	struct cloud_request confirm;
};

struct channel {
	uv_loop_t *loop;
	char name[32];
	bool sms, voice;
	struct channel_events ev;
	const struct cloud_provider *provider;
	struct cloud_account *account;
	struct cloud_transport transport;
	struct http_client *out, *ask; /* what is sent; what is asked never waits behind it */
	int64_t since_ms;              /* of its state; monotonic */

	enum cloud_state state;
	char why[200]; /* it stopped, or cannot be reached */
	bool stopped_by_clock;
	bool alarm[CLOUD_ALARMS];
	struct flight *flights;
	int busy, failures;
	char unknown
		[64]; /* the last code that no table knows; "" none since the last good answer */
	uv_timer_t wake;

	struct batch *batches;
	int64_t next_token;
	uv_timer_t late; /* of callbacks that wait for their commit */

	struct poll poll[CLOUD_POLLS];
	struct question *questions;
	int question_count;

	struct cloud_counts count;
	int handles; /* of the loop, not yet closed */
};

/* cloud_channel.c */
/* False: as many as may be are under way already. Takes the request's insides, whatever comes of it. */
struct http_transfer *cloud_transfer(struct channel *c, struct http_client *client,
	struct cloud_request *rq, http_done *done, void *arg);
struct cloud_moment cloud_now(void);
struct cloud_answer cloud_answer_of(const struct http_answer *a);
void cloud_timer(struct channel *c, uv_timer_t *timer); /* one of the channel's handles */

/* cloud_state.c */
void cloud_begin(struct channel *c);
void cloud_ready(struct channel *c);
void cloud_stop_sending(struct channel *c, const struct cloud_verdict *v); /* a person must act */
void cloud_failed(struct channel *c, enum http_why why); /* one that did not get through */
void cloud_state_tell(const struct channel *c, json_t *o);
void cloud_reached(struct channel *c); /* somebody answered: it can be tried again */
/* Each answer tells the time of the other side: more than two minutes beside ours is an alarm. */
void cloud_look_at_clock(struct channel *c, const struct http_answer *a);
void cloud_alarm(struct channel *c, enum cloud_alarm alarm, const char *text, bool on);
/* "code words" for logs and people: runs of digits in the words hidden, cut where the provider quotes us. */
void cloud_words(const char *code, const char *words, char *out, size_t n);

/* cloud_inbox.c */
/*
 * Hands in all of them, which it empties. `poll` not NULL: of a poll, which goes on when all are
 * committed (what is not is handed in again); else `done` (may be NULL) hears of it, at latest
 * after two seconds. `about` not NULL: the message that they are about.
 */
void cloud_hand_in(struct channel *c, struct cloud_events *e, const struct outgoing *about,
	struct poll *poll, void (*done)(void *arg, bool ok), void *arg);
/* What could not be read is kept in the inbox as hex of its first bytes, with an alarm. */
void cloud_hand_in_raw(struct channel *c, const char *bytes, size_t n, struct poll *poll,
	void (*done)(void *arg, bool ok), void *arg);
void cloud_committed(struct channel *c, int64_t token, bool ok);
bool cloud_hook(struct channel *c, const struct channel_hook *h, struct channel_hook_answer *answer,
	void (*done)(void *arg, bool ok), void *arg);
void cloud_inbox_start(struct channel *c);
void cloud_inbox_stop(struct channel *c);

/* cloud_poll.c */
void cloud_poll_start(struct channel *c);
void cloud_poll_stop(struct channel *c);
void cloud_poll_committed(struct poll *p); /* all that it brought is on our disk */
/* Asks once what became of it; `id` may be "". False: cannot. */
bool cloud_question(struct channel *c, const struct outgoing *m, const char *id);

#endif
