#include "area.h"

#include <ctype.h>
#include <string.h>

#include "crew.h"

#include "banned.h"

enum { NAME, PARENT, KIND, ALIASES, POPULATION };
static const char *const columns[] = { "name", "parent", "kind", "aliases", "population", NULL };

bool area_get(struct store *s, const char *code, struct area *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT parent, name, kind, aliases, population FROM area WHERE code = ?",
		DB_ARGS(DT(code)));

	if (!db_next(q))
		return false;
	*out = (struct area){
		.code = store_keep(s, code),
		.parent = store_keep(s, db_text(q, 0)),
		.name = store_keep(s, db_text(q, 1)),
		.kind = store_keep(s, db_text(q, 2)),
		.aliases = store_keep(s, db_text(q, 3)),
		.population = db_int(q, 4),
	};
	db_end(q);
	return true;
}

void area_save(struct store *s, const struct area *a, enum save_mode mode, struct change *c)
{
	struct area was = { .parent = "", .name = "", .kind = "", .aliases = "" };
	const char *parent, *name, *kind, *aliases;
	int64_t population;

	*c = (struct change){ .names = columns };
	c->created = !area_get(s, a->code, &was);
	name = change_text(c, NAME, mode, was.name, a->name);
	parent = change_text(c, PARENT, mode, was.parent, a->parent);
	kind = change_text(c, KIND, mode, was.kind, a->kind);
	aliases = change_text(c, ALIASES, mode, was.aliases, a->aliases);
	population = change_number(c, POPULATION, was.population,
		mode == SAVE_FILL && a->population == 0 ? was.population : a->population);
	if (!change_any(c))
		return;
	db_run(s->db,
		"INSERT INTO area (code, parent, name, kind, aliases, population, updated_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, name = excluded.name,"
		" kind = excluded.kind, aliases = excluded.aliases,"
		" population = excluded.population, updated_at = excluded.updated_at",
		DB_ARGS(DT(a->code), DT(parent), DT(name), DT(kind), DT(aliases), DI(population),
			DI(s->now_ms)));
	crew_forget(s);
}

void area_put(struct store *s, const char *actor, const struct area *a, bool *created)
{
	struct change c;

	area_save(s, a, SAVE_EXACT, &c);
	change_event(s, actor, "area", 0, &c, json_pack("{s:s}", "code", a->code));
	*created = c.created;
}

const struct place_area *area_all(struct store *s, size_t *count)
{
	size_t room = (size_t)db_number(s->db, "SELECT count(*) FROM area", 0, DB_NONE), n = 0;
	struct place_area *all = arena_take(&s->arena, (room + 1) * sizeof *all);
	struct db_stmt *q = db_query(
		s->db, "SELECT code, name, aliases, parent FROM area ORDER BY code", DB_NONE);

	while (db_next(q)) {
		if (n == room) {
			db_end(q);
			break;
		}
		all[n++] = (struct place_area){
			.code = store_keep(s, db_text(q, 0)),
			.name = store_keep(s, db_text(q, 1)),
			.aliases = store_keep(s, db_text(q, 2)),
			.parent = store_keep(s, db_text(q, 3)),
		};
	}
	*count = n;
	return all;
}

const char *area_name(struct store *s, const char *code)
{
	struct area a;

	return area_get(s, code, &a) ? a.name : "";
}

void area_code_above(const char *code, char out[PLACE_CODE + 1])
{
	size_t digits = 0, length = strlen(code), keep;

	while (digits < PLACE_CODE && isdigit((unsigned char)code[digits]))
		digits++;
	out[0] = '\0';
	if (digits < PLACE_CODE)
		return;
	if (length > PLACE_CODE)
		keep = PLACE_CODE;
	else if (strcmp(code + 9, "000") != 0)
		keep = 9;
	else if (strcmp(code + 6, "000000") != 0)
		keep = 6;
	else
		return;
	memset(out, '0', PLACE_CODE);
	memcpy(out, code, keep);
	out[PLACE_CODE] = '\0';
}

const char *area_above(struct store *s, const char *code)
{
	char above[PLACE_CODE + 1];
	struct area a;

	if (area_get(s, code, &a) && a.parent[0] != '\0')
		return a.parent;
	area_code_above(code, above);
	return store_keep(s, above);
}
