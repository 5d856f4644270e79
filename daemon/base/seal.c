/* The steps of SHA-256 one by one: EVP allocates and looks up again for each of our many MACs. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hex.h"

#include "banned.h"

enum {
	KEY = 32,
	BLOCK = SHA256_CBLOCK,
	NONCE = 12,
	STOCK = 64 * 12,
	TAG = 16,
	VERSION = 1,
	FILE_MAX = 512
};

static const char magic[] = "quanzu-key 1\n";

/* HMAC-SHA256 (RFC 2104) with the two blocks of its key gone through already. */
struct mac_key {
	SHA256_CTX inner, outer;
};

struct seal {
	uint8_t cipher[KEY], lookup[KEY], chain[KEY];
	EVP_CIPHER_CTX *enc, *dec; /* keyed once: only the nonce changes */
	struct mac_key lookup_mac, chain_mac;
	uint8_t stock[STOCK]; /* of nonces to come */
	size_t stock_left;
	int stock_forks; /* how many forks() there had been when it was filled */
};

/* Counted up in each child. */
static int forks;

static void count_fork(void)
{
	forks++;
}

static void watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, count_fork) != 0)
		abort();
}

void seal_random(void *out, size_t n)
{
	uint8_t *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

void seal_sha256(const void *bytes, size_t n, uint8_t out[SEAL_HASH])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, bytes, n);
	SHA256_Final(out, &c);
}

void seal_hmac256(
	const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[SEAL_HASH])
{
	unsigned len = 0;

	HMAC(EVP_sha256(), key, (int)key_len, bytes, n, out, &len);
	assert(len == SEAL_HASH);
}

bool seal_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

char *seal_hex(const void *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

bool seal_unhex(const char *hex, void *out, size_t n)
{
	return strlen(hex) == 2 * n && hex_octets(hex, n, out);
}

static void begin_block(SHA256_CTX *c, const uint8_t key[KEY], uint8_t pad)
{
	uint8_t block[BLOCK];

	for (int i = 0; i < BLOCK; i++)
		block[i] = i < KEY ? key[i] ^ pad : pad;
	SHA256_Init(c);
	SHA256_Update(c, block, sizeof block);
	OPENSSL_cleanse(block, sizeof block);
}

static void mac_of(struct mac_key *m, const uint8_t key[KEY])
{
	begin_block(&m->inner, key, 0x36);
	begin_block(&m->outer, key, 0x5c);
}

static EVP_CIPHER_CTX *cipher_of(const uint8_t key[KEY], int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx == NULL || EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, NULL, encrypt) != 1)
		abort();
	return ctx;
}

static struct seal *seal_of(const uint8_t keys[3 * KEY])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct seal *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	pthread_once(&once, watch_forks);
	memcpy(s->cipher, keys, KEY);
	memcpy(s->lookup, keys + KEY, KEY);
	memcpy(s->chain, keys + 2 * KEY, KEY);
	s->enc = cipher_of(s->cipher, 1);
	s->dec = cipher_of(s->cipher, 0);
	mac_of(&s->lookup_mac, s->lookup);
	mac_of(&s->chain_mac, s->chain);
	return s;
}

struct seal *seal_copy(const struct seal *s)
{
	uint8_t keys[3 * KEY];
	struct seal *copy;

	memcpy(keys, s->cipher, KEY);
	memcpy(keys + KEY, s->lookup, KEY);
	memcpy(keys + 2 * KEY, s->chain, KEY);
	copy = seal_of(keys);
	OPENSSL_cleanse(keys, sizeof keys);
	return copy;
}

void seal_close(struct seal *s)
{
	if (s == NULL)
		return;
	EVP_CIPHER_CTX_free(s->enc);
	EVP_CIPHER_CTX_free(s->dec);
	OPENSSL_cleanse(s, sizeof *s);
	free(s);
}

static bool sync_folder_of(const char *path)
{
	char copy[4096];
	int fd, rc;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	rc = fsync(fd);
	close(fd);
	return rc == 0;
}

