#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#include "banned.h"

enum { KEPT_MAX = 64 << 20, DITTO_BYTES = 24, LABEL = 32 };

/* The text of a range that is merged downwards, while its rows pass. */
struct fill {
	struct sheet_merge range;
	char *text; /* owned */
	enum sheet_kind kind;
};

struct above { /* the cell of the record above, for 同上 */
	char *text;
	size_t room;
	enum sheet_kind kind;
};

struct table {
	enum header_kind kind;
	const struct intake_ctx *ctx;
	bool (*tell)(void *arg, const struct table_row *t);
	void *arg;

	/* the sheet */
	char name[SHEET_NAME];
	bool epoch_1904, open, decided, found, stopped;
	struct header_map map;
	struct arena kept_arena;
	struct sheet_row kept[HEADER_SCAN];
	bool present[HEADER_SCAN]; /* rows that the file has; the others are empty ones between */
	int base;                  /* number of kept[0] */

	struct sheet_merge *merges;
	size_t merge_count, merge_next;
	struct fill *fills;
	size_t fill_count;

	struct above above[SHEET_COLUMNS];
	struct sheet_cell cells[SHEET_COLUMNS]; /* filled in */
	struct field fields[SHEET_COLUMNS];
	char labels[SHEET_COLUMNS][LABEL];
};

struct table *table_new(enum header_kind kind, const struct intake_ctx *ctx,
	bool (*tell)(void *arg, const struct table_row *t), void *arg)
{
	struct table *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	t->kind = kind;
	t->ctx = ctx;
	t->tell = tell;
	t->arg = arg;
	arena_init(&t->kept_arena, KEPT_MAX);
	return t;
}

static void drop_fills(struct table *t, int before)
{
	size_t n = 0;

	for (size_t i = 0; i < t->fill_count; i++) {
		if (t->fills[i].range.bottom >= before)
			t->fills[n++] = t->fills[i];
		else
			free(t->fills[i].text);
	}
	t->fill_count = n;
}

static void clear_sheet(struct table *t)
{
	drop_fills(t, SHEET_LAST_ROW + 1);
	free(t->fills);
	free(t->merges);
	t->fills = NULL;
	t->merges = NULL;
	t->merge_count = t->merge_next = 0;
	for (size_t i = 0; i < SHEET_COLUMNS; i++)
		if (t->above[i].text != NULL)
			t->above[i].text[0] = '\0';
	arena_free(&t->kept_arena);
	memset(t->present, 0, sizeof t->present);
	memset(t->kept, 0, sizeof t->kept);
	t->base = 0;
	t->decided = t->found = t->open = false;
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	clear_sheet(t);
	for (size_t i = 0; i < SHEET_COLUMNS; i++)
		free(t->above[i].text);
	free(t);
}

static bool tell(struct table *t, enum table_what what, const struct sheet_row *row, bool is_header,
	size_t fields)
{
	struct table_row out = { .what = what,
		.sheet = t->name,
		.row = row,
		.is_header = is_header,
		.fields = t->fields,
		.field_count = fields,
		.epoch_1904 = t->epoch_1904,
		.map = t->found ? &t->map : NULL };

	return t->tell(t->arg, &out);
}

/* ---- filling in --------------------------------------------------------------------------- */

static void copy_text(char **to, const char *s)
{
	size_t n = strlen(s);

	*to = malloc(n + 1);
	if (*to == NULL)
		abort();
	memcpy(*to, s, n + 1);
}

/* Ranges that begin in this row; their text is known only now. */
static void open_fills(struct table *t, const struct sheet_row *row)
{
	for (; t->merge_next < t->merge_count; t->merge_next++) {
		const struct sheet_merge *m = &t->merges[t->merge_next];
		struct fill *f;

		if (m->top > row->number)
			return;
		if (m->top < row->number || m->bottom == m->top || (size_t)m->left >= row->count)
			continue;
		f = &t->fills[t->fill_count++];
		f->range = *m;
		f->kind = row->cells[m->left].kind;
		copy_text(&f->text, row->cells[m->left].text);
	}
}

