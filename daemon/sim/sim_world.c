#include "sim_world.h"

#include <assert.h>
#include <string.h>

#include "clock.h"
#include "banned.h"

bool sim_world_init(struct sim_world *w, int count, unsigned places, const char *log)
{
	assert(count > 0 && count <= SIM_STATIONS_MAX);
	memset(w, 0, sizeof *w);
	w->record = sim_record_open(log);
	if (w->record == NULL)
		return false;
	w->sched = sim_sched_new();
	w->book = sim_book_new();
	w->net = sim_net_new(w->sched, w->book, w->record);
	w->count = count;
	w->start_us = clock_mono_us();
	for (int i = 0; i < count; i++) {
		w->modems[i] = sim_modem_new(w->net, i, places);
		sim_net_join(w->net, &w->modems[i]->station);
		sim_modem_power(w->modems[i]);
	}
	return true;
}

void sim_world_free(struct sim_world *w)
{
	for (int i = 0; i < w->count; i++)
		sim_modem_free(w->modems[i]);
	sim_net_free(w->net);
	sim_sched_free(w->sched);
	sim_book_free(w->book);
	sim_record_close(w->record);
	memset(w, 0, sizeof *w);
}
