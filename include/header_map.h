/*
 * header_map.h - from the labels of one header to fields: meaning, neighbours, claims.
 *
 * Behind header.h; importers use that one. First header_decide() says what every label seems
 * to mean, then header_claim() gives each field to one column. Pure.
 */
#ifndef QUANZU_HEADER_MAP_H
#define QUANZU_HEADER_MAP_H

#include "header.h"
#include "header_words.h"

/* In this order columns claim their fields. */
enum header_strength {
	STRONG,
	WEAK,     /* 时间, 类型: yields to a more telling word */
	DOUBTFUL, /* a number behind a police station: only when nothing else is the resident's */
	SERIAL,   /* 流水号: what it numbers is known last */
	STRENGTHS
};

/* One label of the sheet, with what stands over it. */
struct header_slot {
	struct header_label leaf, group;
	const char *raw, *raw_group; /* as in the sheet; "" when there is none */
	size_t row, col;             /* where its first value stands */
	const char *field;           /* what it seems to mean; NULL nothing */
	enum header_strength strength;
};

struct header_labels {
	struct header_slot at[HEADER_COLUMNS];
	size_t count;
	bool wide;
};

/* The cell as it is, never NULL. */
const char *header_raw(const struct header_sheet *s, size_t row, size_t col);
void header_warn(struct header_map *out, const char *what, const char *field);
/* Fills field and strength of every label; the sheet is asked for values where they decide. */
void header_decide(struct header_labels *ls, const struct header_sheet *sheet,
	const struct header_options *opt);
/* Fills columns, count, known and warnings. title_unit: of a row above the header, or NULL. */
void header_claim(const struct header_labels *ls, const char *title_unit, struct header_map *out);

#endif
