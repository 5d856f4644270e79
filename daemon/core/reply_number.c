/*
 * reply_number.c - the numbers of a text, and what surrounds them (docs/REPLIES.md, 5).
 *
 * Numbers are stretches of digits, and Chinese numerals where one may be a code. What
 * stands beside a number says whether it can be a code at all: 17号楼 is a house, 17:30 a
 * time, 17.5万 a sum.
 */
#include <string.h>

#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

/* Words of one or two characters that mean nothing between and before codes; longer ones first. */
static const struct small_word {
	char16_t first, second;
	bool connects; /* codes too: 17和18 */
} small_words[] = {
	{ u'回', u'复', false },
	{ u'答', u'复', false },
	{ u'任', u'务', false },
	{ u'编', u'号', false },
	{ u'工', u'单', false },
	{ u'回', 0, false },
	{ u'选', 0, false },
	{ u'按', 0, false },
	{ u'发', 0, false },
	{ u'r', u'e', false },
	{ u'和', 0, true },
	{ u'跟', 0, true },
	{ u'与', 0, true },
	{ u'及', 0, true },
	{ u'还', u'有', true },
};
static const char16_t measures[] = u"组 队 楼 层 弄 室 栋 幢 个 次 遍 天 日 月 年 岁 点 分 秒 时 "
				   u"小时 钟 元 块 圆 万 千 百 十 亿 k "
				   u"w % 米 公里 路 度 折 笔 多 几 余";
static const char16_t houses[] = u"楼 院 门 桥 线 店 库 桌 车";
static const char16_t before_number[] = u"第 尾号 弄 住 ¥ $";

void reply_know_codes(struct reply_work *w)
{
	for (size_t i = 0; i < w->context->n_tasks && i < REPLY_TASKS_MAX; i++) {
		const struct reply_task *task = &w->context->tasks[i];
		size_t len = strnlen(task->code, sizeof task->code);
		unsigned value = 0;
		uint16_t *slot;

		if (len < 2 || len > 3 || strspn(task->code, "0123456789") != len)
			continue;
		for (size_t k = 0; k < len; k++)
			value = value * 10 + (unsigned)(task->code[k] - '0');
		slot = len == 2 ? &w->two[value] : &w->three[value];
		if (*slot == 0 || w->context->tasks[*slot - 1].state == REPLY_CLOSED)
			*slot = (uint16_t)(i + 1);
	}
}

enum reply_number_kind reply_kind_of(
	const struct reply_work *w, uint32_t digits, uint32_t value, int *task, int *action)
{
	int with = digits == 3 ? w->two[value / 10] : digits == 4 ? w->three[value / 10] : 0;
	int alone = digits == 2 ? w->two[value] : digits == 3 ? w->three[value] : 0;

	*action = with != 0 ? (int)(value % 10) : -1;
	*task = (with != 0 ? with : alone) - 1;
	return with != 0    ? REPLY_NUMBER_CODE_ACTION
	       : alone != 0 ? REPLY_NUMBER_CODE
			    : REPLY_NUMBER_OTHER;
}

/* -- what may stand around ---------------------------------------------------------------------- */

static uint32_t at_or_0(const struct reply_work *w, size_t at)
{
	return at < w->n ? w->t[at] : 0;
}

static bool is_digit_at(const struct reply_work *w, size_t at)
{
	return canon_is_digit(at_or_0(w, at));
}

static size_t word_at(const struct reply_work *w, size_t at, const char16_t *words)
{
	return canon_word_at(w->t, w->n, at, words);
}

static const struct small_word *small_word_at(const struct reply_work *w, size_t at)
{
	uint32_t c = w->t[at];

	for (size_t i = 0; i < sizeof small_words / sizeof *small_words; i++) {
		const struct small_word *word = &small_words[i];

		if (c != word->first || (word->second != 0 && at_or_0(w, at + 1) != word->second))
			continue;
		/* re, but not in there */
		if (c == 'r' && ((at > 0 && canon_is_ascii(w->t[at - 1])) ||
					canon_is_ascii(at_or_0(w, at + 2))))
			continue;
		return word;
	}
	return NULL;
}

static size_t length_of(const struct small_word *word)
{
	return word == NULL ? 0 : word->second == 0 ? 1 : 2;
}

size_t reply_only_filler_at(const struct reply_work *w, size_t at)
{
	const struct small_word *word = small_word_at(w, at);

	return word != NULL && !word->connects ? length_of(word) : 0;
}

