#include "store_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "clock.h"

#include "banned.h"

struct slot {
	struct store *store;
	bool busy, late;
	int64_t deadline_ms;
};

struct store_pool {
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct slot slot[STORE_POOL_MAX];
	int count;
};

struct store_pool *store_pool_open(
	const char *url, const struct seal *seal, int count, enum store_rc *rc)
{
	struct store_pool *p = calloc(1, sizeof *p);

	assert(count > 0 && count <= STORE_POOL_MAX);
	if (p == NULL || pthread_mutex_init(&p->lock, NULL) != 0 ||
		pthread_cond_init(&p->given, NULL) != 0)
		abort();
	*rc = STORE_OK;
	while (p->count < count && *rc == STORE_OK)
		*rc = store_open_reader(&p->slot[p->count++].store, url, seal);
	if (*rc == STORE_OK)
		return p;
	store_pool_close(p);
	return NULL;
}

void store_pool_close(struct store_pool *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < p->count; i++) {
		assert(!p->slot[i].busy);
		store_close(p->slot[i].store);
	}
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct slot *free_slot(struct store_pool *p)
{
	for (int i = 0; i < p->count; i++)
		if (!p->slot[i].busy)
			return &p->slot[i];
	return NULL;
}

struct store *store_pool_take(struct store_pool *p, int64_t deadline_ms)
{
	struct slot *slot;

	pthread_mutex_lock(&p->lock);
	while ((slot = free_slot(p)) == NULL)
		pthread_cond_wait(&p->given, &p->lock);
	slot->busy = true;
	slot->late = false;
	slot->deadline_ms = deadline_ms;
	pthread_mutex_unlock(&p->lock);
	arena_reset(&slot->store->arena);
	slot->store->now_ms = clock_now_ms();
	return slot->store;
}

enum store_rc store_pool_give(struct store_pool *p, struct store *s, bool *late)
{
	enum store_rc rc = db_rc(s->db);

	db_clear(s->db);
	arena_reset(&s->arena);
	pthread_mutex_lock(&p->lock);
	for (int i = 0; i < p->count; i++) {
		struct slot *slot = &p->slot[i];

		if (slot->store != s)
			continue;
		assert(slot->busy);
		slot->busy = false;
		if (late != NULL)
			*late = slot->late && rc != STORE_OK;
	}
	pthread_cond_signal(&p->given);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

void store_pool_sweep(struct store_pool *p, int64_t mono_ms)
{
	/* Under the lock: a handle that was given back meanwhile must not hit its next user. */
	pthread_mutex_lock(&p->lock);
	for (int i = 0; i < p->count; i++) {
		struct slot *slot = &p->slot[i];

		if (slot->busy && slot->deadline_ms > 0 && mono_ms > slot->deadline_ms) {
			slot->late = true;
			db_interrupt(slot->store->db);
		}
	}
	pthread_mutex_unlock(&p->lock);
}
