/* One call of the API: connecting, words of the path, what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "json.h"
#include "log.h"
#include "phone.h"

#include "banned.h"

enum { FILE_MAX = 256 << 20, PATH_MAX_BYTES = 8 << 10 };

/* -- connecting ----------------------------------------------------------------------------------- */

static bool read_settings(struct cli *c)
{
	const char *path = c->g.config == NULL ? CLI_CONFIG : c->g.config;
	struct settings_error error;

	log_level_set(LOG_LEVEL_ERROR);
	c->read = settings_read(path, &error);
	if (c->read == NULL) {
		if (error.line > 0)
			cli_say("%s:%d: %s", error.file, error.line, error.text);
		else
			cli_say("%s: %s", error.file, error.text);
		cli_say("配置文件用 -c 指定；也可以用 --socket 直接指定套接字。");
		c->exit_code = EXIT_CONFIG;
		return false;
	}
	c->set = c->read;
	clock_zone(c->set->timezone);
	return true;
}

bool cli_connect(struct cli *c)
{
	char why[1024];

	if (c->http != NULL)
		return true;
	if (c->g.socket == NULL || c->g.config != NULL) {
		if (!read_settings(c))
			return false;
	}
	c->http = cli_http_open(c->g.socket == NULL ? c->set->http.socket : c->g.socket,
		c->g.socket == NULL ? c->set->data_dir : NULL, why, sizeof why, &c->exit_code);
	if (c->http == NULL)
		cli_say("%s", why);
	return c->http != NULL;
}

/* -- asking ------------------------------------------------------------------------------------------ */

bool cli_call(struct cli *c, const struct cli_request *r, struct cli_reply *out)
{
	char why[1024];

	if (!cli_connect(c))
		return false;
	if (!cli_http_call(c->http, r, out, why, sizeof why, &c->exit_code)) {
		cli_say("%s", why);
		return false;
	}
	if (out->status >= 100 && (out->json != NULL || (out->status < 400 && out->body.len > 0)))
		return true;
	cli_say("%s 上答话的不像 quanzud（状态 %ld），请检查配置里的 http.socket。",
		c->g.socket == NULL ? c->set->http.socket : c->g.socket, out->status);
	cli_reply_free(out);
	c->exit_code = EXIT_UNAVAILABLE;
	return false;
}

int cli_status_exit(long status)
{
	if (status >= 200 && status < 300)
		return CLI_DONE;
	if (status == 401 || status == 403)
		return EXIT_NO_PERMISSION;
	return status >= 500 ? CLI_TRY_LATER : CLI_REFUSED;
}

void cli_print_body(const struct cli_reply *r)
{
	fwrite(buf_str(&r->body), 1, r->body.len, stdout);
	if (r->body.len > 0 && r->body.data[r->body.len - 1] != '\n')
		putchar('\n');
}

static void cli_problem(const struct cli *c, const struct cli_reply *r)
{
	const char *detail = json_str(r->json, "detail"), *why = json_str(r->json, "why"),
		   *mend = json_str(r->json, "mend");

	if (c->g.json)
		cli_print_body(r);
	else if (detail != NULL)
		cli_say("%s", detail);
	else if (why != NULL)
		cli_say("%s。%s", why, mend == NULL ? "" : mend);
	else
		cli_say("quanzud 回答了状态 %ld，没有说明原因。", r->status);
	if (!c->g.json && r->status == 413)
		cli_say("要收更大的文件，请调大配置里的 http.body_max%s。",
			c->verb->run == cli_push ? "，或把文件放进投件文件夹" : "");
}

bool cli_ask(struct cli *c, const struct cli_request *r, struct cli_reply *out)
{
	if (!cli_call(c, r, out))
		return false;
	c->exit_code = cli_status_exit(out->status);
	if (c->exit_code == CLI_DONE)
		return true;
	cli_problem(c, out);
	cli_reply_free(out);
	return false;
}

bool cli_get(struct cli *c, const char *path, struct cli_reply *out)
{
	const struct cli_request r = { .method = "GET", .path = path };

	return cli_ask(c, &r, out);
}

/* -- words that stand for a record ----------------------------------------------------------------- */

static const char *id_text(struct cli *c, int64_t id)
{
	return arena_print(&c->arena, "%lld", (long long)id);
}

/* The ids that a list gives; what there are of them decides. */
static const char *only_one(
	struct cli *c, const char *path, const char *word, const char *what, const char *columns)
{
	const char *found = NULL;
	struct cli_reply r;
	const json_t *items;
	char noun[CLI_LISTING];

