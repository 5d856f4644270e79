/* Lists and single records: `NOUN list`, `NOUN show`. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "listing.h"

#include "banned.h"

enum { QUERY_MAX_BYTES = 16 << 10 };

/* clang-format off */
/* first: those that wait for somebody, before all others. */
static const struct view {
	const char *listing, *columns, *first, *rest, *first_title, *rest_title;
} views[] = {
	{ "warnings", "id received_at state level source warn_no fraud_type person no area_name match_by flags", NULL, NULL, NULL, NULL },
	{ "cases", "no state level person area_name fraud_type opened_at repeat_no team_name outcome flags", NULL, NULL, NULL, NULL },
	{ "tasks", "id code no kind level member_name member_phone state offered_at accepted_at outcome", NULL, NULL, NULL, NULL },
	{ "messages", "id created_at kind purpose phone member_name state channel error text", NULL, NULL, NULL, NULL },
	{ "inbox", "id received_at phone member_name no state next raised text", "open=1", "open=0", "等人处理", "其他来信" },
	{ "followups", "id no step due_at state member_name person done_at", NULL, NULL, NULL, NULL },
	{ "handovers", "id no state red_line_at opened_at told_at acked_at amount person missing", NULL, NULL, NULL, NULL },
	{ "rewards", "id no state area_name member_name amount saved rule proposed_at reason", NULL, NULL, NULL, NULL },
	{ "residents", "id name sex birth phones area_name address tags risk state", NULL, NULL, NULL, NULL },
	{ "areas", "code name kind parent aliases population", NULL, NULL, NULL, NULL },
	{ "teams", "id name kind area_name members", NULL, NULL, NULL, NULL },
	{ "members", "id team_name name phone post area_name state away_until pledged_on open_tasks stopped_at", NULL, NULL, NULL, NULL },
	{ "duties", "id team_name member_name weekdays day from to off", NULL, NULL, NULL, NULL },
	{ "proposed", "id at state person area case resident decided_at", NULL, NULL, NULL, NULL },
	{ "alarms", "id raised_at kind no text times last_at cleared_at cleared_by", "open=1", "open=0", "未解除", "已解除" },
	{ "keys", "id name role area created_at created_by revoked_at", NULL, NULL, NULL, NULL },
	{ "events", "id at actor kind entity entity_id data", NULL, NULL, NULL, NULL },
	{ "reveals", "id at actor entity entity_id reason", NULL, NULL, NULL, NULL },
};
/* clang-format on */

static const struct view *view_of(const char *listing)
{
	size_t i = 0;

	while (i + 1 < sizeof views / sizeof *views && strcmp(views[i].listing, listing) != 0)
		i++;
	return &views[i];
}

static void add_pair(struct buf *q, const char *name, const char *value)
{
	buf_addf(q, "%s%s=", q->len == 0 ? "" : "&", name);
	cli_percent(value, q);
}

/* The filters of the command line; how many are more than the size of a page. */
static int add_filters(const struct cli *c, struct buf *q)
{
	const char *word = cli_word(&c->args, &c->words, "q");
	int n = 0;

	if (word != NULL) {
		add_pair(q, "q", word);
		n++;
	}
	for (int i = 0; i < c->args.options; i++) {
		const char *name = c->args.name[i];

		if (strcmp(name, "all") == 0 || strcmp(name, "after") == 0)
			continue;
		add_pair(q, name, c->args.value[i]);
		n += strcmp(name, "limit") != 0;
	}
	return n;
}

