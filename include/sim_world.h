/*
 * sim_world.h - everything the simulator has: schedule, book, record, network, modems.
 *
 * No I/O of its own but the record's file; tests build one and run it on a virtual clock.
 */
#ifndef QUANZU_SIM_WORLD_H
#define QUANZU_SIM_WORLD_H

#include "sim_modem.h"

struct sim_world {
	struct sim_sched *sched;
	struct sim_book *book;
	struct sim_record *record;
	struct sim_net *net;
	struct sim_modem *modems[SIM_STATIONS_MAX];
	int count;
	int64_t start_us;        /* what `at 5s` counts from */
	struct sim_block *block; /* the phones that rules without a `phone` in front belong to */
	char block_number[SIM_NUMBER_MAX]; /* their number, when it is a single one; or "" */
};

/* count modems with `places` on each SIM, switched on. False with errno: the log cannot be opened. */
bool sim_world_init(struct sim_world *w, int count, unsigned places, const char *log);
void sim_world_free(struct sim_world *w);

#endif
