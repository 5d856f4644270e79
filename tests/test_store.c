/* The store's own promises: sealed columns, the right key, the chain, jobs that fail alone. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "helper_store.h"
#include "message.h"
#include "task.h"
#include "member.h"
#include "resident.h"
#include "schema.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct resident li = { .name = "李示例",
	.id_no = "310118195501010018",
	.birth = "1955-01-01",
	.sex = "M",
	.area = "310118110203",
	.address = "示例村6组12号",
	.remark = "独居",
	.phone = { { .kind = "own", .phone = "13800138000", .name = "", .relation = "" },
		{ .kind = "family", .phone = "13900139000", .name = "李小例", .relation = "子" } },
	.phone_count = 2 };

static int64_t add(struct temp_store *t, const struct resident *r)
{
	bool created, changed;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = resident_put(t->s, "test", r, &created, &changed);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_true(created);
	return id;
}

static enum store_rc read_back(struct temp_store *t, int64_t id, struct resident *out)
{
	temp_job(t, TEMP_NOW);
	resident_get(t->s, id, out);
	return temp_done(t);
}

/* -- sealed columns ------------------------------------------------------------------------- */

static void what_was_sealed_comes_back(void **state)
{
	struct temp_store *t = *state;
	int64_t id = add(t, &li);
	struct resident r;

	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW);
	assert_true(resident_get(t->s, id, &r));
	assert_string_equal(r.name, li.name);
	assert_string_equal(r.id_no, li.id_no);
	assert_string_equal(r.address, li.address);
	assert_string_equal(r.remark, li.remark);
	assert_int_equal(r.phone_count, 2);
	assert_string_equal(r.phone[0].phone, "13800138000");
	assert_string_equal(r.phone[1].name, "李小例");
	assert_string_equal(r.phone[1].relation, "子");
	assert_int_equal(temp_done(t), STORE_OK);
}

static bool file_holds(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *all;
	bool found;

	assert_int_equal(fstat(fd, &st), 0);
	all = malloc((size_t)st.st_size);
	assert_non_null(all);
	assert_int_equal(read(fd, all, (size_t)st.st_size), st.st_size);
	found = memmem(all, (size_t)st.st_size, text, strlen(text)) != NULL;
	free(all);
	close(fd);
	return found;
}

static void personal_data_stand_nowhere_in_the_file(void **state)
{
	static const char *const canaries[] = { "李示例", "310118195501010018", "示例村6组12号",
		"独居", "13800138000", "13900139000", "李小例" };
	struct temp_store *t = *state;

	add(t, &li);
	temp_store_shut(t);
	assert_true(
		file_holds(t->db, "310118110203")); /* the area is not sealed: the search works */
	for (size_t i = 0; i < COUNT(canaries); i++)
		assert_false(file_holds(t->db, canaries[i]));
	temp_store_again(t);
}

static void a_moved_ciphertext_is_noticed(void **state)
{
	struct temp_store *t = *state;
	struct resident other = li, r;
	int64_t a = add(t, &li), b;
	char sql[200];

	other.name = "王示例";
	other.id_no = "110105194912310021";
	other.phone_count = 0;
	b = add(t, &other);
	snprintf(sql, sizeof sql,
		"UPDATE resident SET name_x = (SELECT name_x FROM resident WHERE id = %lld)"
		" WHERE id = %lld",
		(long long)b, (long long)a);
	temp_sql(t, sql);
	temp_quiet();
	assert_int_equal(read_back(t, a, &r), STORE_BAD_ROW);
	temp_loud();
	assert_int_equal(read_back(t, b, &r), STORE_OK);
}

static void a_ciphertext_moved_to_another_column_is_noticed(void **state)
{
	struct temp_store *t = *state;
	struct resident r;
	int64_t id = add(t, &li);

	temp_sql(t, "UPDATE resident SET remark_x = address_x");
	temp_quiet();
	assert_int_equal(read_back(t, id, &r), STORE_BAD_ROW);
	temp_loud();
}

