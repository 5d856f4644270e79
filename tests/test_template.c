/* Templates: what people get to read, to the letter; nasty values; what a text may not hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "template.h"
#include "text.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { PAIRS = 12, SMS = 70 };

static void sign(struct templates *t, const char *signature)
{
	templates_default(t);
	snprintf(t->signature, sizeof t->signature, "%s", signature);
}

/* -- the texts of the reply grammar ------------------------------------------------------- */

static const struct text_row {
	const char *name;
	enum template_name tpl;
	const char *values[PAIRS]; /* key, value, ... */
	const char *want;
} text_rows[] = {
	{ "alert", TPL_ALERT,
		{ "code", "17", "word", "急", "name", "王*", "area", "李庄3组", "type", "冒充客服",
			"accept", "171" },
		"17号·急:王*,李庄3组,疑冒充客服。接单回171,不能去回" },
	{ "help", TPL_HELP, { NULL },
		"回任务号+数字:1接单 0不能去 2已见面 3劝住 4已转+金额 5联系不上 6非本人 7要民警 "
		"8误报 9换人,例171" },
	{ "which", TPL_WHICH, { "count", "2", "list", "17王* 18赵*", "answers", "171或181" },
		"您有2个任务:17王* 18赵*。请回171或181" },
	{ "unknown", TPL_UNKNOWN,
		{ "code", "99", "list", "17王*", "accept", "171", "decline", "170" },
		"没有99号任务。您的任务:17王*。接单回171,不能去回170" },
	{ "digits", TPL_DIGITS, { "accept", "171", "lost", "174" },
		"数字没看懂。请回任务号+动作,如171;金额空一格写,如174 35000" },
	{ "action", TPL_ACTION,
		{ "code", "17", "accept", "171", "done", "173", "lost", "174", "unreached", "175",
			"police", "177" },
		"17号请加动作:接单171 劝住173 已转174+金额 联系不上175 要民警177" },
	{ "confirm, proposed", TPL_CONFIRM,
		{ "code", "17", "name", "王*", "action", "已劝住", "answer", "173" },
		"理解为17号王*已劝住。对请回173,不对不用回" },
	{ "confirm, raised", TPL_CONFIRM_RAISED,
		{ "code", "17", "name", "王*", "action", "已转账", "amount", "35000元" },
		"已报值班:17号王*已转账35000元。不对请回电" },
	{ "echo", TPL_ECHO, { "code", "17", "name", "王*", "action", "接单" },
		"已记:17号王* 接单" },
	{ "echo of two", TPL_ECHO,
		{ "code", "17", "name", "王*", "action", "接单", "more", "、18号赵* 不能去" },
		"已记:17号王* 接单、18号赵* 不能去" },
	{ "echo, 4 without a sure amount", TPL_ECHO_AMOUNT,
		{ "code", "17", "name", "王*", "action", "已转账", "lost", "174" },
		"已记:17号王* 已转账。转了多少请回174+金额,如174 3万5" },
	{ "late", TPL_LATE,
		{ "code", "17", "time", "14:20", "who", "李*", "action", "劝住", "police", "177" },
		"17号已于14:20由李*登记劝住。有新情况请回177或来电" },
	{ "human", TPL_HUMAN, { "accept", "171" }, "已转值班员。登记请回任务号+数字,如171" },
	{ "list", TPL_LIST, { "count", "2", "list", "17王*已接单 18赵*待接单" },
		"未完任务2个:17王*已接单 18赵*待接单" },
	{ "leave", TPL_LEAVE, { "date", "3月6日" }, "已登记休息到3月6日。上班请回 销假" },
	{ "back", TPL_BACK, { NULL }, "已销假,谢谢" },
	{ "stop", TPL_STOP, { NULL }, "已转告管理员。停发前仍会收到紧急任务" },
};

static struct template_values values_of(const char *const *pairs)
{
	struct template_values v = { .count = 0 };

	for (size_t i = 0; i < PAIRS && pairs[i] != NULL; i += 2)
		template_put(&v, pairs[i], pairs[i + 1]);
	return v;
}

