#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_load.h"
#include "config_modem.h"
#include "config_room.h"
#include "config_wrong.h"
#include "json.h"

#include "banned.h"

/*
 * Carriers look at bulk sending from one card at about 200 messages an hour and 1,000 a day.
 * A simulator (a loop-back port, a pty) has no carrier behind it and gets no limits.
 */
enum { PACE_MS = 3000, PART_PACE_MS = 1000, PER_MINUTE = 20, PER_HOUR = 200, PER_DAY = 1000 };

enum { NOT_GIVEN = -1, LIMIT_MAX = 1000000, LOW_FEN = 1000, BAUD = 115200, SECRET = 2048 };

static const char *check_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return text[strspn(text, letters)] == '\0' ? NULL : "只能用小写字母、数字、下划线和减号";
}

static const char *check_number(const char *text)
{
	const char *digits = text + (text[0] == '+');
	size_t n = strspn(digits, "0123456789");

	return n >= 3 && n <= 15 && digits[n] == '\0' ? NULL : "要写号码:3到15位数字,前面可以有 +";
}

static bool is_port(const char *s)
{
	char *end;
	long port = strtol(s, &end, 10);

	return s[0] >= '0' && s[0] <= '9' && *end == '\0' && port >= 1 && port <= 65535;
}

static const char *check_device(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (strncmp(text, "imei:", 5) == 0)
		return config_imei_check(text + 5);
	if (strncmp(text, "tcp:", 4) != 0)
		return NULL;
	if (colon == text + 3 || colon == text + 4)
		return "网络设备要写成 \"tcp:主机:端口\"";
	return is_port(colon + 1) ? NULL : "的端口要在 1 到 65535 之间";
}

static bool read_device(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	const char *why;

	if (!config_text(r, n, c->device, sizeof c->device))
		return false;
	if ((why = check_device(n->text)) != NULL)
		return config_wrong(r->error, n, "device %s", why);
	if (strncmp(n->text, "tcp:", 4) != 0 && strncmp(n->text, "imei:", 5) != 0 &&
		!config_path(r, n->text, c->device))
		return config_wrong(r->error, n, "device 的路径太长");
	return true;
}

static bool read_baud(struct config_reader *r, const struct config_node *n, void *target)
{
	static const int rates[] = { 0, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400,
		460800, 921600 };
	struct channel_settings *c = target;

	if (!config_want(r, n, CONFIG_NUMBER))
		return false;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		if (rates[i] == n->number) {
			c->baud = rates[i];
			return true;
		}
	}
	return config_wrong(r->error, n, "baud 要写串口速率,如 9600、115200,自动识别写 0");
}

/* A credential of systemd of that name comes before a file in the data folder. */
static bool secret_path(const struct config_reader *r, const char *name, char out[SETTINGS_PATH])
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (name[0] != '/' && folder != NULL) {
		n = snprintf(out, SETTINGS_PATH, "%s/%s", folder, name);
		if (n > 0 && n < SETTINGS_PATH && access(out, F_OK) == 0)
			return true;
	}
	return config_path(r, name, out);
}

static bool read_pin(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;
	char name[SETTINGS_PATH], path[SETTINGS_PATH];
	const char *why;
	size_t digits;

	if (!config_text(r, n, name, sizeof name))
		return false;
	if (!secret_path(r, name, path))
		return config_wrong(r->error, n, "pin_file 的路径太长");
	if ((why = config_load_secret(path, c->pin, sizeof c->pin)) != NULL)
		return config_wrong(r->error, n, "pin_file 读不了 %s: %s", path, why);
	digits = strspn(c->pin, "0123456789");
	if (digits < 4 || digits > 8 || c->pin[digits] != '\0')
		return config_wrong(r->error, n, "pin_file 里要写4到8位数字的 PIN 码");
	return true;
}

static bool read_per_number(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_rates(r, n, &((struct channel_settings *)target)->per_number);
}

static bool read_per_number_calls(
	struct config_reader *r, const struct config_node *n, void *target)
{
	return config_rates(r, n, &((struct channel_settings *)target)->per_number_calls);
}

