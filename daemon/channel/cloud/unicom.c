/*
 * unicom.c - 一信通 of China Unicom (ums86 type): forms in GBK, answers as text or JSON.
 *
 * Source: interface text and public client programs. Not tried on a live
 * account; the fields inside replys and the status words of report.do are from memory.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_account.h"
#include "cloud_providers.h"
#include "cloud_text.h"
#include "json.h"
#include "text.h"

#include "banned.h"

enum key { SP_CODE, LOGIN, PASSWORD, URL, JSON, CHARSET, SUB_PORT, KEEP_SIGN, PULL, KEYS };
enum { REPORTS, REPLIES, WAYS };

/* clang-format off */
static const struct cloud_key keys[KEYS] = {
	[SP_CODE] = { "sp_code", CLOUD_TEXT, true, NULL, 1, 32, NULL, "企业编号 SpCode" },
	[LOGIN] = { "login_name", CLOUD_TEXT, true, NULL, 1, 64, NULL, "登录名 LoginName" },
	[PASSWORD] = { "password", CLOUD_SECRET, true, NULL, 1, 64, NULL, "接口密码 Password" },
	[URL] = { "url", CLOUD_URL, true, NULL, 8, 200, NULL, "当地联通给的接口网址,到 /sms/Api 为止" },
	[JSON] = { "json", CLOUD_FLAG, false, "0", 0, 1, NULL, "用 ReturnJson 接口" },
	[CHARSET] = { "charset", CLOUD_WORD, false, "GB18030", 0, 0, "GB18030 GBK GB2312 UTF-8", "文字的编码" },
	[SUB_PORT] = { "sub_port", CLOUD_TEXT, false, NULL, 0, 20, NULL, "扩展号" },
	[KEEP_SIGN] = { "keep_sign", CLOUD_FLAG, false, "0", 0, 1, NULL, "文字前面保留【签名】" },
	[PULL] = { "pull", CLOUD_FLAG, false, "1", 0, 1, NULL, "主动取回执和回复" },
};

/* Words of the description; the first that stands in it counts. */
static const struct { const char *word; enum cloud_class class_; } words[] = {
	{ "密码", CLOUD_CONFIG }, { "余额", CLOUD_CONFIG }, { "IP", CLOUD_CONFIG },
	{ "号码", CLOUD_NUMBER }, { "内容", CLOUD_MESSAGE }, { "关键字", CLOUD_MESSAGE },
	{ "用户", CLOUD_CONFIG }, { "企业", CLOUD_CONFIG },
};
/* clang-format on */

struct unicom {
	char confirm_id[64]; /* of the replies that were read and are not confirmed; "" none */
};

static struct cloud_account *open_account(
	const struct channel_settings *set, struct cloud_wrong *wrong)
{
	struct cloud_account *a = cloud_account_open(&cloud_unicom, set, wrong);

	if (a == NULL)
		return NULL;
	a->more = calloc(1, sizeof(struct unicom));
	if (a->more == NULL)
		abort();
	return a;
}

static void close_account(struct cloud_account *a)
{
	if (a != NULL)
		free(a->more);
	cloud_account_close(a);
}

/*
 * Twenty digits that are the same for the same try: the provider refuses a second one, which is
 * what we want of a repeat after silence.
 */
static void serial_of(const struct outgoing *m, char out[24])
{
	unsigned hash = 5381;

	for (const char *s = m->own_ref; *s != '\0'; s++)
		hash = hash * 33 + (unsigned char)*s;
	snprintf(out, 24, "%04u%016llu", hash % 10000,
		(unsigned long long)m->id % 10000000000000000);
}

static void begin(const struct cloud_account *a, const char *call, struct sign_pairs *p,
	struct cloud_request *out)
{
	cloud_request_init(out, "POST", a->text[URL]);
	buf_adds(&out->url, call);
	sign_pair(p, "SpCode", a->text[SP_CODE]);
	sign_pair(p, "LoginName", a->text[LOGIN]);
	sign_pair(p, "Password", a->text[PASSWORD]);
}

