/*
 * drop_watch.h - the drop folder on the loop: who has arrived, one file at a time.
 *
 * A file is handed over when it was renamed into the folder, or when nobody has it open and
 * its size and time have not changed for settle_ms. What a crash left in work/ comes first.
 * inotify only wakes us: the folder itself is looked at, and every half minute in any case,
 * so that a missed event or a network share merely costs time. The next file comes after
 * drop_watch_done(). Never blocks on a file's content; a rename and its fsyncs are all it does.
 */
#ifndef QUANZU_DROP_WATCH_H
#define QUANZU_DROP_WATCH_H

#include <uv.h>

#include "drop.h"

struct drop_watch;

/*
 * taken lies in work/ now. refused NULL: read it (drop_input(), in a pool thread), commit,
 * write the report. Else it is not to be read: only report the reason.
 */
typedef void drop_file_fn(void *arg, const char *taken, const struct fault *refused);

/* NULL: errno says why. The drop is borrowed. */
struct drop_watch *drop_watch_start(
	uv_loop_t *loop, struct drop *d, int settle_ms, drop_file_fn *on_file, void *arg);
/* Moves the file to done/ or failed/ with its report, then looks for the next. On the loop. */
void drop_watch_done(struct drop_watch *w, const char *taken, bool good);
/* The store cannot take it now: it stays in work/ and comes again after wait_ms. */
void drop_watch_later(struct drop_watch *w, int wait_ms);
/* Closes its handles; w is freed by the loop. A file in hand stays in work/. */
void drop_watch_stop(struct drop_watch *w);

#endif
