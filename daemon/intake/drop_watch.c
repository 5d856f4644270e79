#include "drop_watch.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#include "banned.h"

enum { WAITING = 1000, SOON_MS = 20, POLL_MS = 250, RESCAN_MS = 30000, RETRY_MS = 5000 };

struct arrival {
	char name[256];
	int64_t size, changed_ns;
	ino_t inode;
	int64_t since_ms; /* unchanged since, by the monotonic clock */
	bool moved;       /* renamed into place: whole */
	bool seen;        /* still there at this look */
};

struct drop_watch {
	struct drop *drop;
	int settle_ms;
	drop_file_fn *on_file;
	void *arg;
	int inotify;
	uv_poll_t poll;
	uv_timer_t timer;
	int open_handles;
	bool busy, recovered, stopping, handed;
	int64_t not_before_ms;
	struct arrival *waiting;
	size_t count;
};

/* ---- who waits --------------------------------------------------------------------------- */

static struct arrival *arrival_of(struct drop_watch *w, const char *name)
{
	struct arrival *a;

	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->waiting[i].name, name) == 0)
			return &w->waiting[i];
	if (w->count == WAITING)
		return NULL; /* its turn comes when others have gone */
	a = &w->waiting[w->count++];
	*a = (struct arrival){ .size = -1 };
	snprintf(a->name, sizeof a->name, "%s", name);
	return a;
}

static void forget_gone(struct drop_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->waiting[i].seen)
			w->waiting[n++] = w->waiting[i];
	w->count = n;
}

/* True when nothing about it has changed for long enough. */
static bool is_settled(struct drop_watch *w, struct arrival *a, const struct stat *st)
{
	int64_t now = clock_mono_ms();
	int64_t changed = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;

	if (a->size != st->st_size || a->changed_ns != changed || a->inode != st->st_ino) {
		a->size = st->st_size;
		a->changed_ns = changed;
		a->inode = st->st_ino;
		a->since_ms = now;
	}
	return a->moved || now - a->since_ms >= w->settle_ms;
}

/* ---- handing over -------------------------------------------------------------------------- */

static void hand_over(struct drop_watch *w, const char *taken, enum drop_rc rc, struct fault *fault)
{
	w->busy = w->handed = true;
	w->on_file(w->arg, taken, rc == DROP_REFUSED ? fault : NULL);
}

static void back_off(struct drop_watch *w, int wait_ms)
{
	w->not_before_ms = clock_mono_ms() + wait_ms;
}

static bool take(struct drop_watch *w, const char *name)
{
	char taken[DROP_NAME + 1];
	struct fault fault;
	enum drop_rc rc = drop_take(w->drop, name, taken, &fault);

	if (rc == DROP_GONE)
		return true;
	if (rc == DROP_IO) {
		log_error("drop folder: cannot take a file error=\"%s\"", strerror(errno));
		w->recovered = false; /* it may be in work/ already */
		back_off(w, RETRY_MS);
		return false;
	}
	hand_over(w, taken, rc, &fault);
	return false;
}

static bool consider(void *arg, const char *name)
{
	struct drop_watch *w = arg;
	struct arrival *a;
	struct stat st;

	if (drop_name_of(name) == DROP_NAME_ARRIVING || !drop_look(w->drop, name, &st))
		return true;
	a = arrival_of(w, name);
	if (a == NULL)
		return true;
	a->seen = true;
	if (S_ISREG(st.st_mode) && (!is_settled(w, a, &st) || drop_is_open(w->drop, name)))
		return true;
	a->seen = false;
	return take(w, name);
}

/* What a crash has left: taken once more, from the beginning. */
static bool again(void *arg, const char *name)
{
	struct drop_watch *w = arg;
	struct fault fault;
	enum drop_rc rc = drop_judge(w->drop, name, &fault);

	if (rc == DROP_GONE || rc == DROP_IO)
		return true;
	log_info("drop folder: a file from before is taken again");
	hand_over(w, name, rc, &fault);
	return false;
}

