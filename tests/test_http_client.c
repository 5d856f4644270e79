/*
 * The HTTP client in a real uv loop, against a small server of threads that answers as its path
 * says: what left, what came back, and what nobody can know.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "http_client.h"

#include "banned.h"

enum { BIG = 70 * 1024, MANY = 300 };

/* -- the other side -------------------------------------------------------------------------- */

static atomic_int connections, requests, open_now, open_most;
static char last_head[4096]; /* of the last request; read when all is quiet */
static int port;

static void say(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, text, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		text += k;
		n -= (size_t)k;
	}
}

static void answer(int fd, const char *head, const char *body, size_t n)
{
	char text[300];
	int k = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, n);

	say(fd, text, (size_t)k);
	say(fd, body, n);
}

/* One request with its body; false: the connection has ended. */
static bool take(int fd, char *in, size_t size)
{
	size_t n = 0, want = 0;
	char *end = NULL, *length;

	while (end == NULL || n < want) {
		ssize_t k = recv(fd, in + n, size - 1 - n, 0);

		if (k <= 0)
			return false;
		n += (size_t)k;
		in[n] = '\0';
		if (end == NULL && (end = strstr(in, "\r\n\r\n")) != NULL) {
			length = strcasestr(in, "content-length:");
			want = (size_t)(end - in) + 4 +
			       (length == NULL ? 0 : (size_t)strtoul(length + 15, NULL, 10));
		}
	}
	return true;
}

static bool is(const char *in, const char *path)
{
	const char *at = strchr(in, ' ');
	size_t n = strlen(path);

	return at != NULL && strncmp(at + 1, path, n) == 0 && at[1 + n] == ' ';
}

/* False: the connection ends now. */
static bool act(int fd, const char *in, int nth)
{
	static char big[BIG];

	if (is(in, "/slow"))
		usleep(300 * 1000);
	else if (is(in, "/busy"))
		usleep(30 * 1000);
	if (is(in, "/silent"))
		return take(fd, (char[4096]){ 0 }, 4096);
	if (is(in, "/vanish") || (is(in, "/second") && nth > 1))
		return false;
	if (is(in, "/cut")) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Co", 44);
		return false;
	}
	if (is(in, "/big"))
		answer(fd, "200 OK", big, sizeof big);
	else if (is(in, "/full"))
		answer(fd, "200 OK", big, HTTP_ANSWER_MAX);
	else if (is(in, "/away"))
		answer(fd, "302 Found\r\nLocation: /ok", "", 0);
	else if (is(in, "/noise"))
		say(fd, "220 mail ready\r\n\r\n", 18);
	else if (is(in, "/date"))
		answer(fd,
			"200 OK\r\nDate: Fri, 18 Sep 2026 06:30:00 GMT\r\nContent-Type: "
			"application/json",
			"{}", 2);
	else
		answer(fd, "200 OK", "good", 4);
	return true;
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg, nth = 0, now = ++open_now;
	char in[4096];

	for (int most = open_most; now > most;)
		if (atomic_compare_exchange_weak(&open_most, &most, now))
			break;
	while (take(fd, in, sizeof in)) {
		memcpy(last_head, in, sizeof in);
		requests++;
		if (!act(fd, in, ++nth))
			break;
	}
	open_now--;
	close(fd);
	return NULL;
}

static void *accept_all(void *arg)
{
	int at = (int)(intptr_t)arg;
	pthread_t thread;

	for (;;) {
		int fd = accept(at, NULL, NULL);

		if (fd < 0)
			return NULL;
		connections++;
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) != 0)
			abort();
		pthread_detach(thread);
	}
}

static int bound(int *out)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(bind(fd, (struct sockaddr *)&a, sizeof a) == 0);
	assert_true(getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	*out = ntohs(a.sin_port);
	return fd;
}

