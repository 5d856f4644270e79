/*
 * A cloud channel in a real uv loop, with a desk that commits when the test says so and a
 * provider of one thread. (Signatures, classes and the whole road: tests/e2e/test_cloud.py.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "clock.h"
#include "cloud_channel.h"
#include "cloud_room.h"
#include "log.h"

#include "banned.h"

/* -- the provider: a queue with one message, an answer to questions, silence for the rest ------------ */

static int port;
static atomic_int sends, deletes, reads;

static void say(int fd, const char *status, const char *body)
{
	char text[2000];
	int n = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
		strlen(body), body);

	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) < 0)
		return;
}

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

static void act(int fd, const char *in)
{
	static const char token[] =
		"{\"Code\":\"OK\",\"MessageTokenDTO\":{\"AccessKeyId\":\"a\",\"AccessKeySecret\":"
		"\"b\",\"SecurityToken\":\"c\",\"ExpireTime\":\"2099-01-01 00:00:00\"}}";
	static const char detail[] =
		"{\"Code\":\"OK\",\"SmsSendDetailDTOs\":{\"SmsSendDetailDTO\":[{\"PhoneNum\":"
		"\"13800138000\",\"SendStatus\":3,\"ErrCode\":\"DELIVERED\",\"OutId\":"
		"\"00000000000000070000\",\"ReceiveDate\":\"2026-09-18 10:00:00\"}]}}";

	if (strstr(in, "QueryTokenForMnsQueue") != NULL) {
		say(fd, "200 OK", token);
	} else if (strncmp(in, "DELETE /queues/", 15) == 0) {
		deletes++;
		say(fd, "204 No Content", "");
	} else if (strncmp(in, "GET /queues/", 12) == 0 && deletes == 0) {
		reads++;
		say(fd, "200 OK",
			"<Message><MessageBody>{\"phone_number\":\"13800138000\",\"content\":"
			"\"171\","
			"\"send_time\":\"2026-09-18 10:00:00\",\"sequence_id\":5}</MessageBody>"
			"<ReceiptHandle>h</ReceiptHandle></Message>");
	} else if (strncmp(in, "GET /queues/", 12) == 0) {
		say(fd, "404 Not Found", "<Error><Code>MessageNotExist</Code></Error>");
	} else if (strstr(in, "QuerySendDetails") != NULL) {
		say(fd, "200 OK", detail);
	} else {
		sends++;
	}
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char in[8192];

	while (take(fd, in, sizeof in))
		act(fd, in);
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
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) != 0)
			abort();
		pthread_detach(thread);
	}
}

static int start_server(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pthread_t thread;

	(void)state;
	log_level_set(LOG_LEVEL_ERROR);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	port = ntohs(a.sin_port);
	assert_int_equal(listen(fd, 50), 0);
	assert_int_equal(pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)fd), 0);
	return pthread_detach(thread);
}

/* -- the desk ------------------------------------------------------------------------------------------ */

enum { SEEN = 64 };

enum commits { LATER, AT_ONCE, NEVER_WELL };

struct desk_side {
	uv_loop_t loop;
	struct channel *c;
	struct channel_settings set;
	enum commits commits;
	int64_t token[SEEN];
	char from[SEEN][32], kind[SEEN][8], outcome[SEEN][12];
	int64_t about[SEEN];
	uint8_t print[SEEN][32];
	uint16_t units[SEEN][64];
	size_t unit_count[SEEN];
	int seen;
	struct send_result sent; /* the last */
	char error[64];
	int sents;
	int done, done_ok; /* of callbacks */
	struct channel_hook_answer answer;
	int alarms_on, alarms_off;
	bool over;
};

static void saw(struct desk_side *d, int64_t token)
{
	d->token[d->seen++] = token;
	assert_true(d->seen < SEEN);
	if (d->commits != LATER)
		cloud_channel.committed(d->c, token, d->commits == AT_ONCE);
}

static void on_incoming(void *arg, int64_t token, const struct incoming *in)
{
	struct desk_side *d = arg;
	int i = d->seen;

	snprintf(d->from[i], sizeof d->from[i], "%s", in->from);
	snprintf(d->kind[i], sizeof d->kind[i], "%s", in->kind);
	d->about[i] = in->about_id;
	memcpy(d->print[i], in->fingerprint, 32);
	d->unit_count[i] = in->unit_count;
	memcpy(d->units[i], in->units,
		sizeof(uint16_t) * (in->unit_count < 64 ? in->unit_count : 64));
	saw(d, token);
}

