/*
 * voice_menu.h - which key means what in a call, and what is said back to it. Pure; a table.
 *
 * 0 and 7 act at once; 1 is spoken back and counts after five seconds or on hanging up, unless a 0
 * or 7 replaces it; a star repeats the text; every other key is told that results go by SMS. The
 * modem only knows keys that end, wait or say something (modem.h).
 */
#ifndef QUANZU_VOICE_MENU_H
#define QUANZU_VOICE_MENU_H

#include "modem.h"

enum { VOICE_MENU_SAID = 160 };

struct voice_menu {
	struct modem_call_key key[MODEM_CALL_KEYS];
	size_t count;
	char said[MODEM_CALL_KEYS][VOICE_MENU_SAID]; /* what key[i].say points at */
};

/*
 * The menu of a call that waits for the keys `wanted` ("107"; "" none: the star alone). `said` is
 * a JSON object of words by key, "other" for keys that are not wanted; what it lacks, or NULL
 * and "", is said in our own words.
 */
void voice_menu_make(const char *wanted, const char *said, struct voice_menu *out);

#endif
