#include "listing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "idcard.h"
#include "json.h"
#include "mask.h"
#include "name.h"
#include "phone.h"
#include "veil.h"

#include "banned.h"

enum { SQL_MAX = 32 << 10, ARGS = 64, NAMES = 8, PROSE_MAX = 64 << 10, WORDS_IN_LIST = 16 };

struct builder {
	struct store *s;
	struct buf sql;
	struct db_arg arg[ARGS];
	size_t args;
	const char *bad; /* the parameter that makes no sense */
};

static bool is_sealed(enum listing_kind k)
{
	return k >= LIST_NAME;
}

static void add_arg(struct builder *b, struct db_arg a)
{
	assert(b->args < ARGS);
	b->arg[b->args++] = a;
}

static void add_columns(struct builder *b, const struct listing *l, bool single)
{
	buf_addf(&b->sql, "SELECT %s", l->key);
	for (const struct listing_column *c = l->columns; c->name != NULL; c++) {
		if (c->single && !single)
			continue;
		buf_addf(&b->sql, ", %s", c->sql);
		if (is_sealed(c->kind))
			buf_addf(&b->sql, ", %s", c->row);
	}
	buf_addf(&b->sql, " %s WHERE 1 = 1", l->from);
}

/* That area and everything below it in the tree. */
static void add_area(struct builder *b, const char *sql, const char *area)
{
	buf_addf(&b->sql,
		" AND %s IN (WITH RECURSIVE below (code) AS (SELECT ? UNION"
		" SELECT a.code FROM area a JOIN below ON a.parent = below.code)"
		" SELECT code FROM below)",
		sql);
	add_arg(b, DT(store_keep(b->s, area)));
}

static bool add_texts(struct builder *b, const char *sql, const char *value)
{
	int n = 0;

	buf_addf(&b->sql, " AND %s IN (", sql);
	while (n < WORDS_IN_LIST) {
		size_t len = strcspn(value, ",");

		buf_adds(&b->sql, n++ == 0 ? "?" : ", ?");
		add_arg(b, DT(arena_text(&b->s->arena, value, len)));
		value += len;
		if (*value == '\0')
			break;
		value++;
	}
	buf_addc(&b->sql, ')');
	return *value == '\0';
}

static bool number_of(const char *text, int64_t *out)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 18 || text[n] != '\0')
		return false;
	*out = 0;
	for (; *text != '\0'; text++)
		*out = *out * 10 + (*text - '0');
	return true;
}

static bool add_number(struct builder *b, const char *sql, const char *value)
{
	int64_t n;

	if (!number_of(value, &n))
		return false;
	buf_addf(&b->sql, " AND %s = ?", sql);
	add_arg(b, DI(n));
	return true;
}

