#include "inbound.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

enum { PARTS_MAX = 255, PART_LIFE_MS = 24 * 3600 * 1000 };

bool inbound_add(struct store *s, struct inbound *in, const uint8_t fingerprint[32])
{
	in->id = store_id(s);
	in->state = IN_TAKEN;
	db_run(s->db,
		"INSERT INTO inbound (id, channel, kind, fingerprint, phone_x, phone_lk, text_x, "
		"written_at,"
		" received_at, state, next, reading, raised, complete, member_id, case_id, "
		"task_id, resolved_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'taken', '', '[]', 0, ?, 0, 0, 0, 0)"
		" ON CONFLICT (fingerprint) DO NOTHING",
		DB_ARGS(DI(in->id), DT(in->channel), DT(in->kind), DBL(fingerprint, 32),
			store_sealed(s, "inbound", "phone", in->id,
				in->phone[0] == '\0' ? "-" : in->phone),
			store_lookup(s, "phone", in->phone[0] == '\0' ? "-" : in->phone),
			store_sealed(
				s, "inbound", "text", in->id, in->text[0] == '\0' ? " " : in->text),
			DI(in->written_at), DI(in->received_at), DI(in->complete)));
	return db_changes(s->db) == 1;
}

bool inbound_get(struct store *s, int64_t id, struct inbound *out)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT channel, kind, phone_x, text_x, written_at, received_at, state, next, "
		"reading, raised,"
		" complete, member_id, case_id, task_id FROM inbound WHERE id = ?",
		DB_ARGS(DI(id)));

	if (!db_next(q))
		return false;
	*out = (struct inbound){ .id = id,
		.channel = store_keep(s, db_text(q, 0)),
		.kind = store_keep(s, db_text(q, 1)),
		.phone = store_plain(s, q, 2, "inbound", "phone", id),
		.text = store_plain(s, q, 3, "inbound", "text", id),
		.written_at = db_int(q, 4),
		.received_at = db_int(q, 5),
		.state = (enum inbound_state)machine_state(&inbound_life, db_text(q, 6)),
		.next = store_keep(s, db_text(q, 7)),
		.reading = store_keep(s, db_text(q, 8)),
		.raised = db_int(q, 9) != 0,
		.complete = db_int(q, 10) != 0,
		.member_id = db_int(q, 11),
		.case_id = db_int(q, 12),
		.task_id = db_int(q, 13) };
	db_end(q);
	return db_rc(s->db) == STORE_OK;
}

bool inbound_event(struct store *s, struct inbound *in, enum inbound_event ev, const char *actor)
{
	int to = machine_next(&inbound_life, (int)in->state, (int)ev);
	char kind[40];

	if (to == IN_NONE)
		return false;
	db_run(s->db,
		"UPDATE inbound SET state = ?, next = ?, reading = ?, raised = ?, member_id = ?, "
		"case_id = ?,"
		" task_id = ? WHERE id = ?",
		DB_ARGS(DT(machine_code(&inbound_life, to)), DT(in->next), DT(in->reading),
			DI(in->raised), DI(in->member_id), DI(in->case_id), DI(in->task_id),
			DI(in->id)));
	snprintf(kind, sizeof kind, "inbound.%s", inbound_life.event_codes[ev]);
	store_event(s, actor, kind, in->case_id, "inbound", in->id,
		json_pack("{s:s, s:s}", "next", in->next, "reading", in->reading));
	in->state = (enum inbound_state)to;
	return true;
}

void inbound_resolve(struct store *s, int64_t id, const char *actor, const char *note)
{
	db_run(s->db,
		"UPDATE inbound SET resolved_at = ?, resolved_by = ?, note_x = ? WHERE id = ?",
		DB_ARGS(DI(s->now_ms), DT(actor), store_sealed(s, "inbound", "note", id, note),
			DI(id)));
}

