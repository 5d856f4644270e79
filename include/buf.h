/*
 * buf.h - a growing byte buffer that knows its largest size.
 *
 * Calling sequence: buf_init() with the maximum; buf_add*() as often as wanted;
 * read data and len; buf_free(). data is NUL-terminated whenever it is not NULL
 * and belongs to the buffer. A piece that would go over the maximum is not added
 * at all and sets `full`, which stays set until buf_clear(): check it once at the
 * end instead of after each call. Running out of memory aborts.
 */
#ifndef QUANZU_BUF_H
#define QUANZU_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool full;
};

void buf_init(struct buf *b, size_t max); /* allocates nothing */
void buf_free(struct buf *b);             /* back to the state after buf_init() */
void buf_clear(struct buf *b);            /* keeps the memory */
bool buf_add(struct buf *b, const void *bytes, size_t n);
bool buf_adds(struct buf *b, const char *s);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_str(const struct buf *b); /* data, or "" when nothing was added */

#endif
