#include "server.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "clock.h"
#include "exchange.h"
#include "listener.h"
#include "log.h"
#include "peers.h"

#include "banned.h"

enum {
	ACCEPTS = 32, /* per wake-up */
	RUNS = 4,     /* of libmicrohttpd in a row, then the others have their turn */
	SECOND_MS = 1000,
	QUIET_MS = 10000, /* without descriptors: a line in the log at most this often */
	CROWDED_MS = 25,  /* between two tries to make room */
	STOP_MS = 30000,
	ANSWER_ROOM = 8 << 10 /* for the head of an answer and what is noted of each header */
};

struct door { /* one listening socket */
	struct server *server;
	uv_poll_t poll;
	int fd;
	bool is_unix, shut;
};

struct server {
	uv_loop_t *loop;
	struct MHD_Daemon *mhd;
	struct exchange exchange;
	struct peers peers;
	struct door door[SETTINGS_LISTENS + 1];
	int doors;
	gid_t group;
	char socket[SETTINGS_PATH];
	uv_poll_t epoll;
	uv_timer_t again, second, crowded;
	uv_prepare_t before_poll;
	bool dirty; /* libmicrohttpd has something to do */
	bool stopping;
	int64_t no_fd_ms; /* no descriptor was left at that time; 0 */
};

uv_loop_t *server_loop(const struct server *s)
{
	return s->loop;
}

struct exchange *server_exchange(struct server *s)
{
	return &s->exchange;
}

int server_peers(const struct server *s)
{
	return s->peers.count;
}

int server_busy(const struct server *s)
{
	return s->exchange.busy;
}

/* -- libmicrohttpd's turn ---------------------------------------------------------------- */

static void on_again(uv_timer_t *t)
{
	struct server *s = t->data;

	s->dirty = true;
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct server *s = p->data;

	(void)status;
	(void)events;
	s->dirty = true;
}

static void open_doors(struct server *s);

/* Once a round of the loop, just before it waits: after all answers of this round are in. */
static void on_before_poll(uv_prepare_t *p)
{
	struct server *s = p->data;
	MHD_UNSIGNED_LONG_LONG ms = 1;
	bool timed = false;

	if (!s->dirty && !s->exchange.resumed)
		return;
	for (int i = 0; i < RUNS && (i == 0 || (timed && ms == 0)); i++) {
		s->exchange.resumed = false;
		MHD_run(s->mhd);
		timed = MHD_get_timeout(s->mhd, &ms) == MHD_YES;
	}
	s->dirty = s->exchange.resumed;
	if (s->dirty || (timed && ms == 0))
		uv_timer_start(&s->again, on_again, 0, 0);
	else if (timed)
		uv_timer_start(&s->again, on_again, ms, 0);
	open_doors(s);
}

/* -- new connections ----------------------------------------------------------------------- */

static void on_knock(uv_poll_t *p, int status, int events);

static void open_doors(struct server *s)
{
	if (s->stopping || !peers_room(&s->peers) ||
		(s->no_fd_ms > 0 && clock_mono_ms() - s->no_fd_ms < SECOND_MS / 2))
		return;
	for (int i = 0; i < s->doors; i++) {
		if (!s->door[i].shut)
			continue;
		s->door[i].shut = false;
		uv_poll_start(&s->door[i].poll, UV_READABLE, on_knock);
	}
}

static void shut_door(struct door *d)
{
	d->shut = true;
	uv_poll_stop(&d->poll);
}

static void on_crowded(uv_timer_t *t)
{
	struct server *s = t->data;

	if (!peers_room(&s->peers)) {
		peers_make_room(&s->peers, clock_mono_ms());
		s->dirty = true;
		return;
	}
	uv_timer_stop(t);
	open_doors(s);
}

static void let_in(struct door *d, int fd, const struct sockaddr_storage *at, socklen_t n)
{
	struct server *s = d->server;
	struct peer *p = peers_add(&s->peers, fd, at, d->is_unix, clock_mono_ms());

	if (p == NULL) {
		close(fd);
		s->dirty = true;
		return;
	}
	p->local = d->is_unix && listener_trusts(fd, s->group);
	if (MHD_add_connection(s->mhd, fd, (const struct sockaddr *)at, n) != MHD_YES)
		peers_drop(&s->peers, p);
	s->dirty = true;
}

static void on_knock(uv_poll_t *handle, int status, int events)
{
	struct door *d = handle->data;
	struct server *s = d->server;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage at;
		socklen_t n = sizeof at;
		int fd;

		if (!peers_room(&s->peers)) {
			shut_door(d);
			peers_make_room(&s->peers, clock_mono_ms());
			s->dirty = true;
			uv_timer_start(&s->crowded, on_crowded, CROWDED_MS, CROWDED_MS);
			return;
		}
		fd = accept4(d->fd, (struct sockaddr *)&at, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			let_in(d, fd, &at, n);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			if (clock_mono_ms() - s->no_fd_ms > QUIET_MS || s->no_fd_ms == 0)
				log_warn("http accept paused reason=%s", strerror(errno));
			s->no_fd_ms = clock_mono_ms();
			shut_door(d); /* opened again by on_second() */
		}
		return;
	}
}

static void on_second(uv_timer_t *t)
{
	struct server *s = t->data;

	if (peers_sweep(&s->peers, clock_mono_ms()))
		s->dirty = true;
	open_doors(s);
	s->exchange.calls.second(s->exchange.calls.arg);
}

/* -- start and stop -------------------------------------------------------------------------- */

