/* line.c - from a modem's bytes to lines. */
#include "line.h"

#include <string.h>

#include "banned.h"

enum { ROOM = LINE_MAX_BYTES + 1 };

void line_init(struct lines *l)
{
	l->len = l->used = l->searched = 0;
	l->skipping = false;
	l->dropped = 0;
}

static void drop(struct lines *l, size_t n)
{
	l->len -= n;
	memmove(l->in, l->in + n, l->len);
	l->searched = 0;
}

static void drop_used(struct lines *l)
{
	if (l->used > 0)
		drop(l, l->used);
	l->used = 0;
}

size_t line_put(struct lines *l, const char *bytes, size_t n)
{
	drop_used(l);
	if (l->len == ROOM) { /* full and no line end: it will not become a line */
		l->dropped += !l->skipping;
		l->skipping = true;
		l->len = l->searched = 0;
	}
	if (n > ROOM - l->len)
		n = ROOM - l->len;
	memcpy(l->in + l->len, bytes, n);
	l->len += n;
	return n;
}

static bool is_end(char c)
{
	return c == '\r' || c == '\n';
}

static bool is_printable(char c)
{
	return c >= 0x20 && c <= 0x7E;
}

/* Where the line ends, or len. */
static size_t find_end(struct lines *l)
{
	size_t i = l->searched;

	while (i < l->len && !is_end(l->in[i]))
		i++;
	l->searched = i;
	return i;
}

/* Line ends, noise and spaces before the first byte that counts. */
static void drop_before(struct lines *l)
{
	size_t n = 0;

	while (n < l->len && (!is_printable(l->in[n]) || l->in[n] == ' '))
		n++;
	if (n > 0)
		drop(l, n);
}

static bool skip_long(struct lines *l)
{
	size_t end;

	if (!l->skipping)
		return true;
	end = find_end(l);
	l->skipping = end == l->len;
	drop(l, end);
	return !l->skipping;
}

static void finish(struct lines *l, size_t end, struct line *out)
{
	l->used = end + 1;
	while (end > 0 && l->in[end - 1] == ' ')
		end--;
	l->in[end] = '\0';
	*out = (struct line){ .text = l->in, .len = end };
	for (size_t i = 0; i < end; i++)
		out->spoilt |= !is_printable(l->in[i]);
}

bool line_take(struct lines *l, bool prompt, struct line *out)
{
	static char sign[] = ">";
	size_t end;

	drop_used(l);
	if (!skip_long(l))
		return false;
	drop_before(l);
	if (prompt && l->len > 0 && l->in[0] == '>') {
		l->used = 1;
		*out = (struct line){ .text = sign, .len = 1, .prompt = true };
		return true;
	}
	end = find_end(l);
	if (end == l->len)
		return false;
	finish(l, end, out);
	return true;
}