static void one_flipped_bit_is_noticed(void **state)
{
	static const int places[] = { 1, 2, 13, 14, 20,
		-1 }; /* version, nonce, body, tag; -1 the end */
	struct temp_store *t = *state;
	struct resident r;
	int64_t id = add(t, &li);
	sqlite3 *db;
	sqlite3_blob *blob;

	temp_quiet();
	for (size_t i = 0; i < COUNT(places); i++) {
		unsigned char byte;
		int at;

		assert_int_equal(sqlite3_open(t->db, &db), SQLITE_OK);
		assert_int_equal(
			sqlite3_blob_open(db, "main", "resident", "id_no_x", id, 1, &blob), 0);
		at = places[i] < 0 ? sqlite3_blob_bytes(blob) - 1 : places[i] - 1;
		sqlite3_blob_read(blob, &byte, 1, at);
		byte ^= 4;
		sqlite3_blob_write(blob, &byte, 1, at);
		sqlite3_blob_close(blob);
		assert_int_equal(read_back(t, id, &r), STORE_BAD_ROW);
		assert_int_equal(
			sqlite3_blob_open(db, "main", "resident", "id_no_x", id, 1, &blob), 0);
		byte ^= 4;
		sqlite3_blob_write(blob, &byte, 1, at);
		sqlite3_blob_close(blob);
		sqlite3_close(db);
		assert_int_equal(read_back(t, id, &r), STORE_OK);
	}
	temp_loud();
}

/* -- opening ------------------------------------------------------------------------------------ */

static enum store_rc try_open(struct temp_store *t, char why[256])
{
	enum store_rc rc;

	temp_store_shut(t);
	temp_quiet();
	rc = store_open(&t->s, t->url, t->key, 0, why, 256);
	temp_loud();
	return rc;
}

static void a_wrong_key_file_is_refused(void **state)
{
	struct temp_store *t = *state;
	struct seal *other;
	char why[256], name[9];

	unlink(t->key);
	assert_int_equal(seal_open(&other, t->key, true), SEAL_OK);
	seal_name(other, name);
	seal_close(other);
	assert_int_equal(try_open(t, why), STORE_KEYLESS);
	assert_non_null(strstr(why, "不配套"));
	assert_non_null(strstr(why, name));
}

static void a_lost_key_file_is_not_replaced(void **state)
{
	struct temp_store *t = *state;
	char why[256];

	unlink(t->key);
	assert_int_equal(try_open(t, why), STORE_KEYLESS);
	assert_non_null(strstr(why, "密钥"));
	assert_int_not_equal(access(t->key, F_OK), 0);
}

static void a_key_file_that_others_read_is_refused(void **state)
{
	struct temp_store *t = *state;
	char why[256];

	chmod(t->key, 0640);
	assert_int_equal(try_open(t, why), STORE_KEYLESS);
	assert_non_null(strstr(why, "chmod 600"));
}

