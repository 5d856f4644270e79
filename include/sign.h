/*
 * sign.h - the signatures of SMS and voice providers, each in full view.
 *
 * A signature leaves all that it went through in a struct sign: the text before hashing, the
 * string that was signed, named steps and finished headers, and the value itself. Providers
 * take the header from there; `quanzu explain sign` shows it whole. Pure: times and nonces come
 * in. Secrets may stand in the steps, so sign_free() wipes.
 *
 * Sources: the providers' pages of the same names; vectors in tests/vectors/sign.jsonl.
 */
#ifndef QUANZU_SIGN_H
#define QUANZU_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* -- digests and encodings ------------------------------------------------------------------ */

enum sign_digest { SIGN_MD5, SIGN_SHA1, SIGN_SHA256 };

struct sign_hash {
	uint8_t byte[32];
	size_t n; /* 16, 20 or 32 */
};

struct sign_hash sign_hash(enum sign_digest d, const void *bytes, size_t n);
struct sign_hash sign_hmac(
	enum sign_digest d, const void *key, size_t key_len, const void *bytes, size_t n);
void sign_hex(const void *bytes, size_t n, struct buf *out); /* lower case; all of these append */
void sign_base64(const void *bytes, size_t n, struct buf *out);
bool sign_unbase64(const char *text, struct buf *out); /* blanks are skipped; false: no base64 */
/* RFC 3986: A-Z a-z 0-9 - _ . ~ stay, every other byte is %XX. Also good for forms. */
void sign_percent(const char *bytes, size_t n, struct buf *out);
/* Text of ours in the charset of a provider: "UTF-8", or GB2312, GBK, GB18030. False: cannot. */
bool sign_charset(const char *text, const char *charset, struct buf *out);

/* -- names and values ------------------------------------------------------------------------- */

enum { SIGN_PAIRS = 128 };

struct sign_pairs { /* starts as { .count = 0 }; texts are borrowed */
	struct sign_pair {
		const char *name, *value;
	} at[SIGN_PAIRS];
	int count;
	bool full; /* one more was not taken */
};

void sign_pair(struct sign_pairs *p, const char *name, const char *value);
void sign_pairs_sort(struct sign_pairs *p); /* by the bytes of the name, then of the value */
const char *sign_pair_value(const struct sign_pairs *p, const char *name); /* NULL: none */
/* name=value&..., percent-encoded, in the order they stand in, in that charset. */
void sign_form(const struct sign_pairs *p, const char *charset, struct buf *out);
/*
 * The fields of a form or query, decoded into `text` (kept by the caller as long as the
 * pairs): false when there are too many.
 */
bool sign_unform(const char *form, size_t n, struct buf *text, struct sign_pairs *out);

/* -- what a signature leaves ---------------------------------------------------------------------- */

enum { SIGN_STEPS = 10, SIGN_TEXT_MAX = 1 << 20 };

struct sign {
	struct buf canonical, to_sign,
		value; /* value: the signature alone; "" where there is none */
	struct {
		const char *name; /* static */
		struct buf text;
	} step[SIGN_STEPS];
	int steps;
};

void sign_init(struct sign *s);
void sign_free(struct sign *s);                                /* wipes */
const char *sign_step(const struct sign *s, const char *name); /* asserted to be there */

struct sign_request { /* borrowed */
	const char *method, *path;
	const struct sign_pairs *query, *headers; /* names in any case */
	const char *body;
	size_t body_len;
};

/* -- Aliyun: V3, RPC and MNS signature --------------------------------------------------------------- */

/* ACS3-HMAC-SHA256. Steps: hashed_body, hashed_canonical, signed_headers, authorization. */
void sign_acs3(const struct sign_request *r, const char *key, const char *secret, struct sign *s);
/* RPC HMAC-SHA1 over all parameters but Signature. Step: signature_in_url. */
void sign_rpc(
	const char *method, const struct sign_pairs *params, const char *secret, struct sign *s);
/* MNS; resource with its query; headers: those that begin with x-mns-. Step: authorization. */
struct sign_mns {
	const char *method, *content_md5, *content_type, *date, *resource;
	const struct sign_pairs *headers;
};
void sign_mns(const struct sign_mns *r, const char *key, const char *secret, struct sign *s);

/* -- Tencent (3.1) --------------------------------------------------------------------------------------- */

struct sign_tc3 {
	const char *method, *host, *service, *action, *content_type, *payload;
	int64_t timestamp;  /* seconds; its UTC date is in the scope */
	bool action_header; /* x-tc-action is signed too, its value in lower case */
};
/* Steps: hashed_payload, hashed_canonical, secret_date, secret_service, secret_signing,
 * signed_headers, authorization. */
void sign_tc3(const struct sign_tc3 *r, const char *id, const char *key, struct sign *s);
/* Of the old API; mobile NULL or "" where there is none. */
void sign_tencent_old(const char *appkey, const char *random, const char *time, const char *mobile,
	struct sign *s);

/* -- Huawei (4.1, 4.2) --------------------------------------------------------------------------------------- */

/*
 * The page says base64(SHA256(...)), its samples encode the hex text of the digest: `raw` is
 * the reading of the formula. Steps: sha256_hex, x_wsse.
 */
void sign_wsse(const char *key, const char *secret, const char *nonce, const char *created,
	bool raw, struct sign *s);
/* Voice. Step: x_aksk. */
void sign_aksk(const char *key, const char *secret, const char *nonce, const char *created,
	struct sign *s);
void sign_huawei_callback(const char *secret, const char *url, const char *nonce,
	const char *created, struct sign *s);
/* SDK-HMAC-SHA256; X-Sdk-Date is among the headers. secret NULL: the hash of the canonical text
 * is the value. Steps: signed_headers, string_to_sign, authorization. */
void sign_sdk(const struct sign_request *r, const char *key, const char *secret, struct sign *s);

/* -- the carriers (5, 6, 7) ------------------------------------------------------------------------------------ */

struct sign_mas { /* template_id NULL: text */
	const char *ec_name, *ap_id, *secret, *template_id, *mobiles, *content, *sign, *add_serial;
};
/* `content` is the text, or the params of a template as JSON text. Steps: json, body_base64. */
void sign_mas(const struct sign_mas *r, struct sign *s);
/* Steps: ktime, kak, kdate, hashed_body, eop_authorization. */
void sign_eop(const struct sign_pairs *query, const char *body, const char *request_id,
	const char *eop_date, const char *key, const char *secret, struct sign *s);

/* -- Twilio (8) ---------------------------------------------------------------------------------------------------- */

void sign_basic(const char *user, const char *password, struct sign *s); /* step: authorization */
void sign_twilio(const char *url, struct sign_pairs *params, const char *token, struct sign *s);

#endif
