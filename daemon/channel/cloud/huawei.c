/*
 * huawei.c - Huawei Cloud SMS (existing customers only) and voice notification.
 *
 * Source: the provider's pages 发送短信, 接收状态报告, 接收上行短信, 认证鉴权, 错误码; 语音通知API,
 * 呼叫状态通知; API 签名指南. Not tried on a live account; the digest
 * of WSSE is read as its samples show it, `digest = raw` is the reading of its formula.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_account.h"
#include "cloud_providers.h"
#include "cloud_text.h"
#include "cloud_time.h"
#include "json.h"
#include "seal.h"

#include "banned.h"

enum key {
	APP_KEY,
	APP_SECRET,
	FROM,
	SIGN,
	AUTH,
	DIGEST,
	EXTEND,
	CALLBACK,
	VOICE_KEY,
	VOICE_SECRET,
	SHOW,
	SIGNED,
	ENDPOINT,
	VOICE_ENDPOINT,
	KEYS
};

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[APP_KEY] = { "app_key", CLOUD_TEXT, false, NULL, 0, 128, NULL, "短信应用的 APP_Key" },
	[APP_SECRET] = { "app_secret", CLOUD_SECRET, false, NULL, 0, 128, NULL, "短信应用的 APP_Secret" },
	[FROM] = { "from", CLOUD_TEXT, false, NULL, 0, 32, NULL, "签名通道号" },
	[SIGN] = { "sign", CLOUD_TEXT, false, NULL, 0, 20, NULL, "签名名称,用通用模板时要写" },
	[AUTH] = { "auth", CLOUD_WORD, false, "wsse", 0, 0, "wsse aksk", "请求的签名方式" },
	[DIGEST] = { "digest", CLOUD_WORD, false, "hex", 0, 0, "hex raw", "WSSE 摘要的写法" },
	[EXTEND] = { "extend", CLOUD_TEXT, false, NULL, 0, 128, NULL, "扩展参数" },
	[CALLBACK] = { "callback_url", CLOUD_URL, false, NULL, 0, 200, NULL, "回调网址,外网看到的样子,到密文那一段为止" },
	[VOICE_KEY] = { "voice_app_key", CLOUD_TEXT, false, NULL, 0, 128, NULL, "语音应用的 APP_Key" },
	[VOICE_SECRET] = { "voice_app_secret", CLOUD_SECRET, false, NULL, 0, 128, NULL, "语音应用的 APP_Secret" },
	[SHOW] = { "display_number", CLOUD_TEXT, false, NULL, 0, 32, NULL, "来电显示号码" },
	[SIGNED] = { "signed_callbacks", CLOUD_FLAG, false, "1", 0, 1, NULL, "语音回调没有签名就不收" },
	[ENDPOINT] = { "endpoint", CLOUD_URL, false, "https://smsapi.cn-north-4.myhuaweicloud.com:443", 8, 200, NULL, "短信接口网址" },
	[VOICE_ENDPOINT] = { "voice_endpoint", CLOUD_URL, false, "https://rtccall.cn-north-1.myhuaweicloud.cn:443", 8, 200, NULL, "语音接口网址" },
};

/* The pages 错误码 of SMS and voice; also what stands as status of one number. */
static const struct cloud_code codes[] = {
	{ "E000000", CLOUD_RETRY, 0 }, { "E000623", CLOUD_RATE, 0 },
	{ "E000110", CLOUD_CONFIG, CODE_CLOCK },
	{ "E00000*", CLOUD_CONFIG, 0 }, { "E000020", CLOUD_CONFIG, 0 }, { "E000021", CLOUD_CONFIG, 0 },
	{ "E000022", CLOUD_CONFIG, 0 }, { "E000023", CLOUD_CONFIG, 0 }, { "E000045", CLOUD_CONFIG, 0 },
	{ "E000101", CLOUD_CONFIG, 0 }, { "E000102", CLOUD_CONFIG, 0 }, { "E000111", CLOUD_CONFIG, 0 },
	{ "E000112", CLOUD_CONFIG, 0 }, { "E000620", CLOUD_CONFIG, 0 }, { "APIGW*", CLOUD_CONFIG, 0 },
	{ "E000503", CLOUD_MESSAGE, 0 }, { "E000510", CLOUD_MESSAGE, 0 }, { "E2000*", CLOUD_MESSAGE, 0 },
	{ "1010001", CLOUD_RETRY, 0 }, { "1010010", CLOUD_RATE, 0 }, { "1020165", CLOUD_RATE, 0 },
	{ "1010013", CLOUD_CONFIG, CODE_CLOCK }, { "1010023", CLOUD_CONFIG, 0 }, { "1020176", CLOUD_CONFIG, 0 },
	{ "1013121", CLOUD_OTHER, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_huawei, set, wrong);
	static const enum key sms[] = { APP_KEY, APP_SECRET, FROM },
			      voice[] = { VOICE_KEY, VOICE_SECRET, SHOW, CALLBACK };

	for (size_t i = 0; a != NULL && a->does_sms && i < 3; i++)
		if (a->text[sms[i]][0] == '\0')
			return cloud_account_wrong(
				a, wrong, keys[sms[i]].name, "没有写,发短信要写");
	for (size_t i = 0; a != NULL && a->does_voice && i < 4; i++)
		if (a->text[voice[i]][0] == '\0')
			return cloud_account_wrong(
				a, wrong, keys[voice[i]].name, "没有写,打电话要写");
	return a;
}

