/*
 * tencent.c - Tencent Cloud SMS (2021-01-11) and voice (2020-09-02).
 *
 * HTTP is 200 for errors too: Response.Error and the Code of the number tell. Source: the
 * provider's pages SendSms, SMS error codes, status and reply callback, PullSmsSendStatus,
 * PullSmsReplyStatus, SendTtsVoice, voice callbacks, signature v3. Not tried on a live account.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_account.h"
#include "cloud_providers.h"
#include "cloud_text.h"
#include "json.h"

#include "banned.h"

enum key {
	ID,
	SECRET,
	APP,
	SIGN,
	REGION,
	EXTEND,
	VOICE_APP,
	TIMES,
	PULL,
	ENDPOINT,
	VOICE_ENDPOINT,
	KEYS
};
enum { STATUSES, REPLIES, WAYS, LIMIT = 100, DAY_S = 24 * 60 * 60 };

#define JSON_TYPE "application/json; charset=utf-8"

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[ID] = { "secret_id", CLOUD_TEXT, true, NULL, 1, 128, NULL, "API 密钥的 SecretId" },
	[SECRET] = { "secret_key", CLOUD_SECRET, true, NULL, 1, 128, NULL, "API 密钥的 SecretKey" },
	[APP] = { "sdk_app_id", CLOUD_TEXT, false, NULL, 0, 32, NULL, "短信应用的 SdkAppId" },
	[SIGN] = { "sign", CLOUD_TEXT, false, NULL, 2, 12, NULL, "审核通过的短信签名,不带【】" },
	[REGION] = { "region", CLOUD_TEXT, false, "ap-guangzhou", 1, 32, NULL, "地域" },
	[EXTEND] = { "extend_code", CLOUD_TEXT, false, NULL, 0, 12, NULL, "短信码号扩展号,要先开通" },
	[VOICE_APP] = { "voice_app_id", CLOUD_TEXT, false, NULL, 0, 32, NULL, "语音应用的 VoiceSdkAppid" },
	[TIMES] = { "play_times", CLOUD_INT, false, "2", 1, 3, NULL, "播放几遍" },
	[PULL] = { "pull", CLOUD_FLAG, false, "0", 0, 1, NULL, "主动拉取回执和回复,要先请服务商开通" },
	[ENDPOINT] = { "endpoint", CLOUD_URL, false, "https://sms.tencentcloudapi.com", 8, 200, NULL, "短信接口网址" },
	[VOICE_ENDPOINT] = { "voice_endpoint", CLOUD_URL, false, "https://vms.tencentcloudapi.com", 8, 200, NULL, "语音接口网址" },
};

/* The pages SMS error codes and voice failure codes; the first row that fits counts. */
static const struct cloud_code codes[] = {
	{ "InternalError.SigVerificationFail", CLOUD_CONFIG, 0 }, { "InternalError.SigFieldMissing", CLOUD_CONFIG, 0 },
	{ "InternalError.RestApiInterfaceNotExist", CLOUD_CONFIG, 0 },
	{ "InternalError*", CLOUD_RETRY, 0 }, { "RequestLimitExceeded*", CLOUD_RETRY, 0 },
	{ "FailedOperation.AccessUpstreamTimeout", CLOUD_RETRY, 0 },
	{ "1008", CLOUD_RETRY, 0 }, { "60008", CLOUD_RETRY, 0 }, { "3001", CLOUD_RETRY, 0 }, { "3002", CLOUD_RETRY, 0 },
	{ "3011", CLOUD_RETRY, 0 },
	{ "LimitExceeded.PhoneNumberCountLimit", CLOUD_MESSAGE, 0 },
	{ "LimitExceeded.PhoneNumberOneHourLimit", CLOUD_RATE, CODE_NUMBER | CODE_HOUR },
	{ "LimitExceeded.PhoneNumberDailyLimit", CLOUD_RATE, CODE_NUMBER | CODE_DAY },
	{ "LimitExceeded.PhoneNumberSameContentDailyLimit", CLOUD_RATE, CODE_NUMBER | CODE_DAY },
	{ "LimitExceeded.AppDailyLimit", CLOUD_RATE, CODE_DAY },
	{ "LimitExceeded.DeliveryFrequencyLimit", CLOUD_RATE, CODE_NUMBER },
	{ "LimitExceeded.PhoneNumberThirtySecondLimit", CLOUD_RATE, CODE_NUMBER },
	{ "1013", CLOUD_RATE, CODE_NUMBER }, { "1022", CLOUD_RATE, CODE_DAY }, { "1023", CLOUD_RATE, CODE_NUMBER }, { "1024", CLOUD_RATE, CODE_NUMBER | CODE_HOUR },
	{ "1025", CLOUD_RATE, CODE_NUMBER | CODE_DAY }, { "1026", CLOUD_RATE, CODE_NUMBER | CODE_DAY },
	{ "FailedOperation.MarketingSendTimeConstraint", CLOUD_OTHER, 0 },
	{ "FailedOperation.PhoneNumberInBlacklist", CLOUD_OTHER, 0 },
	{ "1029", CLOUD_OTHER, 0 }, { "1015", CLOUD_OTHER, 0 },
	{ "AuthFailure.SignatureExpire", CLOUD_CONFIG, CODE_CLOCK }, { "1021", CLOUD_CONFIG, CODE_CLOCK },
	{ "AuthFailure*", CLOUD_CONFIG, 0 }, { "UnauthorizedOperation*", CLOUD_CONFIG, 0 },
	{ "FailedOperation.InsufficientBalanceIn*", CLOUD_CONFIG, 0 },
	{ "FailedOperation.SignatureIncorrectOrUnapproved", CLOUD_CONFIG, 0 },
	{ "FailedOperation.TemplateIncorrectOrUnapproved", CLOUD_CONFIG, 0 },
	{ "InvalidParameterValue.SdkAppIdNotExist", CLOUD_CONFIG, 0 },
	{ "1001", CLOUD_CONFIG, 0 }, { "1003", CLOUD_CONFIG, 0 }, { "1006", CLOUD_CONFIG, 0 }, { "1009", CLOUD_CONFIG, 0 },
	{ "1011", CLOUD_CONFIG, 0 }, { "1012", CLOUD_CONFIG, 0 }, { "1014", CLOUD_CONFIG, 0 }, { "1019", CLOUD_CONFIG, 0 },
	{ "1020", CLOUD_CONFIG, 0 }, { "1031", CLOUD_CONFIG, 0 }, { "1033", CLOUD_CONFIG, 0 }, { "3014", CLOUD_CONFIG, 0 },
	{ "InvalidParameterValue.IncorrectPhoneNumber", CLOUD_NUMBER, 0 }, { "1016", CLOUD_NUMBER, 0 },
	{ "InvalidParameterValue.ContentLengthLimit", CLOUD_MESSAGE, 0 },
	{ "InvalidParameterValue.TemplateParameterLengthLimit", CLOUD_MESSAGE, 0 },
	{ "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", CLOUD_MESSAGE, 0 },
	{ "FailedOperation.ContainSensitiveWord", CLOUD_MESSAGE, 0 }, { "FailedOperation.FailResolvePacket", CLOUD_MESSAGE, 0 },
	{ "1002", CLOUD_MESSAGE, 0 }, { "1004", CLOUD_MESSAGE, 0 }, { "1017", CLOUD_MESSAGE, 0 }, { "1034", CLOUD_MESSAGE, 0 },
	{ "1036", CLOUD_MESSAGE, 0 }, { "1038", CLOUD_MESSAGE, 0 }, { "1045", CLOUD_MESSAGE, 0 }, { "1046", CLOUD_MESSAGE, 0 },
	{ "1047", CLOUD_MESSAGE, 0 }, { "1048", CLOUD_MESSAGE, 0 }, { "3003", CLOUD_MESSAGE, 0 }, { "3004", CLOUD_MESSAGE, 0 },
	{ NULL, CLOUD_OK, 0 },
};

