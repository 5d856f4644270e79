/*
 * sim_show.h - messages and reports as text mode shows them (27.005 3.4.1, 3.5.2, 3.5.3).
 */
#ifndef QUANZU_SIM_SHOW_H
#define QUANZU_SIM_SHOW_H

#include "sim_modem.h"

const char *sim_show_stat(enum sim_stat stat); /* "REC UNREAD" .. "ALL" */
/* Each appends header, CR LF and data (a report has no data) to out. */
void sim_show_listed(
	const struct sim_modem *m, unsigned index, const struct sim_place *p, struct buf *out);
void sim_show_read(const struct sim_modem *m, const struct sim_place *p, struct buf *out);
void sim_show_arrived(const struct sim_modem *m, const struct sim_pdu *p, struct buf *out);

#endif
