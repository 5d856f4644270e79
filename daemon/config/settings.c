#include "settings.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "config_file.h"
#include "config_key.h"
#include "config_room.h"
#include "config_wrong.h"
#include "ids.h"
#include "log.h"
#include "text.h"

#include "banned.h"

#define AT(field) offsetof(struct settings, field)
#define SIZE(field) sizeof(((struct settings *)0)->field)
#define MIB (INT64_C(1) << 20)

enum { MEMORY_MAX = 1 << 20 };

/* -- checks ------------------------------------------------------------------------------- */

static const char *check_area(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n == 12 && text[12] == '\0' ? NULL : "要写12位区划代码,例如 \"310118110000\"";
}

/* Not clock_zone(): that would set the zone of the whole process while a reload is only read. */
static const char *check_timezone(const char *text)
{
	static const char why[] = "不是系统认识的时区,例如 \"Asia/Shanghai\"";
	char path[128];
	struct stat st;

	if (text[0] == '/' || strstr(text, "..") != NULL)
		return why;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", text);
	if (strcmp(text, "UTC") == 0 || (stat(path, &st) == 0 && S_ISREG(st.st_mode)))
		return NULL;
	return why;
}

static const char *check_phone(const char *text)
{
	return text[strspn(text, "0123456789+-() ")] == '\0' ? NULL
							     : "要写电话号码,例如 \"021-55550000\"";
}

static const char *check_log_level(const char *text)
{
	return log_level_of(text) >= 0 ? NULL : "要写 \"error\"、\"warn\"、\"info\" 或 \"debug\"";
}

static const char *check_command(const char *path)
{
	struct stat st;

	if (path[0] == '\0' ||
		(stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0))
		return NULL;
	return "写的程序不存在或不能执行(不经过 shell,只写程序路径,不带参数)";
}

static bool read_store(struct config_reader *r, const struct config_node *n, void *target)
{
	static const char scheme[] = "sqlite:";
	struct settings *s = target;
	char path[SETTINGS_PATH], whole[SETTINGS_PATH + sizeof scheme];

	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	if (strncmp(n->text, "postgresql:", 11) == 0 || strncmp(n->text, "postgres:", 9) == 0)
		return config_wrong(
			r->error, n, "store 现在只支持 \"sqlite:文件\",PostgreSQL 还没有做");
	if (strncmp(n->text, scheme, sizeof scheme - 1) != 0 || n->text[sizeof scheme - 1] == '\0')
		return config_wrong(
			r->error, n, "store 要写成 \"sqlite:文件\",例如 \"sqlite:quanzu.db\"");
	if (!config_path(r, n->text + sizeof scheme - 1, path) ||
		snprintf(whole, sizeof whole, "%s%s", scheme, path) >= SETTINGS_PATH)
		return config_wrong(r->error, n, "store 的路径太长");
	config_put(s->store, sizeof s->store, whole);
	return true;
}

/* Read before everything else, see begin(). */
static bool skip(struct config_reader *r, const struct config_node *n, void *target)
{
	(void)r;
	(void)n;
	(void)target;
	return true;
}

static bool read_inbox(struct config_reader *r, const struct config_node *n, void *target)
{
	/* clang-format off */
	static const struct config_key keys[] = {
		{ "per_sender_hour", KEY_INT, AT(inbox_per_sender_hour), 0, 1, 10000, NULL, NULL },
		{ "answers_per_hour", KEY_INT, AT(answers_per_hour), 0, 0, 100, NULL, NULL },
		{ "answers_per_day", KEY_INT, AT(answers_per_day), 0, 0, 1000, NULL, NULL },
	};
	/* clang-format on */

	return config_keys_read(r, n, keys, sizeof keys / sizeof *keys, target);
}

