#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "clock.h"
#include "exchange.h"
#include "push_job.h"
#include "log.h"
#include "seal.h"
#include "web_room.h"

#include "banned.h"

enum { KEYS_EVERY_S = 60, SLOW_MS = 10 * 60 * 1000 };

/* -- from a request to its route ------------------------------------------------------------- */

static const char *allowed_methods(struct request *rq)
{
	struct route_args args;
	const char *list = "";

	for (const struct web_route *r = web_routes; r->pattern != NULL; r++)
		if (route_fits(r->pattern, rq->path, &rq->arena, &args) &&
			strstr(list, method_name(r->method)) == NULL)
			list = arena_print(&rq->arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ",
				method_name(r->method));
	return list;
}

/* False: answered 404 or 405. */
static bool find_route(struct request *rq)
{
	const char *allowed;

	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		if (r->method != rq->method ||
			!route_fits(r->pattern, rq->path, &rq->arena, &rq->args))
			continue;
		rq->route = r;
		return true;
	}
	allowed = allowed_methods(rq);
	if (allowed[0] == '\0') {
		request_problem(
			rq, 404, "no_such_path", "没有这个地址，可用的地址见 /openapi.json。");
		return false;
	}
	request_problem(rq, 405, "method_not_allowed", "这个地址不支持这种方法。");
	request_header(rq, "Allow", allowed);
	return false;
}

static bool may(struct request *rq)
{
	if ((rq->route->roles & rq->who.role) != 0)
		return true;
	request_problem(rq, 403, "forbidden", "这把密钥的角色没有这个权限。");
	return false;
}

static void on_head(void *arg, struct request *rq)
{
	struct web *w = arg;

	rq->web = w;
	rq->set = w->set;
	if (!find_route(rq))
		return;
	if ((rq->route->flags & WEB_HOOK) != 0)
		web_hook_head(w, rq);
	if ((rq->route->flags & WEB_OPEN) != 0)
		return;
	if (auth_head(w, rq) && !rq->is_signed)
		may(rq);
}

static size_t on_body_max(void *arg, const struct request *rq)
{
	const struct web *w = arg;

	if ((rq->route->flags & WEB_LARGE) != 0 && push_job_is_long(rq->head.content_type))
		return rq->peer->local && w->body_max < WEB_LOCAL_MAX ? WEB_LOCAL_MAX : w->body_max;
	return WEB_JSON_MAX < w->body_max ? WEB_JSON_MAX : w->body_max;
}

static void read_in_pool(struct request *rq)
{
	struct web *w = rq->web;
	struct store *s = store_pool_take(w->pool, clock_mono_ms() + rq->pool_ms);
	enum store_rc rc;
	bool late = false;

	rq->pool_read(rq, s);
	rc = store_pool_give(w->pool, s, &late);
	if (late)
		request_problem(rq, 503, "too_slow", "查询太久，已停止，请缩小范围再试。");
	else if (rc != STORE_OK)
		request_store_problem(rq, rc);
}

void web_read(struct request *rq, void (*read)(struct request *rq, struct store *s),
	void (*done)(struct request *rq))
{
	rq->pool_read = read;
	rq->pool_ms = (rq->route->flags & WEB_SLOW) != 0 ? SLOW_MS : rq->web->request_ms;
	request_pool(rq, read_in_pool, done);
}

/* One long read at a time, so that the short ones always find a thread. */
static bool take_slow(struct request *rq)
{
	struct web *w = rq->web;

	if ((rq->route->flags & WEB_SLOW) == 0)
		return true;
	if (w->slow > 0) {
		request_problem(rq, 503, "busy", "另一个导出、备份或核对还没有做完，请稍后再试。");
		return false;
	}
	w->slow++;
	rq->is_slow = true;
	return true;
}

static void start_handler(struct request *rq)
{
	if (!take_slow(rq)) {
		request_done(rq);
		return;
	}
	if (rq->route->run != NULL)
		rq->route->run(rq);
	else
		web_read(rq, rq->route->read, NULL);
}

static void nonce_run(struct work *work, void *desk)
{
	(void)auth_spend(web_request_of(work), desk_store(desk));
}

static void nonce_done(struct work *work)
{
	struct request *rq = web_request_of(work);

	if (work->rc != STORE_OK) {
		web_answer_result(rq, work->rc);
		request_done(rq);
	} else if (!rq->nonce_spent) {
		auth_refuse_replay(rq);
		request_done(rq);
	} else {
		start_handler(rq);
	}
}

static void on_body(void *arg, struct request *rq)
{
	struct web *w = arg;

	if (rq->is_signed && (!auth_body(w, rq) || !may(rq))) {
		request_done(rq);
		return;
	}
	if (rq->is_signed && (rq->route->flags & WEB_NONCE) == 0)
		web_put(rq, nonce_run, nonce_done);
	else
		start_handler(rq);
}

/* -- counting ------------------------------------------------------------------------------------ */

static const char requests_help[] = "requests by route and status; status 0: the asker has gone";

static void make_counts(struct web *w)
{
	size_t n = 0;

	while (web_routes[n].pattern != NULL)
		n++;
	w->counts = calloc(n + 1, sizeof *w->counts);
	if (w->counts == NULL)
		abort();
	w->microseconds = metric_get("quanzu_http_busy_microseconds_total",
		"time between the request line and the end of the answer, summed", "");
	w->refused = metric_get("quanzu_http_refused_keys_total",
		"requests with an unknown key or a wrong signature", "");
}

