/* What the outbox counts and keeps for a short while: reports without a message, limits. */
#include "message.h"

#include <string.h>

#include "pdu.h"

#include "banned.h"

enum { STRAY_MS = 200 * 1000 };

void stray_report_put(struct store *s, const char *channel, int mr, const char *number,
	const char *outcome, int status)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO stray_report (id, channel, mr, phone_x, outcome, status, at) VALUES "
		"(?, ?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(id), DT(channel), DI(mr),
			store_sealed(s, "stray_report", "phone", id, number), DT(outcome),
			DI(status), DI(s->now_ms)));
}

static const char *phone_of(struct store *s, int64_t message_id)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT phone_x FROM message WHERE id = ?", DB_ARGS(DI(message_id)));
	const char *phone;

	if (!db_next(q))
		return "";
	phone = store_plain(s, q, 0, "message", "phone", message_id);
	db_end(q);
	return phone;
}

bool stray_report_take(struct store *s, const char *channel, int mr, int64_t message_id,
	const char **outcome, int *status)
{
	const char *number = NULL;
	int64_t found = 0;
	struct db_stmt *q = db_query(s->db,
		"SELECT id, phone_x, outcome, status FROM stray_report WHERE channel = ? AND mr = "
		"? AND at >= ?"
		" ORDER BY id DESC",
		DB_ARGS(DT(channel), DI(mr), DI(s->now_ms - STRAY_MS)));

	while (found == 0 && db_next(q)) {
		int64_t id = db_int(q, 0);

		if (number == NULL)
			number = phone_of(s, message_id);
		if (!pdu_same_number(store_plain(s, q, 1, "stray_report", "phone", id), number))
			continue;
		found = id;
		*outcome = store_keep(s, db_text(q, 2));
		*status = (int)db_int(q, 3);
	}
	if (found == 0)
		return false;
	db_end(q);
	db_run(s->db, "DELETE FROM stray_report WHERE id = ?", DB_ARGS(DI(found)));
	return true;
}

void stray_report_purge(struct store *s)
{
	db_run(s->db, "DELETE FROM stray_report WHERE at < ?", DB_ARGS(DI(s->now_ms - STRAY_MS)));
}

struct sent_count sent_count_get(
	struct store *s, const char *channel, const char *span, int64_t length_ms)
{
	struct sent_count c = { .start_at = s->now_ms };
	struct db_stmt *q = db_query(s->db,
		"SELECT start_at, parts FROM sent_count WHERE channel = ? AND span = ? AND "
		"start_at > ?",
		DB_ARGS(DT(channel), DT(span), DI(s->now_ms - length_ms)));

	if (db_next(q)) {
		c.start_at = db_int(q, 0);
		c.parts = (int)db_int(q, 1);
		db_end(q);
	}
	return c;
}

/* One statement for the three: it runs for each part that is sent. */
void sent_count_add(struct store *s, const char *channel, int parts)
{
	db_run(s->db,
		"INSERT INTO sent_count (channel, span, start_at, parts) VALUES (?, 'minute', ?, "
		"?),"
		" (?, 'hour', ?, ?), (?, 'day', ?, ?) ON CONFLICT (channel, span) DO UPDATE SET"
		" parts = excluded.parts + CASE WHEN sent_count.start_at > excluded.start_at -"
		" CASE excluded.span WHEN 'minute' THEN 60000 WHEN 'hour' THEN 3600000"
		" ELSE 86400000 END THEN sent_count.parts ELSE 0 END,"
		" start_at = CASE WHEN sent_count.start_at > excluded.start_at -"
		" CASE excluded.span WHEN 'minute' THEN 60000 WHEN 'hour' THEN 3600000"
		" ELSE 86400000 END THEN sent_count.start_at ELSE excluded.start_at END",
		DB_ARGS(DT(channel), DI(s->now_ms), DI(parts), DT(channel), DI(s->now_ms),
			DI(parts), DT(channel), DI(s->now_ms), DI(parts)));
}

int answer_count(struct store *s, const char *phone, int64_t since_ms)
{
	return (int)db_number(s->db,
		"SELECT count(*) FROM answer_count WHERE phone_lk = ? AND at >= ?", 0,
		DB_ARGS(store_lookup(s, "phone", phone), DI(since_ms)));
}

void answer_count_add(struct store *s, const char *phone)
{
	db_run(s->db, "INSERT INTO answer_count (phone_lk, at, id) VALUES (?, ?, ?)",
		DB_ARGS(store_lookup(s, "phone", phone), DI(s->now_ms), DI(store_id(s))));
}
