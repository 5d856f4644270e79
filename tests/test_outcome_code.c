/* The outcome codes: the township's table row by row, words from files, digits from replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outcome_code.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))

/*
 * ends: the levels where it ends the case, of C H M L. flags: d dissuaded, t retransfer,
 * n neutral, l loss, v revisit, r raise.
 */
static const struct code_row {
	const char *name, *ends, *flags;
} code_rows[] = {
	{ "MET_OK", "CHML", "dv" },
	{ "PHONE_OK", "ML", "dv" },
	{ "SMS_OK", "L", "d" },
	{ "ALREADY_LOST", "CHML", "lvr" },
	{ "TRANSFERRED_AFTER", "CHML", "tlvr" },
	{ "PARTIAL_LOSS", "CHML", "tlvr" },
	{ "NO_ANSWER", "", "" },
	{ "PHONE_OFF", "", "" },
	{ "BAD_NUMBER", "", "" },
	{ "REFUSED", "", "r" },
	{ "NOT_AT_HOME", "", "" },
	{ "AWAY", "", "" },
	{ "MOVED", "CHML", "" },
	{ "NOT_LOCAL", "CHML", "n" },
	{ "LOST_CONTACT", "", "r" },
	{ "FALSE_ALARM", "CHML", "n" },
	{ "DUPLICATE", "CHML", "n" },
	{ "INVOLVED", "CHML", "" },
	{ "MINOR", "", "" },
	{ "ELDER_CARE", "CHML", "" },
	{ "DECEASED", "CHML", "" },
	{ "HANDED_POLICE", "CHML", "" },
};

static void code_is_as_in_the_table(void **state)
{
	static const char *const levels[] = { "CRITICAL", "HIGH", "MEDIUM", "LOW" };
	const struct code_row *r = *state;
	struct outcome_codes t;
	const struct outcome_code *c;

	outcome_codes_default(&t);
	assert_int_equal(t.count, COUNT(code_rows));
	c = outcome_code_find(&t, r->name);
	assert_non_null(c);
	for (size_t i = 0; i < COUNT(levels); i++)
		assert_int_equal(
			outcome_code_ends(c, levels[i]), strchr(r->ends, levels[i][0]) != NULL);
	assert_int_equal(c->dissuaded, strchr(r->flags, 'd') != NULL);
	assert_int_equal(c->retransfer, strchr(r->flags, 't') != NULL);
	assert_int_equal(c->neutral, strchr(r->flags, 'n') != NULL);
	assert_int_equal(c->loss, strchr(r->flags, 'l') != NULL);
	assert_int_equal(c->revisit, strchr(r->flags, 'v') != NULL);
	assert_int_equal(c->raise, strchr(r->flags, 'r') != NULL);
	assert_ptr_equal(
		outcome_code_of_word(&t, c->name), c); /* what people read can be written */
}

static const struct word_row {
	const char *name, *code; /* the name is the word */
} word_rows[] = {
	{ "已见面劝阻", "MET_OK" },
	{ "见面成功", "MET_OK" },
	{ "已劝住", "MET_OK" },
	{ "电话劝阻成功", "PHONE_OK" },
	{ "已电话提醒", "PHONE_OK" },
	{ "已短信提醒", "SMS_OK" },
	{ "已送达", "SMS_OK" },
	{ "已被骗", "ALREADY_LOST" },
	{ "预警前已转账", "ALREADY_LOST" },
	{ "事前已报案", "ALREADY_LOST" },
	{ "已转账", "TRANSFERRED_AFTER" },
	{ "再转账", "TRANSFERRED_AFTER" },
	{ "劝阻后转账", "TRANSFERRED_AFTER" },
	{ "预警后被骗", "TRANSFERRED_AFTER" },
	{ "部分转账", "PARTIAL_LOSS" },
	{ "止损", "PARTIAL_LOSS" },
	{ "未接通", "NO_ANSWER" },
	{ "无人接听", "NO_ANSWER" },
	{ "占线", "NO_ANSWER" },
	{ "拒接", "NO_ANSWER" },
	{ "关机", "PHONE_OFF" },
	{ "停机", "PHONE_OFF" },
	{ "不在服务区", "PHONE_OFF" },
	{ "空号", "BAD_NUMBER" },
	{ "错号", "BAD_NUMBER" },
	{ "非本人", "BAD_NUMBER" },
	{ "拒绝劝阻", "REFUSED" },
	{ "不配合", "REFUSED" },
	{ "不相信", "REFUSED" },
	{ "不听劝", "REFUSED" },
	{ "辱骂", "REFUSED" },
	{ "不在家", "NOT_AT_HOME" },
	{ "未见到人", "NOT_AT_HOME" },
	{ "外出", "AWAY" },
	{ "在外地", "AWAY" },
	{ "外出务工", "AWAY" },
	{ "搬离", "MOVED" },
	{ "非本辖区", "NOT_LOCAL" },
	{ "人户分离", "NOT_LOCAL" },
	{ "查无此人", "NOT_LOCAL" },
	{ "失联", "LOST_CONTACT" },
	{ "误报", "FALSE_ALARM" },
	{ "正常交易", "FALSE_ALARM" },
	{ "本人熟人转账", "FALSE_ALARM" },
	{ "重复预警", "DUPLICATE" },
	{ "涉诈嫌疑", "INVOLVED" },
	{ "两卡", "INVOLVED" },
	{ "跑分", "INVOLVED" },
	{ "非受害人", "INVOLVED" },
	{ "未成年人", "MINOR" },
	{ "老人由监护人处理", "ELDER_CARE" },
	{ "已故", "DECEASED" },
	{ "已移交民警", "HANDED_POLICE" },
	{ "MET_OK", "MET_OK" },
	{ "met_ok", "MET_OK" },
	{ "ＭＥＴ＿ＯＫ", "MET_OK" },
	{ " 已 劝 住 ", "MET_OK" },
	{ "　关机\xe2\x80\x8b", "PHONE_OFF" },
	{ "已劝住了", NULL },
	{ "劝住", NULL },
	{ "关机 空号", NULL },
	{ "", NULL },
	{ " ", NULL },
	{ "\xff", NULL },
};

