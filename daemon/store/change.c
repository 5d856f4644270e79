#include "change.h"

#include <stdio.h>
#include <string.h>

#include "banned.h"

bool change_any(const struct change *c)
{
	return c->created || c->fields != 0;
}

json_t *change_fields(const struct change *c)
{
	json_t *list = json_array();

	for (unsigned i = 0; c->names[i] != NULL; i++)
		if ((c->fields >> i & 1) != 0)
			json_array_append_new(list, json_string(c->names[i]));
	return list;
}

void change_event(struct store *s, const char *actor, const char *noun, int64_t id,
	const struct change *c, json_t *more)
{
	json_t *data = more == NULL ? json_object() : more;
	char kind[48];

	if (!change_any(c)) {
		json_decref(data);
		return;
	}
	snprintf(kind, sizeof kind, "%s.%s", noun, c->created ? "created" : "changed");
	json_object_set_new(data, "fields", change_fields(c));
	store_event(s, actor, kind, 0, noun, id, data);
}

const char *change_text(
	struct change *c, int n, enum save_mode mode, const char *was, const char *now)
{
	const char *next = now == NULL ? "" : now;

	if (next[0] == '\0' && mode == SAVE_FILL)
		return was;
	if (strcmp(was, next) != 0)
		c->fields |= 1u << n;
	return next;
}

int64_t change_number(struct change *c, int n, int64_t was, int64_t now)
{
	if (was != now)
		c->fields |= 1u << n;
	return now;
}
