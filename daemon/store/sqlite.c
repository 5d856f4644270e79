/* The SQLite side of the driver; db.h is the contract. */
#include "db.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "wal_vfs.h"

#include "banned.h"

enum { CACHE_SLOTS = 512 }; /* more literals than the room has, by far */

struct db_stmt {
	struct db *db;
	const char *sql; /* the literal it was prepared from, or NULL when not kept */
	sqlite3_stmt *stmt;
	bool busy;
};

struct db {
	sqlite3 *handle;
	enum store_rc rc;
	bool writes;
	int64_t undone;
	struct db_stmt slot[CACHE_SLOTS];
	void (*told)(void *arg, int frames);
	void *told_arg;
};

static const char *const rc_names[] = {
	[STORE_OK] = "ok",
	[STORE_NOT_FOUND] = "not_found",
	[STORE_CONFLICT] = "conflict",
	[STORE_BAD_ROW] = "bad_row",
	[STORE_FULL] = "full",
	[STORE_BROKEN] = "broken",
	[STORE_NEWER] = "newer",
	[STORE_FOREIGN] = "foreign",
	[STORE_STALE] = "stale",
	[STORE_KEYLESS] = "keyless",
};

const char *store_rc_name(enum store_rc rc)
{
	return rc_names[rc];
}

static enum store_rc rc_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_OK;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_CONSTRAINT:
		return STORE_CONFLICT;
	default:
		return STORE_BROKEN;
	}
}

enum store_rc db_rc(const struct db *db)
{
	return db->rc;
}

void db_fail(struct db *db, enum store_rc rc)
{
	if (db->rc == STORE_OK)
		db->rc = rc;
}

void db_clear(struct db *db)
{
	db->rc = STORE_OK;
}

const char *db_error(const struct db *db)
{
	return sqlite3_errmsg(db->handle);
}

/* The log begins anew at about 16 MiB (checkpoint.h): a file that need not grow is synced for half. */
static const char write_pragmas[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;"
	"PRAGMA cache_size=-8192; PRAGMA mmap_size=0; PRAGMA secure_delete=FAST;"
	"PRAGMA journal_size_limit=33554432; PRAGMA wal_autocheckpoint=1000; PRAGMA "
	"temp_store=MEMORY";
static const char read_pragmas[] =
	"PRAGMA query_only=ON; PRAGMA cache_size=-4096; PRAGMA mmap_size=0;"
	"PRAGMA temp_store=MEMORY";

enum store_rc db_open(struct db **out, const char *url, enum db_mode mode)
{
	static const char scheme[] = "sqlite:";
	const char *path =
		strncmp(url, scheme, sizeof scheme - 1) == 0 ? url + sizeof scheme - 1 : url;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
	struct db *db = calloc(1, sizeof *db);
	int rc;

	if (db == NULL)
		abort();
	*out = db;
	db->writes = mode == DB_WRITE;
	/* Before its first use only, later it is refused: no global lock around each allocation. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (db->writes)
		rc = sqlite3_open_v2(
			path, &db->handle, flags | SQLITE_OPEN_CREATE, wal_vfs_over(NULL));
	else
		rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(db->handle, 1);
		sqlite3_busy_timeout(db->handle, 5000);
		rc = sqlite3_exec(
			db->handle, db->writes ? write_pragmas : read_pragmas, NULL, NULL, NULL);
	}
	if (rc != SQLITE_OK)
		log_error("store open failed rc=%d reason=%s", rc, sqlite3_errmsg(db->handle));
	return rc_of(rc);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		sqlite3_finalize(db->slot[i].stmt);
	sqlite3_close(db->handle);
	free(db);
}

struct db_arg db_text_arg(const char *s)
{
	return (struct db_arg){
		.kind = s == NULL ? DB_NULL : DB_TEXT, .p = s, .n = s == NULL ? 0 : strlen(s)
	};
}

static sqlite3_stmt *prepare(struct db *db, const char *sql, unsigned flags)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v3(db->handle, sql, -1, flags, &stmt, NULL);

	if (rc == SQLITE_OK)
		return stmt;
	if (rc == SQLITE_ERROR) {
		/* Our own words are wrong: a bug, not an environment. */
		log_error("bad SQL reason=%s sql=%s", sqlite3_errmsg(db->handle), sql);
		abort();
	}
	db_fail(db, rc_of(rc));
	return NULL;
}

