/*
 * text.h - bytes and characters: UTF-8, GB18030, UTF-16, folding.
 *
 * Texts inside quanzu are valid UTF-8 without NUL. What comes from outside passes
 * text_decode() first. Nothing here allocates beyond the caller's buffer, reads
 * the clock or blocks.
 */
#ifndef QUANZU_TEXT_H
#define QUANZU_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

#define TEXT_BAD UINT32_MAX /* text_next() on a byte that begins no character */

/* The character at *s, which moves behind it; 0 at `end`. On a bad byte TEXT_BAD, one byte on. */
uint32_t text_next(const char **s, const char *end);
/* Writes one character (at most 4 bytes, no NUL) and returns its length. */
size_t text_put(uint32_t c, char out[4]);
bool text_valid(const char *s, size_t n); /* UTF-8, shortest forms, no surrogates, no NUL */
size_t text_count(const char *s);         /* characters of a valid text */
size_t text_units(const char *s);         /* UTF-16 units, what an SMS counts */
/* As many whole characters as fit n bytes with their NUL; n > 0. The two may overlap. */
void text_copy(char *out, size_t n, const char *s);
/* Bytes of the longest prefix of at most `chars` characters. */
size_t text_prefix(const char *s, size_t chars);

bool text_is_han(uint32_t c);   /* CJK ideographs with their extensions, and 〇 */
bool text_is_blank(uint32_t c); /* space, tab, CR, LF, NBSP, U+3000 and the U+2000 spaces */

enum text_encoding { TEXT_UTF8, TEXT_GB18030, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_UNKNOWN };
/*
 * What a file's bytes are: by its mark (BOM), else UTF-8 if valid (a character cut
 * at the very end of a `partial` piece is forgiven), else UTF-16 by its zero bytes,
 * else GB18030 if that decodes, else TEXT_UNKNOWN.
 */
enum text_encoding text_sniff(const void *bytes, size_t n, bool partial);
/* Decodes all bytes to UTF-8 behind what `out` holds, without the mark. NULs become U+FFFD.
 * False, and the offset of the first bad byte in *bad (may be NULL), when they do not decode. */
bool text_decode(enum text_encoding e, const void *bytes, size_t n, struct buf *out, size_t *bad);
bool text_encode_gb18030(const char *s, struct buf *out);

/* NFKC by utf8proc (full width to half, ① to 1, ligatures apart). False when `s` is not valid. */
bool text_nfkc(const char *s, struct buf *out);
/* Only full-width ASCII (U+FF01-FF5E, U+3000) to half width. */
void text_fold_ascii(const char *s, struct buf *out);
/* Removes characters nobody sees or that turn the line round: U+200B-200F, U+202A-202E,
 * U+2060-2069, U+FEFF, U+00AD and control characters other than LF and TAB. */
void text_drop_invisible(const char *s, struct buf *out);

#endif
