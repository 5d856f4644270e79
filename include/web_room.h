/*
 * web_room.h - what the handlers of the room web/ share. Nobody outside includes it.
 */
#ifndef QUANZU_WEB_ROOM_H
#define QUANZU_WEB_ROOM_H

#include "desk.h"
#include "keyring.h"
#include "listing.h"
#include "metrics.h"
#include "request.h"
#include "server.h"
#include "throttle.h"
#include "web.h"

enum {
	WEB_OPEN = 1,  /* no key needed */
	WEB_LARGE = 2, /* a body that is no JSON may have settings.http.body_max bytes */
	WEB_SLOW = 8,  /* a read that may take minutes */
	WEB_HOOK = 16, /* a provider's callback: its secret stands in the path */
	WEB_NONCE = 4, /* the handler spends the nonce of a signed request in its own job */
	WEB_JSON_MAX = 256 << 10,
	WEB_LOCAL_MAX = 96 << 20, /* a table by the local socket: a whole county's residents */
	WEB_STATUSES = 8
};

struct web_route {
	enum method method;
	const char *pattern;
	unsigned roles; /* bits of enum role; not read with WEB_OPEN */
	unsigned flags;
	void (*run)(struct request *rq);                   /* loop; ends in request_done() */
	void (*read)(struct request *rq, struct store *s); /* pool; fills the answer */
	const char *summary;                               /* for /openapi.json, Chinese */
};
extern const struct web_route web_routes[]; /* ended by a NULL pattern */

struct web_counts { /* of one route: answers by status, as they are first seen */
	int status[WEB_STATUSES];
	struct metric *seen[WEB_STATUSES];
};

struct web {
	uv_loop_t *loop;
	struct server *server;
	const struct settings *set;
	struct worker *worker;
	struct store_pool *pool;
	struct web_hooks hooks;
	struct keyring *keys;
	uint64_t keys_no; /* counts the rings */
	struct throttle *throttle;
	size_t body_max;
	int64_t request_ms;
	char data_dir[SETTINGS_PATH];
	struct seal *seal; /* of the loop's thread */
	bool disk_low, broken;
	int slow;         /* long reads under way */
	int keys_loading; /* rings that are being made */
	int seconds;
	struct web_counts *counts; /* by route */
	struct metric *microseconds, *refused;
	struct request *waiters; /* bulk jobs for which the desk had no room; tried each second */
	struct work probe;       /* asks the desk once in a while whether it is alive */
	bool probing;
	int64_t probe_ms, desk_ms; /* when it was sent; how long the last one took */
};

/* auth.c: who asks. False: the request is answered. */
bool auth_head(struct web *w, struct request *rq);
bool auth_body(struct web *w, struct request *rq); /* a signature over the body */
/* In a desk's job: spends the nonce of a signed request. False: replayed, nothing else may happen. */
bool auth_spend(struct request *rq, struct store *s);
void auth_refuse_replay(struct request *rq);

/* web_hook.c: is there such a channel, with that secret and for that address? False: answered 404. */
bool web_hook_head(struct web *w, struct request *rq);

/* web_list.c: the right and the reason to see plain data. False: answered. */
bool web_may_reveal(struct request *rq, const char *noun);

/* web.c */
void web_broken(struct web *w); /* stops intake and tells the daemon */
void web_answer_result(struct request *rq, enum store_rc rc); /* a failed job or batch */
bool web_may_write(struct request *rq);                       /* false: answered 507 or 503 */
/* Puts rq->work; when the queue is full the request is answered with 503. */
void web_put(struct request *rq, void (*run)(struct work *, void *), void (*done)(struct work *));
/* The same for a run() that may be called again after it was undone (work.h). */
void web_put_repeatable(
	struct request *rq, void (*run)(struct work *, void *), void (*done)(struct work *));
/* One slice of a long job: when the queue is full it is tried again later. `again`: repeatable. */
void web_put_slice(struct request *rq, void (*run)(struct work *, void *),
	void (*done)(struct work *), bool again);
void web_try_waiters(struct web *w); /* once a second */
struct request *web_request_of(struct work *w);
void web_load_keys(struct web *w, struct request *then); /* then (may be NULL) is done after it */
/* Runs `read` in the pool on a reader, with the deadline; then done (NULL: request_done). */
void web_read(struct request *rq, void (*read)(struct request *rq, struct store *s),
	void (*done)(struct request *rq));
/* web_parameter.c: what stands behind the ?. NULL: absent. The route's table must name it. */
const char *web_parameter(const struct request *rq, const char *name);
int64_t web_parameter_number(const struct request *rq, const char *name, int64_t otherwise,
	int64_t low, int64_t high, bool *ok);
/* All of the route for /openapi.json, those of the path too; new. `l`: its listing, NULL none. */
json_t *web_parameters(const struct web_route *r, const struct listing *l);
/* web_books.c: the listings that can be exported; ended by NULL. */
extern const char *const web_books[];
/* The filters and the scope, of a list also limit and after; false: answered 400. */
bool web_list_query(struct request *rq, struct listing_query *q);
void web_bad_parameter(struct request *rq, const char *name);
/* The body as a JSON object (new); NULL: answered. An empty body reads as {}. */
json_t *web_body_object(struct request *rq);
bool web_id(struct request *rq, const char *text, int64_t *id); /* false: answered 404 */
void web_etag(struct request *rq); /* of what is in out; 304 when the asker has it */

/* web_command.c: an order about something that has a name, not an id; it stands in the body as "name". */
void web_order_named(
	struct request *rq, const char *noun, const char *verb, const char *name, int status);

/* The handlers, by file. */
void web_health(struct request *rq);
void web_ready(struct request *rq);
void web_metrics(struct request *rq);
void web_openapi(struct request *rq);
void web_root(struct request *rq);
void web_list(struct request *rq, struct store *s);
void web_one(struct request *rq);
void web_export(struct request *rq);
void web_command(struct request *rq);
void web_command_make(struct request *rq);
void web_push(struct request *rq);
void web_people_add(struct request *rq);
void web_people_change(struct request *rq);
void web_channels(struct request *rq);
void web_channel_one(struct request *rq);
void web_channel_route(struct request *rq);
void web_channel_log(struct request *rq);
void web_channel_pause(struct request *rq);
void web_channel_test(struct request *rq);
void web_channel_order(struct request *rq); /* {"what": "loop"}, see channel.h */
void web_channel_resume(struct request *rq);
void web_hook(struct request *rq);
void web_audit(struct request *rq, struct store *s);
void web_backup(struct request *rq);

#endif
