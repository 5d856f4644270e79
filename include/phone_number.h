/*
 * phone_number.h - one telephone number that stands alone, in the alphabet of phone.c.
 *
 * Behind phone.h; others use that one. The text holds digits, + - ( ) . blanks, E of
 * scientific notation, * for a masked digit and # before an extension. Pure.
 */
#ifndef QUANZU_PHONE_NUMBER_H
#define QUANZU_PHONE_NUMBER_H

#include <stdbool.h>

#include "phone.h"

enum { PHONE_NUMBER_TEXT = 64 }; /* bytes with the NUL */

/* Fills text, kind and flags. With PHONE_MASKED text is the pattern. */
enum phone_rc phone_number_read(const char *s, const char *area, struct phone *out);
bool phone_number_is_mobile(const char *digits); /* exactly 1[3-9] and nine digits */

#endif
