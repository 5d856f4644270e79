/* From argv to the verb that runs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "daemon.h"
#include "log.h"
#include "text.h"

#include "banned.h"

enum { ARENA_MAX_BYTES = 256 << 20 };

static int run_verb(struct cli *c)
{
	int code;

	arena_init(&c->arena, ARENA_MAX_BYTES);
	settings_default(&c->defaults);
	c->set = &c->defaults;
	clock_zone(c->defaults.timezone);
	code = c->verb->run(c);
	cli_http_close(c->http);
	settings_free(c->read);
	arena_free(&c->arena);
	return code;
}

/* Names of files are whatever they are. */
static bool is_text(const struct cli *c)
{
	for (int i = 0; i < c->args.words; i++) {
		size_t at = (size_t)i < c->words.count ? (size_t)i : c->words.count - 1;

		if (strcmp(c->words.item[at].name, "file") != 0 &&
			!text_valid(c->args.word[i], strlen(c->args.word[i])))
			return false;
	}
	for (int i = 0; i < c->args.options; i++)
		if (strcmp(c->args.name[i], "file") != 0 &&
			!text_valid(c->args.value[i], strlen(c->args.value[i])))
			return false;
	return true;
}

/* argv behind the noun and the verb. */
static int read_args(struct cli *c, int argc, char **argv)
{
	const char *bad = "";
	enum cli_args_rc rc;

	cli_specs_add(&c->words, c->verb->words);
	cli_verb_options(c->verb, &c->options);
	if (c->g.help) {
		cli_usage_verb(stdout, c->verb);
		return CLI_DONE;
	}
	rc = cli_args_read(argc, argv, &c->words, &c->options, &c->args, &bad);
	if (rc != CLI_ARGS_OK)
		return cli_wrong_args(c, rc, bad);
	if (!is_text(c)) {
		cli_say("命令行里有不是 UTF-8 的字。");
		return EXIT_USAGE;
	}
	return run_verb(c);
}

static int find_verb(struct cli *c, int argc, char **argv)
{
	const char *noun = argv[0];

	if (strcmp(noun, "help") == 0 || !cli_noun_known(noun)) {
		if (strcmp(noun, "help") != 0)
			return cli_wrong_noun(noun);
		cli_usage(stdout);
		return CLI_DONE;
	}
	c->verb = cli_verb_find(noun, "");
	if (c->verb != NULL)
		return read_args(c, argc - 1, argv + 1);
	if (argc == 1 || strcmp(argv[1], "help") == 0) {
		cli_usage_noun(argc == 1 && !c->g.help ? stderr : stdout, noun);
		return argc == 1 && !c->g.help ? EXIT_USAGE : CLI_DONE;
	}
	c->verb = cli_verb_find(noun, argv[1]);
	if (c->verb == NULL)
		return cli_wrong_verb(noun, argv[1]);
	return read_args(c, argc - 2, argv + 2);
}

int cli_main(int argc, char **argv)
{
	static struct cli c;
	const char *bad;
	int code;

	argc--;
	argv++;
	if (!cli_globals_take(&argc, argv, &c.g, &bad)) {
		cli_say("%s 后面要写一个值。", bad);
		return EXIT_USAGE;
	}
	if (c.g.version) {
		printf("quanzu " DAEMON_VERSION "\n");
		return CLI_DONE;
	}
	if (argc == 0) {
		cli_usage(c.g.help ? stdout : stderr);
		return c.g.help ? CLI_DONE : EXIT_USAGE;
	}
	code = find_verb(&c, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_say("写不出结果：%s", strerror(errno));
		return EXIT_IO;
	}
	return code;
}
