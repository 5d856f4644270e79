#include "exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "head.h"

#include "banned.h"

enum { SPARES = 256, ARENA_MAX = 64 << 20, OUT_MAX = 64 << 20 };

/* -- the memory of requests ------------------------------------------------------------------- */

static struct request *request_new(struct exchange *x)
{
	struct request *rq = x->spare;

	if (rq != NULL) {
		x->spare = rq->next;
		x->spares--;
		return rq;
	}
	rq = calloc(1, sizeof *rq);
	if (rq == NULL)
		abort();
	arena_init(&rq->arena, ARENA_MAX);
	buf_init(&rq->body, REQUEST_SMALL);
	buf_init(&rq->out, OUT_MAX);
	return rq;
}

static void request_free(struct request *rq)
{
	arena_free(&rq->arena);
	buf_free(&rq->body);
	buf_free(&rq->out);
	free(rq);
}

static void keep_small(struct buf *b)
{
	if (b->cap > REQUEST_SMALL)
		buf_free(b);
	else
		buf_clear(b);
}

static void request_recycle(struct exchange *x, struct request *rq)
{
	struct request empty = { .arena = rq->arena, .body = rq->body, .out = rq->out };

	request_end_job(rq);
	if (x->spares >= SPARES) {
		request_free(rq);
		return;
	}
	*rq = empty;
	arena_reset(&rq->arena);
	keep_small(&rq->body);
	keep_small(&rq->out);
	rq->next = x->spare;
	x->spare = rq;
	x->spares++;
}

void exchange_init(struct exchange *x, struct server *server, struct peers *peers,
	const struct server_calls *calls, size_t header_max)
{
	*x = (struct exchange){
		.server = server, .peers = peers, .calls = *calls, .header_max = header_max
	};
}

void exchange_free(struct exchange *x)
{
	while (x->spare != NULL) {
		struct request *next = x->spare->next;

		request_free(x->spare);
		x->spare = next;
	}
}

/* -- connections ------------------------------------------------------------------------------ */

static struct peer *peer_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void exchange_on_connection(
	void *arg, struct MHD_Connection *c, void **peer, enum MHD_ConnectionNotificationCode what)
{
	struct exchange *x = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*peer = peers_of_fd(x->peers,
			MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
		assert(*peer != NULL);
	} else if (*peer != NULL) {
		peers_drop(x->peers, *peer);
		*peer = NULL;
	}
}

/* -- the request's way -------------------------------------------------------------------------- */

static void enter(struct request *rq, enum request_state state)
{
	rq->state = state;
	rq->since_ms = clock_mono_ms();
}

/* The request line is here. MHD's own reading of it (decoding, cutting at NUL) is not used. */
void *exchange_on_line(void *arg, const char *uri, struct MHD_Connection *c)
{
	struct exchange *x = arg;
	struct request *rq = request_new(x);
	struct peer *peer = peer_of(c);
	size_t n = strlen(uri);

	rq->server = x->server;
	rq->connection = c;
	rq->peer = peer;
	rq->began_us = clock_mono_us();
	enter(rq, REQUEST_HEAD);
	rq->target = n > REQUEST_TARGET ? NULL : arena_text(&rq->arena, uri, n);
	peer->rq = rq;
	if (peer->served > 0)
		peer->since_ms = rq->since_ms;
	return rq;
}

