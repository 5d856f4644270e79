/* ussd.c - plain, UCS-2 in hex, packed septets in hex: whichever reads as a text. */
#include "ussd.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "gsm7.h"
#include "hex.h"
#include "pdu.h"

#include "banned.h"

enum { OCTETS_MAX = 1000, SEPTETS_MAX = OCTETS_MAX * 8 / 7 };

/* -- coding schemes (23.038 5) -------------------------------------------------------------------- */

enum coding { CODING_GSM7, CODING_OCTETS, CODING_UCS2, CODING_UNKNOWN };

static enum coding coding_of(int dcs)
{
	static const enum coding general[] = { CODING_GSM7, CODING_OCTETS, CODING_UCS2,
		CODING_UNKNOWN };

	if (dcs < 0 || dcs > 255)
		return CODING_UNKNOWN;
	if (dcs <= 0x10)
		return CODING_GSM7;
	if (dcs == 0x11)
		return CODING_UCS2;
	if (dcs >= 0x40 && dcs <= 0x7F)
		return general[dcs >> 2 & 3];
	if (dcs >= 0xF0)
		return (dcs & 4) != 0 ? CODING_OCTETS : CODING_GSM7;
	return CODING_UNKNOWN;
}

/* -- hex --------------------------------------------------------------------------------------------- */

static size_t unhex(const char *text, size_t n, uint8_t out[OCTETS_MAX])
{
	if (n % 2 != 0 || n < 4 || n / 2 > OCTETS_MAX || !hex_octets(text, n / 2, out))
		return 0;
	return n / 2;
}

/* -- does it read as a text? ------------------------------------------------------------------------- */

static bool reads(uint16_t u)
{
	return (u >= 0x20 && u < 0x7F) || u == '\n' || u == '\r' || u == 0xA5 ||
	       (u >= 0x4E00 && u < 0xA000) || (u >= 0x3000 && u < 0x3040) || u >= 0xFF00 ||
	       (u >= 0x2010 && u < 0x2040);
}

static bool all_read(const uint16_t *units, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!reads(units[i]))
			return false;
	return n > 0;
}

static size_t as_ucs2(const uint8_t *octets, size_t n, uint16_t *units)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		units[i / 2] = (uint16_t)(octets[i] << 8 | octets[i + 1]);
	return n / 2;
}

/* A last septet of nothing but fill is none: CR, or an @ out of seven spare bits. */
static size_t as_septets(const uint8_t *octets, size_t n, uint16_t *units)
{
	uint8_t septets[SEPTETS_MAX] = { 0 };
	size_t count = gsm7_unpack(octets, n, 0, n * 8 / 7, septets);

	if (count > 0 && count % 8 == 0 && (septets[count - 1] == '\r' || septets[count - 1] == 0))
		count--;
	return gsm7_decode(septets, count, units);
}

static bool only_digits(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* Units of a text in hex; 0: it is none. */
static size_t of_hex(const char *text, size_t n, enum coding coding, uint16_t *units)
{
	enum { SHORT_FIGURES = 12 };
	uint8_t octets[OCTETS_MAX] = { 0 };
	size_t count = unhex(text, n, octets), got;

	if (count == 0 || (coding != CODING_UCS2 && n < SHORT_FIGURES && only_digits(text, n)))
		return 0;
	if (n % 4 == 0) {
		got = as_ucs2(octets, count, units);
		if (coding == CODING_UCS2 || all_read(units, got))
			return got;
	}
	if (coding == CODING_UCS2)
		return 0;
	got = as_septets(octets, count, units);
	if (all_read(units, got))
		return got;
	for (got = 0; got < count; got++)
		units[got] = octets[got];
	return all_read(units, got) ? got : 0;
}

static void put(const uint16_t *units, size_t n, struct buf *out)
{
	uint16_t clean[SEPTETS_MAX];

	for (size_t i = 0; i < n; i++)
		clean[i] =
			(units[i] < 0x20 && units[i] != '\n') || units[i] == 0x7F ? ' ' : units[i];
	pdu_text(clean, n, out);
}

void ussd_text(const char *text, size_t n, int dcs, struct buf *out)
{
	uint16_t units[SEPTETS_MAX] = { 0 };
	size_t count = of_hex(text, n, coding_of(dcs), units);

	for (size_t i = 0; count == 0 && i < n && i < SEPTETS_MAX; i++)
		units[i] = (unsigned char)text[i] < 0x80 ? (unsigned char)text[i] : 0xFFFD;
	put(units, count > 0 ? count : (n < SEPTETS_MAX ? n : SEPTETS_MAX), out);
}

bool ussd_is_code(const char *code)
{
	size_t n = strspn(code, "*#0123456789");

	return n > 0 && n < USSD_CODE_MAX && code[n] == '\0';
}

/* Seven spare bits would read as an @: they are filled with CR (23.038 6.1.2.3.1). */
void ussd_pack(const char *code, char out[USSD_HEX_MAX])
{
	uint8_t septets[USSD_CODE_MAX + 1], octets[USSD_CODE_MAX + 1];
	size_t count = 0;

	out[0] = '\0';
	if (!ussd_is_code(code) || !gsm7_encode(code, strlen(code), septets, USSD_CODE_MAX, &count))
		return;
	if (count % 8 == 7)
		septets[count++] = '\r';
	gsm7_pack(septets, count, 0, octets);
	for (size_t i = 0; i < gsm7_octets(count, 0); i++)
		snprintf(out + 2 * i, USSD_HEX_MAX - 2 * i, "%02X", octets[i]);
}
