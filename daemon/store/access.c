#include "access.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

#include "banned.h"

enum { KEY_BYTES = 32, NONCE_LIFE_MS = 600 * 1000 };

static const struct {
	unsigned role;
	const char *code;
} roles[] = {
	{ ROLE_POLICE, "police" },
	{ ROLE_MANAGER, "manager" },
	{ ROLE_FINANCE, "finance" },
	{ ROLE_AUDITOR, "auditor" },
	{ ROLE_ADMIN, "admin" },
	{ ROLE_VILLAGE, "village" },
};

unsigned role_of_code(const char *code)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i].code, code) == 0)
			return roles[i].role;
	return 0;
}

const char *role_code(unsigned role)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (roles[i].role == role)
			return roles[i].code;
	return "";
}

/* "qz_" and base64url of 32 random bytes, without padding. */
static void make_key(char key[ACCESS_KEY])
{
	unsigned char raw[KEY_BYTES], text[48];
	int n;

	seal_random(raw, sizeof raw);
	n = EVP_EncodeBlock(text, raw, sizeof raw);
	while (n > 0 && text[n - 1] == '=')
		text[--n] = '\0';
	for (int i = 0; i < n; i++) {
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
	}
	snprintf(key, ACCESS_KEY, "qz_%s", (const char *)text);
	OPENSSL_cleanse(raw, sizeof raw);
	OPENSSL_cleanse(text, sizeof text);
}

/* The stored hash must not be the secret itself, or sealing the secret would be for nothing. */
void access_hash(const char *key, uint8_t out[SEAL_HASH])
{
	static const char space[] = "quanzu-key";

	seal_hmac256(space, sizeof space - 1, key, strlen(key), out);
}

static void make_secret(const char *key, char secret[2 * SEAL_HASH + 1])
{
	uint8_t hash[SEAL_HASH];

	seal_sha256(key, strlen(key), hash);
	seal_hex(hash, sizeof hash, secret);
	OPENSSL_cleanse(hash, sizeof hash);
}

bool access_add(struct store *s, const char *actor, const char *name, unsigned role,
	const char *area, char key[ACCESS_KEY], int64_t *id)
{
	char secret[2 * SEAL_HASH + 1];
	uint8_t hash[SEAL_HASH];

	make_key(key);
	make_secret(key, secret);
	access_hash(key, hash);
	*id = store_id(s);
	db_run(s->db,
		"INSERT INTO apikey (id, name, hash, secret_x, role, area, created_at, created_by,"
		" revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (name) DO NOTHING",
		DB_ARGS(DI(*id), DT(name), DBL(hash, sizeof hash),
			store_sealed(s, "apikey", "secret", *id, secret), DT(role_code(role)),
			DT(area), DI(s->now_ms), DT(actor)));
	OPENSSL_cleanse(secret, sizeof secret);
	if (db_rc(s->db) != STORE_OK || db_changes(s->db) == 0)
		return false;
	store_event(s, actor, "key.created", 0, "key", *id,
		json_pack("{s:s, s:s, s:s}", "name", name, "role", role_code(role), "area", area));
	return true;
}

bool access_revoke(struct store *s, const char *actor, int64_t id)
{
	db_run(s->db, "UPDATE apikey SET revoked_at = ? WHERE id = ? AND revoked_at = 0",
		DB_ARGS(DI(s->now_ms), DI(id)));
	if (db_rc(s->db) != STORE_OK || db_changes(s->db) == 0)
		return false;
	store_event(s, actor, "key.revoked", 0, "key", id, NULL);
	return true;
}

bool access_nonce(struct store *s, int64_t key_id, const char *nonce)
{
	db_run(s->db, "DELETE FROM nonce WHERE key_id = ? AND until_at < ?",
		DB_ARGS(DI(key_id), DI(s->now_ms)));
	db_run(s->db,
		"INSERT INTO nonce (key_id, nonce, until_at) VALUES (?, ?, ?)"
		" ON CONFLICT (key_id, nonce) DO NOTHING",
		DB_ARGS(DI(key_id), DT(nonce), DI(s->now_ms + NONCE_LIFE_MS)));
	return db_rc(s->db) == STORE_OK && db_changes(s->db) == 1;
}

void access_reveal(struct store *s, const char *actor, const char *entity, int64_t entity_id,
	const char *reason)
{
	int64_t id = store_id(s);
	int64_t case_id = strcmp(entity, "case") == 0 ? entity_id : 0;

	db_run(s->db,
		"INSERT INTO reveal (id, at, actor, entity, entity_id, reason_x)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(id), DI(s->now_ms), DT(actor), DT(entity), DI(entity_id),
			store_sealed(s, "reveal", "reason", id, reason)));
	store_event(s, actor, "reveal", case_id, entity, entity_id,
		json_pack("{s:I}", "reveal", (json_int_t)id));
}

/* Columns id, name, role, area, secret_x. */
static void read_row(struct store *s, struct db_stmt *q, struct access *out)
{
	*out = (struct access){ .id = db_int(q, 0), .role = role_of_code(db_text(q, 2)) };
	snprintf(out->name, sizeof out->name, "%s", db_text(q, 1));
	snprintf(out->area, sizeof out->area, "%s", db_text(q, 3));
	snprintf(out->secret, sizeof out->secret, "%s",
		store_plain(s, q, 4, "apikey", "secret", out->id));
}

size_t access_all(struct store *s, struct access *out, uint8_t (*hash)[SEAL_HASH], size_t max)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, name, role, area, secret_x, hash FROM apikey WHERE revoked_at = 0"
		" ORDER BY id LIMIT ?",
		DB_ARGS(DI((int64_t)max)));
	size_t n = 0, len;

	while (db_next(q)) {
		const void *bytes = db_blob(q, 5, &len);

		if (n == max || len != SEAL_HASH)
			continue;
		memcpy(hash[n], bytes, SEAL_HASH);
		read_row(s, q, &out[n++]);
	}
	return db_rc(s->db) == STORE_OK ? n : 0;
}
