#include "resident.h"

#include <string.h>

#include "resident_key.h"

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
enum { PLACES = 16 };
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

/* -- finding a row again ------------------------------------------------------------------ */

static const char *said(const char *text)
{
	return text == NULL ? "" : text;
}

/* What a row found by a key must have in common with the record. */
enum { SAME_ID = 1, SAME_NAME = 2, SAME_HOME = 4, ID_OPEN = 8 };

/* A stored row without ID number, or with the same one, may be this person. */
static bool is_same(struct store *s, struct db_stmt *q, const struct resident *r, unsigned what)
{
	int64_t id = db_int(q, 0);

	if ((what & SAME_ID) != 0 &&
		strcmp(store_plain(s, q, 1, "resident", "id_no", id), r->id_no) != 0)
		return false;
	if ((what & ID_OPEN) != 0 && said(r->id_no)[0] != '\0' && !db_is_null(q, 1))
		return false;
	if ((what & SAME_NAME) != 0 &&
		strcmp(store_plain(s, q, 2, "resident", "name", id), r->name) != 0)
		return false;
	return (what & SAME_HOME) == 0 ||
	       (strcmp(db_text(q, 3), r->area) == 0 &&
		       strcmp(store_plain(s, q, 4, "resident", "address", id), r->address) == 0);
}

/* The oldest row that stands under this entry and is the same; few do. */
static int64_t id_of(
	struct store *s, const struct resident_entry *e, const struct resident *r, unsigned what)
{
#define SAME(keys) \
	"SELECT r.id, r.id_no_x, r.name_x, r.area, r.address_x FROM " keys \
	" k CROSS JOIN resident r WHERE r.id = k.id AND k.key = ? AND k.tag = ?"
	struct db_stmt *q = db_query(s->db,
		resident_keys_settled(s) ? SAME("resident_key") : SAME("resident_known"),
		DB_ARGS(DI(e->key), DI(e->tag)));
	int64_t id = 0;

	while (db_next(q))
		if ((id == 0 || db_int(q, 0) < id) && is_same(s, q, r, what))
			id = db_int(q, 0);
	return id;
}

static int64_t find(struct store *s, const struct resident_keys *k, const struct resident *r)
{
	int64_t id = 0;

	if (k->has_id)
		id = id_of(s, &k->id, r, SAME_ID);
	if (!k->has_name)
		return id;
	for (int i = 0; id == 0 && i < r->phone_count; i++)
		if (strcmp(r->phone[i].kind, "own") == 0)
			id = id_of(s, &k->phone[i], r, SAME_NAME | ID_OPEN);
	if (id == 0 && said(r->area)[0] != '\0' && said(r->address)[0] != '\0')
		id = id_of(s, &k->name, r, SAME_NAME | SAME_HOME | ID_OPEN);
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
			"INSERT INTO resident_phone (id, kind, phone_x, name_x, relation)"
			" VALUES (?, ?, ?, ?, ?)",
			DB_ARGS(DI(row), DT(p->kind),
				store_sealed(s, "resident_phone", "phone", row, p->phone),
				store_sealed(s, "resident_phone", "name", row, p->name),
				DT(p->relation)));
	}
}

static void insert_row(struct store *s, const struct resident *r)
{
	db_run(s->db,
		"INSERT INTO resident (id, name_x, id_no_x, birth, sex, area, address_x, tags,"
		" risk, state, remark_x, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(r->id), store_sealed(s, "resident", "name", r->id, r->name),
			store_sealed(s, "resident", "id_no", r->id, r->id_no), DT(r->birth),
			DT(r->sex), DT(r->area),
			store_sealed(s, "resident", "address", r->id, r->address), DT(r->tags),
			DT(r->risk), DT(r->state),
			store_sealed(s, "resident", "remark", r->id, r->remark), DI(s->now_ms)));
}

static void update_row(struct store *s, const struct resident *r)
{
	db_run(s->db,
		"UPDATE resident SET name_x = ?, id_no_x = ?, birth = ?, sex = ?, area = ?,"
		" address_x = ?, tags = ?, risk = ?, state = ?, remark_x = ?, updated_at = ?"
		" WHERE id = ?",
		DB_ARGS(store_sealed(s, "resident", "name", r->id, r->name),
			store_sealed(s, "resident", "id_no", r->id, r->id_no), DT(r->birth),
			DT(r->sex), DT(r->area),
			store_sealed(s, "resident", "address", r->id, r->address), DT(r->tags),
			DT(r->risk), DT(r->state),
			store_sealed(s, "resident", "remark", r->id, r->remark), DI(s->now_ms),
			DI(r->id)));
}

static void update(struct store *s, const struct resident *was, const struct resident *now)
{
	struct resident_keys old, new;

	resident_keys_of(s, was, &old);
	resident_keys_of(s, now, &new);
	update_row(s, now);
	resident_keys_save(s, now->id, &old, &new);
}

int64_t resident_save(
	struct store *s, const struct resident *r, enum save_mode mode, struct change *c)
{
	struct resident was = resident_blank, now = { .id = r->id };
	struct resident_keys keys;

	*c = (struct change){ .names = columns };
	resident_keys_of(s, r, &keys);
	if (r->id == 0)
		now.id = find(s, &keys, r);
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
		insert_row(s, &now);
		resident_keys_save(s, now.id, NULL, &keys); /* nothing stood there: its own */
	} else if (c->fields != 0) {
		update(s, &was, &now);
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
