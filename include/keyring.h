/*
 * keyring.h - all keys in memory, so that a request's key costs one hash and no query.
 *
 * Made in one piece by a reader and never changed: a change of the keys makes a new ring.
 * Wiped when it is freed.
 */
#ifndef QUANZU_KEYRING_H
#define QUANZU_KEYRING_H

#include "access.h"
#include "store.h"

enum { KEYRING_MAX = 4096 };

struct keyring;

struct keyring *keyring_load(struct store *s); /* any reader; NULL: the store failed */
void keyring_free(struct keyring *k);          /* NULL is allowed */
/* NULL: unknown. Valid as long as the ring. */
const struct access *keyring_of_key(const struct keyring *k, const char *key);
const struct access *keyring_of_name(const struct keyring *k, const char *name);

#endif
