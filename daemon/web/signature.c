#include "signature.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "seal.h"

#include "banned.h"

enum { BASE_MAX = 64 << 10, TIME_DIGITS = 12 };

void signature_make(const char *secret, const struct signature *s, char out[SIGNATURE_TEXT])
{
	uint8_t hash[SEAL_HASH], mac[SEAL_HASH];
	char hex[2 * SEAL_HASH + 1];
	struct buf base;

	seal_sha256(s->body == NULL ? "" : s->body, s->body_len, hash);
	buf_init(&base, BASE_MAX);
	buf_adds(&base, "v1\n");
	buf_adds(&base, s->method);
	buf_addc(&base, '\n');
	buf_adds(&base, s->target);
	buf_addc(&base, '\n');
	buf_adds(&base, s->time);
	buf_addc(&base, '\n');
	buf_adds(&base, s->nonce);
	buf_addc(&base, '\n');
	buf_adds(&base, seal_hex(hash, sizeof hash, hex));
	seal_hmac256(secret, strlen(secret), base.data, base.len, mac);
	snprintf(out, SIGNATURE_TEXT, "v1=%s", seal_hex(mac, sizeof mac, hex));
	buf_free(&base);
}

bool signature_nonce_ok(const char *nonce)
{
	size_t n =
		strspn(nonce, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return nonce[n] == '\0' && n >= SIGNATURE_NONCE_MIN && n <= SIGNATURE_NONCE_MAX;
}

static bool seconds_of(const char *text, int64_t *out)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > TIME_DIGITS || text[n] != '\0')
		return false;
	*out = 0;
	for (; *text != '\0'; text++)
		*out = *out * 10 + (*text - '0');
	return true;
}

enum signature_rc signature_check(
	const char *secret, const struct signature *s, const char *given, int64_t now_s)
{
	char want[SIGNATURE_TEXT];
	int64_t at;

	if (!seconds_of(s->time, &at) || !signature_nonce_ok(s->nonce) ||
		strlen(given) != SIGNATURE_TEXT - 1)
		return SIGNATURE_FORM;
	signature_make(secret, s, want);
	if (!seal_equal(want, given, SIGNATURE_TEXT - 1))
		return SIGNATURE_WRONG;
	/* Only who has the secret may learn that his clock is wrong. */
	if (at < now_s - SIGNATURE_SKEW_S || at > now_s + SIGNATURE_SKEW_S)
		return SIGNATURE_STALE;
	return SIGNATURE_OK;
}