/* Written under another name and renamed, so that half a key file cannot be found. */
static bool make_file(const char *path)
{
	uint8_t keys[3 * KEY];
	char text[FILE_MAX], hex[2 * sizeof keys + 1], temp[4096];
	int fd, n;
	bool ok;

	seal_random(keys, sizeof keys);
	n = snprintf(text, sizeof text, "%s%s\n", magic, seal_hex(keys, sizeof keys, hex));
	snprintf(temp, sizeof temp, "%s.new", path);
	unlink(temp); /* of a power cut; or of a stranger, who would keep it open */
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	ok = write(fd, text, (size_t)n) == n && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && rename(temp, path) == 0 && sync_folder_of(path);
	OPENSSL_cleanse(keys, sizeof keys);
	OPENSSL_cleanse(text, sizeof text);
	OPENSSL_cleanse(hex, sizeof hex);
	return ok;
}

static enum seal_rc read_file(int fd, uint8_t keys[3 * KEY])
{
	char text[FILE_MAX], *hex;
	ssize_t n = read(fd, text, sizeof text - 1);
	enum seal_rc rc = SEAL_WRONG;

	if (n < 0)
		return SEAL_IO;
	text[n] = '\0';
	if ((size_t)n > sizeof magic && strncmp(text, magic, sizeof magic - 1) == 0) {
		hex = text + sizeof magic - 1;
		hex[strcspn(hex, "\r\n")] = '\0';
		rc = seal_unhex(hex, keys, 3 * KEY) ? SEAL_OK : SEAL_WRONG;
	}
	OPENSSL_cleanse(text, sizeof text);
	return rc;
}

