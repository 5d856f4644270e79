#include "request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "server.h"

#include "banned.h"

void request_header(struct request *rq, const char *name, const char *value)
{
	assert(rq->header_count < REQUEST_HEADERS);
	rq->header[rq->header_count].name = name;
	rq->header[rq->header_count++].value = value;
}

void request_json(struct request *rq, int status, json_t *body)
{
	rq->status = status;
	rq->type = "application/json; charset=utf-8";
	buf_clear(&rq->out);
	json_write(body, &rq->out);
	json_decref(body);
	assert(!rq->out.full);
}

static const struct {
	int status;
	const char *title;
} titles[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

static const char *title_of(int status)
{
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

static void problem(struct request *rq, int status, const char *code, json_t *o)
{
	json_object_set_new(o, "type", json_sprintf("urn:quanzu:problem:%s", code));
	json_put_str(o, "title", title_of(status));
	json_put_int(o, "status", status);
	request_json(rq, status, o);
	rq->type = "application/problem+json; charset=utf-8";
	rq->header_count = 0;
	if (status == 503)
		request_header(rq, "Retry-After", "1");
	if (status == 401)
		request_header(rq, "WWW-Authenticate", "Bearer realm=\"quanzu\"");
}

void request_problem(struct request *rq, int status, const char *code, const char *detail)
{
	problem(rq, status, code, json_pack("{s:s, s:s}", "code", code, "detail", detail));
}

void request_fault(struct request *rq, int status, const struct fault *f)
{
	json_t *o = fault_json(f);
	char line[600];

	json_put_str(o, "detail", fault_line(f, line, sizeof line));
	problem(rq, status, f->code, o);
}

void request_store_problem(struct request *rq, enum store_rc rc)
{
	static const struct {
		enum store_rc rc;
		int status;
		const char *code, *detail;
	} rows[] = {
		{ STORE_NOT_FOUND, 404, "not_found", "没有这条记录，请核对编号。" },
		{ STORE_CONFLICT, 409, "conflict", "记录现在的状态不允许这样做，请刷新后再试。" },
		{ STORE_BAD_ROW, 500, "bad_row", "库里的这条记录读不出来，请联系管理员。" },
		{ STORE_FULL, 507, "disk_full",
			"磁盘已满，暂时不能接收，请联系管理员清理磁盘后重发。" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].rc != rc)
			continue;
		request_problem(rq, rows[i].status, rows[i].code, rows[i].detail);
		return;
	}
	request_problem(rq, 503, "store_broken", "数据库暂时不能用，程序正在重启，请稍后重发。");
}

static void pool_work(uv_work_t *w)
{
	struct request *rq = w->data;

	rq->pool_run(rq);
}

static void pool_after(uv_work_t *w, int status)
{
	struct request *rq = w->data;

	assert(status == 0);
	(void)status;
	if (rq->pool_done == NULL)
		request_done(rq);
	else
		rq->pool_done(rq);
}

void request_end_job(struct request *rq)
{
	if (rq->job_free != NULL)
		rq->job_free(rq->job);
	rq->job_free = NULL;
	rq->job = NULL;
}

void request_pool(struct request *rq, void (*run)(struct request *), void (*done)(struct request *))
{
	int rc;

	rq->pool_run = run;
	rq->pool_done = done;
	rq->pool.data = rq;
	rc = uv_queue_work(server_loop(rq->server), &rq->pool, pool_work, pool_after);
	assert(rc == 0);
	(void)rc;
}
