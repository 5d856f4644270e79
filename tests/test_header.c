/*
 * Headers: every line of tests/vectors/headers.jsonl, each as a test with the name of its id;
 * then rows of our own, the words themselves, rows that are skipped, merged cells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain.h"
#include "header.h"
#include "header_words.h"

#include "banned.h"

enum { LINES_MAX = 1000 };

static const char *const expected[] = { "map", "header_rows", "units", "warn", "groups",
	"skip_rows", "first_data_row", "orientation" };

static json_t *without_expectation(const json_t *line)
{
	json_t *copy = json_deep_copy(line);

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		json_object_del(copy, expected[i]);
	return copy;
}

static void reads_as_expected(void **state)
{
	const json_t *line = *state;
	json_t *input = without_expectation(line), *answer = explain_headers(input);

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		const json_t *want = json_object_get(line, expected[i]);
		const json_t *have = json_object_get(answer, expected[i]);
		char *text;

		if (json_equal(want, have) ||
			(want == NULL && json_object_size(have) + json_array_size(have) == 0))
			continue;
		if (want == NULL && (strcmp(expected[i], "first_data_row") == 0 ||
					    strcmp(expected[i], "groups") == 0))
			continue;
		text = json_dumps(answer, JSON_COMPACT);
		fail_msg("%s: %s", expected[i], text);
	}
	json_decref(input);
	json_decref(answer);
}

/* A header as one text: cells parted by |, rows by a line feed; want: fields parted by blanks, - none. */
static struct own_row {
	const char *name;
	enum header_kind kind;
	const char *sheet, *want, *warn;
} own_rows[] = {
	{ "residents", HEADER_RESIDENT,
		"序号|姓名|身份证号|联系电话|住址|村居|人群类别|风险等级|家属|与本人关系|联系电话|"
		"备注",
		"seq name id_no phone addr_live village tags risk family_name family_relation "
		"family_phone remark",
		"" },
	{ "a guardian of a resident", HEADER_RESIDENT, "姓名|手机号|监护人|关系|电话|标签",
		"name phone guardian_name guardian_relation guardian_phone tags", "" },
	{ "residents in two rows", HEADER_RESIDENT,
		"居民信息||家属信息|||备注\n姓名|电话|姓名|关系|电话|",
		"name phone family_name family_relation family_phone remark", "" },
	{ "members", HEADER_MEMBER, "队伍|姓名|手机号|职务|村居|保密承诺日期",
		"team name phone post village secrecy_date", "" },
	{ "members by code", HEADER_MEMBER,
		"队伍名称|姓名|联系电话|岗位|村居代码|保密承诺书签订日期",
		"team name phone post area_code secrecy_date", "" },
	{ "areas", HEADER_AREA, "代码|名称|上级|类型|别名", "code name parent type aliases", "" },
	{ "teams", HEADER_TEAM, "队伍编号|队伍名称|类型|村居|队长|联系电话",
		"code name type village leader leader_phone", "" },
	{ "duties", HEADER_DUTY, "队伍|姓名|手机号|星期|日期|开始|结束|班次",
		"team name phone weekday date start end shift", "" },
	{ "our own names of fields", HEADER_WARNING,
		"warn_no|name|id_no|phones|address|area|level|amount|remark",
		"warn_no victim_name id_no phone addr_live village level amount remark", "" },
	{ "a property company's number is nobody's", HEADER_WARNING, "姓名|物业公司|联系电话|住址",
		"victim_name - phone addr_live", "" },
	{ "and never beside the resident's", HEADER_WARNING, "姓名|手机号|物业公司|联系电话|住址",
		"victim_name phone - - addr_live", "" },
	{ "an officer's number behind his badge", HEADER_WARNING,
		"姓名|手机|责任民警|警号|联系电话", "victim_name phone officer - officer_phone",
		"" },
	{ "a qualifier in brackets", HEADER_WARNING, "姓名|联系电话|联系电话（家属）",
		"victim_name phone family_phone", "" },
	{ "an unknown owner in brackets", HEADER_WARNING, "姓名|联系电话|联系电话（物业）",
		"victim_name phone -", "" },
	{ "a family member's ID is not the resident's", HEADER_WARNING,
		"姓名|电话|家属姓名|家属身份证号|家属住址", "victim_name phone family_name - -",
		"" },
	{ "a chain of owners", HEADER_WARNING,
		"受害人姓名|受害人电话|受害人家属电话|受害人家属姓名",
		"victim_name phone family_phone family_name", "" },
	{ "an unknown group keeps its people", HEADER_WARNING,
		"物业信息||居民信息|\n姓名|电话|姓名|电话", "- - victim_name phone", "" },
	{ "a group without merges in a CSV", HEADER_WARNING,
		"受害人||民警||备注\n姓名|电话|姓名|电话|",
		"victim_name phone officer officer_phone remark", "" },
	{ "a title of two cells is no group", HEADER_WARNING,
		"示例镇||2023年9月||\n姓名|电话|住址|等级|备注",
		"victim_name phone addr_live level remark", "" },
	{ "a telling word beats a general one", HEADER_WARNING, "时间|预警时间|姓名|电话",
		"- warn_time victim_name phone", "duplicate:warn_time" },
	{ "the account of a payee", HEADER_WARNING, "姓名|收款人|账号|开户行|金额（万元）",
		"victim_name payee in_account in_bank amount", "" },
	{ "a serial number with a warning number", HEADER_WARNING, "编号|流水号|姓名",
		"warn_no tx_no victim_name", "" },
	{ "three numbers of the resident", HEADER_WARNING, "姓名|手机号1|手机号2|手机号3",
		"victim_name phone phone2 phone3", "" },
	{ "two families", HEADER_WARNING, "姓名|家属电话|紧急联系人电话",
		"victim_name family_phone -", "duplicate:family_phone" },
	{ "a unit without brackets", HEADER_WARNING, "姓名|涉案金额/万元|止损金额元",
		"victim_name amount saved_amount", "" },
	{ "flattened by a slash", HEADER_WARNING, "受害人/姓名|受害人/电话|民警/电话",
		"victim_name phone officer_phone", "" },
	{ "data that looks like words", HEADER_WARNING, "1|张三|13800138000\n2|李四|13900000000",
		"", "no_header" },
	{ "one word is no header", HEADER_WARNING, "张三|电话|13800138000", "", "no_header" },
	{ "a form of two pairs a row", HEADER_WARNING,
		"姓名|王明|性别|男\n身份证号|无|年龄|60\n联系电话|13800138000|住址|示例村6组",
		"victim_name sex id_no age phone addr_live", "" },
	{ "a header below a long preface", HEADER_WARNING,
		"清单\n\n填报单位：示例派出所\n说明：请核对\n\n\n姓名|电话|等级",
		"victim_name phone level", "" },
	{ "a header too far down is not found", HEADER_WARNING,
		"a\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\na\n姓名|电话|等级", "",
		"no_header" },
};

