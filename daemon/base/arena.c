#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { CHUNK = 32768, ALIGN = 16, SMALL = 256 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, pad;
	_Alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

static void free_from(struct arena_chunk *c)
{
	while (c != NULL) {
		struct arena_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void arena_free(struct arena *a)
{
	free_from(a->first);
	arena_init(a, a->max);
}

void arena_reset(struct arena *a)
{
	if (a->first == NULL)
		return;
	free_from(a->first->next);
	a->first->next = NULL;
	a->at = a->first;
	a->used = 0;
	a->total = a->first->size;
}

static void add_chunk(struct arena *a, size_t n)
{
	size_t size = n > CHUNK ? n : CHUNK;
	struct arena_chunk *c = malloc(sizeof *c + size);

	if (c == NULL || size > a->max - a->total)
		abort();
	c->next = NULL;
	c->size = size;
	if (a->at == NULL)
		a->first = c;
	else
		a->at->next = c;
	a->at = c;
	a->used = 0;
	a->total += size;
}

void *arena_take(struct arena *a, size_t n)
{
	size_t rounded = (n + ALIGN - 1) / ALIGN * ALIGN;
	void *p;

	if (a->at == NULL || rounded > a->at->size - a->used)
		add_chunk(a, rounded);
	p = a->at->bytes + a->used;
	a->used += rounded;
	memset(p, 0, rounded);
	return p;
}

char *arena_text(struct arena *a, const char *bytes, size_t n)
{
	char *copy = arena_take(a, n + 1);

	memcpy(copy, bytes, n);
	return copy;
}

char *arena_print(struct arena *a, const char *fmt, ...)
{
	char small[SMALL];
	va_list ap;
	char *out;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof small)
		return arena_text(a, small, (size_t)n);
	out = arena_take(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(out, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return out;
}
