/*
 * twilio.c - Twilio Messages and Calls: outside the mainland, here as a second reading of the
 * contract and a double for tests; not for real residents.
 *
 * Source: the provider's pages Messages, Calls and validating requests. Not tried on a live account.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_account.h"
#include "cloud_providers.h"
#include "cloud_text.h"
#include "json.h"
#include "seal.h"
#include "text.h"

#include "banned.h"

enum key { SID, TOKEN, FROM, SERVICE, CALLBACK, LANGUAGE, PULL, URL, KEYS };
enum { CHARS = 1600 };

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[SID] = { "account_sid", CLOUD_TEXT, true, NULL, 2, 64, NULL, "Account SID" },
	[TOKEN] = { "auth_token", CLOUD_SECRET, true, NULL, 1, 128, NULL, "Auth Token" },
	[FROM] = { "from", CLOUD_TEXT, false, NULL, 0, 20, NULL, "发送号码,如 +12065550100" },
	[SERVICE] = { "messaging_service_sid", CLOUD_TEXT, false, NULL, 0, 64, NULL, "代替 from 的 Messaging Service SID" },
	[CALLBACK] = { "callback_url", CLOUD_URL, false, NULL, 0, 200, NULL, "回调网址,外网看到的样子,到密文那一段为止" },
	[LANGUAGE] = { "language", CLOUD_TEXT, false, "zh-CN", 2, 16, NULL, "朗读语言" },
	[PULL] = { "pull", CLOUD_FLAG, false, "0", 0, 1, NULL, "主动取回复" },
	[URL] = { "endpoint", CLOUD_URL, false, "https://api.twilio.com", 8, 200, NULL, "接口网址" },
};

static const struct cloud_code codes[] = {
	{ "30001", CLOUD_RETRY, 0 }, { "30008", CLOUD_RETRY, 0 }, { "30017", CLOUD_RETRY, 0 }, { "30003", CLOUD_RETRY, 0 },
	{ "20429", CLOUD_RATE, 0 }, { "20003", CLOUD_CONFIG, 0 }, { "21408", CLOUD_CONFIG, 0 },
	{ "21211", CLOUD_NUMBER, 0 }, { "21614", CLOUD_NUMBER, 0 }, { "30005", CLOUD_NUMBER, 0 }, { "30006", CLOUD_NUMBER, 0 },
	{ "21610", CLOUD_OTHER, 0 },
	{ NULL, CLOUD_OK, 0 },
};

/* MessageStatus and CallStatus; CLOUD_UNKNOWN: under way. A failed message has a code of its own. */
static const struct cloud_code statuses[] = {
	{ "delivered", CLOUD_OK, 0 }, { "completed", CLOUD_OK, 0 },
	{ "undelivered", CLOUD_OTHER, 0 }, { "failed", CLOUD_RETRY, 0 }, { "canceled", CLOUD_RETRY, 0 },
	{ "busy", CLOUD_BUSY, 0 }, { "no-answer", CLOUD_NO_REPLY, 0 },
	{ "*", CLOUD_UNKNOWN, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_twilio, set, wrong);

	if (a == NULL)
		return NULL;
	if (a->text[FROM][0] == '\0' && (a->text[SERVICE][0] == '\0' || a->does_voice))
		return cloud_account_wrong(a, wrong, "from",
			"没有写。发短信写 from 或 messaging_service_sid,打电话要写 from");
	if (a->does_voice && a->text[CALLBACK][0] == '\0')
		return cloud_account_wrong(
			a, wrong, "callback_url", "没有写。打电话的按键和结果只能由回调送来");
	return a;
}

static const char *unfit(const struct cloud_account *a, const struct outgoing *m)
{
	if (m->kind == OUTGOING_CALL ? !a->does_voice : !a->does_sms)
		return "这个通道不做这一种";
	if (m->to[0] != '+' && !cloud_mobile(m->to, (char[12]){ 0 }))
		return "号码要带国家码";
	return text_count(m->text) > CHARS ? "文字太长,超过1600字" : NULL;
}

/* -- requests ---------------------------------------------------------------------------------------- */

static void begin(const struct cloud_account *a, const char *method, const char *what,
	struct cloud_request *out)
{
	struct sign s;

	cloud_request_init(out, method, a->text[URL]);
	buf_addf(&out->url, "/2010-04-01/Accounts/%s/%s", a->text[SID], what);
	sign_init(&s);
	sign_basic(a->text[SID], a->text[TOKEN], &s);
	cloud_request_header(out, "Authorization", sign_step(&s, "authorization"));
	sign_free(&s);
}

