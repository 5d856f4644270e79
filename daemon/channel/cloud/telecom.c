/*
 * telecom.c - China Telecom, 天翼云 SMS behind its EOP gateway.
 *
 * Source: public client programs that agree on the steps; no list of error codes
 * and no form of receipts was found, so there are none here. Not tried on a live account.
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

#include "banned.h"

enum key { ACCESS, SECRET, SIGN, URL, EOP_CLOCK, KEYS };

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[ACCESS] = { "access_key", CLOUD_TEXT, true, NULL, 1, 128, NULL, "天翼云的 AK" },
	[SECRET] = { "secret_key", CLOUD_SECRET, true, NULL, 1, 128, NULL, "天翼云的 SK" },
	[SIGN] = { "sign", CLOUD_TEXT, true, NULL, 2, 12, NULL, "审核通过的短信签名,不带【】" },
	[URL] = { "url", CLOUD_URL, false, "https://sms-global.ctapi.ctyun.cn/sms/api/v1", 8, 200, NULL, "接口网址" },
	[EOP_CLOCK] = { "eop_clock", CLOUD_WORD, false, "local", 0, 0, "local utc", "请求时间用北京时间还是 UTC" },
};
/* clang-format on */

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	return cloud_account_open(&cloud_telecom, set, wrong);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	static const struct sign_pairs no_query = { .count = 0 };
	const struct cloud_template *tpl = cloud_template_for(a, m);
	char to[12] = "", id[40], date[24], *values;
	struct sign s;

	assert(tpl != NULL);
	values = cloud_json_dump(cloud_template_object(tpl, m));
	cloud_mobile(m->to, to);
	snprintf(id, sizeof id, "%.8s-%.4s-%.4s-%.4s-%.12s", t->nonce, t->nonce + 8, t->nonce + 12,
		t->nonce + 16, t->nonce + 20);
	cloud_time(t->now_ms, strcmp(a->text[EOP_CLOCK], "utc") == 0 ? CLOUD_UTC : CLOUD_BEIJING,
		CLOUD_BASIC, date, sizeof date);
	cloud_request_init(out, "POST", a->text[URL]);
	cloud_request_json(out,
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "action", "SendSms", "phoneNumber", to,
			"templateCode", tpl->code, "templateParam", values, "signName",
			a->text[SIGN]),
		"application/json;charset=UTF-8");
	sign_init(&s);
	sign_eop(&no_query, buf_str(&out->body), id, date, a->text[ACCESS], a->text[SECRET], &s);
	cloud_request_header(out, "ctyun-eop-request-id", id);
	cloud_request_header(out, "Eop-date", date);
	cloud_request_header(out, "Eop-Authorization", sign_step(&s, "eop_authorization"));
	sign_free(&s);
	free(values);
}

static bool speaks_of_account(const char *words)
{
	static const char *const all[] = { "签名", "密钥", "余额", "权限", "欠费", "signature",
		"key", "balance", "auth", "permission" };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcasestr(words, all[i]) != NULL)
			return true;
	return false;
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	char code[64], words[160];
	json_t *o;

	(void)a;
	(void)m;
	if (cloud_verdict_http(v, in))
		return;
	o = cloud_json(in->body, in->len);
	cloud_json_text(o, "code", code, sizeof code);
	cloud_json_text(o, "message", words, sizeof words);
	if (code[0] == '\0') {
		cloud_verdict_unreadable(v, in);
	} else if (strcasecmp(code, "OK") == 0) {
		cloud_verdict_set(v, CLOUD_OK, code, "");
		cloud_json_text(o, "requestId", v->id, sizeof v->id);
	} else {
		cloud_verdict_set(
			v, speaks_of_account(words) ? CLOUD_CONFIG : CLOUD_RETRY, code, words);
		v->unknown = v->class_ == CLOUD_RETRY;
	}
	json_decref(o);
}

const struct cloud_provider cloud_telecom = {
	.kind = "telecom",
	.name = "电信天翼云",
	.sms = true,
	.keys = keys,
	.key_count = KEYS,
	.open = open_account,
	.close = cloud_account_close,
	.unfit = cloud_unfit_registered,
	.send = send_any,
	.sent = sent,
};
