/*
 * exchange.h - the callbacks of libmicrohttpd: a request's way through one connection.
 *
 * line -> head -> body -> handler -> answer -> sent. A request that is not answered when its
 * handler returns is suspended and resumed by request_done(). Loop's thread only.
 */
#ifndef QUANZU_EXCHANGE_H
#define QUANZU_EXCHANGE_H

#include <microhttpd.h>
#include <stddef.h>

#include "peers.h"
#include "server.h"

struct exchange {
	struct server *server;
	struct peers *peers;
	struct server_calls calls;
	size_t header_max;
	struct request *spare; /* finished ones, to be used again */
	int spares;
	int busy;     /* suspended */
	int sending;  /* answered, not yet sent */
	bool resumed; /* libmicrohttpd has to run */
	bool closing; /* nothing is handed out any more: no connection gets suspended */
};

void exchange_init(struct exchange *x, struct server *server, struct peers *peers,
	const struct server_calls *calls, size_t header_max);
void exchange_free(struct exchange *x);

void *exchange_on_line(void *x, const char *uri, struct MHD_Connection *c);
enum MHD_Result exchange_on_request(void *x, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **rq);
void exchange_on_completed(
	void *x, struct MHD_Connection *c, void **rq, enum MHD_RequestTerminationCode why);
void exchange_on_connection(
	void *x, struct MHD_Connection *c, void **peer, enum MHD_ConnectionNotificationCode what);

#endif
