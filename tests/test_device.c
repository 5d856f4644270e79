/* What stands at the path of a modem, and what people are told about it. */
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

#include "device.h"
#include "ports.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}

/* A folder of links as udev makes it: one to a terminal, one into nothing. */
static struct {
	char root[64], links[80], empty[80], tty[120], loose[120], file[80];
	int master;
} here;

static int make(void **state)
{
	char name[64];

	(void)state;
	snprintf(here.root, sizeof here.root, "/tmp/qz-device-XXXXXX");
	if (mkdtemp(here.root) == NULL)
		return -1;
	snprintf(here.links, sizeof here.links, "%s/links", here.root);
	snprintf(here.empty, sizeof here.empty, "%s/empty", here.root);
	snprintf(here.file, sizeof here.file, "%s/file", here.root);
	snprintf(here.tty, sizeof here.tty, "%s/usb-x-if02", here.links);
	snprintf(here.loose, sizeof here.loose, "%s/usb-y-if00", here.links);
	here.master = posix_openpt(O_RDWR | O_NOCTTY);
	if (here.master < 0 || grantpt(here.master) != 0 || unlockpt(here.master) != 0 ||
		ptsname_r(here.master, name, sizeof name) != 0)
		return -1;
	close(open(here.file, O_CREAT | O_WRONLY, 0600));
	return mkdir(here.links, 0700) | mkdir(here.empty, 0700) | symlink(name, here.tty) |
	       symlink("/dev/no-such-port", here.loose);
}

static int unmake(void **state)
{
	(void)state;
	close(here.master);
	unlink(here.tty);
	unlink(here.loose);
	unlink(here.file);
	return rmdir(here.links) | rmdir(here.empty) | rmdir(here.root);
}

/* clang-format off */
static const struct look_row {
	const char *name, *device, *imei;
	enum device_state want;
} looks[] = {
	{ "a terminal behind a link", here.tty, "", DEVICE_THERE },
	{ "a link into nothing", here.loose, "", DEVICE_ABSENT },
	{ "nothing of that name", "/dev/serial/by-id/no-such-modem", "", DEVICE_ABSENT },
	{ "a folder of links", here.links, "866000000000011", DEVICE_THERE },
	{ "a folder without links", here.empty, "866000000000011", DEVICE_ABSENT },
	{ "a file", here.file, "", DEVICE_NO_TTY },
	{ "a device of another kind", "/dev/null", "", DEVICE_NO_TTY },
	{ "a way through a file", "/dev/null/tty", "", DEVICE_ABSENT },
	{ "a network address is not asked", "tcp:127.0.0.1:1", "", DEVICE_THERE },
};

static const struct tell_row {
	const char *name;
	enum device_state state;
	const char *device, *there, *says[4];
} tells[] = {
	{ "absent, with others there", DEVICE_ABSENT, "/dev/a", "/dev/b、/dev/c",
	  { "/dev/a 不存在", "插上以后会自动找到", "现在有的串口:/dev/b、/dev/c" } },
	{ "absent, and nothing there", DEVICE_ABSENT, "/dev/a", "",
	  { "/dev/a 不存在", "一个USB串口都没有" } },
	{ "looked for by IMEI", DEVICE_ABSENT, "", "", { "imei", "一个USB串口都没有" } },
	{ "no tty", DEVICE_NO_TTY, "/dev/null", "/dev/b", { "/dev/null 存在,但不是串口", "/dev/b" } },
	{ "forbidden", DEVICE_FORBIDDEN, "/dev/null", "/dev/b",
	  { "/dev/null 用户 ", "没有读写权限", "usermod -aG dialout " } },
};
/* clang-format on */

static void looked_at(void **state)
{
	const struct look_row *r = *state;

	assert_int_equal(device_look(r->device, r->imei), r->want);
}

static void told(void **state)
{
	const struct tell_row *r = *state;
	char text[DEVICE_TEXT];

	device_tell(r->state, r->device, r->there, text);
	for (int i = 0; i < 4 && r->says[i] != NULL; i++)
		if (strstr(text, r->says[i]) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", r->says[i], text);
}

static void links_are_named_and_the_rest_is_counted(void **state)
{
	char names[300], want[300], path[64], few[150];

	(void)state;
	assert_string_equal(ports_names(here.empty, names, sizeof names), "");
	assert_string_equal(ports_names(here.links, names, sizeof names), here.tty);
	assert_int_equal(unlink(here.loose), 0);
	assert_int_equal(symlink("/dev/null", here.loose), 0);
	snprintf(want, sizeof want, "%s、%s", here.tty, here.loose);
	assert_string_equal(ports_names(here.links, names, sizeof names), want);
	snprintf(want, sizeof want, "%s 等2个", here.tty);
	assert_string_equal(ports_names(here.links, few, strlen(here.tty) + 30), want);
	assert_int_equal(ptsname_r(here.master, path, sizeof path), 0);
	assert_true(ports_hold(&here, path));
	assert_string_equal(ports_names(here.links, names, sizeof names), here.loose);
	ports_hold(&here, NULL);
}

int main(void)
{
	struct CMUnitTest tests[40];
	size_t n = 0;

	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		tests[n++] = (struct CMUnitTest)ROW(looks[i], looked_at);
	for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
		tests[n++] = (struct CMUnitTest)ROW(tells[i], told);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(links_are_named_and_the_rest_is_counted);
	return _cmocka_run_group_tests("device", tests, n, make, unmake);
}
