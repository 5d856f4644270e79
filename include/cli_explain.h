/*
 * cli_explain.h - how `quanzu explain` shows to people what the explain_*() functions say.
 *
 * Each takes the line as it was asked and the answer, and prints plain Chinese.
 */
#ifndef QUANZU_CLI_EXPLAIN_H
#define QUANZU_CLI_EXPLAIN_H

#include "cli.h"

void explain_show_fields(struct cli *c, const json_t *line, const json_t *answer);
void explain_show_reply(struct cli *c, const json_t *line, const json_t *answer);
void explain_show_amount(struct cli *c, const json_t *line, const json_t *answer);
void explain_show_at(struct cli *c, const json_t *line, const json_t *answer);
void explain_show_sign(struct cli *c, const json_t *line, const json_t *answer);
void explain_show_headers(struct cli *c, const json_t *line, const json_t *answer);

/* The first rows of a table file as a line for explain_headers(), new; NULL: said. */
json_t *explain_sheet(struct cli *c, const char *file);

#endif
