/*
 * pump_room.h - what the files of the pump share; nobody else includes it.
 *
 *   pump.c      lanes, claims, verdicts
 *   pump_in.c   what channels hand in
 *   pump_keep.c what a channel knows again after a restart, and what it spends beside messages
 */
#ifndef QUANZU_PUMP_ROOM_H
#define QUANZU_PUMP_ROOM_H

#include <stdatomic.h>

#include "channel.h"
#include "pump.h"

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
	int part_no, mr, status;
	bool on, found, starved; /* starved: counted in lane->hungry */
	char text[256], kind[64], number[48], outcome[16], from[64], other_ref[96];
	struct incoming in;
	uint16_t *units;
	struct outgoing *out; /* what was claimed; NULL: this crossing claims nothing */
	char *memory;         /* what a channel keeps; freed with the crossing */
};

struct crossing *lane_crossing(struct lane *l, void (*in_desk)(struct desk *, struct crossing *),
	void (*after)(struct crossing *));
void lane_cross(struct crossing *x);
void lane_cross_in_time(struct crossing *x); /* for what nobody waits for */
void lane_copy(char *out, size_t n, const char *text);
/* quanzu_channel_NAME_total{channel=,result=} */
void lane_count(const struct lane *l, const char *name, const char *result, int64_t n);

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
