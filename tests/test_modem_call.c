/*
 * Calls from end to end on a virtual clock: the driver on one side, the simulated modem of each
 * maker's family and a scripted phone on the other, nothing replayed between them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "driver.h"
#include "sim_script.h"
#include "sim_voice.h"

#include "banned.h"

enum { WIRE = 1 << 16, LOG = 1 << 16, LIMIT_MS = 400 * 1000 };

static struct world {
	struct sim_world sim;
	struct driver driver;
	char to_driver[WIRE], to_modem[WIRE];
	size_t to_driver_n, to_modem_n;
	char log[64];
	int ends;
	struct modem_call_result end;
	char keys[16], rang[32];
	int64_t up;
} w;

/* The wire in both directions; bytes wait until whoever writes has ended its turn. */

static void from_modem(void *port, const char *bytes, size_t n)
{
	(void)port;
	assert_true(w.to_driver_n + n <= WIRE);
	memcpy(w.to_driver + w.to_driver_n, bytes, n);
	w.to_driver_n += n;
}

static size_t from_driver(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	assert_true(w.to_modem_n + n <= WIRE);
	memcpy(w.to_modem + w.to_modem_n, bytes, n);
	w.to_modem_n += n;
	return 0;
}

static void port_open(void *arg, int64_t in_ms)
{
	(void)arg;
	(void)in_ms;
}

static void port_time(void *port, int64_t us)
{
	(void)port;
	(void)us;
}

static void port_switch(void *port, bool on)
{
	(void)port;
	(void)on;
}

static void on_done(void *arg, int64_t id, enum verdict v, const struct modem_part *last)
{
	(void)arg;
	(void)id;
	(void)v;
	(void)last;
}

static void on_inbound(void *arg, const struct modem_inbound *in)
{
	(void)arg;
	driver_left(&w.driver, clock_mono_ms(), in->token);
}

static void on_key(void *arg, int64_t id, char key)
{
	(void)arg;
	assert_int_equal(id, 7);
	w.keys[strlen(w.keys)] = key;
}

static void on_call(void *arg, const struct modem_call_result *r)
{
	(void)arg;
	w.ends++;
	w.end = *r;
}

static void on_ring(void *arg, const char *number)
{
	(void)arg;
	snprintf(w.rang, sizeof w.rang, "%s", number);
}

static const struct modem_events events = { .on_done = on_done,
	.on_inbound = on_inbound,
	.on_key = on_key,
	.on_call = on_call,
	.on_ring = on_ring };

/* Time goes on until `over` or for so long. */

static bool carry(void)
{
	char bytes[WIRE];
	size_t n = w.to_modem_n;

	if (n > 0) {
		memcpy(bytes, w.to_modem, n);
		w.to_modem_n = 0;
		sim_modem_input(w.sim.modems[0], bytes, n, clock_mono_us());
		return true;
	}
	n = w.to_driver_n;
	if (n == 0)
		return false;
	memcpy(bytes, w.to_driver, n);
	w.to_driver_n = 0;
	driver_bytes(&w.driver, clock_mono_ms(), bytes, n);
	return true;
}

static void pass(int64_t ms, bool (*over)(void))
{
	int64_t end = clock_mono_ms() + ms;

	while (clock_mono_ms() < end && (over == NULL || !over())) {
		while (carry())
			;
		clock_advance(1);
		if (sim_sched_next(w.sim.sched) >= 0)
			sim_sched_run(w.sim.sched, clock_mono_us());
		if (driver_deadline(&w.driver) <= clock_mono_ms())
			driver_tick(&w.driver, clock_mono_ms());
	}
}

static bool can_call(void)
{
	return driver_can_call(&w.driver);
}

static bool ended(void)
{
	return w.ends > 0;
}

struct row {
	const char *name, *family, *phone, *modem;
	const char *result, *keys; /* keys as handed up */
	const char *spoke;         /* first text that the phone heard; NULL: none, "" any */
	const char *file;          /* on the modem */
	int plays;
};

#define TEXT "一级任务。接单请按1,不能去请按0。"
#define FIRST "一级任务。"

