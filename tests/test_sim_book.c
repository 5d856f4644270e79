/* Scripted phones: what they answer to what, and what a script line may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "sim_script.h"
#include "banned.h"

/* --- conversations -------------------------------------------------------------------- */

enum { LINES = 8, TEXTS = 8 };

static const struct talk {
	const char *name;
	const char *script[LINES];
	const char *texts[TEXTS]; /* what 13800138001 hears, in order */
	const char *answers; /* "TEXT@ms;" in the order of saying; "-" after a text without one */
} talks[] = {
	{ "the_hint_gives_the_code", { "phone 138* answer after 3s \"{code}1\"" },
		{ "任务：请在5号楼，回171接单，回172拒绝" }, "171@3000;" },
	{ "a_longer_hint", { "phone 138* answer \"{code}2\"" }, { "回复171接单" }, "172@0;" },
	{ "else_the_digits_before_hao", { "phone 138* answer \"{code}1\"" },
		{ "【反诈】203号任务" }, "2031@0;" },
	{ "no_code_no_answer", { "phone 138* answer \"{code}1\"" }, { "您好" }, "-" },
	{ "an_acknowledgement_is_not_answered", { "phone 138* answer \"{code}1\"" },
		{ "17号任务", "17号任务已接单", "谢谢" }, "171@0;--" },
	{ "each_task_is_a_conversation_of_its_own", { "phone 138* answer \"{code}1\"" },
		{ "17号", "18号", "17号" }, "171@0;181@0;-" },
	{ "steps_come_in_order",
		{ "phone 138*", "answer \"{code}1\"",
			"when /见到|结果/ answer after 60s \"{code}3\"" },
		{ "17号", "17号已接单", "17号：请回复结果", "17号结果" }, "171@0;-173@60000;-" },
	{ "a_text_without_code_goes_on_with_the_latest",
		{ "phone 138*", "answer \"{code}1\"", "answer \"好的\"" }, { "17号", "谢谢" },
		"171@0;好的@0;" },
	{ "silence_uses_a_step", { "phone 138*", "silence", "answer \"{code}1\"" },
		{ "17号", "17号催办" }, "-171@0;" },
	{ "always_is_not_used_up", { "phone 138*", "always when /余额/ answer \"查\"" },
		{ "余额", "其它", "余额" }, "查@0;-查@0;" },
	{ "repeat_begins_again", { "phone 138*", "answer \"a\"", "answer \"b\"", "repeat" },
		{ "1号", "1号", "1号" }, "a@0;b@0;a@0;" },
	{ "several_answers_to_one_text",
		{ "phone 138* answer \"{code}1\" also after 9s \"{code}3\"" }, { "17号" },
		"171@0;173@9000;" },
	{ "groups_of_a_pattern_fill_in", { "phone 138* when /密码([0-9]+)/ answer \"收到{1}\"" },
		{ "密码4711。" }, "收到4711@0;" },
	{ "the_first_block_that_fits_counts",
		{ "phone 13800138001 answer \"a\"", "phone 138* answer \"b\"" }, { "1号" },
		"a@0;" },
	{ "other_phones_are_silent", { "phone 139* answer \"a\"" }, { "1号" }, "-" },
	{ "a_code_pattern_of_ones_own", { "code /task ([0-9]+)/", "phone * answer \"{code}!\"" },
		{ "17号", "task 9" }, "-9!@0;" },
	{ "a_list_of_numbers", { "phone 13900000000,+8613800138001 answer \"a\"" }, { "1号" },
		"a@0;" },
};

static void note(void *arg, const struct sim_say *how, const char *text)
{
	buf_addf(arg, "%s@%lld;", text, (long long)(how->after_us / 1000));
}

static void script(struct sim_world *w, const char *const *lines, size_t max)
{
	char error[SIM_ERROR_MAX] = "";

	for (size_t i = 0; i < max && lines[i] != NULL; i++)
		if (!sim_script_line(w, lines[i], error))
			fail_msg("%s: %s", lines[i], error);
}

