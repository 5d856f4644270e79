/* Values of the API as people read them: tables, records, times, sums. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_table.h"
#include "clock.h"
#include "codeword.h"
#include "json.h"
#include "listing.h"

#include "banned.h"

enum { CELL_WIDEST = 44, VALUE_MAX = 64 << 10, TABLE_MAX = 512 << 20, MONEY_UNIT = 100 };

/* -- titles and kinds ------------------------------------------------------------------------------ */

/* What is in no listing: members of persons, of other answers, and numbers beside the columns. */
/* clang-format off */
static const struct {
	const char *column, *title;
	enum listing_kind kind;
} others[] = {
	{ "phones", "手机号", LIST_WORDS }, { "family", "家属", LIST_PERSON }, { "guardian", "监护人", LIST_PERSON },
	{ "age", "年龄", LIST_INT }, { "minor", "未成年", LIST_BOOL }, { "brief", "位置", LIST_TEXT },
	{ "door", "门牌", LIST_TEXT }, { "relation", "关系", LIST_TEXT }, { "village", "村居", LIST_TEXT },
	{ "victim", "当事人", LIST_PERSON }, { "transfers", "转账", LIST_PERSON }, { "suspects", "涉案信息", LIST_WORDS },
	{ "family_name", "家属姓名", LIST_TEXT }, { "family_phone", "家属电话", LIST_TEXT },
	{ "officer", "民警", LIST_TEXT }, { "officer_phone", "民警电话", LIST_TEXT }, { "station", "派出所", LIST_TEXT },
	{ "bank", "银行", LIST_TEXT }, { "payee", "收款人", LIST_TEXT }, { "issue_time", "下发时间", LIST_TIME },
	{ "call_time", "通话时间", LIST_TIME }, { "tx_time", "转账时间", LIST_TIME },
	{ "out_account", "付款账号", LIST_TEXT }, { "in_account", "收款账号", LIST_TEXT }, { "in_bank", "收款银行", LIST_TEXT },
	{ "tx_no", "流水号", LIST_TEXT }, { "addr_reg", "户籍地址", LIST_TEXT }, { "remark", "备注", LIST_TEXT },
	{ "part_list", "各段", LIST_PERSON }, { "part", "第几段", LIST_INT },
	{ "at", "时间", LIST_TIME }, { "code", "结果", LIST_TEXT }, { "who", "登记人", LIST_TEXT },
	{ "lost", "损失金额", LIST_MONEY }, { "saved", "挽损金额", LIST_MONEY }, { "amount_kind", "金额", LIST_TEXT },
	{ "amount_check", "待核金额", LIST_BOOL }, { "corrects", "更正", LIST_ID },
	{ "name", "名称", LIST_TEXT }, { "kind", "种类", LIST_TEXT }, { "up", "通", LIST_BOOL },
	{ "paused", "暂停", LIST_BOOL }, { "breaker", "熔断", LIST_TEXT },
	{ "state", "状态", LIST_TEXT }, { "signal", "信号", LIST_INT }, { "operator", "运营商", LIST_TEXT },
	{ "sent", "已发", LIST_INT }, { "received", "已收", LIST_INT }, { "alarms", "告警", LIST_WORDS },
	{ "created", "新建", LIST_BOOL }, { "changed", "改动", LIST_WORDS }, { "note", "说明", LIST_TEXT },
	{ "line", "经过", LIST_TEXT }, { "id", "编号", LIST_ID },
};
/* clang-format on */

static const struct listing_column *column_of(const char *listing, const char *name)
{
	const struct listing *l = listing_find(listing);

	for (const struct listing_column *k = l == NULL ? NULL : l->columns;
		k != NULL && k->name != NULL; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static enum listing_kind kind_of(const char *listing, const char *name)
{
	const struct listing_column *k = column_of(listing, name);

	if (k != NULL)
		return k->kind;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i].column, name) == 0)
			return others[i].kind;
	return LIST_TEXT;
}

