#include "ids.h"

#include <assert.h>

#include "banned.h"

enum { SEQUENCE_BITS = 17, NODE_BITS = 4, PER_SECOND = 1 << (SEQUENCE_BITS + NODE_BITS) };

int64_t ids_next(struct ids *ids, int64_t now_ms)
{
	const int64_t second = now_ms / 1000 * PER_SECOND;
	const int64_t node = ids->node * ((int64_t)1 << SEQUENCE_BITS);
	const int64_t full = ((int64_t)1 << SEQUENCE_BITS) - 1;

	assert(now_ms >= 0 && ids->node >= 0 && ids->node < IDS_NODES);
	if ((second | node) > ids->last)
		ids->last = second | node;
	else if ((ids->last & full) == full)
		ids->last = (ids->last / PER_SECOND + 1) * PER_SECOND | node;
	else
		ids->last++;
	return ids->last;
}

int64_t ids_from(int64_t ms)
{
	return ms < 0 ? 0 : ms / 1000 * PER_SECOND;
}

void ids_after(struct ids *ids, int64_t ms)
{
	int64_t end = (ms / 1000 + 1) * PER_SECOND - 1;

	if (end > ids->last)
		ids->last = end;
}
