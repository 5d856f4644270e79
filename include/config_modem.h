/*
 * config_modem.h - what stands behind the keys of a modem and its card; the table of keys is
 * in config_channels.c. The target is the struct channel_settings.
 */
#ifndef QUANZU_CONFIG_MODEM_H
#define QUANZU_CONFIG_MODEM_H

#include "config_key.h"

bool config_power(struct config_reader *r, const struct config_node *n, void *channel);
bool config_speech(struct config_reader *r, const struct config_node *n, void *channel);
bool config_credit(struct config_reader *r, const struct config_node *n, void *channel);
bool config_loop(struct config_reader *r, const struct config_node *n, void *channel);

/* Plain Chinese why a text will not do, or NULL. */
const char *config_iccid_check(const char *text);
const char *config_imei_check(const char *text);
const char *config_profile_check(const char *text);
const char *config_call_file_check(const char *text);

/* A device "imei:..." is an IMEI without a device. */
void config_modem_imei(struct channel_settings *c);
/* After all keys: what a missing one means. */
void config_modem_fill(struct channel_settings *c, bool simulated);

#endif
