/*
 * people.h - the people's side of the desk: who a warning means, imports, single changes.
 *
 * Each function is (part of) the body of one job of the store.
 */
#ifndef QUANZU_PEOPLE_H
#define QUANZU_PEOPLE_H

#include "match.h"
#include "store.h"

/*
 * Finds whom a warning means: candidates by ID number, by each phone, and by name where the
 * birth date, the ID's tail or the village stands beside it; then match_best(). Texts may be
 * as a person wrote them. People who moved away or were removed are not found. With a masked
 * name the residents of its area are looked through, at most PEOPLE_LOOK of them.
 */
enum { PEOPLE_LOOK = 5000 };
struct match_result people_match(struct store *s, const struct match_person *p);

#endif
