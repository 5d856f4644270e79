/* Dates and amounts beyond the vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "date.h"
#include "money.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { TEXT_CELL, NUMBER_CELL, BIRTH };

static struct date_row {
	const char *name, *cell;
	int how;
	const char *want; /* the date, or the error */
} date_rows[] = {
	{ "tomorrow", "明天18:00前", TEXT_CELL, "2023-09-20T18:00:00" },
	{ "the day before yesterday", "前天", TEXT_CELL, "2023-09-17" },
	{ "a deadline", "9月19日18时之前", TEXT_CELL, "2023-09-19T18:00:00" },
	{ "tomorrow without a year", "9月20日", TEXT_CELL, "2023-09-20" },
	{ "the day after it was last year", "9月21日", TEXT_CELL, "2022-09-21" },
	{ "the leap day without a year", "2月29日", TEXT_CELL, "2020-02-29" },
	{ "month and day with a hyphen", "9-18", TEXT_CELL, "2023-09-18" },
	{ "month and day with a point", "9.18", TEXT_CELL, "2023-09-18" },
	{ "weekday between", "2023年9月19日（星期二）14:30", TEXT_CELL, "2023-09-19T14:30:00" },
	{ "midnight by its evening name", "2023年9月19日晚上12点", TEXT_CELL,
		"2023-09-20T00:00:00" },
	{ "half an hour after it", "2023年9月19日晚上12点30分", TEXT_CELL, "2023-09-20T00:30:00" },
	{ "small hours", "2023年9月19日凌晨2点", TEXT_CELL, "2023-09-19T02:00:00" },
	{ "noon", "2023年9月19日中午12点", TEXT_CELL, "2023-09-19T12:00:00" },
	{ "one at noon", "2023年9月19日中午1点", TEXT_CELL, "2023-09-19T13:00:00" },
	{ "a quarter", "2023年9月19日上午9点一刻", TEXT_CELL, "2023-09-19T09:15:00" },
	{ "afternoon with the 24-hour clock", "2023-09-19 下午14:30", TEXT_CELL,
		"2023-09-19T14:30:00" },
	{ "hours alone", "2023-09-19 14时", TEXT_CELL, "2023-09-19T14:00:00" },
	{ "another zone, another day", "2023-09-18T20:00:00-04:00", TEXT_CELL,
		"2023-09-19T08:00:00" },
	{ "a zone without colon", "2023-09-19T06:30:00+0000", TEXT_CELL, "2023-09-19T14:30:00" },
	{ "no such time", "2023-09-19 25:00", TEXT_CELL, "bad_date" },
	{ "a serial day in a CSV", "45188", TEXT_CELL, "2023-09-19" },
	{ "a serial time in a CSV", "45188.6041667", TEXT_CELL, "2023-09-19T14:30:00" },
	{ "five figures and more", "45188.6.1", TEXT_CELL, "bad_date" },
	{ "four figures are no serial", "4518", TEXT_CELL, "bad_date" },
	{ "no such minute", "2023-09-19 12:60", TEXT_CELL, "bad_date" },
	{ "half past 24", "2023-09-19 24:30", TEXT_CELL, "bad_date" },
	{ "month and day alike", "5/5/2023", TEXT_CELL, "2023-05-05" },
	{ "short year last, only one reading", "9/19/23", TEXT_CELL, "2023-09-19" },
	{ "short year last, two readings", "5/9/23", TEXT_CELL, "ambiguous" },
	{ "month first", "09/2023", TEXT_CELL, "2023-09" },
	{ "six digits", "202309", TEXT_CELL, "2023-09" },
	{ "a year alone", "2023年", TEXT_CELL, "bad_date" },
	{ "too early a year", "1700-01-01", TEXT_CELL, "bad_date" },
	{ "words behind", "2023-09-19左右", TEXT_CELL, "bad_date" },
	{ "a range", "2023-09-19至2023-09-20", TEXT_CELL, "bad_date" },
	{ "a phone", "13800138000", TEXT_CELL, "bad_date" },
	{ "time in words", "下午两点", TEXT_CELL, "bad_date" },
	{ "a time in words", "下午三点半", TEXT_CELL, "time_only" },
	{ "a day typed as a number", "20230919", NUMBER_CELL, "2023-09-19" },
	{ "a moment typed as a number", "20230919143000", NUMBER_CELL, "2023-09-19T14:30:00" },
	{ "a serial in scientific form", "4.5188604166666665E4", NUMBER_CELL,
		"2023-09-19T14:30:00" },
	{ "a serial just under midnight rounds up", "45188.999999", NUMBER_CELL, "2023-09-20" },
	{ "a time of day in a number cell", "0.6041667", NUMBER_CELL, "time_only" },
	{ "text in a number cell", "2023-09-19", NUMBER_CELL, "2023-09-19" },
	{ "a birth date ahead", "2024-01-01", BIRTH, "bad_date" },
	{ "a birth date in a word that lies ahead", "明日", BIRTH, "bad_date" },
	{ "a short birth year", "56-3-1", BIRTH, "1956-03-01" },
	{ "a birth month", "1956.3", BIRTH, "1956-03" },
	{ "a birth date in words", "一九五六年三月一日", BIRTH, "1956-03-01" },
};

