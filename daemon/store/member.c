#include "member.h"

#include <stdlib.h>
#include <string.h>

#include "crew.h"

#include "banned.h"

const struct member member_blank = { .name = "",
	.phone = "",
	.post = "",
	.post_raw = "",
	.area = "",
	.state = "",
	.pledged_on = "",
	.trained_on = "" };

enum { TEAM, NAME, PHONE, POST, POST_RAW, AREA, STATE, PLEDGED, TRAINED, LOAD_CAP };
static const char *const columns[] = { "team", "name", "phone", "post", "post_raw", "area", "state",
	"pledged_on", "trained_on", "load_cap", NULL };

#define COLUMNS \
	"m.id, m.team_id, m.name_x, m.phone_x, m.post, m.post_raw, m.area, m.state, m.away_until," \
	" m.pledged_on, m.load_cap, m.stopped_at, m.trained_on"

static struct member row_of(struct store *s, struct db_stmt *q)
{
	int64_t id = db_int(q, 0);

	return (struct member){
		.id = id,
		.team_id = db_int(q, 1),
		.name = store_plain(s, q, 2, "member", "name", id),
		.phone = store_plain(s, q, 3, "member", "phone", id),
		.post = store_keep(s, db_text(q, 4)),
		.post_raw = store_keep(s, db_text(q, 5)),
		.area = store_keep(s, db_text(q, 6)),
		.state = store_keep(s, db_text(q, 7)),
		.away_until = db_int(q, 8),
		.pledged_on = store_keep(s, db_text(q, 9)),
		.load_cap = (int)db_int(q, 10),
		.stopped_at = db_int(q, 11),
		.trained_on = store_keep(s, db_text(q, 12)),
	};
}

bool member_get(struct store *s, int64_t id, struct member *out)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT " COLUMNS " FROM member m WHERE m.id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	*out = row_of(s, q);
	db_end(q);
	return true;
}

static int64_t id_of_phone(struct store *s, int64_t team_id, const char *phone)
{
	return db_number(s->db, "SELECT id FROM member WHERE team_id = ? AND phone_lk = ?", 0,
		DB_ARGS(DI(team_id), store_lookup(s, "phone", phone)));
}

static void write_row(struct store *s, const struct member *m)
{
	db_run(s->db,
		"INSERT INTO member (id, team_id, name_x, phone_x, phone_lk, post, post_raw, area, "
		"state,"
		" away_until, pledged_on, trained_on, load_cap, stopped_at, updated_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (id) DO UPDATE SET team_id = excluded.team_id, name_x = "
		"excluded.name_x,"
		" phone_x = excluded.phone_x, phone_lk = excluded.phone_lk, post = excluded.post,"
		" post_raw = excluded.post_raw, area = excluded.area, state = excluded.state,"
		" pledged_on = excluded.pledged_on, trained_on = excluded.trained_on,"
		" load_cap = excluded.load_cap,"
		" updated_at = excluded.updated_at",
		DB_ARGS(DI(m->id), DI(m->team_id),
			store_sealed(s, "member", "name", m->id, m->name),
			store_sealed(s, "member", "phone", m->id, m->phone),
			store_lookup(s, "phone", m->phone), DT(m->post), DT(m->post_raw),
			DT(m->area), DT(m->state), DI(0), DT(m->pledged_on), DT(m->trained_on),
			DI(m->load_cap), DI(0), DI(s->now_ms)));
	crew_forget(s);
}

static void merge(const struct member *was, const struct member *m, enum save_mode mode,
	struct member *now, struct change *c)
{
	now->team_id =
		change_number(c, TEAM, was->team_id, m->team_id == 0 ? was->team_id : m->team_id);
	now->name = change_text(c, NAME, mode, was->name, m->name);
	now->phone = change_text(c, PHONE, mode, was->phone, m->phone);
	now->post = change_text(c, POST, mode, was->post, m->post);
	now->post_raw = change_text(c, POST_RAW, mode, was->post_raw, m->post_raw);
	now->area = change_text(c, AREA, mode, was->area, m->area);
	now->state = change_text(c, STATE, SAVE_FILL, was->state, m->state);
	now->pledged_on = change_text(c, PLEDGED, mode, was->pledged_on, m->pledged_on);
	now->trained_on = change_text(c, TRAINED, mode, was->trained_on, m->trained_on);
	now->load_cap = (int)change_number(c, LOAD_CAP, was->load_cap,
		mode == SAVE_FILL && m->load_cap == 0 ? was->load_cap : m->load_cap);
}

int64_t member_save(struct store *s, const struct member *m, enum save_mode mode, struct change *c)
{
	struct member was = member_blank;
	struct member now = { .id = 0 };
	int64_t id = m->id != 0 ? m->id : id_of_phone(s, m->team_id, m->phone);

	*c = (struct change){ .names = columns };
	if (id != 0 && !member_get(s, id, &was))
		return 0;
	merge(&was, m, mode, &now, c);
	if (id == 0) {
		c->created = true;
		id = store_id(s);
		now.state = now.state[0] == '\0' ? "active" : now.state;
		now.post = now.post[0] == '\0' ? member_post_of(now.post_raw) : now.post;
	}
	now.id = id;
	if (change_any(c))
		write_row(s, &now);
	return db_rc(s->db) == STORE_OK ? id : 0;
}

int64_t member_put(struct store *s, const char *actor, const struct member *m, bool *created)
{
	struct change c;
	int64_t id = member_save(s, m, SAVE_EXACT, &c);

	change_event(s, actor, "member", id, &c, NULL);
	*created = c.created;
	return id;
}

