/* Reply codes and open questions: what a phone may answer with. */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "crew.h"
#include "task.h"

#include "banned.h"

enum { QUESTION_MS = 30 * 60 * 1000 };

const char *reply_code_choose(struct store *s, int64_t task_id, int64_t member_id)
{
	size_t n;
	const struct code_past *past = crew_codes(s, member_id, &n);
	char code[CODE_TEXT];

	if (!code_next(past, n, (uint32_t)(task_id ^ task_id >> 17), code))
		return NULL;
	return store_keep(s, code);
}

struct reply_code *reply_code_list(struct store *s, const char *phone, size_t *count)
{
	return crew_reply_codes(s, store_key(s, "phone", phone), count);
}

void reply_code_close(struct store *s, int64_t task_id)
{
	struct db_stmt *q = db_query(s->db,
		"UPDATE task SET code_closed_at = ? WHERE id = ? AND code_closed_at = 0"
		" RETURNING phone_key",
		DB_ARGS(DI(s->now_ms), DI(task_id)));

	while (db_next(q))
		crew_code_closed(s, db_int(q, 0), task_id, s->now_ms);
}

void reply_code_reopen(struct store *s, int64_t task_id)
{
	struct db_stmt *q = db_query(s->db,
		"UPDATE task SET code_closed_at = 0 WHERE id = ? RETURNING phone_key",
		DB_ARGS(DI(task_id)));

	while (db_next(q))
		crew_code_closed(s, db_int(q, 0), task_id, 0);
}

void reply_code_answered(struct store *s, int64_t task_id, int action)
{
	struct db_stmt *q = db_query(s->db,
		"UPDATE task SET last_action = ?, last_at = ? WHERE id = ? RETURNING phone_key",
		DB_ARGS(DI(action), DI(s->now_ms), DI(task_id)));

	while (db_next(q))
		crew_code_answered(s, db_int(q, 0), task_id, action);
}

void question_put(struct store *s, const char *phone, const struct question *q)
{
	db_run(s->db,
		"INSERT INTO question (phone_lk, task_id, code, action, amount_kind, lo_fen, "
		"hi_fen, asked_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (phone_lk) DO UPDATE SET task_id = "
		"excluded.task_id,"
		" code = excluded.code, action = excluded.action, amount_kind = "
		"excluded.amount_kind,"
		" lo_fen = excluded.lo_fen, hi_fen = excluded.hi_fen, asked_at = excluded.asked_at",
		DB_ARGS(store_lookup(s, "phone", phone), DI(q->task_id), DT(q->code), DI(q->action),
			DT(q->amount_kind), DI(q->lo_fen), DI(q->hi_fen), DI(s->now_ms)));
}

bool question_get(struct store *s, const char *phone, struct question *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT task_id, code, action, amount_kind, lo_fen, hi_fen, asked_at FROM question"
		" WHERE phone_lk = ? AND asked_at >= ?",
		DB_ARGS(store_lookup(s, "phone", phone), DI(s->now_ms - QUESTION_MS)));

	if (!db_next(q))
		return false;
	*out = (struct question){ .task_id = db_int(q, 0),
		.code = store_keep(s, db_text(q, 1)),
		.action = (int)db_int(q, 2),
		.amount_kind = store_keep(s, db_text(q, 3)),
		.lo_fen = db_int(q, 4),
		.hi_fen = db_int(q, 5),
		.asked_at = db_int(q, 6) };
	db_end(q);
	return true;
}

void question_drop(struct store *s, const char *phone)
{
	db_run(s->db, "DELETE FROM question WHERE phone_lk = ?",
		DB_ARGS(store_lookup(s, "phone", phone)));
}
