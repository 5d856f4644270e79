/*
 * Every line of tests/vectors/at.jsonl is a test with the line's id, read whole, byte by byte,
 * in pieces of 2, 3 and 7, and in the cuts that it gives; rules of the engine beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "at.h"
#include "atcode.h"
#include "explain.h"
#include "json.h"

#include "banned.h"

enum { LINES_MAX = 2000 };

/* The fields that `want` has are equal in `got`; lists have equal lengths. */
static bool agrees(const json_t *got, const json_t *want)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(want)) {
		if (json_array_size(got) != json_array_size(want))
			return false;
		json_array_foreach(want, i, value) {
			if (!agrees(json_array_get(got, i), value))
				return false;
		}
		return true;
	}
	if (!json_is_object(want))
		return json_equal(got, want);
	json_object_foreach((json_t *)(uintptr_t)want, key, value) {
		if (!agrees(json_object_get(got, key), value))
			return false;
	}
	return true;
}

static void check(const json_t *line, const char *how)
{
	json_t *out = explain_at(line);
	static const char *const keys[] = { "expect", "steps", "result" };

	for (size_t i = 0; i < 3; i++) {
		json_t *want = json_object_get(line, keys[i]), *got = json_object_get(out, keys[i]);

		if (want == NULL || agrees(got, want))
			continue;
		print_error("%s (%s): %s is %s\n", json_str(line, "id"), how, keys[i],
			got == NULL ? "absent" : json_dumps(got, JSON_ENCODE_ANY));
		fail();
	}
	assert_null(json_str(out, "error"));
	json_decref(out);
}

static void vector(void **state)
{
	static const struct {
		const char *name;
		int size;
	} sizes[] = { { "byte by byte", 1 }, { "pieces of 2", 2 }, { "pieces of 3", 3 },
		{ "pieces of 7", 7 } };
	json_t *line = *state, *cuts = json_incref(json_object_get(line, "cuts"));

	json_object_del(line, "cuts");
	check(line, "whole");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		json_object_set_new(line, "cuts", json_pack("[i]", sizes[i].size));
		check(line, sizes[i].name);
	}
	if (cuts != NULL) {
		json_object_set(line, "cuts", cuts);
		check(line, "the cuts given");
	}
	json_decref(cuts);
}

/* A small recorder for the rules below. */
static char written[8192], seen[8192];

static void on_write(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	strncat(written, bytes, n);
}

static void on_event(void *arg, const struct at_event *e)
{
	static const char *const kinds[] = { "final", "prompt", "reply", "text", "urc", "call",
		"key", "speech", "ready", "down", "bad", "ignored" };
	size_t used = strlen(seen);

	(void)arg;
	snprintf(seen + used, sizeof seen - used, "%s%s%s|", kinds[e->kind],
		e->kind == AT_FINAL ? " " : "",
		e->kind == AT_FINAL ? at_result_name(e->result) : "");
}

static void fresh(struct at *at)
{
	written[0] = seen[0] = '\0';
	at_init(at, on_write, on_event, NULL);
}

static void say(struct at *at, const char *s)
{
	at_feed(at, s, strlen(s));
}

static void control_characters_are_refused(void **state)
{
	static const char *const bad[] = { "AT+X=\"\r\"", "AT\n", "AT+CMGS=1\x1a", "AT\x1b",
		"AT\xe5", "", "A", "+CMGS=1", "at" };
	struct at at;

	(void)state;
	fresh(&at);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(at_start(&at, bad[i], false));
	assert_string_equal(written, "");
}

static void only_hex_goes_to_a_prompt_and_only_once(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	assert_false(at_data(&at, "0011"));
	assert_true(at_start(&at, "AT+CMGS=2", true));
	say(&at, "\r\n> ");
	assert_false(at_data(&at, "00\x1a"));
	assert_false(at_data(&at, ""));
	assert_true(at_data(&at, "0011"));
	say(&at, "\r\n> ");
	assert_false(at_data(&at, "0011"));
	say(&at, "\r\n+CMGS: 7\r\n\r\nOK\r\n");
	assert_string_equal(written, "AT+CMGS=2\r0011\x1a");
	assert_string_equal(seen, "prompt|ignored|reply|final OK|");
}

