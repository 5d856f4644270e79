/*
 * message_try.h - what channels did with a message that did not simply go: refusals, silences,
 * and a provider's own id of it.
 *
 * The router reads it to send a message by another way; a receipt that names the provider's id
 * finds its message by it.
 */
#ifndef QUANZU_MESSAGE_TRY_H
#define QUANZU_MESSAGE_TRY_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

#define MESSAGE_TRY_NEVER INT64_C(-1)

struct message_try {
	int64_t message_id;
	int n; /* message.tries at that time */
	const char *channel;
	const char *verdict;   /* sent, refused, not_sent, unsure */
	const char *error;     /* no personal data */
	int64_t again_at;      /* not before by this channel; MESSAGE_TRY_NEVER; 0 at once */
	const char *other_ref; /* "" none */
	int64_t at;
};

void message_try_put(struct store *s, const struct message_try *t); /* replaces the same try */
/* Newest first, at most `max`. */
size_t message_try_list(struct store *s, int64_t message_id, struct message_try *out, size_t max);
/* Whose id of this channel's provider that is; 0 nobody's. */
int64_t message_try_of_ref(struct store *s, const char *channel, const char *other_ref);

#endif
