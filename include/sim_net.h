/*
 * sim_net.h - the simulated network: takes messages from modems, hands them to phones or to other
 * modems, sends reports, keeps back what a modem cannot take now.
 *
 * Modems join as stations. sim_net_submit() decides at once whether a message is taken; all that
 * follows (delivery, reports, answers) comes from the schedule, never from inside that call. A
 * station that refuses a PDU gets it again, in order, after sim_net_poke().
 */
#ifndef QUANZU_SIM_NET_H
#define QUANZU_SIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_book.h"
#include "sim_record.h"
#include "sim_sched.h"
#include "sim_tpdu.h"

enum {
	SIM_STATIONS_MAX = 64,
	SIM_WAITING_MAX = 20000 /* PDUs kept back for one station; more are dropped and logged */
};

struct sim_station {
	char number[SIM_NUMBER_MAX]; /* the SIM's own, as others dial it */
	char smsc[SIM_NUMBER_MAX];   /* its service centre, "+86..." */
	/* True: taken (the network frees its copy). False: not now. */
	bool (*take)(void *arg, const struct sim_pdu *pdu);
	void *arg;
};

struct sim_net;

/* All three must outlive the network. */
struct sim_net *sim_net_new(struct sim_sched *s, struct sim_book *b, struct sim_record *r);
void sim_net_free(struct sim_net *n);
struct sim_sched *sim_net_sched(struct sim_net *n);
struct sim_book *sim_net_book(struct sim_net *n);
struct sim_record *sim_net_record(struct sim_net *n);

/* The station stays the caller's; its number may change until messages flow. Returns its index. */
int sim_net_join(struct sim_net *n, struct sim_station *s);

/* -1: taken, *id is its number in the record; else the CMS code of the network's refusal. */
int sim_net_submit(struct sim_net *n, const struct sim_submit *m, uint64_t *id);
/* A station can take messages again. */
void sim_net_poke(struct sim_net *n, int station);
/* `from` says something to a station; false with a reason when the text cannot be written so. */
bool sim_net_say(struct sim_net *n, const char *from, int station, const struct sim_say *how,
	const char *text, char error[SIM_ERROR_MAX]);
size_t sim_net_waiting(const struct sim_net *n, int station); /* PDUs kept back */

#endif
