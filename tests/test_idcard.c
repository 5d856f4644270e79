/* Identity numbers and names beyond the vectors: tails and patterns, surnames, salutations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "idcard.h"
#include "name.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct date_day today = { 2023, 9, 19 };

static struct id_row {
	const char *name, *cell, *out, *err;
} id_rows[] = {
	{ "x as a mask", "310118xxxxxxxx0018", "310118********0018", "masked" },
	{ "a number cell with its point", "319999195501010000.0", "", "excel_damaged" },
	{ "born today", "319999202309190018", "319999202309190018", "" },
	{ "one day too young", "319999202309200016", "", "future_date" },
	{ "120 years to the day", "319999190309190011", "319999190309190011", "" },
	{ "121 years", "319999190209190013", "", "too_old" },
	{ "14 digits and an X", "11010549123100X", "", "bad_length" },
	{ "a phone number", "13800138000", "", "bad_length" },
	{ "a name", "王明", "", "bad_chars" },
	{ "a very long number", "11010519491231002X11010519491231002X", "", "bad_chars" },
	{ "very many digits", "110105194912310021101051949123100", "", "bad_length" },
	{ "Taiwan is province 71", "710000199001010019", "710000199001010019", "" },
	{ "foreigner's province above 96", "971124198108030024", "", "bad_region" },
};

/* The rows are written without the trouble of a check digit: it is put in when none is expected to fail. */
static void ids(void **state)
{
	const struct id_row *r = *state;
	struct idcard id;
	char cell[64], want[64];

	snprintf(cell, sizeof cell, "%s", r->cell);
	snprintf(want, sizeof want, "%s", r->out);
	if (r->err[0] == '\0') {
		cell[17] = '\0';
		cell[17] = want[17] = idcard_check(cell);
		cell[18] = '\0';
	}
	assert_string_equal(idcard_fault(idcard_parse(cell, today, &id))->code, r->err);
	assert_string_equal(id.text, want);
}

static void any_one_wrong_digit_or_two_swapped_are_seen(void **state)
{
	static const char good[] = "11010519491231002X";
	struct idcard id;
	char text[20];

	(void)state;
	for (size_t i = 0; i < 17; i++)
		for (char c = '0'; c <= '9'; c++) {
			memcpy(text, good, sizeof good);
			text[i] = c;
			assert_int_equal(idcard_parse(text, today, &id) == IDCARD_OK, c == good[i]);
		}
	for (size_t i = 0; i + 1 < 17; i++) {
		memcpy(text, good, sizeof good);
		text[i] = good[i + 1];
		text[i + 1] = good[i];
		assert_int_equal(
			idcard_parse(text, today, &id) == IDCARD_OK, good[i] == good[i + 1]);
	}
}

static struct fits_row {
	const char *name, *pattern, *id_no;
	bool fits;
} fits_rows[] = {
	{ "the masked form", "310***********0018", "310118195501010018", true },
	{ "another region", "320***********0018", "310118195501010018", false },
	{ "the tail", "0018", "310118195501010018", true },
	{ "a tail with x", "002x", "11010519491231002X", true },
	{ "a tail too short to say anything", "018", "310118195501010018", false },
	{ "stars do not count as known", "***************018", "310118195501010018", false },
	{ "a mask of another length", "310*****0018", "310118195501010018", false },
	{ "longer than the number", "0310118195501010018", "310118195501010018", false },
	{ "empty", "", "310118195501010018", false },
};

static void fitting(void **state)
{
	const struct fits_row *r = *state;

	assert_int_equal(idcard_fits(r->pattern, r->id_no), r->fits);
}

