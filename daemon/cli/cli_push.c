/* Files to the daemon, and what became of each row: `warning push`, `… import`. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "fault.h"
#include "json.h"

#include "banned.h"

enum { JSON_MAX = 256 << 10, LINES_MAX = 256 << 20 };

/* -- the body ------------------------------------------------------------------------------------------ */

/*
 * The API takes one JSON value of 256 KiB and lines of JSON that are longer: a long array goes
 * as lines, its places are the numbers of the lines.
 */
static const char *array_to_lines(struct buf *body, const char *type)
{
	json_t *list, *item;
	struct buf lines;
	size_t i;

	if (strcmp(type, "application/json") != 0 || body->len <= JSON_MAX)
		return type;
	list = json_loadb(body->data, body->len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(list)) {
		json_decref(list);
		return type;
	}
	buf_init(&lines, LINES_MAX);
	json_array_foreach(list, i, item) {
		json_write(item, &lines);
		buf_addc(&lines, '\n');
	}
	json_decref(list);
	buf_free(body);
	*body = lines;
	return "application/x-ndjson";
}

/* JSON may not begin with the mark that some editors write. */
static void drop_mark(struct buf *body)
{
	static const char mark[] = "\xEF\xBB\xBF";

	if (body->len < 3 || memcmp(body->data, mark, 3) != 0)
		return;
	memmove(body->data, body->data + 3, body->len - 2);
	body->len -= 3;
}

static bool send_file(struct cli *c, const char *path, struct cli_reply *out)
{
	const char *name = cli_word(&c->args, &c->words, "file");
	struct cli_request r = { .method = c->verb->method, .path = path };
	struct buf body;
	bool ok;

	if (!cli_read_file(c, name, &body))
		return false;
	if (body.len == 0) {
		cli_say("%s 是空的。", name);
		c->exit_code = CLI_NO_INPUT;
		return false;
	}
	r.type = cli_body_type(body.data, body.len);
	if (strstr(r.type, "json") != NULL)
		drop_mark(&body);
	r.type = array_to_lines(&body, r.type);
	r.body = body.data;
	r.len = body.len;
	ok = cli_ask(c, &r, out);
	buf_free(&body);
	return ok;
}

/* -- one row -------------------------------------------------------------------------------------------- */

static void put_row_number(const json_t *row)
{
	const char *sheet = json_str(row, "sheet");
	int64_t n = json_int(row, "row", 0);

	if (sheet != NULL)
		printf("%s ", sheet);
	if (n > 0)
		printf("第%lld行 ", (long long)n);
}

static const char *text_or(const json_t *o, const char *key)
{
	const char *s = json_str(o, key);

	return s == NULL ? "" : s;
}

/* The row's number stands before it already. */
static void put_fault(const char *before, const json_t *error)
{
	struct fault f;
	char line[800];

	fault_set(&f, "", text_or(error, "why"), text_or(error, "mend"));
	fault_at(&f, 0, text_or(error, "column"), text_or(error, "value"));
	printf("%s%s\n", before, fault_line(&f, line, sizeof line));
}

static void put_notes(const json_t *row)
{
	const json_t *list = json_object_get(row, "notes"), *note;
	size_t i;

	json_array_foreach(list, i, note) {
		put_fault("    没有收这一项：", note);
	}
}

static bool is_rejected(const json_t *row)
{
	return json_object_get(row, "error") != NULL;
}

/* -- warnings --------------------------------------------------------------------------------------------- */

static void put_match(struct cli *c, const json_t *row)
{
	const json_t *match = json_object_get(row, "match");
	const char *by = text_or(match, "by");

	if (json_is_integer(json_object_get(match, "resident")))
		printf("，按%s匹配到在册人员%s",
			by[0] == '\0' ? "资料" : cli_code(c, "", "match_by", by),
			json_flag(match, "ambiguous", false) ? "（有同名，请核对）" : "");
	else
		printf("，当事人不在册");
}

static void put_flags(struct cli *c, const char *flags)
{
	bool some = false;

	while (*flags != '\0') {
		size_t n = strcspn(flags, " ");
		const char *flag = arena_text(&c->arena, flags, n);

		if (strcmp(flag, "off_list") != 0 && strcmp(flag, "ambiguous") != 0) {
			printf("%s%s", some ? "、" : "；请注意：", cli_code(c, "", "flags", flag));
			some = true;
		}
		flags += n;
		flags += *flags == ' ';
	}
}

