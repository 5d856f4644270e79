/*
 * seek.h - which port has our modem, and at which speed it speaks.
 *
 * Pure: port events and the monotonic time in ms go in; ports to open, bytes to write and the
 * next deadline come out. Calling sequence: seek_init() once; seek_begin() for each search, which
 * ends with one found() (its port is open and stays so) or one lost(). The order of the ports:
 * the configured device, where it was last, then all that ports_list() tells. Searches that find
 * nothing come seldom, up to a minute apart, until the ports change.
 *
 * A port is asked AT three times, 300 ms apart, at each speed that comes into question; one that
 * sends lines of a satellite receiver or says nothing is passed over. With an IMEI the answer to
 * AT+CGSN decides: its first 14 digits (the last one or two are check digit or version).
 */
#ifndef QUANZU_SEEK_H
#define QUANZU_SEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "ports.h"

struct seek_events {
	void (*list)(void *arg, struct ports *out); /* what there is, none of it held by others */
	void (*open)(void *arg, const char *path, int baud); /* then seek_opened() or seek_lost() */
	void (*write)(void *arg, const char *bytes, size_t n);
	void (*found)(void *arg, const char *path, int baud);
	void (*lost)(void *arg, const char *why);
	void *arg;
};

struct seek {
	struct seek_events ev;
	char device[PORTS_PATH]; /* "" none, or a folder of links */
	char imei[20];           /* "" whatever answers */
	int baud;                /* 0: find it */

	enum {
		SEEK_IDLE,
		SEEK_WAITING,
		SEEK_OPENING,
		SEEK_DRAINING,
		SEEK_CALLING,
		SEEK_ASKING
	} state;
	struct ports ports;
	size_t at;      /* which of them */
	size_t rate;    /* which speed */
	int calls;      /* AT so far at this speed */
	int64_t due;    /* INT64_MAX: none */
	bool contested; /* set by the owner before seek_lost(): another modem of ours looks at it */
	bool seen_other; /* a modem with another IMEI answered */
	uint32_t known;  /* the ports of the last search that found nothing */
	int64_t again;   /* not before, unless the ports have changed */
	int failures;
	char best[PORTS_PATH]; /* where it was last */
	int best_baud;
	struct lines lines;
};

/* baud 0: auto. device and imei may be "", not both. */
void seek_init(struct seek *s, const char *device, const char *imei, int baud,
	const struct seek_events *ev);
void seek_begin(struct seek *s, int64_t now, int64_t in_ms);
void seek_stop(struct seek *s); /* nothing is told any more */
void seek_opened(struct seek *s, int64_t now);
void seek_lost(struct seek *s, int64_t now); /* could not be opened, or went away */
void seek_bytes(struct seek *s, int64_t now, const char *bytes, size_t n);
void seek_tick(struct seek *s, int64_t now);
int64_t seek_deadline(const struct seek *s);
bool seek_is_busy(const struct seek *s);

#endif
