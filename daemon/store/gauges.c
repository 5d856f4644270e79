#include "gauges.h"

#include <stdio.h>

#include "channel_row.h"
#include "message.h"

#include "banned.h"

enum { LIMITS_MAX = 64 << 10, DAY_S = 86400, ID_BITS_BELOW_SECONDS = 21 };

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
			"SELECT state, class, count(*) FROM message WHERE " MESSAGE_LIVE
			" AND state <> 'sent' GROUP BY state, class UNION ALL SELECT state, class, "
			"count(*) FROM "
			"message WHERE state = 'held' GROUP BY state, class",
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

static void used(struct buf *out, const char *channel, const struct quota *q, int64_t now_ms)
{
	for (int i = 0; i < QUOTA_SPANS; i++)
		if (quota_used(q, (enum quota_span)i, now_ms) > 0)
			buf_addf(out, "quanzu_channel_used_parts{channel=\"%s\",span=\"%s\"} %d\n",
				channel, quota_span_code((enum quota_span)i),
				quota_used(q, (enum quota_span)i, now_ms));
}

/* As the rows keep them; what a channel says of itself is the loop's to tell. */
static void channels(struct store *s, struct buf *out)
{
	struct buf limits;
	struct db_stmt *q =
		db_query(s->db, "SELECT name FROM channel_state ORDER BY name", DB_NONE);

	buf_init(&limits, LIMITS_MAX);
	head(out, "quanzu_channel_breaker", "0 closed, 1 open, 2 on trial, 3 stopped");
	while (db_next(q)) {
		struct channel_row row;
		char name[sizeof row.name];

		snprintf(name, sizeof name, "%s", db_text(q, 0));
		channel_row_get(s, name, &row);
		buf_addf(out, "quanzu_channel_breaker{channel=\"%s\"} %d\n", name,
			(int)breaker_state(&row.breaker, s->now_ms));
		buf_addf(&limits, "quanzu_channel_paused{channel=\"%s\"} %d\n", name,
			row.paused ? 1 : 0);
		used(&limits, name, &row.quota, s->now_ms);
	}
	buf_add(out, limits.data, limits.len);
	buf_free(&limits);
}

static void oldest(struct store *s, struct buf *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT class, min(created_at) FROM message WHERE " MESSAGE_LIVE
		" AND state = 'queued' GROUP BY class",
		DB_NONE);

	head(out, "quanzu_queued_oldest_seconds", "age of the oldest that is queued, by class");
	while (db_next(q))
		buf_addf(out, "quanzu_queued_oldest_seconds{class=\"%s\"} %lld\n", db_text(q, 0),
			(long long)(s->now_ms - db_int(q, 1)) / 1000);
}

void gauges_write(struct store *s, struct buf *out)
{
	int64_t first;

	messages(s, out);
	oldest(s, out);
	channels(s, out);
	head(out, "quanzu_cases_open", "cases that are not closed, by state and level");
	two_labels(out,
		db_query(s->db,
			"SELECT state, level, count(*) FROM cases WHERE state <> 'closed'"
			" GROUP BY state, level",
			DB_NONE),
		"quanzu_cases_open", "state", "level");
	first = db_number(s->db,
		"SELECT min(created_at) FROM message WHERE " MESSAGE_LIVE " AND state = 'queued'",
		s->now_ms, DB_NONE);
	one(out, "quanzu_oldest_queued_seconds", "age of the message that has been queued longest",
		(s->now_ms - first) / 1000);
	one(out, "quanzu_inbox_human", "incoming messages that wait for a person",
		db_number(s->db,
			"SELECT count(*) FROM inbound WHERE state = 'human' AND resolved_at = 0", 0,
			DB_NONE));
	one(out, "quanzu_alarms_open", "alarms that nobody has cleared",
		db_number(s->db, "SELECT count(*) FROM alarm WHERE cleared_at = 0", 0, DB_NONE));
}
