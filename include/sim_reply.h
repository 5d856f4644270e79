/*
 * sim_reply.h - what a simulated modem says: lines, results, unsolicited lines (V.250 5.7).
 *
 * All is gathered in the modem's out buffer; sim_reply_flush() writes it.
 */
#ifndef QUANZU_SIM_REPLY_H
#define QUANZU_SIM_REPLY_H

#include "sim_modem.h"

/* What a command handler returns. */
enum sim_result {
	SIM_OK = 0,
	SIM_ERROR = -1,
	SIM_WAIT =
		-2, /* no result code now: a prompt is open, or the answer comes later or never */
	SIM_CARRIER = -3,    /* NO CARRIER */
	SIM_CME = 1000,      /* + the code of +CME ERROR */
	SIM_CMS_BASE = 10000 /* + the code of +CMS ERROR */
};
#define SIM_CME_(code) (SIM_CME + (code))
#define SIM_CMS_(code) (SIM_CMS_BASE + (code))

void sim_reply_line(struct sim_modem *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void sim_reply_text(struct sim_modem *m, const char *text); /* one line as it is */
void sim_reply_result(struct sim_modem *m, int result);     /* an enum sim_result with its code */
void sim_reply_prompt(struct sim_modem *m);
/* An unsolicited line (or two, with CR LF between), now or when the terminal can take it. */
void sim_reply_urc(struct sim_modem *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sim_reply_urc_release(struct sim_modem *m); /* those that were kept back */
void sim_reply_noise(struct sim_modem *m);
void sim_reply_flush(struct sim_modem *m);

#endif
