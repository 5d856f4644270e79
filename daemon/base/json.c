#include "json.h"

#include <string.h>

#include "clock.h"
#include "jot.h"

#include "banned.h"

const char *json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t json_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool json_flag(const json_t *object, const char *key, bool otherwise)
{
	const json_t *v = json_object_get(object, key);

	return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

void json_put_str(json_t *object, const char *key, const char *s)
{
	json_object_set_new(object, key, s == NULL ? json_null() : json_string(s));
}

void json_put_int(json_t *object, const char *key, int64_t n)
{
	json_object_set_new(object, key, json_integer(n));
}

void json_put_time(json_t *object, const char *key, int64_t ms)
{
	char iso[CLOCK_ISO_MAX];

	json_object_set_new(object, key, ms == 0 ? json_null() : json_string(clock_iso(ms, iso)));
}

void json_wipe(json_t *value)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_string(value))
		explicit_bzero(
			(char *)(uintptr_t)json_string_value(value), json_string_length(value));
	json_object_foreach(value, key, v)
		json_wipe(v);
	json_array_foreach(value, i, v)
		json_wipe(v);
}

static int append(const char *bytes, size_t n, void *out)
{
	return buf_add(out, bytes, n) ? 0 : -1;
}

static void write_object(const json_t *object, struct buf *out)
{
	const char *key, *comma = "";
	json_t *v;

	buf_addc(out, '{');
	json_object_foreach((json_t *)(uintptr_t)object, key, v) {
		buf_adds(out, comma);
		jot_quoted(out, key, strlen(key));
		buf_addc(out, ':');
		json_write(v, out);
		comma = ",";
	}
	buf_addc(out, '}');
}

static void write_list(const json_t *list, struct buf *out)
{
	json_t *v;
	size_t i;

	buf_addc(out, '[');
	json_array_foreach(list, i, v) {
		if (i > 0)
			buf_addc(out, ',');
		json_write(v, out);
	}
	buf_addc(out, ']');
}

/* Of our own trees, so without jansson's search for circles. */
void json_write(const json_t *value, struct buf *out)
{
	if (value == NULL)
		return;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(value, out);
		break;
	case JSON_ARRAY:
		write_list(value, out);
		break;
	case JSON_STRING:
		jot_quoted(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		jot_number(out, json_integer_value(value));
		break;
	default:
		json_dump_callback(value, append, out, JSON_COMPACT | JSON_ENCODE_ANY);
		break;
	}
}