static void word_means(void **state)
{
	const struct word_row *r = *state;
	struct outcome_codes t;
	const struct outcome_code *c;

	outcome_codes_default(&t);
	c = outcome_code_of_word(&t, r->name);
	if (r->code == NULL)
		assert_null(c);
	else
		assert_true(c != NULL && strcmp(c->code, r->code) == 0);
}

static const struct reply_row {
	const char *name;
	int action;
	bool met;
	const char *remark, *code;
} reply_rows[] = {
	{ "3 after a visit", 3, true, "", "MET_OK" },
	{ "3 without a visit", 3, false, "劝住了", "PHONE_OK" },
	{ "4", 4, false, "", "TRANSFERRED_AFTER" },
	{ "4 with a remark", 4, true, "转了3万,手机关机", "TRANSFERRED_AFTER" },
	{ "5", 5, false, "", "NO_ANSWER" },
	{ "5 without a remark", 5, false, NULL, "NO_ANSWER" },
	{ "5 not answered", 5, false, "打了三次没人接", "NO_ANSWER" },
	{ "5 switched off", 5, false, "手机关机", "PHONE_OFF" },
	{ "5 suspended", 5, false, "停机了", "PHONE_OFF" },
	{ "5 out of coverage is not out of the house", 5, false, "不在服务区", "PHONE_OFF" },
	{ "5 the specific word wins over the vague one", 5, false, "打不通,关机", "PHONE_OFF" },
	{ "5 empty number", 5, false, "是空号", "BAD_NUMBER" },
	{ "5 not at home", 5, false, "去了,不在家", "NOT_AT_HOME" },
	{ "5 nobody opens", 5, false, "敲门没人", "NOT_AT_HOME" },
	{ "5 in the dialect of Wu", 5, false, "勿在屋里", "NOT_AT_HOME" },
	{ "5 away", 5, false, "人在外地打工", "AWAY" },
	{ "5 the first word counts", 5, false, "出差了,手机关机", "AWAY" },
	{ "5 negated", 5, false, "没关机,就是没人接", "NO_ANSWER" },
	{ "5 blanks in a word", 5, false, "关 机", "PHONE_OFF" },
	{ "5 full width does not matter", 5, false, "（关机）", "PHONE_OFF" },
	{ "6", 6, false, "", "BAD_NUMBER" },
	{ "6 moved", 6, false, "已搬走", "MOVED" },
	{ "6 not of this village", 6, false, "不是本村的", "NOT_LOCAL" },
	{ "6 nobody of that name", 6, false, "查无此人", "NOT_LOCAL" },
	{ "7", 7, false, "", "REFUSED" },
	{ "7 will not listen", 7, false, "不听劝", "REFUSED" },
	{ "7 lost", 7, false, "人失联了", "LOST_CONTACT" },
	{ "8", 8, false, "", "FALSE_ALARM" },
	{ "0 is no outcome", 0, false, "关机", NULL },
	{ "1 is no outcome", 1, false, "", NULL },
	{ "2 is no outcome yet", 2, true, "", NULL },
	{ "9 is no outcome", 9, false, "", NULL },
	{ "broken bytes are no word", 5, false, "\xff\xfe", "NO_ANSWER" },
};

static void reply_means(void **state)
{
	const struct reply_row *r = *state;
	const char *code = outcome_code_of_reply(r->action, r->met, r->remark);
	struct outcome_codes t;

	if (r->code == NULL) {
		assert_null(code);
		return;
	}
	assert_non_null(code);
	assert_string_equal(code, r->code);
	outcome_codes_default(&t);
	assert_non_null(outcome_code_find(&t, code));
}

static void an_endless_remark_is_no_trouble(void **state)
{
	static char remark[100001];

	(void)state;
	memset(remark, 'a', sizeof remark - 1);
	assert_string_equal(outcome_code_of_reply(5, false, remark), "NO_ANSWER");
}

#define ADD(rows, fn) \
	for (size_t i = 0; i < COUNT(rows); i++) \
	tests[n++] = (struct CMUnitTest)ROW(rows[i], fn)

int main(void)
{
	struct CMUnitTest tests[COUNT(code_rows) + COUNT(word_rows) + COUNT(reply_rows) + 1];
	size_t n = 0;

	ADD(code_rows, code_is_as_in_the_table);
	ADD(word_rows, word_means);
	ADD(reply_rows, reply_means);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_endless_remark_is_no_trouble);
	return _cmocka_run_group_tests("outcome_code", tests, n, NULL, NULL);
}
