/* idlist.h - the ids of a list of people, page after page, by rising id. */
#ifndef QUANZU_IDLIST_H
#define QUANZU_IDLIST_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

/* noun: residents, teams, members, duties. Those behind `after`, at most max; returns how many. */
size_t idlist(struct store *s, const char *noun, int64_t after, int64_t *ids, size_t max);

#endif
