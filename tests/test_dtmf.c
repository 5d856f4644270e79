/* Keys in generated sound: tones at their limits, noise, and long stretches of what is no key. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtmf.h"

#include "banned.h"

enum { MS = DTMF_RATE / 1000, SECONDS_MAX = 4 };

static const double two_pi = 6.283185307179586;

/* A small generator of its own: the same sound on every machine. */
static uint32_t seed;

static double chance(void) /* 0 .. 1 */
{
	seed = seed * 1664525u + 1013904223u;
	return (double)(seed >> 8) / (double)(1u << 24);
}

static double between(double low, double high)
{
	return low + (high - low) * chance();
}

static void add(int16_t *out, size_t n, double amplitude, double hertz, size_t from)
{
	for (size_t i = 0; i < n; i++) {
		double v =
			out[i] + amplitude * sin(two_pi * hertz * (double)(from + i) / DTMF_RATE);

		out[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
	}
}

static void add_noise(int16_t *out, size_t n, double amplitude)
{
	for (size_t i = 0; i < n; i++) {
		double v = out[i] + between(-amplitude, amplitude);

		out[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
	}
}

/* --- rows: what is dialled and what is heard ---------------------------------------------- */

struct row {
	const char *name, *dial;
	int tone_ms, pause_ms, low, high; /* peaks */
	double noise, drift;              /* noise peak; all frequencies off by this factor */
	const char *heard;
};

static const struct row rows[] = {
	{ "all_sixteen_keys", "1234567890*#ABCD", 80, 60, 8000, 8000, 0, 0, "1234567890*#ABCD" },
	{ "forty_ms_tones_and_pauses", "1071", 40, 40, 8000, 8000, 0, 0, "1071" },
	{ "equal_keys_with_a_pause_are_two", "11700", 50, 40, 8000, 8000, 0, 0, "11700" },
	{ "a_long_tone_is_one_key", "7", 3000, 100, 8000, 8000, 0, 0, "7" },
	{ "twenty_ms_is_no_key", "107", 20, 60, 8000, 8000, 0, 0, "" },
	{ "ten_ms_is_no_key", "107", 10, 60, 8000, 8000, 0, 0, "" },
	{ "quiet_tones", "107", 60, 60, 400, 400, 0, 0, "107" },
	{ "nearly_silent_is_no_key", "107", 60, 60, 20, 20, 0, 0, "" },
	{ "clipped_loud_tones", "107", 60, 60, 20000, 20000, 0, 0, "107" },
	{ "high_tone_7_dB_weaker", "107", 60, 60, 10000, 4467, 0, 0, "107" },
	{ "high_tone_10_dB_weaker_is_no_key", "107", 60, 60, 10000, 3162, 0, 0, "" },
	{ "high_tone_3_dB_stronger", "107", 60, 60, 6000, 8475, 0, 0, "107" },
	{ "high_tone_6_dB_stronger_is_no_key", "107", 60, 60, 4000, 7981, 0, 0, "" },
	{ "noise_20_dB_below", "1071470258369", 60, 60, 8000, 8000, 1960, 0, "1071470258369" },
	{ "noise_15_dB_below", "107147", 80, 60, 8000, 8000, 3480, 0, "107147" },
	{ "noise_as_loud_as_the_tones_is_no_key", "107", 60, 60, 4000, 4000, 9800, 0, "" },
	{ "half_a_percent_off", "1470*", 60, 60, 8000, 8000, 0, 0.005, "1470*" },
	{ "four_percent_off_is_no_key", "1470*", 60, 60, 8000, 8000, 0, 0.04, "" },
	{ "only_the_low_tone", "107", 60, 60, 8000, 0, 0, 0, "" },
	{ "only_the_high_tone", "107", 60, 60, 0, 8000, 0, 0, "" },
};

static void pair(const struct row *r, char key, int16_t *out, size_t n)
{
	static const char keys[] = "123A456B789C*0#D";
	static const double low[] = { 697, 770, 852, 941 }, high[] = { 1209, 1336, 1477, 1633 };
	size_t i = (size_t)(strchr(keys, key) - keys);

	if (r->drift == 0) {
		dtmf_tone(key, r->low, r->high, 0, out, n);
		return;
	}
	add(out, n, r->low, low[i / 4] * (1 + r->drift), 0);
	add(out, n, r->high, high[i % 4] * (1 + r->drift), 0);
}

/* Sound and keys heard; `shift` moves the sound against the frames, `cut` is how it is fed. */
static void listen(const struct row *r, size_t shift, size_t cut, char heard[64])
{
	size_t n = shift, count = 0, room = (size_t)SECONDS_MAX * DTMF_RATE;
	int16_t *sound = calloc(room, sizeof *sound);
	struct dtmf d;

	assert_non_null(sound);
	for (const char *k = r->dial; *k != '\0'; k++) {
		assert_true(n + (size_t)(r->tone_ms + r->pause_ms) * MS < room);
		pair(r, *k, sound + n, (size_t)r->tone_ms * MS);
		n += (size_t)(r->tone_ms + r->pause_ms) * MS;
	}
	n += DTMF_FRAME;
	add_noise(sound, n, r->noise);
	dtmf_init(&d);
	for (size_t i = 0; i < n; i += cut)
		count += dtmf_feed(
			&d, sound + i, n - i < cut ? n - i : cut, heard + count, 63 - count);
	heard[count] = '\0';
	free(sound);
}

static void tones(void **state)
{
	const struct row *r = *state;
	char heard[64];

	seed = 7;
	for (size_t shift = 0; shift < DTMF_FRAME; shift += 5) {
		listen(r, shift, 160, heard);
		if (strcmp(heard, r->heard) != 0)
			print_error("at shift %zu\n", shift);
		assert_string_equal(heard, r->heard);
	}
	listen(r, 3, 1, heard);
	assert_string_equal(heard, r->heard);
	listen(r, 3, 4001, heard);
	assert_string_equal(heard, r->heard);
}

/* --- ten minutes of what is no key --------------------------------------------------------- */

/* Voiced sounds: harmonics of a gliding pitch under formants that wander; hisses; pauses. */
static void speech(int16_t *out, size_t n)
{
	static double phase, pitch = 140;
	double formant[3] = { between(250, 850), between(850, 2300), between(2300, 3200) };
	double glide = between(-60, 60) / (double)n, loud = between(1500, 9000);
	double kind = chance();

	if (kind < 0.15)
		return;
	if (kind < 0.3) {
		add_noise(out, n, loud / 3);
		return;
	}
	pitch = between(85, 320);
	for (size_t i = 0; i < n; i++) {
		double v = 0;

		pitch += glide;
		phase += two_pi * pitch / DTMF_RATE;
		for (int h = 1; h * pitch < 3600; h++) {
			double gain = 0;

			for (int k = 0; k < 3; k++) {
				double off = (h * pitch - formant[k]) / 90;

				gain += 1 / ((1 + off * off) * (k + 1));
			}
			v += gain * sin(h * phase);
		}
		v *= loud / 2;
		out[i] = (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
	}
}

/* The ring-back tone of China: 450 Hz, 1 s on and 4 s off; with a line's noise under it. */
static void ringback(int16_t *out, size_t n)
{
	static size_t at;

	add_noise(out, n, 60);
	if (at % (5 * DTMF_RATE) < DTMF_RATE)
		add(out, n, 9000, 450, at);
	at += n;
}

/* Ring-back music: notes of the tempered scale, two or three at a time, with overtones. */
static void music(int16_t *out, size_t n)
{
	int voices = 2 + (int)(chance() * 2);

	for (int i = 0; i < voices; i++) {
		double f = 196 * pow(2, floor(between(0, 30)) / 12), loud = between(2000, 6000);

		add(out, n, loud, f, 0);
		add(out, n, loud / 2, 2 * f, 0);
		add(out, n, loud / 4, 3 * f, 0);
	}
}

static const struct sound {
	const char *name;
	void (*make)(int16_t *out, size_t n);
	int piece_ms;
} sounds[] = {
	{ "ten_minutes_of_speech", speech, 120 },
	{ "ten_minutes_of_ringback", ringback, 200 },
	{ "ten_minutes_of_music", music, 240 },
};

static void no_key(void **state)
{
	const struct sound *s = *state;
	int16_t piece[300 * MS];
	size_t n = (size_t)s->piece_ms * MS, keys = 0;
	char key[8];
	struct dtmf d;

	seed = 20260401;
	dtmf_init(&d);
	for (int ms = 0; ms < 10 * 60 * 1000; ms += s->piece_ms) {
		memset(piece, 0, sizeof piece);
		s->make(piece, n);
		keys += dtmf_feed(&d, piece, n, key, sizeof key);
	}
	assert_int_equal(keys, 0);
}

/* A key that is pressed into speech and ring-back 20 dB softer than it is heard all the same. */
static void key_over_speech(void **state)
{
	int16_t sound[100 * MS];
	char key[4];
	struct dtmf d;
	int heard = 0;

	(void)state;
	seed = 5;
	for (int i = 0; i < 100; i++) {
		memset(sound, 0, sizeof sound);
		speech(sound, sizeof sound / sizeof *sound);
		for (size_t k = 0; k < sizeof sound / sizeof *sound; k++)
			sound[k] = (int16_t)(sound[k] / 20);
		dtmf_tone('7', 8000, 8000, 0, sound, sizeof sound / sizeof *sound);
		dtmf_init(&d);
		heard += dtmf_feed(&d, sound, sizeof sound / sizeof *sound, key, 4) == 1 &&
			 key[0] == '7';
	}
	assert_in_range(heard, 95, 100);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows, SOUNDS = sizeof sounds / sizeof *sounds };
	struct CMUnitTest tests[ROWS + SOUNDS + 1] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = tones,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < SOUNDS; i++)
		tests[n++] = (struct CMUnitTest){ .name = sounds[i].name,
			.test_func = no_key,
			.initial_state = (void *)(uintptr_t)&sounds[i] };
	tests[n++] = (struct CMUnitTest){ .name = "a_key_over_soft_speech",
		.test_func = key_over_speech };
	return _cmocka_run_group_tests("dtmf", tests, n, NULL, NULL);
}
