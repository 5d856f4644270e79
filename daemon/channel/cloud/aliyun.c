/*
 * aliyun.c - Aliyun SMS (dysmsapi) and voice (dyvmsapi), both 2017-05-25.
 *
 * Source: the provider's pages V3 request and signature, SendSms, QuerySendDetails, API error codes;
 * SingleCallByTts, SingleCallByVoice, status codes. Not tried on a live account.
 */
#include "aliyun.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_providers.h"
#include "cloud_text.h"
#include "cloud_time.h"
#include "json.h"
#include "phone.h"

#include <openssl/crypto.h>

#include "banned.h"

#define VERSION "2017-05-25"

/* clang-format off */
static const struct cloud_key keys[ALI_KEYS] = {
	[ALI_ID] = { "access_key_id", CLOUD_TEXT, true, NULL, 1, 128, NULL, "RAM 用户的 AccessKey ID" },
	[ALI_SECRET] = { "access_key_secret", CLOUD_SECRET, true, NULL, 1, 128, NULL, "RAM 用户的 AccessKey Secret" },
	[ALI_TOKEN] = { "security_token", CLOUD_SECRET, false, NULL, 0, 2048, NULL, "临时密钥的 STS 令牌" },
	[ALI_SIGN] = { "sign", CLOUD_TEXT, false, NULL, 2, 12, NULL, "审核通过的短信签名,不带【】" },
	[ALI_SIGNATURE] = { "signature", CLOUD_WORD, false, "acs3", 0, 0, "acs3 rpc", "请求的签名方式" },
	[ALI_EXTEND] = { "extend_code", CLOUD_TEXT, false, NULL, 0, 12, NULL, "上行短信扩展码" },
	[ALI_SHOW] = { "show_number", CLOUD_TEXT, false, NULL, 0, 20, NULL, "来电显示号码,不写用公共号码池" },
	[ALI_TIMES] = { "play_times", CLOUD_INT, false, "2", 1, 3, NULL, "播放几遍" },
	[ALI_VOLUME] = { "volume", CLOUD_INT, false, "100", 0, 100, NULL, "音量" },
	[ALI_SPEED] = { "speed", CLOUD_INT, false, "-100", -500, 500, NULL, "语速" },
	[ALI_REPORTS] = { "report_queue", CLOUD_TEXT, false, NULL, 0, 120, NULL, "短信回执的 MNS 队列名" },
	[ALI_REPLIES] = { "reply_queue", CLOUD_TEXT, false, NULL, 0, 120, NULL, "上行短信的 MNS 队列名" },
	[ALI_CALLS] = { "voice_queue", CLOUD_TEXT, false, NULL, 0, 120, NULL, "呼叫回执的 MNS 队列名" },
	[ALI_ENDPOINT] = { "endpoint", CLOUD_URL, false, "https://dysmsapi.aliyuncs.com", 8, 200, NULL, "短信接口网址" },
	[ALI_VOICE_ENDPOINT] = { "voice_endpoint", CLOUD_URL, false, "https://dyvmsapi.aliyuncs.com", 8, 200, NULL, "语音接口网址" },
	[ALI_TOKEN_ENDPOINT] = { "token_endpoint", CLOUD_URL, false, "https://dybaseapi.aliyuncs.com", 8, 200, NULL, "队列令牌接口网址" },
	[ALI_QUEUE_ENDPOINT] = { "queue_endpoint", CLOUD_URL, false, "https://1943695596114318.mns.cn-hangzhou.aliyuncs.com", 8, 200, NULL, "消息队列网址" },
};