static bool add_door(struct server *s, int fd, bool is_unix)
{
	struct door *d;

	if (fd < 0)
		return false;
	d = &s->door[s->doors++];
	d->server = s;
	d->fd = fd;
	d->is_unix = is_unix;
	return true;
}

static bool bind_all(struct server *s, const struct settings *set, char *why, size_t n)
{
	bool known;

	s->group = listener_group(set->http.socket_group, &known);
	if (!known) {
		snprintf(why, n, "没有用户组 %s，请检查配置 http.socket_group",
			set->http.socket_group);
		return false;
	}
	for (int i = 0; i < set->http.listen_count; i++)
		if (!add_door(s, listener_tcp(set->http.listen[i], why, n), false))
			return false;
	if (set->http.socket[0] == '\0')
		return true;
	snprintf(s->socket, sizeof s->socket, "%s", set->http.socket);
	if (add_door(s, listener_unix(s->socket, s->group, why, n), true))
		return true;
	s->socket[0] = '\0';
	return false;
}

static void on_mhd_log(void *arg, const char *fmt, va_list ap)
{
	char line[512];

	(void)arg;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(line, sizeof line, fmt, ap);
#pragma GCC diagnostic pop
	line[strcspn(line, "\n")] = '\0';
	log_debug("http library says=%s", line);
}

/*
 * Half of a connection's memory is the buffer that it reads into: a whole head fits. All of it is
 * cleared after each request, so it is no larger than that needs.
 */
static bool start_mhd(struct server *s, const struct settings *set)
{
	s->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
					  MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
		0, NULL, NULL, exchange_on_request, &s->exchange, MHD_OPTION_EXTERNAL_LOGGER,
		on_mhd_log, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)set->http.connections + ACCEPTS, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * set->http.header_max + ANSWER_ROOM,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)16384, MHD_OPTION_STRICT_FOR_CLIENT,
		1, MHD_OPTION_URI_LOG_CALLBACK, exchange_on_line, &s->exchange,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_on_completed, &s->exchange,
		MHD_OPTION_NOTIFY_CONNECTION, exchange_on_connection, &s->exchange, MHD_OPTION_END);
	return s->mhd != NULL;
}

static void start_handles(struct server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD);

	uv_poll_init(s->loop, &s->epoll, info->epoll_fd);
	uv_timer_init(s->loop, &s->again);
	uv_timer_init(s->loop, &s->second);
	uv_timer_init(s->loop, &s->crowded);
	uv_prepare_init(s->loop, &s->before_poll);
	s->epoll.data = s->again.data = s->second.data = s->crowded.data = s->before_poll.data = s;
	uv_poll_start(&s->epoll, UV_READABLE, on_readable);
	uv_timer_start(&s->second, on_second, SECOND_MS, SECOND_MS);
	uv_prepare_start(&s->before_poll, on_before_poll);
	for (int i = 0; i < s->doors; i++) {
		uv_poll_init(s->loop, &s->door[i].poll, s->door[i].fd);
		s->door[i].poll.data = &s->door[i];
		uv_poll_start(&s->door[i].poll, UV_READABLE, on_knock);
	}
}

static void close_doors(struct server *s)
{
	for (int i = 0; i < s->doors; i++)
		close(s->door[i].fd);
	if (s->socket[0] != '\0')
		unlink(s->socket);
}

struct server *server_start(uv_loop_t *loop, const struct settings *set,
	const struct server_calls *calls, char *why, size_t why_size)
{
	struct server *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->loop = loop;
	peers_init(&s->peers, set);
	exchange_init(&s->exchange, s, &s->peers, calls, set->http.header_max);
	if (bind_all(s, set, why, why_size)) {
		if (start_mhd(s, set)) {
			start_handles(s);
			return s;
		}
		snprintf(why, why_size, "HTTP 服务启动不了，可能是打开文件数的限制太小");
	}
	close_doors(s);
	peers_free(&s->peers);
	exchange_free(&s->exchange);
	free(s);
	return NULL;
}

static void close_handles(struct server *s)
{
	uv_handle_t *const handles[] = { (uv_handle_t *)&s->epoll, (uv_handle_t *)&s->again,
		(uv_handle_t *)&s->second, (uv_handle_t *)&s->crowded,
		(uv_handle_t *)&s->before_poll };

	for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
		uv_close(handles[i], NULL);
}

void server_stop(struct server *s)
{
	int64_t until = clock_mono_ms() + STOP_MS;

	s->stopping = s->exchange.closing = true;
	for (int i = 0; i < s->doors; i++)
		uv_close((uv_handle_t *)&s->door[i].poll, NULL);
	close_doors(s);
	/* libmicrohttpd aborts when it is stopped with suspended connections. */
	while (s->exchange.busy > 0 || (s->exchange.sending > 0 && clock_mono_ms() < until))
		uv_run(s->loop, UV_RUN_ONCE);
	MHD_run(s->mhd);
	MHD_stop_daemon(s->mhd);
	close_handles(s);
	for (int i = 0; i < 4; i++)
		uv_run(s->loop, UV_RUN_NOWAIT); /* lets the closed handles go */
	peers_free(&s->peers);
	exchange_free(&s->exchange);
	free(s);
}

int server_port(const struct server *s, int n)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = { .v6 = { .sin6_family = AF_UNSPEC } };
	socklen_t len = sizeof at;

	for (int i = 0; i < s->doors; i++) {
		if (s->door[i].is_unix || n-- > 0)
			continue;
		if (getsockname(s->door[i].fd, &at.any, &len) != 0)
			return 0;
		return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
	}
	return 0;
}
