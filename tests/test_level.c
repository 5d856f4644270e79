/* Levels of warnings and kinds of fraud: the words that sources use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fraud.h"
#include "level.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A source with three values, where 高 is the highest. */
static const struct level_word three[] = { { "高", LEVEL_CRITICAL }, { "黄", LEVEL_HIGH } };
static const struct level_table own_levels = { three, COUNT(three) };

static struct level_row {
	const char *name, *word, *code;
	const struct level_table *own;
	bool mapped;
} level_rows[] = {
	{ "the word of the scheme", "高", "HIGH", NULL, true },
	{ "a class above", "特高危", "CRITICAL", NULL, true },
	{ "a colour with its ending", "红色预警", "CRITICAL", NULL, true },
	{ "two endings", "高风险等级", "HIGH", NULL, true },
	{ "risk itself is an ending", "中风险", "MEDIUM", NULL, true },
	{ "Roman numeral", "Ⅰ级", "CRITICAL", NULL, true },
	{ "Roman numeral in letters", "II级", "HIGH", NULL, true },
	{ "full-width digit", "３级", "MEDIUM", NULL, true },
	{ "brackets", "【高危】", "HIGH", NULL, true },
	{ "a note in brackets", "低（提示类）", "LOW", NULL, true },
	{ "blanks", " 紧 急 ", "CRITICAL", NULL, true },
	{ "our own code", "CRITICAL", "CRITICAL", NULL, true },
	{ "our own code, small", "low", "LOW", NULL, true },
	{ "the source's table comes first", "高", "CRITICAL", &own_levels, true },
	{ "and its endings are cut too", "高风险", "HIGH", &own_levels, true },
	{ "a colour of three", "黄色", "MEDIUM", &own_levels, true },
	{ "the rest of the house stays", "低", "LOW", &own_levels, true },
	{ "unknown is HIGH and says so", "超级", "HIGH", NULL, false },
	{ "empty is HIGH and says so", "", "HIGH", NULL, false },
	{ "absent is HIGH and says so", NULL, "HIGH", NULL, false },
	{ "nothing said", "不详", "HIGH", NULL, false },
};

static void levels(void **state)
{
	const struct level_row *r = *state;
	bool mapped;

	assert_string_equal(level_code(level_of_word(r->word, r->own, &mapped)), r->code);
	assert_int_equal(mapped, r->mapped);
}

static void codes_read_back_and_rise(void **state)
{
	(void)state;
	for (int i = 0; i < LEVELS; i++) {
		enum level l = LEVEL_HIGH, again;

		assert_true(level_of_code(level_code((enum level)i), &l));
		assert_int_equal(l, i);
		again = level_of_word(level_name(l), NULL, NULL);
		assert_int_equal(again, l);
	}
	assert_false(level_of_code("red", &(enum level){ 0 }));
	assert_false(level_of_code(NULL, &(enum level){ 0 }));
}

static const struct fraud_type office[] = {
	{ "FAKE_LOAN", 5, "虚假贷款", "贷款砍头息 网贷", { NULL }, "youth", false },
	{ "DRONE", 60, "无人机诈骗", "无人机代售", { "FAKE_SHOP_SERVICE" }, "youth", false },
};
static const struct fraud_table own_types = { office, COUNT(office) };

static struct fraud_row {
	const char *name, *word, *code;
	const struct fraud_table *own;
	bool exact;
} fraud_rows[] = {
	{ "the name", "刷单返利", "BRUSH_REBATE", NULL, true },
	{ "with its ending", "刷单返利类诈骗", "BRUSH_REBATE", NULL, true },
	{ "an ending alone", "虚假贷款型", "FAKE_LOAN", NULL, true },
	{ "a name with a mark", "冒充领导、熟人", "IMP_LEADER_ACQ", NULL, true },
	{ "the mark left out", "冒充领导熟人", "IMP_LEADER_ACQ", NULL, true },
	{ "with marks of the sender", "【虚假购物】服务。", "FAKE_SHOP_SERVICE", NULL, true },
	{ "an alias behind another word", "案件：裸聊", "NUDE_CHAT", NULL, false },
	{ "its characters in another order", "聊裸", "UNKNOWN", NULL, false },
	{ "letters first, then ideographs", "ｅｔｃ失效", "ETC_CARD", NULL, true },
	{ "an alias", "冒充客服", "FAKE_CS_LOGISTICS", NULL, true },
	{ "an alias inside", "冒充京东客服", "FAKE_CS_LOGISTICS", NULL, false },
	{ "the longest alias wins", "杀猪盘（投资）", "FAKE_INVEST", NULL, true },
	{ "the short one by itself", "杀猪盘", "PIG_BUTCHER", NULL, true },
	{ "longer alias inside", "疑似养老投资骗局", "ELDER_CARE", NULL, false },
	{ "letters in any size", "usdt", "CRYPTO", NULL, true },
	{ "full-width letters", "ＡＩ换脸", "AI_DEEPFAKE", NULL, true },
	{ "our own code", "IMP_AUTHORITY", "IMP_AUTHORITY", NULL, true },
	{ "unknown", "量子纠缠骗局", "UNKNOWN", NULL, false },
	{ "empty", "", "UNKNOWN", NULL, false },
	{ "absent", NULL, "UNKNOWN", NULL, false },
	{ "a tip is no fraud", "跑分", "UNKNOWN", NULL, false },
	{ "a type of the office", "无人机代售", "DRONE", &own_types, true },
	{ "an alias that the office put", "贷款砍头息", "FAKE_LOAN", &own_types, true },
	{ "the house beside it", "裸聊", "NUDE_CHAT", &own_types, true },
};