static void on_report(void *arg, int64_t token, const struct report *r)
{
	struct desk_side *d = arg;
	int i = d->seen;

	snprintf(d->kind[i], sizeof d->kind[i], "report");
	snprintf(d->from[i], sizeof d->from[i], "%s", r->number);
	snprintf(d->outcome[i], sizeof d->outcome[i], "%s", r->outcome);
	d->about[i] = r->id;
	assert_int_equal(r->mr, -1);
	saw(d, token);
}

static void on_sent(void *arg, const struct send_result *r)
{
	struct desk_side *d = arg;

	d->sents++;
	d->sent = *r;
	snprintf(d->error, sizeof d->error, "%s", r->error);
}

static void on_ready(void *arg)
{
	(void)arg;
}

static void on_alarm(void *arg, const char *kind, const char *text, bool on)
{
	struct desk_side *d = arg;

	(void)kind;
	(void)text;
	*(on ? &d->alarms_on : &d->alarms_off) += 1;
}

static void hook_done(void *arg, bool ok)
{
	struct desk_side *d = arg;

	d->done++;
	d->done_ok += ok;
}

static void open_side(struct desk_side *d, const char *queue, enum commits commits)
{
	const struct channel_events ev = { .arg = d,
		.on_ready = on_ready,
		.on_sent = on_sent,
		.on_incoming = on_incoming,
		.on_report = on_report,
		.on_alarm = on_alarm };
	char url[60];

	memset(d, 0, sizeof *d);
	uv_loop_init(&d->loop);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
	d->commits = commits;
	d->set = (struct channel_settings){
		.name = "cloud", .kind = "aliyun", .sms = true, .voice = true
	};
	d->set.own = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:[{s:s, s:s}]}",
		"access_key_id", "a", "access_key_secret", "b", "sign", "示例镇", "endpoint", url,
		"token_endpoint", url, "queue_endpoint", url, "timeout", 1, "parallel", 2,
		"templates", "name", "taken", "code", "SMS_1");
	if (queue != NULL)
		json_object_set_new(d->set.own, "reply_queue", json_string(queue));
	deletes = reads = sends = 0;
	d->c = cloud_channel.start(&d->loop, &d->set, &ev);
}

static void close_side(struct desk_side *d)
{
	if (d->c != NULL)
		cloud_channel.stop(d->c);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&d->loop), 0);
	json_decref(d->set.own);
}

static void on_over(uv_timer_t *timer)
{
	struct desk_side *d = timer->data;

	d->over = true;
	uv_close((uv_handle_t *)timer, NULL);
}

static void run_ms(struct desk_side *d, int ms)
{
	uv_timer_t timer;

	uv_timer_init(&d->loop, &timer);
	timer.data = d;
	d->over = false;
	uv_update_time(&d->loop);
	uv_timer_start(&timer, on_over, (uint64_t)ms, 0);
	while (!d->over)
		uv_run(&d->loop, UV_RUN_ONCE);
	uv_run(&d->loop, UV_RUN_NOWAIT);
}

static bool hook(struct desk_side *d, const char *what, const char *body)
{
	struct channel_hook h = { .what = what,
		.method = "POST",
		.url = "/hooks/cloud/x",
		.content_type = "application/json",
		.peer = "127.0.0.1",
		.body = body,
		.body_len = strlen(body),
		.now_ms = clock_now_ms() };

	return cloud_channel.hook(d->c, &h, &d->answer, hook_done, d);
}

#define RECEIPT(ref) \
	"{\"phone_number\":\"13800138000\",\"success\":true,\"err_code\":\"DELIVERED\"," \
	"\"biz_id\":\"9^0\",\"out_id\":\"" ref "\",\"report_time\":\"2026-09-18 10:00:05\"}"
#define REPLY(id, text) \
	"{\"phone_number\":\"13800138000\",\"content\":\"" text \
	"\",\"send_time\":\"2026-09-18 10:00:00\",\"sequence_id\":\"" id "\"}"
#define REF "76543210987654320001"

/* -- callbacks -------------------------------------------------------------------------------------------- */

