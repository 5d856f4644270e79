/* Which channel a message goes by: the order, and the reason for each place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "way.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NOW INT64_C(1795219200000) /* 08:00 +08:00 */
#define AT(min) (NOW + (min)*INT64_C(60000))

enum { MAX = 4 };

#define SIM(n) .name = (n), .sms = true, .card = true, .up = true, .free = true
#define CLOUD(n) .name = (n), .sms = true, .up = true, .free = true

/* expect: the names that may go now in their order; then | and the others; why: a fragment each. */
static const struct row {
	const char *name;
	struct way_message m;
	struct way_channel c[MAX];
	const char *expect, *why[MAX];
} rows[] = {
	{ "one that can", { .purpose = WAY_TASK }, { { SIM("a") } }, "a|", { "可用,首选" } },
	{ "two alike keep their order", { .purpose = WAY_TASK }, { { SIM("a") }, { SIM("b") } },
		"ab|", { "首选", "相同" } },
	{ "the less used of two", { .purpose = WAY_TASK },
		{ { SIM("a"), .fill = 10 }, { SIM("b") } }, "ba|", { "首选", "限额用得较多" } },
	{ "the cheaper", { .purpose = WAY_TASK },
		{ { SIM("a"), .rules.cost_fen = 10 }, { SIM("b"), .rules.cost_fen = 5 } }, "ba|",
		{ "首选", "费用较高" } },
	{ "preference before cost", { .purpose = WAY_TASK },
		{ { SIM("a"), .rules.cost_fen = 1 },
			{ SIM("b"), .rules = { .cost_fen = 9, .prefer = 1 } } },
		"ba|", { "首选", "优先级较低" } },
	{ "a busy one keeps its place", { .purpose = WAY_TASK },
		{ { .name = "a", .sms = true, .card = true, .up = true }, { SIM("b") } }, "ab|",
		{ "正忙", "可用" } },
	{ "down", { .purpose = WAY_TASK },
		{ { .name = "a", .sms = true, .card = true }, { SIM("b") } }, "b|a",
		{ "可用", "通道不通" } },
	{ "down, with its own word", { .purpose = WAY_TASK },
		{ { .name = "a", .sms = true, .card = true, .down_why = "没有信号" },
			{ SIM("b") } },
		"b|a", { "可用", "没有信号" } },
	{ "paused", { .purpose = WAY_TASK }, { { SIM("a"), .paused = true }, { SIM("b") } }, "b|a",
		{ "可用", "已暂停" } },
	{ "stopped", { .purpose = WAY_TASK }, { { SIM("a"), .stopped = true }, { SIM("b") } },
		"b|a", { "可用", "要人处理" } },
	{ "nothing may go", { .purpose = WAY_TASK }, { { SIM("a"), .paused = true } }, "|a",
		{ "已暂停" } },
	{ "an open breaker", { .purpose = WAY_TASK },
		{ { SIM("a"), .open_until_ms = AT(5) }, { SIM("b") } }, "b|a",
		{ "可用", "多次失败,暂停使用,08:05 再发" } },
	{ "the trial after a break comes last", { .purpose = WAY_TASK },
		{ { SIM("a"), .trying = true, .rules.prefer = 1 }, { SIM("b") } }, "ba|",
		{ "可用", "正在试恢复,排在没有问题的后面" } },
	{ "an urgent one tries an open one when there is no other",
		{ .purpose = WAY_TASK, .urgent = true },
		{ { SIM("a"), .open_until_ms = AT(5) },
			{ .name = "b", .sms = true, .card = true } },
		"a|b", { "没有别的路,仍试", "通道不通" } },
	{ "a normal one waits", { .purpose = WAY_TASK },
		{ { SIM("a"), .open_until_ms = AT(5) },
			{ .name = "b", .sms = true, .card = true } },
		"|ab", { "08:05", "通道不通" } },
	{ "a suspect card gets nothing while another can", { .purpose = WAY_TASK },
		{ { SIM("a"), .suspect = true }, { SIM("b") } }, "b|a", { "可用", "疑似被限" } },
	{ "but who else would carry a task", { .purpose = WAY_TASK },
		{ { SIM("a"), .suspect = true } }, "a|", { "没有别的路" } },
	{ "or tell the leader", { .purpose = WAY_ESCALATION }, { { SIM("a"), .suspect = true } },
		"a|", { "没有别的路" } },
	{ "a notice waits until it is well", { .purpose = WAY_NOTICE },
		{ { SIM("a"), .suspect = true } }, "|a", { "疑似被限,只发任务和紧急短信" } },
	{ "and what was written by hand", { .purpose = WAY_SYSTEM },
		{ { SIM("a"), .suspect = true } }, "|a", { "只发任务和紧急短信,恢复后再发" } },
	{ "unless it is urgent", { .purpose = WAY_SYSTEM, .urgent = true },
		{ { SIM("a"), .suspect = true } }, "a|", { "没有别的路" } },
	{ "hours of the channel", { .purpose = WAY_TASK, .minute = 480 },
		{ { SIM("a"), .rules = { .from_min = 540, .to_min = 1260 } }, { SIM("b") } }, "b|a",
		{ "可用", "不在通道时段,09:00 再发" } },
	{ "hours over midnight", { .purpose = WAY_TASK, .minute = 60 },
		{ { SIM("a"), .rules = { .from_min = 1260, .to_min = 120 } } }, "a|", { "可用" } },
	{ "hours at the border", { .purpose = WAY_TASK, .minute = 480 },
		{ { SIM("a"), .rules = { .from_min = 480, .to_min = 1260 } } }, "a|", { "可用" } },
	{ "over its limit", { .purpose = WAY_TASK },
		{ { SIM("a"), .limit_until_ms = AT(30), .limit_name = "每小时" }, { SIM("b") } },
		"b|a", { "可用", "达到每小时发送上限,08:30 再发" } },
	{ "of two that wait the known time first comes by its order", { .purpose = WAY_TASK },
		{ { SIM("a"), .limit_until_ms = AT(30), .limit_name = "每天" },
			{ SIM("b"), .limit_until_ms = AT(2000), .limit_name = "每月" } },
		"|ab", { "08:30", "达到每月发送上限,11月22日17:20 再发" } },
	{ "the number's share", { .purpose = WAY_TASK },
		{ { SIM("a"), .number_until_ms = AT(1) }, { SIM("b") } }, "b|a",
		{ "可用", "这个号码达到发送上限,08:01" } },
	{ "no voice", { .call = true, .purpose = WAY_TASK },
		{ { SIM("a"), .voice = true }, { SIM("b") } }, "a|b", { "可用", "不打电话" } },
	{ "no SMS", { .purpose = WAY_TASK },
		{ { .name = "a", .voice = true, .up = true }, { SIM("b") } }, "b|a",
		{ "可用", "不发短信" } },
	{ "a landline gets no SMS", { .purpose = WAY_TASK, .number = { WAY_NUMBER_LANDLINE, 0 } },
		{ { SIM("a") } }, "|a", { "座机收不到短信" } },
	{ "but a call", { .call = true, .purpose = WAY_TASK, .number = { WAY_NUMBER_LANDLINE, 0 } },
		{ { SIM("a"), .voice = true } }, "a|", { "可用" } },
	{ "wrong purpose", { .purpose = WAY_NOTICE },
		{ { SIM("a"), .rules.purposes = WAY_TASK }, { SIM("b") } }, "b|a",
		{ "可用", "用途不符" } },
	{ "urgent alone", { .purpose = WAY_TASK, .urgent = true },
		{ { SIM("a"), .rules.purposes = WAY_URGENT } }, "a|", { "可用" } },
	{ "urgent alone takes nothing else", { .purpose = WAY_TASK },
		{ { SIM("a"), .rules.purposes = WAY_URGENT } }, "|a", { "用途不符" } },
	{ "publicity never by a card", { .purpose = WAY_PUBLICITY },
		{ { SIM("a"), .rules.purposes = WAY_ALL }, { CLOUD("b") } }, "b|a",
		{ "可用", "宣传短信不走手机卡" } },
	{ "carriers", { .purpose = WAY_TASK, .number = { WAY_NUMBER_MOBILE, WAY_TELECOM } },
		{ { SIM("a"), .rules.carriers = WAY_MOBILE | WAY_UNICOM }, { SIM("b") } }, "b|a",
		{ "可用", "运营商" } },
	{ "an unknown carrier is not refused",
		{ .purpose = WAY_TASK, .number = { WAY_NUMBER_MOBILE, 0 } },
		{ { SIM("a"), .rules.carriers = WAY_MOBILE } }, "a|", { "可用" } },
	{ "a text that is not registered", { .purpose = WAY_TASK },
		{ { CLOUD("a"), .unfit = "模板没有登记" }, { SIM("b") } }, "b|a",
		{ "可用", "模板没有登记" } },
	{ "refused there", { .purpose = WAY_TASK },
		{ { SIM("a"), .tried = WAY_TRIED_NEVER }, { SIM("b") } }, "b|a",
		{ "可用", "已被它拒绝" } },
	{ "not sent there just now", { .purpose = WAY_TASK },
		{ { SIM("a"), .tried = WAY_TRIED_WAIT, .tried_until_ms = AT(1) }, { SIM("b") } },
		"b|a", { "可用", "刚试过没发出,08:01" } },
	{ "unsure there: another first", { .purpose = WAY_TASK },
		{ { SIM("a"), .tried = WAY_TRIED_UNSURE, .rules.prefer = 1 }, { SIM("b") } }, "ba|",
		{ "可用", "没有回音" } },
	{ "unsure there, and no other", { .purpose = WAY_TASK },
		{ { SIM("a"), .tried = WAY_TRIED_UNSURE } }, "a|", { "没有回音" } },
	{ "who never can stands behind who cannot now", { .purpose = WAY_TASK },
		{ { CLOUD("a"), .unfit = "模板没有登记" }, { SIM("b"), .paused = true } }, "|ba",
		{ "已暂停", "模板" } },
};