/* -- SMS -------------------------------------------------------------------------------------------- */

static void authorize_wsse(
	const struct cloud_account *a, const struct cloud_moment *t, struct cloud_request *out)
{
	char created[32];
	struct sign s;

	cloud_time(t->now_ms, CLOUD_UTC, CLOUD_ISO, created, sizeof created);
	sign_init(&s);
	sign_wsse(a->text[APP_KEY], a->text[APP_SECRET], t->nonce, created,
		strcmp(a->text[DIGEST], "raw") == 0, &s);
	cloud_request_header(out, "Authorization",
		"WSSE realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\"");
	cloud_request_header(out, "X-WSSE", sign_step(&s, "x_wsse"));
	sign_free(&s);
}

static void authorize_sdk(const struct cloud_account *a, const char *path,
	const struct cloud_moment *t, struct cloud_request *out)
{
	static const struct sign_pairs no_query = { .count = 0 };
	struct sign_pairs headers = { .count = 0 };
	char date[24], host[256];
	struct sign s;

	cloud_time(t->now_ms, CLOUD_UTC, CLOUD_BASIC, date, sizeof date);
	cloud_request_header(out, "X-Sdk-Date", date);
	sign_pair(&headers, "Content-Type", buf_str(&out->header[0].value));
	sign_pair(&headers, "Host", cloud_host(a->text[ENDPOINT], host, sizeof host));
	sign_pair(&headers, "X-Sdk-Date", date);
	sign_init(&s);
	sign_sdk(&(struct sign_request){ "POST", path, &no_query, &headers, buf_str(&out->body),
			 out->body.len },
		a->text[APP_KEY], a->text[APP_SECRET], &s);
	cloud_request_header(out, "Authorization", sign_step(&s, "authorization"));
	sign_free(&s);
}

static void send_sms(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	static const char path[] = "/sms/batchSendSms/v1";
	const struct cloud_template *tpl = cloud_template_for(a, m);
	char mobile[12] = "", to[16], callback[256],
	     *values = cloud_json_dump(cloud_template_list(tpl, m));
	struct sign_pairs p = { .count = 0 };

	cloud_mobile(m->to, mobile);
	snprintf(to, sizeof to, "+86%s", mobile);
	snprintf(callback, sizeof callback, "%s/receipt", a->text[CALLBACK]);
	sign_pair(&p, "from", a->text[FROM]);
	sign_pair(&p, "to", to);
	sign_pair(&p, "templateId", tpl->code);
	if (tpl->count > 0)
		sign_pair(&p, "templateParas", values);
	if (a->text[CALLBACK][0] != '\0')
		sign_pair(&p, "statusCallback", callback);
	sign_pair(&p, "extend", a->text[EXTEND][0] == '\0' ? m->own_ref : a->text[EXTEND]);
	if (a->text[SIGN][0] != '\0')
		sign_pair(&p, "signature", a->text[SIGN]);
	cloud_request_init(out, "POST", a->text[ENDPOINT]);
	buf_adds(&out->url, path);
	cloud_request_form(out, &p, "UTF-8");
	if (strcmp(a->text[AUTH], "aksk") == 0)
		authorize_sdk(a, path, t, out);
	else
		authorize_wsse(a, t, out);
	free(values);
}

