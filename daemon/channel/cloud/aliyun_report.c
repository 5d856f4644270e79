/*
 * aliyun_report.c - receipts, replies and calls of Aliyun: pushed, or read from its queues.
 *
 * Source: the provider's pages SmsReport, SmsUp, VoiceReport, QueryCallDetailByCallId and MNS request
 * signature. Not tried on a live account.
 */
#include "aliyun.h"

#include <stdio.h>
#include <string.h>

#include "cloud_time.h"
#include "json.h"

#include "banned.h"

enum { RENEW_MS = 2 * 60 * 1000, WAIT_S = 10, WAIT_TIMEOUT_MS = 20 * 1000 };

/* clang-format off */
const struct cloud_code aliyun_calls[] = {
	{ "200000", CLOUD_OK, 0 }, { "200001", CLOUD_OK, 0 }, { "300000", CLOUD_OK, 0 }, { "200008", CLOUD_OK, 0 },
	{ "200002", CLOUD_BUSY, 0 },
	{ "200003", CLOUD_NO_REPLY, 0 }, { "200005", CLOUD_NO_REPLY, 0 }, { "200007", CLOUD_NO_REPLY, 0 },
	{ "200010", CLOUD_NO_REPLY, 0 }, { "200011", CLOUD_NO_REPLY, 0 },
	{ "200012", CLOUD_RETRY, 0 }, { "200121", CLOUD_RETRY, 0 }, { "400", CLOUD_RETRY, 0 }, { "500", CLOUD_RETRY, 0 },
	{ "999999", CLOUD_RETRY, 0 }, { "200130", CLOUD_RETRY, 0 },
	{ "200004", CLOUD_NUMBER, 0 },
	{ "200118", CLOUD_OTHER, 0 }, { "200104", CLOUD_OTHER, 0 }, { "200105", CLOUD_OTHER, 0 }, { "482", CLOUD_OTHER, 0 },
	{ "200119", CLOUD_RATE, 0 },
	{ "200006", CLOUD_CONFIG, 0 }, { "200117", CLOUD_CONFIG, 0 }, { "476", CLOUD_CONFIG, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

/* -- records ------------------------------------------------------------------------------------ */

static void read_receipt(const json_t *r, struct cloud_events *out)
{
	char id[96], ref[24], number[32], code[64], when[32], good[8];

	cloud_json_text(r, "biz_id", id, sizeof id);
	cloud_json_text(r, "out_id", ref, sizeof ref);
	cloud_json_text(r, "phone_number", number, sizeof number);
	cloud_json_text(r, "err_code", code, sizeof code);
	cloud_json_text(r, "report_time", when, sizeof when);
	cloud_json_text(r, "success", good, sizeof good);
	cloud_event_report(out, id, ref, number,
		strcmp(good, "true") == 0 ? CLOUD_OK : cloud_carrier_class(code), code, when);
}

static void read_reply(const json_t *r, struct cloud_events *out)
{
	char id[96], number[32], text[1024], when[32];

	cloud_json_text(r, "sequence_id", id, sizeof id);
	cloud_json_text(r, "phone_number", number, sizeof number);
	cloud_json_text(r, "content", text, sizeof text);
	cloud_json_text(r, "send_time", when, sizeof when);
	cloud_event_reply(out, id, number, text, when);
}

static void read_call(const json_t *r, struct cloud_events *out)
{
	char id[96], ref[24], number[32], code[64], when[32], keys[16];
	const struct cloud_code *row;

	cloud_json_text(r, "call_id", id, sizeof id);
	cloud_json_text(r, "out_id", ref, sizeof ref);
	cloud_json_text(r, "callee", number, sizeof number);
	cloud_json_text(r, "status_code", code, sizeof code);
	cloud_json_text(r, "end_time", when, sizeof when);
	cloud_json_text(r, "dtmf", keys, sizeof keys);
	row = cloud_code_find(aliyun_calls, code);
	cloud_event_report(
		out, id, ref, number, row == NULL ? CLOUD_RETRY : row->class_, code, when);
	cloud_event_keys(out, id, ref, number, keys, when);
}

/* One receipt, reply or call report. False: none of them. */
static bool aliyun_record(const json_t *record, struct cloud_events *out)
{
	if (json_object_get(record, "call_id") != NULL)
		read_call(record, out);
	else if (json_object_get(record, "content") != NULL)
		read_reply(record, out);
	else if (json_object_get(record, "biz_id") != NULL ||
		 json_object_get(record, "err_code") != NULL)
		read_receipt(record, out);
	else
		return false;
	return true;
}

enum cloud_hook_rc aliyun_hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	json_t *list = cloud_json(h->body, h->body_len), *record;
	bool ok = json_is_array(list);
	size_t i;

	(void)a;
	json_array_foreach(list, i, record) {
		ok = aliyun_record(record, out) && ok;
	}
	json_decref(list);
	if (!ok)
		return CLOUD_HOOK_UNREADABLE;
	cloud_hook_say(answer, 200, "application/json", "{\"code\":0,\"msg\":\"接收成功\"}");
	return CLOUD_HOOK_TAKEN;
}

/* -- the queues --------------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	enum aliyun_key queue;
} ways[ALI_WAYS] = {
	{ "SmsReport", ALI_REPORTS },
	{ "SmsUp", ALI_REPLIES },
	{ "VoiceReport", ALI_CALLS },
};

static struct aliyun_way *way_of(struct cloud_account *a, int which)
{
	return &((struct aliyun *)a->more)->way[which];
}

static void ask_token(const struct cloud_account *a, int which, const struct cloud_moment *t,
	struct cloud_request *out)
{
	struct sign_pairs p = { .count = 0 };

	sign_pair(&p, "MessageType", ways[which].type);
	sign_pair(&p, "QueueName", a->text[ways[which].queue]);
	aliyun_call(a, a->text[ALI_TOKEN_ENDPOINT], "QueryTokenForMnsQueue", &p, true, t, out);
}

/* A request of MNS to that resource, signed with the temporary key. */
static void ask_queue(const struct cloud_account *a, const struct aliyun_way *w, const char *method,
	const char *resource, const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs headers = { .count = 0 };
	char date[40];
	struct sign s;

	cloud_time(t->now_ms, CLOUD_UTC, CLOUD_HTTP, date, sizeof date);
	sign_pair(&headers, "x-mns-version", "2015-06-06");
	sign_init(&s);
	sign_mns(&(struct sign_mns){ method, "", "text/xml;charset=UTF-8", date, resource,
			 &headers },
		w->id, w->secret, &s);
	cloud_request_init(out, method, a->text[ALI_QUEUE_ENDPOINT]);
	buf_adds(&out->url, resource);
	cloud_request_header(out, "Content-Type", "text/xml;charset=UTF-8");
	cloud_request_header(out, "Date", date);
	cloud_request_header(out, "x-mns-version", "2015-06-06");
	cloud_request_header(out, "security-token", w->token);
	cloud_request_header(out, "Authorization", sign_step(&s, "authorization"));
	out->timeout_ms = WAIT_TIMEOUT_MS;
	sign_free(&s);
}

bool aliyun_poll(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	struct aliyun_way *w = way_of(a, which);
	char resource[256];

	if (a->text[ways[which].queue][0] == '\0')
		return false;
	w->asked_token = w->until_ms - RENEW_MS < t->now_ms;
	w->handle[0] = '\0';
	if (w->asked_token) {
		ask_token(a, which, t, out);
		return true;
	}
	snprintf(resource, sizeof resource, "/queues/%s/messages?waitseconds=%d",
		a->text[ways[which].queue], WAIT_S);
	ask_queue(a, w, "GET", resource, t, out);
	return true;
}

static enum cloud_polled take_token(
	struct aliyun_way *w, const struct cloud_answer *in, struct cloud_verdict *v)
{
	json_t *o = aliyun_answer(in, v), *d = json_object_get(o, "MessageTokenDTO");
	char until[40];

	cloud_json_text(d, "AccessKeyId", w->id, sizeof w->id);
	cloud_json_text(d, "AccessKeySecret", w->secret, sizeof w->secret);
	cloud_json_text(d, "SecurityToken", w->token, sizeof w->token);
	w->until_ms = cloud_time_read(
		cloud_json_text(d, "ExpireTime", until, sizeof until), CLOUD_BEIJING);
	json_decref(o);
	if (o == NULL)
		return v->class_ == CLOUD_UNKNOWN ? CLOUD_POLL_UNREADABLE : CLOUD_POLL_REFUSED;
	return w->id[0] == '\0' || w->until_ms == 0 ? CLOUD_POLL_UNREADABLE : CLOUD_POLL_MORE;
}

/* What stands in <name>...</name>; false: not there, or too long. */
static bool xml_text(const struct cloud_answer *in, const char *name, struct buf *out)
{
	char open[48], close[48];
	const char *from, *to;

	snprintf(open, sizeof open, "<%s>", name);
	snprintf(close, sizeof close, "</%s>", name);
	from = strstr(in->body, open);
	to = from == NULL ? NULL : strstr(from, close);
	if (to == NULL)
		return false;
	from += strlen(open);
	return buf_add(out, from, (size_t)(to - from));
}

/* The body of a message: base64 of one JSON object, or the object itself. */
static bool take_body(const char *text, struct cloud_events *out)
{
	struct buf plain;
	json_t *o;
	bool ok;

	buf_init(&plain, CLOUD_BODY_MAX);
	if (text[strspn(text, " \r\n\t")] == '{')
		buf_adds(&plain, text);
	else
		sign_unbase64(text, &plain);
	o = cloud_json(buf_str(&plain), plain.len);
	ok = json_is_object(o) && aliyun_record(o, out);
	json_decref(o);
	buf_free(&plain);
	return ok;
}

static enum cloud_polled take_message(
	struct aliyun_way *w, const struct cloud_answer *in, struct cloud_events *out)
{
	struct buf body, handle;
	bool ok;

	buf_init(&body, CLOUD_BODY_MAX);
	buf_init(&handle, sizeof w->handle - 1);
	ok = xml_text(in, "MessageBody", &body) && xml_text(in, "ReceiptHandle", &handle) &&
	     take_body(buf_str(&body), out);
	/* Also what cannot be read is taken off the queue, or it would come for ever. */
	snprintf(w->handle, sizeof w->handle, "%s", buf_str(&handle));
	buf_free(&body);
	buf_free(&handle);
	return ok ? CLOUD_POLL_MORE : CLOUD_POLL_UNREADABLE;
}

enum cloud_polled aliyun_polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v)
{
	struct aliyun_way *w = way_of(a, which);
	struct buf code, words;

