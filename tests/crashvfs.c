/*
 * Method. A file is its bytes as a reader sees them now (`now`), its bytes as they are on the
 * platter (`safe`), and the list of what was written since its last sync. A sync copies now
 * to safe and empties the list. A cut plays each waiting write onto safe, or parts of it, or
 * not, and then the file is what safe has become.
 */
#include "crashvfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wal_vfs.h"

#include "banned.h"

enum { FILES = 16, SECTOR = 512, SHM_LOCKS = 8, SHM_REGIONS = 64, PAGE_MAX = 65536 };

struct bytes {
	char *p;
	size_t n, room;
};

struct wait { /* one write; n bytes at `at`, or with bytes NULL the file was cut to `at` */
	size_t at, n;
	char *bytes;
};

struct node {
	char name[128];
	bool used;
	struct bytes now, safe;
	struct wait *waits;
	size_t wait_count, wait_room;
	int opens;
	int shared, reserved, exclusive; /* file locks held */
	int shm_shared[SHM_LOCKS], shm_exclusive[SHM_LOCKS];
	void *shm[SHM_REGIONS];
	int shm_users;
};

struct handle {
	sqlite3_file base;
	struct node *node;
	int lock;
	bool shm;
};

static struct node disk[FILES];
static uint64_t dice = 88172645463325252u;
static int cut_at, calls;
static bool dead;
static struct crash_count counts;

/* -- dice and small pieces --------------------------------------------------------------- */

void crash_seed(uint64_t seed)
{
	dice = seed * 2685821657736338717u + 88172645463325252u;
	if (dice == 0)
		dice = 1;
}

uint64_t crash_dice(uint64_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 11) % below;
}

static void *grown(void *p, size_t n)
{
	void *q = realloc(p, n);

	if (q == NULL)
		abort();
	return q;
}

static void set_size(struct bytes *b, size_t n)
{
	if (n > b->room) {
		b->room = n + n / 2 + 4096;
		b->p = grown(b->p, b->room);
	}
	if (n > b->n)
		memset(b->p + b->n, 0, n - b->n);
	b->n = n;
}

static void put(struct bytes *b, const char *from, size_t n, size_t at)
{
	if (at + n > b->n)
		set_size(b, at + n);
	if (n > 0) /* an empty file has no bytes at all */
		memcpy(b->p + at, from, n);
}

static void forget_waits(struct node *f)
{
	for (size_t i = 0; i < f->wait_count; i++)
		free(f->waits[i].bytes);
	f->wait_count = 0;
}

static void add_wait(struct node *f, const char *bytes, size_t n, size_t at)
{
	struct wait *w;

	if (f->wait_count == f->wait_room) {
		f->wait_room = 2 * f->wait_room + 64;
		f->waits = grown(f->waits, f->wait_room * sizeof *f->waits);
	}
	w = &f->waits[f->wait_count++];
	*w = (struct wait){ .at = at, .n = n };
	if (bytes != NULL) {
		w->bytes = grown(NULL, n + 1);
		memcpy(w->bytes, bytes, n);
	}
}

static void make_safe(struct node *f)
{
	for (size_t i = 0; i < f->wait_count; i++) {
		const struct wait *w = &f->waits[i];

		if (w->bytes == NULL)
			set_size(&f->safe, w->at);
		else
			put(&f->safe, w->bytes, w->n, w->at);
	}
	forget_waits(f);
}

/* -- the cut -------------------------------------------------------------------------------- */

/* Sectors of the disk, not of the write: a WAL frame begins in the middle of one. */
static void tear(struct node *f, const struct wait *w)
{
	size_t done = 0;

	while (done < w->n) {
		size_t at = w->at + done, piece = SECTOR - at % SECTOR;

		if (piece > w->n - done)
			piece = w->n - done;
		if (crash_dice(2) == 0)
			put(&f->safe, w->bytes + done, piece, at);
		done += piece;
	}
}