static void converse(void **state)
{
	const struct talk *t = *state;
	struct sim_world w;
	struct buf said;

	assert_true(sim_world_init(&w, 1, 50, NULL));
	buf_init(&said, 4096);
	script(&w, t->script, LINES);
	for (int i = 0; i < TEXTS && t->texts[i] != NULL; i++) {
		size_t before = said.len;

		sim_book_hear(w.book, "13800138001", t->texts[i], note, &said);
		if (said.len == before)
			buf_addc(&said, '-');
	}
	assert_string_equal(buf_str(&said), t->answers);
	buf_free(&said);
	sim_world_free(&w);
}

/* --- what a script may say --------------------------------------------------------------- */

static const struct line {
	const char *name, *line, *error; /* error NULL: good */
} lines[] = {
	{ "an_empty_line", "", NULL },
	{ "a_comment", "  # nothing", NULL },
	{ "a_comment_behind_words", "modem 0 delay 1000 # slow", NULL },
	{ "all_modems", "modem * delay 1s", NULL },
	{ "a_fault_later", "modem 0 at 5s unplug 3000", NULL },
	{ "a_fault_again_and_again", "at 5s every 10s modem 0 hang 1s", NULL },
	{ "a_trap", "modem 0 on sent every 3 unplug 500", NULL },
	{ "a_number", "modem 0 number 13900139009", NULL },
	{ "a_report_chain", "phone 138* report pending 0x20 after 1s then failed 0x46 after 10s",
		NULL },
	{ "no_report", "phone 138* report none", NULL },
	{ "parts_in_disorder", "phone 138* answer \"x\" cut 10 parts 2,1,3 ref16 gap 100ms", NULL },
	{ "somebody_speaks", "at 5s from 13800138001 \"你好\" twice", NULL },
	{ "a_modem_that_is_not_there", "modem 1 reset",
		"expected a number from 0 to 0, found '1'" },
	{ "a_fault_that_is_not_there", "modem 0 explode", "'explode' is no fault" },
	{ "a_rule_without_a_phone", "answer \"x\"", "'answer' is no statement" },
	{ "a_string_without_its_end", "phone 138* answer \"x", "the closing \" is missing" },
	{ "a_pattern_that_is_none", "phone 138* when /(/ answer \"x\"", "/(/: Unmatched ( or \\(" },
	{ "a_time_without_sense", "phone 138* answer after soon \"x\"",
		"expected a time such as 3s or 200ms, found 'soon'" },
	{ "words_too_many", "modem 0 reset now", "expected the end of the line, found 'now'" },
	{ "a_trap_without_a_moment", "modem 0 on monday 1 reset",
		"expected cmgs, prompt, data or sent behind 'on'" },
	{ "say_without_a_number", "at 5s say \"x\"", "'say' needs a phone of one number above it" },
	{ "an_order_that_is_none", "phone 138* answer \"x\" parts 2,x",
		"parts: give an order such as 2,1,3 or 'reverse'" },
	{ "a_number_that_is_none", "modem 0 number 139x", "'139x' is no number" },
	{ "bytes_that_are_no_text", "phone \xff", "the line is not UTF-8" },
};

static void read_line(void **state)
{
	const struct line *l = *state;
	char error[SIM_ERROR_MAX] = "";
	struct sim_world w;
	bool ok;

	assert_true(sim_world_init(&w, 1, 50, NULL));
	ok = sim_script_line(&w, l->line, error);
	assert_string_equal(error, l->error ? l->error : "");
	assert_int_equal(ok, l->error == NULL);
	sim_world_free(&w);
}

/* --- numbers --------------------------------------------------------------------------------- */

static void one_subscriber_has_one_key(void **state)
{
	static const char *const forms[] = { "13800138001", "+8613800138001", "8613800138001",
		"008613800138001", "013800138001" };
	char key[SIM_NUMBER_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		sim_number_key(forms[i], key);
		assert_string_equal(key, "13800138001");
	}
	sim_number_key("10086", key);
	assert_string_equal(key, "10086");
	sim_number_key("1069055512345", key);
	assert_string_equal(key, "1069055512345");
}

/* --- fates ------------------------------------------------------------------------------------- */

