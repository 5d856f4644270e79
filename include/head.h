/*
 * head.h - is the head of a request sound, and what does it say that we need?
 *
 * Everything that two readers of one connection could understand differently is refused
 * (RFC 9112 section 11.2): two Content-Length or Host headers, a length that
 * is no plain number, any Transfer-Encoding, names that are no tokens, values with control
 * characters, folded lines, and bytes between that the parser has swallowed (it drops a NUL,
 * and makes of "Transfer-Encoding:", line feed, " chunked" a header of another name): the size
 * of the head has to be that of what we see. Pure: headers come in one by one.
 */
#ifndef QUANZU_HEAD_H
#define QUANZU_HEAD_H

#include <stdbool.h>

#include "request.h"

struct head_check {
	struct request_head *head;
	int lengths, hosts, codings, singles; /* how often they came; singles: ours, sent twice */
	bool bad;
	size_t count, bytes; /* as "Name: value" and CR LF */
};

/* The bytes of the name and of the value, which may be NULL (an empty header). */
void head_take(
	struct head_check *c, const char *name, size_t name_n, const char *value, size_t value_n);
/*
 * After the last one. `line` is the length of the request line with its CR LF, `size` that of
 * the whole head. `http11`: then a Host is needed. NULL, or the stable code of what is wrong.
 */
const char *head_verdict(const struct head_check *c, size_t line, size_t size, bool http11);
/* The declared length; 0 when there is none. */
size_t head_length(const struct request_head *h);

#endif
