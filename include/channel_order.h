/*
 * channel_order.h - orders about a channel, for orders.c; the body names it: {"name":…}.
 *
 * False: refused, *fault says why. Who ordered it goes into the books.
 */
#ifndef QUANZU_CHANNEL_ORDER_H
#define QUANZU_CHANNEL_ORDER_H

#include <jansson.h>

#include "desk.h"

bool channel_order_pause(
	struct desk *d, const char *actor, const json_t *body, struct fault *fault);
bool channel_order_resume(
	struct desk *d, const char *actor, const json_t *body, struct fault *fault);
/* {"to":"13800138000","voice":true}; by that channel whatever its state; *out is {"id":…}. */
bool channel_order_test(
	struct desk *d, const char *actor, const json_t *body, json_t **out, struct fault *fault);

#endif