/* -- the keys ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct config_key keys[] = {
	{ "centre", KEY_TEXT, AT(centre), SIZE(centre), 2, 0, NULL, NULL },
	{ "centre_phone", KEY_TEXT, AT(centre_phone), SIZE(centre_phone), 0, 0, check_phone, NULL },
	{ "signature", KEY_TEXT, AT(signature), SIZE(signature), 0, 0, config_signature_check, NULL },
	{ "area", KEY_TEXT, AT(area), SIZE(area), 0, 0, check_area, NULL },
	{ "timezone", KEY_TEXT, AT(timezone), SIZE(timezone), 1, 0, check_timezone, NULL },
	{ "data_dir", KEY_OWN, 0, 0, 0, 0, NULL, skip },
	{ "store", KEY_OWN, 0, 0, 0, 0, NULL, read_store },
	{ "key_file", KEY_PATH, AT(key_file), SIZE(key_file), 1, SETTINGS_PATH, NULL, NULL },
	{ "node", KEY_INT, AT(node), 0, 0, IDS_NODES - 1, NULL, NULL },
	{ "drill", KEY_FLAG, AT(drill), 0, 0, 0, NULL, NULL },
	{ "require_pledge", KEY_FLAG, AT(require_pledge), 0, 0, 0, NULL, NULL },
	{ "http", KEY_OWN, 0, 0, 0, 0, NULL, config_http },
	{ "drop", KEY_OWN, 0, 0, 0, 0, NULL, config_drop },
	{ "channels", KEY_OWN, 0, 0, 0, 0, NULL, config_channels },
	{ "cases", KEY_OWN, 0, 0, 0, 0, NULL, config_cases },
	{ "levels", KEY_OWN, 0, 0, 0, 0, NULL, config_levels },
	{ "level_words", KEY_OWN, 0, 0, 0, 0, NULL, config_level_words },
	{ "templates", KEY_OWN, 0, 0, 0, 0, NULL, config_templates },
	{ "phrases", KEY_OWN, 0, 0, 0, 0, NULL, config_phrases },
	{ "outcomes", KEY_OWN, 0, 0, 0, 0, NULL, config_outcomes },
	{ "fraud_types", KEY_OWN, 0, 0, 0, 0, NULL, config_fraud_types },
	{ "rewards", KEY_OWN, 0, 0, 0, 0, NULL, config_rewards },
	{ "alarm_command", KEY_PATH, AT(alarm_command), SIZE(alarm_command), 0, SETTINGS_PATH,
	  check_command, NULL },
	{ "log_level", KEY_TEXT, AT(log_level), SIZE(log_level), 1, 0, check_log_level, NULL },
	{ "disk_low", KEY_BYTES, AT(disk_low_bytes), 0, MIB, MIB << 20, NULL, NULL },
	{ "inbox", KEY_OWN, 0, 0, 0, 0, NULL, read_inbox },
	{ "bundle", KEY_SECONDS, AT(bundle_s), 0, 0, KEY_MIN(10), NULL, NULL },
	{ "unsure_wait", KEY_SECONDS, AT(unsure_wait_s), 0, KEY_S(1), KEY_H(1), NULL, NULL },
	{ "call_end_wait", KEY_SECONDS, AT(call_end_wait_s), 0, KEY_S(1), KEY_H(1), NULL, NULL },
};

/* What a reload cannot change, with its name for people. */
static const struct { const char *name; size_t at, size; } restart_keys[] = {
	{ "centre", AT(centre), SIZE(centre) },
	{ "centre_phone", AT(centre_phone), SIZE(centre_phone) },
	{ "area", AT(area), SIZE(area) },
	{ "timezone", AT(timezone), SIZE(timezone) },
	{ "data_dir", AT(data_dir), SIZE(data_dir) },
	{ "store", AT(store), SIZE(store) },
	{ "key_file", AT(key_file), SIZE(key_file) },
	{ "node", AT(node), SIZE(node) },
	{ "http.listen", AT(http.listen), SIZE(http.listen) },
	{ "http.socket", AT(http.socket), SIZE(http.socket) },
	{ "http.socket_group", AT(http.socket_group), SIZE(http.socket_group) },
	{ "http.body_max", AT(http.body_max), SIZE(http.body_max) },
	{ "http.header_max", AT(http.header_max), SIZE(http.header_max) },
	{ "http.connections", AT(http.connections), SIZE(http.connections) },
	{ "http.per_address", AT(http.per_address), SIZE(http.per_address) },
	{ "http.head_timeout", AT(http.head_s), SIZE(http.head_s) },
	{ "http.request_timeout", AT(http.request_s), SIZE(http.request_s) },
	{ "http.queue", AT(http.queue), SIZE(http.queue) },
	{ "drop.dir", AT(drop.dir), SIZE(drop.dir) },
	{ "drop.stable", AT(drop.stable_s), SIZE(drop.stable_s) },
	{ "drop.file_max", AT(drop.file_max), SIZE(drop.file_max) },
	{ "drop.rows_max", AT(drop.rows_max), SIZE(drop.rows_max) },
	{ "disk_low", AT(disk_low_bytes), SIZE(disk_low_bytes) },
};
/* clang-format on */