	if (w->asked_token)
		return take_token(w, in, v);
	if (in->status == 200)
		return take_message(w, in, out);
	if (in->status == 404 && strstr(in->body, "MessageNotExist") != NULL)
		return CLOUD_POLL_DONE;
	w->until_ms = 0; /* the key may have been withdrawn */
	if (cloud_verdict_http(v, in))
		return CLOUD_POLL_REFUSED;
	buf_init(&code, 63);
	buf_init(&words, 159);
	xml_text(in, "Code", &code);
	xml_text(in, "Message", &words);
	cloud_verdict_set(
		v, in->status >= 500 ? CLOUD_RETRY : CLOUD_CONFIG, buf_str(&code), buf_str(&words));
	v->clock = strstr(buf_str(&code), "Time") != NULL;
	buf_free(&code);
	buf_free(&words);
	return CLOUD_POLL_REFUSED;
}

bool aliyun_confirm(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	struct aliyun_way *w = way_of(a, which);
	char resource[1400];

	if (w->handle[0] == '\0')
		return false;
	snprintf(resource, sizeof resource, "/queues/%s/messages?ReceiptHandle=%s",
		a->text[ways[which].queue], w->handle);
	ask_queue(a, w, "DELETE", resource, t, out);
	w->handle[0] = '\0';
	return true;
}