static int start_server(void **state)
{
	int fd = bound(&port);
	pthread_t thread;

	(void)state;
	assert_int_equal(listen(fd, 200), 0);
	assert_int_equal(pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)fd), 0);
	pthread_detach(thread);
	return 0;
}

/* -- our side -------------------------------------------------------------------------------- */

struct side {
	uv_loop_t loop;
	struct http_client *client;
	int done, answered;
	enum http_outcome outcome;
	enum http_why why;
	int status;
	char body[100];
	size_t len;
	int64_t date_ms;
	bool close_then;
	int again; /* so many more are started from done() */
};

static void start(struct side *s, const char *url, const char *method, const char *body, int ms);

static void on_done(void *arg, const struct http_answer *a)
{
	struct side *s = arg;

	s->done++;
	s->answered += a->outcome == HTTP_ANSWERED;
	s->outcome = a->outcome;
	s->why = a->why;
	s->status = a->status;
	s->len = a->len;
	s->date_ms = a->date_ms;
	assert_non_null(a->content_type);
	assert_int_equal(a->body[a->len], '\0');
	snprintf(s->body, sizeof s->body, "%s", a->body);
	if (s->again > 0) {
		s->again--;
		start(s, "/busy", "POST", "x", 5000);
	}
	if (s->close_then) {
		http_client_close(s->client);
		s->client = NULL;
	}
}

static const char *url_of(const char *path)
{
	static char url[200];

	if (path[0] != '/')
		return path;
	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
	return url;
}

static void start(struct side *s, const char *path, const char *method, const char *body, int ms)
{
	const char *header[] = { "X-One: 1", "Authorization: secret" };
	struct http_request rq = { .method = method,
		.url = url_of(path),
		.header = header,
		.header_count = 2,
		.body = body,
		.body_len = strlen(body),
		.timeout_ms = ms };

	assert_non_null(http_client_start(s->client, &rq, on_done, s));
}

static void open_side(struct side *s, int parallel, const char *proxy, const char *ca_file)
{
	struct http_config config = {
		.parallel = parallel, .connect_ms = 500, .proxy = proxy, .ca_file = ca_file
	};

	memset(s, 0, sizeof *s);
	uv_loop_init(&s->loop);
	s->client = http_client_new(&s->loop, &config);
	connections = requests = 0;
}

static void run_until(struct side *s, int done)
{
	while (s->done < done)
		uv_run(&s->loop, UV_RUN_ONCE);
}

static void close_side(struct side *s)
{
	if (s->client != NULL)
		http_client_close(s->client);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
}

/* -- a machine that lets nobody out: connect() as libcurl sees it ------------------------------- */

static atomic_int refusal; /* errno; 0: as always */

/* Of the program, so that it stands before libc's, whose own prototype has a union in it. */
int client_connect(int fd, const struct sockaddr *to, socklen_t n) __asm__("connect");

int client_connect(int fd, const struct sockaddr *to, socklen_t n)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);

	if (refusal != 0) {
		errno = refusal;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "connect");
	return real(fd, to, n);
}

static void test_forbidden(void **state)
{
	static const struct {
		int error;
		enum http_why why;
	} refusals[] = { { EPERM, HTTP_WHY_FORBIDDEN }, { EACCES, HTTP_WHY_FORBIDDEN },
		{ ENETUNREACH, HTTP_WHY_CONNECT } };

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct side s;

		refusal = refusals[i].error;
		open_side(&s, 1, NULL, NULL);
		start(&s, "/ok", "POST", "a=1", 10000);
		run_until(&s, 1);
		assert_int_equal(s.outcome, HTTP_NOT_SENT);
		assert_int_equal(s.why, refusals[i].why);
		close_side(&s);
	}
	refusal = 0;
	assert_non_null(strstr(http_why_text(HTTP_WHY_FORBIDDEN), "cloud.conf.example"));
}

/* -- what left, and what came back ------------------------------------------------------------- */

