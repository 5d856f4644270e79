/* cli_args.h, cli_table.h, cli_http.h (its pure part), the table of verbs, values as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_table.h"
#include "clock.h"
#include "listing.h"

#include "banned.h"

enum { TESTS = 200 };

static struct CMUnitTest tests[TESTS];
static size_t count;

static void add(const char *name, CMUnitTestFunction fn, const void *row)
{
	assert_true(count < TESTS);
	tests[count++] = (struct CMUnitTest){
		.name = name, .test_func = fn, .initial_state = (void *)(uintptr_t)row
	};
}

#define ADD_ROWS(rows, fn) \
	for (size_t i_ = 0; i_ < sizeof(rows) / sizeof *(rows); i_++) \
	add((rows)[i_].name, fn, &(rows)[i_])

/* -- words and options --------------------------------------------------------------------------- */

/* line: parted by '|'; want: the words, then name=value of the options, parted by '|'. */
static const struct args_row {
	const char *name, *words, *options, *line;
	enum cli_args_rc rc;
	const char *want;
} args_rows[] = {
	{ "a word and an option", "id:编号", "note:说明", "17|--note|好", CLI_ARGS_OK,
		"17|note=好|" },
	{ "options may stand before words", "id:编号", "note:说明", "--note|好|17", CLI_ARGS_OK,
		"17|note=好|" },
	{ "a value behind an equals sign", "", "note:说明", "--note=a=b", CLI_ARGS_OK,
		"note=a=b|" },
	{ "an empty value is a value", "", "note:说明", "--note=", CLI_ARGS_OK, "note=|" },
	{ "a flag takes no word", "id:编号", "ignore", "--ignore|17", CLI_ARGS_OK, "17|ignore=|" },
	{ "a flag with a value is refused", "", "ignore", "--ignore=1", CLI_ARGS_IS_FLAG, "" },
	{ "an option without its value", "", "note:说明", "--note", CLI_ARGS_NO_VALUE, "" },
	{ "an unknown option", "", "note:说明", "--nota|x", CLI_ARGS_UNKNOWN, "" },
	{ "a prefix of an option is not the option", "", "note:说明", "--not|x", CLI_ARGS_UNKNOWN,
		"" },
	{ "a missing word", "id:编号 text:内容", "", "17", CLI_ARGS_FEW, "" },
	{ "a word that may be left out", "[q:姓名]", "", "", CLI_ARGS_OK, "" },
	{ "one word too many", "id:编号", "", "17|18", CLI_ARGS_EXTRA, "" },
	{ "the rest takes all", "id:编号 pair:字段=值...", "", "1|a=1|b=2", CLI_ARGS_OK,
		"1|a=1|b=2|" },
	{ "the rest needs one", "id:编号 pair:字段=值...", "", "1", CLI_ARGS_FEW, "" },
	{ "a negative number is a word", "in:内容", "", "-5", CLI_ARGS_OK, "-5|" },
	{ "a hyphen is a word", "file:文件", "", "-", CLI_ARGS_OK, "-|" },
	{ "behind two hyphens all are words", "[text:文字...]", "lines", "--|--lines|-x",
		CLI_ARGS_OK, "--lines|-x|" },
	{ "the same option twice is kept twice", "", "task:任务", "--task|a|--task|b", CLI_ARGS_OK,
		"task=a|task=b|" },
};

