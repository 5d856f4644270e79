/*
 * schema.h - the numbered migrations of the database.
 *
 * A migration is never edited once released: a change is a new number at the end. Each
 * runs in one transaction with the new version number, and with a mark of its text in `meta`:
 * so a database of a migration that was edited before its release is told from ours.
 */
#ifndef QUANZU_SCHEMA_H
#define QUANZU_SCHEMA_H

#include "db.h"

/*
 * Brings the database to this program's version. STORE_NEWER when it is ahead of the program,
 * STORE_FOREIGN when somebody else's tables are in it, STORE_STALE when it was made by another text
 * of the same migration; each is left as it is.
 */
enum store_rc schema_migrate(struct db *db, int64_t now_ms);
int schema_version(void); /* of this program */

#endif
