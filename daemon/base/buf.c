#include "buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Room for n bytes and the NUL behind them. */
static bool reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? 64 : b->cap;

	if (b->full || n > b->max || b->len > b->max - n) {
		b->full = true;
		return false;
	}
	if (b->len + n + 1 <= b->cap)
		return true;
	while (cap < b->len + n + 1)
		cap *= 2;
	b->data = realloc(b->data, cap);
	if (b->data == NULL)
		abort();
	b->cap = cap;
	return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!reserve(b, n))
		return false;
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
	return true;
}

bool buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_addc(struct buf *b, char c)
{
	if (b->full || b->len + 1 >= b->cap || b->len >= b->max)
		return buf_add(b, &c, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
	return true;
}

/* Into the room that there is; a second time only when that was too small. */
bool buf_addf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->cap - b->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->data == NULL ? NULL : b->data + b->len, room, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if (!reserve(b, (size_t)n)) {
		if (b->data != NULL)
			b->data[b->len] = '\0';
		return false;
	}
	if ((size_t)n >= room) {
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
	return true;
}

const char *buf_str(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}
