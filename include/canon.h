/*
 * canon.h - the canonical text of an SMS reply, and the words of the grammar (docs/REPLIES.md, 3).
 *
 * Everything that reads a reply works on canonical text: an array of characters that
 * canon_fold() makes from UTF-8 by one fixed table. No other normalisation is done, so
 * what a person typed and what the rules see differ only as the table says.
 *
 * A letter is a-z or a CJK character (U+3400-9FFF and U+3007), a digit is 0-9, everything
 * else is a separator. A line feed stays a line feed: lines matter for quoted texts.
 *
 * Pure: nothing here allocates, blocks, or keeps anything.
 */
#ifndef QUANZU_CANON_H
#define QUANZU_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

/*
 * Folds `bytes` bytes of UTF-8 into out[] and returns the number of characters. There are
 * never more characters than bytes; out[] has room for bytes + 1, the last is a 0. Bytes
 * that are no UTF-8 become U+FFFD, one each.
 */
size_t canon_fold(const char *text, size_t bytes, uint32_t *out);
/* Makes runs of spaces one and trims spaces and line feeds at the ends, in place. */
size_t canon_tidy(uint32_t *t, size_t n);

static inline bool canon_is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool canon_is_ascii(uint32_t c) /* a letter a-z */
{
	return c >= 'a' && c <= 'z';
}

static inline bool canon_is_letter(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9FFF) || canon_is_ascii(c) || c == 0x3007;
}

static inline bool canon_is_separator(uint32_t c)
{
	return !canon_is_letter(c) && !canon_is_digit(c);
}

/* The value of a Chinese digit as people dictate codes (零〇一二三四五六七八九幺两), else -1. */
int canon_digit_of(uint32_t c);

/*
 * Word lists are char16_t strings with one space between the words, as they stand in the
 * grammar. canon_word_at() returns the length of the longest word that begins at t[at], 0 if
 * none does; canon_word_before() that of the longest that ends directly before t[at].
 */
size_t canon_word_at(const uint32_t *t, size_t n, size_t at, const char16_t *words);
size_t canon_word_before(const uint32_t *t, size_t at, const char16_t *words);

/* A list that is looked for at every place of a text: most places cost one bit test. */
struct canon_words {
	const char16_t *words;
	uint64_t first[4]; /* which first characters there are, by their low eight bits */
};

void canon_words_init(struct canon_words *set, const char16_t *words);
size_t canon_words_at(const struct canon_words *set, const uint32_t *t, size_t n, size_t at);
/* The first place in [from, to) where a word of the set begins, or `to`. */
size_t canon_words_find(const struct canon_words *set, const uint32_t *t, size_t from, size_t to);

#endif
