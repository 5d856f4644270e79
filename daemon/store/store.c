#include "store.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenda.h"
#include "clock.h"
#include "crew.h"
#include "frozen.h"
#include "jot.h"
#include "json.h"
#include "log.h"
#include "recall.h"
#include "schema.h"

#include "banned.h"

/* RUN_MAX: as many events as the view case_event looks at from the one that has an index entry. */
enum { SCRATCH_MAX = 1 << 20, ARENA_MAX = 256 << 20, RUN_MAX = 8 };

bool store_meta(struct store *s, const char *key, char *out, size_t n)
{
	struct db_stmt *q =
		db_query(s->db, "SELECT value FROM meta WHERE key = ?", DB_ARGS(DT(key)));

	if (!db_next(q))
		return false;
	snprintf(out, n, "%s", db_text(q, 0));
	db_end(q);
	return true;
}

void store_meta_set(struct store *s, const char *key, const char *value)
{
	db_run(s->db,
		"INSERT INTO meta (key, value) VALUES (?, ?)"
		" ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		DB_ARGS(DT(key), DT(value)));
}

static enum store_rc open_key(struct store *s, const char *path, char *why, size_t n)
{
	char stored[16] = "", name[9];
	bool known = store_meta(s, "key", stored, sizeof stored);
	enum seal_rc rc = seal_open(&s->seal, path, !known);

	if (rc == SEAL_IO)
		snprintf(why, n,
			"密钥文件 %s 打不开（%s）。数据库已用密钥加密，请把原来的密钥文件放回去",
			path, strerror(errno));
	else if (rc == SEAL_WRONG)
		snprintf(why, n, "%s 不是本程序的密钥文件", path);
	else if (rc == SEAL_OPEN)
		snprintf(why, n, "密钥文件 %s 别人也能读，请执行 chmod 600", path);
	if (rc != SEAL_OK)
		return STORE_KEYLESS;
	seal_name(s->seal, name);
	if (known && strcmp(stored, name) != 0) {
		snprintf(why, n, "密钥文件 %s 与数据库不配套（数据库要 %s，文件是 %s）", path,
			stored, name);
		return STORE_KEYLESS;
	}
	if (!known)
		store_meta_set(s, "key", name);
	return db_rc(s->db);
}

/* The end of the chain, and the largest id there is: ids may run ahead of the clock. */
static void load_ends(struct store *s)
{
	static const char *const newest[] = { "SELECT max(id) FROM team",
		"SELECT max(id) FROM duty", "SELECT max(id) FROM member",
		"SELECT max(id) FROM resident", "SELECT max(id) FROM warning",
		"SELECT max(id) FROM cases", "SELECT max(id) FROM task",
		"SELECT max(id) FROM timer", "SELECT max(id) FROM message",
		"SELECT max(id) FROM stray_report", "SELECT max(id) FROM answer_count",
		"SELECT max(id) FROM inbound", "SELECT max(id) FROM inbound_part",
		"SELECT max(id) FROM outcome", "SELECT max(id) FROM followup",
		"SELECT max(id) FROM handover", "SELECT max(id) FROM reward",
		"SELECT max(id) FROM apikey", "SELECT max(id) FROM reveal",
		"SELECT max(id) FROM alarm" };
	struct db_stmt *q =
		db_query(s->db, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", DB_NONE);

	if (db_next(q)) {
		size_t n;
		const void *hash = db_blob(q, 1, &n);

		s->event_seq = db_int(q, 0);
		if (n == SEAL_HASH)
			memcpy(s->chain, hash, SEAL_HASH);
		db_end(q);
	}
	/* Every record has an event in its job: nothing is younger than the last event's second. */
	if (s->event_seq > 0)
		ids_after(&s->ids, store_last_at(s));
	for (size_t i = 0; i < sizeof newest / sizeof *newest; i++) {
		int64_t id = db_number(s->db, newest[i], 0, DB_NONE);

		if (id > s->ids.last)
			s->ids.last = id;
	}
}

enum store_rc store_open(struct store **out, const char *url, const char *key_path, int node,
	char *why, size_t why_size)
{
	struct store *s = calloc(1, sizeof *s);
	enum store_rc rc;

	if (s == NULL)
		abort();
	*out = s;
	why[0] = '\0';
	s->ids.node = node;
	s->crew = crew_new();
	s->agenda = agenda_new();
	s->recall = recall_new();
	s->now_ms = clock_now_ms();
	s->fresh[0].count = s->fresh[1].count = s->fresh_undone = s->strays_undone = -1;
	s->frozen = frozen_new();
	buf_init(&s->scratch, SCRATCH_MAX);
	buf_init(&s->jot, SCRATCH_MAX);
	arena_init(&s->arena, ARENA_MAX);
	rc = db_open(&s->db, url, DB_WRITE);
	if (rc == STORE_OK)
		rc = schema_migrate(s->db, s->now_ms);
	if (rc == STORE_OK)
		rc = open_key(s, key_path, why, why_size);
	if (rc == STORE_OK) {
		load_ends(s);
		rc = db_rc(s->db);
	}
	if (rc == STORE_NEWER)
		snprintf(why, why_size, "数据库是更新版本的程序写的，请升级程序，不要降级");
	else if (rc == STORE_FOREIGN)
		snprintf(why, why_size, "数据库 %s 是别的程序的，请核对配置 store", url);
	else if (rc == STORE_STALE)
		snprintf(why, why_size,
			"数据库 %s 是正式发布前的程序建的，表的结构不同，不能接着用；请换一个空的 "
			"data_dir",
			url);
	else if (rc != STORE_OK && why[0] == '\0')
		snprintf(why, why_size, "数据库 %s 打不开：%s", url, db_error(s->db));
	return rc;
}

enum store_rc store_open_reader(struct store **out, const char *url, const struct seal *seal)
{
	struct store *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	*out = s;
	s->frozen = frozen_new();
	buf_init(&s->scratch, SCRATCH_MAX);
	buf_init(&s->jot, SCRATCH_MAX);
	arena_init(&s->arena, ARENA_MAX);
	s->seal = seal_copy(seal);
	s->fresh_any = true; /* who only reads cannot know */
	s->now_ms = clock_now_ms();
	return db_open(&s->db, url, DB_READ);
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	db_close(s->db);
	seal_close(s->seal);
	buf_free(&s->scratch);
	buf_free(&s->jot);
	arena_free(&s->arena);
	crew_free(s->crew);
	agenda_free(s->agenda);
	frozen_free(s->frozen);
	recall_free(s->recall);
	free(s);
}

static void begin(struct store *s, bool bold)
{
	s->bold = bold;
	db_clear(s->db);
	s->batch_seq = s->event_seq;
	memcpy(s->batch_chain, s->chain, SEAL_HASH);
	if (s->broken)
		db_fail(s->db, STORE_BROKEN);
	db_begin(s->db);
}

void store_begin(struct store *s)
{
	begin(s, false);
}

void store_begin_bold(struct store *s)
{
	begin(s, true);
}

void store_careful(struct store *s)
{
	s->bold = false;
}

static void back_to_batch(struct store *s)
{
	s->event_seq = s->batch_seq;
	memcpy(s->chain, s->batch_chain, SEAL_HASH);
}

void store_undo(struct store *s)
{
	db_rollback(s->db);
	back_to_batch(s);
}

void store_job_begin(struct store *s, int64_t now_ms)
{
	arena_reset(&s->arena);
	crew_job_begin(s->crew);
	s->now_ms = now_ms;
	s->saved_seq = s->event_seq;
	memcpy(s->saved_chain, s->chain, SEAL_HASH);
	s->run_case = 0;
	if (!s->bold)
		db_savepoint(s->db);
}

bool store_lost(const struct store *s)
{
	return db_rc(s->db) == STORE_FULL || db_rc(s->db) == STORE_BROKEN;
}

/*
 * After a full disk or an I/O error SQLite may have rolled the whole transaction back by
 * itself; the RELEASE of the next savepoint would then be a commit of its own. So a lost
 * batch stays failed until store_commit().
 */
enum store_rc store_job_end(struct store *s)
{
	enum store_rc rc = db_rc(s->db);

	if (s->bold)
		return rc;
	if (rc == STORE_OK) {
		db_release(s->db);
		return db_rc(s->db);
	}
	if (store_lost(s))
		return rc;
	s->event_seq = s->saved_seq;
	memcpy(s->chain, s->saved_chain, SEAL_HASH);
	db_undo(s->db);
	return rc;
}

enum store_rc store_commit(struct store *s)
{
	enum store_rc rc = db_rc(s->db);

	if (rc == STORE_OK)
		rc = db_commit(s->db);
	else
		db_rollback(s->db);
	if (rc != STORE_OK)
		back_to_batch(s);
	s->broken = s->broken || rc == STORE_BROKEN;
	return rc;
}

int64_t store_id(struct store *s)
{
	return ids_next(&s->ids, s->now_ms);
}

static void add_number(struct buf *out, int64_t n, char behind)
{
	jot_number(out, n);
	buf_addc(out, behind);
}

static void add_field(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	add_number(out, (int64_t)n, ':');
	buf_add(out, text, n);
}

/* The canonical row: fixed order, each field with its length in front. */
static void canonical(struct buf *out, int64_t seq, int64_t at, const char *actor, const char *kind,
	int64_t case_id, const char *entity, int64_t entity_id, const char *data)
{
	buf_clear(out);
	add_number(out, seq, '|');
	add_number(out, at, '|');
	add_field(out, actor);
	buf_addc(out, '|');
	add_field(out, kind);
	buf_addc(out, '|');
	add_number(out, case_id, '|');
	add_field(out, entity);
	buf_addc(out, '|');
	add_number(out, entity_id, '|');
	add_field(out, data);
}

void store_event(struct store *s, const char *actor, const char *kind, int64_t case_id,
	const char *entity, int64_t entity_id, json_t *data)
{
	char *text = data == NULL ? NULL : json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(data);
	store_event_text(s, actor, kind, case_id, entity, entity_id, text == NULL ? "{}" : text);
	free(text);
}

/* Only the first of a job's events of one case has an index entry: the others stand right behind it. */
static int next_run(struct store *s, int64_t case_id)
{
	bool goes_on = case_id != 0 && case_id == s->run_case && s->run + 1 < RUN_MAX;

	s->run = goes_on ? s->run + 1 : 0;
	s->run_case = case_id;
	return s->run;
}

void store_event_text(struct store *s, const char *actor, const char *kind, int64_t case_id,
	const char *entity, int64_t entity_id, const char *data)
{
	uint8_t hash[SEAL_HASH];

	s->event_seq++;
	canonical(&s->scratch, s->event_seq, s->now_ms, actor, kind, case_id, entity, entity_id,
		data);
	seal_chain(s->seal, s->chain, s->scratch.data, s->scratch.len, hash);
	memcpy(s->chain, hash, SEAL_HASH);
	db_run(s->db,
		"INSERT INTO event (seq, at, actor, kind, case_id, entity, entity_id, data, hash, "
		"run)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_ARGS(DI(s->event_seq), DI(s->now_ms), DT(actor), DT(kind), DI(case_id),
			DT(entity), DI(entity_id), DT(data), DBL(hash, SEAL_HASH),
			DI(next_run(s, case_id))));
}

enum store_rc store_audit(struct store *s, struct audit_result *out)
{
	uint8_t prev[SEAL_HASH] = { 0 }, hash[SEAL_HASH];
	int64_t case_id = 0, run = 0; /* of the one before */
	struct db_stmt *q = db_query(s->db,
		"SELECT seq, at, actor, kind, case_id, entity, entity_id, data, hash, run FROM "
		"event ORDER BY seq",
		DB_NONE);

	*out = (struct audit_result){ .why = "" };
	while (db_next(q)) {
		size_t n;
		const void *stored = db_blob(q, 8, &n);

		canonical(&s->scratch, db_int(q, 0), db_int(q, 1), db_text(q, 2), db_text(q, 3),
			db_int(q, 4), db_text(q, 5), db_int(q, 6), db_text(q, 7));
		seal_chain(s->seal, prev, s->scratch.data, s->scratch.len, hash);
		if (db_int(q, 0) != out->rows + 1)
			out->why = "序号不连续，有记录被删除或插入";
		else if (n != SEAL_HASH || !seal_equal(stored, hash, SEAL_HASH))
			out->why = "这一条或它前面的记录被改动过";
		else if (db_int(q, 9) != 0 &&
			 (db_int(q, 4) != case_id || db_int(q, 9) != run + 1 || run + 1 >= RUN_MAX))
			out->why = "这一条被从它的案件里藏了起来";
		case_id = db_int(q, 4);
		run = db_int(q, 9);
		if (out->why[0] != '\0') {
			out->bad_seq = db_int(q, 0);
			db_end(q);
			break;
		}
		memcpy(prev, hash, SEAL_HASH);
		out->rows++;
	}
	seal_hex(prev, SEAL_HASH, out->head);
	return db_rc(s->db);
}

struct db_arg store_sealed(
	struct store *s, const char *table, const char *column, int64_t row, const char *plain)
{
	if (plain == NULL || plain[0] == '\0')
		return DNULL;
	return store_sealed_bytes(s, table, column, row, plain, strlen(plain));
}

struct db_arg store_sealed_bytes(struct store *s, const char *table, const char *column,
	int64_t row, const void *plain, size_t n)
{
	buf_clear(&s->scratch);
	seal_put(s->seal, table, column, row, plain, n, &s->scratch);
	assert(!s->scratch.full);
	return DBL(arena_text(&s->arena, s->scratch.data, s->scratch.len), s->scratch.len);
}

const char *store_plain(struct store *s, struct db_stmt *q, int column, const char *table,
	const char *name, int64_t row)
{
	size_t n;

	return store_plain_bytes(s, q, column, table, name, row, &n);
}

const char *store_plain_bytes(struct store *s, struct db_stmt *q, int column, const char *table,
	const char *name, int64_t row, size_t *n)
{
	size_t sealed_n;
	const void *sealed = db_blob(q, column, &sealed_n);

	*n = 0;
	if (sealed == NULL)
		return "";
	buf_clear(&s->scratch);
	if (!seal_get(s->seal, table, name, row, sealed, sealed_n, &s->scratch)) {
		log_error("sealed value damaged table=%s column=%s row=%lld", table, name,
			(long long)row);
		db_fail(s->db, STORE_BAD_ROW);
		return "";
	}
	*n = s->scratch.len;
	return arena_text(&s->arena, buf_str(&s->scratch), s->scratch.len);
}

struct db_arg store_lookup(struct store *s, const char *kind, const char *value)
{
	uint8_t *room;

	if (value == NULL || value[0] == '\0')
		return DNULL;
	room = arena_take(&s->arena, SEAL_LOOKUP);
	seal_lookup(s->seal, kind, value, room);
	return DBL(room, SEAL_LOOKUP);
}

int64_t store_key(struct store *s, const char *kind, const char *value)
{
	uint8_t hash[SEAL_LOOKUP];

	if (value == NULL || value[0] == '\0')
		return 0;
	seal_lookup(s->seal, kind, value, hash);
	return seal_key(hash);
}

const char *store_keep(struct store *s, const char *text)
{
	return arena_text(&s->arena, text, strlen(text));
}

int64_t store_last_at(struct store *s)
{
	return db_number(s->db, "SELECT at FROM event ORDER BY seq DESC LIMIT 1", 0, DB_NONE);
}

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };

void store_purge(struct store *s, int64_t now_ms)
{
	db_run(s->db,
		"UPDATE cases SET keys = NULL, keys_until = 0 WHERE keys_until > 0 AND keys_until "
		"< "
		"?",
		DB_ARGS(DI(now_ms)));
	if (db_changes(s->db) > 0)
		recall_forget(s);
	db_run(s->db, "DELETE FROM question WHERE asked_at < ?", DB_ARGS(DI(now_ms - DAY)));
	db_run(s->db, "DELETE FROM answer_count WHERE at < ?",
		DB_ARGS(DI(now_ms - 2 * (int64_t)DAY)));
	db_run(s->db, "DELETE FROM inbound_part WHERE received_at < ?",
		DB_ARGS(DI(now_ms - 3 * (int64_t)DAY)));
	db_run(s->db, "DELETE FROM nonce WHERE until_at < ?", DB_ARGS(DI(now_ms)));
}
