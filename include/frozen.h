/*
 * frozen.h - the policies that cases have frozen, each once.
 *
 * A case keeps the response policy of the moment when it opened or was raised, whatever is
 * configured later. Nearly all cases of a level have the same one, so the table frozen_policy
 * holds each text once, under the first 63 bits of its SHA-256, and a case names it by that.
 * A row never changes; what was read or written lately is kept in plain by each handle.
 */
#ifndef QUANZU_FROZEN_H
#define QUANZU_FROZEN_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "store.h"

struct frozen;

struct frozen *frozen_new(void);
void frozen_free(struct frozen *f); /* NULL is allowed */

/* Freezes a policy of that version of the configuration; returns its name. */
int64_t frozen_keep(struct store *s, const struct policy *p, int version);
/* False, and the job fails: it is not there, or it is damaged. */
bool frozen_get(struct store *s, int64_t id, struct policy *out);

#endif
