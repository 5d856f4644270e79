#include "xlsx_sheet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

static bool take_ref(const char **ref, int *column, int *row)
{
	const char *s = *ref;
	int c = 0, r = 0;

	for (; (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || *s == '$'; s++)
		if (*s != '$' && (c = c * 26 + ((*s & 0x1F))) > 16384)
			return false;
	for (; *s >= '0' && *s <= '9'; s++)
		if ((r = r * 10 + (*s - '0')) > SHEET_LAST_ROW)
			return false;
	if (c == 0 || r == 0)
		return false;
	*column = c - 1;
	*row = r;
	*ref = s;
	return true;
}

/* "BC23" gives column 54 and row 23; false: no reference. Missing parts are refused. */
static bool xlsx_ref(const char *ref, int *column, int *row)
{
	return ref != NULL && take_ref(&ref, column, row) && *ref == '\0';
}

/* ---- merged ranges, which stand behind the rows --------------------------------------- */

struct merges {
	struct xlsx_parts *parts;
	struct sheet_merge *item;
	size_t count, room;
};

static void add_merge(struct merges *m, const struct sheet_merge *one)
{
	if (m->count == SHEET_MERGES) {
		xlsx_part_refuse(m->parts, SHEET_TOO_MANY_MERGES);
		return;
	}
	if (m->count == m->room) {
		m->room = m->room == 0 ? 64 : m->room * 2;
		m->item = realloc(m->item, m->room * sizeof *m->item);
		if (m->item == NULL)
			abort();
	}
	m->item[m->count++] = *one;
}

static void on_merge(void *arg, const char *name, const char **attr)
{
	struct sheet_merge one;
	const char *ref;

	if (strcmp(name, "mergeCell") != 0 || (ref = xlsx_attr(attr, "ref")) == NULL)
		return;
	if (!take_ref(&ref, &one.left, &one.top) || *ref++ != ':')
		return;
	if (!take_ref(&ref, &one.right, &one.bottom) || one.right < one.left ||
		one.bottom < one.top)
		return;
	add_merge(arg, &one);
}

static int by_place(const void *a, const void *b)
{
	const struct sheet_merge *x = a, *y = b;

	if (x->top != y->top)
		return x->top < y->top ? -1 : 1;
	return x->left < y->left ? -1 : x->left > y->left;
}

static enum sheet_rc read_merges(struct xlsx_book *book, const char *path, struct merges *m)
{
	struct xlsx_handler handler = { .start = on_merge, .arg = m };
	enum sheet_rc rc = xlsx_part_parse(book->parts, path, false, &handler);

	if (rc == SHEET_OK && m->count > 1)
		qsort(m->item, m->count, sizeof *m->item, by_place);
	return rc;
}

/* ---- rows ----------------------------------------------------------------------------- */

enum cell_type { CELL_N, CELL_S, CELL_STR, CELL_INLINE, CELL_B, CELL_E };

struct reader {
	struct xlsx_book *book;
	struct rowbuf row;
	struct xlsx_text value;
	int number, column; /* of the row and cell last begun; column from 0 */
	bool in_row, in_cell, in_v, in_is;
	enum cell_type type;
	int style;
};

static enum cell_type type_of(const char *t)
{
	static const struct {
		const char *word;
		enum cell_type type;
	} words[] = { { "s", CELL_S }, { "str", CELL_STR }, { "inlineStr", CELL_INLINE },
		{ "b", CELL_B }, { "e", CELL_E }, { "d", CELL_STR } };

	for (size_t i = 0; t != NULL && i < sizeof words / sizeof *words; i++)
		if (strcmp(t, words[i].word) == 0)
			return words[i].type;
	return CELL_N;
}

static void begin_row(struct reader *r, const char **attr)
{
	int n = xlsx_number(attr, "r");

	r->number = n > r->number ? n : r->number + 1; /* never back */
	if (r->number > SHEET_LAST_ROW) {
		xlsx_part_refuse(r->book->parts, SHEET_DAMAGED);
		return;
	}
	r->column = -1;
	r->in_row = true;
	rowbuf_begin(&r->row, r->number, xlsx_flag(attr, "hidden"));
}

static void end_row(struct reader *r)
{
	const struct sheet_row *row = rowbuf_row(&r->row);
	struct xlsx_book *b = r->book;

	r->in_row = false;
	if (row == NULL)
		return;
	if (++b->rows > b->limits->rows + SHEET_ABOVE)
		xlsx_part_refuse(b->parts, SHEET_TOO_MANY_ROWS);
	else if (!b->sink->row(b->sink->arg, row))
		xlsx_part_stop(b->parts, SHEET_STOPPED);
}

static void begin_cell(struct reader *r, const char **attr)
{
	int column, row;

	if (xlsx_ref(xlsx_attr(attr, "r"), &column, &row))
		r->column = column;
	else
		r->column++;
	r->type = type_of(xlsx_attr(attr, "t"));
	r->style = xlsx_number(attr, "s");
	r->in_cell = true;
	xlsx_text_clear(&r->value);
}

static void put(struct reader *r, enum sheet_kind kind, const char *s, size_t n)
{
	if (rowbuf_put(&r->row, r->book->limits, (size_t)r->column, kind, s, n))
		return;
	xlsx_part_refuse(r->book->parts, SHEET_TOO_MANY_COLUMNS);
	fault_at(r->book->fault, r->number, "", "");
}

static void put_shared(struct reader *r, const char *index)
{
	const char *s = NULL;
	char *end;
	unsigned long i = strtoul(index, &end, 10);

	if (*index >= '0' && *index <= '9' && *end == '\0')
		s = xlsx_strings_at(r->book->strings, i);
	if (s == NULL)
		put(r, SHEET_ERROR, "#REF!", 5);
	else
		put(r, SHEET_TEXT, s, strlen(s));
}

/*
 * Java programs write 13800138000 as 1.3800138E10, without loss and without the plus sign that
 * a spreadsheet program puts there when it shows less than it has. Only the former is undone.
 */
static void put_number(struct reader *r, enum sheet_kind kind, const char *s, size_t n)
{
	const char *e = strchr(s, 'E');
	char plain[32];
	double value;

	if (e == NULL || e[1] < '0' || e[1] > '9') {
		put(r, kind, s, n);
		return;
	}
	value = strtod(s, NULL);
	if (!(value > -1e15 && value < 1e15) || value != (double)(int64_t)value) {
		put(r, kind, s, n);
		return;
	}
	snprintf(plain, sizeof plain, "%.0f", value);
	put(r, kind, plain, strlen(plain));
}

static void end_cell(struct reader *r)
{
	size_t n;
	const char *s = xlsx_text_done(&r->value, &n);
	bool date;

	r->in_cell = r->in_v = r->in_is = false;
	if (n == 0)
		return;
	switch (r->type) {
	case CELL_S:
		put_shared(r, s);
		break;
	case CELL_STR:
	case CELL_INLINE:
		put(r, SHEET_TEXT, s, n);
		break;
	case CELL_B:
		s = strcmp(s, "0") == 0 ? "FALSE" : "TRUE";
		put(r, SHEET_BOOL, s, strlen(s));
		break;
	case CELL_E:
		put(r, SHEET_ERROR, s, n);
		break;
	case CELL_N:
		date = xlsx_style_is_date(&r->book->styles, r->style);
		put_number(r, date ? SHEET_DATE : SHEET_NUMBER, s, n);
		break;
	}
}

static void on_start(void *arg, const char *name, const char **attr)
{
	struct reader *r = arg;

	if (!r->in_row) {
		if (strcmp(name, "row") == 0)
			begin_row(r, attr);
	} else if (!r->in_cell) {
		if (strcmp(name, "c") == 0)
			begin_cell(r, attr);
	} else if (strcmp(name, "v") == 0) {
		r->in_v = true;
	} else if (strcmp(name, "is") == 0) {
		r->in_is = true;
	} else if (r->in_is) {
		xlsx_text_start(&r->value, name);
	}
}

static void on_end(void *arg, const char *name)
{
	struct reader *r = arg;

	if (!r->in_row)
		return;
	if (!r->in_cell) {
		if (strcmp(name, "row") == 0)
			end_row(r);
	} else if (strcmp(name, "c") == 0) {
		end_cell(r);
	} else if (strcmp(name, "v") == 0) {
		r->in_v = false;
	} else if (strcmp(name, "is") == 0) {
		r->in_is = false;
	} else if (r->in_is) {
		xlsx_text_end(&r->value, name);
	}
}

static void on_text(void *arg, const char *s, int n)
{
	struct reader *r = arg;

	if (r->in_cell && r->in_v)
		xlsx_text_add(&r->value, s, n);
	else if (r->in_cell && r->in_is)
		xlsx_text_chars(&r->value, s, n);
}

static enum sheet_rc read_rows(struct xlsx_book *book, const char *path)
{
	struct reader r = { .book = book };
	struct xlsx_handler handler = { on_start, on_end, on_text, &r };
	enum sheet_rc rc;

	rowbuf_init(&r.row);
	xlsx_text_init(&r.value, book->limits->cell_chars);
	rc = xlsx_part_parse(book->parts, path, true, &handler);
	xlsx_text_free(&r.value);
	rowbuf_free(&r.row);
	return rc;
}

enum sheet_rc xlsx_sheet_read(struct xlsx_book *book, const char *path, struct sheet_info *info)
{
	struct merges merges = { .parts = book->parts };
	enum sheet_rc rc = read_merges(book, path, &merges);

	if (rc == SHEET_OK) {
		info->merges = merges.item;
		info->merge_count = merges.count;
		if (book->sink->sheet(book->sink->arg, info) && !info->hidden)
			rc = read_rows(book, path);
	}
	free(merges.item);
	return rc;
}
