/* POST /v1/warnings */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "push_job.h"
#include "json.h"
#include "record_read.h"
#include "web_room.h"

#include "banned.h"

enum { ON_THE_LOOP = 16 << 10 };

struct push { /* one record */
	struct warning_record *record;
	struct notes notes;
	struct accept_result result;
};

static void one_free(void *job)
{
	struct push *p = job;

	record_free(p->record);
	free(p);
}

static struct intake_ctx ctx_of(const struct request *rq, struct seal *seal)
{
	return (struct intake_ctx){ .now_ms = clock_now_ms(),
		.levels = &rq->set->level_words,
		.frauds = &rq->set->fraud_types,
		.seal = seal };
}

/* -- one record: the way that must be fast ------------------------------------------------- */

static void one_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);
	struct push *p = rq->job;

	rq->nonce_spent = false; /* if this is a second time, the first was undone */
	if (auth_spend(rq, desk_store(desk)))
		desk_accept(desk, rq->actor, p->record, &p->result);
}

static void one_done(struct work *work)
{
	struct request *rq = web_request_of(work);
	struct push *p = rq->job;
	json_t *answer, *notes;

	if (work->rc != STORE_OK) {
		web_answer_result(rq, work->rc);
	} else if (rq->is_signed && !rq->nonce_spent) {
		auth_refuse_replay(rq);
	} else {
		answer = desk_accept_json(&p->result);
		notes = notes_json(&p->notes);
		if (notes != NULL)
			json_object_set_new(answer, "notes", notes);
		request_json(rq, p->result.state == ACCEPT_DUPLICATE ? 200 : 201, answer);
	}
	request_done(rq);
}

/* Reads the body: rq->job, or an answer that says why not. Any thread, with its own seal. */
static void read_with(struct request *rq, struct seal *seal)
{
	json_t *body = web_body_object(rq);
	struct intake_ctx ctx = ctx_of(rq, seal);
	struct push *p;
	struct fault why;

	if (body == NULL)
		return;
	p = malloc(sizeof *p); /* its large members are filled by whoever makes them */
	if (p == NULL)
		abort();
	rq->job = p;
	rq->job_free = one_free;
	p->record = record_read_json(body, 0, &ctx, &why, &p->notes);
	json_decref(body);
	if (p->record == NULL)
		request_fault(rq, 422, &why);
}

static void have_one(struct request *rq)
{
	if (rq->status == 0)
		web_put_repeatable(rq, one_run, one_done);
	else
		request_done(rq);
}

static void read_one(struct request *rq)
{
	struct store *s = store_pool_take(rq->web->pool, 0);

	read_with(rq, s->seal);
	store_pool_give(rq->web->pool, s, NULL);
}

/* -- many --------------------------------------------------------------------------------------- */

static void answer_many(struct request *rq)
{
	request_json(rq, 200, push_job_answer(rq->job));
	request_end_job(rq);
}

static void slice_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);
	struct push_job *j = rq->job;

	if (j->next == 0)
		rq->nonce_spent = false; /* as above; later slices find it written */
	j->replayed = !auth_spend(rq, desk_store(desk));
	if (!j->replayed)
		push_job_take_slice(j, desk, rq->actor);
}

static void slice_done(struct work *work)
{
	struct request *rq = web_request_of(work);
	struct push_job *j = rq->job;
	bool first = j->next == 0;

	if (j->replayed) {
		auth_refuse_replay(rq);
		request_done(rq);
		return;
	}
	if (work->rc == STORE_BROKEN)
		web_broken(rq->web);
	if (first && (work->rc == STORE_BROKEN || work->rc == STORE_FULL)) {
		request_store_problem(rq, work->rc);
		request_done(rq);
	} else if (push_job_tell_slice(j, work->rc)) {
		web_put_slice(rq, slice_run, slice_done, true);
	} else {
		request_pool(rq, answer_many, NULL);
	}
}

static void read_many(struct request *rq)
{
	enum push_form form = push_job_form_of(rq->head.content_type, rq->body.data, rq->body.len);
	struct store *s = store_pool_take(rq->web->pool, 0);
	struct intake_ctx ctx = ctx_of(rq, s->seal);
	struct fault why;

	if (!push_job_read(rq->job, form, rq->body.data, rq->body.len, &ctx, &why))
		request_fault(rq,
			form == PUSH_UNKNOWN ? 415
			: form == PUSH_SHEET ? 422
					     : 400,
			&why);
	store_pool_give(rq->web->pool, s, NULL);
}

static void have_read(struct request *rq)
{
	struct push_job *j = rq->job;

	if (rq->status != 0)
		request_done(rq);
	else if (j->count == 0 && !rq->is_signed)
		request_pool(rq, answer_many, NULL);
	else
		web_put_slice(rq, slice_run, slice_done, true);
}

void web_push(struct request *rq)
{
	enum push_form form = push_job_form_of(rq->head.content_type, rq->body.data, rq->body.len);

	if (!web_may_write(rq)) {
		request_done(rq);
		return;
	}
	if (form == PUSH_OBJECT && rq->body.len <= ON_THE_LOOP) {
		read_with(rq, rq->web->seal);
		have_one(rq);
		return;
	}
	if (form == PUSH_OBJECT) {
		request_pool(rq, read_one, have_one);
		return;
	}
	rq->job = push_job_new();
	rq->job_free = push_job_free;
	request_pool(rq, read_many, have_read);
}
