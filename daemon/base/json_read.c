#include "json_read.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

#include "banned.h"

enum { DEPTH = 8, DIGITS = 18 };

/* Each step gives NULL or false where the plain form ends: then jansson has the word. */
struct reader {
	const char *at, *end;
	int depth;
};

static json_t *read_value(struct reader *r);

/* The next byte that is no blank; '\0' at the end. */
static char peek(struct reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
	return r->at < r->end ? *r->at : '\0';
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

/* The text behind a quotation mark, of n bytes, up to the next one. */
static const char *read_text(struct reader *r, size_t *n)
{
	const char *from = r->at, *s;
	bool ascii = true;

	for (s = from; s < r->end && *s != '"'; s++) {
		if (*s == '\\' || (unsigned char)*s < ' ')
			return NULL;
		ascii = ascii && (unsigned char)*s < 0x80;
	}
	if (s == r->end)
		return NULL;
	*n = (size_t)(s - from);
	r->at = s + 1;
	return ascii || text_valid(from, *n) ? from : NULL;
}

static json_t *read_string(struct reader *r)
{
	size_t n;
	const char *text = read_text(r, &n);

	return text == NULL ? NULL : json_stringn_nocheck(text, n);
}

static json_t *read_integer(struct reader *r)
{
	bool minus = take(r, '-');
	const char *from = r->at;
	json_int_t v = 0;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - from < DIGITS; r->at++)
		v = v * 10 + (*r->at - '0');
	if (r->at == from || (*from == '0' && r->at > from + 1) || r->at == r->end ||
		strchr(".eE0123456789", *r->at) != NULL)
		return NULL;
	return json_integer(minus ? -v : v);
}

static json_t *read_word(struct reader *r, const char *word, json_t *value)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return NULL;
	r->at += n;
	return value;
}

static json_t *read_object(struct reader *r)
{
	json_t *o = json_object(), *v;
	const char *key;
	size_t n;

	if (take(r, '}'))
		return o;
	do {
		key = take(r, '"') ? read_text(r, &n) : NULL;
		if (key == NULL || json_object_getn(o, key, n) != NULL || !take(r, ':') ||
			(v = read_value(r)) == NULL ||
			json_object_setn_new_nocheck(o, key, n, v) != 0)
			goto other;
	} while (take(r, ','));
	if (take(r, '}'))
		return o;
other:
	json_decref(o);
	return NULL;
}

static json_t *read_list(struct reader *r)
{
	json_t *list = json_array(), *v;

	if (take(r, ']'))
		return list;
	do {
		if ((v = read_value(r)) == NULL || json_array_append_new(list, v) != 0)
			goto other;
	} while (take(r, ','));
	if (take(r, ']'))
		return list;
other:
	json_decref(list);
	return NULL;
}

static json_t *read_value(struct reader *r)
{
	json_t *v;

	if (++r->depth > DEPTH)
		return NULL;
	if (take(r, '{'))
		v = read_object(r);
	else if (take(r, '['))
		v = read_list(r);
	else if (take(r, '"'))
		v = read_string(r);
	else if (peek(r) == 't')
		v = read_word(r, "true", json_true());
	else if (peek(r) == 'f')
		v = read_word(r, "false", json_false());
	else if (peek(r) == 'n')
		v = read_word(r, "null", json_null());
	else
		v = read_integer(r);
	r->depth--;
	return v;
}

json_t *json_read(const char *text, size_t n, json_error_t *error)
{
	struct reader r = { .at = text, .end = text + n };
	json_t *v = peek(&r) == '{' || peek(&r) == '[' ? read_value(&r) : NULL;

	if (v != NULL && peek(&r) == '\0' && r.at == r.end)
		return v;
	json_decref(v);
	return json_loadb(text, n, JSON_REJECT_DUPLICATES, error);
}
