/*
 * generic_map.c - receipts and replies of a platform that the configuration describes.
 *
 * Whatever comes (JSON, a form, rows in one text) becomes JSON first: an object, or for a row an
 * array of its fields. Then paths say where number, id, status, time and text stand.
 */
#include "generic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#include "banned.h"

#define WORDS \
	"url method body list separator field_separator number id ref status time text " \
	"delivered pending answer"

enum { ROWS = 1000, FIELDS = 32 };

static const json_t *group_of(const struct cloud_account *a, enum generic_key way)
{
	return a->group[way];
}

static const char *text_of(const json_t *group, const char *key)
{
	const char *s = json_str(group, key);

	return s == NULL ? "" : s;
}

/* -- the check ------------------------------------------------------------------------------------ */

static bool is_list_of_texts(const json_t *v)
{
	const json_t *one;
	size_t i;

	if (v == NULL || json_is_string(v))
		return true;
	json_array_foreach(v, i, one) {
		if (!json_is_string(one))
			return false;
	}
	return json_is_array(v);
}

static const char *check_texts(const json_t *group, char *wrong, size_t n)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)group, key, v) {
		bool list = strcmp(key, "delivered") == 0 || strcmp(key, "pending") == 0;

		if (list ? is_list_of_texts(v) : json_is_string(v))
			continue;
		snprintf(wrong, n, "的 %s 要写文字,放在双引号里", key);
		return wrong;
	}
	return NULL;
}

static const char *static_method(const json_t *group)
{
	return strcmp(text_of(group, "method"), "GET") == 0 ? "GET" : "POST";
}

static const char *check_poll(
	const struct cloud_account *a, const json_t *group, char *wrong, size_t n)
{
	static const struct cloud_moment moment = { 0, "00000000000000000000000000000000" };
	const char *url = text_of(group, "url"), *why;
	struct generic_values v;
	struct cloud_request r;

	if (url[0] == '\0')
		return NULL;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return "的 url 要写网址,如 https://主机/路径";
	generic_values_init(&v, a, NULL, &moment);
	why = generic_request(&v, url, static_method(group), text_of(group, "body"), &r, wrong, n);
	if (why == NULL)
		cloud_request_free(&r);
	generic_values_free(&v);
	return why;
}

const char *generic_map_check(
	const struct cloud_account *a, enum generic_key way, char *wrong, size_t n)
{
	const json_t *group = group_of(a, way);
	const char *why;

	if (group == NULL)
		return NULL;
	if (!json_is_object(group))
		return "要写成一组 { … }";
	if (!generic_only(group, WORDS, wrong, n))
		return wrong;
	if ((why = check_texts(group, wrong, n)) != NULL)
		return why;
	if (text_of(group, "number")[0] == '\0')
		return "没有写 number,号码在哪里";
	if (way == GEN_REPLY && text_of(group, "text")[0] == '\0')
		return "没有写 text,回复的文字在哪里";
	if (way == GEN_REPLY && text_of(group, "url")[0] != '\0' &&
		text_of(group, "id")[0] == '\0' && text_of(group, "time")[0] == '\0')
		return "主动去取的回复,id 和 time 至少写一个,否则分不清是不是同一条";
	if (way == GEN_REPORT && (text_of(group, "status")[0] == '\0' ||
					 json_object_get(group, "delivered") == NULL))
		return "没有写 status 和 delivered:状态在哪里,哪些词算送达";
	return check_poll(a, group, wrong, n);
}

/* -- one record ------------------------------------------------------------------------------------- */

static bool among(const json_t *words, const char *word)
{
	const json_t *one;
	size_t i;

	if (json_is_string(words))
		return strcasecmp(json_string_value(words), word) == 0;
	json_array_foreach(words, i, one) {
		if (strcasecmp(json_string_value(one), word) == 0)
			return true;
	}
	return false;
}

static const char *get(
	const json_t *item, const json_t *group, const char *key, char *out, size_t n)
{
	const char *path = text_of(group, key);

	out[0] = '\0';
	return path[0] == '\0' ? out : cloud_path_text(item, path, out, n);
}

static enum cloud_class class_of(
	const struct cloud_account *a, const json_t *group, const char *word)
{
	const struct generic *g = a->more;
	const struct cloud_code *row = cloud_code_find(g->errors, word);

	if (among(json_object_get(group, "delivered"), word))
		return CLOUD_OK;
	return row == NULL ? cloud_carrier_class(word) : row->class_;
}

/* False: neither a number nor an id stands in it. */
static bool read_item(const struct cloud_account *a, enum generic_key way, const json_t *item,
	struct cloud_events *out)
{
	const json_t *group = group_of(a, way);
	char id[96], ref[24], number[32], status[64], time[40], text[1024];
	struct cloud_event *e;

	get(item, group, "id", id, sizeof id);
	get(item, group, "ref", ref, sizeof ref);
	get(item, group, "number", number, sizeof number);
	get(item, group, "status", status, sizeof status);
	get(item, group, "time", time, sizeof time);
	get(item, group, "text", text, sizeof text);
	if (number[0] == '\0' && id[0] == '\0' && ref[0] == '\0')
		return false;
	if (way == GEN_REPLY) {
		cloud_event_reply(out, id, number, text, time);
		return number[0] != '\0';
	}
	e = cloud_event_report(out, id, ref, number, class_of(a, group, status), status, time);
	if (among(json_object_get(group, "pending"), status))
		cloud_event_pending(e);
	return true;
}