/* -- calls ---------------------------------------------------------------------------------------------- */

static json_t *base64_url(const char *url, const char *what)
{
	struct buf plain, coded;
	json_t *v;

	buf_init(&plain, 512);
	buf_init(&coded, 1024);
	buf_addf(&plain, "%s/%s", url, what);
	sign_base64(buf_str(&plain), plain.len, &coded);
	v = json_string(buf_str(&coded));
	buf_free(&plain);
	buf_free(&coded);
	return v;
}

static void send_call(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const struct cloud_template *tpl = cloud_template_for(a, m);
	json_t *play = tpl->file ? json_pack("{s:s}", "notifyVoice", tpl->code)
				 : json_pack("{s:s, s:o}", "templateId", tpl->code, "templateParas",
					   cloud_template_list(tpl, m));
	char called[32], to[40], created[32];
	struct sign s;

	cloud_called(m->to, called);
	snprintf(to, sizeof to, "+86%s", called + (called[0] == '0'));
	json_put_int(play, "collectInd", m->keys[0] == '\0' ? 0 : 1);
	cloud_request_init(out, "POST", a->text[VOICE_ENDPOINT]);
	buf_adds(&out->url, "/rest/httpsessions/callnotify/v2.0");
	cloud_request_json(out,
		json_pack("{s:s, s:s, s:[o], s:o, s:o, s:s}", "displayNbr", a->text[SHOW],
			"calleeNbr", to, "playInfoList", play, "statusUrl",
			base64_url(a->text[CALLBACK], "voice"), "feeUrl",
			base64_url(a->text[CALLBACK], "voice"), "userData", m->own_ref),
		"application/json;charset=UTF-8");
	cloud_time(t->now_ms, CLOUD_UTC, CLOUD_ISO, created, sizeof created);
	sign_init(&s);
	sign_aksk(a->text[VOICE_KEY], a->text[VOICE_SECRET], t->nonce, created, &s);
	cloud_request_header(out, "Authorization",
		"AKSK realm=\"SDP\",profile=\"UsernameToken\",type=\"Appkey\"");
	cloud_request_header(out, "X-AKSK", sign_step(&s, "x_aksk"));
	sign_free(&s);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	assert(cloud_template_for(a, m) != NULL);
	(m->kind == OUTGOING_CALL ? send_call : send_sms)(a, m, t, out);
}

/* -- answers ----------------------------------------------------------------------------------------------- */

static void sms_verdict(const json_t *o, const struct cloud_answer *in, struct cloud_verdict *v)
{
	const json_t *one = json_array_get(json_object_get(o, "result"), 0);
	char code[64], words[160], status[64];

	cloud_json_text(o, "code", code, sizeof code);
	if (code[0] == '\0')
		cloud_json_text(o, "error_code", code, sizeof code); /* of the gateway before it */
	cloud_json_text(o, "description", words, sizeof words);
	cloud_json_text(one, "status", status, sizeof status);
	if (status[0] != '\0' && strcmp(status, "000000") != 0)
		cloud_verdict_code(v, codes, status, words);
	else if (code[0] != '\0' && strcmp(code, "000000") != 0)
		cloud_verdict_code(v, codes, code, words);
	else if (code[0] == '\0' || status[0] == '\0')
		cloud_verdict_unreadable(v, in);
	else
		cloud_verdict_set(v, CLOUD_OK, code, "");
	if (v->class_ == CLOUD_OK)
		cloud_json_text(one, "smsMsgId", v->id, sizeof v->id);
}

