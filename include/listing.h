/*
 * listing.h - one description of every list: the API, the exports and the command line read it.
 *
 * A listing is a noun with its columns; each column has a name in JSON, a title in Chinese and
 * a kind that says how it is shown, and masked unless the caller may see it plain. Pages go by
 * key, so a long list is never one long read. `scope` cuts a listing down to one area and what
 * lies below it. All functions only read; any handle; strings live in the store's arena, which
 * the caller resets between pages.
 */
#ifndef QUANZU_LISTING_H
#define QUANZU_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum { LISTING_PAGE = 50, LISTING_PAGE_MAX = 500, LISTING_FILTERS = 10, LISTING_COLUMNS = 40 };

enum listing_kind {
	LIST_ID, /* a key; 0 is none */
	LIST_INT,
	LIST_TEXT,
	LIST_WORDS, /* words parted by blanks: a list */
	LIST_TIME,  /* ms */
	LIST_MONEY, /* fen; -1 not known */
	LIST_BOOL,
	LIST_DAYS,  /* bits from Monday on: a list of 1 to 7 */
	LIST_CLOCK, /* minutes of the day: HH:MM */
	LIST_BIRTH, /* YYYY-MM-DD; masked: the year */
	LIST_JSON,  /* stored JSON text without personal data */
	/* sealed: */
	LIST_NAME,
	LIST_PHONE,
	LIST_ID_NO,
	LIST_ADDRESS,
	LIST_PROSE,
	LIST_HIDDEN, /* nothing of it is seen masked */
	LIST_PERSON  /* a JSON object, masked by the names of its members */
};

struct listing_column {
	const char *name, *title, *sql;
	enum listing_kind kind;
	const char *table, *column, *row; /* of a sealed one: where it was sealed; row is SQL */
	bool single;                      /* only when one record is asked for */
};

enum listing_match {
	MATCH_TEXT, /* one of several, parted by commas */
	MATCH_ID,   /* sql is a column, or has one ? */
	MATCH_BOOL,
	MATCH_AREA,  /* this area and below */
	MATCH_SINCE, /* ISO 8601 time or date; sql has one ? */
	MATCH_UNTIL,
	MATCH_PHONE, /* a phone in any form; sql has one ? for its lookup */
	MATCH_PERSON /* name, phone or ID number: sql has three ? for their keys */
};

struct listing_filter {
	const char *param, *sql;
	enum listing_match match;
};

struct listing {
	const char *noun;   /* "cases" */
	const char *entity; /* "case", as events and reveals have it */
	const char *title;
	const char *from; /* SQL from FROM on, with its joins */
	const char *key;  /* SQL */
	bool key_is_text, newest_first;
	const char *area; /* SQL of the area code; NULL: nothing for a scoped key */
	const struct listing_column *columns;
	const struct listing_filter *filters;
	/* Adds what is in other tables (single records, or all when `always`). */
	void (*more)(struct store *s, int64_t id, bool plain, json_t *row);
	bool always;
	const char *
		also; /* SQL of another unique text by which one record may be asked for; or NULL */
};

const struct listing *listing_find(const char *noun); /* NULL */
const struct listing *listing_at(size_t i);           /* NULL behind the last */

struct listing_query {
	int limit;         /* 1 .. LISTING_PAGE_MAX; 0 LISTING_PAGE */
	const char *after; /* the `next` of the page before; NULL the first page */
	const char *scope; /* area code; "" or NULL everything */
	struct {
		const char *param, *value;
	} filter[LISTING_FILTERS];
	int filters;
	bool plain; /* personal data as they are; single records only, and the reveal is written */
};

/*
 * False: a filter's value makes no sense (*bad names the parameter). *next: the cursor of the
 * next page, "" when this was the last; in the arena. *items: a new array.
 */
bool listing_page(struct store *s, const struct listing *l, const struct listing_query *q,
	json_t **items, const char **next, const char **bad);
/* One record with all columns; NULL: none, or outside the scope. A new reference. */
json_t *listing_one(
	struct store *s, const struct listing *l, const char *key, const char *scope, bool plain);

/* -- for exports: cell by cell, masked -------------------------------------------------------- */

struct listing_cell {
	const struct listing_column *column;
	int64_t n;            /* ids, numbers, times, money, bool */
	const char *text;     /* all others; never NULL */
	const json_t *object; /* LIST_PERSON and LIST_JSON, masked; NULL none */
};
/* All rows that fit, page after page; row() false ends it. Resets the arena between pages. */
bool listing_each(struct store *s, const struct listing *l, const struct listing_query *q,
	bool (*row)(void *arg, const struct listing_cell *cells, size_t count), void *arg,
	const char **bad);

#endif
