/*
 * Bundling: notices, reminders and the like to one person that come within moments go as one SMS.
 *
 * Never what asks somebody for something, never what is urgent: those leave at once, alone.
 */
#include <stdio.h>
#include <string.h>

#include "desk_room.h"
#include "text.h"

#include "banned.h"

enum { OTHERS = 8, UNITS_MAX = 3 * 67 };

static const char *const purposes[] = { "told", "notice", "reminder" };

bool bundle_takes(const struct desk *d, const struct message *m)
{
	if (d->set->bundle_s == 0 || m->member_id == 0 || strcmp(m->class_, "normal") != 0 ||
		strcmp(m->kind, "sms") != 0)
		return false;
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (strcmp(purposes[i], m->purpose) == 0)
			return true;
	return false;
}

/* Behind the signature: it stands once in front. */
static const char *body_of(const char *text)
{
	const char *end = strncmp(text, "【", strlen("【")) == 0 ? strstr(text, "】") : NULL;

	return end == NULL ? text : end + strlen("】");
}

static bool joins(struct desk *d, const struct message *m, int64_t id, struct message *other)
{
	return message_whole(d->s, id, other) && bundle_takes(d, other) && other->tries == 0 &&
	       strcmp(other->phone, m->phone) == 0 && outbox_not_needed(d, other) == NULL;
}

void bundle_up(struct desk *d, struct message *m, struct outgoing *out)
{
	int64_t ids[OTHERS];
	size_t n, used = strlen(out->text), before = used;

	if (!bundle_takes(d, m) || m->tries > 0)
		return;
	n = message_waiting_for(d->s, m->member_id, m->id, ids, OTHERS);
	for (size_t i = 0; i < n; i++) {
		struct message other;
		const char *body;

		if (!joins(d, m, ids[i], &other))
			continue;
		body = body_of(other.text);
		if (text_units(out->text) + 1 + text_units(body) > UNITS_MAX ||
			used + 1 + strlen(body) >= sizeof out->text)
			break;
		used += (size_t)snprintf(out->text + used, sizeof out->text - used, "\n%s", body);
		message_event(d->s, &other, MSG_EV_SUPERSEDE,
			arena_print(&d->s->arena, "bundled with %lld", (long long)m->id));
	}
	if (used == before)
		return;
	message_text_put(d->s, m->id, out->text);
	out->template[0] = out->values[0] = '\0';
}
