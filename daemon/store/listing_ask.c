#include "listing_ask.h"

#include <assert.h>
#include <string.h>

#include "clock.h"
#include "idcard.h"
#include "name.h"
#include "phone.h"
#include "resident_key.h"

#include "banned.h"

enum { SQL_MAX = 32 << 10, ARGS = 64, WORDS_IN_LIST = 32 };

struct builder {
	struct store *s;
	struct buf sql;
	struct db_arg arg[ARGS];
	size_t args;
	const char *bad; /* the parameter that makes no sense */
};

bool listing_is_sealed(enum listing_kind k)
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
		if (listing_is_sealed(c->kind))
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

bool listing_number(const char *text, int64_t *out)
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

	if (!listing_number(value, &n))
		return false;
	buf_addf(&b->sql, " AND %s%s", sql, strchr(sql, '?') == NULL ? " = ?" : "");
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

static struct db_arg key_of(struct builder *b, const char *kind, const char *value)
{
	return DI(resident_key(b->s, kind, value));
}

/* Sealed values are found whole or not at all. */
static bool add_person(struct builder *b, const char *sql, const char *value)
{
	struct clock_day now;
	struct name name;
	struct idcard id;
	struct date_day today;
	struct phone phone;

	clock_local(b->s->now_ms, &now);
	today = (struct date_day){ .year = now.year, .month = now.month, .day = now.day };
	buf_addf(&b->sql, " AND %s", sql);
	add_arg(b, name_parse(value, &name) == NAME_OK ? key_of(b, "name", name.text) : DNULL);
	add_arg(b, phone_parse(value, NULL, &phone) == PHONE_OK ? key_of(b, "phone", phone.text)
								: DNULL);
	add_arg(b, idcard_parse(value, today, &id) == IDCARD_OK ? key_of(b, "id", id.text) : DNULL);
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

	if (!l->key_is_text && !listing_number(key, &n)) {
		b->bad = param;
		return;
	}
	buf_addf(&b->sql, " AND %s %s ?", l->key, op);
	add_arg(b, l->key_is_text ? DT(store_keep(b->s, key)) : DI(n));
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

struct db_stmt *listing_ask_page(struct store *s, const struct listing *l,
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

struct db_stmt *listing_ask_one(
	struct store *s, const struct listing *l, const char *key, const char *scope)
{
	struct builder b = { .s = s };

	buf_init(&b.sql, SQL_MAX);
	add_columns(&b, l, true);
	add_scope(&b, l, scope);
	if (l->also != NULL && !listing_number(key, &(int64_t){ 0 })) {
		buf_addf(&b.sql, " AND %s = ?", l->also);
		add_arg(&b, DT(store_keep(s, key)));
	} else {
		add_key(&b, l, "=", key, "id");
	}
	return ask(&b);
}