static void text_is_to_the_letter(void **state)
{
	const struct text_row *r = *state;
	struct template_values v = values_of(r->values);
	struct templates t;
	char out[512], want[512];

	sign(&t, "示例镇反诈");
	template_fill(&t, r->tpl, &v, out, sizeof out);
	snprintf(want, sizeof want, "【示例镇反诈】%s", r->want);
	assert_string_equal(out, want);
	assert_true(text_units(out) <= SMS);
}

/* -- length ------------------------------------------------------------------------------- */

static void every_text_fits_one_sms(void **state)
{
	struct templates t;

	(void)state;
	sign(&t, "示例镇反诈分中心队"); /* nine characters */
	for (int i = 0; i < TPL_COUNT; i++) {
		size_t units = template_units(&t, (enum template_name)i);

		/* The help text has its wording from the reply grammar: 61 without a signature. */
		if (i == TPL_HELP)
			assert_int_equal(units, 61 + 11);
		else if (units > SMS && !template_is_spoken((enum template_name)i))
			fail_msg("%s has %zu", template_key((enum template_name)i), units);
	}
	sign(&t, "示例镇反诈劝");
	assert_true(template_units(&t, TPL_HELP) <= SMS);
}

static void an_alert_fits_with_long_values(void **state)
{
	struct templates t;
	struct template_values v = { .count = 0 };
	char out[512];

	(void)state;
	sign(&t, "示例镇反诈分中心队");
	template_put(&v, "code", "17");
	template_put(&v, "word", "急");
	template_put(&v, "name", "欧阳*");
	template_put(&v, "area", "示例社区第12村民小组");
	template_put(&v, "type", "冒充公检法及政府机关");
	template_put(&v, "accept", "171");
	template_put(&v, "decline", "170");
	template_fill(&t, TPL_ALERT, &v, out, sizeof out);
	assert_true(text_units(out) <= SMS);
}

/* -- nasty values ------------------------------------------------------------------------- */

#define TEN(s) s s s s s s s s s s

static const struct nasty_row {
	const char *name, *value, *want;
} nasty_rows[] = {
	{ "an ordinary name", "王*", "王*" },
	{ "a conversion of printf", "%s%n%1$x", "%s%n%1" },
	{ "a placeholder in braces", "{phone}", "{phone" },
	{ "a placeholder in a placeholder", "{{co}}", "{{co}}" },
	{ "a line feed", "王\n五", "王 五" },
	{ "carriage return and line feed are one blank", "王\r\n五", "王 五" },
	{ "a tab", "王\t五", "王 五" },
	{ "a line separator", "王\u2028五", "王 五" },
	{ "a next-line character",
		"王\xc2\x85"
		"五",
		"王 五" },
	{ "ESC and Ctrl-Z", "王\x1b\x1a五", "王五" },
	{ "a bell", "\a王", "王" },
	{ "right-to-left override", "王\u202e五", "王五" },
	{ "direction isolates", "\u2066王\u2069", "王" },
	{ "zero width", "王\u200b\u200d五", "王五" },
	{ "a byte order mark", "\ufeff王", "王" },
	{ "brackets of a signature", "【银行】", "(银行)" },
	{ "a backslash", "王\\n", "王\\n" },
	{ "quotes", "王\"'五", "王\"'五" },
	{ "markup", "<b>王", "<b>王" },
	{ "broken UTF-8", "王\xff\xe7\x8e五", "王五" },
	{ "an overlong slash", "\xc0\xaf王", "王" },
	{ "a surrogate", "\xed\xa0\x80王", "王" },
	{ "500 emojis", TEN(TEN("😀😀😀😀😀")), "😀😀😀😀😀😀" },
	{ "500 characters", TEN(TEN("王王王王王")), "王王王王王王" },
	{ "nothing", "", "" },
	{ "no value at all", NULL, "" },
};

