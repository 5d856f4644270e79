#include "schema.h"

#include <stdio.h>

#include "buf.h"
#include "case_rows.h"
#include "message.h"
#include "seal.h"

#include "banned.h"

/*
 * Columns named *_x are sealed (AES-256-GCM, bound to table, column and row); *_lk are the
 * keyed lookups beside them. Times are UTC ms, money is fen, enumerations are stable codes.
 * Indexes by random keys (lookups) stand on small tables and on the inbox only; residents have
 * theirs in tables of their own (resident_key.h).
 * INTEGER PRIMARY KEY is SQLite's own row id (64 bits); BIGINT there would cost a second tree.
 */
/* clang-format off */
/* The primary key is the table (SQLite's words; elsewhere they go). */
#define CLUSTERED " WITHOUT ROWID"
#define RESIDENT_KEY \
	"key BIGINT NOT NULL, tag BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (key, tag, id))" CLUSTERED

static const char *const migration_1[] = {
	/* -- the books --------------------------------------------------------------- */
	"CREATE TABLE event (seq INTEGER PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL,"
	" kind TEXT NOT NULL, case_id BIGINT NOT NULL, entity TEXT NOT NULL, entity_id BIGINT NOT NULL,"
	" data TEXT NOT NULL, hash BLOB NOT NULL, run BIGINT NOT NULL)",
	/* The events of a case come in runs, up to eight one behind the other: `run` counts them, the first has the entry. */
	"CREATE INDEX event_case ON event (case_id, seq) WHERE run = 0 AND case_id > 0",
	"CREATE VIEW case_event AS SELECT e.* FROM event h JOIN event e ON e.case_id = h.case_id"
	" AND e.seq BETWEEN h.seq AND h.seq + 7 AND e.seq - e.run = h.seq WHERE h.run = 0 AND h.case_id > 0",
	"CREATE TABLE alarm (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,"
	" case_id BIGINT NOT NULL, raised_at BIGINT NOT NULL, last_at BIGINT NOT NULL, times BIGINT NOT NULL,"
	" cleared_at BIGINT NOT NULL, cleared_by TEXT)",
	"CREATE UNIQUE INDEX alarm_open ON alarm (kind, subject) WHERE cleared_at = 0",
	/* -- people ------------------------------------------------------------------ */
	"CREATE TABLE area (code TEXT PRIMARY KEY, parent TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"
	" aliases TEXT NOT NULL, population BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
	"CREATE TABLE resident (id INTEGER PRIMARY KEY, name_x BLOB, id_no_x BLOB,"
	" birth TEXT NOT NULL, sex TEXT NOT NULL, area TEXT NOT NULL, address_x BLOB, tags TEXT NOT NULL, risk TEXT NOT NULL,"
	" state TEXT NOT NULL, remark_x BLOB, updated_at BIGINT NOT NULL)",
	"CREATE INDEX resident_area ON resident (area)",
	/* By what residents are found again: resident_key.h. */
	"CREATE TABLE resident_key (" RESIDENT_KEY,
	"CREATE TABLE resident_key_mid (" RESIDENT_KEY,
	"CREATE TABLE resident_key_new (" RESIDENT_KEY,
	"CREATE VIEW resident_known AS SELECT key, tag, id FROM resident_key"
	" UNION ALL SELECT key, tag, id FROM resident_key_mid"
	" UNION ALL SELECT key, tag, id FROM resident_key_new",
	/* id = resident id * 16 + place in the list. */
	"CREATE TABLE resident_phone (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, phone_x BLOB NOT NULL,"
	" name_x BLOB, relation TEXT NOT NULL)",
	"CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, area TEXT NOT NULL, kind TEXT NOT NULL,"
	" updated_at BIGINT NOT NULL)",
	"CREATE INDEX team_area ON team (area)",
	"CREATE TABLE member (id INTEGER PRIMARY KEY, team_id BIGINT NOT NULL, name_x BLOB NOT NULL, phone_x BLOB NOT NULL,"
	" phone_lk BLOB NOT NULL, post TEXT NOT NULL, post_raw TEXT NOT NULL, area TEXT NOT NULL, state TEXT NOT NULL,"
	" away_until BIGINT NOT NULL, pledged_on TEXT NOT NULL, trained_on TEXT NOT NULL, load_cap BIGINT NOT NULL, stopped_at BIGINT NOT NULL,"
	" updated_at BIGINT NOT NULL)",
	"CREATE UNIQUE INDEX member_phone ON member (team_id, phone_lk)",
	"CREATE INDEX member_phone_lk ON member (phone_lk)",
	"CREATE TABLE duty (id INTEGER PRIMARY KEY, team_id BIGINT NOT NULL, member_id BIGINT NOT NULL, weekdays BIGINT NOT NULL,"
	" day TEXT NOT NULL, from_min BIGINT NOT NULL, to_min BIGINT NOT NULL, off BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
	"CREATE INDEX duty_team ON duty (team_id)",
	/* -- warnings and cases ------------------------------------------------------- */
	"CREATE TABLE warning (id INTEGER PRIMARY KEY, source TEXT NOT NULL, warn_no TEXT NOT NULL, state TEXT NOT NULL,"
	" level TEXT NOT NULL, level_raw TEXT, fraud_type TEXT NOT NULL, fraud_raw TEXT, warn_time BIGINT NOT NULL,"
	" issue_time BIGINT NOT NULL, received_at BIGINT NOT NULL, case_id BIGINT NOT NULL, resident_id BIGINT NOT NULL,"
	" match_by TEXT NOT NULL, match_score BIGINT NOT NULL, flags TEXT NOT NULL, amount_fen BIGINT NOT NULL,"
	" actor TEXT NOT NULL, record_x BLOB NOT NULL, UNIQUE (source, warn_no))",
	"CREATE TABLE cases (id INTEGER PRIMARY KEY, no TEXT NOT NULL, state TEXT NOT NULL, level TEXT NOT NULL, fraud_type TEXT NOT NULL,"
	" resident_id BIGINT NOT NULL, person_x BLOB NOT NULL, area TEXT NOT NULL, team_id BIGINT NOT NULL, flags TEXT NOT NULL,"
	" drill BIGINT NOT NULL, opened_at BIGINT NOT NULL, woken_at BIGINT NOT NULL, repeat_no BIGINT NOT NULL,"
	" policy_id BIGINT NOT NULL, rung BIGINT NOT NULL, accepted_at BIGINT NOT NULL, met_at BIGINT NOT NULL,"
	" outcome TEXT NOT NULL, outcome_at BIGINT NOT NULL, lost_fen BIGINT NOT NULL, saved_fen BIGINT NOT NULL, amount_fen BIGINT NOT NULL,"
	" closed_at BIGINT NOT NULL, close_reason_x BLOB, keys BLOB, keys_until BIGINT NOT NULL, person_key BIGINT NOT NULL,"
	" proposed TEXT NOT NULL, listed_id BIGINT NOT NULL, decided_at BIGINT NOT NULL, decided_by TEXT)",
	/* Of which something may still come. Its keys and who is proposed are looked up in recall.h: no index by a random key. */
	"CREATE INDEX cases_live ON cases (state, id) WHERE state <> 'closed' OR keys_until > 0 OR proposed = 'new'",
	/* Who was warned and is not on the list. */
	"CREATE VIEW proposed AS SELECT id, id AS case_id, (SELECT min(e.entity_id) FROM case_event e WHERE e.case_id = cases.id"
	" AND e.kind = 'warning.accepted') AS warning_id, person_key, area, proposed AS state, listed_id AS resident_id,"
	" opened_at AS at, decided_at, decided_by FROM cases WHERE proposed <> ''",
	"CREATE TABLE frozen_policy (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
	/* With its reply code: what the phone (phone_key) that it was offered to answers with. */
	"CREATE TABLE task (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, kind TEXT NOT NULL, member_id BIGINT NOT NULL,"
	" state TEXT NOT NULL, code TEXT NOT NULL, rung BIGINT NOT NULL, about_id BIGINT NOT NULL, offered_at BIGINT NOT NULL, accepted_at BIGINT NOT NULL,"
	" met_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, outcome TEXT NOT NULL, updated_at BIGINT NOT NULL,"
	" phone_key BIGINT NOT NULL, code_closed_at BIGINT NOT NULL, last_action BIGINT NOT NULL, last_at BIGINT NOT NULL)",
	"CREATE INDEX task_case ON task (case_id) WHERE " FAR_FROM_CASE,
	/* Open tasks have live codes (0); the rest is looked up in crew.h. */
	"CREATE INDEX task_code ON task (code_closed_at)",
	"CREATE TABLE question (phone_lk BLOB PRIMARY KEY, task_id BIGINT NOT NULL, code TEXT NOT NULL, action BIGINT NOT NULL,"
	" amount_kind TEXT NOT NULL, lo_fen BIGINT NOT NULL, hi_fen BIGINT NOT NULL, asked_at BIGINT NOT NULL)",
	/* In the order in which they are taken; those of a case are looked up in agenda.h. */
	"CREATE TABLE timer (id BIGINT NOT NULL, due_at BIGINT NOT NULL, kind TEXT NOT NULL, case_id BIGINT NOT NULL,"
	" subject_id BIGINT NOT NULL, n BIGINT NOT NULL, ends_at BIGINT NOT NULL, PRIMARY KEY (due_at, id))" CLUSTERED,
	/* -- messages ------------------------------------------------------------------ */
	"CREATE TABLE message (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, task_id BIGINT NOT NULL, member_id BIGINT NOT NULL,"
	" kind TEXT NOT NULL, purpose TEXT NOT NULL, class TEXT NOT NULL, priority BIGINT NOT NULL, phone_x BLOB NOT NULL,"
	" text_x BLOB NOT NULL, state TEXT NOT NULL, held_until BIGINT NOT NULL, held_why TEXT NOT NULL, expires_at BIGINT NOT NULL,"
	" channel TEXT NOT NULL, attempts BIGINT NOT NULL, parts BIGINT NOT NULL, parts_sent BIGINT NOT NULL, concat_ref BIGINT NOT NULL,"
	" repeats BIGINT NOT NULL, tries BIGINT NOT NULL, cost_fen BIGINT NOT NULL, template TEXT NOT NULL, values_x BLOB,"
	" error TEXT NOT NULL, created_at BIGINT NOT NULL, sending_at BIGINT NOT NULL,"
	" sent_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, owner TEXT NOT NULL, lease_until BIGINT NOT NULL,"
	" CHECK (state <> 'sending' OR (sending_at > 0 AND channel <> '')),"
	" CHECK (state <> 'held' OR held_until > 0),"
	" CHECK ((" MESSAGE_LIVE ") OR (state <> 'queued' AND state <> 'sending' AND state <> 'unsure')))",
	/* One entry from its making until it was sent, whatever happens between: see message.h. */
	"CREATE INDEX message_live ON message (kind, priority, id) WHERE " MESSAGE_LIVE,
	"CREATE INDEX message_held ON message (held_until) WHERE state = 'held'",
	"CREATE INDEX message_case ON message (case_id) WHERE " FAR_FROM_CASE,
	"CREATE TABLE message_part (message_id BIGINT NOT NULL, part BIGINT NOT NULL, state TEXT NOT NULL, channel TEXT NOT NULL,"
	" mr BIGINT NOT NULL, sent_at BIGINT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (message_id, part))" CLUSTERED,
	"CREATE INDEX message_part_mr ON message_part (channel, mr, sent_at) WHERE state IN ('sent', 'unsure')",
	"CREATE TABLE concat_ref (phone_lk BLOB PRIMARY KEY, ref BIGINT NOT NULL, at BIGINT NOT NULL)",
	"CREATE TABLE stray_report (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, mr BIGINT NOT NULL, other_ref TEXT NOT NULL,"
	" phone_x BLOB, outcome TEXT NOT NULL, status BIGINT NOT NULL, error TEXT NOT NULL, at BIGINT NOT NULL)",
	/* Tries that did not simply go, and the providers' ids. */
	"CREATE TABLE message_try (message_id BIGINT NOT NULL, n BIGINT NOT NULL, channel TEXT NOT NULL, verdict TEXT NOT NULL,"
	" error TEXT NOT NULL, again_at BIGINT NOT NULL, other_ref TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (message_id, n))",
	"CREATE INDEX message_try_ref ON message_try (other_ref) WHERE other_ref <> ''",
	"CREATE TABLE channel_state (name TEXT PRIMARY KEY, paused BIGINT NOT NULL, paused_by TEXT NOT NULL, paused_at BIGINT NOT NULL,"
	" points BIGINT NOT NULL, opened BIGINT NOT NULL, open_until BIGINT NOT NULL, stopped BIGINT NOT NULL, why TEXT NOT NULL,"
	" used TEXT NOT NULL, updated_at BIGINT NOT NULL)",
	"CREATE TABLE answer_count (phone_lk BLOB NOT NULL, at BIGINT NOT NULL, id INTEGER PRIMARY KEY)",
	"CREATE INDEX answer_count_phone ON answer_count (phone_lk, at)",
	/* -- inbox ----------------------------------------------------------------------- */
	"CREATE TABLE inbound (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, kind TEXT NOT NULL, fingerprint BLOB NOT NULL UNIQUE,"
	" phone_x BLOB NOT NULL, phone_lk BLOB NOT NULL, text_x BLOB NOT NULL, written_at BIGINT NOT NULL, received_at BIGINT NOT NULL,"
	" state TEXT NOT NULL, next TEXT NOT NULL, reading TEXT NOT NULL, raised BIGINT NOT NULL, complete BIGINT NOT NULL,"
	" member_id BIGINT NOT NULL, case_id BIGINT NOT NULL, task_id BIGINT NOT NULL,"
	" resolved_at BIGINT NOT NULL, resolved_by TEXT, note_x BLOB)",
	"CREATE INDEX inbound_phone ON inbound (phone_lk, id)",
	"CREATE INDEX inbound_human ON inbound (raised, id) WHERE state = 'human' AND resolved_at = 0",
	"CREATE INDEX inbound_case ON inbound (case_id) WHERE case_id > 0",
	"CREATE TABLE inbound_part (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, fingerprint BLOB NOT NULL UNIQUE, set_lk BLOB NOT NULL,"
	" part BIGINT NOT NULL, total BIGINT NOT NULL, phone_x BLOB NOT NULL, units_x BLOB NOT NULL, written_at BIGINT NOT NULL,"
	" received_at BIGINT NOT NULL, inbound_id BIGINT NOT NULL)",
	"CREATE INDEX inbound_part_set ON inbound_part (set_lk, part)",
	/* -- what came of it --------------------------------------------------------------- */
	"CREATE TABLE outcome (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, task_id BIGINT NOT NULL, code TEXT NOT NULL,"
	" actor TEXT NOT NULL, at BIGINT NOT NULL, lost_fen BIGINT NOT NULL, saved_fen BIGINT NOT NULL, amount_kind TEXT NOT NULL,"
	" amount_check BIGINT NOT NULL, corrects_id BIGINT NOT NULL, retransfer BIGINT NOT NULL, note_x BLOB)",
	"CREATE INDEX outcome_case ON outcome (case_id)",
	"CREATE TABLE followup (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, step TEXT NOT NULL, due_at BIGINT NOT NULL, state TEXT NOT NULL,"
	" task_id BIGINT NOT NULL, member_id BIGINT NOT NULL, done_at BIGINT NOT NULL, note_x BLOB)",
	"CREATE INDEX followup_case ON followup (case_id)",
	"CREATE TABLE handover (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, state TEXT NOT NULL, first_word_at BIGINT NOT NULL,"
	" red_line_at BIGINT NOT NULL, opened_at BIGINT NOT NULL, told_at BIGINT NOT NULL, acked_at BIGINT NOT NULL, acked_by TEXT NOT NULL,"
	" closed_at BIGINT NOT NULL, amount_fen BIGINT NOT NULL, fields_x BLOB NOT NULL, missing TEXT NOT NULL)",
	"CREATE INDEX handover_case ON handover (case_id)",
	"CREATE TABLE reward (id INTEGER PRIMARY KEY, case_id BIGINT NOT NULL, member_id BIGINT NOT NULL, rule TEXT NOT NULL,"
	" rule_version BIGINT NOT NULL, rule_group TEXT NOT NULL, tier_fen BIGINT NOT NULL, saved_fen BIGINT NOT NULL, amount_fen BIGINT NOT NULL, by_hand BIGINT NOT NULL,"
	" state TEXT NOT NULL, proposed_at BIGINT NOT NULL, decided_at BIGINT NOT NULL, decided_by TEXT, reason_x BLOB)",
	"CREATE UNIQUE INDEX reward_case ON reward (case_id, rule_group) WHERE state NOT IN ('rejected', 'clawed_back')",
	/* -- access ---------------------------------------------------------------------------- */
	"CREATE TABLE apikey (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash BLOB NOT NULL UNIQUE, secret_x BLOB NOT NULL, role TEXT NOT NULL,"
	" area TEXT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL, revoked_at BIGINT NOT NULL)",
	"CREATE TABLE nonce (key_id BIGINT NOT NULL, nonce TEXT NOT NULL, until_at BIGINT NOT NULL, PRIMARY KEY (key_id, nonce))",
	"CREATE TABLE reveal (id INTEGER PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, entity TEXT NOT NULL,"
	" entity_id BIGINT NOT NULL, reason_x BLOB NOT NULL)",
	NULL };
