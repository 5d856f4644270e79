/*
 * json_read.h - JSON from the wire as a tree of jansson.
 *
 * Gives what json_loadb() with JSON_REJECT_DUPLICATES gives, and its error. Objects and lists as
 * senders write them (plain texts, whole numbers, few levels) are read here, without a call for each
 * byte; whatever else comes, be it an escape, a fraction or a mistake, is left to jansson from its
 * start.
 */
#ifndef QUANZU_JSON_READ_H
#define QUANZU_JSON_READ_H

#include <jansson.h>
#include <stddef.h>

/* New reference; NULL: *error says why (error may be NULL). Only an object or a list is taken. */
json_t *json_read(const char *text, size_t n, json_error_t *error);

#endif
