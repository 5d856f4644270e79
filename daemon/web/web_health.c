/* /healthz, /readyz, /metrics, /v1/channels, / */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "clock.h"
#include "gauges.h"
#include "json.h"
#include "log.h"
#include "web_room.h"

#include "banned.h"

enum { DESK_SLOW_MS = 5000 };

void web_root(struct request *rq)
{
	request_json(rq, 200,
		json_pack("{s:s, s:s, s:s, s:s}", "name", "quanzu 劝阻", "api", "/openapi.json",
			"health", "/readyz", "metrics", "/metrics"));
	request_done(rq);
}

void web_health(struct request *rq)
{
	request_json(rq, 200, json_pack("{s:s}", "status", "ok"));
	request_done(rq);
}

static json_t *check(bool ok, const char *detail)
{
	return json_pack("{s:b, s:s}", "ok", ok, "detail", detail);
}

static json_t *channel_check(struct web *w, bool *all)
{
	json_t *list = w->hooks.channels == NULL ? NULL : w->hooks.channels(w->hooks.arg);
	json_t *out = json_object(), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		bool up = json_flag(item, "up", false);

		*all = *all && up;
		if (json_str(item, "name") != NULL)
			json_object_set_new(
				out, json_str(item, "name"), check(up, up ? "正常" : "通道不通"));
	}
	json_decref(list);
	return out;
}

/* How long a job waits for the desk: the last one, or the one that is still waiting. */
static int64_t desk_wait_ms(const struct web *w)
{
	return w->probing ? clock_mono_ms() - w->probe_ms : w->desk_ms;
}

void web_ready(struct request *rq)
{
	struct web *w = rq->web;
	bool desk = desk_wait_ms(w) < DESK_SLOW_MS, channels = true, ready;
	json_t *o = json_object();

	json_object_set_new(o, "store", check(!w->broken, w->broken ? "数据库不能写" : "正常"));
	json_object_set_new(o, "disk", check(!w->disk_low, w->disk_low ? "磁盘空间不足" : "正常"));
	json_object_set_new(o, "desk", check(desk, desk ? "正常" : "处理队列堵塞"));
	json_object_set_new(o, "channels", channel_check(w, &channels));
	/* A dead channel is an alarm, but warnings are taken all the same. */
	ready = !w->broken && !w->disk_low && desk;
	request_json(rq, ready ? 200 : 503,
		json_pack("{s:s, s:b, s:I, s:i, s:o}", "status", ready ? "ready" : "not_ready",
			"all_channels", channels, "desk_ms", (json_int_t)desk_wait_ms(w), "waiting",
			worker_waiting(w->worker), "checks", o));
	request_done(rq);
}

static void set(const char *name, const char *help, int64_t value)
{
	metric_set(metric_get(name, help, ""), value);
}

void web_metrics(struct request *rq)
{
	struct web *w = rq->web;
	struct statvfs fs;

	set("quanzu_http_connections", "open connections", server_peers(w->server));
	set("quanzu_http_busy", "requests in the hands of a handler", server_busy(w->server));
	set("quanzu_desk_waiting", "jobs that wait for the desk", worker_waiting(w->worker));
	set("quanzu_desk_wait_milliseconds", "how long a job waits for the desk", desk_wait_ms(w));
	if (statvfs(w->data_dir, &fs) == 0)
		set("quanzu_disk_free_bytes", "free space where the database is",
			(int64_t)fs.f_bavail * (int64_t)fs.f_frsize);
	web_read(rq, web_metrics_read, NULL);
}

void web_metrics_read(struct request *rq, struct store *s)
{
	rq->status = 200;
	rq->type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(&rq->out);
	gauges_write(s, &rq->out);
}

static json_t *configured_channels(const struct settings *set)
{
	json_t *list = json_array();

	for (int i = 0; i < set->channel_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:b, s:b, s:b}", "name", set->channel[i].name,
				      "kind", set->channel[i].kind, "sms", set->channel[i].sms,
				      "voice", set->channel[i].voice, "up", 0));
	return list;
}

void web_channels(struct request *rq)
{
	struct web *w = rq->web;
	json_t *list = w->hooks.channels == NULL ? configured_channels(w->set)
						 : w->hooks.channels(w->hooks.arg);

	request_json(rq, 200, json_pack("{s:o, s:n}", "items", list, "next"));
	request_done(rq);
}

void web_channel_resume(struct request *rq)
{
	struct web *w = rq->web;
	const char *name = route_arg(&rq->args, "name"), *why = "";

	if (w->hooks.channel_resume != NULL && w->hooks.channel_resume(w->hooks.arg, name, &why)) {
		log_info("channel resumed name=%s by=%s", name, rq->actor);
		request_json(rq, 200, json_pack("{s:b}", "ok", 1));
	} else {
		request_problem(rq, 409, "channel_resume", why);
	}
	request_done(rq);
}

void web_channel_order(struct request *rq)
{
	struct web *w = rq->web;
	const char *name = route_arg(&rq->args, "name"), *what, *why = "";
	json_t *body = web_body_object(rq);

	if (body == NULL) {
		request_done(rq);
		return;
	}
	what = json_str(body, "what");
	if (w->hooks.channel_order != NULL && what != NULL &&
		w->hooks.channel_order(w->hooks.arg, name, what, &why)) {
		log_info("channel ordered name=%s what=%s by=%s", name, what, rq->actor);
		request_json(rq, 202, json_pack("{s:b}", "ok", 1));
	} else {
		request_problem(rq, 409, "channel_order",
			what == NULL ? "要写 what,如 {\"what\": \"loop\"}。" : why);
	}
	json_decref(body);
	request_done(rq);
}

void web_channel_test(struct request *rq)
{
	struct web *w = rq->web;
	json_t *body = web_body_object(rq);
	const char *why = "这个通道不支持测试。";

	if (body == NULL) {
		request_done(rq);
		return;
	}
	if (w->hooks.channel_test != NULL &&
		w->hooks.channel_test(w->hooks.arg, route_arg(&rq->args, "name"), body, &why))
		request_json(rq, 202, json_pack("{s:b}", "ok", 1));
	else
		request_problem(rq, 409, "channel_test", why);
	json_decref(body);
	request_done(rq);
}
