#include "resident_find.h"

#include <string.h>

#include "place.h"
#include "resident_key.h"

#include "banned.h"

/* -- by key ---------------------------------------------------------------------------------- */

static size_t collect(struct db_stmt *q, int64_t *ids, size_t max)
{
	size_t n = 0;

	while (n < max && db_next(q))
		ids[n++] = db_int(q, 0);
	if (n == max)
		db_end(q);
	return n;
}

#define IDS(keys) "SELECT id, tag FROM " keys " WHERE key = ? AND tag >= ? AND tag <= ? LIMIT ?"
#define BRIEF(keys) \
	"SELECT r.id, k.tag, r.name_x, r.id_no_x, r.birth, r.area, r.state, r.address_x " \
	"FROM " keys \
	" k CROSS JOIN resident r WHERE r.id = k.id AND k.key = ? AND k.tag >= ? AND k.tag <= ?" \
	" LIMIT ?"

/* What stands under one key from tag to tag. */
struct range {
	int64_t key, low, high;
	size_t max;
};

static struct range all_of(struct store *s, const char *kind, const char *value, size_t max)
{
	return (struct range){ resident_key(s, kind, value), 0, INT64_MAX, max };
}

static struct db_stmt *ids_of(struct store *s, struct range r)
{
	return db_query(s->db,
		resident_keys_settled(s) ? IDS("resident_key") : IDS("resident_known"),
		DB_ARGS(DI(r.key), DI(r.low), DI(r.high), DI((int64_t)r.max)));
}

static struct db_stmt *briefs_of(struct store *s, struct range r)
{
	return db_query(s->db,
		resident_keys_settled(s) ? BRIEF("resident_key") : BRIEF("resident_known"),
		DB_ARGS(DI(r.key), DI(r.low), DI(r.high), DI((int64_t)r.max)));
}

size_t resident_by_id_no(struct store *s, const char *id_no, int64_t *ids, size_t max)
{
	return collect(ids_of(s, all_of(s, "id", id_no, max)), ids, max);
}

struct db_stmt *resident_find_id_no(struct store *s, const char *id_no, size_t max)
{
	return briefs_of(s, all_of(s, "id", id_no, max));
}

static const char *kind_of(int64_t tag)
{
	if (tag >= RESIDENT_OWN)
		return "own";
	return tag == RESIDENT_GUARDIAN ? "guardian" : "family";
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
	struct db_stmt *q = ids_of(s, all_of(s, "phone", phone, max));
	size_t n = 0;

	while (db_next(q))
		n = note_person(db_int(q, 0), kind_of(db_int(q, 1)), kinds, ids, n);
	return n;
}

struct db_stmt *resident_find_phone(struct store *s, const char *phone, size_t max)
{
	return briefs_of(s, all_of(s, "phone", phone, max));
}

size_t resident_by_name(struct store *s, const char *name, int64_t *ids, size_t max)
{
	return collect(ids_of(s, all_of(s, "name", name, max)), ids, max);
}

struct db_stmt *resident_find_name(struct store *s, const char *name, size_t max)
{
	return briefs_of(s, all_of(s, "name", name, max));
}

static struct range in_village(struct store *s, const char *name, const char *village, size_t max)
{
	struct range r = { .key = resident_key(s, "name", name), .max = max };

	resident_village_tags(village, &r.low, &r.high);
	r.high--;
	return r;
}

struct db_stmt *resident_find_name_in_village(
	struct store *s, const char *name, const char *village, size_t max)
{
	return briefs_of(s, in_village(s, name, village, max));
}

/* -- by area --------------------------------------------------------------------------------- */

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

/* A village is part of the tag; of what is above or below it the rows must tell. */
size_t resident_by_name_in_area(
	struct store *s, const char *name, const char *area, int64_t *ids, size_t max)
{
	const char *start = code_start(s, area);
	struct range r = in_village(s, name, start, max);

	if (strlen(start) == PLACE_CODE)
		return collect(ids_of(s, r), ids, max);
	if (strlen(start) < PLACE_CODE)
		r = all_of(s, "name", name, max);
	return collect(db_query(s->db,
			       "SELECT k.id FROM resident_known k CROSS JOIN resident r"
			       " WHERE r.id = k.id AND k.key = ? AND k.tag >= ? AND k.tag <= ?"
			       " AND r.area >= ? AND r.area < ? LIMIT ?",
			       DB_ARGS(DI(r.key), DI(r.low), DI(r.high), DT(start),
				       DT(code_end(s, start)), DI((int64_t)max))),
		ids, max);
}

#define OF_AREA \
	"SELECT id, 0, name_x, id_no_x, birth, area, state, address_x FROM resident" \
	" WHERE area >= ? AND area < ?"

struct db_stmt *resident_find_area(struct store *s, const char *area, const char *birth, size_t max)
{
	const char *low = code_start(s, area), *high = code_end(s, low);

	if (birth == NULL)
		return db_query(
			s->db, OF_AREA " LIMIT ?", DB_ARGS(DT(low), DT(high), DI((int64_t)max)));
	return db_query(s->db, OF_AREA " AND birth = ? LIMIT ?",
		DB_ARGS(DT(low), DT(high), DT(birth), DI((int64_t)max)));
}

/* -- rows ------------------------------------------------------------------------------------ */

int64_t resident_found(struct db_stmt *q, bool *own)
{
	*own = db_int(q, 1) >= RESIDENT_OWN;
	return db_int(q, 0);
}

bool resident_found_active(struct db_stmt *q)
{
	return strcmp(db_text(q, 6), "active") == 0;
}

void resident_found_brief(struct store *s, struct db_stmt *q, bool address, struct resident *out)
{
	int64_t id = db_int(q, 0);

	out->id = id;
	out->name = store_plain(s, q, 2, "resident", "name", id);
	out->id_no = store_plain(s, q, 3, "resident", "id_no", id);
	out->birth = store_keep(s, db_text(q, 4));
	out->area = store_keep(s, db_text(q, 5));
	out->state = store_keep(s, db_text(q, 6));
	out->address = address ? store_plain(s, q, 7, "resident", "address", id) : "";
}
