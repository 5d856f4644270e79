#include "sim_control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "sim_script.h"
#include "banned.h"

enum { ANSWER_MAX = 64 << 20, GUESTS_MAX = 16 };

/* --- commands ---------------------------------------------------------------------------- */

static bool cmd_messages(struct sim_world *w, struct sim_words *words, struct buf *out)
{
	long since = 0;
	uint64_t last;

	if (sim_words_more(words) && !sim_words_number(words, 0, INT32_MAX, &since))
		return false;
	if (!sim_words_end(words))
		return false;
	buf_adds(out, "{\"ok\":true,\"messages\":");
	sim_record_messages(w->record, (uint64_t)since, SIM_MESSAGES_MAX, out, &last);
	buf_addf(out, ",\"last\":%" PRIu64 ",\"more\":%s}", last,
		last < sim_record_count(w->record) ? "true" : "false");
	return true;
}

static void put_modem(const struct sim_world *w, int i, struct buf *out)
{
	const struct sim_modem *m = w->modems[i];

	buf_addf(out, "%s{\"modem\":%d,\"number\":", i > 0 ? "," : "", i);
	sim_json_string(out, m->station.number);
	buf_addf(out,
		",\"commands\":%" PRIu64 ",\"errors\":%" PRIu64
		",\"cmgs\":%u,\"submitted\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"lost\":%" PRIu64
		",\"delivered\":%" PRIu64 ",\"reports\":%" PRIu64 ",\"faults\":%" PRIu64,
		m->stats.commands, m->stats.errors, m->cmgs, m->stats.submitted, m->stats.refused,
		m->stats.lost, m->stats.delivered, m->stats.reports, m->stats.faults);
	buf_addf(out,
		",\"stored\":%u,\"places\":%u,\"waiting\":%zu,\"registered\":%d,\"powered\":%s}",
		m->stores[m->set.mem[2]].used, m->stores[m->set.mem[2]].room,
		sim_net_waiting(w->net, i), sim_modem_registered(m), m->powered ? "true" : "false");
}

static bool cmd_stats(struct sim_world *w, struct sim_words *words, struct buf *out)
{
	if (!sim_words_end(words))
		return false;
	buf_addf(out, "{\"ok\":true,\"t\":%" PRId64 ",\"messages\":%" PRIu64 ",\"modems\":[",
		clock_mono_us(), sim_record_count(w->record));
	for (int i = 0; i < w->count; i++)
		put_modem(w, i, out);
	buf_adds(out, "]}");
	return true;
}

static bool cmd_clear(struct sim_world *w, struct sim_words *words, struct buf *out)
{
	if (!sim_words_end(words))
		return false;
	sim_record_clear(w->record);
	buf_adds(out, "{\"ok\":true}");
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct sim_world *w, struct sim_words *words, struct buf *out);
} commands[] = {
	{ "messages", cmd_messages },
	{ "stats", cmd_stats },
	{ "clear", cmd_clear },
};

static bool run(struct sim_world *w, struct sim_words *words, struct buf *out, bool *quit)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (sim_words_take(words, commands[i].word))
			return commands[i].run(w, words, out);
	if (sim_words_take(words, "quit"))
		*quit = true;
	w->start_us = clock_mono_us();
	if (!*quit && !sim_words_more(words))
		return sim_words_fail(words, "an empty command");
	if (!*quit && !sim_script_words(w, words))
		return false;
	buf_adds(out, "{\"ok\":true}");
	return true;
}

void sim_control_line(struct sim_world *w, const char *line, struct buf *out, bool *quit)
{
	struct sim_words words;
	size_t before = out->len;

	if (!sim_words_split(&words, line) || !run(w, &words, out, quit)) {
		out->len = before;
		buf_adds(out, "{\"ok\":false,\"error\":");
		sim_json_string(out, words.error);
		buf_addc(out, '}');
	}
	sim_words_free(&words);
}

/* --- the socket ---------------------------------------------------------------------------- */

struct guest {
	uv_pipe_t pipe;
	struct sim_control *control;
	struct buf in;
	char bytes[4096];
};

struct sim_control {
	uv_pipe_t door;
	struct sim_world *world;
	char path[108];
	struct guest *guests[GUESTS_MAX];
};

struct reply {
	uv_write_t req;
	struct buf text;
};

static void guest_closed(uv_handle_t *h)
{
	struct guest *g = h->data;

	buf_free(&g->in);
	free(g);
}

