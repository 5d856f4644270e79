#include "keyring.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

struct entry {
	uint8_t hash[SEAL_HASH];
	struct access who;
};

struct keyring {
	size_t count;
	struct entry entry[]; /* by hash */
};

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, SEAL_HASH);
}

struct keyring *keyring_load(struct store *s)
{
	struct access *who = calloc(KEYRING_MAX, sizeof *who);
	uint8_t(*hash)[SEAL_HASH] = calloc(KEYRING_MAX, sizeof *hash);
	struct keyring *k = NULL;
	size_t n;

	if (who == NULL || hash == NULL)
		abort();
	n = access_all(s, who, hash, KEYRING_MAX);
	if (db_rc(s->db) == STORE_OK) {
		k = calloc(1, sizeof *k + n * sizeof *k->entry);
		if (k == NULL)
			abort();
		k->count = n;
		for (size_t i = 0; i < n; i++) {
			memcpy(k->entry[i].hash, hash[i], SEAL_HASH);
			k->entry[i].who = who[i];
		}
		qsort(k->entry, n, sizeof *k->entry, by_hash);
	}
	OPENSSL_cleanse(who, KEYRING_MAX * sizeof *who);
	free(who);
	free(hash);
	return k;
}

void keyring_free(struct keyring *k)
{
	if (k == NULL)
		return;
	OPENSSL_cleanse(k->entry, k->count * sizeof *k->entry);
	free(k);
}

/* What the search's time tells is about a hash that nobody can choose. */
const struct access *keyring_of_key(const struct keyring *k, const char *key)
{
	struct entry want, *found;

	access_hash(key, want.hash);
	found = bsearch(want.hash, k->entry, k->count, sizeof *k->entry, by_hash);
	return found == NULL ? NULL : &found->who;
}

const struct access *keyring_of_name(const struct keyring *k, const char *name)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->entry[i].who.name, name) == 0)
			return &k->entry[i].who;
	return NULL;
}
