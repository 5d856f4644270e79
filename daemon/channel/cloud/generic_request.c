/* generic_request.c - a request of the generic adapter: its values, put into its texts. */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cloud_text.h"
#include "generic.h"
#include "json.h"
#include "sign_expr.h"
#include "text.h"

#include "banned.h"

/* -- values ------------------------------------------------------------------------------------------ */

static void write_to(const struct cloud_account *a, const char *number, char out[20])
{
	char mobile[12];

	out[0] = '\0';
	if (cloud_mobile(number, mobile))
		snprintf(out, 20, "%s%s", strcmp(a->text[GEN_TO], "11") == 0 ? "" : a->text[GEN_TO],
			mobile);
}

void generic_values_init(struct generic_values *v, const struct cloud_account *a,
	const struct outgoing *m, const struct cloud_moment *t)
{
	const struct cloud_template *tpl = m == NULL ? NULL : cloud_template_for(a, m);

	memset(v, 0, sizeof *v);
	v->a = a;
	v->moment = t;
	v->out_id = m == NULL ? "" : m->own_ref;
	v->template_code = tpl == NULL ? "" : tpl->code;
	v->params = tpl == NULL ? NULL : cloud_json_dump(cloud_template_list(tpl, m));
	v->params_object = tpl == NULL ? NULL : cloud_json_dump(cloud_template_object(tpl, m));
	buf_init(&v->text, CLOUD_BODY_MAX);
	buf_init(&v->sig, 4096);
	buf_init(&v->body, CLOUD_BODY_MAX);
	if (m != NULL) {
		write_to(a, m->to, v->to);
		if (a->number[GEN_KEEP_SIGN])
			buf_adds(&v->text, m->text);
		else
			cloud_text_plain(m->text, &v->text);
	}
	cloud_form_time(t->now_ms, a->text[GEN_TS], a->text[GEN_ZONE], v->ts, sizeof v->ts);
	snprintf(v->nonce, sizeof v->nonce, "%.*s", (int)a->number[GEN_NONCE], t->nonce);
}

void generic_values_free(struct generic_values *v)
{
	free((char *)v->params);
	free((char *)v->params_object);
	buf_free(&v->text);
	buf_free(&v->sig);
	buf_free(&v->body);
}

static const char *value_of(void *arg, const char *name)
{
	const struct generic_values *v = arg;
	const struct cloud_account *a = v->a;
	const struct {
		const char *name, *value;
	} all[] = { { "to", v->to }, { "text", buf_str(&v->text) }, { "sign", a->text[GEN_SIGN] },
		{ "out_id", v->out_id }, { "ts", v->ts }, { "nonce", v->nonce },
		{ "account", a->text[GEN_ACCOUNT] }, { "password", a->text[GEN_PASSWORD] },
		{ "secret", a->text[GEN_SECRET] }, { "template", v->template_code },
		{ "params", v->params == NULL ? "" : v->params },
		{ "params_object", v->params_object == NULL ? "" : v->params_object },
		{ "sig", buf_str(&v->sig) }, { "body", buf_str(&v->body) } };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].value;
	return json_str(a->group[GEN_VALUES], name);
}

/* -- requests ---------------------------------------------------------------------------------------- */

static bool add_part(struct generic_values *v, const char *text, enum cloud_escape escape,
	struct buf *out, char *wrong, size_t n)
{
	struct cloud_form f = { value_of, v, v->moment, v->a->text[GEN_CHARSET], escape };
	char name[CLOUD_NAME];

	if (cloud_form(text, &f, out, name))
		return true;
	snprintf(wrong, n, "{%s} 不是这里能用的名字", name);
	return false;
}

/* The body without {sig} first: the expression may be taken over it. */
static bool add_sig(struct generic_values *v, const char *body, char *wrong, size_t n)
{
	struct sign_values values = { value_of, v, v->a->text[GEN_CHARSET] };
	struct sign s;
	bool ok;

	if (v->a->text[GEN_SIGN_EXPR][0] == '\0')
		return true;
	if (!add_part(v, body, cloud_escape_of(v->a->text[GEN_TYPE]), &v->body, wrong, n))
		return false;
	sign_init(&s);
	ok = sign_expr(v->a->text[GEN_SIGN_EXPR], &values, &s, wrong, n);
	buf_adds(&v->sig, buf_str(&s.value));
	sign_free(&s);
	return ok;
}

/* "Name: value" */
static bool add_header(struct generic_values *v, const char *line, struct cloud_request *out,
	char *wrong, size_t n)
{
	size_t len = strcspn(line, ":");
	struct buf value;
	char name[48];
	bool ok;

	if (len == 0 || len >= sizeof name || line[len] != ':' || strcspn(line, " \t") < len) {
		snprintf(wrong, n, "请求头要写成 \"名字: 值\"");
		return false;
	}
	snprintf(name, sizeof name, "%.*s", (int)len, line);
	buf_init(&value, 4096);
	ok = add_part(v, line + len + 1 + strspn(line + len + 1, " "), CLOUD_RAW, &value, wrong, n);
	if (ok)
		cloud_request_header(out, name, buf_str(&value));
	buf_free(&value);
	return ok;
}

static bool add_body(struct generic_values *v, const char *body, struct cloud_request *out,
	char *wrong, size_t n)
{
	struct buf text;
	bool ok;

	buf_init(&text, CLOUD_BODY_MAX);
	ok = add_part(v, body, cloud_escape_of(v->a->text[GEN_TYPE]), &text, wrong, n);
	if (ok)
		sign_charset(buf_str(&text), v->a->text[GEN_CHARSET], &out->body);
	if (text.data != NULL)
		OPENSSL_cleanse(text.data, text.cap);
	buf_free(&text);
	return ok;
}

const char *generic_request(struct generic_values *v, const char *url, const char *method,
	const char *body, struct cloud_request *out, char *wrong, size_t n)
{
	const json_t *one;
	bool ok;
	size_t i;

	cloud_request_init(out, method, "");
	ok = add_sig(v, body, wrong, n) && add_part(v, url, CLOUD_FORM, &out->url, wrong, n);
	if (ok && body[0] != '\0') {
		cloud_request_header(out, "Content-Type", v->a->text[GEN_TYPE]);
		ok = add_body(v, body, out, wrong, n);
	}
	json_array_foreach(v->a->group[GEN_HEADERS], i, one) {
		ok = ok && add_header(v, json_string_value(one), out, wrong, n);
	}
	if (ok)
		return NULL;
	cloud_request_free(out);
	return wrong;
}
