/*
 * feed.h - the warnings of a file, slice by slice, to the desk and back.
 *
 * feed_slice() is the receiver of intake.h: called in a pool thread, it hands the slice to the
 * desk's worker as bulk work (behind live warnings, in pieces of at most FEED_PIECE rows) and
 * waits until its batch is committed; then every item says what became of it. A row that the
 * store refuses never stops its neighbours; a lost batch stops the feed (returns false) and
 * `rc` says why: what was not told as accepted was not taken, and may simply be sent again.
 */
#ifndef QUANZU_FEED_H
#define QUANZU_FEED_H

#include "db.h"
#include "intake.h"
#include "work.h"

enum { FEED_PIECE = 100 };

struct feed {
	struct worker *worker;
	const char *actor;
	enum store_rc rc; /* STORE_OK, or why it stopped */
};

bool feed_slice(void *feed, struct intake_item *items, size_t count);

#endif
