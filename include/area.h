/*
 * area.h - villages, communities, grids, schools, companies: the tree by code.
 *
 * Rows change through area_put() only; a case keeps the code, so an area that somebody
 * still names is never deleted. All functions run inside a job of the store.
 */
#ifndef QUANZU_AREA_H
#define QUANZU_AREA_H

#include <stdbool.h>

#include "change.h"
#include "place.h"
#include "store.h"

struct area {
	const char *code;   /* 12 digits, or a grid code */
	const char *parent; /* "" for the top */
	const char *name;
	const char *kind;    /* town, village, community, grid, school, company, building */
	const char *aliases; /* parted by spaces */
	int64_t population;  /* 0 not known */
};

bool area_get(struct store *s, const char *code, struct area *out); /* strings in the job's arena */
/* Makes or changes the area of that code. Writes no event; area_put() is this with its event. */
void area_save(struct store *s, const struct area *a, enum save_mode mode, struct change *c);
void area_put(struct store *s, const char *actor, const struct area *a, bool *created);
/* All areas as place.h wants them; in the job's arena. */
const struct place_area *area_all(struct store *s, size_t *count);
/* "示例村" of a code, "" when unknown. */
const char *area_name(struct store *s, const char *code);
/*
 * The code above: the parent as stored, else by the code's own digits: grid -> its village (12
 * digits), village -> town (9 + 000), town -> county (6 + 000000). "" above that, or when `code`
 * is no code. In the job's arena.
 */
const char *area_above(struct store *s, const char *code);
/* The same by the digits alone. Writes at most 12 digits and NUL. */
void area_code_above(const char *code, char out[PLACE_CODE + 1]);

#endif
