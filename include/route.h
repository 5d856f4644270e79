/*
 * route.h - which handler a method and a path mean; the arguments in path and query.
 *
 * A pattern is literal segments and {names}: "/v1/cases/{id}/{verb}". The first row that
 * fits wins, so literal rows stand before those with names. Segments are cut before they are
 * percent-decoded, so %2F is part of a value and never a separator. Pure.
 */
#ifndef QUANZU_ROUTE_H
#define QUANZU_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHODS };

const char *method_name(enum method m);
/* HEAD counts as GET. METHODS: not one of ours. */
enum method method_of(const char *name);

enum { ROUTE_ARGS = 4, QUERY_MAX = 24 };

struct route_args { /* texts in the arena that was given */
	const char *name[ROUTE_ARGS], *value[ROUTE_ARGS];
	int count;
};

/*
 * Does the raw path (without its query) fit? False also when a value is no valid UTF-8, is
 * empty or holds a control character.
 */
bool route_fits(const char *pattern, const char *path, struct arena *a, struct route_args *out);
const char *route_arg(const struct route_args *args, const char *name); /* "" absent */

struct query {
	const char *name[QUERY_MAX], *value[QUERY_MAX];
	int count;
};

/* After the "?", or NULL. False: too many, twice the same name, or bad encoding. */
bool query_parse(const char *raw, struct arena *a, struct query *out);
const char *query_get(const struct query *q, const char *name); /* NULL absent */
/* The number, or `otherwise` when absent; *ok becomes false when it is none within the range. */
int64_t query_number(const struct query *q, const char *name, int64_t otherwise, int64_t low,
	int64_t high, bool *ok);

/* Percent-decoding of n bytes; `plus` turns + into a blank. NULL: bad encoding or no valid text. */
const char *percent_decode(const char *s, size_t n, bool plus, struct arena *a);

#endif
