#include "dtmf.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "banned.h"

enum { LOWS = 4, HIGHS = 4, TONES = LOWS + HIGHS };

static const double hertz[TONES] = { 697, 770, 852, 941, 1209, 1336, 1477, 1633 };
static const char keypad[LOWS][HIGHS + 1] = { "123A", "456B", "789C", "*0#D" };

/* Limits as ratios of power. */
static const double above_others = 10;     /* 10 dB */
static const double high_weaker = 6.3096;  /* 8 dB */
static const double high_stronger = 2.512; /* 4 dB */
static const double strong_share = 0.80, weak_share = 0.60;
static const double quiet = 40.0 * 40.0; /* mean square: about -58 dBFS */

static const double two_pi = 6.283185307179586;

void dtmf_init(struct dtmf *d)
{
	memset(d, 0, sizeof *d);
}

/* Mean square of the part of the frame at this frequency. */
static double goertzel(const int16_t *s, double f)
{
	double c = 2 * cos(two_pi * f / DTMF_RATE), a = 0, b = 0, t;

	for (size_t i = 0; i < DTMF_FRAME; i++) {
		t = s[i] + c * a - b;
		b = a;
		a = t;
	}
	return 2 * (a * a + b * b - c * a * b) / ((double)DTMF_FRAME * DTMF_FRAME);
}

static double energy(const int16_t *s)
{
	double sum = 0;

	for (size_t i = 0; i < DTMF_FRAME; i++)
		sum += (double)s[i] * s[i];
	return sum / DTMF_FRAME;
}

static size_t loudest(const double *power, size_t from, size_t n)
{
	size_t best = from;

	for (size_t i = from; i < from + n; i++)
		if (power[i] > power[best])
			best = i;
	return best;
}

static struct dtmf_seen look(const int16_t *s)
{
	static const struct dtmf_seen nothing = { 0, 0 };
	double all = energy(s), power[TONES] = { 0 }, both, least;
	size_t low, high;

	if (all < quiet)
		return nothing;
	for (size_t i = 0; i < TONES; i++)
		power[i] = goertzel(s, hertz[i]);
	low = loudest(power, 0, LOWS);
	high = loudest(power, LOWS, HIGHS);
	both = power[low] + power[high];
	least = power[low] < power[high] ? power[low] : power[high];
	if (both < weak_share * all || power[high] * high_weaker < power[low] ||
		power[high] > power[low] * high_stronger)
		return nothing;
	for (size_t i = 0; i < TONES; i++)
		if (i != low && i != high && power[i] * above_others > least)
			return nothing;
	return (struct dtmf_seen){ keypad[low][high - LOWS], both >= strong_share * all };
}

/* A key is a strong frame with a neighbour that shows the same; one frame without it lets go. */
static char step(struct dtmf *d)
{
	struct dtmf_seen now = look(d->frame), before = d->before;

	d->before = now;
	if (now.key != d->down)
		d->down = 0;
	if (now.key == 0 || now.key != before.key || d->down == now.key ||
		(!now.strong && !before.strong))
		return 0;
	d->down = now.key;
	return now.key;
}

size_t dtmf_feed(struct dtmf *d, const int16_t *samples, size_t n, char *keys, size_t max)
{
	size_t told = 0;

	while (n > 0) {
		size_t some = DTMF_FRAME - d->filled;
		char key;

		if (some > n)
			some = n;
		memcpy(d->frame + d->filled, samples, some * sizeof *samples);
		d->filled += some;
		samples += some;
		n -= some;
		if (d->filled < DTMF_FRAME)
			break;
		key = step(d);
		if (key != 0 && told < max)
			keys[told++] = key;
		d->filled -= DTMF_HOP;
		memmove(d->frame, d->frame + DTMF_HOP, d->filled * sizeof *d->frame);
	}
	return told;
}

static bool tones_of(char key, double *low, double *high)
{
	for (size_t i = 0; key != '\0' && i < LOWS; i++) {
		const char *at = strchr(keypad[i], key);

		if (at == NULL)
			continue;
		*low = hertz[i];
		*high = hertz[LOWS + (size_t)(at - keypad[i])];
		return true;
	}
	return false;
}

void dtmf_tone(char key, int low, int high, size_t from, int16_t *out, size_t n)
{
	double f = 0, g = 0;

	if (!tones_of(key, &f, &g))
		return;
	for (size_t i = 0; i < n; i++) {
		double t = two_pi * (double)(from + i) / DTMF_RATE;
		double v = out[i] + low * sin(f * t) + high * sin(g * t);

		out[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
	}
}
