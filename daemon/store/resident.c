#include "resident.h"

#include <string.h>

#include "place.h"

#include "banned.h"

const struct resident resident_blank = { .name = "",
	.id_no = "",
	.birth = "",
	.sex = "",
	.area = "",
	.address = "",
	.tags = "",
	.risk = "",
	.state = "",
	.remark = "" };

enum { NAME, ID_NO, BIRTH, SEX, AREA, ADDRESS, TAGS, RISK, STATE, REMARK, PHONES };
static const char *const columns[] = { "name", "id_no", "birth", "sex", "area", "address", "tags",
	"risk", "state", "remark", "phones", NULL };

/* The number of a person's phone row is the person's id * PLACES + its place in the list. */
enum { PLACES = 16, SAME_NAME_MAX = 64 };
_Static_assert((int)RESIDENT_PHONES <= (int)PLACES, "a place needs four bits");

static void read_phones(struct store *s, int64_t id, struct resident *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, kind, phone_x, name_x, relation FROM resident_phone"
		" WHERE id >= ? AND id < ? ORDER BY id",
		DB_ARGS(DI(id * PLACES), DI((id + 1) * PLACES)));

	while (db_next(q)) {
		int64_t row = db_int(q, 0);

		if (out->phone_count == RESIDENT_PHONES) {
			db_end(q);
			break;
		}
		out->phone[out->phone_count++] = (struct resident_phone){
			.kind = store_keep(s, db_text(q, 1)),
			.phone = store_plain(s, q, 2, "resident_phone", "phone", row),
			.name = store_plain(s, q, 3, "resident_phone", "name", row),
			.relation = store_keep(s, db_text(q, 4)),
		};
	}
}

bool resident_get(struct store *s, int64_t id, struct resident *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT name_x, id_no_x, birth, sex, area, address_x, tags, risk, state, remark_x"
		" FROM resident WHERE id = ?",
		DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	*out = (struct resident){
		.id = id,
		.name = store_plain(s, q, 0, "resident", "name", id),
		.id_no = store_plain(s, q, 1, "resident", "id_no", id),
		.birth = store_keep(s, db_text(q, 2)),
		.sex = store_keep(s, db_text(q, 3)),
		.area = store_keep(s, db_text(q, 4)),
		.address = store_plain(s, q, 5, "resident", "address", id),
		.tags = store_keep(s, db_text(q, 6)),
		.risk = store_keep(s, db_text(q, 7)),
		.state = store_keep(s, db_text(q, 8)),
		.remark = store_plain(s, q, 9, "resident", "remark", id),
	};
	db_end(q);
	read_phones(s, id, out);
	return true;
}

bool resident_brief(struct store *s, int64_t id, bool address, struct resident *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT name_x, id_no_x, birth, area, state, address_x FROM resident WHERE id = ?",
		DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	out->id = id;
	out->name = store_plain(s, q, 0, "resident", "name", id);
	out->id_no = store_plain(s, q, 1, "resident", "id_no", id);
	out->birth = store_keep(s, db_text(q, 2));
	out->area = store_keep(s, db_text(q, 3));
	out->state = store_keep(s, db_text(q, 4));
	out->address = address ? store_plain(s, q, 5, "resident", "address", id) : "";
	db_end(q);
	return true;
}

/* -- finding a row again ------------------------------------------------------------------ */

static const char *said(const char *text)
{
	return text == NULL ? "" : text;
}

/* The keyed hashes of one record: dear, so made once. */
struct keys {
	struct db_arg id, name;
};

/* A stored row without ID number, or with the same one, may be this person. */
static int64_t id_of_own_phone(struct store *s, const struct keys *k, const char *phone)
{
	return db_number(s->db,
		"SELECT r.id FROM resident_phone p JOIN resident r ON r.id = p.id / 16"
		" WHERE p.phone_lk = ? AND p.kind = 'own' AND r.name_lk = ?"
		" AND (r.id_lk IS NULL OR ? = 0) ORDER BY p.id LIMIT 1",
		0, DB_ARGS(store_lookup(s, "phone", phone), k->name, DI(k->id.kind != DB_NULL)));
}

