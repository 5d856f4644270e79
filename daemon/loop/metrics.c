#include "metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

struct metric {
	char name[METRIC_NAME], labels[METRIC_LABELS];
	const char *help;
	_Atomic int64_t value;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *table[METRIC_MAX]; /* sorted by name, then labels */
static size_t count;
static struct metric spill;

static int compare(const char *name, const char *labels, const struct metric *m)
{
	int d = strcmp(name, m->name);

	return d != 0 ? d : strcmp(labels, m->labels);
}

/* Where it is, or where it belongs. */
static size_t place_of(const char *name, const char *labels)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (compare(name, labels, table[mid]) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct metric *make(size_t at, const char *name, const char *help, const char *labels)
{
	struct metric *m;

	if (count == METRIC_MAX)
		return &spill;
	m = calloc(1, sizeof *m);
	if (m == NULL)
		abort();
	snprintf(m->name, sizeof m->name, "%s", name);
	snprintf(m->labels, sizeof m->labels, "%s", labels);
	m->help = help;
	memmove(&table[at + 1], &table[at], (count - at) * sizeof *table);
	table[at] = m;
	count++;
	return m;
}

struct metric *metric_get(const char *name, const char *help, const char *labels)
{
	struct metric *m;
	size_t at;

	pthread_mutex_lock(&lock);
	at = place_of(name, labels);
	if (at < count && compare(name, labels, table[at]) == 0)
		m = table[at];
	else
		m = make(at, name, help, labels);
	pthread_mutex_unlock(&lock);
	return m;
}

void metric_add(struct metric *m, int64_t n)
{
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

void metric_set(struct metric *m, int64_t n)
{
	atomic_store_explicit(&m->value, n, memory_order_relaxed);
}

static int64_t metric_read(const struct metric *m)
{
	return atomic_load_explicit(&m->value, memory_order_relaxed);
}

static bool is_counter(const char *name)
{
	size_t n = strlen(name);

	return n > 6 && strcmp(name + n - 6, "_total") == 0;
}

static void write_one(struct buf *out, const struct metric *m, const char *before)
{
	if (strcmp(before, m->name) != 0)
		buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
			is_counter(m->name) ? "counter" : "gauge");
	if (m->labels[0] == '\0')
		buf_addf(out, "%s %lld\n", m->name, (long long)metric_read(m));
	else
		buf_addf(out, "%s{%s} %lld\n", m->name, m->labels, (long long)metric_read(m));
}

void metrics_write(struct buf *out)
{
	const char *before = "";

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++) {
		write_one(out, table[i], before);
		before = table[i]->name;
	}
	if (metric_read(&spill) != 0)
		buf_addf(out,
			"# HELP quanzu_metrics_dropped adds to metrics past the limit\n"
			"# TYPE quanzu_metrics_dropped gauge\nquanzu_metrics_dropped %lld\n",
			(long long)metric_read(&spill));
	pthread_mutex_unlock(&lock);
}