/* failure_code of a call */
static const struct cloud_code failures[] = {
	{ "2", CLOUD_BUSY, 0 }, { "10", CLOUD_BUSY, 0 },
	{ "5", CLOUD_NO_REPLY, 0 }, { "6", CLOUD_NO_REPLY, 0 }, { "16", CLOUD_NO_REPLY, 0 }, { "20", CLOUD_NO_REPLY, 0 },
	{ "1", CLOUD_NO_REPLY, 0 }, { "3", CLOUD_NO_REPLY, 0 }, { "4", CLOUD_NO_REPLY, 0 }, { "7", CLOUD_NO_REPLY, 0 },
	{ "13", CLOUD_NO_REPLY, 0 },
	{ "8", CLOUD_NUMBER, 0 }, { "15", CLOUD_NUMBER, 0 }, { "17", CLOUD_NUMBER, 0 }, { "19", CLOUD_NUMBER, 0 },
	{ "9", CLOUD_RETRY, 0 }, { "11", CLOUD_RETRY, 0 }, { "18", CLOUD_RETRY, 0 }, { "12", CLOUD_OTHER, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

/* -- requests ------------------------------------------------------------------------------------ */

static void call(const struct cloud_account *a, bool voice, const char *action, json_t *body,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const char *url = a->text[voice ? VOICE_ENDPOINT : ENDPOINT];
	char host[256], seconds[24];
	struct sign s;

	cloud_request_init(out, "POST", url);
	buf_addc(&out->url, '/');
	cloud_request_json(out, body, JSON_TYPE);
	sign_init(&s);
	sign_tc3(&(struct sign_tc3){ "POST", cloud_host(url, host, sizeof host),
			 voice ? "vms" : "sms", action, JSON_TYPE, buf_str(&out->body),
			 t->now_ms / 1000, true },
		a->text[ID], a->text[SECRET], &s);
	snprintf(seconds, sizeof seconds, "%lld", (long long)(t->now_ms / 1000));
	cloud_request_header(out, "X-TC-Action", action);
	cloud_request_header(out, "X-TC-Version", voice ? "2020-09-02" : "2021-01-11");
	cloud_request_header(out, "X-TC-Region", a->text[REGION]);
	cloud_request_header(out, "X-TC-Timestamp", seconds);
	cloud_request_header(out, "Authorization", sign_step(&s, "authorization"));
	sign_free(&s);
}

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_tencent, set, wrong);

	if (a == NULL)
		return NULL;
	if (a->does_sms && a->text[APP][0] == '\0')
		return cloud_account_wrong(
			a, wrong, "sdk_app_id", "没有写。要写短信应用的 SdkAppId");
	if (a->does_sms && a->text[SIGN][0] == '\0')
		return cloud_account_wrong(
			a, wrong, "sign", "没有写。要写审核通过的短信签名,不带【】");
	if (strstr(a->text[SIGN], "【") != NULL)
		return cloud_account_wrong(a, wrong, "sign", "不要带【】,服务商自己会加");
	if (a->does_voice && a->text[VOICE_APP][0] == '\0')
		return cloud_account_wrong(
			a, wrong, "voice_app_id", "没有写。要写语音应用的 VoiceSdkAppid");
	return a;
}

