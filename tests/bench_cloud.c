/*
 * Messages a second through one cloud channel, and processor time for each.
 *
 *     bench_cloud SECONDS PARALLEL
 *
 * The provider is a child of ours: one thread with epoll that answers any request at once, so
 * that it is not the limit. Beside the channel the same requests go through the HTTP client
 * alone, without signing and without verdicts: what is left is the price of the channel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "channel.h"
#include "clock.h"
#include "http_client.h"

#include "banned.h"

enum { FDS = 1024, REQUEST = 8192 };

/* -- the provider ---------------------------------------------------------------------------- */

static struct {
	char in[REQUEST];
	size_t len;
} * side; /* by descriptor */

static size_t whole(const char *in, size_t n)
{
	const char *end = memmem(in, n, "\r\n\r\n", 4), *length;
	size_t want;

	if (end == NULL)
		return 0;
	length = strcasestr(in, "content-length:");
	want = (size_t)(end - in) + 4 +
	       (length == NULL ? 0 : (size_t)strtoul(length + 15, NULL, 10));
	return n >= want ? want : 0;
}

static void serve(int fd)
{
	static const char answer[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 77\r\n\r\n"
		"{\"Code\":\"OK\",\"Message\":\"OK\",\"BizId\":\"900619746936498440^0\","
		"\"RequestId\":\"F65\"}";
	ssize_t n = recv(fd, side[fd].in + side[fd].len, REQUEST - 1 - side[fd].len, 0);

	if (n <= 0) {
		close(fd);
		side[fd].len = 0;
		return;
	}
	side[fd].len += (size_t)n;
	side[fd].in[side[fd].len] = '\0';
	if (whole(side[fd].in, side[fd].len) == 0)
		return;
	side[fd].len = 0;
	if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0)
		close(fd);
}

static void provider(int at)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = at }, got[64];
	int poll = epoll_create1(0), one = 1;

	side = calloc(FDS, sizeof *side);
	if (side == NULL || epoll_ctl(poll, EPOLL_CTL_ADD, at, &e) != 0)
		abort();
	for (;;) {
		int n = epoll_wait(poll, got, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = got[i].data.fd;

			if (fd != at) {
				serve(fd);
				continue;
			}
			fd = accept(at, NULL, NULL);
			e.data.fd = fd;
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			if (fd >= FDS || epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e) != 0)
				abort();
		}
	}
}

static pid_t start_provider(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 256) != 0 ||
		getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		abort();
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0) {
		provider(fd);
		_exit(0);
	}
	close(fd);
	return pid;
}

/* -- figures --------------------------------------------------------------------------------- */

struct run {
	uv_loop_t loop;
	uv_timer_t end;
	bool ending;
	int64_t ended, bad, out;
};

static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void on_end(uv_timer_t *timer)
{
	struct run *r = timer->data;

	r->ending = true;
	uv_close((uv_handle_t *)timer, NULL);
}

static void begin(struct run *r, double seconds)
{
	memset(r, 0, sizeof *r);
	uv_loop_init(&r->loop);
	uv_timer_init(&r->loop, &r->end);
	r->end.data = r;
	uv_timer_start(&r->end, on_end, (uint64_t)(seconds * 1000), 0);
}

static void tell(const char *what, const struct run *r, int64_t began_us, double cpu)
{
	double seconds = (double)(clock_mono_us() - began_us) / 1e6;

	printf("{\"what\":\"%s\",\"per_s\":%.0f,\"cpu_us\":%.1f,\"bad\":%lld}\n", what,
		(double)r->ended / seconds, (cpu_s() - cpu) * 1e6 / (double)r->ended,
		(long long)r->bad);
	fflush(stdout);
}

/* -- the client alone ------------------------------------------------------------------------- */

struct bare {
	struct run run;
	struct http_client *client;
	struct http_request rq;
};

static void on_bare(void *arg, const struct http_answer *a)
{
	struct bare *b = arg;

	b->run.ended++;
	b->run.bad += a->outcome != HTTP_ANSWERED || a->status != 200;
	b->run.out--;
	if (!b->run.ending && http_client_start(b->client, &b->rq, on_bare, b) != NULL)
		b->run.out++;
}