static int64_t id_of_address(struct store *s, const struct keys *k, const struct resident *r)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, address_x FROM resident WHERE area = ? AND name_lk = ?"
		" AND (id_lk IS NULL OR ? = 0) ORDER BY id LIMIT ?",
		DB_ARGS(DT(r->area), k->name, DI(k->id.kind != DB_NULL), DI(SAME_NAME_MAX)));
	int64_t found = 0;

	while (db_next(q)) {
		int64_t id = db_int(q, 0);

		if (found == 0 &&
			strcmp(store_plain(s, q, 1, "resident", "address", id), r->address) == 0)
			found = id;
	}
	return found;
}

static int64_t find(struct store *s, const struct keys *k, const struct resident *r)
{
	int64_t id = 0;

	if (k->id.kind != DB_NULL)
		id = db_number(s->db, "SELECT id FROM resident WHERE id_lk = ? ORDER BY id LIMIT 1",
			0, DB_ARGS(k->id));
	if (k->name.kind == DB_NULL)
		return id;
	for (int i = 0; id == 0 && i < r->phone_count; i++)
		if (strcmp(r->phone[i].kind, "own") == 0)
			id = id_of_own_phone(s, k, r->phone[i].phone);
	if (id == 0 && said(r->area)[0] != '\0' && said(r->address)[0] != '\0')
		id = id_of_address(s, k, r);
	return id;
}

/* -- writing --------------------------------------------------------------------------------- */

static bool same_phone(const struct resident_phone *a, const struct resident_phone *b)
{
	return strcmp(a->phone, b->phone) == 0 && strcmp(a->kind, b->kind) == 0;
}

static struct resident_phone full_phone(const struct resident_phone *p)
{
	return (struct resident_phone){
		.kind = p->kind,
		.phone = p->phone,
		.name = said(p->name),
		.relation = said(p->relation),
	};
}

/* Adds a number, or what is new about a known one. False: there is no more room. */
static bool add_phone(struct resident *to, const struct resident_phone *p, struct change *c)
{
	struct resident_phone full = full_phone(p);

	for (int i = 0; i < to->phone_count; i++) {
		struct resident_phone *was = &to->phone[i];

		if (!same_phone(was, &full))
			continue;
		was->name = change_text(c, PHONES, SAVE_FILL, was->name, full.name);
		was->relation = change_text(c, PHONES, SAVE_FILL, was->relation, full.relation);
		return true;
	}
	if (to->phone_count == RESIDENT_PHONES)
		return false;
	to->phone[to->phone_count++] = full;
	c->fields |= 1u << PHONES;
	return true;
}

/* SAVE_EXACT: the new list stands instead of the old one. */
static void replace_phones(const struct resident *was, struct resident *now, struct change *c)
{
	bool same = was->phone_count == now->phone_count;

	for (int i = 0; i < now->phone_count && same; i++) {
		const struct resident_phone *a = &was->phone[i], *b = &now->phone[i];

		same = same_phone(a, b) && strcmp(a->name, b->name) == 0 &&
		       strcmp(a->relation, b->relation) == 0;
	}
	if (!same)
		c->fields |= 1u << PHONES;
}

static bool merge(const struct resident *was, const struct resident *r, enum save_mode mode,
	struct resident *now, struct change *c)
{
	now->name = change_text(c, NAME, mode, was->name, r->name);
	now->id_no = change_text(c, ID_NO, mode, was->id_no, r->id_no);
	now->birth = change_text(c, BIRTH, mode, was->birth, r->birth);
	now->sex = change_text(c, SEX, mode, was->sex, r->sex);
	now->area = change_text(c, AREA, mode, was->area, r->area);
	now->address = change_text(c, ADDRESS, mode, was->address, r->address);
	now->tags = change_text(c, TAGS, mode, was->tags, r->tags);
	now->risk = change_text(c, RISK, mode, was->risk, r->risk);
	now->state = change_text(c, STATE, SAVE_FILL, was->state, r->state);
	now->remark = change_text(c, REMARK, mode, was->remark, r->remark);
	if (mode == SAVE_FILL) {
		memcpy(now->phone, was->phone, sizeof now->phone);
		now->phone_count = was->phone_count;
	}
	for (int i = 0; i < r->phone_count; i++)
		if (!add_phone(now, &r->phone[i], c))
			return false;
	if (mode == SAVE_EXACT) {
		c->fields &= ~(1u << PHONES);
		replace_phones(was, now, c);
	}
	return true;
}