/* Fill down inside the merged range only, in its first column. */
static size_t fill_merged(struct table *t, const struct sheet_row *row, size_t count)
{
	drop_fills(t, row->number);
	for (size_t i = 0; i < t->fill_count; i++) {
		size_t col = (size_t)t->fills[i].range.left;

		if (col >= SHEET_COLUMNS)
			continue;
		for (; count <= col; count++)
			t->cells[count] = (struct sheet_cell){ .text = "" };
		if (t->cells[col].kind == SHEET_EMPTY)
			t->cells[col] =
				(struct sheet_cell){ t->fills[i].text, t->fills[i].kind, false };
	}
	open_fills(t, row);
	return count;
}

static bool is_ditto(const struct sheet_cell *c)
{
	char clean[CELL_MAX];

	return c->kind == SHEET_TEXT && strlen(c->text) <= DITTO_BYTES &&
	       cell_clean(c->text, CELL_NFKC, clean, sizeof clean) == CELL_DITTO;
}

static void remember(struct above *a, const struct sheet_cell *c)
{
	size_t n = strlen(c->text) + 1;

	if (n > a->room) {
		a->room = n + 64;
		a->text = realloc(a->text, a->room);
		if (a->text == NULL)
			abort();
	}
	assert(a->text != NULL);
	memcpy(a->text, c->text, n);
	a->kind = c->kind;
}

/* A ditto takes the cell above, which itself may have been one. */
static void fill_ditto(struct table *t, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct above *a = &t->above[i];

		if (is_ditto(&t->cells[i]) && a->text != NULL && *a->text != '\0')
			t->cells[i] = (struct sheet_cell){ a->text, a->kind, false };
		else
			remember(a, &t->cells[i]);
	}
	for (size_t i = count; i < SHEET_COLUMNS; i++)
		if (t->above[i].text != NULL)
			t->above[i].text[0] = '\0';
}

/* ---- rows to fields ------------------------------------------------------------------------ */

static void set_field(struct table *t, size_t i, const struct sheet_cell *c, size_t column)
{
	struct field *f = &t->fields[i];
	const struct header_column *h = column < t->map.count ? &t->map.column[column] : NULL;
	char letters[8];

	*f = (struct field){ .text = c->text, .kind = c->kind, .cut = c->cut };
	if (h != NULL && h->label[0] != '\0') {
		f->name = h->field;
		f->unit = h->unit;
		f->label = h->label;
		return;
	}
	memcpy(t->labels[i], "第", 4);
	strncat(t->labels[i], sheet_column_name((int)column, letters), LABEL - 8);
	strncat(t->labels[i], "列", LABEL - strlen(t->labels[i]) - 1);
	f->label = t->labels[i];
}

static bool tell_data(struct table *t, const struct sheet_row *row)
{
	const char *texts[SHEET_COLUMNS];
	struct header_row plain = { .cells = texts };
	size_t count = row->count, fields = 0;

	memcpy(t->cells, row->cells, row->count * sizeof *row->cells);
	/* Judged as the file has it: a total under a merged column is still a total. */
	for (size_t i = 0; i < row->count; i++)
		texts[i] = row->cells[i].text;
	plain.count = row->count;
	count = fill_merged(t, row, count);
	if (header_skips(&t->map, &plain))
		return tell(t, TABLE_SKIP, row, false, 0);
	fill_ditto(t, count);
	for (size_t i = 0; i < count; i++)
		if (t->cells[i].kind != SHEET_EMPTY)
			set_field(t, fields++, &t->cells[i], i);
	return tell(t, TABLE_RECORD, row, false, fields);
}

/* ---- finding the header ---------------------------------------------------------------------- */

static void keep_row(struct table *t, const struct sheet_row *row)
{
	size_t at = (size_t)(row->number - t->base);
	struct sheet_cell *cells =
		arena_take(&t->kept_arena, (row->count + 1) * sizeof *row->cells);

	for (size_t i = 0; i < row->count; i++) {
		cells[i] = row->cells[i];
		cells[i].text =
			arena_text(&t->kept_arena, row->cells[i].text, strlen(row->cells[i].text));
	}
	t->kept[at] = *row;
	t->kept[at].cells = cells;
	t->present[at] = true;
}

static size_t near_merges(const struct table *t, struct header_merge *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < t->merge_count && n < max; i++) {
		const struct sheet_merge *m = &t->merges[i];

		if (m->top < t->base)
			continue;
		if (m->top >= t->base + HEADER_SCAN)
			break;
		out[n++] = (struct header_merge){ (size_t)(m->top - t->base), (size_t)m->left,
			(size_t)(m->bottom - t->base), (size_t)m->right };
	}
	return n;
}

