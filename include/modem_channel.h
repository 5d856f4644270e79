/* modem_channel.h - a modem (modem.h) as a channel (channel.h): one SIM, one message at a time. */
#ifndef QUANZU_MODEM_CHANNEL_H
#define QUANZU_MODEM_CHANNEL_H

#include "channel.h"

extern const struct channel_kind modem_channel;

#endif
