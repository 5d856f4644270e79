/*
 * seal.h - secrets: sealed columns, keyed lookups, the chain, tokens.
 *
 * The key file holds three independent keys and is made at first start, mode 0600,
 * outside the database. A sealed value is version(1) nonce(12) ciphertext tag(16),
 * AES-256-GCM, with "table.column.row" as associated data, so that a ciphertext cannot
 * be moved. A lookup is HMAC-SHA256 cut to 16 bytes. One struct seal per thread.
 */
#ifndef QUANZU_SEAL_H
#define QUANZU_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { SEAL_LOOKUP = 16, SEAL_HASH = 32, SEAL_OVERHEAD = 29 };

struct seal;

enum seal_rc {
	SEAL_OK,
	SEAL_IO,    /* the file cannot be read or made; errno says why */
	SEAL_WRONG, /* not a key file, or of a newer version */
	SEAL_OPEN   /* others than the owner may read it: refused */
};

/* Reads the key file; makes it first if `make` and it is absent (durably: file and folder synced). */
enum seal_rc seal_open(struct seal **out, const char *path, bool make);
struct seal *seal_copy(const struct seal *s); /* for another thread */
void seal_close(struct seal *s);              /* wipes; NULL is allowed */
/* Eight hex digits that name the key, for the database to notice a wrong key file. */
void seal_name(const struct seal *s, char out[9]);

/* Appends the sealed form of n bytes. */
void seal_put(struct seal *s, const char *table, const char *column, int64_t row, const void *plain,
	size_t n, struct buf *out);
/* Appends the plain bytes; false when the value is damaged, moved or of another key. */
bool seal_get(struct seal *s, const char *table, const char *column, int64_t row,
	const void *sealed, size_t n, struct buf *out);
/* Keyed hash of a normalised value; `kind` ("phone", "id", "name", ...) keeps the spaces apart. */
void seal_lookup(struct seal *s, const char *kind, const char *value, uint8_t out[SEAL_LOOKUP]);
/* The first 63 bits of a hash, for a key that is an integer; in the order of the hashes. */
int64_t seal_key(const uint8_t *hash);
/* The next link: HMAC(chain key, previous || bytes). */
void seal_chain(struct seal *s, const uint8_t prev[SEAL_HASH], const void *bytes, size_t n,
	uint8_t out[SEAL_HASH]);

void seal_random(void *out, size_t n); /* from the kernel; aborts if there is none */
void seal_sha256(const void *bytes, size_t n, uint8_t out[SEAL_HASH]);
void seal_hmac256(
	const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[SEAL_HASH]);
bool seal_equal(const void *a, const void *b, size_t n); /* in constant time */
char *seal_hex(const void *bytes, size_t n, char *out);  /* out[2n + 1], lower case */
bool seal_unhex(const char *hex, void *out, size_t n);   /* exactly 2n digits */

#endif
