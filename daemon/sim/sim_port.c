#include "sim_port.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "banned.h"

enum { READ_MAX = 65536, DRIBBLE_US = 1000 };

/* --- handles ------------------------------------------------------------------------- */

uv_poll_t *sim_port_poll(struct sim_port *p, int fd, int events, uv_poll_cb fn)
{
	uv_poll_t *h = calloc(1, sizeof *h);

	if (h == NULL)
		abort();
	if (uv_poll_init(p->loop, h, fd) != 0)
		abort();
	h->data = p;
	if (events != 0)
		uv_poll_start(h, events, fn);
	return h;
}

static void poll_closed(uv_handle_t *h)
{
	free(h);
}

void sim_port_unpoll(uv_poll_t **h)
{
	if (*h == NULL)
		return;
	uv_poll_stop(*h);
	uv_close((uv_handle_t *)*h, poll_closed);
	*h = NULL;
}

/* --- the line to the terminal ---------------------------------------------------------- */

static void readable(struct sim_port *p)
{
	static char bytes[READ_MAX]; /* one loop, one thread */
	ssize_t n = read(p->fd, bytes, sizeof bytes);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		p->kind->lost(p);
	else
		sim_modem_input(p->modem, bytes, (size_t)n, clock_mono_us());
}

static bool write_some(struct sim_port *p, const char *bytes, size_t n, size_t *done)
{
	ssize_t wrote = p->kind->write(p->fd, bytes, n);

	*done = wrote > 0 ? (size_t)wrote : 0;
	return wrote >= 0 || errno == EAGAIN || errno == EINTR;
}

static void flush(struct sim_port *p)
{
	size_t done;

	if (p->fd == -1 || p->hung || p->dribble || p->out_at == p->out.len)
		return;
	if (!write_some(p, p->out.data + p->out_at, p->out.len - p->out_at, &done)) {
		p->kind->lost(p);
		return;
	}
	p->out_at += done;
	if (p->out_at == p->out.len) {
		buf_clear(&p->out);
		p->out_at = 0;
	}
}

static void line_event(uv_poll_t *h, int status, int events)
{
	struct sim_port *p = h->data;

	if (status < 0) {
		p->events = 0; /* libuv has stopped it */
		p->kind->lost(p);
		return;
	}
	if (events & UV_WRITABLE)
		flush(p);
	if (p->line == h && (events & UV_READABLE) && !p->hung)
		readable(p);
	if (p->line == h)
		sim_port_want(p);
}

void sim_port_want(struct sim_port *p)
{
	int events = 0;

	if (p->line == NULL)
		return;
	if (!p->hung)
		events |= UV_READABLE;
	if (!p->hung && !p->dribble && p->out_at < p->out.len)
		events |= UV_WRITABLE;
	if (events == p->events)
		return;
	p->events = events;
	if (events == 0)
		uv_poll_stop(p->line);
	else
		uv_poll_start(p->line, events, line_event);
}

void sim_port_attach(struct sim_port *p, int fd)
{
	assert(p->line == NULL);
	p->fd = fd;
	p->events = 0;
	p->line = sim_port_poll(p, fd, 0, NULL);
	sim_port_want(p);
}

void sim_port_detach(struct sim_port *p)
{
	sim_port_unpoll(&p->line);
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	p->events = 0;
	buf_clear(&p->out);
	p->out_at = 0;
}

/* --- what the modem asks for -------------------------------------------------------------- */

struct due {
	uint64_t id;
};

static void book(struct sim_port *p, int64_t us, uint64_t id, void (*fn)(void *arg, void *own))
{
	struct due *d = malloc(sizeof *d);

	if (d == NULL)
		abort();
	d->id = id;
	sim_sched_add(sim_net_sched(p->modem->net), clock_mono_us() + us, fn, p, d);
}