static void frauds(void **state)
{
	const struct fraud_row *r = *state;
	bool exact;

	assert_string_equal(fraud_of_word(r->word, r->own, &exact)->code, r->code);
	assert_int_equal(exact, r->exact);
}

static void numbers_and_codes_are_unique(void **state)
{
	const struct fraud_type *t, *u;

	(void)state;
	for (size_t i = 0; (t = fraud_at(i, NULL)) != NULL; i++) {
		assert_ptr_equal(fraud_of_code(t->code, NULL), t);
		for (size_t k = 0; k < i; k++) {
			u = fraud_at(k, NULL);
			assert_string_not_equal(u->code, t->code);
			assert_int_not_equal(u->number, t->number);
		}
	}
}

static void every_name_and_alias_means_its_own_type(void **state)
{
	const struct fraud_type *t;

	(void)state;
	for (size_t i = 0; (t = fraud_at(i, NULL)) != NULL; i++) {
		char *aliases = strdup(t->aliases), *rest = aliases, *alias;
		bool exact;

		if (strcmp(t->code, "UNKNOWN") == 0)
			rest = NULL;
		while (rest != NULL && *rest != '\0' && (alias = strsep(&rest, " ")) != NULL) {
			const struct fraud_type *found = fraud_of_word(alias, NULL, &exact);

			if (t->tip)
				assert_false(found->tip);
			else
				assert_string_equal(found->code, t->code);
		}
		free(aliases);
	}
}

static void the_numbers_of_the_top_ten_stand(void **state)
{
	(void)state;
	assert_int_equal(fraud_of_code("FAKE_CS_LOGISTICS", NULL)->number, 4);
	assert_int_equal(fraud_of_code("GAME_TRADE", NULL)->number, 10);
	assert_int_equal(fraud_of_code("DRONE", &own_types)->number, 60);
}

static void a_type_is_below_its_parents(void **state)
{
	static const struct fraud_type loop[] = {
		{ "A", 70, "甲", "", { "B" }, "", false },
		{ "B", 71, "乙", "", { "A" }, "", false },
	};
	const struct fraud_table bites = { loop, COUNT(loop) };

	(void)state;
	assert_true(fraud_is("PIG_BUTCHER", "ROMANCE", NULL));
	assert_true(fraud_is("PIG_BUTCHER", "FAKE_INVEST", NULL));
	assert_true(fraud_is("DRONE", "FAKE_SHOP_SERVICE", &own_types));
	assert_false(fraud_is("FAKE_INVEST", "PIG_BUTCHER", NULL));
	assert_false(fraud_is("A", "C", &bites));
}

static void a_replaced_type_is_listed_once(void **state)
{
	const struct fraud_type *t;
	size_t loans = 0, all = 0, house = 0;

	(void)state;
	for (size_t i = 0; (t = fraud_at(i, &own_types)) != NULL; i++, all++)
		loans += strcmp(t->code, "FAKE_LOAN") == 0;
	while (fraud_at(house, NULL) != NULL)
		house++;
	assert_int_equal(loans, 1);
	assert_int_equal(all, house + 1);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(level_rows) + COUNT(fraud_rows) + 6];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(level_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(level_rows[i], levels);
	for (size_t i = 0; i < COUNT(fraud_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(fraud_rows[i], frauds);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(codes_read_back_and_rise);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(numbers_and_codes_are_unique);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_name_and_alias_means_its_own_type);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_numbers_of_the_top_ten_stand);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_type_is_below_its_parents);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_replaced_type_is_listed_once);
	return cmocka_run_group_tests_name("level and fraud", tests, NULL, NULL);
}
