/* cloud_form.c - texts with {names}, and paths into JSON. */
#include "cloud_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud_account.h"
#include "cloud_time.h"

#include "banned.h"

enum { VALUE_MAX = CLOUD_BODY_MAX, OPTIONS = 48 };

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

enum cloud_escape cloud_escape_of(const char *content_type)
{
	if (strcasestr(content_type, "json") != NULL)
		return CLOUD_JSON;
	if (strcasestr(content_type, "xml") != NULL)
		return CLOUD_XML;
	return strcasestr(content_type, "form-urlencoded") != NULL ? CLOUD_FORM : CLOUD_RAW;
}

/* -- escaping ------------------------------------------------------------------------------------ */

static void add_percent(const char *value, const char *charset, struct buf *out)
{
	struct buf bytes;

	buf_init(&bytes, VALUE_MAX);
	sign_charset(value, charset, &bytes);
	sign_percent(buf_str(&bytes), bytes.len, out);
	buf_free(&bytes);
}

static void add_json(const char *value, struct buf *out)
{
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buf_addf(out, "\\%c", *value);
		else if (*value == '\n')
			buf_adds(out, "\\n");
		else if ((unsigned char)*value < ' ')
			buf_addf(out, "\\u%04x", (unsigned)(unsigned char)*value);
		else
			buf_addc(out, *value);
	}
}

static void add_xml(const char *value, struct buf *out)
{
	static const struct {
		char sign;
		const char *as;
	} signs[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" }, { '"', "&quot;" },
		{ '\'', "&apos;" } };

	for (; *value != '\0'; value++) {
		size_t i = 0;

		while (i < 5 && signs[i].sign != *value)
			i++;
		if (i < 5)
			buf_adds(out, signs[i].as);
		else if ((unsigned char)*value >= ' ' || *value == '\n')
			buf_addc(out, *value);
	}
}

/* A line of its own could not be made by a value. */
static void add_raw(const char *value, struct buf *out)
{
	for (; *value != '\0'; value++)
		buf_addc(out, (unsigned char)*value < ' ' ? ' ' : *value);
}

static void add_value(const struct cloud_form *f, const char *value, struct buf *out)
{
	switch (f->escape) {
	case CLOUD_FORM:
		add_percent(value, f->charset, out);
		break;
	case CLOUD_JSON:
		add_json(value, out);
		break;
	case CLOUD_XML:
		add_xml(value, out);
		break;
	default:
		add_raw(value, out);
		break;
	}
}

/* -- names ---------------------------------------------------------------------------------------- */

void cloud_form_time(int64_t ms, const char *format, const char *zone, char *out, size_t n)
{
	if (strcmp(format, "s") == 0)
		snprintf(out, n, "%lld", (long long)(ms / 1000));
	else if (strcmp(format, "ms") == 0)
		snprintf(out, n, "%lld", (long long)ms);
	else
		cloud_time(
			ms, strcmp(zone, "utc") == 0 ? CLOUD_UTC : CLOUD_BEIJING, format, out, n);
}

/* FORMAT, or FORMAT:ZONE. */
static void add_time(const struct cloud_form *f, char *options, struct buf *out)
{
	char *zone = strrchr(options, ':'), text[64];

	if (zone != NULL && (strcmp(zone, ":+8") == 0 || strcmp(zone, ":utc") == 0))
		*zone++ = '\0';
	else
		zone = options + strlen(options);
	cloud_form_time(f->moment->now_ms, options, zone, text, sizeof text);
	add_value(f, text, out);
}

/* The placeholder at `s`, a brace: its length, name and options. 0: none, the brace is itself. */
static size_t placeholder(const char *s, char name[CLOUD_NAME], char options[OPTIONS])
{
	size_t n = strspn(s + 1, LETTERS), all = n + 1, more;

	if (n > 0)
		all = 1 + strspn(s + 1, LETTERS "0123456789_");
	n = all - 1;
	if (n == 0 || n >= CLOUD_NAME || (s[all] != '}' && s[all] != ':'))
		return 0;
	more = s[all] == ':' ? strcspn(s + all + 1, "}\"") : 0;
	if (more >= OPTIONS || (s[all] == ':' && s[all + 1 + more] != '}'))
		return 0;
	snprintf(name, CLOUD_NAME, "%.*s", (int)n, s + 1);
	snprintf(options, OPTIONS, "%.*s", (int)more, s + all + 1);
	return s[all] == ':' ? all + more + 2 : all + 1;
}

static bool add_placeholder(
	const struct cloud_form *f, const char *name, char *options, struct buf *out)
{
	const char *value;
	char nonce[33];
	long n;

	if (options[0] != '\0' && strcmp(name, "ts") == 0) {
		add_time(f, options, out);
		return true;
	}
	if (options[0] != '\0' && strcmp(name, "nonce") == 0) {
		n = strtol(options, NULL, 10);
		snprintf(nonce, sizeof nonce, "%.*s", n < 1 || n > 32 ? 32 : (int)n,
			f->moment->nonce);
		add_value(f, nonce, out);
		return true;
	}
	value = options[0] == '\0' ? f->value(f->arg, name) : NULL;
	if (value != NULL)
		add_value(f, value, out);
	return value != NULL;
}

bool cloud_form(
	const char *text, const struct cloud_form *f, struct buf *out, char wrong[CLOUD_NAME])
{
	char name[CLOUD_NAME], options[OPTIONS];

	while (*text != '\0') {
		size_t plain = strcspn(text, "{"), n;

		buf_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		n = placeholder(text, name, options);
		if (n == 0) {
			buf_addc(out, *text++);
			continue;
		}
		if (!add_placeholder(f, name, options, out)) {
			snprintf(wrong, CLOUD_NAME, "%s", name);
			return false;
		}
		text += n;
	}
	return true;
}

/* -- paths ------------------------------------------------------------------------------------------ */

const json_t *cloud_path(const json_t *root, const char *path)
{
	while (root != NULL && *path != '\0') {
		char key[64];
		size_t n;

		path += *path == '.';
		if (*path == '[') {
			root = json_array_get(root, (size_t)strtoul(path + 1, NULL, 10));
			path += strcspn(path, "]");
			path += *path == ']';
			continue;
		}
		n = strcspn(path, ".[");
		if (n == 0 || n >= sizeof key)
			return NULL;
		snprintf(key, sizeof key, "%.*s", (int)n, path);
		root = json_object_get(root, key);
		path += n;
	}
	return root;
}

const char *cloud_path_text(const json_t *root, const char *path, char *out, size_t n)
{
	return cloud_value_text(cloud_path(root, path), out, n);
}
