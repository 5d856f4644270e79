#include "timer.h"

#include "banned.h"

int64_t timer_set(struct store *s, int64_t due_at, const char *kind, int64_t case_id,
	int64_t subject_id, int n, int64_t ends_at)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO timer (id, due_at, kind, case_id, subject_id, n, ends_at) VALUES (?, "
		"?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(id), DI(due_at), DT(kind), DI(case_id), DI(subject_id), DI(n),
			DI(ends_at)));
	return id;
}

void timer_drop_case(struct store *s, int64_t case_id, const char *kind)
{
	if (kind == NULL)
		db_run(s->db, "DELETE FROM timer WHERE case_id = ?", DB_ARGS(DI(case_id)));
	else
		db_run(s->db, "DELETE FROM timer WHERE case_id = ? AND kind = ?",
			DB_ARGS(DI(case_id), DT(kind)));
}

void timer_drop_subject(struct store *s, const char *kind, int64_t subject_id, int64_t case_id)
{
	db_run(s->db, "DELETE FROM timer WHERE case_id = ? AND kind = ? AND subject_id = ?",
		DB_ARGS(DI(case_id), DT(kind), DI(subject_id)));
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
	db_run(s->db, "DELETE FROM timer WHERE due_at = ? AND id = ?",
		DB_ARGS(DI(out->due_at), DI(out->id)));
	return db_rc(s->db) == STORE_OK;
}

int64_t timer_next(struct store *s)
{
	return db_number(s->db, "SELECT min(due_at) FROM timer", INT64_MAX, DB_NONE);
}

bool timer_has(struct store *s, const char *kind)
{
	return db_number(s->db, "SELECT count(*) FROM timer WHERE case_id = 0 AND kind = ?", 0,
		       DB_ARGS(DT(kind))) > 0;
}

void timer_shift(struct store *s, int64_t by_ms)
{
	db_run(s->db,
		"UPDATE timer SET due_at = due_at + ?,"
		" ends_at = CASE WHEN ends_at = 0 THEN 0 ELSE ends_at + ? END",
		DB_ARGS(DI(by_ms), DI(by_ms)));
}