/* The first row that is found in the text decides: 副书记 is a 书记, 民警队长 an officer. */
static const struct {
	const char *word, *post;
} posts[] = {
	{ "民警", "officer" },
	{ "所长", "officer" },
	{ "警长", "officer" },
	{ "辅警", "officer" },
	{ "联络员", "officer" },
	{ "值班", "desk" },
	{ "值守", "desk" },
	{ "书记", "head" },
	{ "村长", "head" },
	{ "居委主任", "head" },
	{ "村主任", "head" },
	{ "主任", "head" },
	{ "队长", "leader" },
	{ "组长", "leader" },
	{ "网格长", "leader" },
};

const char *member_post_of(const char *text)
{
	for (size_t i = 0; text != NULL && i < sizeof posts / sizeof *posts; i++)
		if (strstr(text, posts[i].word) != NULL)
			return posts[i].post;
	return "member";
}

size_t member_by_name(struct store *s, int64_t team_id, const char *name, int64_t *ids, size_t max)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT id, name_x FROM member WHERE team_id = ?", DB_ARGS(DI(team_id)));
	size_t n = 0;

	while (db_next(q)) {
		int64_t id = db_int(q, 0);

		if (n < max && strcmp(store_plain(s, q, 1, "member", "name", id), name) == 0)
			ids[n++] = id;
	}
	return n;
}

/* All rows of a query with COLUMNS. */
static struct member *rows_of(struct store *s, struct db_stmt *q, size_t room, size_t *count)
{
	struct member *list = arena_take(&s->arena, (room + 1) * sizeof *list);
	size_t n = 0;

	while (db_next(q)) {
		if (n == room) {
			db_end(q);
			break;
		}
		list[n++] = row_of(s, q);
	}
	*count = n;
	return list;
}

/* The same in memory of the caller's. */
static void move_texts(struct member *m, struct arena *memory)
{
	const char **const texts[] = { &m->name, &m->phone, &m->post, &m->post_raw, &m->area,
		&m->state, &m->pledged_on, &m->trained_on };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_text(memory, *texts[i], strlen(*texts[i]));
}

struct member *member_all(struct store *s, int64_t team_id, struct arena *memory, size_t *count)
{
	int64_t room = db_number(
		s->db, "SELECT count(*) FROM member WHERE team_id = ?", 0, DB_ARGS(DI(team_id)));
	const struct member *rows = rows_of(s,
		db_query(s->db, "SELECT " COLUMNS " FROM member m WHERE m.team_id = ?",
			DB_ARGS(DI(team_id))),
		(size_t)room, count);
	struct member *list = arena_take(memory, (*count + 1) * sizeof *list);

	for (size_t i = 0; i < *count; i++) {
		list[i] = rows[i];
		move_texts(&list[i], memory);
	}
	return list;
}

static int by_turn(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->on_duty != y->on_duty)
		return x->on_duty ? -1 : 1;
	if (x->open_tasks != y->open_tasks)
		return x->open_tasks < y->open_tasks ? -1 : 1;
	if (x->asked_at != y->asked_at)
		return x->asked_at < y->asked_at ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

const struct member *member_candidates(struct store *s, int64_t team_id, size_t *count)
{
	size_t all_count, shift_count, n = 0;
	const struct member *all = crew_members(s, team_id, &all_count);
	const struct rota_shift *shifts = crew_shifts(s, team_id, &shift_count);
	struct member *list = arena_take(&s->arena, (all_count + 1) * sizeof *list);

	for (size_t i = 0; i < all_count; i++) {
		if (strcmp(all[i].state, "active") != 0 || all[i].away_until > s->now_ms)
			continue;
		list[n] = all[i];
		list[n].on_duty =
			shift_count == 0 || rota_on_duty(shifts, shift_count, all[i].id, s->now_ms);
		n++;
	}
	qsort(list, n, sizeof *list, by_turn);
	*count = n;
	return list;
}

const struct member *member_of_phone(struct store *s, const char *phone, size_t *count)
{
	struct db_arg key = store_lookup(s, "phone", phone);
	int64_t room =
		db_number(s->db, "SELECT count(*) FROM member WHERE phone_lk = ?", 0, DB_ARGS(key));

	return rows_of(s,
		db_query(s->db,
			"SELECT " COLUMNS " FROM member m WHERE m.phone_lk = ? ORDER BY"
			" CASE m.state WHEN 'active' THEN 0 WHEN 'away' THEN 1 ELSE 2 END, m.id",
			DB_ARGS(key)),
		(size_t)room, count);
}

void member_leave(struct store *s, const char *actor, int64_t id, int64_t until_ms)
{
	db_run(s->db, "UPDATE member SET away_until = ?, updated_at = ? WHERE id = ?",
		DB_ARGS(DI(until_ms), DI(s->now_ms), DI(id)));
	crew_forget(s);
	if (db_rc(s->db) == STORE_OK && db_changes(s->db) == 0)
		db_fail(s->db, STORE_NOT_FOUND);
	store_event(s, actor, until_ms == 0 ? "member.back" : "member.leave", 0, "member", id,
		json_pack("{s:I}", "until", (json_int_t)until_ms));
}

void member_stop(struct store *s, const char *actor, int64_t id)
{
	db_run(s->db, "UPDATE member SET stopped_at = ?, updated_at = ? WHERE id = ?",
		DB_ARGS(DI(s->now_ms), DI(s->now_ms), DI(id)));
	crew_forget(s);
	if (db_rc(s->db) == STORE_OK && db_changes(s->db) == 0)
		db_fail(s->db, STORE_NOT_FOUND);
	store_event(s, actor, "member.stopped", 0, "member", id, NULL);
}