/* The pages API error codes and voice status codes; some rows are from memory. */
static const struct cloud_code aliyun_codes[] = {
	{ "isp.SYSTEM_ERROR", CLOUD_RETRY, 0 }, { "isp.GATEWAY_ERROR", CLOUD_RETRY, 0 },
	{ "ServiceUnavailable*", CLOUD_RETRY, 0 }, { "InternalError*", CLOUD_RETRY, 0 },
	{ "SignatureNonceUsed", CLOUD_RETRY, 0 },
	{ "isv.BUSINESS_LIMIT_CONTROL", CLOUD_RATE, CODE_NUMBER }, { "Throttling*", CLOUD_RATE, 0 },
	{ "isv.DAY_LIMIT_CONTROL", CLOUD_OTHER, 0 }, { "isv.MONTH_LIMIT_CONTROL", CLOUD_OTHER, 0 },
	{ "isv.OUT_OF_SERVICE", CLOUD_CONFIG, 0 }, { "isv.AMOUNT_NOT_ENOUGH", CLOUD_CONFIG, 0 },
	{ "isv.ACCOUNT_*", CLOUD_CONFIG, 0 }, { "isv.PRODUCT_UN*", CLOUD_CONFIG, 0 },
	{ "isp.RAM_PERMISSION_DENY", CLOUD_CONFIG, 0 }, { "isv.DENY_IP_RANGE", CLOUD_CONFIG, 0 },
	{ "isv.SMS_SIGN*", CLOUD_CONFIG, 0 }, { "isv.SIGN_STATE_ILLEGAL", CLOUD_CONFIG, 0 },
	{ "isv.SMS_TEMPLATE_ILLEGAL", CLOUD_CONFIG, 0 }, { "isv.EXTEND_CODE_ERROR", CLOUD_CONFIG, 0 },
	{ "InvalidAccessKeyId*", CLOUD_CONFIG, 0 }, { "SignatureDoesNotMatch", CLOUD_CONFIG, 0 },
	{ "IncompleteSignature", CLOUD_CONFIG, 0 }, { "Forbidden*", CLOUD_CONFIG, 0 }, { "NoPermission", CLOUD_CONFIG, 0 },
	{ "InvalidTimeStamp*", CLOUD_CONFIG, CODE_CLOCK },
	{ "isv.MOBILE_NUMBER_ILLEGAL", CLOUD_NUMBER, 0 }, { "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", CLOUD_NUMBER, 0 },
	{ "isv.MOBILE_COUNT_OVER_LIMIT", CLOUD_MESSAGE, 0 }, { "isv.TEMPLATE_*", CLOUD_MESSAGE, 0 },
	{ "isv.INVALID_JSON_PARAM", CLOUD_MESSAGE, 0 }, { "isv.PARAM_*", CLOUD_MESSAGE, 0 },
	{ "isv.BLACK_KEY_CONTROL_LIMIT", CLOUD_MESSAGE, 0 }, { "isv.SMS_CONTENT_ILLEGAL", CLOUD_MESSAGE, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

/* -- a call of the API ------------------------------------------------------------------------ */

static void rpc_parameters(const struct cloud_account *a, const char *action,
	const struct cloud_moment *t, char date[32], struct sign_pairs *p)
{
	sign_pair(p, "AccessKeyId", a->text[ALI_ID]);
	sign_pair(p, "Action", action);
	sign_pair(p, "Format", "JSON");
	sign_pair(p, "RegionId", "cn-hangzhou");
	if (a->text[ALI_TOKEN][0] != '\0')
		sign_pair(p, "SecurityToken", a->text[ALI_TOKEN]);
	sign_pair(p, "SignatureMethod", "HMAC-SHA1");
	sign_pair(p, "SignatureNonce", t->nonce);
	sign_pair(p, "SignatureVersion", "1.0");
	sign_pair(p, "Timestamp", cloud_time(t->now_ms, CLOUD_UTC, CLOUD_ISO, date, 32));
	sign_pair(p, "Version", VERSION);
}

static void call_rpc(const struct cloud_account *a, const char *action,
	const struct sign_pairs *params, const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs p = *params;
	char date[32];
	struct sign s;

	rpc_parameters(a, action, t, date, &p);
	sign_init(&s);
	sign_rpc("POST", &p, a->text[ALI_SECRET], &s);
	sign_pair(&p, "Signature", buf_str(&s.value));
	cloud_request_form(out, &p, "UTF-8");
	sign_free(&s);
}

static void call_acs3(const struct cloud_account *a, const char *host, const char *action,
	const struct sign_pairs *params, const struct cloud_moment *t, struct cloud_request *out)
{
	static const struct sign_pairs no_query = { .count = 0 };
	struct sign_pairs headers = { .count = 0 };
	struct buf hash;
	char date[32];
	struct sign s;

	cloud_request_form(out, params, "UTF-8");
	buf_init(&hash, 80);
	sign_hex(sign_hash(SIGN_SHA256, buf_str(&out->body), out->body.len).byte, 32, &hash);
	sign_pair(&headers, "host", host);
	sign_pair(&headers, "content-type", "application/x-www-form-urlencoded");
	sign_pair(&headers, "x-acs-action", action);
	sign_pair(&headers, "x-acs-version", VERSION);
	sign_pair(&headers, "x-acs-date",
		cloud_time(t->now_ms, CLOUD_UTC, CLOUD_ISO, date, sizeof date));
	sign_pair(&headers, "x-acs-signature-nonce", t->nonce);
	sign_pair(&headers, "x-acs-content-sha256", buf_str(&hash));
	if (a->text[ALI_TOKEN][0] != '\0')
		sign_pair(&headers, "x-acs-security-token", a->text[ALI_TOKEN]);
	sign_init(&s);
	sign_acs3(&(struct sign_request){ "POST", "/", &no_query, &headers, buf_str(&out->body),
			  out->body.len },
		a->text[ALI_ID], a->text[ALI_SECRET], &s);
	for (int i = 2; i < headers.count; i++)
		cloud_request_header(out, headers.at[i].name, headers.at[i].value);
	cloud_request_header(out, "Authorization", sign_step(&s, "authorization"));
	sign_free(&s);
	buf_free(&hash);
}

void aliyun_call(const struct cloud_account *a, const char *endpoint, const char *action,
	const struct sign_pairs *params, bool rpc, const struct cloud_moment *t,
	struct cloud_request *out)
{
	char host[256];

	cloud_request_init(out, "POST", endpoint);
	buf_addc(&out->url, '/');
	if (rpc || strcmp(a->text[ALI_SIGNATURE], "rpc") == 0)
		call_rpc(a, action, params, t, out);
	else
		call_acs3(a, cloud_host(endpoint, host, sizeof host), action, params, t, out);
}

/* How long a number is closed stands in the words: 触发分钟级流控Permits:1. */
static void read_limit(struct cloud_verdict *v)
{
	if (strcasecmp(v->code, "isv.BUSINESS_LIMIT_CONTROL") != 0)
		return;
	if (strstr(v->words, "天级") != NULL)
		v->class_ = CLOUD_OTHER;
	else if (strstr(v->words, "小时级") != NULL)
		v->retry_ms = 60 * 60 * 1000;
	v->one_number = v->class_ == CLOUD_RATE;
}

json_t *aliyun_answer(const struct cloud_answer *in, struct cloud_verdict *v)
{
	char code[64], words[160];
	json_t *o;

	if (cloud_verdict_http(v, in))
		return NULL;
	o = cloud_json(in->body, in->len);
	cloud_json_text(o, "Code", code, sizeof code);
	cloud_json_text(o, "Message", words, sizeof words);
	if (code[0] == '\0') {
		cloud_verdict_unreadable(v, in);
	} else if (strcasecmp(code, "OK") == 0) {
		cloud_verdict_set(v, CLOUD_OK, code, "");
		return o;
	} else {
		cloud_verdict_code(v, aliyun_codes, code, words);
		if (v->unknown && in->status == 429)
			cloud_verdict_set(v, CLOUD_RATE, code, words);
		read_limit(v);
	}
	json_decref(o);
	return NULL;
}

/* -- sending -------------------------------------------------------------------------------------- */

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_aliyun, set, wrong);

	if (a == NULL)
		return NULL;
	if (a->does_sms && a->text[ALI_SIGN][0] == '\0')
		return cloud_account_wrong(
			a, wrong, "sign", "没有写。要写审核通过的短信签名,不带【】");
	if (strstr(a->text[ALI_SIGN], "【") != NULL)
		return cloud_account_wrong(a, wrong, "sign", "不要带【】,服务商自己会加");
	a->more = calloc(1, sizeof(struct aliyun));
	if (a->more == NULL)
		abort();
	return a;
}

