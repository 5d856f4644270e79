/*
 * explain_talk.h - what follows from a whole talk with a modem, for `quanzu explain at`.
 *
 * The caller plays the steps through the AT engine and reports what was written, every event
 * and every silence; talk_result() gives the word of the vector files: sent, delivered,
 * refused, not-sent, unsure, taken, ok, stopped, lost, confirmed KEY, answered, busy,
 * no-answer, failed.
 */
#ifndef QUANZU_EXPLAIN_TALK_H
#define QUANZU_EXPLAIN_TALK_H

#include <stdbool.h>

#include "at.h"
#include "pdu.h"
#include "verdict.h"

enum { TALK_PARTS = 64 };

struct talk_part {
	char pdu[AT_DATA_MAX + 1]; /* "" before the prompt */
	struct verdict_of outcome;
	int mr; /* AT_NONE */
	bool settled, delivered;
};

struct talk {
	bool speaks; /* some step of the talk is a speech or play command */

	struct talk_part parts[TALK_PARTS];
	size_t count;
	int late; /* 1-based part whose answer came too late to believe its OK; 0 */

	bool sends, dials, in_call, was_active, speaking, rang, call_ended, busy, no_answer;
	char key;

	bool taken, message_read, stopped, failed;
	int silent_probes;
	char command[AT_COMMAND_MAX + 1];
};

void talk_init(struct talk *t);
bool talk_is_speech(const char *command);
void talk_sent(struct talk *t, const char *command);
void talk_data(struct talk *t, const char *hex); /* at the prompt; not for ESC */
void talk_event(struct talk *t, const struct at_event *e);
void talk_silence(struct talk *t); /* the time of the command in flight, or of a probe, is up */
void talk_probe(struct talk *t);
void talk_result(const struct talk *t, char out[32]);

#endif
