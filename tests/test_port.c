/*
 * The whole modem in a real uv loop: over TCP and over a pseudo-terminal, against a small
 * modem in the same process. What goes wrong with ports is caused here: refused, closed,
 * hung up, slow to read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "clock.h"
#include "log.h"
#include "modem.h"
#include "port.h"

#include "banned.h"

/* The other side: lines in, answers out. */
struct side {
	uv_loop_t loop;
	uv_poll_t listen_poll, poll;
	uv_timer_t timer;
	int listen_fd, fd;
	bool polling;
	char line[2000];
	size_t len;
	struct modem *modem;
	unsigned sends, want, done, bad, opens;
	enum modem_state state, stop_at;
	int64_t started_us, slowest_us, sent_us;
	bool close_at_prompt;
};

static const char *const answers[][2] = {
	{ "AT+CFUN?", "+CFUN: 1" },
	{ "AT+CPIN?", "+CPIN: READY" },
	{ "AT+CGSN", "860000000138001" },
	{ "AT+CSMS?", "+CSMS: 0,1,1,1" },
	{ "AT+CPMS?", "+CPMS: \"SM\",0,50,\"SM\",0,50,\"SM\",0,50" },
	{ "AT+CNMI?", "+CNMI: 2,1,0,1,0" },
	{ "AT+CSCA?", "+CSCA: \"+8613800000500\",145" },
	{ "AT+CREG?", "+CREG: 1,1" },
	{ "AT+CSQ", "+CSQ: 20,99" },
};

static void tell(struct side *s, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(write(s->fd, text, n), (ssize_t)n);
}

static void command(struct side *s, const char *line)
{
	char text[200];

	if (strncmp(line, "AT+CMGS=", 8) == 0) {
		if (s->close_at_prompt) {
			uv_poll_stop(&s->poll);
			close(s->fd);
			s->polling = false;
			return;
		}
		tell(s, "\r\n> ");
		return;
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(line, answers[i][0]) == 0) {
			snprintf(text, sizeof text, "\r\n%s\r\n\r\nOK\r\n", answers[i][1]);
			tell(s, text);
			return;
		}
	tell(s, "\r\nOK\r\n");
}

static void data(struct side *s)
{
	char text[60];

	snprintf(text, sizeof text, "\r\n+CMGS: %u\r\n\r\nOK\r\n", s->sends++ % 256);
	tell(s, text);
}

static void on_side(uv_poll_t *h, int status, int events)
{
	struct side *s = h->data;
	char bytes[4096];
	ssize_t n = status < 0 ? 0 : read(s->fd, bytes, sizeof bytes);

	(void)events;
	if (n <= 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		uv_poll_stop(h);
		return;
	}
	for (ssize_t i = 0; i < n && s->polling; i++) {
		if (bytes[i] == '\r') {
			s->line[s->len] = '\0';
			s->len = 0;
			command(s, s->line);
		} else if (bytes[i] == 0x1A) {
			s->len = 0;
			data(s);
		} else if (bytes[i] != 0x1B && s->len + 1 < sizeof s->line) {
			s->line[s->len++] = bytes[i];
		}
	}
}

static void take_fd(struct side *s, int fd)
{
	s->fd = fd;
	s->len = 0;
	s->polling = true;
	uv_poll_init(&s->loop, &s->poll, fd);
	s->poll.data = s;
	uv_poll_start(&s->poll, UV_READABLE, on_side);
}