/* The kept statement of this literal, or a free slot for it. */
static struct db_stmt *slot_of(struct db *db, const char *sql)
{
	size_t at = ((uintptr_t)sql >> 3) * 2654435761u % CACHE_SLOTS;

	for (size_t i = 0; i < CACHE_SLOTS; i++) {
		struct db_stmt *s = &db->slot[(at + i) % CACHE_SLOTS];

		if (s->sql == NULL || (s->sql == sql && !s->busy))
			return s;
	}
	abort(); /* more literals than slots: our bug */
	return NULL;
}

static struct db_stmt *take(struct db *db, const char *sql)
{
	struct db_stmt *s = slot_of(db, sql);

	if (s->stmt == NULL) {
		s->stmt = prepare(db, sql, SQLITE_PREPARE_PERSISTENT);
		if (s->stmt == NULL)
			return NULL;
		s->sql = sql;
		s->db = db;
	}
	s->busy = true;
	return s;
}

/* `life`: SQLITE_STATIC when the statement is stepped before the arguments go, else a copy. */
static void bind(
	struct db_stmt *s, size_t n, const struct db_arg *args, sqlite3_destructor_type life)
{
	assert((int)n == sqlite3_bind_parameter_count(s->stmt));
	for (size_t i = 0; i < n; i++) {
		const struct db_arg *a = &args[i];
		int at = (int)i + 1, rc;

		if (a->kind == DB_INT)
			rc = sqlite3_bind_int64(s->stmt, at, a->i);
		else if (a->kind == DB_TEXT)
			rc = sqlite3_bind_text64(s->stmt, at, a->p, a->n, life, SQLITE_UTF8);
		else if (a->kind == DB_BLOB)
			rc = sqlite3_bind_blob64(s->stmt, at, a->p, a->n, life);
		else
			rc = sqlite3_bind_null(s->stmt, at);
		if (rc != SQLITE_OK)
			db_fail(s->db, rc_of(rc));
	}
}

/* A statement of take(), for its next use. */
static void give_back(struct db_stmt *s)
{
	sqlite3_reset(s->stmt);
	s->busy = false;
}

void db_end(struct db_stmt *q)
{
	if (q == NULL)
		return;
	if (q->sql == NULL) {
		sqlite3_finalize(q->stmt);
		free(q);
		return;
	}
	give_back(q);
}

static void note_failure(struct db *db, int rc)
{
	enum store_rc mapped = rc_of(rc);

	if (rc == SQLITE_INTERRUPT)
		mapped = STORE_NOT_FOUND;
	db_fail(db, mapped);
	if (mapped == STORE_BROKEN || mapped == STORE_FULL)
		log_error("store failed rc=%d reason=%s", rc, sqlite3_errmsg(db->handle));
	else if (mapped == STORE_CONFLICT)
		log_warn("job undone rc=%d reason=%s", rc, sqlite3_errmsg(db->handle));
}

