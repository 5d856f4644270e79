/* Phone numbers beyond the vectors: lists with words, who may get an SMS; clean cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cell.h"
#include "phone.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* want: the numbers with "=note" behind them, parted by blanks; err: of the list, or the partial one */
static struct list_row {
	const char *name, *cell, *want, *err;
} list_rows[] = {
	{ "notes in brackets", "13800138000（本人）、13900000000（儿子）",
		"13800138000=本人 13900000000=儿子", "" },
	{ "notes with a comma inside", "13800138000（本人、备用）", "13800138000=本人、备用", "" },
	{ "notes before", "本人13800138000，儿子13900000000", "13800138000=本人 13900000000=儿子",
		"" },
	{ "notes without separators", "本人13800138000儿子13900000000",
		"13800138000=本人 13900000000=儿子", "" },
	{ "notes behind without separators", "13800138000本人13900000000儿子",
		"13800138000=本人 13900000000=儿子", "" },
	{ "names behind blanks", "13800138000 张三 13900000000 李四",
		"13800138000=张三 13900000000=李四", "" },
	{ "label with colon", "手机:13800138000", "13800138000=手机", "" },
	{ "landline with blanks, then a mobile", "021 5555 0000 13800138000",
		"021-55550000 13800138000", "" },
	{ "an extension that is none is not cut", "021-55550000转5050转8082", "", "too_long" },
	{ "an extension is no second number", "021-55550000转802", "021-55550000-802", "" },
	{ "two numbers with an extension", "021-55550000-802、13800138000",
		"021-55550000-802 13800138000", "" },
	{ "a hyphen inside a landline is no extension", "021-5555-0000", "021-55550000", "" },
	{ "four-digit area, number in two parts", "0512-5555-0000", "0512-55550000", "" },
	{ "four-digit area, seven digits and extension", "0971-5550000-8", "0971-5550000-8", "" },
	{ "the word for nothing beside a number", "13800138000、无", "13800138000", "" },
	{ "only bad ones", "1380013、1390000", "", "too_short" },
	{ "the bad one first", "1390000、13800138000", "13800138000", "too_short" },
	{ "a masked one beside a good one", "138****5678、13800138000", "13800138000", "masked" },
	{ "one digit too many after a blank", "13800138000 0", "", "too_long" },
	{ "the same in two forms", "13800138000、+86 138 0013 8000", "13800138000", "" },
	{ "an ID number is no phone", "310118195501010018", "", "too_long" },
	{ "a separator alone", "、、", "", "empty" },
	{ "letters", "abc", "", "bad_chars" },
	{ "plus in the middle", "138+00138000", "", "bad_chars" },
	{ "dots between", "138.0013.8000", "13800138000", "" },
	{ "zeros", "00000000", "", "empty" },
	{ "minus zero zero", "00", "", "empty" },
	{ "overseas too short", "+852123", "", "too_short" },
	{ "overseas too long", "+12345678901234567", "", "too_long" },
	{ "Taiwan", "00886 912 345 678", "+886912345678", "" },
	{ "China by 00 with a landline", "0086-512-55550000", "0512-55550000", "" },
	{ "old dialling zero behind 86 sets no flag", "+86013800138000", "13800138000", "" },
	{ "nine numbers are one too many",
		"13800138000、13800138001、13800138002、13800138003、13800138004、13800138005、"
		"13800138006、13800138007、13800138008",
		"13800138000 13800138001 13800138002 13800138003 13800138004 13800138005 "
		"13800138006 13800138007",
		"" },
};

static void lists(void **state)
{
	const struct list_row *r = *state;
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(r->cell, NULL, &list);
	char have[400] = "";

	for (size_t i = 0; i < list.count; i++) {
		size_t n = strlen(have);

		snprintf(have + n, sizeof have - n, "%s%s%s%s", i > 0 ? " " : "", list.item[i].text,
			list.item[i].note[0] != '\0' ? "=" : "", list.item[i].note);
	}
	assert_string_equal(have, r->want);
	assert_string_equal(phone_fault(rc == PHONE_OK ? list.partial : rc)->code, r->err);
}

static void more_than_the_list_holds_is_said(void **state)
{
	struct phone_list list;

	(void)state;
	assert_int_equal(
		phone_parse_list(list_rows[COUNT(list_rows) - 1].cell, NULL, &list), PHONE_OK);
	assert_true(list.more);
	assert_int_equal(list.count, PHONE_LIST);
	assert_int_equal(phone_parse_list("13800138000", NULL, &list), PHONE_OK);
	assert_false(list.more);
}

