/*
 * A key that was pressed in a call of ours: the same answer as an SMS of code and digit. We dialled
 * the number ourselves and the call was about one task, so nothing has to be guessed.
 */
#include <string.h>

#include "desk_room.h"
#include "inbound.h"
#include "log.h"
#include "message_try.h"
#include "pdu.h"

#include "banned.h"

/* The key itself, "" when it is none. */
static const char *key_of(struct desk *d, const struct incoming *in)
{
	char key[2] = "";

	if (in->unit_count == 1 && in->units[0] < 0x80 &&
		strchr("0123456789*#", (int)in->units[0]) != NULL)
		key[0] = (char)in->units[0];
	return store_keep(d->s, key);
}

/* Somebody is there and has answered: more than any delivery report can say. */
static void confirm(struct desk *d, struct message *m)
{
	if (m->state >= MSG_SENDING)
		message_event(d->s, m, MSG_EV_REPORT_OK, "a key was pressed");
}

/* By our own reference, else by the provider's, else, where its answer was lost, by the number that rings. */
static int64_t call_of(struct desk *d, const struct incoming *in)
{
	int64_t id = in->about_id;

	if (id == 0 && in->other_ref != NULL && in->other_ref[0] != '\0')
		id = message_try_of_ref(d->s, in->channel, in->other_ref);
	if (id == 0 && in->from != NULL && in->from[0] != '\0')
		id = message_call_open(d->s, in->channel, in->from, pdu_same_number);
	return id;
}

void keypad_take(struct desk *d, const struct incoming *in)
{
	struct incoming answer = *in;
	const char *key = key_of(d, in);
	struct message m;
	struct task t;

	if (!message_get(d->s, call_of(d, in), &m) || strcmp(m.kind, "call") != 0 ||
		!task_get(d->s, m.task_id, &t) || key[0] == '\0') {
		log_warn("a key belongs to no call of a task channel=%s", in->channel);
		return;
	}
	answer.from = message_phone(d->s, m.id);
	answer.answerable = true;
	inbox_take(d, &answer, answer.from, arena_print(&d->s->arena, "%s%s", t.code, key), true,
		in->written_ms);
	confirm(d, &m);
}
