/* port.c - serial lines, pseudo-terminals and TCP in the uv loop. */
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "log.h"

#include "banned.h"

enum { CONNECT_MS = 5000, UART_GAP_MS = 20, BAUD = 115200 };

/* One opened descriptor. It outlives its closing until the loop has let go of the handle. */
struct link {
	uv_poll_t poll;
	int fd;
	struct sp_port *serial; /* NULL: not by libserialport */
	bool socket;
};

struct lookup {
	uv_getaddrinfo_t request;
	struct port *port; /* NULL: nobody waits any more */
};

struct port {
	uv_loop_t *loop;
	uv_timer_t timer; /* opening, the limit of connecting, a loss to be told */
	char *device;
	int baud;
	struct port_events events;
	void *arg;
	struct link *link;
	struct lookup *lookup;
	enum { PORT_SHUT, PORT_WAITING, PORT_CONNECTING, PORT_OPEN, PORT_BROKEN } state;
	bool told; /* this failure was logged */
	bool quiet;
	char why[160];
	char out[PORT_WRITE_MAX];
	size_t out_len;
};

static bool only(const char *s, size_t n, const char *set)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\0' || strchr(set, s[i]) == NULL)
			return false;
	return true;
}

bool port_may_write(const char *bytes, size_t n)
{
	if (n == 1 && bytes[0] == 0x1B)
		return true;
	if (n >= 2 && bytes[n - 1] == 0x1A)
		return only(bytes, n - 1, "0123456789ABCDEF");
	if (n < 3 || bytes[n - 1] != '\r' || memcmp(bytes, "AT", 2) != 0)
		return false;
	for (size_t i = 2; i + 1 < n; i++)
		if (bytes[i] < 0x20 || bytes[i] > 0x7E)
			return false;
	return true;
}

/* Closing */

static void link_gone(uv_handle_t *h)
{
	free(h->data);
}

static void close_link(struct port *p)
{
	struct link *l = p->link;

	p->link = NULL;
	p->out_len = 0;
	if (l == NULL)
		return;
	uv_poll_stop(&l->poll);
	if (l->serial != NULL) {
		sp_close(l->serial);
		sp_free_port(l->serial);
	} else {
		close(l->fd);
	}
	l->poll.data = l;
	uv_close((uv_handle_t *)&l->poll, link_gone);
}

static void forget_lookup(struct port *p)
{
	if (p->lookup == NULL)
		return;
	p->lookup->port = NULL;
	uv_cancel((uv_req_t *)&p->lookup->request);
	p->lookup = NULL;
}

static void on_timer(uv_timer_t *t);

/* The loss is told from the loop, never from inside a call. */
static void lose(struct port *p, const char *why)
{
	snprintf(p->why, sizeof p->why, "%s", why);
	close_link(p);
	forget_lookup(p);
	p->state = PORT_BROKEN;
	uv_timer_start(&p->timer, on_timer, 0, 0);
}

/* Reading and writing */

static void watch(struct port *p);

static void flush(struct port *p)
{
	ssize_t n = p->link->socket ? send(p->link->fd, p->out, p->out_len, MSG_NOSIGNAL)
				    : write(p->link->fd, p->out, p->out_len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		lose(p, strerror(errno));
		return;
	}
	p->out_len -= (size_t)n;
	memmove(p->out, p->out + n, p->out_len);
}

size_t port_write(struct port *p, const char *bytes, size_t n)
{
	if (!port_may_write(bytes, n)) {
		log_error("event=port_refused device=%s bytes=%zu", p->device, n);
		return p->out_len;
	}
	if (p->state != PORT_OPEN)
		return 0;
	if (n > sizeof p->out - p->out_len) {
		lose(p, "it takes no bytes");
		return 0;
	}
	memcpy(p->out + p->out_len, bytes, n);
	p->out_len += n;
	if (p->out_len == n)
		flush(p);
	if (p->out_len > 0)
		watch(p);
	return p->out_len;
}