static const char *unfit(const struct cloud_account *a, const struct outgoing *m)
{
	char mobile[12];

	if (m->kind == OUTGOING_CALL && !cloud_mobile(m->to, mobile))
		return "腾讯云语音只打手机";
	return cloud_unfit(a, m, true);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const struct cloud_template *tpl = cloud_template_for(a, m);
	char mobile[12] = "", to[16];
	json_t *values = cloud_template_list(tpl, m), *body;

	assert(tpl != NULL);
	cloud_mobile(m->to, mobile);
	snprintf(to, sizeof to, "+86%s", mobile);
	if (m->kind == OUTGOING_CALL) {
		body = json_pack("{s:s, s:s, s:s, s:o, s:I, s:s}", "TemplateId", tpl->code,
			"CalledNumber", to, "VoiceSdkAppid", a->text[VOICE_APP], "TemplateParamSet",
			values, "PlayTimes", (json_int_t)a->number[TIMES], "SessionContext",
			m->own_ref);
		call(a, true, "SendTtsVoice", body, t, out);
		return;
	}
	body = json_pack("{s:[s], s:s, s:s, s:s, s:o, s:s}", "PhoneNumberSet", to, "SmsSdkAppId",
		a->text[APP], "TemplateId", tpl->code, "SignName", a->text[SIGN],
		"TemplateParamSet", values, "SessionContext", m->own_ref);
	if (a->text[EXTEND][0] != '\0')
		json_put_str(body, "ExtendCode", a->text[EXTEND]);
	call(a, false, "SendSms", body, t, out);
}

/* -- answers ----------------------------------------------------------------------------------------- */

static void verdict_of(const json_t *o, struct cloud_verdict *v)
{
	char code[64], words[160];

	cloud_json_text(o, "Code", code, sizeof code);
	cloud_json_text(o, "Message", words, sizeof words);
	cloud_verdict_code(v, codes, code, words);
}

