/*
 * /v1/channels: what the desk knows of a channel (pause, breaker, limits) and what the channel
 * says of itself, its dialogue, the order in which a message would try them; pause, resume, test.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "phone.h"
#include "way.h"
#include "web_room.h"

#include "banned.h"

struct channel_ask {
	char name[32]; /* "" all */
	bool route;
	struct desk_route question;
	char to[PHONE_MAX];
	json_t *out;
};

static void ask_free(void *job)
{
	struct channel_ask *a = job;

	json_decref(a->out);
	free(a);
}

static struct channel_ask *ask_new(struct request *rq)
{
	struct channel_ask *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	rq->job = a;
	rq->job_free = ask_free;
	return a;
}

static void ask_run(struct work *work, void *desk)
{
	struct channel_ask *a = web_request_of(work)->job;

	json_decref(a->out);
	a->out = a->route ? desk_route(desk, &a->question) : desk_channels(desk);
}

/* What the channel itself says comes on top. */
static void add_health(struct web *w, json_t *list)
{
	json_t *running = w->hooks.channels == NULL ? NULL : w->hooks.channels(w->hooks.arg);
	json_t *item, *health;
	size_t i, k;

	json_array_foreach(list, i, item) {
		json_object_set_new(item, "up", json_false());
		json_array_foreach(running, k, health) {
			const char *name = json_str(health, "name");

			if (name != NULL && strcmp(name, json_str(item, "name")) == 0)
				json_object_update(item, health);
		}
	}
	json_decref(running);
}

static json_t *find(json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (strcmp(json_str(item, "name"), name) == 0)
			return item;
	return NULL;
}

static void no_such(struct request *rq)
{
	request_problem(rq, 404, "not_found", "没有这个通道。");
}

static void ask_done(struct work *work)
{
	struct request *rq = web_request_of(work);
	struct channel_ask *a = rq->job;
	json_t *one;

	if (work->rc != STORE_OK) {
		web_answer_result(rq, work->rc);
	} else if (a->route) {
		request_json(rq, 200, json_incref(a->out));
	} else {
		add_health(rq->web, a->out);
		one = find(a->out, a->name);
		if (a->name[0] == '\0')
			request_json(rq, 200, json_pack("{s:O, s:n}", "items", a->out, "next"));
		else if (one != NULL)
			request_json(rq, 200, json_incref(one));
		else
			no_such(rq);
	}
	request_done(rq);
}

void web_channels(struct request *rq)
{
	ask_new(rq);
	web_put(rq, ask_run, ask_done);
}

void web_channel_one(struct request *rq)
{
	struct channel_ask *a = ask_new(rq);
	const char *name = route_arg(&rq->args, "name");

	if (strlen(name) >= sizeof a->name) {
		no_such(rq);
		request_done(rq);
		return;
	}
	memcpy(a->name, name, strlen(name) + 1);
	web_put(rq, ask_run, ask_done);
}

/* ?to=13800138000&purpose=task&level=CRITICAL&voice=1 */
static bool question_of(struct request *rq, struct channel_ask *a)
{
	const char *to = web_parameter(rq, "to"), *purpose = web_parameter(rq, "purpose");
	const char *level = web_parameter(rq, "level"), *voice = web_parameter(rq, "voice");
	const struct policy *policy =
		level == NULL ? NULL : policies_find(&rq->set->policies, level);
	struct phone phone;

	if (to == NULL || phone_parse(to, NULL, &phone) != PHONE_OK) {
		web_bad_parameter(rq, "to");
		return false;
	}
	memcpy(a->to, phone.text, sizeof a->to);
	a->question = (struct desk_route){ .to = a->to,
		.purpose = way_purpose_of_code(purpose == NULL ? "task" : purpose),
		.call = voice != NULL && strcmp(voice, "0") != 0,
		.urgent = policy != NULL && policy->urgent };
	if (a->question.purpose == WAY_URGENT) {
		a->question.purpose = WAY_TASK;
		a->question.urgent = true;
	}
	if (a->question.purpose == 0)
		web_bad_parameter(rq, "purpose");
	else if (level != NULL && policy == NULL)
		web_bad_parameter(rq, "level");
	else
		return true;
	return false;
}

void web_channel_route(struct request *rq)
{
	struct channel_ask *a = ask_new(rq);

	a->route = true;
	if (question_of(rq, a))
		web_put(rq, ask_run, ask_done);
	else
		request_done(rq);
}

/* ?since=N: the lines behind the N-th. */
void web_channel_log(struct request *rq)
{
	struct web *w = rq->web;
	bool ok = true;
	int64_t since = web_parameter_number(rq, "since", 0, 0, INT64_C(1) << 53, &ok);
	json_t *lines = NULL;

	if (!ok) {
		web_bad_parameter(rq, "since");
		request_done(rq);
		return;
	}
	if (w->hooks.channel_log != NULL)
		lines = w->hooks.channel_log(
			w->hooks.arg, route_arg(&rq->args, "name"), (uint64_t)since);
	if (lines == NULL)
		request_problem(rq, 404, "not_found", "没有这个通道，或它没有对话记录。");
	else
		request_json(rq, 200, json_pack("{s:o}", "items", lines));
	request_done(rq);
}

void web_channel_pause(struct request *rq)
{
	web_order_named(rq, "channels", "pause", route_arg(&rq->args, "name"), 200);
}

void web_channel_resume(struct request *rq)
{
	web_order_named(rq, "channels", "resume", route_arg(&rq->args, "name"), 200);
}

void web_channel_test(struct request *rq)
{
	web_order_named(rq, "channels", "test", route_arg(&rq->args, "name"), 202);
}

/* Orders that the channel itself carries out: a loop test, a look at the credit. */
void web_channel_order(struct request *rq)
{
	struct web *w = rq->web;
	const char *name = route_arg(&rq->args, "name"), *what, *why = "";
	json_t *body = web_body_object(rq);

	if (body == NULL) {
		request_done(rq);
		return;
	}
	what = json_str(body, "what");
	if (w->hooks.channel_order != NULL && what != NULL &&
		w->hooks.channel_order(w->hooks.arg, name, what, &why)) {
		log_info("channel ordered name=%s what=%s by=%s", name, what, rq->actor);
		request_json(rq, 202, json_pack("{s:b}", "ok", 1));
	} else {
		request_problem(rq, 409, "channel_order",
			what == NULL ? "要写 what,如 {\"what\": \"loop\"}。" : why);
	}
	json_decref(body);
	request_done(rq);
}
