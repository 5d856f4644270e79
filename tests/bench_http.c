/*
 * How many warnings a second come in over HTTP, one JSON object a request, each durable before
 * its 201. The limit named beside it: the same records through desk_accept() alone, with one
 * commit for as many records as there are connections.
 *
 *   BENCH_WARNINGS      records (default 20000)
 *   BENCH_CONNECTIONS   at a time (default 64)
 *   BENCH_DIR           a folder on the disk to be measured (default /tmp)
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "access.h"
#include "area.h"
#include "clock.h"
#include "desk.h"
#include "helper_people.h"
#include "helper_store.h"
#include "log.h"
#include "member.h"
#include "record_read.h"
#include "store_pool.h"
#include "web.h"

#include "banned.h"

enum { BODY = 512, REQUEST = 1024, ANSWER = 16384 };

struct result {
	int64_t us, p50_us, p99_us, bad;
	double loop_cpu, all_cpu; /* seconds: of the loop's thread, of the daemon's side */
};

/* Seconds of the processor: what is left when others use the machine too. */
static double cpu_s(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int64_t wanted, connections;
static double bare_cpu;

/* -- the records ------------------------------------------------------------------------------ */

static int warning_text(char *out, int64_t n)
{
	return snprintf(out, BODY,
		"{\"source\":\"96110\",\"warn_no\":\"B%lld\",\"level\":\"HIGH\",\"name\":"
		"\"李示例\","
		"\"phones\":[\"138%08lld\"],\"address\":\"示例村6组12号\",\"fraud_type\":\"刷单\"}",
		(long long)n, (long long)(n % 100000000));
}

static void settle(struct store *s)
{
	const struct area area = { .code = "310118110203",
		.parent = "310118110000",
		.name = "示例村",
		.kind = "village",
		.aliases = "" };
	const struct team team = { .name = "示例村劝导队", .area = area.code, .kind = "village" };
	struct member m = { .name = "王样本",
		.phone = "13700137000",
		.post = "member",
		.post_raw = "",
		.area = area.code,
		.state = "active",
		.pledged_on = "2026-01-01",
		.trained_on = "" };
	bool created;

	area_put(s, "cli", &area, &created);
	m.team_id = team_put(s, "cli", &team, &created);
	member_put(s, "cli", &m, &created);
}

static void house_settings(struct settings *set)
{
	settings_default(set);
	snprintf(set->area, sizeof set->area, "310118110000");
	snprintf(set->centre, sizeof set->centre, "示例镇反诈分中心");
	snprintf(set->http.listen[0], sizeof set->http.listen[0], "127.0.0.1:0");
	set->http.listen_count = 1;
	set->http.socket[0] = '\0';
	set->http.connections = (int)connections + 8;
}

/* -- bare: the desk alone ------------------------------------------------------------------------ */

static struct warning_record *read_one(struct store *s, int64_t n)
{
	struct intake_ctx ctx = { .now_ms = clock_now_ms(), .seal = s->seal };
	struct warning_record *r;
	char text[BODY];
	struct notes notes;
	struct fault why;
	json_t *o;

	warning_text(text, n);
	o = json_loads(text, 0, NULL);
	r = record_read_json(o, 0, &ctx, &why, &notes);
	json_decref(o);
	if (r == NULL)
		abort();
	return r;
}

/* Only the transactions are timed: reading the records is the other thread's work. */
static int64_t accept_batch(struct desk *d, struct warning_record **r, int64_t n)
{
	struct store *s = desk_store(d);
	double cpu = cpu_s(RUSAGE_THREAD);
	int64_t began = clock_mono_us();
	struct accept_result result;

	store_begin(s);
	for (int64_t i = 0; i < n; i++) {
		store_job_begin(s, desk_now_ms(d));
		desk_accept(d, "key:bench", r[i], &result);
		if (store_job_end(s) != STORE_OK || result.state != ACCEPT_NEW)
			abort();
	}
	if (store_commit(s) != STORE_OK)
		abort();
	bare_cpu += cpu_s(RUSAGE_THREAD) - cpu;
	return clock_mono_us() - began;
}

static int64_t bare(const struct settings *set)
{
	struct warning_record **r = calloc((size_t)connections, sizeof *r);
	struct temp_store t;
	struct desk *d;
	int64_t took = 0;

	temp_store_open_in(&t, bench_folder());
	d = desk_open(t.s, set);
	temp_job(&t, clock_now_ms());
	settle(t.s);
	temp_done(&t);
	for (int64_t n = 0; n < wanted;) {
		int64_t count = wanted - n < connections ? wanted - n : connections;

		for (int64_t i = 0; i < count; i++)
			r[i] = read_one(t.s, n + i);
		took += accept_batch(d, r, count);
		for (int64_t i = 0; i < count; i++)
			record_free(r[i]);
		n += count;
	}
	free(r);
	desk_close(d);
	temp_store_close(&t);
	return took;
}

/* -- the client, a process of its own ---------------------------------------------------------------- */

struct conn {
	int fd;
	int64_t sent_us;
};

static void ask(struct conn *c, const char *key, int64_t n)
{
	char body[BODY], out[REQUEST];
	int body_n = warning_text(body, n);
	int len = snprintf(out, sizeof out,
		"POST /v1/warnings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		key, body_n, body);

	c->sent_us = clock_mono_us();
	if (write(c->fd, out, (size_t)len) != len)
		abort();
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void connect_all(struct conn *c, int epoll, int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	for (int64_t i = 0; i < connections; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &c[i] };

		c[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(c[i].fd, (struct sockaddr *)&at, sizeof at) != 0 ||
			epoll_ctl(epoll, EPOLL_CTL_ADD, c[i].fd, &e) != 0)
			abort();
	}
}

static struct result client(int port, const char *key)
{
	struct conn *c = calloc((size_t)connections, sizeof *c);
	int64_t *took = calloc((size_t)wanted, sizeof *took), sent = 0, done = 0;
	struct result r = { .us = clock_mono_us() };
	struct epoll_event events[256];
	int epoll = epoll_create1(0);
	char answer[ANSWER];

	connect_all(c, epoll, port);
	for (; sent < connections && sent < wanted; sent++)
		ask(&c[sent], key, sent);
	while (done < wanted) {
		int n = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < n; i++) {
			struct conn *from = events[i].data.ptr;
			ssize_t len = read(from->fd, answer, sizeof answer);

			if (len <= 0)
				abort();
			r.bad += strncmp(answer, "HTTP/1.1 201", 12) != 0;
			took[done++] = clock_mono_us() - from->sent_us;
			if (sent < wanted)
				ask(from, key, sent++);
		}
	}
	r.us = clock_mono_us() - r.us;
	qsort(took, (size_t)wanted, sizeof *took, by_value);
	r.p50_us = took[wanted / 2];
	r.p99_us = took[wanted * 99 / 100];
	free(took);
	free(c);
	return r;
}

/* -- the daemon's side --------------------------------------------------------------------------------- */

static void batch_begin(void *arg)
{
	store_begin(desk_store(arg));
}

static void job_begin(void *arg)
{
	store_job_begin(desk_store(arg), desk_now_ms(arg));
}

static enum store_rc job_end(void *arg)
{
	return store_job_end(desk_store(arg));
}

static enum store_rc batch_end(void *arg)
{
	return store_commit(desk_store(arg));
}

static void no_tick(void *arg)
{
	(void)arg;
}

static int64_t never_due(void *arg)
{
	(void)arg;
	return 60000;
}

static void client_has_ended(uv_signal_t *s, int number)
{
	(void)number;
	uv_stop(s->loop);
}

struct gate { /* to and from the client */
	int port[2], result[2];
};

/* Forked before there is a second thread. */
static pid_t start_client(struct gate *g)
{
	char line[128], key[ACCESS_KEY];
	struct result r;
	ssize_t n;
	pid_t pid;

	if (pipe(g->port) != 0 || pipe(g->result) != 0 || (pid = fork()) < 0)
		abort();
	if (pid > 0)
		return pid;
	n = read(g->port[0], line, sizeof line - 1);
	if (n <= 0)
		_exit(1);
	line[n] = '\0';
	snprintf(key, sizeof key, "%s", strchr(line, ' ') + 1);
	r = client((int)strtol(line, NULL, 10), key);
	_exit(write(g->result[1], &r, sizeof r) == sizeof r ? 0 : 1);
}

static void make_key(struct temp_store *t, char key[ACCESS_KEY])
{
	int64_t id;

	temp_job(t, clock_now_ms());
	settle(t->s);
	if (!access_add(t->s, "cli", "bench", ROLE_POLICE, "", key, &id) ||
		temp_done(t) != STORE_OK)
		abort();
}

static struct result through_http(const struct settings *set)
{
	struct work_hooks hooks = { .batch_begin = batch_begin,
		.job_begin = job_begin,
		.job_end = job_end,
		.batch_end = batch_end,
		.tick = no_tick,
		.due_ms = never_due };
	struct web_parts parts = { .settings = set };
	char why[256], key[ACCESS_KEY], line[128];
	double loop_cpu, all_cpu;
	struct result r = { .us = 0 };
	struct temp_store t;
	struct web *web;
	uv_signal_t child;
	struct gate gate;
	enum store_rc rc;
	uv_loop_t loop;
	pid_t pid = start_client(&gate);

	temp_store_open_in(&t, bench_folder());
	make_key(&t, key);
	uv_loop_init(&loop);
	hooks.desk = hooks.arg = desk_open(t.s, set);
	parts.worker = worker_new(&loop, &hooks, 10000);
	worker_start(parts.worker);
	parts.pool = store_pool_open(t.url, t.s->seal, 2, &rc);
	web = web_start(&loop, &parts, why, sizeof why);
	uv_signal_init(&loop, &child);
	uv_signal_start(&child, client_has_ended, SIGCHLD);
	snprintf(line, sizeof line, "%d %s", web_port(web, 0), key);
	if (write(gate.port[1], line, strlen(line)) < 0)
		abort();
	loop_cpu = cpu_s(RUSAGE_THREAD);
	all_cpu = cpu_s(RUSAGE_SELF);
	uv_run(&loop, UV_RUN_DEFAULT);
	loop_cpu = cpu_s(RUSAGE_THREAD) - loop_cpu;
	all_cpu = cpu_s(RUSAGE_SELF) - all_cpu;
	waitpid(pid, NULL, 0);
	if (read(gate.result[0], &r, sizeof r) != sizeof r)
		abort();
	r.loop_cpu = loop_cpu;
	r.all_cpu = all_cpu;
	uv_close((uv_handle_t *)&child, NULL);
	web_stop(web);
	worker_stop(parts.worker);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	store_pool_close(parts.pool);
	desk_close(hooks.desk);
	temp_store_close(&t);
	return r;
}

int main(void)
{
	static struct settings set;
	struct result r;
	int64_t bare_us;

	wanted = bench_number("BENCH_WARNINGS", 20000);
	connections = bench_number("BENCH_CONNECTIONS", 64);
	clock_zone("Asia/Shanghai");
	log_level_set(LOG_LEVEL_ERROR);
	house_settings(&set);
	bare_us = bare(&set);
	r = through_http(&set);
	printf("http_warnings_per_s %.0f connections %lld ms_p50 %.1f p99 %.1f bad %lld"
	       " loop_cpu_us %.1f desk_cpu_us %.1f\n",
		(double)wanted * 1e6 / (double)r.us, (long long)connections, (double)r.p50_us / 1e3,
		(double)r.p99_us / 1e3, (long long)r.bad, r.loop_cpu * 1e6 / (double)wanted,
		(r.all_cpu - r.loop_cpu) * 1e6 / (double)wanted);
	printf("bare_accepts_per_s %.0f ratio %.2f cpu_us %.1f\n",
		(double)wanted * 1e6 / (double)bare_us, (double)bare_us / (double)r.us,
		bare_cpu * 1e6 / (double)wanted);
	return r.bad == 0 ? 0 : 1;
}