static void a_phone_that_is_off_hears_nothing(void **state)
{
	struct sim_world w;
	const struct sim_fates *f;
	char error[SIM_ERROR_MAX];

	(void)state;
	assert_true(sim_world_init(&w, 1, 50, NULL));
	assert_true(sim_script_line(&w, "phone 138* off for 20s", error));
	assert_true(sim_script_line(&w, "phone 137* busy for 5s", error));
	f = &sim_book_rules(w.book, "13800138001")->fates;
	assert_false(f->heard);
	assert_int_equal(f->count, 2);
	assert_int_equal(f->list[1].status, 0x46);
	assert_int_equal(f->list[1].after_us, 20000000);
	f = &sim_book_rules(w.book, "13700137001")->fates;
	assert_true(f->heard);
	assert_int_equal(f->heard_us, 5000000);
	assert_true(sim_script_line(&w, "phone 135* report after 9s", error));
	f = &sim_book_rules(w.book, "13500135001")->fates;
	assert_int_equal(f->list[0].after_us, 9000000);
	assert_int_equal(f->heard_us, 0);
	f = &sim_book_rules(w.book, "13600136001")->fates;
	assert_true(f->heard);
	assert_int_equal(f->heard_us, 0);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->list[0].after_us, 500000);
	sim_world_free(&w);
}

/* --- how an answer travels ------------------------------------------------------------------------ */

static const struct way {
	const char *name, *line;
	const char *texts; /* as they lie in the store, ";" behind each */
} ways[] = {
	{ "a_short_answer", "inject 13800138001 \"171\"", "171;" },
	{ "a_duplicate", "inject 13800138001 \"171\" twice", "171;171;" },
	{ "parts_in_order", "inject 13800138001 \"abcdef\" cut 2", "ab;cd;ef;" },
	{ "parts_reversed", "inject 13800138001 \"abcdef\" cut 2 parts reverse", "ef;cd;ab;" },
	{ "parts_as_listed", "inject 13800138001 \"abcdef\" cut 2 parts 2,3,1", "cd;ef;ab;" },
	{ "a_part_that_never_comes", "inject 13800138001 \"abcdef\" cut 2 parts 1,3", "ab;ef;" },
	{ "a_part_twice", "inject 13800138001 \"abcdef\" cut 2 parts 1,1,2,3", "ab;ab;cd;ef;" },
	{ "ucs2_by_force", "inject 13800138001 \"17\" ucs2", "17;" },
	{ "chinese_parts", "inject 13800138001 \"一二三四\" cut 3 ref16", "一二三;四;" },
	{ "a_name_as_sender", "inject CMCC \"hello\"", "hello;" },
};

static void travel(void **state)
{
	const struct way *way = *state;
	char error[SIM_ERROR_MAX];
	struct sim_world w;
	struct buf texts;

	clock_virtual(1330617600000);
	assert_true(sim_world_init(&w, 1, 50, NULL));
	if (!sim_script_line(&w, way->line, error))
		fail_msg("%s", error);
	while (sim_sched_next(w.sched) >= 0)
		sim_sched_run(w.sched, clock_mono_us());
	buf_init(&texts, 4096);
	for (unsigned i = 0; i < w.modems[0]->stores[SIM_MEM_SM].used; i++) {
		const char *hex = w.modems[0]->stores[SIM_MEM_SM].places[i].pdu->hex;
		struct pdu p;

		assert_int_equal(pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p), PDU_OK);
		pdu_text(p.units, p.unit_count, &texts);
		buf_addc(&texts, ';');
	}
	assert_string_equal(buf_str(&texts), way->texts);
	buf_free(&texts);
	sim_world_free(&w);
	clock_real();
}

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define ROWS(list, fn) \
	for (size_t i = 0; i < COUNT(list); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (list)[i].name, .test_func = (fn), \
			.initial_state = (void *)(uintptr_t) & (list)[i] \
		}

int main(void)
{
	struct CMUnitTest tests[COUNT(talks) + COUNT(lines) + COUNT(ways) + 2];
	size_t n = 0;

	ROWS(talks, converse);
	ROWS(lines, read_line);
	ROWS(ways, travel);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(one_subscriber_has_one_key);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_phone_that_is_off_hears_nothing);
	return _cmocka_run_group_tests("sim_book", tests, n, NULL, NULL);
}
