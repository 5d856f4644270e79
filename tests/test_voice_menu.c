/* What keys mean, which profile a modem has, and what the causes of calls say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "call_cause.h"
#include "call_profile.h"
#include "voice_menu.h"

#include "banned.h"

static const struct key_row {
	const char *name, *wanted, *said;
	char key;
	int act; /* -1: the key means nothing */
	const char *says;
} key_rows[] = {
	{ "0_ends", "107", "", '0', MODEM_KEY_ENDS, "已记录，您不能去。" },
	{ "7_ends", "107", "", '7', MODEM_KEY_ENDS, "已记录，马上通知民警。" },
	{ "1_waits", "107", "", '1', MODEM_KEY_WAITS, "您已接单。详细情况请看短信。" },
	{ "a_star_repeats", "107", "", '*', MODEM_KEY_SAYS, "" },
	{ "results_go_by_sms", "107", "", '3', MODEM_KEY_SAYS, "结果请用短信回复。" },
	{ "a_hash_too", "107", "", '#', MODEM_KEY_SAYS, "结果请用短信回复。" },
	{ "7_is_not_wanted", "10", "", '7', MODEM_KEY_SAYS, "结果请用短信回复。" },
	{ "another_key_that_is_wanted_ends", "5", "", '5', MODEM_KEY_ENDS, "" },
	{ "nothing_is_wanted_but_the_star", "", "", '*', MODEM_KEY_SAYS, "" },
	{ "nothing_is_wanted", "", "", '1', -1, NULL },
	{ "words_that_came_with_the_message", "107", "{\"1\":\"您已接单，张某。\"}", '1',
		MODEM_KEY_WAITS, "您已接单，张某。" },
	{ "words_for_the_others", "107", "{\"other\":\"请发短信。\"}", '9', MODEM_KEY_SAYS,
		"请发短信。" },
	{ "words_that_are_no_json", "107", "{\"1\":", '1', MODEM_KEY_WAITS,
		"您已接单。详细情况请看短信。" },
};

static void keys(void **state)
{
	const struct key_row *r = *state;
	struct voice_menu m;
	const struct modem_call_key *found = NULL;

	voice_menu_make(r->wanted, r->said, &m);
	assert_in_range(m.count, 1, MODEM_CALL_KEYS);
	for (size_t i = 0; i < m.count; i++)
		if (m.key[i].key == r->key) {
			assert_null(found);
			found = &m.key[i];
		}
	if (r->act < 0) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_int_equal(found->act, r->act);
	assert_string_equal(found->say, r->says);
}

static const struct profile_row {
	const char *name, *maker, *model, *family;
} profile_rows[] = {
	{ "sim800", "SIMCOM_Ltd", "SIMCOM_SIM800C", "sim800" },
	{ "sim900", "SIMCOM_Ltd", "SIMCOM_SIM900", "sim800" },
	{ "sim7600", "SIMCOM INCORPORATED", "SIMCOM_SIM7600CE", "simcom" },
	{ "a7670", "SIMCOM INCORPORATED", "A7670C-LASS", "simcom" },
	{ "ec20", "Quectel", "EC20F", "quectel" },
	{ "m26", "Quectel_Ltd", "Quectel_M26", "quectel2g" },
	{ "air724", "AirM2M", "Air724UG", "luat" },
	{ "e173", "huawei", "E173", "huawei" },
	{ "sara", "u-blox", "SARA-U270", "ublox" },
	{ "wavecom", "WAVECOM MODEM", "Q2406", "wavecom" },
	{ "another", "ACME", "X", "generic" },
	{ "nothing_told", "", "", "generic" },
};

static void profiles(void **state)
{
	const struct profile_row *r = *state;

	assert_string_equal(call_profile_of(r->maker, r->model)->family, r->family);
	assert_ptr_equal(call_profile_named(r->family), call_profile_of(r->maker, r->model));
}

static const struct cause_row {
	const char *name, *line;
	int cause;
	bool alerted;
	enum modem_call_end end;
	enum atcode_class class;
} cause_rows[] = {
	{ "a_number", "16", 16, true, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ "busy", "17", 17, false, MODEM_CALL_BUSY, ATCODE_PASSING },
	{ "location_and_cause", "5,17,\"User busy\"", 17, false, MODEM_CALL_BUSY, ATCODE_PASSING },
	{ "number_and_words", "21,\"Call rejected\"", 21, false, MODEM_CALL_BUSY, ATCODE_PASSING },
	{ "words", "\"No user responding\"", 18, false, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ "bare_words", "User alerting, no answer", 19, true, MODEM_CALL_NO_ANSWER,
		ATCODE_PASSING },
	{ "unassigned", "Unassigned (unallocated) number", 1, false, MODEM_CALL_FAILED,
		ATCODE_NUMBER },
	{ "barred", "Operator determined barring: barred", 8, false, MODEM_CALL_FAILED,
		ATCODE_CARD },
	{ "congestion", "42", 42, false, MODEM_CALL_FAILED, ATCODE_CARD },
	{ "nothing_known_and_it_rang", "No cause information available", AT_NONE, true,
		MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
	{ "nothing_known_and_it_did_not_ring", "No cause information available", AT_NONE, false,
		MODEM_CALL_FAILED, ATCODE_PASSING },
	{ "zero_is_no_cause", "0", AT_NONE, false, MODEM_CALL_FAILED, ATCODE_PASSING },
	{ "out_of_range", "300", AT_NONE, true, MODEM_CALL_NO_ANSWER, ATCODE_PASSING },
};

static void causes(void **state)
{
	const struct cause_row *r = *state;
	enum atcode_class class;
	struct at_fields f;

	at_fields(r->line, &f);
	assert_int_equal(call_cause_of(r->line, &f), r->cause);
	assert_int_equal(call_cause_end(r->cause, r->alerted, &class), r->end);
	assert_int_equal(class, r->class);
}

#define ALL(rows, fn) \
	for (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (rows)[i].name, .test_func = (fn), \
			.initial_state = (void *)(uintptr_t) & (rows)[i] \
		}

int main(void)
{
	static struct CMUnitTest tests[64];
	size_t n = 0;

	ALL(key_rows, keys);
	ALL(profile_rows, profiles);
	ALL(cause_rows, causes);
	return _cmocka_run_group_tests("voice_menu", tests, n, NULL, NULL);
}
