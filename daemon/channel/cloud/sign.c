/* sign.c - the signatures of providers, step by step (sign.h). */
#include "sign.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cloud_time.h"
#include "json.h"

#include "banned.h"

/* -- what a signature leaves ------------------------------------------------------------------ */

void sign_init(struct sign *s)
{
	memset(s, 0, sizeof *s);
	buf_init(&s->canonical, SIGN_TEXT_MAX);
	buf_init(&s->to_sign, SIGN_TEXT_MAX);
	buf_init(&s->value, SIGN_TEXT_MAX);
}

static void wipe(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	buf_free(b);
}

void sign_free(struct sign *s)
{
	wipe(&s->canonical);
	wipe(&s->to_sign);
	wipe(&s->value);
	for (int i = 0; i < s->steps; i++)
		wipe(&s->step[i].text);
	s->steps = 0;
}

static struct buf *step(struct sign *s, const char *name)
{
	assert(s->steps < SIGN_STEPS);
	s->step[s->steps].name = name;
	buf_init(&s->step[s->steps].text, SIGN_TEXT_MAX);
	return &s->step[s->steps++].text;
}

const char *sign_step(const struct sign *s, const char *name)
{
	int i = 0;

	while (i < s->steps && strcmp(s->step[i].name, name) != 0)
		i++;
	assert(i < s->steps);
	return buf_str(&s->step[i].text);
}

static void step_hash(struct sign *s, const char *name, const struct sign_hash *h)
{
	sign_hex(h->byte, h->n, step(s, name));
}

static struct sign_hash sha256(const char *text, size_t n)
{
	return sign_hash(SIGN_SHA256, text, n);
}

static struct sign_hash mac_text(enum sign_digest d, const void *key, size_t n, const char *text)
{
	return sign_hmac(d, key, n, text, strlen(text));
}

static void value_mac64(struct sign *s, enum sign_digest d, const char *secret)
{
	struct sign_hash h = mac_text(d, secret, strlen(secret), buf_str(&s->to_sign));

	sign_base64(h.byte, h.n, &s->value);
}

/* -- canonical requests -------------------------------------------------------------------------- */

static void add_lower(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++)
		buf_addc(out, *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text);
}

static void add_trimmed(const char *text, struct buf *out)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t');)
		n--;
	buf_add(out, text, n);
}

