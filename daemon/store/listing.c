#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "json.h"
#include "listing_ask.h"
#include "mask.h"
#include "veil.h"

#include "banned.h"

enum { NAMES = 8, PROSE_MAX = 64 << 10 };

/* -- reading rows -------------------------------------------------------------------------------- */

struct row {
	struct listing_cell cell[LISTING_COLUMNS];
	size_t count;
	const char *names[NAMES]; /* plain, for masking the texts of the same row */
	size_t name_count;
	const char *key;
};

static void note_name(struct store *s, struct row *r, const char *name)
{
	if (name != NULL && name[0] != '\0' && r->name_count < NAMES)
		r->names[r->name_count++] = store_keep(s, name);
}

static const char *masked(
	struct store *s, char *(*mask)(const char *, char *, size_t), const char *text)
{
	char out[MASK_MAX];

	return text[0] == '\0' ? "" : store_keep(s, mask(text, out, sizeof out));
}

static void read_person(
	struct store *s, struct row *r, struct listing_cell *cell, const char *text, bool plain)
{
	json_t *o = text[0] == '\0' ? NULL : json_loads(text, 0, NULL);

	note_name(s, r, json_str(o, "name"));
	note_name(s, r, json_str(o, "family_name"));
	cell->object = o == NULL || plain ? o : veil_json(o);
	if (cell->object != o)
		json_decref(o);
}

static void read_sealed(
	struct store *s, struct row *r, struct listing_cell *cell, const char *text, bool plain)
{
	switch (cell->column->kind) {
	case LIST_PERSON:
		read_person(s, r, cell, text, plain);
		cell->text = "";
		return;
	case LIST_NAME:
		note_name(s, r, text);
		cell->text = plain ? text : masked(s, mask_name, text);
		return;
	case LIST_PHONE:
		cell->text = plain ? text : masked(s, mask_phone, text);
		return;
	case LIST_ID_NO:
		cell->text = plain ? text : masked(s, mask_id, text);
		return;
	case LIST_ADDRESS:
		cell->text = plain ? text : masked(s, mask_address, text);
		return;
	case LIST_HIDDEN:
		cell->text = plain || text[0] == '\0' ? text : "***";
		return;
	default:
		cell->text = text; /* LIST_PROSE: masked when all names are known */
		return;
	}
}

static void read_cell(struct store *s, struct db_stmt *q, int at, struct row *r,
	const struct listing_column *c, bool plain)
{
	struct listing_cell *cell = &r->cell[r->count++];

	*cell = (struct listing_cell){ .column = c, .text = "" };
	if (listing_is_sealed(c->kind))
		read_sealed(s, r, cell,
			store_plain(s, q, at, c->table, c->column, db_int(q, at + 1)), plain);
	else if (c->kind == LIST_BIRTH && !plain)
		cell->text = arena_print(&s->arena, "%.4s", db_text(q, at)); /* the year */
	else if (c->kind == LIST_TEXT || c->kind == LIST_WORDS || c->kind == LIST_BIRTH)
		cell->text = store_keep(s, db_text(q, at));
	else if (c->kind == LIST_JSON)
		cell->object = json_loads(db_text(q, at), JSON_DECODE_ANY, NULL);
	else
		cell->n = db_int(q, at);
}

static void veil_texts(struct store *s, struct row *r)
{
	struct buf out;

	buf_init(&out, PROSE_MAX);
	for (size_t i = 0; i < r->count; i++) {
		struct listing_cell *cell = &r->cell[i];

		if (cell->column->kind != LIST_PROSE || cell->text[0] == '\0')
			continue;
		buf_clear(&out);
		veil_prose(cell->text, r->names, r->name_count, &out);
		cell->text = store_keep(s, buf_str(&out));
	}
	buf_free(&out);
}

static void read_row(struct store *s, struct db_stmt *q, const struct listing *l, bool single,
	bool plain, struct row *r)
{
	int at = 1;

	r->count = r->name_count = 0;
	r->key = store_keep(s, db_text(q, 0));
	for (const struct listing_column *c = l->columns; c->name != NULL; c++) {
		if (c->single && !single)
			continue;
		read_cell(s, q, at, r, c, plain);
		at += listing_is_sealed(c->kind) ? 2 : 1;
	}
	if (!plain)
		veil_texts(s, r);
}

