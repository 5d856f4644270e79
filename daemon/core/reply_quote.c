/* reply_quote.c - what in a text is not the sender's own answer (docs/REPLIES.md, 4). */
#include <string.h>

#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

enum { SIGN_BYTES = 200 };

static const char16_t tapbacks[] =
	u"赞了 喜欢了 不喜欢了 爱了 大笑了 笑了 哈哈了 强调了 质疑了 踩了 对";
static const char16_t tapbacks_english[] =
	u"liked loved emphasized questioned disliked reacted laughed";
static const char16_t openers[] =
	u"我正在开车 我在开车 正在开车 我正在驾驶 正在驾驶 驾驶模式 我正在开会 正在开会 我在开会 "
	u"我现在不方便接听 现在不方便接听 我现在不方便接电话 现在不方便接电话 现在不方便说话 "
	u"自动回复 勿扰模式 专注模式 此为自动回复";

/* The quote that closes `c`, or 0 when `c` opens none. */
static uint32_t closing_of(uint32_t c)
{
	switch (c) {
	case u'“':
		return u'”';
	case u'‘':
		return u'’';
	case u'「':
		return u'」';
	case u'『':
		return u'』';
	case '"':
	case '\'':
		return c;
	default:
		return 0;
	}
}

static bool is_closing(uint32_t c)
{
	return c == u'”' || c == u'’' || c == u'」' || c == u'』' || c == '"' || c == '\'';
}

/* The place of ` to “`, or n. */
static size_t find_to_quote(const uint32_t *t, size_t n)
{
	for (size_t i = 0; i + 5 <= n; i++)
		if (t[i] == ' ' && t[i + 1] == 't' && t[i + 2] == 'o' && t[i + 3] == ' ' &&
			t[i + 4] == u'“')
			return i;
	return n;
}

/* 对“...”表示了赞: a closing quote, then one of these words within six characters. */
static bool has_reaction(const uint32_t *t, size_t n, size_t from)
{
	for (size_t i = from; i < n; i++)
		for (size_t k = 1; is_closing(t[i]) && k <= 7; k++)
			if (canon_word_at(t, n, i + k, u"表示 做出 的反应 回应") > 0)
				return true;
	return false;
}

bool reply_is_tapback(const uint32_t *t, size_t n)
{
	size_t to_quote = find_to_quote(t, n), len = canon_word_at(t, n, 0, tapbacks);

	if (to_quote <= 6 && to_quote < n)
		return true;
	if (len > 0 && len < n && closing_of(t[len]) != 0)
		return t[0] != u'对' || has_reaction(t, n, len + 1);
	len = canon_word_at(t, n, 0, tapbacks_english);
	if (len == 0 || (len < n && !canon_is_separator(t[len])))
		return false;
	if (to_quote < n)
		return true;
	while (len < n && (t[len] == ' ' || canon_is_ascii(t[len])))
		len++;
	return len < n && closing_of(t[len]) != 0;
}

static size_t line_end(const uint32_t *t, size_t n, size_t at)
{
	while (at < n && t[at] != '\n')
		at++;
	return at;
}

static size_t drop_quoted_lines(uint32_t *t, size_t n)
{
	size_t to = 0, from = 0;

	while (from < n) {
		size_t end = line_end(t, n, from), first = from;

		while (first < end && t[first] == ' ')
			first++;
		if (first == end || t[first] != '>') {
			memmove(t + to, t + from, (end - from) * sizeof *t);
			to += end - from;
		}
		if (end < n)
			t[to++] = '\n';
		from = end + 1;
	}
	return to;
}

/* Where our message that begins with 【 at t[at] ends. */
static size_t own_end(const uint32_t *t, size_t n, size_t at)
{
	uint32_t closing = at > 0 ? closing_of(t[at - 1]) : 0;

	for (size_t i = at; closing != 0 && i < n; i++)
		if (t[i] == closing)
			return i + 1;
	return line_end(t, n, at);
}

static bool is_signature(
	const uint32_t *t, size_t n, size_t at, const uint32_t *sign, size_t sign_n)
{
	return t[at] == u'【' && n - at >= sign_n + 2 && t[at + 1 + sign_n] == u'】' &&
	       memcmp(t + at + 1, sign, sign_n * sizeof *t) == 0;
}

/* The signature as it stands between its brackets, which a template may have or not. */
static size_t fold_sign(const char *sign, uint32_t name[SIGN_BYTES + 1])
{
	size_t n;

	if (sign == NULL || strlen(sign) > SIGN_BYTES)
		return 0;
	n = canon_fold(sign, strlen(sign), name);
	if (n < 2 || name[0] != u'【' || name[n - 1] != u'】')
		return n;
	memmove(name, name + 1, (n - 2) * sizeof *name);
	return n - 2;
}

size_t reply_own_lines(const uint32_t *t, size_t n, const char *sign)
{
	uint32_t name[SIGN_BYTES + 1];
	size_t name_n = fold_sign(sign, name), at = 0;

	for (;;) {
		while (at < n && (t[at] == ' ' || t[at] == '\n'))
			at++;
		if (at == n ||
			!(t[at] == '>' || (name_n > 0 && is_signature(t, n, at, name, name_n))))
			return at;
		at = line_end(t, n, at);
	}
}

size_t reply_drop_own(uint32_t *t, size_t n, const char *sign)
{
	uint32_t name[SIGN_BYTES + 1];
	size_t name_n = fold_sign(sign, name), to = 0;

	n = drop_quoted_lines(t, n);
	for (size_t i = 0; i < n;) {
		if (name_n == 0 || !is_signature(t, n, i, name, name_n)) {
			t[to++] = t[i++];
			continue;
		}
		if (i > 0 && to > 0 && closing_of(t[i - 1]) != 0)
			to--;
		i = own_end(t, n, i);
		t[to++] = '\n'; /* what stood around it does not touch now */
	}
	return canon_tidy(t, to);
}

size_t reply_opener(const uint32_t *t, size_t n)
{
	size_t at = 0, len;

	while (at < n && (t[at] == '[' || t[at] == '(' || t[at] == u'【' || t[at] == ' '))
		at++;
	len = canon_word_at(t, n, at, openers);
	return len == 0 ? 0 : at + len;
}
