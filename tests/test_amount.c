/*
 * Sums of money in replies (docs/REPLIES.md, 9): every line of tests/vectors/amounts.jsonl through
 * explain_amount(), rows of our own for the rules that it does not touch, and numerals
 * written out by another hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amount.h"
#include "canon.h"
#include "explain.h"
#include "json.h"

#include "banned.h"

enum { LINES_MAX = 1000, LINES_AT_LEAST = 114, UNKNOWN = -1 };

/* clang-format off */
static const struct row {
	const char *text, *kind;
	int64_t lo_fen, hi_fen; /* UNKNOWN: null */
} rows[] = {
	/* what is taken out first */
	{ "13800138000", "none", UNKNOWN, UNKNOWN },
	{ "身份证31011819900101123x转3万", "exact", 3000000, 3000000 },
	{ "打110了", "none", UNKNOWN, UNKNOWN },
	{ "打96110，转了2千", "exact", 200000, 200000 },
	{ "110元", "exact", 11000, 11000 },
	{ "110万", "exact", 110000000, 110000000 },
	{ "110,000", "exact", 11000000, 11000000 },
	{ "110.50", "exact", 11050, 11050 },
	{ "110.", "none", UNKNOWN, UNKNOWN },
	{ "20来块", "vague", UNKNOWN, UNKNOWN },
	{ "¥110", "exact", 11000, 11000 },
	{ "3,5000", "exact", 3500000, 3500000 },
	{ "转3,5000元", "exact", 3500000, 3500000 },
	{ "3万，500", "exact", 3000000, 3000000 },
	{ "35000,600", "confirm", 3500000, 3560000 },
	{ "1380013 8000", "confirm", 138001300, 138801300 },
	/* numerals */
	{ "3 万 5", "exact", 3500000, 3500000 },
	{ "三五零零零元", "exact", 3500000, 3500000 },
	{ "幺两三元", "exact", 12300, 12300 },
	{ "拾贰万", "exact", 12000000, 12000000 },
	{ "十点五万", "exact", 10500000, 10500000 },
	{ "3.50万", "exact", 3500000, 3500000 },
	{ "2.56789万", "exact", 2567890, 2567890 },
	{ "2.56789512万", "vague", UNKNOWN, UNKNOWN },
	{ "0.001元", "vague", UNKNOWN, UNKNOWN },
	{ "两百五", "exact", 25000, 25000 },
	{ "一百半", "exact", 15000, 15000 },
	{ "3万半年前", "exact", 3000000, 3000000 },
	{ "1k5", "exact", 150000, 150000 },
	{ "三千万", "exact", INT64_C(3000000000), INT64_C(3000000000) },
	{ "1亿2", "exact", INT64_C(12000000000), INT64_C(12000000000) },
	{ "1亿2千万", "exact", INT64_C(12000000000), INT64_C(12000000000) },
	{ "二十三万四千五百六十七元八角九分", "exact", 23456789, 23456789 },
	{ "3万50千", "vague", UNKNOWN, UNKNOWN },
	{ "三万五万", "vague", UNKNOWN, UNKNOWN },
	{ "3四万", "vague", UNKNOWN, UNKNOWN },
	{ "二三十万", "range", 20000000, 30000000 },
	{ "三万五六", "range", 3500000, 3600000 },
	{ "三四万五六千", "vague", UNKNOWN, UNKNOWN },
	{ "三万零五零零", "exact", 3050000, 3050000 },
	{ "一万零十", "exact", 1001000, 1001000 },
	{ "1万零5", "exact", 1000500, 1000500 },
	{ "99999999999亿", "none", UNKNOWN, UNKNOWN },
	{ "999999999亿亿", "vague", UNKNOWN, UNKNOWN },
	/* numerals that do not count */
	{ "一共", "none", UNKNOWN, UNKNOWN },
	{ "五", "confirm", 500, 500 },
	{ "五元", "exact", 500, 500 },
	{ "万一", "none", UNKNOWN, UNKNOWN },
	{ "千块", "vague", UNKNOWN, UNKNOWN },
	{ "x500", "none", UNKNOWN, UNKNOWN },
	{ "500abc", "none", UNKNOWN, UNKNOWN },
	{ "500rmb", "exact", 50000, 50000 },
	{ "rmb500", "exact", 50000, 50000 },
	{ "rmb 500", "exact", 50000, 50000 },
	{ "ok 3万", "exact", 3000000, 3000000 },
	{ "3万 yes", "exact", 3000000, 3000000 },
	{ "8:30", "none", UNKNOWN, UNKNOWN },
	{ "3个", "none", UNKNOWN, UNKNOWN },
	{ "3万人", "none", UNKNOWN, UNKNOWN },
	{ "3万人民币", "exact", 3000000, 3000000 },
	{ "人民币3万", "exact", 3000000, 3000000 },
	{ "第500", "none", UNKNOWN, UNKNOWN },
	{ "3万 家里没人", "exact", 3000000, 3000000 },
	{ "2号转的800", "exact", 80000, 80000 },
	{ "一三八零零一三八零零零", "none", UNKNOWN, UNKNOWN },
	/* currency and its tenths */
	{ "3元5角", "exact", 350, 350 },
	{ "3元5角2分", "exact", 352, 352 },
	{ "3块5毛", "exact", 350, 350 },
	{ "50元2张", "exact", 5000, 5000 },
	{ "¥9.9元", "exact", 990, 990 },
	/* kinds, in their order */
	{ "2万u", "foreign", UNKNOWN, UNKNOWN },
	{ "$200", "foreign", UNKNOWN, UNKNOWN },
	{ "比特币2个", "foreign", UNKNOWN, UNKNOWN },
	{ "method 500", "exact", 50000, 50000 },
	{ "好几万", "vague", UNKNOWN, UNKNOWN },
	{ "数十万", "vague", UNKNOWN, UNKNOWN },
	{ "若干万", "vague", UNKNOWN, UNKNOWN },
	{ "几百个人转了2万", "exact", 2000000, 2000000 },
	{ "晚上千万别转", "none", UNKNOWN, UNKNOWN },
	{ "3万几", "vague", UNKNOWN, UNKNOWN },
	{ "30多岁，转了2万", "exact", 2000000, 2000000 },
	{ "3万余元", "vague", UNKNOWN, UNKNOWN },
	{ "3万余", "vague", UNKNOWN, UNKNOWN },
	{ "十来万", "vague", UNKNOWN, UNKNOWN },
	{ "百把块", "vague", UNKNOWN, UNKNOWN },
	{ "万把", "vague", UNKNOWN, UNKNOWN },
	{ "3~5万", "range", 3000000, 5000000 },
	{ "3万至5万", "range", 3000000, 5000000 },
	{ "3万元到5万元", "range", 3000000, 5000000 },
	{ "3块到5块", "range", 300, 500 },
	{ "5000到1万", "range", 500000, 1000000 },
	{ "3-5", "confirm", 500, 800 },
	{ "2、5万", "vague", UNKNOWN, UNKNOWN },
	{ "三、四万", "range", 3000000, 4000000 },
	{ "3到5天转了2万", "exact", 2000000, 2000000 },
	{ "0元", "exact", 0, 0 },
	{ "零元", "exact", 0, 0 },
	{ "0元，还有500元", "exact", 50000, 50000 },
	{ "10损失", "confirm", 1000, 1000 },
	{ "2万，3万，4万", "confirm", 4000000, 9000000 },
	{ "2万3千，又2万3千", "exact", 2300000, 2300000 },
	{ "合计转出5万，其中2万没到账", "exact", 5000000, 5000000 },
	{ "一共就转给他了2万和3万", "confirm", 3000000, 5000000 },
	{ "每月3000元", "confirm", 300000, 300000 },
	{ "99", "confirm", 9900, 9900 },
	{ "100", "exact", 10000, 10000 },
	{ "没转，三四万还在", "range", 3000000, 4000000 },
	{ "可能有3万", "approx", 3000000, 3000000 },
	{ "可能，3万", "exact", 3000000, 3000000 },
	{ "3万元整左右", "approx", 3000000, 3000000 },
	{ "3万块钱不到", "approx", 3000000, 3000000 },
	{ "不到3万", "approx", 3000000, 3000000 },
	{ "约¥8000", "approx", 800000, 800000 },
	{ "一分钱都没损失", "exact", 0, 0 },
	{ "", "none", UNKNOWN, UNKNOWN },
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

static void reads_as_the_rule_says(void **state)
{
	const struct row *row = *state;
	struct amount a = amount_read(row->text, AMOUNT_WITH_NO_LOSS);

	assert_string_equal(amount_kind_code(a.kind), row->kind);
	assert_int_equal(a.known, row->lo_fen != UNKNOWN);
	assert_int_equal(a.lo_fen, a.known ? row->lo_fen : 0);
	assert_int_equal(a.hi_fen, a.known ? row->hi_fen : 0);
}

static void reads_as_the_vector_says(void **state)
{
	json_t *line = json_deep_copy(*state), *answer;
	const json_t *want = json_object_get(*state, "expect");

	json_object_del(line, "expect");
	answer = explain_amount(line);
	if (!json_equal(want, json_object_get(answer, "expect"))) {
		char *text = json_dumps(answer, JSON_COMPACT);

		fail_msg("%s: %s", json_str(*state, "text"), text);
	}
	assert_true(json_equal(json_object_get(line, "id"), json_object_get(answer, "id")));
	json_decref(line);
	json_decref(answer);
}

static void a_line_without_text_is_an_error(void **state)
{
	json_t *line = json_object(), *answer = explain_amount(line);

	(void)state;
	assert_non_null(json_str(answer, "error"));
	assert_null(json_object_get(answer, "expect"));
	json_decref(line);
	json_decref(answer);
}

/* -- numerals written by a person's rules, read back ------------------------------------------- */

static const char *const digit_words[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八",
	"九" };

static void add(char *out, size_t room, const char *s)
{
	size_t n = strlen(out);

	snprintf(out + n, room - n, "%s", s);
}

/* 1 .. 9999 as people say it: 零 for a gap, nothing for the ends. */
static void say_below_wan(int value, bool lead_zero, char *out, size_t room)
{
	static const char *const units[] = { "千", "百", "十", "" };
	int divisor = 1000;
	bool gap = lead_zero && value < 1000, begun = lead_zero;

	for (int i = 0; i < 4; i++, divisor /= 10) {
		int digit = value / divisor % 10;

		if (digit == 0) {
			gap = gap || begun;
			continue;
		}
		if (gap && begun)
			add(out, room, "零");
		gap = false;
		begun = true;
		add(out, room, digit_words[digit]);
		add(out, room, units[i]);
	}
}

static void say(int value, char *out, size_t room)
{
	out[0] = '\0';
	if (value >= 10000)
		say_below_wan(value / 10000, false, out, room);
	if (value >= 10000)
		add(out, room, "万");
	if (value % 10000 > 0)
		say_below_wan(value % 10000, value >= 10000, out, room);
	add(out, room, "元");
}

static void check_said(int value)
{
	char text[120];
	struct amount a;

	say(value, text, sizeof text);
	a = amount_read(text, AMOUNT_WITH_NO_LOSS);
	if (a.kind != AMOUNT_EXACT || a.lo_fen != (int64_t)value * 100)
		fail_msg("%d %s: %s %lld", value, text, amount_kind_code(a.kind),
			(long long)a.lo_fen);
}

static void every_number_as_it_is_said(void **state)
{
	(void)state;
	for (int value = 1; value < 20000; value++)
		check_said(value);
	for (int value = 20000; value < 99999999; value += 98765)
		check_said(value);
}

static void every_number_in_digits_and_with_w(void **state)
{
	(void)state;
	for (int value = 100; value < 100000000; value = value * 9 / 8 + 1) {
		char text[80];
		struct amount a;

		snprintf(text, sizeof text, "%d", value);
		a = amount_read(text, AMOUNT_WITH_NO_LOSS);
		assert_int_equal(a.kind, AMOUNT_EXACT);
		assert_int_equal(a.lo_fen, (int64_t)value * 100);
		snprintf(text, sizeof text, "%d.%04dw", value / 10000, value % 10000);
		a = amount_read(text, AMOUNT_WITH_NO_LOSS);
		assert_int_equal(a.kind, AMOUNT_EXACT);
		assert_int_equal(a.lo_fen, (int64_t)value * 100);
	}
}

static void words_of_no_loss_are_no_sum_of_what_was_saved(void **state)
{
	struct amount a = amount_read("没转，5万保住了", AMOUNT_FIGURES_ONLY);

	(void)state;
	assert_int_equal(a.kind, AMOUNT_EXACT);
	assert_int_equal(a.lo_fen, 5000000);
	assert_int_equal(amount_read("一分没转", AMOUNT_FIGURES_ONLY).kind, AMOUNT_NONE);
	assert_int_equal(amount_read("0", AMOUNT_FIGURES_ONLY).kind, AMOUNT_EXACT);
}

static void too_many_figures_are_vague(void **state)
{
	char text[4000] = "";

	(void)state;
	for (int i = 0; i < 100; i++)
		add(text, sizeof text, i % 2 == 0 ? "500 " : "600 ");
	assert_int_equal(amount_read(text, AMOUNT_WITH_NO_LOSS).kind, AMOUNT_VAGUE);
}

static void codes_of_kinds_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < AMOUNT_KINDS; i++)
		assert_int_equal(amount_kind_of(amount_kind_code((enum amount_kind)i)), i);
	assert_int_equal(amount_kind_of("EXACT"), AMOUNT_KINDS);
	assert_int_equal(amount_kind_of(NULL), AMOUNT_KINDS);
}

