/*
 * peers.h - the open connections: who they are, how many, how long each may be silent.
 *
 * Pure bookkeeping beside one thing: a connection that has to go is shut down, and the server
 * hears of it like of any other end. Times are monotonic milliseconds.
 */
#ifndef QUANZU_PEERS_H
#define QUANZU_PEERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "server.h"

struct peers {
	struct peer **by_fd; /* NULL where there never was one */
	int size, count;     /* count: open ones */
	int max, per_address;
	int64_t head_ms, idle_ms, request_ms;
};

void peers_init(struct peers *p, const struct settings *set);
void peers_free(struct peers *p);
bool peers_room(const struct peers *p);
/* NULL: that address has as many as it may, and none of them can give way now. */
struct peer *peers_add(
	struct peers *p, int fd, const struct sockaddr_storage *at, bool is_unix, int64_t now_ms);
struct peer *peers_of_fd(struct peers *p, int fd); /* NULL: unknown */
void peers_drop(struct peers *p, struct peer *peer);
/* Shuts down some of those that have waited longest without a whole request. */
void peers_make_room(struct peers *p, int64_t now_ms);
/* Shuts down whoever is over its time; true when there was one. */
bool peers_sweep(struct peers *p, int64_t now_ms);

#endif
