#include "timer.h"

#include <assert.h>
#include <string.h>

#include "agenda.h"

#include "banned.h"

int64_t timer_set(struct store *s, int64_t due_at, const char *kind, int64_t case_id,
	int64_t subject_id, int n, int64_t ends_at)
{
	struct agenda_entry e = {
		.id = store_id(s), .due_at = due_at, .case_id = case_id, .subject_id = subject_id
	};

	assert(strlen(kind) < sizeof e.kind);
	memcpy(e.kind, kind, strlen(kind) + 1);
	db_run(s->db,
		"INSERT INTO timer (id, due_at, kind, case_id, subject_id, n, ends_at) VALUES (?, "
		"?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(e.id), DI(due_at), DT(kind), DI(case_id), DI(subject_id), DI(n),
			DI(ends_at)));
	agenda_put(s, &e);
	return e.id;
}

static void drop(struct store *s, int64_t due_at, int64_t case_id, int64_t id)
{
	db_run(s->db, "DELETE FROM timer WHERE due_at = ? AND id = ?", DB_ARGS(DI(due_at), DI(id)));
	agenda_gone(s, case_id, id);
}

/* NULL: any. */
static void drop_all(struct store *s, int64_t case_id, const char *kind, const int64_t *subject_id)
{
	const struct agenda_entry *next;

	for (const struct agenda_entry *e = agenda_next(s, case_id, NULL); e != NULL; e = next) {
		next = agenda_next(s, case_id, e);
		if ((kind == NULL || strcmp(e->kind, kind) == 0) &&
			(subject_id == NULL || e->subject_id == *subject_id))
			drop(s, e->due_at, case_id, e->id);
	}
}

void timer_drop_case(struct store *s, int64_t case_id, const char *kind)
{
	drop_all(s, case_id, kind, NULL);
}

void timer_drop_subject(struct store *s, const char *kind, int64_t subject_id, int64_t case_id)
{
	drop_all(s, case_id, kind, &subject_id);
}

bool timer_take(struct store *s, struct timer *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, due_at, kind, case_id, subject_id, n, ends_at FROM timer WHERE due_at "
		"<= ?"
		" ORDER BY due_at, id LIMIT 1",
		DB_ARGS(DI(s->now_ms)));

	if (!db_next(q))
		return false;
	*out = (struct timer){ .id = db_int(q, 0),
		.due_at = db_int(q, 1),
		.kind = store_keep(s, db_text(q, 2)),
		.case_id = db_int(q, 3),
		.subject_id = db_int(q, 4),
		.n = (int)db_int(q, 5),
		.ends_at = db_int(q, 6) };
	db_end(q);
	drop(s, out->due_at, out->case_id, out->id);
	return db_rc(s->db) == STORE_OK;
}

int64_t timer_next(struct store *s)
{
	return db_number(s->db, "SELECT min(due_at) FROM timer", INT64_MAX, DB_NONE);
}

bool timer_has(struct store *s, const char *kind)
{
	const struct agenda_entry *e = agenda_next(s, 0, NULL);

	while (e != NULL && strcmp(e->kind, kind) != 0)
		e = agenda_next(s, 0, e);
	return e != NULL;
}

void timer_shift(struct store *s, int64_t by_ms)
{
	db_run(s->db,
		"UPDATE timer SET due_at = due_at + ?,"
		" ends_at = CASE WHEN ends_at = 0 THEN 0 ELSE ends_at + ? END",
		DB_ARGS(DI(by_ms), DI(by_ms)));
	agenda_forget(s);
}
