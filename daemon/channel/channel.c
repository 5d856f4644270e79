#include "channel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud.h"
#include "cloud_channel.h"
#include "json.h"
#include "modem_channel.h"

#include "banned.h"

static const struct channel_kind *const channel_kinds[] = { &modem_channel };

const struct channel_kind *channel_kind_of(const char *kind)
{
	for (size_t i = 0; i < sizeof channel_kinds / sizeof *channel_kinds; i++)
		if (strcmp(channel_kinds[i]->kind, kind) == 0)
			return channel_kinds[i];
	return cloud_provider_of(kind) == NULL ? NULL : &cloud_channel;
}

bool channel_is_modem(const struct channel_settings *c)
{
	return strcmp(c->kind, modem_channel.kind) == 0;
}

/* Where a key of a channel stands; without one, the channel itself. */
static void blame(const struct channel_settings *c, const char *key, const char *text,
	struct settings_error *e)
{
	const char *file = json_str(c->own_lines, "@file");

	memset(e, 0, sizeof *e);
	snprintf(e->file, sizeof e->file, "%s", file == NULL ? "" : file);
	e->line = (int)json_int(c->own_lines, "@line", 0);
	if (key != NULL)
		e->line = (int)json_int(c->own_lines, key, e->line);
	snprintf(e->text, sizeof e->text, "通道 %s%s%s:%s", c->name, key == NULL ? "" : " 的 ",
		key == NULL ? "" : key, text);
}

bool channels_check(const struct settings *set, struct settings_error *error)
{
	for (int i = 0; i < set->channel_count; i++) {
		const struct channel_settings *c = &set->channel[i];
		const struct channel_kind *kind = channel_kind_of(c->kind);
		const char *key = NULL, *why;
		char text[300];

		if (kind == NULL) {
			snprintf(text, sizeof text,
				"没有 kind = \"%s\" 这种通道,可用的见 quanzud.conf(5)", c->kind);
			blame(c, "kind", text, error);
			return false;
		}
		why = kind->check == NULL ? NULL : kind->check(c, set, &key, text, sizeof text);
		if (why == NULL)
			continue;
		blame(c, key, why, error);
		return false;
	}
	return true;
}

int channels_absent(const struct settings *set, void (*tell)(const struct settings_error *what))
{
	int code = 0;

	for (int i = 0; i < set->channel_count; i++) {
		const struct channel_settings *c = &set->channel[i];
		const struct channel_kind *kind = channel_kind_of(c->kind);
		const char *key = NULL;
		struct settings_error what;
		char text[1100];
		int why = 0;

		if (kind != NULL && kind->absent != NULL)
			why = kind->absent(c, &key, text, sizeof text);
		if (why == 0)
			continue;
		blame(c, key, text, &what);
		tell(&what);
		code = code == 0 ? why : code;
	}
	return code;
}

void own_ref_make(int64_t id, int nth, char out[24])
{
	snprintf(out, 24, "%016" PRId64 "%04d", id, nth % 10000);
}

int64_t own_ref_id(const char *own_ref)
{
	char digits[17];

	if (strlen(own_ref) != 20 || own_ref[strspn(own_ref, "0123456789")] != '\0')
		return 0;
	snprintf(digits, sizeof digits, "%.16s", own_ref);
	return strtoll(digits, NULL, 10);
}