static void close_account(struct cloud_account *a)
{
	if (a == NULL)
		return;
	OPENSSL_cleanse(a->more, sizeof(struct aliyun));
	free(a->more);
	cloud_account_close(a);
}

static void send_sms(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const struct cloud_template *tpl = cloud_template_for(a, m);
	char *values = cloud_json_dump(cloud_template_object(tpl, m)), to[12] = "";
	struct sign_pairs p = { .count = 0 };

	cloud_mobile(m->to, to);
	sign_pair(&p, "PhoneNumbers", to);
	sign_pair(&p, "SignName", a->text[ALI_SIGN]);
	sign_pair(&p, "TemplateCode", tpl->code);
	sign_pair(&p, "TemplateParam", values);
	if (a->text[ALI_EXTEND][0] != '\0')
		sign_pair(&p, "SmsUpExtendCode", a->text[ALI_EXTEND]);
	sign_pair(&p, "OutId", m->own_ref);
	aliyun_call(a, a->text[ALI_ENDPOINT], "SendSms", &p, false, t, out);
	free(values);
}

static void send_call(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const struct cloud_template *tpl = cloud_template_for(a, m);
	char *values = cloud_json_dump(cloud_template_object(tpl, m)), to[32], times[24],
	     volume[24], speed[24];
	struct sign_pairs p = { .count = 0 };

	cloud_called(m->to, to);
	snprintf(times, sizeof times, "%lld", (long long)a->number[ALI_TIMES]);
	snprintf(volume, sizeof volume, "%lld", (long long)a->number[ALI_VOLUME]);
	snprintf(speed, sizeof speed, "%lld", (long long)a->number[ALI_SPEED]);
	if (a->text[ALI_SHOW][0] != '\0')
		sign_pair(&p, "CalledShowNumber", a->text[ALI_SHOW]);
	sign_pair(&p, "CalledNumber", to);
	sign_pair(&p, tpl->file ? "VoiceCode" : "TtsCode", tpl->code);
	if (!tpl->file)
		sign_pair(&p, "TtsParam", values);
	sign_pair(&p, "PlayTimes", times);
	sign_pair(&p, "Volume", volume);
	sign_pair(&p, "Speed", speed);
	sign_pair(&p, "OutId", m->own_ref);
	aliyun_call(a, a->text[ALI_VOICE_ENDPOINT],
		tpl->file ? "SingleCallByVoice" : "SingleCallByTts", &p, false, t, out);
	free(values);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	assert(cloud_template_for(a, m) != NULL);
	(m->kind == OUTGOING_CALL ? send_call : send_sms)(a, m, t, out);
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	json_t *o = aliyun_answer(in, v);

	(void)a;
	if (o != NULL)
		cloud_json_text(
			o, m->kind == OUTGOING_CALL ? "CallId" : "BizId", v->id, sizeof v->id);
	json_decref(o);
}

