#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "header.h"
#include "json.h"

#include "banned.h"

enum { ROWS = 64, MERGES = 64 };

/* The sheet of a line: rows of strings, merges as A1:F1. Borrowed from the line. */
struct sheet {
	const char *cells[ROWS][HEADER_COLUMNS];
	struct header_row rows[ROWS];
	struct header_merge merges[MERGES];
	struct header_sheet view;
};

static void read_row(const json_t *row, const char **cells, struct header_row *out)
{
	size_t n = json_array_size(row);

	if (n > HEADER_COLUMNS)
		n = HEADER_COLUMNS;
	for (size_t i = 0; i < n; i++)
		cells[i] = json_string_value(json_array_get(row, i));
	out->cells = cells;
	out->count = n;
}

/* "B12" -> column 1, row 11; NULL when it is no address. */
static const char *read_address(const char *s, size_t *row, size_t *col)
{
	*row = *col = 0;
	if (*s < 'A' || *s > 'Z')
		return NULL;
	for (; *s >= 'A' && *s <= 'Z' && *col < 20000; s++)
		*col = *col * 26 + (size_t)(*s - 'A') + 1;
	for (; *s >= '0' && *s <= '9' && *row < 2000000; s++)
		*row = *row * 10 + (size_t)(*s - '0');
	if (*row == 0)
		return NULL;
	--*row;
	--*col;
	return s;
}

static bool read_merge(const char *s, struct header_merge *m)
{
	if (s == NULL || (s = read_address(s, &m->top, &m->left)) == NULL || *s != ':')
		return false;
	return read_address(s + 1, &m->bottom, &m->right) != NULL;
}

static void read_sheet(const json_t *line, struct sheet *s)
{
	const json_t *rows = json_object_get(line, "rows"),
		     *merges = json_object_get(line, "merges");
	size_t n = json_array_size(rows);

	s->view = (struct header_sheet){ .rows = s->rows, .merges = s->merges };
	s->view.row_count = n < ROWS ? n : ROWS;
	for (size_t i = 0; i < s->view.row_count; i++)
		read_row(json_array_get(rows, i), s->cells[i], &s->rows[i]);
	for (size_t i = 0; i < json_array_size(merges) && s->view.merge_count < MERGES; i++)
		s->view.merge_count += read_merge(json_string_value(json_array_get(merges, i)),
			&s->merges[s->view.merge_count]);
}

static bool says(const json_t *object, const char *key, const char *value)
{
	const char *s = json_str(object, key);

	return s != NULL && strcmp(s, value) == 0;
}

static enum header_kind kind_of(const json_t *line)
{
	static const char *const kinds[HEADER_KINDS] = { "warning", "resident", "member", "area",
		"team", "duty" };

	for (int i = 0; i < HEADER_KINDS; i++)
		if (says(line, "kind", kinds[i]))
			return (enum header_kind)i;
	return HEADER_WARNING;
}

static json_t *string_or_null(const char *s)
{
	return s == NULL ? json_null() : json_string(s);
}

static void put_columns(const struct header_map *map, json_t *out)
{
	json_t *fields = json_array(), *units = json_object();

	for (size_t i = 0; i < map->count; i++) {
		json_array_append_new(fields, string_or_null(map->column[i].field));
		if (map->column[i].unit != NULL)
			json_put_str(units, map->column[i].field, map->column[i].unit);
	}
	json_object_set_new(out, "map", fields);
	json_object_set_new(out, "units", units);
}

/* The title over each column; the number of the row belongs to no group. */
static void put_groups(const struct sheet *s, const struct header_map *map, json_t *out)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < map->count; i++) {
		const char *field = map->column[i].field, *group = "";
		bool is_seq = field != NULL && strcmp(field, "seq") == 0;

		if (!is_seq)
			group = header_over(&s->view, map->first, i);
		json_array_append_new(groups, json_string(group));
	}
	json_object_set_new(out, "groups", groups);
}

static void put_rows(const struct sheet *s, const struct header_map *map, json_t *out)
{
	json_t *header = json_array(), *skip = json_array(), *warnings = json_array();

	if (map->layout == HEADER_TABLE) {
		for (size_t i = map->first; i <= map->last; i++)
			json_array_append_new(header, json_integer((json_int_t)i));
		for (size_t i = map->first_data; i < s->view.row_count; i++)
			if (header_skips(map, &s->rows[i]))
				json_array_append_new(skip, json_integer((json_int_t)i));
		json_put_int(out, "first_data_row", (int64_t)map->first_data);
	}
	for (size_t i = 0; i < map->warnings; i++)
		json_array_append_new(warnings, json_string(map->warning[i]));
	json_object_set_new(out, "header_rows", header);
	json_object_set_new(out, "skip_rows", skip);
	json_object_set_new(out, "warn", warnings);
	if (map->layout == HEADER_VERTICAL)
		json_put_str(out, "orientation", "vertical");
}

json_t *explain_headers(const json_t *line)
{
	const json_t *ctx = json_object_get(line, "ctx");
	const struct header_options opt = { .kind = kind_of(line),
		.victim_calls = says(ctx, "victim_is", "主叫"),
		.hotline = says(ctx, "profile", "12345") };
	struct sheet *s = calloc(1, sizeof *s);
	struct header_map map;
	json_t *out = json_object();

	if (s == NULL)
		abort();
	if (json_str(line, "id") != NULL)
		json_put_str(out, "id", json_str(line, "id"));
	if (!json_is_array(json_object_get(line, "rows"))) {
		json_put_str(out, "error", "每行需要rows：由若干行组成，每行是若干格文字。");
		free(s);
		return out;
	}
	read_sheet(line, s);
	header_find(&s->view, &opt, &map);
	put_columns(&map, out);
	put_rows(s, &map, out);
	if (map.layout == HEADER_TABLE && map.last > map.first)
		put_groups(s, &map, out);
	free(s);
	return out;
}