static void read_args(void **state)
{
	const struct args_row *r = *state;
	struct cli_specs words = { .count = 0 }, options = { .count = 0 };
	char line[256], got[256] = "", *argv[32], *rest = line;
	struct cli_args a;
	const char *bad;
	int argc = 0;

	snprintf(line, sizeof line, "%s", r->line);
	while (rest != NULL && *rest != '\0')
		argv[argc++] = strsep(&rest, "|");
	cli_specs_add(&words, r->words);
	cli_specs_add(&options, r->options);
	assert_int_equal(cli_args_read(argc, argv, &words, &options, &a, &bad), r->rc);
	for (int i = 0; r->rc == CLI_ARGS_OK && i < a.words; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s|", a.word[i]);
	for (int i = 0; r->rc == CLI_ARGS_OK && i < a.options; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s=%s|", a.name[i],
			a.value[i]);
	assert_string_equal(got, r->want);
}

static void specs_say_what_they_are(void **state)
{
	struct cli_specs s = { .count = 0 };

	(void)state;
	cli_specs_add(&s, "id:编号 [q:姓名] member#:队员 pair:字段=值... [in:内容...] dry-run");
	assert_int_equal(s.count, 6);
	assert_false(s.item[0].optional);
	assert_string_equal(s.item[0].label, "编号");
	assert_true(s.item[1].optional);
	assert_string_equal(s.item[1].name, "q");
	assert_string_equal(s.item[1].label, "姓名");
	assert_true(s.item[2].number);
	assert_string_equal(s.item[2].name, "member");
	assert_true(s.item[3].rest && !s.item[3].optional);
	assert_string_equal(s.item[3].label, "字段=值");
	assert_true(s.item[4].rest && s.item[4].optional);
	assert_string_equal(s.item[4].label, "内容");
	assert_string_equal(s.item[5].name, "dry-run");
	assert_string_equal(s.item[5].label, "");
}

static void the_last_of_an_option_counts_and_words_have_names(void **state)
{
	struct cli_specs words = { .count = 0 }, options = { .count = 0 };
	char *argv[] = { "7", "--note", "a", "--note", "b" };
	struct cli_args a;
	const char *bad;

	(void)state;
	cli_specs_add(&words, "case:案件 [text:内容]");
	cli_specs_add(&options, "note:说明");
	assert_int_equal(cli_args_read(5, argv, &words, &options, &a, &bad), CLI_ARGS_OK);
	assert_string_equal(cli_option(&a, "note"), "b");
	assert_null(cli_option(&a, "other"));
	assert_string_equal(cli_word(&a, &words, "case"), "7");
	assert_null(cli_word(&a, &words, "text"));
	assert_null(cli_word(&a, &words, "other"));
}

static void too_many_words_are_refused(void **state)
{
	struct cli_specs words = { .count = 0 }, options = { .count = 0 };
	char *argv[CLI_WORDS + 1];
	struct cli_args a;
	const char *bad;

	(void)state;
	cli_specs_add(&words, "[pair:字段=值...]");
	for (int i = 0; i <= CLI_WORDS; i++)
		argv[i] = "x";
	assert_int_equal(cli_args_read(CLI_WORDS, argv, &words, &options, &a, &bad), CLI_ARGS_OK);
	assert_int_equal(
		cli_args_read(CLI_WORDS + 1, argv, &words, &options, &a, &bad), CLI_ARGS_MANY);
}

static void globals_are_taken_from_anywhere(void **state)
{
	char *argv[] = { "case", "-c", "q.conf", "list", "--json", "--state", "open", "--",
		"--json" };
	struct cli_globals g;
	const char *bad;
	int argc = 9;

	(void)state;
	assert_true(cli_globals_take(&argc, argv, &g, &bad));
	assert_string_equal(g.config, "q.conf");
	assert_true(g.json);
	assert_false(g.help || g.version);
	assert_null(g.socket);
	assert_int_equal(argc, 6);
	assert_string_equal(argv[1], "list");
	assert_string_equal(argv[3], "open");
	assert_string_equal(argv[5], "--json");
}

static void a_global_without_its_value_is_told(void **state)
{
	char *argv[] = { "case", "list", "-c" };
	struct cli_globals g;
	const char *bad = NULL;
	int argc = 3;

	(void)state;
	assert_false(cli_globals_take(&argc, argv, &g, &bad));
	assert_string_equal(bad, "-c");
}

/* -- numbers of cases, near words ------------------------------------------------------------------- */

static const struct number_row {
	const char *name, *text, *want; /* want "": it is no number */
} number_rows[] = {
	{ "case: 7 is today's", "7", "20261121-0007" },
	{ "case: zeros before it", "0007", "20261121-0007" },
	{ "case: more than four digits", "12345", "20261121-12345" },
	{ "case: of a day", "20261120-0012", "20261120-0012" },
	{ "case: of a day, short", "20261120-3", "20261120-0003" },
	{ "case: an id", "3765041044127757", "" },
	{ "case: a word", "abc", "" },
	{ "case: nothing", "", "" },
	{ "case: half a date", "2026-3", "" },
	{ "case: no number behind the day", "20261120-", "" },
	{ "case: a letter behind the number", "20261120-3x", "" },
};

static void read_number(void **state)
{
	const struct number_row *r = *state;
	char no[CLI_CASE_NO] = "";
	bool ok = cli_case_no(r->text, "20261121", no);

	assert_int_equal(ok, r->want[0] != '\0');
	if (ok)
		assert_string_equal(no, r->want);
}

static const struct near_row {
	const char *name, *word, *want; /* want NULL: none */
} near_rows[] = {
	{ "near: plural", "cases", "case" },
	{ "near: a letter left out", "reciept", NULL },
	{ "near: two letters swapped", "lsit", "list" },
	{ "near: the beginning", "show-all", NULL },
	{ "near: begun and not ended", "li", "list" },
	{ "near: one letter wrong", "shaw", "show" },
	{ "near: something else", "banana", NULL },
	{ "near: Chinese", "案件", NULL },
};

static void find_near(void **state)
{
	static const char *const list[] = { "case", "list", "show", "resolve", NULL };
	const struct near_row *r = *state;
	const char *got = cli_nearest(r->word, list);

	if (r->want == NULL) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, r->want);
}