size_t reply_connector_at(const struct reply_work *w, size_t at)
{
	const struct small_word *word = small_word_at(w, at);

	return word != NULL && word->connects ? length_of(word) : 0;
}

size_t reply_filler_at(const struct reply_work *w, size_t at)
{
	size_t len = length_of(small_word_at(w, at));

	return len == 0 && w->t[at] == u'号' ? 1 : len;
}

/* 号 marks a code, unless a phrase begins with it: 18号码不对. */
bool reply_is_mark(const struct reply_work *w, size_t at)
{
	return at_or_0(w, at) == u'号' && !reply_listed_at(w, at);
}

static bool is_house(const struct reply_work *w, size_t at)
{
	return reply_is_mark(w, at) && word_at(w, at + 1, houses) > 0;
}

/* A single digit that may be an action, by what is beside and behind it. */
bool reply_stands_as_action(const struct reply_work *w, size_t at)
{
	uint32_t next = at_or_0(w, at + 1);

	if (!is_digit_at(w, at) || is_digit_at(w, at + 1))
		return false;
	if (at > 0 && (is_digit_at(w, at - 1) || w->t[at - 1] == u'¥' || w->t[at - 1] == '$'))
		return false;
	if ((next == '.' || next == '-' || next == '~') && is_digit_at(w, at + 2))
		return false;
	if (next == ':' && is_digit_at(w, at + 2) && is_digit_at(w, at + 3))
		return false;
	if (at + 1 >= w->n || (canon_is_separator(next) && next != '%'))
		return true;
	return reply_listed_at(w, at + 1);
}

/* 17:30, as hour or as minute. */
static bool is_time(const struct reply_work *w, const struct reply_number *number)
{
	size_t s = number->start, e = number->end;

	if (at_or_0(w, e) == ':' && number->digits <= 2 && is_digit_at(w, e + 1) &&
		is_digit_at(w, e + 2) && !is_digit_at(w, e + 3))
		return true;
	return s >= 2 && w->t[s - 1] == ':' && number->digits == 2 && is_digit_at(w, s - 2);
}

/* 17.5万; but 17.1 is a code and its action. */
static bool is_decimal(const struct reply_work *w, const struct reply_number *number)
{
	size_t s = number->start, e = number->end;

	if (s >= 2 && w->t[s - 1] == '.' && is_digit_at(w, s - 2))
		return true;
	if (at_or_0(w, e) != '.' || !is_digit_at(w, e + 1))
		return false;
	return (number->digits == 3 && w->three[number->value] == 0) || number->digits > 3 ||
	       !reply_stands_as_action(w, e + 1);
}

/* A letter a-z directly before, other than those of re. */
static bool letter_before(const struct reply_work *w, size_t at)
{
	size_t from = at;

	while (from > 0 && canon_is_ascii(w->t[from - 1]))
		from--;
	return from < at && !(at - from == 2 && w->t[from] == 'r' && w->t[from + 1] == 'e');
}

bool reply_is_no_code(const struct reply_work *w, const struct reply_number *number)
{
	size_t e = number->end;

	if (at_or_0(w, e) != 0 && word_at(w, e, measures) > 0 && !reply_listed_at(w, e))
		return true;
	if (is_house(w, e))
		return true;
	if (reply_is_mark(w, e) &&
		(number->digits == 4 || (number->digits == 3 && w->three[number->value] == 0)))
		return true;
	if (number->start > 0 && canon_word_before(w->t, number->start, before_number) > 0)
		return true;
	return letter_before(w, number->start) || is_time(w, number) || is_decimal(w, number);
}

/* -- Chinese numerals --------------------------------------------------------------------------- */

static bool is_dictated(uint32_t c)
{
	return c == u'十' || canon_digit_of(c) >= 0;
}

static size_t dictated_end(const struct reply_work *w, size_t at)
{
	while (at < w->n && is_dictated(w->t[at]))
		at++;
	return at;
}

static bool counts(const uint32_t *t, size_t at, size_t end)
{
	return at < end && canon_digit_of(t[at]) > 0;
}

/*
 * The digits of a run, at most `room`; 0 when it cannot be read. Without 十 one by one;
 * with it [digit] 十 [digit] and only behind that one more, the action.
 */
