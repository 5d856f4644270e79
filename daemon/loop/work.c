/*
 * What one round of the loop puts goes to the desk together at its end: the last part of a message
 * and its verdict, the requests of one wake-up, share a batch instead of racing the desk for it.
 * Only a desk that has nothing to do gets the first few of a crowd at once, so that both threads
 * work: while it runs these, the loop reads the others. While works are gathered an idle handle keeps the loop from sleeping on them. Patient works wait
 * for such a batch, or for their timer.
 */
#include "work.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "banned.h"

enum { BATCH_MAX = 512, CROWD = 8 };

struct list {
	struct work *first, **end;
};

struct worker {
	struct work_hooks hooks;
	uv_loop_t *loop;
	uv_thread_t thread;
	int wake_fd; /* desk to loop; an uv_async_t would spin until its sender is back */
	uv_poll_t wake;
	uv_idle_t stay; /* active while works are gathered */
	uv_check_t round;
	uv_timer_t patience;                               /* runs while `patient` holds any */
	struct list gathered_live, gathered_bulk, patient; /* loop's thread only */
	int gathered;                                      /* works in the first two */
	int open_handles;
	uv_mutex_t lock;
	uv_cond_t more;
	struct list live, bulk, finished;
	struct list told; /* desk's thread only, of this batch */
	atomic_int waiting;
	atomic_bool idle; /* the desk has nothing to do */
	int max;
	bool stopping;
};

static void list_init(struct list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void list_add(struct list *l, struct work *w)
{
	w->next = NULL;
	*l->end = w;
	l->end = &w->next;
}

static struct work *list_take(struct list *l)
{
	struct work *w = l->first;

	if (w == NULL)
		return NULL;
	l->first = w->next;
	if (l->first == NULL)
		l->end = &l->first;
	return w;
}

static void list_move(struct list *to, struct list *from)
{
	if (from->first == NULL)
		return;
	*to->end = from->first;
	to->end = from->end;
	list_init(from);
}

/* Up to BATCH_MAX live jobs and one bulk job. Called with the lock held. */
static int take_batch(struct worker *w, struct list *batch)
{
	struct work *job;
	int n = 0;

	list_init(batch);
	while (n < BATCH_MAX && (job = list_take(&w->live)) != NULL) {
		list_add(batch, job);
		n++;
	}
	if ((job = list_take(&w->bulk)) != NULL) {
		list_add(batch, job);
		n++;
	}
	w->waiting -= n;
	return n;
}

static void run_job(struct worker *w, struct work *job)
{
	const struct work_hooks *h = &w->hooks;

	if (job->run == NULL)
		return;
	h->job_begin(h->arg);
	job->run(job, h->desk);
	job->rc = h->job_end(h->arg);
}

static enum store_rc run_tick(struct worker *w)
{
	const struct work_hooks *h = &w->hooks;

	h->job_begin(h->arg);
	h->tick(h->arg);
	return h->job_end(h->arg);
}

static bool may_be_bold(const struct worker *w, const struct list *batch)
{
	for (const struct work *job = batch->first; job != NULL; job = job->next)
		if (job->run != NULL && !job->again)
			return false;
	return w->hooks.batch_bold != NULL;
}

/* Did this one fail alone? After a full disk or a broken one nothing is better the second time. */
static bool is_spoilt(enum store_rc rc)
{
	return rc != STORE_OK && rc != STORE_FULL && rc != STORE_BROKEN;
}

/* Without savepoints, as far as it goes. False: a job failed, and all of it was undone. */
static bool run_bold(struct worker *w, const struct list *batch, bool tick)
{
	const struct work_hooks *h = &w->hooks;
	bool spoilt = false;

	h->batch_bold(h->arg);
	for (struct work *job = batch->first; job != NULL && !spoilt; job = job->next) {
		run_job(w, job);
		spoilt = is_spoilt(job->rc);
	}
	if (tick && !spoilt)
		spoilt = is_spoilt(run_tick(w));
	if (spoilt)
		h->batch_undo(h->arg);
	return !spoilt;
}

static void run_careful(struct worker *w, const struct list *batch, bool tick)
{
	w->hooks.batch_begin(w->hooks.arg);
	for (struct work *job = batch->first; job != NULL; job = job->next)
		run_job(w, job);
	if (tick)
		run_tick(w);
}

static void run_batch(struct worker *w, struct list *batch, bool tick)
{
	enum store_rc rc;

	list_init(&w->told);
	if (!may_be_bold(w, batch) || !run_bold(w, batch, tick))
		run_careful(w, batch, tick);
	rc = w->hooks.batch_end(w->hooks.arg);
	for (struct work *job = batch->first; job != NULL; job = job->next)
		if (rc != STORE_OK)
			job->rc = rc;
	for (struct work *job = w->told.first; job != NULL; job = job->next)
		job->rc = rc;
	list_move(batch, &w->told);
	uv_mutex_lock(&w->lock);
	list_move(&w->finished, batch);
	uv_mutex_unlock(&w->lock);
	if (eventfd_write(w->wake_fd, 1) != 0)
		abort();
}

static void desk_thread(void *arg)
{
	struct worker *w = arg;
	struct list batch;
	int64_t due_ms;
	int n;

	for (;;) {
		due_ms = w->hooks.due_ms(w->hooks.arg);
		uv_mutex_lock(&w->lock);
		while (w->live.first == NULL && w->bulk.first == NULL && !w->stopping &&
			due_ms > 0) {
			int64_t before = (int64_t)(uv_hrtime() / 1000000);

			w->idle = true;
			if (uv_cond_timedwait(&w->more, &w->lock, (uint64_t)due_ms * 1000000) != 0)
				due_ms = 0;
			else
				due_ms -= (int64_t)(uv_hrtime() / 1000000) - before;
		}
		w->idle = false;
		n = take_batch(w, &batch);
		if (n == 0 && w->stopping) {
			uv_mutex_unlock(&w->lock);
			return;
		}
		uv_mutex_unlock(&w->lock);
		run_batch(w, &batch, w->hooks.due_ms(w->hooks.arg) <= 0);
	}
}

static void hand_back(struct worker *w)
{
	struct list ready;
	struct work *job;

	list_init(&ready);
	uv_mutex_lock(&w->lock);
	list_move(&ready, &w->finished);
	uv_mutex_unlock(&w->lock);
	while ((job = list_take(&ready)) != NULL)
		job->done(job);
}

static void on_wake(uv_poll_t *poll, int status, int events)
{
	struct worker *w = poll->data;
	eventfd_t n;

	(void)status;
	(void)events;
	if (eventfd_read(w->wake_fd, &n) == 0)
		hand_back(w);
}

/* -- the loop's side ------------------------------------------------------------------------- */

static void hand_over(struct worker *w)
{
	uv_idle_stop(&w->stay);
	uv_timer_stop(&w->patience);
	w->gathered = 0;
	uv_mutex_lock(&w->lock);
	list_move(&w->live, &w->patient);
	list_move(&w->live, &w->gathered_live);
	list_move(&w->bulk, &w->gathered_bulk);
	uv_mutex_unlock(&w->lock);
	uv_cond_signal(&w->more); /* after the lock: who wakes up wants it */
}

static void on_round(uv_check_t *check)
{
	struct worker *w = check->data;

	if (w->gathered > 0)
		hand_over(w);
}

static void on_patience(uv_timer_t *timer)
{
	hand_over(timer->data);
}

static void on_stay(uv_idle_t *idle)
{
	(void)idle; /* that it is active is enough: the loop looks for events and comes back */
}

static void start_handles(struct worker *w)
{
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->wake_fd < 0 || uv_poll_init(w->loop, &w->wake, w->wake_fd) != 0)
		abort();
	uv_idle_init(w->loop, &w->stay);
	uv_check_init(w->loop, &w->round);
	uv_timer_init(w->loop, &w->patience);
	w->wake.data = w->stay.data = w->round.data = w->patience.data = w;
	uv_poll_start(&w->wake, UV_READABLE, on_wake);
	uv_check_start(&w->round, on_round);
	w->open_handles = 4;
}

