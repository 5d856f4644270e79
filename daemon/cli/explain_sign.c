/* explain_sign.c - how a request to a provider is signed, step by step. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "sign.h"
#include "sign_expr.h"

#include "banned.h"

struct ask { /* the inputs of one line */
	const json_t *in;
	const char *missing; /* the first that was not there */
	struct sign_pairs query, headers;
};

/* The text of an input that must be there. */
static const char *need(struct ask *a, const char *key)
{
	const char *s = json_str(a->in, key);

	if (s == NULL && a->missing == NULL)
		a->missing = key;
	return s == NULL ? "" : s;
}

static const char *may(const struct ask *a, const char *key)
{
	const char *s = json_str(a->in, key);

	return s == NULL ? "" : s;
}

static void pairs_of(const json_t *o, struct sign_pairs *out)
{
	const char *key;
	json_t *v, *one;
	size_t i;

	json_object_foreach((json_t *)o, key, v) {
		if (json_is_string(v))
			sign_pair(out, key, json_string_value(v));
		json_array_foreach(v, i, one) {
			if (json_is_string(one))
				sign_pair(out, key, json_string_value(one));
		}
	}
}

static struct sign_request request_of(struct ask *a)
{
	pairs_of(json_object_get(a->in, "query"), &a->query);
	pairs_of(json_object_get(a->in, "headers"), &a->headers);
	return (struct sign_request){ need(a, "method"), need(a, "uri"), &a->query, &a->headers,
		need(a, "body"), strlen(may(a, "body")) };
}

static void acs3(struct ask *a, struct sign *s)
{
	struct sign_request r = request_of(a);

	sign_acs3(&r, need(a, "access_key_id"), need(a, "access_key_secret"), s);
}

static void rpc(struct ask *a, struct sign *s)
{
	pairs_of(json_object_get(a->in, "params"), &a->query);
	sign_rpc(need(a, "method"), &a->query, need(a, "access_key_secret"), s);
}

static void mns(struct ask *a, struct sign *s)
{
	struct sign_mns r = { need(a, "method"), may(a, "content_md5"), may(a, "content_type"),
		need(a, "date"), need(a, "resource"), &a->headers };

	pairs_of(json_object_get(a->in, "headers"), &a->headers);
	sign_mns(&r, need(a, "access_key_id"), need(a, "access_key_secret"), s);
}

static void tc3(struct ask *a, struct sign *s)
{
	struct sign_tc3 r = { need(a, "method"), need(a, "host"), need(a, "service"),
		need(a, "action"), need(a, "content_type"), need(a, "payload"),
		json_int(a->in, "timestamp", 0), json_flag(a->in, "sign_action_header", true) };

	sign_tc3(&r, need(a, "secret_id"), need(a, "secret_key"), s);
}

static void tencent_old(struct ask *a, struct sign *s)
{
	sign_tencent_old(
		need(a, "appkey"), need(a, "random"), need(a, "time"), may(a, "mobile"), s);
}

static void wsse_hex(struct ask *a, struct sign *s)
{
	sign_wsse(need(a, "app_key"), need(a, "app_secret"), need(a, "nonce"), need(a, "created"),
		false, s);
}

static void wsse_raw(struct ask *a, struct sign *s)
{
	sign_wsse(need(a, "app_key"), need(a, "app_secret"), need(a, "nonce"), need(a, "created"),
		true, s);
}

static void aksk(struct ask *a, struct sign *s)
{
	sign_aksk(
		need(a, "app_key"), need(a, "app_secret"), need(a, "nonce"), need(a, "created"), s);
}

static void huawei_callback(struct ask *a, struct sign *s)
{
	sign_huawei_callback(
		need(a, "app_secret"), need(a, "url"), need(a, "nonce"), need(a, "created"), s);
}

static void sdk_canonical(struct ask *a, struct sign *s)
{
	struct sign_request r = request_of(a);

	sign_sdk(&r, "", NULL, s);
}

static void sdk(struct ask *a, struct sign *s)
{
	struct sign_request r = request_of(a);

	sign_sdk(&r, need(a, "access_key"), need(a, "secret_key"), s);
}

static void mas(struct ask *a, struct sign *s)
{
	const char *id = json_str(a->in, "templateId");
	struct sign_mas r = { need(a, "ecName"), need(a, "apId"), need(a, "secretKey"), id,
		need(a, "mobiles"), need(a, id == NULL ? "content" : "params"), need(a, "sign"),
		may(a, "addSerial") };

	sign_mas(&r, s);
}

static void eop(struct ask *a, struct sign *s)
{
	pairs_of(json_object_get(a->in, "query"), &a->query);
	sign_eop(&a->query, need(a, "body"), need(a, "request_id"), need(a, "eop_date"),
		need(a, "access_key"), need(a, "secret_key"), s);
}