static void look(struct drop_watch *w)
{
	w->handed = false;
	if (w->busy || w->stopping || clock_mono_ms() < w->not_before_ms)
		return;
	if (!w->recovered)
		drop_each(w->drop, 1, again, w);
	w->recovered = w->recovered || !w->handed;
	if (w->handed)
		return;
	for (size_t i = 0; i < w->count; i++)
		w->waiting[i].seen = false;
	if (drop_each(w->drop, 0, consider, w))
		forget_gone(w); /* only a look that went through has seen all */
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void wake_in(struct drop_watch *w, int ms)
{
	if (!w->stopping)
		uv_timer_start(&w->timer, on_timer, (uint64_t)ms, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct drop_watch *w = timer->data;

	look(w);
	if (w->busy || w->handed)
		return; /* drop_watch_done() goes on, or has done so already */
	wake_in(w, w->count > 0 || clock_mono_ms() < w->not_before_ms ? POLL_MS : RESCAN_MS);
}

static void take_event(struct drop_watch *w, const struct inotify_event *e)
{
	struct arrival *a;

	if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
		log_error("drop folder: it was removed or moved away");
	if (e->len == 0 || !(e->mask & IN_MOVED_TO))
		return;
	if (drop_name_of(e->name) == DROP_NAME_ARRIVING || (a = arrival_of(w, e->name)) == NULL)
		return;
	a->moved = a->seen = true;
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	alignas(struct inotify_event) char bytes[16384];
	struct drop_watch *w = poll->data;
	ssize_t n = read(w->inotify, bytes, sizeof bytes);

	(void)status, (void)events;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e = (const void *)(bytes + at);

		take_event(w, e);
		at += (ssize_t)(sizeof *e + e->len);
	}
	if (n > 0 && !w->busy)
		wake_in(w, SOON_MS);
}

static void on_closed(uv_handle_t *handle)
{
	struct drop_watch *w = handle->data;

	if (--w->open_handles > 0)
		return;
	close(w->inotify);
	free(w->waiting);
	free(w);
}

struct drop_watch *drop_watch_start(
	uv_loop_t *loop, struct drop *d, int settle_ms, drop_file_fn *on_file, void *arg)
{
	struct drop_watch *w = calloc(1, sizeof *w);
	int error;

	if (w == NULL || (w->waiting = calloc(WAITING, sizeof *w->waiting)) == NULL)
		abort();
	w->drop = d;
	w->settle_ms = settle_ms;
	w->on_file = on_file;
	w->arg = arg;
	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->inotify == -1 || inotify_add_watch(w->inotify, drop_dir(d),
					IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE_SELF |
						IN_MOVE_SELF | IN_ONLYDIR) == -1)
		goto failed;
	uv_timer_init(loop, &w->timer);
	if (uv_poll_init(loop, &w->poll, w->inotify) != 0)
		abort();
	w->timer.data = w->poll.data = w;
	w->open_handles = 2;
	uv_poll_start(&w->poll, UV_READABLE, on_event);
	wake_in(w, 0);
	return w;
failed:
	error = errno;
	if (w->inotify != -1)
		close(w->inotify);
	free(w->waiting);
	free(w);
	errno = error;
	return NULL;
}

void drop_watch_done(struct drop_watch *w, const char *taken, bool good)
{
	enum drop_rc rc = drop_finish(w->drop, taken, good);

	if (rc == DROP_IO) {
		log_error(
			"drop folder: cannot move a file to its end error=\"%s\"", strerror(errno));
		w->recovered = false;
		back_off(w, RETRY_MS);
	}
	w->busy = false;
	wake_in(w, SOON_MS);
}

void drop_watch_later(struct drop_watch *w, int wait_ms)
{
	w->busy = false;
	w->recovered = false;
	back_off(w, wait_ms);
	wake_in(w, SOON_MS);
}

void drop_watch_stop(struct drop_watch *w)
{
	if (w == NULL || w->stopping)
		return;
	w->stopping = true;
	uv_timer_stop(&w->timer);
	uv_close((uv_handle_t *)&w->timer, on_closed);
	uv_close((uv_handle_t *)&w->poll, on_closed);
}
