/*
 * web.h - the HTTP face: who may ask what, and which handler answers.
 *
 * One table of routes (web_routes.c). Reads run in the thread pool on a reader of the store,
 * with a deadline; writes are jobs of the desk. Nothing here decides anything about a case.
 *
 * web_start() opens the listeners; web_stop() is called after uv_run() has returned (never
 * from a callback): it runs the loop until the last request is answered, and needs the
 * worker and the channels still alive. web_reload() takes new settings.
 */
#ifndef QUANZU_WEB_H
#define QUANZU_WEB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "channel.h"
#include "settings.h"
#include "store_pool.h"
#include "work.h"

struct web_hooks { /* what other rooms tell; loop's thread; each may be NULL */
	void *arg;
	/* [{"name","kind","up",...}] of the channels that run; a new reference. */
	json_t *(*channels)(void *arg);
	bool (*channel_order)(void *arg, const char *name, const char *what, const char **why);
	/* A person says that what stopped it is mended. */
	void (*channel_resume)(void *arg, const char *name);
	/* Lines of its dialogue after `since`, see channel_kind.log; NULL none. */
	json_t *(*channel_log)(void *arg, const char *name, uint64_t since);
	/* No channel can carry an urgent SMS, and people were told. */
	bool (*no_way)(void *arg);
	/* A provider's callback for that channel: see channel_kind.hook. */
	bool (*hook)(void *arg, const char *channel, const struct channel_hook *h,
		struct channel_hook_answer *answer, void (*done)(void *arg, bool ok),
		void *done_arg);
	/* The store is broken: the daemon has to stop. */
	void (*broken)(void *arg);
};

struct web_parts {
	const struct settings *settings; /* borrowed until web_reload() or web_stop() */
	struct worker *worker;
	struct store_pool *pool;
	struct web_hooks hooks;
};

struct web;

struct web *web_start(uv_loop_t *loop, const struct web_parts *parts, char *why, size_t why_size);
void web_reload(struct web *w, const struct settings *set);
void web_stop(struct web *w);             /* NULL is allowed */
int web_port(const struct web *w, int n); /* of the n-th TCP listener */

#endif
