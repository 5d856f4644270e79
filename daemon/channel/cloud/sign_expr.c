/* sign_expr.c - the language of configured signatures: read and computed in one pass. */
#include "sign_expr.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "banned.h"

enum { NESTING = 12, NAME_MAX_BYTES = 32, VALUE_MAX = 256 * 1024 };

struct expr {
	const char *at;
	const struct sign_values *values;
	struct sign *sign;
	int depth;
	char *wrong;
	size_t wrong_room;
	bool failed;
};

struct piece { /* a text in UTF-8, or the bytes of a digest */
	struct buf b;
	bool bytes;
};

static void piece_free(struct piece *p)
{
	if (p->b.data != NULL)
		OPENSSL_cleanse(p->b.data, p->b.cap);
	buf_free(&p->b);
}

static void fail(struct expr *e, const char *what, const char *which)
{
	if (!e->failed && e->wrong_room > 0)
		snprintf(e->wrong, e->wrong_room, "%s%.40s", what, which);
	e->failed = true;
}

static char next(struct expr *e)
{
	e->at += strspn(e->at, " \t\r\n");
	return *e->at;
}

static void want(struct expr *e, char c)
{
	const char text[2] = { c, '\0' };

	if (next(e) == c)
		e->at++;
	else
		fail(e, "这里少了 ", text);
}

/* -- pieces ----------------------------------------------------------------------------------- */

static void add_as_text(const struct piece *p, struct buf *out)
{
	if (p->bytes)
		sign_hex(buf_str(&p->b), p->b.len, out);
	else
		buf_add(out, buf_str(&p->b), p->b.len);
}

/* As bytes for a digest: a text in the provider's charset, a digest as it is. */
static void add_as_bytes(struct expr *e, const struct piece *p, struct buf *out)
{
	if (p->bytes)
		buf_add(out, buf_str(&p->b), p->b.len);
	else if (!sign_charset(buf_str(&p->b), e->values->charset, out))
		fail(e, "内容不能换成字符集 ", e->values->charset);
}

static void to_text(struct piece *p)
{
	struct piece t = { .bytes = false };

	if (!p->bytes)
		return;
	buf_init(&t.b, VALUE_MAX);
	add_as_text(p, &t.b);
	piece_free(p);
	*p = t;
}

/* -- functions ----------------------------------------------------------------------------------- */

static void show(struct expr *e, struct buf *where, const struct piece *p)
{
	buf_clear(&e->sign->canonical);
	buf_clear(&e->sign->to_sign);
	add_as_text(p, where);
}

static void put_hash(struct piece *out, const struct sign_hash *h)
{
	buf_clear(&out->b);
	buf_add(&out->b, h->byte, h->n);
	out->bytes = true;
}

static void do_hash(struct expr *e, int which, struct piece *a, struct piece *out)
{
	struct sign_hash h;
	struct buf bytes;

	show(e, &e->sign->canonical, &a[0]);
	to_text(&a[0]);
	buf_init(&bytes, VALUE_MAX);
	add_as_bytes(e, &a[0], &bytes);
	h = sign_hash((enum sign_digest)which, buf_str(&bytes), bytes.len);
	put_hash(out, &h);
	buf_free(&bytes);
}

static void do_hmac(struct expr *e, int which, struct piece *a, struct piece *out)
{
	struct sign_hash h;
	struct buf key, bytes;

	show(e, &e->sign->to_sign, &a[1]);
	to_text(&a[1]);
	buf_init(&key, VALUE_MAX);
	buf_init(&bytes, VALUE_MAX);
	add_as_bytes(e, &a[0], &key);
	add_as_bytes(e, &a[1], &bytes);
	h = sign_hmac((enum sign_digest)which, buf_str(&key), key.len, buf_str(&bytes), bytes.len);
	put_hash(out, &h);
	buf_free(&bytes);
	if (key.data != NULL)
		OPENSSL_cleanse(key.data, key.cap);
	buf_free(&key);
}

static void do_hex(struct expr *e, int which, struct piece *a, struct piece *out)
{
	struct buf bytes;

	(void)which;
	buf_init(&bytes, VALUE_MAX);
	add_as_bytes(e, &a[0], &bytes);
	sign_hex(buf_str(&bytes), bytes.len, &out->b);
	buf_free(&bytes);
}

static void do_base64(struct expr *e, int which, struct piece *a, struct piece *out)
{
	struct buf bytes;

	(void)which;
	buf_init(&bytes, VALUE_MAX);
	add_as_bytes(e, &a[0], &bytes);
	sign_base64(buf_str(&bytes), bytes.len, &out->b);
	buf_free(&bytes);
}

static void do_case(struct expr *e, int which, struct piece *a, struct piece *out)
{
	char from = which != 0 ? 'a' : 'A';

	(void)e;
	to_text(&a[0]);
	for (size_t i = 0; i < a[0].b.len; i++) {
		char c = a[0].b.data[i];

		buf_addc(&out->b, c >= from && c < from + 26 ? (char)(c ^ 0x20) : c);
	}
}

static void do_urlencode(struct expr *e, int which, struct piece *a, struct piece *out)
{
	struct buf bytes;

	(void)which;
	to_text(&a[0]);
	buf_init(&bytes, VALUE_MAX);
	add_as_bytes(e, &a[0], &bytes);
	sign_percent(buf_str(&bytes), bytes.len, &out->b);
	buf_free(&bytes);
}

