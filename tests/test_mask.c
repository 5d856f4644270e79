/* Masks: each form of the masking rule, what has another form, and cuts at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "mask.h"
#include "text.h"

#include "banned.h"

struct row {
	const char *name;
	char *(*mask)(const char *value, char *out, size_t n);
	const char *value, *want;
};

static const struct row rows[] = {
	{ "name of two", mask_name, "张三", "张*" },
	{ "name of three", mask_name, "张三丰", "张*" },
	{ "compound surname stays whole", mask_name, "欧阳锋", "欧阳*" },
	{ "compound surname, name of four", mask_name, "司马相如", "司马*" },
	{ "compound surname alone might be surname and name", mask_name, "欧阳", "欧*" },
	{ "name with a dot shows two", mask_name, "古丽·买买提", "古丽*" },
	{ "long name without a dot shows two", mask_name, "阿不都热依木", "阿不*" },
	{ "latin name", mask_name, "John Smith", "J*" },
	{ "name of one character says no more than that", mask_name, "张", "张*" },
	{ "no name", mask_name, "", "*" },

	{ "mobile", mask_phone, "13800138000", "138****8000" },
	{ "landline with three-digit area", mask_phone, "021-59781234", "021-******34" },
	{ "landline with four-digit area", mask_phone, "0512-65781234", "0512-******34" },
	{ "landline without its area", mask_phone, "59781234", "597****34" },
	{ "seven digits", mask_phone, "5978123", "****" },
	{ "emergency number is nobody's", mask_phone, "110", "110" },
	{ "service number is nobody's", mask_phone, "95588", "95588" },
	{ "overseas", mask_phone, "+85291234567", "+85****67" },
	{ "mobile with country code", mask_phone, "+8613800138000", "+86****00" },
	{ "one digit too many", mask_phone, "138001380001", "138****01" },
	{ "one digit too few", mask_phone, "1380013800", "138****00" },
	{ "no number", mask_phone, "", "****" },
	{ "words in the place of a number", mask_phone, "没有电话", "没***" },
	{ "name before the number", mask_phone, "张三13800138000", "张***" },

	{ "id number", mask_id, "310118199001010018", "310***********0018" },
	{ "id number ending in X", mask_id, "31011819900101001X", "310***********001X" },
	{ "id number of fifteen", mask_id, "310118900101001", "31***********" },
	{ "passport", mask_id, "G12345678", "G1***********" },
	{ "six characters are eighteen bytes", mask_id, "张三李四王五", "张三***********" },
	{ "no id number", mask_id, "", "***********" },

	{ "bank card", mask_account, "6222021001122334455", "****4455" },
	{ "nine digits", mask_account, "123456789", "****6789" },
	{ "eight digits are half the number", mask_account, "12345678", "****" },
	{ "account with letters", mask_account, "zhangsan@pay", "****" },
	{ "no account", mask_account, "", "****" },

	{ "address to the group", mask_address, "上海市青浦区白鹤镇白鹤村3组12号",
		"上海市青浦区白鹤镇白鹤村3组**" },
	{ "address to the village", mask_address, "白鹤镇新江村88号", "白鹤镇新江村**" },
	{ "address that ends with the village", mask_address, "白鹤镇新江村", "白鹤镇新江村" },
	{ "address to the committee", mask_address, "白鹤镇赵屯居委会5号301室",
		"白鹤镇赵屯居委会**" },
	{ "address to the road", mask_address, "外青松公路5000号", "外青松公路**" },
	{ "address to the town", mask_address, "白鹤镇鹤联小区5号301室", "白鹤镇**" },
	{ "group goes before a road", mask_address, "白石路旁青龙村2组", "白石路旁青龙村2组" },
	{ "address without any of them", mask_address, "某某大厦3号", "某某**" },
	{ "two characters are no address", mask_address, "张三", "张三**" },

	{ "anything long", mask_any, "6222021001122334455", "622***55" },
	{ "anything of eleven", mask_any, "13800138000", "138***00" },
	{ "anything with a name before it", mask_any, "王小明13800138000", "王***" },
	{ "anything of ten", mask_any, "1380013800", "1***" },
	{ "anything of two", mask_any, "张三", "张***" },
	{ "anything of one", mask_any, "张", "*" },
	{ "nothing", mask_any, "", "" },
};

enum { ROWS = sizeof rows / sizeof *rows };

static void masks(void **state)
{
	const struct row *r = *state;
	char out[MASK_MAX];

	assert_ptr_equal(r->mask(r->value, out, sizeof out), out);
	assert_string_equal(out, r->want);
}

/* A text cut to n - 1 bytes is a prefix of the whole one, to the last character that fits. */
static void every_length_cuts_at_a_character(void **state)
{
	char out[MASK_MAX];

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t n = 1; n < sizeof out; n++) {
			size_t len;

			memset(out, 'Z', sizeof out);
			rows[i].mask(rows[i].value, out, n);
			len = strlen(out);
			assert_in_range(len, 0, n - 1);
			assert_true(text_valid(out, len));
			assert_memory_equal(out, rows[i].want, len);
			assert_true(len == strlen(rows[i].want) || n - 1 - len < 4);
			for (size_t k = n; k < sizeof out; k++)
				assert_int_equal(out[k], 'Z');
		}
}

/* Whatever the digits are, of a mobile only the first three and the last four come through. */
static void the_middle_of_a_mobile_makes_no_difference(void **state)
{
	char phone[] = "13800008000", out[MASK_MAX];

	(void)state;
	for (int middle = 0; middle < 10000; middle += 37) {
		snprintf(phone, sizeof phone, "138%04d8000", middle);
		assert_string_equal(mask_phone(phone, out, sizeof out), "138****8000");
	}
}

static void eight_masked_numbers_fit_into_one_log_line(void **state)
{
	const char *shown[8];
	char want[16], phone[] = "13800138000";

	(void)state;
	for (int i = 0; i < 8; i++) {
		phone[10] = (char)('0' + i);
		shown[i] = log_phone(phone);
	}
	for (int i = 0; i < 8; i++) {
		snprintf(want, sizeof want, "138****800%d", i);
		assert_string_equal(shown[i], want);
	}
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 3] = {
		[ROWS] = cmocka_unit_test(every_length_cuts_at_a_character),
		[ROWS + 1] = cmocka_unit_test(the_middle_of_a_mobile_makes_no_difference),
		[ROWS + 2] = cmocka_unit_test(eight_masked_numbers_fit_into_one_log_line),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = masks,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
