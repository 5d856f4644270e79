#include "message.h"

#include <stdio.h>
#include <string.h>

#include "case_rows.h"
#include "json.h"

#include "banned.h"

#define MESSAGE_COLUMNS \
	"id, case_id, task_id, member_id, purpose, class, priority, state, held_until, held_why, " \
	"expires_at, channel, attempts, repeats, parts, parts_sent, concat_ref, error, " \
	"created_at, sending_at, sent_at, kind, tries, cost_fen"
enum { COLUMNS = 24 };

void message_add(struct store *s, const struct message *m)
{
	db_run(s->db,
		"INSERT INTO message (" MESSAGE_COLUMNS ", phone_x, text_x, template, values_x,"
		" ended_at, owner, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0,"
		" 0, 0, -1, '', ?, 0, 0, ?, 0, 0, ?, ?, ?, ?, 0, '', 0)",
		DB_ARGS(DI(m->id), DI(m->case_id), DI(m->task_id), DI(m->member_id), DT(m->purpose),
			DT(m->class_), DI(m->priority),
			DT(machine_code(&message_life, (int)m->state)), DI(m->held_until),
			DT(m->held_why), DI(m->expires_at),
			DT(m->channel == NULL ? "" : m->channel), DI(s->now_ms), DT(m->kind),
			store_sealed(s, "message", "phone", m->id, m->phone),
			store_sealed(s, "message", "text", m->id, m->text),
			DT(m->template == NULL ? "" : m->template),
			store_sealed(s, "message", "values", m->id, m->values)));
}

static void read_message(struct store *s, struct db_stmt *q, struct message *out)
{
	int64_t id = db_int(q, 0);

	*out = (struct message){ .id = id,
		.case_id = db_int(q, 1),
		.task_id = db_int(q, 2),
		.member_id = db_int(q, 3),
		.purpose = store_keep(s, db_text(q, 4)),
		.class_ = store_keep(s, db_text(q, 5)),
		.priority = (int)db_int(q, 6),
		.state = (enum message_state)machine_state(&message_life, db_text(q, 7)),
		.held_until = db_int(q, 8),
		.held_why = store_keep(s, db_text(q, 9)),
		.expires_at = db_int(q, 10),
		.channel = store_keep(s, db_text(q, 11)),
		.attempts = (int)db_int(q, 12),
		.repeats = (int)db_int(q, 13),
		.parts = (int)db_int(q, 14),
		.parts_sent = (int)db_int(q, 15),
		.concat_ref = (int)db_int(q, 16),
		.error = store_keep(s, db_text(q, 17)),
		.created_at = db_int(q, 18),
		.sending_at = db_int(q, 19),
		.sent_at = db_int(q, 20),
		.kind = store_keep(s, db_text(q, 21)),
		.tries = (int)db_int(q, 22),
		.cost_fen = db_int(q, 23) };
	if (out->state == MSG_NONE)
		db_fail(s->db, STORE_BAD_ROW);
}

