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
	bool sends = w->hooks.no_way == NULL || !w->hooks.no_way(w->hooks.arg);
	json_t *o = json_object();

	json_object_set_new(o, "store", check(!w->broken, w->broken ? "数据库不能写" : "正常"));
	json_object_set_new(o, "disk", check(!w->disk_low, w->disk_low ? "磁盘空间不足" : "正常"));
	json_object_set_new(o, "desk", check(desk, desk ? "正常" : "处理队列堵塞"));
	json_object_set_new(o, "channels", channel_check(w, &channels));
	json_object_set_new(o, "sending",
		check(sends, sends ? "正常" : "没有能发紧急短信的通道，请改打电话并查通道"));
	/* Warnings are taken though nothing can be sent: refused they would be lost to everybody. */
	ready = !w->broken && !w->disk_low && desk;
	request_json(rq, ready ? 200 : 503,
		json_pack("{s:s, s:b, s:I, s:i, s:o}", "status",
			!ready  ? "not_ready"
			: sends ? "ready"
				: "degraded",
			"all_channels", channels, "desk_ms", (json_int_t)desk_wait_ms(w), "waiting",
			worker_waiting(w->worker), "checks", o));
	request_done(rq);
}

static void set(const char *name, const char *help, int64_t value)
{
	metric_set(metric_get(name, help, ""), value);
}

static void set_of(const char *channel, const char *name, const char *help, int64_t value)
{
	char labels[METRIC_LABELS];

	snprintf(labels, sizeof labels, "channel=\"%s\"", channel);
	metric_set(metric_get(name, help, labels), value);
}

/* What each channel says of itself. */
static void channel_metrics(struct web *w)
{
	static const struct {
		const char *key, *name, *help;
	} figures[] = { { "signal", "quanzu_channel_signal", "signal of the modem, 0 to 31" },
		{ "credit_fen", "quanzu_channel_credit_fen", "credit of the card, in fen" },
		{ "store_used", "quanzu_channel_store_used", "places of the card in use" } };
	json_t *list = w->hooks.channels == NULL ? NULL : w->hooks.channels(w->hooks.arg), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_str(item, "name");

		set_of(name, "quanzu_channel_up", "1: it can be used",
			json_flag(item, "up", false) ? 1 : 0);
		for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
			if (json_is_integer(json_object_get(item, figures[k].key)))
				set_of(name, figures[k].name, figures[k].help,
					json_int(item, figures[k].key, 0));
	}
	json_decref(list);
	set("quanzu_sending_possible", "0: no channel can carry an urgent SMS",
		w->hooks.no_way == NULL || !w->hooks.no_way(w->hooks.arg) ? 1 : 0);
}

static void web_metrics_read(struct request *rq, struct store *s)
{
	rq->status = 200;
	rq->type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_write(&rq->out);
	gauges_write(s, &rq->out);
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
	channel_metrics(w);
	web_read(rq, web_metrics_read, NULL);
}
