/*
 * recall.h - keys that the desk has by heart: of the cases that a repeat warning joins, and of the
 * persons who are proposed for the list already.
 *
 * Both are keyed hashes of persons: random, asked for by each warning and true for a day or until
 * somebody decides. As an index each would cost an accept a page of its own in the log; so they are
 * columns of the case without an index, and the keys stand here, 32 bytes each.
 *
 * As with crew.h: the desk is the only writer, each write says so here, and when anything was
 * rolled back all of it is read again.
 */
#ifndef QUANZU_RECALL_H
#define QUANZU_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct recall;

struct recall *recall_new(void);
void recall_free(struct recall *r); /* NULL is allowed */

/* The case that has this key now; 0 none. */
int64_t recall_case(struct store *s, int64_t key);
bool recall_proposed(struct store *s, int64_t key);

/* -- what the writers say, after they wrote ------------------------------------------------- */

void recall_case_put(struct store *s, int64_t key, int64_t case_id, int64_t until_ms);
void recall_propose(struct store *s, int64_t key);
void recall_decided(struct store *s, int64_t key);
void recall_forget(struct store *s); /* old ones were removed, or their times were changed */

#endif
