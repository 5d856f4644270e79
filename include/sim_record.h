/*
 * sim_record.h - what the simulated network saw: the log file (the oracle of crash tests) and a
 * memory of the latest messages for the control socket.
 *
 * One JSON object a line, written with one write(2) at the moment it tells of, never buffered:
 * what is in the file happened, whoever is killed afterwards. Times `t…` are microseconds of
 * the monotonic clock (CLOCK_MONOTONIC, the same for all programs of the machine), `wall` is UTC in
 * milliseconds. `ev` says which line it is: submit (the network took a part from a modem), answer,
 * refused, lost, report, heard (a phone has a whole message), deliver (a modem got a part), call, fault.
 * A write that fails is logged once; the simulator runs on.
 */
#ifndef QUANZU_SIM_RECORD_H
#define QUANZU_SIM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdu.h"
#include "sim_rule.h"

enum { SIM_HISTORY = 200000 }; /* messages kept in memory; older ones are forgotten */

struct sim_record;

struct sim_submit { /* one part on its way from a modem to the network */
	int modem;
	const char *from;      /* the modem's own number */
	const struct pdu *pdu; /* the SUBMIT */
	uint8_t mr;            /* as the modem counts, not as the PDU says */
	int64_t t_cmd;         /* first byte of the AT+CMGS line */
	int64_t t_prompt;      /* prompt written; 0: none was */
	int64_t t_data;        /* Ctrl-Z read */
	bool answered_now;     /* the answer goes out at once: no separate line follows */
};

/* path NULL: no file, only the memory. NULL with errno when the file cannot be opened. */
struct sim_record *sim_record_open(const char *path);
void sim_record_close(struct sim_record *r);

/* Notes the part and returns its id, which counts from 1. */
uint64_t sim_record_submit(struct sim_record *r, const struct sim_submit *m);
/* `result` "ok" or "none"; for a part whose answer did not go out at once. */
void sim_record_answer(struct sim_record *r, uint64_t id, const char *result);
/* A part that the network did not take: ev is "refused" with the CMS code, or "lost" with code -1. */
void sim_record_not_taken(
	struct sim_record *r, const struct sim_submit *m, const char *ev, int code);
/* A status report became due; `sent` false: nobody had asked for it. */
void sim_record_report(struct sim_record *r, uint64_t id, uint8_t status, bool sent);
void sim_record_heard(struct sim_record *r, const char *number, const char *from, const char *text,
	const char *code);
/* `how` is stored, direct, held or dropped; hex is the DELIVER PDU. */
void sim_record_deliver(struct sim_record *r, int modem, const char *how, const char *hex);
/* What happened in a call: dial, answered, spoke, key, hangup, ended, ring, turned_away. */
void sim_record_call(
	struct sim_record *r, int modem, const char *what, const char *number, const char *text);
void sim_record_fault(struct sim_record *r, int modem, const char *name, unsigned cmgs);

/* Appends the messages with an id above `since`, at most `max`, as a JSON array; *last gets the last id. */
void sim_record_messages(
	const struct sim_record *r, uint64_t since, size_t max, struct buf *out, uint64_t *last);
uint64_t sim_record_count(const struct sim_record *r); /* all messages ever taken */
void sim_record_clear(struct sim_record *r);           /* forgets the memory, not the file */

/* A JSON string with its quotes; for whoever writes lines of this kind. */
void sim_json_string(struct buf *out, const char *s);

#endif