/* clang-format on */

static const char *const *const migrations[] = { migration_1 };

enum { VERSION = sizeof migrations / sizeof *migrations };

int schema_version(void)
{
	return VERSION;
}

/* Tables, and none that tells of migrations. */
static bool is_foreign(struct db *db)
{
	return db_number(db,
		       "SELECT count(*) > 0 AND sum(name = 'migration') = 0 FROM sqlite_master"
		       " WHERE type = 'table'",
		       0, DB_NONE) == 1;
}

/* Of the text of a migration: sixteen hexadecimal digits. */
enum { MARK = 8 };

static void mark_of(const char *const *sql, char out[2 * MARK + 1])
{
	uint8_t hash[SEAL_HASH];
	struct buf all;

	buf_init(&all, 1 << 20);
	for (; *sql != NULL; sql++)
		buf_addf(&all, "%s;\n", *sql);
	seal_sha256(buf_str(&all), all.len, hash);
	seal_hex(hash, MARK, out);
	buf_free(&all);
}

static struct db_arg mark_key(int64_t version, char out[32])
{
	snprintf(out, 32, "migration:%lld", (long long)version);
	return DT(out);
}

static bool is_marked(struct db *db, int64_t version)
{
	char mark[2 * MARK + 1], key[32];

	mark_of(migrations[version - 1], mark);
	return db_number(db, "SELECT value = ? FROM meta WHERE key = ?", 0,
		       DB_ARGS(DT(mark), mark_key(version, key))) == 1;
}

