#include "peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"

#include "banned.h"

enum {
	IDLE_MS = 75000, /* between two requests, while there is room */
	GRACE_MS = 50,   /* whoever is younger does not give way: an honest head is there by then */
	KEPT_MS = 1000,  /* the same for a connection that has served a request */
	SLOWEST_BYTES_PER_MS = 64,
	ROOM_AT_ONCE = 16,
	FDS_AT_LEAST = 64
};

void peers_init(struct peers *p, const struct settings *set)
{
	*p = (struct peers){ .max = set->http.connections,
		.per_address = set->http.per_address,
		.head_ms = (int64_t)set->http.head_s * 1000,
		.idle_ms = IDLE_MS,
		.request_ms = (int64_t)set->http.request_s * 1000 };
}

void peers_free(struct peers *p)
{
	for (int i = 0; i < p->size; i++)
		free(p->by_fd[i]);
	free(p->by_fd);
	p->by_fd = NULL;
	p->size = p->count = 0;
}

bool peers_room(const struct peers *p)
{
	return p->count < p->max;
}

struct peer *peers_of_fd(struct peers *p, int fd)
{
	return fd >= 0 && fd < p->size && p->by_fd[fd] != NULL && p->by_fd[fd]->used ? p->by_fd[fd]
										     : NULL;
}

static struct peer *slot_of(struct peers *p, int fd)
{
	int size = p->size == 0 ? FDS_AT_LEAST : p->size;

	while (size <= fd)
		size *= 2;
	if (size > p->size) {
		p->by_fd = realloc(p->by_fd, (size_t)size * sizeof *p->by_fd);
		if (p->by_fd == NULL)
			abort();
		memset(p->by_fd + p->size, 0, (size_t)(size - p->size) * sizeof *p->by_fd);
		p->size = size;
	}
	if (p->by_fd[fd] == NULL && (p->by_fd[fd] = calloc(1, sizeof **p->by_fd)) == NULL)
		abort();
	return p->by_fd[fd];
}

/* The address as limits count it: of IPv6 the first 64 bits. */
static void name_peer(struct peer *peer, const struct sockaddr_storage *at)
{
	if (at->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)at;

		inet_ntop(AF_INET, &in->sin_addr, peer->address, sizeof peer->address);
		peer->exempt = (ntohl(in->sin_addr.s_addr) >> 24) == 127;
	} else if (at->ss_family == AF_INET6) {
		struct in6_addr net = ((const struct sockaddr_in6 *)at)->sin6_addr;

		peer->exempt = IN6_IS_ADDR_LOOPBACK(&net);
		memset(net.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &net, peer->address, sizeof peer->address);
	} else {
		snprintf(peer->address, sizeof peer->address, "unix");
		peer->exempt = true;
	}
}

static bool waits(const struct peer *peer)
{
	return peer->used && !peer->closing &&
	       (peer->rq == NULL || peer->rq->state == REQUEST_HEAD);
}

static void shut(struct peer *peer)
{
	peer->closing = true;
	shutdown(peer->fd, SHUT_RDWR);
}

/* Those without any request go first, then the longest silence. NULL: nobody can. */
static struct peer *longest_waiting(struct peers *p, const char *address, int64_t now_ms)
{
	struct peer *found = NULL;

	for (int i = 0; i < p->size; i++) {
		struct peer *peer = p->by_fd[i];

		if (peer == NULL || !waits(peer) ||
			now_ms - peer->since_ms < (peer->served == 0 ? GRACE_MS : KEPT_MS) ||
			(address != NULL && strcmp(peer->address, address) != 0))
			continue;
		if (found == NULL || (peer->served == 0 && found->served > 0) ||
			((peer->served == 0) == (found->served == 0) &&
				peer->since_ms < found->since_ms))
			found = peer;
	}
	return found;
}

static bool address_full(struct peers *p, const char *address)
{
	int n = 0;

	for (int i = 0; i < p->size; i++)
		if (p->by_fd[i] != NULL && p->by_fd[i]->used &&
			strcmp(p->by_fd[i]->address, address) == 0)
			n++;
	return n >= p->per_address;
}

struct peer *peers_add(
	struct peers *p, int fd, const struct sockaddr_storage *at, bool is_unix, int64_t now_ms)
{
	struct peer fresh = { .fd = fd, .is_unix = is_unix, .since_ms = now_ms };
	struct peer *slot, *old;

	name_peer(&fresh, at);
	if (!fresh.exempt && p->per_address > 0 && address_full(p, fresh.address)) {
		old = longest_waiting(p, fresh.address, now_ms);
		if (old == NULL)
			return NULL;
		shut(old);
	}
	slot = slot_of(p, fd);
	p->count += !slot->used;
	*slot = fresh;
	slot->used = true;
	return slot;
}

void peers_drop(struct peers *p, struct peer *peer)
{
	if (!peer->used)
		return;
	peer->used = false;
	peer->said_in = 0;
	p->count--;
}

void peers_make_room(struct peers *p, int64_t now_ms)
{
	for (int i = 0; i < ROOM_AT_ONCE; i++) {
		struct peer *old = longest_waiting(p, NULL, now_ms);

		if (old == NULL)
			return;
		shut(old);
	}
}

/* A long body and a long answer have the time that a slow line needs for them. */
static int64_t request_time(const struct peers *p, const struct request *rq)
{
	size_t bytes = rq->state == REQUEST_SENDING ? rq->out.len : head_length(&rq->head);

	return p->request_ms + (int64_t)bytes / SLOWEST_BYTES_PER_MS;
}

static bool over_time(const struct peers *p, const struct peer *peer, int64_t now_ms)
{
	bool patient = peer->served > 0 && peer->rq == NULL && p->count <= p->max / 2;

	if (waits(peer))
		return now_ms - peer->since_ms > (patient ? p->idle_ms : p->head_ms);
	if (peer->rq == NULL || peer->rq->state == REQUEST_BUSY)
		return false;
	return now_ms - peer->rq->since_ms > request_time(p, peer->rq);
}

bool peers_sweep(struct peers *p, int64_t now_ms)
{
	bool any = false;

	for (int i = 0; i < p->size; i++) {
		struct peer *peer = p->by_fd[i];

		if (peer == NULL || !peer->used || peer->closing || !over_time(p, peer, now_ms))
			continue;
		shut(peer);
		any = true;
	}
	return any;
}
