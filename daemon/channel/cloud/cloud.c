/* cloud.c - requests, verdicts and events, the same for every provider. */
#include "cloud.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cloud_account.h"
#include "cloud_providers.h"
#include "cloud_time.h"
#include "json.h"
#include "text.h"

#include "banned.h"

enum { URL_MAX = 8 * 1024, VALUE_MAX = 4 * 1024, MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static const struct cloud_provider *const providers[] = { &cloud_aliyun, &cloud_tencent,
	&cloud_huawei, &cloud_mas, &cloud_unicom, &cloud_telecom, &cloud_twilio, &cloud_generic };

const struct cloud_provider *cloud_provider_of(const char *kind)
{
	for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
		if (strcmp(providers[i]->kind, kind) == 0)
			return providers[i];
	return NULL;
}

/* -- requests --------------------------------------------------------------------------------------- */

void cloud_request_init(struct cloud_request *r, const char *method, const char *url)
{
	memset(r, 0, sizeof *r);
	r->method = method;
	buf_init(&r->url, URL_MAX);
	buf_init(&r->body, CLOUD_BODY_MAX);
	buf_adds(&r->url, url);
}

void cloud_request_header(struct cloud_request *r, const char *name, const char *value)
{
	int i = r->header_count++;

	assert(i < CLOUD_HEADERS && strlen(name) < sizeof r->header[i].name);
	snprintf(r->header[i].name, sizeof r->header[i].name, "%s", name);
	buf_init(&r->header[i].value, VALUE_MAX);
	buf_adds(&r->header[i].value, value);
}

static void wipe(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	buf_free(b);
}

void cloud_request_free(struct cloud_request *r)
{
	wipe(&r->url);
	wipe(&r->body);
	for (int i = 0; i < r->header_count; i++)
		wipe(&r->header[i].value);
	r->header_count = 0;
}

void cloud_request_form(struct cloud_request *r, const struct sign_pairs *p, const char *charset)
{
	sign_form(p, charset, &r->body);
	cloud_request_header(r, "Content-Type",
		strcmp(charset, "UTF-8") == 0 ? "application/x-www-form-urlencoded"
					      : "application/x-www-form-urlencoded; charset=GBK");
}

void cloud_request_json(struct cloud_request *r, json_t *body, const char *content_type)
{
	json_write(body, &r->body);
	json_decref(body);
	cloud_request_header(r, "Content-Type", content_type);
}

const char *cloud_host(const char *url, char *out, size_t n)
{
	const char *at = strstr(url, "://");
	char *port;

	at = at == NULL ? url : at + 3;
	snprintf(out, n, "%.*s", (int)strcspn(at, "/?"), at);
	port = strrchr(out, ':');
	if (port != NULL && strcmp(port, strncmp(url, "https:", 6) == 0 ? ":443" : ":80") == 0)
		*port = '\0';
	return out;
}

void cloud_hook_say(
	struct channel_hook_answer *a, int status, const char *content_type, const char *body)
{
	a->status = status;
	a->content_type = content_type;
	snprintf(a->body, sizeof a->body, "%s", body);
}

/* -- texts ------------------------------------------------------------------------------------------ */

void cloud_copy(char *out, size_t n, const char *text)
{
	const char *end = strchr(text, '\0');
	size_t len = 0;

	while (text < end) {
		uint32_t c = text_next(&text, end);
		char piece[4];
		size_t size = c == TEXT_BAD ? 0 : text_put(c, piece);

		if (len + size >= n)
			break;
		memcpy(out + len, piece, size);
		len += size;
	}
	out[len] = '\0';
}

json_t *cloud_json(const char *body, size_t len)
{
	return len > CLOUD_BODY_MAX ? NULL : json_loadb(body, len, JSON_ALLOW_NUL, NULL);
}

char *cloud_json_dump(json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT);

	if (text == NULL)
		abort();
	json_decref(v);
	return text;
}

const char *cloud_json_text(const json_t *o, const char *key, char *out, size_t n)
{
	return cloud_value_text(json_object_get(o, key), out, n);
}

