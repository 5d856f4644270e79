/* The log's writes are gathered: what leaves, when, in which order, and what is said when it fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "helper_store.h"
#include "iofail.h"
#include "wal_vfs.h"

#include "banned.h"

enum { ROOM = 512 * 1024, CALLS = 512 };

/* -- a VFS below that tells what it is asked --------------------------------------------------- */

static struct {
	char bytes[ROOM];
	int64_t size;
	char calls[CALLS]; /* "w0+32 s": what, where, how much */
	int count, fail_at, fail_rc;
	bool open;
} disk;

__attribute__((format(printf, 1, 2))) static int told(const char *fmt, ...)
{
	size_t n = strlen(disk.calls);
	va_list ap;

	if (n > 0 && n + 1 < sizeof disk.calls)
		disk.calls[n++] = ' ';
	va_start(ap, fmt);
	vsnprintf(disk.calls + n, sizeof disk.calls - n, fmt, ap);
	va_end(ap);
	return ++disk.count == disk.fail_at ? disk.fail_rc : SQLITE_OK;
}

static int fake_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	int rc = told("w%lld+%d", (long long)at, n);

	(void)file;
	if (rc != SQLITE_OK)
		return rc;
	memcpy(disk.bytes + at, bytes, (size_t)n);
	if (at + n > disk.size)
		disk.size = at + n;
	return SQLITE_OK;
}

static int fake_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	int64_t have = at < disk.size ? disk.size - at : 0;
	int rc = told("r%lld+%d", (long long)at, n);

	(void)file;
	memset(to, 0, (size_t)n);
	memcpy(to, disk.bytes + at, (size_t)(have < n ? have : n));
	return rc != SQLITE_OK ? rc : have < n ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int fake_sync(sqlite3_file *file, int flags)
{
	(void)file;
	assert_int_equal(flags, SQLITE_SYNC_NORMAL);
	return told("s");
}

static int fake_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = told("t%lld", (long long)size);

	(void)file;
	if (rc == SQLITE_OK)
		disk.size = size;
	return rc;
}

static int fake_size(sqlite3_file *file, sqlite3_int64 *size)
{
	(void)file;
	*size = disk.size;
	return told("z");
}

static int fake_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)arg;
	told("f%d", op);
	return SQLITE_NOTFOUND;
}

static int fake_close(sqlite3_file *file)
{
	(void)file;
	disk.open = false;
	return told("c");
}

static int fake_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int fake_open(
	sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	static const sqlite3_io_methods methods = { .iVersion = 1,
		.xClose = fake_close,
		.xRead = fake_read,
		.xWrite = fake_write,
		.xTruncate = fake_truncate,
		.xSync = fake_sync,
		.xFileSize = fake_size,
		.xFileControl = fake_control,
		.xSectorSize = fake_traits,
		.xDeviceCharacteristics = fake_traits };

	(void)vfs;
	(void)name;
	(void)out;
	file->pMethods = NULL;
	if ((flags & SQLITE_OPEN_EXCLUSIVE) != 0)
		return SQLITE_CANTOPEN;
	file->pMethods = &methods;
	disk.open = true;
	return SQLITE_OK;
}

static sqlite3_vfs *gathered(void)
{
	static sqlite3_vfs fake = {
		.iVersion = 1, .szOsFile = 64, .mxPathname = 64, .zName = "fake", .xOpen = fake_open
	};

	assert_int_equal(sqlite3_vfs_register(&fake, 0), SQLITE_OK);
	return sqlite3_vfs_find(wal_vfs_over("fake"));
}

static sqlite3_file *opened(int flags)
{
	sqlite3_vfs *vfs = gathered();
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);

	assert_non_null(file);
	memset(&disk, 0, sizeof disk);
	assert_int_equal(vfs->xOpen(vfs, "x-wal", file, flags, NULL), SQLITE_OK);
	return file;
}

/* -- rows: what SQLite does, what it is told, what the VFS below is asked --------------------------- */

enum { KEPT = WAL_VFS_KEPT, FULL = SQLITE_FULL, EWRITE = SQLITE_IOERR_WRITE };

