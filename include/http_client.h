/*
 * http_client.h - requests over HTTP in the uv loop: libcurl's multi handle on its sockets and timer.
 *
 * Calling sequence: http_client_new(); http_client_start() as often as wanted, at most `parallel`
 * at once; `done` comes exactly once for each, from the loop, never from inside a call;
 * http_client_close() at any moment, also from `done`: nothing is told after it, memory goes
 * when the loop has run. Loop's thread only; nothing blocks (names are looked up in libcurl's
 * own thread).
 *
 * What it answers above all: did the request leave? Until the connection (with its proxy and
 * TLS) stands, no byte of it has: HTTP_NOT_SENT. From then on the other side may have read it,
 * so that no answer, half an answer and an answer that is too long are all HTTP_SILENT.
 * libcurl repeats a request by itself when a connection from its store dies under it: only one
 * with `may_repeat` gets that, for a second SMS is worse than a question.
 *
 * TLS 1.2 or later, certificate and name always checked, HTTP/1.1, no redirects (a 3xx is an
 * answer like others), no environment's proxies, no compression, no cookies. A connection is
 * kept for 15 idle seconds.
 */
#ifndef QUANZU_HTTP_CLIENT_H
#define QUANZU_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uv_loop_s;
struct http_client;
struct http_transfer;

enum { HTTP_PARALLEL_MAX = 64, HTTP_ANSWER_MAX = 64 * 1024, HTTP_HEAD_MAX = 32 * 1024 };

struct http_config {
	int parallel;        /* 1 .. HTTP_PARALLEL_MAX */
	int connect_ms;      /* name, TCP, proxy and TLS together */
	const char *proxy;   /* http://HOST:PORT, socks5h://HOST:PORT; NULL or "" none */
	const char *ca_file; /* PEM, instead of the system's; NULL or "" the system's */
};

struct http_request { /* copied */
	const char *method, *url;
	const char *const *header; /* "Name: value" */
	int header_count;
	const void *body;
	size_t body_len;
	int timeout_ms;  /* of the whole transfer */
	bool may_repeat; /* asking twice does no harm */
};

enum http_outcome { HTTP_ANSWERED, HTTP_NOT_SENT, HTTP_SILENT };

enum http_why { /* no answer */
	HTTP_WHY_NONE,
	HTTP_WHY_RESOLVE,
	HTTP_WHY_CONNECT,
	HTTP_WHY_FORBIDDEN, /* this machine does not let us out: IPAddressDeny= of the unit */
	HTTP_WHY_TLS,
	HTTP_WHY_PROXY,
	HTTP_WHY_URL,
	HTTP_WHY_TIMEOUT,
	HTTP_WHY_CUT,
	HTTP_WHY_TOO_LARGE,
	HTTP_WHYS
};

const char *http_why_code(enum http_why w); /* "connect"; for logs and errors */
const char *http_why_text(enum http_why w); /* plain Chinese */

struct http_answer { /* valid during done() */
	enum http_outcome outcome;
	enum http_why why;
	int status;       /* 0 unless answered, like all below */
	const char *body; /* at most HTTP_ANSWER_MAX, 0 behind it */
	size_t len;
	const char *content_type; /* "" none */
	int64_t date_ms;          /* the Date header; 0 none */
	int64_t took_ms;
};

typedef void http_done(void *arg, const struct http_answer *answer);

struct http_client *http_client_new(struct uv_loop_s *loop, const struct http_config *config);
void http_client_close(struct http_client *c);
/* NULL: as many as may be are under way. */
struct http_transfer *http_client_start(
	struct http_client *c, const struct http_request *rq, http_done *done, void *arg);
/* No done() after it. Not from inside its own done(). True: its request may have left. */
bool http_client_cancel(struct http_transfer *t);
int http_client_busy(const struct http_client *c); /* transfers under way */

#endif
