#include "channel.h"

#include <string.h>

#include "modem_channel.h"

#include "banned.h"

static const struct channel_kind *const channel_kinds[] = { &modem_channel };

const struct channel_kind *channel_kind_of(const char *kind)
{
	for (size_t i = 0; i < sizeof channel_kinds / sizeof *channel_kinds; i++)
		if (strcmp(channel_kinds[i]->kind, kind) == 0)
			return channel_kinds[i];
	return NULL;
}
