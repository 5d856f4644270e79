#include "channel_row.h"

#include <stdio.h>

#include "banned.h"

bool channel_row_get(struct store *s, const char *name, struct channel_row *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT paused, paused_by, paused_at, points, opened, open_until, stopped, why, "
		"used"
		" FROM channel_state WHERE name = ?",
		DB_ARGS(DT(name)));

	*out = (struct channel_row){ .paused = false };
	snprintf(out->name, sizeof out->name, "%s", name);
	if (!db_next(q))
		return false;
	out->paused = db_int(q, 0) != 0;
	snprintf(out->paused_by, sizeof out->paused_by, "%s", db_text(q, 1));
	out->paused_at = db_int(q, 2);
	out->breaker = (struct breaker){ .points = (int)db_int(q, 3),
		.opened = (int)db_int(q, 4),
		.open_until_ms = db_int(q, 5),
		.stopped = db_int(q, 6) != 0 };
	snprintf(out->why, sizeof out->why, "%s", db_text(q, 7));
	/* Unreadable is empty: a limit that begins anew is no reason to stop a channel. */
	(void)quota_of_text(db_text(q, 8), &out->quota);
	db_end(q);
	return true;
}

void channel_row_put(struct store *s, const struct channel_row *row)
{
	char used[QUOTA_TEXT];

	quota_text(&row->quota, used);
	db_run(s->db,
		"INSERT INTO channel_state (name, paused, paused_by, paused_at, points, opened,"
		" open_until, stopped, why, used, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?)"
		" ON CONFLICT (name) DO UPDATE SET paused = excluded.paused,"
		" paused_by = excluded.paused_by, paused_at = excluded.paused_at,"
		" points = excluded.points, opened = excluded.opened,"
		" open_until = excluded.open_until, stopped = excluded.stopped,"
		" why = excluded.why, used = excluded.used, updated_at = excluded.updated_at",
		DB_ARGS(DT(row->name), DI(row->paused), DT(row->paused_by), DI(row->paused_at),
			DI(row->breaker.points), DI(row->breaker.opened),
			DI(row->breaker.open_until_ms), DI(row->breaker.stopped), DT(row->why),
			DT(used), DI(s->now_ms)));
}
