/*
 * driver_call.h - one call, as the driver keeps it: part of struct driver. Nobody else looks in.
 *
 * The procedure (modem rules 13.1) is a table of states and events (call_life.h); each state
 * has a time limit in driver_call.c. driver_speech.c speaks, driver_ear.c hears: lists, lines, keys, rings.
 */
#ifndef QUANZU_DRIVER_CALL_H
#define QUANZU_DRIVER_CALL_H

#include "call_life.h"
#include "call_profile.h"
#include "modem.h"

enum speech_way { SPEECH_TTS, SPEECH_FILE, SPEECH_PORT, SPEECH_NONE };

struct driver_voice { /* what this modem can; learnt once a start */
	const struct call_profile *profile;
	size_t prepared;         /* lines of the preparation that are done */
	bool refused, locked;    /* the last of them was; calls are locked */
	unsigned can;            /* enum call_can */
	int tail;                /* of call_profile.play_tail */
	int mute;                /* speech commands refused in a row */
	bool port_off;           /* the port for sound is to be switched off */
	bool turn_away, ringing; /* an incoming call */
};

struct driver_call {
	enum call_state state;
	struct modem_call call; /* the caller's pointers */
	char to[PDU_NUMBER_SIZE];
	unsigned todo; /* commands that are wanted: bits, see driver_call.c */

	bool dialled, alerted, answered, again; /* again: dialled a second time */
	bool lines;                             /* the maker's own lines tell how it goes */
	bool listed, no_list;                   /* it was in a list; there is no list */
	bool ask;                               /* for a list now */
	bool in_list;                           /* of the list that is being read */
	int misses, id;
	bool suspect; /* an end that is believed only if the list says so too */
	bool busy_line, no_answer_line;
	int cause;
	enum atcode_class class; /* of a refusal to dial; ATCODE_NONE */
	int plays;
	int64_t dialled_at, alerted_at, up_at;

	char key, waiting, last_key;
	int64_t last_key_at;
	const struct modem_call_key *reply;

	struct {
		enum speech_way way;
		const char *text; /* what is left of it */
		struct modem_sound sound;
		bool whole;        /* the call's own text: of this there may be a file */
		bool wanted, stop; /* the next piece is to be said; what is being said is to stop */
		bool on;           /* it speaks, or was told to */
		bool begun;        /* the call's own text has been started */
		bool ported, open; /* the port for sound is switched on; is open */
		int chars;         /* of the sentence under way */
		int64_t stopped_at;
	} speech;
};

#endif
