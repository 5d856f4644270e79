#include "voice_menu.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

#include "banned.h"

static const struct {
	char key;
	enum modem_key_act act;
	const char *say;
} menu[] = {
	{ '0', MODEM_KEY_ENDS, "已记录，您不能去。" },
	{ '7', MODEM_KEY_ENDS, "已记录，马上通知民警。" },
	{ '1', MODEM_KEY_WAITS, "您已接单。详细情况请看短信。" },
};

static const char others[] = "23456789#01ABCD";
static const char by_sms[] = "结果请用短信回复。";

static void add(struct voice_menu *m, const json_t *said, const char *name, char key,
	enum modem_key_act act, const char *say)
{
	const char *words = json_string_value(json_object_get(said, name));
	char *to;

	if (m->count == MODEM_CALL_KEYS)
		return;
	to = m->said[m->count];
	if (words == NULL || strlen(words) >= VOICE_MENU_SAID)
		words = say;
	snprintf(to, VOICE_MENU_SAID, "%s", words);
	m->key[m->count++] = (struct modem_call_key){ .key = key, .act = act, .say = to };
}

static void add_wanted(struct voice_menu *m, const json_t *said, char key)
{
	char name[2] = { key, '\0' };

	for (size_t i = 0; i < sizeof menu / sizeof *menu; i++)
		if (menu[i].key == key) {
			add(m, said, name, key, menu[i].act, menu[i].say);
			return;
		}
	add(m, said, name, key, MODEM_KEY_ENDS, "");
}

void voice_menu_make(const char *wanted, const char *said, struct voice_menu *out)
{
	json_t *words = said == NULL || *said == '\0' ? NULL : json_loads(said, 0, NULL);

	memset(out, 0, sizeof *out);
	for (const char *k = wanted; *k != '\0'; k++)
		add_wanted(out, words, *k);
	add(out, words, "*", '*', MODEM_KEY_SAYS, "");
	for (const char *k = others; *wanted != '\0' && *k != '\0'; k++)
		if (strchr(wanted, *k) == NULL)
			add(out, words, "other", *k, MODEM_KEY_SAYS, by_sms);
	json_decref(words);
}