static bool read_per_template(struct config_reader *r, const struct config_node *n, void *target)
{
	return config_rates(r, n, &((struct channel_settings *)target)->per_template);
}

#define AT(field) offsetof(struct channel_settings, field)

/* clang-format off */
static const struct config_key keys[] = {
	{ "name", KEY_TEXT, AT(name), sizeof ((struct channel_settings *)0)->name, 1, 0, check_name, NULL },
	{ "kind", KEY_TEXT, AT(kind), sizeof ((struct channel_settings *)0)->kind, 1, 0, NULL, NULL },
	{ "sms", KEY_FLAG, AT(sms), 0, 0, 0, NULL, NULL },
	{ "voice", KEY_FLAG, AT(voice), 0, 0, 0, NULL, NULL },
	{ "own_number", KEY_TEXT, AT(own_number), sizeof ((struct channel_settings *)0)->own_number, 0, 0,
	  check_number, NULL },
	{ "pace", KEY_MILLIS, AT(pace_ms), 0, 0, KEY_MIN(10), NULL, NULL },
	{ "max_parts", KEY_INT, AT(max_parts), 0, 1, 10, NULL, NULL },
	{ "validity", KEY_MINUTES, AT(validity_min), 0, KEY_MIN(5), KEY_D(30), NULL, NULL },
	{ "per_minute", KEY_INT, AT(per_minute), 0, 0, LIMIT_MAX, NULL, NULL },
	{ "per_hour", KEY_INT, AT(per_hour), 0, 0, LIMIT_MAX, NULL, NULL },
	{ "per_day", KEY_INT, AT(per_day), 0, 0, LIMIT_MAX, NULL, NULL },
	{ "per_month", KEY_INT, AT(per_month), 0, 0, LIMIT_MAX, NULL, NULL },
	{ "per_number", KEY_OWN, 0, 0, 0, 0, NULL, read_per_number },
	{ "per_number_calls", KEY_OWN, 0, 0, 0, 0, NULL, read_per_number_calls },
	{ "per_template", KEY_OWN, 0, 0, 0, 0, NULL, read_per_template },
	{ "reports", KEY_FLAG, AT(reports), 0, 0, 0, NULL, NULL },
	{ "purposes", KEY_OWN, 0, 0, 0, 0, NULL, config_purposes },
	{ "carriers", KEY_OWN, 0, 0, 0, 0, NULL, config_carriers },
	{ "hours", KEY_OWN, 0, 0, 0, 0, NULL, config_hours },
	{ "cost", KEY_INT, AT(way.cost_fen), 0, 0, 10000, NULL, NULL },
	{ "prefer", KEY_INT, AT(way.prefer), 0, 1, 99, NULL, NULL },
	{ "device", KEY_OWN, 0, 0, 0, 0, NULL, read_device },
	{ "baud", KEY_OWN, 0, 0, 0, 0, NULL, read_baud },
	{ "pin_file", KEY_OWN, 0, 0, 0, 0, NULL, read_pin },
	{ "smsc", KEY_TEXT, AT(smsc), sizeof ((struct channel_settings *)0)->smsc, 0, 0, check_number, NULL },
	{ "part_pace", KEY_MILLIS, AT(part_pace_ms), 0, 0, KEY_MIN(1), NULL, NULL },
	{ "iccid", KEY_TEXT, AT(modem.iccid), sizeof ((struct channel_settings *)0)->modem.iccid, 0, 0, config_iccid_check, NULL },
	{ "imei", KEY_TEXT, AT(modem.imei), sizeof ((struct channel_settings *)0)->modem.imei, 0, 0, config_imei_check, NULL },
	{ "profile", KEY_TEXT, AT(modem.profile), sizeof ((struct channel_settings *)0)->modem.profile, 0, 0, config_profile_check, NULL },
	{ "loop_to", KEY_TEXT, AT(modem.loop_to), sizeof ((struct channel_settings *)0)->modem.loop_to, 0, 0, check_number, NULL },
	{ "loop_every", KEY_OWN, 0, 0, 0, 0, NULL, config_loop },
	{ "roaming", KEY_FLAG, AT(modem.roaming), 0, 0, 0, NULL, NULL },
	{ "power_command", KEY_OWN, 0, 0, 0, 0, NULL, config_power },
	{ "call_file", KEY_TEXT, AT(modem.call_file), sizeof ((struct channel_settings *)0)->modem.call_file, 1, 0, config_call_file_check, NULL },
	{ "audio_device", KEY_PATH, AT(modem.audio_device), sizeof ((struct channel_settings *)0)->modem.audio_device, 0, SETTINGS_PATH, NULL, NULL },
	{ "speech_command", KEY_OWN, 0, 0, 0, 0, NULL, config_speech },
	{ "credit", KEY_OWN, 0, 0, 0, 0, NULL, config_credit },
};
enum { KEYS = sizeof keys / sizeof *keys, MODEM_KEYS = 16 }; /* the last of them */
/* clang-format on */