static void a_callback_is_answered_after_its_last_commit(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, LATER);
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "," RECEIPT("") "]"));
	assert_int_equal(d.seen, 2);
	assert_int_equal(d.about[0], INT64_C(7654321098765432));
	assert_int_equal(d.about[1], 0);
	assert_string_equal(d.outcome[0], "delivered");
	assert_true(d.token[0] != d.token[1]);
	cloud_channel.committed(d.c, d.token[1], true);
	assert_int_equal(d.done, 0);
	cloud_channel.committed(d.c, d.token[0], true);
	assert_int_equal(d.done, 1);
	assert_int_equal(d.done_ok, 1);
	assert_int_equal(d.answer.status, 200);
	close_side(&d);
	assert_int_equal(d.done, 1);
}

/* The provider took it, the carrier does not know the signature: people must hear, until one arrives. */
static void a_receipt_that_people_must_mend_is_an_alarm(void **state)
{
	static const char bad[] =
		"[{\"phone_number\":\"13800138000\",\"success\":false,\"err_code\":\"SC:0018\","
		"\"biz_id\":\"9^0\",\"out_id\":\"" REF "\"}]";
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	hook(&d, "receipt", bad);
	hook(&d, "receipt", bad);
	assert_string_equal(d.outcome[0], "failed");
	assert_int_equal(d.alarms_on, 1);
	assert_int_equal(cloud_channel.room(d.c, OUTGOING_SMS), 2);
	hook(&d, "receipt", "[" RECEIPT(REF) "]");
	assert_int_equal(d.alarms_off, 1);
	close_side(&d);
}

static void one_that_is_not_committed_fails_the_callback(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, LATER);
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "," RECEIPT("") "]"));
	cloud_channel.committed(d.c, d.token[0], false);
	cloud_channel.committed(d.c, d.token[1], true);
	assert_int_equal(d.done, 1);
	assert_int_equal(d.done_ok, 0);
	close_side(&d);
}

static void a_desk_that_answers_inside_the_call(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "," RECEIPT("") "]"));
	assert_int_equal(d.done_ok, 1);
	assert_true(hook(&d, "receipt", "[]"));
	assert_int_equal(d.done_ok, 2);
	d.commits = NEVER_WELL;
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "]"));
	assert_int_equal(d.done, 3);
	assert_int_equal(d.done_ok, 2);
	close_side(&d);
}

static void a_slow_commit_is_not_waited_for(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, LATER);
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "]"));
	run_ms(&d, 1500);
	assert_int_equal(d.done, 0);
	run_ms(&d, 1000);
	assert_int_equal(d.done, 1);
	assert_int_equal(d.done_ok, 0);
	cloud_channel.committed(d.c, d.token[0], true); /* it comes all the same: nothing more */
	cloud_channel.committed(d.c, 12345, true);
	assert_int_equal(d.done, 1);
	close_side(&d);
}

static void the_end_of_the_channel_ends_its_callbacks(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, LATER);
	assert_true(hook(&d, "receipt", "[" RECEIPT(REF) "]"));
	cloud_channel.stop(d.c);
	d.c = NULL;
	assert_int_equal(d.done, 1);
	assert_int_equal(d.done_ok, 0);
	close_side(&d);
}

static void the_same_reply_has_the_same_fingerprint(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	hook(&d, "inbound", "[" REPLY("5", "171 𠮷") "," REPLY("6", "171 𠮷") "]");
	hook(&d, "inbound", "[" REPLY("5", "171 𠮷") "," REPLY("5", "172") "]");
	assert_int_equal(d.seen, 4);
	assert_memory_equal(d.print[0], d.print[2], 32);
	assert_memory_not_equal(d.print[0], d.print[1], 32);
	assert_memory_not_equal(d.print[0], d.print[3], 32);
	assert_string_equal(d.kind[0], "sms");
	assert_string_equal(d.from[0], "13800138000");
	assert_int_equal(d.unit_count[0], 6);
	assert_int_equal(d.units[0][4], 0xD842); /* a character of two units */
	assert_int_equal(d.units[0][5], 0xDFB7);
	close_side(&d);
}

