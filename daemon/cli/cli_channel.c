/* Channels: how they stand, why a message goes by which, what they say to each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "json.h"

#include "banned.h"

enum { PATH_BYTES = 4096, LOOK_MS = 500 };

static const char channel_columns[] =
	"name kind up state paused breaker signal operator sent received alarms";

/* The counters of a modem stand one level deeper. */
static void flatten(const json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)items, i, item) {
		json_object_update_missing(item, json_object_get(item, "count"));
	}
}

int cli_channels(struct cli *c)
{
	struct cli_reply r;
	json_t *items;

	if (!cli_get(c, "/v1/channels", &r))
		return c->exit_code;
	items = json_object_get(r.json, "items");
	flatten(items);
	if (json_array_size(items) == 0)
		printf("没有配置通道，短信发不出去。\n");
	else
		cli_rows(c, "channels", channel_columns, items);
	cli_reply_free(&r);
	return CLI_DONE;
}

int cli_channel_list(struct cli *c)
{
	struct cli_reply r;

	if (!c->g.json)
		return cli_channels(c);
	if (!cli_get(c, c->verb->path, &r))
		return c->exit_code;
	cli_print_body(&r);
	cli_reply_free(&r);
	return CLI_DONE;
}

/* -- one channel ---------------------------------------------------------------------------- */

static void put_line(const char *title, const char *text)
{
	if (text != NULL && text[0] != '\0')
		printf("%s：%s\n", title, text);
}

static void put_limits(const json_t *limits)
{
	static const struct {
		const char *key, *title;
	} spans[] = { { "minute", "每分钟" }, { "hour", "每小时" }, { "day", "每天" },
		{ "month", "每月" } };

	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		const json_t *one = json_object_get(limits, spans[i].key);

		if (one != NULL)
			printf("%s已发：%lld / %lld\n", spans[i].title,
				(long long)json_int(one, "used", 0),
				(long long)json_int(one, "limit", 0));
	}
}

static void put_purposes(struct cli *c, const json_t *list)
{
	size_t i;
	json_t *v;

	printf("用途：");
	json_array_foreach((json_t *)list, i, v)
		printf("%s%s", i == 0 ? "" : "、",
			cli_code(c, "channels", "purpose", json_string_value(v)));
	printf("\n");
}

static const char *loop_word(const char *code)
{
	static const struct {
		const char *code, *word;
	} words[] = { { "never", "还没有做过" }, { "running", "正在做" }, { "good", "正常" },
		{ "not_sent", "发不出去" }, { "not_received", "发出去了，没有收到" },
		{ "no_report", "收到了，没有送达回执" } };

	for (size_t i = 0; code != NULL && i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].code, code) == 0)
			return words[i].word;
	return code;
}

static void put_signal(const json_t *o)
{
	int64_t mean = json_int(o, "signal_mean", -1);

	if (json_int(o, "signal", -1) < 0)
		return;
	printf("信号：%lld（%lld dBm", (long long)json_int(o, "signal", 0),
		(long long)json_int(o, "dbm", 0));
	if (mean >= 0)
		printf("，十分钟平均%lld", (long long)mean);
	printf("）%s\n", json_str(o, "technology") == NULL ? "" : json_str(o, "technology"));
}

/* What stands as it came; what is not there is left out. */
static void put_module(const json_t *o)
{
	static const struct {
		const char *title, *key;
	} lines[] = { { "运营商", "operator" }, { "厂家", "maker" }, { "模块", "model" },
		{ "固件", "firmware" }, { "模块号（IMEI）", "imei" }, { "卡号（ICCID）", "iccid" },
		{ "卡号（IMSI）", "imsi" }, { "短信中心", "smsc" } };

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		put_line(lines[i].title, json_str(o, lines[i].key));
}

static void put_counts(struct cli *c, const json_t *o)
{
	static const struct {
		const char *title, *key;
	} counts[] = { { "已发", "sent" }, { "被拒", "refused" }, { "没发出", "not_sent" },
		{ "不知是否发出", "unsure" }, { "回执", "reports" }, { "收到", "received" },
		{ "读不出", "unreadable" }, { "电话", "calls" }, { "电话里按键", "confirmed" },
		{ "没有应答", "silences" }, { "重启", "resets" }, { "掉线", "losses" } };
	const json_t *count = json_object_get(o, "count");
	const char *between = "启动以来：";

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		int64_t n = json_int(count, counts[i].key, 0);

		if (n == 0)
			continue;
		printf("%s%s%lld", between, counts[i].title, (long long)n);
		between = "，";
	}
	if (strcmp(between, "，") == 0)
		printf("\n");
	put_line("最近收到短信", cli_time(c, json_str(o, "received_at")));
	put_line("最近收到回执", cli_time(c, json_str(o, "report_at")));
}

/* What is known of a modem and its card; what is not there is left out. */
static void put_card(struct cli *c, const json_t *o)
{
	const json_t *credit = json_object_get(o, "credit"), *loop = json_object_get(o, "loop");

	put_signal(o);
	if (json_int(o, "temperature", -1000) > -1000)
		printf("温度：%lld度\n", (long long)json_int(o, "temperature", 0));
	if (json_int(o, "store_total", 0) > 0)
		printf("卡上短信：%lld / %lld\n", (long long)json_int(o, "store_used", 0),
			(long long)json_int(o, "store_total", 0));
	if (json_str(credit, "yuan") != NULL)
		printf("余额：%s元，%s\n", json_str(credit, "yuan"),
			cli_time(c, json_str(credit, "at")));
	put_line("余额（看不懂的回答）", json_str(credit, "unread"));
	if (loop != NULL)
		printf("自检：%s%s%s\n", loop_word(json_str(loop, "result")),
			json_str(loop, "at") == NULL ? "" : "，",
			json_str(loop, "at") == NULL ? "" : cli_time(c, json_str(loop, "at")));
	if (json_str(o, "suspect_why") != NULL)
		printf("疑似被限制：%s起，已试通%lld次\n", cli_time(c, json_str(o, "suspect_at")),
			(long long)json_int(o, "good_trials", 0));
}

