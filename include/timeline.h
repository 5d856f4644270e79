/*
 * timeline.h - the story of one case: what happened, in order, each with a plain Chinese line.
 *
 * It is the case's events, told with the texts that went out and came in (masked unless
 * `plain`), the name of whoever did it, and what the event's data say.
 */
#ifndef QUANZU_TIMELINE_H
#define QUANZU_TIMELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "store.h"

enum { TIMELINE_MAX = 2000 }; /* lines; of a longer story the beginning */

/* [{"seq","at","kind","actor","who","entity","entity_id","line"}]; a new reference. */
json_t *timeline_of_case(struct store *s, int64_t case_id, bool plain);
/* Who an actor of the books is, in words; lives in the store's arena or is `actor` itself. */
const char *timeline_who(struct store *s, const char *actor, bool plain);

#endif