/* clang-format off */
static const struct row rows[] = {
	{ "sim800_key_0_ends_at_once", "sim800", "call answer after 3s key 0", NULL, "confirmed 0", "0", FIRST, NULL, 1 },
	{ "sim800_key_1_counts_after_five_seconds", "sim800", "call answer after 3s key 1", NULL, "confirmed 1", "1", FIRST, NULL, 1 },
	{ "sim800_key_1_then_0_is_0", "sim800", "call answer key 1 key 0 after 4s", NULL, "confirmed 0", "0", FIRST, NULL, 1 },
	{ "sim800_key_1_and_hung_up_is_1", "sim800", "call answer key 1 hangup after 4s", NULL, "confirmed 1", "1", FIRST, NULL, 1 },
	{ "sim800_no_key", "sim800", "call answer after 2s", NULL, "answered", "", FIRST, NULL, 3 },
	{ "sim800_no_speech_plays_the_file", "sim800", "call answer key 7", "no_tts", "confirmed 7", "7", "file C:\\User\\a.amr", "a.amr", 1 },
	{ "sim800_no_speech_no_file_still_hears", "sim800", "call answer key 7", "no_tts", "confirmed 7", "7", NULL, NULL, 1 },
	{ "sim800_busy", "sim800", "call busy after 4s", NULL, "busy", "", NULL, NULL, 0 },
	{ "a7670_key_0_twice", "a7670", "call answer after 3s key 0 twice", NULL, "confirmed 0", "0", FIRST, NULL, 1 },
	{ "a7670_wrong_key_then_1", "a7670", "call answer key 5 key 1 after 12s", NULL, "confirmed 1", "1", FIRST, NULL, 2 },
	{ "a7670_key_7_behind_noise", "a7670", "call answer key 7 noise", NULL, "confirmed 7", "7", FIRST, NULL, 1 },
	{ "a7670_voicemail", "a7670", "call answer voicemail", NULL, "answered", "", FIRST, NULL, 3 },
	{ "a7670_early_key", "a7670", "call answer after 4s early 0 hangup after 8s", NULL, "answered", "", FIRST, NULL, 1 },
	{ "a7670_no_speech_plays_the_file", "a7670", "call answer key 0", "no_tts", "confirmed 0", "0", "file C:/a.amr", "a.amr", 1 },
	{ "a7670_no_answer", "a7670", "call no_answer after 30s", NULL, "no-answer", "", NULL, NULL, 0 },
	{ "a7670_rejected", "a7670", "call rejected after 5s", NULL, "busy", "", NULL, NULL, 0 },
	{ "a7670_no_such_number", "a7670", "call no_number after 1s", NULL, "failed number", "", NULL, NULL, 0 },
	{ "a7670_rings_for_ever", "a7670", "call no_answer after 200s", NULL, "no-answer", "", NULL, NULL, 0 },
	{ "a7670_hung_up_at_once", "a7670", "call answer hangup after 1s", NULL, "answered", "", FIRST, NULL, 1 },
	{ "quectel_key_as_a_code", "quectel", "call answer after 3s key 0", NULL, "confirmed 0", "0", FIRST, NULL, 1 },
	{ "quectel_key_1", "quectel", "call answer after 3s key 1 after 9s", NULL, "confirmed 1", "1", FIRST, NULL, 1 },
	{ "quectel_star_repeats", "quectel", "call answer key \"*\" key 7 after 9s", NULL, "confirmed 7", "7", FIRST, NULL, 2 },
	{ "quectel_no_speech_plays_the_file", "quectel", "call answer key 0", "no_tts", "confirmed 0", "0", "file a.amr", "a.amr", 1 },
	{ "quectel_busy", "quectel", "call busy after 3s", NULL, "busy", "", NULL, NULL, 0 },
	{ "luat_key_0", "luat", "call answer after 3s key 0", NULL, "confirmed 0", "0", FIRST, NULL, 1 },
	{ "luat_cannot_be_stopped_but_answers", "luat", "call answer after 3s key 1 after 1s", NULL, "confirmed 1", "1", FIRST, NULL, 1 },
	{ "luat_no_key", "luat", "call answer after 3s", NULL, "answered", "", FIRST, NULL, 3 },
	{ "luat_no_answer", "luat", "call no_answer after 20s", NULL, "no-answer", "", NULL, NULL, 0 },
	{ "ublox_hears_and_does_not_speak", "ublox", "call answer after 3s key 0", NULL, "confirmed 0", "0", NULL, NULL, 1 },
	{ "ublox_no_key", "ublox", "call answer after 3s", NULL, "answered", "", NULL, NULL, 1 },
	{ "ublox_busy", "ublox", "call busy after 3s", NULL, "busy", "", NULL, NULL, 0 },
	{ "huawei_key_7", "huawei", "call answer after 3s key 7", NULL, "confirmed 7", "7", NULL, NULL, 1 },
	{ "huawei_rejected", "huawei", "call rejected after 3s", NULL, "busy", "", NULL, NULL, 0 },
	{ "huawei_no_answer", "huawei", "call no_answer after 20s", NULL, "no-answer", "", NULL, NULL, 0 },
	{ "generic_rings_only", "generic", "call answer after 3s key 0", NULL, "answered", "", NULL, NULL, 1 },
	{ "generic_busy", "generic", "call busy after 3s", NULL, "busy", "", NULL, NULL, 0 },
	{ "an_incoming_call_in_between", "a7670", "call answer after 9s key 0", "at 2s modem 0 ring 13800138006", "confirmed 0", "0", FIRST, NULL, 1 },
	{ "the_modem_restarts_while_it_rings", "a7670", "call answer after 9s key 0", "at 3s modem 0 reset", "failed modem", "", NULL, NULL, 0 },
	{ "the_modem_restarts_behind_key_1", "a7670", "call answer key 1", "at 5s modem 0 reset", "confirmed 1", "1", FIRST, NULL, 1 },
	{ "noise_all_the_time", "a7670", "call answer after 3s key 1", "urc_noise", "confirmed 1", "1", FIRST, NULL, 1 },
	{ "echo_all_the_time", "quectel", "call answer after 3s key 0", "echo_on", "confirmed 0", "0", FIRST, NULL, 1 },
	{ "no_network", "a7670", "call answer after 3s key 0", "unregistered", "not-ready", "", NULL, NULL, 0 },
};
/* clang-format on */