static void second_command_waits_for_the_first(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	assert_true(at_start(&at, "AT", false));
	assert_false(at_start(&at, "AT+CSQ", false));
	say(&at, "OK\r");
	assert_true(at_start(&at, "AT+CSQ", false));
}

static void no_command_starts_before_sync(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT+CSQ", false);
	at_silence(&at);
	assert_false(at_start(&at, "AT+CSQ", false));
	assert_true(at_probe(&at, "AT+GCAP"));
	say(&at, "OK\rERROR\r+CSQ: 20,99\rOK\r");
	assert_int_equal(at.state, AT_STATE_RESYNC);
	say(&at, "+GCAP: +CGSM\r");
	assert_int_equal(at.state, AT_STATE_RESYNC);
	say(&at, "OK\r");
	assert_int_equal(at.state, AT_STATE_IDLE);
	assert_string_equal(seen, "ignored|ignored|urc|ignored|reply|final OK|");
}

static void late_answer_to_the_first_probe_is_not_the_second_ones(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT+CSQ", false);
	at_silence(&at);
	at_probe(&at, "AT+GCAP");
	at_probe(&at, "AT+CMGF?");
	say(&at, "+GCAP: +CGSM\rOK\r");
	assert_int_equal(at.state, AT_STATE_RESYNC);
	say(&at, "+CMGF: 0\rOK\r");
	assert_int_equal(at.state, AT_STATE_IDLE);
}

static void answer_to_the_newest_probe_is_enough(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT+CSQ", false);
	at_silence(&at);
	at_probe(&at, "AT+GCAP");
	at_probe(&at, "AT+CMGF?");
	say(&at, "+CMGF: 0\rOK\r");
	assert_int_equal(at.state, AT_STATE_IDLE);
}

static void a_fourth_probe_is_refused(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT", false);
	at_silence(&at);
	assert_false(at_probe(&at, "AT"));
	for (int i = 0; i < AT_PROBES; i++)
		assert_true(at_probe(&at, "AT+GCAP"));
	assert_false(at_probe(&at, "AT+GCAP"));
}

static void endless_line_is_dropped_and_the_next_is_good(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT", false);
	for (int i = 0; i < 10000; i++)
		say(&at, "xyz");
	say(&at, "\r\nOK\r\n");
	assert_string_equal(seen, "final OK|");
	assert_int_equal(at.lines.dropped, 1);
}

static void line_of_2048_bytes_is_kept_and_one_more_is_not(void **state)
{
	for (size_t n = 2047; n <= 2049; n++)
		for (size_t step = 1; step < 3000; step += 997) {
			char text[2060];
			struct at at;

			(void)state;
			fresh(&at);
			memset(text, 'x', n);
			memcpy(text + n, "\r\nRING\r\n", 9);
			for (size_t i = 0; i < n + 8; i += step)
				at_feed(&at, text + i, n + 8 - i < step ? n + 8 - i : step);
			assert_string_equal(seen, n <= 2048 ? "ignored|urc|" : "urc|");
		}
}

static void stray_results_are_counted(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	say(&at, "OK\r\nERROR\r\n+CME ERROR: 3\r\n");
	assert_int_equal(at.stray, 3);
}

static void number_of_the_card_is_no_pdu(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT+CCID", false);
	say(&at, "+CMT: ,30\r\n89860000000000138000\r\n"
		 "0891683108000005F0040D91683108108300F20008623090415280230A5DF289C19762529D4F4F\r"
		 "\nOK\r\n");
	assert_string_equal(seen, "text|urc|final OK|");
}

static void text_without_its_end_is_given_up(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	say(&at, "+CUSD: 0,\"abc\r\n");
	assert_true(at_waits(&at));
	at_quiet(&at);
	say(&at, "RING\r\n");
	for (int i = 0; i < 300; i++)
		say(&at, i == 0 ? "+CUSD: 0,\"abc\r\n" : "0123456789\r\n");
	say(&at, "RING\r\n");
	assert_non_null(strstr(seen, "ignored|urc|ignored|"));
	assert_false(at_waits(&at));
}