/* The metric of this route and status; the first few of a route are found without a search. */
static struct metric *count_of(struct web *w, const struct request *rq)
{
	size_t at = rq->route == NULL ? 0 : (size_t)(rq->route - web_routes) + 1;
	int status = rq->state == REQUEST_SENDING ? rq->status : 0;
	struct web_counts *c = &w->counts[at];
	char labels[METRIC_LABELS];
	size_t i = 0;

	while (i < WEB_STATUSES && c->seen[i] != NULL && c->status[i] != status)
		i++;
	if (i < WEB_STATUSES && c->seen[i] != NULL)
		return c->seen[i];
	snprintf(labels, sizeof labels, "method=\"%s\",route=\"%s\",status=\"%d\"",
		at == 0 ? "" : method_name(rq->route->method), at == 0 ? "" : rq->route->pattern,
		status);
	if (i == WEB_STATUSES)
		return metric_get("quanzu_http_requests_total", requests_help, labels);
	c->status[i] = status;
	c->seen[i] = metric_get("quanzu_http_requests_total", requests_help, labels);
	return c->seen[i];
}

static void on_finished(void *arg, struct request *rq)
{
	struct web *w = arg;

	w->slow -= rq->is_slow;
	metric_add(count_of(w, rq), 1);
	metric_add(w->microseconds, clock_mono_us() - rq->began_us);
}

/* -- the second hand ----------------------------------------------------------------------------- */

static void probe_done(struct work *work)
{
	struct web *w = (struct web *)(void *)((char *)work - offsetof(struct web, probe));

	w->probing = false;
	w->desk_ms = clock_mono_ms() - w->probe_ms;
	if (work->rc == STORE_BROKEN)
		web_broken(w);
}

/* An empty job through the desk: it tells how long a warning would wait now. */
static void probe_desk(struct web *w)
{
	if (w->probing)
		return;
	w->probe = (struct work){ .done = probe_done };
	w->probe_ms = clock_mono_ms();
	w->probing = worker_put(w->worker, &w->probe);
}

static void look_at_disk(struct web *w)
{
	struct statvfs fs;
	bool low;

	if (statvfs(w->data_dir, &fs) != 0)
		return;
	low = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < w->set->disk_low_bytes;
	if (low != w->disk_low)
		log_error("disk %s folder=%s", low ? "low, intake stopped" : "has room again",
			w->data_dir);
	w->disk_low = low;
}

static void on_web_second(void *arg)
{
	struct web *w = arg;

	store_pool_sweep(w->pool, clock_mono_ms());
	look_at_disk(w);
	probe_desk(w);
	web_try_waiters(w);
	if (++w->seconds % KEYS_EVERY_S == 0 && w->keys_loading == 0)
		web_load_keys(w, NULL);
}

/* -- start and stop ---------------------------------------------------------------------------------- */

static void take_settings(struct web *w, const struct settings *set)
{
	w->set = set;
	w->body_max = set->http.body_max;
	w->request_ms = (int64_t)set->http.request_s * 1000;
}

static bool first_keys(struct web *w, char *why, size_t n)
{
	struct store *s = store_pool_take(w->pool, 0);

	w->keys = keyring_load(s);
	w->keys_no = 1;
	w->seal = seal_copy(s->seal);
	store_pool_give(w->pool, s, NULL);
	if (w->keys == NULL)
		snprintf(why, n, "数据库里的密钥表读不出来");
	return w->keys != NULL;
}

static void web_free(struct web *w)
{
	keyring_free(w->keys);
	seal_close(w->seal);
	throttle_free(w->throttle);
	free(w->counts);
	free(w);
}

struct web *web_start(uv_loop_t *loop, const struct web_parts *parts, char *why, size_t why_size)
{
	struct web *w = calloc(1, sizeof *w);
	struct server_calls calls = { .arg = w,
		.head = on_head,
		.body_max = on_body_max,
		.body = on_body,
		.finished = on_finished,
		.second = on_web_second };

	if (w == NULL)
		abort();
	w->loop = loop;
	w->worker = parts->worker;
	w->pool = parts->pool;
	w->hooks = parts->hooks;
	w->throttle = throttle_new();
	take_settings(w, parts->settings);
	snprintf(w->data_dir, sizeof w->data_dir, "%s", parts->settings->data_dir);
	make_counts(w);
	look_at_disk(w);
	if (first_keys(w, why, why_size))
		w->server = server_start(loop, parts->settings, &calls, why, why_size);
	if (w->server != NULL)
		return w;
	web_free(w);
	return NULL;
}

void web_reload(struct web *w, const struct settings *set)
{
	take_settings(w, set);
	if (w->keys_loading == 0)
		web_load_keys(w, NULL);
}

void web_stop(struct web *w)
{
	if (w == NULL)
		return;
	server_stop(w->server);
	while (w->keys_loading > 0 || w->probing)
		uv_run(w->loop, UV_RUN_ONCE);
	web_free(w);
}

int web_port(const struct web *w, int n)
{
	return server_port(w->server, n);
}
