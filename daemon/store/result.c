#include "result.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

#include "banned.h"

enum { FEW = 32 };

static void told(struct store *s, const struct machine *life, int event, const char *actor,
	int64_t case_id, int64_t id, json_t *data)
{
	char kind[40];

	snprintf(kind, sizeof kind, "%s.%s", life->name, life->event_codes[event]);
	store_event(s, actor, kind, case_id, life->name, id, data);
}

int64_t outcome_add(struct store *s, const struct outcome *o)
{
	int64_t id = store_id(s);
	json_t *data = json_pack("{s:s, s:s}", "code", o->code, "amount", o->amount_kind);

	db_run(s->db,
		"INSERT INTO outcome (id, case_id, task_id, code, actor, at, lost_fen, saved_fen, "
		"amount_kind,"
		" amount_check, corrects_id, retransfer, note_x) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, ?, ?, ?)",
		DB_ARGS(DI(id), DI(o->case_id), DI(o->task_id), DT(o->code), DT(o->actor),
			DI(s->now_ms), DI(o->lost_fen), DI(o->saved_fen), DT(o->amount_kind),
			DI(o->amount_check), DI(o->corrects_id), DI(o->retransfer),
			store_sealed(s, "outcome", "note", id, o->note)));
	json_put_int(data, "lost_fen", o->lost_fen);
	json_put_int(data, "saved_fen", o->saved_fen);
	if (o->corrects_id != 0)
		json_put_int(data, "corrects", o->corrects_id);
	store_event(s, o->actor, "outcome.recorded", o->case_id, "outcome", id, data);
	return id;
}

int64_t outcome_last(struct store *s, int64_t case_id)
{
	return db_number(
		s->db, "SELECT max(id) FROM outcome WHERE case_id = ?", 0, DB_ARGS(DI(case_id)));
}

int64_t followup_add(
	struct store *s, int64_t case_id, const char *step, int64_t due_at, int64_t member_id)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO followup (id, case_id, step, due_at, state, task_id, member_id, "
		"done_at)"
		" VALUES (?, ?, ?, ?, 'due', 0, ?, 0)",
		DB_ARGS(DI(id), DI(case_id), DT(step), DI(due_at), DI(member_id)));
	store_event(s, "system", "followup.scheduled", case_id, "followup", id,
		json_pack("{s:s}", "step", step));
	return id;
}

static void read_followup(struct store *s, struct db_stmt *q, struct followup *out)
{
	*out = (struct followup){ .id = db_int(q, 0),
		.case_id = db_int(q, 1),
		.step = store_keep(s, db_text(q, 2)),
		.due_at = db_int(q, 3),
		.state = (enum followup_state)machine_state(&followup_life, db_text(q, 4)),
		.task_id = db_int(q, 5),
		.member_id = db_int(q, 6),
		.done_at = db_int(q, 7) };
	if (out->state == FU_NONE)
		db_fail(s->db, STORE_BAD_ROW);
}

#define FOLLOWUP_COLUMNS "id, case_id, step, due_at, state, task_id, member_id, done_at"

