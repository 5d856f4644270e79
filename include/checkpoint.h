/*
 * checkpoint.h - a thread that copies the write-ahead log into the database beside the desk.
 *
 * Without it SQLite does so within the commit that finds the log long, and whoever waits for that
 * commit waits for the disk twice. The thread copies as the log grows; the desk only does the
 * last few pages, so that the log begins anew. The log stays below CHECKPOINT_BOUND frames as long
 * as no reader holds it: there the desk copies itself, as it would without the thread.
 *
 * A failure of the disk in the thread breaks the store at the next commit (that commit is on disk).
 * A full disk is tried again.
 */
#ifndef QUANZU_CHECKPOINT_H
#define QUANZU_CHECKPOINT_H

#include "store.h"

enum { CHECKPOINT_BOUND = 16384 }; /* frames of a page: 64 MiB */

struct checkpoint;

/* s: the writing handle, used by one other thread or by none yet. NULL: the file cannot be opened again. */
struct checkpoint *checkpoint_start(struct store *s, const char *url);
/* The log is copied by the desk again. NULL is allowed. The desk must not be at work. */
void checkpoint_stop(struct checkpoint *c);

#endif