static void a_sum_begins(void **state)
{
	static const struct {
		const char *text;
		bool begins;
	} cases[] = {
		{ "3万", true },
		{ "3 万", true },
		{ "三万", true },
		{ "5000元", true },
		{ "¥500", true },
		{ " 人民币500", true },
		{ "rmb500", true },
		{ "3.5万", true },
		{ "1,0000元", true },
		{ "5000", false },
		{ "十", false },
		{ "万一", false },
		{ "人", false },
		{ "", false },
		{ "告3万", false },
		{ "一百", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t t[100];
		size_t n = canon_fold(cases[i].text, strlen(cases[i].text), t);

		if (amount_begins(t, n, 0) != cases[i].begins)
			fail_msg("%s", cases[i].text);
	}
}

static size_t load_vectors(struct CMUnitTest *tests)
{
	FILE *f = fopen("tests/vectors/amounts.jsonl", "r");
	json_t *line;
	size_t n = 0;

	if (f == NULL) {
		perror("tests/vectors/amounts.jsonl");
		exit(1);
	}
	while (n < LINES_MAX && (line = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
		tests[n].name = json_str(line, "id");
		tests[n].test_func = reads_as_the_vector_says;
		tests[n++].initial_state = line;
	}
	fclose(f);
	if (n < LINES_AT_LEAST) {
		fprintf(stderr, "amounts.jsonl: only %zu lines\n", n);
		exit(1);
	}
	return n;
}

int main(void)
{
	static struct CMUnitTest tests[LINES_MAX + ROWS + 8];
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(a_line_without_text_is_an_error),
		cmocka_unit_test(every_number_as_it_is_said),
		cmocka_unit_test(every_number_in_digits_and_with_w),
		cmocka_unit_test(words_of_no_loss_are_no_sum_of_what_was_saved),
		cmocka_unit_test(too_many_figures_are_vague),
		cmocka_unit_test(codes_of_kinds_read_back),
		cmocka_unit_test(a_sum_begins),
	};
	size_t n = load_vectors(tests), vectors = n;
	int failed;

	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = rows[i].text,
			.test_func = reads_as_the_rule_says,
			.initial_state = (void *)&rows[i] };
	memcpy(tests + n, others, sizeof others);
	n += sizeof others / sizeof *others;
	failed = _cmocka_run_group_tests("amount", tests, n, NULL, NULL);
	for (size_t i = 0; i < vectors; i++)
		json_decref(tests[i].initial_state);
	return failed;
}
