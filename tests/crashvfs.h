/*
 * crashvfs.h - a disk in memory that loses its power, as an SQLite VFS named "crash".
 *
 * What is written but not synced waits; when the power is cut, each waiting write is kept,
 * torn (some of its 512-byte sectors are kept) or dropped, by the dice. Then the disk stays
 * dead (every call fails) until crash_power_on(). A database is opened as
 * "sqlite:file:NAME?vfs=crash", or as the daemon has it, with the log's writes gathered above this
 * disk (wal_vfs.h), as "?vfs=gather-crash". The deletion of a file takes effect at once; a missing sync
 * of the folder does not show. One thread; several connections may share a file.
 */
#ifndef QUANZU_CRASHVFS_H
#define QUANZU_CRASHVFS_H

#include <stdbool.h>
#include <stdint.h>

void crash_install(void);            /* registers both; once */
void crash_format(void);             /* all files gone; nothing may be open */
void crash_seed(uint64_t seed);      /* of the dice */
uint64_t crash_dice(uint64_t below); /* the same dice, for the test's own choices */
void crash_cut_at(int n);            /* at the n-th write or sync from now; 0: never */
int crash_calls(void);               /* writes and syncs since crash_cut_at() */
bool crash_is_dead(void);
void crash_power_on(void); /* all connections must be closed by then */

struct crash_count {
	long kept, torn, dropped; /* waiting writes at all cuts so far */
};
struct crash_count crash_counts(void);

#endif
