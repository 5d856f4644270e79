/*
 * Whatever sound comes, however it is cut: no crash, the same keys, only keys of the keypad, and
 * no more of them than pauses can lie between.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "dtmf.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAMPLES = 16384, KEYS = SAMPLES / DTMF_HOP + 1 };

static size_t listen(const int16_t *sound, size_t n, size_t cut, char keys[KEYS])
{
	struct dtmf d;
	size_t told = 0;

	dtmf_init(&d);
	for (size_t i = 0; i < n; i += cut)
		told += dtmf_feed(
			&d, sound + i, n - i < cut ? n - i : cut, keys + told, KEYS - told);
	return told;
}

/* Three octets of input are a tone: its key, how long, how loud; odd keys leave the octets as noise. */
static size_t compose(const uint8_t *data, size_t size, int16_t *sound)
{
	static const char keypad[] = "0123456789*#ABCD";
	size_t n = 0;

	for (size_t i = 0; i + 3 <= size; i += 3) {
		size_t some = (size_t)data[i + 1] * 4 + 1;

		if (n + some > SAMPLES)
			break;
		for (size_t k = 0; k < some && (data[i] & 0x80) != 0; k++)
			sound[n + k] = (int16_t)((data[(i + k) % size] - 128) * 100);
		if ((data[i] & 0x40) == 0)
			dtmf_tone(keypad[data[i] & 15], data[i + 2] * 64, data[i + 2] * 60, n,
				sound + n, some);
		n += some;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int16_t sound[SAMPLES];
	char a[KEYS], b[KEYS];
	size_t n, keys;

	memset(sound, 0, sizeof sound);
	n = compose(data, size, sound);
	keys = listen(sound, n, 160, a);
	assert(keys <= n / (2 * DTMF_HOP) + 1);
	assert(listen(sound, n, size % 97 + 1, b) == keys && memcmp(a, b, keys) == 0);
	for (size_t i = 0; i < keys; i++)
		assert(a[i] != '\0' && strchr("0123456789*#ABCD", a[i]) != NULL);
	return 0;
}
