/*
 * listing_more.h - what a listing's row gets from other tables; see struct listing.
 */
#ifndef QUANZU_LISTING_MORE_H
#define QUANZU_LISTING_MORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "store.h"

void more_of_resident(struct store *s, int64_t id, bool plain, json_t *row); /* phones */
void more_of_case(struct store *s, int64_t id, bool plain,
	json_t *row); /* warnings, tasks, outcomes, timeline */
void more_of_message(struct store *s, int64_t id, bool plain, json_t *row); /* parts */

#endif
