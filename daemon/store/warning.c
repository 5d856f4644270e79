#include "warning.h"

#include "recall.h"

#include "banned.h"

bool warning_add(struct store *s, const struct warning *w)
{
	bool ran = db_run(s->db,
		"INSERT INTO warning (id, source, warn_no, state, level, level_raw, fraud_type, "
		"fraud_raw, warn_time,"
		" issue_time, received_at, case_id, resident_id, match_by, match_score, flags, "
		"amount_fen, actor, record_x)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (source, warn_no) DO NOTHING",
		DB_ARGS(DI(w->id), DT(w->source), DT(w->warn_no), DT(w->state), DT(w->level),
			DT(w->level_raw), DT(w->fraud_type), DT(w->fraud_raw), DI(w->warn_time),
			DI(w->issue_time), DI(w->received_at), DI(w->case_id), DI(w->resident_id),
			DT(w->match_by), DI(w->match_score), DT(w->flags), DI(w->amount_fen),
			DT(w->actor), store_sealed(s, "warning", "record", w->id, w->record)));

	return !ran || db_changes(s->db) > 0;
}

#define WARNING_COLUMNS \
	"id, source, warn_no, state, level, level_raw, fraud_type, fraud_raw, warn_time, " \
	"issue_time, received_at," \
	" case_id, resident_id, match_by, match_score, flags, amount_fen, actor, record_x"

static void read_warning(struct store *s, struct db_stmt *q, struct warning *out)
{
	*out = (struct warning){ .id = db_int(q, 0),
		.source = store_keep(s, db_text(q, 1)),
		.warn_no = store_keep(s, db_text(q, 2)),
		.state = store_keep(s, db_text(q, 3)),
		.level = store_keep(s, db_text(q, 4)),
		.level_raw = store_keep(s, db_text(q, 5)),
		.fraud_type = store_keep(s, db_text(q, 6)),
		.fraud_raw = store_keep(s, db_text(q, 7)),
		.warn_time = db_int(q, 8),
		.issue_time = db_int(q, 9),
		.received_at = db_int(q, 10),
		.case_id = db_int(q, 11),
		.resident_id = db_int(q, 12),
		.match_by = store_keep(s, db_text(q, 13)),
		.match_score = (int)db_int(q, 14),
		.flags = store_keep(s, db_text(q, 15)),
		.amount_fen = db_int(q, 16),
		.actor = store_keep(s, db_text(q, 17)),
		.record = "" };
}

bool warning_get(struct store *s, int64_t id, struct warning *out)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT " WARNING_COLUMNS " FROM warning WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	read_warning(s, q, out);
	out->record = store_plain(s, q, 18, "warning", "record", id);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool warning_find(struct store *s, const char *source, const char *warn_no, struct warning *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT " WARNING_COLUMNS " FROM warning WHERE source = ? AND warn_no = ?",
		DB_ARGS(DT(source), DT(warn_no)));

	if (!db_next(q))
		return false;
	read_warning(s, q, out);
	db_end(q);
	return true;
}

int64_t proposed_key(struct store *s, const char *person)
{
	int64_t key = store_key(s, "proposed", person);

	return recall_proposed(s, key) ? 0 : key;
}

const char *proposed_person(struct store *s, int64_t id, const char **area)
{
	const char *person = NULL;
	struct db_stmt *q = db_query(s->db,
		"SELECT person_x, area FROM cases WHERE id = ? AND proposed = 'new'",
		DB_ARGS(DI(id)));

	if (db_next(q)) {
		person = store_plain(s, q, 0, "cases", "person", id);
		*area = store_keep(s, db_text(q, 1));
		db_end(q);
	}
	return person;
}

void proposed_decide(
	struct store *s, int64_t id, const char *actor, const char *state, int64_t resident_id)
{
	struct db_stmt *q = db_query(s->db,
		"UPDATE cases SET proposed = ?, listed_id = ?, decided_at = ?, decided_by = ? "
		"WHERE id = ? RETURNING person_key",
		DB_ARGS(DT(state), DI(resident_id), DI(s->now_ms), DT(actor), DI(id)));

	while (db_next(q))
		recall_decided(s, db_int(q, 0));
	store_event(s, actor, "proposed.decided", id, "proposed", id,
		json_pack("{s:s}", "state", state));
}

int64_t warning_last_of_case(struct store *s, int64_t case_id)
{
	return db_number(s->db,
		"SELECT max(entity_id) FROM case_event WHERE case_id = ?"
		" AND kind = 'warning.accepted'",
		0, DB_ARGS(DI(case_id)));
}
