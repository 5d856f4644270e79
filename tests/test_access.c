/* Keys: shown once, kept as a hash, found again, dead when revoked; nonces are used once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "helper_store.h"
#include "keyring.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static int64_t add(struct temp_store *t, const char *name, unsigned role, const char *area,
	char key[ACCESS_KEY])
{
	int64_t id;

	temp_job(t, TEMP_NOW);
	assert_true(access_add(t->s, "cli", name, role, area, key, &id));
	assert_int_equal(temp_done(t), STORE_OK);
	return id;
}

static void a_key_has_256_bits_and_looks_like_one(void **state)
{
	char key[ACCESS_KEY], other[ACCESS_KEY];

	add(*state, "police", ROLE_POLICE, "", key);
	add(*state, "police2", ROLE_POLICE, "", other);
	assert_int_equal(strlen(key), 46);
	assert_memory_equal(key, "qz_", 3);
	assert_int_equal(
		strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
		46);
	assert_string_not_equal(key, other);
}

/* The key among those that the daemon learns at its start. */
static bool find(struct temp_store *t, const char *key, struct access *out)
{
	struct access all[8];
	uint8_t hashes[8][SEAL_HASH], hash[SEAL_HASH];
	size_t n = access_all(t->s, all, hashes, 8);

	access_hash(key, hash);
	for (size_t i = 0; i < n; i++) {
		if (memcmp(hash, hashes[i], sizeof hash) != 0)
			continue;
		*out = all[i];
		return true;
	}
	return false;
}

static void a_key_is_found_with_its_role_and_area(void **state)
{
	struct temp_store *t = *state;
	char key[ACCESS_KEY];
	struct access who;
	int64_t id = add(t, "village", ROLE_VILLAGE, "310118110203", key);

	assert_true(find(t, key, &who));
	assert_int_equal(who.id, id);
	assert_string_equal(who.name, "village");
	assert_int_equal(who.role, ROLE_VILLAGE);
	assert_string_equal(who.area, "310118110203");
}

static void the_secret_is_the_hash_of_the_key(void **state)
{
	struct temp_store *t = *state;
	char key[ACCESS_KEY], hex[2 * SEAL_HASH + 1];
	uint8_t hash[SEAL_HASH];
	struct access who;

	add(t, "platform", ROLE_POLICE, "", key);
	assert_true(find(t, key, &who));
	seal_sha256(key, strlen(key), hash);
	assert_string_equal(who.secret, seal_hex(hash, sizeof hash, hex));
}

/* Whoever reads the database alone can neither push nor sign. */
static void neither_key_nor_secret_stands_in_the_database(void **state)
{
	struct temp_store *t = *state;
	char key[ACCESS_KEY], sql[400];
	struct access who;

	add(t, "platform", ROLE_POLICE, "", key);
	assert_true(find(t, key, &who));
	snprintf(sql, sizeof sql,
		"SELECT count(*) FROM apikey WHERE instr(hash, x'%s') OR instr(secret_x, x'%s')"
		" OR instr(secret_x, '%s') OR instr(secret_x, '%s')",
		who.secret, who.secret, who.secret, key);
	assert_int_equal(temp_number(t, sql), 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM apikey"), 1);
}

static void a_revoked_key_is_not_found(void **state)
{
	struct temp_store *t = *state;
	char key[ACCESS_KEY];
	struct access who;
	int64_t id = add(t, "police", ROLE_POLICE, "", key);

	temp_job(t, TEMP_NOW + 1);
	assert_true(access_revoke(t->s, "cli", id));
	assert_int_equal(temp_done(t), STORE_OK);
	assert_false(find(t, key, &who));
	temp_job(t, TEMP_NOW + 2);
	assert_false(access_revoke(t->s, "cli", id));
	assert_int_equal(temp_done(t), STORE_OK);
}

/* A name stands in the books for ever: it never means somebody else. */
static void a_name_is_given_once(void **state)
{
	struct temp_store *t = *state;
	char key[ACCESS_KEY];
	int64_t id = add(t, "police", ROLE_POLICE, "", key);

	temp_job(t, TEMP_NOW + 1);
	assert_false(access_add(t->s, "cli", "police", ROLE_ADMIN, "", key, &id));
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM apikey"), 1);
}

static bool spend(struct temp_store *t, int64_t now, int64_t key, const char *nonce)
{
	bool fresh;

	temp_job(t, now);
	fresh = access_nonce(t->s, key, nonce);
	assert_int_equal(temp_done(t), STORE_OK);
	return fresh;
}

static void a_nonce_is_fresh_once(void **state)
{
	struct temp_store *t = *state;

	assert_true(spend(t, TEMP_NOW, 1, "n-0000001"));
	assert_false(spend(t, TEMP_NOW, 1, "n-0000001"));
	assert_true(spend(t, TEMP_NOW, 2, "n-0000001"));
	assert_true(spend(t, TEMP_NOW, 1, "n-0000002"));
	assert_false(spend(t, TEMP_NOW + 600 * 1000, 1, "n-0000001"));
}

static void a_nonce_is_known_after_a_restart(void **state)
{
	struct temp_store *t = *state;

	assert_true(spend(t, TEMP_NOW, 1, "n-0000001"));
	temp_store_shut(t);
	temp_store_again(t);
	assert_false(spend(t, TEMP_NOW + 1000, 1, "n-0000001"));
}

static void an_undone_job_gives_its_nonce_back(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	assert_true(access_nonce(t->s, 1, "n-0000001"));
	db_fail(t->s->db, STORE_CONFLICT);
	temp_done(t);
	assert_true(spend(t, TEMP_NOW, 1, "n-0000001"));
}

static void old_nonces_go(void **state)
{
	struct temp_store *t = *state;

	spend(t, TEMP_NOW, 1, "n-0000001");
	spend(t, TEMP_NOW + 601 * 1000, 1, "n-0000002");
	assert_int_equal(temp_number(t, "SELECT count(*) FROM nonce"), 1);
}

static void a_look_is_written_down(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	access_reveal(t->s, "key:police", "case", 77, "接警核实");
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(
		temp_number(t,
			"SELECT count(*) FROM reveal WHERE entity = 'case' AND entity_id = 77"
			" AND actor = 'key:police' AND length(reason_x) > 0"
			" AND instr(reason_x, CAST('接警核实' AS BLOB)) = 0"),
		1);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'reveal' AND case_id = 77"),
		1);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM event WHERE data LIKE '%接警%'"), 0);
}