static void script(const char *line)
{
	char error[SIM_ERROR_MAX];

	if (!sim_script_line(&w.sim, line, error))
		fail_msg("%s: %s", line, error);
}

/* Texts of the lines `what` in the log, one by one; NULL at the end. */
static char *log_text(char *log, const char *what, char **next)
{
	char mark[40], *at, *end;

	snprintf(mark, sizeof mark, "\"what\":\"%s\"", what);
	at = strstr(log, mark);
	if (at == NULL || (at = strstr(at, "\"text\":\"")) == NULL)
		return NULL;
	at += strlen("\"text\":\"");
	end = strstr(at, "\"}");
	if (end == NULL)
		end = strchr(at, '"');
	*next = end + 1;
	*end = '\0';
	return at;
}

static void check_heard(const struct row *r)
{
	static char log[LOG];
	FILE *f = fopen(w.log, "r");
	char *next, *text;
	size_t n;

	assert_non_null(f);
	n = fread(log, 1, sizeof log - 1, f);
	log[n] = '\0';
	fclose(f);
	text = log_text(log, "spoke", &next);
	if (r->spoke == NULL) {
		assert_null(text);
		return;
	}
	assert_non_null(text);
	for (char *c = text; (c = strstr(c, "\\\\")) != NULL; c++)
		memmove(c, c + 1, strlen(c)); /* JSON's own backslashes */
	assert_string_equal(text, r->spoke);
}

