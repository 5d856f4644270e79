/*
 * sim_charset.h - text mode: strings between modem and terminal in the set of AT+CSCS, and a SUBMIT
 * from what was typed (3GPP 27.005 3.1 <data>, 3.3.1 +CSMP; 27.007 5.5 +CSCS).
 */
#ifndef QUANZU_SIM_CHARSET_H
#define QUANZU_SIM_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pdu.h"

enum sim_charset {
	SIM_SET_GSM,
	SIM_SET_IRA,
	SIM_SET_UCS2,
	SIM_SET_HEX,
	SIM_SET_UTF8,
	SIM_SET_LATIN1,
	SIM_SETS
};

const char *sim_charset_name(enum sim_charset s);
bool sim_charset_of(const char *name, enum sim_charset *out);
/* UTF-8 to the set; characters that it has not become '?'. Appends. */
void sim_charset_put(enum sim_charset s, const char *text, struct buf *out);
/* The set to UTF-8. False: not written in that set. */
bool sim_charset_get(enum sim_charset s, const char *bytes, size_t n, struct buf *out);
/* What text mode shows as <data>: text in the set, or hex of octets or UCS-2. */
void sim_charset_data(enum sim_charset s, const struct pdu *p, struct buf *out);

struct sim_csmp { /* AT+CSMP */
	int fo, vp, pid, dcs;
};
/*
 * The SUBMIT for text mode, hex with an empty service centre field. 0, or the CMS code: 304 for
 * an address or validity that cannot be, 305 for data that do not fit.
 */
int sim_charset_submit(enum sim_charset s, const struct sim_csmp *set, const char *number, int toda,
	const char *data, size_t n, char hex[PDU_HEX_MAX + 1]);

#endif
