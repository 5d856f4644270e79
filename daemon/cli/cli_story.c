/* `case show`: what happened, as a story; `outcome list`. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_table.h"
#include "json.h"

#include "banned.h"

static const char *value(struct cli *c, const json_t *o, const char *listing, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return v == NULL ? "" : cli_value(c, listing, key, v);
}

static void put(const char *title, const char *text)
{
	if (text[0] != '\0')
		printf("%s：%s\n", title, text);
}

static void put_head(struct cli *c, const json_t *o)
{
	static const struct {
		const char *title, *key;
	} lines[] = {
		{ "诈骗类型", "fraud_type" },
		{ "村居", "area_name" },
		{ "劝导队", "team_name" },
		{ "涉及金额", "amount" },
		{ "标记", "flags" },
		{ "结果", "outcome" },
		{ "损失金额", "lost" },
		{ "挽损金额", "saved" },
		{ "结案原因", "close_reason" },
	};

	printf("案件 %s  %s  %s%s\n", value(c, o, "cases", "no"), value(c, o, "cases", "state"),
		value(c, o, "cases", "level"), json_flag(o, "drill", false) ? "  演练" : "");
	put("当事人", cli_person(c, json_object_get(o, "person")));
	put("住址", value(c, json_object_get(o, "person"), "", "address"));
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		put(lines[i].title, value(c, o, "cases", lines[i].key));
	put("编号", value(c, o, "cases", "id"));
}

static void put_part(
	struct cli *c, const json_t *o, const char *title, const char *key, const char *columns)
{
	const json_t *rows = json_object_get(o, key);

	if (json_array_size(rows) == 0)
		return;
	printf("\n%s\n", title);
	cli_rows(c, key, columns, rows);
}

static void put_timeline(struct cli *c, const json_t *o)
{
	const json_t *list = json_object_get(o, "timeline"), *e;
	const char *at, *last = "", *who;
	size_t i;

	printf("\n经过\n");
	json_array_foreach(list, i, e) {
		at = cli_time(c, json_str(e, "at"));
		who = value(c, e, "", "who");
		printf("  %*s%s  %s%s%s%s\n", (int)(strcmp(at, last) == 0 ? cli_width(at) : 0), "",
			strcmp(at, last) == 0 ? "" : at, value(c, e, "", "line"),
			strcmp(who, "系统") == 0 ? "" : "（", strcmp(who, "系统") == 0 ? "" : who,
			strcmp(who, "系统") == 0 ? "" : "）");
		last = at;
	}
}

int cli_case_show(struct cli *c)
{
	const char *path = cli_path(c);
	struct cli_reply r;

	path = path == NULL ? NULL : cli_reveal(c, path);
	if (path == NULL || !cli_get(c, path, &r))
		return c->exit_code;
	if (c->g.json) {
		cli_print_body(&r);
	} else {
		put_head(c, r.json);
		put_part(c, r.json, "预警", "warnings",
			"received_at state level source warn_no match_by");
		put_part(c, r.json, "任务", "tasks",
			"id code kind member_name member_phone state offered_at outcome");
		put_part(c, r.json, "结果", "outcomes", "at code lost saved who");
		put_part(c, r.json, "回访", "followups", "id step due_at state member_name");
		put_part(c, r.json, "止付移交", "handovers",
			"id state red_line_at acked_at amount missing");
		put_part(c, r.json, "奖励", "rewards", "id state member_name amount rule");
		put_timeline(c, r.json);
	}
	cli_reply_free(&r);
	return CLI_DONE;
}

int cli_outcome_list(struct cli *c)
{
	const char *path = cli_path(c);
	const json_t *list;
	struct cli_reply r;
	struct buf b;

	if (path == NULL || !cli_get(c, path, &r))
		return c->exit_code;
	list = json_object_get(r.json, "outcomes");
	if (c->g.json) {
		buf_init(&b, 16 << 20);
		json_write(list, &b);
		printf("%s\n", buf_str(&b));
		buf_free(&b);
	} else if (json_array_size(list) == 0) {
		cli_say("还没有登记过结果。");
	} else {
		cli_rows(c, "outcomes", "id at code lost saved amount_kind who corrects", list);
	}
	cli_reply_free(&r);
	return CLI_DONE;
}