static void put_warning(struct cli *c, const json_t *row)
{
	bool again = json_flag(row, "duplicate", false);
	size_t tasks = json_array_size(json_object_get(row, "tasks"));
	const char *level = text_or(row, "level");

	put_row_number(row);
	if (is_rejected(row)) {
		put_fault("没有收：", json_object_get(row, "error"));
		return;
	}
	printf("%s：案件 %s", again ? "早已收过，没有重复受理" : "已受理", text_or(row, "no"));
	if (json_flag(row, "merged", false))
		printf("（并入，第%lld次预警）", (long long)json_int(row, "repeat_no", 1));
	if (level[0] != '\0')
		printf("，%s", cli_code(c, "", "level", level));
	if (!again) {
		put_match(c, row);
		if (tasks > 0)
			printf("，已派%zu个任务", tasks);
		put_flags(c, text_or(row, "flags"));
	}
	putchar('\n');
	put_notes(row);
}

static int64_t count(const json_t *o, const char *key)
{
	return json_int(o, key, 0);
}

int cli_push(struct cli *c)
{
	const json_t *rows, *row;
	struct cli_reply r;
	int64_t bad;
	size_t i;

	if (!send_file(c, c->verb->path, &r))
		return c->exit_code;
	rows = json_object_get(r.json, "results");
	bad = count(r.json, "rejected");
	if (c->g.json) {
		cli_print_body(&r);
	} else if (rows == NULL) {
		put_warning(c, r.json);
	} else {
		json_array_foreach(rows, i, row) {
			put_warning(c, row);
		}
		printf("共%zu条：受理%lld，重复%lld，没有收%lld。\n", json_array_size(rows),
			(long long)count(r.json, "accepted"),
			(long long)count(r.json, "duplicates"), (long long)bad);
	}
	cli_reply_free(&r);
	return bad > 0 ? CLI_REFUSED : CLI_DONE;
}

/* -- lists of people ------------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *code, *word, *dry;
} results[] = {
	{ "created", "已新增", "将新增" }, { "updated", "已修改", "将修改" }, { "unchanged", "没有变化", "没有变化" },
	{ "accepted", "已新增", "将新增" }, { "changed", "已修改", "将修改" }, { "duplicate", "没有变化", "没有变化" },
};
static const struct {
	const char *code, *text;
} notes[] = {
	{ "area_unknown", "村居对不上，归到中心" }, { "area_ambiguous", "村居有同名，归到中心" },
	{ "phone_changed", "手机号换了" },
};
/* clang-format on */

static const char *note_text(const json_t *row)
{
	const char *note = text_or(row, "note");

	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (strcmp(notes[i].code, note) == 0)
			return notes[i].text;
	return note;
}

static const char *result_text(const json_t *row, bool dry)
{
	const char *code = json_str(row, "result");

	code = code == NULL ? text_or(row, "status") : code;
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (strcmp(results[i].code, code) == 0)
			return dry ? results[i].dry : results[i].word;
	return code;
}

/* Of a list that went well only what needs a look is told; of a trial everything that would change. */
static void put_person(const json_t *row, bool dry)
{
	const char *note = note_text(row), *result = result_text(row, dry);

	if (is_rejected(row)) {
		put_row_number(row);
		put_fault("没有收：", json_object_get(row, "error"));
		return;
	}
	if (note[0] != '\0' || json_object_get(row, "notes") != NULL ||
		(dry && strcmp(result, "没有变化") != 0)) {
		put_row_number(row);
		printf("%s%s%s\n", result, note[0] == '\0' ? "" : "：", note);
	}
	put_notes(row);
}

static void put_counts(const json_t *o, bool dry)
{
	printf("%s新增%lld，修改%lld，没有变化%lld，没有收%lld。\n",
		dry ? "只是试一遍，什么都没有改。导入时将" : "", (long long)count(o, "created"),
		(long long)count(o, "updated"), (long long)count(o, "unchanged"),
		(long long)count(o, "rejected"));
}

int cli_import(struct cli *c)
{
	bool dry = cli_option(&c->args, "dry-run") != NULL;
	const char *path =
		dry ? arena_print(&c->arena, "%s?dry_run=1", c->verb->path) : c->verb->path;
	const json_t *row;
	struct cli_reply r;
	int64_t bad;
	size_t i;

	if (!send_file(c, path, &r))
		return c->exit_code;
	bad = count(r.json, "rejected");
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		json_array_foreach(json_object_get(r.json, "results"), i, row) {
			put_person(row, dry);
		}
		put_counts(r.json, dry);
	}
	cli_reply_free(&r);
	return bad > 0 ? CLI_REFUSED : CLI_DONE;
}