/* The Response, new; NULL: *v says why not. */
static json_t *response_of(const struct cloud_answer *in, struct cloud_verdict *v)
{
	json_t *all, *response, *error;

	if (cloud_verdict_http(v, in))
		return NULL;
	all = cloud_json(in->body, in->len);
	response = json_incref(json_object_get(all, "Response"));
	json_decref(all);
	error = json_object_get(response, "Error");
	if (error != NULL)
		verdict_of(error, v);
	else if (!json_is_object(response))
		cloud_verdict_unreadable(v, in);
	else
		return response;
	json_decref(response);
	return NULL;
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	json_t *r = response_of(in, v), *one;
	char fee[16];

	(void)a;
	if (r == NULL)
		return;
	one = m->kind == OUTGOING_CALL ? json_object_get(r, "SendStatus")
				       : json_array_get(json_object_get(r, "SendStatusSet"), 0);
	if (!json_is_object(one)) {
		cloud_verdict_unreadable(v, in);
	} else if (m->kind == OUTGOING_CALL) {
		cloud_verdict_set(v, CLOUD_OK, "Ok", "");
		cloud_json_text(one, "CallId", v->id, sizeof v->id);
	} else if (json_str(one, "Code") != NULL && strcasecmp(json_str(one, "Code"), "Ok") == 0) {
		cloud_verdict_set(v, CLOUD_OK, "Ok", "");
		cloud_json_text(one, "SerialNo", v->id, sizeof v->id);
		v->parts = (int)strtol(cloud_json_text(one, "Fee", fee, sizeof fee), NULL, 10);
	} else {
		verdict_of(one, v);
	}
	json_decref(r);
}

/* -- receipts and replies -------------------------------------------------------------------------------- */

struct names { /* the same facts have other names in a push and in a pull */
	const char *id, *number, *good, *code, *time;
};

static void read_status(const json_t *r, const struct names *n, struct cloud_events *out)
{
	char id[96], number[32], good[16], code[64], time[32], ref[24];

	cloud_json_text(r, n->id, id, sizeof id);
	cloud_json_text(r, n->number, number, sizeof number);
	cloud_json_text(r, n->good, good, sizeof good);
	cloud_json_text(r, n->code, code, sizeof code);
	cloud_json_text(r, n->time, time, sizeof time);
	cloud_json_text(r, "SessionContext", ref, sizeof ref);
	cloud_event_report(out, id, ref, number,
		strcmp(good, "SUCCESS") == 0 ? CLOUD_OK : cloud_carrier_class(code), code, time);
}

static const struct names pushed = { "sid", "mobile", "report_status", "errmsg",
	"user_receive_time" };
static const struct names pulled = { "SerialNo", "PhoneNumber", "ReportStatus", "Description",
	"UserReceiveTime" };

static void read_reply(const json_t *r, const char *number_key, const char *text_key,
	const char *time_key, struct cloud_events *out)
{
	char number[32], text[1024], time[32];

	cloud_json_text(r, number_key, number, sizeof number);
	cloud_json_text(r, text_key, text, sizeof text);
	cloud_json_text(r, time_key, time, sizeof time);
	cloud_event_reply(out, "", number, text, time);
}

static void read_voice(const json_t *o, const char *kind, struct cloud_events *out)
{
	const struct cloud_code *row;
	char id[96], number[32], code[16], time[32], key[8];
	enum cloud_class c;

	cloud_json_text(o, "callid", id, sizeof id);
	cloud_json_text(o, "mobile", number, sizeof number);
	if (strcmp(kind, "voicekey_callback") == 0) {
		cloud_event_keys(
			out, id, "", number, cloud_json_text(o, "keypress", key, sizeof key), "");
		return;
	}
	if (strcmp(kind, "voice_failure_callback") == 0) {
		cloud_json_text(o, "failure_code", code, sizeof code);
		row = cloud_code_find(failures, code);
		c = row == NULL ? CLOUD_RETRY : row->class_;
	} else {
		cloud_json_text(o, "result", code, sizeof code);
		c = strcmp(code, "0") == 0   ? CLOUD_OK
		    : strcmp(code, "1") == 0 ? CLOUD_NO_REPLY
					     : CLOUD_RETRY;
	}
	cloud_event_report(out, id, "", number, c, code,
		cloud_json_text(o, "end_calltime", time, sizeof time));
}

