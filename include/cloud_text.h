/*
 * cloud_text.h - what providers allow in a text: signature, links, length. Pure.
 *
 * Source: the providers' rules for texts: one signature in front, no link, no 【】 in a value, 70 or 67
 * UTF-16 units a segment.
 */
#ifndef QUANZU_CLOUD_TEXT_H
#define QUANZU_CLOUD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum { CLOUD_TEXT_CHARS = 500 }; /* Aliyun, Tencent: with the signature */

/*
 * What stands behind the 【signature】 in front, with every further 【】 as (): a second pair would
 * be read as a second signature.
 */
void cloud_text_plain(const char *text, struct buf *out);
/* Does a mark stand in front of the body that people must see: 【演练】, (演练)? */
bool cloud_text_marked(const char *text);
/* A link, an IP address or 【】 in a value: plain Chinese which; NULL none. */
const char *cloud_text_forbidden(const char *value);
/* A value as a voice reads it: 14:20 is 14点20, 王* is 王某, other signs are blanks. */
void cloud_text_spoken(const char *value, struct buf *out);
/* Segments that are billed: up to 70 UTF-16 units one, else 67 each. 0 of an empty text. */
int cloud_text_segments(const char *text);

/* The eleven digits of a mobile number of the mainland, however it is written. False: none. */
bool cloud_mobile(const char *number, char out[12]);
/* The digits to call: a mobile as above, a landline without its hyphen. */
void cloud_called(const char *number, char out[32]);

#endif