static struct reach_row {
	const char *name, *number;
	bool sms, call;
} reach_rows[] = {
	{ "a mobile", "13800138000", true, true },
	{ "a mobile with country code", "+8613800138000", true, true },
	{ "a virtual operator", "17000000001", true, true },
	{ "a landline only by voice", "021-55550000", false, true },
	{ "a data card by neither", "1440000000001", false, false },
	{ "a service number by neither", "96110", false, false },
	{ "overseas by neither", "+85221234567", false, false },
	{ "a masked one by neither", "138****5678", false, false },
	{ "nothing", "", false, false },
};

static void reach(void **state)
{
	const struct reach_row *r = *state;

	assert_int_equal(phone_sms_ok(r->number), r->sms);
	assert_int_equal(phone_call_ok(r->number), r->call);
}

static struct cell_row {
	const char *name, *raw, *want;
	enum cell_verdict verdict;
} cell_rows[] = {
	{ "formula text", "=\"abc\"", "abc", CELL_TEXT },
	{ "wrapped twice", "'\"abc\"", "abc", CELL_TEXT },
	{ "Chinese quotes", "“张三”", "张三", CELL_TEXT },
	{ "an apostrophe in the middle stays", "O'Brien", "O'Brien", CELL_TEXT },
	{ "a quote alone stays", "\"abc", "\"abc", CELL_TEXT },
	{ "line feeds inside stay", " a\nb ", "a\nb", CELL_TEXT },
	{ "compatibility forms", "①㈱", "1(株)", CELL_TEXT },
	{ "blanks of all kinds", "\u3000\u00a0\t \n", "", CELL_EMPTY },
	{ "an apostrophe alone", "''", "", CELL_DITTO },
	{ "brackets round nothing", "（无）", "", CELL_EMPTY },
	{ "a dash", "——", "", CELL_EMPTY },
	{ "wrapped nothing", "=\"无\"", "", CELL_EMPTY },
	{ "ditto mark", "〃", "", CELL_DITTO },
	{ "a column too narrow", "########", "", CELL_ERROR },
	{ "division by zero", "#DIV/0!", "", CELL_ERROR },
	{ "broken bytes", "ab\xff", "", CELL_LONG },
	{ "absent", NULL, "", CELL_EMPTY },
};

static void cells(void **state)
{
	const struct cell_row *r = *state;
	char text[CELL_MAX];

	assert_int_equal(cell_clean(r->raw, CELL_NFKC, text, sizeof text), r->verdict);
	assert_string_equal(text, r->want);
}

static void a_cell_longer_than_the_room_is_refused(void **state)
{
	char text[8], *huge = malloc((size_t)CELL_MAX + 10);

	(void)state;
	assert_int_equal(cell_clean("1234567", CELL_NFKC, text, sizeof text), CELL_TEXT);
	assert_int_equal(cell_clean("12345678", CELL_NFKC, text, sizeof text), CELL_LONG);
	assert_int_equal(cell_clean("一二三", CELL_NFKC, text, sizeof text), CELL_LONG);
	memset(huge, '1', (size_t)CELL_MAX + 9);
	huge[CELL_MAX + 9] = '\0';
	assert_int_equal(phone_parse(huge, NULL, &(struct phone){ 0 }), PHONE_TOO_LONG);
	free(huge);
}

static void a_tidy_text_has_single_blanks_and_its_lines(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(
		cell_tidy("  示例镇 \u3000 沈联村\t6组 \n 12号 ", text, sizeof text), CELL_TEXT);
	assert_string_equal(text, "示例镇 沈联村 6组\n12号");
	assert_int_equal(cell_tidy("……", text, sizeof text), CELL_EMPTY);
}

static void every_error_has_words_for_people(void **state)
{
	(void)state;
	for (int i = PHONE_OK + 1; i < PHONE_RCS; i++) {
		const struct cell_fault *f = phone_fault((enum phone_rc)i);

		assert_true(strlen(f->code) > 0 && strlen(f->why) > 0 && strlen(f->mend) > 0);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(list_rows) + COUNT(reach_rows) + COUNT(cell_rows) + 4];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(list_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(list_rows[i], lists);
	for (size_t i = 0; i < COUNT(reach_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(reach_rows[i], reach);
	for (size_t i = 0; i < COUNT(cell_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(cell_rows[i], cells);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(more_than_the_list_holds_is_said);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_cell_longer_than_the_room_is_refused);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(a_tidy_text_has_single_blanks_and_its_lines);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_error_has_words_for_people);
	return cmocka_run_group_tests_name("phone and cell", tests, NULL, NULL);
}
