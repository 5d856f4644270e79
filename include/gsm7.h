/*
 * gsm7.h - the default alphabet of short messages (3GPP 23.038 6.1.2.1, 6.2.1, 6.2.1.1).
 *
 * A septet is one octet 0..127 while it is unpacked. A character of the extension table is
 * two septets (ESC and a code). Nothing is replaced, dropped or transliterated: a text fits
 * as it is or not at all. Nothing here allocates beyond the caller's buffers or blocks.
 */
#ifndef QUANZU_GSM7_H
#define QUANZU_GSM7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GSM7_ESC = 0x1B };

/* Septets that one character takes: 1, 2, or 0 when neither table has it. out[2] may be NULL. */
unsigned gsm7_put(uint32_t c, uint8_t out[2]);
/* Septets of n bytes of UTF-8; SIZE_MAX when a character is in neither table. */
size_t gsm7_count(const char *text, size_t n);
/* Writes the septets of n bytes of UTF-8. False when they do not fit in `max` or the alphabet. */
bool gsm7_encode(const char *text, size_t n, uint8_t *septets, size_t max, size_t *count);
/*
 * Septets to UTF-16 units (every character is one unit; units[count] is enough). ESC and a
 * code that the extension table lacks is the basic character, ESC ESC a space, a last ESC
 * nothing. Returns the number of units.
 */
size_t gsm7_decode(const uint8_t *septets, size_t count, uint16_t *units);

/*
 * Packing, lowest bit first, behind `fill` (0..6) zero bits. Octets needed are
 * gsm7_octets(count, fill). gsm7_unpack() gives as many septets as the n octets hold, at
 * most `count`, and returns how many.
 */
size_t gsm7_octets(size_t count, unsigned fill);
void gsm7_pack(const uint8_t *septets, size_t count, unsigned fill, uint8_t *octets);
size_t gsm7_unpack(const uint8_t *octets, size_t n, unsigned fill, size_t count, uint8_t *septets);

#endif
