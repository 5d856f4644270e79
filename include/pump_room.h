/*
 * pump_room.h - what the files of the pump share; nobody else includes it.
 *
 *   pump.c       its life, and what people and the web ask of a channel
 *   pump_cross.c the way between loop and desk
 *   pump_out.c   claims and verdicts
 *   pump_in.c    what channels hand in
 *   pump_keep.c  what a channel knows again after a restart, and what it spends beside messages
 */
#ifndef QUANZU_PUMP_ROOM_H
#define QUANZU_PUMP_ROOM_H

#include <stdatomic.h>

#include "channel.h"
#include "metrics.h"
#include "pump.h"

struct pump {
	uv_loop_t *loop;
	struct worker *worker;
	struct lane *lane;
	int count, handles;
	int first; /* desk: who is fed first; moves on, so that nobody always is */
	uv_timer_t look;
	int looks;
	_Atomic bool stopping, no_way;
	bool freed;
};

enum { LANE_COUNTED = 8 };

struct lane_counted {
	size_t what;
	char result[16]; /* "" none */
	struct metric *metric;
};

struct lane { /* one channel */
	struct pump *pump;
	struct channel_settings set;
	const struct channel_kind *kind;
	struct channel *channel;
	uv_timer_t pace; /* between messages */
	int asked;       /* loop: claims under way, and those that the desk keeps as hungry */
	int out;         /* loop: messages in the channel's hands */
	int busy;        /* loop: the same, and until their verdict is on disk */
	bool pacing;
	struct lane_counted counted[LANE_COUNTED]; /* loop */
	struct send_part last; /* loop: the part that ended the message; id 0: none */
	/* Written by the loop, read by the desk. */
	_Atomic bool up, suspect;
	_Atomic int room[OUTGOING_KINDS];
	/* The desk's alone. */
	int hungry; /* claims that found nothing */
	bool calls_next;
	bool told_up, told_suspect, told_any;
	int told_free[OUTGOING_KINDS];
};

/* One struct for every crossing between loop and desk, so that there is one way to free it. */
struct crossing {
	struct work work;
	struct lane *lane;
	void (*in_desk)(struct desk *d, struct crossing *x);
	void (*after)(struct crossing *x); /* may be NULL */
	int64_t id, token;
	struct send_part part;
	struct send_result result; /* its error stands in text */
	int part_no, parts, mr, status;
	bool on, found, starved; /* starved: counted in lane->hungry */
	char text[256], kind[64], number[48], outcome[16], from[64], other_ref[96];
	struct incoming in;
	uint16_t *units;
	struct outgoing *out; /* what was claimed; NULL: this crossing claims nothing */
	char *memory; /* what a channel keeps, the text of an alarm; freed with the crossing */
};

/* -- pump_cross.c ---------------------------------------------------------------------------- */

struct crossing *lane_crossing(struct lane *l, void (*in_desk)(struct desk *, struct crossing *),
	void (*after)(struct crossing *));
void lane_cross(struct crossing *x);
void lane_cross_in_time(struct crossing *x);   /* with the verdict of the message under way */
void lane_cross_patiently(struct crossing *x); /* within moments: nobody waits for it */
void lane_copy(char *out, size_t n, const char *text);
/* quanzu_channel_NAME_total{channel=,result=} */
void lane_count(struct lane *l, const char *name, const char *result, int64_t n);

/* -- pump_out.c: messages, in the loop unless said ------------------------------------------- */

void lane_ask(struct lane *l);     /* claims as many messages as the channel has room for */
void lane_changed(struct lane *l); /* what waits is looked at again, whatever else happens */
void lane_on_ready(void *arg);
void lane_on_part(void *arg, const struct send_part *part);
void lane_on_sent(void *arg, const struct send_result *r);
void lane_on_late(void *arg, int64_t id, int part, int mr);

/* -- pump_in.c: events of a channel ---------------------------------------------------------- */

void lane_on_incoming(void *arg, int64_t token, const struct incoming *in);
void lane_on_report(void *arg, int64_t token, const struct report *r);
void lane_on_alarm(void *arg, const char *kind, const char *text, bool on);
void lane_on_pin(void *arg, const char *card);

/* -- pump_keep.c ------------------------------------------------------------------------------ */

void lane_on_keep(void *arg, const char *memory);
void lane_on_spent(void *arg, int parts);
void lane_recall(struct lane *l); /* once, after start() */

#endif
