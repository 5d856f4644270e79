/* codeword.c - codes in the words of this office. */
#include "codeword.h"

#include <string.h>

#include "fraud.h"
#include "outcome_code.h"
#include "policy.h"
#include "source.h"

#include "banned.h"

static const char *level_word(const struct settings *set, const char *code)
{
	const struct policy *p = policies_find(&set->policies, code);

	return p == NULL ? NULL : p->name;
}

static const char *fraud_word(const struct settings *set, const char *code)
{
	const struct fraud_type *t = fraud_of_code(code, &set->fraud_types);

	return t == NULL ? NULL : t->name;
}

static const char *outcome_word(const struct settings *set, const char *code)
{
	const struct outcome_code *o = outcome_code_find(&set->outcomes, code);

	return o == NULL ? NULL : o->name;
}

static const char *source_word(const struct settings *set, const char *code)
{
	(void)set;
	return source_name(code);
}

static const struct {
	const char *column;
	const char *(*word)(const struct settings *set, const char *code);
} configured[] = {
	{ "level", level_word },
	{ "risk", level_word },
	{ "fraud_type", fraud_word },
	{ "outcome", outcome_word },
	{ "code", outcome_word },
	{ "source", source_word },
};

const char *codeword(const struct settings *set, const char *listing, const char *column,
	const char *code, char *out, size_t n)
{
	const char *word = NULL;

	for (size_t i = 0; word == NULL && i < sizeof configured / sizeof *configured; i++)
		if (strcmp(configured[i].column, column) == 0)
			word = configured[i].word(set, code);
	if (word == NULL)
		word = wording_of(listing, column, code);
	if (word == NULL && strcmp(column, "flags") == 0)
		word = wording_of_flag(code, out, n);
	if (word == NULL && strcmp(column, "error") == 0)
		word = wording_of_error(code, out, n);
	return word == NULL ? code : word;
}
