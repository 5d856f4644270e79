/* drop.h, drop_watch.h: what may come in, and the states of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "buf.h"
#include "drop.h"
#include "drop_watch.h"
#include "iofail.h"

#include "banned.h"

enum { MOST = 1000 };

static char root[64];
static struct drop *drop;

static int set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/drop-XXXXXX");
	assert_non_null(mkdtemp(root));
	drop = drop_open(root, 100);
	assert_non_null(drop);
	return 0;
}

static void empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char inner[1024];

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
		if (unlink(inner) != 0 && errno == EISDIR)
			empty(inner);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

static int tear_down(void **state)
{
	(void)state;
	drop_close(drop);
	empty(root);
	return 0;
}

static char *path_of(const char *name)
{
	static char path[4][1024];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", root, name);
	return path[turn];
}

static void put(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_EXCL, 0640);

	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static bool there(const char *name)
{
	struct stat st;

	return lstat(path_of(name), &st) == 0;
}

static const char *text_of(const char *name)
{
	static char text[256];
	int fd = open(path_of(name), O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof text - 1);

	if (fd != -1)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* ---- what may come in ------------------------------------------------------ */

static void make_link(const char *p)
{
	assert_int_equal(symlink("/etc/passwd", p), 0);
}

static void make_dangling(const char *p)
{
	assert_int_equal(symlink("/nowhere", p), 0);
}

static void make_inner_link(const char *p)
{
	assert_int_equal(symlink("work", p), 0);
}

static void make_hard_link(const char *p)
{
	put("outside.tmp", "x");
	assert_int_equal(link(path_of("outside.tmp"), p), 0);
}

static void make_pipe(const char *p)
{
	assert_int_equal(mkfifo(p, 0600), 0);
}

static void make_socket(const char *p)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", p);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	close(fd);
}

static void make_big(const char *p)
{
	int fd = open(p, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(ftruncate(fd, 101), 0);
	close(fd);
}

static void make_file(const char *p)
{
	int fd = open(p, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, "a,b", 3), 3);
	close(fd);
}

static const struct kind {
	const char *name, *file, *fault;
	void (*make)(const char *path);
	const char *taken; /* NULL: the same name */
} kinds[] = {
	{ "a plain file", "a.csv", NULL, make_file, NULL },
	{ "a Chinese name", "9月19日预警清单（高危）.xlsx", NULL, make_file, NULL },
	{ "a name that looks like an option", "-rf", NULL, make_file, NULL },
	{ "a name for a shell", "$(reboot);`x`|y&.csv", NULL, make_file, NULL },
	{ "blanks and quotes", " a 'b\" c.csv ", NULL, make_file, NULL },
	{ "dots inside", "a..b.csv", NULL, make_file, NULL },
	{ "a percent sign", "%s%n.csv", NULL, make_file, NULL },
	{ "a link to a file", "a.csv", "not_a_file", make_link, NULL },
	{ "a link to nothing", "a.csv", "not_a_file", make_dangling, NULL },
	{ "a link to our own folder", "a.csv", "not_a_file", make_inner_link, NULL },
	{ "a second name of another file", "a.csv", "hard_link", make_hard_link, NULL },
	{ "a pipe", "a.csv", "not_a_file", make_pipe, NULL },
	{ "a socket", "a.csv", "not_a_file", make_socket, NULL },
	{ "too big", "a.csv", "file_too_big", make_big, NULL },
	{ "a line feed", "a\nb.csv", "bad_name", make_file, "a_b.csv" },
	{ "an escape", "a\x1b[31m.csv", "bad_name", make_file, "a_[31m.csv" },
	{ "no UTF-8", "a\xff\xfe.csv", "bad_name", make_file, "a__.csv" },
	{ "a sign that turns the line round", "a\xE2\x80\xAEvsc.exe", "bad_name", make_file,
		"a_vsc.exe" },
	{ "a zero-width blank", "a\xE2\x80\x8B.csv", "bad_name", make_file, "a_.csv" },
	{ "a C1 control", "a\xC2\x85.csv", "bad_name", make_file, "a_.csv" },
	{ "DEL", "a\x7f.csv", "bad_name", make_file, "a_.csv" },
};

