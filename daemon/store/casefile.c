#include "casefile.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "clock.h"
#include "frozen.h"
#include "json.h"
#include "recall.h"

#include "banned.h"

/*
 * The last number of a day that was given out already. Numbers rise with the ids: the newest case of the
 * day has it, and none of the day is older than its first second.
 */
static int64_t last_number(struct store *s, const struct clock_day *now, int day)
{
	struct clock_day begins = *now;
	struct db_stmt *q;
	int64_t n = 0;

	begins.hour = begins.minute = begins.second = 0;
	q = db_query(s->db,
		"SELECT no FROM cases WHERE id >= ? AND no >= ? AND no < ? ORDER BY id DESC LIMIT "
		"1",
		DB_ARGS(DI(ids_from(clock_of_local(&begins))),
			DT(arena_print(&s->arena, "%d-", day)),
			DT(arena_print(&s->arena, "%d.", day))));

	if (db_next(q)) {
		n = strtoll(strchr(db_text(q, 0), '-') + 1, NULL, 10);
		db_end(q);
	}
	return n;
}

static void find_number(struct store *s, struct case_number *last)
{
	struct clock_day now;
	int day;

	clock_local(s->now_ms, &now);
	day = (now.year * 100 + now.month) * 100 + now.day;
	if (last->day != day || last->undone != db_undone(s->db)) {
		last->n = last_number(s, &now, day);
		last->undone = db_undone(s->db);
		last->day = day;
	}
	last->minute = s->now_ms / 60000;
}

const char *casefile_number(struct store *s)
{
	struct case_number *last = &s->numbered;

	if (last->minute != s->now_ms / 60000 || last->undone != db_undone(s->db))
		find_number(s, last);
	last->n++;
	return arena_print(&s->arena, "%d-%04lld", last->day, (long long)last->n);
}

/* Keys as they stand in a row: eight bytes each. */
static struct db_arg keys_arg(struct store *s, const int64_t *key, int count)
{
	uint8_t *bytes = arena_take(&s->arena, (size_t)count * sizeof *key + 1);

	for (int i = 0; i < count; i++)
		for (int k = 0; k < 8; k++)
			bytes[8 * i + k] = (uint8_t)((uint64_t)key[i] >> (56 - 8 * k));
	return count == 0 ? DNULL : DBL(bytes, (size_t)count * sizeof *key);
}

int casefile_keys_read(struct db_stmt *q, int column, int64_t key[CASE_KEYS])
{
	size_t n;
	const uint8_t *bytes = db_blob(q, column, &n);
	int count = (int)(n / 8 < CASE_KEYS ? n / 8 : CASE_KEYS);

	for (int i = 0; i < count; i++) {
		uint64_t one = 0;

		for (int k = 0; k < 8; k++)
			one = one << 8 | bytes[8 * i + k];
		key[i] = (int64_t)one;
	}
	return count;
}

static void recall_keys(
	struct store *s, int64_t case_id, const int64_t *key, int count, int64_t until_ms)
{
	for (int i = 0; i < count; i++)
		recall_case_put(s, key[i], case_id, until_ms);
}

static void add(struct store *s, const struct casefile *c)
{
	buf_clear(&s->jot);
	json_write(c->person, &s->jot);
	assert(!s->jot.full);
	db_run(s->db,
		"INSERT INTO cases (id, no, state, level, fraud_type, resident_id, person_x, area, "
		"team_id, flags,"
		" drill, opened_at, woken_at, repeat_no, policy_id, rung, accepted_at, met_at, "
		"outcome, outcome_at,"
		" lost_fen, saved_fen, amount_fen, closed_at, keys, keys_until, person_key, "
		"proposed, listed_id, decided_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', 0, -1, -1, ?, "
		"0, ?, ?, ?, ?, 0, 0)",
		DB_ARGS(DI(c->id), DT(c->no), DT(machine_code(&case_life, (int)c->state)),
			DT(c->level), DT(c->fraud_type), DI(c->resident_id),
			store_sealed(s, "cases", "person", c->id, buf_str(&s->jot)), DT(c->area),
			DI(c->team_id), DT(c->flags), DI(c->drill), DI(c->opened_at),
			DI(c->woken_at), DI(c->repeat_no), DI(c->policy_id), DI(c->rung),
			DI(c->amount_fen), keys_arg(s, c->key, c->key_count), DI(c->keys_until),
			DI(c->proposes), DT(c->proposes == 0 ? "" : "new")));
	recall_keys(s, c->id, c->key, c->key_count, c->keys_until);
	if (c->proposes != 0)
		recall_propose(s, c->proposes);
}

