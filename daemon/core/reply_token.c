/*
 * reply_token.c - the codes of a text, and the numbers that are none (plan 6.5).
 *
 * First every number is found: stretches of digits, and Chinese numerals where one may be
 * a code. Then they are read from left to right; each is a token, the action digit of the
 * token before it, or no concern of ours.
 */
#include <string.h>

#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

enum number_kind { NUMBER_OTHER, NUMBER_CODE, NUMBER_CODE_ACTION };

static const char16_t fillers[] = u"回复 答复 任务 编号 工单 回 选 按 发 re";
static const char16_t connectors[] = u"和 跟 与 及 还有";
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

		if (len != strspn(task->code, "0123456789") || len < 2 || len > 3)
			continue;
		for (size_t k = 0; k < len; k++)
			value = value * 10 + (unsigned)(task->code[k] - '0');
		slot = len == 2 ? &w->two[value] : &w->three[value];
		if (*slot == 0 || w->context->tasks[*slot - 1].state == REPLY_CLOSED)
			*slot = (uint16_t)(i + 1);
	}
}

/* What a number of so many digits is by the known codes: its task and its action. */
static enum number_kind kind_of(
	const struct reply_work *w, uint32_t digits, uint32_t value, int *task, int *action)
{
	int with = digits == 3 ? w->two[value / 10] : digits == 4 ? w->three[value / 10] : 0;
	int alone = digits == 2 ? w->two[value] : digits == 3 ? w->three[value] : 0;

	*action = with != 0 ? (int)(value % 10) : -1;
	*task = (with != 0 ? with : alone) - 1;
	return with != 0 ? NUMBER_CODE_ACTION : alone != 0 ? NUMBER_CODE : NUMBER_OTHER;
}

