/*
 * veil.h - how a sealed record looks to whoever has no need to know it.
 *
 * Objects are masked by the names of their members (a table), everything whose name is not
 * known to be harmless is masked too. Running text loses its long numbers, its house numbers
 * and the names it is told. Pure.
 */
#ifndef QUANZU_VEIL_H
#define QUANZU_VEIL_H

#include <jansson.h>
#include <stddef.h>

#include "buf.h"

/* A masked copy; a new reference. */
json_t *veil_json(const json_t *value);
/* Appends the text: runs of 7 and more digits masked, 12号 as *号, each name as its mask. */
void veil_prose(const char *text, const char *const *names, size_t count, struct buf *out);

#endif
