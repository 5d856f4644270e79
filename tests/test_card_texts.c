/* Texts about a card: USSD answers, operators' words, dialogue lines, the words of a power command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "atparse.h"
#include "carrier.h"
#include "dialogue.h"
#include "json.h"
#include "power.h"
#include "ussd.h"

#include "banned.h"

/* -- USSD --------------------------------------------------------------------------------------- */

static const struct ussd_row {
	const char *name, *text;
	int dcs;
	const char *reads;
} ussd_rows[] = {
	{ "plain letters", "Balance 12.30", 15, "Balance 12.30" },
	{ "plain figures, an even number of them", "123456", 15, "123456" },
	{ "plain figures, odd", "10086", AT_NONE, "10086" },
	{ "UCS-2 told as such", "60A876844F59989D4E3A00310032002E00335143", 72,
		"您的余额为12.3元" },
	{ "UCS-2 in small letters", "60a876844f59989d", 72, "您的余额" },
	{ "UCS-2 told as GSM-7", "60A876844F59989D4E3A00310032002E00335143", 15,
		"您的余额为12.3元" },
	{ "UCS-2 without a scheme", "60A876844F59989D", AT_NONE, "您的余额" },
	{ "UCS-2 with a language in front", "4F59989D", 0x11, "余额" },
	{ "a pair of surrogates", "D83DDE004F59989D", 72, "😀余额" },
	{ "half a pair", "D83D4F59", 72, "�余" },
	{ "ASCII as UCS-2", "00310032002E0033", 15, "12.3" },
	{ "packed septets", "C2303BEC1E974131996B06", 15, "Balance 12.3" },
	{ "packed septets, eight of them with a CR for fill", "AA180C36028DD11A", AT_NONE, NULL },
	{ "octets in hex", "42616C616E63652031322E33", 0xF4, NULL },
	{ "an odd number of hex figures is no hex", "ABC", 72, "ABC" },
	{ "hex of nothing readable stays as it came", "0102030405", 15, NULL },
	{ "line ends stay, other controls go", "a\nb\tc", 15, "a\nb c" },
	{ "nothing", "", 15, "" },
	{ "octets above ASCII", "\xe4\xbd", 15, "��" },
};

static void ussd_reads(void **state)
{
	const struct ussd_row *row = *state;
	struct buf out;

	buf_init(&out, USSD_TEXT_MAX);
	ussd_text(row->text, strlen(row->text), row->dcs, &out);
	if (row->reads != NULL)
		assert_string_equal(buf_str(&out), row->reads);
	buf_free(&out);
}

static void codes_are_packed(void **state)
{
	static const struct {
		const char *code, *hex;
	} rows[] = { { "*100#", "AA180C3602" }, { "*#06#", "AA11CC3602" },
		{ "*100*1#", "AA180CA68A8D1A" }, { "ATZ", "" }, { "", "" } };
	char hex[USSD_HEX_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ussd_pack(rows[i].code, hex);
		assert_string_equal(hex, rows[i].hex);
		assert_int_equal(ussd_is_code(rows[i].code), rows[i].hex[0] != '\0');
	}
	assert_false(ussd_is_code("*100#\""));
	assert_false(ussd_is_code("*10000000000000000000000#"));
}

/* -- operators ------------------------------------------------------------------------------------ */

static const struct credit_row {
	const char *name, *text, *pattern, *of;
	bool found;
	int64_t fen;
} credit_rows[] = {
	{ "CMCC", "您好,您的话费余额为50.00元。", "", "移动", true, 5000 },
	{ "CMCC, with figures before it", "截至3月6日,您的账户余额:12.3元", "", "移动", true,
		1230 },
	{ "Unicom", "尊敬的用户,您的可用余额为8元,感谢使用", "", "联通", true, 800 },
	{ "Telecom", "您的账户余额0.55元", "", "电信", true, 55 },
	{ "debts", "您的账户余额为-3.20元", "", "移动", true, -320 },
	{ "the operator is not known", "您的可用余额:7.00元", "", NULL, true, 700 },
	{ "a pattern of the office", "Balance: 12.3 yuan", "Balance[^0-9]*([0-9.]+)", NULL, true,
		1230 },
	{ "the first group that is a sum", "Balance 9", "(余额|Balance) ([0-9.]+)", NULL, true,
		900 },
	{ "no sum in it", "请发送短信查询余额", "", "移动", false, 0 },
	{ "a sum of something else", "本月消费12.3元", "", "移动", false, 0 },
	{ "more than two places are cut", "余额为1.239元", "余额为([0-9.]+)", NULL, true, 123 },
	{ "two points are no sum", "余额为1.2.3元", "余额为([0-9.]+)", NULL, false, 0 },
	{ "a number too long for money", "余额12345678901234567890", "余额([0-9]+)", NULL, false,
		0 },
	{ "nothing", "", "", NULL, false, 0 },
};

