#include "sheet_wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#include "banned.h"

/* ---- writing --------------------------------------------------------------------------- */

static void put_u32(struct buf *out, uint32_t v)
{
	char b[4] = { (char)(v & 0xFF), (char)(v >> 8 & 0xFF), (char)(v >> 16 & 0xFF),
		(char)(v >> 24 & 0xFF) };

	buf_add(out, b, sizeof b);
}

static void put_u8(struct buf *out, unsigned v)
{
	buf_addc(out, (char)v);
}

static void put_text(struct buf *out, const char *s)
{
	put_u32(out, (uint32_t)strlen(s));
	buf_adds(out, s);
}

static size_t begin(struct buf *out, enum wire_kind kind)
{
	put_u8(out, kind);
	put_u32(out, 0);
	return out->len;
}

/* The length is known only now. */
static void finish(struct buf *out, size_t from)
{
	size_t n = out->len - from;

	if (out->full)
		return;
	for (size_t i = 0; i < 4; i++)
		out->data[from - 4 + i] = (char)(n >> (8 * i) & 0xFF);
}

void wire_put_sheet(struct buf *out, const struct sheet_info *info)
{
	size_t from = begin(out, WIRE_SHEET);

	put_u32(out, (uint32_t)info->index);
	put_u8(out, info->hidden);
	put_u8(out, info->epoch_1904);
	put_text(out, info->name);
	put_u32(out, (uint32_t)info->merge_count);
	for (size_t i = 0; i < info->merge_count; i++) {
		put_u32(out, (uint32_t)info->merges[i].top);
		put_u32(out, (uint32_t)info->merges[i].left);
		put_u32(out, (uint32_t)info->merges[i].bottom);
		put_u32(out, (uint32_t)info->merges[i].right);
	}
	finish(out, from);
}

void wire_put_row(struct buf *out, const struct sheet_row *row)
{
	size_t from = begin(out, WIRE_ROW);

	put_u32(out, (uint32_t)row->number);
	put_u8(out, row->hidden);
	for (size_t i = 0; i < row->count; i++) {
		if (row->cells[i].kind == SHEET_EMPTY)
			continue;
		put_u32(out, (uint32_t)i);
		put_u8(out, row->cells[i].kind);
		put_u8(out, row->cells[i].cut);
		put_text(out, row->cells[i].text);
	}
	finish(out, from);
}

void wire_put_end(struct buf *out)
{
	finish(out, begin(out, WIRE_END));
}

void wire_put_fault(struct buf *out, const struct fault *fault)
{
	size_t from = begin(out, WIRE_FAULT);

	put_u32(out, (uint32_t)fault->row);
	put_text(out, fault->code);
	put_text(out, fault->column);
	put_text(out, fault->value);
	put_text(out, fault->why);
	put_text(out, fault->mend);
	finish(out, from);
}

/* ---- reading --------------------------------------------------------------------------- */

struct cursor {
	const unsigned char *p, *end;
	bool bad;
};

static uint32_t take_u32(struct cursor *c)
{
	uint32_t v;

	if (c->end - c->p < 4) {
		c->bad = true;
		return 0;
	}
	v = (uint32_t)c->p[0] | (uint32_t)c->p[1] << 8 | (uint32_t)c->p[2] << 16 |
	    (uint32_t)c->p[3] << 24;
	c->p += 4;
	return v;
}

static unsigned take_u8(struct cursor *c)
{
	if (c->end == c->p) {
		c->bad = true;
		return 0;
	}
	return *c->p++;
}

/* Valid UTF-8 or nothing. */
static const char *take_text(struct cursor *c, size_t *n)
{
	const char *s;

	*n = take_u32(c);
	if (c->bad || (size_t)(c->end - c->p) < *n) {
		c->bad = true;
		*n = 0;
		return "";
	}
	s = (const char *)c->p;
	c->p += *n;
	c->bad = !text_valid(s, *n);
	return s;
}

static int take_int(struct cursor *c, int most)
{
	uint32_t v = take_u32(c);

	c->bad = c->bad || v > (uint32_t)most;
	return c->bad ? 0 : (int)v;
}