static const struct row {
	const char *name, *path, *method, *proxy;
	enum http_outcome outcome;
	enum http_why why;
	int status;
	size_t len;
	int requests; /* that the server saw */
} rows[] = {
	{ "a good answer", "/ok", "POST", NULL, HTTP_ANSWERED, HTTP_WHY_NONE, 200, 4, 1 },
	{ "GET", "/ok", "GET", NULL, HTTP_ANSWERED, HTTP_WHY_NONE, 200, 4, 1 },
	{ "DELETE", "/ok", "DELETE", NULL, HTTP_ANSWERED, HTTP_WHY_NONE, 200, 4, 1 },
	{ "the longest answer", "/full", "POST", NULL, HTTP_ANSWERED, HTTP_WHY_NONE, 200,
		HTTP_ANSWER_MAX, 1 },
	{ "an answer that is too long", "/big", "POST", NULL, HTTP_SILENT, HTTP_WHY_TOO_LARGE, 0, 0,
		1 },
	{ "a redirect is an answer", "/away", "POST", NULL, HTTP_ANSWERED, HTTP_WHY_NONE, 302, 0,
		1 },
	{ "a late answer is silence", "/slow", "POST", NULL, HTTP_SILENT, HTTP_WHY_TIMEOUT, 0, 0,
		1 },
	{ "none at all", "/silent", "POST", NULL, HTTP_SILENT, HTTP_WHY_TIMEOUT, 0, 0, 1 },
	{ "closed after the request was read", "/vanish", "POST", NULL, HTTP_SILENT, HTTP_WHY_CUT,
		0, 0, 1 },
	{ "cut in the middle", "/cut", "POST", NULL, HTTP_SILENT, HTTP_WHY_CUT, 0, 0, 1 },
	{ "no HTTP", "/noise", "POST", NULL, HTTP_SILENT, HTTP_WHY_CUT, 0, 0, 1 },
	{ "nobody listens", "http://127.0.0.1:1/ok", "POST", NULL, HTTP_NOT_SENT, HTTP_WHY_CONNECT,
		0, 0, 0 },
	{ "no such name", "http://nowhere.invalid/ok", "POST", NULL, HTTP_NOT_SENT,
		HTTP_WHY_RESOLVE, 0, 0, 0 },
	{ "plain HTTP where TLS is spoken", "https://127.0.0.1:%d/ok", "POST", NULL, HTTP_NOT_SENT,
		HTTP_WHY_TIMEOUT, 0, 0, 0 },
	{ "no address", "ftp://127.0.0.1/ok", "POST", NULL, HTTP_NOT_SENT, HTTP_WHY_URL, 0, 0, 0 },
	{ "a proxy that is not there", "/ok", "POST", "http://127.0.0.1:1", HTTP_NOT_SENT,
		HTTP_WHY_PROXY, 0, 0, 0 },
};

static void test_outcome(void **state)
{
	const struct row *r = *state;
	struct side s;
	char url[100];

	open_side(&s, 4, r->proxy, NULL);
	snprintf(url, sizeof url, "%s", r->path);
	if (strstr(r->path, "%d") != NULL)
		snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", port);
	start(&s, url, r->method, strcmp(r->method, "POST") == 0 ? "a=1" : "",
		r->why == HTTP_WHY_TIMEOUT ? 200 : 10000);
	assert_int_equal(s.done, 0);
	run_until(&s, 1);
	assert_int_equal(s.outcome, r->outcome);
	assert_int_equal(s.why, r->why);
	assert_int_equal(s.status, r->status);
	assert_int_equal(s.len, r->len);
	if (strstr(url, "https:") == NULL)
		assert_int_equal(requests, r->requests);
	close_side(&s);
}