/* -- what comes, as JSON --------------------------------------------------------------------------------- */

/* One row of a text as an array of its fields. */
static json_t *row_json(const char *row, size_t n, const char *separator)
{
	json_t *fields = json_array();
	const char *end = row + n;

	for (int i = 0; i < FIELDS && row <= end; i++) {
		const char *stop = separator[0] == '\0' ? NULL : strstr(row, separator);

		stop = stop == NULL || stop > end ? end : stop;
		json_array_append_new(fields, json_stringn(row, (size_t)(stop - row)));
		row = stop + strlen(separator);
		if (stop == end)
			break;
	}
	return fields;
}

static json_t *rows_json(const char *text, const json_t *group)
{
	const char *separator = text_of(group, "separator");
	json_t *rows = json_array();

	for (int i = 0; i < ROWS && *text != '\0'; i++) {
		const char *stop = strstr(text, separator);
		size_t n = stop == NULL ? strlen(text) : (size_t)(stop - text);

		if (n > 0)
			json_array_append_new(
				rows, row_json(text, n, text_of(group, "field_separator")));
		text += n + (stop == NULL ? 0 : strlen(separator));
	}
	return rows;
}

/* The fields of a form as an object; values in the platform's charset. */
static json_t *form_json(const struct cloud_account *a, const char *body, size_t len)
{
	struct sign_pairs p = { .count = 0 };
	json_t *o = NULL;
	struct buf text, value;

	buf_init(&text, 2 * CLOUD_BODY_MAX);
	if (memchr(body, '=', len) != NULL && sign_unform(body, len, &text, &p)) {
		o = json_object();
		for (int i = 0; i < p.count; i++) {
			generic_decode(a, p.at[i].value, strlen(p.at[i].value), &value);
			json_put_str(o, p.at[i].name, buf_str(&value));
			buf_free(&value);
		}
	}
	buf_free(&text);
	return o;
}

/* New; NULL: it is nothing that we read. */
static json_t *body_json(
	const struct cloud_account *a, const json_t *group, const char *body, size_t len)
{
	bool rows = text_of(group, "separator")[0] != '\0' && text_of(group, "list")[0] == '\0';
	struct buf text;
	json_t *o;

	if (len > CLOUD_BODY_MAX)
		return NULL;
	generic_decode(a, body, len, &text);
	o = json_loads(buf_str(&text), 0, NULL);
	if (o == NULL && rows && text.len > 0 && buf_str(&text)[0] != '<')
		o = rows_json(buf_str(&text), group);
	if (o == NULL)
		o = form_json(a, body, len);
	buf_free(&text);
	return o;
}

/* All records of what came. False: it was not understood. */
static bool read_all(const struct cloud_account *a, enum generic_key way, const char *body,
	size_t len, struct cloud_events *out)
{
	const json_t *group = group_of(a, way), *list, *item;
	json_t *all = body_json(a, group, body, len), *rows = NULL;
	bool ok = all != NULL;
	size_t i;

	list = cloud_path(all, text_of(group, "list"));
	if (json_is_string(list) && text_of(group, "separator")[0] != '\0')
		list = rows = rows_json(json_string_value(list), group);
	if (json_is_object(list))
		ok = read_item(a, way, list, out);
	json_array_foreach(list, i, item) {
		ok = (i >= ROWS || read_item(a, way, item, out)) && ok;
	}
	json_decref(rows);
	json_decref(all);
	return ok;
}

/* -- doors ---------------------------------------------------------------------------------------------------- */

enum cloud_hook_rc generic_hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	enum generic_key way = strcmp(h->what, "inbound") == 0 ? GEN_REPLY : GEN_REPORT;
	const json_t *group = group_of(a, way);
	const char *said = json_str(group, "answer");

	if (group == NULL || !read_all(a, way, h->body, h->body_len, out))
		return CLOUD_HOOK_UNREADABLE;
	cloud_hook_say(answer, 200,
		said != NULL && said[0] == '{' ? "application/json" : "text/plain",
		said == NULL ? "OK" : said);
	return CLOUD_HOOK_TAKEN;
}

bool generic_poll(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	const json_t *group = group_of(a, which == 0 ? GEN_REPORT : GEN_REPLY);
	struct generic_values v;
	char wrong[200];
	bool ok;

	if (text_of(group, "url")[0] == '\0')
		return false;
	generic_values_init(&v, a, NULL, t);
	ok = generic_request(&v, text_of(group, "url"), static_method(group),
		     text_of(group, "body"), out, wrong, sizeof wrong) == NULL;
	generic_values_free(&v);
	return ok;
}

enum cloud_polled generic_polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v)
{
	if (in->status == 204 || (in->status == 200 && in->len == 0))
		return CLOUD_POLL_DONE;
	if (cloud_verdict_http(v, in))
		return CLOUD_POLL_REFUSED;
	if (in->status >= 300) {
		cloud_verdict_unreadable(v, in);
		return CLOUD_POLL_REFUSED;
	}
	return read_all(a, which == 0 ? GEN_REPORT : GEN_REPLY, in->body, in->len, out)
		       ? CLOUD_POLL_DONE
		       : CLOUD_POLL_UNREADABLE;
}
