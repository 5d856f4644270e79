/*
 * Whatever stands in a configuration file: it is taken and then sound, or refused with a place
 * and a sentence. What is taken passes the checks of every part, and reads the same again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "settings.h"
#include "text.h"

#include "banned.h"

static void sound_levels(const struct policies *p)
{
	assert(p->count >= 4 && p->count <= POLICY_LEVELS);
	for (int i = 0; i < p->count; i++) {
		json_t *frozen = policy_json(&p->level[i], p->version);
		struct policy back;

		assert(policy_check(&p->level[i]) == NULL);
		assert(i == 0 || p->level[i].rank < p->level[i - 1].rank);
		assert(policies_find(p, p->level[i].code) == &p->level[i]);
		assert(policy_of_json(frozen, &back));
		json_decref(frozen);
	}
}

static void sound_channels(const struct settings *s)
{
	for (int i = 0; i < s->channel_count; i++) {
		const struct channel_settings *c = &s->channel[i];

		assert(c->name[0] != '\0' && c->kind[0] != '\0');
		if (strcmp(c->kind, "modem") == 0)
			assert(c->device[0] == '/' || strncmp(c->device, "tcp:", 4) == 0 ||
				(c->device[0] == '\0' && c->modem.imei[0] != '\0'));
		else
			assert(c->device[0] == '\0');
		assert(c->pace_ms >= 0 && c->part_pace_ms >= 0 && c->max_parts >= 1);
		assert(c->per_minute >= 0 && c->per_hour >= 0 && c->per_day >= 0);
		for (int k = 0; k < i; k++)
			assert(strcmp(s->channel[k].name, c->name) != 0);
	}
}

static void sound_texts(const struct settings *s)
{
	struct template_values v = { .count = 0 };
	char out[2048];

	for (int i = 0; i < TPL_COUNT; i++) {
		const char *text = s->templates.text[i];

		assert(text[0] != '\0' && text_valid(text, strlen(text)));
		assert(template_check((enum template_name)i, text, NULL, 0));
		assert(template_missing((enum template_name)i, text) == NULL);
		template_fill(&s->templates, (enum template_name)i, &v, out, sizeof out);
		assert(text_valid(out, strlen(out)) && strpbrk(out, "{}\n\r") == NULL);
	}
	for (int i = 0; i < s->outcomes.count; i++)
		assert(outcome_code_of_word(&s->outcomes, s->outcomes.row[i].code) ==
			&s->outcomes.row[i]);
	for (int i = 0; i < s->rewards.count; i++)
		assert(reward_rule_check(&s->rewards.rule[i]) == NULL);
}

static void sound(const struct settings *s)
{
	assert(s->data_dir[0] == '/' && s->key_file[0] == '/');
	assert(strncmp(s->store, "sqlite:/", 8) == 0);
	assert(s->http.listen_count > 0 || s->http.socket[0] == '/');
	assert(strlen(s->http.socket) < 108);
	assert(s->area[0] == '\0' || strlen(s->area) == 12);
	assert(s->phrases != NULL && log_level_of(s->log_level) >= 0);
	sound_levels(&s->policies);
	sound_channels(s);
	sound_texts(s);
}

static void refused(const struct settings_error *e)
{
	assert(e->text[0] != '\0' && e->file[0] != '\0' && e->line >= 0);
	assert(text_valid(e->text, strlen(e->text)));
}

/* libconfig 1.5 loses what it was reading when the syntax is wrong: not ours to mend. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings_error e;
	struct settings *a, *b;
	char path[64], keys[256];
	int fd = memfd_create("conf", MFD_CLOEXEC);

	log_level_set(LOG_LEVEL_ERROR);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	a = settings_read(path, &e);
	if (a == NULL) {
		refused(&e);
	} else {
		sound(a);
		b = settings_read(path, &e);
		assert(b != NULL);
		settings_restart_keys(a, b, keys, sizeof keys);
		assert(keys[0] == '\0');
		settings_free(b);
	}
	settings_free(a);
	close(fd);
	return 0;
}