static void take_string(struct cursor *c, char *out, size_t room)
{
	size_t n;
	const char *s = take_text(c, &n);

	c->bad = c->bad || n >= room;
	if (c->bad)
		return;
	memcpy(out, s, n);
	out[n] = '\0';
}

static struct cursor open_frame(const char *frame, size_t n, enum wire_kind kind)
{
	const unsigned char *p = (const unsigned char *)frame;
	struct cursor c = { p + WIRE_HEAD, p + n, false };

	assert(n >= WIRE_HEAD && p[0] == kind);
	return c;
}

long wire_length(const char *p, size_t n)
{
	struct cursor c = { (const unsigned char *)p, (const unsigned char *)p + n, false };
	unsigned kind;
	uint32_t rest;

	if (n < WIRE_HEAD)
		return 0;
	kind = take_u8(&c);
	rest = take_u32(&c);
	if (kind != WIRE_SHEET && kind != WIRE_ROW && kind != WIRE_END && kind != WIRE_FAULT)
		return -1;
	if (rest > WIRE_MAX)
		return -1;
	return rest > n - WIRE_HEAD ? 0 : (long)(WIRE_HEAD + rest);
}

bool wire_take_sheet(const char *frame, size_t n, struct wire_sheet *out)
{
	struct cursor c = open_frame(frame, n, WIRE_SHEET);
	size_t merges;

	memset(out, 0, sizeof *out);
	out->info.index = take_int(&c, 65535);
	out->info.hidden = take_u8(&c) != 0;
	out->info.epoch_1904 = take_u8(&c) != 0;
	take_string(&c, out->name, sizeof out->name);
	merges = (size_t)take_int(&c, SHEET_MERGES);
	if (c.bad || (size_t)(c.end - c.p) != merges * 16)
		return false;
	out->merges = calloc(merges + 1, sizeof *out->merges);
	if (out->merges == NULL)
		abort();
	for (size_t i = 0; i < merges; i++) {
		struct sheet_merge *m = &out->merges[i];

		m->top = take_int(&c, SHEET_LAST_ROW);
		m->left = take_int(&c, 16384);
		m->bottom = take_int(&c, SHEET_LAST_ROW);
		m->right = take_int(&c, 16384);
		c.bad = c.bad || m->top < 1 || m->bottom < m->top || m->right < m->left;
		c.bad = c.bad || (i > 0 && m->top < m[-1].top);
	}
	out->info.name = out->name;
	out->info.merges = out->merges;
	out->info.merge_count = merges;
	if (c.bad)
		wire_sheet_free(out);
	return !c.bad;
}

void wire_sheet_free(struct wire_sheet *s)
{
	free(s->merges);
	s->merges = NULL;
	s->info.merges = NULL;
	s->info.merge_count = 0;
}

bool wire_take_row(
	const char *frame, size_t n, const struct sheet_limits *limits, struct rowbuf *out)
{
	struct cursor c = open_frame(frame, n, WIRE_ROW);
	int number = take_int(&c, SHEET_LAST_ROW);
	bool hidden = take_u8(&c) != 0;

	rowbuf_begin(out, number, hidden);
	while (!c.bad && c.p < c.end) {
		size_t column = (size_t)take_int(&c, SHEET_COLUMNS - 1), len;
		unsigned kind = take_u8(&c);
		bool cut = take_u8(&c) != 0;
		const char *s = take_text(&c, &len);

		c.bad = c.bad || kind == SHEET_EMPTY || kind > SHEET_ERROR || len == 0;
		if (c.bad || !rowbuf_put(out, limits, column, (enum sheet_kind)kind, s, len))
			return false;
		if (cut)
			rowbuf_mark_cut(out, column);
	}
	return !c.bad && number > 0;
}

bool wire_take_fault(const char *frame, size_t n, struct fault *out)
{
	struct cursor c = open_frame(frame, n, WIRE_FAULT);

	memset(out, 0, sizeof *out);
	out->row = take_int(&c, SHEET_LAST_ROW);
	take_string(&c, out->code, sizeof out->code);
	take_string(&c, out->column, sizeof out->column);
	take_string(&c, out->value, sizeof out->value);
	take_string(&c, out->why, sizeof out->why);
	take_string(&c, out->mend, sizeof out->mend);
	return !c.bad && c.p == c.end;
}
