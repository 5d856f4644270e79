/* Orders: POST /v1/NOUN and POST /v1/NOUN/ID/VERB, as the desk knows them. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "listing.h"
#include "web_room.h"

#include "banned.h"

struct order {
	char noun[24], verb[24];
	int64_t id;
	int status; /* when it is done */
	json_t *body, *out;
	bool done;
	struct fault fault;
};

static void order_free(void *job)
{
	struct order *o = job;

	json_decref(o->body);
	json_decref(o->out);
	OPENSSL_cleanse(o, sizeof *o);
	free(o);
}

static void order_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);
	struct order *o = rq->job;

	o->done =
		desk_command(desk, rq->actor, o->noun, o->verb, o->id, o->body, &o->out, &o->fault);
	/* What was refused leaves nothing behind. */
	if (!o->done)
		db_fail(desk_store(desk)->db, STORE_CONFLICT);
}

static void answer_order(struct request *rq, enum store_rc rc)
{
	struct order *o = rq->job;

	if (!o->done && (rc == STORE_CONFLICT || rc == STORE_OK) && o->fault.code[0] != '\0') {
		request_fault(rq, desk_fault_status(&o->fault), &o->fault);
	} else if (rc != STORE_OK) {
		web_answer_result(rq, rc);
	} else {
		request_json(rq, o->status,
			o->out == NULL ? json_pack("{s:b}", "ok", 1) : json_incref(o->out));
	}
}

static void order_done(struct work *work)
{
	struct request *rq = web_request_of(work);
	struct order *o = rq->job;

	answer_order(rq, work->rc);
	if (o->done && work->rc == STORE_OK && strcmp(o->noun, "channels") == 0 &&
		strcmp(o->verb, "resume") == 0 && rq->web->hooks.channel_resume != NULL)
		rq->web->hooks.channel_resume(rq->web->hooks.arg, json_str(o->body, "name"));
	/* Whoever is told of a new key may use it at once, and a revoked one is dead. */
	if (o->done && strcmp(o->noun, "keys") == 0)
		web_load_keys(rq->web, rq);
	else
		request_done(rq);
}

static void put_order(struct request *rq)
{
	if (rq->status != 0)
		request_done(rq);
	else
		web_put(rq, order_run, order_done);
}

/* A key with an area gives orders only about what it may see. */
static void check_scope(struct request *rq, struct store *s)
{
	struct order *o = rq->job;
	const struct listing *l = listing_find(o->noun);
	json_t *seen = l == NULL
			       ? NULL
			       : listing_one(s, l, route_arg(&rq->args, "id"), rq->who.area, false);

	if (seen == NULL)
		request_store_problem(rq, STORE_NOT_FOUND);
	json_decref(seen);
}

static bool fits(char *out, size_t n, const char *s)
{
	size_t len = strlen(s);

	if (len >= n)
		return false;
	memcpy(out, s, len + 1);
	return true;
}

static bool known(struct request *rq, struct order *o, const char *verb)
{
	const char *noun = rq->path + strlen("/v1/");

	return fits(o->noun, sizeof o->noun, arena_text(&rq->arena, noun, strcspn(noun, "/"))) &&
	       fits(o->verb, sizeof o->verb, verb) && desk_command_roles(o->noun, o->verb) != 0;
}

static struct order *order_new(struct request *rq)
{
	struct order *o = calloc(1, sizeof *o);

	if (o == NULL)
		abort();
	rq->job = o;
	rq->job_free = order_free;
	o->status = 200;
	return o;
}

/* False: answered. */
static bool order_allowed(struct request *rq, struct order *o)
{
	if ((desk_command_roles(o->noun, o->verb) & rq->who.role) == 0) {
		request_problem(rq, 403, "forbidden", "这把密钥的角色没有这个权限。");
		return false;
	}
	o->body = web_body_object(rq);
	return o->body != NULL && web_may_write(rq);
}

static void no_such_order(struct request *rq)
{
	request_problem(rq, 404, "no_such_path", "没有这个操作，可用的操作见 /openapi.json。");
	request_done(rq);
}

/* POST /v1/{noun}/{id}/{verb} */
void web_command(struct request *rq)
{
	struct order *o = order_new(rq);

	if (!known(rq, o, route_arg(&rq->args, "verb"))) {
		no_such_order(rq);
		return;
	}
	if (!order_allowed(rq, o) || !web_id(rq, route_arg(&rq->args, "id"), &o->id))
		request_done(rq);
	else if (rq->who.area[0] != '\0')
		web_read(rq, check_scope, put_order);
	else
		put_order(rq);
}

/* POST /v1/{noun}: what it makes is the verb "add" or "send"; for the clock "confirm". */
void web_command_make(struct request *rq)
{
	static const char *const verbs[] = { "add", "send", "confirm" };
	struct order *o = order_new(rq);
	size_t i = 0;

	o->status = 201;
	while (i < sizeof verbs / sizeof *verbs && !known(rq, o, verbs[i]))
		i++;
	if (i == sizeof verbs / sizeof *verbs) {
		no_such_order(rq);
		return;
	}
	if (order_allowed(rq, o) && rq->who.area[0] != '\0')
		request_problem(rq, 403, "forbidden", "限定了区划的密钥不能做这件事。");
	put_order(rq);
}

void web_order_named(
	struct request *rq, const char *noun, const char *verb, const char *name, int status)
{
	struct order *o = order_new(rq);

	if (!fits(o->noun, sizeof o->noun, noun) || !fits(o->verb, sizeof o->verb, verb)) {
		no_such_order(rq);
		return;
	}
	o->status = status;
	if (order_allowed(rq, o) && rq->who.area[0] != '\0')
		request_problem(rq, 403, "forbidden", "限定了区划的密钥不能做这件事。");
	if (rq->status == 0)
		json_put_str(o->body, "name", name);
	put_order(rq);
}
