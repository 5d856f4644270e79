/* What may stand behind the ? of each address: one table for /openapi.json and for whoever reads it. */
#include <assert.h>
#include <string.h>

#include "json.h"
#include "web_room.h"

#include "banned.h"

struct parameter {
	const char *name, *type, *about; /* type: of the schema */
	bool needed;
};

/* clang-format off */
static const struct parameter of_list[] = {
	{ "limit", "integer", "每页几条", false },
	{ "after", "string", "上一页的 next", false },
	{ NULL, NULL, NULL, false },
};
static const struct parameter of_plain[] = {
	{ "reveal", "string", "1：看明文，要写 reason", false },
	{ "reason", "string", "为什么要看明文，2到200个字，记入审计", false },
	{ NULL, NULL, NULL, false },
};
static const struct parameter of_table[] = {
	{ "dry_run", "string", "1：只检查，不写入", false },
	{ NULL, NULL, NULL, false },
};
static const struct parameter of_route[] = {
	{ "to", "string", "手机号", true },
	{ "purpose", "string", "用途，默认 task", false },
	{ "level", "string", "级别的代码；紧急的级别按紧急发", false },
	{ "voice", "string", "1：打电话", false },
	{ NULL, NULL, NULL, false },
};
static const struct parameter of_log[] = {
	{ "since", "integer", "从第几行之后", false },
	{ NULL, NULL, NULL, false },
};
/* clang-format on */

static const struct {
	void (*run)(struct request *rq);
	const struct parameter *list;
} runs[] = {
	{ web_one, of_plain },
	{ web_export, of_plain },
	{ web_people_add, of_table },
	{ web_channel_route, of_route },
	{ web_channel_log, of_log },
};

static const struct parameter *parameters_of(const struct web_route *r)
{
	if (r->read == web_list)
		return of_list;
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
		if (runs[i].run == r->run)
			return runs[i].list;
	return NULL;
}

/* -- reading ------------------------------------------------------------------------------------ */

/* Who reads one that the document does not name has forgotten to name it. */
static void must_be_named(const struct request *rq, const char *name)
{
	const struct parameter *p = parameters_of(rq->route);

	while (p != NULL && p->name != NULL && strcmp(p->name, name) != 0)
		p++;
	assert(p != NULL && p->name != NULL);
	(void)p;
}

const char *web_parameter(const struct request *rq, const char *name)
{
	must_be_named(rq, name);
	return query_get(&rq->query, name);
}

int64_t web_parameter_number(const struct request *rq, const char *name, int64_t otherwise,
	int64_t low, int64_t high, bool *ok)
{
	must_be_named(rq, name);
	return query_number(&rq->query, name, otherwise, low, high, ok);
}

/* -- the document --------------------------------------------------------------------------------- */

static json_t *schema_of(const struct parameter *p)
{
	json_t *o = json_pack("{s:s}", "type", p->type);

	if (strcmp(p->name, "limit") == 0)
		json_object_update_new(o, json_pack("{s:i, s:i, s:i}", "minimum", 1, "maximum",
						  LISTING_PAGE_MAX, "default", LISTING_PAGE));
	return o;
}

static void add(json_t *list, const char *where, const char *name, const char *about, bool needed,
	json_t *schema)
{
	json_t *o = json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", where, "required", needed,
		"schema", schema);

	if (about != NULL)
		json_put_str(o, "description", about);
	json_array_append_new(list, o);
}

static json_t *any_text(void)
{
	return json_pack("{s:s}", "type", "string");
}

static void add_path(json_t *list, const char *pattern)
{
	while ((pattern = strchr(pattern, '{')) != NULL) {
		size_t n = strcspn(++pattern, "}");
		char name[32];

		if (n < sizeof name) {
			memcpy(name, pattern, n);
			name[n] = '\0';
			add(list, "path", name, NULL, true, any_text());
		}
		pattern += n;
	}
}

static bool is_there(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one) {
		if (strcmp(json_str(one, "name"), name) == 0)
			return true;
	}
	return false;
}

static void add_filters(json_t *list, const struct listing *l)
{
	for (const struct listing_filter *f = l->filters; f->param != NULL; f++)
		if (!is_there(list, f->param))
			add(list, "query", f->param, NULL, false, any_text());
}

json_t *web_parameters(const struct web_route *r, const struct listing *l)
{
	json_t *list = json_array();

	add_path(list, r->pattern);
	for (const struct parameter *p = parameters_of(r); p != NULL && p->name != NULL; p++)
		add(list, "query", p->name, p->about, p->needed, schema_of(p));
	if (r->read == web_list)
		add_filters(list, l);
	for (const char *const *book = web_books; r->run == web_export && *book != NULL; book++)
		add_filters(list, listing_find(*book));
	return list;
}
