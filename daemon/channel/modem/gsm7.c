/* gsm7.c - the default alphabet and its packing. */
#include "gsm7.h"

#include <assert.h>

#include "text.h"

#include "banned.h"

enum { NO_CHARACTER = 0xFFFF };

/* clang-format off */
static const uint16_t basic[128] = {
	'@', 0xA3, '$', 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, '\n', 0xD8, 0xF8, '\r', 0xC5, 0xE5,
	0x394, '_', 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8,
	0x3A3, 0x398, 0x39E, NO_CHARACTER, 0xC6, 0xE6, 0xDF, 0xC9,
	' ', '!', '"', '#', 0xA4, '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	0xA1, 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 0xC4, 0xD6, 0xD1, 0xDC, 0xA7,
	0xBF, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0xE4, 0xF6, 0xF1, 0xFC, 0xE0
};

static const struct { uint8_t code; uint16_t c; } extension[] = {
	{ 0x0A, '\f' }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' }, { 0x2F, '\\' },
	{ 0x3C, '[' },  { 0x3D, '~' }, { 0x3E, ']' }, { 0x40, '|' }, { 0x65, 0x20AC }
};
/* clang-format on */

enum { EXTENSIONS = sizeof extension / sizeof *extension };

unsigned gsm7_put(uint32_t c, uint8_t out[2])
{
	uint8_t none[2];

	if (out == NULL)
		out = none;
	if (c < 128 && basic[c] == c) { /* most of ASCII stands at its own place */
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c > 0x20AC)
		return 0;
	for (uint8_t i = 0; i < 128; i++)
		if (basic[i] == c) {
			out[0] = i;
			return 1;
		}
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (extension[i].c == c) {
			out[0] = GSM7_ESC;
			out[1] = extension[i].code;
			return 2;
		}
	return 0;
}

size_t gsm7_count(const char *text, size_t n)
{
	const char *end = text + n;
	size_t count = 0;

	while (text < end) {
		unsigned k = gsm7_put(text_next(&text, end), NULL);

		if (k == 0)
			return SIZE_MAX;
		count += k;
	}
	return count;
}

bool gsm7_encode(const char *text, size_t n, uint8_t *septets, size_t max, size_t *count)
{
	const char *end = text + n;
	size_t used = 0;

	while (text < end) {
		uint8_t code[2];
		unsigned k = gsm7_put(text_next(&text, end), code);

		if (k == 0 || k > max - used)
			return false;
		for (unsigned i = 0; i < k; i++)
			septets[used++] = code[i];
	}
	*count = used;
	return true;
}

static uint16_t extended(uint8_t code)
{
	if (code == GSM7_ESC)
		return ' ';
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (extension[i].code == code)
			return extension[i].c;
	return basic[code];
}

size_t gsm7_decode(const uint8_t *septets, size_t count, uint16_t *units)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		assert(septets[i] < 128);
		if (septets[i] != GSM7_ESC)
			units[used++] = basic[septets[i]];
		else if (++i < count)
			units[used++] = extended(septets[i]);
	}
	return used;
}

size_t gsm7_octets(size_t count, unsigned fill)
{
	return (count * 7 + fill + 7) / 8;
}

void gsm7_pack(const uint8_t *septets, size_t count, unsigned fill, uint8_t *octets)
{
	size_t n = gsm7_octets(count, fill);

	for (size_t i = 0; i < n; i++)
		octets[i] = 0;
	for (size_t i = 0; i < count; i++) {
		size_t bit = fill + 7 * i;
		unsigned value = (unsigned)septets[i] << (bit % 8);

		octets[bit / 8] = (uint8_t)(octets[bit / 8] | (value & 0xFF));
		if (value > 0xFF)
			octets[bit / 8 + 1] = (uint8_t)(value >> 8);
	}
}

size_t gsm7_unpack(const uint8_t *octets, size_t n, unsigned fill, size_t count, uint8_t *septets)
{
	size_t held = 8 * n < fill ? 0 : (8 * n - fill) / 7;

	if (count > held)
		count = held;
	for (size_t i = 0; i < count; i++) {
		size_t bit = fill + 7 * i;
		unsigned value = octets[bit / 8];

		if (bit / 8 + 1 < n)
			value |= (unsigned)octets[bit / 8 + 1] << 8;
		septets[i] = (uint8_t)((value >> (bit % 8)) & 0x7F);
	}
	return count;
}
