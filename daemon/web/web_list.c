/* GET /v1/NOUN and /v1/NOUN/ID for everything that is a listing. */
#include <string.h>

#include "fraud.h"
#include "json.h"
#include "listing.h"
#include "text.h"
#include "web_room.h"

#include "banned.h"

enum { REASON_MIN = 2, REASON_MAX = 200 };

/* The listing of "/v1/NOUN…"; every route with this handler has one. */
static const struct listing *listing_of(struct request *rq)
{
	const char *noun = rq->path + strlen("/v1/");

	return listing_find(arena_text(&rq->arena, noun, strcspn(noun, "/")));
}

static bool is_below(const char *code, const char *list, const struct fraud_table *own)
{
	for (size_t n; *list != '\0'; list += n + (list[n] == ',')) {
		char one[FRAUD_WORD];

		n = strcspn(list, ",");
		if (n < sizeof one) {
			memcpy(one, list, n);
			one[n] = '\0';
			if (strcmp(code, one) != 0 && fraud_is(code, one, own))
				return true;
		}
	}
	return false;
}

/* Who asks for a kind of fraud means those below it too. Codes that nobody knows stay as they are. */
static const char *with_kinds_below(struct request *rq, const char *list)
{
	const struct fraud_table *own = &rq->set->fraud_types;
	const struct fraud_type *t;
	const char *all = list;

	for (size_t i = 0; (t = fraud_at(i, own)) != NULL; i++)
		if (is_below(t->code, list, own))
			all = arena_print(&rq->arena, "%s,%s", all, t->code);
	return all;
}

bool web_list_query(struct request *rq, struct listing_query *q)
{
	bool ok = true;

	*q = (struct listing_query){ .scope = rq->who.area };
	if (rq->route->read == web_list) { /* an export has all of them */
		q->limit = (int)web_parameter_number(
			rq, "limit", LISTING_PAGE, 1, LISTING_PAGE_MAX, &ok);
		q->after = web_parameter(rq, "after");
	}
	for (int i = 0; i < rq->query.count && ok; i++) {
		const char *name = rq->query.name[i];

		if (strcmp(name, "limit") == 0 || strcmp(name, "after") == 0)
			continue;
		ok = q->filters < LISTING_FILTERS;
		if (ok) {
			const char *value = rq->query.value[i];

			q->filter[q->filters].param = name;
			q->filter[q->filters++].value = strcmp(name, "fraud_type") == 0
								? with_kinds_below(rq, value)
								: value;
		}
	}
	if (!ok)
		request_problem(
			rq, 400, "bad_parameter", "网址里的 limit 应为 1 到 500，条件最多10个。");
	return ok;
}

void web_bad_parameter(struct request *rq, const char *name)
{
	request_problem(rq, 400, "bad_parameter",
		arena_print(&rq->arena,
			"网址里的参数 %s 不认识，或者值不对，可用的参数见 /openapi.json。", name));
}

void web_list(struct request *rq, struct store *s)
{
	const struct listing *l = listing_of(rq);
	const char *next, *bad;
	struct listing_query q;
	json_t *items;

	if (!web_list_query(rq, &q))
		return;
	if (!listing_page(s, l, &q, &items, &next, &bad)) {
		json_decref(items);
		web_bad_parameter(rq, bad);
		return;
	}
	request_json(rq, 200,
		json_pack("{s:o, s:o}", "items", items, "next",
			next[0] == '\0' ? json_null() : json_string(next)));
	web_etag(rq);
}

/* -- one record, masked or plain --------------------------------------------------------------- */

static void read_one(struct request *rq, struct store *s, bool plain)
{
	json_t *o = listing_one(s, listing_of(rq), route_arg(&rq->args, "id"), rq->who.area, plain);

	if (o == NULL) {
		request_store_problem(rq, STORE_NOT_FOUND);
		return;
	}
	request_json(rq, 200, o);
	if (!plain)
		web_etag(rq);
}

static void read_masked(struct request *rq, struct store *s)
{
	read_one(rq, s, false);
}

static void read_plain(struct request *rq, struct store *s)
{
	read_one(rq, s, true);
}

/* The record's number, for the books: a case may be asked for by its printed one. */
static void find_for_reveal(struct request *rq, struct store *s)
{
	json_t *o = listing_one(s, listing_of(rq), route_arg(&rq->args, "id"), rq->who.area, false);

	rq->job_number = json_int(o, "id", 0);
	json_decref(o);
	if (rq->job_number == 0)
		request_store_problem(rq, STORE_NOT_FOUND);
}

static void reveal_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);

	access_reveal(desk_store(desk), rq->actor, listing_of(rq)->entity, rq->job_number,
		web_parameter(rq, "reason"));
}

static void reveal_done(struct work *work)
{
	struct request *rq = web_request_of(work);

	if (work->rc != STORE_OK) {
		web_answer_result(rq, work->rc);
		request_done(rq);
		return;
	}
	web_read(rq, read_plain, NULL);
}

static void reveal_found(struct request *rq)
{
	if (rq->status != 0)
		request_done(rq);
	else
		web_put(rq, reveal_run, reveal_done);
}

bool web_may_reveal(struct request *rq, const char *noun)
{
	unsigned roles = ROLE_POLICE | ROLE_ADMIN;
	const char *reason = web_parameter(rq, "reason");

	if (strcmp(noun, "members") == 0)
		roles |= ROLE_MANAGER;
	if ((rq->who.role & roles) == 0) {
		request_problem(rq, 403, "forbidden", "这把密钥的角色不能查看明文。");
		return false;
	}
	if (reason == NULL || text_count(reason) < REASON_MIN || text_count(reason) > REASON_MAX) {
		request_problem(rq, 422, "reason_needed",
			"查看明文要写理由，网址里加 reason=…，2到200个字，会记入审计。");
		return false;
	}
	return true;
}

void web_one(struct request *rq)
{
	const char *reveal = web_parameter(rq, "reveal");

	if (reveal == NULL || strcmp(reveal, "1") != 0)
		web_read(rq, read_masked, NULL);
	else if (web_may_reveal(rq, listing_of(rq)->noun))
		web_read(rq, find_for_reveal, reveal_found);
	else
		request_done(rq);
}
