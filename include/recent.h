/*
 * recent.h - when something last happened, by key: how often a number was written to or called.
 *
 * In memory, bounded: at most RECENT_MAX keys. When it is full, those that have been quiet for
 * longer than any rule asks go; if none has, the new key is not counted.
 */
#ifndef QUANZU_RECENT_H
#define QUANZU_RECENT_H

#include "quota.h"

enum { RECENT_MAX = 16384 };

struct recent;

struct recent *recent_new(void);
void recent_free(struct recent *r); /* NULL is allowed */
/* A key of up to three words. */
uint64_t recent_key(const char *a, const char *b, const char *c);
const struct rate_times *recent_of(const struct recent *r, uint64_t key); /* NULL: never */
/* It happens now. `keep_ms`: what was quiet for longer may be forgotten. */
void recent_add(struct recent *r, uint64_t key, int64_t now_ms, int64_t keep_ms);

#endif