static int by_lower_name(const void *a, const void *b)
{
	const struct sign_pair *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

/* "name:value\n" for each that `keep` takes, sorted; the names joined by ; in `names`. */
static void add_headers(const struct sign_pairs *all, bool (*keep)(const char *name),
	struct buf *out, struct buf *names)
{
	struct sign_pairs p = *all;

	qsort(p.at, (size_t)p.count, sizeof *p.at, by_lower_name);
	for (int i = 0; i < p.count; i++) {
		if (keep != NULL && !keep(p.at[i].name))
			continue;
		add_lower(p.at[i].name, out);
		buf_addc(out, ':');
		add_trimmed(p.at[i].value, out);
		buf_addc(out, '\n');
		if (names == NULL)
			continue;
		if (names->len > 0)
			buf_addc(names, ';');
		add_lower(p.at[i].name, names);
	}
}

static void add_query(const struct sign_pairs *query, struct buf *out)
{
	struct sign_pairs p = *query;

	sign_pairs_sort(&p);
	sign_form(&p, "UTF-8", out);
}

/* method, path, query, headers, an empty line, names, hash of the body. */
static void canonical_request(const struct sign_request *r, const char *slash,
	bool (*keep)(const char *name), struct sign *s, struct buf *names)
{
	struct sign_hash body = sha256(r->body, r->body_len);

	buf_addf(&s->canonical, "%s\n%s%s\n", r->method, r->path, slash);
	add_query(r->query, &s->canonical);
	buf_addc(&s->canonical, '\n');
	add_headers(r->headers, keep, &s->canonical, names);
	buf_addf(&s->canonical, "\n%s\n", buf_str(names));
	sign_hex(body.byte, body.n, &s->canonical);
}

/* -- Aliyun ----------------------------------------------------------------------------------------- */

static bool acs_header(const char *name)
{
	return strncasecmp(name, "x-acs-", 6) == 0 || strcasecmp(name, "host") == 0 ||
	       strcasecmp(name, "content-type") == 0;
}

void sign_acs3(const struct sign_request *r, const char *key, const char *secret, struct sign *s)
{
	struct sign_hash body = sha256(r->body, r->body_len), h;
	struct buf *names = step(s, "signed_headers");

	canonical_request(r, "", acs_header, s, names);
	h = sha256(buf_str(&s->canonical), s->canonical.len);
	step_hash(s, "hashed_body", &body);
	step_hash(s, "hashed_canonical", &h);
	buf_addf(&s->to_sign, "ACS3-HMAC-SHA256\n%s", sign_step(s, "hashed_canonical"));
	h = mac_text(SIGN_SHA256, secret, strlen(secret), buf_str(&s->to_sign));
	sign_hex(h.byte, h.n, &s->value);
	buf_addf(step(s, "authorization"),
		"ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s", key, buf_str(names),
		buf_str(&s->value));
}

void sign_rpc(
	const char *method, const struct sign_pairs *params, const char *secret, struct sign *s)
{
	struct buf key;

	add_query(params, &s->canonical);
	buf_addf(&s->to_sign, "%s&%%2F&", method);
	sign_percent(buf_str(&s->canonical), s->canonical.len, &s->to_sign);
	buf_init(&key, SIGN_TEXT_MAX);
	buf_addf(&key, "%s&", secret);
	value_mac64(s, SIGN_SHA1, buf_str(&key));
	wipe(&key);
	sign_percent(buf_str(&s->value), s->value.len, step(s, "signature_in_url"));
}

static bool mns_header(const char *name)
{
	return strncasecmp(name, "x-mns-", 6) == 0;
}

void sign_mns(const struct sign_mns *r, const char *key, const char *secret, struct sign *s)
{
	buf_addf(&s->to_sign, "%s\n%s\n%s\n%s\n", r->method, r->content_md5, r->content_type,
		r->date);
	add_headers(r->headers, mns_header, &s->to_sign, NULL);
	buf_adds(&s->to_sign, r->resource);
	value_mac64(s, SIGN_SHA1, secret);
	buf_addf(step(s, "authorization"), "MNS %s:%s", key, buf_str(&s->value));
}

/* -- Tencent ------------------------------------------------------------------------------------------ */

static void tc3_canonical(const struct sign_tc3 *r, struct sign *s)
{
	const char *names =
		r->action_header ? "content-type;host;x-tc-action" : "content-type;host";
	struct sign_hash body = sha256(r->payload, strlen(r->payload)), h;

	step_hash(s, "hashed_payload", &body);
	buf_addf(&s->canonical, "%s\n/\n\ncontent-type:%s\nhost:%s\n", r->method, r->content_type,
		r->host);
	if (r->action_header) {
		buf_adds(&s->canonical, "x-tc-action:");
		add_lower(r->action, &s->canonical);
		buf_addc(&s->canonical, '\n');
	}
	buf_addf(&s->canonical, "\n%s\n%s", names, sign_step(s, "hashed_payload"));
	h = sha256(buf_str(&s->canonical), s->canonical.len);
	step_hash(s, "hashed_canonical", &h);
	buf_adds(step(s, "signed_headers"), names);
}

void sign_tc3(const struct sign_tc3 *r, const char *id, const char *key, struct sign *s)
{
	char date[16];
	struct sign_hash h;
	struct buf first;

	cloud_time(r->timestamp * 1000, CLOUD_UTC, "%Y-%m-%d", date, sizeof date);
	tc3_canonical(r, s);
	buf_addf(&s->to_sign, "TC3-HMAC-SHA256\n%lld\n%s/%s/tc3_request\n%s",
		(long long)r->timestamp, date, r->service, sign_step(s, "hashed_canonical"));
	buf_init(&first, SIGN_TEXT_MAX);
	buf_addf(&first, "TC3%s", key);
	h = mac_text(SIGN_SHA256, first.data, first.len, date);
	wipe(&first);
	step_hash(s, "secret_date", &h);
	h = mac_text(SIGN_SHA256, h.byte, h.n, r->service);
	step_hash(s, "secret_service", &h);
	h = mac_text(SIGN_SHA256, h.byte, h.n, "tc3_request");
	step_hash(s, "secret_signing", &h);
	h = mac_text(SIGN_SHA256, h.byte, h.n, buf_str(&s->to_sign));
	sign_hex(h.byte, h.n, &s->value);
	buf_addf(step(s, "authorization"),
		"TC3-HMAC-SHA256 Credential=%s/%s/%s/tc3_request, SignedHeaders=%s, Signature=%s",
		id, date, r->service, sign_step(s, "signed_headers"), buf_str(&s->value));
}

void sign_tencent_old(const char *appkey, const char *random, const char *time, const char *mobile,
	struct sign *s)
{
	struct sign_hash h;

	buf_addf(&s->canonical, "appkey=%s&random=%s&time=%s", appkey, random, time);
	if (mobile != NULL && mobile[0] != '\0')
		buf_addf(&s->canonical, "&mobile=%s", mobile);
	h = sha256(buf_str(&s->canonical), s->canonical.len);
	sign_hex(h.byte, h.n, &s->value);
}

/* -- Huawei ---------------------------------------------------------------------------------------------- */

static void username_token(struct buf *out, const char *key, const char *digest, const char *nonce,
	const char *created)
{
	buf_addf(out,
		"UsernameToken Username=\"%s\",PasswordDigest=\"%s\",Nonce=\"%s\",Created=\"%s\"",
		key, digest, nonce, created);
}

void sign_wsse(const char *key, const char *secret, const char *nonce, const char *created,
	bool raw, struct sign *s)
{
	struct sign_hash h;
	struct buf *hex;

	buf_addf(&s->canonical, "%s%s%s", nonce, created, secret);
	h = sha256(buf_str(&s->canonical), s->canonical.len);
	hex = step(s, "sha256_hex");
	sign_hex(h.byte, h.n, hex);
	if (raw)
		sign_base64(h.byte, h.n, &s->value);
	else
		sign_base64(hex->data, hex->len, &s->value);
	username_token(step(s, "x_wsse"), key, buf_str(&s->value), nonce, created);
}

void sign_aksk(
	const char *key, const char *secret, const char *nonce, const char *created, struct sign *s)
{
	buf_addf(&s->to_sign, "%s%s", nonce, created);
	value_mac64(s, SIGN_SHA256, secret);
	username_token(step(s, "x_aksk"), key, buf_str(&s->value), nonce, created);
}

void sign_huawei_callback(
	const char *secret, const char *url, const char *nonce, const char *created, struct sign *s)
{
	buf_addf(&s->to_sign, "%s\n%s\n%s", url, nonce, created);
	value_mac64(s, SIGN_SHA256, secret);
}

static const char *header_value(const struct sign_pairs *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (strcasecmp(p->at[i].name, name) == 0)
			return p->at[i].value;
	return "";
}

void sign_sdk(const struct sign_request *r, const char *key, const char *secret, struct sign *s)
{
	size_t n = strlen(r->path);
	struct buf *names = step(s, "signed_headers"), *text = step(s, "string_to_sign");
	struct sign_hash h;

	canonical_request(r, n > 0 && r->path[n - 1] == '/' ? "" : "/", NULL, s, names);
	h = sha256(buf_str(&s->canonical), s->canonical.len);
	buf_addf(text, "SDK-HMAC-SHA256\n%s\n", header_value(r->headers, "X-Sdk-Date"));
	sign_hex(h.byte, h.n, text);
	if (secret == NULL) {
		sign_hex(h.byte, h.n, &s->value);
		return;
	}
	buf_add(&s->to_sign, text->data, text->len);
	h = mac_text(SIGN_SHA256, secret, strlen(secret), text->data);
	sign_hex(h.byte, h.n, &s->value);
	buf_addf(step(s, "authorization"),
		"SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s", key, buf_str(names),
		buf_str(&s->value));
}

/* -- the carriers ------------------------------------------------------------------------------------------- */

static void mas_json(const struct sign_mas *r, const char *mac, struct buf *out)
{
	bool registered = r->template_id != NULL;
	json_t *body = json_pack("{s:s, s:s}", "ecName", r->ec_name, "apId", r->ap_id);

	if (registered)
		json_put_str(body, "templateId", r->template_id);
	json_put_str(body, "mobiles", r->mobiles);
	json_put_str(body, registered ? "params" : "content", r->content);
	json_put_str(body, "sign", r->sign);
	json_put_str(body, "addSerial", r->add_serial);
	json_put_str(body, "mac", mac);
	json_write(body, out);
	json_decref(body);
}

void sign_mas(const struct sign_mas *r, struct sign *s)
{
	struct sign_hash h;
	struct buf *json;

	buf_addf(&s->canonical, "%s%s%s%s%s%s%s%s", r->ec_name, r->ap_id, r->secret,
		r->template_id == NULL ? "" : r->template_id, r->mobiles, r->content, r->sign,
		r->add_serial);
	h = sign_hash(SIGN_MD5, buf_str(&s->canonical), s->canonical.len);
	sign_hex(h.byte, h.n, &s->value);
	json = step(s, "json");
	mas_json(r, buf_str(&s->value), json);
	sign_base64(buf_str(json), json->len, step(s, "body_base64"));
}

void sign_eop(const struct sign_pairs *query, const char *body, const char *request_id,
	const char *eop_date, const char *key, const char *secret, struct sign *s)
{
	struct sign_hash h = sha256(body, strlen(body));

	step_hash(s, "hashed_body", &h);
	buf_addf(&s->to_sign, "ctyun-eop-request-id:%s\neop-date:%s\n\n", request_id, eop_date);
	add_query(query, &s->to_sign);
	buf_addf(&s->to_sign, "\n%s", sign_step(s, "hashed_body"));
	h = mac_text(SIGN_SHA256, secret, strlen(secret), eop_date);
	step_hash(s, "ktime", &h);
	h = mac_text(SIGN_SHA256, h.byte, h.n, key);
	step_hash(s, "kak", &h);
	h = sign_hmac(SIGN_SHA256, h.byte, h.n, eop_date, strnlen(eop_date, 8));
	step_hash(s, "kdate", &h);
	h = mac_text(SIGN_SHA256, h.byte, h.n, buf_str(&s->to_sign));
	sign_base64(h.byte, h.n, &s->value);
	buf_addf(step(s, "eop_authorization"),
		"%s Headers=ctyun-eop-request-id;eop-date Signature=%s", key, buf_str(&s->value));
}

/* -- Twilio ---------------------------------------------------------------------------------------------------- */

void sign_basic(const char *user, const char *password, struct sign *s)
{
	buf_addf(&s->canonical, "%s:%s", user, password);
	sign_base64(buf_str(&s->canonical), s->canonical.len, &s->value);
	buf_addf(step(s, "authorization"), "Basic %s", buf_str(&s->value));
}

/* A repeated name: its values sorted, each once. */
void sign_twilio(const char *url, struct sign_pairs *params, const char *token, struct sign *s)
{
	sign_pairs_sort(params);
	buf_adds(&s->to_sign, url);
	for (int i = 0; i < params->count; i++) {
		if (i > 0 && strcmp(params->at[i].name, params->at[i - 1].name) == 0 &&
			strcmp(params->at[i].value, params->at[i - 1].value) == 0)
			continue;
		buf_addf(&s->to_sign, "%s%s", params->at[i].name, params->at[i].value);
	}
	value_mac64(s, SIGN_SHA1, token);
}