static void migrate(struct db *db, int64_t version, int64_t now_ms)
{
	char mark[2 * MARK + 1], key[32];

	mark_of(migrations[version - 1], mark);
	db_begin(db);
	for (const char *const *sql = migrations[version - 1]; *sql != NULL; sql++)
		db_script(db, *sql);
	db_run(db, "INSERT INTO migration (version, at) VALUES (?, ?)",
		DB_ARGS(DI(version), DI(now_ms)));
	db_run(db, "INSERT INTO meta (key, value) VALUES (?, ?)",
		DB_ARGS(mark_key(version, key), DT(mark)));
	db_commit(db);
}

enum store_rc schema_migrate(struct db *db, int64_t now_ms)
{
	int64_t version;

	if (is_foreign(db))
		return STORE_FOREIGN;
	/* `migration` first: with the power cut between the two it must still be known as ours. */
	db_script(db, "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, at "
		      "BIGINT NOT NULL);"
		      "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT "
		      "NULL)");
	version = db_number(db, "SELECT max(version) FROM migration", 0, DB_NONE);
	if (version > VERSION)
		return STORE_NEWER;
	for (int64_t v = 1; v <= version; v++)
		if (db_rc(db) == STORE_OK && !is_marked(db, v))
			return STORE_STALE;
	while (version < VERSION && db_rc(db) == STORE_OK)
		migrate(db, ++version, now_ms);
	return db_rc(db);
}
