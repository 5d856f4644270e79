/*
 * breaker.h - when a channel that keeps failing is left alone, and when it is tried again. Pure.
 *
 * Closed: in use. Open: left alone until open_until_ms. Trying: that time is over, the next
 * message is the trial; well, and it is closed; not well, and it is open for twice as long, up to
 * a limit. Stopped: a person must act (key, credit, clock), until breaker_resume().
 *
 * What counts as a failure is a table: a card or account that cannot, a device that breaks off,
 * silence. A refused number or text says nothing about the channel.
 */
#ifndef QUANZU_BREAKER_H
#define QUANZU_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_TRYING, BREAKER_STOPPED };
enum breaker_word { /* what a verdict says about the channel */
	BREAKER_WELL,
	BREAKER_NOTHING,
	BREAKER_PASSING, /* the network was busy: six in a row */
	BREAKER_SILENCE, /* three in a row */
	BREAKER_DEVICE,  /* three in a row */
	BREAKER_CANNOT,  /* refused by card, account or network for all: two in a row */
	BREAKER_STOP,    /* at once, until a person acts */
	BREAKER_WORDS
};
enum breaker_step { BREAKER_STAYS, BREAKER_OPENS, BREAKER_STOPS, BREAKER_CLOSES };

enum { BREAKER_WAIT_MS = 30 * 1000, BREAKER_WAIT_MAX_MS = 15 * 60 * 1000 };

struct breaker {            /* zeros: closed */
	int points, opened; /* opened: how often in a row */
	int64_t open_until_ms;
	bool stopped;
};

enum breaker_state breaker_state(const struct breaker *b, int64_t now_ms);
enum breaker_step breaker_take(struct breaker *b, enum breaker_word word, int64_t now_ms);
bool breaker_same(const struct breaker *a, const struct breaker *b);
enum breaker_step breaker_resume(struct breaker *b); /* closed, whatever it was */
const char *breaker_code(enum breaker_state s);      /* closed, open, trying, stopped */

#endif
