/*
 * resident_find.h - lookups in the at-risk list, of rows in any state.
 *
 * They go by short keyed hashes (resident_key.h): what is found is as sure as 64 bits are, and of
 * a village as 16 bits more; people_match() looks at the values.
 */
#ifndef QUANZU_RESIDENT_FIND_H
#define QUANZU_RESIDENT_FIND_H

#include "resident.h"

/*
 * The ids, at most `max`; returns how many. kinds (may be NULL) gets own, family or guardian for
 * each id; a person who has the number twice comes once, as own before the others. in_area is
 * that area and what lies below its code (village and grids).
 */
size_t resident_by_id_no(struct store *s, const char *id_no, int64_t *ids, size_t max);
size_t resident_by_phone(
	struct store *s, const char *phone, const char **kinds, int64_t *ids, size_t max);
size_t resident_by_name(struct store *s, const char *name, int64_t *ids, size_t max);
size_t resident_by_name_in_area(
	struct store *s, const char *name, const char *area, int64_t *ids, size_t max);

/*
 * The rows themselves: while (db_next(q)) ask the resident_found functions. A person may come
 * twice by a phone. village: 12 digits, its grids are with it. birth may be NULL: everybody.
 */
struct db_stmt *resident_find_id_no(struct store *s, const char *id_no, size_t max);
struct db_stmt *resident_find_phone(struct store *s, const char *phone, size_t max);
struct db_stmt *resident_find_name(struct store *s, const char *name, size_t max);
struct db_stmt *resident_find_name_in_village(
	struct store *s, const char *name, const char *village, size_t max);
struct db_stmt *resident_find_area(
	struct store *s, const char *area, const char *birth, size_t max);

int64_t resident_found(struct db_stmt *q, bool *own); /* the id; *own: by a phone of their own */
bool resident_found_active(struct db_stmt *q);
/* What tells one person from another: name, id_no, birth, area, state, and the address if
 * `address`. The other fields are left as they are. */
void resident_found_brief(struct store *s, struct db_stmt *q, bool address, struct resident *out);

#endif
