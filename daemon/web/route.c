#include "route.h"

#include <string.h>

#include "hex.h"
#include "text.h"

#include "banned.h"

static const char *const methods[METHODS] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

const char *method_name(enum method m)
{
	return methods[m];
}

enum method method_of(const char *name)
{
	if (strcmp(name, "HEAD") == 0)
		return METHOD_GET;
	for (int m = 0; m < METHODS; m++)
		if (strcmp(methods[m], name) == 0)
			return (enum method)m;
	return METHODS;
}

/* One byte at s[*at], which moves behind it; -1 on a bad escape. */
static int take_byte(const char *s, size_t n, size_t *at, bool plus)
{
	char c = s[(*at)++];
	int high, low;

	if (c == '+' && plus)
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (n - *at < 2)
		return -1;
	high = hex_digit(s[*at]);
	low = hex_digit(s[*at + 1]);
	*at += 2;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

const char *percent_decode(const char *s, size_t n, bool plus, struct arena *a)
{
	char *out = arena_take(a, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		int c = take_byte(s, n, &i, plus);

		if (c < 0x20 || c == 0x7F)
			return NULL;
		out[len++] = (char)c;
	}
	return text_valid(out, len) ? out : NULL;
}

static bool take_arg(struct route_args *out, const char *name, size_t name_n, const char *value,
	size_t value_n, struct arena *a)
{
	const char *text;

	if (out->count == ROUTE_ARGS || value_n == 0)
		return false;
	text = percent_decode(value, value_n, false, a);
	if (text == NULL)
		return false;
	out->name[out->count] = arena_text(a, name, name_n);
	out->value[out->count++] = text;
	return true;
}

bool route_fits(const char *pattern, const char *path, struct arena *a, struct route_args *out)
{
	out->count = 0;
	while (*pattern == '/' && *path == '/') {
		size_t want = strcspn(++pattern, "/"), have = strcspn(++path, "/");

		if (*pattern == '{') {
			if (!take_arg(out, pattern + 1, want - 2, path, have, a))
				return false;
		} else if (want != have || memcmp(pattern, path, want) != 0) {
			return false;
		}
		pattern += want;
		path += have;
	}
	return *pattern == '\0' && *path == '\0';
}

const char *route_arg(const struct route_args *args, const char *name)
{
	for (int i = 0; i < args->count; i++)
		if (strcmp(args->name[i], name) == 0)
			return args->value[i];
	return "";
}

static bool take_pair(struct query *out, const char *pair, size_t n, struct arena *a)
{
	const char *eq = memchr(pair, '=', n);
	size_t name_n = eq == NULL ? n : (size_t)(eq - pair);
	const char *name = percent_decode(pair, name_n, true, a);
	const char *value = eq == NULL ? "" : percent_decode(eq + 1, n - name_n - 1, true, a);

	if (name == NULL || value == NULL || out->count == QUERY_MAX ||
		query_get(out, name) != NULL)
		return false;
	out->name[out->count] = name;
	out->value[out->count++] = value;
	return true;
}

bool query_parse(const char *raw, struct arena *a, struct query *out)
{
	out->count = 0;
	while (raw != NULL && *raw != '\0') {
		size_t n = strcspn(raw, "&");

		if (n > 0 && !take_pair(out, raw, n, a))
			return false;
		raw += n;
		raw += *raw == '&';
	}
	return true;
}

const char *query_get(const struct query *q, const char *name)
{
	for (int i = 0; i < q->count; i++)
		if (strcmp(q->name[i], name) == 0)
			return q->value[i];
	return NULL;
}

int64_t query_number(const struct query *q, const char *name, int64_t otherwise, int64_t low,
	int64_t high, bool *ok)
{
	const char *s = query_get(q, name);
	size_t n = s == NULL ? 0 : strspn(s, "0123456789");
	int64_t v = 0;

	if (s == NULL)
		return otherwise;
	for (size_t i = 0; i < n && n <= 18; i++)
		v = v * 10 + (s[i] - '0');
	if (n == 0 || n > 18 || s[n] != '\0' || v < low || v > high) {
		*ok = false;
		return otherwise;
	}
	return v;
}
