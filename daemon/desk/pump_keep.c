/* What a channel knows again after a restart, and what it spends beside messages. */
#include <stdlib.h>
#include <string.h>

#include "pump_room.h"

#include "banned.h"

static char *same_text(const char *text)
{
	char *s = strdup(text);

	if (s == NULL)
		abort();
	return s;
}

static void keep(struct desk *d, struct crossing *x)
{
	desk_channel_keep(d, x->lane->set.name, x->memory);
}

void lane_on_keep(void *arg, const char *memory)
{
	struct crossing *x = lane_crossing(arg, keep, NULL);

	x->memory = same_text(memory);
	lane_cross(x);
}

static void spend(struct desk *d, struct crossing *x)
{
	desk_channel_spent(d, x->lane->set.name, x->part_no);
}

void lane_on_spent(void *arg, int parts)
{
	struct crossing *x = lane_crossing(arg, spend, NULL);

	x->part_no = parts;
	lane_cross(x);
}

static void remember(struct desk *d, struct crossing *x)
{
	x->memory = same_text(desk_channel_memory(d, x->lane->set.name));
}

static void remembered(struct crossing *x)
{
	if (x->lane->channel != NULL && x->memory != NULL)
		x->lane->kind->recall(x->lane->channel, x->memory);
}

void lane_recall(struct lane *l)
{
	if (l->kind->recall != NULL)
		lane_cross(lane_crossing(l, remember, remembered));
}
