/*
 * db.h - the driver: a dozen functions that hide which database runs.
 *
 * SQL is written once, with `?` placeholders, in the dialect that SQLite >= 3.40 and
 * PostgreSQL >= 15 both take. Only the room store/ includes this header.
 *
 * Failure is sticky: the first statement that fails sets db_rc(); from then on until
 * db_clear() every call does nothing and says so. So a job runs straight through and asks
 * once, at its end. A statement that is wrong in itself is a bug and aborts.
 *
 * A struct db belongs to one thread. Calls block for the disk, never for another writer
 * (a second writer is a bug of the embedded mode) except at db_open().
 */
#ifndef QUANZU_DB_H
#define QUANZU_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum store_rc {
	STORE_OK,        /* of a commit: it is on disk, power may fail now */
	STORE_NOT_FOUND, /* no such row; this job is undone, its neighbours are not */
	STORE_CONFLICT,  /* a state table or a unique key forbids it; undone likewise */
	STORE_BAD_ROW,   /* what is stored makes no sense; undone likewise: alarm */
	STORE_FULL,      /* no space: the batch is lost; refuse new work, keep running */
	STORE_BROKEN,    /* I/O error or corruption: the batch is lost; stop and restart */
	STORE_NEWER,     /* of schema_migrate(): written by a newer program */
	STORE_FOREIGN,   /* of schema_migrate(): another program's */
	STORE_STALE,     /* of schema_migrate(): made before a migration was edited */
	STORE_KEYLESS    /* of store_open(): the key file is missing, damaged, or another's */
};

const char *store_rc_name(enum store_rc rc);

struct db;
struct db_stmt;

enum db_mode { DB_WRITE, DB_READ };

/* url: "sqlite:PATH". Sets WAL, synchronous=FULL, foreign keys off, bounded caches. */
enum store_rc db_open(struct db **out, const char *url, enum db_mode mode);
void db_close(struct db *db);              /* NULL is allowed */
const char *db_error(const struct db *db); /* the engine's last words, for the log */

enum store_rc db_rc(const struct db *db);
void db_fail(struct db *db, enum store_rc rc); /* keeps an earlier failure */
void db_clear(struct db *db);                  /* after the job or batch was undone */

struct db_arg {
	enum { DB_NULL, DB_INT, DB_TEXT, DB_BLOB } kind;
	int64_t i;
	const void *p;
	size_t n;
};

/* Arguments: DB_ARGS(DI(id), DT(name), DBL(bytes, n), DNULL). DT(NULL) and DBL(NULL, 0) are null. */
#define DI(v) ((struct db_arg){ .kind = DB_INT, .i = (v) })
#define DT(v) db_text_arg(v)
#define DBL(v, len) \
	((struct db_arg){ .kind = (v) == NULL ? DB_NULL : DB_BLOB, .p = (v), .n = (len) })
#define DNULL ((struct db_arg){ .kind = DB_NULL })
#define DB_ARGS(...) \
	sizeof((struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg), (const struct db_arg[]) \
	{ \
		__VA_ARGS__ \
	}
#define DB_NONE 0, NULL

struct db_arg db_text_arg(const char *s);

/* Runs a statement without rows. `sql` must be a literal: prepared statements are kept by its address. */
bool db_run(struct db *db, const char *sql, size_t n, const struct db_arg *args);
int64_t db_changes(const struct db *db); /* rows of the last db_run() */

/*
 * Rows: q = db_query(...); while (db_next(q)) read columns; the loop's end frees it.
 * Leaving early needs db_end(q). Texts and blobs are valid until the next db_next().
 * db_query_text() is for SQL built at run time; its statement is not kept.
 */
struct db_stmt *db_query(struct db *db, const char *sql, size_t n, const struct db_arg *args);
struct db_stmt *db_query_text(struct db *db, const char *sql, size_t n, const struct db_arg *args);
bool db_next(struct db_stmt *q);
void db_end(struct db_stmt *q);
int64_t db_int(struct db_stmt *q, int column); /* 0 for null */
bool db_is_null(struct db_stmt *q, int column);
const char *db_text(struct db_stmt *q, int column);            /* "" for null */
const void *db_blob(struct db_stmt *q, int column, size_t *n); /* NULL, 0 for null */
/* The first column of the first row, or `otherwise`. */
int64_t db_number(
	struct db *db, const char *sql, int64_t otherwise, size_t n, const struct db_arg *args);

/* Several statements separated by ; (migrations). */
bool db_script(struct db *db, const char *sql);

void db_begin(struct db *db);
enum store_rc db_commit(struct db *db);
void db_rollback(struct db *db);
void db_savepoint(struct db *db);
void db_release(struct db *db);
void db_undo(struct db *db); /* back to the savepoint, and releases it; clears the failure */
/* How often something was rolled back: what was read before that may not be true any more. */
int64_t db_undone(const struct db *db);

/*
 * told() runs after each commit with the pages that the write-ahead log holds since it began anew;
 * whoever listens looks after the log. NULL: it is copied within commits, as after db_open().
 */
void db_on_commit(struct db *db, void (*told)(void *arg, int frames), void *arg);
/* Copies what no reader needs from the log into the database, and waits for the disk but for
 * nobody else; *copied of *frames are there now, -1 not known: another handle is at it. */
enum store_rc db_checkpoint(struct db *db, int *frames, int *copied);

bool db_backup(
	struct db *db, const char *path); /* a consistent copy while others work; may take long */
void db_interrupt(struct db *db);         /* from another thread: the running query ends */

#endif
