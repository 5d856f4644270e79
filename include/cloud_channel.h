/*
 * cloud_channel.h - a provider of SMS and calls over HTTP as a channel: its transfers, its clock,
 * its callbacks and polls. One for all providers: which of them, the kind of the settings says.
 */
#ifndef QUANZU_CLOUD_CHANNEL_H
#define QUANZU_CLOUD_CHANNEL_H

#include "channel.h"

extern const struct channel_kind cloud_channel;

#endif