const char *cloud_value_text(const json_t *v, char *out, size_t n)
{
	out[0] = '\0';
	if (json_is_string(v))
		cloud_copy(out, n, json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, n, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_boolean(v))
		snprintf(out, n, "%s", json_is_true(v) ? "true" : "false");
	return out;
}

/* -- verdicts --------------------------------------------------------------------------------------- */

const struct cloud_code *cloud_code_find(const struct cloud_code *table, const char *code)
{
	for (; table->code != NULL; table++) {
		size_t n = strlen(table->code);
		bool open = n > 0 && table->code[n - 1] == '*';

		if (open ? strncasecmp(table->code, code, n - 1) == 0
			 : strcasecmp(table->code, code) == 0)
			return table;
	}
	return NULL;
}

void cloud_verdict_set(
	struct cloud_verdict *v, enum cloud_class c, const char *code, const char *words)
{
	v->class_ = c;
	CLOUD_COPY(v->code, code);
	CLOUD_COPY(v->words, words);
	if (c == CLOUD_RATE && v->retry_ms == 0)
		v->retry_ms = MINUTE;
}

void cloud_verdict_code(struct cloud_verdict *v, const struct cloud_code *table, const char *code,
	const char *words)
{
	const struct cloud_code *row = cloud_code_find(table, code);

	cloud_verdict_set(v, row == NULL ? CLOUD_RETRY : row->class_, code, words);
	v->unknown = row == NULL;
	if (row == NULL)
		return;
	v->clock = (row->flags & CODE_CLOCK) != 0;
	v->one_number = row->class_ == CLOUD_RATE && (row->flags & CODE_NUMBER) != 0;
	if (row->class_ == CLOUD_RATE)
		v->retry_ms = row->flags & CODE_DAY    ? (int64_t)24 * HOUR
			      : row->flags & CODE_HOUR ? HOUR
						       : MINUTE;
}

/* From a public list, unverified; the rest is failed and no more is known. */
static const struct cloud_code carrier[] = { { "DELIVERED", CLOUD_OK, 0 },
	{ "DELIVRD", CLOUD_OK, 0 }, { "CM:0000", CLOUD_OK, 0 }, { "DB:0101", CLOUD_NUMBER, 0 },
	{ "CB:0053", CLOUD_NUMBER, 0 }, { "DB:0102", CLOUD_NO_REPLY, 0 },
	{ "IB:0008", CLOUD_RATE, 0 }, { "DB:9007", CLOUD_RATE, 0 }, { "MBBLACK", CLOUD_OTHER, 0 },
	{ "SC:0014", CLOUD_MESSAGE, 0 }, { "SC:0017", CLOUD_CONFIG, 0 },
	{ "SC:0018", CLOUD_CONFIG, 0 }, { NULL, CLOUD_OK, 0 } };

enum cloud_class cloud_carrier_class(const char *code)
{
	const struct cloud_code *row = cloud_code_find(carrier, code);

	return row == NULL ? CLOUD_OTHER : row->class_;
}

/* A page for people where a program was asked: some gateway wants a log-in first. */
static bool is_page(const struct cloud_answer *in)
{
	const char *s = in->body + strspn(in->body, " \t\r\n\xEF\xBB\xBF");

	return (strcasestr(in->content_type, "text/html") != NULL && *s == '<') ||
	       strncasecmp(s, "<!doctype html", 14) == 0 || strncasecmp(s, "<html", 5) == 0;
}

bool cloud_verdict_http(struct cloud_verdict *v, const struct cloud_answer *in)
{
	char code[24];
	bool some = in->len > 0 && !is_page(in);

	snprintf(code, sizeof code, "HTTP %d", in->status);
	if (in->status >= 300 && in->status < 400)
		cloud_verdict_set(
			v, CLOUD_CONFIG, code, "对方要求转到别的网址,请检查网址或上网认证");
	else if (in->status == 504)
		cloud_verdict_set(v, CLOUD_UNKNOWN, code, "");
	else if (in->status >= 500 && !some)
		cloud_verdict_set(v, CLOUD_RETRY, code, "");
	else if (in->status == 429 && !some)
		cloud_verdict_set(v, CLOUD_RATE, code, "");
	else if (is_page(in))
		cloud_verdict_set(
			v, CLOUD_CONFIG, code, "收到的是网页,多半要先做上网认证,或网址不对");
	else if ((in->status == 401 || in->status == 403 || in->status == 407) && !some)
		cloud_verdict_set(v, CLOUD_CONFIG, code, "账号或密钥不被接受");
	else if (in->status >= 400 && !some)
		cloud_verdict_set(v, CLOUD_CONFIG, code, "网址或请求不被接受");
	else
		return false;
	return true;
}

