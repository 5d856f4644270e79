/*
 * sim_inbox.h - messages and reports that reach a simulated modem: stored, announced, handed over,
 * acknowledged (27.005 3.4.1 +CNMI, 3.4.4 +CNMA).
 */
#ifndef QUANZU_SIM_INBOX_H
#define QUANZU_SIM_INBOX_H

#include "sim_modem.h"

/* The station's `take`: arg is the modem. */
bool sim_inbox_take(void *arg, const struct sim_pdu *pdu);
/* AT+CNMA: `good` false is a negative acknowledgement. False: nothing waits for one. */
bool sim_inbox_acknowledge(struct sim_modem *m, bool good);
/* The terminal is gone with an acknowledgement open: the message goes back to the network. */
void sim_inbox_forget(struct sim_modem *m);
/* Fills the free places of the receiving store with old, read messages. */
void sim_inbox_fill(struct sim_modem *m);

#endif