enum { ROWS = 32, CELLS = 16 };

struct drawn {
	char text[1024];
	const char *cells[ROWS][CELLS];
	struct header_row rows[ROWS];
	struct header_sheet sheet;
};

static void draw(const char *text, struct drawn *d)
{
	char *rest = d->text, *line, *cell;

	memset(d, 0, sizeof *d);
	snprintf(d->text, sizeof d->text, "%s", text);
	while ((line = strsep(&rest, "\n")) != NULL) {
		struct header_row *row = &d->rows[d->sheet.row_count];

		row->cells = d->cells[d->sheet.row_count++];
		while ((cell = strsep(&line, "|")) != NULL)
			d->cells[d->sheet.row_count - 1][row->count++] = cell;
	}
	d->sheet.rows = d->rows;
}

static void own_headers(void **state)
{
	const struct own_row *r = *state;
	const struct header_options opt = { .kind = r->kind };
	struct header_map map;
	struct drawn d;
	char have[512] = "";
	bool found;

	draw(r->sheet, &d);
	found = header_find(&d.sheet, &opt, &map);
	assert_int_equal(found, map.layout != HEADER_NONE);
	for (size_t i = 0; i < map.count; i++) {
		size_t n = strlen(have);

		snprintf(have + n, sizeof have - n, "%s%s", i > 0 ? " " : "",
			map.column[i].field == NULL ? "-" : map.column[i].field);
	}
	assert_string_equal(have, r->want);
	assert_string_equal(map.warnings > 0 ? map.warning[0] : "", r->warn);
	assert_string_not_equal(header_warning_text(r->warn), "");
}

