/*
 * Whatever a provider answers, or somebody writes to a callback: a verdict with a class and texts
 * that are whole UTF-8, events that name one key each, and the same again for the same bytes.
 * The first byte is the account, the second what the bytes are.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud.h"
#include "cloud_account.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAP \
	"\"templates\":[{\"name\":\"alert\",\"code\":\"1\",\"params\":[\"code\",\"name\"]}]," \
	"\"voice_templates\":[{\"name\":\"alert\",\"code\":\"2\",\"params\":[\"code\"]}]"
#define PUBLIC "\"callback_url\":\"https://x/h\""

static const struct {
	const char *kind, *own;
} accounts[] = {
	{ "aliyun", "{\"access_key_id\":\"a\",\"access_key_secret\":\"b\",\"sign\":\"反诈\","
		    "\"report_queue\":"
		    "\"q\",\"reply_queue\":\"q\",\"voice_queue\":\"q\"," MAP "}" },
	{ "tencent", "{\"secret_id\":\"a\",\"secret_key\":\"b\",\"sdk_app_id\":\"1\",\"voice_app_"
		     "id\":\"1\","
		     "\"sign\":\"反诈\",\"pull\":true," MAP "}" },
	{ "huawei",
		"{\"app_key\":\"a\",\"app_secret\":\"b\",\"from\":\"1\",\"voice_app_key\":\"a\","
		"\"voice_app_secret\":\"b\",\"display_number\":\"1\",\"signed_callbacks\":"
		"false," PUBLIC "," MAP "}" },
	{ "mas", "{\"ec_name\":\"a\",\"ap_id\":\"b\",\"secret_key\":\"c\",\"sign_code\":\"d\","
		 "\"url\":\"http://"
		 "x\"}" },
	{ "unicom", "{\"sp_code\":\"a\",\"login_name\":\"b\",\"password\":\"c\",\"url\":\"http://"
		    "x\"}" },
	{ "telecom", "{\"access_key\":\"a\",\"secret_key\":\"b\",\"sign\":\"反诈\"," MAP "}" },
	{ "twilio", "{\"account_sid\":\"AC\",\"auth_token\":\"12345\",\"from\":\"+1\",\"pull\":"
		    "true," PUBLIC "}" },
	{ "generic", "{\"url\":\"https://"
		     "x\",\"body\":\"{to}\",\"success\":{\"path\":\"data[0].code\",\"value\":"
		     "\"0\"},\"id_regex\":\"id=([0-9]+)\",\"code_path\":\"code\",\"report\":{"
		     "\"url\":\"http://"
		     "x\",\"list\":\"list\",\"separator\":\";\",\"field_separator\":\",\","
		     "\"number\":\"[0]\","
		     "\"status\":\"[1]\",\"delivered\":[\"0\"]},\"reply\":{\"url\":\"http://"
		     "x\",\"number\":"
		     "\"n\",\"text\":\"t\",\"time\":\"at\"}}" },
	{ "generic",
		"{\"url\":\"http://"
		"x\",\"charset\":\"GB18030\",\"success\":{\"regex\":\"^0,\"},\"code_regex\":"
		"\"^(-?[0-9]+)\",\"report\":{\"url\":\"http://"
		"x\",\"separator\":\"|\",\"field_separator\":\","
		"\",\"number\":\"[1]\",\"id\":\"[0]\",\"status\":\"[2]\",\"delivered\":\"0\"}}" },
};
enum { ACCOUNTS = sizeof accounts / sizeof *accounts };

static struct cloud_account *open_at(size_t i)
{
	static struct cloud_account *open[ACCOUNTS];
	const struct cloud_provider *p = cloud_provider_of(accounts[i].kind);
	struct channel_settings set = { .sms = p->sms, .voice = p->voice };
	struct cloud_wrong wrong;

	if (open[i] == NULL) {
		set.own = json_loads(accounts[i].own, 0, NULL);
		open[i] = p->open(&set, &wrong);
		json_decref(set.own);
	}
	assert(open[i] != NULL);
	return open[i];
}

static void sound_text(const char *s, size_t room)
{
	size_t n = strnlen(s, room);

	assert(n < room && text_valid(s, n));
}

static void sound_verdict(const struct cloud_verdict *v)
{
	assert((int)v->class_ >= CLOUD_OK && v->class_ <= CLOUD_NO_REPLY);
	assert(v->class_ != CLOUD_RATE || v->retry_ms > 0);
	assert(!v->unknown || v->class_ == CLOUD_RETRY || v->class_ == CLOUD_RATE);
	sound_text(v->id, sizeof v->id);
	sound_text(v->code, sizeof v->code);
	sound_text(v->words, sizeof v->words);
}

static void sound_events(const struct cloud_events *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct cloud_event *v = &e->at[i];

		sound_text(v->id, sizeof v->id);
		sound_text(v->own_ref, sizeof v->own_ref);
		sound_text(v->number, sizeof v->number);
		sound_text(v->code, sizeof v->code);
		sound_text(v->text, sizeof v->text);
		assert(v->kind != CLOUD_KEY || strlen(v->text) == 1);
		assert(v->kind != CLOUD_REPORT || strcmp(v->outcome, "delivered") == 0 ||
			strcmp(v->outcome, "failed") == 0 || strcmp(v->outcome, "pending") == 0);
		assert(v->kind != CLOUD_REPORT || strcmp(v->outcome, "delivered") != 0 ||
			v->class_ == CLOUD_OK);
		assert(v->at_ms >= 0);
	}
}

static char signature[64];

static const char *header(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "X-Twilio-Signature") == 0 ? signature : NULL;
}

static void sign_for_twilio(const char *body, size_t n, const char *what)
{
	struct sign_pairs form = { .count = 0 };
	char url[64];
	struct buf text;
	struct sign s;

	buf_init(&text, 1 << 20);
	sign_init(&s);
	snprintf(url, sizeof url, "https://x/h/%s", what);
	if (sign_unform(body, n, &text, &form))
		sign_twilio(url, &form, "12345", &s);
	snprintf(signature, sizeof signature, "%s", buf_str(&s.value));
	sign_free(&s);
	buf_free(&text);
}

static void try_hook(struct cloud_account *a, const char *what, const char *body, size_t n,
	struct cloud_events *e)
{
	struct channel_hook_answer answer = { .status = 0 };
	struct channel_hook h = { what, "POST", "/h", "", "127.0.0.1", header, NULL, body, n, 1 };
	enum cloud_hook_rc rc;

	if (a->provider->hook == NULL)
		return;
	sign_for_twilio(body, n, what);
	rc = a->provider->hook(a, &h, e, &answer);
	assert(rc != CLOUD_HOOK_TAKEN || answer.status == 200);
}

static void try_poll(
	struct cloud_account *a, int which, const struct cloud_answer *in, struct cloud_events *e)
{
	static const struct cloud_moment t = { 1695105000000, "00000000000000000000000000000000" };
	struct cloud_verdict v = { .class_ = CLOUD_OK };
	struct cloud_request q;
	enum cloud_polled done;

	if (which >= a->provider->polls || !a->provider->poll(a, which, &t, &q))
		return;
	cloud_request_free(&q);
	done = a->provider->polled(a, which, in, e, &v);
	assert(done != CLOUD_POLL_REFUSED || v.class_ != CLOUD_OK);
	sound_verdict(&v);
	if (a->provider->confirm != NULL && a->provider->confirm(a, which, &t, &q))
		cloud_request_free(&q);
}

static void feed(
	struct cloud_account *a, unsigned how, const char *body, size_t n, struct cloud_events *e)
{
	static const int statuses[] = { 200, 400, 500, 302 };
	static const char *const whats[] = { "receipt", "inbound", "voice" };
	struct cloud_answer in = { statuses[how >> 4 & 3], body, n,
		(how & 0x40) != 0 ? "text/html" : "" };
	struct outgoing m = { .kind = (how & 8) != 0 ? OUTGOING_CALL : OUTGOING_SMS,
		.to = "13800138000",
		.own_ref = "T1",
		.template = "alert" };
	struct cloud_verdict v = { .class_ = CLOUD_OK };

	switch (how & 7) {
	case 0:
		a->provider->sent(a, &m, &in, &v);
		sound_verdict(&v);
		break;
	case 1:
		if (a->provider->queried != NULL)
			a->provider->queried(a, &m, &in, e);
		break;
	case 2:
	case 3:
	case 4:
		try_hook(a, whats[(how & 7) - 2], body, n, e);
		break;
	default:
		try_poll(a, (int)(how & 7) - 5, &in, e);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cloud_events e = { .at = NULL };
	char *body;

	if (size < 2 || size > CLOUD_BODY_MAX)
		return 0;
	body = malloc(size - 1);
	assert(body != NULL);
	memcpy(body, data + 2, size - 2);
	body[size - 2] = '\0';
	feed(open_at(data[0] % ACCOUNTS), data[1], body, size - 2, &e);
	sound_events(&e);
	cloud_events_free(&e);
	free(body);
	return 0;
}
