/*
 * explain.h - `quanzu explain KIND`: how quanzu reads one thing.
 *
 * Each function takes one line object of the vector files' form (without its
 * expectation) and returns a new object: "id" where the line has one, and the fields of
 * that line's expectation. They need no daemon and touch no file. A line that lacks what
 * it must have gives an object with "error" and a plain Chinese text.
 */
#ifndef QUANZU_EXPLAIN_H
#define QUANZU_EXPLAIN_H

#include <jansson.h>

json_t *explain_pdu(const json_t *line);
json_t *explain_at(const json_t *line);
json_t *explain_reply(const json_t *line);
json_t *explain_amount(const json_t *line);
json_t *explain_identity(const json_t *line); /* phone, phones, id, id_check, name, date, amount */
json_t *explain_headers(const json_t *line);
json_t *explain_sign(const json_t *line); /* signatures of providers, and configured ones */

#endif