static void is_judged(void **state)
{
	const struct kind *k = *state;
	char taken[DROP_NAME + 1], inside[DROP_NAME + 8];
	struct fault fault = { .row = 0 };
	struct timespec a, b;
	enum drop_rc rc;

	k->make(path_of(k->file));
	clock_gettime(CLOCK_MONOTONIC, &a);
	drop_is_open(drop, k->file);
	rc = drop_take(drop, k->file, taken, &fault);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < 500);
	assert_int_equal(rc, k->fault == NULL ? DROP_OK : DROP_REFUSED);
	assert_string_equal(fault.code, k->fault == NULL ? "" : k->fault);
	assert_string_equal(taken, k->taken == NULL ? k->file : k->taken);
	assert_false(there(k->file));
	snprintf(inside, sizeof inside, "work/%s", taken);
	assert_true(there(inside));
	assert_int_equal(drop_finish(drop, taken, rc == DROP_OK), DROP_OK);
	snprintf(inside, sizeof inside, "%s/%s", rc == DROP_OK ? "done" : "failed", taken);
	assert_true(there(inside));
}

static void names_that_say_wait(void **state)
{
	static const char *const waits[] = { ".a.csv", "~$名单.xlsx", "a.csv.part", "a.TMP",
		"a.crdownload", "a~", ".~lock.a.ods#", "Thumbs.db", "desktop.ini", ".", ".." };

	(void)state;
	for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
		assert_int_equal(drop_name_of(waits[i]), DROP_NAME_ARRIVING);
	assert_int_equal(drop_name_of("part.csv"), DROP_NAME_FILE);
}

static void a_long_name_is_shortened_at_a_character(void **state)
{
	char name[256] = "", taken[DROP_NAME + 1];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 80; i++)
		memcpy(name + 3 * i, "长", 4);
	put(name, "x");
	assert_int_equal(drop_take(drop, name, taken, &fault), DROP_OK);
	assert_int_equal(strlen(taken) % 3, 0);
	assert_int_equal(drop_finish(drop, taken, true), DROP_OK);
}

static void folders_are_left_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(path_of("sub"), 0700), 0);
	assert_false(drop_look(drop, "sub", &st));
	assert_false(drop_look(drop, "nothing", &st));
}

/* ---- moving ---------------------------------------------------------------------------------- */

static void nothing_is_ever_overwritten(void **state)
{
	char taken[DROP_NAME + 1], path[DROP_PATH];
	struct fault fault;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		char text[8];
		FILE *f;

		snprintf(text, sizeof text, "no %d", i);
		put("名单.csv", text);
		assert_int_equal(drop_take(drop, "名单.csv", taken, &fault), DROP_OK);
		f = fopen(drop_report_path(drop, taken, false, path), "w");
		fputs(text, f);
		fclose(f);
		assert_int_equal(drop_finish(drop, taken, true), DROP_OK);
	}
	assert_string_equal(text_of("done/名单.csv"), "no 1");
	assert_string_equal(text_of("done/名单-2.csv"), "no 2");
	assert_string_equal(text_of("done/名单-3.csv"), "no 3");
	assert_string_equal(text_of("done/名单-结果.csv"), "no 1");
	assert_string_equal(text_of("done/名单-结果-3.csv"), "no 3");
}

static void a_name_taken_in_work_gets_a_number(void **state)
{
	char a[DROP_NAME + 1], b[DROP_NAME + 1];
	struct fault fault;

	(void)state;
	put("x.csv", "1");
	assert_int_equal(drop_take(drop, "x.csv", a, &fault), DROP_OK);
	put("x.csv", "2");
	assert_int_equal(drop_take(drop, "x.csv", b, &fault), DROP_OK);
	assert_string_equal(a, "x.csv");
	assert_string_equal(b, "x-2.csv");
	assert_string_equal(text_of("work/x.csv"), "1");
}

static void gone_is_no_error(void **state)
{
	char taken[DROP_NAME + 1];
	struct fault fault;

	(void)state;
	assert_int_equal(drop_take(drop, "x.csv", taken, &fault), DROP_GONE);
	assert_int_equal(drop_finish(drop, "x.csv", true), DROP_GONE);
	assert_int_equal(drop_input(drop, "x.csv"), -1);
}

static void somebody_who_writes_is_seen(void **state)
{
	int fd;

	(void)state;
	put("x.csv", "1");
	assert_false(drop_is_open(drop, "x.csv"));
	fd = open(path_of("x.csv"), O_WRONLY | O_APPEND);
	assert_true(drop_is_open(drop, "x.csv"));
	close(fd);
	assert_false(drop_is_open(drop, "x.csv"));
}

static void input_is_read_from_work_only(void **state)
{
	char taken[DROP_NAME + 1], c;
	struct fault fault;
	int fd;

	(void)state;
	put("x.csv", "1");
	assert_int_equal(drop_input(drop, "../x.csv"), -1);
	assert_int_equal(drop_take(drop, "x.csv", taken, &fault), DROP_OK);
	fd = drop_input(drop, taken);
	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(c, '1');
	close(fd);
}

