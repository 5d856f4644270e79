/*
 * access.h - who may: API keys with roles, kept as SHA-256, and the nonces of signed pushes.
 *
 * A key is "qz_" and 43 characters of base64url (256 bits); only its hash is stored. The
 * signing secret of a key is derived from it and kept sealed, so that a push can be signed
 * without sending the key: v1=HMAC-SHA256(secret, "v1\n" METHOD "\n" PATH?QUERY "\n" time
 * "\n" nonce "\n" SHA256(body)); secret = SHA-256 of the key's text, in hex.
 */
#ifndef QUANZU_ACCESS_H
#define QUANZU_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum role {
	ROLE_POLICE = 1,
	ROLE_MANAGER = 2,
	ROLE_FINANCE = 4,
	ROLE_AUDITOR = 8,
	ROLE_ADMIN = 16,
	ROLE_VILLAGE = 32,
	ROLE_ANY = 63
};

unsigned role_of_code(const char *code); /* 0: unknown */
const char *role_code(unsigned role);    /* of one bit */

enum { ACCESS_KEY = 64 };

struct access {
	int64_t id;    /* 0: the local socket */
	char name[64]; /* for the books: key:NAME, or local */
	unsigned role;
	char area[24];   /* "" everything */
	char secret[65]; /* for checking a signature; wipe after use */
};

/* Writes (desk's job). `key` gets the text that is shown once. False: the name is taken. */
bool access_add(struct store *s, const char *actor, const char *name, unsigned role,
	const char *area, char key[ACCESS_KEY], int64_t *id);
bool access_revoke(struct store *s, const char *actor, int64_t id);
/* True when the nonce is fresh, and remembers it for 600 s. Part of the job that it protects. */
bool access_nonce(struct store *s, int64_t key_id, const char *nonce);
/* Writes down who looks at which record's plain data, and why. Before they are shown. */
void access_reveal(struct store *s, const char *actor, const char *entity, int64_t entity_id,
	const char *reason);

/* What the store keeps of a key: a hash under another name than the signing secret. */
void access_hash(const char *key, uint8_t out[SEAL_HASH]);
/* The keys that are not revoked, at most `max`, with their hashes; returns how many. */
size_t access_all(struct store *s, struct access *out, uint8_t (*hash)[SEAL_HASH], size_t max);

#endif