/* False: it does not fit any more. */
static bool add_name(char *out, size_t n, const char *name)
{
	size_t used = strlen(out);
	int len = snprintf(out + used, n - used, "%s%s", used > 0 ? "," : "", name);

	if (len >= 0 && (size_t)len < n - used)
		return true;
	out[used] = '\0';
	return false;
}

void settings_restart_keys(const struct settings *a, const struct settings *b, char *out, size_t n)
{
	bool fits = true;

	assert(n > 0);
	*out = '\0';
	for (size_t i = 0; fits && i < sizeof restart_keys / sizeof *restart_keys; i++) {
		size_t at = restart_keys[i].at;

		if (memcmp((const char *)a + at, (const char *)b + at, restart_keys[i].size) != 0)
			fits = add_name(out, n, restart_keys[i].name);
	}
	if (fits && !config_channels_same(a, b))
		add_name(out, n, "channels");
}

/* -- defaults ----------------------------------------------------------------------------- */

static void default_http(struct settings *s)
{
	config_put(s->http.listen[0], sizeof s->http.listen[0], "127.0.0.1:8080");
	s->http.listen_count = 1;
	config_put(s->http.socket, sizeof s->http.socket, "/run/quanzu/quanzud.sock");
	s->http.body_max = 5 << 20;
	s->http.header_max = 8 << 10;
	s->http.connections = 256;
	s->http.per_address = 64;
	s->http.head_s = 10;
	s->http.request_s = 60;
	s->http.queue = 4096;
	s->drop.stable_s = 10;
	s->drop.file_max = 20 << 20;
	s->drop.rows_max = 100000;
}

/* Everything but the paths below data_dir and the signature, which come from other keys. */
static void defaults(struct settings *s)
{
	memset(s, 0, sizeof *s);
	config_put(s->centre, sizeof s->centre, "反诈分中心");
	config_put(s->timezone, sizeof s->timezone, "Asia/Shanghai");
	config_put(s->data_dir, sizeof s->data_dir, "/var/lib/quanzu");
	config_put(s->log_level, sizeof s->log_level, "info");
	s->require_pledge = false;
	default_http(s);
	policies_default(&s->policies);
	templates_default(&s->templates);
	outcome_codes_default(&s->outcomes);
	s->disk_low_bytes = 64 * MIB;
	s->inbox_per_sender_hour = 60;
	s->answers_per_hour = 3;
	s->answers_per_day = 10;
	s->unsure_wait_s = 90;
	s->call_end_wait_s = 5 * 60;
}

/* False: data_dir is too long for the file names behind it. */
static bool fill_paths(struct settings *s)
{
	char path[SETTINGS_PATH + 32];

	if (s->key_file[0] == '\0') {
		if (snprintf(path, sizeof path, "%s/keys", s->data_dir) >= SETTINGS_PATH)
			return false;
		config_put(s->key_file, sizeof s->key_file, path);
	}
	if (s->store[0] == '\0') {
		if (snprintf(path, sizeof path, "sqlite:%s/quanzu.db", s->data_dir) >=
			SETTINGS_PATH)
			return false;
		config_put(s->store, sizeof s->store, path);
	}
	return true;
}

