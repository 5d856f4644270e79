/*
 * gauges.h - figures for /metrics that stand in the database, counted when they are asked for.
 */
#ifndef QUANZU_GAUGES_H
#define QUANZU_GAUGES_H

#include "buf.h"
#include "store.h"

/* Prometheus text; any reader. Counts open rows and the last day, never a whole table. */
void gauges_write(struct store *s, struct buf *out);

#endif