static void abort_forgets_what_is_in_flight(void **state)
{
	struct at at;

	(void)state;
	fresh(&at);
	at_start(&at, "AT+CMGS=2", true);
	say(&at, "+CMT: ,30\r\n");
	at_abort(&at);
	say(&at, "> \r\n0011\r\nOK\r\n");
	assert_string_equal(seen, "ignored|ignored|ignored|");
	assert_true(at_start(&at, "AT", false));
}

struct code {
	const char *name;
	int code;
	enum atcode_class class;
};
static const struct code cms_rows[] = {
	{ "CMS 1 is the number", 1, ATCODE_NUMBER },
	{ "CMS 21 is the card", 21, ATCODE_CARD },
	{ "CMS 38 passes", 38, ATCODE_PASSING },
	{ "CMS 69 is the card", 69, ATCODE_CARD },
	{ "CMS 96 is ours", 96, ATCODE_OURS },
	{ "CMS 193 is the card", 193, ATCODE_CARD },
	{ "CMS 197 had arrived", 197, ATCODE_SENT },
	{ "CMS 208 is the modem", 208, ATCODE_MODEM },
	{ "CMS 304 is ours", 304, ATCODE_OURS },
	{ "CMS 314 passes", 314, ATCODE_PASSING },
	{ "CMS 330 is the modem", 330, ATCODE_MODEM },
	{ "CMS 332 is unsure", 332, ATCODE_UNSURE },
	{ "CMS 350 is unsure", 350, ATCODE_UNSURE },
	{ "CMS 500 passes", 500, ATCODE_PASSING },
	{ "CMS 600 passes", 600, ATCODE_PASSING },
	{ "CMS without a number passes", ATCODE_UNKNOWN, ATCODE_PASSING },
};

static void cms_class(void **state)
{
	const struct code *r = *state;

	assert_string_equal(atcode_class_name(atcode_cms(r->code)), atcode_class_name(r->class));
}

#define PLAIN(fn) \
	{ \
		.name = #fn, .test_func = (fn) \
	}

static size_t load(const char *path, json_t *lines[LINES_MAX])
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, n = 0;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	while (n < LINES_MAX && getline(&line, &room, f) > 0) {
		lines[n] = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (lines[n] == NULL) {
			fprintf(stderr, "%s:%zu: not JSON\n", path, n + 1);
			exit(1);
		}
		n++;
	}
	free(line);
	fclose(f);
	return n;
}

int main(void)
{
	static json_t *lines[LINES_MAX];
	static struct CMUnitTest tests[LINES_MAX + 100];
	static const struct CMUnitTest rules[] = {
		PLAIN(control_characters_are_refused),
		PLAIN(only_hex_goes_to_a_prompt_and_only_once),
		PLAIN(second_command_waits_for_the_first),
		PLAIN(no_command_starts_before_sync),
		PLAIN(late_answer_to_the_first_probe_is_not_the_second_ones),
		PLAIN(answer_to_the_newest_probe_is_enough),
		PLAIN(a_fourth_probe_is_refused),
		PLAIN(endless_line_is_dropped_and_the_next_is_good),
		PLAIN(line_of_2048_bytes_is_kept_and_one_more_is_not),
		PLAIN(stray_results_are_counted),
		PLAIN(number_of_the_card_is_no_pdu),
		PLAIN(text_without_its_end_is_given_up),
		PLAIN(abort_forgets_what_is_in_flight),
	};
	size_t count = load("tests/vectors/at.jsonl", lines), n = 0;

	for (; n < count; n++)
		tests[n] = (struct CMUnitTest){ .name = json_str(lines[n], "id"),
			.test_func = vector,
			.initial_state = lines[n] };
	for (size_t i = 0; i < sizeof cms_rows / sizeof *cms_rows; i++)
		tests[n++] = (struct CMUnitTest){ .name = cms_rows[i].name,
			.test_func = cms_class,
			.initial_state = (void *)(uintptr_t)&cms_rows[i] };
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		tests[n++] = rules[i];
	n = (size_t)_cmocka_run_group_tests("at", tests, n, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		json_decref(lines[i]);
	return n == 0 ? 0 : 1;
}
