/*
 * ussd.h - the texts of +CUSD (27.007 7.15; coding of 23.038 5, packing of 23.038 6.1.2.3).
 *
 * Pure. Modems hand the text over as plain letters, as UCS-2 in hex, or as packed septets in
 * hex, and the coding scheme beside it is not always true: what reads as a text wins.
 */
#ifndef QUANZU_USSD_H
#define QUANZU_USSD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum ussd_m { /* the first field of +CUSD */
	USSD_DONE,
	USSD_MORE,        /* the network waits for an answer: end it with AT+CUSD=2 */
	USSD_ENDED,       /* by the network; a text may come with it */
	USSD_OTHER,       /* another client has answered */
	USSD_UNSUPPORTED, /* not to be had in this network */
	USSD_TIMEOUT
};

enum { USSD_CODE_MAX = 24, USSD_HEX_MAX = 64, USSD_TEXT_MAX = 1024 };

/* Appends the text as UTF-8, control characters but line feeds as spaces. dcs AT_NONE: not given. */
void ussd_text(const char *text, size_t n, int dcs, struct buf *out);
/* [*#0-9]{1,23}: what may be asked. */
bool ussd_is_code(const char *code);
/* The code as packed septets in hex, as some sticks want it. */
void ussd_pack(const char *code, char out[USSD_HEX_MAX]);

#endif