static bool add_bool(struct builder *b, const char *sql, const char *value)
{
	bool yes = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;

	if (!yes && strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
		return false;
	buf_addf(&b->sql, " AND %s = ?", sql);
	add_arg(b, DI(yes));
	return true;
}

/* A date as `until` means its whole day. */
static bool add_time(struct builder *b, const char *sql, const char *value, bool until)
{
	int64_t ms;

	if (!clock_parse_iso(value, &ms))
		return false;
	if (until && strlen(value) == 10)
		ms += INT64_C(86400000) - 1;
	buf_addf(&b->sql, " AND %s", sql);
	add_arg(b, DI(ms));
	return true;
}

static struct db_arg phone_lookup(struct builder *b, const char *value)
{
	struct phone p;

	return phone_parse(value, NULL, &p) == PHONE_OK ? store_lookup(b->s, "phone", p.text)
							: DNULL;
}

static bool add_phone(struct builder *b, const char *sql, const char *value)
{
	struct db_arg lookup = phone_lookup(b, value);

	if (lookup.kind == DB_NULL)
		return false;
	buf_addf(&b->sql, " AND %s", sql);
	add_arg(b, lookup);
	return true;
}

/* Sealed values are found whole or not at all. */
static bool add_person(struct builder *b, const char *sql, const char *value)
{
	struct clock_day now;
	struct name name;
	struct idcard id;
	struct date_day today;

	clock_local(b->s->now_ms, &now);
	today = (struct date_day){ .year = now.year, .month = now.month, .day = now.day };
	buf_addf(&b->sql, " AND %s", sql);
	add_arg(b, name_parse(value, &name) == NAME_OK ? store_lookup(b->s, "name", name.text)
						       : DNULL);
	add_arg(b, phone_lookup(b, value));
	add_arg(b, idcard_parse(value, today, &id) == IDCARD_OK ? store_lookup(b->s, "id", id.text)
								: DNULL);
	return true;
}

static bool add_filter(struct builder *b, const struct listing_filter *f, const char *value)
{
	switch (f->match) {
	case MATCH_TEXT:
		return add_texts(b, f->sql, value);
	case MATCH_ID:
		return add_number(b, f->sql, value);
	case MATCH_BOOL:
		return add_bool(b, f->sql, value);
	case MATCH_AREA:
		add_area(b, f->sql, value);
		return true;
	case MATCH_SINCE:
	case MATCH_UNTIL:
		return add_time(b, f->sql, value, f->match == MATCH_UNTIL);
	case MATCH_PHONE:
		return add_phone(b, f->sql, value);
	case MATCH_PERSON:
		return add_person(b, f->sql, value);
	}
	return false;
}

static void add_filters(struct builder *b, const struct listing *l, const struct listing_query *q)
{
	for (int i = 0; i < q->filters && b->bad == NULL; i++) {
		const struct listing_filter *f = l->filters;

		while (f->param != NULL && strcmp(f->param, q->filter[i].param) != 0)
			f++;
		if (f->param == NULL || !add_filter(b, f, q->filter[i].value))
			b->bad = q->filter[i].param;
	}
}

static void add_scope(struct builder *b, const struct listing *l, const char *scope)
{
	if (scope == NULL || scope[0] == '\0')
		return;
	if (l->area == NULL)
		buf_adds(&b->sql, " AND 1 = 0");
	else
		add_area(b, l->area, scope);
}

static void add_key(struct builder *b, const struct listing *l, const char *op, const char *key,
	const char *param)
{
	int64_t n = 0;

	if (!l->key_is_text && !number_of(key, &n)) {
		b->bad = param;
		return;
	}
	buf_addf(&b->sql, " AND %s %s ?", l->key, op);
	add_arg(b, l->key_is_text ? DT(store_keep(b->s, key)) : DI(n));
}

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
	if (is_sealed(c->kind))
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
		at += is_sealed(c->kind) ? 2 : 1;
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

static struct db_stmt *ask(struct builder *b)
{
	struct db_stmt *q = NULL;

	assert(!b->sql.full);
	if (b->bad == NULL)
		q = db_query_text(b->s->db, buf_str(&b->sql), b->args, b->arg);
	buf_free(&b->sql);
	return q;
}

static struct db_stmt *ask_page(struct store *s, const struct listing *l,
	const struct listing_query *q, int limit, const char **bad)
{
	struct builder b = { .s = s };
	struct db_stmt *rows;

	buf_init(&b.sql, SQL_MAX);
	add_columns(&b, l, false);
	add_scope(&b, l, q->scope);
	add_filters(&b, l, q);
	if (q->after != NULL && q->after[0] != '\0')
		add_key(&b, l, l->newest_first ? "<" : ">", q->after, "after");
	buf_addf(&b.sql, " ORDER BY %s%s LIMIT ?", l->key, l->newest_first ? " DESC" : "");
	add_arg(&b, DI(limit));
	rows = ask(&b);
	*bad = b.bad;
	return rows;
}

static int64_t key_number(const char *key)
{
	int64_t n = 0;

	return number_of(key, &n) ? n : 0;
}

bool listing_page(struct store *s, const struct listing *l, const struct listing_query *q,
	json_t **items, const char **next, const char **bad)
{
	int limit = q->limit == 0 ? LISTING_PAGE : q->limit, n = 0;
	struct db_stmt *rows = ask_page(s, l, q, limit + 1, bad);
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
	struct builder b = { .s = s };
	struct db_stmt *rows;
	json_t *o = NULL;
	struct row r;

	buf_init(&b.sql, SQL_MAX);
	add_columns(&b, l, true);
	add_scope(&b, l, scope);
	if (l->also != NULL && !number_of(key, &(int64_t){ 0 })) {
		buf_addf(&b.sql, " AND %s = ?", l->also);
		add_arg(&b, DT(store_keep(s, key)));
	} else {
		add_key(&b, l, "=", key, "id");
	}
	rows = ask(&b);
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
		rows = ask_page(s, l, &page, LISTING_PAGE_MAX, bad);
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