bool db_run(struct db *db, const char *sql, size_t n, const struct db_arg *args)
{
	struct db_stmt *s;
	int rc;

	if (db->rc != STORE_OK || (s = take(db, sql)) == NULL)
		return false;
	bind(s, n, args, SQLITE_STATIC);
	rc = sqlite3_step(s->stmt);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		note_failure(db, rc);
	give_back(s);
	return db->rc == STORE_OK;
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

struct db_stmt *db_query(struct db *db, const char *sql, size_t n, const struct db_arg *args)
{
	struct db_stmt *s;

	if (db->rc != STORE_OK || (s = take(db, sql)) == NULL)
		return NULL;
	bind(s, n, args, SQLITE_TRANSIENT);
	return s;
}

struct db_stmt *db_query_text(struct db *db, const char *sql, size_t n, const struct db_arg *args)
{
	struct db_stmt *s;
	sqlite3_stmt *stmt;

	if (db->rc != STORE_OK || (stmt = prepare(db, sql, 0)) == NULL)
		return NULL;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->db = db;
	s->stmt = stmt;
	bind(s, n, args, SQLITE_TRANSIENT);
	return s;
}

bool db_next(struct db_stmt *q)
{
	int rc;

	if (q == NULL)
		return false;
	rc = q->db->rc == STORE_OK ? sqlite3_step(q->stmt) : SQLITE_DONE;
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		note_failure(q->db, rc);
	db_end(q);
	return false;
}

int64_t db_int(struct db_stmt *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

bool db_is_null(struct db_stmt *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

const char *db_text(struct db_stmt *q, int column)
{
	const unsigned char *s = sqlite3_column_text(q->stmt, column);

	return s == NULL ? "" : (const char *)s;
}

const void *db_blob(struct db_stmt *q, int column, size_t *n)
{
	const void *p = sqlite3_column_blob(q->stmt, column);

	*n = (size_t)sqlite3_column_bytes(q->stmt, column);
	return p;
}

int64_t db_number(
	struct db *db, const char *sql, int64_t otherwise, size_t n, const struct db_arg *args)
{
	struct db_stmt *q = db_query(db, sql, n, args);

	if (db_next(q)) {
		if (!db_is_null(q, 0))
			otherwise = db_int(q, 0);
		db_end(q);
	}
	return otherwise;
}

bool db_script(struct db *db, const char *sql)
{
	int rc;

	if (db->rc != STORE_OK)
		return false;
	rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		note_failure(db, rc);
	return db->rc == STORE_OK;
}

void db_begin(struct db *db)
{
	db_run(db, "BEGIN IMMEDIATE", DB_NONE);
}

enum store_rc db_commit(struct db *db)
{
	enum store_rc rc;

	db_run(db, "COMMIT", DB_NONE);
	rc = db->rc;
	if (rc != STORE_OK)
		db_rollback(db);
	return rc;
}

/* Works after a failure too: SQLite may have rolled back by itself already. */
void db_rollback(struct db *db)
{
	db->undone++;
	if (sqlite3_get_autocommit(db->handle) == 0)
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

void db_savepoint(struct db *db)
{
	db_run(db, "SAVEPOINT job", DB_NONE);
}

void db_release(struct db *db)
{
	db_run(db, "RELEASE job", DB_NONE);
}

void db_undo(struct db *db)
{
	db->rc = STORE_OK;
	db->undone++;
	db_run(db, "ROLLBACK TO job", DB_NONE);
	db_run(db, "RELEASE job", DB_NONE);
}

int64_t db_undone(const struct db *db)
{
	return db->undone;
}

static int has_committed(void *arg, sqlite3 *handle, const char *name, int frames)
{
	struct db *db = arg;

	(void)handle;
	(void)name;
	db->told(db->told_arg, frames);
	return SQLITE_OK;
}

void db_on_commit(struct db *db, void (*told)(void *arg, int frames), void *arg)
{
	db->told = told;
	db->told_arg = arg;
	if (told == NULL)
		sqlite3_wal_autocheckpoint(db->handle, 1000);
	else
		sqlite3_wal_hook(db->handle, has_committed, db);
}

enum store_rc db_checkpoint(struct db *db, int *frames, int *copied)
{
	int rc = sqlite3_wal_checkpoint_v2(
		db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, frames, copied);

	return (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED ? STORE_OK : rc_of(rc);
}

bool db_backup(struct db *db, const char *path)
{
	sqlite3 *to = NULL;
	sqlite3_backup *b;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (rc == SQLITE_OK && (b = sqlite3_backup_init(to, "main", db->handle, "main")) != NULL) {
		rc = sqlite3_backup_step(b, -1);
		sqlite3_backup_finish(b);
		if (rc == SQLITE_DONE)
			rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	} else if (rc == SQLITE_OK) {
		rc = sqlite3_errcode(to);
	}
	if (rc != SQLITE_OK)
		log_error("backup failed rc=%d reason=%s", rc, sqlite3_errmsg(to));
	sqlite3_close(to);
	return rc == SQLITE_OK;
}

void db_interrupt(struct db *db)
{
	sqlite3_interrupt(db->handle);
}
