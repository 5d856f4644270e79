/*
 * request.h - one HTTP request from its first line to the end of its answer.
 *
 * The server (server.h) makes it and gives it back to itself after the answer has left. Who
 * handles it fills status, out and headers and calls request_done() once, on the loop's
 * thread, now or later: until then the connection is suspended. Memory of the request is in
 * its arena; what needs more stands in `job` and is released by `job_free`.
 */
#ifndef QUANZU_REQUEST_H
#define QUANZU_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "access.h"
#include "arena.h"
#include "buf.h"
#include "fault.h"
#include "route.h"
#include "work.h"

enum { REQUEST_HEADERS = 6, REQUEST_TARGET = 4096, REQUEST_SMALL = 64 << 10 };

enum request_state {
	REQUEST_HEAD,   /* its head comes in */
	REQUEST_BODY,   /* its body comes in */
	REQUEST_BUSY,   /* in the hands of a handler */
	REQUEST_READY,  /* answered, not yet given to the connection */
	REQUEST_SENDING /* the answer is on its way */
};

struct request_head { /* borrowed from the connection; NULL: not sent */
	const char *authorization, *content_type, *length, *if_none_match;
	const char *key, *time, *nonce, *signature;
};

struct server;
struct peer;
struct web;
struct web_route;
struct settings;

struct request {
	struct server *server;
	struct peer *peer;
	void *connection; /* of libmicrohttpd */
	struct request *next;
	enum request_state state;
	bool suspended, started; /* started: its headers were complete */
	int64_t since_ms;        /* of this state; monotonic */
	int64_t began_us;

	const char *method_text;
	enum method method;
	const char *target; /* as on the wire */
	const char *path;   /* without the query */
	struct query query;
	struct route_args args;
	struct request_head head;
	struct arena arena;
	struct buf body;

	struct web *web;
	const struct settings *set; /* of the moment it came; the loop may take newer ones */
	const struct web_route *route;
	struct access who;
	char actor[80];
	bool is_signed, nonce_spent;
	bool is_slow; /* counted as a long read */

	struct work work; /* one job of the desk at a time */
	uv_work_t pool;
	void (*pool_run)(struct request *rq);                   /* pool thread */
	void (*pool_done)(struct request *rq);                  /* loop */
	void (*pool_read)(struct request *rq, struct store *s); /* of web_read() */
	int64_t pool_ms;                                        /* how long it may take */
	void *job;
	void (*job_free)(void *job);
	int64_t job_number;   /* a key, or */
	const char *job_text; /* a text, that one step of a handler leaves for the next */

	int status;
	const char *type; /* of the answer; a literal */
	struct buf out;
	struct {
		const char *name, *value;
	} header[REQUEST_HEADERS]; /* values in the arena or literals */
	int header_count;
};

/* A header as it was sent; NULL none. Loop's thread, until request_done(). */
const char *request_sent_header(const struct request *rq, const char *name);
/* The answer is in status, type and out. Loop's thread, once. */
void request_done(struct request *rq);
void request_header(struct request *rq, const char *name, const char *value);

/* Fill the answer; any thread that owns the request. JSON is stolen. */
void request_json(struct request *rq, int status, json_t *body);
/* RFC 9457: {"type","title","status","detail","code"}; detail is plain Chinese. */
void request_problem(struct request *rq, int status, const char *code, const char *detail);
void request_fault(struct request *rq, int status, const struct fault *f);
/* The problem that stands for a result of the store. */
void request_store_problem(struct request *rq, enum store_rc rc);

/* Gives the job back at once. One of many rows takes its time: in the pool, not on the loop. */
void request_end_job(struct request *rq);
/* Runs `run` in the thread pool, then `done` (NULL: request_done) on the loop. */
void request_pool(
	struct request *rq, void (*run)(struct request *), void (*done)(struct request *));

#endif