static void order(void **state)
{
	const struct row *r = *state;
	struct way_message m = r->m;
	struct way_place p[MAX], quick[MAX];
	char got[32] = "";
	int n = 0, now;

	m.now_ms = NOW;
	while (n < MAX && r->c[n].name != NULL)
		n++;
	now = way_explain(&m, r->c, n, p);
	for (int i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i == now ? "|" : "",
			r->c[p[i].channel].name);
	if (now == n)
		snprintf(got + strlen(got), sizeof got - strlen(got), "|");
	assert_string_equal(got, r->expect);
	for (int i = 0; i < n; i++)
		if (r->why[i] == NULL || strstr(p[i].why, r->why[i]) == NULL)
			fail_msg("%s: %s", r->c[p[i].channel].name, p[i].why);
	/* Without the words it is the same order. */
	assert_int_equal(way_find(&m, r->c, n, quick), now);
	for (int i = 0; i < n; i++)
		assert_int_equal(quick[i].channel, p[i].channel);
}

static void as_good(void **state)
{
	static const struct way_channel c[] = { { SIM("a"), .fill = 900 }, { SIM("b") },
		{ SIM("c"), .rules.cost_fen = 1 }, { SIM("d"), .trying = true } };
	static const struct way_message m = { .purpose = WAY_TASK, .now_ms = NOW };
	struct way_place p[MAX], of[MAX];

	(void)state;
	assert_int_equal(way_find(&m, c, MAX, p), MAX);
	for (int i = 0; i < MAX; i++)
		of[p[i].channel] = p[i];
	assert_true(way_as_good(c, &of[0], &of[1]));
	assert_true(way_as_good(c, &of[1], &of[0]));
	assert_true(way_as_good(c, &of[0], &of[2]));
	assert_false(way_as_good(c, &of[2], &of[0]));
	assert_false(way_as_good(c, &of[3], &of[2]));
}