static bool read_push(const json_t *body, struct cloud_events *out)
{
	static const char *const kinds[] = { "voiceprompt_callback", "voicekey_callback",
		"voice_failure_callback" };
	const json_t *r;
	size_t i;

	json_array_foreach(body, i, r) {
		if (json_object_get(r, "sid") == NULL)
			return false;
		read_status(r, &pushed, out);
	}
	if (json_is_array(body))
		return true;
	for (i = 0; i < 3; i++) {
		r = json_object_get(body, kinds[i]);
		if (r != NULL) {
			read_voice(r, kinds[i], out);
			return true;
		}
	}
	if (json_str(body, "text") == NULL)
		return false;
	read_reply(body, "mobile", "text", "time", out);
	return true;
}

static enum cloud_hook_rc hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	json_t *body = cloud_json(h->body, h->body_len);
	bool ok = read_push(body, out);

	(void)a;
	json_decref(body);
	if (!ok)
		return CLOUD_HOOK_UNREADABLE;
	cloud_hook_say(answer, 200, "application/json", "{\"result\":0,\"errmsg\":\"OK\"}");
	return CLOUD_HOOK_TAKEN;
}

/* What is read here does not come again: the channel commits before it asks for more. */
static bool poll(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	if (a->number[PULL] == 0)
		return false;
	call(a, false, which == STATUSES ? "PullSmsSendStatus" : "PullSmsReplyStatus",
		json_pack("{s:i, s:s}", "Limit", LIMIT, "SmsSdkAppId", a->text[APP]), t, out);
	return true;
}

static enum cloud_polled polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v)
{
	json_t *r = response_of(in, v), *list, *one;
	size_t i, n;

	(void)a;
	if (r == NULL)
		return v->class_ == CLOUD_UNKNOWN ? CLOUD_POLL_UNREADABLE : CLOUD_POLL_REFUSED;
	list = json_object_get(
		r, which == STATUSES ? "PullSmsSendStatusSet" : "PullSmsReplyStatusSet");
	json_array_foreach(list, i, one) {
		if (which == STATUSES)
			read_status(one, &pulled, out);
		else
			read_reply(one, "PhoneNumber", "ReplyContent",
				json_object_get(one, "ReplyUnixTime") != NULL ? "ReplyUnixTime"
									      : "ReplyTime",
				out);
	}
	n = json_array_size(list);
	json_decref(r);
	return n >= LIMIT ? CLOUD_POLL_MORE : CLOUD_POLL_DONE;
}

/* -- asking ------------------------------------------------------------------------------------------------- */

/* What went to this number today and yesterday; ours is known by its SessionContext. */
static bool query(const struct cloud_account *a, const struct outgoing *m, const char *id,
	const struct cloud_moment *t, struct cloud_request *out)
{
	char mobile[12] = "", to[16];

	(void)id;
	if (m->kind == OUTGOING_CALL || a->number[PULL] == 0 || !cloud_mobile(m->to, mobile))
		return false;
	snprintf(to, sizeof to, "+86%s", mobile);
	call(a, false, "PullSmsSendStatusByPhoneNumber",
		json_pack("{s:I, s:I, s:i, s:i, s:s, s:s}", "BeginTime",
			(json_int_t)(t->now_ms / 1000 - DAY_S), "EndTime",
			(json_int_t)(t->now_ms / 1000), "Offset", 0, "Limit", LIMIT, "PhoneNumber",
			to, "SmsSdkAppId", a->text[APP]),
		t, out);
	return true;
}

static bool queried(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_events *out)
{
	struct cloud_verdict v = { .class_ = CLOUD_OK };
	json_t *r = response_of(in, &v), *one;
	size_t i;

	(void)a;
	json_array_foreach(json_object_get(r, "PullSmsSendStatusSet"), i, one) {
		const char *ref = json_str(one, "SessionContext");

		if (ref != NULL && ref[0] != '\0' && strcmp(ref, m->own_ref) == 0)
			read_status(one, &pulled, out);
	}
	json_decref(r);
	return r != NULL;
}

const struct cloud_provider cloud_tencent = {
	.kind = "tencent",
	.name = "腾讯云",
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
	.polls = WAYS,
	.poll_ms = 5000,
	.poll = poll,
	.polled = polled,
	.hook = hook,
};