bool followup_get(struct store *s, int64_t id, struct followup *out)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT " FOLLOWUP_COLUMNS " FROM followup WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	read_followup(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

struct followup *followup_of_case(struct store *s, int64_t case_id, size_t *count)
{
	struct followup *all = arena_take(&s->arena, sizeof *all * FEW);
	struct db_stmt *q = db_query(s->db,
		"SELECT " FOLLOWUP_COLUMNS
		" FROM followup WHERE case_id = ? ORDER BY id DESC LIMIT 32",
		DB_ARGS(DI(case_id)));

	*count = 0;
	while (db_next(q))
		read_followup(s, q, &all[(*count)++]);
	return all;
}

bool followup_event(struct store *s, struct followup *f, enum followup_event ev, const char *actor)
{
	int to = machine_next(&followup_life, (int)f->state, (int)ev);

	if (to == FU_NONE)
		return false;
	if (ev == FU_EV_DO)
		f->done_at = s->now_ms;
	db_run(s->db,
		"UPDATE followup SET state = ?, task_id = ?, member_id = ?, done_at = ? WHERE id = "
		"?",
		DB_ARGS(DT(machine_code(&followup_life, to)), DI(f->task_id), DI(f->member_id),
			DI(f->done_at), DI(f->id)));
	told(s, &followup_life, (int)ev, actor, f->case_id, f->id,
		json_pack("{s:s}", "step", f->step));
	f->state = (enum followup_state)to;
	return true;
}

int64_t handover_add(struct store *s, const struct handover *h)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO handover (id, case_id, state, first_word_at, red_line_at, opened_at, "
		"told_at, acked_at,"
		" acked_by, closed_at, amount_fen, fields_x, missing) VALUES (?, ?, 'open', ?, ?, "
		"?, 0, 0, '', 0, ?, ?, ?)",
		DB_ARGS(DI(id), DI(h->case_id), DI(h->first_word_at), DI(h->red_line_at),
			DI(s->now_ms), DI(h->amount_fen),
			store_sealed(s, "handover", "fields", id, h->fields), DT(h->missing)));
	store_event(s, "system", "handover.opened", h->case_id, "handover", id,
		json_pack("{s:s}", "missing", h->missing));
	return id;
}

#define HANDOVER_COLUMNS \
	"id, case_id, state, first_word_at, red_line_at, opened_at, told_at, acked_at, acked_by, " \
	"closed_at," \
	" amount_fen, fields_x, missing"

static bool one_handover(struct store *s, struct db_stmt *q, struct handover *out)
{
	if (!db_next(q))
		return false;
	*out = (struct handover){ .id = db_int(q, 0),
		.case_id = db_int(q, 1),
		.state = (enum handover_state)machine_state(&handover_life, db_text(q, 2)),
		.first_word_at = db_int(q, 3),
		.red_line_at = db_int(q, 4),
		.opened_at = db_int(q, 5),
		.told_at = db_int(q, 6),
		.acked_at = db_int(q, 7),
		.acked_by = store_keep(s, db_text(q, 8)),
		.closed_at = db_int(q, 9),
		.amount_fen = db_int(q, 10),
		.fields = store_plain(s, q, 11, "handover", "fields", db_int(q, 0)),
		.missing = store_keep(s, db_text(q, 12)) };
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool handover_get(struct store *s, int64_t id, struct handover *out)
{
	return one_handover(s,
		db_query(s->db, "SELECT " HANDOVER_COLUMNS " FROM handover WHERE id = ?",
			DB_ARGS(DI(id))),
		out);
}

bool handover_of_case(struct store *s, int64_t case_id, struct handover *out)
{
	return one_handover(s,
		db_query(s->db,
			"SELECT " HANDOVER_COLUMNS
			" FROM handover WHERE case_id = ? AND state <> 'closed'"
			" ORDER BY id DESC LIMIT 1",
			DB_ARGS(DI(case_id))),
		out);
}

bool handover_event(struct store *s, struct handover *h, enum handover_event ev, const char *actor)
{
	int to = machine_next(&handover_life, (int)h->state, (int)ev);

	if (to == HO_NONE)
		return false;
	if (ev == HO_EV_TELL && h->told_at == 0)
		h->told_at = s->now_ms;
	if (ev == HO_EV_ACK) {
		h->acked_at = s->now_ms;
		h->acked_by = actor;
	}
	if (ev == HO_EV_CLOSE)
		h->closed_at = s->now_ms;
	db_run(s->db,
		"UPDATE handover SET state = ?, told_at = ?, acked_at = ?, acked_by = ?, closed_at "
		"= ? WHERE id = ?",
		DB_ARGS(DT(machine_code(&handover_life, to)), DI(h->told_at), DI(h->acked_at),
			DT(h->acked_by), DI(h->closed_at), DI(h->id)));
	told(s, &handover_life, (int)ev, actor, h->case_id, h->id, NULL);
	h->state = (enum handover_state)to;
	return true;
}

void handover_amount(struct store *s, struct handover *h, int64_t amount_fen, const char *fields,
	const char *missing)
{
	h->amount_fen = amount_fen;
	db_run(s->db, "UPDATE handover SET amount_fen = ?, fields_x = ?, missing = ? WHERE id = ?",
		DB_ARGS(DI(amount_fen), store_sealed(s, "handover", "fields", h->id, fields),
			DT(missing), DI(h->id)));
	store_event(s, "system", "handover.changed", h->case_id, "handover", h->id,
		json_pack("{s:I}", "amount_fen", (json_int_t)amount_fen));
}

int64_t reward_add(struct store *s, const struct reward *r)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO reward (id, case_id, member_id, rule, rule_version, rule_group, "
		"tier_fen, saved_fen,"
		" amount_fen, by_hand, state, proposed_at, decided_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'proposed', ?, 0) ON CONFLICT DO NOTHING",
		DB_ARGS(DI(id), DI(r->case_id), DI(r->member_id), DT(r->rule), DI(r->rule_version),
			DT(r->rule_group), DI(r->tier_fen), DI(r->saved_fen), DI(r->amount_fen),
			DI(r->by_hand), DI(s->now_ms)));
	if (db_changes(s->db) != 1)
		return 0;
	store_event(s, "system", "reward.proposed", r->case_id, "reward", id,
		json_pack("{s:s, s:I, s:I}", "rule", r->rule, "amount_fen",
			(json_int_t)r->amount_fen, "member", (json_int_t)r->member_id));
	return id;
}

