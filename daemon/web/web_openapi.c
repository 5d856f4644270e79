/* /openapi.json: what the tables of routes and listings say, as OpenAPI 3.1. */
#include <string.h>
#include <strings.h>

#include "json.h"
#include "web_room.h"

#include "banned.h"

static json_t *type_of(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

/* /v1/cases and /v1/cases/{id} of the route, or NULL. */
static const struct listing *listing_of_pattern(const char *pattern, bool *single)
{
	char noun[32];
	const char *rest = pattern + strlen("/v1/");
	size_t n;

	if (strncmp(pattern, "/v1/", 4) != 0)
		return NULL;
	n = strcspn(rest, "/");
	if (n >= sizeof noun)
		return NULL;
	memcpy(noun, rest, n);
	noun[n] = '\0';
	*single = rest[n] == '/';
	return listing_find(noun);
}

static json_t *parameters_of(const struct web_route *r)
{
	bool single = false;

	return web_parameters(r, listing_of_pattern(r->pattern, &single));
}

static json_t *ref(const char *kind, const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%s", kind, name));
}

static json_t *json_content(json_t *schema)
{
	return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

static json_t *schema_of(const struct web_route *r)
{
	bool single = false;
	const struct listing *l = listing_of_pattern(r->pattern, &single);

	if (l != NULL && r->run == web_one)
		return ref("schemas", l->entity);
	if (l != NULL && r->read == web_list)
		return json_pack("{s:s, s:{s:{s:s, s:o}, s:{s:[s,s]}}}", "type", "object",
			"properties", "items", "type", "array", "items", ref("schemas", l->entity),
			"next", "type", "string", "null");
	return type_of("object");
}

static json_t *body_of(const struct web_route *r)
{
	static const char *const lists[] = { "application/x-ndjson", "text/csv",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
	bool large = (r->flags & WEB_LARGE) != 0;
	json_t *content =
		json_content(large ? json_pack("{s:[{s:s}, {s:s, s:{s:s}}]}", "oneOf", "type",
					     "object", "type", "array", "items", "type", "object")
				   : type_of("object"));

	for (size_t i = 0; large && i < sizeof lists / sizeof *lists; i++)
		json_object_set_new(content, lists[i], json_object());
	return json_pack("{s:o}", "content", content);
}

static json_t *operation_of(const struct web_route *r)
{
	json_t *responses = json_pack("{s:{s:s, s:o}, s:o}",
		r->run == web_push || r->run == web_people_add ? "201" : "200", "description", "OK",
		"content", json_content(schema_of(r)), "default", ref("responses", "problem"));
	json_t *o = json_pack("{s:s, s:o, s:o}", "summary", r->summary, "parameters",
		parameters_of(r), "responses", responses);

	if (r->method != METHOD_GET)
		json_object_set_new(o, "requestBody", body_of(r));
	if ((r->flags & WEB_OPEN) != 0)
		json_object_set_new(o, "security", json_array());
	return o;
}

static json_t *column_schema(const struct listing_column *c)
{
	static const char *const types[] = { [LIST_ID] = "integer",
		[LIST_INT] = "integer",
		[LIST_TEXT] = "string",
		[LIST_WORDS] = "array",
		[LIST_TIME] = "string",
		[LIST_MONEY] = "integer",
		[LIST_BOOL] = "boolean",
		[LIST_DAYS] = "array",
		[LIST_CLOCK] = "string",
		[LIST_BIRTH] = "string",
		[LIST_JSON] = "object",
		[LIST_NAME] = "string",
		[LIST_PHONE] = "string",
		[LIST_ID_NO] = "string",
		[LIST_ADDRESS] = "string",
		[LIST_PROSE] = "string",
		[LIST_HIDDEN] = "string",
		[LIST_PERSON] = "object" };
	json_t *o = json_pack("{s:[s,s], s:s}", "type", types[c->kind], "null", "title", c->title);

	if (c->kind == LIST_TIME)
		json_put_str(o, "format", "date-time");
	if (c->kind == LIST_MONEY)
		json_put_str(o, "description", "分");
	return o;
}

static json_t *schemas(void)
{
	json_t *all = json_object();
	const struct listing *l;

	for (size_t i = 0; (l = listing_at(i)) != NULL; i++) {
		json_t *properties = json_object();

		for (const struct listing_column *c = l->columns; c->name != NULL; c++)
			json_object_set_new(properties, c->name, column_schema(c));
		json_object_set_new(all, l->entity,
			json_pack("{s:s, s:s, s:o}", "type", "object", "title", l->title,
				"properties", properties));
	}
	json_object_set_new(all, "problem",
		json_pack("{s:s, s:{s:o, s:o, s:o, s:o, s:o}}", "type", "object", "properties",
			"type", type_of("string"), "title", type_of("string"), "status",
			type_of("integer"), "code", type_of("string"), "detail",
			type_of("string")));
	return all;
}

static json_t *components(void)
{
	return json_pack("{s:o, s:{s:{s:s, s:{s:{s:o}}}}, s:{s:{s:s, s:s}}}", "schemas", schemas(),
		"responses", "problem", "description", "RFC 9457 problem details", "content",
		"application/problem+json", "schema", ref("schemas", "problem"), "securitySchemes",
		"bearer", "type", "http", "scheme", "bearer");
}

static void lower(const char *s, char *out)
{
	for (; *s != '\0'; s++)
		*out++ = (char)(*s | 0x20);
	*out = '\0';
}

static void build(struct request *rq)
{
	json_t *paths = json_object();

	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		json_t *item = json_object_get(paths, r->pattern);
		char method[16];

		if (item == NULL) {
			item = json_object();
			json_object_set_new(paths, r->pattern, item);
		}
		lower(method_name(r->method), method);
		json_object_set_new(item, method, operation_of(r));
	}
	request_json(rq, 200,
		json_pack("{s:s, s:{s:s, s:s}, s:[{s:[]}], s:o, s:o}", "openapi", "3.1.0", "info",
			"title", "quanzu 劝阻", "version", "1", "security", "bearer", "paths",
			paths, "components", components()));
	web_etag(rq);
}

void web_openapi(struct request *rq)
{
	request_pool(rq, build, NULL);
}