static struct name_row {
	const char *name, *cell, *out, *note;
	char sex;
	unsigned flags;
	const char *err;
} name_rows[] = {
	{ "a name with a form of address is a pattern", "王明女士", "王明%", "", 'F', NAME_WILD,
		"" },
	{ "two unknowns in a row are one", "李某女士", "李%", "", 'F', NAME_WILD, "" },
	{ "sex in brackets", "王明（女）", "王明", "女", 'F', 0, "" },
	{ "a note in front", "（户主）王明", "王明", "户主", 0, 0, "" },
	{ "square brackets", "王明【已迁出】", "王明", "已迁出", 0, 0, "" },
	{ "a company keeps its brackets", "示例（上海）有限公司", "示例(上海)有限公司", "", 0,
		NAME_ORG, "" },
	{ "a village committee", "示例镇示例村民委员会", "示例镇示例村民委员会", "", 0, NAME_ORG,
		"" },
	{ "a short name with 店 is a person", "王店", "王店", "", 0, 0, "" },
	{ "nothing said, with a blank between", "不 详", "", "", 0, 0, "empty" },
	{ "as above behind a note", "（户主）同上", "", "", 0, 0, "ditto" },
	{ "n/a in any size", "nA", "", "", 0, 0, "empty" },
	{ "two people", "王明、李红", "", "", 0, 0, "bad_chars" },
	{ "a pattern of nothing", "***", "", "", 0, 0, "not_a_name" },
	{ "a form of address alone", "某女士", "", "", 0, 0, "too_short" },
	{ "thirty characters", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十",
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", "", 0, 0, "" },
	{ "thirty-one", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一", "", "", 0,
		0, "too_long" },
	{ "accents", "José Muñoz", "JOSÉ MUÑOZ", "", 0, 0, "" },
	{ "an initial keeps its dot", "J. Smith", "J. SMITH", "", 0, 0, "" },
	{ "x in a Latin name is a letter", "Xu Xin", "XU XIN", "", 0, 0, "" },
	{ "the private-use place of old tables", "刘\ue863", "刘䶮", "", 0, 0, "" },
	{ "a rare one in private use stays", "刘\ue900", "刘\ue900", "", 0, 0, "" },
	{ "a number and a name", "1王明", "", "", 0, 0, "has_digits" },
	{ "a long text", "今天下午我在路上遇到了一个人他说他是公安局的要我把钱转过去我没有转", "",
		"", 0, 0, "too_long" },
};

static void names(void **state)
{
	const struct name_row *r = *state;
	struct name name;

	assert_string_equal(name_fault(name_parse(r->cell, &name))->code, r->err);
	assert_string_equal(name.text, r->out);
	assert_string_equal(name.note, r->note);
	assert_int_equal(name.sex, r->sex);
	assert_int_equal(name.flags, r->flags);
}

static struct match_row {
	const char *name, *pattern, *full;
	bool match;
} match_rows[] = {
	{ "the same", "王明", "王明", true },
	{ "another", "王明", "王红", false },
	{ "one unknown", "王*", "王明", true },
	{ "one unknown is not two", "王*", "王小明", false },
	{ "two unknowns", "王**", "王小明", true },
	{ "unknown surname", "*小明", "王小明", true },
	{ "any number", "李%", "李小明", true },
	{ "any number is none as well", "王明%", "王明", true },
	{ "any number in the middle", "李%明", "李小小明", true },
	{ "and the end must fit", "李%明", "李小红", false },
	{ "back to an earlier try", "李%明%红", "李明小明大红", true },
	{ "characters of four bytes", "𠮷*", "𠮷田", true },
	{ "〇 is a character", "张〇", "张一", false },
	{ "nothing", "", "王明", false },
	{ "longer than the name", "王小明明", "王小明", false },
};

static void matching(void **state)
{
	const struct match_row *r = *state;

	assert_int_equal(name_match(r->pattern, r->full), r->match);
}

int main(void)
{
	struct CMUnitTest
		tests[COUNT(id_rows) + COUNT(fits_rows) + COUNT(name_rows) + COUNT(match_rows) + 1];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(id_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(id_rows[i], ids);
	for (size_t i = 0; i < COUNT(fits_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(fits_rows[i], fitting);
	for (size_t i = 0; i < COUNT(name_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(name_rows[i], names);
	for (size_t i = 0; i < COUNT(match_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(match_rows[i], matching);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(any_one_wrong_digit_or_two_swapped_are_seen);
	return cmocka_run_group_tests_name("idcard and name", tests, NULL, NULL);
}
