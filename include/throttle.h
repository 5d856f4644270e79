/*
 * throttle.h - token buckets for what fails: guesses of keys, by address and by key prefix.
 *
 * Each name has a bucket of THROTTLE_BURST tokens that fills again by THROTTLE_HOUR an hour,
 * so at most 60 failures in any hour. The table is bounded: the bucket that was used longest
 * ago gives way. Pure: the caller tells the time, monotonic milliseconds.
 */
#ifndef QUANZU_THROTTLE_H
#define QUANZU_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

enum { THROTTLE_BURST = 20, THROTTLE_HOUR = 40, THROTTLE_SLOTS = 4096 };

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t); /* NULL is allowed */
/* One failure of `name`: true when it had a token left. `kind` keeps the names apart. */
bool throttle_take(struct throttle *t, char kind, const char *name, int64_t now_ms);

#endif
