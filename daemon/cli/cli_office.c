/* Status, keys, backup, audit, configuration, exports. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"
#include "listing.h"
#include "log.h"

#include "banned.h"

enum { PATH_BYTES = 4096 };

/* -- status ---------------------------------------------------------------------------- */

static int64_t items_of(struct cli *c, const char *path, bool *more)
{
	struct cli_reply r;
	int64_t n;

	if (!cli_get(c, path, &r))
		return -1;
	n = (int64_t)json_array_size(json_object_get(r.json, "items"));
	*more = json_str(r.json, "next") != NULL;
	cli_reply_free(&r);
	return n;
}

static bool put_waiting(struct cli *c)
{
	static const struct {
		const char *title, *path;
	} lists[] = {
		{ "办理中的案件", "/v1/cases?state=open&limit=500" },
		{ "待接单的任务", "/v1/tasks?state=offered&limit=500" },
		{ "等人处理的来信", "/v1/inbox?open=1&limit=500" },
		{ "排队和暂缓的短信", "/v1/messages?state=queued,held&limit=500" },
		{ "未解除的告警", "/v1/alarms?open=1&limit=500" },
	};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		bool more = false;
		int64_t n = items_of(c, lists[i].path, &more);

		if (n < 0)
			return false;
		printf("%s：%lld%s\n", lists[i].title, (long long)n, more ? "以上" : "");
	}
	return true;
}

static void put_checks(const json_t *ready)
{
	static const struct {
		const char *key, *title;
	} checks[] = { { "store", "数据库" }, { "disk", "磁盘" }, { "desk", "处理队列" } };
	const json_t *all = json_object_get(ready, "checks");

	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		const char *detail = json_str(json_object_get(all, checks[i].key), "detail");

		if (detail != NULL)
			printf("%s：%s\n", checks[i].title, detail);
	}
}

int cli_status(struct cli *c)
{
	const struct cli_request ask = { .method = "GET", .path = c->verb->path };
	const char *status;
	struct cli_reply r;
	bool ready, sends;

	if (!cli_call(c, &ask, &r))
		return c->exit_code;
	status = json_str(r.json, "status");
	sends = status != NULL && strcmp(status, "ready") == 0;
	ready = sends || (status != NULL && strcmp(status, "degraded") == 0);
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		printf("%s：%s\n", c->set->centre,
			sends   ? "正常，可以接收预警"
			: ready ? "可以接收预警，但没有能发紧急短信的通道"
				: "有故障，暂时不能接收预警");
		put_checks(r.json);
	}
	cli_reply_free(&r);
	if (!c->g.json && ready && (!put_waiting(c) || cli_channels(c) != CLI_DONE))
		return c->exit_code;
	return sends ? CLI_DONE : CLI_REFUSED;
}

/* -- keys, backup, audit ---------------------------------------------------------------------------------- */

int cli_key_add(struct cli *c)
{
	const char *role = cli_option(&c->args, "role"), *area = cli_option(&c->args, "area");
	struct cli_reply r;
	json_t *body;

	if (role == NULL)
		return cli_wrong_args(c, CLI_ARGS_FEW, "--role 角色");
	body = json_object();
	json_put_str(body, "name", c->args.word[0]);
	json_put_str(body, "role", role);
	json_put_str(body, "area", area == NULL ? "" : area);
	if (!cli_send_json(c, c->verb->method, c->verb->path, body, &r))
		return c->exit_code;
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		printf("%s\n", json_str(r.json, "key") == NULL ? "" : json_str(r.json, "key"));
		cli_say("这是密钥“%s”，只显示这一次，请马上抄存；丢了就吊销再建。",
			c->args.word[0]);
	}
	cli_reply_free(&r);
	return CLI_DONE;
}

int cli_backup(struct cli *c)
{
	const char *file = c->args.word[0];
	char here[PATH_BYTES];
	struct cli_reply r;
	json_t *body;

	if (file[0] != '/') {
		if (getcwd(here, sizeof here) == NULL) {
			cli_say("不知道现在在哪个文件夹，请写完整路径。");
			return CLI_NO_INPUT;
		}
		file = arena_print(&c->arena, "%s/%s", here, file);
	}
	body = json_object();
	json_put_str(body, "path", file);
	if (!cli_send_json(c, c->verb->method, c->verb->path, body, &r))
		return c->exit_code;
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		printf("已备份到 %s（%lld字节）。\n", json_str(r.json, "path"),
			(long long)json_int(r.json, "bytes", 0));
		if (json_str(r.json, "note") != NULL)
			cli_say("%s", json_str(r.json, "note"));
	}
	cli_reply_free(&r);
	return CLI_DONE;
}