static void on_listen(uv_poll_t *h, int status, int events)
{
	struct side *s = h->data;

	(void)status;
	(void)events;
	s->opens++;
	take_fd(s, accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/* The owner of the modem */

static void on_state(void *arg, const struct modem_health *h)
{
	struct side *s = arg;

	s->state = h->state;
	if (h->state == s->stop_at)
		uv_stop(&s->loop);
}

static void send_one(struct side *s)
{
	struct modem_message m = { .id = s->done, .to = "+8613800138001", .text = "收到请回复" };
	enum pdu_rc why;

	s->sent_us = clock_mono_us();
	assert_int_equal(modem_send(s->modem, &m, &why), MODEM_TAKEN);
}

static void on_done(void *arg, int64_t id, enum verdict worst, const struct modem_part *last)
{
	struct side *s = arg;
	int64_t took = clock_mono_us() - s->sent_us;

	(void)id;
	(void)last;
	s->done++;
	s->bad += worst != VERDICT_SENT;
	if (took > s->slowest_us)
		s->slowest_us = took;
	if (s->done == s->want)
		uv_stop(&s->loop);
	else if (modem_can_send(s->modem))
		send_one(s);
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	(void)arg;
	(void)in;
}

static const struct modem_events owner = {
	.on_done = on_done, .on_inbound = on_inbound, .on_state = on_state
};

static void on_late(uv_timer_t *t)
{
	(void)t;
	fail_msg("it took too long");
}

static void run_until(struct side *s, enum modem_state state)
{
	s->stop_at = state;
	if (s->state == state)
		return;
	uv_timer_start(&s->timer, on_late, 10000, 0);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	uv_timer_stop(&s->timer);
	s->stop_at = MODEM_OUT_OF_SERVICE;
	assert_int_equal(s->state, state);
}

static void begin(struct side *s, const char *device)
{
	struct modem_config config = { .name = "test", .device = device, .gap_ms = -1 };

	s->modem = modem_open(&s->loop, &config, &owner, s);
}

static void new_side(struct side *s)
{
	memset(s, 0, sizeof *s);
	log_level_set(LOG_LEVEL_ERROR);
	s->state = MODEM_LOST;
	s->stop_at = MODEM_OUT_OF_SERVICE;
	uv_loop_init(&s->loop);
	uv_timer_init(&s->loop, &s->timer);
}

static int listen_on(struct side *s, uint16_t port, char device[40])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof a;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 4), 0);
	getsockname(fd, (struct sockaddr *)&a, &n);
	snprintf(device, 40, "tcp:127.0.0.1:%u", ntohs(a.sin_port));
	s->listen_fd = fd;
	uv_poll_init(&s->loop, &s->listen_poll, fd);
	s->listen_poll.data = s;
	uv_poll_start(&s->listen_poll, UV_READABLE, on_listen);
	return ntohs(a.sin_port);
}

static void close_walk(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void end(struct side *s)
{
	modem_close(s->modem);
	uv_run(&s->loop, UV_RUN_NOWAIT);
	uv_walk(&s->loop, close_walk, NULL);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	if (s->polling)
		close(s->fd);
	if (s->listen_fd > 0)
		close(s->listen_fd);
}

static void send_many(struct side *s, unsigned n)
{
	s->want = s->done + n;
	s->started_us = clock_mono_us();
	send_one(s);
	uv_timer_start(&s->timer, on_late, 30000, 0);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	uv_timer_stop(&s->timer);
	assert_int_equal(s->done, s->want);
}

static void thousand_messages_over_tcp(void **state)
{
	struct side s;
	char device[40];
	int64_t us;

	(void)state;
	new_side(&s);
	listen_on(&s, 0, device);
	begin(&s, device);
	run_until(&s, MODEM_READY);
	send_many(&s, 1000);
	us = clock_mono_us() - s.started_us;
	print_message("# 1000 messages in %lld ms, the slowest %lld us\n", (long long)us / 1000,
		(long long)s.slowest_us);
	assert_int_equal(s.bad, 0);
	assert_int_equal(s.sends, 1000);
	assert_true(us < 10000000); /* ten times the aim, for slow machines */
	end(&s);
}

static void closed_by_the_other_side_and_found_again(void **state)
{
	struct side s;
	char device[40];

	(void)state;
	new_side(&s);
	listen_on(&s, 0, device);
	begin(&s, device);
	run_until(&s, MODEM_READY);
	uv_poll_stop(&s.poll);
	close(s.fd);
	s.polling = false;
	run_until(&s, MODEM_LOST);
	uv_close((uv_handle_t *)&s.poll, NULL);
	run_until(&s, MODEM_READY);
	assert_int_equal(s.opens, 2);
	send_many(&s, 3);
	assert_int_equal(s.bad, 0);
	end(&s);
}

static void closed_at_the_prompt_ends_the_message_once(void **state)
{
	struct side s;
	char device[40];

	(void)state;
	new_side(&s);
	listen_on(&s, 0, device);
	begin(&s, device);
	run_until(&s, MODEM_READY);
	s.close_at_prompt = true;
	send_many(&s, 1);
	assert_int_equal(s.bad, 1);
	assert_int_equal(s.sends, 0);
	end(&s);
}

static void nobody_listens_yet(void **state)
{
	struct side s, probe;
	char device[40];
	int port;

	(void)state;
	new_side(&probe);
	port = listen_on(&probe, 0, device);
	uv_close((uv_handle_t *)&probe.listen_poll, NULL);
	uv_close((uv_handle_t *)&probe.timer, NULL);
	uv_run(&probe.loop, UV_RUN_DEFAULT);
	uv_loop_close(&probe.loop);
	close(probe.listen_fd);
	new_side(&s);
	begin(&s, device);
	for (int i = 0; i < 5; i++)
		uv_run(&s.loop, UV_RUN_NOWAIT);
	assert_int_equal(s.state, MODEM_LOST);
	listen_on(&s, (uint16_t)port, device);
	run_until(&s, MODEM_READY);
	end(&s);
}

static void pseudo_terminal_is_a_port_too(void **state)
{
	struct side s;
	struct termios t;
	char name[100];
	int master, slave;

	(void)state;
	new_side(&s);
	memset(&t, 0, sizeof t);
	assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
	tcgetattr(slave, &t);
	cfmakeraw(&t);
	tcsetattr(slave, TCSANOW, &t);
	fcntl(master, F_SETFL, O_NONBLOCK);
	take_fd(&s, master);
	begin(&s, name);
	close(slave);
	run_until(&s, MODEM_READY);
	send_many(&s, 100);
	assert_int_equal(s.bad, 0);
	uv_poll_stop(&s.poll);
	close(master);
	s.polling = false;
	run_until(&s, MODEM_LOST); /* hang-up, as when a stick is pulled */
	end(&s);
}

static void a_device_that_is_not_there_is_a_state(void **state)
{
	static const char *const devices[] = { "/dev/no-such-modem", "tcp:", "tcp:localhost",
		"tcp::7000", "/dev/null", "/etc/passwd", "tcp:127.0.0.1:notaport" };
	struct side s;

	(void)state;
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
		new_side(&s);
		begin(&s, devices[i]);
		for (int k = 0; k < 20; k++) {
			uv_run(&s.loop, UV_RUN_NOWAIT);
			usleep(1000);
		}
		assert_int_equal(s.state, MODEM_LOST);
		assert_false(modem_can_send(s.modem));
		end(&s);
	}
}