static void put_channel(struct cli *c, const json_t *o)
{
	bool up = json_flag(o, "up", false);

	put_line("通道", json_str(o, "name"));
	put_line("种类", cli_code(c, "channels", "kind", json_str(o, "kind")));
	put_line("状态", up ? "通" : "不通");
	if (json_str(o, "state") != NULL)
		put_line("详细", cli_code(c, "channels", "state", json_str(o, "state")));
	if (json_flag(o, "paused", false))
		printf("已暂停：%s，%s\n", json_str(o, "paused_by"),
			cli_time(c, json_str(o, "paused_at")));
	put_line("熔断", cli_code(c, "channels", "breaker", json_str(o, "breaker")));
	if (json_str(o, "open_until") != NULL)
		put_line("下次再试", cli_time(c, json_str(o, "open_until")));
	put_line("最近一次失败", json_str(o, "last_failure"));
	put_purposes(c, json_object_get(o, "purposes"));
	put_limits(json_object_get(o, "limits"));
	put_line("电话", json_flag(o, "in_call", false) ? "正在通话"
			 : json_flag(o, "voice", false) ? "能打"
							: "不能打");
	put_module(o);
	put_card(c, o);
	put_counts(c, o);
}

int cli_channel_show(struct cli *c)
{
	const char *path = cli_path(c);
	struct cli_reply r;

	if (path == NULL || !cli_get(c, path, &r))
		return c->exit_code;
	if (c->g.json)
		cli_print_body(&r);
	else
		put_channel(c, r.json);
	cli_reply_free(&r);
	return CLI_DONE;
}

/* -- by which way ------------------------------------------------------------------------------- */

static void add_parameter(struct buf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(path, "%s%s=", memchr(path->data, '?', path->len) == NULL ? "?" : "&", name);
	cli_percent(value, path);
}

static void put_order(struct cli *c, const json_t *order)
{
	json_t *place;
	size_t i;
	int n = 0;

	json_array_foreach((json_t *)order, i, place) {
		if (strcmp(json_str(place, "when"), "now") == 0)
			printf("%d. %s：%s\n", ++n, json_str(place, "channel"),
				json_str(place, "why"));
		else
			printf("-  %s：%s%s\n", json_str(place, "channel"), json_str(place, "why"),
				strcmp(json_str(place, "when"), "never") == 0 ? "（不会走它）"
									      : "");
	}
	if (i == 0)
		printf("没有配置通道。\n");
	(void)c;
}

int cli_channel_route(struct cli *c)
{
	static const char *const names[] = { "to", "purpose", "level" };
	struct cli_reply r;
	struct buf path;
	bool ok;

	if (cli_option(&c->args, "to") == NULL)
		return cli_wrong_args(c, CLI_ARGS_FEW, "--to 号码");
	buf_init(&path, PATH_BYTES);
	buf_adds(&path, c->verb->path);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		add_parameter(&path, names[i], cli_option(&c->args, names[i]));
	add_parameter(&path, "voice", cli_option(&c->args, "voice") == NULL ? NULL : "1");
	ok = cli_get(c, buf_str(&path), &r);
	buf_free(&path);
	if (!ok)
		return c->exit_code;
	if (c->g.json)
		cli_print_body(&r);
	else
		put_order(c, json_object_get(r.json, "order"));
	cli_reply_free(&r);
	return CLI_DONE;
}

/* -- the dialogue --------------------------------------------------------------------------------- */

/* Returns the number of the last line. */
static int64_t put_lines(struct cli *c, const json_t *items, int64_t last)
{
	json_t *line;
	size_t i;

	json_array_foreach((json_t *)items, i, line) {
		last = json_int(line, "n", last);
		if (c->g.json) {
			char *text = json_dumps(line, JSON_COMPACT);

			printf("%s\n", text);
			free(text);
			continue;
		}
		printf("%s %s %s\n", json_str(line, "at") == NULL ? "" : json_str(line, "at"),
			json_str(line, "dir"), json_str(line, "text"));
	}
	fflush(stdout);
	return last;
}

int cli_channel_log(struct cli *c)
{
	const struct timespec pause = { 0, LOOK_MS * 1000000L };
	const char *path = cli_path(c);
	bool follow = cli_option(&c->args, "follow") != NULL;
	int64_t last = 0;

	if (path == NULL)
		return c->exit_code;
	do {
		char asked[PATH_BYTES];
		struct cli_reply r;

		snprintf(asked, sizeof asked, "%s?since=%lld", path, (long long)last);
		if (!cli_get(c, asked, &r))
			return c->exit_code;
		last = put_lines(c, json_object_get(r.json, "items"), last);
		cli_reply_free(&r);
		if (follow)
			nanosleep(&pause, NULL);
	} while (follow && !ferror(stdout));
	return CLI_DONE;
}
