/* The power command really runs: its words, its end, its time limit, its absence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "power.h"

#include "banned.h"

struct run {
	int done;
	bool ok;
};

static void done(void *arg, bool ok)
{
	struct run *r = arg;

	r->done++;
	r->ok = ok;
}

static struct run run_words(const char *const *words)
{
	struct run r = { 0 };
	uv_loop_t loop;
	struct power *p;

	uv_loop_init(&loop);
	p = power_new(&loop, words);
	power_run(p, "/dev/ttyUSB2", "1-1.2", done, &r);
	power_run(p, "/dev/ttyUSB2", "1-1.2", done, &r); /* one at a time */
	assert_int_equal(r.done, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	power_free(p);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return r;
}

static void it_ends_well_or_badly(void **state)
{
	struct run r = run_words((const char *const[]){ "/bin/true", NULL });

	(void)state;
	assert_true(r.done == 1 && r.ok);
	r = run_words((const char *const[]){ "/bin/false", NULL });
	assert_true(r.done == 1 && !r.ok);
	r = run_words((const char *const[]){ "/no/such/program", NULL });
	assert_true(r.done == 1 && !r.ok);
}

static void its_words_are_words_and_no_shell_reads_them(void **state)
{
	char path[] = "/tmp/qz-power-XXXXXX", text[100] = "";
	int fd = mkstemp(path);
	char out[128];
	struct run r;
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	snprintf(out, sizeof out, "of=%s", path);
	/* dd copies /dev/null: it exists only to show that "; echo" reaches it as a word. */
	r = run_words((const char *const[]){ "/bin/dd", "if=/dev/null", out, "status=none", NULL });
	assert_true(r.ok);
	r = run_words((const char *const[]){
		"/usr/bin/test", "{port} {usb};$(x)", "=", "/dev/ttyUSB2 1-1.2;$(x)", NULL });
	assert_true(r.ok);
	n = read(fd, text, sizeof text);
	assert_int_equal(n, 0);
	close(fd);
	unlink(path);
}

static void one_that_is_freed_while_it_runs_is_killed(void **state)
{
	static const char *const words[] = { "/bin/sleep", "60", NULL };
	struct run r = { 0 };
	uv_loop_t loop;
	struct power *p;

	(void)state;
	uv_loop_init(&loop);
	p = power_new(&loop, words);
	power_run(p, "", "", done, &r);
	power_free(p);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(r.done, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_well_or_badly),
		cmocka_unit_test(its_words_are_words_and_no_shell_reads_them),
		cmocka_unit_test(one_that_is_freed_while_it_runs_is_killed),
	};

	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
