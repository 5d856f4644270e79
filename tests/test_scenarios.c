/* Every file of tests/scenarios twice: as it stands, and with a restart after every line. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "scenario.h"

#include "banned.h"

enum { WHY = 8000 };

struct one {
	char name[200], path[160];
	bool restarts;
};

static void play(void **state)
{
	const struct one *one = *state;
	static char why[WHY];

	if (!scenario_play(one->path, one->restarts, why, WHY))
		fail_msg("%s", why);
}

int main(int argc, char **argv)
{
	glob_t files;
	struct CMUnitTest *tests;
	struct one *all;
	size_t n = 0;
	int failed;

	log_level_set(LOG_LEVEL_ERROR);
	if (glob(argc > 1 ? argv[1] : "tests/scenarios/*.txt", 0, NULL, &files) != 0)
		return 1;
	tests = calloc(files.gl_pathc * 2, sizeof *tests);
	all = calloc(files.gl_pathc * 2, sizeof *all);
	for (size_t i = 0; i < files.gl_pathc * 2; i++) {
		const char *path = files.gl_pathv[i / 2], *base = strrchr(path, '/');

		all[n].restarts = i % 2 == 1;
		snprintf(all[n].path, sizeof all[n].path, "%s", path);
		snprintf(all[n].name, sizeof all[n].name, "%s%s", base == NULL ? path : base + 1,
			all[n].restarts ? " with a restart after every line" : "");
		tests[n] = (struct CMUnitTest){
			.name = all[n].name, .test_func = play, .initial_state = &all[n]
		};
		n++;
	}
	failed = _cmocka_run_group_tests("scenarios", tests, n, NULL, NULL);
	globfree(&files);
	free(tests);
	free(all);
	return failed;
}
