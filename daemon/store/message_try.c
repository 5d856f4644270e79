#include "message_try.h"

#include "banned.h"

void message_try_put(struct store *s, const struct message_try *t)
{
	db_run(s->db,
		"INSERT INTO message_try (message_id, n, channel, verdict, error, again_at, "
		"other_ref,"
		" at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_id, n) DO UPDATE SET"
		" channel = excluded.channel, verdict = excluded.verdict, error = excluded.error,"
		" again_at = excluded.again_at, other_ref = excluded.other_ref, at = excluded.at",
		DB_ARGS(DI(t->message_id), DI(t->n), DT(t->channel), DT(t->verdict), DT(t->error),
			DI(t->again_at), DT(t->other_ref), DI(s->now_ms)));
}

size_t message_try_list(struct store *s, int64_t message_id, struct message_try *out, size_t max)
{
	size_t n = 0;
	struct db_stmt *q = db_query(s->db,
		"SELECT n, channel, verdict, error, again_at, other_ref, at FROM message_try"
		" WHERE message_id = ? ORDER BY n DESC LIMIT ?",
		DB_ARGS(DI(message_id), DI((int64_t)max)));

	for (; db_next(q); n++)
		out[n] = (struct message_try){ .message_id = message_id,
			.n = (int)db_int(q, 0),
			.channel = store_keep(s, db_text(q, 1)),
			.verdict = store_keep(s, db_text(q, 2)),
			.error = store_keep(s, db_text(q, 3)),
			.again_at = db_int(q, 4),
			.other_ref = store_keep(s, db_text(q, 5)),
			.at = db_int(q, 6) };
	return n;
}

int64_t message_try_of_ref(struct store *s, const char *channel, const char *other_ref)
{
	return db_number(s->db,
		"SELECT message_id FROM message_try WHERE other_ref = ? AND other_ref <> ''"
		" AND channel = ? ORDER BY message_id DESC LIMIT 1",
		0, DB_ARGS(DT(other_ref), DT(channel)));
}