static void form(struct ask *a, struct sign *s)
{
	const char *charset = may(a, "charset");

	pairs_of(json_object_get(a->in, "fields"), &a->query);
	sign_form(&a->query, charset[0] == '\0' ? "UTF-8" : charset, &s->value);
}

static void twilio(struct ask *a, struct sign *s)
{
	pairs_of(json_object_get(a->in, "params"), &a->query);
	sign_twilio(need(a, "url"), &a->query, need(a, "auth_token"), s);
}

static void basic(struct ask *a, struct sign *s)
{
	sign_basic(need(a, "account_sid"), need(a, "auth_token"), s);
}

static const struct algorithm {
	const char *name;
	void (*run)(struct ask *a, struct sign *s);
} algorithms[] = {
	{ "ACS3-HMAC-SHA256", acs3 },
	{ "RPC-HMAC-SHA1", rpc },
	{ "MNS-HMAC-SHA1", mns },
	{ "TC3-HMAC-SHA256", tc3 },
	{ "legacy-sha256", tencent_old },
	{ "WSSE-digest-hex", wsse_hex },
	{ "WSSE-digest-raw", wsse_raw },
	{ "AKSK-HMAC-SHA256", aksk },
	{ "AKSK-callback-HMAC-SHA256", huawei_callback },
	{ "SDK-HMAC-SHA256-canonical", sdk_canonical },
	{ "SDK-HMAC-SHA256", sdk },
	{ "MAS-MD5-normal", mas },
	{ "MAS-MD5-template", mas },
	{ "EOP-HMAC-SHA256", eop },
	{ "form-gb18030", form },
	{ "X-Twilio-Signature", twilio },
	{ "HTTP-Basic", basic },
};

/* -- configured expressions ------------------------------------------------------------------ */

static const char *input_value(void *arg, const char *name)
{
	const json_t *in = arg;

	return json_str(in, name);
}

static const char *expression(const json_t *in, struct sign *s, char *wrong, size_t n)
{
	const char *charset = json_str(in, "charset"), *text = json_str(in, "expr");
	struct sign_values v = { input_value, (void *)in, charset == NULL ? "UTF-8" : charset };

	return sign_expr(text, &v, s, wrong, n) ? NULL : wrong;
}

/* -- the answer ---------------------------------------------------------------------------------- */

static void put_if(json_t *o, const char *key, const struct buf *b)
{
	if (b->len > 0)
		json_put_str(o, key, buf_str(b));
}

static json_t *answer_of(const json_t *line, const struct sign *s)
{
	json_t *o = json_object(), *steps = json_object(), *id = json_object_get(line, "id");

	if (id != NULL)
		json_object_set(o, "id", id);
	put_if(o, "canonical", &s->canonical);
	put_if(o, "string_to_sign", &s->to_sign);
	for (int i = 0; i < s->steps; i++)
		json_put_str(steps, s->step[i].name, buf_str(&s->step[i].text));
	if (s->steps > 0)
		json_object_set(o, "steps", steps);
	json_decref(steps);
	json_put_str(o, "expected", buf_str(&s->value));
	return o;
}

static json_t *wrong_of(const json_t *line, const char *why, const char *which)
{
	json_t *o = json_pack("{s:s+}", "error", why, which);

	if (json_object_get(line, "id") != NULL)
		json_object_set(o, "id", json_object_get(line, "id"));
	return o;
}

/* NULL: done; else plain Chinese why not, and in *which about what. */
static const char *run(
	const json_t *line, struct sign *s, char *wrong, size_t n, const char **which)
{
	const char *name = json_str(line, "algorithm");
	struct ask a = { .in = json_object_get(line, "inputs") };
	size_t i = 0, all = sizeof algorithms / sizeof *algorithms;

	*which = "";
	if (!json_is_object(a.in))
		return "没有 inputs";
	if (json_str(a.in, "expr") != NULL)
		return expression(a.in, s, wrong, n);
	while (i < all && (name == NULL || strcmp(algorithms[i].name, name) != 0))
		i++;
	*which = name == NULL ? "" : name;
	if (i == all)
		return "不认识的签名算法 ";
	algorithms[i].run(&a, s);
	*which = a.missing == NULL ? "" : a.missing;
	if (a.query.full || a.headers.full)
		return "参数太多";
	return a.missing == NULL ? NULL : "inputs 里少了 ";
}

json_t *explain_sign(const json_t *line)
{
	const char *why, *which;
	char wrong[200];
	struct sign s;
	json_t *o;

	sign_init(&s);
	why = run(line, &s, wrong, sizeof wrong, &which);
	o = why == NULL ? answer_of(line, &s) : wrong_of(line, why, which);
	sign_free(&s);
	return o;
}
