/*
 * level.h - the four levels of a warning, and the words that sources use for them.
 *
 * Stored and shown outside as CRITICAL, HIGH, MEDIUM, LOW. A warning is never dropped for
 * its level: an unknown or empty word gives HIGH and says so. Pure.
 */
#ifndef QUANZU_LEVEL_H
#define QUANZU_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

enum level {
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVEL_CRITICAL,
	LEVELS
}; /* ordered: compare them */

struct level_word {
	const char *word; /* as the source writes it; cleaned like the cell */
	enum level level;
};
/* Words of one source; tried before the house table, so 高 -> CRITICAL is one row. */
struct level_table {
	const struct level_word *words;
	size_t count;
};

/* own may be NULL. *mapped (may be NULL) is false when the word was not known: flag level_unmapped. */
enum level level_of_word(const char *word, const struct level_table *own, bool *mapped);
bool level_of_code(const char *code, enum level *out); /* exactly "HIGH" ... */
const char *level_code(enum level l);                  /* "HIGH" */
const char *level_name(enum level l);                  /* 紧急高危, 高危, 中危, 低危 */

#endif
