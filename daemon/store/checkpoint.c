#include "checkpoint.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "log.h"

#include "banned.h"

/* In frames: what is worth a round of the thread; from where the log should begin anew. */
enum { ROUND = 1000, LONG = 4000, FEW = 16 };

struct checkpoint {
	struct store *store;
	struct db *db; /* the thread's own handle */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool wanted, stopping;
	atomic_bool busy, failed;
	atomic_int copied; /* frames of the log that the database has */
	int frames, tried; /* the desk's: as the last commit left it; when it last copied itself */
};

static void note(struct checkpoint *c, enum store_rc rc, int copied)
{
	if (rc == STORE_BROKEN)
		c->failed = true;
	else if (rc == STORE_OK && copied >= 0)
		c->copied = copied;
}

/* -- the thread --------------------------------------------------------------------------------- */

static void copy(struct checkpoint *c)
{
	int frames = -1, copied = -1;
	enum store_rc rc = db_checkpoint(c->db, &frames, &copied);

	if (rc != STORE_OK)
		log_warn("checkpoint failed rc=%s reason=%s", store_rc_name(rc), db_error(c->db));
	note(c, rc, copied);
	c->busy = false;
}

static void *copier(void *arg)
{
	struct checkpoint *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->stopping) {
		if (!c->wanted) {
			pthread_cond_wait(&c->more, &c->lock);
			continue;
		}
		c->wanted = false;
		pthread_mutex_unlock(&c->lock);
		copy(c);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* -- the desk --------------------------------------------------------------------------------------- */

static void wake(struct checkpoint *c)
{
	c->busy = true;
	pthread_mutex_lock(&c->lock);
	c->wanted = true;
	pthread_cond_signal(&c->more);
	pthread_mutex_unlock(&c->lock);
}

static void finish(struct checkpoint *c)
{
	int frames = -1, copied = -1;

	c->tried = c->frames;
	note(c, db_checkpoint(c->store->db, &frames, &copied), copied);
}

/* Whether the desk copies the rest of `left` pages itself: at the bound, or because few are left. */
static bool must_finish(const struct checkpoint *c, int left)
{
	if (c->frames >= CHECKPOINT_BOUND && c->frames >= c->tried + ROUND)
		return true;
	return !c->busy && c->frames >= LONG && left <= c->frames / FEW &&
	       c->frames >= c->tried + left;
}

/* After each commit. A log that is copied whole begins anew with the next one. */
static void on_commit(void *arg, int frames)
{
	struct checkpoint *c = arg;
	int left;

	if (frames < c->frames)
		c->copied = c->tried = 0;
	c->frames = frames;
	left = frames - c->copied;
	if (left < 0)
		left = frames;
	if (c->failed) {
		c->store->broken = true;
		return;
	}
	if (must_finish(c, left))
		finish(c);
	else if (!c->busy && left >= ROUND)
		wake(c);
}

struct checkpoint *checkpoint_start(struct store *s, const char *url)
{
	struct checkpoint *c = calloc(1, sizeof *c);

	if (c == NULL || pthread_mutex_init(&c->lock, NULL) != 0 ||
		pthread_cond_init(&c->more, NULL) != 0)
		abort();
	c->store = s;
	if (db_open(&c->db, url, DB_READ) != STORE_OK) {
		db_close(c->db);
		free(c);
		return NULL;
	}
	if (pthread_create(&c->thread, NULL, copier, c) != 0)
		abort();
	db_on_commit(s->db, on_commit, c);
	return c;
}

void checkpoint_stop(struct checkpoint *c)
{
	if (c == NULL)
		return;
	db_on_commit(c->store->db, NULL, NULL);
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_signal(&c->more);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	db_close(c->db);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->more);
	free(c);
}