static void test_headers(void **state)
{
	struct side s;

	(void)state;
	open_side(&s, 4, NULL, NULL);
	start(&s, "/date", "POST", "", 2000);
	run_until(&s, 1);
	assert_int_equal(s.date_ms, INT64_C(1789713000000));
	assert_string_equal(s.body, "{}");
	assert_non_null(strstr(last_head, "POST /date HTTP/1.1\r\n"));
	assert_non_null(strstr(last_head, "X-One: 1\r\n"));
	assert_non_null(strstr(last_head, "Content-Length: 0\r\n"));
	/* Nothing that was not signed. */
	assert_null(strcasestr(last_head, "content-type"));
	assert_null(strcasestr(last_head, "expect"));
	assert_null(strcasestr(last_head, "accept-encoding"));
	close_side(&s);
}

/* -- connections ---------------------------------------------------------------------------- */

static void test_keep_alive(void **state)
{
	struct side s;

	(void)state;
	open_side(&s, 4, NULL, NULL);
	for (int i = 1; i <= 20; i++) {
		start(&s, "/ok", "POST", "a", 2000);
		run_until(&s, i);
		assert_int_equal(s.outcome, HTTP_ANSWERED);
	}
	assert_int_equal(connections, 1);
	assert_int_equal(requests, 20);
	close_side(&s);
}

/* The trap: libcurl would say it again on a new connection, and somebody would get two SMS. */
static void test_dead_connection(void **state)
{
	struct http_request rq = {
		.method = "POST", .body = "a", .body_len = 1, .timeout_ms = 2000
	};
	struct side s;

	(void)state;
	open_side(&s, 4, NULL, NULL);
	start(&s, "/ok", "POST", "a", 2000);
	run_until(&s, 1);
	start(&s, "/second", "POST", "a", 2000);
	run_until(&s, 2);
	assert_int_equal(s.outcome, HTTP_SILENT);
	assert_int_equal(s.why, HTTP_WHY_CUT);
	assert_int_equal(requests, 2);
	/* Who asks only may ask twice. */
	start(&s, "/ok", "POST", "a", 2000);
	run_until(&s, 3);
	rq.url = url_of("/second");
	rq.may_repeat = true;
	assert_non_null(http_client_start(s.client, &rq, on_done, &s));
	run_until(&s, 4);
	assert_int_equal(s.outcome, HTTP_ANSWERED);
	assert_int_equal(requests, 5);
	close_side(&s);
}

static void test_parallel(void **state)
{
	struct http_request rq = { .method = "POST", .timeout_ms = 5000 };
	struct side s;

	(void)state;
	open_side(&s, HTTP_PARALLEL_MAX, NULL, NULL);
	while (open_now > 0)
		usleep(1000);
	open_most = 0;
	rq.url = url_of("/busy");
	s.again = MANY - HTTP_PARALLEL_MAX;
	for (int i = 0; i < HTTP_PARALLEL_MAX; i++)
		start(&s, "/busy", "POST", "a", 5000);
	assert_null(http_client_start(s.client, &rq, on_done, &s));
	assert_int_equal(http_client_busy(s.client), HTTP_PARALLEL_MAX);
	run_until(&s, MANY);
	assert_int_equal(s.answered, MANY);
	assert_int_equal(requests, MANY);
	assert_true(open_most <= HTTP_PARALLEL_MAX && open_most > HTTP_PARALLEL_MAX / 2);
	assert_int_equal(http_client_busy(s.client), 0);
	close_side(&s);
}

static void test_cancel(void **state)
{
	struct http_request rq = { .method = "POST", .timeout_ms = 5000 };
	struct http_transfer *t;
	struct side s;

	(void)state;
	open_side(&s, 1, NULL, NULL);
	rq.url = url_of("/silent");
	t = http_client_start(s.client, &rq, on_done, &s);
	for (int i = 0; i < 5; i++)
		uv_run(&s.loop, UV_RUN_NOWAIT);
	assert_true(http_client_cancel(t));
	t = http_client_start(s.client, &rq, on_done, &s);
	assert_false(http_client_cancel(t)); /* the loop has not run */
	start(&s, "/ok", "POST", "a", 2000);
	run_until(&s, 1);
	assert_int_equal(s.outcome, HTTP_ANSWERED);
	close_side(&s);
}