static void send_any(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs p = { .count = 0 };
	char to[12] = "", serial[24];
	struct buf text;

	(void)t;
	cloud_mobile(m->to, to);
	serial_of(m, serial);
	buf_init(&text, CLOUD_BODY_MAX);
	if (a->number[KEEP_SIGN])
		buf_adds(&text, m->text);
	else
		cloud_text_plain(m->text, &text);
	begin(a, a->number[JSON] ? "/ReturnJson/Send.do" : "/Send.do", &p, out);
	sign_pair(&p, "MessageContent", buf_str(&text));
	sign_pair(&p, "UserNumber", to);
	sign_pair(&p, "SerialNumber", serial);
	sign_pair(&p, "ScheduleTime", "");
	sign_pair(&p, "subPort", a->text[SUB_PORT]);
	sign_pair(&p, "f", "1");
	cloud_request_form(out, &p, a->text[CHARSET]);
	buf_free(&text);
}

/* -- answers -------------------------------------------------------------------------------------- */

/* The answer in UTF-8. */
static void decode(const struct cloud_answer *in, struct buf *out)
{
	enum text_encoding e = text_sniff(in->body, in->len, false);

	buf_init(out, 4 * CLOUD_BODY_MAX);
	if (!text_decode(e == TEXT_UNKNOWN ? TEXT_GB18030 : e, in->body, in->len, out, NULL))
		buf_clear(out);
}

/*
 * name=value of "a=1&b=2"; the last one runs to the end, because & may stand in it. False: not
 * there.
 */
static bool field(const char *text, const char *name, bool last, char *out, size_t n)
{
	size_t len = strlen(name);
	struct buf value;

	out[0] = '\0';
	for (const char *s = text; s != NULL; s = strchr(s, '&')) {
		s += *s == '&';
		if (strncmp(s, name, len) != 0 || s[len] != '=')
			continue;
		s += len + 1;
		buf_init(&value, CLOUD_BODY_MAX * 4);
		buf_add(&value, s, last ? strlen(s) : strcspn(s, "&"));
		cloud_copy(out, n, buf_str(&value));
		buf_free(&value);
		return true;
	}
	return false;
}

static void refused(struct cloud_verdict *v, const char *code, const char *description)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(description, words[i].word) != NULL) {
			cloud_verdict_set(v, words[i].class_, code, description);
			return;
		}
	cloud_verdict_set(v, CLOUD_RETRY, code, description);
	v->unknown = true;
}

/* Both forms of an answer: result, description, bad numbers. False: neither. */
static bool read_result(const char *text, char result[64], char description[160], char bad[256])
{
	json_t *o = json_loads(text, 0, NULL);
	bool ok;

	if (json_is_object(o)) {
		cloud_json_text(o, "result", result, 64);
		cloud_json_text(o, "description", description, 160);
		cloud_json_text(o, "faillist", bad, 256);
		ok = result[0] != '\0';
	} else {
		ok = field(text, "result", false, result, 64);
		field(text, "description", false, description, 160);
		field(text, "faillist", false, bad, 256);
	}
	json_decref(o);
	return ok;
}

static void sent(const struct cloud_account *a, const struct outgoing *m,
	const struct cloud_answer *in, struct cloud_verdict *v)
{
	char result[64] = "", description[160] = "", bad[256] = "", to[12] = "", serial[24];
	struct buf text;

	(void)a;
	if (cloud_verdict_http(v, in))
		return;
	decode(in, &text);
	cloud_mobile(m->to, to);
	if (!read_result(buf_str(&text), result, description, bad)) {
		cloud_verdict_unreadable(v, in);
	} else if (strcmp(result, "0") != 0) {
		refused(v, result, description);
	} else if (strstr(bad, to) != NULL) {
		cloud_verdict_set(v, CLOUD_NUMBER, result, description);
	} else if (strstr(description, "审核") != NULL) {
		/* A person over there reads it first: who knows when. */
		cloud_verdict_set(v, CLOUD_OTHER, result, description);
	} else {
		cloud_verdict_set(v, CLOUD_OK, result, "");
		serial_of(m, serial);
		CLOUD_COPY(v->id, serial);
	}
	buf_free(&text);
}

/* -- polling ----------------------------------------------------------------------------------------- */

static bool poll(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	struct sign_pairs p = { .count = 0 };

	(void)t;
	if (a->number[PULL] == 0)
		return false;
	begin(a, which == REPORTS ? "/report.do" : "/reply.do", &p, out);
	cloud_request_form(out, &p, a->text[CHARSET]);
	((struct unicom *)a->more)->confirm_id[0] = '\0';
	return true;
}

