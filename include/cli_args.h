/*
 * cli_args.h - what stands on the command line, sorted into words and options.
 *
 * A verb says what it takes in one text: "case:案件 text:内容" or "[q:姓名] pair:字段=值...".
 * Parts are parted by blanks, each is NAME:LABEL; in brackets it may be left out, with dots
 * behind it it takes all that is left, with # behind the name it is a whole number. Among
 * options a NAME without a label is a flag. Pure; strings are borrowed from argv.
 */
#ifndef QUANZU_CLI_ARGS_H
#define QUANZU_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

enum { CLI_WORDS = 64, CLI_OPTIONS = 40, CLI_SPECS = 32, CLI_NAME = 24, CLI_LABEL = 48 };

struct cli_spec {
	char name[CLI_NAME], label[CLI_LABEL]; /* label "": a flag */
	bool optional, rest, number;
};
struct cli_specs {
	struct cli_spec item[CLI_SPECS];
	size_t count;
};
/* Adds what the text says behind what is there. The text is ours: a wrong one is a bug. */
void cli_specs_add(struct cli_specs *to, const char *text);
const struct cli_spec *cli_specs_find(const struct cli_specs *s, const char *name); /* NULL */

struct cli_globals { /* they may stand anywhere before "--" */
	const char *config, *socket;
	bool json, help, version;
};
/* Takes them out of argv; false: *bad has no value. */
bool cli_globals_take(int *argc, char **argv, struct cli_globals *out, const char **bad);

struct cli_args {
	const char *word[CLI_WORDS];
	int words;
	const char *name[CLI_OPTIONS], *value[CLI_OPTIONS]; /* names of the specs; "" for a flag */
	int options;
};
enum cli_args_rc {
	CLI_ARGS_OK,
	CLI_ARGS_UNKNOWN,  /* there is no such option */
	CLI_ARGS_NO_VALUE, /* it wants one */
	CLI_ARGS_IS_FLAG,  /* it wants none */
	CLI_ARGS_MANY,     /* too many words or options */
	CLI_ARGS_FEW,      /* a word is missing: *bad is its label */
	CLI_ARGS_EXTRA     /* *bad is one word too many */
};
/* "-" and what looks like a negative number are words; behind "--" everything is. */
enum cli_args_rc cli_args_read(int argc, char **argv, const struct cli_specs *words,
	const struct cli_specs *options, struct cli_args *out, const char **bad);
const char *cli_option(const struct cli_args *a, const char *name); /* the last; NULL absent */
/* The word that stands for this part; NULL absent. */
const char *cli_word(const struct cli_args *a, const struct cli_specs *words, const char *name);

/*
 * The number of a case as people say it: 7 or 0007 is today's, 20261121-7 that day's. False:
 * it is none (an id). `today` is 20261121.
 */
enum { CLI_CASE_NO = 32 };
bool cli_case_no(const char *text, const char *today, char out[CLI_CASE_NO]);

/* The word of the list that was probably meant; NULL when none is near. Ends with NULL. */
const char *cli_nearest(const char *word, const char *const *list);

#endif