static struct unit_row {
	const char *name, *sheet, *unit;
} unit_rows[] = {
	{ "brackets", "姓名|电话|金额（万元）", "万元" },
	{ "brackets with words", "姓名|电话|金额（单位：万元）", "万元" },
	{ "brackets behind a hyphen", "姓名|电话|资金-金额（万元）", "万元" },
	{ "a slash", "姓名|电话|金额/万元", "万元" },
	{ "the end of the word", "姓名|电话|涉案金额万元", "万元" },
	{ "the title row", "统计表（单位：千元）\n姓名|电话|涉案金额", "千元" },
	{ "the column beats the title", "统计表（单位：千元）\n姓名|电话|涉案金额（元）", "元" },
	{ "a precision is no unit", "姓名|电话|金额（精确到分）", NULL },
	{ "the group", "受害人||资金（万元）|\n姓名|电话|金额|交易时间", "万元" },
};

static void units_of_money(void **state)
{
	const struct unit_row *r = *state;
	const struct header_options opt = { 0 };
	struct header_map map;
	struct drawn d;

	draw(r->sheet, &d);
	assert_true(header_find(&d.sheet, &opt, &map));
	assert_int_equal(header_column_of(&map, "amount"), 2);
	if (r->unit == NULL)
		assert_null(map.column[2].unit);
	else
		assert_string_equal(map.column[2].unit, r->unit);
}

/* The words of a kind: each in its normal form, each known, and no word in two fields. */
static void every_word_means_its_field(void **state)
{
	static const char *const fields[] = { "seq", "warn_no", "victim_name", "name", "id_no",
		"phone", "suspect_phone", "addr_live", "addr_reg", "village", "area_code", "grid",
		"level", "fraud_type", "source", "channel_end", "warn_time", "issue_time",
		"deadline_ack", "deadline_meet", "deadline_feedback", "call_time", "call_seconds",
		"out_account", "bank", "in_account", "payee", "in_bank", "amount", "saved_amount",
		"tx_time", "tx_no", "suspect_url", "suspect_app", "suspect_im", "station",
		"officer", "officer_phone", "family_name", "family_phone", "family_relation",
		"guardian_name", "guardian_phone", "employer", "occupation", "handler",
		"handler_phone", "method", "met", "result", "result_time", "remark", "tags", "risk",
		"team", "post", "secrecy_date", "code", "parent", "type", "aliases", "leader",
		"leader_phone", "weekday", "date", "start", "end", "shift" };
	size_t words = 0;

	(void)state;
	for (int kind = 0; kind < HEADER_KINDS; kind++)
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
			const struct header_options opt = { .kind = (enum header_kind)kind };
			char *copy = strdup(header_words(opt.kind, fields[i])), *rest = copy, *word;

			while (*copy != '\0' && (word = strsep(&rest, " ")) != NULL) {
				struct header_label l;
				bool bracket = strchr(word, '(') != NULL;

				header_norm(word, &l);
				if (!bracket)
					assert_string_equal(l.text, word);
				assert_string_equal(header_field(word, &opt), fields[i]);
				words++;
			}
			free(copy);
		}
	assert_true(words > 500);
}

static void the_words_of_the_office_come_first(void **state)
{
	static const struct header_word own[] = { { "甲方（姓名）", "victim_name" },
		{ "备注", "suspect_url" } };
	const struct header_options opt = { .own = own, .own_count = 2 };

	(void)state;
	assert_string_equal(header_field("甲方", &opt), "victim_name");
	assert_string_equal(header_field("备 注", &opt), "suspect_url");
	assert_string_equal(header_field("姓名", &opt), "victim_name");
	assert_null(header_field("", &opt));
	assert_null(header_field("物业电话", &opt));
	assert_null(header_field("张三的电话", &opt));
}

