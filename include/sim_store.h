/*
 * sim_store.h - one message store of a simulated SIM or modem: numbered places.
 *
 * Owns its PDUs. Indexes run from `base` to base + room - 1 and stay the same while a message
 * lies there; a new message takes the first free place.
 */
#ifndef QUANZU_SIM_STORE_H
#define QUANZU_SIM_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_tpdu.h"

enum sim_stat { SIM_UNREAD, SIM_READ, SIM_UNSENT, SIM_SENT, SIM_ALL }; /* 27.005 3.1 <stat> */

struct sim_place {
	enum sim_stat stat;
	struct sim_pdu *pdu; /* NULL: free */
};

struct sim_store {
	const char *name; /* "SM", "ME", "SR" */
	unsigned base, room, used;
	struct sim_place *places;
};

void sim_store_init(struct sim_store *s, const char *name, unsigned base, unsigned room);
void sim_store_free(struct sim_store *s);
/* Changes the number of places; those above are lost. */
void sim_store_resize(struct sim_store *s, unsigned room);
/* Keeps a copy. False: full. */
bool sim_store_put(
	struct sim_store *s, const struct sim_pdu *p, enum sim_stat stat, unsigned *index);
/* The place of an index, taken or free; NULL when there is no such index. */
struct sim_place *sim_store_at(struct sim_store *s, unsigned index);
void sim_store_delete(struct sim_store *s, unsigned index);

#endif
