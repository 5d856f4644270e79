/* The top of a table file, for `explain headers`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli_explain.h"
#include "json.h"
#include "sheet.h"

#include "banned.h"

enum { ROWS = 40 };

struct top {
	json_t *rows, *merges;
	bool begun;
};

static void add_merge(struct top *t, const struct sheet_merge *m)
{
	char left[8], right[8], text[64];

	snprintf(text, sizeof text, "%s%d:%s%d", sheet_column_name(m->left, left), m->top,
		sheet_column_name(m->right, right), m->bottom);
	json_array_append_new(t->merges, json_string(text));
}

/* The first sheet that is seen. */
static bool take_sheet(void *arg, const struct sheet_info *info)
{
	struct top *t = arg;

	if (t->begun || info->hidden)
		return false;
	t->begun = true;
	for (size_t i = 0; i < info->merge_count && i < ROWS; i++)
		add_merge(t, &info->merges[i]);
	return true;
}

/* Rows that are wholly empty are not told, but they count. */
static bool take_row(void *arg, const struct sheet_row *row)
{
	struct top *t = arg;
	json_t *cells = json_array();

	while (json_array_size(t->rows) + 1 < (size_t)row->number &&
		json_array_size(t->rows) < ROWS)
		json_array_append_new(t->rows, json_array());
	for (size_t i = 0; i < row->count; i++)
		json_array_append_new(cells, json_string(row->cells[i].text));
	json_array_append_new(t->rows, cells);
	return json_array_size(t->rows) < ROWS;
}

json_t *explain_sheet(struct cli *c, const char *file)
{
	struct top t = { .rows = json_array(), .merges = json_array() };
	const struct sheet_sink sink = { take_sheet, take_row, &t };
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct fault fault;
	char line[600];

	if (fd < 0) {
		cli_say("读不了文件 %s：%s", file, strerror(errno));
		c->exit_code = CLI_NO_INPUT;
	} else if (sheet_read(fd, &sheet_limits_bulk, &sink, &fault) == SHEET_REFUSED) {
		cli_say("%s：%s", file, fault_line(&fault, line, sizeof line));
		c->exit_code = CLI_REFUSED;
	} else {
		close(fd);
		return json_pack("{s:o, s:o}", "rows", t.rows, "merges", t.merges);
	}
	if (fd >= 0)
		close(fd);
	json_decref(t.rows);
	json_decref(t.merges);
	return NULL;
}