static void add_xml(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			buf_adds(out, "&lt;");
		else if (*text == '>')
			buf_adds(out, "&gt;");
		else if (*text == '&')
			buf_adds(out, "&amp;");
		else if (*text == '"')
			buf_adds(out, "&quot;");
		else
			buf_addc(out, *text);
	}
}

/* Spoken twice, with a key waited for. */
static void add_twiml(const struct cloud_account *a, const struct outgoing *m, struct buf *out)
{
	buf_adds(out, "<Response><Gather numDigits=\"1\" timeout=\"8\" action=\"");
	add_xml(a->text[CALLBACK], out);
	buf_addf(out, "/voice\"><Say loop=\"2\" language=\"%s\">", a->text[LANGUAGE]);
	add_xml(m->text, out); /* spoken texts have no signature */
	buf_adds(out, "</Say></Gather></Response>");
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	bool call = m->kind == OUTGOING_CALL;
	struct sign_pairs p = { .count = 0 };
	char to[40], mobile[12], callback[256];
	struct buf twiml;

	(void)t;
	snprintf(to, sizeof to, "%s%s", cloud_mobile(m->to, mobile) ? "+86" : "",
		cloud_mobile(m->to, mobile) ? mobile : m->to);
	snprintf(callback, sizeof callback, "%s/%s", a->text[CALLBACK], call ? "voice" : "receipt");
	buf_init(&twiml, CLOUD_BODY_MAX);
	begin(a, "POST", call ? "Calls.json" : "Messages.json", out);
	sign_pair(&p, "To", to);
	if (a->text[SERVICE][0] != '\0' && !call)
		sign_pair(&p, "MessagingServiceSid", a->text[SERVICE]);
	else
		sign_pair(&p, "From", a->text[FROM]);
	if (call) {
		add_twiml(a, m, &twiml);
		sign_pair(&p, "Twiml", buf_str(&twiml));
		sign_pair(&p, "Timeout", "30");
	} else {
		sign_pair(&p, "Body", m->text);
	}
	if (a->text[CALLBACK][0] != '\0')
		sign_pair(&p, "StatusCallback", callback);
	cloud_request_form(out, &p, "UTF-8");
	buf_free(&twiml);
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	char code[64], words[160], parts[16];
	json_t *o;

	(void)a;
	(void)m;
	if (cloud_verdict_http(v, in))
		return;
	o = cloud_json(in->body, in->len);
	cloud_json_text(o, "sid", v->id, sizeof v->id);
	cloud_json_text(o, "code", code, sizeof code);
	cloud_json_text(o, "message", words, sizeof words);
	if (v->id[0] != '\0' && in->status < 300) {
		cloud_verdict_set(v, CLOUD_OK, cloud_json_text(o, "status", code, sizeof code), "");
		cloud_json_text(o, "num_segments", parts, sizeof parts);
		v->parts = (int)strtol(parts, NULL, 10);
	} else if (code[0] != '\0') {
		cloud_verdict_code(v, codes, code, words);
		if (v->unknown && in->status == 429)
			cloud_verdict_set(v, CLOUD_RATE, code, words);
	} else {
		cloud_verdict_unreadable(v, in);
	}
	json_decref(o);
}

/* -- what became of it ------------------------------------------------------------------------------------ */

static void report(struct cloud_events *out, const char *id, const char *number, const char *status,
	const char *code)
{
	const struct cloud_code *row = cloud_code_find(statuses, status);
	const struct cloud_code *why = code[0] == '\0' ? NULL : cloud_code_find(codes, code);
	bool failed = row->class_ != CLOUD_OK && row->class_ != CLOUD_UNKNOWN;
	struct cloud_event *e = cloud_event_report(out, id, "", number,
		failed && why != NULL ? why->class_ : row->class_, code[0] == '\0' ? status : code,
		"");

	if (row->class_ == CLOUD_UNKNOWN)
		cloud_event_pending(e);
}

static bool query(const struct cloud_account *a, const struct outgoing *m, const char *id,
	const struct cloud_moment *t, struct cloud_request *out)
{
	char what[128];

	(void)t;
	if (id[0] == '\0' || strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					"0123456789") != strlen(id))
		return false;
	snprintf(what, sizeof what, "%s/%s.json", m->kind == OUTGOING_CALL ? "Calls" : "Messages",
		id);
	begin(a, "GET", what, out);
	return true;
}

