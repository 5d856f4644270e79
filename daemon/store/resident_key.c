#include "resident_key.h"

#include <string.h>

#include "place.h"

#include "banned.h"

/* What the small tables hold on to, and how much leaves at a time: some milliseconds of work. */
enum { NEW_KEEPS = 8192, MID_KEEPS = 131072, PIECE = 512 };
enum { HOME_BITS = 31 };

/* -- the keys of a resident ---------------------------------------------------------------------- */

struct hash {
	int64_t key;
	uint32_t more;
};

static struct hash hash_of(struct store *s, const char *kind, const char *value)
{
	uint8_t bytes[SEAL_LOOKUP];
	struct hash h;

	_Static_assert(sizeof h.key + sizeof h.more <= SEAL_LOOKUP, "a lookup has room for both");
	seal_lookup(s->seal, kind, value, bytes);
	memcpy(&h.key, bytes, sizeof h.key);
	memcpy(&h.more, bytes + sizeof h.key, sizeof h.more);
	return h;
}

int64_t resident_key(struct store *s, const char *kind, const char *value)
{
	return hash_of(s, kind, value).key;
}

static bool said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Area codes are no secret: any hash does, and two villages that share one do no harm. */
static int64_t village_tag(const char *area)
{
	uint32_t h = 2166136261u;

	for (int i = 0; i < PLACE_CODE && area[i] != '\0'; i++)
		h = (h ^ (unsigned char)area[i]) * 16777619u;
	return (int64_t)((h ^ h >> 16) & 0xffff) << HOME_BITS;
}

void resident_village_tags(const char *area, int64_t *low, int64_t *high)
{
	*low = village_tag(area);
	*high = *low + (INT64_C(1) << HOME_BITS);
}

static int64_t home_tag(struct store *s, const struct resident *r)
{
	const char *area = r->area == NULL ? "" : r->area;
	int64_t village = village_tag(area);

	if (area[0] == '\0' || !said(r->address))
		return village;
	return village |
	       (hash_of(s, "home", arena_print(&s->arena, "%s %s", area, r->address)).more >> 1);
}

static int64_t phone_tag(const char *kind, bool named, const struct hash *name)
{
	if (strcmp(kind, "own") == 0)
		return RESIDENT_OWN + (int64_t)(named ? name->more >> 2 : 0);
	return strcmp(kind, "guardian") == 0 ? RESIDENT_GUARDIAN : RESIDENT_FAMILY;
}

void resident_keys_of(struct store *s, const struct resident *r, struct resident_keys *out)
{
	struct hash name = { .key = 0 };

	*out = (struct resident_keys){ .has_id = said(r->id_no), .has_name = said(r->name) };
	if (out->has_id)
		out->id.key = hash_of(s, "id", r->id_no).key;
	if (out->has_name) {
		name = hash_of(s, "name", r->name);
		out->name = (struct resident_entry){ name.key, home_tag(s, r) };
	}
	for (int i = 0; i < r->phone_count; i++)
		out->phone[out->phone_count++] = (struct resident_entry){
			.key = hash_of(s, "phone", r->phone[i].phone).key,
			.tag = phone_tag(r->phone[i].kind, out->has_name, &name),
		};
}

static bool any_mid(struct store *s)
{
	return db_number(s->db, "SELECT 1 FROM resident_key_mid LIMIT 1", 0, DB_NONE) != 0;
}

static bool any_new(struct store *s)
{
	return db_number(s->db, "SELECT 1 FROM resident_key_new LIMIT 1", 0, DB_NONE) != 0;
}

/* Looked at anew when anything has been undone: it may have been the emptying. */
bool resident_keys_settled(struct store *s)
{
	if (s->fresh_any)
		return false;
	if (s->fresh_undone == db_undone(s->db))
		return true;
	s->fresh_any = any_new(s) || any_mid(s);
	if (s->fresh_any || db_rc(s->db) != STORE_OK)
		return false;
	s->fresh_undone = db_undone(s->db);
	return true;
}

/* -- writing --------------------------------------------------------------------------------------- */

enum { LIST = RESIDENT_PHONES + 2 };

static int list_of(const struct resident_keys *k, struct resident_entry out[LIST])
{
	int n = 0;

	if (k == NULL)
		return 0;
	if (k->has_id)
		out[n++] = k->id;
	if (k->has_name)
		out[n++] = k->name;
	for (int i = 0; i < k->phone_count; i++)
		out[n++] = k->phone[i];
	return n;
}

static bool among(const struct resident_entry *list, int n, const struct resident_entry *e)
{
	for (int i = 0; i < n; i++)
		if (list[i].key == e->key && list[i].tag == e->tag)
			return true;
	return false;
}