static bool is_hotline(const struct reply_number *number)
{
	return number->digits == 3 && (number->value == 110 || number->value == 119 ||
					      number->value == 120 || number->value == 122);
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

static size_t filler_at(const struct reply_work *w, size_t at)
{
	switch (w->t[at]) {
	case u'回':
	case u'答':
	case u'任':
	case u'编':
	case u'工':
	case u'选':
	case u'按':
	case u'发':
		return word_at(w, at, fillers);
	case 'r': /* re, but not in there */
		if ((at > 0 && canon_is_ascii(w->t[at - 1])) || canon_is_ascii(at_or_0(w, at + 2)))
			return 0;
		return word_at(w, at, u"re");
	default:
		return 0;
	}
}

static size_t connector_at(const struct reply_work *w, size_t at)
{
	switch (w->t[at]) {
	case u'和':
	case u'跟':
	case u'与':
	case u'及':
	case u'还':
		return word_at(w, at, connectors);
	default:
		return 0;
	}
}

size_t reply_filler_at(const struct reply_work *w, size_t at)
{
	size_t len = filler_at(w, at);

	if (len == 0)
		len = connector_at(w, at);
	return len == 0 && w->t[at] == u'号' ? 1 : len;
}

/* 号 marks a code, unless a phrase begins with it: 18号码不对. */
static bool is_mark(const struct reply_work *w, size_t at)
{
	return at_or_0(w, at) == u'号' && !reply_listed_at(w, at);
}

static bool is_house(const struct reply_work *w, size_t at)
{
	return is_mark(w, at) && word_at(w, at + 1, houses) > 0;
}

/* A single digit that may be an action, by what is beside and behind it. */
static bool stands_as_action(const struct reply_work *w, size_t at)
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
	       !stands_as_action(w, e + 1);
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
	if (is_mark(w, e) &&
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
	return canon_word_before(w->t, at, fillers) > 0 ||
	       canon_word_before(w->t, at, connectors) > 0;
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
	if (n == 2 && is_mark(w, e) && !is_house(w, e))
		return true;
	return kind_of(w, number->digits, number->value, &task, &action) != NUMBER_OTHER &&
	       begins_freely(w, s) && ends_freely(w, e);
}

static void find_numbers(struct reply_work *w)
{
	struct reply_number number;

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

/* -- tokens ------------------------------------------------------------------------------------- */

static struct reply_token *add_token(
	struct reply_work *w, enum reply_token_kind kind, const struct reply_number *number)
{
	struct reply_token *token = &w->tokens[w->n_tokens++];

	*token = (struct reply_token){
		.kind = kind,
		.start = number->start,
		.end = number->end,
		.action = -1,
		.codes = (uint32_t)w->n_codes,
	};
	return token;
}

static void add_code(struct reply_work *w, struct reply_token *token, int task)
{
	for (uint32_t i = 0; i < token->n_codes; i++)
		if (w->codes[token->codes + i] == task)
			return;
	w->codes[w->n_codes++] = (uint16_t)task;
	token->n_codes++;
}

static size_t skip_separators(const struct reply_work *w, size_t at)
{
	while (at < w->n && canon_is_separator(w->t[at]))
		at++;
	return at;
}

/* Over what may stand between the codes of one group. */
static size_t skip_between(const struct reply_work *w, size_t at)
{
	size_t len = 1;

	while (at < w->n && len > 0) {
		len = canon_is_separator(w->t[at]) ? 1 : connector_at(w, at);
		if (len == 0)
			len = word_at(w, at, u"任务 编号");
		at += len;
	}
	return at;
}

static uint32_t skip_mark(const struct reply_work *w, uint32_t at)
{
	return is_mark(w, at) ? at + 1 : at;
}

/*
 * 17、18号 1: a code without action, those that join it, and their action. Returns the
 * place of the next number.
 */
static size_t take_group(struct reply_work *w, size_t i, int task)
{
	struct reply_token *token = add_token(w, REPLY_TOKEN_CODE, &w->numbers[i]);
	int action;
	size_t at;

	add_code(w, token, task);
	token->end = skip_mark(w, token->end);
	for (i++; i < w->n_numbers; i++) {
		const struct reply_number *number = &w->numbers[i];

		if (skip_between(w, token->end) != number->start ||
			kind_of(w, number->digits, number->value, &task, &action) != NUMBER_CODE ||
			reply_is_no_code(w, number))
			break;
		add_code(w, token, task);
		token->end = skip_mark(w, number->end);
	}
	at = skip_separators(w, token->end);
	if ((at > token->end || w->t[token->end - 1] == u'号') && stands_as_action(w, at)) {
		token->action = (int)(w->t[at] - '0');
		token->end = (uint32_t)at + 1;
		i++;
	}
	return i;
}

/* Where the text begins when fillers and separators are put aside. */
static size_t text_start(const struct reply_work *w)
{
	size_t at = 0, len = 1;

	while (at < w->n && len > 0) {
		len = canon_is_separator(w->t[at]) ? 1 : filler_at(w, at);
		at += len;
	}
	return at;
}

/* Three digits by themselves somewhere behind a token, that are no sum of money. */
static bool is_later_code(const struct reply_work *w, const struct reply_number *number, bool first)
{
	const struct reply_token *last;

	if (number->digits != 3 || w->n_tokens == 0)
		return false;
	if (!canon_is_separator(w->t[number->start - 1]) ||
		(number->end < w->n && !canon_is_separator(w->t[number->end])))
		return false;
	last = &w->tokens[w->n_tokens - 1];
	if (first && (last->action == 3 || last->action == 4))
		return false;
	return !(last->kind == REPLY_TOKEN_CODE && last->action < 0 &&
		 skip_separators(w, last->end) == number->start);
}

/* A number that looks like a code and is not known; first: the first behind its token. */
static void take_unknown(
	struct reply_work *w, const struct reply_number *number, size_t start, bool first)
{
	bool short_one = number->digits == 2 || number->digits == 3;
	bool parted = number->start > 0 && canon_is_separator(w->t[number->start - 1]);

	if (number->start == start && number->digits >= 4)
		add_token(w, REPLY_TOKEN_DIGITS, number);
	else if ((short_one && number->start == start) ||
		 (number->digits == 2 && is_mark(w, number->end)) ||
		 (short_one && parted && reply_listed_at(w, number->end)) ||
		 is_later_code(w, number, first))
		add_token(w, REPLY_TOKEN_UNKNOWN, number);
	else
		return;
	w->tokens[w->n_tokens - 1].end = skip_mark(w, number->end);
}

static void take_numbers(struct reply_work *w, size_t start)
{
	size_t behind = 0; /* the number directly behind the last token */

	for (size_t i = 0; i < w->n_numbers;) {
		const struct reply_number *number = &w->numbers[i];
		size_t before = w->n_tokens;
		enum number_kind kind;
		int task, action;

		if (number->digits == 1 || is_hotline(number) || reply_is_no_code(w, number)) {
			i++;
			continue;
		}
		kind = kind_of(w, number->digits, number->value, &task, &action);
		if (kind == NUMBER_CODE) {
			i = take_group(w, i, task);
		} else if (kind == NUMBER_CODE_ACTION) {
			struct reply_token *token = add_token(w, REPLY_TOKEN_CODE, number);

			add_code(w, token, task);
			token->action = action;
			i++;
		} else {
			take_unknown(w, number, start, i == behind);
			i++;
		}
		if (w->n_tokens > before)
			behind = i;
	}
}

void reply_find_tokens(struct reply_work *w)
{
	bool dictated;
	size_t start;

	w->all_code = is_all_code(w, &dictated);
	if (w->all_code && dictated)
		write_digits(w);
	find_numbers(w);
	start = text_start(w);
	take_numbers(w, start);
	if (w->n_tokens == 0 && start < w->n && stands_as_action(w, start)) {
		const struct reply_number digit = { (uint32_t)start, (uint32_t)start + 1, 1,
			w->t[start] - '0' };

		add_token(w, REPLY_TOKEN_BARE, &digit)->action = (int)digit.value;
	}
}

bool reply_has_code(const struct reply_work *w)
{
	for (size_t i = 0; i < w->n_tokens; i++)
		if (w->tokens[i].kind == REPLY_TOKEN_CODE)
			return true;
	return false;
}
