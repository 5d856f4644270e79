/* The port for sound, on a pseudo-terminal: frames at the rate of reading, the end, keys. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "audio_port.h"
#include "dtmf.h"

#include "banned.h"

static uv_loop_t loop;
static int modem;
static struct audio_port *port;
static int spoken;
static char keys[8];

static void on_spoken(void *arg)
{
	(void)arg;
	spoken++;
}

static void on_key(void *arg, char key)
{
	(void)arg;
	keys[strlen(keys)] = key;
}

static const struct audio_events events = { on_spoken, on_key };

static int begin(void **state)
{
	struct termios t;

	(void)state;
	modem = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (modem < 0 || grantpt(modem) != 0 || unlockpt(modem) != 0 || uv_loop_init(&loop) != 0)
		return -1;
	if (tcgetattr(modem, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(modem, TCSANOW, &t);
	}
	port = audio_port_new(&loop, ptsname(modem), &events, NULL);
	spoken = 0;
	memset(keys, 0, sizeof keys);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	audio_port_free(port);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	close(modem);
	return 0;
}

/* The modem sends n octets; what it gets back is appended to out[]. */
static size_t exchange(const void *in, size_t n, uint8_t *out, size_t room)
{
	size_t used = 0;
	ssize_t got;

	assert_int_equal(write(modem, in, n), n);
	for (int i = 0; i < 5; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(2000);
		got = read(modem, out + used, room - used);
		used += got > 0 ? (size_t)got : 0;
	}
	return used;
}

static void frames_at_the_rate_of_reading(void **state)
{
	int16_t sound[400];
	uint8_t silence[AUDIO_FRAME] = { 0 }, out[8 * AUDIO_FRAME];
	const struct modem_sound s = { sound, 400 };

	(void)state;
	for (int i = 0; i < 400; i++)
		sound[i] = (int16_t)(i * 80 - 16000);
	audio_port_open(port, false);
	assert_int_equal(exchange(silence, AUDIO_FRAME - 1, out, sizeof out), 0);
	assert_int_equal(exchange(silence, 1, out, sizeof out), AUDIO_FRAME);
	for (int i = 0; i < AUDIO_FRAME; i++)
		assert_int_equal(out[i], 0);
	audio_port_say(port, &s);
	for (int frame = 0; frame < 3; frame++) {
		assert_int_equal(exchange(silence, AUDIO_FRAME, out, sizeof out), AUDIO_FRAME);
		assert_int_equal(spoken, frame == 2);
		for (int i = 0; i < 160; i++) {
			int n = frame * 160 + i;
			int16_t v = (int16_t)(out[2 * i] | out[2 * i + 1] << 8);

			assert_int_equal(v, n < 400 ? sound[n] : 0);
		}
	}
	assert_int_equal(exchange(silence, AUDIO_FRAME, out, sizeof out), AUDIO_FRAME);
	assert_int_equal(spoken, 1);
	audio_port_say(port, &s);
	audio_port_stop(port);
	exchange(silence, AUDIO_FRAME, out, sizeof out);
	assert_int_equal(out[5], 0);
	assert_int_equal(spoken, 1);
	audio_port_close(port);
	assert_int_equal(exchange(silence, AUDIO_FRAME, out, sizeof out), 0);
}

static void keys_are_heard(void **state)
{
	int16_t sound[1600] = { 0 };
	uint8_t bytes[3200], out[8000];

	(void)state;
	dtmf_tone('7', 8000, 8000, 0, sound + 100, 640);
	dtmf_tone('1', 8000, 8000, 0, sound + 1000, 480);
	for (int i = 0; i < 1600; i++) {
		bytes[2 * i] = (uint8_t)((uint16_t)sound[i] & 0xFF);
		bytes[2 * i + 1] = (uint8_t)((uint16_t)sound[i] >> 8);
	}
	audio_port_open(port, true);
	exchange(bytes, 1001, out, sizeof out); /* a sample is cut in two */
	exchange(bytes + 1001, 2199, out, sizeof out);
	assert_string_equal(keys, "71");
	memset(keys, 0, sizeof keys);
	audio_port_open(port, false);
	exchange(bytes, 3200, out, sizeof out);
	assert_string_equal(keys, "");
}

static void a_device_that_is_not_there(void **state)
{
	int16_t sound[10] = { 0 };
	struct audio_port *none = audio_port_new(&loop, "/nonexistent/tty", &events, NULL);

	(void)state;
	audio_port_open(none, true);
	audio_port_say(none, &(struct modem_sound){ sound, 10 });
	audio_port_stop(none);
	audio_port_close(none);
	audio_port_free(none);
	assert_int_equal(spoken, 0);
}

static void a_device_that_goes_away(void **state)
{
	uint8_t out[400];

	(void)state;
	audio_port_open(port, true);
	close(modem);
	for (int i = 0; i < 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	audio_port_open(port, true); /* it is gone: said in the log, nothing else happens */
	modem = open("/dev/null", O_RDWR);
	assert_int_equal(exchange("x", 1, out, sizeof out), 0);
}

#define ONE(fn) cmocka_unit_test_setup_teardown(fn, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(frames_at_the_rate_of_reading),
		ONE(keys_are_heard),
		ONE(a_device_that_is_not_there),
		ONE(a_device_that_goes_away),
	};

	return cmocka_run_group_tests_name("audio_port", tests, NULL, NULL);
}