static void the_nearest_of_several_wins(void **state)
{
	static const char *const list[] = { "team", "tame", "name", NULL };

	(void)state;
	assert_string_equal(cli_nearest("tean", list), "team");
	assert_string_equal(cli_nearest("nane", list), "name");
}

/* -- width and tables -------------------------------------------------------------------------------- */

static const struct width_row {
	const char *name, *text;
	size_t width, widest;
	const char *fit;
} width_rows[] = {
	{ "width: letters", "abc", 3, 10, "abc" },
	{ "width: Chinese counts double", "案件", 4, 10, "案件" },
	{ "width: mixed", "138****8000 张*", 15, 20, "138****8000 张*" },
	{ "width: full-width digits", "１７", 4, 10, "１７" },
	{ "width: a mark over a letter", "e\xCC\x81", 1, 10, "e\xCC\x81" },
	{ "width: outside of the first plane", "𠮷", 2, 10, "𠮷" },
	{ "fit: exactly", "案件编号", 8, 8, "案件编号" },
	{ "fit: never half a character", "案件编号", 8, 6, "案件…" },
	{ "fit: an odd place", "a案件", 5, 4, "a案…" },
	{ "fit: line ends are blanks", "a\nb\tc", 3, 10, "a b c" },
	{ "fit: nothing", "", 0, 10, "" },
};

static void fit(void **state)
{
	const struct width_row *r = *state;
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(cli_width(r->text), r->width);
	assert_true(cli_fit(r->text, r->widest, &b) <= r->widest);
	assert_string_equal(buf_str(&b), r->fit);
	assert_true(cli_width(buf_str(&b)) <= r->widest);
	buf_free(&b);
}

/* cells: parted by '|'; three columns. */
static const struct table_row {
	const char *name, *cells, *want;
} table_rows[] = {
	{ "table: only titles", "", "\n" },
	{ "table: as wide as the widest", "1|张*|a|22|欧阳*|b",
		"号  姓名   C\n1   张*    a\n22  欧阳*  b\n" },
	{ "table: a column of nothing is left out", "1||a|2||b", "号  C\n1   a\n2   b\n" },
	{ "table: no blanks at line ends", "1|张*||22||b", "号  姓名  C\n1   张*\n22        b\n" },
	{ "table: one line a row", "1|a\nb|c", "号  姓名  C\n1   a b   c\n" },
	{ "table: a title may be the widest", "1|x|y", "号  姓名  C\n1   x     y\n" },
};

static void lay_out(void **state)
{
	static const char *const titles[] = { "号", "姓名", "C" };
	const struct table_row *r = *state;
	struct cli_table *t = cli_table_new(titles, 3, 20);
	char cells[200], *rest = cells;
	struct buf b;

	snprintf(cells, sizeof cells, "%s", r->cells);
	while (r->cells[0] != '\0' && rest != NULL)
		cli_table_add(t, strsep(&rest, "|"));
	buf_init(&b, 10000);
	cli_table_write(t, &b);
	assert_string_equal(buf_str(&b), r->want);
	buf_free(&b);
	cli_table_free(t);
}

/* -- what is sent --------------------------------------------------------------------------------------- */

static const struct type_row {
	const char *name, *body, *want;
} type_rows[] = {
	{ "type: an object", "{\"a\":1}", "application/json" },
	{ "type: an object over lines", "{\n\"a\":1\n}\n", "application/json" },
	{ "type: an array", "[{\"a\":1}]", "application/json" },
	{ "type: lines", "{\"a\":1}\n{\"a\":2}\n", "application/x-ndjson" },
	{ "type: lines, one of them broken", "{\"a\":1}\n{\"a\":\n", "application/x-ndjson" },
	{ "type: a mark before it", "\xEF\xBB\xBF{\"a\":1}", "application/json" },
	{ "type: a table", "姓名,手机号\n张三,13800138000\n", "text/csv" },
	{ "type: a workbook", "PK\x03\x04.........................",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "type: a picture", "\x89PNG\r\n\x1A\n............", "application/octet-stream" },
};

