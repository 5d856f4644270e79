/*
 * metrics.h - counters and gauges by name and labels, for /metrics (Prometheus text 0.0.4).
 *
 * metric_get() finds or makes; keep the pointer where it is used often. Adding is one
 * atomic operation, from any thread. Names and label values are ours (codes, channel names,
 * route patterns), never what a stranger sent. At most METRIC_MAX of them: past that all
 * further ones share one nameless counter, and quanzu_metrics_dropped says so.
 */
#ifndef QUANZU_METRICS_H
#define QUANZU_METRICS_H

#include <stdint.h>

#include "buf.h"

enum { METRIC_MAX = 2048, METRIC_NAME = 64, METRIC_LABELS = 160 };

struct metric;

/*
 * name: "quanzu_messages_sent_total"; help: one plain line, taken from the first call;
 * labels: "channel=\"sim1\",class=\"urgent\"" or "". Names that end in _total are counters,
 * all others gauges.
 */
struct metric *metric_get(const char *name, const char *help, const char *labels);
void metric_add(struct metric *m, int64_t n);
void metric_set(struct metric *m, int64_t n);
/* All of them, by name. */
void metrics_write(struct buf *out);

#endif
