#include "config_key.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config_unit.h"
#include "config_wrong.h"
#include "text.h"

#include "banned.h"

enum { NAME_MAX_LEN = 32 };

/* -- hints -------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to add, drop, change or swap with their neighbour to make one name of the other. */
static size_t distance(const char *a, const char *b)
{
	size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t k = 0; k <= m; k++)
		d[0][k] = k;
	for (size_t i = 1; i <= n; i++) {
		for (size_t k = 1; k <= m; k++) {
			d[i][k] = least(least(d[i - 1][k], d[i][k - 1]) + 1,
				d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	}
	return d[n][m];
}

void config_hint_try(struct config_hint *h, const char *wrong, const char *known)
{
	size_t n = strlen(wrong), m = strlen(known);
	size_t d = distance(wrong, known);
	bool begins = n >= 3 && m >= 3 && strncmp(wrong, known, least(n, m)) == 0;

	if (d > 1 && d > least(n, m) / 3 && !begins)
		return;
	if (h->best == NULL || d < h->distance) {
		h->best = known;
		h->distance = d;
	}
}

bool config_unknown(
	struct config_reader *r, const struct config_node *n, const struct config_hint *h)
{
	if (h->best != NULL)
		return config_wrong(
			r->error, n, "没有 %s 这个配置项,是不是 %s ?", n->name, h->best);
	return config_wrong(
		r->error, n, "没有 %s 这个配置项,可用的配置项见 quanzud.conf(5)", n->name);
}

/* -- pieces ------------------------------------------------------------------------------- */

/* How an element of a list is called in an error. */
static const char *name_of(const struct config_node *n)
{
	return n->name[0] == '\0' ? "这里" : n->name;
}

bool config_want(struct config_reader *r, const struct config_node *n, enum config_type t)
{
	if (n->type == t)
		return true;
	return config_wrong(r->error, n, "%s 要写%s,现在写的是%s", name_of(n), config_type_name(t),
		config_type_name(n->type));
}

void config_put(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	assert(n < size);
	memcpy(out, text, n);
	memset(out + n, 0, size - n);
}

bool config_text(struct config_reader *r, const struct config_node *n, char *out, size_t size)
{
	if (!config_want(r, n, CONFIG_TEXT))
		return false;
	if (strlen(n->text) >= size)
		return config_wrong(r->error, n, "%s 太长:最多 %zu 个字母或 %zu 个汉字", name_of(n),
			size - 1, (size - 1) / 3);
	config_put(out, size, n->text);
	return true;
}

bool config_path(const struct config_reader *r, const char *path, char out[SETTINGS_PATH])
{
	char whole[SETTINGS_PATH];
	int n = path[0] == '/' || path[0] == '\0'
			? snprintf(whole, sizeof whole, "%s", path)
			: snprintf(whole, sizeof whole, "%s/%s", r->base, path);

	if (n < 0 || n >= SETTINGS_PATH)
		return false;
	config_put(out, SETTINGS_PATH, whole);
	return true;
}

bool config_ms(
	struct config_reader *r, const struct config_node *n, int64_t min, int64_t max, int64_t *ms)
{
	char low[CONFIG_SAY], high[CONFIG_SAY];
	bool ok = true;

	if (n->type == CONFIG_NUMBER && n->number >= 0 && n->number <= max / 1000)
		*ms = n->number * 1000;
	else if (n->type == CONFIG_NUMBER)
		*ms = -1;
	else if (n->type == CONFIG_TEXT)
		ok = config_duration(n->text, ms);
	else
		ok = false;
	if (!ok)
		return config_wrong(r->error, n,
			"%s 要写时长,例如 \"90s\"、\"3min\"、\"2h\"、\"7d\",或整数秒", name_of(n));
	if (*ms < min || *ms > max)
		return config_wrong(r->error, n, "%s 要在 %s 到 %s 之间", name_of(n),
			config_say_duration(min, low), config_say_duration(max, high));
	return true;
}

bool config_words(struct config_reader *r, const struct config_node *n, void *target,
	bool (*one)(struct config_reader *r, const struct config_node *n, void *target))
{
	if (n->type == CONFIG_TEXT)
		return one(r, n, target);
	if (!config_want(r, n, CONFIG_LIST))
		return false;
	for (int i = 0; i < n->count; i++)
		if (!config_want(r, &n->child[i], CONFIG_TEXT) || !one(r, &n->child[i], target))
			return false;
	return true;
}

bool config_groups(struct config_reader *r, const struct config_node *n, int max, void *target,
	bool (*one)(struct config_reader *r, const struct config_node *n, void *target))
{
	if (!config_want(r, n, CONFIG_LIST))
		return false;
	if (n->count > max)
		return config_wrong(
			r->error, n, "%s 最多 %d 项,现在有 %d 项", name_of(n), max, n->count);
	for (int i = 0; i < n->count; i++)
		if (!config_want(r, &n->child[i], CONFIG_GROUP) || !one(r, &n->child[i], target))
			return false;
	return true;
}

/* -- kinds -------------------------------------------------------------------------------- */

static bool read_text(
	struct config_reader *r, const struct config_node *n, const struct config_key *k, char *out)
{
	const char *why;

	if (!config_text(r, n, out, k->size))
		return false;
	if ((int64_t)text_count(n->text) < k->min)
		return config_wrong(r->error, n,
			k->min == 1 ? "%s 不能为空" : "%s 至少 %" PRId64 " 个字", k->name, k->min);
	why = k->check == NULL ? NULL : k->check(n->text);
	return why == NULL || config_wrong(r->error, n, "%s %s", k->name, why);
}

static bool read_path(
	struct config_reader *r, const struct config_node *n, const struct config_key *k, char *out)
{
	char plain[SETTINGS_PATH] = "";
	const char *why;

	if (!config_text(r, n, plain, sizeof plain))
		return false;
	if ((int64_t)strlen(plain) < k->min)
		return config_wrong(r->error, n, "%s 不能为空", k->name);
	if (!config_path(r, plain, out) || strlen(out) >= (size_t)k->max)
		return config_wrong(r->error, n, "%s 的路径太长,连同文件夹最多 %" PRId64 " 个字节",
			k->name, k->max - 1);
	why = k->check == NULL ? NULL : k->check(out);
	return why == NULL || config_wrong(r->error, n, "%s %s", k->name, why);
}

static bool read_int(
	struct config_reader *r, const struct config_node *n, const struct config_key *k, int *out)
{
	if (!config_want(r, n, CONFIG_NUMBER))
		return false;
	if (n->number < k->min || n->number > k->max)
		return config_wrong(r->error, n, "%s 要在 %" PRId64 " 到 %" PRId64 " 之间", k->name,
			k->min, k->max);
	*out = (int)n->number;
	return true;
}

static bool read_bytes(struct config_reader *r, const struct config_node *n,
	const struct config_key *k, int64_t *out)
{
	char low[CONFIG_SAY], high[CONFIG_SAY];

	*out = n->number;
	if (n->type != CONFIG_NUMBER && (n->type != CONFIG_TEXT || !config_size(n->text, out)))
		return config_wrong(r->error, n,
			"%s 要写大小,例如 \"256K\"、\"5M\"、\"1G\",或整数字节", k->name);
	if (*out < k->min || *out > k->max)
		return config_wrong(r->error, n, "%s 要在 %s 到 %s 之间", k->name,
			config_say_size(k->min, low), config_say_size(k->max, high));
	return true;
}

static bool read_time(
	struct config_reader *r, const struct config_node *n, const struct config_key *k, int *out)
{
	int64_t ms = 0, unit = k->kind == KEY_MILLIS ? 1 : k->kind == KEY_SECONDS ? 1000 : 60000;

	if (!config_ms(r, n, k->min, k->max, &ms))
		return false;
	if (ms % unit != 0)
		return config_wrong(r->error, n, "%s 只能精确到%s", k->name,
			k->kind == KEY_SECONDS ? "秒" : "分钟");
	*out = (int)(ms / unit);
	return true;
}

static bool read_key(struct config_reader *r, const struct config_node *n,
	const struct config_key *k, void *target)
{
	void *at = (char *)target + k->at;
	int64_t bytes;

	switch (k->kind) {
	case KEY_TEXT:
		return read_text(r, n, k, at);
	case KEY_PATH:
		return read_path(r, n, k, at);
	case KEY_FLAG:
		if (!config_want(r, n, CONFIG_FLAG))
			return false;
		*(bool *)at = n->number != 0;
		return true;
	case KEY_INT:
		return read_int(r, n, k, at);
	case KEY_BYTES:
		return read_bytes(r, n, k, at);
	case KEY_SIZE:
		if (!read_bytes(r, n, k, &bytes))
			return false;
		*(size_t *)at = (size_t)bytes;
		return true;
	case KEY_SECONDS:
	case KEY_MILLIS:
	case KEY_MINUTES:
		return read_time(r, n, k, at);
	case KEY_OWN:
		return k->own(r, n, target);
	}
	return false;
}

static const struct config_key *find_key(
	const char *name, const struct config_key *keys, size_t count, struct config_hint *hint)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
		config_hint_try(hint, name, keys[i].name);
	}
	return NULL;
}

bool config_keys_read(struct config_reader *r, const struct config_node *group,
	const struct config_key *keys, size_t count, void *target)
{
	return config_keys_read_some(r, group, keys, count, target, NULL);
}

bool config_keys_read_some(struct config_reader *r, const struct config_node *group,
	const struct config_key *keys, size_t count, void *target,
	bool (*rest)(struct config_reader *r, const struct config_node *n, void *target))
{
	if (!config_want(r, group, CONFIG_GROUP))
		return false;
	for (int i = 0; i < group->count; i++) {
		const struct config_node *n = &group->child[i];
		struct config_hint hint = { .best = NULL };
		const struct config_key *k = find_key(n->name, keys, count, &hint);

		if (k == NULL && rest == NULL)
			return config_unknown(r, n, &hint);
		if (k == NULL ? !rest(r, n, target) : !read_key(r, n, k, target))
			return false;
	}
	return true;
}
