/*
 * A modem as a channel: calls over TCP to the simulated modem, in one loop and in real time. What
 * a call is from end to end stands in test_modem_call.c; here is what the contract of a channel
 * makes of it.
 */
#include <dirent.h>
#include <fcntl.h>
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
#include "modem_channel.h"
#include "sim_port.h"
#include "sim_script.h"
#include "sim_voice.h"
#include "wav.h"

#include "banned.h"

enum { TOLD_MAX = 400, PATIENCE_MS = 20000 };

static struct world {
	uv_loop_t loop;
	uv_timer_t tick;
	struct sim_world sim;
	struct sim_port *port;
	struct channel *channel;
	char told[TOLD_MAX];
	int64_t last_token;
	bool refuse; /* the next commit fails */
	bool ready, over;
	int64_t token_of_key;
	uint8_t fingerprint[32];
	bool same;
} w;

static void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *fmt, ...)
{
	size_t used = strlen(w.told);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w.told + used, sizeof w.told - used, fmt, ap);
	va_end(ap);
}

static void on_ready(void *arg)
{
	(void)arg;
	w.ready = true;
}

static void on_part(void *arg, const struct send_part *p)
{
	(void)arg;
	(void)p;
}

static void on_sent(void *arg, const struct send_result *r)
{
	static const char *const verdicts[] = { "sent", "refused", "not-sent", "unsure" };

	(void)arg;
	assert_int_equal(r->id, 42);
	tell("%s", verdicts[r->verdict]);
	if (r->verdict != SEND_SENT)
		tell(" class=%d %s", r->class_, r->error);
	tell("; ");
	w.over = true;
}

static void on_late(void *arg, int64_t id, int part, int mr)
{
	(void)arg;
	(void)id;
	(void)part;
	(void)mr;
}

static void commit(int64_t token)
{
	bool ok = !w.refuse;

	w.refuse = false;
	modem_channel.committed(w.channel, token, ok);
}

static void on_incoming(void *arg, int64_t token, const struct incoming *in)
{
	(void)arg;
	assert_string_equal(in->kind, "key");
	assert_string_equal(in->from, "13800138001");
	assert_int_equal(in->unit_count, 1);
	assert_true(in->about_id == 42 && in->answerable && token < 0);
	if (token == w.token_of_key)
		w.same = memcmp(w.fingerprint, in->fingerprint, 32) == 0;
	w.token_of_key = token;
	memcpy(w.fingerprint, in->fingerprint, 32);
	tell("key %c; ", in->units[0]);
	commit(token);
}

static void on_report(void *arg, int64_t token, const struct report *r)
{
	(void)arg;
	assert_true(r->id == 42 && r->mr == -1);
	tell("%s; ", r->outcome);
	commit(token);
}

static void on_alarm(void *arg, const char *kind, const char *text, bool on)
{
	(void)arg;
	(void)kind;
	(void)text;
	(void)on;
}

static void on_pin(void *arg, const char *card)
{
	(void)arg;
	(void)card;
}

static const struct channel_events events = { .on_ready = on_ready,
	.on_part = on_part,
	.on_sent = on_sent,
	.on_late = on_late,
	.on_incoming = on_incoming,
	.on_report = on_report,
	.on_alarm = on_alarm,
	.on_pin = on_pin };

static void on_tick(uv_timer_t *t)
{
	(void)t;
	sim_sched_run(w.sim.sched, clock_mono_us());
}

static void script(const char *line)
{
	char error[SIM_ERROR_MAX];

	if (!sim_script_line(&w.sim, line, error))
		fail_msg("%s: %s", line, error);
}

static void run(const bool *until, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (clock_mono_ms() < end && (until == NULL || !*until))
		uv_run(&w.loop, UV_RUN_ONCE);
}

static char sound_port[64], sound_folder[64], sound_tone[96];

/* The speech command copies a tone of a second. */
static void sound_settings(struct channel_settings *set)
{
	snprintf(set->modem.audio_device, sizeof set->modem.audio_device, "%s", sound_port);
	snprintf(set->modem.speech_folder, sizeof set->modem.speech_folder, "%s", sound_folder);
	snprintf(set->modem.speech_command[0], SETTINGS_WORD, "/bin/cp");
	snprintf(set->modem.speech_command[1], SETTINGS_WORD, "%s", sound_tone);
	snprintf(set->modem.speech_command[2], SETTINGS_WORD, "{out}");
}

static void host_sound(const char *port)
{
	static int16_t tone[8000];
	static uint8_t bytes[44 + sizeof tone];
	FILE *f;

	snprintf(sound_port, sizeof sound_port, "%s", port);
	snprintf(sound_folder, sizeof sound_folder, "/tmp/quanzu_sound_XXXXXX");
	assert_non_null(mkdtemp(sound_folder));
	snprintf(sound_tone, sizeof sound_tone, "%s/tone", sound_folder);
	for (int i = 0; i < 8000; i++)
		tone[i] = (int16_t)(i % 16 < 8 ? 9000 : -9000);
	f = fopen(sound_tone, "w");
	assert_non_null(f);
	assert_int_equal(
		fwrite(bytes, 1, wav_write(tone, 8000, bytes, sizeof bytes), f), sizeof bytes);
	fclose(f);
}