/* -- keys of one kind ------------------------------------------------------------------------ */

/* A value as JSON; NULL: the error is set. */
static json_t *value_of(struct config_reader *r, const struct config_node *n);

/* Reads a secret's file. NULL: the error is set. */
static json_t *secret_of(struct config_reader *r, const struct config_node *n)
{
	char name[SETTINGS_PATH], path[SETTINGS_PATH], secret[SECRET];
	const char *why;
	json_t *out;

	if (!config_text(r, n, name, sizeof name))
		return NULL;
	if (!secret_path(r, name, path)) {
		config_wrong(r->error, n, "%s 的路径太长", n->name);
		return NULL;
	}
	if ((why = config_load_secret(path, secret, sizeof secret)) != NULL) {
		config_wrong(r->error, n, "%s 读不了 %s: %s", n->name, path, why);
		return NULL;
	}
	out = json_string(secret);
	if (out == NULL)
		config_wrong(r->error, n, "%s 的内容不是 UTF-8 文字", n->name);
	explicit_bzero(secret, sizeof secret);
	return out;
}

static json_t *path_of(struct config_reader *r, const struct config_node *n)
{
	char path[SETTINGS_PATH];

	if (!config_want(r, n, CONFIG_TEXT))
		return NULL;
	if (config_path(r, n->text, path))
		return json_string(path);
	config_wrong(r->error, n, "%s 的路径太长", n->name);
	return NULL;
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && strcmp(s + n - m, with) == 0;
}

/* What must not stand in a file that others may read. */
static bool is_secret(const char *name)
{
	static const char *const words[] = { "secret", "secret_key", "password", "passwd",
		"token" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(name, words[i]) == 0 || ends(name, words[i]))
			return true;
	return false;
}

static bool put_own(struct config_reader *r, const struct config_node *n, json_t *to)
{
	bool file = ends(n->name, "_file") && strcmp(n->name, "ca_file") != 0;
	char name[64];
	json_t *v;

	if (n->type == CONFIG_TEXT && is_secret(n->name))
		return config_wrong(r->error, n,
			"%s 是保密的,不能直接写在这里:请写进一个单独的文件,再写 %s_file = "
			"\"文件名\"",
			n->name, n->name);
	if ((size_t)snprintf(name, sizeof name, "%.*s", (int)strlen(n->name) - (file ? 5 : 0),
		    n->name) >= sizeof name)
		return config_wrong(r->error, n, "配置项的名字太长");
	if (json_object_get(to, name) != NULL)
		return config_wrong(r->error, n, "%s 和 %s_file 只能写一个", name, name);
	v = file                              ? secret_of(r, n)
	    : strcmp(n->name, "ca_file") == 0 ? path_of(r, n)
					      : value_of(r, n);
	return v != NULL && json_object_set_new(to, name, v) == 0;
}

static json_t *group_of(struct config_reader *r, const struct config_node *n)
{
	json_t *out = json_object();

	for (int i = 0; i < n->count; i++) {
		if (put_own(r, &n->child[i], out))
			continue;
		json_wipe(out);
		json_decref(out);
		return NULL;
	}
	return out;
}