static void tell_type(void **state)
{
	const struct type_row *r = *state;

	assert_string_equal(cli_body_type(r->body, strlen(r->body)), r->want);
}

static void values_in_paths_are_encoded(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	cli_percent("a-1 /张?&=%", &b);
	assert_string_equal(buf_str(&b), "a-1%20%2F%E5%BC%A0%3F%26%3D%25");
	buf_free(&b);
}

/* -- the table of verbs ----------------------------------------------------------------------------------- */

static bool noun_in_help(const char *noun)
{
	for (const struct cli_noun *n = cli_nouns; n->noun != NULL; n++)
		if (strcmp(n->noun, noun) == 0)
			return true;
	return false;
}

static void every_noun_has_help_and_every_help_a_noun(void **state)
{
	(void)state;
	for (const struct cli_verb *v = cli_verbs; v->noun != NULL; v++) {
		assert_true(noun_in_help(v->noun));
		assert_true(v->help[0] != '\0');
		assert_ptr_equal(cli_verb_find(v->noun, v->verb), v);
	}
	for (const struct cli_noun *n = cli_nouns; n->noun != NULL; n++)
		assert_true(cli_noun_known(n->noun));
	assert_false(cli_noun_known("cases"));
}

/* A verb's path names only words that the verb takes, and its options can be read. */
static void every_path_can_be_filled(void **state)
{
	(void)state;
	for (const struct cli_verb *v = cli_verbs; v->noun != NULL; v++) {
		struct cli_specs words = { .count = 0 }, options;
		const char *at = v->path;

		cli_specs_add(&words, v->words);
		cli_verb_options(v, &options);
		while ((at = strchr(at, '{')) != NULL) {
			char name[CLI_NAME];

			snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
			assert_non_null(cli_specs_find(&words, name));
			at++;
		}
		if (v->run == cli_order)
			assert_non_null(v->done);
	}
}

static void every_list_knows_its_filters(void **state)
{
	const struct cli_verb *v = cli_verb_find("case", "list");
	struct cli_specs options;
	char noun[CLI_LISTING];

	(void)state;
	cli_verb_options(v, &options);
	assert_non_null(cli_specs_find(&options, "state"));
	assert_non_null(cli_specs_find(&options, "all"));
	assert_string_equal(cli_specs_find(&options, "all")->label, "");
	assert_string_equal(cli_verb_listing(v, noun), "cases");
	assert_string_equal(cli_verb_listing(cli_verb_find("export", "rewards"), noun), "rewards");
	for (v = cli_verbs; v->noun != NULL; v++)
		if (v->run == cli_list || v->run == cli_export || v->run == cli_show)
			assert_non_null(listing_find(cli_verb_listing(v, noun)));
}

/* -- values -------------------------------------------------------------------------------------------------- */

static struct cli cli;

static int set_up(void **state)
{
	static struct policies p;

	(void)state;
	settings_default(&cli.defaults);
	policies_default(&p);
	cli.defaults.policies = p;
	outcome_codes_default(&cli.defaults.outcomes);
	cli.set = &cli.defaults;
	arena_init(&cli.arena, 1 << 20);
	clock_zone("Asia/Shanghai");
	clock_virtual(INT64_C(1795228200000)); /* 2026-11-21 14:30 */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_real();
	arena_free(&cli.arena);
	return 0;
}