void cloud_verdict_unreadable(struct cloud_verdict *v, const struct cloud_answer *in)
{
	char code[24];

	snprintf(code, sizeof code, "HTTP %d", in->status);
	if (in->status >= 200 && in->status < 300)
		cloud_verdict_set(v, CLOUD_UNKNOWN, code, "回答读不懂");
	else if (in->status == 429)
		cloud_verdict_set(v, CLOUD_RATE, code, "");
	else if (in->status >= 500)
		cloud_verdict_set(v, CLOUD_RETRY, code, "");
	else
		cloud_verdict_set(v, CLOUD_CONFIG, code, "请求不被接受,回答读不懂");
}

/* -- events ------------------------------------------------------------------------------------------ */

struct cloud_event *cloud_event_add(struct cloud_events *e, enum cloud_event_kind kind)
{
	if (e->count == e->room) {
		e->room = e->room == 0 ? 8 : 2 * e->room;
		e->at = realloc(e->at, e->room * sizeof *e->at);
		if (e->at == NULL)
			abort();
	}
	memset(&e->at[e->count], 0, sizeof *e->at);
	e->at[e->count].kind = kind;
	return &e->at[e->count++];
}

void cloud_events_free(struct cloud_events *e)
{
	free(e->at);
	*e = (struct cloud_events){ .at = NULL };
}

struct cloud_event *cloud_event_report(struct cloud_events *e, const char *id, const char *own_ref,
	const char *number, enum cloud_class c, const char *code, const char *time)
{
	struct cloud_event *ev = cloud_event_add(e, CLOUD_REPORT);

	CLOUD_COPY(ev->id, id);
	CLOUD_COPY(ev->own_ref, own_ref);
	CLOUD_COPY(ev->number, number);
	CLOUD_COPY(ev->code, code);
	CLOUD_COPY(ev->outcome, c == CLOUD_OK ? "delivered" : "failed");
	ev->class_ = c;
	ev->at_ms = cloud_time_read(time, CLOUD_BEIJING);
	return ev;
}

void cloud_event_pending(struct cloud_event *e)
{
	CLOUD_COPY(e->outcome, "pending");
	e->class_ = CLOUD_OK;
}

void cloud_event_part(struct cloud_event *e, const char *part, const char *parts)
{
	enum { PARTS_MAX = 99 };
	long n = strtol(part, NULL, 10), all = strtol(parts, NULL, 10);

	if (all < 2 || all > PARTS_MAX || n < 1 || n > all)
		return;
	e->part = (int)n - 1;
	e->parts = (int)all;
}

struct cloud_event *cloud_event_reply(struct cloud_events *e, const char *id, const char *number,
	const char *text, const char *time)
{
	struct cloud_event *ev = cloud_event_add(e, CLOUD_REPLY);

	CLOUD_COPY(ev->id, id);
	CLOUD_COPY(ev->number, number);
	CLOUD_COPY(ev->text, text);
	ev->at_ms = cloud_time_read(time, CLOUD_BEIJING);
	return ev;
}

void cloud_event_keys(struct cloud_events *e, const char *id, const char *own_ref,
	const char *number, const char *keys, const char *time)
{
	for (; *keys != '\0'; keys++) {
		const char key[2] = { *keys, '\0' };
		struct cloud_event *ev;

		if (strchr("0123456789*#", *keys) == NULL)
			continue;
		ev = cloud_event_add(e, CLOUD_KEY);
		CLOUD_COPY(ev->id, id);
		CLOUD_COPY(ev->own_ref, own_ref);
		CLOUD_COPY(ev->number, number);
		CLOUD_COPY(ev->text, key);
		ev->at_ms = cloud_time_read(time, CLOUD_BEIJING);
	}
}