static void fill_signature(struct settings *s)
{
	if (s->signature[0] == '\0' && config_signature_check(s->centre) == NULL)
		config_put(s->signature, sizeof s->signature, s->centre);
	config_put(s->templates.signature, sizeof s->templates.signature, s->signature);
}

void settings_default(struct settings *s)
{
	bool fits;

	defaults(s);
	fits = fill_paths(s);
	assert(fits);
	(void)fits;
	fill_signature(s);
}

/* -- reading ------------------------------------------------------------------------------ */

/* The folder of a file that exists, absolute. */
static bool folder_of(const char *file, char out[SETTINGS_PATH])
{
	char *whole = realpath(file, NULL), *slash;
	bool ok = false;

	if (whole != NULL && (slash = strrchr(whole, '/')) != NULL) {
		slash[slash == whole] = '\0';
		ok = snprintf(out, SETTINGS_PATH, "%s", whole) < SETTINGS_PATH;
	}
	free(whole);
	return ok;
}

/* data_dir first, wherever it stands: the other paths begin there. */
static bool begin(struct config_reader *r, const struct config_node *root, struct settings *s)
{
	const struct config_node *n = config_child(root, "data_dir");
	char name[SETTINGS_PATH];

	if (n != NULL) {
		if (!config_text(r, n, name, sizeof name))
			return false;
		if (name[0] == '\0')
			return config_wrong(r->error, n, "data_dir 不能为空");
		if (!folder_of(root->file, r->base) || !config_path(r, name, s->data_dir))
			return config_wrong(r->error, n, "data_dir 的路径太长");
	}
	config_put(r->base, sizeof r->base, s->data_dir);
	return true;
}

static bool finish(struct config_reader *r, const struct config_node *root, struct settings *s)
{
	const struct config_node *centre = config_child(root, "centre");
	const struct config_node *data_dir = config_child(root, "data_dir");
	struct phrases_fault fault;

	if (!fill_paths(s))
		return config_wrong(
			r->error, data_dir == NULL ? root : data_dir, "data_dir 的路径太长");
	fill_signature(s);
	if (s->signature[0] == '\0')
		return config_wrong(r->error, centre == NULL ? root : centre,
			"centre 不能直接用作短信签名(要2到12个字),请另写 signature");
	if (centre == NULL)
		config_warn(root, "没有写 centre(中心名称),短信签名暂用“%s”", s->signature);
	if (s->phrases == NULL)
		s->phrases = phrases_new(NULL, &fault);
	assert(s->phrases != NULL);
	config_templates_warn(root, s);
	return true;
}

struct settings *settings_read(const char *path, struct settings_error *error)
{
	struct config_file *f;
	struct config_reader r = { .error = error };
	struct settings *s = NULL;
	const struct config_node *root;

	memset(error, 0, sizeof *error);
	f = config_file_open(path, error);
	if (f == NULL)
		return NULL;
	s = malloc(sizeof *s);
	if (s == NULL)
		abort();
	defaults(s);
	s->memory = malloc(sizeof *s->memory);
	if (s->memory == NULL)
		abort();
	arena_init(s->memory, MEMORY_MAX);
	root = config_file_root(f);
	if (!begin(&r, root, s) ||
		!config_keys_read(&r, root, keys, sizeof keys / sizeof *keys, s) ||
		!finish(&r, root, s)) {
		settings_free(s);
		s = NULL;
	}
	config_file_close(f);
	return s;
}

void settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	phrases_free(s->phrases);
	if (s->memory != NULL) {
		arena_free(s->memory);
		free(s->memory);
	}
	config_channels_free(s);
	explicit_bzero(s, sizeof *s); /* the PINs */
	free(s);
}