static void nasty_value(void **state)
{
	const struct nasty_row *r = *state;
	struct templates t;
	struct template_values v = { .count = 0 };
	char out[512], want[512];

	sign(&t, "示例镇反诈");
	template_put(&v, "phone", "13800138000");
	template_put(&v, "name", r->value);
	template_put(&v, "code", "17");
	snprintf(t.text[TPL_ACTION], TEMPLATE_MAX, "%s", "[{name}]{code}");
	template_fill(&t, TPL_ACTION, &v, out, sizeof out);
	snprintf(want, sizeof want, "【示例镇反诈】[%s]17", r->want);
	assert_string_equal(out, want);
	assert_true(text_valid(out, strlen(out)));
}

static void a_formatted_value_is_cleaned_too(void **state)
{
	struct template_values v = { .count = 0 };

	(void)state;
	template_putf(&v, "amount", "%d元%s", 35000, "\n{code}");
	assert_string_equal(v.at[0].value, "35000元 {code}");
}

static void the_last_value_counts(void **state)
{
	struct template_values v = { .count = 0 };

	(void)state;
	template_put(&v, "code", "17");
	template_put(&v, "code", "18");
	assert_int_equal(v.count, 1);
	assert_string_equal(v.at[0].value, "18");
}

/* -- cutting ------------------------------------------------------------------------------ */

static void whatever_the_room_it_is_cut_between_characters(void **state)
{
	struct templates t;
	struct template_values v = { .count = 0 };
	char whole[512], out[512];
	size_t len;

	(void)state;
	sign(&t, "示例镇反诈");
	template_put(&v, "code", "17");
	template_put(&v, "name", "😀王");
	template_put(&v, "action", "接单");
	template_fill(&t, TPL_ECHO, &v, whole, sizeof whole);
	len = strlen(whole);
	for (size_t n = 1; n <= len + 1; n++) {
		memset(out, 'x', sizeof out);
		template_fill(&t, TPL_ECHO, &v, out, n);
		assert_true(strlen(out) < n);
		assert_true(text_valid(out, strlen(out)));
		assert_memory_equal(
			out, whole, strlen(out)); /* a prefix: nothing slips into a gap */
		assert_true(n - 1 - strlen(out) < 4);
		assert_int_equal(out[n], 'x');
	}
}

/* -- marks -------------------------------------------------------------------------------- */

static const struct mark_row {
	const char *name, *signature;
	bool drill, repeat;
	const char *want, *again; /* the text, and the same sent again */
} mark_rows[] = {
	{ "no mark", "示例镇反诈", false, false, "【示例镇反诈】已销假,谢谢",
		"【示例镇反诈】重发 已销假,谢谢" },
	{ "a drill", "示例镇反诈", true, false, "【示例镇反诈】【演练】已销假,谢谢",
		"【示例镇反诈】【演练】重发 已销假,谢谢" },
	{ "a repeat is marked once", "示例镇反诈", false, true, "【示例镇反诈】重发 已销假,谢谢",
		"【示例镇反诈】重发 已销假,谢谢" },
	{ "a repeat in a drill", "示例镇反诈", true, true, "【示例镇反诈】【演练】重发 已销假,谢谢",
		"【示例镇反诈】【演练】重发 已销假,谢谢" },
	{ "without a signature", "", false, false, "已销假,谢谢", "重发 已销假,谢谢" },
};

static void marks(void **state)
{
	const struct mark_row *r = *state;
	struct templates t;
	struct template_values v = { .drill = r->drill, .repeat = r->repeat };
	char out[512], again[512];

	sign(&t, r->signature);
	template_fill(&t, TPL_BACK, &v, out, sizeof out);
	assert_string_equal(out, r->want);
	template_repeat(&t, out, again, sizeof again);
	assert_string_equal(again, r->again);
}

/* -- what a text may hold ----------------------------------------------------------------- */

