/*
 * store_pool.h - a few read-only handles for the threads that read: lists, exports, reports.
 *
 * A thread takes one, reads, and gives it back; a handle never serves two at once. When all
 * are in use store_pool_take() waits. Each use has a deadline: store_pool_sweep(), called by
 * the loop about once a second, interrupts the query of whoever is over it, and
 * store_pool_give() says so.
 */
#ifndef QUANZU_STORE_POOL_H
#define QUANZU_STORE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum { STORE_POOL_MAX = 16 };

struct store_pool;

/* NULL when the database cannot be read; then *rc says why. */
struct store_pool *store_pool_open(
	const char *url, const struct seal *seal, int count, enum store_rc *rc);
void store_pool_close(struct store_pool *p); /* all given back; NULL is allowed */

/* Its now_ms is the time of the call, its arena is empty. `deadline_ms` on clock_mono_ms(); 0 none. */
struct store *store_pool_take(struct store_pool *p, int64_t deadline_ms);
/* STORE_OK, or what failed; *late (may be NULL): it was interrupted at its deadline. */
enum store_rc store_pool_give(struct store_pool *p, struct store *s, bool *late);
void store_pool_sweep(struct store_pool *p, int64_t mono_ms);

#endif
