/*
 * channel_row.h - what is kept of a channel over a restart: pause, breaker, what it has sent.
 *
 * One small row a channel, written in the job that changes it. A channel that is no longer
 * configured keeps its row: it may come back.
 */
#ifndef QUANZU_CHANNEL_ROW_H
#define QUANZU_CHANNEL_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "breaker.h"
#include "quota.h"
#include "store.h"

struct channel_row {
	char name[32];
	bool paused;
	char paused_by[64];
	int64_t paused_at;
	struct breaker breaker;
	char why[96]; /* the last failure: code and words, no personal data */
	struct quota quota;
};

/* False: there is none; *out is that of a new channel. */
bool channel_row_get(struct store *s, const char *name, struct channel_row *out);
void channel_row_put(struct store *s, const struct channel_row *row);

#endif
