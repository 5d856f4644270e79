/*
 * fields_json.h - an object of JSON as the fields of one record.
 *
 * A key is a name of the HTTP contract, a field name of header.h, or one of the Chinese words
 * of the headers. Lists become one cell with several values; the transfers of a warning ("tx")
 * and the relatives of a resident ("family", "guardian") become fields with a part. What has another form is handed on as it came (raw).
 */
#ifndef QUANZU_FIELDS_JSON_H
#define QUANZU_FIELDS_JSON_H

#include "arena.h"
#include "fields.h"

enum { FIELDS_JSON = 512 };

struct fields_json {
	enum header_kind kind;
	const struct intake_ctx *ctx;
	struct arena arena; /* the texts */
	struct field field[FIELDS_JSON];
	size_t count;
};

/* NULL: not an object, or too wide; *why says so. The object must outlive the result. */
struct fields_json *fields_of_json(const json_t *object, enum header_kind kind, int row,
	const struct intake_ctx *ctx, struct fault *why);
void fields_json_free(struct fields_json *f); /* NULL is allowed */

#endif
