/*
 * wording.h - the stable codes of the API in the words of the people who read them. Pure.
 *
 * One table for the command line, the exported books and the story of a case. What an office
 * can name itself (levels, kinds of fraud, outcomes) stands in its configuration: codeword.h.
 */
#ifndef QUANZU_WORDING_H
#define QUANZU_WORDING_H

#include <stddef.h>

enum { WORDING_MAX = 256 }; /* bytes for every `out` here, its NUL included */

/* wording_of("cases", "state", "open"): 办理中. Static; NULL: nobody has put it into words. */
const char *wording_of(const char *listing, const char *column, const char *code);
/* A flag of a warning or a case; bad_ID and the like by the field's own name. NULL as above. */
const char *wording_of_flag(const char *code, char *out, size_t n);
/*
 * `error` of a message: "no-answer 31" is 没人接 31. Without a word, as what a provider said, it
 * comes back as it is.
 */
const char *wording_of_error(const char *error, char *out, size_t n);

#endif
