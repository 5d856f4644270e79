#include "sim_store.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

void sim_store_init(struct sim_store *s, const char *name, unsigned base, unsigned room)
{
	memset(s, 0, sizeof *s);
	s->name = name;
	s->base = base;
	sim_store_resize(s, room);
}

void sim_store_free(struct sim_store *s)
{
	for (unsigned i = 0; i < s->room; i++)
		free(s->places[i].pdu);
	free(s->places);
	s->places = NULL;
	s->room = s->used = 0;
}

void sim_store_resize(struct sim_store *s, unsigned room)
{
	for (unsigned i = room; i < s->room; i++)
		sim_store_delete(s, s->base + i);
	s->places = reallocarray(s->places, room + 1, sizeof *s->places);
	if (s->places == NULL)
		abort();
	for (unsigned i = s->room; i < room; i++)
		s->places[i] = (struct sim_place){ .pdu = NULL };
	s->room = room;
}

bool sim_store_put(
	struct sim_store *s, const struct sim_pdu *p, enum sim_stat stat, unsigned *index)
{
	unsigned i = 0;

	if (s->used >= s->room)
		return false;
	while (s->places[i].pdu != NULL)
		i++;
	s->places[i].pdu = sim_pdu_copy(p);
	s->places[i].stat = stat;
	s->used++;
	*index = s->base + i;
	return true;
}

struct sim_place *sim_store_at(struct sim_store *s, unsigned index)
{
	if (index < s->base || index - s->base >= s->room)
		return NULL;
	return &s->places[index - s->base];
}

void sim_store_delete(struct sim_store *s, unsigned index)
{
	struct sim_place *p = sim_store_at(s, index);

	if (p == NULL || p->pdu == NULL)
		return;
	free(p->pdu);
	p->pdu = NULL;
	s->used--;
}
