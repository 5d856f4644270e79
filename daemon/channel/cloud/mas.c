/*
 * mas.c - 云MAS of China Mobile, HTTP: text (norsubmit) and registered texts (tmpsubmit).
 *
 * The body is base64 of JSON, its mac an MD5 over the values. Source: the interface text as
 * quoted in public client programs. Not tried on a live account.
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

enum key { EC_NAME, AP_ID, SECRET, SIGN, ADD_SERIAL, URL, TEMPLATE_URL, KEEP_SIGN, KEYS };

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[EC_NAME] = { "ec_name", CLOUD_TEXT, true, NULL, 1, 64, NULL, "集团客户名称,和合同上一字不差" },
	[AP_ID] = { "ap_id", CLOUD_TEXT, true, NULL, 1, 64, NULL, "接口账号(不是网页登录名)" },
	[SECRET] = { "secret_key", CLOUD_SECRET, true, NULL, 1, 128, NULL, "接口账号的密码" },
	[SIGN] = { "sign_code", CLOUD_TEXT, true, NULL, 1, 64, NULL, "签名编码,如 demoSign9,不是签名文字" },
	[ADD_SERIAL] = { "add_serial", CLOUD_TEXT, false, NULL, 0, 20, NULL, "扩展码,精确匹配的账号不写" },
	[URL] = { "url", CLOUD_URL, false, NULL, 0, 200, NULL, "发文字的网址,如 https://主机:端口/sms/norsubmit" },
	[TEMPLATE_URL] = { "template_url", CLOUD_URL, false, NULL, 0, 200, NULL, "发模板的网址,如 https://主机:端口/sms/tmpsubmit" },
	[KEEP_SIGN] = { "keep_sign", CLOUD_FLAG, false, "0", 0, 1, NULL, "文字前面保留【签名】" },
};

static const struct cloud_code codes[] = {
	{ "IllegalMac", CLOUD_CONFIG, 0 }, { "InvalidUsrOrPwd", CLOUD_CONFIG, 0 }, { "NoSignId", CLOUD_CONFIG, 0 },
	{ "IllegalSignId", CLOUD_CONFIG, 0 }, { "NOT_WHITE_IP", CLOUD_CONFIG, 0 },
	{ "InvalidMobile", CLOUD_NUMBER, 0 }, { "InvalidMessage", CLOUD_MESSAGE, 0 }, { "TooManyMobiles", CLOUD_MESSAGE, 0 },
	{ "104", CLOUD_NUMBER, 0 }, { "109", CLOUD_MESSAGE, 0 }, { "110", CLOUD_MESSAGE, 0 }, { "105", CLOUD_CONFIG, 0 },
	{ "112", CLOUD_RETRY, 0 },
	{ NULL, CLOUD_OK, 0 },
};
/* clang-format on */

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_mas, set, wrong);

	if (a == NULL)
		return NULL;
	if (a->text[URL][0] == '\0' && a->text[TEMPLATE_URL][0] == '\0')
		return cloud_account_wrong(a, wrong, "url",
			"url(发文字)和 template_url(发模板)至少写一个,网址由当地移动公司给");
	if (a->text[TEMPLATE_URL][0] == '\0' && a->sms.count > 0)
		return cloud_account_wrong(
			a, wrong, "template_url", "写了 templates 就要写发模板的网址");
	return a;
}

static bool goes_registered(const struct cloud_account *a, const struct outgoing *m)
{
	return a->text[TEMPLATE_URL][0] != '\0' && cloud_template_for(a, m) != NULL &&
	       cloud_unfit(a, m, true) == NULL;
}