static bool queried(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_events *out)
{
	json_t *o = cloud_json(in->body, in->len);
	char id[96], number[32], status[64], code[64];

	(void)a;
	(void)m;
	cloud_json_text(o, "sid", id, sizeof id);
	cloud_json_text(o, "to", number, sizeof number);
	cloud_json_text(o, "status", status, sizeof status);
	cloud_json_text(o, "error_code", code, sizeof code);
	json_decref(o);
	if (in->status == 404)
		return true;
	if (in->status != 200 || id[0] == '\0' || status[0] == '\0')
		return false;
	report(out, id, number, status, code);
	return true;
}

static bool poll(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	(void)which;
	(void)t;
	if (a->number[PULL] == 0 || a->text[FROM][0] == '\0')
		return false;
	begin(a, "GET", "Messages.json?PageSize=50&To=", out);
	sign_percent(a->text[FROM], strlen(a->text[FROM]), &out->url);
	return true;
}

/* The newest ones again and again: whoever takes them knows their ids. */
static enum cloud_polled polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v)
{
	json_t *o, *one, *list;
	char id[96], number[32], text[1024];
	size_t i;

	(void)a;
	(void)which;
	if (cloud_verdict_http(v, in))
		return CLOUD_POLL_REFUSED;
	o = cloud_json(in->body, in->len);
	list = json_object_get(o, "messages");
	json_array_foreach(list, i, one) {
		cloud_json_text(one, "sid", id, sizeof id);
		cloud_json_text(one, "from", number, sizeof number);
		cloud_json_text(one, "body", text, sizeof text);
		cloud_event_reply(out, id, number, text, "");
	}
	json_decref(o);
	return list == NULL ? CLOUD_POLL_UNREADABLE : CLOUD_POLL_DONE;
}

/* -- callbacks ------------------------------------------------------------------------------------------------ */

/* The URL is the one that they called, so it is taken from the configuration. */
static bool is_signed(
	const struct cloud_account *a, const struct channel_hook *h, struct sign_pairs *form)
{
	const char *given = h->header(h->arg, "X-Twilio-Signature"), *query = strchr(h->url, '?');
	char url[1024];
	struct sign s;
	bool same;

	snprintf(
		url, sizeof url, "%s/%s%s", a->text[CALLBACK], h->what, query == NULL ? "" : query);
	sign_init(&s);
	sign_twilio(url, form, a->text[TOKEN], &s);
	same = given != NULL && strlen(given) == s.value.len &&
	       seal_equal(given, s.value.data, s.value.len);
	sign_free(&s);
	return same;
}

static const char *value_of(const struct sign_pairs *form, const char *name)
{
	const char *v = sign_pair_value(form, name);

	return v == NULL ? "" : v;
}

static bool read_form(const struct sign_pairs *f, struct cloud_events *out)
{
	const char *call = value_of(f, "CallSid"), *sms = value_of(f, "MessageSid");

	if (call[0] != '\0') {
		if (value_of(f, "Digits")[0] != '\0')
			cloud_event_keys(
				out, call, "", value_of(f, "To"), value_of(f, "Digits"), "");
		report(out, call, value_of(f, "To"), value_of(f, "CallStatus"), "");
	} else if (sms[0] != '\0' && sign_pair_value(f, "Body") != NULL) {
		cloud_event_reply(out, sms, value_of(f, "From"), value_of(f, "Body"), "");
	} else if (sms[0] != '\0') {
		report(out, sms, value_of(f, "To"), value_of(f, "MessageStatus"),
			value_of(f, "ErrorCode"));
	} else {
		return false;
	}
	return true;
}

static enum cloud_hook_rc hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	struct sign_pairs form = { .count = 0 };
	enum cloud_hook_rc rc = CLOUD_HOOK_UNREADABLE;
	struct buf text;

	buf_init(&text, 2 * CLOUD_BODY_MAX);
	if (h->body_len <= CLOUD_BODY_MAX && sign_unform(h->body, h->body_len, &text, &form)) {
		if (!is_signed(a, h, &form))
			rc = CLOUD_HOOK_FORGED;
		else if (read_form(&form, out))
			rc = CLOUD_HOOK_TAKEN;
	}
	buf_free(&text);
	cloud_hook_say(answer, 200, "text/xml", "<Response></Response>");
	return rc;
}

const struct cloud_provider cloud_twilio = {
	.kind = "twilio",
	.name = "Twilio",
	.sms = true,
	.voice = true,
	.keys = keys,
	.key_count = KEYS,
	.open = open_account,
	.close = cloud_account_close,
	.unfit = unfit,
	.send = send_any,
	.sent = sent,
	.query = query,
	.queried = queried,
	.polls = 1,
	.poll_ms = 15000,
	.poll = poll,
	.polled = polled,
	.hook = hook,
};
