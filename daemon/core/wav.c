#include "wav.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { HEADER = 44, CHUNK = 8, RATE_MIN = 8000, RATE_MAX = 48000, WINGS = 16 };

struct format {
	unsigned channels, bits, rate;
	const uint8_t *data;
	size_t frames;
};

static unsigned le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static bool read_format(const uint8_t *p, size_t n, struct format *f)
{
	enum { PCM = 1, EXTENSIBLE = 0xFFFE };
	unsigned tag;

	if (n < 16)
		return false;
	tag = le16(p);
	f->channels = le16(p + 2);
	f->rate = le32(p + 4);
	f->bits = le16(p + 14);
	return tag == PCM || tag == EXTENSIBLE;
}

static enum wav_rc find_chunks(const uint8_t *p, size_t n, struct format *f)
{
	const uint8_t *end = p + n;
	bool known = false;

	if (n < 12 || memcmp(p, "RIFF", 4) != 0 || memcmp(p + 8, "WAVE", 4) != 0)
		return WAV_NOT;
	for (p += 12; end - p >= CHUNK;) {
		size_t size = le32(p + 4), there = (size_t)(end - p) - CHUNK;
		const uint8_t *body = p + CHUNK;

		if (size > there)
			size = there;
		if (memcmp(p, "fmt ", 4) == 0) {
			if (!read_format(body, size, f))
				return WAV_FORMAT;
			known = true;
		} else if (memcmp(p, "data", 4) == 0 && known) {
			f->data = body;
			f->frames = size;
			return WAV_OK;
		}
		size += size & 1;
		p = body + (size > there ? there : size);
	}
	return WAV_NOT;
}

/* One frame as one sample between -32768 and 32767. */
static double frame(const struct format *f, size_t i)
{
	const uint8_t *p = f->data + i * f->channels * (f->bits / 8);
	double sum = 0;

	for (unsigned c = 0; c < f->channels; c++) {
		if (f->bits == 8)
			sum += (p[c] - 128) * 256;
		else
			sum += (int16_t)le16(p + 2 * (size_t)c);
	}
	return sum / f->channels;
}

static int16_t bounded(double v)
{
	return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : lrint(v));
}

/* A low-pass at the lower of both rates, windowed (Hann), around the place of the new sample. */
static int16_t resampled(const struct format *f, double at)
{
	const double pi = 3.141592653589793;
	double step = f->rate > WAV_RATE ? (double)WAV_RATE / f->rate : 1;
	double width = WINGS / step, sum = 0, weight = 0;
	size_t first = at > width ? (size_t)ceil(at - width) : 0;
	size_t end = (size_t)floor(at + width) + 1;

	for (size_t i = first; i < end && i < f->frames; i++) {
		double x = ((double)i - at) * step;
		double h = x == 0 ? 1 : sin(pi * x) / (pi * x);

		h *= 0.5 + 0.5 * cos(pi * x / WINGS);
		sum += h * frame(f, i);
		weight += h;
	}
	return bounded(weight != 0 ? sum / weight : 0);
}

enum wav_rc wav_read(const void *bytes, size_t n, int16_t **samples, size_t *count)
{
	struct format f = { 0 };
	enum wav_rc rc = find_chunks(bytes, n, &f);
	size_t out;

	if (rc != WAV_OK)
		return rc;
	if (f.channels < 1 || f.channels > 2 || (f.bits != 8 && f.bits != 16) ||
		f.rate < RATE_MIN || f.rate > RATE_MAX)
		return WAV_FORMAT;
	f.frames /= (size_t)f.channels * (f.bits / 8);
	if (f.frames > (size_t)WAV_SECONDS_MAX * f.rate)
		return WAV_LONG;
	out = f.frames * WAV_RATE / f.rate;
	*samples = calloc(out + 1, sizeof **samples);
	if (*samples == NULL)
		abort();
	for (size_t i = 0; i < out; i++)
		(*samples)[i] = f.rate == WAV_RATE ? bounded(frame(&f, i))
						   : resampled(&f, (double)i * f.rate / WAV_RATE);
	*count = out;
	return WAV_OK;
}

static void put32(uint8_t *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

size_t wav_write(const int16_t *samples, size_t count, uint8_t *out, size_t room)
{
	static const uint8_t head[HEADER] = "RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0\x40\x1f\0\0"
					    "\x80\x3e\0\0\2\0\20\0data";

	if (room < HEADER + 2 * count)
		return 0;
	memcpy(out, head, HEADER);
	put32(out + 4, HEADER - 8 + 2 * count);
	put32(out + 40, 2 * count);
	for (size_t i = 0; i < count; i++) {
		out[HEADER + 2 * i] = (uint8_t)((uint16_t)samples[i] & 0xFF);
		out[HEADER + 2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
	}
	return HEADER + 2 * count;
}
