#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "pump_room.h"

#include "banned.h"

/*
 * While a message is under way its verdict will need a commit soon. What comes in meanwhile and
 * can bear it (parts, texts) waits so long for that one. Reports wait so long for each other too.
 */
enum { PATIENCE_MS = 20 };

static void run(struct work *w, void *desk)
{
	struct crossing *x = (struct crossing *)w;

	x->in_desk(desk, x);
}

static void done(struct work *w)
{
	struct crossing *x = (struct crossing *)w;

	if (x->after != NULL)
		x->after(x);
	free(x->units);
	free(x->out);
	free(x->memory);
	free(x);
}

struct crossing *lane_crossing(struct lane *l, void (*in_desk)(struct desk *, struct crossing *),
	void (*after)(struct crossing *))
{
	struct crossing *x = calloc(1, sizeof *x);

	if (x == NULL)
		abort();
	x->work.run = in_desk == NULL ? NULL : run;
	x->work.done = done;
	x->work.again = true;
	x->lane = l;
	x->in_desk = in_desk;
	x->after = after;
	return x;
}

void lane_cross(struct crossing *x)
{
	if (x->lane->pump->worker != NULL && worker_put_always(x->lane->pump->worker, &x->work))
		return;
	x->work.rc = STORE_BROKEN; /* the desk has gone: nothing may be acknowledged any more */
	done(&x->work);
}

void lane_cross_patiently(struct crossing *x)
{
	struct worker *w = x->lane->pump->worker;

	if (w == NULL || !worker_put_patient(w, &x->work, PATIENCE_MS))
		lane_cross(x);
}

void lane_cross_in_time(struct crossing *x)
{
	if (x->lane->busy == 0)
		lane_cross(x);
	else
		lane_cross_patiently(x);
}

void lane_copy(char *out, size_t n, const char *text)
{
	size_t len = text == NULL ? 0 : strnlen(text, n - 1);

	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
}

static const struct {
	const char *name, *metric, *help;
} metrics[] = { { "message", "quanzu_channel_messages_total",
			"messages that a channel ended, by result" },
	{ "call", "quanzu_channel_calls_total", "calls that a channel ended, by result" },
	{ "part", "quanzu_channel_parts_total", "parts that a network took" },
	{ "receipt", "quanzu_channel_receipts_total", "delivery reports, by outcome" } };

static struct metric *metric_of(const struct lane *l, size_t i, const char *result)
{
	char labels[METRIC_LABELS];

	if (result[0] == '\0')
		snprintf(labels, sizeof labels, "channel=\"%s\"", l->set.name);
	else
		snprintf(
			labels, sizeof labels, "channel=\"%s\",result=\"%s\"", l->set.name, result);
	return metric_get(metrics[i].metric, metrics[i].help, labels);
}

/* The few that a lane counts with every message stand with it. */
void lane_count(struct lane *l, const char *name, const char *result, int64_t n)
{
	struct lane_counted *c = l->counted;
	size_t i = 0;

	if (result == NULL)
		result = "";
	while (strcmp(metrics[i].name, name) != 0)
		i++;
	for (; c < l->counted + LANE_COUNTED && c->metric != NULL; c++) {
		if (c->what != i || strcmp(c->result, result) != 0)
			continue;
		metric_add(c->metric, n);
		return;
	}
	if (c < l->counted + LANE_COUNTED && strlen(result) < sizeof c->result) {
		c->what = i;
		lane_copy(c->result, sizeof c->result, result);
		c->metric = metric_of(l, i, result);
	}
	metric_add(metric_of(l, i, result), n);
}