static void drop_row(struct row *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_decref((json_t *)r->cell[i].object);
}

/* -- rows as JSON -------------------------------------------------------------------------------- */

static json_t *words_json(const char *text)
{
	json_t *list = json_array();

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > 0)
			json_array_append_new(list, json_stringn(text, n));
		text += n;
		text += *text == ' ';
	}
	return list;
}

static json_t *days_json(int64_t bits)
{
	json_t *list = json_array();

	for (int i = 0; i < 7; i++)
		if ((bits >> i & 1) != 0)
			json_array_append_new(list, json_integer(i + 1));
	return list;
}

static json_t *clock_json(int64_t minutes)
{
	return json_sprintf("%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

static json_t *cell_json(const struct listing_cell *cell)
{
	char iso[CLOCK_ISO_MAX];

	switch (cell->column->kind) {
	case LIST_ID:
		return cell->n == 0 ? json_null() : json_integer(cell->n);
	case LIST_INT:
		return json_integer(cell->n);
	case LIST_MONEY:
		return cell->n < 0 ? json_null() : json_integer(cell->n);
	case LIST_BOOL:
		return json_boolean(cell->n != 0);
	case LIST_DAYS:
		return days_json(cell->n);
	case LIST_CLOCK:
		return clock_json(cell->n);
	case LIST_TIME:
		return cell->n == 0 ? json_null() : json_string(clock_iso(cell->n, iso));
	case LIST_WORDS:
		return words_json(cell->text);
	case LIST_JSON:
	case LIST_PERSON:
		return cell->object == NULL ? json_null() : json_incref((json_t *)cell->object);
	default:
		return json_string(cell->text);
	}
}

static json_t *row_json(const struct row *r)
{
	json_t *o = json_object();

	for (size_t i = 0; i < r->count; i++)
		json_object_set_new(o, r->cell[i].column->name, cell_json(&r->cell[i]));
	return o;
}

static int64_t key_number(const char *key)
{
	int64_t n = 0;

	return listing_number(key, &n) ? n : 0;
}

bool listing_page(struct store *s, const struct listing *l, const struct listing_query *q,
	json_t **items, const char **next, const char **bad)
{
	int limit = q->limit == 0 ? LISTING_PAGE : q->limit, n = 0;
	struct db_stmt *rows = listing_ask_page(s, l, q, limit + 1, bad);
	const char *last = "";
	struct row r;

	*items = json_array();
	*next = "";
	while (db_next(rows)) {
		json_t *o;

		if (n++ == limit) {
			*next = last;
			db_end(rows);
			break;
		}
		read_row(s, rows, l, false, false, &r);
		o = row_json(&r);
		if (l->always)
			l->more(s, key_number(r.key), false, o);
		json_array_append_new(*items, o);
		last = r.key;
		drop_row(&r);
	}
	return *bad == NULL;
}

json_t *listing_one(
	struct store *s, const struct listing *l, const char *key, const char *scope, bool plain)
{
	struct db_stmt *rows = listing_ask_one(s, l, key, scope);
	json_t *o = NULL;
	struct row r;

	if (!db_next(rows))
		return NULL;
	read_row(s, rows, l, true, plain, &r);
	o = row_json(&r);
	db_end(rows);
	if (l->more != NULL)
		l->more(s, key_number(r.key), plain, o);
	drop_row(&r);
	return o;
}

bool listing_each(struct store *s, const struct listing *l, const struct listing_query *q,
	bool (*row)(void *arg, const struct listing_cell *cells, size_t count), void *arg,
	const char **bad)
{
	struct listing_query page = *q;
	char after[64] = "";
	int n = LISTING_PAGE_MAX;
	struct row r;

	for (*bad = NULL; n == LISTING_PAGE_MAX && db_rc(s->db) == STORE_OK;) {
		struct db_stmt *rows;

		arena_reset(&s->arena);
		page.after = after;
		rows = listing_ask_page(s, l, &page, LISTING_PAGE_MAX, bad);
		for (n = 0; db_next(rows); n++) {
			bool more;

			read_row(s, rows, l, false, false, &r);
			snprintf(after, sizeof after, "%s", r.key);
			more = row(arg, r.cell, r.count);
			drop_row(&r);
			if (!more) {
				db_end(rows);
				return true;
			}
		}
	}
	return *bad == NULL;
}