static void idle_modem_costs_no_time(void **state)
{
	struct side s;
	char device[40];
	struct rusage from, to;
	long us;

	(void)state;
	new_side(&s);
	listen_on(&s, 0, device);
	begin(&s, device);
	run_until(&s, MODEM_READY);
	getrusage(RUSAGE_SELF, &from);
	for (int i = 0; i < 1000; i++) {
		uv_run(&s.loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	getrusage(RUSAGE_SELF, &to);
	us = (to.ru_utime.tv_sec - from.ru_utime.tv_sec) * 1000000 + to.ru_utime.tv_usec -
	     from.ru_utime.tv_usec;
	assert_true(us < 100000);
	end(&s);
}

struct allowed {
	const char *name, *bytes;
	size_t n;
	bool allowed;
};
#define BYTES(s) s, sizeof(s) - 1
static const struct allowed allowed_rows[] = {
	{ "a command", BYTES("AT+CMGS=23\r"), true },
	{ "the shortest command", BYTES("AT\r"), true },
	{ "a PDU and Ctrl-Z", BYTES("0011AF\x1a"), true },
	{ "ESC alone", BYTES("\x1b"), true },
	{ "lower-case hex", BYTES("00af\x1a"), false },
	{ "a text and Ctrl-Z", BYTES("hello\x1a"), false },
	{ "Ctrl-Z alone", BYTES("\x1a"), false },
	{ "two commands", BYTES("AT\rATD110;\r"), false },
	{ "a command without its end", BYTES("AT+CMGS=1"), false },
	{ "a command with LF", BYTES("AT\r\n"), false },
	{ "ESC inside a command", BYTES("AT\x1b\r"), false },
	{ "a NUL inside a PDU", BYTES("00\0AA\x1a"), false },
	{ "bytes above 7F", BYTES("AT\xe5\r"), false },
	{ "two ESC", BYTES("\x1b\x1b"), false },
	{ "nothing", BYTES(""), false },
};

static void only_allowed_bytes(void **state)
{
	const struct allowed *r = *state;

	assert_int_equal(port_may_write(r->bytes, r->n), r->allowed);
}

int main(void)
{
	enum { N = sizeof allowed_rows / sizeof *allowed_rows };
	struct CMUnitTest tests[N + 7] = {
		[N] = cmocka_unit_test(thousand_messages_over_tcp),
		[N + 1] = cmocka_unit_test(closed_by_the_other_side_and_found_again),
		[N + 2] = cmocka_unit_test(closed_at_the_prompt_ends_the_message_once),
		[N + 3] = cmocka_unit_test(nobody_listens_yet),
		[N + 4] = cmocka_unit_test(pseudo_terminal_is_a_port_too),
		[N + 5] = cmocka_unit_test(a_device_that_is_not_there_is_a_state),
		[N + 6] = cmocka_unit_test(idle_modem_costs_no_time),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = allowed_rows[i].name,
			.test_func = only_allowed_bytes,
			.initial_state = (void *)(uintptr_t)&allowed_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
