/*
 * codeword.h - a code in the words of this office: its own names first, then those of wording.h.
 */
#ifndef QUANZU_CODEWORD_H
#define QUANZU_CODEWORD_H

#include "settings.h"
#include "wording.h"

/*
 * A code in a column of a listing. The text is static, the configuration's, out (WORDING_MAX
 * bytes) or, where nobody has put it into words, the code itself. Pure.
 */
const char *codeword(const struct settings *set, const char *listing, const char *column,
	const char *code, char *out, size_t n);

#endif
