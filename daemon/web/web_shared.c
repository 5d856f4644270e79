/* What the handlers share: jobs for the desk, refusals, bodies, entity tags. */
#include <string.h>

#include "json.h"
#include "log.h"
#include "seal.h"
#include "web_room.h"

#include "banned.h"

enum { ETAG_BYTES = 12 };

struct request *web_request_of(struct work *work)
{
	return (struct request *)(void *)((char *)work - offsetof(struct request, work));
}

static void put(struct request *rq, void (*run)(struct work *, void *), void (*done)(struct work *),
	bool again)
{
	rq->work = (struct work){ .run = run, .done = done, .again = again };
	if (worker_put(rq->web->worker, &rq->work))
		return;
	request_problem(rq, 503, "busy", "现在太忙，请按 Retry-After 的秒数稍后重发。");
	request_done(rq);
}

void web_put(struct request *rq, void (*run)(struct work *, void *), void (*done)(struct work *))
{
	put(rq, run, done, false);
}

void web_put_repeatable(
	struct request *rq, void (*run)(struct work *, void *), void (*done)(struct work *))
{
	put(rq, run, done, true);
}

void web_put_slice(struct request *rq, void (*run)(struct work *, void *),
	void (*done)(struct work *), bool again)
{
	rq->work = (struct work){ .run = run, .done = done, .bulk = true, .again = again };
	if (worker_put(rq->web->worker, &rq->work))
		return;
	rq->next = rq->web->waiters;
	rq->web->waiters = rq;
}

void web_try_waiters(struct web *w)
{
	struct request *rq = w->waiters, *next;

	for (w->waiters = NULL; rq != NULL; rq = next) {
		next = rq->next;
		rq->next = NULL;
		web_put_slice(rq, rq->work.run, rq->work.done, rq->work.again);
	}
}

void web_broken(struct web *w)
{
	if (w->broken)
		return;
	w->broken = true;
	log_error("store broken, intake stopped");
	if (w->hooks.broken != NULL)
		w->hooks.broken(w->hooks.arg);
}

void web_answer_result(struct request *rq, enum store_rc rc)
{
	if (rc == STORE_BROKEN)
		web_broken(rq->web);
	request_store_problem(rq, rc);
}

bool web_may_write(struct request *rq)
{
	if (rq->web->broken)
		request_store_problem(rq, STORE_BROKEN);
	else if (rq->web->disk_low)
		request_store_problem(rq, STORE_FULL);
	else
		return true;
	return false;
}

json_t *web_body_object(struct request *rq)
{
	json_error_t error = { .line = 0 };
	json_t *o = rq->body.len == 0 ? json_object()
				      : json_loadb(rq->body.data, rq->body.len,
						JSON_REJECT_DUPLICATES, &error);
	struct fault why;

	if (json_is_object(o))
		return o;
	fault_set(&why, "bad_json", o == NULL ? "不是完整的 JSON" : "不是一个 JSON 对象",
		"请检查括号、引号和逗号，编码用 UTF-8。");
	if (o == NULL && error.line > 0)
		fault_at(&why, error.line, NULL, NULL);
	json_decref(o);
	request_fault(rq, 400, &why);
	return NULL;
}

bool web_id(struct request *rq, const char *text, int64_t *id)
{
	const struct query q = { .name = { "id" }, .value = { text }, .count = 1 };
	bool ok = true;

	*id = query_number(&q, "id", 0, 1, INT64_C(1) << 53, &ok);
	if (!ok)
		request_problem(rq, 404, "not_found", "没有这条记录，请核对编号。");
	return ok;
}

void web_etag(struct request *rq)
{
	uint8_t hash[SEAL_HASH];
	char hex[2 * ETAG_BYTES + 1];
	const char *tag;

	if (rq->status != 200)
		return;
	seal_sha256(buf_str(&rq->out), rq->out.len, hash);
	tag = arena_print(&rq->arena, "\"%s\"", seal_hex(hash, ETAG_BYTES, hex));
	request_header(rq, "ETag", tag);
	if (rq->head.if_none_match == NULL || strstr(rq->head.if_none_match, tag) == NULL)
		return;
	rq->status = 304;
	rq->type = NULL;
	buf_clear(&rq->out);
}