/* What was frozen must still be read; a row that cannot is told, never guessed. */
static void thaw(struct store *s, struct casefile *c, const char *person)
{
	c->person = json_loads(person, 0, NULL);
	if (c->state == CASE_NONE || c->person == NULL || !frozen_get(s, c->policy_id, &c->policy))
		db_fail(s->db, STORE_BAD_ROW);
}

bool casefile_get(struct store *s, int64_t id, struct casefile *out)
{
	const char *person;
	struct db_stmt *q = db_query(s->db,
		"SELECT no, state, level, fraud_type, resident_id, person_x, area, team_id, flags, "
		"drill, opened_at,"
		" woken_at, repeat_no, policy_id, rung, accepted_at, met_at, outcome, outcome_at, "
		"lost_fen, saved_fen,"
		" amount_fen, closed_at, close_reason_x FROM cases WHERE id = ?",
		DB_ARGS(DI(id)));

	*out = (struct casefile){ .id = id };
	if (!db_next(q))
		return false;
	out->no = store_keep(s, db_text(q, 0));
	out->state = (enum case_state)machine_state(&case_life, db_text(q, 1));
	out->level = store_keep(s, db_text(q, 2));
	out->fraud_type = store_keep(s, db_text(q, 3));
	out->resident_id = db_int(q, 4);
	person = store_plain(s, q, 5, "cases", "person", id);
	out->area = store_keep(s, db_text(q, 6));
	out->team_id = db_int(q, 7);
	out->flags = store_keep(s, db_text(q, 8));
	out->drill = db_int(q, 9) != 0;
	out->opened_at = db_int(q, 10);
	out->woken_at = db_int(q, 11);
	out->repeat_no = (int)db_int(q, 12);
	out->policy_id = db_int(q, 13);
	out->rung = (int)db_int(q, 14);
	out->accepted_at = db_int(q, 15);
	out->met_at = db_int(q, 16);
	out->outcome = store_keep(s, db_text(q, 17));
	out->outcome_at = db_int(q, 18);
	out->lost_fen = db_int(q, 19);
	out->saved_fen = db_int(q, 20);
	out->amount_fen = db_int(q, 21);
	out->closed_at = db_int(q, 22);
	out->close_reason = store_plain(s, q, 23, "cases", "close_reason", id);
	db_end(q);
	thaw(s, out, person);
	return db_rc(s->db) == STORE_OK;
}

void casefile_drop(struct casefile *c)
{
	json_decref(c->person);
	c->person = NULL;
}

void casefile_save(struct store *s, struct casefile *c)
{
	if (c->fresh) {
		add(s, c);
		c->fresh = false;
		return;
	}
	db_run(s->db,
		"UPDATE cases SET level = ?, policy_id = ?, flags = ?, woken_at = ?, repeat_no = "
		"?, "
		"rung = ?,"
		" team_id = ?, accepted_at = ?, met_at = ?, outcome = ?, outcome_at = ?, lost_fen "
		"= ?, saved_fen = ?,"
		" amount_fen = ?, closed_at = ?, close_reason_x = ? WHERE id = ?",
		DB_ARGS(DT(c->level), DI(c->policy_id), DT(c->flags), DI(c->woken_at),
			DI(c->repeat_no), DI(c->rung), DI(c->team_id), DI(c->accepted_at),
			DI(c->met_at), DT(c->outcome), DI(c->outcome_at), DI(c->lost_fen),
			DI(c->saved_fen), DI(c->amount_fen), DI(c->closed_at),
			store_sealed(s, "cases", "close_reason", c->id, c->close_reason),
			DI(c->id)));
}

