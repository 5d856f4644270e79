/*
 * dropbox.h - the drop folder put to work: each file read in a pool thread, its rows to the
 * desk (feed.h), its report beside it, then done/ or failed/.
 *
 * A file is good when it could be read and at least one row was taken or known, or nothing was
 * refused; its report has a line for each row either way. While the store is full the file
 * stays in work/ and comes again.
 */
#ifndef QUANZU_DROPBOX_H
#define QUANZU_DROPBOX_H

#include <uv.h>

#include "seal.h"
#include "settings.h"
#include "work.h"

struct dropbox;

/* NULL: `why` says in plain Chinese what is wrong with the folder. Without drop.dir: an idle one. */
struct dropbox *dropbox_start(uv_loop_t *loop, const struct settings *set, struct worker *worker,
	const struct seal *seal, char *why, size_t why_size);
void dropbox_settings(struct dropbox *b, const struct settings *set);
/* Takes no further file; the one in hand ends first. Run the loop until dropbox_is_idle(). */
void dropbox_stop(struct dropbox *b);
bool dropbox_is_idle(const struct dropbox *b);
void dropbox_free(struct dropbox *b); /* after the loop has run empty */

#endif