/* ---- the n-th call fails ------------------------------------------------------- */

static int renames, failing_rename;

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	static int (*real)(int, const char *, int, const char *, unsigned);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "renameat2");
	if (failing_rename > 0 && ++renames == failing_rename) {
		errno = EIO;
		return -1;
	}
	return real(from_dir, from, to_dir, to, flags);
}

/* How often the file stands in all the places together. */
static int copies(const char *name)
{
	static const char *const places[] = { "", "work/", "done/", "failed/" };
	int n = 0;

	for (size_t i = 0; i < 4; i++) {
		char path[DROP_NAME + 16];

		snprintf(path, sizeof path, "%s%s", places[i], name);
		n += there(path);
	}
	return n;
}

static void pass_through(bool *took, bool *ended)
{
	char taken[DROP_NAME + 1] = "x.csv", path[DROP_PATH];
	struct fault fault;
	FILE *f;

	*took = drop_take(drop, "x.csv", taken, &fault) == DROP_OK;
	*ended = false;
	if (!*took)
		return;
	f = fopen(drop_report_path(drop, taken, false, path), "w");
	fclose(f);
	*ended = drop_finish(drop, taken, true) == DROP_OK;
}

/* True while the fault still hits something. */
static bool one_fault(int n, bool of_rename, enum iofail_kind kind)
{
	char taken[DROP_NAME + 1];
	struct fault fault;
	bool took, ended, fired;

	put("x.csv", "1");
	renames = 0;
	failing_rename = of_rename ? n : 0;
	if (!of_rename)
		iofail_arm(n, kind);
	pass_through(&took, &ended);
	fired = of_rename ? renames >= n : iofail_disarm();
	failing_rename = 0;
	assert_int_equal(copies("x.csv"), 1); /* never lost, never doubled */
	assert_true(!ended || there("done/x.csv"));
	assert_true(ended || fired);
	/* and from wherever it is it can go on */
	if (there("x.csv"))
		assert_int_equal(drop_take(drop, "x.csv", taken, &fault), DROP_OK);
	if (there("work/x.csv"))
		assert_int_equal(drop_finish(drop, "x.csv", true), DROP_OK);
	assert_true(there("done/x.csv"));
	unlink(path_of("done/x.csv"));
	unlink(path_of("done/x-结果.csv"));
	return fired;
}

static void whatever_call_fails_the_file_is_in_one_place(void **state)
{
	int told = 0;

	(void)state;
	for (int n = 1; one_fault(n, true, IOFAIL_ONCE); n++)
		told++;
	for (int n = 1; one_fault(n, false, IOFAIL_ONCE); n++)
		told++;
	for (int n = 1; one_fault(n, false, IOFAIL_FOREVER); n++)
		told++;
	assert_true(told >= 10);
}

/* ---- on the loop ------------------------------------------------------------------------------- */

struct seen {
	struct drop_watch *watch;
	uv_loop_t *loop;
	struct buf names;
	size_t files, stop_at;
	bool good, keep; /* keep: never say done, as when the power goes */
	uv_timer_t limit;
};

static void finish(struct seen *s)
{
	drop_watch_stop(s->watch);
	if (!uv_is_closing((uv_handle_t *)&s->limit))
		uv_close((uv_handle_t *)&s->limit, NULL);
}

static void on_file(void *arg, const char *taken, const struct fault *refused)
{
	struct seen *s = arg;

	buf_addf(&s->names, "%s%s|", taken, refused ? refused->code : "");
	s->files++;
	if (!s->keep)
		drop_watch_done(s->watch, taken, refused == NULL);
	if (s->files == s->stop_at)
		finish(s);
}

static void on_limit(uv_timer_t *t)
{
	finish(t->data);
}

