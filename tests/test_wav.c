/* Sound files: forms, rates, what is cut or wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wav.h"

#include "banned.h"

enum { ROOM = 1 << 21, PEAK = 10000 };

struct row {
	const char *name;
	unsigned rate, bits, channels, ms;
	double hertz;
	int cut; /* bytes missing at the end */
	enum wav_rc rc;
	double low,
		high; /* root mean square of what comes out, as a share of the sine that went in */
};

static const struct row rows[] = {
	{ "8_kHz_16_bits", 8000, 16, 1, 500, 1000, 0, WAV_OK, 0.99, 1.01 },
	{ "8_kHz_8_bits", 8000, 8, 1, 500, 1000, 0, WAV_OK, 0.97, 1.03 },
	{ "two_channels", 8000, 16, 2, 500, 1000, 0, WAV_OK, 0.99, 1.01 },
	{ "16_kHz", 16000, 16, 1, 500, 1000, 0, WAV_OK, 0.97, 1.03 },
	{ "22_kHz_as_espeak_writes", 22050, 16, 1, 500, 2500, 0, WAV_OK, 0.95, 1.05 },
	{ "44_kHz_stereo", 44100, 16, 2, 500, 800, 0, WAV_OK, 0.97, 1.03 },
	{ "48_kHz", 48000, 16, 1, 500, 3000, 0, WAV_OK, 0.95, 1.05 },
	{ "6_kHz_does_not_fold_down", 16000, 16, 1, 500, 6000, 0, WAV_OK, 0, 0.02 },
	{ "10_kHz_does_not_fold_down", 44100, 16, 1, 500, 10000, 0, WAV_OK, 0, 0.02 },
	{ "a_cut_file_gives_what_is_there", 8000, 16, 1, 500, 1000, 1001, WAV_OK, 0.98, 1.02 },
	{ "empty_sound", 8000, 16, 1, 0, 1000, 0, WAV_OK, 0, 0 },
	{ "24_bits", 8000, 24, 1, 100, 1000, 0, WAV_FORMAT, 0, 0 },
	{ "six_channels", 8000, 16, 6, 100, 1000, 0, WAV_FORMAT, 0, 0 },
	{ "no_channel", 8000, 16, 0, 100, 1000, 0, WAV_FORMAT, 0, 0 },
	{ "96_kHz", 96000, 16, 1, 100, 1000, 0, WAV_FORMAT, 0, 0 },
	{ "rate_zero", 0, 16, 1, 0, 1000, 0, WAV_FORMAT, 0, 0 },
	{ "three_minutes", 8000, 8, 1, 180000, 1000, 0, WAV_LONG, 0, 0 },
	{ "half_a_header", 8000, 16, 1, 0, 1000, 20, WAV_FORMAT, 0, 0 },
	{ "no_header", 8000, 16, 1, 0, 1000, 40, WAV_NOT, 0, 0 },
};

static void put(uint8_t *p, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static size_t make(const struct row *r, uint8_t *out)
{
	size_t frames = (size_t)r->rate * r->ms / 1000, n = 44;

	memcpy(out, "RIFF....WAVEfmt \20\0\0\0\1\0", 22);
	put(out + 22, r->channels, 2);
	put(out + 24, r->rate, 4);
	put(out + 28, r->rate * r->channels * r->bits / 8, 4);
	put(out + 32, r->channels * r->bits / 8, 2);
	put(out + 34, r->bits, 2);
	memcpy(out + 36, "data", 4);
	for (size_t i = 0; i < frames; i++) {
		int v = (int)(PEAK * sin(6.283185307179586 * r->hertz * (double)i / r->rate));

		for (unsigned c = 0; c < r->channels; c++, n += r->bits / 8) {
			assert_true(n + 4 < ROOM);
			put(out + n, r->bits == 8 ? (uint32_t)(v / 256 + 128) : (uint32_t)v,
				(int)(r->bits / 8));
		}
	}
	put(out + 40, (uint32_t)(n - 44), 4);
	put(out + 4, (uint32_t)(n - 8), 4);
	return n - (size_t)r->cut;
}

static double loudness(const int16_t *s, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)s[i] * s[i];
	return n == 0 ? 0 : sqrt(2 * sum / (double)n) / PEAK;
}

static void reads(void **state)
{
	const struct row *r = *state;
	uint8_t *bytes = malloc(ROOM);
	int16_t *samples = NULL;
	size_t n, count = 0;
	double loud;

	assert_non_null(bytes);
	n = make(r, bytes);
	assert_int_equal(wav_read(bytes, n, &samples, &count), r->rc);
	if (r->rc == WAV_OK) {
		loud = loudness(samples, count);
		if (loud < r->low || loud > r->high)
			fail_msg("as loud as %g", loud);
		if (r->cut == 0)
			assert_in_range(count + 1, r->ms * 8, r->ms * 8 + 1);
	}
	free(samples);
	free(bytes);
}

static void what_is_written_is_read(void **state)
{
	int16_t in[100], *out;
	uint8_t bytes[44 + 200];
	size_t count;

	(void)state;
	for (int i = 0; i < 100; i++)
		in[i] = (int16_t)(i * 655 - 32768);
	assert_int_equal(wav_write(in, 100, bytes, sizeof bytes - 1), 0);
	assert_int_equal(wav_write(in, 100, bytes, sizeof bytes), sizeof bytes);
	assert_int_equal(wav_read(bytes, sizeof bytes, &out, &count), WAV_OK);
	assert_int_equal(count, 100);
	assert_memory_equal(in, out, sizeof in);
	free(out);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[ROWS + 1] = { 0 };

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = reads,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest){ .name = "what_is_written_is_read",
		.test_func = what_is_written_is_read };
	return _cmocka_run_group_tests("wav", tests, ROWS + 1, NULL, NULL);
}