static void write_phones(struct store *s, const struct resident *r, bool created)
{
	if (!created)
		db_run(s->db, "DELETE FROM resident_phone WHERE id >= ? AND id < ?",
			DB_ARGS(DI(r->id * PLACES), DI((r->id + 1) * PLACES)));
	for (int i = 0; i < r->phone_count; i++) {
		const struct resident_phone *p = &r->phone[i];
		int64_t row = r->id * PLACES + i;

		db_run(s->db,
			"INSERT INTO resident_phone (id, kind, phone_x, phone_lk, name_x, relation)"
			" VALUES (?, ?, ?, ?, ?, ?)",
			DB_ARGS(DI(row), DT(p->kind),
				store_sealed(s, "resident_phone", "phone", row, p->phone),
				store_lookup(s, "phone", p->phone),
				store_sealed(s, "resident_phone", "name", row, p->name),
				DT(p->relation)));
	}
}

static void insert_row(struct store *s, const struct keys *k, const struct resident *r)
{
	db_run(s->db,
		"INSERT INTO resident (id, name_x, name_lk, id_no_x, id_lk, birth, sex, area, "
		"address_x,"
		" tags, risk, state, remark_x, updated_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(r->id), store_sealed(s, "resident", "name", r->id, r->name), k->name,
			store_sealed(s, "resident", "id_no", r->id, r->id_no), k->id, DT(r->birth),
			DT(r->sex), DT(r->area),
			store_sealed(s, "resident", "address", r->id, r->address), DT(r->tags),
			DT(r->risk), DT(r->state),
			store_sealed(s, "resident", "remark", r->id, r->remark), DI(s->now_ms)));
}

static void update_row(struct store *s, const struct resident *r)
{
	db_run(s->db,
		"UPDATE resident SET name_x = ?, name_lk = ?, id_no_x = ?, id_lk = ?, birth = ?, "
		"sex = ?,"
		" area = ?, address_x = ?, tags = ?, risk = ?, state = ?, remark_x = ?, updated_at "
		"= ?"
		" WHERE id = ?",
		DB_ARGS(store_sealed(s, "resident", "name", r->id, r->name),
			store_lookup(s, "name", r->name),
			store_sealed(s, "resident", "id_no", r->id, r->id_no),
			store_lookup(s, "id", r->id_no), DT(r->birth), DT(r->sex), DT(r->area),
			store_sealed(s, "resident", "address", r->id, r->address), DT(r->tags),
			DT(r->risk), DT(r->state),
			store_sealed(s, "resident", "remark", r->id, r->remark), DI(s->now_ms),
			DI(r->id)));
}

int64_t resident_save(
	struct store *s, const struct resident *r, enum save_mode mode, struct change *c)
{
	struct resident was = resident_blank;
	struct keys k = { store_lookup(s, "id", r->id_no), store_lookup(s, "name", r->name) };
	struct resident now = { .id = r->id != 0 ? r->id : find(s, &k, r) };

	*c = (struct change){ .names = columns };
	if (now.id != 0 && !resident_get(s, now.id, &was))
		return 0;
	if (!merge(&was, r, mode, &now, c)) {
		c->fields = RESIDENT_CROWDED;
		return 0;
	}
	if (now.id == 0) {
		c->created = true;
		now.id = store_id(s);
		now.state = now.state[0] == '\0' ? "active" : now.state;
		insert_row(s, &k, &now);
	} else if (c->fields != 0) {
		update_row(s, &now);
	}
	if ((c->fields >> PHONES & 1) != 0)
		write_phones(s, &now, c->created);
	return now.id;
}

int64_t resident_put(
	struct store *s, const char *actor, const struct resident *r, bool *created, bool *changed)
{
	struct change c;
	int64_t id = resident_save(s, r, SAVE_FILL, &c);

	if (id != 0)
		change_event(s, actor, "resident", id, &c, NULL);
	*created = c.created;
	*changed = id != 0 && change_any(&c);
	return id;
}

/* -- lookups ------------------------------------------------------------------------------------ */

static size_t collect(struct db_stmt *q, int64_t *ids, size_t max)
{
	size_t n = 0;

	while (n < max && db_next(q))
		ids[n++] = db_int(q, 0);
	if (n == max)
		db_end(q);
	return n;
}

size_t resident_by_id_no(struct store *s, const char *id_no, int64_t *ids, size_t max)
{
	return collect(db_query(s->db, "SELECT id FROM resident WHERE id_lk = ? LIMIT ?",
			       DB_ARGS(store_lookup(s, "id", id_no), DI((int64_t)max))),
		ids, max);
}