static void settle(struct node *f, const struct wait *w)
{
	uint64_t fate = crash_dice(3);

	if (fate == 0) {
		counts.dropped++;
	} else if (w->bytes == NULL) {
		set_size(&f->safe, w->at);
		counts.kept++;
	} else if (fate == 1) {
		tear(f, w);
		counts.torn++;
	} else {
		put(&f->safe, w->bytes, w->n, w->at);
		counts.kept++;
	}
}

static void cut(void)
{
	dead = true;
	for (int i = 0; i < FILES; i++) {
		struct node *f = &disk[i];

		if (!f->used)
			continue;
		for (size_t k = 0; k < f->wait_count; k++)
			settle(f, &f->waits[k]);
		forget_waits(f);
		set_size(&f->now, 0);
		put(&f->now, f->safe.p, f->safe.n, 0);
	}
}

/* True when the call may go on. A write that the cut hits is among the waiting ones. */
static bool alive(void)
{
	if (dead)
		return false;
	calls++;
	if (cut_at == 0 || calls < cut_at)
		return true;
	cut();
	return false;
}

void crash_cut_at(int n)
{
	cut_at = n;
	calls = 0;
}

int crash_calls(void)
{
	return calls;
}

bool crash_is_dead(void)
{
	return dead;
}

void crash_power_on(void)
{
	dead = false;
	cut_at = 0;
}

struct crash_count crash_counts(void)
{
	return counts;
}

/* -- files ---------------------------------------------------------------------------------- */

static struct node *node_of(const char *name)
{
	for (int i = 0; i < FILES; i++)
		if (disk[i].used && strcmp(disk[i].name, name) == 0)
			return &disk[i];
	return NULL;
}

static struct node *new_node(const char *name)
{
	for (int i = 0; i < FILES; i++) {
		struct node *f = &disk[i];

		if (f->used || f->opens > 0)
			continue;
		f->used = true;
		snprintf(f->name, sizeof f->name, "%s", name);
		set_size(&f->now, 0);
		set_size(&f->safe, 0);
		return f;
	}
	abort(); /* more files than a test of one database needs */
}

static void free_shm(struct node *f)
{
	for (int i = 0; i < SHM_REGIONS; i++) {
		free(f->shm[i]);
		f->shm[i] = NULL;
	}
}

void crash_format(void)
{
	for (int i = 0; i < FILES; i++) {
		struct node *f = &disk[i];

		forget_waits(f);
		free_shm(f);
		free(f->waits);
		free(f->now.p);
		free(f->safe.p);
		*f = (struct node){ .used = false };
	}
	crash_power_on();
}

static struct node *of(sqlite3_file *file)
{
	return ((struct handle *)file)->node;
}

