/*
 * verdict.h - what became of one part that was given to a modem (27.005 4.3, modem rules 8.1).
 *
 * Pure. NOT_SENT certainly never left; REFUSED was taken and answered with no; UNSURE may or
 * may not have left: it is a state of its own, never "failed" and never "sent".
 */
#ifndef QUANZU_VERDICT_H
#define QUANZU_VERDICT_H

#include <stdbool.h>

#include "at.h"
#include "atcode.h"

enum verdict { VERDICT_SENT, VERDICT_NOT_SENT, VERDICT_UNSURE, VERDICT_REFUSED }; /* good to bad */

const char *verdict_name(enum verdict v); /* sent, not-sent, unsure, refused */
enum verdict verdict_worse(enum verdict a, enum verdict b);

struct verdict_of {
	enum verdict verdict;
	enum atcode_class class;
	int code; /* of +CMS or +CME; AT_NONE */
};

/* The command ended with a result code. `written`: the PDU and Ctrl-Z were accepted by the port. */
struct verdict_of verdict_of_final(bool written, const struct at_event *final);
/* Silence, a reset or the loss of the port. */
struct verdict_of verdict_of_loss(bool written);

#endif