/* "SerialNumber,number,status;..." */
static void read_reports(const char *s, struct cloud_events *out)
{
	while (*s != '\0') {
		char row[128], *part[3] = { row, NULL, NULL };
		size_t n = strcspn(s, ";");

		snprintf(row, sizeof row, "%.*s", (int)n, s);
		for (int i = 1; i < 3 && part[i - 1] != NULL; i++)
			if ((part[i] = strchr(part[i - 1], ',')) != NULL)
				*part[i]++ = '\0';
		if (part[2] != NULL)
			cloud_event_report(out, part[0], "", part[1],
				strcmp(part[2], "0") == 0 ? CLOUD_OK : cloud_carrier_class(part[2]),
				part[2], "");
		s += n + (s[n] == ';');
	}
}

/* Whichever of the two is a mobile number is the person. */
static void read_reply(const json_t *r, struct cloud_events *out)
{
	char id[96], number[32], text[1024], time[32], mobile[12];

	cloud_json_text(r, "id", id, sizeof id);
	cloud_json_text(r, "mdn", number, sizeof number);
	if (!cloud_mobile(number, mobile))
		cloud_json_text(r, "callmdn", number, sizeof number);
	cloud_json_text(r, "content", text, sizeof text);
	cloud_json_text(r, "reply_time", time, sizeof time);
	cloud_event_reply(out, id, number, text, time);
}

static bool read_replies(const char *text, struct cloud_events *out)
{
	const char *at = strstr(text, "replys=");
	json_t *list, *one;
	size_t i;

	if (at == NULL || at[7] == '\0')
		return true;
	list = json_loads(at + 7, JSON_DISABLE_EOF_CHECK, NULL);
	json_array_foreach(list, i, one) {
		read_reply(one, out);
	}
	json_decref(list);
	return list != NULL;
}

static enum cloud_polled polled(struct cloud_account *a, int which, const struct cloud_answer *in,
	struct cloud_events *out, struct cloud_verdict *v)
{
	struct unicom *u = a->more;
	char result[64], description[160], reports[CLOUD_BODY_MAX];
	enum cloud_polled done = CLOUD_POLL_UNREADABLE;
	struct buf text;

	if (cloud_verdict_http(v, in))
		return CLOUD_POLL_REFUSED;
	decode(in, &text);
	if (!field(buf_str(&text), "result", false, result, sizeof result)) {
		/* nothing of theirs */
	} else if (strcmp(result, "0") != 0) {
		field(buf_str(&text), "description", false, description, sizeof description);
		refused(v, result, description);
		done = CLOUD_POLL_REFUSED;
	} else if (which == REPORTS) {
		field(buf_str(&text), "out", true, reports, sizeof reports);
		read_reports(reports, out);
		done = CLOUD_POLL_DONE;
	} else if (read_replies(buf_str(&text), out)) {
		done = CLOUD_POLL_DONE;
		if (out->count > 0) {
			field(buf_str(&text), "id", false, u->confirm_id, sizeof u->confirm_id);
			done = CLOUD_POLL_MORE;
		}
	}
	buf_free(&text);
	return done;
}

static bool confirm(
	struct cloud_account *a, int which, const struct cloud_moment *t, struct cloud_request *out)
{
	struct unicom *u = a->more;
	struct sign_pairs p = { .count = 0 };

	(void)t;
	if (which != REPLIES || u->confirm_id[0] == '\0')
		return false;
	begin(a, "/replyConfirm.do", &p, out);
	sign_pair(&p, "id", u->confirm_id);
	cloud_request_form(out, &p, a->text[CHARSET]);
	u->confirm_id[0] = '\0';
	return true;
}

const struct cloud_provider cloud_unicom = {
	.kind = "unicom",
	.name = "联通一信通",
	.sms = true,
	.keys = keys,
	.key_count = KEYS,
	.open = open_account,
	.close = close_account,
	.unfit = cloud_unfit_text,
	.send = send_any,
	.sent = sent,
	.polls = WAYS,
	.poll_ms = 10000,
	.poll = poll,
	.polled = polled,
	.confirm = confirm,
};