static bool one(struct store *s, struct db_stmt *q, struct message *out)
{
	if (!db_next(q))
		return false;
	read_message(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool message_get(struct store *s, int64_t id, struct message *out)
{
	return one(s,
		db_query(s->db, "SELECT " MESSAGE_COLUMNS " FROM message WHERE id = ?",
			DB_ARGS(DI(id))),
		out);
}

static void read_texts(struct store *s, struct db_stmt *q, struct message *out)
{
	out->phone = store_plain(s, q, COLUMNS, "message", "phone", out->id);
	out->text = store_plain(s, q, COLUMNS + 1, "message", "text", out->id);
	out->template = store_keep(s, db_text(q, COLUMNS + 2));
	out->values = store_plain(s, q, COLUMNS + 3, "message", "values", out->id);
}

bool message_next(
	struct store *s, const char *kind, const struct message *after, struct message *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT " MESSAGE_COLUMNS ", phone_x, text_x, template, values_x"
		" FROM message WHERE " MESSAGE_LIVE
		" AND state = 'queued' AND kind = ? AND (priority, id) > (?, ?)"
		" ORDER BY priority, id LIMIT 1",
		DB_ARGS(DT(kind), DI(after == NULL ? -1 : after->priority),
			DI(after == NULL ? 0 : after->id)));

	if (!db_next(q))
		return false;
	read_message(s, q, out);
	read_texts(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool message_whole(struct store *s, int64_t id, struct message *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT " MESSAGE_COLUMNS ", phone_x, text_x, template, values_x FROM message"
		" WHERE id = ?",
		DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	read_message(s, q, out);
	read_texts(s, q, out);
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool message_overdue(struct store *s, struct message *out)
{
	return one(s,
		db_query(s->db,
			"SELECT " MESSAGE_COLUMNS " FROM message WHERE " MESSAGE_LIVE
			" AND state = 'queued' AND expires_at < ? LIMIT 1",
			DB_ARGS(DI(s->now_ms))),
		out);
}

size_t message_waiting_for(
	struct store *s, int64_t member_id, int64_t but, int64_t *ids, size_t max)
{
	size_t n = 0;
	struct db_stmt *q = db_query(s->db,
		"SELECT id FROM message WHERE id IN (SELECT id FROM message WHERE " MESSAGE_LIVE
		" AND kind = 'sms' AND state = 'queued' UNION ALL SELECT id FROM message"
		" WHERE state = 'held' AND held_until > 0)"
		" AND member_id = ? AND id <> ? ORDER BY id LIMIT ?",
		DB_ARGS(DI(member_id), DI(but), DI((int64_t)max)));

	while (db_next(q))
		ids[n++] = db_int(q, 0);
	return n;
}

void message_text_put(struct store *s, int64_t id, const char *text)
{
	db_run(s->db, "UPDATE message SET text_x = ?, template = '', values_x = NULL WHERE id = ?",
		DB_ARGS(store_sealed(s, "message", "text", id, text), DI(id)));
}

static bool is_end(enum message_state state)
{
	return state >= MSG_DELIVERED;
}

static json_t *event_data(const char *from, const char *to, const char *channel, const char *reason)
{
	json_t *data = json_pack("{s:s, s:s}", "from", from, "to", to);

	if (channel[0] != '\0')
		json_put_str(data, "channel", channel);
	if (reason[0] != '\0')
		json_put_str(data, "reason", reason);
	return data;
}

static bool needs_no_escape(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7E || *s == '"' || *s == '\\')
			return false;
	return true;
}

/* Three for each SMS: what goes well is written without building an object first. */
static void step_event(
	struct store *s, const struct message *m, const char *kind, int to, const char *reason)
{
	const char *from_code = machine_code(&message_life, (int)m->state);
	const char *to_code = machine_code(&message_life, to);

	if (reason == NULL)
		reason = "";
	if (reason[0] == '\0' && m->channel[0] != '\0' && needs_no_escape(m->channel))
		store_event_text(s, "system", kind, m->case_id, "message", m->id,
			arena_print(&s->arena, "{\"channel\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}",
				m->channel, from_code, to_code));
	else
		store_event(s, "system", kind, m->case_id, "message", m->id,
			event_data(from_code, to_code, m->channel, reason));
}

static const char *event_kind(enum message_event ev, char out[40])
{
	snprintf(out, 40, "message.%s", message_life.event_codes[ev]);
	return out;
}

bool message_event(struct store *s, struct message *m, enum message_event ev, const char *reason)
{
	int to = machine_next(&message_life, (int)m->state, (int)ev);
	char kind[40];

	if (to == MSG_NONE)
		return false;
	if (ev == MSG_EV_CLAIM)
		m->sending_at = s->now_ms;
	if (ev == MSG_EV_ACCEPTED || (ev == MSG_EV_REPORT_OK && m->sent_at == 0))
		m->sent_at = s->now_ms;
	if (to != MSG_HELD)
		m->held_until = 0;
	if (reason != NULL)
		m->error = reason;
	db_run(s->db,
		"UPDATE message SET state = ?, held_until = ?, held_why = ?, channel = ?, attempts "
		"= ?, repeats = ?,"
		" parts = ?, parts_sent = ?, concat_ref = ?, error = ?, sending_at = ?, sent_at = "
		"?, ended_at = ?, tries = ?, cost_fen = ?"
		" WHERE id = ? AND state = ?",
		DB_ARGS(DT(machine_code(&message_life, to)), DI(m->held_until),
			DT(to == MSG_HELD ? m->held_why : ""), DT(m->channel), DI(m->attempts),
			DI(m->repeats), DI(m->parts), DI(m->parts_sent), DI(m->concat_ref),
			DT(m->error), DI(m->sending_at), DI(m->sent_at),
			DI(is_end((enum message_state)to) ? s->now_ms : 0), DI(m->tries),
			DI(m->cost_fen), DI(m->id),
			DT(machine_code(&message_life, (int)m->state))));
	if (db_changes(s->db) != 1)
		db_fail(s->db, STORE_CONFLICT);
	step_event(s, m, event_kind(ev, kind), to, reason);
	m->state = (enum message_state)to;
	return true;
}

bool message_delivered(struct store *s, int64_t id, int64_t case_id, const char *channel)
{
	const struct message m = {
		.id = id, .case_id = case_id, .channel = channel, .state = MSG_SENT
	};
	int to = machine_next(&message_life, MSG_SENT, MSG_EV_REPORT_OK);
	char kind[40];

	if (!db_run(s->db,
		    "UPDATE message SET state = ?, ended_at = ? WHERE id = ? AND state = ?"
		    " AND case_id = ? AND channel = ?",
		    DB_ARGS(DT(machine_code(&message_life, to)), DI(s->now_ms), DI(id),
			    DT(machine_code(&message_life, MSG_SENT)), DI(case_id), DT(channel))) ||
		db_changes(s->db) != 1)
		return false;
	step_event(s, &m, event_kind(MSG_EV_REPORT_OK, kind), to, NULL);
	return true;
}

int64_t message_held_next(struct store *s)
{
	return db_number(s->db, "SELECT min(held_until) FROM message WHERE state = 'held'",
		INT64_MAX, DB_NONE);
}

int64_t message_release(struct store *s)
{
	struct message m;

	while (one(s,
		db_query(s->db,
			"SELECT " MESSAGE_COLUMNS
			" FROM message WHERE state = 'held' AND held_until <= ?"
			" ORDER BY held_until LIMIT 1",
			DB_ARGS(DI(s->now_ms))),
		&m))
		message_event(s, &m, MSG_EV_RELEASE, NULL);
	return message_held_next(s);
}

void message_supersede(struct store *s, int64_t case_id, int64_t task_id, const char *why)
{
	struct message m = { .id = 0 };
	bool more = true;

	while (more) {
		more = one(s,
			db_query(s->db,
				"SELECT " MESSAGE_COLUMNS " FROM " CASE_ROWS(
					"message") " WHERE id > ?"
						   " AND state IN ('queued', 'held', 'unsure')"
						   " AND purpose NOT IN ('answer', 'notice')"
						   " AND (task_id = ? OR (? = 0 AND purpose <> "
						   "'handover'))"
						   " ORDER BY id LIMIT 1",
				DB_ARGS(DI(case_id), DI(m.id), DI(task_id), DI(task_id))),
			&m);
		if (more)
			message_event(s, &m, MSG_EV_SUPERSEDE, why);
	}
}

bool message_told(
	struct store *s, int64_t case_id, int64_t member_id, const char *purpose, int64_t since_ms)
{
	return db_number(s->db,
		       "SELECT count(*) FROM " CASE_ROWS(
			       "message") " WHERE member_id = ? AND"
					  " kind = 'sms' AND purpose = ? AND created_at >= ?",
		       0, DB_ARGS(DI(case_id), DI(member_id), DT(purpose), DI(since_ms))) > 0;
}

bool message_heard(struct store *s, int64_t case_id, const char *purpose, int64_t since_ms)
{
	return db_number(s->db,
		       "SELECT count(*) FROM " CASE_ROWS(
			       "message") " WHERE kind = 'call' AND"
					  " purpose = ? AND created_at >= ? AND (state = "
					  "'delivered' OR (state = "
					  "'sent'"
					  " AND NOT EXISTS (SELECT 1 FROM message_try t WHERE "
					  "t.message_id = "
					  "message.id"
					  " AND t.other_ref <> '')))",
		       0, DB_ARGS(DI(case_id), DT(purpose), DI(since_ms))) > 0;
}

bool message_calling(struct store *s, const char *channel)
{
	return db_number(s->db,
		       "SELECT count(*) FROM message WHERE " MESSAGE_LIVE
		       " AND state = 'sending' AND kind = 'call' AND channel = ?",
		       0, DB_ARGS(DT(channel))) > 0;
}

const char *message_phone(struct store *s, int64_t id)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT phone_x FROM message WHERE id = ?", DB_ARGS(DI(id)));
	const char *phone = "";

	if (db_next(q)) {
		phone = store_plain(s, q, 0, "message", "phone", id);
		db_end(q);
	}
	return phone;
}

int64_t message_call_open(struct store *s, const char *channel, const char *number,
	bool (*same)(const char *, const char *))
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, phone_x FROM message WHERE " MESSAGE_LIVE
		" AND state IN ('sending', 'unsure') AND kind = 'call' AND channel = ? ORDER BY id "
		"DESC LIMIT 100",
		DB_ARGS(DT(channel)));
	int64_t found = 0;

	while (db_next(q)) {
		int64_t id = db_int(q, 0);

		if (found == 0 && same(store_plain(s, q, 1, "message", "phone", id), number))
			found = id;
	}
	return found;
}