#define REWARD_COLUMNS \
	"id, case_id, member_id, rule, rule_group, rule_version, tier_fen, saved_fen, " \
	"amount_fen, by_hand, state"

static void read_reward(struct store *s, struct db_stmt *q, struct reward *out)
{
	*out = (struct reward){ .id = db_int(q, 0),
		.case_id = db_int(q, 1),
		.member_id = db_int(q, 2),
		.rule = store_keep(s, db_text(q, 3)),
		.rule_group = store_keep(s, db_text(q, 4)),
		.rule_version = (int)db_int(q, 5),
		.tier_fen = db_int(q, 6),
		.saved_fen = db_int(q, 7),
		.amount_fen = db_int(q, 8),
		.by_hand = db_int(q, 9) != 0,
		.state = (enum reward_state)machine_state(&reward_life, db_text(q, 10)) };
	if (out->state == RW_NONE)
		db_fail(s->db, STORE_BAD_ROW);
}

bool reward_get(struct store *s, int64_t id, struct reward *out)
{
	struct db_stmt *q = db_query(
		s->db, "SELECT " REWARD_COLUMNS " FROM reward WHERE id = ?", DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	read_reward(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

struct reward *reward_of_case(struct store *s, int64_t case_id, size_t *count)
{
	struct reward *all = arena_take(&s->arena, sizeof *all * FEW);
	struct db_stmt *q = db_query(s->db,
		"SELECT " REWARD_COLUMNS
		" FROM reward WHERE case_id = ? AND state NOT IN ('rejected', 'clawed_back')"
		" ORDER BY id LIMIT 32",
		DB_ARGS(DI(case_id)));

	*count = 0;
	while (db_next(q))
		read_reward(s, q, &all[(*count)++]);
	return all;
}

bool reward_event(struct store *s, struct reward *r, enum reward_event ev, const char *actor,
	const char *reason)
{
	int to = machine_next(&reward_life, (int)r->state, (int)ev);

	if (to == RW_NONE)
		return false;
	db_run(s->db,
		"UPDATE reward SET state = ?, decided_at = ?, decided_by = ?, reason_x = ? WHERE "
		"id "
		"= ?",
		DB_ARGS(DT(machine_code(&reward_life, to)), DI(s->now_ms), DT(actor),
			store_sealed(s, "reward", "reason", r->id, reason), DI(r->id)));
	told(s, &reward_life, (int)ev, actor, r->case_id, r->id, NULL);
	r->state = (enum reward_state)to;
	return true;
}

void handover_shift(struct store *s, int64_t by_ms)
{
	db_run(s->db,
		"UPDATE handover SET red_line_at = red_line_at + ?, first_word_at = first_word_at "
		"+ ?"
		" WHERE state IN ('open', 'told')",
		DB_ARGS(DI(by_ms), DI(by_ms)));
}