static const struct number_row {
	const char *name;
	enum way_number_kind kind;
	unsigned carrier;
} numbers[] = {
	{ "13800138000", WAY_NUMBER_MOBILE, WAY_MOBILE },
	{ "+8613800138000", WAY_NUMBER_MOBILE, WAY_MOBILE },
	{ "13000138000", WAY_NUMBER_MOBILE, WAY_UNICOM },
	{ "13300138000", WAY_NUMBER_MOBILE, WAY_TELECOM },
	{ "18900138000", WAY_NUMBER_MOBILE, WAY_TELECOM },
	{ "19200138000", WAY_NUMBER_MOBILE, WAY_BROADNET },
	{ "17000138000", WAY_NUMBER_MOBILE, 0 },
	{ "021-55550000", WAY_NUMBER_LANDLINE, 0 },
	{ "10086", WAY_NUMBER_OTHER, 0 },
	{ "+85221234567", WAY_NUMBER_OTHER, 0 },
	{ "", WAY_NUMBER_OTHER, 0 },
};

static void number(void **state)
{
	const struct number_row *r = *state;
	struct way_number n = way_number(r->name);

	assert_int_equal(n.kind, r->kind);
	assert_int_equal(n.carrier, r->carrier);
}

static void words(void **state)
{
	(void)state;
	for (unsigned bit = 1; bit < WAY_ALL; bit <<= 1) {
		assert_int_equal(way_purpose_of_code(way_purpose_code(bit)), bit);
		assert_int_equal(way_purpose_of_code(way_purpose_name(bit)), bit);
	}
	assert_int_equal(way_purpose_of_code("tasks"), 0);
	assert_int_equal(way_purpose_of_message("task", "urgent"), WAY_TASK);
	assert_int_equal(way_purpose_of_message("notice", "bulk"), WAY_PUBLICITY);
	assert_int_equal(way_purpose_of_message("told", "normal"), WAY_ESCALATION);
	for (unsigned bit = WAY_MOBILE; bit <= WAY_BROADNET; bit <<= 1)
		assert_int_equal(way_carrier_of_name(way_carrier_name(bit)), bit);
	assert_int_equal(way_carrier_of_name("中国电信"), WAY_TELECOM);
	assert_int_equal(way_carrier_of_name("铁通"), 0);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(rows) + COUNT(numbers) + 2];
	size_t n = 0;

	clock_zone("Asia/Shanghai");
	for (size_t i = 0; i < COUNT(rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(rows[i], order);
	for (size_t i = 0; i < COUNT(numbers); i++)
		tests[n++] = (struct CMUnitTest)ROW(numbers[i], number);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(as_good);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(words);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