/* -- asking ------------------------------------------------------------------------------------------ */

/* They look at one day: that on which it was handed to them. */
static void query_sms(const struct cloud_account *a, const struct outgoing *m, const char *id,
	const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs p = { .count = 0 };
	char to[12] = "", day[16];

	cloud_mobile(m->to, to);
	cloud_time(m->placed_ms, CLOUD_BEIJING, "%Y%m%d", day, sizeof day);
	sign_pair(&p, "PhoneNumber", to);
	sign_pair(&p, "SendDate", day);
	sign_pair(&p, "PageSize", "50");
	sign_pair(&p, "CurrentPage", "1");
	if (id[0] != '\0')
		sign_pair(&p, "BizId", id);
	aliyun_call(a, a->text[ALI_ENDPOINT], "QuerySendDetails", &p, false, t, out);
}

static bool query(const struct cloud_account *a, const struct outgoing *m, const char *id,
	const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs p = { .count = 0 };
	char day[24];

	if (m->kind == OUTGOING_SMS) {
		query_sms(a, m, id, t, out);
		return true;
	}
	if (id[0] == '\0')
		return false;
	snprintf(day, sizeof day, "%lld", (long long)m->placed_ms);
	sign_pair(&p, "CallId", id);
	sign_pair(&p, "ProdId", "11000000300006");
	sign_pair(&p, "QueryDate", day);
	aliyun_call(a, a->text[ALI_VOICE_ENDPOINT], "QueryCallDetailByCallId", &p, false, t, out);
	return true;
}

