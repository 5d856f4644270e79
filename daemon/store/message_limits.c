/* What the outbox counts and keeps for a short while: reports without a message, limits. */
#include "message.h"

#include <string.h>

#include "pdu.h"

#include "banned.h"

enum { STRAY_MS = 200 * 1000 };
#define WAITED_MS INT64_C(2 * 86400000)

/* How many there are: each message that was sent asks, and there is hardly ever one. */
static int64_t *strays(struct store *s)
{
	if (s->strays_undone != db_undone(s->db)) {
		s->strays = db_number(s->db, "SELECT count(*) FROM stray_report", 0, DB_NONE);
		s->strays_undone = db_undone(s->db);
	}
	return &s->strays;
}

static void forget(struct store *s, int64_t id)
{
	db_run(s->db, "DELETE FROM stray_report WHERE id = ?", DB_ARGS(DI(id)));
	--*strays(s);
}

void stray_report_put(struct store *s, const struct stray_report *r)
{
	int64_t id = store_id(s);

	++*strays(s);
	db_run(s->db,
		"INSERT INTO stray_report (id, channel, mr, other_ref, phone_x, outcome, status, "
		"error,"
		" at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(id), DT(r->channel), DI(r->mr), DT(r->other_ref),
			store_sealed(s, "stray_report", "phone", id, r->number), DT(r->outcome),
			DI(r->status), DT(r->error), DI(s->now_ms)));
}

bool stray_report_take_ref(struct store *s, const char *channel, const char *other_ref,
	const char **outcome, const char **error)
{
	struct db_stmt *q;
	int64_t id;

	if (*strays(s) == 0)
		return false;
	q = db_query(s->db,
		"SELECT id, outcome, error FROM stray_report WHERE channel = ? AND other_ref = ?"
		" AND at >= ? ORDER BY id DESC LIMIT 1",
		DB_ARGS(DT(channel), DT(other_ref), DI(s->now_ms - STRAY_MS)));
	if (!db_next(q))
		return false;
	id = db_int(q, 0);
	*outcome = store_keep(s, db_text(q, 1));
	*error = store_keep(s, db_text(q, 2));
	db_end(q);
	forget(s, id);
	return true;
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
	struct db_stmt *q;

	if (*strays(s) == 0)
		return false;
	q = db_query(s->db,
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
	forget(s, found);
	return true;
}

void stray_report_purge(struct store *s)
{
	if (*strays(s) == 0)
		return;
	db_run(s->db, "DELETE FROM stray_report WHERE at < ?", DB_ARGS(DI(s->now_ms - STRAY_MS)));
	*strays(s) -= db_changes(s->db);
}

/* Keys are time-ordered: what was made long before cannot have been sent since. */
void message_sent_since(struct store *s, int64_t since_ms,
	bool (*each)(void *arg, const struct message *m), void *arg)
{
	enum { ID_BITS_BELOW_SECONDS = 21 };
	int64_t first = ((since_ms - WAITED_MS) / 1000) << ID_BITS_BELOW_SECONDS;
	struct db_stmt *q = db_query(s->db,
		"SELECT id, kind, class, template, channel, sent_at, phone_x FROM message"
		" WHERE id >= ? AND sent_at >= ? ORDER BY sent_at",
		DB_ARGS(DI(first), DI(since_ms)));

	while (db_next(q)) {
		int64_t id = db_int(q, 0);
		struct message m = { .id = id,
			.kind = store_keep(s, db_text(q, 1)),
			.class_ = store_keep(s, db_text(q, 2)),
			.template = store_keep(s, db_text(q, 3)),
			.channel = store_keep(s, db_text(q, 4)),
			.sent_at = db_int(q, 5),
			.phone = store_plain(s, q, 6, "message", "phone", id) };

		if (!each(arg, &m)) {
			db_end(q);
			return;
		}
	}
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
