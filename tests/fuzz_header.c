/*
 * Any bytes as a sheet: a field is claimed once, a number of somebody else is never the
 * resident's, the header found is skipped when it comes again.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "header_words.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 24, CELLS = 24 };

struct sheet {
	const char *cells[ROWS][CELLS];
	struct header_row rows[ROWS];
	struct header_merge merge;
	struct header_sheet view;
};

static void cut(char *s, struct sheet *out)
{
	char *line, *cell;

	while (out->view.row_count < ROWS && (line = strsep(&s, "\n")) != NULL) {
		size_t r = out->view.row_count++;

		out->rows[r].cells = out->cells[r];
		while (out->rows[r].count < CELLS && (cell = strsep(&line, "|")) != NULL)
			out->cells[r][out->rows[r].count++] = cell;
	}
	out->view.rows = out->rows;
}

static void check(const struct sheet *s, const struct header_map *map)
{
	static const char *const others[] = { "民警电话", "家属电话", "物业电话", "网格员电话",
		"派出所电话" };
	size_t known = 0;
	bool cut_label = false;

	for (size_t i = 0; i < map->count; i++) {
		const char *field = map->column[i].field, *label = map->column[i].label;

		assert(text_valid(label, strlen(label)));
		if (field == NULL)
			continue;
		known++;
		cut_label |= strlen(label) + 4 >= HEADER_LABEL;
		assert(header_column_of(map, field) == (int)i);
		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			assert(strcmp(label, others[k]) != 0 || strncmp(field, "phone", 5) != 0);
	}
	assert(known == map->known);
	if (map->layout != HEADER_TABLE)
		return;
	assert(known >= 2 && map->first_data == map->last + 1 && map->last < s->view.row_count);
	assert(map->last - map->first <= 1);
	if (map->first == map->last && !cut_label)
		assert(header_skips(map, &s->rows[map->first]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header_options opt = { 0 };
	struct header_label label;
	struct header_map map;
	struct sheet s = { 0 };
	bool found;
	char *text;

	if (size < 5)
		return 0;
	text = malloc(size);
	memcpy(text, data + 5, size - 5);
	text[size - 5] = '\0';
	if (text_valid(text, strlen(text))) {
		opt.kind = (enum header_kind)(data[0] % HEADER_KINDS);
		opt.victim_calls = data[0] & 64;
		opt.hotline = data[0] & 128;
		header_norm(text, &label);
		assert(strlen(label.text) < HEADER_NORM);
		cut(text, &s);
		s.merge = (struct header_merge){ data[1] % 4, data[2] % 8,
			data[1] % 4 + (data[3] & 1), data[2] % 8 + data[4] % 4 };
		s.view.merges = &s.merge;
		s.view.merge_count = data[3] >> 7;
		found = header_find(&s.view, &opt, &map);
		assert(found == (map.layout != HEADER_NONE) && (found || map.warnings > 0));
		check(&s, &map);
	}
	free(text);
	return 0;
}
