/* Codes in words: each state has one, errors keep what is behind their word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "life.h"
#include "machine.h"
#include "wording.h"

#include "banned.h"

static const struct row {
	const char *name, *(*of)(const char *code, char *out, size_t n), *code, *want;
} rows[] = {
	{ "error: a word", wording_of_error, "no-answer", "没人接" },
	{ "error: a word and a cause", wording_of_error, "no-answer 31", "没人接 31" },
	{ "error: several words", wording_of_error, "time to live is over", "已过时效" },
	{ "error: the network's number", wording_of_error, "card 38", "SIM卡或运营商不让发 38" },
	{ "error: a receipt", wording_of_error, "status 41", "运营商回执 41" },
	{ "error: a provider's", wording_of_error, "isv.BUSINESS_LIMIT_CONTROL 触发小时级流控",
		"isv.BUSINESS_LIMIT_CONTROL 触发小时级流控" },
	{ "error: a long first word", wording_of_error, "abcdefghijklmnopqrstuvwxyz0123456789 x",
		"abcdefghijklmnopqrstuvwxyz0123456789 x" },
	{ "error: nothing", wording_of_error, "", "" },
	{ "flag: known", wording_of_flag, "off_list", "不在册" },
	{ "flag: a field", wording_of_flag, "bad_warn_time", "预警时间有误未收" },
	{ "flag: a field nobody knows", wording_of_flag, "cut_nonsense", "一项太长已截短" },
	{ "flag: unknown", wording_of_flag, "nonsense", NULL },
};

static void says(void **state)
{
	const struct row *r = *state;
	char out[WORDING_MAX];
	const char *got = r->of(r->code, out, sizeof out);

	if (r->want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, r->want);
}

static void each_state_has_a_word(void **state)
{
	static const struct {
		const char *listing;
		const struct machine *life;
	} lives[] = { { "messages", &message_life }, { "tasks", &task_life },
		{ "cases", &case_life }, { "followups", &followup_life },
		{ "handovers", &handover_life }, { "rewards", &reward_life },
		{ "inbox", &inbound_life } };

	(void)state;
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
		for (int k = 1; k < lives[i].life->states; k++)
			if (wording_of(lives[i].listing, "state", machine_code(lives[i].life, k)) ==
				NULL)
				fail_msg(
					"%s: %s", lives[i].listing, machine_code(lives[i].life, k));
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	static struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = says,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(each_state_has_a_word);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