static const struct row {
	const char *name;
	const char *does; /* w AT N, r AT N, s sync, t SIZE, z size, f control, c close */
	const char *
		hears; /* one sign for each: . well, F full, W write, S sync, 0 read beyond the end */
	const char *below;
	int fail_at, fail_rc; /* the n-th call below says so */
} rows[] = {
	{ "the frames of a commit are one write before the sync",
		"w 0 32;s;w 32 24;w 56 4096;w 4152 24;w 4176 4096;s", ".......",
		"w0+32 s w32+8240 s", 0, 0 },
	{ "a sync with nothing to write is a sync", "s;s", "..", "s s", 0, 0 },
	{ "each commit has its own", "w 32 24;w 56 4096;s;w 4152 24;w 4176 4096;s", "......",
		"w32+4120 s w4152+4120 s", 0, 0 },
	{ "what is kept can be read at once", "w 32 24;w 56 4096;r 32 24;r 56 4096;r 100 8;s",
		"......", "w32+4120 s", 0, 0 },
	{ "what is on the disk is read there", "w 32 24;s;w 56 4096;r 32 24;s", ".....",
		"w32+24 s r32+24 w56+4096 s", 0, 0 },
	{ "a read across both sees both", "w 32 24;s;w 56 4096;r 32 100;s", ".....",
		"w32+24 s w56+4096 r32+100 s", 0, 0 },
	{ "a read beyond what is kept sees all of it", "w 32 24;r 40 100;s", ".0.",
		"w32+24 r40+100 s", 0, 0 },
	{ "a checksum is mended in what is kept", "w 32 24;w 56 4096;w 32 24;w 100 8;s;r 32 4120",
		"......", "w32+4120 s r32+4120", 0, 0 },
	{ "a write elsewhere keeps the order", "w 32 24;w 9000 24;s", "...", "w32+24 w9000+24 s", 0,
		0 },
	{ "a write that begins inside and ends outside keeps the order", "w 32 24;w 40 100;s",
		"...", "w32+24 w40+100 s", 0, 0 },
	{ "the log begins anew", "w 4152 24;w 0 32;s", "...", "w4152+24 w0+32 s", 0, 0 },
	{ "when it is full it leaves early", "w 0 65536;w 65536 57344;w 122880 24;s", "....",
		"w0+122880 w122880+24 s", 0, 0 },
	{ "what would not fit goes behind what is there", "w 0 65536;w 65536 65536;s", "...",
		"w0+65536 w65536+65536 s", 0, 0 },
	{ "what is larger than the room is not kept", "w 0 24;w 24 122881;w 122905 24;s", "....",
		"w0+24 w24+122881 w122905+24 s", 0, 0 },
	{ "its size counts what is kept", "w 0 32;z", "..", "w0+32 z", 0, 0 },
	{ "it is cut behind what was written", "w 0 32;w 32 4096;t 32;s;z", ".....",
		"w0+4128 t32 s z", 0, 0 },
	{ "a control comes behind what was written", "w 0 32;f", ".N", "w0+32 f7", 0, 0 },
	{ "a close writes what is kept", "w 0 32;c", "..", "w0+32 c", 0, 0 },
	{ "a full disk is told by the sync, and nothing is synced", "w 0 24;w 24 4096;s", "..F",
		"w0+4120", 1, FULL },
	{ "behind it the file works again", "w 0 24;s;w 0 24;s", ".F..", "w0+24 w0+24 s", 1, FULL },
	{ "a failed write leaves nothing behind for the next", "w 0 24;s;w 4000 24;s", ".W..",
		"w0+24 w4000+24 s", 1, EWRITE },
	{ "a failed sync is told", "w 0 24;s", ".S", "w0+24 s", 2, SQLITE_IOERR_FSYNC },
	{ "a failure of what must leave first is told by the write", "w 0 24;w 4000 24;s", ".W.",
		"w0+24 s", 1, EWRITE },
	{ "and by the read", "w 0 24;r 10 100", ".W", "w0+24", 1, EWRITE },
	{ "and by the size", "w 0 24;z", ".W", "w0+24", 1, EWRITE },
	{ "and by the cut", "w 0 24;t 0", ".F", "w0+24", 1, FULL },
	{ "and by the control", "w 0 24;f", ".W", "w0+24", 1, EWRITE },
	{ "and by the close, which closes", "w 0 24;c", ".W", "w0+24 c", 1, EWRITE },
	{ "a failure of a large one is told", "w 0 122881;s", "W.", "w0+122881 s", 1, EWRITE },
};

static char sign_of(int rc)
{
	switch (rc) {
	case SQLITE_OK:
		return '.';
	case SQLITE_FULL:
		return 'F';
	case SQLITE_IOERR_WRITE:
		return 'W';
	case SQLITE_IOERR_FSYNC:
		return 'S';
	case SQLITE_IOERR_SHORT_READ:
		return '0';
	case SQLITE_NOTFOUND:
		return 'N';
	default:
		return '?';
	}
}

static char model[ROOM]; /* what the file must hold */
static char fill;

static int does_write(sqlite3_file *file, size_t at, int n)
{
	static char bytes[ROOM];
	int rc;

	memset(bytes, ++fill, (size_t)n);
	rc = file->pMethods->xWrite(file, bytes, n, (sqlite3_int64)at);
	if (rc == SQLITE_OK)
		memcpy(model + at, bytes, (size_t)n);
	return rc;
}