static const struct function {
	const char *name;
	int args, which;
	void (*run)(struct expr *e, int which, struct piece *a, struct piece *out);
} functions[] = {
	{ "md5", 1, SIGN_MD5, do_hash },
	{ "sha1", 1, SIGN_SHA1, do_hash },
	{ "sha256", 1, SIGN_SHA256, do_hash },
	{ "hmac_md5", 2, SIGN_MD5, do_hmac },
	{ "hmac_sha1", 2, SIGN_SHA1, do_hmac },
	{ "hmac_sha256", 2, SIGN_SHA256, do_hmac },
	{ "hex", 1, 0, do_hex },
	{ "base64", 1, 0, do_base64 },
	{ "upper", 1, 1, do_case },
	{ "lower", 1, 0, do_case },
	{ "urlencode", 1, 0, do_urlencode },
};

/* -- reading ---------------------------------------------------------------------------------------- */

static void expression(struct expr *e, struct piece *out);

static bool read_name(struct expr *e, char name[NAME_MAX_BYTES])
{
	size_t n;

	next(e);
	n = strspn(e->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	if (n == 0 || n >= NAME_MAX_BYTES) {
		fail(e, "这里看不懂: ", e->at);
		return false;
	}
	memcpy(name, e->at, n);
	name[n] = '\0';
	e->at += n;
	return true;
}

static const char *value_of(struct expr *e, const char *name)
{
	const char *v = e->values->value(e->values->arg, name);

	if (v == NULL)
		fail(e, "没有这个值: ", name);
	return v == NULL ? "" : v;
}

static void literal(struct expr *e, struct buf *out)
{
	for (e->at++; *e->at != '"'; e->at++) {
		if (*e->at == '\\' && (e->at[1] == '"' || e->at[1] == '\\'))
			e->at++;
		if (*e->at == '\0') {
			fail(e, "引号没有关上", "");
			return;
		}
		buf_addc(out, *e->at);
	}
	e->at++;
}

static void sorted(struct expr *e, struct buf *out)
{
	char name[16][NAME_MAX_BYTES];
	struct sign_pairs p = { .count = 0 };

	do {
		if (p.count == 16) {
			fail(e, "sorted 里最多16个名字", "");
			return;
		}
		if (!read_name(e, name[p.count]))
			return;
		sign_pair(&p, name[p.count], value_of(e, name[p.count]));
	} while (next(e) == ',' && *e->at++ == ',');
	want(e, ')');
	sign_pairs_sort(&p);
	for (int i = 0; i < p.count; i++)
		buf_addf(out, "%s%s=%s", i == 0 ? "" : "&", p.at[i].name, p.at[i].value);
}

static void call(struct expr *e, const char *name, struct piece *out)
{
	struct piece a[2] = { { .bytes = false }, { .bytes = false } };
	size_t i = 0, all = sizeof functions / sizeof *functions;

	while (i < all && strcmp(functions[i].name, name) != 0)
		i++;
	if (i == all) {
		fail(e, "没有这个函数: ", name);
		return;
	}
	for (int k = 0; k < functions[i].args && !e->failed; k++) {
		if (k > 0)
			want(e, ',');
		buf_init(&a[k].b, VALUE_MAX);
		expression(e, &a[k]);
	}
	want(e, ')');
	if (!e->failed)
		functions[i].run(e, functions[i].which, a, out);
	piece_free(&a[0]);
	piece_free(&a[1]);
}

static void term(struct expr *e, struct piece *out)
{
	char name[NAME_MAX_BYTES];

	if (next(e) == '"') {
		literal(e, &out->b);
	} else if (read_name(e, name)) {
		if (next(e) != '(') {
			buf_adds(&out->b, value_of(e, name));
			return;
		}
		e->at++;
		if (strcmp(name, "sorted") == 0)
			sorted(e, &out->b);
		else
			call(e, name, out);
	}
}

static void expression(struct expr *e, struct piece *out)
{
	if (++e->depth > NESTING)
		fail(e, "括号套得太深", "");
	if (!e->failed)
		term(e, out);
	while (!e->failed && next(e) == '+') {
		struct piece more = { .bytes = false };

		e->at++;
		buf_init(&more.b, VALUE_MAX);
		term(e, &more);
		to_text(out);
		add_as_text(&more, &out->b);
		piece_free(&more);
	}
	e->depth--;
}

bool sign_expr(const char *text, const struct sign_values *v, struct sign *s, char *wrong, size_t n)
{
	struct expr e = { .at = text, .values = v, .sign = s, .wrong = wrong, .wrong_room = n };
	struct piece out = { .bytes = false };

	if (strlen(text) > SIGN_EXPR_MAX)
		fail(&e, "太长了", "");
	buf_init(&out.b, VALUE_MAX);
	if (!e.failed)
		expression(&e, &out);
	if (!e.failed && next(&e) != '\0')
		fail(&e, "后面多了: ", e.at);
	if (out.b.full)
		fail(&e, "结果太长了", "");
	if (!e.failed)
		add_as_text(&out, &s->value);
	piece_free(&out);
	return !e.failed;
}
