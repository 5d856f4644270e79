#include "ids.h"

#include <assert.h>

#include "banned.h"

enum { SEQUENCE_BITS = 17, NODE_BITS = 4 };

int64_t ids_next(struct ids *ids, int64_t now_ms)
{
	const int64_t second = now_ms / 1000 << (SEQUENCE_BITS + NODE_BITS);
	const int64_t node = (int64_t)ids->node << SEQUENCE_BITS;
	const int64_t full = ((int64_t)1 << SEQUENCE_BITS) - 1;

	assert(ids->node >= 0 && ids->node < IDS_NODES);
	if ((second | node) > ids->last)
		ids->last = second | node;
	else if ((ids->last & full) == full)
		ids->last = ((ids->last >> (SEQUENCE_BITS + NODE_BITS)) + 1)
				    << (SEQUENCE_BITS + NODE_BITS) |
			    node;
	else
		ids->last++;
	return ids->last;
}

int64_t ids_time_ms(int64_t id)
{
	return (id >> (SEQUENCE_BITS + NODE_BITS)) * 1000;
}

void ids_after(struct ids *ids, int64_t ms)
{
	int64_t end = ((ms / 1000 + 1) << (SEQUENCE_BITS + NODE_BITS)) - 1;

	if (end > ids->last)
		ids->last = end;
}