bool inbound_before(
	struct store *s, const char *phone, int64_t before_id, const char **text, int64_t *at)
{
	struct db_stmt *q = db_query(s->db,
		"SELECT id, text_x, received_at FROM inbound WHERE phone_lk = ? AND id < ? ORDER "
		"BY id DESC LIMIT 1",
		DB_ARGS(store_lookup(s, "phone", phone), DI(before_id)));

	if (!db_next(q))
		return false;
	*text = store_plain(s, q, 1, "inbound", "text", db_int(q, 0));
	*at = db_int(q, 2);
	db_end(q);
	return true;
}

int inbound_count_since(struct store *s, const char *phone, int64_t since_ms)
{
	return (int)db_number(s->db,
		"SELECT count(*) FROM (SELECT received_at FROM inbound WHERE phone_lk = ? ORDER BY "
		"id DESC LIMIT 1000)"
		" AS r WHERE received_at >= ?",
		0, DB_ARGS(store_lookup(s, "phone", phone), DI(since_ms)));
}

int64_t inbound_part_add(struct store *s, const char *channel, const uint8_t fingerprint[32],
	const char *set, const char *phone, const struct inbound_part *p)
{
	int64_t id = store_id(s);

	db_run(s->db,
		"INSERT INTO inbound_part (id, channel, fingerprint, set_lk, part, total, phone_x, "
		"units_x,"
		" written_at, received_at, inbound_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
		" ON CONFLICT (fingerprint) DO NOTHING",
		DB_ARGS(DI(id), DT(channel), DBL(fingerprint, 32), store_lookup(s, "parts", set),
			DI(p->part), DI(p->total),
			store_sealed(s, "inbound_part", "phone", id, phone),
			store_sealed_bytes(s, "inbound_part", "units", id, p->units,
				p->unit_count * sizeof *p->units),
			DI(p->written_at), DI(s->now_ms)));
	return db_changes(s->db) == 1 ? id : 0;
}

struct inbound_part *inbound_part_set(
	struct store *s, int64_t part_id, const char **phone, const char **channel, size_t *count)
{
	struct inbound_part *all = arena_take(&s->arena, sizeof *all * PARTS_MAX);
	struct db_stmt *q = db_query(s->db,
		"SELECT id, part, total, phone_x, units_x, written_at, received_at, channel FROM "
		"inbound_part"
		" WHERE set_lk = (SELECT set_lk FROM inbound_part WHERE id = ?) AND inbound_id = 0"
		" AND received_at > ? ORDER BY part, id DESC",
		DB_ARGS(DI(part_id), DI(s->now_ms - PART_LIFE_MS)));

	*count = 0;
	while (db_next(q)) {
		int64_t id = db_int(q, 0);
		int part = (int)db_int(q, 1);
		struct inbound_part *p = &all[*count];
		size_t bytes;

		if (*count == PARTS_MAX || (*count > 0 && all[*count - 1].part == part))
			continue;
		p->id = id;
		p->part = part;
		p->total = (int)db_int(q, 2);
		*phone = store_plain(s, q, 3, "inbound_part", "phone", id);
		/* The arena aligns to 16 bytes: the octets may be read as units again. */
		p->units = (const uint16_t *)(const void *)store_plain_bytes(
			s, q, 4, "inbound_part", "units", id, &bytes);
		p->unit_count = bytes / sizeof *p->units;
		p->written_at = db_int(q, 5);
		p->received_at = db_int(q, 6);
		*channel = store_keep(s, db_text(q, 7));
		(*count)++;
	}
	return all;
}

void inbound_part_joined(struct store *s, int64_t part_id, int64_t inbound_id)
{
	db_run(s->db,
		"UPDATE inbound_part SET inbound_id = ? WHERE inbound_id = 0"
		" AND set_lk = (SELECT set_lk FROM inbound_part WHERE id = ?)",
		DB_ARGS(DI(inbound_id), DI(part_id)));
}
