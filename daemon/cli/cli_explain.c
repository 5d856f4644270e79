/* `quanzu explain KIND`: words and options to a line of the vector files' form, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_explain.h"
#include "clock.h"
#include "date.h"
#include "explain.h"
#include "json.h"
#include "log.h"

#include "banned.h"

enum { LINE_BYTES = 8 << 20, WORDS_BYTES = 256 << 10, ANSWER_BYTES = 64 << 20 };

/* -- from the command line to a line ---------------------------------------------------------------- */

static const char *all_words(struct cli *c, const char *between)
{
	const char *text;
	struct buf b;

	buf_init(&b, WORDS_BYTES);
	for (int i = 0; i < c->args.words; i++)
		buf_addf(&b, "%s%s", i == 0 ? "" : between, c->args.word[i]);
	text = arena_text(&c->arena, buf_str(&b), b.len);
	buf_free(&b);
	return text;
}

static void put_option(const struct cli *c, const char *name, json_t *o, const char *key)
{
	const char *value = cli_option(&c->args, name);

	if (value != NULL)
		json_put_str(o, key, value);
}

static json_t *line_of_pdu(struct cli *c)
{
	const char *to = cli_option(&c->args, "to"), *text = cli_option(&c->args, "text");
	json_t *line;

	if (to != NULL && text != NULL)
		return json_pack("{s:s, s:{s:s, s:s}}", "op", "encode", "params", "number", to,
			"text", text);
	line = json_pack("{s:s, s:s}", "op", "decode", "pdu", all_words(c, ""));
	if (cli_option(&c->args, "tpdu") != NULL)
		json_object_set_new(line, "tpdu_only", json_true());
	return line;
}

/* Each word is one line of the modem; ">" is the prompt. */
static json_t *line_of_at(struct cli *c)
{
	json_t *line;
	struct buf rx;

	buf_init(&rx, WORDS_BYTES);
	for (int i = 0; i < c->args.words; i++)
		buf_addf(&rx, c->args.word[i][0] == '>' ? "\r\n> " : "\r\n%s\r\n", c->args.word[i]);
	line = json_pack("{s:s, s:s}", "kind", "reply", "rx", buf_str(&rx));
	buf_free(&rx);
	put_option(c, "cmd", line, "cmd");
	return line;
}

/* "17:offered": the part before the colon and the one behind it. */
static const char *split(struct cli *c, const char *pair, const char **rest)
{
	size_t n = strcspn(pair, ":");

	*rest = pair + n + (pair[n] == ':');
	return arena_text(&c->arena, pair, n);
}

static json_t *line_of_reply(struct cli *c)
{
	json_t *line = json_pack("{s:s}", "text", all_words(c, " ")), *tasks = json_array();
	const char *asked = cli_option(&c->args, "asked"), *before = cli_option(&c->args, "before"),
		   *rest, *code;

	for (int i = 0; i < c->args.options; i++) {
		if (strcmp(c->args.name[i], "task") != 0)
			continue;
		code = split(c, c->args.value[i], &rest);
		json_array_append_new(tasks, json_pack("{s:s, s:s}", "code", code, "state",
						     rest[0] == '\0' ? "offered" : rest));
	}
	json_object_set_new(line, "open_tasks", tasks);
	put_option(c, "from", line, "from");
	put_option(c, "sign", line, "sign");
	if (before != NULL)
		json_object_set_new(
			line, "before", json_pack("{s:s, s:i}", "text", before, "min_ago", 1));
	if (asked != NULL) {
		code = split(c, asked, &rest);
		json_object_set_new(line, "asked",
			json_pack("{s:s, s:i, s:i}", "code", code, "action",
				(int)strtol(rest, NULL, 10), "min_ago", 1));
	}
	return line;
}

static json_t *line_of_amount(struct cli *c)
{
	return json_pack("{s:s}", "text", all_words(c, " "));
}

static json_t *line_of_identity(struct cli *c)
{
	static const char *const keys[] = { "area", "ref", "unit", "cell", "epoch", "field" };
	const char *kind = strcmp(c->verb->verb, "money") == 0 ? "amount" : c->verb->verb;
	json_t *ctx = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		put_option(c, keys[i], ctx, keys[i]);
	if (json_object_get(ctx, "ref") == NULL) {
		struct date today = { .day = date_of_ms(clock_now_ms()), .prec = DATE_BY_DAY };
		char text[DATE_TEXT];

		json_put_str(ctx, "ref", date_text(&today, text));
	}
	return json_pack("{s:s, s:s, s:o}", "kind", kind, "in", all_words(c, " "), "ctx", ctx);
}

static json_t *line_of_headers(struct cli *c)
{
	json_t *line;

	if (c->args.words == 0) {
		c->exit_code = cli_wrong_args(c, CLI_ARGS_FEW, "文件");
		return NULL;
	}
	line = explain_sheet(c, c->args.word[0]);
	if (line != NULL)
		put_option(c, "kind", line, "kind");
	return line;
}

