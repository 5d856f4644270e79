/* Making, changing and importing areas, residents, teams, members and duties. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "push_job.h"
#include "json.h"
#include "people.h"
#include "people_job.h"
#include "web_room.h"

#include "banned.h"

static const struct {
	const char *noun;
	enum header_kind kind;
} nouns[] = {
	{ "residents", HEADER_RESIDENT },
	{ "members", HEADER_MEMBER },
	{ "areas", HEADER_AREA },
	{ "teams", HEADER_TEAM },
	{ "duties", HEADER_DUTY },
};

/* Every route with these handlers names one of them. */
static size_t noun_of(const struct request *rq)
{
	const char *noun = rq->path + strlen("/v1/");
	size_t n = strcspn(noun, "/"), i = 0;

	while (strlen(nouns[i].noun) != n || strncmp(nouns[i].noun, noun, n) != 0)
		i++;
	return i;
}

/* -- one row ------------------------------------------------------------------------------------ */

struct put {
	const char *noun;
	int64_t id;
	json_t *body, *out;
	bool done;
	struct fault fault;
};

static void put_free(void *job)
{
	struct put *p = job;

	json_decref(p->body);
	json_decref(p->out);
	free(p);
}

static void put_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);
	struct put *p = rq->job;
	struct store *s = desk_store(desk);

	p->done = people_put_json(s, rq->actor, p->noun, p->body, p->id, &p->out, &p->fault);
	if (!p->done)
		db_fail(s->db, STORE_CONFLICT);
}

static void put_done(struct work *work)
{
	struct request *rq = web_request_of(work);
	struct put *p = rq->job;

	if (!p->done && (work->rc == STORE_CONFLICT || work->rc == STORE_OK) &&
		p->fault.code[0] != '\0')
		request_fault(rq, desk_fault_status(&p->fault), &p->fault);
	else if (work->rc != STORE_OK)
		web_answer_result(rq, work->rc);
	else
		request_json(
			rq, json_flag(p->out, "created", false) ? 201 : 200, json_incref(p->out));
	request_done(rq);
}

static void put_one(struct request *rq, const char *id, json_t *body)
{
	struct put *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	rq->job = p;
	rq->job_free = put_free;
	p->noun = nouns[noun_of(rq)].noun;
	p->body = body;
	if (strcmp(p->noun, "areas") == 0 && id != NULL)
		json_object_set_new(body, "code", json_string(id));
	else if (id != NULL && !web_id(rq, id, &p->id)) {
		request_done(rq);
		return;
	}
	web_put(rq, put_run, put_done);
}

/* -- a list ------------------------------------------------------------------------------------ */

static void slice_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);

	people_job_take_slice(rq->job, desk_store(desk), rq->actor, rq->job_text);
}

static void answer_list(struct request *rq)
{
	request_json(rq, 200, people_job_answer(rq->job));
	request_end_job(rq);
}

static void slice_done(struct work *work)
{
	struct request *rq = web_request_of(work);

	if (work->rc == STORE_BROKEN)
		web_broken(rq->web);
	if (people_job_tell_slice(rq->job, work->rc))
		web_put_slice(rq, slice_run, slice_done, false);
	else
		request_pool(rq, answer_list, NULL);
}

static void read_list(struct request *rq)
{
	struct store *s = store_pool_take(rq->web->pool, 0);
	struct intake_ctx ctx = { .now_ms = clock_now_ms(),
		.levels = &rq->set->level_words,
		.frauds = &rq->set->fraud_types,
		.seal = s->seal };
	enum push_form form = push_job_form_of(rq->head.content_type, rq->body.data, rq->body.len);
	struct fault why;

	if (!people_job_read(rq->job, form != PUSH_SHEET, rq->body.data, rq->body.len, &ctx, &why))
		request_fault(rq, 422, &why);
	store_pool_give(rq->web->pool, s, NULL);
}

static void have_list(struct request *rq)
{
	struct people_job *j = rq->job;

	if (rq->status != 0)
		request_done(rq);
	else if (j->count == 0)
		request_pool(rq, answer_list, NULL);
	else
		web_put_slice(rq, slice_run, slice_done, false);
}

static void start_list(struct request *rq)
{
	const char *dry = web_parameter(rq, "dry_run");
	const char *centre = rq->web->set->area;

	rq->job_text = arena_text(&rq->arena, centre, strlen(centre));
	rq->job = people_job_new(nouns[noun_of(rq)].kind, dry != NULL && strcmp(dry, "0") != 0);
	rq->job_free = people_job_free;
	request_pool(rq, read_list, have_list);
}

/* -- the routes ----------------------------------------------------------------------------------- */

static bool may_change(struct request *rq)
{
	if (rq->who.area[0] == '\0')
		return web_may_write(rq);
	request_problem(rq, 403, "forbidden", "限定了区划的密钥不能改名册。");
	return false;
}

static void add_one(struct request *rq)
{
	json_t *body = web_body_object(rq);

	if (body != NULL)
		put_one(rq, NULL, body);
	else
		request_done(rq);
}

void web_people_add(struct request *rq)
{
	enum push_form form = push_job_form_of(rq->head.content_type, rq->body.data, rq->body.len);

	if (!may_change(rq)) {
		request_done(rq);
	} else if (form == PUSH_OBJECT) {
		add_one(rq);
	} else if (form != PUSH_UNKNOWN) {
		start_list(rq);
	} else {
		request_problem(rq, 415, "media_type",
			"请用 application/json 传一条或一个数组，用 application/x-ndjson "
			"每行传一条，"
			"或用 text/csv、xlsx 的类型传一张表。");
		request_done(rq);
	}
}

void web_people_change(struct request *rq)
{
	json_t *body;

	if (may_change(rq) && (body = web_body_object(rq)) != NULL)
		put_one(rq, route_arg(&rq->args, "id"), body);
	else
		request_done(rq);
}
