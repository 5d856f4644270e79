/* digest.c - digests, base64, percent encoding, charsets and forms (sign.h). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "hex.h"
#include "sign.h"
#include "text.h"

#include "banned.h"

static const EVP_MD *md_of(enum sign_digest d)
{
	return d == SIGN_MD5 ? EVP_md5() : d == SIGN_SHA1 ? EVP_sha1() : EVP_sha256();
}

struct sign_hash sign_hash(enum sign_digest d, const void *bytes, size_t n)
{
	struct sign_hash h = { .n = 0 };
	unsigned len = 0;

	if (EVP_Digest(bytes, n, h.byte, &len, md_of(d), NULL) != 1)
		abort();
	h.n = len;
	return h;
}

struct sign_hash sign_hmac(
	enum sign_digest d, const void *key, size_t key_len, const void *bytes, size_t n)
{
	struct sign_hash h = { .n = 0 };
	unsigned len = 0;

	if (HMAC(md_of(d), key, (int)key_len, bytes, n, h.byte, &len) == NULL)
		abort();
	h.n = len;
	return h;
}

/* -- encodings -------------------------------------------------------------------------------- */

void sign_hex(const void *bytes, size_t n, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++) {
		buf_addc(out, digits[p[i] >> 4]);
		buf_addc(out, digits[p[i] & 15]);
	}
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sign_base64(const void *bytes, size_t n, struct buf *out)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);

		buf_addc(out, base64[v >> 18]);
		buf_addc(out, base64[v >> 12 & 63]);
		buf_addc(out, i + 1 < n ? base64[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? base64[v & 63] : '=');
	}
}

bool sign_unbase64(const char *text, struct buf *out)
{
	uint32_t v = 0;
	int bits = 0;

	for (; *text != '\0' && *text != '='; text++) {
		const char *at = memchr(base64, *text, 64);

		if (text_is_blank((unsigned char)*text))
			continue;
		if (at == NULL)
			return false;
		v = v << 6 | (uint32_t)(at - base64);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(out, (char)(v >> bits & 0xFF));
		}
	}
	return text[strspn(text, "= \r\n\t")] == '\0';
}

static bool stays(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-_.~", c) != NULL);
}

void sign_percent(const char *bytes, size_t n, struct buf *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (stays(c)) {
			buf_addc(out, (char)c);
			continue;
		}
		buf_addc(out, '%');
		buf_addc(out, digits[c >> 4]);
		buf_addc(out, digits[c & 15]);
	}
}

static void sign_unpercent(const char *bytes, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		int hi = bytes[i] == '%' && i + 2 < n ? hex_digit(bytes[i + 1]) : -1;
		int lo = hi >= 0 ? hex_digit(bytes[i + 2]) : -1;

		char c = bytes[i] == '+' ? ' ' : bytes[i];

		if (lo >= 0) {
			c = (char)(hi * 16 + lo);
			i += 2;
		}
		buf_addc(out, c);
	}
}

bool sign_charset(const char *text, const char *charset, struct buf *out)
{
	if (strcasecmp(charset, "UTF-8") == 0)
		return buf_adds(out, text);
	return text_encode_gb18030(text, out);
}

/* -- names and values --------------------------------------------------------------------------- */

void sign_pair(struct sign_pairs *p, const char *name, const char *value)
{
	if (p->count == SIGN_PAIRS)
		p->full = true;
	else
		p->at[p->count++] = (struct sign_pair){ name, value };
}

static int by_name(const void *a, const void *b)
{
	const struct sign_pair *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->value, y->value);
}

void sign_pairs_sort(struct sign_pairs *p)
{
	qsort(p->at, (size_t)p->count, sizeof *p->at, by_name);
}

const char *sign_pair_value(const struct sign_pairs *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (strcmp(p->at[i].name, name) == 0)
			return p->at[i].value;
	return NULL;
}

void sign_form(const struct sign_pairs *p, const char *charset, struct buf *out)
{
	struct buf bytes;

	for (int i = 0; i < p->count; i++) {
		if (i > 0)
			buf_addc(out, '&');
		buf_init(&bytes, SIGN_TEXT_MAX);
		sign_charset(p->at[i].name, charset, &bytes);
		sign_percent(buf_str(&bytes), bytes.len, out);
		buf_addc(out, '=');
		buf_clear(&bytes);
		sign_charset(p->at[i].value, charset, &bytes);
		sign_percent(buf_str(&bytes), bytes.len, out);
		buf_free(&bytes);
	}
}

bool sign_unform(const char *form, size_t n, struct buf *text, struct sign_pairs *out)
{
	size_t at[SIGN_PAIRS][2]; /* where in `text`, which may still move */
	int count = 0;

	for (const char *s = form, *end = form + n; s < end;) {
		const char *stop = memchr(s, '&', (size_t)(end - s)), *is;

		stop = stop == NULL ? end : stop;
		is = memchr(s, '=', (size_t)(stop - s));
		is = is == NULL ? stop : is;
		if (stop > s) {
			if (count == SIGN_PAIRS)
				return false;
			at[count][0] = text->len;
			sign_unpercent(s, (size_t)(is - s), text);
			buf_addc(text, '\0');
			at[count++][1] = text->len;
			sign_unpercent(is + (is < stop), (size_t)(stop - is - (is < stop)), text);
			buf_addc(text, '\0');
		}
		s = stop + 1;
	}
	for (int i = 0; i < count && !text->full; i++)
		sign_pair(out, text->data + at[i][0], text->data + at[i][1]);
	return !text->full;
}
