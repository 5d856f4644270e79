/*
 * modem_care.h - the care of a card (care.h) joined to its modem: sends the loop test, asks for
 * the credit, reads the answers, keeps what must survive.
 *
 * The channel hands in everything that happens before it hands it up; "true" means that it was
 * the care's own and goes no further. Loop's thread. A loop test may go to another card of this
 * gateway: all of a process know of each other.
 */
#ifndef QUANZU_MODEM_CARE_H
#define QUANZU_MODEM_CARE_H

#include "channel.h"
#include "modem.h"

struct modem_care;

/* All borrowed for the life of it. */
struct modem_care *modem_care_new(uv_loop_t *loop, const struct channel_settings *set,
	const struct channel_events *ev, struct modem *modem);
void modem_care_free(struct modem_care *m); /* before the modem is closed */
void modem_care_recall(struct modem_care *m, const char *memory);

void modem_care_given(struct modem_care *m, const char *to); /* a message of the outbox was taken */
bool modem_care_part(struct modem_care *m, const struct modem_part *p);
bool modem_care_done(struct modem_care *m, int64_t id, enum verdict worst);
bool modem_care_inbound(struct modem_care *m, const struct modem_inbound *in);
void modem_care_ussd(struct modem_care *m, enum modem_ussd_end end, const char *text);
void modem_care_state(struct modem_care *m, const struct modem_health *h);

bool modem_care_order(struct modem_care *m, const char *what, const char **why);
void modem_care_json(const struct modem_care *m, json_t *into); /* adds its keys */

#endif