static int file_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	struct node *f = of(file);
	size_t from = (size_t)at, want = (size_t)n, have;

	if (dead)
		return SQLITE_IOERR_READ;
	have = from >= f->now.n ? 0 : f->now.n - from;
	if (have > want)
		have = want;
	if (have > 0)
		memcpy(to, f->now.p + from, have);
	memset((char *)to + have, 0, want - have);
	return have == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	struct node *f = of(file);

	if (dead)
		return SQLITE_IOERR_WRITE;
	add_wait(f, bytes, (size_t)n, (size_t)at);
	put(&f->now, bytes, (size_t)n, (size_t)at);
	return alive() ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 n)
{
	struct node *f = of(file);

	if (dead)
		return SQLITE_IOERR_TRUNCATE;
	add_wait(f, NULL, 0, (size_t)n);
	set_size(&f->now, (size_t)n);
	return alive() ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (!alive())
		return SQLITE_IOERR_FSYNC;
	make_safe(of(file));
	return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *n)
{
	*n = (sqlite3_int64)of(file)->now.n;
	return dead ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

/* -- locks between connections of this program ------------------------------------------------- */

static int file_unlock(sqlite3_file *file, int level)
{
	struct handle *h = (struct handle *)file;
	struct node *f = h->node;

	if (h->lock >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED) {
		f->reserved = 0;
		f->exclusive = 0;
	}
	if (h->lock >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED)
		f->shared--;
	h->lock = level;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
	struct handle *h = (struct handle *)file;
	struct node *f = h->node;

	if (level <= h->lock)
		return SQLITE_OK;
	if (h->lock < SQLITE_LOCK_RESERVED && level >= SQLITE_LOCK_RESERVED && f->reserved > 0)
		return SQLITE_BUSY;
	if (level == SQLITE_LOCK_SHARED && f->exclusive > 0)
		return SQLITE_BUSY;
	if (level == SQLITE_LOCK_EXCLUSIVE && f->shared > 1)
		return SQLITE_BUSY;
	if (h->lock == SQLITE_LOCK_NONE)
		f->shared++;
	if (level >= SQLITE_LOCK_RESERVED)
		f->reserved = 1;
	if (level == SQLITE_LOCK_EXCLUSIVE)
		f->exclusive = 1;
	h->lock = level;
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *out)
{
	*out = of(file)->reserved;
	return SQLITE_OK;
}

static int shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	struct handle *h = (struct handle *)file;
	struct node *f = h->node;

	*out = NULL;
	if (dead || region >= SHM_REGIONS)
		return SQLITE_IOERR_SHMMAP;
	if (!h->shm) {
		h->shm = true;
		f->shm_users++;
	}
	if (f->shm[region] == NULL && extend) {
		f->shm[region] = calloc(1, (size_t)size);
		if (f->shm[region] == NULL)
			abort();
	}
	*out = f->shm[region];
	return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	struct node *f = of(file);
	bool taking = (flags & SQLITE_SHM_LOCK) != 0, shared = (flags & SQLITE_SHM_SHARED) != 0;

	for (int i = offset; taking && i < offset + n; i++)
		if (f->shm_exclusive[i] > 0 || (!shared && f->shm_shared[i] > 0))
			return SQLITE_BUSY;
	for (int i = offset; i < offset + n; i++) {
		int *held = shared ? &f->shm_shared[i] : &f->shm_exclusive[i];

		*held += taking ? 1 : *held > 0 ? -1 : 0;
	}
	return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
	(void)file;
}

/* The index of the WAL lives in memory: the last one out takes it along. */
static int shm_unmap(sqlite3_file *file, int delete)
{
	struct handle *h = (struct handle *)file;
	struct node *f = h->node;

	(void)delete;
	if (!h->shm)
		return SQLITE_OK;
	h->shm = false;
	if (--f->shm_users == 0) {
		free_shm(f);
		memset(f->shm_shared, 0, sizeof f->shm_shared);
		memset(f->shm_exclusive, 0, sizeof f->shm_exclusive);
	}
	return SQLITE_OK;
}

static int file_close(sqlite3_file *file)
{
	struct handle *h = (struct handle *)file;

	shm_unmap(file, 0);
	file_unlock(file, SQLITE_LOCK_NONE);
	h->node->opens--;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

/* As the real one on Linux says: a write does no harm beside itself. */
static int file_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
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
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

/* -- the file system ------------------------------------------------------------------------------ */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct handle *h = (struct handle *)file;
	struct node *f;

	(void)vfs;
	h->base.pMethods = NULL;
	if (dead)
		return SQLITE_CANTOPEN;
	f = name == NULL ? NULL : node_of(name);
	if (f == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	if (f == NULL)
		f = new_node(name == NULL ? "(temporary)" : name);
	*h = (struct handle){ .base = { &methods }, .node = f };
	f->opens++;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	struct node *f = node_of(name);

	(void)vfs;
	(void)sync_folder;
	if (dead)
		return SQLITE_IOERR_DELETE;
	if (f == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	forget_waits(f);
	f->used = false;
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	(void)flags;
	*out = node_of(name) != NULL;
	return dead ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)n, "%s", name);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		out[i] = (char)crash_dice(256);
	return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *julian)
{
	(void)vfs;
	*julian = 2461366.0;
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	if (n > 0)
		out[0] = '\0';
	return 0;
}

void crash_install(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 1,
		.szOsFile = sizeof(struct handle),
		.mxPathname = 120,
		.zName = "crash",
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_name,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
	};

	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		abort();
	wal_vfs_over("crash");
}
