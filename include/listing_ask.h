/*
 * listing_ask.h - a listing's SQL: columns, scope, filters and cursor; for listing.c alone.
 *
 * The first column is the key as a text; then each column of the listing in its order
 * (those for single records only when asked for), a sealed one followed by its row.
 */
#ifndef QUANZU_LISTING_ASK_H
#define QUANZU_LISTING_ASK_H

#include "listing.h"

/* *bad names the parameter that makes no sense (then no rows), else NULL. */
struct db_stmt *listing_ask_page(struct store *s, const struct listing *l,
	const struct listing_query *q, int limit, const char **bad);
struct db_stmt *listing_ask_one(
	struct store *s, const struct listing *l, const char *key, const char *scope);
bool listing_is_sealed(enum listing_kind k);
/* Decimal digits alone; false: anything else. */
bool listing_number(const char *text, int64_t *out);

#endif
