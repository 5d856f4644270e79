#include "feed.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"

#include "banned.h"

struct piece {
	struct work work;
	struct feed *feed;
	struct intake_item *items;
	size_t count;
	uv_sem_t committed;
};

static void tell(struct intake_item *item, const struct accept_result *r)
{
	static const enum intake_verdict verdicts[] = { [ACCEPT_NEW] = INTAKE_ACCEPTED,
		[ACCEPT_MERGED] = INTAKE_MERGED,
		[ACCEPT_DUPLICATE] = INTAKE_DUPLICATE };

	item->verdict = verdicts[r->state];
	item->id = r->warning_id;
	snprintf(item->said, sizeof item->said, "案件%s", r->case_no);
}

/* Each row is a job of its own within this one: what one undoes, its neighbours keep. */
static void run(struct work *w, void *desk)
{
	struct piece *p = (struct piece *)w;
	struct store *s = desk_store(desk);
	struct accept_result r;

	for (size_t i = 0; i < p->count && !store_lost(s); i++) {
		struct intake_item *item = &p->items[i];

		if (item->verdict != INTAKE_OPEN)
			continue;
		desk_accept(desk, p->feed->actor, item->warning, &r);
		if (store_job_end(s) == STORE_OK) {
			tell(item, &r);
		} else {
			item->verdict = INTAKE_REFUSED;
			fault_set(&item->fault, "not_stored", "这一行没能存入",
				"请把这一行单独再报一次");
			fault_at(&item->fault, item->row, NULL, NULL);
		}
		store_job_begin(s, desk_now_ms(desk));
	}
}

static void done(struct work *w)
{
	struct piece *p = (struct piece *)w;

	uv_sem_post(&p->committed);
}

static bool hand_over(struct feed *f, struct intake_item *items, size_t count)
{
	struct piece p = { .feed = f, .items = items, .count = count };

	p.work.run = run;
	p.work.done = done;
	p.work.bulk = true;
	if (uv_sem_init(&p.committed, 0) != 0)
		return false;
	/* Behind live work there is always a turn: a file need not hear of a full queue. */
	if (worker_put_always(f->worker, &p.work)) {
		uv_sem_wait(&p.committed);
		f->rc = p.work.rc;
	} else {
		f->rc = STORE_BROKEN;
	}
	uv_sem_destroy(&p.committed);
	return f->rc == STORE_OK;
}

bool feed_slice(void *feed, struct intake_item *items, size_t count)
{
	struct feed *f = feed;

	for (size_t at = 0; at < count; at += FEED_PIECE)
		if (!hand_over(f, items + at, count - at < FEED_PIECE ? count - at : FEED_PIECE))
			return false;
	return true;
}