/* Neither id nor time: repeated within minutes it is the same, much later another answer. */
static void a_reply_without_id_and_time_is_not_the_same_for_ever(void **state)
{
	static const char body[] = "[{\"phone_number\":\"13800138000\",\"content\":\"171\"}]";
	struct desk_side d;

	(void)state;
	clock_virtual(INT64_C(1790000000000));
	open_side(&d, NULL, AT_ONCE);
	hook(&d, "inbound", body);
	clock_advance(60 * 1000);
	hook(&d, "inbound", body);
	clock_advance(3600 * 1000);
	hook(&d, "inbound", body);
	assert_memory_equal(d.print[0], d.print[1], 32);
	assert_memory_not_equal(d.print[0], d.print[2], 32);
	close_side(&d);
	clock_real();
}

static void a_reply_that_cannot_be_read_is_kept_as_hex(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	assert_false(hook(&d, "receipt", "<"));
	assert_int_equal(d.answer.status, 400);
	assert_false(hook(&d, "inbound", ""));
	assert_int_equal(d.seen, 0);
	assert_true(hook(&d, "inbound", "<\xff"));
	assert_string_equal(d.kind[0], "raw");
	assert_int_equal(d.unit_count[0], 4);
	assert_int_equal(d.units[0][0], '3');
	assert_int_equal(d.units[0][2], 'f');
	assert_int_equal(d.alarms_on, 1);
	hook(&d, "inbound", "[" REPLY("5", "171") "]");
	assert_int_equal(d.alarms_off, 1);
	close_side(&d);
}

/* -- polls and questions ------------------------------------------------------------------------------------ */

/* The queue is emptied only after the commit, and what could not be committed is handed in again. */
static void a_queue_waits_for_the_commit(void **state)
{
	struct desk_side d;

	(void)state;
	open_side(&d, "q", LATER);
	for (int i = 0; i < 50 && d.seen == 0; i++)
		run_ms(&d, 20);
	assert_int_equal(d.seen, 1);
	run_ms(&d, 300);
	assert_int_equal(reads, 1);
	assert_int_equal(deletes, 0);
	cloud_channel.committed(d.c, d.token[0], false);
	run_ms(&d, 300);
	assert_int_equal(d.seen, 1);
	d.commits = AT_ONCE;
	run_ms(&d, 2500);
	assert_int_equal(d.seen, 2);
	assert_memory_equal(d.print[0], d.print[1], 32);
	assert_int_equal(reads, 1); /* from memory: not every provider tells twice */
	assert_int_equal(deletes, 1);
	close_side(&d);
}

static struct outgoing message(void)
{
	struct outgoing m = {
		.id = 7, .to = "13800138000", .text = "x", .template = "taken", .values = "{}"
	};

	own_ref_make(m.id, 0, m.own_ref);
	return m;
}

static void a_question_is_answered_by_a_report(void **state)
{
	struct outgoing m = message();
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	assert_true(cloud_channel.query(d.c, &m, ""));
	assert_true(cloud_channel.query(d.c, &m, NULL)); /* asked already */
	for (int i = 0; i < 50 && d.seen == 0; i++)
		run_ms(&d, 20);
	run_ms(&d, 100);
	assert_int_equal(d.seen, 1);
	assert_int_equal(d.about[0], 7);
	assert_string_equal(d.outcome[0], "delivered");
	close_side(&d);
}

/* -- sending --------------------------------------------------------------------------------------------------- */

static void what_is_not_registered_never_leaves(void **state)
{
	struct outgoing m = message();
	struct channel_settings set;
	struct channel_offer *offer;
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	set = d.set;
	set.own = json_deep_copy(d.set.own);
	offer = cloud_channel.offer(&set);
	json_decref(set.own); /* it keeps nothing of the settings */
	snprintf(m.template, sizeof m.template, "alert");
	assert_false(cloud_channel.takes(offer, &m));
	assert_true(cloud_channel.send(d.c, &m));
	assert_int_equal(d.sent.verdict, SEND_REFUSED);
	assert_int_equal(d.sent.class_, SEND_TEXT);
	assert_true(cloud_channel.takes(offer, &(struct outgoing){ .id = 1,
						       .to = "13800138000",
						       .text = "x",
						       .template = "taken",
						       .values = "{}" }));
	assert_false(cloud_channel.takes(NULL, &m)); /* an account that cannot be opened */
	cloud_channel.offer_free(offer);
	run_ms(&d, 50);
	assert_int_equal(sends, 0);
	close_side(&d);
}