int64_t *message_sending(struct store *s, size_t *count)
{
	enum { MAX = 4096 };
	int64_t *ids = arena_take(&s->arena, sizeof *ids * MAX);
	struct db_stmt *q = db_query(s->db,
		"SELECT id FROM message WHERE " MESSAGE_LIVE
		" AND kind IN ('sms', 'call') AND state = 'sending' ORDER BY id LIMIT 4096",
		DB_NONE);

	*count = 0;
	while (db_next(q))
		ids[(*count)++] = db_int(q, 0);
	return ids;
}

void message_part_put(struct store *s, int64_t id, int part, const char *state, const char *channel,
	int mr, const char *error)
{
	db_run(s->db,
		"INSERT INTO message_part (message_id, part, state, channel, mr, sent_at, error)"
		" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message_id, part) DO UPDATE SET state "
		"= excluded.state,"
		" channel = excluded.channel, mr = excluded.mr, sent_at = excluded.sent_at, error "
		"= excluded.error",
		DB_ARGS(DI(id), DI(part), DT(state), DT(channel), DI(mr), DI(s->now_ms),
			DT(error == NULL ? "" : error)));
}

bool message_part_report(struct store *s, int64_t id, int part, const char *state,
	const char *channel, int mr, const char *error)
{
	return db_run(s->db,
		       "UPDATE message_part SET state = ?, sent_at = ?, error = ?"
		       " WHERE message_id = ? AND part = ? AND channel = ? AND mr = ?"
		       " AND (state = 'sent' OR state = 'unsure')",
		       DB_ARGS(DT(state), DI(s->now_ms), DT(error), DI(id), DI(part), DT(channel),
			       DI(mr))) &&
	       db_changes(s->db) == 1;
}

