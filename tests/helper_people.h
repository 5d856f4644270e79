/* helper_people.h - made-up residents in any number, the same for every run. */
#ifndef QUANZU_HELPER_PEOPLE_H
#define QUANZU_HELPER_PEOPLE_H

#include <stdint.h>

#include "people.h"
#include "store.h"

enum { BENCH_VILLAGES = 40 };

int64_t bench_number(const char *variable, int64_t otherwise); /* from the environment */
const char *bench_folder(void);

/* Resident n of the list: 25,000 to a village, one or two phones; texts in the arena. */
void bench_resident(struct arena *a, int64_t n, struct resident_record *out);
void bench_areas(struct store *s);
/* Slice i of the list, with its own commit: how long it held the store, in us. Aborts unless
 * every row is new. */
int64_t bench_import_slice(struct store *s, int64_t i);
/* What comes after the last slice, with its commits: how long it took, in us. */
int64_t bench_settle(struct store *s);
/* Rows a second of the same tables and indexes by SQLite alone, in BENCH_DIR. */
double bench_bare_import(int64_t rows);

#endif
