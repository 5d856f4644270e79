#include "wal_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { SHIMS = 4, NAME_MAX_ = 32, ALIGN = 16 };

struct shim {
	sqlite3_vfs vfs; /* first: what SQLite hands back */
	sqlite3_vfs *below;
	char name[NAME_MAX_];
};

/* A log. The file of the VFS below stands behind it in the same memory. */
struct wal_file {
	sqlite3_file base; /* first */
	char *kept;
	size_t n;
	sqlite3_int64 at; /* where in the file `kept` begins */
};

enum { OWN = (sizeof(struct wal_file) + ALIGN - 1) / ALIGN * ALIGN };

static sqlite3_file *below(struct wal_file *f)
{
	return (sqlite3_file *)((char *)f + OWN);
}

/* -- what is kept ---------------------------------------------------------------------------- */

static int write_out(struct wal_file *f)
{
	size_t n = f->n;

	if (n == 0)
		return SQLITE_OK;
	f->n = 0;
	return below(f)->pMethods->xWrite(below(f), f->kept, (int)n, f->at);
}

static sqlite3_int64 end(const struct wal_file *f)
{
	return f->at + (sqlite3_int64)f->n;
}

static bool holds(const struct wal_file *f, sqlite3_int64 at, size_t n)
{
	return at >= f->at && at + (sqlite3_int64)n <= end(f);
}

static bool touches(const struct wal_file *f, sqlite3_int64 at, size_t n)
{
	return f->n > 0 && at < end(f) && at + (sqlite3_int64)n > f->at;
}

static void keep(struct wal_file *f, const void *bytes, size_t n)
{
	if (f->kept == NULL) {
		f->kept = malloc(WAL_VFS_KEPT);
		if (f->kept == NULL)
			abort();
	}
	memcpy(f->kept + f->n, bytes, n);
	f->n += n;
}

/* -- the log as SQLite sees it ------------------------------------------------------------------ */

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	struct wal_file *f = (struct wal_file *)file;
	size_t size = (size_t)n;
	int rc;

	if (f->n > 0 && holds(f, at, size)) { /* checksums are mended in a frame that is there */
		memcpy(f->kept + (at - f->at), bytes, size);
		return SQLITE_OK;
	}
	if (f->n > 0 && (at != end(f) || f->n + size > WAL_VFS_KEPT)) {
		rc = write_out(f);
		if (rc != SQLITE_OK)
			return rc;
	}
	if (size > WAL_VFS_KEPT)
		return below(f)->pMethods->xWrite(below(f), bytes, n, at);
	if (f->n == 0)
		f->at = at;
	keep(f, bytes, size);
	return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = SQLITE_OK;

	if (touches(f, at, (size_t)n)) {
		if (holds(f, at, (size_t)n)) {
			memcpy(to, f->kept + (at - f->at), (size_t)n);
			return SQLITE_OK;
		}
		rc = write_out(f);
	}
	return rc != SQLITE_OK ? rc : below(f)->pMethods->xRead(below(f), to, n, at);
}

static int file_sync(sqlite3_file *file, int flags)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = write_out(f);

	return rc != SQLITE_OK ? rc : below(f)->pMethods->xSync(below(f), flags);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = write_out(f);

	return rc != SQLITE_OK ? rc : below(f)->pMethods->xTruncate(below(f), size);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = write_out(f);

	return rc != SQLITE_OK ? rc : below(f)->pMethods->xFileSize(below(f), size);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = write_out(f);

	return rc != SQLITE_OK ? rc : below(f)->pMethods->xFileControl(below(f), op, arg);
}

static int file_close(sqlite3_file *file)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc = write_out(f), closed = below(f)->pMethods->xClose(below(f));

	free(f->kept);
	f->kept = NULL;
	return rc != SQLITE_OK ? rc : closed;
}

static int file_lock(sqlite3_file *file, int level)
{
	sqlite3_file *b = below((struct wal_file *)file);

	return b->pMethods->xLock(b, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *b = below((struct wal_file *)file);

	return b->pMethods->xUnlock(b, level);
}

static int file_reserved(sqlite3_file *file, int *out)
{
	sqlite3_file *b = below((struct wal_file *)file);

	return b->pMethods->xCheckReservedLock(b, out);
}

static int file_sector(sqlite3_file *file)
{
	sqlite3_file *b = below((struct wal_file *)file);

	return b->pMethods->xSectorSize(b);
}

static int file_traits(sqlite3_file *file)
{
	sqlite3_file *b = below((struct wal_file *)file);

	return b->pMethods->xDeviceCharacteristics(b);
}

static const sqlite3_io_methods methods = {
	.iVersion = 1, /* a log is neither shared memory nor mapped */
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

/* -- the VFS --------------------------------------------------------------------------------------- */

static sqlite3_vfs *under(sqlite3_vfs *vfs)
{
	return ((struct shim *)vfs)->below;
}

static int vfs_open(
	sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	struct wal_file *f = (struct wal_file *)file;
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return under(vfs)->xOpen(under(vfs), name, file, flags, out);
	*f = (struct wal_file){ .n = 0 };
	below(f)->pMethods = NULL;
	rc = under(vfs)->xOpen(under(vfs), name, below(f), flags, out);
	if (below(f)->pMethods != NULL) /* else SQLite does not close it */
		f->base.pMethods = &methods;
	return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	return under(vfs)->xDelete(under(vfs), name, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	return under(vfs)->xAccess(under(vfs), name, flags, out);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	return under(vfs)->xFullPathname(under(vfs), name, n, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	return under(vfs)->xRandomness(under(vfs), n, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	return under(vfs)->xSleep(under(vfs), us);
}

static int vfs_time(sqlite3_vfs *vfs, double *julian)
{
	return under(vfs)->xCurrentTime(under(vfs), julian);
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
	return under(vfs)->xGetLastError(under(vfs), n, out);
}

static void make(struct shim *s, sqlite3_vfs *over, const char *name)
{
	*s = (struct shim){ .below = over };
	snprintf(s->name, sizeof s->name, "%s", name);
	s->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)OWN + over->szOsFile,
		.mxPathname = over->mxPathname,
		.zName = s->name,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_name,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
	};
	if (sqlite3_vfs_register(&s->vfs, 0) != SQLITE_OK)
		abort();
}

const char *wal_vfs_over(const char *name)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct shim shims[SHIMS];
	sqlite3_vfs *over = sqlite3_vfs_find(name);
	char own[NAME_MAX_];
	size_t i = 0;

	snprintf(own, sizeof own, name == NULL ? "gather" : "gather-%s", name);
	pthread_mutex_lock(&lock);
	while (i < SHIMS && shims[i].below != NULL && strcmp(shims[i].name, own) != 0)
		i++;
	if (i == SHIMS || over == NULL)
		abort(); /* our bug: as many as there are VFSes in a program */
	if (shims[i].below == NULL)
		make(&shims[i], over, own);
	pthread_mutex_unlock(&lock);
	return shims[i].name;
}
