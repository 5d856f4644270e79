/*
 * arena.h - memory that goes all at once: what one job or one request needs.
 *
 * Pieces are aligned to 16 bytes and live until arena_reset() or arena_free(). Going over
 * the maximum aborts: the inputs are bounded, so that would be our bug.
 */
#ifndef QUANZU_ARENA_H
#define QUANZU_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *first, *at;
	size_t used, max, total;
};

void arena_init(struct arena *a, size_t max);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);                              /* keeps the first chunk */
void *arena_take(struct arena *a, size_t n);                    /* zeroed */
char *arena_text(struct arena *a, const char *bytes, size_t n); /* a copy with NUL */
char *arena_print(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