static void credit_reads(void **state)
{
	const struct credit_row *row = *state;
	const struct carrier *of = row->of == NULL ? NULL : carrier_named(row->of);
	int64_t fen = 0;

	assert_int_equal(carrier_credit(row->text, row->pattern, of, &fen), row->found);
	assert_int_equal(fen, row->fen);
}

static void operators_are_known(void **state)
{
	static const char *const theirs[] = { "10086", "+8610086", "8610010", "10000", "1008611",
		"10099" };
	static const char *const others[] = { "13800138000", "+8613800138000", "110860",
		"10690000123456", "1", "", "CMCC" };

	(void)state;
	assert_string_equal(carrier_of_imsi("460000000013800")->name, "移动");
	assert_string_equal(carrier_of_imsi("460010000013800")->name, "联通");
	assert_string_equal(carrier_of_imsi("460110000013800")->name, "电信");
	assert_null(carrier_of_imsi("310150000013800"));
	assert_null(carrier_of_imsi(""));
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		assert_true(carrier_is_operator(theirs[i]));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(carrier_is_operator(others[i]));
	assert_int_equal(carrier_notice("您已欠费,请充值"), CARRIER_NOTICE);
	assert_int_equal(carrier_notice("请尽快完成实名登记"), CARRIER_NOTICE);
	assert_int_equal(carrier_notice("您已欠费停机"), CARRIER_BARRED);
	assert_int_equal(carrier_notice("您的号码因违规被限制发送短信"), CARRIER_BARRED);
	assert_int_equal(carrier_notice("您好,新春快乐"), CARRIER_OTHER);
	for (const char *const *n = (const char *const[]){ "移动", "联通", "电信", "广电", NULL };
		*n != NULL; n++)
		assert_null(carrier_pattern_check(carrier_named(*n)->pattern));
	assert_non_null(carrier_pattern_check("余额[0-9]+"));
	assert_non_null(carrier_pattern_check("余额([0-9]+"));
	assert_non_null(carrier_pattern_check("(a)\\1"));
}

/* -- the dialogue ----------------------------------------------------------------------------------- */

static const struct line_row {
	const char *line, *kept;
} line_rows[] = {
	{ "AT+CSQ", "AT+CSQ" },
	{ "AT+CPIN=\"1234\"", "AT+CPIN=[PIN]" },
	{ "at+cpin=1234", "at+cpin=[PIN]" },
	{ "AT+CLCK=\"SC\",1,\"1234\"", "AT+CLCK=[PIN]" },
	{ "AT+CPIN?", "AT+CPIN?" },
	{ "ATD13800138001;", "ATD138****01;" },
	{ "AT+CTTS=1,\"5F206C0F\"", "AT+CTTS=1,\"[8 hex]\"" },
	{ "AT+QWTTS=1,1,1,\"5F20\"", "AT+QWTTS=1,1,1,\"[4 hex]\"" },
	{ "AT+CTTS=0", "AT+CTTS=0" },
	{ "+CLIP: \"+8613800138001\",145", "+CLIP: \"+861****01\",145" },
	{ "0891683108200505F0040BA13108108300F1", "[36 hex]" },
	{ "+CUSD: 0,\"60A876844F59989D4E3A\",72", "+CUSD: 0,\"[20 hex]\",72" },
	{ "+CMGL: 1,1,,23", "+CMGL: 1,1,,23" },
	{ "+CMGS: 255", "+CMGS: 255" },
	{ "460000000013800", "460****00" },
	{ "00310033003800300030003100330038003000300031", "[44 hex]" },
	{ "a\xff"
	  "b",
		"a?b" },
	{ "", "" },
};

