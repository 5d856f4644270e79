/*
 * care.h - the health of one SIM card as its traffic tells it: blocked or not, loop test, credit.
 *
 * Pure: what happened and the wall time in ms go in; what is due, alarms and what must survive a
 * restart come out. One struct care a card slot; its memory is JSON for the store.
 *
 * Suspect (a card that the operator seems to have cut off), while registered with enough signal:
 *   refused    three refusals that speak of the card, to three different people in a row
 *   rejected   five parts in a row end as CMS 21, 38, 500 or 512 and more, though another card works
 *   undelivered  reports used to come, and of the last ten parts (to three people at least) none
 *              came within ten minutes, or all say that it could not be delivered
 *   notice     the operator writes so
 *   loop       a loop test went out and did not come in, or was refused
 * The router gives a suspect card nothing while there is another way, and else no more than way.h says; one trial every 30 min (a loop test, or one message
 * where no number is known to send it to); three good trials in a row end the suspicion, or a
 * person does.
 */
#ifndef QUANZU_CARE_H
#define QUANZU_CARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atcode.h"
#include "verdict.h"

enum { CARE_PARTS = 10, CARE_WORD = 12, CARE_NOTE = 400 };

enum care_alarm { CARE_SUSPECT, CARE_LOOP_FAILED, CARE_CREDIT_LOW, CARE_ALARMS };
const char *care_alarm_code(enum care_alarm a); /* suspect, loop, credit_low */

struct care_config {
	bool loop;    /* there is a number for it */
	int loop_min; /* by itself so often; 0 never */
	bool credit;  /* there is a query */
	bool reports; /* delivery reports are asked for */
	int64_t low_fen;
};

struct care_facts {       /* as it is now */
	bool ready;       /* it could send */
	bool idle;        /* nothing was sent or waited for a minute */
	bool bad_signal;  /* below 10 of 31: refusals say nothing about the card */
	bool other_works; /* another card of this gateway sent something within ten minutes */
};

enum care_due { CARE_NOTHING, CARE_DO_LOOP, CARE_DO_CREDIT };

enum care_loop {
	LOOP_NEVER,
	LOOP_RUNNING,
	LOOP_GOOD,
	LOOP_NOT_SENT,
	LOOP_NOT_RECEIVED,
	LOOP_NO_REPORT
};

struct care_events {
	void (*alarm)(void *arg, enum care_alarm a, const char *text, bool on);
	void (*changed)(void *arg); /* keep care_memory() now */
	void *arg;
};

struct care {
	struct care_config config;
	struct care_events ev;
	bool recalled; /* the memory has come, or there is none */
	bool dirty;    /* counts have changed: worth keeping once a minute; the owner clears it */

	/* what survives */
	char card[16]; /* of which card this is told; "" unknown yet */
	bool suspect;
	char why[16]; /* refused, rejected, undelivered, notice, loop */
	int64_t suspect_at, trial_at;
	int good_trials;
	char day[12]; /* of the two counts: 2026-03-06 */
	int day_sent, day_received;
	int received; /* ever; says whether this card normally gets some */
	int64_t received_at;
	int reported, unreported; /* parts with a report, ever; parts in a row without */
	int64_t report_at;
	enum care_loop loop;
	int64_t loop_at;
	int loop_took_s;
	int64_t credit_asked_at, credit_at, credit_fen;
	bool credit_known;
	char credit_text[CARE_NOTE]; /* the last answer when nobody could read it */

	/* what a restart may forget */
	uint32_t alarms;
	struct care_part {
		int mr;
		int64_t at;
		uint32_t to;
		enum { PART_OPEN, PART_ARRIVED, PART_FAILED, PART_OTHER } end;
	} part[CARE_PARTS]; /* the newest first */
	size_t parts;
	uint32_t refused_to[3];
	int refused, rejected;
	char word[CARE_WORD]; /* of the loop test under way; "" none */
	int64_t loop_sent_at; /* 0 not yet */
	int loop_mr;
	bool loop_came, loop_reported;
	bool credit_waits;
};

void care_init(struct care *c, const struct care_config *config, const struct care_events *ev);
/* Once, before anything else is done by itself; NULL or "": there is no memory. */
void care_recall(struct care *c, int64_t now, const char *memory);
json_t *care_memory(const struct care *c);            /* new reference */
json_t *care_json(const struct care *c, int64_t now); /* for people; new reference */
/* The card that is in now. Another one than before starts from nothing. */
void care_card(struct care *c, int64_t now, const char *iccid);

void care_part(struct care *c, int64_t now, const struct care_facts *f, const char *to,
	enum verdict v, enum atcode_class class_, int code, int mr);
void care_report(struct care *c, int64_t now, int mr, int status);
/* A short message; `text` NULL where nobody could read it. */
void care_received(struct care *c, int64_t now, const char *from, const char *text);

enum care_due care_due(struct care *c, int64_t now, const struct care_facts *f);
/* The minute: time limits, suspicions that need time. */
void care_tick(struct care *c, int64_t now, const struct care_facts *f);

/* The loop test. False: one is under way, or there is no number. `word` goes into the text. */
bool care_loop_begin(struct care *c, int64_t now, const char *word);
void care_loop_sent(struct care *c, int64_t now, enum verdict v, int mr);
bool care_loop_is(const struct care *c, const char *text); /* does it carry our word? */
void care_loop_came(struct care *c, int64_t now);
bool care_loop_report(
	struct care *c, int64_t now, int mr, int status); /* true: it was of the test */

void care_credit_asked(struct care *c, int64_t now);
void care_credit(struct care *c, int64_t now, const char *text, bool readable, int64_t fen);

bool care_is_suspect(const struct care *c, int64_t now); /* false while one trial message may go */
void care_trust(struct care *c, int64_t now);            /* a person says that it is well */

#endif
