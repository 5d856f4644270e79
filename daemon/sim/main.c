/* main.c - quanzu-modemsim: options, start, loop. The rest is in sim_*.c. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "sim_control.h"
#include "sim_port.h"
#include "sim_script.h"
#include "sim_voice.h"
#include "banned.h"

struct options {
	int count, places;
	char host[64];
	int port; /* -1: none */
	const char *pty, *script, *log, *control;
	const struct sim_family *family; /* of all modems; NULL generic */
};

struct runner { /* ties the schedule to the loop */
	uv_prepare_t prepare;
	uv_timer_t timer;
	uv_signal_t term, interrupt;
	struct sim_sched *sched;
};

static _Noreturn void usage(int code)
{
	fputs("usage: quanzu-modemsim [-n COUNT] [--listen HOST:PORT | --pty LINK] [--script "
	      "FILE]\n"
	      "                       [--log FILE] [--control SOCKET] [--places N] [--family "
	      "NAME]\n",
		code == 0 ? stdout : stderr);
	exit(code);
}

static int number_of(const char *s, long min, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, 10);
	if (end == s || *end != '\0' || errno != 0 || n < min || n > max)
		fatal(EXIT_USAGE, "'%s' is no number from %ld to %ld", s, min, max);
	return (int)n;
}

/* HOST:PORT, :PORT or [IPv6]:PORT */
static void listen_of(const char *s, struct options *o)
{
	const char *colon = strrchr(s, ':'), *host = s;
	size_t n;

	if (colon == NULL)
		fatal(EXIT_USAGE, "--listen wants HOST:PORT, not '%s'", s);
	n = (size_t)(colon - s);
	if (n >= 2 && s[0] == '[' && colon[-1] == ']') {
		host++;
		n -= 2;
	}
	if (n >= sizeof o->host)
		fatal(EXIT_USAGE, "--listen: the host is too long");
	snprintf(o->host, sizeof o->host, "%.*s", (int)n, host);
	o->port = number_of(colon + 1, 0, 65535);
}

static void options_read(int argc, char **argv, struct options *o)
{
	static const struct option list[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "pty", required_argument, NULL, 't' },
		{ "script", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'o' },
		{ "control", required_argument, NULL, 'c' },
		{ "places", required_argument, NULL, 'p' },
		{ "family", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .count = 1, .places = 50, .port = -1 };
	while ((c = getopt_long(argc, argv, "n:h", list, NULL)) != -1) {
		switch (c) {
		case 'n':
			o->count = number_of(optarg, 1, SIM_STATIONS_MAX);
			break;
		case 'l':
			listen_of(optarg, o);
			break;
		case 't':
			o->pty = optarg;
			break;
		case 's':
			o->script = optarg;
			break;
		case 'o':
			o->log = optarg;
			break;
		case 'c':
			o->control = optarg;
			break;
		case 'p':
			o->places = number_of(optarg, 1, 1000);
			break;
		case 'f':
			o->family = sim_family_of(optarg);
			if (o->family == NULL)
				fatal(EXIT_USAGE, "--family: '%s' is no family of modems", optarg);
			break;
		default:
			usage(c == 'h' ? 0 : EXIT_USAGE);
		}
	}
	if (optind != argc || (o->port >= 0) == (o->pty != NULL))
		usage(EXIT_USAGE);
	if (o->port > 0 && o->port + o->count > 65536)
		fatal(EXIT_USAGE, "--listen: %d ports from %d on go over 65535", o->count, o->port);
}

/* --- the loop ---------------------------------------------------------------------------- */

static void timer_due(uv_timer_t *t)
{
	struct runner *r = t->data;

	sim_sched_run(r->sched, clock_mono_us());
}

/* Before each wait: wake up for what is due next, and for nothing else. */
static void loop_prepare(uv_prepare_t *p)
{
	struct runner *r = p->data;
	int64_t next = sim_sched_next(r->sched), wait;

	if (next < 0) {
		uv_timer_stop(&r->timer);
		return;
	}
	uv_update_time(p->loop);
	wait = next - clock_mono_us();
	uv_timer_start(&r->timer, timer_due, wait <= 0 ? 0 : (uint64_t)(wait + 999) / 1000, 0);
}