static struct skip_row {
	const char *name, *row;
	bool skip;
} skip_rows[] = {
	{ "a record", "1|合计村|13800138000|高", false },
	{ "empty", "|||", true },
	{ "blanks and dashes alone", " |\u3000|—|无", true },
	{ "the header once more", "序号|姓名|电话|等级", true },
	{ "the header with blanks", "序 号|姓  名|电话|等级", true },
	{ "half a header is a record", "序号|姓名|13800138000|", false },
	{ "a total", "合计||2|", true },
	{ "a total behind an empty cell", "|总 计|2|", true },
	{ "a total with its number", "合计：3人|||", true },
	{ "a signature", "填表人：张三||审核人：|", true },
	{ "a note", "注：以上数据截至昨日|||", true },
	{ "a person whose name begins so", "注册员|张三|13800138000|高", false },
	{ "an error cell is no empty row", "#N/A|||", false },
};

static void skipping(void **state)
{
	const struct skip_row *r = *state;
	const struct header_options opt = { 0 };
	struct header_map map;
	struct drawn head, row;

	draw("序号|姓名|电话|等级", &head);
	draw(r->row, &row);
	assert_true(header_find(&head.sheet, &opt, &map));
	assert_int_equal(header_skips(&map, &row.rows[0]), r->skip);
}

static void a_sheet_wider_than_we_read_says_so(void **state)
{
	static const char *cells[HEADER_COLUMNS + 1];
	const struct header_row row = { cells, HEADER_COLUMNS + 1 };
	const struct header_sheet sheet = { .rows = &row, .row_count = 1 };
	const struct header_options opt = { 0 };
	struct header_map map;

	(void)state;
	cells[0] = "姓名";
	cells[1] = "电话";
	cells[HEADER_COLUMNS] = "住址";
	assert_true(header_find(&sheet, &opt, &map));
	assert_int_equal(map.count, HEADER_COLUMNS);
	assert_string_equal(map.warning[0], "too_wide");
	assert_int_equal(header_column_of(&map, "addr_live"), -1);
}

static void add(
	struct CMUnitTest *tests, size_t *n, const char *name, CMUnitTestFunction fn, void *row)
{
	tests[(*n)++] = (struct CMUnitTest){ .name = name, .test_func = fn, .initial_state = row };
}

static void add_own(struct CMUnitTest *tests, size_t *n)
{
	for (size_t i = 0; i < sizeof own_rows / sizeof *own_rows; i++)
		add(tests, n, own_rows[i].name, own_headers, &own_rows[i]);
	for (size_t i = 0; i < sizeof unit_rows / sizeof *unit_rows; i++)
		add(tests, n, unit_rows[i].name, units_of_money, &unit_rows[i]);
	for (size_t i = 0; i < sizeof skip_rows / sizeof *skip_rows; i++)
		add(tests, n, skip_rows[i].name, skipping, &skip_rows[i]);
	add(tests, n, "every word means its field", every_word_means_its_field, NULL);
	add(tests, n, "the words of the office come first", the_words_of_the_office_come_first,
		NULL);
	add(tests, n, "a sheet wider than we read says so", a_sheet_wider_than_we_read_says_so,
		NULL);
}

int main(void)
{
	static struct CMUnitTest tests[LINES_MAX];
	FILE *f = fopen("tests/vectors/headers.jsonl", "r");
	size_t n = 0;
	json_t *line;

	if (f == NULL) {
		perror("tests/vectors/headers.jsonl");
		return 1;
	}
	while (n < LINES_MAX / 2 && (line = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		tests[n].name = json_string_value(json_object_get(line, "id"));
		tests[n].test_func = reads_as_expected;
		tests[n++].initial_state = line;
	}
	fclose(f);
	if (n < 38)
		return 1;
	add_own(tests, &n);
	return _cmocka_run_group_tests("headers.jsonl", tests, n, NULL, NULL);
}