static void what_is_no_key_file_is_refused(void **state)
{
	struct temp_store *t = *state;
	char why[256];
	int fd = open(t->key, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_int_equal(write(fd, "quanzu-key 1\nabc\n", 17), 17);
	close(fd);
	assert_int_equal(try_open(t, why), STORE_KEYLESS);
	assert_non_null(strstr(why, "不是"));
}

static void a_newer_database_is_refused(void **state)
{
	struct temp_store *t = *state;
	char why[256], sql[100];

	snprintf(sql, sizeof sql, "INSERT INTO migration (version, at) VALUES (%d, 0)",
		schema_version() + 1);
	temp_sql(t, sql);
	assert_int_equal(try_open(t, why), STORE_NEWER);
	assert_non_null(strstr(why, "更新版本"));
}

static void a_database_of_another_text_of_a_migration_is_refused(void **state)
{
	struct temp_store *t = *state;
	char why[256];

	assert_int_equal(temp_number(t, "SELECT count(*) FROM meta WHERE key = 'migration:1'"), 1);
	temp_sql(t, "UPDATE meta SET value = '0123456789abcdef' WHERE key = 'migration:1'");
	assert_int_equal(try_open(t, why), STORE_STALE);
	assert_non_null(strstr(why, "正式发布前"));
	temp_store_shut(t);
}

static void what_is_no_database_is_refused(void **state)
{
	struct temp_store *t = *state;
	char why[256], junk[8192];
	int fd;

	temp_store_shut(t);
	memset(junk, 'x', sizeof junk);
	fd = open(t->db, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
	close(fd);
	assert_int_equal(try_open(t, why), STORE_BROKEN);
	assert_string_not_equal(why, "");
}

/* -- the chain ---------------------------------------------------------------------------------- */

enum { EVENTS = 1000 };

static void write_events(struct temp_store *t)
{
	for (int i = 0; i < EVENTS; i++) {
		if (i % 100 == 0)
			store_begin(t->s);
		store_job_begin(t->s, TEMP_NOW + i);
		store_event(t->s, "test", "case.opened", i % 7, "case", i,
			json_pack("{s:i, s:s}", "n", i, "word", "原文"));
		store_job_end(t->s);
		if (i % 100 == 99)
			assert_int_equal(store_commit(t->s), STORE_OK);
	}
}

static struct audit_result audit(struct temp_store *t)
{
	struct audit_result out;

	assert_int_equal(store_audit(t->s, &out), STORE_OK);
	return out;
}

/* -- what belongs to a case ------------------------------------------------------------------- */

static void add_task(struct temp_store *t, int64_t case_id, int64_t id)
{
	const struct task task = { .id = id,
		.case_id = case_id,
		.kind = "dissuade",
		.state = TASK_OFFERED,
		.code = "17" };
	const struct message m = { .id = id + 1,
		.case_id = case_id,
		.task_id = id,
		.kind = "sms",
		.purpose = "task",
		.class_ = "urgent",
		.phone = "13800138000",
		.text = "x",
		.held_why = "",
		.state = MSG_SENT };

	task_add(t->s, &task);
	message_add(t->s, &m);
}

static void tasks_and_messages_of_a_case_are_found_near_and_far(void **state)
{
	static const int64_t far[] = { 1, 62, 63, 64, 65, 100000 };
	struct temp_store *t = *state;
	const struct task *all;
	int64_t ids[8], case_id;
	size_t n;

	temp_job(t, TEMP_NOW);
	case_id = store_id(t->s);
	add_task(t, case_id + 10, case_id + 20); /* another's, in between */
	for (size_t i = 0; i < COUNT(far); i++)
		add_task(t, case_id, case_id + 3 * far[i]);
	all = task_of_case(t->s, case_id, &n);
	assert_int_equal(n, COUNT(far));
	assert_int_equal(task_open_of_case(t->s, case_id, ids, 8), COUNT(far));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(all[i].id, case_id + 3 * far[i]);
		assert_int_equal(ids[i], all[i].id);
		assert_true(message_left(t->s, case_id, all[i].id));
		assert_false(message_left(t->s, case_id + 10, all[i].id));
	}
	task_of_case(t->s, case_id + 10, &n);
	assert_int_equal(n, 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

static int64_t events_of(struct temp_store *t, int64_t case_id)
{
	return db_number(t->s->db, "SELECT count(*) FROM case_event WHERE case_id = ?", -1,
		DB_ARGS(DI(case_id)));
}

static void events_of_a_case_are_found_however_they_stand(void **state)
{
	/* The case of each event; '.' begins the next job. */
	static const char order[] = "aaaaaaaaaaaaaaaaaaab.a.abab.-a-a.bbbbbbbbbbbbbbbbb.b";
	struct temp_store *t = *state;
	int64_t a = 0, b = 0;

	temp_job(t, TEMP_NOW);
	for (const char *c = order; *c != '\0'; c++) {
		if (*c == '.') {
			assert_int_equal(temp_done(t), STORE_OK);
			temp_job(t, TEMP_NOW);
			continue;
		}
		store_event(t->s, "test", "x.done", *c == '-' ? 0 : *c, "x", 1, NULL);
		a += *c == 'a';
		b += *c == 'b';
	}
	assert_int_equal(events_of(t, 'a'), a);
	assert_int_equal(events_of(t, 'b'), b);
	assert_true(a > 20 && b > 20);
	/* A job that is undone leaves no run that the next one would go on with. */
	store_event(t->s, "test", "x.done", 'a', "x", 1, NULL);
	db_fail(t->s->db, STORE_CONFLICT);
	assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
	store_job_begin(t->s, TEMP_NOW);
	store_event(t->s, "test", "x.done", 'a', "x", 1, NULL);
	store_event(t->s, "test", "x.done", 'a', "x", 1, NULL);
	assert_int_equal(events_of(t, 'b'), b - 1); /* the whole job went, and its b */
	assert_int_equal(events_of(t, 'a'), a + 2);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(audit(t).bad_seq, 0);
}

static const struct tamper_row {
	const char *name, *sql;
	int64_t bad;
} tampers[] = {
	{ "untouched", "SELECT 1", 0 },
	{ "a time is changed", "UPDATE event SET at = at + 1 WHERE seq = 500", 500 },
	{ "an actor is changed", "UPDATE event SET actor = 'cli' WHERE seq = 1", 1 },
	{ "a kind is changed", "UPDATE event SET kind = 'case.closed' WHERE seq = 77", 77 },
	{ "a case is changed", "UPDATE event SET case_id = case_id + 1 WHERE seq = 3", 3 },
	{ "an entity is changed", "UPDATE event SET entity = 'task' WHERE seq = 4", 4 },
	{ "an entity's id is changed", "UPDATE event SET entity_id = 0 WHERE seq = 999", 999 },
	{ "data are changed", "UPDATE event SET data = replace(data, '5', '6') WHERE seq = 506",
		506 },
	{ "a hash is flipped", "UPDATE event SET hash = zeroblob(32) WHERE seq = 1000", 1000 },
	{ "a row is deleted", "DELETE FROM event WHERE seq = 500", 501 },
	{ "the first is deleted", "DELETE FROM event WHERE seq = 1", 2 },
	{ "deleted, the rest moved up",
		"DELETE FROM event WHERE seq = 500;"
		"UPDATE event SET seq = -(seq - 1) WHERE seq > 500;"
		"UPDATE event SET seq = -seq WHERE seq < 0",
		500 },
	{ "two are swapped",
		"UPDATE event SET seq = -1 WHERE seq = 400; UPDATE event SET seq = 400 WHERE seq = "
		"401;"
		"UPDATE event SET seq = 401 WHERE seq = -1",
		400 },
	{ "the middle is cut", "DELETE FROM event WHERE seq BETWEEN 300 AND 700", 701 },
	{ "a row is put in at the end",
		"INSERT INTO event SELECT 1001, at, actor, kind, case_id, entity, entity_id, data, "
		"hash, run"
		" FROM event WHERE seq = 1000",
		1001 },
	{ "an event is hidden from its case", "UPDATE event SET run = 1 WHERE seq = 20", 20 },
	{ "two neighbours' fields run together",
		"UPDATE event SET actor = 'testc', kind = 'ase.opened' WHERE seq = 10", 10 },
};

static void the_chain_finds(void **state)
{
	const struct tamper_row *row = *state;
	struct temp_store t;
	struct audit_result before, after;

	temp_store_open(&t);
	write_events(&t);
	before = audit(&t);
	assert_int_equal(before.rows, EVENTS);
	assert_int_equal(before.bad_seq, 0);
	temp_sql(&t, row->sql);
	after = audit(&t);
	assert_int_equal(after.bad_seq, row->bad);
	if (row->bad != 0)
		assert_string_not_equal(after.why, "");
	temp_store_close(&t);
}

/* Invisible from inside; that is why the head leaves the house every day. */
static void a_cut_tail_changes_the_head(void **state)
{
	struct temp_store *t = *state;
	struct audit_result before, after;

	write_events(t);
	before = audit(t);
	temp_sql(t, "DELETE FROM event WHERE seq > 990");
	after = audit(t);
	assert_int_equal(after.bad_seq, 0);
	assert_int_equal(after.rows, 990);
	assert_string_not_equal(before.head, after.head);
}

static void the_chain_goes_on_after_a_restart(void **state)
{
	struct temp_store *t = *state;
	struct audit_result out;

	write_events(t);
	temp_store_shut(t);
	temp_store_again(t);
	write_events(t);
	out = audit(t);
	assert_int_equal(out.rows, 2 * EVENTS);
	assert_int_equal(out.bad_seq, 0);
}

/* -- jobs ------------------------------------------------------------------------------------------ */

static enum store_rc job_of_team(struct temp_store *t, const char *name, enum store_rc fail_with)
{
	const struct team team = { .name = name, .area = "310118110203", .kind = "village" };
	bool created;

	store_job_begin(t->s, TEMP_NOW);
	team_put(t->s, "test", &team, &created);
	if (fail_with != STORE_OK)
		db_fail(t->s->db, fail_with);
	return store_job_end(t->s);
}

static int64_t teams(struct temp_store *t)
{
	return temp_number(t, "SELECT count(*) FROM team");
}

static void a_failed_job_leaves_its_neighbours(void **state)
{
	static const enum store_rc failures[] = { STORE_NOT_FOUND, STORE_CONFLICT, STORE_BAD_ROW };
	struct temp_store *t = *state;
	struct audit_result out;
	char name[32];

	store_begin(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	for (size_t i = 0; i < COUNT(failures); i++) {
		snprintf(name, sizeof name, "坏队%zu", i);
		assert_int_equal(job_of_team(t, name, failures[i]), failures[i]);
		assert_false(store_lost(t->s));
	}
	assert_int_equal(job_of_team(t, "乙队", STORE_OK), STORE_OK);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 2);
	out = audit(t);
	assert_int_equal(out.rows, 2);
	assert_int_equal(out.bad_seq, 0);
}

/* Without savepoints: the first failure spoils it, nothing of it stays, the chain goes on where it was. */
static void a_bold_batch_stands_or_falls_as_a_whole(void **state)
{
	struct temp_store *t = *state;
	struct audit_result out;

	store_begin_bold(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	assert_int_equal(store_commit(t->s), STORE_OK);
	store_begin_bold(t->s);
	assert_int_equal(job_of_team(t, "乙队", STORE_OK), STORE_OK);
	assert_int_equal(job_of_team(t, "坏队", STORE_CONFLICT), STORE_CONFLICT);
	assert_false(store_lost(t->s));
	assert_int_equal(job_of_team(t, "丙队", STORE_OK), STORE_CONFLICT);
	store_undo(t->s);
	assert_int_equal(teams(t), 1);
	store_begin(t->s);
	assert_int_equal(job_of_team(t, "乙队", STORE_OK), STORE_OK);
	assert_int_equal(job_of_team(t, "坏队", STORE_CONFLICT), STORE_CONFLICT);
	assert_int_equal(job_of_team(t, "丙队", STORE_OK), STORE_OK);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 3);
	out = audit(t);
	assert_int_equal(out.rows, 3);
	assert_int_equal(out.bad_seq, 0);
}

static void a_claim_behind_bold_jobs_is_undone_alone(void **state)
{
	struct temp_store *t = *state;

	store_begin_bold(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	store_careful(t->s);
	assert_int_equal(job_of_team(t, "坏队", STORE_CONFLICT), STORE_CONFLICT);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 1);
	assert_int_equal(audit(t).bad_seq, 0);
}

static void a_unique_key_undoes_its_job_alone(void **state)
{
	struct temp_store *t = *state;
	const struct team b = { .name = "乙队", .area = "310118110203", .kind = "village" };
	struct team renamed = { .name = "甲队", .area = "310118110203", .kind = "village" };
	bool created;

	store_begin(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	store_job_begin(t->s, TEMP_NOW);
	renamed.id = team_put(t->s, "test", &b, &created);
	team_put(t->s, "test", &renamed, &created);
	assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 1);
	assert_int_equal(audit(t).rows, 1);
}

/* The state and its event are one: no event, no state. */
static void a_refused_event_undoes_the_state(void **state)
{
	struct temp_store *t = *state;

	temp_sql(t, "CREATE TRIGGER no_event BEFORE INSERT ON event WHEN new.seq = 2"
		    " BEGIN SELECT raise(ABORT, 'no'); END");
	store_begin(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	assert_int_equal(job_of_team(t, "乙队", STORE_OK), STORE_CONFLICT);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 1);
	temp_sql(t, "DROP TRIGGER no_event");
	store_begin(t->s);
	assert_int_equal(job_of_team(t, "丙队", STORE_OK), STORE_OK);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(audit(t).rows, 2);
	assert_int_equal(audit(t).bad_seq, 0);
}

static void the_first_failure_sticks(void **state)
{
	struct temp_store *t = *state;
	struct db *db = t->s->db;

	store_begin(t->s);
	store_job_begin(t->s, TEMP_NOW);
	db_fail(db, STORE_CONFLICT);
	db_fail(db, STORE_BAD_ROW);
	assert_int_equal(db_rc(db), STORE_CONFLICT);
	assert_false(db_run(db, "DELETE FROM team", DB_NONE));
	assert_null(db_query(db, "SELECT 1", DB_NONE));
	assert_false(db_next(NULL));
	assert_int_equal(db_number(db, "SELECT 7", 42, DB_NONE), 42);
	assert_int_equal(store_job_end(t->s), STORE_CONFLICT);
	assert_int_equal(db_rc(db), STORE_OK);
	assert_int_equal(db_number(db, "SELECT 7", 42, DB_NONE), 7);
	assert_int_equal(store_commit(t->s), STORE_OK);
}

static void lose_a_batch(struct temp_store *t, enum store_rc loss)
{
	store_begin(t->s);
	job_of_team(t, "甲队", STORE_OK);
	assert_int_equal(job_of_team(t, "乙队", loss), loss);
	assert_true(store_lost(t->s));
	assert_int_equal(job_of_team(t, "丙队", STORE_OK), loss);
	assert_int_equal(store_commit(t->s), loss);
	assert_int_equal(teams(t), 0);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM event"), 0);
}

static void one_team_goes_in(struct temp_store *t)
{
	store_begin(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_OK);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(audit(t).rows, 1);
	assert_int_equal(audit(t).bad_seq, 0);
}

static void a_full_disk_loses_its_batch_alone(void **state)
{
	lose_a_batch(*state, STORE_FULL);
	one_team_goes_in(*state);
}

static void a_broken_store_stays_lost_until_it_is_opened_again(void **state)
{
	struct temp_store *t = *state;

	lose_a_batch(t, STORE_BROKEN);
	store_begin(t->s);
	assert_int_equal(job_of_team(t, "甲队", STORE_OK), STORE_BROKEN);
	assert_int_equal(store_commit(t->s), STORE_BROKEN);
	temp_store_shut(t);
	temp_store_again(t);
	one_team_goes_in(t);
}

static void nobody_sees_a_batch_before_its_commit(void **state)
{
	struct temp_store *t = *state;

	store_begin(t->s);
	job_of_team(t, "甲队", STORE_OK);
	assert_int_equal(teams(t), 0);
	assert_int_equal(store_commit(t->s), STORE_OK);
	assert_int_equal(teams(t), 1);
}

static void a_reader_reads_and_does_not_write(void **state)
{
	struct temp_store *t = *state;
	struct store *reader;
	struct resident r;
	int64_t id = add(t, &li);

	assert_int_equal(store_open_reader(&reader, t->url, t->s->seal), STORE_OK);
	assert_true(resident_get(reader, id, &r));
	assert_string_equal(r.name, li.name);
	temp_quiet();
	assert_false(db_run(reader->db, "DELETE FROM resident", DB_NONE));
	temp_loud();
	store_close(reader);
	assert_int_equal(temp_number(t, "SELECT count(*) FROM resident"), 1);
}

static void ids_do_not_repeat_when_the_clock_goes_back(void **state)
{
	struct temp_store *t = *state;
	struct resident other = { .name = "王示例" };
	int64_t first = add(t, &li), second;
	bool created, changed;

	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW - 86400000);
	second = resident_put(t->s, "test", &other, &created, &changed);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_true(second > first);
}

int main(void)
{
	enum { T = COUNT(tampers) };
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
	struct CMUnitTest tests[T + 27] = {
		[T] = EACH(what_was_sealed_comes_back),
		EACH(personal_data_stand_nowhere_in_the_file),
		EACH(a_moved_ciphertext_is_noticed),
		EACH(a_ciphertext_moved_to_another_column_is_noticed),
		EACH(one_flipped_bit_is_noticed),
		EACH(a_wrong_key_file_is_refused),
		EACH(a_lost_key_file_is_not_replaced),
		EACH(a_key_file_that_others_read_is_refused),
		EACH(what_is_no_key_file_is_refused),
		EACH(a_newer_database_is_refused),
		EACH(a_database_of_another_text_of_a_migration_is_refused),
		EACH(tasks_and_messages_of_a_case_are_found_near_and_far),
		EACH(events_of_a_case_are_found_however_they_stand),
		EACH(what_is_no_database_is_refused),
		EACH(a_cut_tail_changes_the_head),
		EACH(the_chain_goes_on_after_a_restart),
		EACH(a_failed_job_leaves_its_neighbours),
		EACH(a_bold_batch_stands_or_falls_as_a_whole),
		EACH(a_claim_behind_bold_jobs_is_undone_alone),
		EACH(a_unique_key_undoes_its_job_alone),
		EACH(a_refused_event_undoes_the_state),
		EACH(the_first_failure_sticks),
		EACH(a_full_disk_loses_its_batch_alone),
		EACH(a_broken_store_stays_lost_until_it_is_opened_again),
		EACH(nobody_sees_a_batch_before_its_commit),
		EACH(a_reader_reads_and_does_not_write),
		EACH(ids_do_not_repeat_when_the_clock_goes_back),
	};

	for (size_t i = 0; i < T; i++)
		tests[i] = (struct CMUnitTest){ .name = tampers[i].name,
			.test_func = the_chain_finds,
			.initial_state = (void *)&tampers[i] };
	return _cmocka_run_group_tests("store", tests, COUNT(tests), NULL, NULL);
}
