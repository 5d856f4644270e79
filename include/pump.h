/*
 * pump.h - between the channels (loop's thread) and the desk (its own): messages out, verdicts,
 * replies and reports in. Every crossing is a work of worker.h.
 *
 * A channel that can send asks the desk for one message. Finds the desk none, the channel counts
 * as hungry, and pump_feed(), called by the desk at the end of each batch, claims for it in the
 * same transaction that queued the message: no polling, no second commit.
 */
#ifndef QUANZU_PUMP_H
#define QUANZU_PUMP_H

#include <jansson.h>
#include <uv.h>

#include "desk.h"
#include "settings.h"
#include "work.h"

struct pump;

struct pump *pump_start(uv_loop_t *loop, const struct settings *set);
void pump_join(struct pump *p, struct worker *w); /* from now on messages flow */
void pump_feed(struct pump *p, struct desk *d); /* desk's thread, between jobs, before the commit */
/*
 * The end, in this order: pump_quiesce() (nothing new is claimed), the loop runs until
 * pump_is_quiet() or a deadline, pump_stop() (channels end what is left: it is unsure), the
 * worker stops, pump_free(), the loop runs until its handles are closed.
 */
void pump_quiesce(struct pump *p);
bool pump_is_quiet(const struct pump *p);
void pump_stop(struct pump *p);
void pump_free(struct pump *p);
json_t *pump_channels(struct pump *p); /* [{"name","kind","up",…}], new reference */
/* See channel_kind.hook; false also (503) when no such channel runs. */
bool pump_hook(struct pump *p, const char *name, const struct channel_hook *h,
	struct channel_hook_answer *answer, void (*done)(void *arg, bool ok), void *arg);
/* A person's order, see channel_kind.order. False: *why in plain Chinese. */
bool pump_order(struct pump *p, const char *name, const char *what, const char **why);
/* A person says that what stopped this channel is mended. */
void pump_resume(struct pump *p, const char *name);

/* Lines of the dialogue after `since`, see channel_kind.log; NULL: no such channel, or it keeps none. */
json_t *pump_log(struct pump *p, const char *name, uint64_t since);
/* No channel can carry an urgent SMS, for half a minute at least. */
bool pump_no_way(const struct pump *p);

#endif
