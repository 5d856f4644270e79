/*
 * server.h - libmicrohttpd inside our loop: listeners, connections, their limits and deadlines.
 *
 * It knows no routes and no keys. Each request is shown to head() when its headers are
 * complete and have passed the checks against smuggling: head() answers at
 * once, or lets the body come; then body() has all of it and answers now or later.
 *
 * Limits: connections at a time, per address (loopback and local sockets excepted), header
 * and body bytes, seconds for a head and for a whole request. At the limit whoever has sent
 * no whole request for the longest time gives way; while nobody can, new connections wait in
 * the kernel's queue. Everything runs on the loop's thread and nothing blocks.
 */
#ifndef QUANZU_SERVER_H
#define QUANZU_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "request.h"
#include "settings.h"

struct server_calls {
	void *arg;
	void (*head)(void *arg, struct request *rq);
	size_t (*body_max)(void *arg, const struct request *rq);
	void (*body)(void *arg, struct request *rq);
	void (*finished)(void *arg, struct request *rq); /* answered, or its peer has gone */
	void (*second)(void *arg);                       /* about once a second */
};

struct peer { /* one connection */
	int fd;
	bool used;
	bool is_unix, local; /* local: root, ourselves or the socket's group */
	bool exempt;         /* from the limit per address */
	bool closing;
	char address[48];
	int served;
	int64_t since_ms;   /* waits for a head since then */
	struct request *rq; /* the one that is under way, or NULL */
	/* What this connection's last Authorization header was found to mean. */
	char said[64];
	uint64_t said_in; /* of which keyring; 0: nothing yet */
	struct access who;
};

/* NULL: *why says in plain Chinese what is taken or wrong. */
struct server *server_start(uv_loop_t *loop, const struct settings *set,
	const struct server_calls *calls, char *why, size_t why_size);
/*
 * Takes no more connections, runs the loop until the last request has its answer, ends.
 * Outside of the loop's callbacks only.
 */
void server_stop(struct server *s);
uv_loop_t *server_loop(const struct server *s);
struct exchange *server_exchange(struct server *s);
int server_peers(const struct server *s);
int server_busy(const struct server *s);
/* The port of the n-th TCP listener (for 127.0.0.1:0), 0: none. */
int server_port(const struct server *s, int n);

#endif
