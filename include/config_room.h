/*
 * config_room.h - the parts of the configuration, each read by its own file.
 *
 * The form is that of config_key.own: the node is what stands behind the key, the target is
 * the struct settings. False: the reader's error is set.
 */
#ifndef QUANZU_CONFIG_ROOM_H
#define QUANZU_CONFIG_ROOM_H

#include "config_key.h"

bool config_http(struct config_reader *r, const struct config_node *n, void *settings);
bool config_drop(struct config_reader *r, const struct config_node *n, void *settings);
bool config_channels(struct config_reader *r, const struct config_node *n, void *settings);
bool config_channels_same(const struct settings *a, const struct settings *b);
void config_channels_free(struct settings *s); /* wipes what their kinds keep */
/* Keys of a channel: what it is for (config_ways.c). The target is the struct channel_settings. */
bool config_purposes(struct config_reader *r, const struct config_node *n, void *channel);
bool config_carriers(struct config_reader *r, const struct config_node *n, void *channel);
bool config_hours(struct config_reader *r, const struct config_node *n, void *channel);
/* "3/min, 50/d" into its struct rate_rules. */
bool config_rates(struct config_reader *r, const struct config_node *n, struct rate_rules *out);
bool config_cases(struct config_reader *r, const struct config_node *n, void *settings);
bool config_levels(struct config_reader *r, const struct config_node *n, void *settings);
bool config_level_words(struct config_reader *r, const struct config_node *n, void *settings);
bool config_templates(struct config_reader *r, const struct config_node *n, void *settings);
bool config_phrases(struct config_reader *r, const struct config_node *n, void *settings);
bool config_outcomes(struct config_reader *r, const struct config_node *n, void *settings);
bool config_fraud_types(struct config_reader *r, const struct config_node *n, void *settings);
bool config_rewards(struct config_reader *r, const struct config_node *n, void *settings);

/* After all keys: texts longer than one SMS are told, with the signature that is in force. */
void config_templates_warn(const struct config_node *root, const struct settings *s);
/* Plain Chinese why it is no signature, or NULL. */
const char *config_signature_check(const char *text);

#endif
