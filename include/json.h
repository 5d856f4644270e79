/*
 * json.h - short hands over jansson. Borrowed references unless a line says new.
 */
#ifndef QUANZU_JSON_H
#define QUANZU_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

const char *json_str(const json_t *object, const char *key); /* NULL: absent or no string */
int64_t json_int(const json_t *object, const char *key, int64_t otherwise);
bool json_flag(const json_t *object, const char *key, bool otherwise);
void json_put_str(json_t *object, const char *key, const char *s); /* null when s is NULL */
void json_put_int(json_t *object, const char *key, int64_t n);
void json_put_time(json_t *object, const char *key, int64_t ms); /* ISO 8601; null when 0 */
void json_wipe(json_t *value); /* overwrites every text in it, for secrets; then decref */
void json_write(const json_t *value, struct buf *out); /* compact, UTF-8 as it is */

#endif