/* SendStatus 1 waiting, 2 failed, 3 delivered. */
static void read_detail(const json_t *d, const struct outgoing *m, struct cloud_events *out)
{
	char ref[24], number[32], code[64], when[32], status[8];
	enum cloud_class c = CLOUD_OK;
	struct cloud_event *e;

	cloud_json_text(d, "OutId", ref, sizeof ref);
	if (strcmp(ref, m->own_ref) != 0)
		return;
	cloud_json_text(d, "PhoneNum", number, sizeof number);
	cloud_json_text(d, "ErrCode", code, sizeof code);
	cloud_json_text(d, "ReceiveDate", when, sizeof when);
	cloud_json_text(d, "SendStatus", status, sizeof status);
	if (status[0] == '2')
		c = cloud_carrier_class(code);
	e = cloud_event_report(out, "", ref, number, c, code, when);
	if (status[0] == '1')
		cloud_event_pending(e);
}

static void read_call(const json_t *answer, struct cloud_events *out)
{
	json_t *call = json_loads(
		json_str(answer, "Data") == NULL ? "" : json_str(answer, "Data"), 0, NULL);
	char id[96], code[64], number[32], when[32];
	const struct cloud_code *row;

	cloud_json_text(call, "state", code, sizeof code);
	cloud_json_text(call, "callId", id, sizeof id);
	cloud_json_text(call, "callee", number, sizeof number);
	cloud_json_text(call, "endDate", when, sizeof when);
	row = cloud_code_find(aliyun_calls, code);
	if (code[0] != '\0')
		cloud_event_report(
			out, id, "", number, row == NULL ? CLOUD_RETRY : row->class_, code, when);
	json_decref(call);
}

static bool queried(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_events *out)
{
	struct cloud_verdict v = { .class_ = CLOUD_OK };
	json_t *o = aliyun_answer(in, &v), *d;
	size_t i;

	(void)a;
	if (o == NULL)
		return false;
	if (m->kind == OUTGOING_CALL) {
		read_call(o, out);
	} else {
		json_array_foreach(json_object_get(json_object_get(o, "SmsSendDetailDTOs"),
					   "SmsSendDetailDTO"),
			i, d) {
			read_detail(d, m, out);
		}
	}
	json_decref(o);
	return true;
}

const struct cloud_provider cloud_aliyun = {
	.kind = "aliyun",
	.name = "阿里云",
	.sms = true,
	.voice = true,
	.keys = keys,
	.key_count = ALI_KEYS,
	.open = open_account,
	.close = close_account,
	.unfit = cloud_unfit_registered,
	.send = send_any,
	.sent = sent,
	.query = query,
	.queried = queried,
	.polls = ALI_WAYS,
	.poll_ms = 2000,
	.poll = aliyun_poll,
	.polled = aliyun_polled,
	.confirm = aliyun_confirm,
	.hook = aliyun_hook,
};
