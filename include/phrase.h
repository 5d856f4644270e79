/*
 * phrase.h - the words of the reply grammar, as data that the office may edit (docs/REPLIES.md, 7).
 *
 * The tables are a text: a key, a colon, words with spaces between; a line without a key
 * goes on with the key before; # begins a comment line.
 *
 *     4: 已转账 已经转账        0 .. 9: phrases of an action
 *     -: 不好意思 好像          neutral phrases, which only cover their letters
 *     pay_verbs: 转账 转        before a sum they are action 4
 *     clause_words: 好 行       action 1 when they are the whole clause
 *     particles: 的了啊         single characters that such a clause may begin or end with
 *     negators: 没有 没         before a phrase they turn it round
 *     adverbs: 太很大           single characters that may stand between
 *     questions: ? 吗 么        make a segment a question
 *
 * Words are folded as replies are (canon.h). Calling sequence: phrases_new() with such a
 * text, or with NULL for the built-in one; any number of readers, also at the same time,
 * since nothing changes after that; phrases_free().
 */
#ifndef QUANZU_PHRASE_H
#define QUANZU_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PHRASE_CHARS_MAX = 24,      /* characters of one word */
	PHRASES_TEXT_MAX = 1 << 18, /* bytes of one text */
	PHRASE_NEUTRAL = -1,        /* an action beside 0 .. 9: it only covers its letters */
	PHRASE_NOTHING = -2,        /* no phrase of the table */
	PHRASE_ROOT = 0
};

enum phrase_is { /* what else a word is */
	PHRASE_PAY_VERB = 1,
	PHRASE_CLAUSE_WORD = 2,
	PHRASE_PARTICLE = 4,
	PHRASE_NEGATOR = 8,
	PHRASE_ADVERB = 16,
	PHRASE_QUESTION = 32
};

struct phrase_word {
	int8_t action; /* 0 .. 9, PHRASE_NEUTRAL, PHRASE_NOTHING */
	uint8_t is;    /* enum phrase_is, or-ed */
};

struct phrases_fault {
	int line;       /* from 1; 0: the text as a whole */
	char text[200]; /* Chinese, for the person who edited the table */
};

struct phrases;

/* The built-in tables line by line (no line feeds), for an office to begin with; NULL: no more. */
const char *phrases_line(size_t i);
/*
 * The tables of `text` (NULL: the built-in ones), or NULL and *fault. Each action 0-9 must have a phrase, since a
 * table without 4 would not notice that money is gone; every other section that is absent
 * is the built-in one. One phrase has one action.
 */
struct phrases *phrases_new(const char *text, struct phrases_fault *fault);
void phrases_free(struct phrases *p); /* NULL is allowed */

/*
 * Words are found by walking: start at PHRASE_ROOT and step with each character; 0 means
 * that no word goes on like this. phrase_at() says what ends at the place reached.
 */
uint32_t phrase_step(const struct phrases *p, uint32_t node, uint32_t c);
struct phrase_word phrase_at(const struct phrases *p, uint32_t node);
/* What exactly the word w[0..n) is. */
struct phrase_word phrase_of(const struct phrases *p, const uint32_t *w, size_t n);

#endif
