/*
 * sign_expr.h - the small language in which a configuration writes a provider's signature.
 *
 *   upper(md5(account + md5(key) + ts))
 *   base64(hmac_sha256(key, to + text + ts))
 *   sha256(sorted(account, text, to, ts) + "&key=" + key)
 *
 * Names of values, "texts" with \" and \\, + joins, functions: md5 sha1 sha256 (x),
 * hmac_md5 hmac_sha1 hmac_sha256 (key, x), hex base64 upper lower urlencode (x),
 * sorted(names...) which gives name=value&... by name. A digest is bytes: base64() and the key of
 * an hmac take the bytes, everything else their lower-case hex. Texts enter a digest, base64
 * and urlencode in the provider's charset. No loops, no calls out of it: bounded by its length.
 */
#ifndef QUANZU_SIGN_EXPR_H
#define QUANZU_SIGN_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "sign.h"

enum { SIGN_EXPR_MAX = 1024 };

struct sign_values {
	const char *(*value)(void *arg, const char *name); /* NULL: no such value */
	void *arg;
	const char *charset;
};

/*
 * Fills s->value, and s->canonical or s->to_sign with what the outermost digest or hmac was
 * taken of, in UTF-8. False: `wrong` (of `n` bytes) says in plain Chinese what is wrong.
 */
bool sign_expr(
	const char *text, const struct sign_values *v, struct sign *s, char *wrong, size_t n);

#endif