/* Watches until stop_at files have come, or the time is up; `meanwhile` runs in a child. */
static void watch(struct seen *s, int settle_ms, unsigned limit_ms, void (*meanwhile)(void))
{
	uv_loop_t loop;
	pid_t pid = 0;

	uv_loop_init(&loop);
	s->loop = &loop;
	buf_init(&s->names, 65536);
	uv_timer_init(&loop, &s->limit);
	s->limit.data = s;
	uv_timer_start(&s->limit, on_limit, limit_ms, 0);
	s->watch = drop_watch_start(&loop, drop, settle_ms, on_file, s);
	assert_non_null(s->watch);
	if (meanwhile != NULL && (pid = fork()) == 0) {
		meanwhile();
		_exit(0);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void rename_three(void)
{
	static const char *const names[] = { "b.csv", "a.csv", "c.csv" };

	pause_ms(100);
	for (size_t i = 0; i < 3; i++) {
		put("up.part", names[i]);
		rename(path_of("up.part"), path_of(names[i]));
		pause_ms(150);
	}
}

static void renamed_into_place_is_taken_at_once(void **state)
{
	struct seen s = { .stop_at = 3 };

	(void)state;
	watch(&s, 60000, 5000, rename_three); /* the settle time would be a minute */
	assert_string_equal(buf_str(&s.names), "b.csv|a.csv|c.csv|");
	assert_string_equal(text_of("done/a.csv"), "a.csv");
	buf_free(&s.names);
}

static void write_slowly(void)
{
	int fd = open(path_of("slow.csv"), O_WRONLY | O_CREAT, 0600);

	for (int i = 0; i < 10; i++) {
		if (write(fd, &"0123456789"[i], 1) != 1)
			_exit(1);
		pause_ms(i == 5 ? 700 : 30); /* a stall longer than the settle time */
	}
	close(fd);
}

static void a_file_that_is_written_is_waited_for(void **state)
{
	struct seen s = { .stop_at = 1 };

	(void)state;
	watch(&s, 200, 8000, write_slowly);
	assert_int_equal(s.files, 1);
	assert_string_equal(text_of("done/slow.csv"), "0123456789");
	buf_free(&s.names);
}

static void what_a_crash_left_comes_first_and_again(void **state)
{
	struct seen s = { .stop_at = 1, .keep = true }, again = { .stop_at = 2 };
	struct stat st;

	(void)state;
	put("b.csv", "1");
	put("a.csv", "2");
	watch(&s, 0, 5000, NULL); /* handed over and never done: the power went */
	assert_string_equal(buf_str(&s.names), "a.csv|");
	assert_true(there("work/a.csv"));
	put("work/.a.csv.csv", "half an ans");
	watch(&again, 0, 5000, NULL);
	assert_string_equal(buf_str(&again.names), "a.csv|b.csv|");
	assert_int_equal(lstat(path_of("work/.a.csv.csv"), &st), -1);
	assert_true(there("done/a.csv") && there("done/b.csv"));
	buf_free(&s.names);
	buf_free(&again.names);
}

static void what_is_refused_is_told_and_ends_in_failed(void **state)
{
	struct seen s = { .stop_at = 2 };

	(void)state;
	make_pipe(path_of("a.csv"));
	make_link(path_of("b.csv"));
	put("wait.part", "x");
	watch(&s, 0, 5000, NULL);
	assert_string_equal(buf_str(&s.names), "a.csvnot_a_file|b.csvnot_a_file|");
	assert_true(there("failed/a.csv") && there("failed/b.csv") && there("wait.part"));
	buf_free(&s.names);
}

static void forty_files_come_in_order_and_once(void **state)
{
	struct seen s = { .stop_at = 40 };
	struct buf want;

	(void)state;
	buf_init(&want, 65536);
	for (int i = 0; i < 40; i++) {
		char name[32];

		snprintf(name, sizeof name, "n%02d.csv", i);
		put(name, "x");
		buf_addf(&want, "%s|", name);
	}
	watch(&s, 0, 10000, NULL);
	assert_string_equal(buf_str(&s.names), buf_str(&want));
	buf_free(&s.names);
	buf_free(&want);
}

int main(void)
{
#define RULE(f) \
	{ \
#f, f, set_up, tear_down, NULL \
	}
	enum { N = sizeof kinds / sizeof *kinds };
	static const struct CMUnitTest rules[] = {
		RULE(names_that_say_wait),
		RULE(a_long_name_is_shortened_at_a_character),
		RULE(folders_are_left_alone),
		RULE(nothing_is_ever_overwritten),
		RULE(a_name_taken_in_work_gets_a_number),
		RULE(gone_is_no_error),
		RULE(somebody_who_writes_is_seen),
		RULE(input_is_read_from_work_only),
		RULE(whatever_call_fails_the_file_is_in_one_place),
		RULE(renamed_into_place_is_taken_at_once),
		RULE(a_file_that_is_written_is_waited_for),
		RULE(what_a_crash_left_comes_first_and_again),
		RULE(what_is_refused_is_told_and_ends_in_failed),
		RULE(forty_files_come_in_order_and_once),
	};
	enum { R = sizeof rules / sizeof *rules };
	struct CMUnitTest tests[N + R];

	memcpy(tests + N, rules, sizeof rules);
	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ kinds[i].name, is_judged, set_up, tear_down,
			(void *)(uintptr_t)&kinds[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
