/*
 * sim_tpdu.h - what the network makes out of messages: a SUBMIT handed on as a DELIVER octet by
 * octet (so that any coding, header or port passes), a spoken text as DELIVERs, a report.
 *
 * Pure but for the time, which comes in. All PDUs begin with the service centre field.
 */
#ifndef QUANZU_SIM_TPDU_H
#define QUANZU_SIM_TPDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pdu.h"
#include "sim_rule.h"

struct sim_pdu { /* malloc; belongs to whoever holds it */
	enum pdu_dir dir;
	uint8_t mr;               /* of a report */
	uint64_t id;              /* the message it came from or reports on; 0 none */
	int origin;               /* modem that sent that message, -1 none */
	int station;              /* modem it is on the way to */
	char to[PDU_NUMBER_SIZE]; /* the number as the sender dialled it */
	size_t tpdu_len;
	char hex[]; /* upper case */
};

/* hex begins with the service centre field; tpdu_len does not count it. */
struct sim_pdu *sim_pdu_new(enum pdu_dir dir, const char *hex, size_t tpdu_len);
struct sim_pdu *sim_pdu_copy(const struct sim_pdu *p);

/* The centre hands `submit` on in the name of `from`. */
struct sim_pdu *sim_tpdu_forward(
	const struct pdu *submit, const char *smsc, const char *from, int64_t now_ms);
/*
 * Splits a text as `how` says. Returns the number of parts in list[] (each malloc), 0 with *rc
 * when it cannot be written so.
 */
unsigned sim_tpdu_say(const char *smsc, const char *from, const struct sim_say *how,
	const char *text, unsigned ref, int64_t now_ms, struct sim_pdu *list[PDU_PARTS_MAX],
	enum pdu_rc *rc);
/* NULL when `to` is no number that can be written (a message to letters). */
struct sim_pdu *sim_tpdu_report(const char *smsc, const char *to, uint8_t mr, uint8_t status,
	int64_t taken_ms, int64_t now_ms);

#endif
