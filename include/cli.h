/*
 * cli.h - the command line `quanzu`, shared by the files of daemon/cli.
 *
 * quanzu [-c FILE] [--json] NOUN VERB …: one table of verbs (cli_verbs.c) says for each what
 * it takes, which call of the API it is and who shows the answer. Results go to standard
 * output, everything about them to standard error; nothing is asked.
 *
 * Exit codes: 0 done; 1 refused, or some rows were; 64 wrong words; 66 a file cannot be read;
 * 69 quanzud does not run; 74 a file cannot be written; 75 try again later; 77 no permission;
 * 78 the configuration is wrong.
 */
#ifndef QUANZU_CLI_H
#define QUANZU_CLI_H

#include <jansson.h>
#include <stdio.h>

#include "arena.h"
#include "cli_args.h"
#include "cli_http.h"
#include "settings.h"

#define CLI_CONFIG "/etc/quanzu/quanzud.conf"

enum { CLI_DONE = 0, CLI_REFUSED = 1, CLI_NO_INPUT = 66, CLI_TRY_LATER = 75 };

struct cli;

struct cli_verb {
	const char *noun, *verb;     /* verb "": the noun alone is an order */
	const char *words, *options; /* what it takes, see cli_args.h */
	const char *method, *path;   /* {word} in a path: that word, resolved and encoded */
	int (*run)(struct cli *c);   /* the exit code */
	const char *done;            /* what is said when an order was carried out */
	const char *help;
};
struct cli_noun {
	const char *noun, *help;
};
extern const struct cli_verb cli_verbs[];                                 /* ended by a NULL noun */
extern const struct cli_noun cli_nouns[];                                 /* ended by a NULL noun */
const struct cli_verb *cli_verb_find(const char *noun, const char *verb); /* NULL */
bool cli_noun_known(const char *noun);
/* All options of a verb: its own, and for lists and exports the filters of the listing. */
void cli_verb_options(const struct cli_verb *v, struct cli_specs *out);
/* "cases" of "/v1/cases/{case}" or "/v1/exports/cases"; in a buffer of the caller. */
enum { CLI_LISTING = 32 };
const char *cli_verb_listing(const struct cli_verb *v, char out[CLI_LISTING]);

struct cli {
	struct cli_globals g;
	const struct cli_verb *verb;
	struct cli_specs words, options;
	struct cli_args args;
	struct settings defaults,
		*read;              /* read: of the configuration, NULL when it was not needed */
	const struct settings *set; /* never NULL while a verb runs */
	struct cli_http *http;
	struct arena arena;
	int exit_code; /* of the last cli_call() that failed */
};

int cli_main(int argc, char **argv);

/* -- calls (cli_call.c) ------------------------------------------------------------------------ */

/* The configuration and the connection; false: said, and exit_code is set. Once is enough. */
bool cli_connect(struct cli *c);
/* False: no answer came; said, and exit_code is set. */
bool cli_call(struct cli *c, const struct cli_request *r, struct cli_reply *out);
/* The same, and an answer that is a problem is said too (with --json printed as it is). */
bool cli_ask(struct cli *c, const struct cli_request *r, struct cli_reply *out);
bool cli_get(struct cli *c, const char *path, struct cli_reply *out);
int cli_status_exit(long status);               /* 0 for 2xx */
void cli_print_body(const struct cli_reply *r); /* as it came, with a line end */
/* The path of the verb with its words; NULL: a word could not be resolved, said. In the arena. */
const char *cli_path(struct cli *c);
/* What a word for a record means: a case 7, a task code, a phone: the id. NULL: said. */
const char *cli_resolve(struct cli *c, const char *name, const char *word);
/* Sends a body (taken) as JSON. False: said, exit_code is set. */
bool cli_send_json(
	struct cli *c, const char *method, const char *path, json_t *body, struct cli_reply *out);
/* "-" is standard input. False: said, exit_code is set. */
bool cli_read_file(struct cli *c, const char *name, struct buf *out);
__attribute__((format(printf, 1, 2))) void cli_say(const char *fmt, ...); /* a line to stderr */

/* -- words and values (cli_value.c) -------------------------------------------------------------- */

/* What people call a code: state, level, kind ... of a listing; the code itself when unknown. */
const char *cli_code(struct cli *c, const char *listing, const char *column, const char *code);
/* hh:mm of today, else with the date; "" when it is no time. In the arena. */
const char *cli_time(struct cli *c, const char *iso);
const char *cli_money(struct cli *c, int64_t fen);              /* 35000元; in the arena */
const char *cli_person(struct cli *c, const json_t *person);    /* 张* 女 138****8000 示例村 */
const char *cli_title(const char *listing, const char *column); /* 案件编号; never NULL */
/* One value of a row as text. In the arena. */
const char *cli_value(struct cli *c, const char *listing, const char *column, const json_t *value);
/* A table of rows on standard output; columns parted by blanks. */
void cli_rows(struct cli *c, const char *listing, const char *columns, const json_t *rows);
/* Every member of a record, one a line. */
void cli_record(struct cli *c, const char *listing, const json_t *record);

/* -- usage (cli_usage.c) --------------------------------------------------------------------------- */

void cli_usage(FILE *to);
void cli_usage_noun(FILE *to, const char *noun);
void cli_usage_verb(FILE *to, const struct cli_verb *v);
/* Wrong words of the command line, with the nearest right one; returns EXIT_USAGE. */
int cli_wrong_noun(const char *noun);
int cli_wrong_verb(const char *noun, const char *verb);
int cli_wrong_args(const struct cli *c, enum cli_args_rc rc, const char *bad);

/* -- what the verbs run ------------------------------------------------------------------------------ */

int cli_list(struct cli *c);
int cli_show(struct cli *c);
/* The path with the reason when plain data were asked for by --reveal. */
const char *cli_reveal(struct cli *c, const char *path);
int cli_case_show(struct cli *c);
int cli_order(struct cli *c);
int cli_push(struct cli *c);
int cli_import(struct cli *c);
int cli_people_put(struct cli *c);
int cli_message_send(struct cli *c);
int cli_inbox_resolve(struct cli *c);
int cli_outcome_list(struct cli *c);
int cli_channel_list(struct cli *c);
int cli_channels(struct cli *c); /* the table alone, for status */
int cli_channel_show(struct cli *c);
int cli_channel_route(struct cli *c);
int cli_channel_log(struct cli *c);
int cli_key_add(struct cli *c);
int cli_status(struct cli *c);
int cli_backup(struct cli *c);
int cli_audit(struct cli *c);
int cli_config_check(struct cli *c);
int cli_export(struct cli *c);
int cli_roster(struct cli *c);
int cli_explain(struct cli *c);

#endif
