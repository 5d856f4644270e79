/*
 * config_unit.h - values with units, as people write them in the configuration. Pure.
 */
#ifndef QUANZU_CONFIG_UNIT_H
#define QUANZU_CONFIG_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFIG_SAY = 40 };

/*
 * "90s", "3min", "2h", "7d", "1h30min", "500ms", "30分钟", "24小时", "7天" to milliseconds.
 * A number without unit is seconds. False: no duration, or over ten years.
 */
bool config_duration(const char *s, int64_t *ms);
/* "8192", "256K", "5M", "3G" (1,024 each; B and iB may follow) to bytes. */
bool config_size(const char *s, int64_t *bytes);
/* "08:00-21:00", over midnight "20:00-06:00", "always" or "全天" to minutes of the day. */
bool config_window(const char *s, int *from_min, int *to_min);
char *config_say_duration(int64_t ms, char out[CONFIG_SAY]); /* 90秒, 3分钟, 2小时, 7天 */
char *config_say_size(int64_t bytes, char out[CONFIG_SAY]);  /* 256K */

#endif