static json_t *list_of(struct config_reader *r, const struct config_node *n)
{
	json_t *out = json_array(), *v;

	for (int i = 0; i < n->count; i++) {
		if ((v = value_of(r, &n->child[i])) != NULL) {
			json_array_append_new(out, v);
			continue;
		}
		json_wipe(out);
		json_decref(out);
		return NULL;
	}
	return out;
}

static json_t *value_of(struct config_reader *r, const struct config_node *n)
{
	switch (n->type) {
	case CONFIG_NUMBER:
		return json_integer(n->number);
	case CONFIG_FRACTION:
		return json_real(n->fraction);
	case CONFIG_FLAG:
		return json_boolean(n->number != 0);
	case CONFIG_GROUP:
		return group_of(r, n);
	case CONFIG_LIST:
		return list_of(r, n);
	case CONFIG_TEXT:
		break;
	}
	return json_string(n->text);
}

static bool read_own(struct config_reader *r, const struct config_node *n, void *target)
{
	struct channel_settings *c = target;

	for (int i = KEYS - MODEM_KEYS; i < KEYS; i++)
		if (strcmp(n->name, keys[i].name) == 0)
			return config_wrong(
				r->error, n, "%s 只用于 kind = \"modem\" 的通道", n->name);
	if (!put_own(r, n, c->own))
		return false;
	json_put_int(c->own_lines, n->name, n->line);
	if (ends(n->name, "_file")) {
		char name[64];

		snprintf(name, sizeof name, "%.*s", (int)strlen(n->name) - 5, n->name);
		json_put_int(c->own_lines, name, n->line);
	}
	return true;
}

void config_channels_free(struct settings *s)
{
	for (int i = 0; i < s->channel_count; i++) {
		json_wipe(s->channel[i].own);
		json_decref(s->channel[i].own);
		json_decref(s->channel[i].own_lines);
		s->channel[i].own = s->channel[i].own_lines = NULL;
	}
}

/* Byte by byte, but for what the kinds keep. */
static bool same(const struct channel_settings *a, const struct channel_settings *b)
{
	struct channel_settings x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	x.own = y.own = x.own_lines = y.own_lines = NULL;
	return memcmp((const char *)&x, (const char *)&y, sizeof x) == 0 &&
	       (a->own == b->own || json_equal(a->own, b->own) != 0);
}

bool config_channels_same(const struct settings *a, const struct settings *b)
{
	if (a->channel_count != b->channel_count)
		return false;
	for (int i = 0; i < a->channel_count; i++)
		if (!same(&a->channel[i], &b->channel[i]))
			return false;
	return true;
}

/* -- a channel ------------------------------------------------------------------------------- */

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool is_simulated(const char *device)
{
	if (starts(device, "tcp:"))
		return starts(device, "tcp:127.") || starts(device, "tcp:localhost:") ||
		       starts(device, "tcp:[::1]:");
	return device[0] == '/' && (!starts(device, "/dev/") || starts(device, "/dev/pts/"));
}

static void fill(int *field, int value)
{
	if (*field == NOT_GIVEN)
		*field = value;
}

static void fill_rates(struct rate_rules *field, const struct rate_rules *rules, bool sim)
{
	if (field->count != NOT_GIVEN)
		return;
	field->count = 0;
	if (!sim)
		*field = *rules;
}

static void fill_limits(struct channel_settings *c)
{
	static const struct rate_rules number = { .at = { { 20, KEY_MIN(10) }, { 60, KEY_H(1) } },
		.count = 2 };
	static const struct rate_rules calls = { .at = { { 1, KEY_MIN(1) }, { 3, KEY_MIN(15) },
							 { 7, KEY_H(1) }, { 15, KEY_H(3) } },
		.count = 4 };
	bool sim = c->own != NULL || is_simulated(c->device);

	fill(&c->pace_ms, sim ? 0 : PACE_MS);
	fill(&c->part_pace_ms, sim ? 0 : PART_PACE_MS);
	fill(&c->per_minute, sim ? 0 : PER_MINUTE);
	fill(&c->per_hour, sim ? 0 : PER_HOUR);
	fill(&c->per_day, sim ? 0 : PER_DAY);
	fill_rates(&c->per_number, &number, sim);
	fill_rates(&c->per_number_calls, &calls, sim);
}

