#include "sheet_child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "sheet_wire.h"
#include "xlsx.h"

#include "banned.h"

enum { FILE_FD = 3, PIPE_FD = 4, FLUSH_AT = 64 * 1024, LIMIT_WORDS = 9 };

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

static const char *child_program = "/proc/self/exe";

void sheet_child_program(const char *path)
{
	child_program = path == NULL ? "/proc/self/exe" : path;
}

/* ---- the child ------------------------------------------------------------------------- */

static struct buf out;

static void flush_out(void)
{
	size_t at = 0;

	while (at < out.len) {
		ssize_t n = write(PIPE_FD, out.data + at, out.len - at);

		if (n == -1 && errno != EINTR)
			_exit(1); /* nobody listens any more */
		at += n > 0 ? (size_t)n : 0;
	}
	buf_clear(&out);
}

static bool tell_sheet(void *arg, const struct sheet_info *info)
{
	(void)arg;
	wire_put_sheet(&out, info);
	flush_out();
	return true;
}

static bool tell_row(void *arg, const struct sheet_row *row)
{
	(void)arg;
	wire_put_row(&out, row);
	if (out.len >= FLUSH_AT)
		flush_out();
	return true;
}

static void cap(int resource, rlim_t most)
{
	struct rlimit limit = { most, most };

	if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
		_exit(2);
}

static void confine(const struct sheet_limits *limits)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!UNDER_ASAN) /* its shadow memory alone is terabytes of address space */
		cap(RLIMIT_AS, limits->memory);
	cap(RLIMIT_CPU, limits->seconds);
	cap(RLIMIT_CORE, 0);
	cap(RLIMIT_FSIZE, 0);
	cap(RLIMIT_NOFILE, 16);
}

static bool limits_of_word(const char *word, struct sheet_limits *l)
{
	unsigned long v[LIMIT_WORDS];
	char *end = NULL;

	for (size_t i = 0; i < LIMIT_WORDS; i++) {
		errno = 0;
		v[i] = strtoul(word, &end, 10);
		if (end == word || errno != 0 || *end != (i + 1 < LIMIT_WORDS ? ',' : '\0'))
			return false;
		word = end + 1;
	}
	*l = (struct sheet_limits){ v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7],
		(unsigned)v[8] };
	return l->columns <= SHEET_COLUMNS && l->ratio > 0;
}

int sheet_child_main(int argc, char **argv)
{
	struct sheet_sink sink = { tell_sheet, tell_row, NULL };
	struct sheet_limits limits;
	struct fault fault;
	enum sheet_rc rc;

	if (argc != 3 || !limits_of_word(argv[2], &limits))
		return 64;
	confine(&limits);
	buf_init(&out, 2 * WIRE_MAX);
	memset(&fault, 0, sizeof fault);
	rc = xlsx_read(FILE_FD, &limits, &sink, &fault);
	assert(rc != SHEET_STOPPED && !out.full);
	if (rc == SHEET_OK)
		wire_put_end(&out);
	else
		wire_put_fault(&out, &fault);
	flush_out();
	buf_free(&out);
	return 0;
}

/* ---- the parent ------------------------------------------------------------------------ */

struct parent {
	int fd;
	int budget_ms; /* of waiting for the child; what the sink takes is not counted */
	const struct sheet_limits *limits;
	const struct sheet_sink *sink;
	struct fault *fault;
	struct buf in;
	struct rowbuf row;
	bool wanted; /* the sink takes the sheet being read */
	int number;  /* of its last row */
	bool ended;
};

static int open_null(posix_spawn_file_actions_t *actions)
{
	int rc = 0;

	for (int fd = 0; fd < 3 && rc == 0; fd++)
		rc = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
	return rc;
}

