#include "alarm.h"

#include "banned.h"

bool alarm_raise(
	struct store *s, const char *kind, const char *subject, int64_t case_id, const char *text)
{
	int64_t id;

	db_run(s->db,
		"UPDATE alarm SET times = times + 1, last_at = ?, text = ?"
		" WHERE kind = ? AND subject = ? AND cleared_at = 0",
		DB_ARGS(DI(s->now_ms), DT(text), DT(kind), DT(subject)));
	if (db_changes(s->db) > 0)
		return false;
	id = store_id(s);
	db_run(s->db,
		"INSERT INTO alarm (id, kind, subject, text, case_id, raised_at, last_at, times, "
		"cleared_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0)",
		DB_ARGS(DI(id), DT(kind), DT(subject), DT(text), DI(case_id), DI(s->now_ms),
			DI(s->now_ms)));
	store_event(s, "system", "alarm.raised", case_id, "alarm", id,
		json_pack("{s:s, s:s}", "kind", kind, "subject", subject));
	if (s->on_alarm != NULL)
		s->on_alarm(s->on_alarm_arg, kind, subject, text, true);
	return true;
}

static void tell_end(struct store *s, int64_t id)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT kind, subject, text FROM alarm WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return;
	s->on_alarm(s->on_alarm_arg, db_text(q, 0), db_text(q, 1), db_text(q, 2), false);
	db_end(q);
}

static void cleared(struct store *s, const char *actor, int64_t id, int64_t case_id)
{
	if (s->on_alarm != NULL)
		tell_end(s, id);
	db_run(s->db, "UPDATE alarm SET cleared_at = ?, cleared_by = ? WHERE id = ?",
		DB_ARGS(DI(s->now_ms), DT(actor), DI(id)));
	store_event(s, actor, "alarm.cleared", case_id, "alarm", id, NULL);
}

void alarm_clear(struct store *s, const char *kind, const char *subject, const char *actor)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, case_id FROM alarm WHERE kind = ? AND subject = ? AND cleared_at = 0",
		DB_ARGS(DT(kind), DT(subject)));

	if (db_next(q)) {
		int64_t id = db_int(q, 0), case_id = db_int(q, 1);

		db_end(q);
		cleared(s, actor, id, case_id);
	}
}

bool alarm_clear_id(struct store *s, int64_t id, const char *actor)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT case_id FROM alarm WHERE id = ? AND cleared_at = 0", DB_ARGS(DI(id)));
	int64_t case_id;

	if (!db_next(q))
		return false;
	case_id = db_int(q, 0);
	db_end(q);
	cleared(s, actor, id, case_id);
	return true;
}

void alarm_clear_case(struct store *s, int64_t case_id, const char *actor)
{
	int64_t ids[32];
	size_t n = 0;
	struct db_stmt *q = db_query(s->db,
		"SELECT id FROM alarm WHERE case_id = ? AND cleared_at = 0"
		" AND kind NOT IN ('handover', 'handover_late') LIMIT 32",
		DB_ARGS(DI(case_id)));

	while (db_next(q))
		ids[n++] = db_int(q, 0);
	for (size_t i = 0; i < n; i++)
		cleared(s, actor, ids[i], case_id);
}