static void stop(uv_signal_t *h, int signum)
{
	(void)signum;
	uv_stop(h->loop);
}

static void runner_init(struct runner *r, uv_loop_t *loop, struct sim_sched *sched)
{
	r->sched = sched;
	uv_prepare_init(loop, &r->prepare);
	r->prepare.data = r;
	uv_prepare_start(&r->prepare, loop_prepare);
	uv_timer_init(loop, &r->timer);
	r->timer.data = r;
	uv_signal_init(loop, &r->term);
	uv_signal_start(&r->term, stop, SIGTERM);
	uv_signal_init(loop, &r->interrupt);
	uv_signal_start(&r->interrupt, stop, SIGINT);
}

static void runner_close(struct runner *r)
{
	uv_close((uv_handle_t *)&r->prepare, NULL);
	uv_close((uv_handle_t *)&r->timer, NULL);
	uv_close((uv_handle_t *)&r->term, NULL);
	uv_close((uv_handle_t *)&r->interrupt, NULL);
}

/* --- start ----------------------------------------------------------------------------------- */

static struct sim_port *port_open(
	uv_loop_t *loop, struct sim_modem *m, const struct options *o, char error[SIM_ERROR_MAX])
{
	char link[SIM_ADDRESS_MAX - 16];

	if (o->pty == NULL)
		return sim_port_tcp(loop, m, o->host, o->port > 0 ? o->port + m->index : 0, error);
	if (strlen(o->pty) + 4 > sizeof link)
		fatal(EXIT_USAGE, "--pty: the name is too long");
	/* one modem has the name as it is, several have a number behind it */
	if (o->count == 1)
		snprintf(link, sizeof link, "%s", o->pty);
	else
		snprintf(link, sizeof link, "%s%d", o->pty, m->index);
	return sim_port_pty(loop, m, link, error);
}

static void ports_open(
	uv_loop_t *loop, struct sim_world *w, const struct options *o, struct sim_port **ports)
{
	char error[SIM_ERROR_MAX];

	for (int i = 0; i < w->count; i++) {
		ports[i] = port_open(loop, w->modems[i], o, error);
		if (ports[i] == NULL)
			fatal(EXIT_UNAVAILABLE, "%s", error);
	}
}

static void run(uv_loop_t *loop, struct sim_world *w, const struct options *o)
{
	struct sim_port *ports[SIM_STATIONS_MAX];
	struct sim_control *control = NULL;
	struct runner runner;
	char error[SIM_ERROR_MAX];

	runner_init(&runner, loop, w->sched);
	for (int i = 0; i < w->count && o->family != NULL; i++)
		sim_voice_family(w->modems[i], o->family);
	ports_open(loop, w, o, ports);
	if (o->script != NULL && !sim_script_file(w, o->script, error))
		fatal(EXIT_CONFIG, "%s", error);
	if (o->control != NULL && (control = sim_control_open(loop, w, o->control, error)) == NULL)
		fatal(EXIT_UNAVAILABLE, "%s", error);
	for (int i = 0; i < w->count; i++)
		printf("modem %d %s %s\n", i, w->modems[i]->station.number, ports[i]->address);
	fflush(stdout);
	uv_run(loop, UV_RUN_DEFAULT);
	sim_control_close(control);
	for (int i = 0; i < w->count; i++)
		sim_port_close(ports[i]);
	runner_close(&runner);
	uv_run(loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
	struct sim_world world;
	struct options o;
	uv_loop_t loop;

	options_read(argc, argv, &o);
	signal(SIGPIPE, SIG_IGN);
	if (!sim_world_init(&world, o.count, (unsigned)o.places, o.log))
		fatal(EXIT_IO, "%s: %s", o.log, strerror(errno));
	if (uv_loop_init(&loop) != 0)
		fatal(EXIT_UNAVAILABLE, "no event loop");
	run(&loop, &world, &o);
	uv_loop_close(&loop);
	sim_world_free(&world);
	return 0;
}