/* Both descriptors are above PIPE_FD, so that neither dup2 lands on the other. */
static pid_t spawn(int file, int pipe_end, const struct sheet_limits *l)
{
	char program[] = "quanzud", arg[] = SHEET_CHILD_ARG, words[256];
	char *argv[] = { program, arg, words, NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;
	pid_t pid = -1;

	snprintf(words, sizeof words, "%zu,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%u", l->bytes, l->entries,
		l->inflated, l->ratio, l->rows, l->columns, l->cell_chars, l->memory, l->seconds);
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (open_null(&actions) != 0 ||
		posix_spawn_file_actions_adddup2(&actions, file, FILE_FD) != 0 ||
		posix_spawn_file_actions_adddup2(&actions, pipe_end, PIPE_FD) != 0 ||
		posix_spawn_file_actions_addclosefrom_np(&actions, PIPE_FD + 1) != 0 ||
		posix_spawn(&pid, child_program, &actions, &attr, argv, envp) != 0)
		pid = -1;
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* The reading end of a pipe from a new child, or -1. */
static int start_child(int file, const struct sheet_limits *limits, pid_t *pid)
{
	int ends[2] = { -1, -1 }, high_file, high_end, fd = -1;

	*pid = -1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	high_file = fcntl(file, F_DUPFD_CLOEXEC, PIPE_FD + 1);
	high_end = fcntl(ends[1], F_DUPFD_CLOEXEC, PIPE_FD + 1);
	if (high_file != -1 && high_end != -1)
		*pid = spawn(high_file, high_end, limits);
	if (*pid != -1)
		fd = ends[0];
	else
		close(ends[0]);
	close(ends[1]);
	if (high_file != -1)
		close(high_file);
	if (high_end != -1)
		close(high_end);
	return fd;
}

/* More bytes of the child; false: it has ended, or its time is up. */
static bool wait_bytes(struct parent *p)
{
	struct pollfd ready = { .fd = p->fd, .events = POLLIN };
	char piece[FLUSH_AT];
	int64_t before = clock_mono_ms();
	ssize_t n;
	int rc;

	do
		rc = poll(&ready, 1, p->budget_ms);
	while (rc == -1 && errno == EINTR);
	p->budget_ms -= (int)(clock_mono_ms() - before);
	if (rc <= 0 || p->budget_ms <= 0)
		return false;
	do
		n = read(p->fd, piece, sizeof piece);
	while (n == -1 && errno == EINTR);
	return n > 0 && buf_add(&p->in, piece, (size_t)n);
}

static enum sheet_rc take_sheet(struct parent *p, const char *frame, size_t n)
{
	struct wire_sheet sheet;

	if (!wire_take_sheet(frame, n, &sheet))
		return sheet_refuse(p->fault, SHEET_TOO_HEAVY, p->limits);
	p->number = 0;
	p->wanted = p->sink->sheet(p->sink->arg, &sheet.info);
	wire_sheet_free(&sheet);
	return SHEET_OK;
}

static enum sheet_rc take_row(struct parent *p, const char *frame, size_t n)
{
	const struct sheet_row *row;

	if (!wire_take_row(frame, n, p->limits, &p->row) || (row = rowbuf_row(&p->row)) == NULL ||
		row->number <= p->number)
		return sheet_refuse(p->fault, SHEET_TOO_HEAVY, p->limits);
	p->number = row->number;
	if (p->wanted && !p->sink->row(p->sink->arg, row))
		return SHEET_STOPPED;
	return SHEET_OK;
}

static enum sheet_rc take_frame(struct parent *p, const char *frame, size_t n)
{
	switch ((enum wire_kind)(unsigned char)frame[0]) {
	case WIRE_SHEET:
		return take_sheet(p, frame, n);
	case WIRE_ROW:
		return take_row(p, frame, n);
	case WIRE_FAULT:
		p->ended = true;
		if (!wire_take_fault(frame, n, p->fault))
			return sheet_refuse(p->fault, SHEET_TOO_HEAVY, p->limits);
		return SHEET_REFUSED;
	case WIRE_END:
		p->ended = true;
		return SHEET_OK;
	}
	return sheet_refuse(p->fault, SHEET_TOO_HEAVY, p->limits);
}

/* All whole frames that have come. */
static enum sheet_rc take_frames(struct parent *p)
{
	enum sheet_rc rc = SHEET_OK;
	size_t at = 0;
	long n = 0;

	while (rc == SHEET_OK && !p->ended &&
		(n = wire_length(p->in.data + at, p->in.len - at)) > 0) {
		rc = take_frame(p, p->in.data + at, (size_t)n);
		at += (size_t)n;
	}
	if (n < 0)
		return sheet_refuse(p->fault, SHEET_TOO_HEAVY, p->limits);
	memmove(p->in.data, p->in.data + at, p->in.len - at);
	p->in.len -= at;
	return rc;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

enum sheet_rc sheet_child_read(int fd, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault)
{
	struct parent p = { .limits = limits,
		.sink = sink,
		.fault = fault,
		.budget_ms = (int)limits->seconds * 2000 };
	enum sheet_rc rc = SHEET_OK;
	pid_t pid;

	p.fd = start_child(fd, limits, &pid);
	if (p.fd == -1)
		return sheet_refuse(fault, SHEET_CANNOT_READ, limits);
	buf_init(&p.in, WIRE_MAX + 2 * FLUSH_AT);
	rowbuf_init(&p.row);
	while (rc == SHEET_OK && !p.ended) {
		if (wait_bytes(&p))
			rc = take_frames(&p);
		else
			rc = sheet_refuse(fault, SHEET_TOO_HEAVY, limits);
	}
	close(p.fd);
	reap(pid);
	rowbuf_free(&p.row);
	buf_free(&p.in);
	return rc;
}