const char *cli_title(const char *listing, const char *column)
{
	const struct listing_column *k = column_of(listing, column);

	if (k != NULL)
		return k->title;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i].column, column) == 0)
			return others[i].title;
	return column;
}

/* -- one value --------------------------------------------------------------------------------------- */

const char *cli_time(struct cli *c, const char *iso)
{
	struct clock_day t, now;
	int64_t ms;

	if (iso == NULL || !clock_parse_iso(iso, &ms))
		return iso == NULL ? "" : iso;
	clock_local(ms, &t);
	clock_local(clock_now_ms(), &now);
	if (t.year != now.year)
		return arena_print(&c->arena, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day,
			t.hour, t.minute);
	if (t.month != now.month || t.day != now.day)
		return arena_print(
			&c->arena, "%02d-%02d %02d:%02d", t.month, t.day, t.hour, t.minute);
	return arena_print(&c->arena, "%02d:%02d", t.hour, t.minute);
}

const char *cli_money(struct cli *c, int64_t fen)
{
	const char *sign = fen < 0 ? "-" : "";
	int64_t yuan = (fen < 0 ? -fen : fen) / MONEY_UNIT,
		rest = (fen < 0 ? -fen : fen) % MONEY_UNIT;

	if (rest == 0)
		return arena_print(&c->arena, "%s%" PRId64 "元", sign, yuan);
	return arena_print(&c->arena, "%s%" PRId64 ".%02" PRId64 "元", sign, yuan, rest);
}

static const char *keep(struct cli *c, struct buf *b)
{
	const char *s = arena_text(&c->arena, buf_str(b), b->len);

	buf_free(b);
	return s;
}

const char *cli_person(struct cli *c, const json_t *person)
{
	static const char *const parts[] = { "name", "sex", "relation", "phone", "phones", "brief",
		"area_name" };
	struct buf b;

	buf_init(&b, VALUE_MAX);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const json_t *v = json_object_get(person, parts[i]);
		const char *s = json_string_value(json_is_array(v) ? json_array_get(v, 0) : v);

		if (s != NULL && s[0] != '\0')
			buf_addf(&b, "%s%s", b.len == 0 ? "" : " ", cli_code(c, "", parts[i], s));
	}
	return keep(c, &b);
}

static const char *object_text(struct cli *c, const json_t *o)
{
	struct buf b;
	const char *s = cli_person(c, o);

	if (s[0] != '\0')
		return s;
	buf_init(&b, VALUE_MAX);
	json_write(o, &b);
	return keep(c, &b);
}

static const char *list_text(
	struct cli *c, const char *listing, const char *column, const json_t *list)
{
	const json_t *item;
	struct buf b;
	size_t i;

	buf_init(&b, VALUE_MAX);
	json_array_foreach(list, i, item) {
		buf_addf(&b, "%s%s", b.len == 0 ? "" : "、",
			strcmp(column, "changed") == 0 ? cli_title(listing, json_string_value(item))
						       : cli_value(c, listing, column, item));
	}
	return keep(c, &b);
}

/* Monday first. */
static const char *weekdays_text(struct cli *c, const json_t *list)
{
	static const char *const days[] = { "一", "二", "三", "四", "五", "六", "日" };
	const json_t *day;
	struct buf b;
	size_t i;

	buf_init(&b, 64);
	json_array_foreach(list, i, day) {
		if (json_integer_value(day) >= 1 && json_integer_value(day) <= 7)
			buf_adds(&b, days[json_integer_value(day) - 1]);
	}
	return keep(c, &b);
}

static const char *integer_text(struct cli *c, int64_t n, enum listing_kind kind)
{
	if (kind == LIST_MONEY)
		return cli_money(c, n);
	return arena_print(&c->arena, "%" PRId64, n);
}

const char *cli_code(struct cli *c, const char *listing, const char *column, const char *code)
{
	char out[WORDING_MAX];
	const char *word = codeword(c->set, listing, column, code, out, sizeof out);

	return word == out ? arena_print(&c->arena, "%s", out) : word;
}

