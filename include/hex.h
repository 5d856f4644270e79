/*
 * hex.h - hexadecimal digits, of either case, as octets.
 */
#ifndef QUANZU_HEX_H
#define QUANZU_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int hex_digit(char c); /* 0 .. 15; -1: no digit */
/* 2n digits at `s` (no NUL is needed) as n octets. False: a character among them is no digit. */
bool hex_octets(const char *s, size_t n, uint8_t *out);

#endif
