#include "task.h"

#include <stdio.h>
#include <string.h>

#include "case_rows.h"
#include "crew.h"

#include "banned.h"

enum { TASKS_FIRST = 8 };

#define TASK_COLUMNS \
	"id, case_id, kind, member_id, state, code, rung, about_id, offered_at, accepted_at, " \
	"met_at, ended_at," \
	" outcome"

static bool is_open(enum task_state state)
{
	return state == TASK_OFFERED || state == TASK_ACCEPTED;
}

void task_add(struct store *s, const struct task *t)
{
	db_run(s->db,
		"INSERT INTO task (" TASK_COLUMNS
		", updated_at, phone_key, code_closed_at, last_action, last_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', ?, ?, 0, -1, 0)",
		DB_ARGS(DI(t->id), DI(t->case_id), DT(t->kind), DI(t->member_id),
			DT(machine_code(&task_life, (int)t->state)), DT(t->code), DI(t->rung),
			DI(t->about_id), DI(s->now_ms), DI(s->now_ms),
			DI(crew_phone(s, t->member_id))));
	crew_task(s, t);
}

static void read_task(struct store *s, struct db_stmt *q, struct task *out)
{
	*out = (struct task){ .id = db_int(q, 0),
		.case_id = db_int(q, 1),
		.kind = store_keep(s, db_text(q, 2)),
		.member_id = db_int(q, 3),
		.state = (enum task_state)machine_state(&task_life, db_text(q, 4)),
		.code = store_keep(s, db_text(q, 5)),
		.rung = (int)db_int(q, 6),
		.about_id = db_int(q, 7),
		.offered_at = db_int(q, 8),
		.accepted_at = db_int(q, 9),
		.met_at = db_int(q, 10),
		.ended_at = db_int(q, 11),
		.outcome = store_keep(s, db_text(q, 12)) };
	if (out->state == TASK_NONE)
		db_fail(s->db, STORE_BAD_ROW);
}

bool task_get(struct store *s, int64_t id, struct task *out)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT " TASK_COLUMNS " FROM task WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	read_task(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

enum task_state task_state(struct store *s, int64_t id)
{
	struct db_stmt *q = db_query(s->db, "SELECT state FROM task WHERE id = ?", DB_ARGS(DI(id)));
	enum task_state state;

	if (!db_next(q))
		return TASK_NONE;
	state = (enum task_state)machine_state(&task_life, db_text(q, 0));
	db_end(q);
	return state;
}

struct task *task_of_case(struct store *s, int64_t case_id, size_t *count)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT " TASK_COLUMNS " FROM " CASE_ROWS("task") " ORDER BY id LIMIT 256",
		DB_ARGS(DI(case_id)));
	size_t room = TASKS_FIRST;
	struct task *all = arena_take(&s->arena, sizeof *all * room), *more;

	*count = 0;
	while (db_next(q)) {
		if (*count == room) {
			more = arena_take(&s->arena, sizeof *more * 2 * room);
			memcpy(more, all, sizeof *all * room);
			all = more;
			room *= 2;
		}
		read_task(s, q, &all[(*count)++]);
	}
	return all;
}

size_t task_open_of_case(struct store *s, int64_t case_id, int64_t *ids, size_t max)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id FROM " CASE_ROWS("task") " WHERE state = 'offered' OR state = 'accepted'"
						    " ORDER BY id LIMIT ?",
		DB_ARGS(DI(case_id), DI((int64_t)max)));
	size_t n = 0;

	while (db_next(q))
		ids[n++] = db_int(q, 0);
	return n;
}

/* The columns that an event sets beside the state. */
static void stamp(struct store *s, struct task *t, enum task_event ev)
{
	switch (ev) {
	case TASK_EV_ACCEPT:
		t->accepted_at = s->now_ms;
		break;
	case TASK_EV_RESUME:
		t->accepted_at = s->now_ms;
		t->ended_at = 0;
		t->outcome = "";
		break;
	case TASK_EV_REPORT:
		if (t->accepted_at == 0)
			t->accepted_at = s->now_ms;
		t->ended_at = s->now_ms;
		break;
	default:
		if (t->ended_at == 0)
			t->ended_at = s->now_ms;
		break;
	}
}

bool task_event(
	struct store *s, struct task *t, enum task_event ev, const char *actor, json_t *data)
{
	int to = machine_next(&task_life, (int)t->state, (int)ev);
	char kind[40];

	if (to == TASK_NONE) {
		json_decref(data);
		return false;
	}
	stamp(s, t, ev);
	db_run(s->db,
		"UPDATE task SET state = ?, accepted_at = ?, ended_at = ?, outcome = ?, updated_at "
		"= ?"
		" WHERE id = ? AND state = ?",
		DB_ARGS(DT(machine_code(&task_life, to)), DI(t->accepted_at), DI(t->ended_at),
			DT(t->outcome), DI(s->now_ms), DI(t->id),
			DT(machine_code(&task_life, (int)t->state))));
	if (db_changes(s->db) != 1)
		db_fail(s->db, STORE_CONFLICT);
	crew_load(s, t->member_id, is_open((enum task_state)to) - is_open(t->state));
	snprintf(kind, sizeof kind, "task.%s", task_life.event_codes[ev]);
	store_event(s, actor, kind, t->case_id, "task", t->id, data);
	t->state = (enum task_state)to;
	return true;
}

void task_met(struct store *s, struct task *t, const char *actor)
{
	t->met_at = s->now_ms;
	db_run(s->db, "UPDATE task SET met_at = ?, updated_at = ? WHERE id = ?",
		DB_ARGS(DI(t->met_at), DI(s->now_ms), DI(t->id)));
	store_event(s, actor, "task.met", t->case_id, "task", t->id, NULL);
}