/* "query.PhoneNumbers=138": into the object `query` of the inputs; a number or a flag where one is due. */
static void put_input(struct cli *c, const char *word, json_t *inputs)
{
	size_t n = strcspn(word, "="), dot = strcspn(word, ".");
	const char *name = arena_text(&c->arena, word, n), *value = word + n + 1;
	json_t *inside;

	if (dot < n) {
		const char *group = arena_text(&c->arena, word, dot);

		if (json_object_get(inputs, group) == NULL)
			json_object_set_new(inputs, group, json_object());
		inside = json_object_get(inputs, group);
		if (json_is_object(inside))
			json_put_str(inside, name + dot + 1, value);
	} else if (strcmp(name, "timestamp") == 0) {
		json_put_int(inputs, name, strtoll(value, NULL, 10));
	} else if (strcmp(name, "sign_action_header") == 0) {
		json_object_set_new(inputs, name, json_boolean(strcmp(value, "true") == 0));
	} else {
		json_put_str(inputs, name, value);
	}
}

/* Words with = are inputs, the other one is the algorithm. */
static json_t *line_of_sign(struct cli *c)
{
	json_t *line = json_object(), *inputs = json_object();

	for (int i = 0; i < c->args.words; i++) {
		if (strchr(c->args.word[i], '=') != NULL)
			put_input(c, c->args.word[i], inputs);
		else
			json_put_str(line, "algorithm", c->args.word[i]);
	}
	json_object_set_new(line, "inputs", inputs);
	return line;
}

/* -- the kinds ----------------------------------------------------------------------------------------- */

/* Sums stand in two vector files: those of replies have a text, those of cells a kind. */
static json_t *explain_sum(const json_t *line)
{
	return json_object_get(line, "text") == NULL && json_object_get(line, "in") != NULL
		       ? explain_identity(line)
		       : explain_amount(line);
}

static const struct kind {
	const char *kind, *identity; /* identity: what a line without a kind is taken for */
	json_t *(*line)(struct cli *c);
	json_t *(*explain)(const json_t *line);
	void (*show)(struct cli *c, const json_t *line, const json_t *answer);
} kinds[] = {
	{ "pdu", NULL, line_of_pdu, explain_pdu, explain_show_fields },
	{ "at", NULL, line_of_at, explain_at, explain_show_at },
	{ "reply", NULL, line_of_reply, explain_reply, explain_show_reply },
	{ "amount", NULL, line_of_amount, explain_sum, explain_show_amount },
	{ "money", "amount", line_of_identity, explain_identity, explain_show_fields },
	{ "phone", "phone", line_of_identity, explain_identity, explain_show_fields },
	{ "phones", "phones", line_of_identity, explain_identity, explain_show_fields },
	{ "idcard", "id", line_of_identity, explain_identity, explain_show_fields },
	{ "name", "name", line_of_identity, explain_identity, explain_show_fields },
	{ "date", "date", line_of_identity, explain_identity, explain_show_fields },
	{ "headers", NULL, line_of_headers, explain_headers, explain_show_headers },
	{ "sign", NULL, line_of_sign, explain_sign, explain_show_sign },
};

static const struct kind *kind_of(const char *word)
{
	size_t i = 0;

	while (i + 1 < sizeof kinds / sizeof *kinds && strcmp(kinds[i].kind, word) != 0)
		i++;
	return &kinds[i];
}

static void print_line(json_t *answer)
{
	struct buf b;

	buf_init(&b, ANSWER_BYTES);
	json_write(answer, &b);
	printf("%s\n", buf_str(&b));
	/* Whoever asks line by line over a pipe gets each answer at once. */
	fflush(stdout);
	buf_free(&b);
	json_decref(answer);
}

/* -- line by line ---------------------------------------------------------------------------------------- */

static json_t *wrong_line(const char *why)
{
	return json_pack("{s:s}", "error", why);
}

static json_t *answer_line(const struct kind *k, const char *text, size_t n)
{
	json_t *line = n > LINE_BYTES ? NULL : json_loadb(text, n, JSON_ALLOW_NUL, NULL), *answer;

	if (!json_is_object(line)) {
		json_decref(line);
		return wrong_line("这一行不是一个 JSON 对象");
	}
	if (k->identity != NULL && json_object_get(line, "kind") == NULL)
		json_put_str(line, "kind", k->identity);
	answer = k->explain(line);
	json_decref(line);
	return answer;
}

static int explain_lines(const struct kind *k)
{
	size_t room = 0;
	char *text = NULL;
	ssize_t n;

	while ((n = getline(&text, &room, stdin)) > 0) {
		while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			text[--n] = '\0';
		if (strspn(text, " \t") < (size_t)n)
			print_line(answer_line(k, text, (size_t)n));
	}
	free(text);
	return CLI_DONE;
}

/* -- one thing ---------------------------------------------------------------------------------------------- */

static bool says_wrong(const json_t *answer)
{
	const json_t *ok = json_object_get(answer, "ok");
	const char *expect = json_str(answer, "expect");

	return json_object_get(answer, "error") != NULL || json_is_false(ok) ||
	       (expect != NULL && strcmp(expect, "error") == 0);
}

int cli_explain(struct cli *c)
{
	const struct kind *k = kind_of(c->verb->verb);
	json_t *line, *answer;
	bool wrong;

	if (cli_option(&c->args, "lines") != NULL)
		return explain_lines(k);
	if (c->args.words == 0 && c->args.options == 0)
		return cli_wrong_args(c, CLI_ARGS_FEW, c->words.item[0].label);
	line = k->line(c);
	if (line == NULL)
		return c->exit_code;
	answer = k->explain(line);
	wrong = says_wrong(answer);
	if (c->g.json) {
		print_line(answer);
	} else {
		k->show(c, line, answer);
		json_decref(answer);
	}
	json_decref(line);
	return wrong ? CLI_REFUSED : CLI_DONE;
}
