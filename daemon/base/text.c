#include "text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "banned.h"

/* Length and the smallest value of a UTF-8 character by its first byte; 0: no first byte. */
static size_t lead(unsigned char b, uint32_t *bits, uint32_t *least)
{
	if (b < 0x80) {
		*bits = b;
		*least = 0;
		return 1;
	}
	if (b >= 0xC2 && b < 0xE0) {
		*bits = b & 0x1Fu;
		*least = 0x80;
		return 2;
	}
	if (b >= 0xE0 && b < 0xF0) {
		*bits = b & 0x0Fu;
		*least = 0x800;
		return 3;
	}
	if (b >= 0xF0 && b < 0xF5) {
		*bits = b & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

uint32_t text_next(const char **s, const char *end)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t c, least;
	size_t n;

	if (*s >= end)
		return 0;
	n = lead(*p, &c, &least);
	if (n == 0 || n > (size_t)(end - *s))
		goto bad;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			goto bad;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		goto bad;
	*s += n;
	return c;
bad:
	*s += 1;
	return TEXT_BAD;
}

size_t text_put(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool text_valid(const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		uint32_t c = text_next(&s, end);

		if (c == TEXT_BAD || c == 0)
			return false;
	}
	return true;
}

size_t text_count(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

size_t text_units(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		n += ((unsigned char)*s & 0xC0) != 0x80;
		n += (unsigned char)*s >= 0xF0;
	}
	return n;
}

void text_copy(char *out, size_t n, const char *s)
{
	size_t len = strlen(s);

	if (len >= n) {
		len = n - 1;
		while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
			len--;
	}
	memmove(out, s, len);
	out[len] = '\0';
}

size_t text_prefix(const char *s, size_t chars)
{
	const char *p = s;

	while (*p != '\0') {
		if (((unsigned char)*p & 0xC0) != 0x80 && chars-- == 0)
			break;
		p++;
	}
	return (size_t)(p - s);
}

bool text_is_han(uint32_t c)
{
	return c == 0x3007 || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
	       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

bool text_is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0 || c == 0x3000 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F;
}

static const char *const iconv_names[] = { [TEXT_UTF8] = "UTF-8",
	[TEXT_GB18030] = "GB18030",
	[TEXT_UTF16LE] = "UTF-16LE",
	[TEXT_UTF16BE] = "UTF-16BE",
	[TEXT_UNKNOWN] = NULL };

/* The length of a byte order mark, and what it says. */
static size_t mark(const unsigned char *p, size_t n, enum text_encoding *e)
{
	if (n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) {
		*e = TEXT_UTF8;
		return 3;
	}
	if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE) {
		*e = TEXT_UTF16LE;
		return 2;
	}
	if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF) {
		*e = TEXT_UTF16BE;
		return 2;
	}
	return 0;
}

/* Up to three bytes of a character that the piece cuts off do not count against it. */
static bool utf8_but_cut(const char *s, size_t n)
{
	for (size_t cut = 0; cut <= 3 && cut <= n; cut++)
		if (text_valid(s, n - cut))
			return true;
	return false;
}

static bool decodes(enum text_encoding e, const void *bytes, size_t n, bool partial)
{
	struct buf out;
	size_t bad = 0;
	bool ok;

	buf_init(&out, n * 3 + 16);
	ok = text_decode(e, bytes, n, &out, &bad);
	buf_free(&out);
	return ok || (partial && bad + 4 > n);
}

enum text_encoding text_sniff(const void *bytes, size_t n, bool partial)
{
	const unsigned char *p = bytes;
	enum text_encoding e = TEXT_UNKNOWN;
	size_t odd = 0, even = 0;

	if (mark(p, n, &e) > 0)
		return e;
	if (partial ? utf8_but_cut(bytes, n) : text_valid(bytes, n))
		return TEXT_UTF8;
	for (size_t i = 0; i + 1 < n && i < 4096; i += 2) {
		even += p[i] == 0;
		odd += p[i + 1] == 0;
	}
	if (odd > 0 && even == 0)
		return TEXT_UTF16LE;
	if (even > 0 && odd == 0)
		return TEXT_UTF16BE;
	return decodes(TEXT_GB18030, bytes, n, partial) ? TEXT_GB18030 : TEXT_UNKNOWN;
}

