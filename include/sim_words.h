/*
 * sim_words.h - one line of a simulator script or of the control socket as words.
 *
 * A word is bare (answer, 13800138001, 3s), a string ("..." with \" \\ \n \r \t) or a pattern (/.../
 * with \/). `#` in front of a word begins a comment. Calling sequence: sim_words_split(), then
 * take the words from left to right, sim_words_end() last, sim_words_free(). A taker that returns
 * false has left a sentence in `error` and taken nothing; only sim_words_take() and
 * sim_words_peek() are questions. Strings live until sim_words_free().
 */
#ifndef QUANZU_SIM_WORDS_H
#define QUANZU_SIM_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { SIM_WORDS_MAX = 128, SIM_LINE_MAX = 65536, SIM_ERROR_MAX = 200 };

enum sim_word_kind { SIM_WORD_BARE, SIM_WORD_STRING, SIM_WORD_PATTERN };

struct sim_words {
	struct buf store;
	struct {
		size_t at;
		enum sim_word_kind kind;
	} list[SIM_WORDS_MAX];
	size_t count, next;
	char error[SIM_ERROR_MAX];
};

bool sim_words_split(struct sim_words *w, const char *line); /* needs free in either case */
void sim_words_free(struct sim_words *w);

const char *sim_words_peek(const struct sim_words *w);      /* the next bare word; or NULL */
bool sim_words_more(const struct sim_words *w);             /* is there any word left */
bool sim_words_take(struct sim_words *w, const char *bare); /* takes that bare word if it is next */
bool sim_words_bare(struct sim_words *w, const char **out);
bool sim_words_string(struct sim_words *w, const char **out);  /* a string, or one bare word */
bool sim_words_pattern(struct sim_words *w, const char **out); /* /.../ or a string */
bool sim_words_number(struct sim_words *w, long min, long max, long *out); /* decimal or 0x */
/* 3s, 1.5s, 200ms, 2m, 1h; a bare number counts units of unit_us. */
bool sim_words_span(struct sim_words *w, int64_t unit_us, int64_t *us);
bool sim_words_end(struct sim_words *w);
/* Leaves a sentence in `error` and returns false. */
bool sim_words_fail(struct sim_words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