static void lines_are_masked(void **state)
{
	char kept[DIALOGUE_TEXT];
	char all[400];

	(void)state;
	for (size_t i = 0; i < sizeof line_rows / sizeof *line_rows; i++) {
		dialogue_mask(line_rows[i].line, kept);
		assert_string_equal(kept, line_rows[i].kept);
	}
	memset(all, 'x', sizeof all - 1);
	all[sizeof all - 1] = '\0';
	dialogue_mask(all, kept);
	assert_int_equal(strlen(kept), DIALOGUE_TEXT - 1);
}

static void the_ring_keeps_the_last_lines(void **state)
{
	static struct dialogue d;
	json_t *list;

	(void)state;
	memset(&d, 0, sizeof d);
	dialogue_wrote(&d, 1000, "AT+C", 4);
	dialogue_wrote(&d, 1000, "SQ\r", 3);
	dialogue_read(&d, 1001, "\r\n+CSQ: 2", 9);
	dialogue_read(&d, 1002, "2,99\r\n\r\nOK\r\n", 12);
	dialogue_wrote(&d, 1003, "\x1b", 1);
	dialogue_wrote(&d, 1004, "0011000A81\x1a", 11);
	list = dialogue_json(&d, 0);
	assert_int_equal(json_array_size(list), 5);
	assert_string_equal(json_str(json_array_get(list, 0), "text"), "AT+CSQ");
	assert_string_equal(json_str(json_array_get(list, 0), "dir"), ">");
	assert_string_equal(json_str(json_array_get(list, 1), "text"), "+CSQ: 22,99");
	assert_string_equal(json_str(json_array_get(list, 3), "text"), "ESC");
	json_decref(list);
	for (int i = 0; i < 500; i++)
		dialogue_note(&d, 2000, "reopen");
	list = dialogue_json(&d, 0);
	assert_int_equal(json_array_size(list), DIALOGUE_LINES);
	assert_int_equal(json_int(json_array_get(list, DIALOGUE_LINES - 1), "n", 0), 505);
	json_decref(list);
	list = dialogue_json(&d, 503);
	assert_int_equal(json_array_size(list), 2);
	json_decref(list);
	list = dialogue_json(&d, 10000);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

/* -- power ---------------------------------------------------------------------------------------------- */

static void places_are_filled_in(void **state)
{
	static const struct {
		const char *word, *filled;
	} rows[] = { { "-l", "-l" }, { "{usb}", "1-1.2" }, { "{port}", "/dev/ttyUSB2" },
		{ "x{usb}y{port}{usb}", "x1-1.2y/dev/ttyUSB21-1.2" }, { "{other}", "{other}" },
		{ "{", "{" } };
	char out[POWER_WORD], longest[600];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		power_fill(rows[i].word, "/dev/ttyUSB2", "1-1.2", out);
		assert_string_equal(out, rows[i].filled);
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	power_fill("{port}", longest, "", out);
	assert_int_equal(strlen(out), POWER_WORD - 1);
}

int main(void)
{
	enum {
		USSDS = sizeof ussd_rows / sizeof *ussd_rows,
		CREDITS = sizeof credit_rows / sizeof *credit_rows
	};
	static const struct CMUnitTest more[] = {
		cmocka_unit_test(codes_are_packed),
		cmocka_unit_test(operators_are_known),
		cmocka_unit_test(lines_are_masked),
		cmocka_unit_test(the_ring_keeps_the_last_lines),
		cmocka_unit_test(places_are_filled_in),
	};
	enum { MORE = sizeof more / sizeof *more };
	static struct CMUnitTest tests[USSDS + CREDITS + MORE];
	size_t n = 0;

	for (size_t i = 0; i < USSDS; i++)
		tests[n++] = (struct CMUnitTest){ .name = ussd_rows[i].name,
			.test_func = ussd_reads,
			.initial_state = (void *)&ussd_rows[i] };
	for (size_t i = 0; i < CREDITS; i++)
		tests[n++] = (struct CMUnitTest){ .name = credit_rows[i].name,
			.test_func = credit_reads,
			.initial_state = (void *)&credit_rows[i] };
	for (size_t i = 0; i < MORE; i++)
		tests[n++] = more[i];
	return _cmocka_run_group_tests("card_texts", tests, n, NULL, NULL);
}
