/*
 * roster.h - the lists of people as spreadsheets, in the columns that the import reads.
 *
 * Masked unless `plain`; a plain list comes back through the import without a change. The
 * caller has checked the right to plain data and written the reveal. Pages through the store
 * and resets its arena; for a pool thread.
 */
#ifndef QUANZU_ROSTER_H
#define QUANZU_ROSTER_H

#include <stdbool.h>

#include "outsheet.h"
#include "store.h"

bool roster_knows(const char *noun); /* residents, areas, teams, members, duties */
void roster_write(struct store *s, const char *noun, bool plain, struct outsheet *w);

#endif
