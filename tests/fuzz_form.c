/*
 * What may stand in the configuration of a platform: expressions, texts with {names}, paths,
 * whole accounts. Taken or refused with a sentence; what a value holds is never looked at again.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud.h"
#include "cloud_account.h"
#include "cloud_form.h"
#include "cloud_time.h"
#include "sign_expr.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cloud_moment moment = { 1695105000000, "0123456789abcdef0123456789abcdef" };

static const char *value(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "to") == 0     ? "13800138000"
	       : strcmp(name, "text") == 0 ? "【反诈】\"{to}\"<&>\n\\"
					   : NULL;
}

static void try_expr(const char *text, const char *charset)
{
	struct sign_values v = { value, NULL, charset };
	char wrong[80] = "";
	struct sign s;

	sign_init(&s);
	if (!sign_expr(text, &v, &s, wrong, sizeof wrong))
		assert(wrong[0] != '\0' && s.value.len == 0);
	sign_free(&s);
}

static void try_form(const char *text, enum cloud_escape escape)
{
	struct cloud_form f = { value, NULL, &moment, "UTF-8", escape };
	char wrong[CLOUD_NAME] = "";
	struct buf out;

	buf_init(&out, 1 << 20);
	if (!cloud_form(text, &f, &out, wrong))
		assert(wrong[0] != '\0' && wrong[0] != '{');
	else if (strchr(text, '{') == NULL)
		assert(strcmp(buf_str(&out), text) == 0);
	buf_free(&out);
}

/* A path, a line feed, JSON. */
static void try_path(char *text)
{
	char *line = strchr(text, '\n'), out[40];
	json_t *root;

	if (line == NULL)
		return;
	*line = '\0';
	root = json_loads(line + 1, JSON_DECODE_ANY, NULL);
	cloud_path_text(root, text, out, sizeof out);
	assert(text_valid(out, strlen(out)));
	json_decref(root);
	assert(cloud_time_read(line + 1, CLOUD_BEIJING) >= 0);
}

static void try_account(const char *kind, const char *text)
{
	const struct cloud_provider *p = cloud_provider_of(kind);
	struct channel_settings set = { .sms = true, .own = json_loads(text, 0, NULL) };
	struct outgoing m = { .to = "13800138000",
		.text = "【反诈】x",
		.template = "alert",
		.values = "{\"code\":\"17\"}" };
	struct cloud_wrong wrong = { .key = "" };
	struct cloud_account *a;
	struct cloud_request q;

	if (!json_is_object(set.own)) {
		json_decref(set.own);
		return;
	}
	a = p->open(&set, &wrong);
	assert(a != NULL || wrong.text[0] != '\0');
	assert(text_valid(wrong.text, strlen(wrong.text)));
	if (a != NULL && p->unfit(a, &m) == NULL) {
		p->send(a, &m, &moment, &q);
		assert(q.url.len > 0);
		cloud_request_free(&q);
	}
	p->close(a);
	json_decref(set.own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = { "generic", "generic", "aliyun", "tencent", "huawei",
		"mas", "unicom", "twilio" };
	char *text;

	if (size < 1 || size > 20000)
		return 0;
	text = malloc(size);
	assert(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (text_valid(text, strlen(text))) {
		switch (data[0] & 3) {
		case 0:
			try_expr(text, (data[0] & 4) != 0 ? "GB18030" : "UTF-8");
			break;
		case 1:
			try_form(text, (enum cloud_escape)(data[0] >> 2 & 3));
			break;
		case 2:
			try_path(text);
			break;
		default:
			try_account(kinds[data[0] >> 2 & 7], text);
			break;
		}
	}
	free(text);
	return 0;
}