size_t message_part_find(
	struct store *s, const char *channel, int mr, struct message_part *out, size_t max)
{
	size_t n = 0;
	struct db_stmt *q = db_query(s->db,
		"SELECT p.message_id, p.part, p.sent_at, m.phone_x FROM message_part p"
		" JOIN message m ON m.id = p.message_id WHERE p.channel = ? AND p.mr = ?"
		" AND p.state IN ('sent', 'unsure') ORDER BY p.sent_at DESC LIMIT ?",
		DB_ARGS(DT(channel), DI(mr), DI((int64_t)max)));

	while (db_next(q)) {
		int64_t id = db_int(q, 0);

		out[n++] = (struct message_part){ .message_id = id,
			.part = (int)db_int(q, 1),
			.sent_at = db_int(q, 2),
			.phone = store_plain(s, q, 3, "message", "phone", id) };
	}
	return n;
}

void message_parts_drop(struct store *s, int64_t id)
{
	db_run(s->db, "DELETE FROM message_part WHERE message_id = ?", DB_ARGS(DI(id)));
}

struct message_parts message_parts(struct store *s, int64_t id)
{
	struct message_parts n = { 0 };
	struct db_stmt *q = db_query(
		s->db, "SELECT state FROM message_part WHERE message_id = ?", DB_ARGS(DI(id)));

	while (db_next(q)) {
		const char *state = db_text(q, 0);

		n.sent += strcmp(state, "sent") == 0;
		n.delivered += strcmp(state, "delivered") == 0;
		n.unsure += strcmp(state, "unsure") == 0;
	}
	return n;
}

bool message_urgent_next(struct store *s)
{
	return db_number(s->db,
		       "SELECT class = 'urgent' FROM message WHERE " MESSAGE_LIVE
		       " AND state = 'queued' AND kind = 'sms' ORDER BY priority, id LIMIT 1",
		       0, DB_NONE) > 0;
}

bool message_waits(struct store *s, const char *kind)
{
	return db_number(s->db,
		       "SELECT 1 FROM message WHERE " MESSAGE_LIVE
		       " AND state = 'queued' AND kind = ? LIMIT 1",
		       0, DB_ARGS(DT(kind))) > 0;
}

int message_concat_ref(struct store *s, const char *phone)
{
	return (int)(db_number(s->db,
			     "INSERT INTO concat_ref (phone_lk, ref, at) VALUES (?, 0, ?)"
			     " ON CONFLICT (phone_lk) DO UPDATE SET ref = (concat_ref.ref + 1) % "
			     "256,"
			     " at = excluded.at RETURNING ref",
			     0, DB_ARGS(store_lookup(s, "phone", phone), DI(s->now_ms))) &
		     0xff);
}

bool message_left(struct store *s, int64_t case_id, int64_t task_id)
{
	return db_number(s->db,
		       "SELECT count(*) FROM " CASE_ROWS(
			       "message") " WHERE task_id = ?"
					  " AND (state IN ('sending', 'unsure', 'sent', "
					  "'delivered') OR EXISTS"
					  " (SELECT 1 FROM message_part p WHERE p.message_id = "
					  "message.id"
					  "  AND p.state IN ('sent', 'unsure', 'delivered')))",
		       0, DB_ARGS(DI(case_id), DI(task_id))) > 0;
}

void message_shift(struct store *s, int64_t by_ms)
{
	db_run(s->db,
		"UPDATE message SET expires_at = expires_at + ?"
		" WHERE state IN ('queued', 'held', 'sending', 'unsure')",
		DB_ARGS(DI(by_ms)));
}