static bool convert(
	const char *to, const char *from, const char *in, size_t n, struct buf *out, size_t *bad)
{
	iconv_t cd = iconv_open(to, from);
	char piece[4096], *src = (char *)(uintptr_t)in;
	size_t left = n, rc = 0;

	if (cd == (iconv_t)-1)
		abort();
	while (left > 0) {
		char *dst = piece;
		size_t room = sizeof piece;

		rc = iconv(cd, &src, &left, &dst, &room);
		buf_add(out, piece, (size_t)(dst - piece));
		if (rc == (size_t)-1 && errno != E2BIG)
			break;
	}
	iconv_close(cd);
	if (bad != NULL)
		*bad = n - left;
	return left == 0 && !out->full;
}

/* Texts hold no NUL: each becomes the replacement character. */
static void replace_nuls(struct buf *out, size_t from)
{
	struct buf clean;

	if (out->len == from || memchr(out->data + from, '\0', out->len - from) == NULL)
		return;
	buf_init(&clean, out->max);
	for (size_t i = from; i < out->len; i++) {
		if (out->data[i] == '\0')
			buf_adds(&clean, "\xEF\xBF\xBD");
		else
			buf_addc(&clean, out->data[i]);
	}
	out->len = from;
	buf_add(out, clean.data, clean.len);
	out->full |= clean.full;
	buf_free(&clean);
}

/* Not by iconv, which lets characters beyond U+10FFFF pass. */
static bool copy_utf8(const char *in, size_t n, struct buf *out, size_t *bad)
{
	const char *s = in, *end = in + n, *from = in;
	bool good = true;

	while (s < end && good) {
		from = s;
		good = text_next(&s, end) != TEXT_BAD;
	}
	if (good)
		from = end;
	buf_add(out, in, (size_t)(from - in));
	if (bad != NULL)
		*bad = (size_t)(from - in);
	return good;
}

bool text_decode(enum text_encoding e, const void *bytes, size_t n, struct buf *out, size_t *bad)
{
	enum text_encoding told = TEXT_UNKNOWN;
	size_t skip = mark(bytes, n, &told), from = out->len;
	bool ok;

	if (e == TEXT_UNKNOWN) {
		if (bad != NULL)
			*bad = 0;
		return false;
	}
	if (told != e)
		skip = 0;
	if (e == TEXT_UTF8)
		ok = copy_utf8((const char *)bytes + skip, n - skip, out, bad);
	else
		ok = convert(
			"UTF-8", iconv_names[e], (const char *)bytes + skip, n - skip, out, bad);
	if (bad != NULL)
		*bad += skip;
	replace_nuls(out, from);
	return ok && !out->full;
}

bool text_encode_gb18030(const char *s, struct buf *out)
{
	return convert("GB18030", "UTF-8", s, strlen(s), out, NULL);
}

bool text_nfkc(const char *s, struct buf *out)
{
	utf8proc_uint8_t *norm = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s, 0, &norm,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);

	if (n < 0)
		return false;
	buf_add(out, norm, (size_t)n);
	free(norm);
	return !out->full;
}

void text_fold_ascii(const char *s, struct buf *out)
{
	const char *end = s + strlen(s);
	char piece[4];

	while (s < end) {
		const char *from = s;
		uint32_t c = text_next(&s, end);

		if (c >= 0xFF01 && c <= 0xFF5E)
			buf_add(out, piece, text_put(c - 0xFEE0, piece));
		else if (c == 0x3000)
			buf_addc(out, ' ');
		else
			buf_add(out, from, (size_t)(s - from));
	}
}

static bool invisible(uint32_t c)
{
	return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0xAD ||
	       (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || (c >= 0x80 && c < 0xA0);
}

void text_drop_invisible(const char *s, struct buf *out)
{
	const char *end = s + strlen(s);

	while (s < end) {
		const char *from = s;

		if (!invisible(text_next(&s, end)))
			buf_add(out, from, (size_t)(s - from));
	}
}
