/*
 * driver_step.h - the steps of a start, for the files that hold them. Nobody else includes it.
 *
 * A step asks one thing. Its `line` gets the own lines of the answer, its `done` says what
 * follows. The order is the order of enum step_id; driver_start.c runs it, driver_card.c and
 * driver_settings.c hold the rows about modem and card and about messages.
 */
#ifndef QUANZU_DRIVER_STEP_H
#define QUANZU_DRIVER_STEP_H

#include "driver_room.h"

/* What to do after a step. */
enum step_next {
	STEP_NEXT,
	STEP_AGAIN, /* the same command at once */
	STEP_LATER, /* the same command after a pause; STEP_NEXT when tried too often */
	STEP_LADDER,
	STEP_GONE /* the step has taken care of it: jumped, stopped */
};

struct step {
	const char *text;                                                 /* or */
	const char *(*build)(struct driver *d, char out[AT_COMMAND_MAX]); /* NULL: nothing to ask */
	int limit_ms;
	void (*line)(struct driver *d, const struct at_event *e);
	enum step_next (*done)(struct driver *d, enum driver_end end, const struct at_event *final);
};

enum step_id {
	STEP_AT,
	STEP_ECHO,
	STEP_VERBOSE,
	STEP_RESULTS,
	STEP_DTR,
	STEP_CMEE,
	STEP_MAKER,
	STEP_MODEL,
	STEP_REVISION,
	STEP_IMEI,
	STEP_RADIO_ASK,
	STEP_RADIO_ON,
	STEP_SIM,
	STEP_PIN_CARD,
	STEP_PIN_LEFT,
	STEP_PIN_WAIT,
	STEP_PIN_ENTER,
	STEP_PIN_CHECK,
	STEP_IMSI,
	STEP_CARD,
	STEP_RIGHT_CARD,
	STEP_CHARSET,
	STEP_PDU_MODE,
	STEP_SERVICE_SET,
	STEP_SERVICE_ASK,
	STEP_STORES,
	STEP_STORE_ASK,
	STEP_STORE_SET,
	STEP_NOTICE_LIST,
	STEP_NOTICE_SET,
	STEP_NOTICE_ASK,
	STEP_CENTRE_ASK,
	STEP_CENTRE_SET,
	STEP_LINK,
	STEP_CREG,
	STEP_CEREG,
	STEP_URC_PROBE,
	STEP_URC_PORT,
	STEP_HEAT,
	STEPS
};

enum step_next step_jump(struct driver *d, int step); /* STEP_GONE */
bool step_is_busy(const struct at_event *final);      /* the card is busy: CME 14, 515, CMS 314 */
/* Whatever the answer: on. */
enum step_next step_any(struct driver *d, enum driver_end end, const struct at_event *final);
/* A busy card is asked again; every other refusal is left as it is. */
enum step_next step_any_when_free(
	struct driver *d, enum driver_end end, const struct at_event *final);

extern const struct step card_steps[];     /* STEP_MAKER .. STEP_RIGHT_CARD */
extern const struct step settings_steps[]; /* STEP_CHARSET .. STEP_HEAT */

enum {
	STEP_BUSY_TRIES = 15, /* times 2 s */
	STEP_STOPPED_AGAIN_MS = 60 * 1000,
	STEP_UNUSABLE_AGAIN_MS = 10 * 60 * 1000
};

#endif