static void readable(struct port *p)
{
	char bytes[PORT_READ_MAX];
	ssize_t n = read(p->link->fd, bytes, sizeof bytes);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		lose(p, n == 0 ? "closed by the other side" : strerror(errno));
	else
		p->events.bytes(p->arg, bytes, (size_t)n);
}

static void writable(struct port *p)
{
	flush(p);
	if (p->state != PORT_OPEN || p->out_len > 0)
		return;
	watch(p);
	p->events.drained(p->arg);
}

static void opened(struct port *p, int gap_ms)
{
	p->state = PORT_OPEN;
	p->told = false;
	uv_timer_stop(&p->timer);
	watch(p);
	if (!p->quiet)
		log_info("event=port_open device=%s", p->device);
	p->events.opened(p->arg, gap_ms);
}

static void connected(struct port *p)
{
	int error = 0;
	socklen_t n = sizeof error;

	if (getsockopt(p->link->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	if (error != 0)
		lose(p, strerror(error));
	else
		opened(p, 0);
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct port *p = h->data;
	struct link *l = p->link;

	if (status < 0) {
		lose(p, uv_strerror(status));
		return;
	}
	if (p->state == PORT_CONNECTING) {
		connected(p);
		return;
	}
	if ((events & UV_WRITABLE) != 0)
		writable(p);
	if (p->link == l && (events & (UV_READABLE | UV_DISCONNECT)) != 0)
		readable(p);
}

static void watch(struct port *p)
{
	int events = UV_READABLE | UV_DISCONNECT;

	if (p->state == PORT_CONNECTING)
		events = UV_WRITABLE | UV_DISCONNECT;
	else if (p->out_len > 0)
		events |= UV_WRITABLE;
	uv_poll_start(&p->link->poll, events, on_poll);
}

/* Opening */

static struct link *new_link(struct port *p, int fd, struct sp_port *serial)
{
	struct link *l = calloc(1, sizeof *l);

	if (l == NULL)
		abort();
	l->fd = fd;
	l->serial = serial;
	if (uv_poll_init(p->loop, &l->poll, fd) != 0) {
		free(l);
		return NULL;
	}
	l->poll.data = p;
	p->link = l;
	return l;
}

static void open_pty(struct port *p, const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t) != 0)
		goto fail;
	cfmakeraw(&t);
	if (tcsetattr(fd, TCSANOW, &t) != 0)
		goto fail;
	if (new_link(p, fd, NULL) == NULL)
		goto fail;
	opened(p, 0);
	return;
fail:
	lose(p, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static bool configure(struct sp_port *s, int baud)
{
	return sp_set_baudrate(s, baud) == SP_OK && sp_set_bits(s, 8) == SP_OK &&
	       sp_set_parity(s, SP_PARITY_NONE) == SP_OK && sp_set_stopbits(s, 1) == SP_OK &&
	       sp_set_flowcontrol(s, SP_FLOWCONTROL_NONE) == SP_OK;
}

static void open_serial(struct port *p, const char *path)
{
	struct sp_port *s = NULL;
	const char *why = "no such serial port";
	int fd;

	if (sp_get_port_by_name(path, &s) != SP_OK)
		goto fail;
	if (sp_open(s, SP_MODE_READ_WRITE) != SP_OK) {
		why = errno == EBUSY ? "busy: another program holds it" : strerror(errno);
		goto fail;
	}
	configure(s, p->baud); /* a USB port may refuse what means nothing to it */
	if (sp_get_port_handle(s, &fd) != SP_OK || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
		ioctl(fd, TIOCEXCL) != 0 || new_link(p, fd, s) == NULL) {
		why = strerror(errno);
		sp_close(s);
		goto fail;
	}
	opened(p, strstr(path, "/ttyACM") != NULL ? 0 : UART_GAP_MS);
	return;
fail:
	if (s != NULL)
		sp_free_port(s);
	lose(p, why);
}

static void connect_to(struct port *p, const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		goto fail;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)
		goto fail;
	if (new_link(p, fd, NULL) == NULL)
		goto fail;
	p->link->socket = true;
	p->state = PORT_CONNECTING;
	uv_timer_start(&p->timer, on_timer, CONNECT_MS, 0);
	watch(p);
	return;
fail:
	lose(p, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void on_lookup(uv_getaddrinfo_t *r, int status, struct addrinfo *list)
{
	struct lookup *l = r->data;
	struct port *p = l->port;

	if (p != NULL) {
		p->lookup = NULL;
		if (status != 0 || list == NULL)
			lose(p, uv_strerror(status));
		else
			connect_to(p, list);
	}
	uv_freeaddrinfo(list);
	free(l);
}

static void open_tcp(struct port *p)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char host[256];
	const char *from = p->device + 4, *colon = strrchr(from, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - from);

	if (n > 1 && from[0] == '[' && from[n - 1] == ']') { /* tcp:[::1]:7000 */
		from++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof host) {
		lose(p, "not tcp:HOST:PORT");
		return;
	}
	memcpy(host, from, n);
	host[n] = '\0';
	p->lookup = calloc(1, sizeof *p->lookup);
	if (p->lookup == NULL)
		abort();
	p->lookup->port = p;
	p->lookup->request.data = p->lookup;
	p->state = PORT_CONNECTING;
	if (uv_getaddrinfo(p->loop, &p->lookup->request, on_lookup, host, colon + 1, &hints) != 0) {
		free(p->lookup);
		p->lookup = NULL;
		lose(p, "not tcp:HOST:PORT");
	}
}

static void open_now(struct port *p)
{
	char path[PATH_MAX];

	if (strncmp(p->device, "tcp:", 4) == 0)
		open_tcp(p);
	else if (realpath(p->device, path) == NULL)
		lose(p, strerror(errno));
	else if (strncmp(path, "/dev/pts/", 9) == 0)
		open_pty(p, path);
	else
		open_serial(p, path);
}

static void on_timer(uv_timer_t *t)
{
	struct port *p = t->data;

	if (p->state == PORT_WAITING) {
		open_now(p);
	} else if (p->state == PORT_CONNECTING) {
		lose(p, "no answer");
	} else if (p->state == PORT_BROKEN) {
		p->state = PORT_SHUT;
		if (!p->told && !p->quiet)
			log_warn("event=port_lost device=%s why=\"%s\"", p->device, p->why);
		p->told = true;
		p->events.lost(p->arg, p->why);
	}
}

void port_open(struct port *p, int64_t in_ms)
{
	close_link(p);
	forget_lookup(p);
	p->state = PORT_WAITING;
	uv_timer_start(&p->timer, on_timer, (uint64_t)(in_ms > 0 ? in_ms : 0), 0);
}

void port_aim(struct port *p, const char *device, int baud, bool quiet)
{
	char *copy = strdup(device);

	if (copy == NULL)
		abort();
	free(p->device);
	p->device = copy;
	p->baud = baud > 0 ? baud : BAUD;
	p->quiet = quiet;
}

void port_shut(struct port *p)
{
	close_link(p);
	forget_lookup(p);
	uv_timer_stop(&p->timer);
	p->state = PORT_SHUT;
}

struct port *port_new(struct uv_loop_s *loop, const char *device, int baud,
	const struct port_events *events, void *arg)
{
	struct port *p = calloc(1, sizeof *p);

	if (p == NULL || (p->device = strdup(device)) == NULL)
		abort();
	p->loop = loop;
	p->baud = baud > 0 ? baud : BAUD;
	p->events = *events;
	p->arg = arg;
	uv_timer_init(loop, &p->timer);
	p->timer.data = p;
	return p;
}

static void port_gone(uv_handle_t *h)
{
	struct port *p = h->data;

	free(p->device);
	free(p);
}

void port_free(struct port *p)
{
	close_link(p);
	forget_lookup(p);
	uv_close((uv_handle_t *)&p->timer, port_gone);
}