static void bench_bare(const char *url, int parallel, double seconds)
{
	static const char *const header[] = {
		"Content-Type: application/x-www-form-urlencoded",
		"x-acs-action: SendSms",
		"x-acs-version: 2017-05-25",
		"x-acs-date: 2026-09-18T06:30:00Z",
		"x-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d",
		"Authorization: ACS3-HMAC-SHA256 Credential=LTAI,SignedHeaders=host,Signature=0",
	};
	char body[400];
	struct bare b;
	int64_t began;
	double cpu;

	memset(body, 'a', sizeof body);
	begin(&b.run, seconds);
	b.client = http_client_new(
		&b.run.loop, &(struct http_config){ .parallel = parallel, .connect_ms = 2000 });
	b.rq = (struct http_request){ .method = "POST",
		.url = url,
		.header = header,
		.header_count = sizeof header / sizeof *header,
		.body = body,
		.body_len = sizeof body,
		.timeout_ms = 5000 };
	began = clock_mono_us();
	cpu = cpu_s();
	for (int i = 0; i < parallel; i++, b.run.out++)
		http_client_start(b.client, &b.rq, on_bare, &b);
	while (!b.run.ending || b.run.out > 0)
		uv_run(&b.run.loop, UV_RUN_ONCE);
	tell("client", &b.run, began, cpu);
	http_client_close(b.client);
	uv_run(&b.run.loop, UV_RUN_DEFAULT);
}

/* -- the channel -------------------------------------------------------------------------------- */

struct whole {
	struct run run;
	const struct channel_kind *kind;
	struct channel *channel;
	struct outgoing m;
};

static void fill(struct whole *w)
{
	while (!w->run.ending && w->kind->room(w->channel, OUTGOING_SMS) > 0) {
		own_ref_make(++w->m.id, 0, w->m.own_ref);
		if (!w->kind->send(w->channel, &w->m))
			return;
		w->run.out++;
	}
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct whole *w = arg;

	w->run.ended++;
	w->run.out--;
	w->run.bad += r->verdict != SEND_SENT;
}

static void on_ready(void *arg)
{
	fill(arg);
}

static void on_alarm(void *arg, const char *kind, const char *text, bool on)
{
	(void)arg;
	fprintf(stderr, "alarm %s %s %d\n", kind, text, on);
}

static void bench_channel(const char *url, int parallel, double seconds)
{
	struct whole w = { .kind = channel_kind_of("aliyun") };
	struct channel_events ev = {
		.arg = &w, .on_ready = on_ready, .on_sent = on_sent, .on_alarm = on_alarm
	};
	struct channel_settings set = { .name = "cloud", .kind = "aliyun", .sms = true };
	int64_t began;
	double cpu;

	set.own = json_pack("{s:s, s:s, s:s, s:s, s:i, s:[{s:s, s:s, s:[s,s,s,s,s,s,s]}]}",
		"access_key_id", "LTAI", "access_key_secret", "secret", "sign", "示例镇反诈",
		"endpoint", url, "parallel", parallel, "templates", "name", "alert", "code",
		"SMS_1", "params", "code", "word", "name", "area", "type", "accept", "decline");
	w.m = (struct outgoing){ .kind = OUTGOING_SMS,
		.to = "13800138000",
		.text = "【示例镇反诈】17号·急:王*,第1村2组,疑冒充客服。接单回171,不能去回170",
		.template = "alert",
		.values = "{\"code\":\"17\",\"word\":\"急\",\"name\":\"王*\",\"area\":\"第1村2组\","
			  "\"type\":\"冒充客服\",\"accept\":\"171\",\"decline\":\"170\"}",
		.urgent = true };
	begin(&w.run, seconds);
	began = clock_mono_us();
	cpu = cpu_s();
	w.channel = w.kind->start(&w.run.loop, &set, &ev);
	while (!w.run.ending || w.run.out > 0) {
		fill(&w);
		uv_run(&w.run.loop, UV_RUN_ONCE);
	}
	tell("channel", &w.run, began, cpu);
	w.kind->stop(w.channel);
	uv_run(&w.run.loop, UV_RUN_DEFAULT);
	json_decref(set.own);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
	int parallel = argc > 2 ? (int)strtol(argv[2], NULL, 10) : HTTP_PARALLEL_MAX, port;
	pid_t pid = start_provider(&port);
	char url[64];

	signal(SIGPIPE, SIG_IGN);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
	bench_bare(url, parallel, seconds);
	bench_channel(url, parallel, seconds);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return 0;
}