void casefile_event(
	struct store *s, struct casefile *c, enum case_event ev, const char *actor, json_t *data)
{
	int to = machine_next(&case_life, (int)c->state, (int)ev);
	char kind[40];

	if (to == CASE_NONE) {
		json_decref(data);
		db_fail(s->db, STORE_CONFLICT);
		return;
	}
	db_run(s->db, "UPDATE cases SET state = ? WHERE id = ? AND state = ?",
		DB_ARGS(DT(machine_code(&case_life, to)), DI(c->id),
			DT(machine_code(&case_life, (int)c->state))));
	if (db_changes(s->db) != 1)
		db_fail(s->db, STORE_CONFLICT);
	snprintf(kind, sizeof kind, "case.%s", case_life.event_codes[ev]);
	store_event(s, actor, kind, c->id, "case", c->id, data);
	c->state = (enum case_state)to;
}

bool casefile_has_flag(const struct casefile *c, const char *flag)
{
	size_t n = strlen(flag);

	for (const char *p = c->flags; (p = strstr(p, flag)) != NULL; p += n)
		if ((p == c->flags || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

void casefile_add_flag(struct store *s, struct casefile *c, const char *flag)
{
	if (!casefile_has_flag(c, flag))
		c->flags = arena_print(
			&s->arena, "%s%s%s", c->flags, c->flags[0] == '\0' ? "" : " ", flag);
}

int64_t casefile_key(struct store *s, const char *person, const char *about)
{
	return store_key(s, "case", arena_print(&s->arena, "%s\n%s", person, about));
}

static bool has_key(const int64_t *key, int count, int64_t one)
{
	for (int i = 0; i < count; i++)
		if (key[i] == one)
			return true;
	return false;
}

void casefile_keys_add(
	struct store *s, int64_t case_id, const int64_t *key, int count, int64_t until_ms)
{
	int64_t all[CASE_KEYS] = { 0 };
	int n = 0;
	struct db_stmt *q =
		db_query(s->db, "SELECT keys FROM cases WHERE id = ?", DB_ARGS(DI(case_id)));

	if (db_next(q)) {
		n = casefile_keys_read(q, 0, all);
		db_end(q);
	}
	for (int i = 0; i < count; i++) {
		if (has_key(all, n, key[i]))
			continue;
		if (n == CASE_KEYS)
			memmove(all, all + 1, (size_t)--n * sizeof *all);
		all[n++] = key[i];
	}
	db_run(s->db, "UPDATE cases SET keys = ?, keys_until = ? WHERE id = ?",
		DB_ARGS(keys_arg(s, all, n), DI(until_ms), DI(case_id)));
	recall_keys(s, case_id, all, n, until_ms);
}

int64_t casefile_key_find(struct store *s, int64_t key)
{
	return recall_case(s, key);
}

/* A call only repeats what was asked: no step by itself. */
static bool has_step(struct store *s, int64_t case_id)
{
	const struct agenda_entry *e = agenda_next(s, case_id, NULL);

	while (e != NULL && (strcmp(e->kind, "call") == 0 || strcmp(e->kind, "resident_call") == 0))
		e = agenda_next(s, case_id, e);
	return e != NULL;
}

const int64_t *casefile_without_timer(struct store *s, size_t *count)
{
	enum { MAX = 50 };
	int64_t *ids = arena_take(&s->arena, MAX * sizeof *ids);
	struct db_stmt *q =
		db_query(s->db, "SELECT id FROM cases WHERE state <> 'closed'", DB_NONE);

	*count = 0;
	while (db_next(q)) {
		if (has_step(s, db_int(q, 0)))
			continue;
		ids[(*count)++] = db_int(q, 0);
		if (*count == MAX) {
			db_end(q);
			break;
		}
	}
	return ids;
}

void casefile_shift(struct store *s, int64_t by_ms)
{
	db_run(s->db, "UPDATE cases SET woken_at = woken_at + ? WHERE state <> 'closed'",
		DB_ARGS(DI(by_ms)));
	db_run(s->db, "UPDATE cases SET keys_until = keys_until + ? WHERE keys_until > 0",
		DB_ARGS(DI(by_ms)));
	recall_forget(s);
}
