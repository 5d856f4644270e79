/*
 * agenda.h - the timers by heart, by case: which ones stand for it.
 *
 * The rows stand in the order in which they are due; as an index, their cases would cost each accept one
 * more tree in the log. As with crew.h: the desk is the only writer, each write says so here, and when
 * anything was rolled back all of it is read again.
 */
#ifndef QUANZU_AGENDA_H
#define QUANZU_AGENDA_H

#include <stdint.h>

#include "store.h"

enum { AGENDA_KIND = 16 };

struct agenda_entry {
	int64_t id, due_at, case_id, subject_id;
	char kind[AGENDA_KIND];
};

struct agenda *agenda_new(void);
void agenda_free(struct agenda *a); /* NULL is allowed */

/* Those of a case (0: of none) one after the other, in no order; NULL: no more. Good until one is put or gone. */
const struct agenda_entry *agenda_next(
	struct store *s, int64_t case_id, const struct agenda_entry *after);

/* -- what the writers say, after they wrote ------------------------------------------------- */

void agenda_put(struct store *s, const struct agenda_entry *e);
void agenda_gone(struct store *s, int64_t case_id, int64_t id);
void agenda_forget(struct store *s); /* their times were changed */

#endif
