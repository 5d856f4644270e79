/* Short help in Chinese, and what is said to a wrong word. */
#include <stdarg.h>
#include <string.h>

#include "cli.h"
#include "cli_table.h"
#include "log.h"

#include "banned.h"

enum { NAMES = 64, LINE = 2048 };

void cli_say(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void print_table(FILE *to, const struct cli_table *t)
{
	const char *rows;
	struct buf b;

	buf_init(&b, 256 << 10);
	cli_table_write(t, &b);
	/* Help has no titles: the empty first line is left out. */
	rows = strchr(buf_str(&b), '\n');
	fputs(rows == NULL ? "" : rows + 1, to);
	buf_free(&b);
}

void cli_usage(FILE *to)
{
	static const char *const titles[] = { "", "" };
	struct cli_table *t = cli_table_new(titles, 2, 200);
	char name[CLI_NAME + 2];

	fputs("用法: quanzu [-c 配置文件] [--json] 词 动作 …\n\n", to);
	for (const struct cli_noun *n = cli_nouns; n->noun != NULL; n++) {
		snprintf(name, sizeof name, "  %s", n->noun);
		cli_table_add(t, name);
		cli_table_add(t, n->help);
	}
	print_table(to, t);
	cli_table_free(t);
	fputs("\n  -c FILE     配置文件，默认 " CLI_CONFIG "\n"
	      "  --socket S  直接用这个套接字，不读配置\n"
	      "  --json      原样打印接口的回答\n"
	      "\nquanzu 词 看它有哪些动作，quanzu 词 动作 --help 看一个动作。\n",
		to);
}

static void put_word(struct buf *out, const struct cli_spec *s)
{
	buf_addf(out, s->optional ? " [%s%s]" : " %s%s", s->label, s->rest ? "…" : "");
}

static void put_line(const struct cli_verb *v, bool options, struct buf *out)
{
	struct cli_specs words = { .count = 0 }, all;

	buf_addf(out, "quanzu %s%s%s", v->noun, v->verb[0] == '\0' ? "" : " ", v->verb);
	cli_specs_add(&words, v->words);
	for (size_t i = 0; i < words.count; i++)
		put_word(out, &words.item[i]);
	cli_verb_options(v, &all);
	if (!options && v->run == cli_list && all.count > 0) {
		buf_adds(out, " [条件]");
		return;
	}
	for (size_t i = 0; i < all.count; i++)
		buf_addf(out, all.item[i].label[0] == '\0' ? " [--%s]" : " [--%s %s]",
			all.item[i].name, all.item[i].label);
}

void cli_usage_noun(FILE *to, const char *noun)
{
	struct buf line;

	buf_init(&line, LINE);
	for (const struct cli_verb *v = cli_verbs; v->noun != NULL; v++) {
		if (strcmp(v->noun, noun) != 0)
			continue;
		buf_clear(&line);
		put_line(v, false, &line);
		fprintf(to, "  %s\n        %s\n", buf_str(&line), v->help);
	}
	buf_free(&line);
}

void cli_usage_verb(FILE *to, const struct cli_verb *v)
{
	struct buf line;

	buf_init(&line, LINE);
	put_line(v, true, &line);
	fprintf(to, "用法: %s\n%s\n", buf_str(&line), v->help);
	buf_free(&line);
}

/* -- wrong words ----------------------------------------------------------------------------------- */

static void say_wrong(const char *what, const char *word, const char *near)
{
	if (near == NULL)
		cli_say("没有%s“%s”。", what, word);
	else
		cli_say("没有%s“%s”，是不是 %s？", what, word, near);
}

int cli_wrong_noun(const char *noun)
{
	const char *list[NAMES];
	size_t n = 0;

	for (const struct cli_noun *k = cli_nouns; k->noun != NULL && n + 1 < NAMES; k++)
		list[n++] = k->noun;
	list[n] = NULL;
	say_wrong("这个词", noun, cli_nearest(noun, list));
	cli_say("可用的词见 quanzu --help");
	return EXIT_USAGE;
}

int cli_wrong_verb(const char *noun, const char *verb)
{
	const char *list[NAMES];
	size_t n = 0;

	for (const struct cli_verb *v = cli_verbs; v->noun != NULL && n + 1 < NAMES; v++)
		if (strcmp(v->noun, noun) == 0)
			list[n++] = v->verb;
	list[n] = NULL;
	say_wrong("这个动作", verb, cli_nearest(verb, list));
	cli_usage_noun(stderr, noun);
	return EXIT_USAGE;
}

static void say_option(const struct cli *c, const char *bad)
{
	const char *list[CLI_SPECS + 1];
	char name[CLI_NAME + 2], near[CLI_NAME + 4] = "";
	const char *found;

	for (size_t i = 0; i < c->options.count; i++)
		list[i] = c->options.item[i].name;
	list[c->options.count] = NULL;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(bad + strspn(bad, "-"), "="),
		bad + strspn(bad, "-"));
	found = cli_nearest(name, list);
	if (found != NULL)
		snprintf(near, sizeof near, "--%s", found);
	say_wrong("这个选项", bad, found == NULL ? NULL : near);
}

int cli_wrong_args(const struct cli *c, enum cli_args_rc rc, const char *bad)
{
	static const struct {
		const char *before, *after;
	} texts[] = {
		[CLI_ARGS_NO_VALUE] = { "", " 后面要写一个值。" },
		[CLI_ARGS_IS_FLAG] = { "", " 后面不带值。" },
		[CLI_ARGS_MANY] = { "写得太多了，放不下：", "" },
		[CLI_ARGS_FEW] = { "还缺：", "" },
		[CLI_ARGS_EXTRA] = { "多写了：", "（内容里有空格时请加引号）" },
	};

	if (rc == CLI_ARGS_UNKNOWN)
		say_option(c, bad);
	else
		cli_say("%s%s%s", texts[rc].before, bad, texts[rc].after);
	cli_usage_verb(stderr, c->verb);
	return EXIT_USAGE;
}
