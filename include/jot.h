/*
 * jot.h - a small JSON object written straight into a buffer: {"case":7,"kind":"dissuade"}.
 *
 * For what is written often and read rarely, such as the data of events: no tree, no blanks,
 * members in the order of the calls (give them in the order of their keys). Keys are plain
 * words of ours, at most 60 bytes; values are UTF-8 and escaped as JSON wants it.
 */
#ifndef QUANZU_JOT_H
#define QUANZU_JOT_H

#include <jansson.h>
#include <stdint.h>

#include "buf.h"

void jot_begin(struct buf *b); /* empties it first */
void jot_str(struct buf *b, const char *key, const char *value);
void jot_int(struct buf *b, const char *key, int64_t n);
void jot_true(struct buf *b, const char *key);
void jot_json(struct buf *b, const char *key, const json_t *value);
/* A list or an object inside; key NULL: an item of a list. Each open one is closed. */
void jot_open_list(struct buf *b, const char *key);
void jot_open(struct buf *b, const char *key);
void jot_item(struct buf *b, const char *value); /* a text, in an open list */
void jot_close_list(struct buf *b);
void jot_close(struct buf *b);
const char *jot_end(struct buf *b);                         /* the object; in the buffer */
void jot_number(struct buf *b, int64_t n);                  /* decimal digits alone */
void jot_quoted(struct buf *b, const char *text, size_t n); /* one JSON string alone */

#endif