static const char *unfit(const struct cloud_account *a, const struct outgoing *m)
{
	if (goes_registered(a, m))
		return NULL;
	return a->text[URL][0] == '\0' ? cloud_unfit_registered(a, m) : cloud_unfit_text(a, m);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	const struct cloud_template *tpl = goes_registered(a, m) ? cloud_template_for(a, m) : NULL;
	char to[12] = "",
	     *values = tpl == NULL ? NULL : cloud_json_dump(cloud_template_list(tpl, m));
	struct buf text;
	struct sign s;

	(void)t;
	cloud_mobile(m->to, to);
	buf_init(&text, CLOUD_BODY_MAX);
	if (a->number[KEEP_SIGN])
		buf_adds(&text, m->text);
	else
		cloud_text_plain(m->text, &text);
	sign_init(&s);
	sign_mas(&(struct sign_mas){ a->text[EC_NAME], a->text[AP_ID], a->text[SECRET],
			 tpl == NULL ? NULL : tpl->code, to, tpl == NULL ? buf_str(&text) : values,
			 a->text[SIGN], a->text[ADD_SERIAL] },
		&s);
	cloud_request_init(out, "POST", a->text[tpl == NULL ? URL : TEMPLATE_URL]);
	cloud_request_header(out, "Content-Type", "application/json");
	buf_adds(&out->body, sign_step(&s, "body_base64"));
	sign_free(&s);
	buf_free(&text);
	free(values);
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	char code[64];
	json_t *o;

	(void)a;
	(void)m;
	if (cloud_verdict_http(v, in))
		return;
	o = cloud_json(in->body, in->len);
	cloud_json_text(o, "rspcod", code, sizeof code);
	if (code[0] == '\0') {
		cloud_verdict_unreadable(v, in);
	} else if (strcasecmp(code, "success") == 0) {
		cloud_verdict_set(v, CLOUD_OK, code, "");
		cloud_json_text(o, "msgGroup", v->id, sizeof v->id);
		if (v->id[0] == '\0') /* as some texts spell it */
			cloud_json_text(o, "mgsGroup", v->id, sizeof v->id);
	} else {
		cloud_verdict_code(v, codes, code, "");
	}
	json_decref(o);
}

/* -- pushes ------------------------------------------------------------------------------------------ */

static void read_report(const json_t *r, const char *number, struct cloud_events *out)
{
	char id[96], status[64], code[64], time[32];
	bool good;

	cloud_json_text(r, "msgGroup", id, sizeof id);
	cloud_json_text(r, "reportStatus", status, sizeof status);
	cloud_json_text(r, "errorCode", code, sizeof code);
	cloud_json_text(r, "receiveDate", time, sizeof time);
	good = strcmp(status, "CM:0000") == 0 || strcmp(code, "DELIVRD") == 0;
	if (code[0] == '\0')
		CLOUD_COPY(code, status);
	cloud_event_report(
		out, id, "", number, good ? CLOUD_OK : cloud_carrier_class(code), code, time);
}

static bool read_push(const json_t *o, struct cloud_events *out)
{
	const json_t *numbers = json_object_get(o, "mobiles"), *one;
	char number[32], text[1024], time[32];
	size_t i;

	cloud_json_text(o, "mobile", number, sizeof number);
	if (json_object_get(o, "smsContent") != NULL) {
		cloud_json_text(o, "smsContent", text, sizeof text);
		cloud_json_text(o, "sendTime", time, sizeof time);
		cloud_event_reply(out, "", number, text, time);
		return true;
	}
	if (json_object_get(o, "reportStatus") == NULL && json_object_get(o, "errorCode") == NULL)
		return false;
	if (number[0] != '\0' || json_array_size(numbers) == 0)
		read_report(o, number, out);
	else
		json_array_foreach(numbers, i, one) {
			if (json_is_string(one))
				read_report(o, json_string_value(one), out);
		}
	return true;
}

static enum cloud_hook_rc hook(const struct cloud_account *a, const struct channel_hook *h,
	struct cloud_events *out, struct channel_hook_answer *answer)
{
	json_t *body = cloud_json(h->body, h->body_len), *one;
	bool ok = json_is_array(body) || (json_is_object(body) && read_push(body, out));
	size_t i;

	(void)a;
	json_array_foreach(body, i, one) {
		ok = read_push(one, out) && ok;
	}
	json_decref(body);
	if (!ok)
		return CLOUD_HOOK_UNREADABLE;
	cloud_hook_say(answer, 200, "text/plain", "success");
	return CLOUD_HOOK_TAKEN;
}

const struct cloud_provider cloud_mas = {
	.kind = "mas",
	.name = "移动云MAS",
	.sms = true,
	.keys = keys,
	.key_count = KEYS,
	.open = open_account,
	.close = cloud_account_close,
	.unfit = unfit,
	.send = send_any,
	.sent = sent,
	.hook = hook,
};
