/* Texts as sound: commands that work, fail, write nonsense or nothing; what is kept and what is not. */
#include <dirent.h>
#include <math.h>
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

#include "speech.h"
#include "wav.h"

#include "banned.h"

enum { COUNT = 800 };

static char folder[64], tone[128], words_file[140];
static uv_loop_t loop;

static struct heard {
	int calls;
	size_t count;
} heard;

static void done(void *arg, int16_t *samples, size_t count)
{
	struct heard *h = arg;

	h->calls++;
	h->count = samples == NULL ? 0 : count;
	free(samples);
}

static void write_tone(const char *path)
{
	int16_t samples[COUNT];
	uint8_t bytes[44 + 2 * COUNT];
	size_t n;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (int i = 0; i < COUNT; i++)
		samples[i] = (int16_t)(9000 * sin(i * 0.5));
	n = wav_write(samples, COUNT, bytes, sizeof bytes);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static int begin(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/quanzu_speech_XXXXXX");
	if (mkdtemp(folder) == NULL || uv_loop_init(&loop) != 0)
		return -1;
	snprintf(tone, sizeof tone, "%s.tone.wav", folder);
	snprintf(words_file, sizeof words_file, "%s.words", tone);
	write_tone(tone);
	heard = (struct heard){ 0 };
	return 0;
}

static int entries(void)
{
	DIR *d = opendir(folder);
	int n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.' && strcmp(e->d_name, "prompts") != 0;
	closedir(d);
	return n;
}

static int finish(void **state)
{
	char command[200];

	(void)state;
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	unlink(tone);
	unlink(words_file);
	snprintf(command, sizeof command, "%s/prompts/general.wav", folder);
	unlink(command);
	snprintf(command, sizeof command, "%s/prompts", folder);
	rmdir(command);
	for (int i = 0; i < 3; i++) {
		DIR *d = opendir(folder);

		for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
			snprintf(command, sizeof command, "%s/%.100s", folder, e->d_name);
			unlink(command);
		}
		if (d != NULL)
			closedir(d);
	}
	rmdir(folder);
	return 0;
}

static void make(const char *const *command, const char *text, const char *name)
{
	struct speech *s = speech_new(&loop, folder, command);
	int before = heard.calls;

	assert_true(speech_make(s, text, name, done, &heard));
	assert_int_equal(heard.calls, before);
	while (heard.calls == before)
		uv_run(&loop, UV_RUN_ONCE);
	speech_free(s);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(heard.calls, before + 1);
}

static void a_command_speaks(void **state)
{
	const char *const command[] = { "/bin/cp", tone, "{out}", NULL };

	(void)state;
	make(command, "张三,李庄三组", NULL);
	assert_int_equal(heard.count, COUNT);
	assert_int_equal(entries(), 0); /* nothing about a person stays on the disk */
}

static void a_prompt_is_kept(void **state)
{
	const char *const command[] = { "/bin/cp", tone, "{out}", NULL };
	const char *const fails[] = { "/bin/false", "{out}", NULL };

	(void)state;
	make(command, "请看短信", "general");
	assert_int_equal(heard.count, COUNT);
	assert_int_equal(entries(), 1);
	heard.count = 0;
	make(fails, "请看短信", "general");
	assert_int_equal(heard.count, COUNT);
	make(NULL, "请看短信", "general");
	assert_int_equal(heard.count, COUNT);
	make(fails, "别的话", "general");
	assert_int_equal(heard.count, 0);
}

static void an_own_recording_comes_first(void **state)
{
	const char *const fails[] = { "/bin/false", "{out}", NULL };
	char path[200];

	(void)state;
	snprintf(path, sizeof path, "%s/prompts", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/prompts/general.wav", folder);
	write_tone(path);
	make(fails, "请看短信", "general");
	assert_int_equal(heard.count, COUNT);
}

static void what_goes_wrong_is_silence(void **state)
{
	const char *const fails[] = { "/bin/false", "{out}", NULL };
	const char *const missing[] = { "/nonexistent/program", "{out}", NULL };
	const char *const no_sound[] = { "/bin/cp", "/etc/passwd", "{out}", NULL };
	const char *const no_file[] = { "/bin/true", "{out}", NULL };
	const char *const *const all[] = { fails, missing, no_sound, no_file, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		heard.count = 1;
		make(all[i], "请接单", i % 2 == 0 ? NULL : "general");
		assert_int_equal(heard.count, 0);
		assert_int_equal(entries(), 0);
	}
}

static void the_text_stands_in_a_file(void **state)
{
	const char *const command[] = { "/bin/cp", "{file}", words_file, NULL };
	char got[64] = "";
	FILE *f;

	(void)state;
	make(command, "-请接单", NULL);
	f = fopen(words_file, "r");
	assert_non_null(f);
	assert_non_null(fgets(got, sizeof got, f));
	fclose(f);
	assert_string_equal(got, " -请接单"); /* no option of the program */
	assert_int_equal(entries(), 0);
}

static void it_may_end_while_a_command_runs(void **state)
{
	const char *const command[] = { "/bin/sleep", "30", NULL };
	struct speech *s = speech_new(&loop, folder, command);

	(void)state;
	assert_true(speech_make(s, "一", NULL, done, &heard));
	assert_true(speech_make(s, "二", NULL, done, &heard));
	for (int i = 0; i < 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	usleep(100 * 1000);
	uv_run(&loop, UV_RUN_NOWAIT);
	speech_free(s);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(heard.calls, 0);
}

static void too_many_wait(void **state)
{
	const char *const command[] = { "/bin/false", NULL };
	struct speech *s = speech_new(&loop, folder, command);
	int taken = 0;

	(void)state;
	while (speech_make(s, "一", NULL, done, &heard))
		taken++;
	assert_int_equal(taken, SPEECH_WAITING + 1); /* one is in work */
	while (heard.calls < taken)
		uv_run(&loop, UV_RUN_ONCE);
	speech_free(s);
}

static void words_are_filled(void **state)
{
	char out[40];

	(void)state;
	speech_fill("-w={out}", "话", "f", "/o", out, sizeof out);
	assert_string_equal(out, "-w=/o");
	speech_fill("{text}{file}{x}", "话", "f", "/o", out, sizeof out);
	assert_string_equal(out, "话f{x}");
	speech_fill("{out}{out}", "", "", "0123456789", out, 15);
	assert_string_equal(out, "01234567890123");
}

#define ONE(fn) cmocka_unit_test_setup_teardown(fn, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(a_command_speaks),
		ONE(a_prompt_is_kept),
		ONE(an_own_recording_comes_first),
		ONE(what_goes_wrong_is_silence),
		ONE(the_text_stands_in_a_file),
		ONE(it_may_end_while_a_command_runs),
		ONE(too_many_wait),
		cmocka_unit_test(words_are_filled),
	};

	return cmocka_run_group_tests_name("speech", tests, NULL, NULL);
}