static void dribble_due(void *arg, void *own)
{
	struct sim_port *p = arg;
	size_t done;

	(void)own;
	p->dribbling = false;
	if (p->fd == -1 || p->hung || p->out_at == p->out.len)
		return;
	if (!p->dribble) {
		flush(p);
		sim_port_want(p);
		return;
	}
	if (!write_some(p, p->out.data + p->out_at, 1, &done)) {
		p->kind->lost(p);
		return;
	}
	p->out_at += done;
	if (p->out_at < p->out.len) {
		p->dribbling = true;
		book(p, DRIBBLE_US, 0, dribble_due);
	} else {
		buf_clear(&p->out);
		p->out_at = 0;
	}
}

static void go_on(struct sim_port *p)
{
	if (p->dribble && !p->dribbling && !p->hung && p->out_at < p->out.len) {
		p->dribbling = true;
		book(p, 0, 0, dribble_due);
	}
	flush(p);
	sim_port_want(p);
}

static void port_write(void *port, const char *bytes, size_t n)
{
	struct sim_port *p = port;
	size_t done = 0;
	bool full;

	if (p->line == NULL)
		return;
	if (!p->hung && !p->dribble && p->out_at == p->out.len && !write_some(p, bytes, n, &done))
		return; /* reading will meet the same end */
	if (done == n)
		return;
	full = p->out.full;
	if (!buf_add(&p->out, bytes + done, n - done) && !full)
		log_warn("sim modem=%d out=full", p->modem->index);
	go_on(p);
}

static void hang_over(void *arg, void *own)
{
	struct sim_port *p = arg;

	if (((struct due *)own)->id != p->hang_id)
		return;
	p->hung = false;
	go_on(p);
}

static void port_hang(void *port, int64_t us)
{
	struct sim_port *p = port;

	p->hung = true;
	book(p, us, ++p->hang_id, hang_over);
	sim_port_want(p);
}

static void port_dribble(void *port, bool on)
{
	struct sim_port *p = port;

	p->dribble = on;
	go_on(p);
}

static void plug_due(void *arg, void *own)
{
	struct sim_port *p = arg;
	char error[SIM_ERROR_MAX];

	if (((struct due *)own)->id != p->plug_id)
		return;
	if (!p->kind->plug(p, error)) {
		log_error("sim modem=%d plug=failed why=%s", p->modem->index, error);
		book(p, 1000000, ++p->plug_id, plug_due);
		return;
	}
	sim_modem_power(p->modem);
}

static void port_unplug(void *port, int64_t us)
{
	struct sim_port *p = port;

	p->hung = false;
	p->hang_id++;
	p->kind->pull(p);
	book(p, us, ++p->plug_id, plug_due);
}

static const struct sim_wire wire = {
	.write = port_write,
	.hang = port_hang,
	.unplug = port_unplug,
	.dribble = port_dribble,
};

/* --- life -------------------------------------------------------------------------------- */

static struct sim_port *port_new(
	uv_loop_t *loop, struct sim_modem *m, const struct sim_port_kind *kind)
{
	struct sim_port *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->kind = kind;
	p->loop = loop;
	p->modem = m;
	p->fd = p->door_fd = -1;
	buf_init(&p->out, SIM_OUT_LIMIT);
	sim_modem_wire(m, &wire, p);
	return p;
}

static struct sim_port *port_open(struct sim_port *p, char error[SIM_ERROR_MAX])
{
	if (p->kind->plug(p, error))
		return p;
	sim_port_close(p);
	return NULL;
}

struct sim_port *sim_port_tcp(
	uv_loop_t *loop, struct sim_modem *m, const char *host, int port, char error[SIM_ERROR_MAX])
{
	struct sim_port *p = port_new(loop, m, &sim_port_kind_tcp);

	snprintf(p->host, sizeof p->host, "%s", host);
	p->port = port;
	return port_open(p, error);
}

struct sim_port *sim_port_pty(
	uv_loop_t *loop, struct sim_modem *m, const char *link, char error[SIM_ERROR_MAX])
{
	struct sim_port *p = port_new(loop, m, &sim_port_kind_pty);

	snprintf(p->address, sizeof p->address, "%s", link);
	return port_open(p, error);
}

void sim_port_close(struct sim_port *p)
{
	if (p == NULL)
		return;
	p->kind->pull(p);
	buf_free(&p->out);
	sim_modem_wire(p->modem, NULL, NULL);
	free(p);
}
