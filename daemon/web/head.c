#include "head.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "banned.h"

enum { LENGTH_DIGITS = 15 };

#define WANTED(name, f) \
	{ \
		name, sizeof(name) - 1, offsetof(struct request_head, f) \
	}

static const struct {
	const char *name;
	size_t n, field;
} wanted[] = {
	WANTED("Authorization", authorization),
	WANTED("Content-Type", content_type),
	WANTED("Content-Length", length),
	WANTED("If-None-Match", if_none_match),
	WANTED("Quanzu-Key", key),
	WANTED("Quanzu-Time", time),
	WANTED("Quanzu-Nonce", nonce),
	WANTED("Quanzu-Signature", signature),
};

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *s, size_t n)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return n > 0 && strspn(s, tchar) == n;
}

static bool is_value(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7F)
			return false;
	return true;
}

static bool is_named(const char *want, const char *name, size_t n)
{
	return strlen(want) == n && strcasecmp(want, name) == 0;
}

/* A name in which that of a framing header is hidden. */
static bool is_framing_in_disguise(const char *name, size_t n)
{
	static const char *const framing[] = { "Transfer-Encoding", "Content-Length" };

	if (n <= strlen(framing[1]))
		return false;
	for (size_t i = 0; i < sizeof framing / sizeof *framing; i++)
		if (strcasestr(name, framing[i]) != NULL && strcasecmp(name, framing[i]) != 0)
			return true;
	return false;
}

static bool is_length(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n <= LENGTH_DIGITS && s[n] == '\0';
}

static void keep(struct head_check *c, const char *name, size_t n, const char *value)
{
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		const char **field = (const char **)(void *)((char *)c->head + wanted[i].field);

		if (wanted[i].n != n || strcasecmp(wanted[i].name, name) != 0)
			continue;
		c->singles += *field != NULL;
		*field = value;
		return;
	}
}

void head_take(
	struct head_check *c, const char *name, size_t name_n, const char *value, size_t value_n)
{
	const char *text = value == NULL ? "" : value;

	c->count++;
	c->bytes += name_n + value_n + strlen(": \r\n");
	if (!is_token(name, name_n) || !is_value(text, value_n) ||
		is_framing_in_disguise(name, name_n)) {
		c->bad = true;
		return;
	}
	c->lengths += is_named("Content-Length", name, name_n);
	c->hosts += is_named("Host", name, name_n);
	c->codings += is_named("Transfer-Encoding", name, name_n) || is_named("TE", name, name_n);
	keep(c, name, name_n, text);
}

const char *head_verdict(const struct head_check *c, size_t line, size_t size, bool http11)
{
	size_t seen = line + c->bytes + strlen("\r\n");

	/* The blank behind a colon may be absent; nothing may be there that we do not see. */
	if (c->bad || size > seen || size + c->count < seen)
		return "bad_header";
	if (c->codings > 0)
		return "transfer_encoding";
	if (c->lengths > 1 || (c->lengths == 1 && !is_length(c->head->length)))
		return "content_length";
	if (c->hosts > 1 || (http11 && c->hosts == 0))
		return "host";
	if (c->singles > 0)
		return "header_twice";
	return NULL;
}

size_t head_length(const struct request_head *h)
{
	size_t n = 0;

	if (h->length == NULL)
		return 0;
	for (const char *s = h->length; *s != '\0'; s++)
		n = n * 10 + (size_t)(*s - '0');
	return n;
}
