/* `message send`: one text, or a file of numbers and texts. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "mask.h"
#include "text.h"

#include "banned.h"

static json_t *body_of(const struct cli *c, const char *to, const char *text)
{
	const char *class_ = cli_option(&c->args, "class");
	json_t *body = json_object();

	json_put_str(body, "to", to);
	json_put_str(body, "text", text);
	if (class_ != NULL)
		json_put_str(body, "class", class_);
	return body;
}

static int send_one(struct cli *c, const char *to, const char *text)
{
	struct cli_reply r;

	if (!cli_send_json(c, c->verb->method, c->verb->path, body_of(c, to, text), &r))
		return c->exit_code;
	if (c->g.json)
		cli_print_body(&r);
	else
		printf("已排队，编号 %lld。\n", (long long)json_int(r.json, "id", 0));
	cli_reply_free(&r);
	return CLI_DONE;
}

/* One line of the file; NUL-terminated, without its end. 0 sent, else why not. */
static int send_line(struct cli *c, int row, char *line)
{
	char *tab = strchr(line, '\t'), masked[MASK_MAX];
	struct cli_reply r;

	if (tab == NULL || !text_valid(line, strlen(line))) {
		cli_say("第%d行：应写成 号码 TAB 内容，编码用 UTF-8。", row);
		return CLI_REFUSED;
	}
	*tab = '\0';
	mask_phone(line, masked, sizeof masked);
	if (!cli_send_json(c, c->verb->method, c->verb->path, body_of(c, line, tab + 1), &r)) {
		cli_say("    第%d行 %s 没有发。", row, masked);
		return c->exit_code;
	}
	if (c->g.json)
		cli_print_body(&r);
	else
		printf("第%d行 %s 已排队，编号 %lld。\n", row, masked,
			(long long)json_int(r.json, "id", 0));
	cli_reply_free(&r);
	return CLI_DONE;
}

/* A refused line does not stop the others; when the daemon has gone, nothing more is tried. */
static int send_lines(struct cli *c, char *text)
{
	int code = CLI_DONE, row = 0, sent = 0, bad = 0;
	char *line;

	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	while (code <= CLI_REFUSED && (line = strsep(&text, "\n")) != NULL) {
		size_t n = strcspn(line, "\r");

		row++;
		line[n] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		code = send_line(c, row, line);
		sent += code == CLI_DONE;
		bad += code != CLI_DONE;
	}
	if (!c->g.json)
		printf("共%d条：已排队%d，没有发%d。\n", sent + bad, sent, bad);
	if (code > CLI_REFUSED)
		return code;
	return bad > 0 ? CLI_REFUSED : CLI_DONE;
}

int cli_message_send(struct cli *c)
{
	const char *to = cli_option(&c->args, "to"), *text = cli_option(&c->args, "text"),
		   *file = cli_option(&c->args, "file");
	struct buf lines;
	int code;

	if ((file == NULL) == (to == NULL || text == NULL))
		return cli_wrong_args(c, CLI_ARGS_FEW, "--to 号码 --text 内容，或 --file 文件");
	if (file == NULL)
		return send_one(c, to, text);
	if (!cli_read_file(c, file, &lines))
		return c->exit_code;
	buf_addc(&lines, '\n');
	code = send_lines(c, lines.data);
	buf_free(&lines);
	return code;
}
