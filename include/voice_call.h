/*
 * voice_call.h - one call of a modem as the channel's contract wants it (channel.h): a message of
 * kind OUTGOING_CALL in, its verdict, its keys and the report of a key out.
 *
 * Picked up is `sent`; busy and turned away, not answered, and failed have their classes; a key
 * that counts is handed in as an incoming of kind "key" before the call is over, and makes the
 * message `delivered`. What the owner could not commit is handed in again every five seconds.
 */
#ifndef QUANZU_VOICE_CALL_H
#define QUANZU_VOICE_CALL_H

#include "channel.h"
#include "modem.h"

struct voice_call;

/* `ev` and `modem` must outlive it. `set` is copied. */
struct voice_call *voice_call_new(uv_loop_t *loop, const struct channel_settings *set,
	const struct channel_events *ev, struct modem *modem);
void voice_call_free(struct voice_call *v); /* memory goes when the loop has run */

bool voice_call_room(const struct voice_call *v);
bool voice_call_send(struct voice_call *v, const struct outgoing *m); /* false: not now */
void voice_call_ready(struct voice_call *v); /* the modem's state has changed */
/* From the modem. */
void voice_call_key(struct voice_call *v, int64_t id, char key);
void voice_call_end(struct voice_call *v, const struct modem_call_result *r);
/* True: the token was ours. Those of the modem are above zero, ours below. */
bool voice_call_committed(struct voice_call *v, int64_t token, bool ok);

#endif