static const char *kind_of(const char *text)
{
	if (strcmp(text, "own") == 0)
		return "own";
	return strcmp(text, "guardian") == 0 ? "guardian" : "family";
}

/* A person who has the number twice comes once; own beats the others. */
static size_t note_person(int64_t id, const char *kind, const char **kinds, int64_t *ids, size_t n)
{
	size_t i = 0;

	while (i < n && ids[i] != id)
		i++;
	ids[i] = id;
	if (kinds != NULL && (i == n || strcmp(kind, "own") == 0))
		kinds[i] = kind;
	return i == n ? n + 1 : n;
}

size_t resident_by_phone(
	struct store *s, const char *phone, const char **kinds, int64_t *ids, size_t max)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id / 16, kind FROM resident_phone WHERE phone_lk = ? LIMIT ?",
		DB_ARGS(store_lookup(s, "phone", phone), DI((int64_t)max)));
	size_t n = 0;

	while (db_next(q))
		n = note_person(db_int(q, 0), kind_of(db_text(q, 1)), kinds, ids, n);
	return n;
}

/* Areas that residents stand in, one seek each, and those of the name in each. */
#define NAMED_IN_AREAS \
	"WITH RECURSIVE a (code) AS (" \
	"SELECT min(area) FROM resident WHERE area >= ? AND area < ?" \
	" UNION ALL " \
	"SELECT (SELECT min(n.area) FROM resident n WHERE n.area > a.code AND n.area < ?)" \
	" FROM a WHERE a.code IS NOT NULL)" \
	" SELECT r.id FROM a CROSS JOIN resident r WHERE r.area = a.code AND r.name_lk = ? LIMIT " \
	"?"

static size_t named_between(struct store *s, const char *name, const char *low, const char *high,
	int64_t *ids, size_t max)
{
	return collect(db_query(s->db, NAMED_IN_AREAS,
			       DB_ARGS(DT(low), DT(high), DT(high), store_lookup(s, "name", name),
				       DI((int64_t)max))),
		ids, max);
}

size_t resident_by_name(struct store *s, const char *name, int64_t *ids, size_t max)
{
	return named_between(s, name, "", "~", ids, max);
}

/* The first text that does not begin with this code any more. */
static const char *code_end(struct store *s, const char *code)
{
	size_t n = strlen(code);
	char *end = arena_text(&s->arena, code, n);

	if (n > 0)
		end[n - 1]++;
	return end;
}

/* 310118110203 for itself; a town (…000) has its villages below: its first 9 digits. */
static const char *code_start(struct store *s, const char *area)
{
	size_t n = strlen(area);

	if (n == PLACE_CODE)
		while (n > 6 && strncmp(area + n - 3, "000", 3) == 0)
			n -= 3;
	return arena_text(&s->arena, area, n);
}

size_t resident_by_name_in_area(
	struct store *s, const char *name, const char *area, int64_t *ids, size_t max)
{
	const char *low = code_start(s, area), *high = code_end(s, low);
	size_t n = collect(
		db_query(s->db, "SELECT id FROM resident WHERE area = ? AND name_lk = ? LIMIT ?",
			DB_ARGS(DT(low), store_lookup(s, "name", name), DI((int64_t)max))),
		ids, max);

	/* Few villages have anything below them: one seek tells. */
	if (n == max ||
		db_number(s->db, "SELECT 1 FROM resident WHERE area > ? AND area < ? LIMIT 1", 0,
			DB_ARGS(DT(low), DT(high))) == 0)
		return n;
	return n +
	       named_between(s, name, arena_print(&s->arena, "%s!", low), high, ids + n, max - n);
}

size_t resident_born_in_area(
	struct store *s, const char *birth, const char *area, int64_t *ids, size_t max)
{
	const char *low = code_start(s, area);

	return collect(db_query(s->db,
			       "SELECT id FROM resident WHERE area >= ? AND area < ? AND birth = ?"
			       " LIMIT ?",
			       DB_ARGS(DT(low), DT(code_end(s, low)), DT(birth), DI((int64_t)max))),
		ids, max);
}

size_t resident_in_area(struct store *s, const char *area, int64_t *ids, size_t max)
{
	const char *low = code_start(s, area);

	return collect(
		db_query(s->db, "SELECT id FROM resident WHERE area >= ? AND area < ? LIMIT ?",
			DB_ARGS(DT(low), DT(code_end(s, low)), DI((int64_t)max))),
		ids, max);
}
