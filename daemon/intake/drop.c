#include "drop.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"

#include "banned.h"

enum { TRIES = 1000, LISTED = 10000, NAME_KEPT = DROP_NAME - 40 }; /* room for -结果-1000 */

struct drop {
	int dir, work, done, failed;
	size_t max_bytes;
	char path[DROP_PATH];
};

/* ---- the folders --------------------------------------------------------------------------- */

/* Below `at` and nowhere else; no link is followed, not even in the middle. */
static int open_below(int at, const char *name, int flags)
{
	struct open_how how = { .flags = (uint32_t)(flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	long fd = syscall(SYS_openat2, at, name, &how, sizeof how);

	if (fd == -1 && errno == ENOSYS) /* kernels before 5.6; names hold no slash */
		return openat(at, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	return (int)fd;
}

static int make_folder(int at, const char *name)
{
	if (mkdirat(at, name, 0750) != 0 && errno != EEXIST)
		return -1;
	return open_below(at, name, O_RDONLY | O_DIRECTORY);
}

struct drop *drop_open(const char *dir, size_t max_bytes)
{
	struct drop *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->dir = d->work = d->done = d->failed = -1;
	d->max_bytes = max_bytes;
	if ((size_t)snprintf(d->path, sizeof d->path, "%s", dir) >= sizeof d->path - 2 * DROP_NAME)
		errno = ENAMETOOLONG;
	else
		d->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir != -1)
		d->work = make_folder(d->dir, "work");
	if (d->work != -1)
		d->done = make_folder(d->dir, "done");
	if (d->done != -1)
		d->failed = make_folder(d->dir, "failed");
	if (d->failed != -1 && fsync(d->dir) == 0)
		return d;
	drop_close(d);
	return NULL;
}

void drop_close(struct drop *d)
{
	int error = errno;

	if (d == NULL)
		return;
	for (size_t i = 0; i < 4; i++) {
		int fd = (int[]){ d->dir, d->work, d->done, d->failed }[i];

		if (fd != -1)
			close(fd);
	}
	free(d);
	errno = error;
}

int drop_fd(const struct drop *d)
{
	return d->dir;
}

const char *drop_dir(const struct drop *d)
{
	return d->path;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcasecmp(s + n - m, tail) == 0;
}

/* Characters that nobody sees, or that turn a line round, have no place in a name. */
static bool is_odd(uint32_t c)
{
	if (c < 0x20 || c == 0x7F || c == TEXT_BAD || c == '/' || (c >= 0x80 && c < 0xA0))
		return true;
	return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

enum drop_name drop_name_of(const char *name)
{
	static const char *const tails[] = { ".tmp", ".part", ".partial", ".crdownload",
		".download", ".filepart", "~" };
	static const char *const system_files[] = { "desktop.ini", "thumbs.db" };
	const char *s = name, *end = name + strlen(name);

	if (*name == '.' || strncmp(name, "~$", 2) == 0)
		return DROP_NAME_ARRIVING;
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		if (ends_in(name, tails[i]))
			return DROP_NAME_ARRIVING;
	for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
		if (strcasecmp(name, system_files[i]) == 0)
			return DROP_NAME_ARRIVING;
	while (s < end)
		if (is_odd(text_next(&s, end)))
			return DROP_NAME_BAD;
	return DROP_NAME_FILE;
}

/* A bad name becomes one that can be shown: what is odd turns into _. */
static void safe_name(const char *name, char out[DROP_NAME + 1])
{
	const char *s = name, *end = name + strlen(name);
	size_t n = 0;

	while (s < end && n + 4 < NAME_KEPT) {
		const char *from = s;
		uint32_t c = text_next(&s, end);

		if (is_odd(c) || (n == 0 && c == '.')) {
			out[n++] = '_';
			continue;
		}
		memcpy(out + n, from, (size_t)(s - from));
		n += (size_t)(s - from);
	}
	if (n == 0)
		out[n++] = '_';
	out[n] = '\0';
}

/* name.csv, name-2.csv, name-3.csv ... */
static void numbered(const char *name, int i, char out[DROP_NAME + 1])
{
	const char *dot = strrchr(name, '.');
	int stem = dot == NULL || dot == name ? (int)strlen(name) : (int)(dot - name);

	if (i < 2)
		snprintf(out, DROP_NAME + 1, "%s", name);
	else
		snprintf(out, DROP_NAME + 1, "%.*s-%d%s", stem, name, i, name + stem);
}

/* ---- looking ----------------------------------------------------------------------------------- */

bool drop_look(const struct drop *d, const char *name, struct stat *st)
{
	return fstatat(d->dir, name, st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st->st_mode);
}

/*
 * A read lease is granted only while nobody has the file open for writing. Should somebody
 * open it in that moment, the signal is SIGURG, which nobody listens to, instead of SIGIO,
 * which would end us.
 */
bool drop_is_open(const struct drop *d, const char *name)
{
	int fd = open_below(d->dir, name, O_RDONLY);
	bool open = false;

	if (fd == -1)
		return false;
	if (fcntl(fd, F_SETSIG, SIGURG) == 0) {
		open = fcntl(fd, F_SETLEASE, F_RDLCK) == -1 && errno == EAGAIN;
		fcntl(fd, F_SETLEASE, F_UNLCK);
	}
	close(fd);
	return open;
}

/* clang-format off */
static const struct { const char *code, *why, *mend; } refusals[] = {
	{ "not_a_file", "不是普通文件（链接、管道或设备）", "请放入表格文件本身，不要放快捷方式或链接。" },
	{ "hard_link", "文件在别处还有一个名字（硬链接）", "请复制一份再放进来。" },
	{ "file_too_big", "文件太大", "请拆成几个小文件，或删去图片后再放。" },
	{ "bad_name", "文件名里有不能显示的字符", "请改一个简短的文件名再放。" },
};
/* clang-format on */

static enum drop_rc refuse(struct fault *fault, size_t i)
{
	fault_set(fault, refusals[i].code, refusals[i].why, refusals[i].mend);
	return DROP_REFUSED;
}

enum drop_rc drop_judge(const struct drop *d, const char *taken, struct fault *fault)
{
	struct stat st;

	if (fstatat(d->work, taken, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? DROP_GONE : DROP_IO;
	if (!S_ISREG(st.st_mode))
		return refuse(fault, 0);
	if (st.st_nlink != 1)
		return refuse(fault, 1);
	if ((uint64_t)st.st_size > d->max_bytes)
		return refuse(fault, 2);
	return DROP_OK;
}

/* ---- moving -------------------------------------------------------------------------------------- */

/* Into the folder `to`, under the first free name; both folders are on disk then. */
static enum drop_rc move(
	int from, const char *name, int to, const char *wish, char got[DROP_NAME + 1])
{
	for (int i = 1; i <= TRIES; i++) {
		numbered(wish, i, got);
		if (renameat2(from, name, to, got, RENAME_NOREPLACE) == 0)
			return fsync(to) == 0 && fsync(from) == 0 ? DROP_OK : DROP_IO;
		if (errno == ENOENT)
			return DROP_GONE;
		if (errno != EEXIST)
			return DROP_IO;
	}
	errno = EEXIST;
	return DROP_IO;
}

enum drop_rc drop_take(
	struct drop *d, const char *name, char taken[DROP_NAME + 1], struct fault *fault)
{
	bool bad = drop_name_of(name) == DROP_NAME_BAD;
	char wish[DROP_NAME + 1];
	enum drop_rc rc;

	assert(strchr(name, '/') == NULL);
	if (bad || strlen(name) > NAME_KEPT)
		safe_name(name, wish);
	else
		snprintf(wish, sizeof wish, "%s", name);
	rc = move(d->dir, name, d->work, wish, taken);
	if (rc != DROP_OK)
		return rc;
	rc = drop_judge(d, taken, fault);
	return rc == DROP_OK && bad ? refuse(fault, 3) : rc;
}

int drop_input(const struct drop *d, const char *taken)
{
	int fd = open_below(d->work, taken, O_RDONLY);
	struct stat st;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1)
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* ---- reports --------------------------------------------------------------------------------------- */

static void report_name(const char *taken, bool xlsx, char out[DROP_NAME + 16])
{
	snprintf(out, DROP_NAME + 16, ".%s.%s", taken, xlsx ? "xlsx" : "csv");
}

char *drop_report_path(const struct drop *d, const char *taken, bool xlsx, char out[DROP_PATH])
{
	char name[DROP_NAME + 16];

	report_name(taken, xlsx, name);
	snprintf(out, DROP_PATH, "%.3600s/work/%s", d->path, name);
	return out;
}

/* 名单.xlsx gets 名单-结果.xlsx. */
static void answer_name(const char *ended, bool xlsx, char out[DROP_NAME + 1])
{
	const char *dot = strrchr(ended, '.');
	int stem = dot == NULL || dot == ended ? (int)strlen(ended) : (int)(dot - ended);

	snprintf(out, DROP_NAME + 1, "%.*s-结果.%s", stem, ended, xlsx ? "xlsx" : "csv");
}

static enum drop_rc move_reports(struct drop *d, const char *taken, int to)
{
	char from[DROP_NAME + 16], wish[DROP_NAME + 1], got[DROP_NAME + 1];

	for (int xlsx = 0; xlsx < 2; xlsx++) {
		enum drop_rc rc;

		report_name(taken, xlsx, from);
		answer_name(taken, xlsx, wish);
		rc = move(d->work, from, to, wish, got);
		if (rc == DROP_IO)
			return rc;
	}
	return DROP_OK;
}

enum drop_rc drop_finish(struct drop *d, const char *taken, bool good)
{
	int to = good ? d->done : d->failed;
	char got[DROP_NAME + 1];
	enum drop_rc rc = move_reports(d, taken, to);

	return rc == DROP_OK ? move(d->work, taken, to, taken, got) : rc;
}

/* ---- lists ------------------------------------------------------------------------------------------- */

struct names {
	char (*item)[256];
	size_t count, room;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void add_name(struct names *n, const char *name)
{
	if (n->count == n->room) {
		n->room = n->room == 0 ? 32 : n->room * 2;
		n->item = realloc(n->item, n->room * sizeof *n->item);
		if (n->item == NULL)
			abort();
	}
	snprintf(n->item[n->count++], sizeof *n->item, "%s", name);
}

static bool is_folder(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(st.st_mode);
}

static bool list(int at, struct names *out, bool drop_reports)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (dir == NULL)
		return false;
	while (out->count < LISTED && (e = readdir(dir)) != NULL) {
		if (is_folder(at, e->d_name))
			continue;
		if (drop_reports && e->d_name[0] == '.')
			unlinkat(at, e->d_name, 0); /* half an answer; it is written anew */
		else
			add_name(out, e->d_name);
	}
	closedir(dir);
	return true;
}

bool drop_each(struct drop *d, int where, bool (*one)(void *arg, const char *name), void *arg)
{
	struct names names = { .count = 0 };
	bool go = list(where == 0 ? d->dir : d->work, &names, where == 1);

	if (names.count > 1)
		qsort(names.item, names.count, sizeof *names.item, by_name);
	for (size_t i = 0; i < names.count && go; i++)
		go = one(arg, names.item[i]);
	free(names.item);
	return go;
}
