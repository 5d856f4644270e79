/*
 * fraud.h - the kinds of fraud: a table of codes, names and the words in files.
 *
 * The number of a type never changes, members know it by heart: an SMS may say 类型04
 * where a filter refuses the words. Entries of the office come first and may replace a
 * house entry by its code. Pure.
 */
#ifndef QUANZU_FRAUD_H
#define QUANZU_FRAUD_H

#include <stdbool.h>
#include <stddef.h>

enum { FRAUD_PARENTS = 2, FRAUD_WORD = 128 };

struct fraud_type {
	const char *code;                  /* FAKE_LOAN */
	int number;                        /* 1 .. 99; 0 for UNKNOWN */
	const char *name;                  /* 虚假贷款 */
	const char *aliases;               /* parted by one blank; "" none */
	const char *parent[FRAUD_PARENTS]; /* codes, or NULL */
	const char *audience; /* tags parted by one blank: youth women elders ...; "" all */
	bool tip;             /* a category of tips (两卡 ...), not of fraud */
};

struct fraud_table {
	const struct fraud_type *types; /* of the office; may be NULL */
	size_t count;
};

/* own may be NULL everywhere. NULL: no such thing. */
const struct fraud_type *fraud_of_code(const char *code, const struct fraud_table *own);
/*
 * Never NULL: the type that a word of a file means, or UNKNOWN (keep the raw word, and put
 * it before the editor of the table). *exact (may be NULL): the whole word was known, not
 * only an alias inside it. What is a category of tips is never found.
 */
const struct fraud_type *fraud_of_word(
	const char *word, const struct fraud_table *own, bool *exact);
/* The i-th type, the office's first, replaced ones left out; NULL behind the last. */
const struct fraud_type *fraud_at(size_t i, const struct fraud_table *own);
/* Is `code` that type or below it? A list of a type holds those below it (web_list.c). */
bool fraud_is(const char *code, const char *ancestor, const struct fraud_table *own);

#endif
