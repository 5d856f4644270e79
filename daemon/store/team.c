#include <string.h>

#include "area.h"
#include "crew.h"
#include "member.h"

#include "banned.h"

enum { NAME, AREA, KIND };
static const char *const columns[] = { "name", "area", "kind", NULL };

/* A circle of parents must not hold the desk. */
enum { CLIMB_MAX = 8 };

static bool take(struct store *s, struct db_stmt *q, struct team *out)
{
	if (!db_next(q))
		return false;
	*out = (struct team){
		.id = db_int(q, 0),
		.name = store_keep(s, db_text(q, 1)),
		.area = store_keep(s, db_text(q, 2)),
		.kind = store_keep(s, db_text(q, 3)),
	};
	db_end(q);
	return true;
}

bool team_get(struct store *s, int64_t id, struct team *out)
{
	return take(s,
		db_query(s->db, "SELECT id, name, area, kind FROM team WHERE id = ?",
			DB_ARGS(DI(id))),
		out);
}

bool team_by_name(struct store *s, const char *name, struct team *out)
{
	return take(s,
		db_query(s->db, "SELECT id, name, area, kind FROM team WHERE name = ?",
			DB_ARGS(DT(name))),
		out);
}

const char *team_kind_of_area(const char *area)
{
	size_t n = strlen(area);

	if (n < PLACE_CODE)
		return "centre";
	return n == PLACE_CODE && strcmp(area + 9, "000") == 0 ? "centre" : "village";
}

/* The row that is meant: by id, else by name. False: the id is unknown. */
static bool find(struct store *s, const struct team *t, struct team *was)
{
	*was = (struct team){ .name = "", .area = "", .kind = "" };
	if (t->id != 0)
		return team_get(s, t->id, was);
	team_by_name(s, t->name, was);
	return true;
}

int64_t team_save(struct store *s, const struct team *t, enum save_mode mode, struct change *c)
{
	struct team was, now;

	*c = (struct change){ .names = columns };
	if (!find(s, t, &was))
		return 0;
	c->created = was.id == 0;
	now.id = c->created ? store_id(s) : was.id;
	now.name = change_text(c, NAME, mode, was.name, t->name);
	now.area = change_text(c, AREA, mode, was.area, t->area);
	now.kind = t->kind == NULL || t->kind[0] == '\0' ? was.kind : t->kind;
	if (now.kind[0] == '\0')
		now.kind = team_kind_of_area(now.area);
	change_text(c, KIND, SAVE_EXACT, was.kind, now.kind);
	if (change_any(c))
		db_run(s->db,
			"INSERT INTO team (id, name, area, kind, updated_at) VALUES (?, ?, ?, ?, ?)"
			" ON CONFLICT (id) DO UPDATE SET name = excluded.name, area = "
			"excluded.area,"
			" kind = excluded.kind, updated_at = excluded.updated_at",
			DB_ARGS(DI(now.id), DT(now.name), DT(now.area), DT(now.kind),
				DI(s->now_ms)));
	if (change_any(c))
		crew_forget(s);
	return now.id;
}

int64_t team_put(struct store *s, const char *actor, const struct team *t, bool *created)
{
	struct change c;
	int64_t id = team_save(s, t, SAVE_EXACT, &c);

	change_event(s, actor, "team", id, &c, NULL);
	*created = c.created;
	return id;
}

bool team_of_area(struct store *s, const char *area, const char *kind, struct team *out)
{
	for (int i = 0; i < CLIMB_MAX && area[0] != '\0'; i++) {
		const struct team *t = crew_team(s, area, kind);

		if (t != NULL) {
			*out = *t;
			return true;
		}
		area = area_above(s, area);
	}
	return false;
}