	if (!cli_get(c, path, &r))
		return NULL;
	items = json_object_get(r.json, "items");
	if (json_array_size(items) == 1) {
		found = id_text(c, json_int(json_array_get(items, 0), "id", 0));
	} else if (json_array_size(items) == 0) {
		cli_say("没有找到%s %s。", what, word);
		c->exit_code = CLI_REFUSED;
	} else {
		cli_say("%s %s 有好几个，请写编号：", what, word);
		snprintf(noun, sizeof noun, "%.*s", (int)strcspn(path + 4, "?"), path + 4);
		cli_rows(c, noun, columns, items);
		c->exit_code = CLI_REFUSED;
	}
	cli_reply_free(&r);
	return found;
}

static const char *resolve_case(struct cli *c, const char *word)
{
	char no[CLI_CASE_NO], today[16];
	struct clock_day d;

	if (!cli_connect(c))
		return NULL;
	clock_local(clock_now_ms(), &d);
	snprintf(today, sizeof today, "%04d%02d%02d", d.year, d.month, d.day);
	if (!cli_case_no(word, today, no))
		return word;
	return only_one(c, arena_print(&c->arena, "/v1/cases?q=%s", no), no, "案件",
		"id no state opened_at");
}

static bool is_digits(const char *s, size_t longest)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n <= longest && s[n] == '\0';
}

/* A code is good for the tasks that can still be answered. */
static const char *resolve_task(struct cli *c, const char *word)
{
	enum { CODE = 3 };

	if (!is_digits(word, CODE))
		return word;
	return only_one(c,
		arena_print(&c->arena, "/v1/tasks?q=%s&state=offered,accepted,reported", word),
		word, "任务", "id no member_name state offered_at");
}

static const char *resolve_member(struct cli *c, const char *word)
{
	struct phone p;

	if (phone_parse(word, NULL, &p) != PHONE_OK)
		return word;
	return only_one(c, arena_print(&c->arena, "/v1/members?q=%s", p.text), "",
		"这个手机号的队员", "id team_name name post");
}

static const char *resolve_key(struct cli *c, const char *word)
{
	struct cli_reply r;
	struct buf path;
	const char *id;

	if (is_digits(word, 20))
		return word;
	buf_init(&path, PATH_MAX_BYTES);
	buf_adds(&path, "/v1/keys/");
	cli_percent(word, &path);
	id = cli_get(c, buf_str(&path), &r) ? id_text(c, json_int(r.json, "id", 0)) : NULL;
	buf_free(&path);
	if (id != NULL)
		cli_reply_free(&r);
	return id;
}

static const struct {
	const char *noun, *name; /* noun NULL: of every verb */
	const char *(*resolve)(struct cli *c, const char *word);
} resolvers[] = {
	{ NULL, "case", resolve_case },
	{ NULL, "task", resolve_task },
	{ NULL, "member", resolve_member },
	{ NULL, "key", resolve_key },
	{ "task", "id", resolve_task },
	{ "member", "id", resolve_member },
};

const char *cli_resolve(struct cli *c, const char *name, const char *word)
{
	for (size_t i = 0; i < sizeof resolvers / sizeof *resolvers; i++)
		if (strcmp(resolvers[i].name, name) == 0 &&
			(resolvers[i].noun == NULL ||
				strcmp(resolvers[i].noun, c->verb->noun) == 0))
			return resolvers[i].resolve(c, word);
	return word;
}

const char *cli_path(struct cli *c)
{
	const char *at = c->verb->path, *value;
	struct buf out;

	buf_init(&out, PATH_MAX_BYTES);
	while (*at != '\0') {
		size_t n = strcspn(at, "{");

		buf_add(&out, at, n);
		at += n;
		if (*at == '\0')
			break;
		n = strcspn(at, "}");
		value = arena_text(&c->arena, at + 1, n - 1);
		value = cli_resolve(c, value, cli_word(&c->args, &c->words, value));
		if (value == NULL) {
			buf_free(&out);
			return NULL;
		}
		cli_percent(value, &out);
		at += n + 1;
	}
	value = arena_text(&c->arena, buf_str(&out), out.len);
	buf_free(&out);
	return value;
}

/* -- files ----------------------------------------------------------------------------------------- */

bool cli_read_file(struct cli *c, const char *name, struct buf *out)
{
	int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	char piece[64 << 10];
	ssize_t n = -1;

	buf_init(out, FILE_MAX);
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0 && !out->full)
		buf_add(out, piece, (size_t)n);
	if (n < 0 || out->full) {
		cli_say("读不了文件 %s：%s", name, out->full ? "文件太大" : strerror(errno));
		c->exit_code = CLI_NO_INPUT;
	}
	if (fd > STDERR_FILENO)
		close(fd);
	if (n == 0)
		return true;
	buf_free(out);
	return false;
}