static void begin(const struct row *r)
{
	static const struct sim_wire wire = { from_modem, port_time, port_time, port_switch };
	struct modem_config config = {
		.name = "test", .gap_ms = -1, .voice = true, .call_file = r->file
	};
	struct driver_port port = { .write = from_driver, .open = port_open };
	char line[200];
	int fd;

	memset(&w, 0, sizeof w);
	snprintf(w.log, sizeof w.log, "/tmp/quanzu_call_XXXXXX");
	fd = mkstemp(w.log);
	assert_true(fd >= 0);
	close(fd);
	clock_virtual(1773037508000);
	assert_true(sim_world_init(&w.sim, 1, 20, w.log));
	sim_modem_wire(w.sim.modems[0], &wire, NULL);
	snprintf(line, sizeof line, "modem 0 family %s", r->family);
	script(line);
	snprintf(line, sizeof line, "phone 13800138001 %s", r->phone);
	script(line);
	if (r->modem != NULL && strncmp(r->modem, "at ", 3) != 0) {
		snprintf(line, sizeof line, "modem 0 %s", r->modem);
		script(line);
	}
	driver_init(&w.driver, &config, &port, &events, &w);
	driver_begin(&w.driver, clock_mono_ms());
	driver_opened(&w.driver, clock_mono_ms(), 0);
}

static void finish(void)
{
	driver_end(&w.driver, clock_mono_ms());
	sim_world_free(&w.sim);
	unlink(w.log);
	clock_real();
}

static const char *result_of(const struct modem_call_result *e, char out[64])
{
	if (e->end == MODEM_CALL_CONFIRMED)
		snprintf(out, 64, "confirmed %c", e->key);
	else if (e->end == MODEM_CALL_FAILED)
		snprintf(out, 64, "failed %s", atcode_class_name(e->class));
	else
		snprintf(out, 64, "%s", modem_call_end_name(e->end));
	return out;
}

static void plays(void **state)
{
	static const struct modem_call_key keys[] = {
		{ .key = '0', .act = MODEM_KEY_ENDS, .say = "" },
		{ .key = '7', .act = MODEM_KEY_ENDS, .say = "已报民警。" },
		{ .key = '1', .act = MODEM_KEY_WAITS, .say = "已接单。" },
		{ .key = '*', .act = MODEM_KEY_SAYS, .say = "" },
		{ .key = '5', .act = MODEM_KEY_SAYS, .say = "请用短信。" },
	};
	const struct row *r = *state;
	struct modem_call call = { .id = 7,
		.to = "13800138001",
		.text = TEXT,
		.keys = keys,
		.key_count = sizeof keys / sizeof *keys };
	char got[64];

	begin(r);
	pass(30 * 1000, can_call);
	if (strcmp(r->result, "not-ready") == 0) {
		assert_int_equal(driver_call(&w.driver, clock_mono_ms(), &call), MODEM_NOT_READY);
		finish();
		return;
	}
	assert_true(driver_can_call(&w.driver));
	if (r->modem != NULL && strncmp(r->modem, "at ", 3) == 0) {
		w.sim.start_us = clock_mono_us();
		script(r->modem);
	}
	assert_int_equal(driver_call(&w.driver, clock_mono_ms(), &call), MODEM_TAKEN);
	assert_false(driver_can_send(&w.driver));
	pass(LIMIT_MS, ended);
	assert_int_equal(w.ends, 1);
	assert_int_equal(w.end.id, 7);
	assert_string_equal(result_of(&w.end, got), r->result);
	assert_string_equal(w.keys, r->keys);
	assert_int_equal(w.end.plays, r->plays);
	check_heard(r);
	pass(60 * 1000, can_call);
	assert_true(driver_can_call(&w.driver) && driver_can_send(&w.driver));
	assert_int_equal(w.ends, 1);
	finish();
}

static void nobody_is_answered(void **state)
{
	const struct row r = { .family = "a7670", .phone = "silence" };

	(void)state;
	begin(&r);
	pass(30 * 1000, can_call);
	script("modem 0 ring 13800138006");
	pass(3000, NULL);
	assert_string_equal(w.rang, "13800138006");
	assert_false(w.sim.modems[0]->ring.active);
	assert_int_equal(w.driver.health.count.rings, 1);
	finish();
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[ROWS + 1] = { 0 };

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = plays,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest){ .name = "an_incoming_call_is_turned_away",
		.test_func = nobody_is_answered };
	return _cmocka_run_group_tests("modem_call", tests, ROWS + 1, NULL, NULL);
}