static void dates(void **state)
{
	const struct date_row *r = *state;
	const struct date_ctx ctx = { .ref = { 2023, 9, 19 },
		.number_cell = r->how == NUMBER_CELL,
		.birth = r->how == BIRTH };
	struct date d, again;
	char text[DATE_TEXT], twice[DATE_TEXT];
	enum date_rc rc = date_parse(r->cell, &ctx, &d);

	if (rc != DATE_OK) {
		assert_string_equal(date_fault(rc)->code, r->want);
		return;
	}
	assert_string_equal(date_text(&d, text), r->want);
	assert_int_equal(date_parse(text, &ctx, &again), DATE_OK);
	assert_string_equal(date_text(&again, twice), text);
}

static void days_count_up_and_back(void **state)
{
	struct date_day last = { 1849, 12, 31 };

	(void)state;
	assert_int_equal(date_days((struct date_day){ 1970, 1, 1 }), 0);
	assert_int_equal(date_days((struct date_day){ 2023, 9, 19 }), 19619);
	for (int64_t day = date_days(last) + 1; day < 90000; day++) {
		struct date_day d = date_of_days(day);

		assert_true(date_exists(d.year, d.month, d.day));
		assert_int_equal(date_days(d), day);
		assert_int_equal(date_compare(last, d), -1);
		last = d;
	}
}

static void a_day_is_local(void **state)
{
	const struct date d = {
		.day = { 2023, 9, 19 }, .hour = 14, .minute = 30, .prec = DATE_BY_SECOND
	};
	struct date_day day = date_of_ms(INT64_C(1695052799999)); /* 2023-09-18T15:59:59.999Z */

	(void)state;
	assert_int_equal(date_ms(&d), INT64_C(1695105000000));
	assert_int_equal(day.day, 18);
	assert_int_equal(date_of_ms(INT64_C(1695052800000)).day, 19);
	assert_int_equal(date_of_ms(-1).year, 1970);
	assert_int_equal(date_of_ms(INT64_C(-28800001)).year, 1969);
}

static void age_changes_on_the_birthday(void **state)
{
	const struct date_day leap = { 2008, 2, 29 };

	(void)state;
	assert_int_equal(date_age(leap, (struct date_day){ 2022, 2, 28 }), 13);
	assert_int_equal(date_age(leap, (struct date_day){ 2022, 3, 1 }), 14);
	assert_int_equal(
		date_age((struct date_day){ 1950, 9, 19 }, (struct date_day){ 2023, 9, 18 }), 72);
	assert_int_equal(
		date_age((struct date_day){ 1950, 9, 19 }, (struct date_day){ 2023, 9, 19 }), 73);
}