static enum MHD_Result send_answer(struct exchange *x, struct request *rq)
{
	struct MHD_Response *answer =
		MHD_create_response_from_buffer(rq->out.len, rq->out.data, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	if (answer == NULL)
		abort();
	if (rq->type != NULL)
		MHD_add_response_header(answer, "Content-Type", rq->type);
	for (int i = 0; i < rq->header_count; i++)
		MHD_add_response_header(answer, rq->header[i].name, rq->header[i].value);
	rc = MHD_queue_response(rq->connection, (unsigned)rq->status, answer);
	MHD_destroy_response(answer);
	enter(rq, REQUEST_SENDING);
	x->sending++;
	return rc;
}

static enum MHD_Result take_header(void *arg, enum MHD_ValueKind kind, const char *name,
	size_t name_n, const char *value, size_t value_n)
{
	(void)kind;
	head_take(arg, name, name_n, value, value_n);
	return MHD_YES;
}

/* True when the head is sound; else the request is answered. */
static bool check_head(struct exchange *x, struct request *rq, const char *version)
{
	struct head_check check = { .head = &rq->head };
	size_t size, line;
	const char *wrong;

	if (rq->target == NULL) {
		request_problem(rq, 414, "uri_too_long", "网址太长。");
		return false;
	}
	MHD_get_connection_values_n(rq->connection, MHD_HEADER_KIND, take_header, &check);
	size = MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
		       ->header_size;
	line = strlen(rq->method_text) + strlen(rq->target) + strlen(version) + strlen("  \r\n");
	if (size > x->header_max) {
		request_problem(rq, 431, "header_too_large", "请求头太大。");
		return false;
	}
	wrong = head_verdict(&check, line, size, strcmp(version, "HTTP/1.1") == 0);
	if (wrong != NULL)
		request_problem(rq, 400, wrong, "请求头不合规范，已拒收。");
	return wrong == NULL;
}

static bool split_target(struct request *rq)
{
	const char *mark = strchr(rq->target, '?');

	rq->path = mark == NULL ? rq->target
				: arena_text(&rq->arena, rq->target, (size_t)(mark - rq->target));
	if (rq->target[0] == '/' && strchr(rq->target, '#') == NULL &&
		query_parse(mark == NULL ? NULL : mark + 1, &rq->arena, &rq->query))
		return true;
	request_problem(rq, 400, "bad_target", "网址的写法不对。");
	return false;
}

/*
 * An answer here, before the body, ends the connection: right for a head that cannot be
 * trusted and for a body that we do not want. Without a body it can wait for on_body().
 */
static enum MHD_Result on_head(
	struct exchange *x, struct request *rq, const char *method, const char *version)
{
	bool sound;

	rq->started = true;
	rq->method_text = method;
	rq->method = method_of(method);
	enter(rq, REQUEST_BODY);
	sound = check_head(x, rq, version) && split_target(rq);
	if (sound)
		x->calls.head(x->calls.arg, rq);
	if (rq->status == 0) {
		rq->body.max = x->calls.body_max(x->calls.arg, rq);
		if (head_length(&rq->head) > rq->body.max)
			request_problem(rq, 413, "body_too_large",
				"内容太大，请分成几份，或改用文件导入。");
	}
	if (rq->status == 0 || (sound && head_length(&rq->head) == 0))
		return MHD_YES;
	return send_answer(x, rq);
}

static enum MHD_Result on_body(struct exchange *x, struct request *rq)
{
	if (rq->body.full)
		request_problem(rq, 413, "body_too_large", "内容太大，请分成几份。");
	if (rq->status == 0 && x->closing) {
		request_problem(rq, 503, "stopping", "程序正在停止，请稍后重发。");
		request_header(rq, "Connection", "close");
	}
	if (rq->status != 0)
		return send_answer(x, rq);
	enter(rq, REQUEST_BUSY);
	x->calls.body(x->calls.arg, rq);
	/* Only the state may be looked at: another thread may be filling in the answer. */
	if (rq->state == REQUEST_READY)
		return send_answer(x, rq);
	rq->suspended = true;
	x->busy++;
	MHD_suspend_connection(rq->connection);
	return MHD_YES;
}

enum MHD_Result exchange_on_request(void *arg, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **con_cls)
{
	struct exchange *x = arg;
	struct request *rq = *con_cls;

	(void)c;
	(void)url;
	switch (rq->state) {
	case REQUEST_HEAD:
		return on_head(x, rq, method, version);
	case REQUEST_BODY:
		if (*upload_size == 0)
			return on_body(x, rq);
		buf_add(&rq->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	case REQUEST_READY:
		return send_answer(x, rq);
	case REQUEST_BUSY:
	case REQUEST_SENDING:
		break;
	}
	return MHD_NO;
}

const char *request_sent_header(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

void request_done(struct request *rq)
{
	struct exchange *x = server_exchange(rq->server);

	assert(rq->state == REQUEST_BUSY && rq->status != 0);
	enter(rq, REQUEST_READY);
	if (!rq->suspended)
		return;
	rq->suspended = false;
	x->busy--;
	x->resumed = true;
	MHD_resume_connection(rq->connection);
}

void exchange_on_completed(
	void *arg, struct MHD_Connection *c, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = arg;
	struct request *rq = *con_cls;

	(void)c;
	(void)why;
	if (rq == NULL)
		return;
	assert(!rq->suspended);
	if (rq->state == REQUEST_SENDING)
		x->sending--;
	if (rq->started)
		x->calls.finished(x->calls.arg, rq);
	rq->peer->rq = NULL;
	rq->peer->served++;
	rq->peer->since_ms = clock_mono_ms();
	*con_cls = NULL;
	request_recycle(x, rq);
}
