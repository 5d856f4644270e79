#include "recall.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "casefile.h"

#include "banned.h"

enum { SLOTS_FIRST = 1024 };

struct slot {
	int64_t key; /* 0: free */
	int64_t id;  /* 0: no more */
	int64_t until_at;
};

/* Open addressing, at most half full. Keys are hashes already. */
struct keymap {
	struct slot *slot;
	size_t size, count;
};

struct recall {
	struct keymap cases, proposed;
	bool known;
	int64_t undone; /* what db_undone() said when it was learnt */
};

static struct slot *slot_of(const struct keymap *m, int64_t key)
{
	size_t at = (size_t)key & (m->size - 1);

	while (m->slot[at].key != 0 && m->slot[at].key != key)
		at = (at + 1) & (m->size - 1);
	return &m->slot[at];
}

static void resize(struct keymap *m, size_t size)
{
	struct keymap wider = { .slot = calloc(size, sizeof *wider.slot), .size = size };

	if (wider.slot == NULL)
		abort();
	for (size_t i = 0; i < m->size; i++)
		if (m->slot[i].id != 0) {
			*slot_of(&wider, m->slot[i].key) = m->slot[i];
			wider.count++;
		}
	free(m->slot);
	*m = wider;
}

static void empty(struct keymap *m)
{
	free(m->slot);
	*m = (struct keymap){ .size = 0 };
	resize(m, SLOTS_FIRST);
}

static void put(struct keymap *m, int64_t key, int64_t id, int64_t until_at)
{
	struct slot *at = slot_of(m, key);

	if (at->key == 0 && ++m->count > m->size / 2) {
		resize(m, 2 * m->size);
		at = slot_of(m, key);
		m->count++;
	}
	*at = (struct slot){ .key = key, .id = id, .until_at = until_at };
}

struct recall *recall_new(void)
{
	struct recall *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	return r;
}

void recall_free(struct recall *r)
{
	if (r == NULL)
		return;
	free(r->cases.slot);
	free(r->proposed.slot);
	free(r);
}

static void learn_cases(struct store *s, struct keymap *m)
{
	int64_t key[CASE_KEYS];
	struct db_stmt *q = db_query(s->db,
		"SELECT keys, id, keys_until FROM cases WHERE keys_until > ? AND keys_until > 0"
		" ORDER BY +id", /* by the index of live cases, not through all that there were */
		DB_ARGS(DI(s->now_ms)));

	while (db_next(q)) {
		int n = casefile_keys_read(q, 0, key);

		for (int i = 0; i < n; i++) /* the later case counts */
			put(m, key[i], db_int(q, 1), db_int(q, 2));
	}
}

static void learn_proposed(struct store *s, struct keymap *m)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT person_key, id FROM cases WHERE proposed = 'new'", DB_NONE);

	while (db_next(q))
		put(m, db_int(q, 0), db_int(q, 1), 0);
}

/* What is true now. After a failure it is empty or in part, and this job is undone. */
static struct recall *recalled(struct store *s)
{
	struct recall *r = s->recall;

	assert(r != NULL); /* only the desk has one */
	if (r->known && r->undone == db_undone(s->db))
		return r;
	r->known = true;
	r->undone = db_undone(s->db);
	empty(&r->cases);
	empty(&r->proposed);
	learn_cases(s, &r->cases);
	learn_proposed(s, &r->proposed);
	return r;
}

int64_t recall_case(struct store *s, int64_t key)
{
	const struct slot *at = slot_of(&recalled(s)->cases, key);

	return at->key != 0 && at->until_at > s->now_ms ? at->id : 0;
}

bool recall_proposed(struct store *s, int64_t key)
{
	const struct slot *at = slot_of(&recalled(s)->proposed, key);

	return at->key != 0 && at->id != 0;
}

void recall_case_put(struct store *s, int64_t key, int64_t case_id, int64_t until_ms)
{
	put(&recalled(s)->cases, key, case_id, until_ms);
}

void recall_propose(struct store *s, int64_t key)
{
	put(&recalled(s)->proposed, key, 1, 0);
}

void recall_decided(struct store *s, int64_t key)
{
	struct slot *at = slot_of(&recalled(s)->proposed, key);

	at->id = 0;
}

void recall_forget(struct store *s)
{
	if (s->recall != NULL)
		s->recall->known = false;
}
