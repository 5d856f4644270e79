#include "duty.h"

#include <stdio.h>

#include "crew.h"

#include "banned.h"

enum { TEAM, MEMBER, DAYS, DAY, FROM, TO, OFF };
static const char *const columns[] = { "team", "member", "weekdays", "day", "from", "to", "off",
	NULL };

#define COLUMNS "id, team_id, member_id, weekdays, day, from_min, to_min, off"

static struct duty row_of(struct db_stmt *q)
{
	struct duty d = {
		.id = db_int(q, 0),
		.team_id = db_int(q, 1),
		.shift = {
			.member_id = db_int(q, 2),
			.weekdays = (unsigned)db_int(q, 3),
			.from_min = (int)db_int(q, 5),
			.to_min = (int)db_int(q, 6),
			.off = db_int(q, 7) != 0,
		},
	};

	snprintf(d.shift.day, sizeof d.shift.day, "%s", db_text(q, 4));
	return d;
}

bool duty_get(struct store *s, int64_t id, struct duty *out)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT " COLUMNS " FROM duty WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	*out = row_of(q);
	db_end(q);
	return true;
}

static int64_t find(struct store *s, const struct duty *d)
{
	const struct rota_shift *t = &d->shift;

	return db_number(s->db,
		"SELECT id FROM duty WHERE team_id = ? AND member_id = ? AND weekdays = ?"
		" AND day = ? AND from_min = ? AND to_min = ?",
		0,
		DB_ARGS(DI(d->team_id), DI(t->member_id), DI(t->weekdays), DT(t->day),
			DI(t->from_min), DI(t->to_min)));
}

int64_t duty_save(struct store *s, const struct duty *d, struct change *c)
{
	const struct rota_shift *t = &d->shift;
	struct duty was = { .id = d->id != 0 ? d->id : find(s, d) };

	*c = (struct change){ .names = columns };
	if (was.id != 0 && !duty_get(s, was.id, &was))
		return 0;
	change_number(c, TEAM, was.team_id, d->team_id);
	change_number(c, MEMBER, was.shift.member_id, t->member_id);
	change_number(c, DAYS, was.shift.weekdays, t->weekdays);
	change_text(c, DAY, SAVE_EXACT, was.shift.day, t->day);
	change_number(c, FROM, was.shift.from_min, t->from_min);
	change_number(c, TO, was.shift.to_min, t->to_min);
	change_number(c, OFF, was.shift.off, t->off);
	if (was.id == 0) {
		was.id = store_id(s);
		c->created = true;
	}
	if (change_any(c))
		db_run(s->db,
			"INSERT INTO duty (id, team_id, member_id, weekdays, day, from_min, to_min,"
			" off, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
			" ON CONFLICT (id) DO UPDATE SET team_id = excluded.team_id,"
			" member_id = excluded.member_id, weekdays = excluded.weekdays,"
			" day = excluded.day, from_min = excluded.from_min, to_min = "
			"excluded.to_min,"
			" off = excluded.off, updated_at = excluded.updated_at",
			DB_ARGS(DI(was.id), DI(d->team_id), DI(t->member_id), DI(t->weekdays),
				DT(t->day), DI(t->from_min), DI(t->to_min), DI(t->off),
				DI(s->now_ms)));
	if (change_any(c))
		crew_forget(s);
	return was.id;
}

int64_t duty_put(struct store *s, const char *actor, const struct duty *d, bool *created)
{
	struct change c;
	int64_t id = duty_save(s, d, &c);

	change_event(s, actor, "duty", id, &c,
		json_pack("{s:I, s:I}", "team", (json_int_t)d->team_id, "member",
			(json_int_t)d->shift.member_id));
	*created = c.created;
	return id;
}

bool duty_delete(struct store *s, const char *actor, int64_t id)
{
	struct duty d;

	if (!duty_get(s, id, &d))
		return false;
	db_run(s->db, "DELETE FROM duty WHERE id = ?", DB_ARGS(DI(id)));
	crew_forget(s);
	store_event(s, actor, "duty.deleted", 0, "duty", id,
		json_pack("{s:I, s:I}", "team", (json_int_t)d.team_id, "member",
			(json_int_t)d.shift.member_id));
	return true;
}

struct rota_shift *duty_all(struct store *s, int64_t team_id, struct arena *memory, size_t *count)
{
	size_t room = (size_t)db_number(
		s->db, "SELECT count(*) FROM duty WHERE team_id = ?", 0, DB_ARGS(DI(team_id)));
	struct rota_shift *list = arena_take(memory, (room + 1) * sizeof *list);
	struct db_stmt *q = db_query(s->db,
		"SELECT " COLUMNS " FROM duty WHERE team_id = ? ORDER BY id", DB_ARGS(DI(team_id)));
	size_t n = 0;

	while (n < room && db_next(q))
		list[n++] = row_of(q).shift;
	if (n == room)
		db_end(q);
	*count = n;
	return list;
}
