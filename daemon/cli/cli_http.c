#include "cli_http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "sheet.h"

#include "banned.h"

enum {
	CONNECT_S = 10,
	ANSWER_S = 15 * 60,
	ANSWER_MAX = 512 << 20,
	ASK_FIRST = 1 << 20, /* bytes of a body */
	EXIT_TRY_LATER = 75
};

struct cli_http {
	CURL *curl;
	char socket[512];
};

/* -- opening ----------------------------------------------------------------------------------- */

static bool may_own(uid_t owner, const char *folder)
{
	struct stat st;

	if (folder == NULL || owner == 0 || owner == geteuid())
		return true;
	return stat(folder, &st) == 0 && st.st_uid == owner;
}

static bool look(const char *socket, const char *owner_of, char *why, size_t n, int *code)
{
	struct stat st;

	*code = EXIT_UNAVAILABLE;
	if (lstat(socket, &st) != 0) {
		if (errno == EACCES) {
			*code = EXIT_NO_PERMISSION;
			snprintf(why, n, "没有权限看 %s，请用 root 或 quanzu 组的用户运行。",
				socket);
		} else {
			snprintf(why, n,
				"quanzud 没有运行（没有套接字 %s）。请先启动：systemctl start "
				"quanzud",
				socket);
		}
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(why, n, "%s 不是套接字，请检查配置里的 http.socket。", socket);
		return false;
	}
	if (!may_own(st.st_uid, owner_of)) {
		*code = EXIT_NO_PERMISSION;
		snprintf(why, n,
			"套接字 %s 不属于 quanzud（属主 %u），没有连接。请检查是谁建的它。", socket,
			(unsigned)st.st_uid);
		return false;
	}
	return true;
}

struct cli_http *cli_http_open(
	const char *socket, const char *owner_of, char *why, size_t n, int *exit_code)
{
	struct cli_http *h;

	if (!look(socket, owner_of, why, n, exit_code))
		return NULL;
	h = calloc(1, sizeof *h);
	if (h == NULL)
		abort();
	snprintf(h->socket, sizeof h->socket, "%s", socket);
	curl_global_init(CURL_GLOBAL_NOTHING);
	h->curl = curl_easy_init();
	if (h->curl == NULL)
		abort();
	return h;
}

void cli_http_close(struct cli_http *h)
{
	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	curl_global_cleanup();
	free(h);
}

/* -- one call ----------------------------------------------------------------------------------- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
	(void)size;
	return buf_add(arg, bytes, n) ? n : 0;
}

static void cannot_connect(const struct cli_http *h, char *why, size_t n, int *code)
{
	long error = 0;

	curl_easy_getinfo(h->curl, CURLINFO_OS_ERRNO, &error);
	if (error == EACCES || error == EPERM) {
		*code = EXIT_NO_PERMISSION;
		snprintf(why, n, "没有权限连接 %s，请用 root 或 quanzu 组的用户运行。", h->socket);
	} else {
		snprintf(why, n,
			"quanzud 没有运行（%s 上没有人接听）。请先启动：systemctl start quanzud",
			h->socket);
	}
}

static void say_why(const struct cli_http *h, CURLcode rc, char *why, size_t n, int *code)
{
	*code = EXIT_UNAVAILABLE;
	switch (rc) {
	case CURLE_COULDNT_CONNECT:
		cannot_connect(h, why, n, code);
		return;
	case CURLE_OPERATION_TIMEDOUT:
		*code = EXIT_TRY_LATER;
		snprintf(why, n, "等了太久，quanzud 没有回答。可能已经办了，请先查看再重试。");
		return;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
		snprintf(why, n, "在 %s 上答话的不是 quanzud，请检查配置里的 http.socket。",
			h->socket);
		return;
	case CURLE_WRITE_ERROR:
		*code = EXIT_IO;
		snprintf(why, n, "回答太大，装不下。请缩小范围。");
		return;
	default:
		*code = EXIT_TRY_LATER;
		snprintf(why, n, "quanzud 没有答完就断开了（%s）。可能已经办了，请先查看再重试。",
			curl_easy_strerror(rc));
		return;
	}
}

static struct curl_slist *headers_of(const struct cli_request *r)
{
	/* A large body waits for the answer to its head: who is refused while still sending finds a
	 * broken line in place of the reason. A small one follows at once. */
	const char *expect = r->len > ASK_FIRST ? "Expect: 100-continue" : "Expect:";
	struct curl_slist *list = curl_slist_append(NULL, expect);
	char line[160];

	if (r->type == NULL)
		return list;
	snprintf(line, sizeof line, "Content-Type: %s", r->type);
	return curl_slist_append(list, line);
}

static void prepare(struct cli_http *h, const struct cli_request *r, const char *url,
	struct curl_slist *headers, struct buf *body)
{
	CURL *c = h->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, h->socket);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ANSWER_S);
	curl_easy_setopt(c, CURLOPT_EXPECT_100_TIMEOUT_MS, (long)ANSWER_S * 1000);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	if (strcmp(r->method, "GET") == 0)
		return;
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->len);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body == NULL ? "" : r->body);
}

bool cli_http_call(struct cli_http *h, const struct cli_request *r, struct cli_reply *out,
	char *why, size_t n, int *exit_code)
{
	struct curl_slist *headers = headers_of(r);
	struct buf url;
	CURLcode rc;

	*out = (struct cli_reply){ .status = 0 };
	buf_init(&out->body, ANSWER_MAX);
	buf_init(&url, 64 << 10);
	buf_addf(&url, "http://quanzud%s", r->path);
	prepare(h, r, buf_str(&url), headers, &out->body);
	rc = curl_easy_perform(h->curl);
	curl_slist_free_all(headers);
	buf_free(&url);
	if (rc != CURLE_OK) {
		say_why(h, rc, why, n, exit_code);
		cli_reply_free(out);
		return false;
	}
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &out->status);
	out->json = json_loadb(buf_str(&out->body), out->body.len, 0, NULL);
	return true;
}

void cli_reply_free(struct cli_reply *r)
{
	json_decref(r->json);
	r->json = NULL;
	buf_free(&r->body);
}

/* -- what is sent -------------------------------------------------------------------------------- */

void cli_percent(const char *s, struct buf *out)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

/* Lines, each an object: what is one value as a whole is not. */
static bool is_lines(const void *bytes, size_t n)
{
	json_t *whole = json_loadb(bytes, n, JSON_DECODE_ANY, NULL);
	bool lines = whole == NULL && memchr(bytes, '\n', n) != NULL;

	json_decref(whole);
	return lines;
}

const char *cli_body_type(const void *bytes, size_t n)
{
	const char *s = bytes;

	switch (sheet_form_of(bytes, n)) {
	case SHEET_FORM_TEXT:
		return "text/csv";
	case SHEET_FORM_ZIP:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	case SHEET_FORM_JSON:
		while (*s != '{' && *s != '[')
			s++;
		return *s == '{' && is_lines(bytes, n) ? "application/x-ndjson"
						       : "application/json";
	default:
		return "application/octet-stream";
	}
}
