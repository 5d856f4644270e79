/* cloud_text.c - what providers allow in a text. */
#include "cloud_text.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

#include "banned.h"

enum { ONE = 70, EACH = 67, MARK_CHARS = 8 };

/* Where the office has no signature a mark stands first, and that is never one. */
static const char *cloud_text_body(const char *text)
{
	const char *end = strncmp(text, "【", 3) == 0 ? strstr(text, "】") : NULL,
		   *mark = strstr(text, "演练");

	return end == NULL || (mark != NULL && mark < end) ? text : end + 3;
}

void cloud_text_plain(const char *text, struct buf *out)
{
	const char *s = cloud_text_body(text), *end = s + strlen(s);

	while (s < end) {
		uint32_t c = text_next(&s, end);
		char piece[4];

		if (c == TEXT_BAD)
			continue;
		c = c == 0x3010 ? '(' : c == 0x3011 ? ')' : c;
		buf_add(out, piece, text_put(c, piece));
	}
}

bool cloud_text_marked(const char *text)
{
	const char *body = cloud_text_body(text), *mark = strstr(body, "演练");

	return strncmp(body, "【", 3) == 0 ||
	       (mark != NULL && (size_t)(mark - body) <= text_prefix(body, MARK_CHARS));
}

/* -- links and addresses ---------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A dot with a name before it and a known ending behind it. */
static bool is_domain(const char *value)
{
	static const char *const ends[] = { "com", "cn", "net", "org", "top", "xyz", "vip", "cc",
		"co", "io", "info", "me", "link", "site", "shop", "club", "app", "tv" };

	for (const char *dot = value; (dot = strchr(dot, '.')) != NULL; dot++) {
		size_t n = strspn(dot + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (dot == value || (!is_letter(dot[-1]) && !is_digit(dot[-1])))
			continue;
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
			if (strlen(ends[i]) == n && strncasecmp(dot + 1, ends[i], n) == 0)
				return true;
	}
	return false;
}

static bool is_address(const char *value)
{
	for (; *value != '\0'; value++) {
		const char *s = value;
		int parts = 0;

		while (is_digit(*s) && parts < 4) {
			size_t n = strspn(s, "0123456789");

			if (n > 3)
				break;
			parts++;
			s += n;
			if (parts < 4 && *s != '.')
				break;
			s += parts < 4;
		}
		if (parts == 4)
			return true;
		if (is_digit(*value))
			value += strspn(value, "0123456789") - 1;
	}
	return false;
}

const char *cloud_text_forbidden(const char *value)
{
	if (strstr(value, "【") != NULL || strstr(value, "】") != NULL)
		return "内容里有【】,服务商不收";
	if (strstr(value, "://") != NULL || strcasestr(value, "www.") != NULL || is_domain(value))
		return "内容里有网址,服务商不收";
	if (is_address(value))
		return "内容里有 IP 地址,服务商不收";
	return NULL;
}

/* -- speech -------------------------------------------------------------------------------------------- */

void cloud_text_spoken(const char *value, struct buf *out)
{
	for (const char *s = value; *s != '\0'; s++) {
		if (*s == '*')
			buf_adds(out, "某");
		else if (*s == ':' && s > value && is_digit(s[-1]) && is_digit(s[1]))
			buf_adds(out, "点");
		else if (strchr("#/:-%", *s) != NULL)
			buf_addc(out, ' ');
		else if (strncmp(s, "¥", 2) == 0 || strncmp(s, "·", 2) == 0)
			buf_adds(out, (s++, " "));
		else
			buf_addc(out, *s);
	}
}

int cloud_text_segments(const char *text)
{
	size_t n = text_units(text);

	return n == 0 ? 0 : n <= ONE ? 1 : (int)((n + EACH - 1) / EACH);
}

bool cloud_mobile(const char *number, char out[12])
{
	const char *s = number;
	size_t n = strlen(s);

	if (strncmp(s, "+86", 3) == 0)
		s += 3;
	else if (strncmp(s, "0086", 4) == 0)
		s += 4;
	else if (strncmp(s, "86", 2) == 0 && n == 13)
		s += 2;
	if (strlen(s) != 11 || strspn(s, "0123456789") != 11 || s[0] != '1' || s[1] < '3')
		return false;
	memcpy(out, s, 12);
	return true;
}

void cloud_called(const char *number, char out[32])
{
	size_t n = 0;

	if (cloud_mobile(number, out))
		return;
	for (; *number != '\0' && n < 31; number++)
		if (is_digit(*number))
			out[n++] = *number;
	out[n] = '\0';
}
