/*
 * cloud_form.h - requests that are written in the configuration: a text with {names} in it.
 *
 *   {"mobile":"{to}","content":"{text}","ts":"{ts:%Y%m%d%H%M%S:+8}","nonce":"{nonce:16}"}
 *
 * A { that is not followed by a name, an optional : and } stays as it is, so that JSON can be
 * written plainly. Values are put in once, escaped for where they stand; nothing in them is
 * looked at again. {ts:FORMAT:ZONE}: s, ms, or %Y %m %d %H %M %S; zone +8 or utc. {nonce:N}: the
 * first N of 32 digits. Paths into JSON: data.list[0].status, or [2] into a row.
 */
#ifndef QUANZU_CLOUD_FORM_H
#define QUANZU_CLOUD_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "cloud.h"

enum cloud_escape { CLOUD_RAW, CLOUD_FORM, CLOUD_JSON, CLOUD_XML };
enum { CLOUD_NAME = 32 };

struct cloud_form {
	const char *(*value)(void *arg, const char *name); /* NULL: no such value */
	void *arg;
	const struct cloud_moment *moment;
	const char *charset;
	enum cloud_escape escape;
};

/* How values in a body of that type are escaped. */
enum cloud_escape cloud_escape_of(const char *content_type);
/* Appends. False: `wrong` says which name is not known. The text is UTF-8 (of a form: ASCII). */
bool cloud_form(
	const char *text, const struct cloud_form *f, struct buf *out, char wrong[CLOUD_NAME]);
/* The moment by a format of {ts}; zone "+8" or "utc". */
void cloud_form_time(int64_t ms, const char *format, const char *zone, char *out, size_t n);

/* NULL: nothing there. Borrowed. */
const json_t *cloud_path(const json_t *root, const char *path);
/* What stands there as text: strings, numbers, flags; "" otherwise. Returns out. */
const char *cloud_path_text(const json_t *root, const char *path, char *out, size_t n);

#endif
