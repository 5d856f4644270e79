/*
 * config_wrong.h - what is wrong with the configuration: file, line and a plain sentence.
 *
 * Both write the error and return false, so that a check ends with `return config_wrong(...)`.
 * Sentences are for the person who edits the file: plain Chinese, what is wrong and what is
 * allowed, without a full stop.
 */
#ifndef QUANZU_CONFIG_WRONG_H
#define QUANZU_CONFIG_WRONG_H

#include <stdbool.h>

struct config_node;
struct settings_error;

bool config_wrong_at(struct settings_error *e, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool config_wrong(struct settings_error *e, const struct config_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Not an error, but somebody should know: one line in the log with file and line. */
void config_warn(const struct config_node *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