static struct money_row {
	const char *name, *cell, *unit,
		*want; /* "30000", "~30000" about, "30000-50000", or the error */
} money_rows[] = {
	{ "wan with four digits is literal", "3万1000", NULL, "31000" },
	{ "wan with a small number asks", "3万50", NULL, "confirm" },
	{ "zero between makes it clear", "三万零五", NULL, "30005" },
	{ "one digit and yuan asks", "3万5元", NULL, "confirm" },
	{ "thousand and a half", "1千5", NULL, "1500" },
	{ "hundreds of wan", "3百万", NULL, "3000000" },
	{ "all units", "一亿两千三百四十五万六千七百八十九元", NULL, "123456789" },
	{ "decimals of yi", "1.23456789亿", NULL, "123456789" },
	{ "jiao", "三元五角", NULL, "3.50" },
	{ "jiao alone", "5角", NULL, "0.50" },
	{ "fen alone", "8分", NULL, "0.08" },
	{ "ten of wan in words", "十万", NULL, "100000" },
	{ "mixed", "3万五千", NULL, "35000" },
	{ "commas in the wrong place", "3,00", NULL, "bad_amount" },
	{ "three decimals in a text", "30000.005", NULL, "bad_amount" },
	{ "zeros behind the fen", "30000.500", NULL, "30000.50" },
	{ "binary noise in a text", "0.30000000000000004", NULL, "0.30" },
	{ "unit of the column", "3.5", "万元", "35000" },
	{ "unit of the column in thousands", "3.5", "千元", "3500" },
	{ "unit of the column in fen", "350", "分", "3.50" },
	{ "a range with its own unit", "3万~5万", NULL, "30000-50000" },
	{ "a range takes the column's unit", "3-5", "万元", "30000-50000" },
	{ "a range with two units", "8000-1万", NULL, "8000-10000" },
	{ "about a range", "约3~5万", NULL, "30000-50000" },
	{ "a range upside down", "5-3万", NULL, "bad_amount" },
	{ "about, by a wave", "~3万", NULL, "~30000" },
	{ "nearly", "近3万元", NULL, "~30000" },
	{ "above", "3万以上", NULL, "vague" },
	{ "three to five", "三五万", NULL, "vague" },
	{ "two to three thousand", "两三千元", NULL, "vague" },
	{ "a negative word", "负3000元", NULL, "negative" },
	{ "a negative with its sign", "¥-3000", NULL, "negative" },
	{ "tether by its letter", "500U", NULL, "foreign_currency" },
	{ "dollars by the sign", "$500", NULL, "foreign_currency" },
	{ "too much", "200亿", NULL, "too_large" },
	{ "far too much", "99999999999999999999", NULL, "too_large" },
	{ "scientific with lost digits is about", "1.23457E+5", NULL, "123457" },
	{ "scientific with more zeros than digits", "1.23E+8", NULL, "~123000000" },
	{ "a minus exponent", "5E-1", NULL, "0.50" },
	{ "a point alone", ".", NULL, "empty" },
	{ "a unit alone", "万元", NULL, "bad_amount" },
	{ "twice the same unit", "3万5万", NULL, "80000" },
	{ "letters", "abc", NULL, "bad_amount" },
	{ "a blank between the thousands", "30 000.50 元", NULL, "30000.50" },
	{ "commas behind too many digits", "3000,200", NULL, "bad_amount" },
	{ "two numbers", "3000 2000", NULL, "bad_amount" },
	{ "no loss in words", "无损失", NULL, "0" },
};

static void money(void **state)
{
	const struct money_row *r = *state;
	struct money m;
	enum money_rc rc = money_parse(r->cell, money_unit_of(r->unit), false, &m);
	char a[MONEY_TEXT], have[3 * MONEY_TEXT] = "", b[MONEY_TEXT];

	if (rc == MONEY_RANGE)
		snprintf(have, sizeof have, "%s-%s", money_text(m.lo, a), money_text(m.hi, b));
	else if (rc == MONEY_OK)
		snprintf(have, sizeof have, "%s%s", m.approx ? "~" : "", money_text(m.fen, a));
	else
		snprintf(have, sizeof have, "%s", money_fault(rc)->code);
	assert_string_equal(have, r->want);
}

static struct say_row {
	const char *name;
	int64_t fen;
	const char *text;
} say_rows[] = {
	{ "nothing", 0, "0" },
	{ "fen", 5, "0.05" },
	{ "yuan", 123400, "1234" },
	{ "yuan and fen", 1234567, "12345.67" },
	{ "wan", 3500000, "35000" },
	{ "wan with two decimals", 3510000, "35100" },
	{ "wan that does not come out even", 3512300, "35123" },
	{ "yi", INT64_C(12000000000), "120000000" },
	{ "negative", -3500000, "-35000" },
	{ "the smallest number", INT64_MIN, "-92233720368547758.08" },
};

static void says(void **state)
{
	const struct say_row *r = *state;
	char text[MONEY_TEXT];

	assert_string_equal(money_text(r->fen, text), r->text);
}

static void every_amount_reads_back(void **state)
{
	char text[MONEY_TEXT];
	struct money m;

	(void)state;
	for (int64_t fen = 0; fen < MONEY_LARGEST; fen = fen * 7 / 3 + 1) {
		assert_int_equal(
			money_parse(money_text(fen, text), MONEY_YUAN, false, &m), MONEY_OK);
		assert_int_equal(m.fen, fen);
	}
}

int main(void)
{
	struct CMUnitTest tests[COUNT(date_rows) + COUNT(money_rows) + COUNT(say_rows) + 4];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(date_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(date_rows[i], dates);
	for (size_t i = 0; i < COUNT(money_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(money_rows[i], money);
	for (size_t i = 0; i < COUNT(say_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(say_rows[i], says);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(days_count_up_and_back);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_day_is_local);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(age_changes_on_the_birthday);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_amount_reads_back);
	return cmocka_run_group_tests_name("date and money", tests, NULL, NULL);
}
