/*
 * config_file.h - a configuration file as a tree of nodes; the only door to libconfig.
 *
 * A node is a value with its name and its place in the files. Arrays [..] and lists (..) are
 * both CONFIG_LIST. Texts are valid UTF-8 of one line. Everything belongs to the file and is gone with config_file_close().
 */
#ifndef QUANZU_CONFIG_FILE_H
#define QUANZU_CONFIG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

enum config_type {
	CONFIG_TEXT,
	CONFIG_NUMBER,   /* a whole number of 64 bits */
	CONFIG_FRACTION, /* 1.5 */
	CONFIG_FLAG,     /* true, false */
	CONFIG_GROUP,    /* { } and the whole file */
	CONFIG_LIST      /* ( ) and [ ] */
};

struct config_node {
	const char *name; /* "" for the whole and for an element of a list */
	enum config_type type;
	const char *text;
	int64_t number; /* CONFIG_FLAG: 0 or 1 */
	double fraction;
	struct config_node *child;
	int count;
	const char *file;
	int line;
};

struct config_file;

/* NULL and *e when it cannot be read. */
struct config_file *config_file_open(const char *path, struct settings_error *e);
void config_file_close(struct config_file *f); /* NULL is allowed */
const struct config_node *config_file_root(const struct config_file *f);

const struct config_node *config_child(
	const struct config_node *group, const char *name); /* NULL */
const char *config_type_name(enum config_type t);           /* 文字, 整数 ... */

#endif
