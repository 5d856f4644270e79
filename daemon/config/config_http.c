#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config_room.h"
#include "config_wrong.h"

#include "banned.h"

/* The address of a socket in the file system: sun_path has 108 bytes with its NUL. */
enum { SOCKET_PATH = 108 };

#define AT(field) offsetof(struct settings, field)
#define SIZE(field) sizeof(((struct settings *)0)->field)

/* HOST:PORT, 192.168.1.5:8080, [::1]:8080. NULL, or why not. */
static const char *check_listen(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	const char *colon = strrchr(text, ':');
	size_t host = colon == NULL ? 0 : (size_t)(colon - text);
	char *end;
	long port;

	if (host == 0)
		return "要写成 \"地址:端口\",例如 \"127.0.0.1:8080\"、\"[::1]:8080\"";
	if (text[0] == '[' ? text[host - 1] != ']' ||
				     strspn(text + 1, "0123456789abcdefABCDEF:.") != host - 2
			   : strspn(text, letters) != host)
		return "的地址写错了,例如 \"127.0.0.1:8080\"、\"[::1]:8080\"";
	port = strtol(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port < 1 || port > 65535)
		return "的端口要在 1 到 65535 之间";
	return NULL;
}

static bool is_local(const char *text)
{
	return strncmp(text, "127.", 4) == 0 || strncmp(text, "localhost:", 10) == 0 ||
	       strncmp(text, "[::1]:", 6) == 0;
}

static bool add_listen(struct config_reader *r, const struct config_node *n, void *target)
{
	struct settings *s = target;
	const char *why;
	char *to;

	if (s->http.listen_count == SETTINGS_LISTENS)
		return config_wrong(r->error, n, "listen 最多 %d 个地址", SETTINGS_LISTENS);
	to = s->http.listen[s->http.listen_count];
	if (!config_text(r, n, to, sizeof s->http.listen[0]))
		return false;
	if ((why = check_listen(n->text)) != NULL)
		return config_wrong(r->error, n, "listen %s", why);
	for (int i = 0; i < s->http.listen_count; i++)
		if (strcmp(s->http.listen[i], to) == 0)
			return config_wrong(r->error, n, "listen 里 %s 写了两次", to);
	if (!is_local(to))
		config_warn(n, "listen %s 不是本机地址,内容不加密:请放在有 TLS 的反向代理后面", to);
	s->http.listen_count++;
	return true;
}

static bool read_listen(struct config_reader *r, const struct config_node *n, void *target)
{
	struct settings *s = target;

	s->http.listen_count = 0;
	memset(s->http.listen, 0, sizeof s->http.listen);
	return config_words(r, n, target, add_listen);
}

/* clang-format off */
static const struct config_key http_keys[] = {
	{ "listen", KEY_OWN, 0, 0, 0, 0, NULL, read_listen },
	{ "socket", KEY_PATH, AT(http.socket), SIZE(http.socket), 0, SOCKET_PATH, NULL, NULL },
	{ "socket_group", KEY_TEXT, AT(http.socket_group), SIZE(http.socket_group), 0, 0, NULL, NULL },
	{ "body_max", KEY_SIZE, AT(http.body_max), 0, 4096, INT64_C(1) << 30, NULL, NULL },
	{ "header_max", KEY_SIZE, AT(http.header_max), 0, 1024, 65536, NULL, NULL },
	{ "connections", KEY_INT, AT(http.connections), 0, 4, 10000, NULL, NULL },
	{ "per_address", KEY_INT, AT(http.per_address), 0, 1, 10000, NULL, NULL },
	{ "head_timeout", KEY_SECONDS, AT(http.head_s), 0, KEY_S(1), KEY_MIN(5), NULL, NULL },
	{ "request_timeout", KEY_SECONDS, AT(http.request_s), 0, KEY_S(1), KEY_H(1), NULL, NULL },
	{ "queue", KEY_INT, AT(http.queue), 0, 16, 1000000, NULL, NULL },
};

static const struct config_key drop_keys[] = {
	{ "dir", KEY_PATH, AT(drop.dir), SIZE(drop.dir), 0, SETTINGS_PATH, NULL, NULL },
	{ "stable", KEY_SECONDS, AT(drop.stable_s), 0, 0, KEY_H(1), NULL, NULL },
	{ "file_max", KEY_SIZE, AT(drop.file_max), 0, 4096, INT64_C(1) << 30, NULL, NULL },
	{ "rows_max", KEY_INT, AT(drop.rows_max), 0, 1, 10000000, NULL, NULL },
};
/* clang-format on */

bool config_http(struct config_reader *r, const struct config_node *n, void *settings)
{
	struct settings *s = settings;

	if (!config_keys_read(r, n, http_keys, sizeof http_keys / sizeof *http_keys, settings))
		return false;
	if (s->http.listen_count == 0 && s->http.socket[0] == '\0')
		return config_wrong(r->error, n, "http 里 listen 和 socket 不能都空着");
	return true;
}

bool config_drop(struct config_reader *r, const struct config_node *n, void *settings)
{
	return config_keys_read(r, n, drop_keys, sizeof drop_keys / sizeof *drop_keys, settings);
}