/* All pages from `after` on, or only the first; {"items":[…],"next":…}, new. NULL: said. */
static json_t *get_pages(struct cli *c, const char *query, const char *after, bool all)
{
	json_t *items = json_array(), *next = json_null();
	struct cli_reply r;
	struct buf path;

	do {
		buf_init(&path, QUERY_MAX_BYTES);
		buf_addf(&path, "%s?%s", c->verb->path, query);
		if (all && cli_option(&c->args, "limit") == NULL)
			buf_addf(&path, "&limit=%d", LISTING_PAGE_MAX);
		if (after != NULL) {
			buf_adds(&path, "&after=");
			cli_percent(after, &path);
		}
		if (!cli_get(c, buf_str(&path), &r)) {
			buf_free(&path);
			json_decref(items);
			return NULL;
		}
		buf_free(&path);
		json_array_extend(items, json_object_get(r.json, "items"));
		json_decref(next);
		next = json_incref(json_object_get(r.json, "next"));
		after = json_is_string(next) ? arena_text(&c->arena, json_string_value(next),
						       json_string_length(next))
					     : NULL;
		cli_reply_free(&r);
	} while (all && after != NULL);
	return json_pack("{s:o, s:o}", "items", items, "next", next);
}

static void print_json(const json_t *value)
{
	struct buf b;

	buf_init(&b, 512 << 20);
	json_write(value, &b);
	printf("%s\n", buf_str(&b));
	buf_free(&b);
}

static void print_page(struct cli *c, const struct view *v, const char *title, const json_t *page)
{
	const json_t *items = json_object_get(page, "items");
	const char *next = json_str(page, "next");

	if (title != NULL)
		printf("%s：%s\n", title, json_array_size(items) == 0 ? "没有" : "");
	else if (json_array_size(items) == 0)
		cli_say("没有记录。");
	if (json_array_size(items) > 0)
		cli_rows(c, v->listing, v->columns, items);
	if (next != NULL)
		cli_say("还有更多：加 --all 全部列出，或 --after %s 接着看。", next);
}

static int list_once(struct cli *c, const struct view *v, const char *query, const char *title)
{
	bool all = cli_option(&c->args, "all") != NULL;
	json_t *page = get_pages(c, query, cli_option(&c->args, "after"), all);

	if (page == NULL)
		return c->exit_code;
	if (c->g.json)
		print_json(page);
	else
		print_page(c, v, title, page);
	json_decref(page);
	return CLI_DONE;
}

/* Two lists: what waits for somebody, and the rest. */
static int list_twice(struct cli *c, const struct view *v, struct buf *query)
{
	size_t before = query->len;
	int code;

	buf_addf(query, "%s%s", before == 0 ? "" : "&", v->first);
	code = list_once(c, v, buf_str(query), v->first_title);
	if (code != CLI_DONE)
		return code;
	putchar('\n');
	query->len = before;
	buf_addf(query, "%s%s", before == 0 ? "" : "&", v->rest);
	return list_once(c, v, buf_str(query), v->rest_title);
}

int cli_list(struct cli *c)
{
	char noun[CLI_LISTING];
	const struct view *v = view_of(cli_verb_listing(c->verb, noun));
	struct buf query;
	int code;

	buf_init(&query, QUERY_MAX_BYTES);
	if (add_filters(c, &query) == 0 && v->first != NULL && !c->g.json &&
		cli_option(&c->args, "after") == NULL)
		code = list_twice(c, v, &query);
	else
		code = list_once(c, v, buf_str(&query), NULL);
	buf_free(&query);
	return code;
}

int cli_show(struct cli *c)
{
	const char *path = cli_path(c);
	char noun[CLI_LISTING];
	struct cli_reply r;

	path = path == NULL ? NULL : cli_reveal(c, path);
	if (path == NULL || !cli_get(c, path, &r))
		return c->exit_code;
	if (c->g.json)
		cli_print_body(&r);
	else
		cli_record(c, cli_verb_listing(c->verb, noun), r.json);
	cli_reply_free(&r);
	return CLI_DONE;
}

const char *cli_reveal(struct cli *c, const char *path)
{
	const char *reason = cli_option(&c->args, "reveal");
	struct buf b;

	if (reason == NULL)
		return path;
	buf_init(&b, QUERY_MAX_BYTES);
	buf_addf(&b, "%s?reveal=1&reason=", path);
	cli_percent(reason, &b);
	path = arena_text(&c->arena, buf_str(&b), b.len);
	buf_free(&b);
	return path;
}
