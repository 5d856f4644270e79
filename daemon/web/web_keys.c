/* The ring of keys is made anew in the pool and exchanged on the loop. */
#include <assert.h>
#include <stdlib.h>

#include "web_room.h"

#include "banned.h"

struct key_load {
	uv_work_t pool;
	struct web *web;
	struct keyring *ring;
	struct request *then;
};

static void load_in_pool(uv_work_t *work)
{
	struct key_load *l = work->data;
	struct store *s = store_pool_take(l->web->pool, 0);

	l->ring = keyring_load(s);
	store_pool_give(l->web->pool, s, NULL);
}

static void loaded(uv_work_t *work, int status)
{
	struct key_load *l = work->data;
	struct web *w = l->web;

	(void)status;
	if (l->ring != NULL) {
		keyring_free(w->keys);
		w->keys = l->ring;
		w->keys_no++;
	}
	w->keys_loading--;
	if (l->then != NULL)
		request_done(l->then);
	free(l);
}

void web_load_keys(struct web *w, struct request *then)
{
	struct key_load *l = calloc(1, sizeof *l);
	int rc;

	if (l == NULL)
		abort();
	l->web = w;
	l->then = then;
	l->pool.data = l;
	w->keys_loading++;
	rc = uv_queue_work(w->loop, &l->pool, load_in_pool, loaded);
	assert(rc == 0);
	(void)rc;
}