static void the_end_tells_what_may_have_left(void **state)
{
	struct outgoing m = message();
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	assert_int_equal(cloud_channel.room(d.c, OUTGOING_SMS), 2);
	assert_true(cloud_channel.send(d.c, &m));
	while (sends == 0)
		run_ms(&d, 10);
	cloud_channel.stop(d.c);
	d.c = NULL;
	assert_int_equal(d.sents, 1);
	assert_int_equal(d.sent.verdict, SEND_UNSURE);
	close_side(&d);
	open_side(&d, NULL, AT_ONCE);
	assert_true(cloud_channel.send(d.c, &m));
	m.id = 8;
	assert_true(cloud_channel.send(d.c, &m));
	assert_int_equal(cloud_channel.room(d.c, OUTGOING_SMS), 0);
	assert_false(cloud_channel.send(d.c, &m));
	cloud_channel.stop(d.c); /* the loop has not run */
	d.c = NULL;
	assert_int_equal(d.sents, 2);
	assert_int_equal(d.sent.verdict, SEND_NOT_SENT);
	close_side(&d);
}

static void silence_pauses_the_channel(void **state)
{
	struct outgoing m = message();
	struct desk_side d;

	(void)state;
	open_side(&d, NULL, AT_ONCE);
	for (int i = 1; i <= 3; i++) {
		assert_true(cloud_channel.send(d.c, &m));
		while (d.sents < i)
			run_ms(&d, 20);
		assert_int_equal(d.sent.verdict, SEND_UNSURE);
		assert_string_equal(d.error, "timeout");
	}
	assert_int_equal(cloud_channel.room(d.c, OUTGOING_SMS), 0);
	assert_int_equal(d.alarms_on, 1);
	run_ms(&d, 5200);
	assert_int_equal(cloud_channel.room(d.c, OUTGOING_SMS), 1);
	close_side(&d);
}

/* -- words ---------------------------------------------------------------------------------------------------------- */

static const struct words_row {
	const char *name, *code, *words, *want;
} words_rows[] = {
	{ "code and words", "isv.X", "no credit", "isv.X no credit" },
	{ "no words", "isv.X", "", "isv.X" },
	{ "no code", "", "busy", "busy" },
	{ "a number is hidden", "X", "13800138000 is wrong", "X 1380******* is wrong" },
	{ "a code is shown whole", "1010023", "display 13800138000",
		"1010023 display 1380*******" },
	{ "a number is no code", "13800138000", "x", "1380******* x" },
	{ "short numbers stay", "X", "Permits:1000", "X Permits:1000" },
	{ "what the provider quotes is cut", "X", "sign is:GET%2F&Phone", "X sign is:GET" },
	{ "likewise JSON", "X", "bad {\"name\":\"王小明\"}", "X bad " },
	{ "no half character", "X", "触发分钟级流控触发分钟级流控", "X 触发分钟级流控触发分钟" },
};

static void words(void **state)
{
	const struct words_row *r = *state;
	char out[36];

	cloud_words(r->code, r->words, out, sizeof out);
	assert_string_equal(out, r->want);
}

#define ONE(fn) tests[n++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	enum { ROWS = sizeof words_rows / sizeof *words_rows };
	struct CMUnitTest tests[ROWS + 20];
	size_t n = 0;

	signal(SIGPIPE, SIG_IGN);
	ONE(a_callback_is_answered_after_its_last_commit);
	ONE(one_that_is_not_committed_fails_the_callback);
	ONE(a_receipt_that_people_must_mend_is_an_alarm);
	ONE(a_desk_that_answers_inside_the_call);
	ONE(a_slow_commit_is_not_waited_for);
	ONE(the_end_of_the_channel_ends_its_callbacks);
	ONE(the_same_reply_has_the_same_fingerprint);
	ONE(a_reply_without_id_and_time_is_not_the_same_for_ever);
	ONE(a_reply_that_cannot_be_read_is_kept_as_hex);
	ONE(a_queue_waits_for_the_commit);
	ONE(a_question_is_answered_by_a_report);
	ONE(what_is_not_registered_never_leaves);
	ONE(the_end_tells_what_may_have_left);
	ONE(silence_pauses_the_channel);
	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = words_rows[i].name,
			.test_func = words,
			.initial_state = (void *)(uintptr_t)&words_rows[i] };
	return _cmocka_run_group_tests("cloud_channel", tests, n, start_server, NULL);
}