static void call_verdict(const json_t *o, const struct cloud_answer *in, struct cloud_verdict *v)
{
	char code[64], words[160];

	cloud_json_text(o, "resultcode", code, sizeof code);
	cloud_json_text(o, "resultdesc", words, sizeof words);
	if (code[0] == '\0') {
		cloud_verdict_unreadable(v, in);
	} else if (strcmp(code, "0") == 0) {
		cloud_verdict_set(v, CLOUD_OK, code, "");
		cloud_json_text(o, "sessionId", v->id, sizeof v->id);
	} else {
		cloud_verdict_code(v, codes, code, words);
	}
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	json_t *o;

	(void)a;
	if (cloud_verdict_http(v, in))
		return;
	o = cloud_json(in->body, in->len);
	(m->kind == OUTGOING_CALL ? call_verdict : sms_verdict)(o, in, v);
	json_decref(o);
}

/* -- callbacks of SMS ----------------------------------------------------------------------------------------- */

/* Each part of a long one is told of by itself. */
static struct cloud_event *report(struct cloud_events *out, const char *id, const char *ref,
	const char *number, const char *status, const char *time)
{
	const struct cloud_code *row = cloud_code_find(codes, status);
	struct cloud_event *e = cloud_event_report(out, id, ref, number,
		row == NULL ? cloud_carrier_class(status) : row->class_, status, time);

	if (strcmp(status, "ACCEPTD") == 0 || strcmp(status, "UNKNOWN") == 0)
		cloud_event_pending(e);
	return e;
}

static const char *value_of(const struct sign_pairs *form, const char *name)
{
	const char *v = sign_pair_value(form, name);

	return v == NULL ? "" : v;
}

static bool read_form(
	const struct cloud_account *a, const struct sign_pairs *f, struct cloud_events *out)
{
	const char *id = value_of(f, "smsMsgId");
	bool own = a->text[EXTEND][0] == '\0';

	if (sign_pair_value(f, "body") != NULL)
		cloud_event_reply(out, id, value_of(f, "from"), value_of(f, "body"),
			value_of(f, "createTime"));
	else if (id[0] != '\0')
		cloud_event_part(
			report(out, id, own ? value_of(f, "extend") : "", value_of(f, "to"),
				value_of(f, "status"), value_of(f, "updateTime")),
			value_of(f, "sequence"), value_of(f, "total"));
	else
		return false;
	return true;
}

/* The form for many: {"statusReportList": [...]}. */
static bool read_batch(const json_t *o, struct cloud_events *out)
{
	const json_t *list = json_object_get(o, "statusReportList"), *r;
	char id[96], number[32], status[64], time[32], part[8], parts[8];
	size_t i;

	json_array_foreach(list, i, r) {
		cloud_json_text(r, "smsMsgId", id, sizeof id);
		cloud_json_text(r, "to", number, sizeof number);
		cloud_json_text(r, "status", status, sizeof status);
		cloud_json_text(r, "updateTime", time, sizeof time);
		cloud_json_text(r, "sequence", part, sizeof part);
		cloud_json_text(r, "total", parts, sizeof parts);
		cloud_event_part(report(out, id, "", number, status, time), part, parts);
	}
	return json_is_array(list);
}

/* -- callbacks of calls ------------------------------------------------------------------------------------------- */

/* Name="value" inside the header. */
static void token_field(const char *header, const char *name, char *out, size_t n)
{
	char key[24];
	const char *at;

	snprintf(key, sizeof key, "%s=\"", name);
	at = strstr(header, key);
	out[0] = '\0';
	if (at != NULL)
		snprintf(out, n, "%.*s", (int)strcspn(at + strlen(key), "\""), at + strlen(key));
}

static bool is_signed(const struct cloud_account *a, const struct channel_hook *h)
{
	const char *header = h->header(h->arg, "X-AKSK");
	char url[300], digest[96], nonce[96], created[48];
	struct sign s;
	bool same;

	if (header == NULL)
		return a->number[SIGNED] == 0;
	token_field(header, "PasswordDigest", digest, sizeof digest);
	token_field(header, "Nonce", nonce, sizeof nonce);
	token_field(header, "Created", created, sizeof created);
	snprintf(url, sizeof url, "%s/%s", a->text[CALLBACK], h->what);
	sign_init(&s);
	sign_huawei_callback(a->text[VOICE_SECRET], url, nonce, created, &s);
	same = strlen(digest) == s.value.len && seal_equal(digest, s.value.data, s.value.len);
	sign_free(&s);
	return same;
}