static void test_close_while_busy(void **state)
{
	struct side s;
	int before;

	(void)state;
	open_side(&s, 8, NULL, NULL);
	for (int i = 0; i < 8; i++)
		start(&s, i % 2 == 0 ? "/silent" : "http://nowhere.invalid/", "POST", "a", 60000);
	for (int i = 0; i < 5; i++)
		uv_run(&s.loop, UV_RUN_NOWAIT);
	before = s.done; /* a name that does not exist may be known at once */
	close_side(&s);
	assert_int_equal(s.done, before);
}

static void test_close_from_done(void **state)
{
	struct side s;

	(void)state;
	open_side(&s, 4, NULL, NULL);
	s.close_then = true;
	start(&s, "/ok", "POST", "a", 2000);
	start(&s, "/silent", "POST", "a", 60000);
	run_until(&s, 1);
	close_side(&s);
	assert_int_equal(s.done, 1);
	assert_int_equal(s.outcome, HTTP_ANSWERED);
}

/* -- TLS -------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/qz-http-XXXXXX";

static pid_t tool(const char *const *argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(folder) != 0 || freopen("/dev/null", "w", stdout) == NULL ||
			freopen("log", "a", stderr) == NULL)
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return pid;
}

static void run_tool(const char *const *argv)
{
	int status;
	pid_t pid = tool(argv);

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void ask_tls(const char *url, const char *ca_file, enum http_outcome outcome)
{
	struct side s;

	open_side(&s, 1, NULL, ca_file);
	start(&s, url, "GET", "", 3000);
	run_until(&s, 1);
	assert_int_equal(s.outcome, outcome);
	assert_int_equal(s.why, outcome == HTTP_ANSWERED ? HTTP_WHY_NONE : HTTP_WHY_TLS);
	close_side(&s);
}

/* A certificate for 127.0.0.1 that only its own file makes good. */
static void test_tls(void **state)
{
	static const char *const make[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
		"-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", NULL };
	char text[12], url[60], other[60], ca[60];
	const char *const serve_tls[] = { "openssl", "s_server", "-www", "-quiet", "-accept", text,
		"-key", "key.pem", "-cert", "cert.pem", NULL };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int at, fd, tries = 0, status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(folder));
	run_tool(make);
	close(bound(&at));
	snprintf(text, sizeof text, "%d", at);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", at);
	snprintf(other, sizeof other, "https://localhost:%d/", at);
	snprintf(ca, sizeof ca, "%s/cert.pem", folder);
	pid = tool(serve_tls);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)at);
	do {
		usleep(20 * 1000);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		status = connect(fd, (struct sockaddr *)&a, sizeof a);
		close(fd);
	} while (status != 0 && ++tries < 200);
	ask_tls(url, ca, HTTP_ANSWERED);
	ask_tls(url, NULL, HTTP_NOT_SENT);
	ask_tls(other, ca, HTTP_NOT_SENT);
	ask_tls(url, "/nowhere/ca.pem", HTTP_NOT_SENT);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
}

static void remove_file(const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

static int clean_up(void **state)
{
	(void)state;
	remove_file("key.pem");
	remove_file("cert.pem");
	remove_file("log");
	rmdir(folder);
	return 0;
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	static struct CMUnitTest tests[ROWS + 8];
	const struct CMUnitTest single[] = { cmocka_unit_test(test_headers),
		cmocka_unit_test(test_forbidden), cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_dead_connection), cmocka_unit_test(test_parallel),
		cmocka_unit_test(test_cancel), cmocka_unit_test(test_close_while_busy),
		cmocka_unit_test(test_close_from_done), cmocka_unit_test(test_tls) };

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = test_outcome,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < 8; i++)
		tests[ROWS + i] = single[i];
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start_server, clean_up);
}