int cli_audit(struct cli *c)
{
	struct cli_reply r;
	bool ok;

	if (!cli_get(c, c->verb->path, &r))
		return c->exit_code;
	ok = json_flag(r.json, "ok", false);
	if (c->g.json)
		cli_print_body(&r);
	else if (ok)
		printf("审计链完整，共%lld条，末尾 %.16s。\n",
			(long long)json_int(r.json, "rows", 0), json_str(r.json, "head"));
	else
		printf("审计链断在第%lld条：%s。请保留现场，联系管理员。\n",
			(long long)json_int(r.json, "bad_seq", 0), json_str(r.json, "why"));
	cli_reply_free(&r);
	return ok ? CLI_DONE : CLI_REFUSED;
}

int cli_config_check(struct cli *c)
{
	const char *file = c->args.words > 0     ? c->args.word[0]
			   : c->g.config == NULL ? CLI_CONFIG
						 : c->g.config;
	struct settings_error error;
	struct settings *set = settings_read(file, &error);

	if (set != NULL) {
		printf("配置没有问题: %s\n", file);
		settings_free(set);
		return CLI_DONE;
	}
	if (error.line > 0)
		cli_say("%s:%d: %s", error.file, error.line, error.text);
	else
		cli_say("%s: %s", error.file, error.text);
	return EXIT_CONFIG;
}

/* -- exports ------------------------------------------------------------------------------------------------ */

static const char *suffix_of(const char *file)
{
	const char *dot = strrchr(file, '.');

	if (dot != NULL && (strcmp(dot, ".csv") == 0 || strcmp(dot, ".xlsx") == 0))
		return dot;
	return strcmp(file, "-") == 0 ? ".csv" : NULL;
}

static const char *export_path(struct cli *c, const char *suffix)
{
	const char *path;
	struct buf b;

	buf_init(&b, PATH_BYTES);
	buf_addf(&b, "%s%s", c->verb->path, suffix);
	for (int i = 0; i < c->args.options; i++) {
		buf_addf(&b, "%s%s=", i == 0 ? "?" : "&", c->args.name[i]);
		cli_percent(c->args.value[i], &b);
	}
	path = arena_text(&c->arena, buf_str(&b), b.len);
	buf_free(&b);
	return path;
}

static bool write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, s, n);

		if (done < 0 && errno != EINTR)
			return false;
		s += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

/* The old file stays until the new one is whole. */
static bool write_file(struct cli *c, const char *file, const struct buf *body)
{
	char *part = arena_print(&c->arena, "%s.XXXXXX", file);
	int fd = mkostemp(part, O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write_all(fd, buf_str(body), body->len);
	ok = fsync(fd) == 0 && ok;
	ok = close(fd) == 0 && ok;
	ok = ok && rename(part, file) == 0;
	if (!ok)
		unlink(part);
	return ok;
}

static int bad_suffix(const char *file)
{
	cli_say("文件名要以 .csv 或 .xlsx 结尾：%s", file);
	return EXIT_USAGE;
}

static int export_from(struct cli *c, const char *path)
{
	const char *file = c->args.word[0];
	struct cli_reply r;
	bool ok;

	if (path == NULL || !cli_get(c, path, &r))
		return c->exit_code;
	if (strcmp(file, "-") == 0) {
		fwrite(buf_str(&r.body), 1, r.body.len, stdout);
		cli_reply_free(&r);
		return CLI_DONE;
	}
	ok = write_file(c, file, &r.body);
	if (ok)
		printf("已导出到 %s（%zu字节）。\n", file, r.body.len);
	else
		cli_say("写不了 %s：%s", file, strerror(errno));
	cli_reply_free(&r);
	return ok ? CLI_DONE : EXIT_IO;
}

int cli_export(struct cli *c)
{
	const char *suffix = suffix_of(c->args.word[0]);

	return suffix == NULL ? bad_suffix(c->args.word[0])
			      : export_from(c, export_path(c, suffix));
}

/* A list of people: masked, or plain with a reason that goes into the audit. */
int cli_roster(struct cli *c)
{
	const char *suffix = suffix_of(c->args.word[0]);

	if (suffix == NULL)
		return bad_suffix(c->args.word[0]);
	return export_from(c, cli_reveal(c, arena_print(&c->arena, "%s%s", c->verb->path, suffix)));
}