static int does_read(sqlite3_file *file, size_t at, int n)
{
	static char bytes[ROOM];
	int rc = file->pMethods->xRead(file, bytes, n, (sqlite3_int64)at);

	if (rc == SQLITE_OK || rc == SQLITE_IOERR_SHORT_READ)
		assert_memory_equal(bytes, model + at, (size_t)n);
	return rc;
}

static int one(sqlite3_file *file, const char *what)
{
	char *more;
	size_t at = strtoul(what + 1, &more, 10);
	int n = (int)strtol(more, NULL, 10);
	sqlite3_int64 size = 0;
	int rc;

	switch (what[0]) {
	case 'w':
		return does_write(file, at, n);
	case 'r':
		return does_read(file, at, n);
	case 's':
		return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	case 't':
		memset(model + at, 0, sizeof model - at);
		return file->pMethods->xTruncate(file, (sqlite3_int64)at);
	case 'z':
		rc = file->pMethods->xFileSize(file, &size);
		assert_true(rc != SQLITE_OK || size == disk.size);
		return rc;
	case 'f':
		return file->pMethods->xFileControl(file, SQLITE_FCNTL_FILE_POINTER, NULL);
	default:
		return file->pMethods->xClose(file);
	}
}

static void a_row(void **state)
{
	const struct row *row = *state;
	sqlite3_file *file = opened(SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	char hears[32];
	size_t n = 0;
	bool failed = false;

	memset(model, 0, sizeof model);
	disk.fail_at = row->fail_at;
	disk.fail_rc = row->fail_rc;
	for (const char *p = row->does; p != NULL && n + 1 < sizeof hears; n++) {
		hears[n] = sign_of(one(file, p));
		failed = failed || (hears[n] != '.' && hears[n] != '0' && hears[n] != 'N');
		p = strchr(p, ';');
		p = p == NULL ? NULL : p + 1;
	}
	hears[n] = '\0';
	assert_string_equal(hears, row->hears);
	assert_string_equal(disk.calls, row->below);
	if (!failed)
		assert_memory_equal(disk.bytes, model, (size_t)disk.size);
	if (disk.open)
		file->pMethods->xClose(file);
	free(file);
}

/* -- the file system ---------------------------------------------------------------------------- */

static void other_files_are_those_below(void **state)
{
	sqlite3_file *file = opened(SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE);

	(void)state;
	one(file, "w 0 24");
	one(file, "w 24 24");
	assert_string_equal(disk.calls, "w0+24 w24+24");
	file->pMethods->xClose(file);
	free(file);
}

static void what_cannot_be_opened_is_not_closed(void **state)
{
	sqlite3_vfs *vfs = gathered();
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);

	(void)state;
	assert_non_null(file);
	assert_int_equal(
		vfs->xOpen(vfs, "x-wal", file, SQLITE_OPEN_WAL | SQLITE_OPEN_EXCLUSIVE, NULL),
		SQLITE_CANTOPEN);
	assert_null(file->pMethods);
	free(file);
}

static void it_is_made_once(void **state)
{
	(void)state;
	assert_string_equal(wal_vfs_over(NULL), "gather");
	assert_ptr_equal(wal_vfs_over(NULL), wal_vfs_over(NULL));
	gathered();
	assert_string_equal(wal_vfs_over("fake"), "gather-fake");
	assert_non_null(sqlite3_vfs_find("gather"));
	assert_string_not_equal(sqlite3_vfs_find(NULL)->zName, "gather");
}

/* -- with SQLite on top ----------------------------------------------------------------------------- */

enum { PAGES = 12, BODY = 3000 };

static void table(struct temp_store *t)
{
	temp_job(t, TEMP_NOW);
	db_script(t->s->db, "CREATE TABLE thing (n INTEGER PRIMARY KEY, body BLOB NOT NULL)");
	assert_int_equal(temp_done(t), STORE_OK);
}

static void put_rows(struct temp_store *t, int from, int count, char with)
{
	char body[BODY];

	memset(body, with, sizeof body);
	for (int i = from; i < from + count; i++)
		db_run(t->s->db,
			"INSERT INTO thing (n, body) VALUES (?, ?) ON CONFLICT (n) DO UPDATE SET"
			" body = excluded.body",
			DB_ARGS(DI(i), DBL(body, sizeof body)));
}

static int64_t rows_with(struct store *s, char with)
{
	char one_byte[2] = { with, '\0' };

	return db_number(s->db, "SELECT count(*) FROM thing WHERE substr(body, 2900, 1) = ?", 0,
		DB_ARGS(DBL(one_byte, 1)));
}