static void read_status(const char *type, const json_t *o, struct cloud_events *out)
{
	char id[96], ref[24], number[32], code[16], digits[16], time[32];
	struct cloud_event *e;

	cloud_json_text(o, "sessionId", id, sizeof id);
	cloud_json_text(o, "userData", ref, sizeof ref);
	cloud_json_text(o, "called", number, sizeof number);
	cloud_json_text(o, "stateCode", code, sizeof code);
	cloud_json_text(o, "digitInfo", digits, sizeof digits);
	cloud_json_text(o, "timestamp", time, sizeof time);
	if (strcmp(type, "collectInfo") == 0) {
		cloud_event_keys(out, id, ref, number, digits, time);
	} else if (strcmp(type, "answer") == 0) {
		cloud_event_report(out, id, ref, number, CLOUD_OK, type, time);
	} else if (strcmp(type, "disconnect") == 0 && strcmp(code, "0") != 0) {
		cloud_event_report(out, id, ref, number, CLOUD_NO_REPLY, code, time);
	} else {
		/* An ordinary end says nothing that the answer before it did not say. */
		e = cloud_event_report(out, id, ref, number, CLOUD_OK, type, time);
		cloud_event_pending(e);
	}
}

/* The bill tells how it ended, in case the states were lost. */
static void read_fee(const json_t *list, struct cloud_events *out)
{
	char id[96], ref[24], number[32], code[16], time[32];
	const json_t *r;
	size_t i;

	json_array_foreach(list, i, r) {
		cloud_json_text(r, "sessionId", id, sizeof id);
		cloud_json_text(r, "userData", ref, sizeof ref);
		cloud_json_text(r, "calleeNum", number, sizeof number);
		cloud_json_text(r, "ulFailReason", code, sizeof code);
		cloud_json_text(r, "callEndTime", time, sizeof time);
		cloud_event_report(out, id, ref, number,
			strcmp(code, "0") == 0 ? CLOUD_OK : CLOUD_NO_REPLY, code, time);
		out->at[out->count - 1].at_ms = cloud_time_read(time, CLOUD_UTC);
	}
}

static enum cloud_hook_rc hook_json(const struct cloud_account *a, const struct channel_hook *h,
	const json_t *o, struct cloud_events *out)
{
	const char *type = json_str(o, "eventType");

	if (type == NULL)
		return read_batch(o, out) ? CLOUD_HOOK_TAKEN : CLOUD_HOOK_UNREADABLE;
	if (!is_signed(a, h))
		return CLOUD_HOOK_FORGED;
	if (strcmp(type, "fee") == 0)
		read_fee(json_object_get(o, "feeLst"), out);
	else
		read_status(type, json_object_get(o, "statusInfo"), out);
	return CLOUD_HOOK_TAKEN;
}

static enum cloud_hook_rc hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	json_t *o = cloud_json(h->body, h->body_len);
	struct sign_pairs form = { .count = 0 };
	enum cloud_hook_rc rc = CLOUD_HOOK_UNREADABLE;
	struct buf text;

	buf_init(&text, 2 * CLOUD_BODY_MAX);
	if (json_is_object(o))
		rc = hook_json(a, h, o, out);
	else if (h->body_len <= CLOUD_BODY_MAX && sign_unform(h->body, h->body_len, &text, &form) &&
		 read_form(a, &form, out))
		rc = CLOUD_HOOK_TAKEN;
	buf_free(&text);
	json_decref(o);
	cloud_hook_say(answer, 200, "application/json",
		"{\"resultcode\":\"0\",\"resultdesc\":\"Success\"}");
	return rc;
}

const struct cloud_provider cloud_huawei = {
	.kind = "huawei",
	.name = "华为云",
	.sms = true,
	.voice = true,
	.keys = keys,
	.key_count = KEYS,
	.open = open_account,
	.close = cloud_account_close,
	.unfit = cloud_unfit_registered,
	.send = send_any,
	.sent = sent,
	.hook = hook,
};