static bool check_whole(struct config_reader *r, const struct config_node *n,
	const struct settings *s, const struct channel_settings *c)
{
	if (c->name[0] == '\0')
		return config_wrong(r->error, n, "这个通道没有写 name(通道名)");
	if (c->kind[0] == '\0')
		return config_wrong(
			r->error, n, "通道 %s 没有写 kind,例如 kind = \"modem\"", c->name);
	if (c->own == NULL && c->device[0] == '\0' && c->modem.imei[0] == '\0')
		return config_wrong(r->error, n,
			"通道 %s 没有写 device(或 imei),例如 \"/dev/serial/by-id/…\" 或 "
			"\"tcp:主机:端口\"",
			c->name);
	for (int i = 0; i < s->channel_count - 1; i++) {
		if (strcmp(s->channel[i].name, c->name) == 0)
			return config_wrong(r->error, n, "通道名 %s 用了两次", c->name);
		if (c->own != NULL)
			continue;
		if (c->device[0] != '\0' && c->modem.imei[0] == '\0' &&
			strcmp(s->channel[i].device, c->device) == 0)
			return config_wrong(r->error, n, "通道 %s 和 %s 用了同一个 device", c->name,
				s->channel[i].name);
		if (c->modem.imei[0] != '\0' &&
			strcmp(s->channel[i].modem.imei, c->modem.imei) == 0)
			return config_wrong(r->error, n, "通道 %s 和 %s 写了同一个 imei", c->name,
				s->channel[i].name);
	}
	return true;
}

static bool is_modem(const struct config_node *n)
{
	const struct config_node *kind = config_child(n, "kind");

	return kind == NULL || kind->type != CONFIG_TEXT || strcmp(kind->text, "modem") == 0;
}

static void put_line(json_t *lines, const struct config_node *channel, const char *key)
{
	const struct config_node *n = config_child(channel, key);

	if (n != NULL)
		json_put_int(lines, key, n->line);
}

static bool read_keys(
	struct config_reader *r, const struct config_node *n, struct channel_settings *c)
{
	c->own_lines = json_pack("{s:s, s:i}", "@file", n->file, "@line", n->line);
	put_line(c->own_lines, n, "kind");
	if (is_modem(n)) {
		put_line(c->own_lines, n, "device");
		put_line(c->own_lines, n, "imei");
		put_line(c->own_lines, n, "audio_device");
		return config_keys_read(r, n, keys, KEYS, c);
	}
	c->own = json_object();
	return config_keys_read_some(r, n, keys, KEYS - MODEM_KEYS, c, read_own);
}

static bool read_channel(struct config_reader *r, const struct config_node *n, void *target)
{
	struct settings *s = target;
	struct channel_settings *c = &s->channel[s->channel_count];

	memset(c, 0, sizeof *c);
	c->sms = true;
	c->reports = true;
	c->max_parts = 6;
	c->validity_min = 60;
	c->pace_ms = c->part_pace_ms = NOT_GIVEN;
	c->per_minute = c->per_hour = c->per_day = NOT_GIVEN;
	c->baud = BAUD;
	c->modem.loop_min = NOT_GIVEN;
	c->modem.credit_low_fen = LOW_FEN;
	c->per_number.count = c->per_number_calls.count = NOT_GIVEN;
	s->channel_count++; /* now: what it holds is freed with the others */
	if (!read_keys(r, n, c))
		return false;
	config_modem_imei(c);
	if (!config_path(r, "speech", c->modem.speech_folder))
		return config_wrong(r->error, n, "data_dir 的路径太长");
	if (!check_whole(r, n, s, c))
		return false;
	fill_limits(c);
	config_modem_fill(c, c->own != NULL || is_simulated(c->device));
	if (!c->sms && !c->voice)
		config_warn(n, "通道 %s 既不发短信也不打电话,不会用到", c->name);
	return true;
}

bool config_channels(struct config_reader *r, const struct config_node *n, void *settings)
{
	return config_groups(r, n, SETTINGS_CHANNELS, settings, read_channel);
}