static void remove_sound(void)
{
	char path[400];
	DIR *d = opendir(sound_folder);

	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		snprintf(path, sizeof path, "%s/%s", sound_folder, e->d_name);
		unlink(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(sound_folder);
	sound_port[0] = '\0';
}

static void begin_with(const char *family, const char *phone, bool voice)
{
	struct channel_settings set = { .name = "sim1",
		.kind = "modem",
		.sms = true,
		.voice = voice,
		.baud = 115200,
		.max_parts = 6,
		.validity_min = 60 };
	char error[SIM_ERROR_MAX], line[100];

	memset(&w, 0, sizeof w);
	assert_int_equal(uv_loop_init(&w.loop), 0);
	assert_true(sim_world_init(&w.sim, 1, 20, NULL));
	snprintf(line, sizeof line, "modem 0 family %s", family);
	script(line);
	snprintf(line, sizeof line, "phone 13800138001 %s", phone);
	script(line);
	w.port = sim_port_tcp(&w.loop, w.sim.modems[0], "127.0.0.1", 0, error);
	assert_non_null(w.port);
	snprintf(set.device, sizeof set.device, "%.250s", w.port->address);
	if (sound_port[0] != '\0')
		sound_settings(&set);
	uv_timer_init(&w.loop, &w.tick);
	uv_timer_start(&w.tick, on_tick, 5, 5);
	w.channel = modem_channel.start(&w.loop, &set, &events);
	for (int i = 0;
		i < 50 && modem_channel.room(w.channel, voice ? OUTGOING_CALL : OUTGOING_SMS) == 0;
		i++) {
		w.ready = false;
		run(&w.ready, 500);
	}
}

static void begin(const char *phone, bool voice)
{
	begin_with("a7670", phone, voice);
}

static void finish(void)
{
	if (w.channel != NULL)
		modem_channel.stop(w.channel);
	w.channel = NULL;
	sim_port_close(w.port);
	uv_close((uv_handle_t *)&w.tick, NULL);
	uv_run(&w.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w.loop), 0);
	sim_world_free(&w.sim);
}

static bool call(void)
{
	static const struct outgoing m = { .id = 42,
		.kind = OUTGOING_CALL,
		.own_ref = "000000000000004200",
		.to = "13800138001",
		.text = "任务。",
		.urgent = true,
		.keys = "107" };

	return modem_channel.send(w.channel, &m);
}

struct row {
	const char *name, *phone, *told;
};

static const struct row rows[] = {
	{ "a_key_comes_before_the_end_and_delivers", "call answer after 300ms key 0 after 200ms",
		"key 0; sent; delivered; " },
	{ "hung_up_behind_key_1", "call answer after 300ms key 1 after 200ms hangup after 1500ms",
		"key 1; sent; delivered; " },
	{ "picked_up_and_hung_up", "call answer after 300ms hangup after 500ms", "sent; " },
	{ "busy", "call busy after 500ms", "refused class=8 busy; " },
	{ "rejected", "call rejected after 500ms", "refused class=8 busy 21; " },
	{ "no_answer", "call no_answer after 900ms", "refused class=9 no-answer; " },
	{ "no_such_number", "call no_number after 500ms", "refused class=0 failed 1; " },
};

static void calls(void **state)
{
	const struct row *r = *state;

	begin(r->phone, true);
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_CALL), 1);
	assert_true(call());
	assert_false(call());
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_SMS), 0);
	run(&w.over, PATIENCE_MS);
	assert_string_equal(w.told, r->told);
	w.ready = false;
	run(&w.ready, PATIENCE_MS); /* it says when it takes the next one */
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_CALL), 1);
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_SMS), 1);
	finish();
}

static void a_key_that_was_not_committed_comes_again(void **state)
{
	bool never = false;

	(void)state;
	begin("call answer after 300ms key 0 after 200ms", true);
	w.refuse = true;
	assert_true(call());
	run(&w.over, PATIENCE_MS);
	assert_string_equal(w.told, "key 0; sent; delivered; ");
	run(&never, 6000);
	assert_string_equal(w.told, "key 0; sent; delivered; key 0; ");
	assert_true(w.same);
	finish();
}

static void a_call_ends_with_its_channel(void **state)
{
	bool never = false;

	(void)state;
	begin("call answer after 60s", true);
	assert_true(call());
	run(&never, 500);
	finish();
	assert_string_equal(w.told, "unsure class=3 failed; ");
}

/* A modem whose sound comes from the host: a tone for speech, a pseudo-terminal for its port. */
static void sound_comes_from_the_host(void **state)
{
	uint8_t frame[320] = { 0 }, got[320];
	int pty = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK), loud = 0;
	int64_t end, next;

	(void)state;
	assert_true(pty >= 0 && grantpt(pty) == 0 && unlockpt(pty) == 0);
	host_sound(ptsname(pty));
	begin_with("huawei", "call answer after 300ms key 7 after 2s", true);
	assert_true(call());
	end = clock_mono_ms() + PATIENCE_MS;
	for (next = clock_mono_ms(); !w.over && clock_mono_ms() < end;) {
		uv_run(&w.loop, UV_RUN_ONCE);
		if (clock_mono_ms() < next)
			continue;
		next += 20;
		assert_true(write(pty, frame, sizeof frame) != 0);
		if (read(pty, got, sizeof got) == sizeof got)
			loud += got[1] != 0 || got[41] != 0;
	}
	assert_string_equal(w.told, "key 7; sent; delivered; ");
	assert_true(loud > 10); /* of the 1 s that the tone lasts */
	finish();
	close(pty);
	remove_sound();
}

static void no_voice_no_call(void **state)
{
	(void)state;
	begin("call answer", false);
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_SMS), 1);
	assert_int_equal(modem_channel.room(w.channel, OUTGOING_CALL), 0);
	assert_false(call());
	finish();
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[ROWS + 4] = {
		[ROWS] = cmocka_unit_test(a_key_that_was_not_committed_comes_again),
		cmocka_unit_test(a_call_ends_with_its_channel),
		cmocka_unit_test(no_voice_no_call),
		cmocka_unit_test(sound_comes_from_the_host),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = calls,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return _cmocka_run_group_tests("modem_channel", tests, ROWS + 4, NULL, NULL);
}