static void a_commit_is_one_write_and_one_sync(void **state)
{
	struct temp_store *t = *state;

	table(t);
	temp_job(t, TEMP_NOW);
	put_rows(t, 0, PAGES, 'a');
	iofail_arm(1000000, IOFAIL_ONCE);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(iofail_calls(), 2);
	iofail_disarm();
	assert_int_equal(rows_with(t->s, 'a'), PAGES);
}

/* A transaction that outgrows the cache writes frames before its end, and reads them again. */
static void a_large_transaction_sees_itself_and_others_see_its_end(void **state)
{
	enum { MANY = 400 };
	struct temp_store *t = *state;
	struct store *reader;

	table(t);
	temp_job(t, TEMP_NOW);
	put_rows(t, 0, MANY, 'a');
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(store_open_reader(&reader, t->url, t->s->seal), STORE_OK);
	db_script(t->s->db, "PRAGMA cache_size=20");
	for (int round = 0; round < 4; round++) {
		char with = (char)('b' + round), before = round < 2 ? 'a' : 'c';

		temp_job(t, TEMP_NOW);
		put_rows(t, 0, MANY, with);
		put_rows(t, 0, MANY / 2, 'x');
		put_rows(t, 0, MANY / 2, with);
		assert_int_equal(rows_with(t->s, with), MANY);
		assert_int_equal(rows_with(reader, before), MANY);
		if (round % 2 == 0) {
			store_undo(t->s);
			assert_int_equal(rows_with(t->s, before), MANY);
		} else {
			assert_int_equal(temp_done(t), STORE_OK);
			assert_int_equal(rows_with(reader, with), MANY);
		}
	}
	assert_int_equal(temp_number(t, "SELECT count(*) FROM pragma_integrity_check"
					" WHERE integrity_check = 'ok'"),
		1);
	store_close(reader);
}

/* What a commit that failed has left in the file is no commit, then or after a restart. */
static void a_commit_that_fails_leaves_nothing(void **state)
{
	static const enum iofail_kind kinds[] = { IOFAIL_FULL, IOFAIL_SHORT };
	struct temp_store *t = *state;

	table(t);
	temp_job(t, TEMP_NOW);
	put_rows(t, 0, PAGES, 'a');
	assert_int_equal(temp_done(t), STORE_OK);
	temp_quiet();
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		temp_job(t, TEMP_NOW);
		put_rows(t, 0, PAGES, 'b');
		iofail_arm(1, kinds[k]);
		assert_int_equal(temp_done(t), STORE_FULL);
		assert_true(iofail_disarm());
		db_clear(t->s->db);
		assert_int_equal(rows_with(t->s, 'a'), PAGES);
	}
	temp_loud();
	temp_job(t, TEMP_NOW);
	put_rows(t, 0, PAGES / 2, 'c');
	assert_int_equal(temp_done(t), STORE_OK);
	temp_store_shut(t);
	temp_store_again(t);
	assert_int_equal(rows_with(t->s, 'a'), PAGES - PAGES / 2);
	assert_int_equal(rows_with(t->s, 'c'), PAGES / 2);
}

/* One that leaves in several pieces, each of which may be the one that finds no room. */
static void a_large_commit_fails_as_a_whole(void **state)
{
	enum { MANY = 400, PIECES = 8 };
	struct temp_store *t = *state;
	enum store_rc rc = STORE_FULL;
	int n;

	table(t);
	temp_job(t, TEMP_NOW);
	put_rows(t, 0, MANY, 'a');
	assert_int_equal(temp_done(t), STORE_OK);
	temp_quiet();
	for (n = 1; rc == STORE_FULL; n++) {
		iofail_arm(n, IOFAIL_FULL);
		temp_job(t, TEMP_NOW);
		put_rows(t, 0, MANY, 'b');
		rc = temp_done(t);
		iofail_disarm();
		db_clear(t->s->db);
		assert_int_equal(rows_with(t->s, rc == STORE_OK ? 'b' : 'a'), MANY);
	}
	temp_loud();
	assert_true(n > PIECES);
	assert_int_equal(rc, STORE_OK);
}

enum { ROWS = sizeof rows / sizeof *rows };

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
	const struct CMUnitTest others[] = {
		cmocka_unit_test(other_files_are_those_below),
		cmocka_unit_test(what_cannot_be_opened_is_not_closed),
		cmocka_unit_test(it_is_made_once),
		EACH(a_commit_is_one_write_and_one_sync),
		EACH(a_large_transaction_sees_itself_and_others_see_its_end),
		EACH(a_commit_that_fails_leaves_nothing),
		EACH(a_large_commit_fails_as_a_whole),
	};
	struct CMUnitTest tests[ROWS];
	int bad;

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = a_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	bad = cmocka_run_group_tests_name("wal_vfs: rows", tests, NULL, NULL);
	return bad + cmocka_run_group_tests_name("wal_vfs", others, NULL, NULL);
}
