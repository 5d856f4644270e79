/* The word tables of the reply grammar: their text form, its errors, and what they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canon.h"
#include "phrase.h"
#include "reply.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}

/* One word for each action: the least that a table must have. */
#define LEAST \
	"0: 去不了\n1: 收到\n2: 见到\n3: 劝住\n4: 转了\n5: 没人\n6: 错人\n7: 报警\n8: 误报\n9: " \
	"换人\n"

static struct phrase_word word_of(const struct phrases *p, const char *word)
{
	uint32_t t[200];

	return phrase_of(p, t, canon_fold(word, strlen(word), t));
}

static struct phrases *made(const char *text)
{
	struct phrases_fault fault;
	struct phrases *p = phrases_new(text, &fault);

	if (p == NULL)
		fail_msg("%s", fault.text);
	return p;
}

static void the_built_in_table_is_whole(void **state)
{
	static const struct {
		const char *word;
		int action;
	} words[] = {
		{ "收到", 1 },
		{ "转走了", 4 },
		{ "俾人呃咗", 4 },
		{ "民警来", 7 },
		{ "民警来过", -1 },
		{ "请假", 0 },
		{ "认错人", 6 },
		{ "还款", 8 },
		{ "在外地打工", 5 },
		{ "减少损失", 3 },
		{ "找到人了", 2 },
		{ "移交", 9 },
		{ "到场了", 1 },
		{ "shoudao", 1 },
		{ "民警", -2 },
		{ "收", -2 },
		{ "好", -2 },
	};
	struct phrases *p = made(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (word_of(p, words[i].word).action != words[i].action)
			fail_msg("%s: %d", words[i].word, word_of(p, words[i].word).action);
	assert_int_equal(word_of(p, "转账").is, PHRASE_PAY_VERB);
	assert_int_equal(word_of(p, "到了").is, PHRASE_CLAUSE_WORD);
	assert_int_equal(word_of(p, "哦").is, PHRASE_CLAUSE_WORD | PHRASE_PARTICLE);
	assert_int_equal(word_of(p, "不需要").is, PHRASE_NEGATOR);
	assert_int_equal(word_of(p, "得").is, PHRASE_CLAUSE_WORD | PHRASE_ADVERB);
	assert_int_equal(word_of(p, "?").is, PHRASE_QUESTION);
	phrases_free(p);
}

/* What an office begins with is the built-in text itself. */
static void the_built_in_lines_read_back(void **state)
{
	char text[20000] = "";
	struct phrases *p;

	(void)state;
	for (size_t i = 0; phrases_line(i) != NULL; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof text - n, "%s\n", phrases_line(i));
	}
	p = made(text);
	assert_int_equal(word_of(p, "减少损失").action, 3);
	assert_int_equal(word_of(p, "咋").is, PHRASE_QUESTION);
	phrases_free(p);
}

static void sections_that_are_absent_are_built_in(void **state)
{
	struct phrases *p = made(LEAST "negators: 非\n");

	(void)state;
	assert_int_equal(word_of(p, "非").is, PHRASE_NEGATOR);
	assert_int_equal(word_of(p, "没有").is, 0); /* this section is the office's */
	assert_int_equal(word_of(p, "转账").is, PHRASE_PAY_VERB);
	assert_int_equal(word_of(p, "好").is, PHRASE_CLAUSE_WORD);
	assert_int_equal(word_of(p, "知道").action, PHRASE_NOTHING); /* phrases are not mixed */
	phrases_free(p);
}

static void words_are_folded_as_replies_are(void **state)
{
	struct phrases *p = made(LEAST "1：　ＯＫ　馬上來\n # 注释: 不是词\n\n   晓得 \n");

	(void)state;
	assert_int_equal(word_of(p, "ok").action, 1);
	assert_int_equal(word_of(p, "马上来").action, 1);
	assert_int_equal(word_of(p, "晓得").action, 1);
	assert_int_equal(word_of(p, "注释").action, PHRASE_NOTHING);
	phrases_free(p);
}

static const struct row {
	const char *name, *text;
	int line;
	const char *says;
} bad[] = {
	{ "a word before any key", "收到\n" LEAST, 1, "前面没有类别" },
	{ "an unknown key", LEAST "10: 好\n", 11, "不是类别" },
	{ "one word in two actions", LEAST "5: 没接\n0: 没接\n", 12, "第11行" },
	{ "a neutral word that is an action", LEAST "-: 收到\n", 11, "第2行" },
	{ "punctuation in a word", LEAST "1: 好,的\n", 11, "标点" },
	{ "a word that is too long",
		LEAST "1: 一二三四五六七八九十一二三四五六七八九十一二三四五\n", 11, "太长" },
	{ "no word for 4", "0: a\n1: b\n2: c\n3: d\n5: e\n6: f\n7: g\n8: h\n9: i\n", 0, "动作4" },
	{ "an empty text", "", 0, "动作0" },
};

static void says_line_and_reason(void **state)
{
	const struct row *row = *state;
	struct phrases_fault fault;

	assert_null(phrases_new(row->text, &fault));
	assert_int_equal(fault.line, row->line);
	if (strstr(fault.text, row->says) == NULL)
		fail_msg("%s", fault.text);
}

static void a_line_or_a_text_can_be_too_long(void **state)
{
	size_t n = PHRASES_TEXT_MAX + 1;
	char *text = malloc(n + 1);
	struct phrases_fault fault;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	text[n] = '\0';
	assert_null(phrases_new(text, &fault));
	assert_int_equal(fault.line, 0);
	text[n - 1] = '\0';
	assert_null(phrases_new(text, &fault));
	assert_int_equal(fault.line, 1);
	free(text);
}

/* The office adds a word, and the grammar knows it. */
static void a_new_word_works(void **state)
{
	const struct reply_task task = { .code = "17", .issued_min_ago = -1, .mine_action = -1 };
	struct phrases *p = made(LEAST "1: 妥妥滴\n");
	struct reply_context context = { .phrases = p, .tasks = &task, .n_tasks = 1 };
	struct reply r;

	(void)state;
	reply_read("妥妥滴", &context, &r);
	assert_int_equal(r.next, REPLY_ECHO);
	assert_int_equal(r.n_items, 1);
	assert_int_equal(r.items[0].action, 1);
	reply_read("知道", &context, &r);
	assert_int_equal(r.next, REPLY_HUMAN);
	phrases_free(p);
}

int main(void)
{
	enum { N = sizeof bad / sizeof *bad };
	struct CMUnitTest tests[N + 6] = {
		[N] = cmocka_unit_test(the_built_in_table_is_whole),
		[N + 1] = cmocka_unit_test(the_built_in_lines_read_back),
		[N + 2] = cmocka_unit_test(sections_that_are_absent_are_built_in),
		[N + 3] = cmocka_unit_test(words_are_folded_as_replies_are),
		[N + 4] = cmocka_unit_test(a_line_or_a_text_can_be_too_long),
		[N + 5] = cmocka_unit_test(a_new_word_works),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest)ROW(bad[i], says_line_and_reason);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