static const struct value_row {
	const char *name, *listing, *column, *json, *want;
} value_rows[] = {
	{ "value: time of today", "cases", "opened_at", "\"2026-11-21T09:03:00.000+08:00\"",
		"09:03" },
	{ "value: time of another day", "cases", "opened_at", "\"2026-11-20T09:03:00.000+08:00\"",
		"11-20 09:03" },
	{ "value: time of another year", "cases", "opened_at", "\"2025-11-21T09:03:00.000+08:00\"",
		"2025-11-21 09:03" },
	{ "value: time of another zone", "cases", "opened_at", "\"2026-11-20T20:00:00Z\"",
		"04:00" },
	{ "value: no time", "cases", "closed_at", "null", "" },
	{ "value: money", "cases", "saved", "3500000", "35000元" },
	{ "value: money with fen", "cases", "saved", "3500050", "35000.50元" },
	{ "value: a number is not money", "cases", "repeat_no", "3", "3" },
	{ "value: state of a case", "cases", "state", "\"open\"", "办理中" },
	{ "value: state of a hand-over", "handovers", "state", "\"open\"", "待通知民警" },
	{ "value: a code nobody knows stays", "cases", "state", "\"frozen\"", "frozen" },
	{ "value: level", "cases", "level", "\"HIGH\"", "高危" },
	{ "value: fraud type", "cases", "fraud_type", "\"FAKE_LOAN\"", "虚假贷款" },
	{ "value: outcome", "tasks", "outcome", "\"MET_OK\"", "见面劝住" },
	{ "value: code of a task is no outcome", "tasks", "code", "\"17\"", "17" },
	{ "value: a note is no outcome", "outcomes", "code", "\"NOTE\"", "备注" },
	{ "value: words", "cases", "flags", "[\"off_list\",\"gap\"]", "不在册、无人可派" },
	{ "value: what is wrong with a field", "cases", "flags",
		"[\"bad_warn_time\",\"cut_remark\",\"level_unmapped\"]",
		"预警时间有误未收、备注太长已截短、等级没写或不认识" },
	{ "value: nothing in a list", "cases", "flags", "[]", "" },
	{ "value: yes", "cases", "drill", "true", "是" },
	{ "value: a person", "cases", "person",
		"{\"name\":\"王*\",\"sex\":\"M\",\"phones\":[\"139****9001\",\"x\"],\"brief\":"
		"\"示例村6组\"}",
		"王* 男 139****9001 示例村6组" },
	{ "value: another object is shown as it is", "events", "data", "{\"why\":\"x\"}",
		"{\"why\":\"x\"}" },
	{ "value: weekdays", "duties", "weekdays", "[1,7]", "一日" },
	{ "value: what changed", "members", "changed", "[\"pledged_on\",\"phone\"]",
		"保密承诺、手机号" },
};

static void show_value(void **state)
{
	const struct value_row *r = *state;
	json_t *v = json_loads(r->json, JSON_DECODE_ANY, NULL);

	assert_non_null(v);
	assert_string_equal(cli_value(&cli, r->listing, r->column, v), r->want);
	json_decref(v);
}

static void titles_are_those_of_the_listings(void **state)
{
	(void)state;
	assert_string_equal(cli_title("cases", "no"), "案件编号");
	assert_string_equal(cli_title("residents", "phones"), "手机号");
	assert_string_equal(cli_title("cases", "no_such_thing"), "no_such_thing");
}

static void statuses_become_exit_codes(void **state)
{
	(void)state;
	assert_int_equal(cli_status_exit(200), 0);
	assert_int_equal(cli_status_exit(201), 0);
	assert_int_equal(cli_status_exit(404), 1);
	assert_int_equal(cli_status_exit(422), 1);
	assert_int_equal(cli_status_exit(403), 77);
	assert_int_equal(cli_status_exit(503), 75);
	assert_int_equal(cli_status_exit(507), 75);
}

int main(void)
{
	ADD_ROWS(args_rows, read_args);
	ADD_ROWS(number_rows, read_number);
	ADD_ROWS(near_rows, find_near);
	ADD_ROWS(width_rows, fit);
	ADD_ROWS(table_rows, lay_out);
	ADD_ROWS(type_rows, tell_type);
	ADD_ROWS(value_rows, show_value);
	add("specs say what they are", specs_say_what_they_are, NULL);
	add("the last of an option counts", the_last_of_an_option_counts_and_words_have_names,
		NULL);
	add("too many words are refused", too_many_words_are_refused, NULL);
	add("globals are taken from anywhere", globals_are_taken_from_anywhere, NULL);
	add("a global without its value is told", a_global_without_its_value_is_told, NULL);
	add("the nearest of several wins", the_nearest_of_several_wins, NULL);
	add("values in paths are encoded", values_in_paths_are_encoded, NULL);
	add("every noun has help and every help a noun", every_noun_has_help_and_every_help_a_noun,
		NULL);
	add("every path can be filled", every_path_can_be_filled, NULL);
	add("every list knows its filters", every_list_knows_its_filters, NULL);
	add("titles are those of the listings", titles_are_those_of_the_listings, NULL);
	add("statuses become exit codes", statuses_become_exit_codes, NULL);
	return _cmocka_run_group_tests("cli", tests, count, set_up, tear_down);
}