struct worker *worker_new(uv_loop_t *loop, const struct work_hooks *hooks, int max_waiting)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		abort();
	w->hooks = *hooks;
	w->loop = loop;
	w->max = max_waiting;
	list_init(&w->live);
	list_init(&w->bulk);
	list_init(&w->gathered_live);
	list_init(&w->gathered_bulk);
	list_init(&w->patient);
	list_init(&w->finished);
	list_init(&w->told);
	if (uv_mutex_init(&w->lock) != 0 || uv_cond_init(&w->more) != 0)
		abort();
	start_handles(w);
	return w;
}

void worker_start(struct worker *w)
{
	if (uv_thread_create(&w->thread, desk_thread, w) != 0)
		abort();
}

static bool put(struct worker *w, struct work *job, int limit)
{
	job->rc = STORE_OK;
	if (w->stopping || w->waiting >= limit)
		return false;
	if (w->gathered++ == 0)
		uv_idle_start(&w->stay, on_stay);
	list_add(job->bulk ? &w->gathered_bulk : &w->gathered_live, job);
	w->waiting++;
	if (w->gathered >= CROWD && w->idle)
		hand_over(w);
	return true;
}

bool worker_put(struct worker *w, struct work *job)
{
	return put(w, job, w->max);
}

bool worker_put_always(struct worker *w, struct work *job)
{
	return put(w, job, INT_MAX);
}

bool worker_put_patient(struct worker *w, struct work *job, uint64_t ms)
{
	job->rc = STORE_OK;
	if (w->stopping)
		return false;
	if (w->patient.first == NULL)
		uv_timer_start(&w->patience, on_patience, ms, 0);
	list_add(&w->patient, job);
	w->waiting++;
	return true;
}

void worker_tell(struct worker *w, struct work *job)
{
	list_add(&w->told, job);
}

int worker_waiting(const struct worker *w)
{
	return w->waiting;
}

static void free_worker(uv_handle_t *handle)
{
	struct worker *w = handle->data;

	if (--w->open_handles > 0)
		return;
	close(w->wake_fd);
	free(w);
}

void worker_stop(struct worker *w)
{
	hand_over(w);
	uv_mutex_lock(&w->lock);
	w->stopping = true;
	uv_cond_signal(&w->more);
	uv_mutex_unlock(&w->lock);
	uv_thread_join(&w->thread);
	hand_back(w);
	uv_mutex_destroy(&w->lock);
	uv_cond_destroy(&w->more);
	uv_close((uv_handle_t *)&w->wake, free_worker);
	uv_close((uv_handle_t *)&w->stay, free_worker);
	uv_close((uv_handle_t *)&w->round, free_worker);
	uv_close((uv_handle_t *)&w->patience, free_worker);
}
