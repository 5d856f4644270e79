/*
 * call_profile.h - how each maker's modem places a call, speaks in it and hears keys: a table.
 *
 * Pure data. Nothing here was ever tried on hardware by us: the makers' AT manuals are the
 * source, so each command is asked for once at start and left out where the modem refuses it.
 * Answered, ringing and ended lines and the forms of keys are read in atsort.c, whoever made the
 * modem; this table holds what we write, and what may be believed.
 */
#ifndef QUANZU_CALL_PROFILE_H
#define QUANZU_CALL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum call_can { /* what an OK to a line of the preparation means; bits */
	CALL_CAN_NOTHING = 0,
	CALL_CAN_KEYS = 1, /* keys are heard */
	CALL_CAN_TTS = 2,  /* it speaks a text */
	CALL_CAN_LINES = 4 /* it tells by lines how a call goes */
};

struct call_prepare {
	const char *text;
	enum call_can can;
	bool otherwise; /* only if the line before was refused */
	bool allows;    /* its answer begins with 0 where calls are allowed (^CVOICE?) */
	bool path;      /* its answer names the paths to the far side: see play_tail */
};

enum { CALL_PREPARES = 8 };

struct call_profile {
	const char *family, *maker;
	const char *models[6]; /* found anywhere in the model; none: every model of the maker */
	bool lte;        /* falls back to an older network for a call: an early end may be no end */
	bool ok_answers; /* OK to the dialling means that somebody has picked up */
	struct call_prepare prepare[CALL_PREPARES];
	const char *say;      /* in front of the text as UCS-2 in hex; NULL: no speech of its own */
	const char *say_stop; /* NULL: it cannot be stopped */
	const char *play;     /* in front of the name of a file; NULL: cannot */
	const char *play_tail[2]; /* behind it; the second where the answer to `path` ends at 1 */
	const char *play_stop;
	const char *port_on, *port_off; /* sound by the host: NULL: nothing to write */
	bool port;                      /* it has a port for sound at all */
	int port_ms;                    /* from answered to port_on */
};

/* Never NULL: the last row, "generic", fits every modem. */
const struct call_profile *call_profile_of(const char *maker, const char *model);
const struct call_profile *call_profile_named(const char *family); /* NULL: no such family */
/* Written for every modem before the profile's own lines. */
extern const struct call_prepare call_prepare_all[];
enum { CALL_PREPARE_ALL = 3 };

#endif