static void find_header(struct table *t)
{
	enum { MERGES = 512 };
	struct header_options opt = { .kind = t->kind,
		.own = t->ctx->words,
		.own_count = t->ctx->word_count,
		.victim_calls = t->ctx->victim_calls,
		.hotline = t->ctx->hotline };
	struct header_row rows[HEADER_SCAN];
	struct header_merge merges[MERGES];
	struct header_sheet sheet = { .rows = rows, .merges = merges };

	for (size_t i = 0; i < HEADER_SCAN; i++) {
		const char **texts =
			arena_take(&t->kept_arena, (t->kept[i].count + 1) * sizeof *texts);

		for (size_t k = 0; k < t->kept[i].count; k++)
			texts[k] = t->kept[i].cells[k].text;
		rows[i] = (struct header_row){ texts, t->kept[i].count };
		if (t->present[i])
			sheet.row_count = i + 1;
	}
	sheet.merge_count = near_merges(t, merges, MERGES);
	if (sheet.merge_count == 0)
		sheet.merges = NULL;
	t->found = header_find(&sheet, &opt, &t->map);
	t->decided = true;
}

/* 姓名 | 张三 in every row: the cells that header.h points to are one record. */
static bool tell_vertical(struct table *t)
{
	size_t fields = 0;

	for (size_t i = 0; i < t->map.count && i < SHEET_COLUMNS; i++) {
		const struct header_column *h = &t->map.column[i];
		const struct sheet_row *row = h->row < HEADER_SCAN ? &t->kept[h->row] : NULL;

		if (row == NULL || h->col >= row->count || row->cells[h->col].kind == SHEET_EMPTY)
			continue;
		set_field(t, fields++, &row->cells[h->col], i);
	}
	return tell(t, TABLE_VERTICAL, NULL, false, fields);
}

static bool decide(struct table *t)
{
	bool vertical;

	find_header(t);
	if (!t->found)
		return tell(t, TABLE_HEADLESS, NULL, false, 0);
	vertical = t->map.layout == HEADER_VERTICAL;
	for (size_t i = 0; i < HEADER_SCAN; i++) {
		bool go;

		if (!t->present[i])
			continue;
		if (vertical || i < t->map.first_data)
			go = tell(t, TABLE_HEAD, &t->kept[i], !vertical && i == t->map.last, 0);
		else
			go = tell_data(t, &t->kept[i]);
		if (!go)
			return false;
	}
	return vertical ? tell_vertical(t) : true;
}

/* ---- the sink --------------------------------------------------------------------------------- */

bool table_end(struct table *t)
{
	bool go = true;

	if (t->open && !t->decided && t->base > 0)
		go = decide(t);
	clear_sheet(t);
	return go;
}

static bool on_sheet(void *arg, const struct sheet_info *info)
{
	struct table *t = arg;

	if (!table_end(t)) {
		t->stopped = true;
		return true; /* so that its first row can end the reading */
	}
	strncpy(t->name, info->name, sizeof t->name - 1);
	t->epoch_1904 = info->epoch_1904;
	if (info->hidden) {
		tell(t, TABLE_HIDDEN, NULL, false, 0);
		return false;
	}
	t->open = true;
	t->merge_count = info->merge_count;
	t->merges = calloc(info->merge_count + 1, sizeof *t->merges);
	t->fills = calloc(info->merge_count + 1, sizeof *t->fills);
	if (t->merges == NULL || t->fills == NULL)
		abort();
	if (info->merge_count > 0)
		memcpy(t->merges, info->merges, info->merge_count * sizeof *t->merges);
	return tell(t, TABLE_SHEET, NULL, false, 0);
}

static bool on_row(void *arg, const struct sheet_row *row)
{
	struct table *t = arg;

	if (t->stopped)
		return false;
	if (t->base == 0)
		t->base = row->number;
	if (!t->decided && row->number < t->base + HEADER_SCAN && row->number >= t->base) {
		keep_row(t, row);
		return true;
	}
	if (!t->decided && !decide(t))
		return false;
	if (!t->found || t->map.layout != HEADER_TABLE)
		return true; /* a sheet without a header is left out; a form ends with its page */
	return tell_data(t, row);
}

struct sheet_sink table_sink(struct table *t)
{
	return (struct sheet_sink){ on_sheet, on_row, t };
}
