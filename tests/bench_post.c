/*
 * A crowd of senders: POST /v1/warnings over keep-alive connections, one request after the other on
 * each. bench.py runs it against the real daemon.
 *
 *   bench_post PORT KEY CONNECTIONS SECONDS FIRST
 *
 * Warnings are numbered from FIRST on. One line of JSON: posts, seconds, p50_us, p99_us, max_us,
 * bad (answers other than 201), first_bad (its status line).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "banned.h"

enum { ANSWER = 8192, REQUEST = 1024, POSTS_MAX = 4000000, VILLAGES = 400, WAIT_MS = 2000 };

struct sender {
	int fd;
	int64_t asked_us;
	size_t have;
	char answer[ANSWER];
};

static struct {
	const char *key;
	int port;
	int64_t next, until_us;
	uint32_t *took_us;
	int64_t posts, bad;
	char first_bad[64];
} run;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static int request(char *out, int64_t n)
{
	char body[REQUEST / 2];
	int len = snprintf(body, sizeof body,
		"{\"source\":\"96110\",\"warn_no\":\"B%lld\",\"level\":\"HIGH\",\"fraud_type\":"
		"\"冒充客服\",\"name\":\"赵建国\",\"phones\":[\"139%08lld\"],\"area\":"
		"\"310118110%03d\",\"address\":\"第%d村6组12号\",\"suspect_phones\":[\"170%08lld\"]"
		","
		"\"amount\":\"35000元\",\"remark\":\"来电自称客服，要求转账\"}",
		(long long)n, (long long)(n % 100000000), 201 + (int)(n % VILLAGES),
		(int)(n % VILLAGES) + 1, (long long)(n % 100000000));

	return snprintf(out, REQUEST,
		"POST /v1/warnings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		run.key, len, body);
}

static void ask(struct sender *s)
{
	char text[REQUEST];
	int n = request(text, run.next++);

	s->have = 0;
	s->asked_us = now_us();
	if (send(s->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		give_up("send");
}

/* The length of a whole answer, 0 when more must come. */
static size_t whole(const struct sender *s)
{
	const char *end = memmem(s->answer, s->have, "\r\n\r\n", 4), *length;
	size_t head, body;

	if (end == NULL)
		return 0;
	head = (size_t)(end - s->answer) + 4;
	length = memmem(s->answer, head, "Content-Length: ", 16);
	body = length == NULL ? 0 : strtoul(length + 16, NULL, 10);
	return s->have >= head + body ? head + body : 0;
}

static void judge(struct sender *s)
{
	int64_t now = now_us();

	if (run.posts < POSTS_MAX)
		run.took_us[run.posts++] = (uint32_t)(now - s->asked_us);
	if (strncmp(s->answer, "HTTP/1.1 201", 12) == 0)
		return;
	if (run.bad++ == 0)
		snprintf(run.first_bad, sizeof run.first_bad, "%.*s",
			(int)strcspn(s->answer, "\r\""), s->answer);
}

/* False: this sender is done. */
static bool heard(struct sender *s)
{
	ssize_t n = recv(s->fd, s->answer + s->have, ANSWER - 1 - s->have, 0);

	if (n <= 0)
		give_up("recv");
	s->have += (size_t)n;
	s->answer[s->have] = '\0';
	if (whole(s) == 0)
		return true;
	judge(s);
	if (now_us() >= run.until_us)
		return false;
	ask(s);
	return true;
}

static int connected(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)run.port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		give_up("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void serve(int loop, int open)
{
	struct epoll_event ready[64];

	while (open > 0) {
		int n = epoll_wait(loop, ready, 64, WAIT_MS);

		if (n <= 0)
			give_up("no answer");
		for (int i = 0; i < n; i++)
			open -= !heard(ready[i].data.ptr);
	}
}

static int by_time(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void tell(int64_t began_us)
{
	double seconds = (double)(now_us() - began_us) / 1e6;
	int64_t n = run.posts;

	qsort(run.took_us, (size_t)n, sizeof *run.took_us, by_time);
	printf("{\"posts\":%lld,\"seconds\":%.3f,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u,"
	       "\"bad\":%lld,\"first_bad\":\"%s\"}\n",
		(long long)n, seconds, run.took_us[n / 2], run.took_us[n * 99 / 100],
		run.took_us[n - 1], (long long)run.bad, run.first_bad);
}

int main(int argc, char **argv)
{
	struct sender *all;
	int64_t began_us;
	int count, loop;

	if (argc != 6) {
		fprintf(stderr, "bench_post PORT KEY CONNECTIONS SECONDS FIRST\n");
		return 64;
	}
	run.port = (int)strtol(argv[1], NULL, 10);
	run.key = argv[2];
	count = (int)strtol(argv[3], NULL, 10);
	run.next = strtoll(argv[5], NULL, 10);
	run.took_us = malloc(POSTS_MAX * sizeof *run.took_us);
	all = calloc((size_t)count, sizeof *all);
	loop = epoll_create1(EPOLL_CLOEXEC);
	if (run.took_us == NULL || all == NULL || loop < 0)
		give_up("start");
	for (int i = 0; i < count; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &all[i] };

		all[i].fd = connected();
		epoll_ctl(loop, EPOLL_CTL_ADD, all[i].fd, &e);
	}
	began_us = now_us();
	run.until_us = began_us + (int64_t)(strtod(argv[4], NULL) * 1e6);
	for (int i = 0; i < count; i++)
		ask(&all[i]);
	serve(loop, count);
	tell(began_us);
	for (int i = 0; i < count; i++)
		close(all[i].fd);
	free(all);
	free(run.took_us);
	close(loop);
	return 0;
}