enum seal_rc seal_open(struct seal **out, const char *path, bool make)
{
	uint8_t keys[3 * KEY];
	struct stat st;
	enum seal_rc rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*out = NULL;
	if (fd < 0 && errno == ENOENT && make) {
		if (!make_file(path))
			return SEAL_IO;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return SEAL_IO;
	if (fstat(fd, &st) != 0)
		rc = SEAL_IO;
	else if ((st.st_mode & 077) != 0)
		rc = SEAL_OPEN;
	else
		rc = read_file(fd, keys);
	close(fd);
	if (rc == SEAL_OK)
		*out = seal_of(keys);
	OPENSSL_cleanse(keys, sizeof keys);
	return rc;
}

void seal_name(const struct seal *s, char out[9])
{
	uint8_t hash[SEAL_HASH];

	seal_hmac256(s->lookup, KEY, "name of this key", 16, hash);
	seal_hex(hash, 4, out);
}

enum { PLACE = 128 };

static size_t add_name(char out[PLACE], size_t at, const char *name)
{
	size_t n = strlen(name);

	assert(at + n + 1 < PLACE - 24);
	memcpy(out + at, name, n);
	out[at + n] = '.';
	return at + n + 1;
}

/* "table.column.row" */
static int place(const char *table, const char *column, int64_t row, char out[PLACE])
{
	size_t at = add_name(out, add_name(out, 0, table), column);
	char digits[20], *d = digits + sizeof digits;
	uint64_t rest = row < 0 ? 0 - (uint64_t)row : (uint64_t)row;

	do
		*--d = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (row < 0)
		*--d = '-';
	memcpy(out + at, d, (size_t)(digits + sizeof digits - d));
	return (int)(at + (size_t)(digits + sizeof digits - d));
}

/*
 * Nonces are random, and taken from a stock: asking the kernel for each costs more than the
 * encryption of a phone number. A child of fork() must not use its parent's stock, or one nonce
 * would serve two values; so the stock belongs to a number of forks.
 */
static void take_nonce(struct seal *s, uint8_t out[NONCE])
{
	if (s->stock_left < NONCE || s->stock_forks != forks) {
		seal_random(s->stock, sizeof s->stock);
		s->stock_left = sizeof s->stock;
		s->stock_forks = forks;
	}
	s->stock_left -= NONCE;
	memcpy(out, s->stock + s->stock_left, NONCE);
	OPENSSL_cleanse(s->stock + s->stock_left, NONCE);
}

void seal_put(struct seal *s, const char *table, const char *column, int64_t row, const void *plain,
	size_t n, struct buf *out)
{
	uint8_t head[1 + NONCE] = { VERSION }, tag[TAG], block[512];
	const uint8_t *p = plain;
	char where[PLACE];
	int where_len = place(table, column, row, where), len;

	take_nonce(s, head + 1);
	buf_add(out, head, sizeof head);
	if (EVP_EncryptInit_ex(s->enc, NULL, NULL, NULL, head + 1) != 1 ||
		EVP_EncryptUpdate(s->enc, NULL, &len, (const uint8_t *)where, where_len) != 1)
		abort();
	while (n > 0) {
		int piece = n < sizeof block ? (int)n : (int)sizeof block;

		if (EVP_EncryptUpdate(s->enc, block, &len, p, piece) != 1)
			abort();
		buf_add(out, block, (size_t)len);
		p += piece;
		n -= (size_t)piece;
	}
	if (EVP_EncryptFinal_ex(s->enc, block, &len) != 1 ||
		EVP_CIPHER_CTX_ctrl(s->enc, EVP_CTRL_GCM_GET_TAG, TAG, tag) != 1)
		abort();
	buf_add(out, tag, TAG);
}

bool seal_get(struct seal *s, const char *table, const char *column, int64_t row,
	const void *sealed, size_t n, struct buf *out)
{
	const uint8_t *p = sealed;
	uint8_t tag[TAG], *plain;
	char where[PLACE];
	int where_len = place(table, column, row, where), len = 0, last = 0;
	size_t body;
	bool ok;

	if (n < SEAL_OVERHEAD || p[0] != VERSION)
		return false;
	body = n - SEAL_OVERHEAD;
	plain = malloc(body + 1);
	if (plain == NULL)
		abort();
	memcpy(tag, p + n - TAG, TAG);
	ok = EVP_DecryptInit_ex(s->dec, NULL, NULL, NULL, p + 1) == 1 &&
	     EVP_DecryptUpdate(s->dec, NULL, &len, (const uint8_t *)where, where_len) == 1 &&
	     EVP_DecryptUpdate(s->dec, plain, &len, p + 1 + NONCE, (int)body) == 1 &&
	     EVP_CIPHER_CTX_ctrl(s->dec, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(s->dec, plain + len, &last) == 1;
	/* Only what has proved genuine leaves this function. */
	if (ok)
		ok = buf_add(out, plain, (size_t)len + (size_t)last);
	OPENSSL_cleanse(plain, body);
	free(plain);
	return ok;
}

static void mac(const struct mac_key *m, const void *a, size_t a_len, const void *b, size_t b_len,
	uint8_t out[SEAL_HASH])
{
	SHA256_CTX c = m->inner;

	SHA256_Update(&c, a, a_len);
	SHA256_Update(&c, b, b_len);
	SHA256_Final(out, &c);
	c = m->outer;
	SHA256_Update(&c, out, SEAL_HASH);
	SHA256_Final(out, &c);
	OPENSSL_cleanse(&c, sizeof c);
}

void seal_lookup(struct seal *s, const char *kind, const char *value, uint8_t out[SEAL_LOOKUP])
{
	uint8_t hash[SEAL_HASH];

	mac(&s->lookup_mac, kind, strlen(kind) + 1, value, strlen(value), hash);
	memcpy(out, hash, SEAL_LOOKUP);
}

int64_t seal_key(const uint8_t *hash)
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++)
		key = key << 8 | hash[i];
	return (int64_t)(key >> 1);
}

void seal_chain(struct seal *s, const uint8_t prev[SEAL_HASH], const void *bytes, size_t n,
	uint8_t out[SEAL_HASH])
{
	mac(&s->chain_mac, prev, SEAL_HASH, bytes, n, out);
}