/* -- the ring ------------------------------------------------------------------------------------ */

static void the_ring_knows_what_the_store_knows(void **state)
{
	struct temp_store *t = *state;
	char key[20][ACCESS_KEY], name[16];
	struct keyring *ring;
	int64_t dead = 0;

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "key%d", i);
		dead = add(t, name, ROLE_POLICE, "", key[i]);
	}
	temp_job(t, TEMP_NOW);
	access_revoke(t->s, "cli", dead);
	assert_int_equal(temp_done(t), STORE_OK);
	ring = keyring_load(t->s);
	assert_non_null(ring);
	for (int i = 0; i < 19; i++) {
		snprintf(name, sizeof name, "key%d", i);
		assert_string_equal(keyring_of_key(ring, key[i])->name, name);
		assert_ptr_equal(keyring_of_name(ring, name), keyring_of_key(ring, key[i]));
		key[i][45] = key[i][45] == 'A' ? 'B' : 'A';
		assert_null(keyring_of_key(ring, key[i]));
	}
	assert_null(keyring_of_key(ring, key[19]));
	assert_null(keyring_of_key(ring, ""));
	assert_null(keyring_of_name(ring, "key19"));
	keyring_free(ring);
}

static const struct role_row {
	const char *name;
	unsigned role;
} role_rows[] = {
	{ "police", ROLE_POLICE },
	{ "manager", ROLE_MANAGER },
	{ "finance", ROLE_FINANCE },
	{ "auditor", ROLE_AUDITOR },
	{ "admin", ROLE_ADMIN },
	{ "village", ROLE_VILLAGE },
};

static void a_role_has_a_code(void **state)
{
	const struct role_row *r = *state;

	assert_int_equal(role_of_code(r->name), r->role);
	assert_string_equal(role_code(r->role), r->name);
	assert_int_equal(role_of_code("root"), 0);
	assert_int_equal(role_of_code(""), 0);
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		WITH_STORE(a_key_has_256_bits_and_looks_like_one),
		WITH_STORE(a_key_is_found_with_its_role_and_area),
		WITH_STORE(the_secret_is_the_hash_of_the_key),
		WITH_STORE(neither_key_nor_secret_stands_in_the_database),
		WITH_STORE(a_revoked_key_is_not_found),
		WITH_STORE(a_name_is_given_once),
		WITH_STORE(a_nonce_is_fresh_once),
		WITH_STORE(a_nonce_is_known_after_a_restart),
		WITH_STORE(an_undone_job_gives_its_nonce_back),
		WITH_STORE(old_nonces_go),
		WITH_STORE(a_look_is_written_down),
		WITH_STORE(the_ring_knows_what_the_store_knows),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(role_rows)];
	size_t n = 0;

	for (; n < COUNT(fixed); n++)
		tests[n] = fixed[n];
	for (size_t i = 0; i < COUNT(role_rows); i++)
		tests[n++] = (struct CMUnitTest){ .name = role_rows[i].name,
			.test_func = a_role_has_a_code,
			.initial_state = (void *)&role_rows[i] };
	return _cmocka_run_group_tests("access", tests, n, NULL, NULL);
}
