#include "gauges.h"

#include "banned.h"

enum { DAY_S = 86400, ID_BITS_BELOW_SECONDS = 21 };

static void head(struct buf *out, const char *name, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* Columns: two labels and a number. */
static void two_labels(
	struct buf *out, struct db_stmt *q, const char *name, const char *a, const char *b)
{
	while (db_next(q))
		buf_addf(out, "%s{%s=\"%s\",%s=\"%s\"} %lld\n", name, a, db_text(q, 0), b,
			db_text(q, 1), (long long)db_int(q, 2));
}

static void one(struct buf *out, const char *name, const char *help, int64_t value)
{
	head(out, name, help);
	buf_addf(out, "%s %lld\n", name, (long long)value);
}

static void messages(struct store *s, struct buf *out)
{
	/* Keys are time-ordered, so the last day is a range of keys. */
	int64_t day = (s->now_ms / 1000 - DAY_S) << ID_BITS_BELOW_SECONDS;

	head(out, "quanzu_messages_open", "messages that have not ended, by state and class");
	two_labels(out,
		db_query(s->db,
			"SELECT state, class, count(*) FROM message WHERE state = 'queued'"
			" GROUP BY state, class UNION ALL SELECT state, class, count(*) FROM "
			"message"
			" WHERE state = 'held' GROUP BY state, class UNION ALL"
			" SELECT state, class, count(*) FROM message"
			" WHERE state = 'sending' OR state = 'unsure' GROUP BY state, class",
			DB_NONE),
		"quanzu_messages_open", "state", "class");
	head(out, "quanzu_messages_day", "messages made in the last 24 hours, by state and class");
	two_labels(out,
		db_query(s->db,
			"SELECT state, class, count(*) FROM message WHERE id >= ? AND purpose <> "
			"'test'"
			" GROUP BY state, class",
			DB_ARGS(DI(day))),
		"quanzu_messages_day", "state", "class");
}

void gauges_write(struct store *s, struct buf *out)
{
	int64_t oldest;

	messages(s, out);
	head(out, "quanzu_cases_open", "cases that are not closed, by state and level");
	two_labels(out,
		db_query(s->db,
			"SELECT state, level, count(*) FROM cases WHERE state <> 'closed'"
			" GROUP BY state, level",
			DB_NONE),
		"quanzu_cases_open", "state", "level");
	oldest = db_number(s->db, "SELECT min(created_at) FROM message WHERE state = 'queued'",
		s->now_ms, DB_NONE);
	one(out, "quanzu_oldest_queued_seconds", "age of the message that has been queued longest",
		(s->now_ms - oldest) / 1000);
	one(out, "quanzu_inbox_human", "incoming messages that wait for a person",
		db_number(s->db,
			"SELECT count(*) FROM inbound WHERE state = 'human' AND resolved_at = 0", 0,
			DB_NONE));
	one(out, "quanzu_alarms_open", "alarms that nobody has cleared",
		db_number(s->db, "SELECT count(*) FROM alarm WHERE cleared_at = 0", 0, DB_NONE));
}
