#include "agenda.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { BUCKETS_FIRST = 1024, MEMORY_MAX = 1 << 30 };

struct place {
	struct agenda_entry entry; /* first: what agenda_next() gives is its place */
	struct place *next;
};

struct agenda {
	struct arena memory;
	struct place **bucket, *spare;
	size_t size, count;
	bool known;
	int64_t undone; /* what db_undone() said when it was learnt */
};

struct agenda *agenda_new(void)
{
	struct agenda *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	arena_init(&a->memory, MEMORY_MAX);
	return a;
}

void agenda_free(struct agenda *a)
{
	if (a == NULL)
		return;
	arena_free(&a->memory);
	free(a->bucket);
	free(a);
}

/* Ids of cases that are opened together differ in their last bits only. */
static struct place **bucket_of(const struct agenda *a, int64_t case_id)
{
	uint64_t mixed = (uint64_t)case_id * UINT64_C(0x9E3779B97F4A7C15);

	return &a->bucket[(mixed >> 32) & (a->size - 1)];
}

static void link_in(struct agenda *a, struct place *p)
{
	struct place **at = bucket_of(a, p->entry.case_id);

	p->next = *at;
	*at = p;
}

static void resize(struct agenda *a, size_t size)
{
	struct place **old = a->bucket;
	size_t old_size = a->size;

	a->bucket = calloc(size, sizeof(struct place *));
	if (a->bucket == NULL)
		abort();
	a->size = size;
	for (size_t i = 0; i < old_size; i++)
		for (struct place *p = old[i], *next; p != NULL; p = next) {
			next = p->next;
			link_in(a, p);
		}
	free(old);
}

static void add(struct agenda *a, const struct agenda_entry *e)
{
	struct place *p = a->spare;

	if (++a->count > a->size)
		resize(a, 2 * a->size);
	if (p != NULL)
		a->spare = p->next;
	else
		p = arena_take(&a->memory, sizeof *p);
	p->entry = *e;
	link_in(a, p);
}

static void empty(struct agenda *a)
{
	arena_free(&a->memory);
	free(a->bucket);
	a->bucket = NULL;
	a->spare = NULL;
	a->size = a->count = 0;
	resize(a, BUCKETS_FIRST);
}

static void learn(struct store *s, struct agenda *a)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT id, due_at, case_id, subject_id, kind FROM timer", DB_NONE);

	while (db_next(q)) {
		struct agenda_entry e = { .id = db_int(q, 0),
			.due_at = db_int(q, 1),
			.case_id = db_int(q, 2),
			.subject_id = db_int(q, 3) };

		memcpy(e.kind, db_text(q, 4), strnlen(db_text(q, 4), AGENDA_KIND - 1));
		add(a, &e);
	}
}

/* What is true now. After a failure it is empty or in part, and this job is undone. */
static struct agenda *agenda(struct store *s)
{
	struct agenda *a = s->agenda;

	assert(a != NULL); /* only the desk has one */
	if (a->known && a->undone == db_undone(s->db))
		return a;
	a->known = true;
	a->undone = db_undone(s->db);
	empty(a);
	learn(s, a);
	return a;
}

/* The same for who has something to add to it; NULL: nothing is known that could become wrong. */
static struct agenda *known(struct store *s)
{
	struct agenda *a = s->agenda;

	return a->known && a->undone == db_undone(s->db) ? a : NULL;
}

const struct agenda_entry *agenda_next(
	struct store *s, int64_t case_id, const struct agenda_entry *after)
{
	const struct agenda *a = agenda(s);
	const struct place *p =
		after == NULL ? *bucket_of(a, case_id) : ((const struct place *)after)->next;

	while (p != NULL && p->entry.case_id != case_id)
		p = p->next;
	return p == NULL ? NULL : &p->entry;
}

void agenda_put(struct store *s, const struct agenda_entry *e)
{
	struct agenda *a = known(s);

	if (a != NULL)
		add(a, e);
}

void agenda_gone(struct store *s, int64_t case_id, int64_t id)
{
	struct agenda *a = known(s);
	struct place **at = a == NULL ? NULL : bucket_of(a, case_id), *p;

	if (at == NULL)
		return;
	while (*at != NULL && (*at)->entry.id != id)
		at = &(*at)->next;
	p = *at;
	if (p == NULL)
		return;
	*at = p->next;
	p->next = a->spare;
	a->spare = p;
	a->count--;
}

void agenda_forget(struct store *s)
{
	s->agenda->known = false;
}