static size_t read_dictated(const uint32_t *t, size_t from, size_t end, uint32_t *out, size_t room)
{
	size_t at = from, n = 0;

	while (at < end && t[at] != u'十')
		at++;
	if (at == end) {
		if (end - from > room)
			return 0;
		for (at = from; at < end; at++)
			out[n++] = '0' + (uint32_t)canon_digit_of(t[at]);
		return n;
	}
	if (room < 3 || at > from + 1 || (at > from && !counts(t, from, at)))
		return 0;
	out[n++] = at > from ? '0' + (uint32_t)canon_digit_of(t[from]) : '1';
	at++;
	out[n++] = '0';
	if (at < end && t[at] != u'十')
		out[n - 1] = '0' + (uint32_t)canon_digit_of(t[at++]);
	if (at < end && t[at] != u'十')
		out[n++] = '0' + (uint32_t)canon_digit_of(t[at++]);
	return at == end ? n : 0;
}

/* Whether the text has nothing but digits, Chinese numerals, fillers, 号 and separators. */
static bool is_all_code(const struct reply_work *w, bool *dictated)
{
	bool any = false;
	size_t len;

	*dictated = false;
	for (size_t i = 0; i < w->n; i += len) {
		uint32_t c = w->t[i];

		len = 1;
		if (canon_is_separator(c))
			continue;
		if (canon_is_digit(c) || is_dictated(c)) {
			any = true;
			*dictated = *dictated || !canon_is_digit(c);
			continue;
		}
		len = reply_filler_at(w, i);
		if (len == 0)
			return false;
	}
	return any;
}

/* In such a text all numerals are digits; those that touch now are one number. */
static void write_digits(struct reply_work *w)
{
	uint32_t *to = w->spare, *old = w->t;
	size_t n = 0;

	for (size_t i = 0; i < w->n;) {
		size_t end = dictated_end(w, i), len;

		if (end == i) {
			to[n++] = w->t[i++];
			continue;
		}
		len = read_dictated(w->t, i, end, to + n, 3 * (end - i));
		if (len == 0) { /* 十十: stays as it is */
			memcpy(to + n, w->t + i, (end - i) * sizeof *to);
			len = end - i;
		}
		n += len;
		i = end;
	}
	to[n] = 0;
	w->t = to;
	w->n = n;
	w->spare = old;
}

static bool begins_freely(const struct reply_work *w, size_t at)
{
	if (at == 0 || canon_is_separator(w->t[at - 1]))
		return true;
	return length_of(small_word_at(w, at - 1)) == 1 ||
	       (at >= 2 && length_of(small_word_at(w, at - 2)) == 2);
}

static bool ends_freely(const struct reply_work *w, size_t at)
{
	return at >= w->n || canon_is_separator(w->t[at]) || w->t[at] == u'号' ||
	       w->t[at] == u'都' || reply_listed_at(w, at);
}

/* A Chinese numeral that may be a code (17号, 十七收到); false: leave it alone. */
static bool read_spoken(const struct reply_work *w, struct reply_number *number)
{
	uint32_t digits[4];
	size_t s = number->start, e = number->end;
	size_t n = e - s >= 2 ? read_dictated(w->t, s, e, digits, 4) : 0;
	int task, action;

	if (n < 2 || (s > 0 && canon_is_digit(w->t[s - 1])) || is_digit_at(w, e))
		return false;
	number->digits = (uint32_t)n;
	number->value = 0;
	for (size_t i = 0; i < n; i++)
		number->value = number->value * 10 + (digits[i] - '0');
	if (n == 2 && reply_is_mark(w, e) && !is_house(w, e))
		return true;
	return reply_kind_of(w, number->digits, number->value, &task, &action) !=
		       REPLY_NUMBER_OTHER &&
	       begins_freely(w, s) && ends_freely(w, e);
}

void reply_find_numbers(struct reply_work *w)
{
	struct reply_number number;
	bool dictated;

	w->all_code = is_all_code(w, &dictated);
	if (w->all_code && dictated)
		write_digits(w);

	for (size_t i = 0; i<w->n; i = number.end> i ? number.end : i + 1) {
		number = (struct reply_number){ .start = (uint32_t)i, .end = (uint32_t)i };
		while (is_digit_at(w, number.end)) {
			if (number.end - i < 4)
				number.value = number.value * 10 + (w->t[number.end] - '0');
			number.end++;
		}
		number.digits = number.end - number.start;
		if (number.digits > 0) {
			w->numbers[w->n_numbers++] = number;
		} else if (is_dictated(w->t[i])) {
			number.end = (uint32_t)dictated_end(w, i);
			if (read_spoken(w, &number))
				w->numbers[w->n_numbers++] = number;
		}
	}
}
