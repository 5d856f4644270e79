/*
 * config_key.h - keys of the configuration as tables: name, kind, place, range.
 *
 * A group of the file is read with config_keys_read(): every key in it must be in the table
 * (a misspelt one is refused, and the nearest known one is named), of the right kind, and in
 * its range. A key that is absent leaves its field as it was. Texts are written with zeros
 * behind them, so that two settings can be compared byte by byte.
 */
#ifndef QUANZU_CONFIG_KEY_H
#define QUANZU_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config_file.h"
#include "settings.h"

struct config_reader {
	struct settings_error *error;
	char base[SETTINGS_PATH]; /* relative paths begin here: data_dir */
};

enum config_kind {
	KEY_TEXT,    /* char[size]; min: at least so many characters */
	KEY_PATH,    /* char[size], absolute afterwards; "" stays "" */
	KEY_FLAG,    /* bool */
	KEY_INT,     /* int, min .. max */
	KEY_SIZE,    /* size_t, "256K"; min .. max bytes */
	KEY_BYTES,   /* int64_t, the same */
	KEY_SECONDS, /* int of seconds, from a duration; min .. max in ms */
	KEY_MILLIS,  /* int of ms; likewise */
	KEY_MINUTES, /* int of minutes; likewise */
	KEY_OWN      /* by its own function */
};

#define KEY_S(n) (INT64_C(1000) * (n))
#define KEY_MIN(n) (INT64_C(60000) * (n))
#define KEY_H(n) (INT64_C(3600000) * (n))
#define KEY_D(n) (INT64_C(86400000) * (n))

struct config_key {
	const char *name;
	enum config_kind kind;
	size_t at, size; /* of the field in the target */
	int64_t min, max;
	const char *(*check)(const char *text); /* of a text: plain Chinese why not, or NULL */
	bool (*own)(struct config_reader *r, const struct config_node *n, void *target);
};

bool config_keys_read(struct config_reader *r, const struct config_node *group,
	const struct config_key *keys, size_t count, void *target);

/* The same, but a key that the table does not know is given to `rest`. */
bool config_keys_read_some(struct config_reader *r, const struct config_node *group,
	const struct config_key *keys, size_t count, void *target,
	bool (*rest)(struct config_reader *r, const struct config_node *n, void *target));

/* The pieces, for keys of their own kind. All write the error and return false. */
bool config_want(struct config_reader *r, const struct config_node *n, enum config_type t);
bool config_text(struct config_reader *r, const struct config_node *n, char *out, size_t size);
bool config_ms(struct config_reader *r, const struct config_node *n, int64_t min, int64_t max,
	int64_t *ms);
/* In the words of a list (["duty", "leader"]) or one text ("duty"): calls `one` for each. */
bool config_words(struct config_reader *r, const struct config_node *n, void *target,
	bool (*one)(struct config_reader *r, const struct config_node *n, void *target));
/* Each element of a list of groups, at most `max` of them. */
bool config_groups(struct config_reader *r, const struct config_node *n, int max, void *target,
	bool (*one)(struct config_reader *r, const struct config_node *n, void *target));
/* Joins with the base folder where `path` is relative. False: too long. */
bool config_path(const struct config_reader *r, const char *path, char out[SETTINGS_PATH]);
void config_put(char *out, size_t size, const char *text); /* with zeros behind it */

/* The known name that is nearest to a misspelt one. Starts as { .best = NULL }. */
struct config_hint {
	const char *best; /* NULL: nothing is near */
	size_t distance;
};
void config_hint_try(struct config_hint *h, const char *wrong, const char *known);
bool config_unknown(
	struct config_reader *r, const struct config_node *n, const struct config_hint *h);

#endif
