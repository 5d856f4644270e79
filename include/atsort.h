/*
 * atsort.h - what a single line is by its words alone: result codes, call lines, keys,
 * speech and start lines of all makers, as tables. Used by at.c, which knows what is in flight.
 */
#ifndef QUANZU_ATSORT_H
#define QUANZU_ATSORT_H

#include "at.h"

/* OK, ERROR, +CME ERROR: x ...; fills result, code, words. False: no result code. */
bool atsort_result(const char *line, struct at_event *e);
/* NO CARRIER, BUSY, NO ANSWER, NO DIALTONE, CONNECT. */
bool atsort_call_result(const char *line, struct at_event *e);
/* Lines without a name field: RING, RDY, MO RING, VOICE CALL: BEGIN, NORMAL POWER DOWN ... */
bool atsort_bare(const char *line, struct at_event *e);
enum atsort { ATSORT_NO, ATSORT_YES, ATSORT_BAD };
/* Named lines that mean a call, a key, speech or a start, whoever made the modem. */
enum atsort atsort_named(
	const char *name, const char *rest, const struct at_fields *f, struct at_event *e);
/* Unsolicited whatever is in flight: +CMT, +CMTI, +CUSD ... */
bool atsort_always_unasked(const char *name);

#endif
