/*
 * config_source.h - the text of the configuration with its @include files, as one text that
 * remembers where each of its lines came from.
 *
 * Why not let libconfig include by itself: 1.5 leaves the process when an included file is a
 * folder, puts its own folder before absolute paths, and wraps whole numbers over 31 bits
 * without a word. Here @include "file" is replaced by the file's lines (a relative path
 * belongs to the folder of the including file), such numbers get the L that makes them 64
 * bits wide, and what the parser would misread is refused with its place: other encodings
 * than UTF-8, a quote or comment that is never closed, numbers over 64 bits.
 */
#ifndef QUANZU_CONFIG_SOURCE_H
#define QUANZU_CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "settings.h"

enum {
	CONFIG_FILES = 32, /* with all included ones */
	CONFIG_DEPTH = 8,
	CONFIG_TEXT_MAX = 1 << 20
};

struct config_line {
	int file, line;
};

struct config_source {
	struct buf text;
	char file[CONFIG_FILES][SETTINGS_PATH];
	int file_count;
	struct config_line *lines; /* of text, the first is lines[0] */
	size_t line_count, line_cap;
};

/* False and *e when it cannot be read. Free in both cases. */
bool config_source_read(struct config_source *s, const char *path, struct settings_error *e);
void config_source_free(struct config_source *s);
/* Where line `line` (from 1) of the text stands. *file belongs to the source. */
void config_source_place(const struct config_source *s, unsigned line, const char **file, int *at);

#endif