static void forget(struct store *s, int64_t id, const struct resident_entry *e)
{
#define ENTRY DB_ARGS(DI(e->key), DI(e->tag), DI(id))
	if (!resident_keys_settled(s)) {
		db_run(s->db, "DELETE FROM resident_key_new WHERE key = ? AND tag = ? AND id = ?",
			ENTRY);
		db_run(s->db, "DELETE FROM resident_key_mid WHERE key = ? AND tag = ? AND id = ?",
			ENTRY);
	}
	db_run(s->db, "DELETE FROM resident_key WHERE key = ? AND tag = ? AND id = ?", ENTRY);
}

static void note(struct store *s, int64_t id, const struct resident_entry *e)
{
	if (!s->bulk) {
		db_run(s->db,
			"INSERT INTO resident_key (key, tag, id) VALUES (?, ?, ?)"
			" ON CONFLICT DO NOTHING",
			ENTRY);
		return;
	}
	db_run(s->db,
		"INSERT INTO resident_key_new (key, tag, id) VALUES (?, ?, ?)"
		" ON CONFLICT DO NOTHING",
		ENTRY);
	s->fresh_any = true;
	if (s->fresh[0].count >= 0)
		s->fresh[0].count++;
#undef ENTRY
}

/* -- from table to table ----------------------------------------------------------------------------- */

/*
 * A cursor goes round in the order of the keys: behind it the table is empty, before it full. So
 * what leaves stands close together, and meets few pages of the next table. Cursor and count live
 * in memory, may be wrong after a job was undone, and are set right at the end of each round.
 */
static const struct {
	const char *count, *end, *copy, *drop;
} steps[] = {
#define RANGE " WHERE (key, tag, id) > (?, ?, ?) AND (key, tag, id) <= (?, ?, ?)"
#define STEP(from, to) \
	{ \
		"SELECT count(*) FROM " from, \
			"SELECT key, tag, id FROM " from " WHERE (key, tag, id) > (?, ?, ?) " \
			"ORDER BY key, tag, id LIMIT 1 OFFSET ?", \
			"INSERT INTO " to " (key, tag, id) SELECT key, tag, id FROM " from RANGE \
			" ORDER BY key, tag, id ON CONFLICT DO NOTHING", \
			"DELETE FROM " from RANGE \
	}
	STEP("resident_key_new", "resident_key_mid"),
	STEP("resident_key_mid", "resident_key"),
	STEP("resident_key_new", "resident_key"),
};

static const struct store_fresh all_round = { .key = INT64_MIN, .count = -1 };

/* The next max entries, or what is left of the round. */
static void move(struct store *s, int step, struct store_fresh *at, int64_t max)
{
	struct store_fresh end = { .key = INT64_MAX, .tag = INT64_MAX, .id = INT64_MAX };
	struct db_stmt *q = db_query(
		s->db, steps[step].end, DB_ARGS(DI(at->key), DI(at->tag), DI(at->id), DI(max - 1)));

	end.count = at->count - max;
	if (db_next(q)) {
		end.key = db_int(q, 0);
		end.tag = db_int(q, 1);
		end.id = db_int(q, 2);
		db_end(q);
	} else {
		end.count = -1;
	}
#define WHOLE DB_ARGS(DI(at->key), DI(at->tag), DI(at->id), DI(end.key), DI(end.tag), DI(end.id))
	db_run(s->db, steps[step].copy, WHOLE);
	db_run(s->db, steps[step].drop, WHOLE);
#undef WHOLE
	*at = end.count < 0 ? all_round : end;
}

static int64_t held(struct store *s, int step)
{
	struct store_fresh *at = &s->fresh[step];

	if (at->count < 0) {
		*at = all_round;
		at->count = db_number(s->db, steps[step].count, 0, DB_NONE);
	}
	return at->count;
}

static void make_room(struct store *s)
{
	if (held(s, 0) < NEW_KEEPS + PIECE)
		return;
	move(s, 0, &s->fresh[0], PIECE);
	if (s->fresh[1].count >= 0)
		s->fresh[1].count += PIECE;
	if (held(s, 1) >= MID_KEEPS + PIECE)
		move(s, 1, &s->fresh[1], 2 * (int64_t)PIECE);
}

void resident_keys_save(struct store *s, int64_t id, const struct resident_keys *was,
	const struct resident_keys *now)
{
	struct resident_entry old[LIST], new[LIST];
	int olds = list_of(was, old), news = list_of(now, new);

	for (int i = 0; i < olds; i++)
		if (!among(new, news, &old[i]))
			forget(s, id, &old[i]);
	for (int i = 0; i < news; i++)
		if (!among(old, olds, &new[i]))
			note(s, id, &new[i]);
	if (s->bulk)
		make_room(s);
}

bool resident_keys_settle(struct store *s, int64_t max)
{
	struct store_fresh start = all_round;
	bool mid = any_mid(s);

	if (!mid && !any_new(s)) {
		s->fresh_any = false;
		return false;
	}
	move(s, mid ? 1 : 2, &start, max);
	s->fresh[0].count = s->fresh[1].count = -1;
	return db_rc(s->db) == STORE_OK;
}
