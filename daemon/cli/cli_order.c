/* Orders: a path, a body made of the words and options, one sentence when it is done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "json.h"

#include "banned.h"

enum { BODY_MAX = 1 << 20 };

static bool in_path(const struct cli *c, const char *name)
{
	const char *at = c->verb->path;
	size_t n = strlen(name);

	while ((at = strchr(at, '{')) != NULL) {
		at++;
		if (strncmp(at, name, n) == 0 && at[n] == '}')
			return true;
	}
	return false;
}

/* 紧急高危, 急 or CRITICAL: the API knows the code. What is unknown it refuses itself. */
static const char *level_code_of(const struct cli *c, const char *word)
{
	for (int i = 0; i < c->set->policies.count; i++) {
		const struct policy *p = &c->set->policies.level[i];

		if (strcmp(p->name, word) == 0 || strcmp(p->word, word) == 0 ||
			strcasecmp(p->code, word) == 0)
			return p->code;
	}
	return word;
}

/* False: it is no number, said. */
static bool put_word(struct cli *c, const struct cli_spec *spec, const char *word, json_t *body)
{
	char *end;
	long long n;

	if (strcmp(spec->name, "level") == 0)
		word = level_code_of(c, word);
	word = cli_resolve(c, spec->name, word);
	if (word == NULL)
		return false;
	if (!spec->number) {
		json_put_str(body, spec->name, word);
		return true;
	}
	n = strtoll(word, &end, 10);
	if (end == word || *end != '\0') {
		cli_say("%s应是数字，不是“%s”。", spec->label, word);
		c->exit_code = CLI_REFUSED;
		return false;
	}
	json_put_int(body, spec->name, n);
	return true;
}

/* NULL: said. */
static json_t *body_of(struct cli *c)
{
	json_t *body = json_object();

	for (size_t i = 0; i < c->words.count && i < (size_t)c->args.words; i++) {
		const struct cli_spec *spec = &c->words.item[i];

		if (in_path(c, spec->name) || put_word(c, spec, c->args.word[i], body))
			continue;
		json_decref(body);
		return NULL;
	}
	for (int i = 0; i < c->args.options; i++)
		json_put_str(body, c->args.name[i], c->args.value[i]);
	return body;
}

bool cli_send_json(
	struct cli *c, const char *method, const char *path, json_t *body, struct cli_reply *out)
{
	struct cli_request r = { .method = method, .path = path, .type = "application/json" };
	struct buf text;
	bool ok;

	buf_init(&text, BODY_MAX);
	json_write(body, &text);
	json_decref(body);
	r.body = buf_str(&text);
	r.len = text.len;
	ok = cli_ask(c, &r, out);
	buf_free(&text);
	return ok;
}

/* The number or id that the answer names. */
static const char *id_said(struct cli *c, const struct cli_reply *r)
{
	static const char *const keys[] = { "id", "resident" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_int(r->json, keys[i], 0) != 0)
			return arena_print(
				&c->arena, "，编号 %lld", (long long)json_int(r->json, keys[i], 0));
	return "";
}

/* The sentence of the verb, or the body with --json; ends the reply. */
static int cli_finish(struct cli *c, struct cli_reply *r)
{
	if (c->g.json)
		cli_print_body(r);
	else
		printf("%s%s。\n", c->verb->done, id_said(c, r));
	cli_reply_free(r);
	return CLI_DONE;
}

int cli_order(struct cli *c)
{
	struct cli_reply r;
	const char *path;
	json_t *body;

	/* First the configuration: it may name the level. */
	if (!cli_connect(c))
		return c->exit_code;
	path = cli_path(c);
	body = path == NULL ? NULL : body_of(c);
	if (body == NULL || !cli_send_json(c, c->verb->method, path, body, &r))
		return c->exit_code;
	return cli_finish(c, &r);
}

int cli_inbox_resolve(struct cli *c)
{
	const char *as = cli_option(&c->args, "as"), *note = cli_option(&c->args, "note");
	bool ignore = cli_option(&c->args, "ignore") != NULL;
	const char *path;
	struct cli_reply r;
	json_t *body;

	if ((as != NULL && as[0] != '\0') == ignore)
		return cli_wrong_args(c, CLI_ARGS_FEW, "--as 文字 或 --ignore，两者选一");
	path = cli_path(c);
	if (path == NULL)
		return c->exit_code;
	body = json_object();
	json_put_str(body, "as", ignore ? "" : as);
	if (note != NULL)
		json_put_str(body, "note", note);
	if (!cli_send_json(c, c->verb->method, path, body, &r))
		return c->exit_code;
	return cli_finish(c, &r);
}
