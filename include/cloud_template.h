/*
 * cloud_template.h - texts that a provider has approved beforehand, and which of ours they are.
 *
 * A provider with registered texts takes a code and values, never a sentence. The key
 * `templates` (of calls: `voice_templates`) maps them:
 *
 *   templates = ( { name = "alert"; code = "SMS_123456789"; params = ["code", "word", "name"]; },
 *                 { name = "taken"; code = "SMS_2"; params = { code = "no"; who = "person"; }; } );
 *
 * The first form gives our values in the order that the provider numbers them, the second says
 * under which name each goes. A file of speech instead of a text is { file = true; }.
 * What has no row cannot go by this channel. The parameter "repeat" stands for 任务, or 重发 in a
 * message that goes again after a try of unknown end; without it such a message needs another way.
 */
#ifndef QUANZU_CLOUD_TEMPLATE_H
#define QUANZU_CLOUD_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "channel.h"
#include "cloud.h"
#include "template.h"

enum { CLOUD_TEMPLATE_PARAMS = 16 };

struct cloud_template {
	char name[24], code[64]; /* ours, the provider's */
	bool file;               /* of calls: a recorded file */
	int count;
	struct {
		char ours[24], theirs[32]; /* theirs: the same as ours where no name is given */
	} param[CLOUD_TEMPLATE_PARAMS];
};

struct cloud_templates { /* starts as { .count = 0 } */
	struct cloud_template at[TPL_COUNT];
	int count;
};

/* `list` may be NULL. Each name once and one of ours, each parameter one that this text knows. */
bool cloud_templates_read(
	struct cloud_templates *t, const json_t *list, const char *key, struct cloud_wrong *wrong);
const struct cloud_template *cloud_template_of(const struct cloud_templates *t, const char *name);
/*
 * The values of a message in the order of the template, new: an array of texts, or an object by
 * their names. An empty value becomes "-" (providers refuse empty ones); for a call signs that
 * cannot be spoken are spelt or dropped.
 */
json_t *cloud_template_list(const struct cloud_template *t, const struct outgoing *m);
json_t *cloud_template_object(const struct cloud_template *t, const struct outgoing *m);
/*
 * Can this message go by its registered text? NULL: yes; else why not, in plain Chinese: no row,
 * a link, an IP address or 【】 in a value, or a drill (`drill` among the values, or its mark in the
 * text) or a repeat without its parameter, because the mark would be lost.
 */
const char *cloud_template_unfit(const struct cloud_templates *t, const struct outgoing *m);

#endif
