#include "xlsx_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "text.h"

#include "banned.h"

void xlsx_text_init(struct xlsx_text *t, size_t chars)
{
	*t = (struct xlsx_text){ .phonetic = 0 };
	buf_init(&t->text, chars * 4 + 4);
}

void xlsx_text_free(struct xlsx_text *t)
{
	buf_free(&t->text);
}

void xlsx_text_clear(struct xlsx_text *t)
{
	buf_clear(&t->text);
	t->phonetic = 0;
	t->in_t = false;
}

void xlsx_text_start(struct xlsx_text *t, const char *element)
{
	if (strcmp(element, "rPh") == 0)
		t->phonetic++;
	else if (strcmp(element, "t") == 0)
		t->in_t = true;
}

void xlsx_text_end(struct xlsx_text *t, const char *element)
{
	if (strcmp(element, "rPh") == 0 && t->phonetic > 0)
		t->phonetic--;
	else if (strcmp(element, "t") == 0)
		t->in_t = false;
}

void xlsx_text_add(struct xlsx_text *t, const char *s, int n)
{
	const char *p = s, *end = s + n;

	if (buf_add(&t->text, s, (size_t)n))
		return;
	while (p < end) { /* what still fits, by whole characters */
		const char *from = p;

		text_next(&p, end);
		if (!buf_add(&t->text, from, (size_t)(p - from)))
			return;
	}
}

void xlsx_text_chars(struct xlsx_text *t, const char *s, int n)
{
	if (t->in_t && t->phonetic == 0)
		xlsx_text_add(t, s, n);
}

/* _x000D_ at s: its value, or -1. */
static int escaped(const char *s, const char *end)
{
	int value = 0;

	if (end - s < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_')
		return -1;
	for (int i = 2; i < 6; i++) {
		if (hex_digit(s[i]) < 0)
			return -1;
		value = value * 16 + hex_digit(s[i]);
	}
	return value;
}

/* Escapes stand for characters that XML cannot hold; only those and the underscore are meant. */
static size_t resolve(char *s, size_t n)
{
	const char *from = s, *end = s + n;
	char *to = s;

	while (from < end) {
		int c = escaped(from, end);

		if (c == '_' || (c >= 0 && c < 0x20)) {
			from += 7;
			if (c == '_' || c == '\n' || c == '\t')
				*to++ = (char)c;
			continue;
		}
		if ((unsigned char)*from >= 0x20 || *from == '\n' || *from == '\t')
			*to++ = *from;
		from++;
	}
	return (size_t)(to - s);
}

const char *xlsx_text_done(struct xlsx_text *t, size_t *n)
{
	*n = 0;
	if (t->text.len == 0)
		return "";
	*n = t->text.len = resolve(t->text.data, t->text.len);
	t->text.data[*n] = '\0';
	return t->text.data;
}

/* ---- shared strings ------------------------------------------------------------------ */

enum { CHUNK = 1 << 20 };

struct chunk {
	struct chunk *next;
	size_t used;
	char bytes[CHUNK];
};

struct xlsx_strings {
	struct chunk *chunks; /* the newest first */
	const char **item;
	size_t count, room;
	struct xlsx_text text;
	bool in_si;
};

static const char *keep(struct xlsx_strings *s, const char *text, size_t n)
{
	struct chunk *c = s->chunks;
	char *at;

	assert(n + 1 <= CHUNK);
	if (c == NULL || CHUNK - c->used < n + 1) {
		c = malloc(sizeof *c);
		if (c == NULL)
			abort();
		c->next = s->chunks;
		c->used = 0;
		s->chunks = c;
	}
	at = c->bytes + c->used;
	memcpy(at, text, n + 1);
	c->used += n + 1;
	return at;
}

static void add_item(struct xlsx_strings *s)
{
	size_t n;
	const char *text = xlsx_text_done(&s->text, &n);

	if (s->count == s->room) {
		s->room = s->room == 0 ? 1024 : s->room * 2;
		s->item = realloc(s->item, s->room * sizeof *s->item);
		if (s->item == NULL)
			abort();
	}
	s->item[s->count++] = n == 0 ? "" : keep(s, text, n);
}

static void on_start(void *arg, const char *name, const char **attr)
{
	struct xlsx_strings *s = arg;

	(void)attr;
	if (strcmp(name, "si") == 0) {
		s->in_si = true;
		xlsx_text_clear(&s->text);
	} else if (s->in_si) {
		xlsx_text_start(&s->text, name);
	}
}

static void on_end(void *arg, const char *name)
{
	struct xlsx_strings *s = arg;

	if (strcmp(name, "si") == 0 && s->in_si) {
		add_item(s);
		s->in_si = false;
	} else if (s->in_si) {
		xlsx_text_end(&s->text, name);
	}
}

static void on_text(void *arg, const char *text, int n)
{
	struct xlsx_strings *s = arg;

	if (s->in_si)
		xlsx_text_chars(&s->text, text, n);
}

enum sheet_rc xlsx_strings_read(
	struct xlsx_parts *parts, const char *path, size_t chars, struct xlsx_strings **out)
{
	struct xlsx_handler handler = { on_start, on_end, on_text, NULL };
	struct xlsx_strings *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	*out = s;
	xlsx_text_init(&s->text, chars);
	handler.arg = s;
	if (!xlsx_part_exists(parts, path))
		return SHEET_OK;
	return xlsx_part_parse(parts, path, false, &handler);
}

void xlsx_strings_free(struct xlsx_strings *s)
{
	if (s == NULL)
		return;
	while (s->chunks != NULL) {
		struct chunk *next = s->chunks->next;

		free(s->chunks);
		s->chunks = next;
	}
	free(s->item);
	xlsx_text_free(&s->text);
	free(s);
}

const char *xlsx_strings_at(const struct xlsx_strings *s, size_t i)
{
	return i < s->count ? s->item[i] : NULL;
}