static void guest_leave(struct guest *g)
{
	for (int i = 0; i < GUESTS_MAX; i++)
		if (g->control->guests[i] == g)
			g->control->guests[i] = NULL;
	if (!uv_is_closing((uv_handle_t *)&g->pipe))
		uv_close((uv_handle_t *)&g->pipe, guest_closed);
}

static void reply_done(uv_write_t *req, int status)
{
	struct reply *r = req->data;

	(void)status;
	buf_free(&r->text);
	free(r);
}

static void answer(struct guest *g, const char *line)
{
	struct reply *r = calloc(1, sizeof *r);
	bool quit = false;
	uv_buf_t bytes;

	if (r == NULL)
		abort();
	r->req.data = r;
	buf_init(&r->text, ANSWER_MAX);
	sim_control_line(g->control->world, line, &r->text, &quit);
	buf_addc(&r->text, '\n');
	bytes = uv_buf_init(r->text.data, (unsigned)r->text.len);
	if (uv_write(&r->req, (uv_stream_t *)&g->pipe, &bytes, 1, reply_done) != 0)
		reply_done(&r->req, 0);
	if (quit)
		uv_stop(g->pipe.loop);
}

static void guest_room(uv_handle_t *h, size_t want, uv_buf_t *out)
{
	struct guest *g = h->data;

	(void)want;
	*out = uv_buf_init(g->bytes, sizeof g->bytes);
}

static void guest_lines(struct guest *g)
{
	char *end, *from = g->in.data;

	while (from != NULL &&
		(end = memchr(from, '\n', g->in.len - (size_t)(from - g->in.data)))) {
		*end = '\0';
		if (end > from && end[-1] == '\r')
			end[-1] = '\0';
		answer(g, from);
		from = end + 1;
	}
	if (from != NULL && from > g->in.data) {
		size_t left = g->in.len - (size_t)(from - g->in.data);

		memmove(g->in.data, from, left);
		g->in.len = left;
		g->in.data[left] = '\0';
	}
}

static void guest_read(uv_stream_t *s, ssize_t n, const uv_buf_t *bytes)
{
	struct guest *g = s->data;

	if (n == 0)
		return;
	if (n < 0 || !buf_add(&g->in, bytes->base, (size_t)n)) {
		guest_leave(g);
		return;
	}
	guest_lines(g);
}

static void door_knock(uv_stream_t *s, int status)
{
	struct sim_control *c = s->data;
	struct guest *g;
	int i = 0;

	if (status < 0)
		return;
	g = calloc(1, sizeof *g);
	if (g == NULL)
		abort();
	g->control = c;
	buf_init(&g->in, SIM_LINE_MAX);
	uv_pipe_init(s->loop, &g->pipe, 0);
	g->pipe.data = g;
	while (i < GUESTS_MAX && c->guests[i] != NULL)
		i++;
	if (uv_accept(s, (uv_stream_t *)&g->pipe) != 0 || i == GUESTS_MAX) {
		guest_leave(g);
		return;
	}
	c->guests[i] = g;
	uv_read_start((uv_stream_t *)&g->pipe, guest_room, guest_read);
}

/* True when a live program listens there. */
static bool in_use(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool live;

	if (fd == -1)
		return true;
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	live = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
	close(fd);
	return live;
}

struct sim_control *sim_control_open(
	uv_loop_t *loop, struct sim_world *w, const char *path, char error[SIM_ERROR_MAX])
{
	struct sim_control *c = calloc(1, sizeof *c);
	int rc = UV_ENAMETOOLONG;

	if (c == NULL)
		abort();
	c->world = w;
	uv_pipe_init(loop, &c->door, 0);
	c->door.data = c;
	if (strlen(path) < sizeof c->path) {
		snprintf(c->path, sizeof c->path, "%s", path);
		rc = in_use(path) ? UV_EADDRINUSE : 0;
	}
	if (rc == 0) {
		unlink(path);
		rc = uv_pipe_bind(&c->door, path);
	}
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&c->door, 8, door_knock);
	if (rc == 0)
		return c;
	snprintf(error, SIM_ERROR_MAX, "%.120s: %s", path, uv_strerror(rc));
	c->path[0] = '\0';
	sim_control_close(c);
	return NULL;
}

static void door_closed(uv_handle_t *h)
{
	free(h->data);
}

void sim_control_close(struct sim_control *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < GUESTS_MAX; i++)
		if (c->guests[i] != NULL)
			guest_leave(c->guests[i]);
	uv_close((uv_handle_t *)&c->door, door_closed);
	if (c->path[0] != '\0')
		unlink(c->path);
}