const char *cli_value(struct cli *c, const char *listing, const char *column, const json_t *value)
{
	enum listing_kind kind = kind_of(listing, column);

	/* The loop of json_object_foreach() ends on a NULL, it does not come here with one. */
	/* cppcheck-suppress [nullPointerRedundantCheck, ctunullpointer] */
	switch (json_typeof(value)) {
	case JSON_NULL:
		return "";
	case JSON_TRUE:
		return "是";
	case JSON_FALSE:
		return "否";
	case JSON_INTEGER:
		return integer_text(c, json_integer_value(value), kind);
	case JSON_REAL:
		return arena_print(&c->arena, "%g", json_real_value(value));
	case JSON_ARRAY:
		if (strcmp(column, "weekdays") == 0)
			return weekdays_text(c, value);
		return list_text(c, listing, column, value);
	case JSON_OBJECT:
		return object_text(c, value);
	case JSON_STRING:
		break;
	}
	if (kind == LIST_TIME)
		return cli_time(c, json_string_value(value));
	return cli_code(c, listing, column,
		arena_text(&c->arena, json_string_value(value), json_string_length(value)));
}

/* -- many rows --------------------------------------------------------------------------------------- */

static size_t split_columns(struct cli *c, const char *columns, const char **out)
{
	size_t n = 0;

	for (; *columns != '\0'; columns += *columns == ' ') {
		size_t len = strcspn(columns, " ");

		out[n++] = arena_text(&c->arena, columns, len);
		columns += len;
	}
	return n;
}

/* In a table "no" is the usual thing and says nothing. */
static const char *cell_text(
	struct cli *c, const char *listing, const char *column, const json_t *row)
{
	const json_t *v = json_object_get(row, column);

	return v == NULL || (json_is_false(v) && strcmp(listing, "channels") != 0)
		       ? ""
		       : cli_value(c, listing, column, v);
}

void cli_rows(struct cli *c, const char *listing, const char *columns, const json_t *rows)
{
	const char *names[CLI_TABLE_COLUMNS], *titles[CLI_TABLE_COLUMNS];
	size_t n = split_columns(c, columns, names), i;
	struct cli_table *t;
	const json_t *row;
	struct buf out;

	for (size_t k = 0; k < n; k++)
		titles[k] = cli_title(listing, names[k]);
	t = cli_table_new(titles, n, CELL_WIDEST);
	json_array_foreach(rows, i, row) {
		for (size_t k = 0; k < n; k++)
			cli_table_add(t, cell_text(c, listing, names[k], row));
	}
	buf_init(&out, TABLE_MAX);
	cli_table_write(t, &out);
	fwrite(buf_str(&out), 1, out.len, stdout);
	buf_free(&out);
	cli_table_free(t);
}

/* -- one record --------------------------------------------------------------------------------------- */

static void put_line(const char *indent, const char *title, const char *text)
{
	enum { TITLE_WIDTH = 12 };
	size_t width = cli_width(title);

	if (text[0] == '\0')
		return;
	printf("%s%s%*s%s\n", indent, title, width < TITLE_WIDTH ? (int)(TITLE_WIDTH - width) : 1,
		"", text);
}

static void put_object(struct cli *c, const char *listing, const char *title, const json_t *o)
{
	const char *key;
	json_t *value;

	printf("%s\n", title);
	json_object_foreach((json_t *)o, key, value) {
		put_line("    ", cli_title(listing, key), cli_value(c, listing, key, value));
	}
}

/* The answer to a change names a team or a member where a list has the number. */
static const char *title_of(
	struct cli *c, const char *listing, const char *key, const json_t *value)
{
	if (json_is_string(value) && kind_of(listing, key) == LIST_ID)
		return cli_title(listing, arena_print(&c->arena, "%s_name", key));
	return cli_title(listing, key);
}

void cli_record(struct cli *c, const char *listing, const json_t *record)
{
	const char *key, *title;
	json_t *value;

	json_object_foreach((json_t *)record, key, value) {
		title = title_of(c, listing, key, value);
		if (json_is_object(value))
			put_object(c, listing, title, value);
		else
			put_line("", title, cli_value(c, listing, key, value));
	}
}
