/*
 * signature.h - signed pushes: a body that nobody changed, from who has the key, once.
 *
 * v1=HMAC-SHA256(secret, "v1\n" METHOD "\n" PATH?QUERY "\n" time "\n" nonce "\n"
 * SHA256(body)) in lower-case hex. secret is the 64 hex digits of SHA-256 of
 * the key's text, SHA256(body) is in lower-case hex, PATH?QUERY are the bytes of the request
 * line, time is decimal seconds since 1970. The headers are Quanzu-Key (the key's name),
 * Quanzu-Time, Quanzu-Nonce and Quanzu-Signature.
 *
 * Pure; whether the nonce is fresh is the store's business (access_nonce()).
 */
#ifndef QUANZU_SIGNATURE_H
#define QUANZU_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGNATURE_TEXT = 68, /* "v1=" and 64 digits and NUL */
	SIGNATURE_SKEW_S = 300,
	SIGNATURE_NONCE_MIN = 8,
	SIGNATURE_NONCE_MAX = 64
};

struct signature { /* what was signed; borrowed */
	const char *method, *target, *time, *nonce;
	const void *body;
	size_t body_len;
};

enum signature_rc {
	SIGNATURE_OK,
	SIGNATURE_FORM,  /* a header does not look as it has to */
	SIGNATURE_STALE, /* more than SIGNATURE_SKEW_S from now */
	SIGNATURE_WRONG
};

void signature_make(const char *secret, const struct signature *s, char out[SIGNATURE_TEXT]);
/* `given` is the header; `now_s` seconds since 1970. Compares in constant time. */
enum signature_rc signature_check(
	const char *secret, const struct signature *s, const char *given, int64_t now_s);
bool signature_nonce_ok(const char *nonce); /* 8 to 64 of A-Z a-z 0-9 . _ - */

#endif
