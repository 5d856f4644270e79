/*
 * cli_http.h - requests over the local socket of a running quanzud.
 *
 * Whoever may open the socket is its administrator, so no key is sent. Blocking; one
 * connection is kept for all calls. An answer that is no HTTP, or a socket that belongs to
 * somebody else than quanzud, is said so in plain Chinese.
 */
#ifndef QUANZU_CLI_HTTP_H
#define QUANZU_CLI_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct cli_http;

/*
 * socket: the path. owner_of: a folder whose owner may own the socket, beside root and
 * whoever runs us (data_dir); NULL: anybody may (the socket was named on the command line).
 * NULL: `why` says why and *exit_code gets the exit code of sysexits.
 */
struct cli_http *cli_http_open(
	const char *socket, const char *owner_of, char *why, size_t n, int *exit_code);
void cli_http_close(struct cli_http *h); /* NULL is allowed */

struct cli_reply {
	long status;
	struct buf body;
	json_t *json; /* NULL when the body is none */
};
struct cli_request {
	const char *method, *path;
	const char *type; /* of the body; NULL no body */
	const void *body;
	size_t len;
};
/* False: no answer came; `why` and *exit_code as above. Else end with cli_reply_free(). */
bool cli_http_call(struct cli_http *h, const struct cli_request *r, struct cli_reply *out,
	char *why, size_t n, int *exit_code);
void cli_reply_free(struct cli_reply *r);

/* Of a value in a path or a query. */
void cli_percent(const char *s, struct buf *out);
/* The media type of a body: table, lines of JSON, or JSON. Never NULL. */
const char *cli_body_type(const void *bytes, size_t n);

#endif
