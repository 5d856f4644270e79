#include "cloud_transport.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cidr.h"
#include "http_client.h"
#include "json.h"

#include "banned.h"

enum { PARALLEL = 16, TIMEOUT_S = 10, CONNECT_S = 5, SECRET_MIN = 32, SECRET_MAX = 128 };

static const char *const names[] = { "parallel", "timeout", "connect_timeout", "poll", "proxy",
	"ca_file", "hook_secret", "hook_allow" };

static bool say(struct cloud_wrong *w, const char *key, const char *text)
{
	snprintf(w->key, sizeof w->key, "%s", key);
	snprintf(w->text, sizeof w->text, "%s", text);
	return false;
}

/* Whole seconds, or whatever is counted. */
static bool number(
	const json_t *own, const char *key, int low, int high, int *out, struct cloud_wrong *w)
{
	const json_t *v = json_object_get(own, key);
	char text[80];

	if (v == NULL)
		return true;
	snprintf(text, sizeof text, "要写 %d 到 %d 的整数", low, high);
	if (!json_is_integer(v) || json_integer_value(v) < low || json_integer_value(v) > high)
		return say(w, key, text);
	*out = (int)json_integer_value(v);
	return true;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool proxy(const json_t *own, struct cloud_transport *out, struct cloud_wrong *w)
{
	const json_t *v = json_object_get(own, "proxy");
	const char *s = json_string_value(v);

	if (v == NULL)
		return true;
	if (s == NULL || strlen(s) >= sizeof out->proxy ||
		(!starts(s, "http://") && !starts(s, "https://") && !starts(s, "socks5://") &&
			!starts(s, "socks5h://")))
		return say(w, "proxy",
			"要写成 \"http://主机:端口\" 或 \"socks5h://主机:端口\",有密码时改用 "
			"proxy_file");
	snprintf(out->proxy, sizeof out->proxy, "%s", s);
	return true;
}

static bool ca_file(const json_t *own, struct cloud_transport *out, struct cloud_wrong *w)
{
	const char *s = json_str(own, "ca_file");

	if (s == NULL)
		return true;
	if (strlen(s) >= sizeof out->ca_file || access(s, R_OK) != 0)
		return say(w, "ca_file", "文件不存在或读不了(PEM 格式的根证书)");
	snprintf(out->ca_file, sizeof out->ca_file, "%s", s);
	return true;
}

static bool hook_secret(const json_t *own, struct cloud_wrong *w)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const json_t *v = json_object_get(own, "hook_secret");
	const char *s = json_string_value(v);

	if (v == NULL)
		return true;
	if (s != NULL && strlen(s) >= SECRET_MIN && strlen(s) <= SECRET_MAX &&
		s[strspn(s, letters)] == '\0')
		return true;
	return say(w, "hook_secret",
		"要有32到128个字母、数字、下划线或减号,可用 openssl rand -hex 24 生成");
}

static bool hook_allow(const json_t *own, struct cloud_wrong *w)
{
	static const char why[] = "要写地址或网段,例如 [\"106.11.0.0/16\", \"10.1.2.3\"]";
	const json_t *v = json_object_get(own, "hook_allow"), *one;
	size_t i;

	if (v == NULL)
		return true;
	if (json_is_string(v))
		return cidr_valid(json_string_value(v)) || say(w, "hook_allow", why);
	if (!json_is_array(v) || json_array_size(v) == 0)
		return say(w, "hook_allow", why);
	json_array_foreach(v, i, one)
		if (!json_is_string(one) || !cidr_valid(json_string_value(one)))
			return say(w, "hook_allow", why);
	return true;
}

bool cloud_transport_read(const json_t *own, struct cloud_transport *out, struct cloud_wrong *wrong)
{
	int timeout_s = TIMEOUT_S, connect_s = CONNECT_S, poll_s = 0;

	memset(out, 0, sizeof *out);
	out->parallel = PARALLEL;
	if (!number(own, "parallel", 1, HTTP_PARALLEL_MAX, &out->parallel, wrong) ||
		!number(own, "timeout", 1, 120, &timeout_s, wrong) ||
		!number(own, "connect_timeout", 1, 60, &connect_s, wrong) ||
		!number(own, "poll", 1, 3600, &poll_s, wrong) || !proxy(own, out, wrong) ||
		!ca_file(own, out, wrong) || !hook_secret(own, wrong) || !hook_allow(own, wrong))
		return false;
	if (json_object_get(own, "hook_allow") != NULL &&
		json_object_get(own, "hook_secret") == NULL)
		return say(wrong, "hook_allow", "要和 hook_secret_file 一起写");
	out->timeout_ms = timeout_s * 1000;
	out->connect_ms = connect_s * 1000;
	out->poll_ms = poll_s * 1000;
	return true;
}

json_t *cloud_transport_rest(const json_t *own)
{
	json_t *rest = own == NULL ? json_object() : json_copy((json_t *)(uintptr_t)own);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		json_object_del(rest, names[i]);
	return rest;
}