static const struct check_row {
	const char *name;
	enum template_name tpl;
	const char *text, *wrong; /* NULL: it is right */
} check_rows[] = {
	{ "known placeholders", TPL_ALERT, "{code}{name}{accept}", NULL },
	{ "no placeholder", TPL_BACK, "已销假", NULL },
	{ "a placeholder that is none", TPL_ALERT, "{code}{naem}", "naem" },
	{ "the number of the resident in the first text", TPL_ALERT, "{phone}", "phone" },
	{ "the door in the first text", TPL_ALERT, "{code}号{address}", "address" },
	{ "the door in an escalation", TPL_TOLD, "{address}", "address" },
	{ "the number in the detail text", TPL_DETAIL, "{phone}{address}", NULL },
	{ "the number without a pledge", TPL_DETAIL_PLEDGE, "{phone}", "phone" },
	{ "the name of a minor", TPL_ALERT_MINOR, "{code}{name}", "name" },
	{ "an amount to the police", TPL_HANDOVER, "{amount}", "amount" },
	{ "a brace that ends nowhere", TPL_ALERT, "ok{code", "{code" },
	{ "a brace that begins nowhere", TPL_ALERT, "code}", "}" },
	{ "braces with nothing", TPL_ALERT, "{}", "{}" },
	{ "braces in braces", TPL_ALERT, "{{code}}", "{{code}}" },
	{ "a name with a blank", TPL_ALERT, "{ code }", "{ code }" },
	{ "part of a name", TPL_ALERT, "{cod}", "cod" },
	{ "a very long name", TPL_ALERT, "{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
		"{aaaaaaaaaaaaaaaaaaaaaaa" },
};

static void checked(void **state)
{
	const struct check_row *r = *state;
	char wrong[64] = "";

	assert_int_equal(template_check(r->tpl, r->text, wrong, sizeof wrong), r->wrong == NULL);
	assert_string_equal(wrong, r->wrong == NULL ? "" : r->wrong);
	assert_int_equal(template_check(r->tpl, r->text, NULL, 0), r->wrong == NULL);
}

static void the_house_texts_pass_their_own_check(void **state)
{
	struct templates t;
	char wrong[64];

	(void)state;
	templates_default(&t);
	for (int i = 0; i < TPL_COUNT; i++) {
		enum template_name name = (enum template_name)i;

		assert_true(template_check(name, t.text[i], wrong, sizeof wrong));
		assert_null(template_missing(name, t.text[i]));
		assert_int_equal(template_of_key(template_key(name)), i);
	}
	assert_int_equal(template_of_key("alarms"), -1);
}

static void an_alert_must_say_how_to_answer(void **state)
{
	(void)state;
	assert_string_equal(template_missing(TPL_ALERT, "{code}{accept}"), "decline");
	assert_string_equal(template_missing(TPL_ALERT, "{code}{decline}"), "accept");
	assert_string_equal(template_missing(TPL_DETAIL, "{code}{phone}"), "address");
	assert_null(template_missing(TPL_HELP, "")); /* this one needs none */
}

static void the_detail_text_asks_to_be_deleted(void **state)
{
	struct templates t;

	(void)state;
	templates_default(&t);
	assert_non_null(strstr(t.text[TPL_DETAIL], "用后即删"));
}

#define ADD(rows, fn) \
	for (size_t i = 0; i < COUNT(rows); i++) \
	tests[n++] = (struct CMUnitTest)ROW(rows[i], fn)
#define ONE(fn) tests[n++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	struct CMUnitTest tests[COUNT(text_rows) + COUNT(nasty_rows) + COUNT(mark_rows) +
				COUNT(check_rows) + 16];
	size_t n = 0;

	ADD(text_rows, text_is_to_the_letter);
	ADD(nasty_rows, nasty_value);
	ADD(mark_rows, marks);
	ADD(check_rows, checked);
	ONE(every_text_fits_one_sms);
	ONE(an_alert_fits_with_long_values);
	ONE(a_formatted_value_is_cleaned_too);
	ONE(the_last_value_counts);
	ONE(whatever_the_room_it_is_cut_between_characters);
	ONE(the_house_texts_pass_their_own_check);
	ONE(an_alert_must_say_how_to_answer);
	ONE(the_detail_text_asks_to_be_deleted);
	return _cmocka_run_group_tests("template", tests, n, NULL, NULL);
}
