/*
 * reply_token.c - the codes of a text (docs/REPLIES.md, 5).
 *
 * The numbers are read from left to right; each is a token, the action digit of the token
 * before it, or no concern of ours.
 */
#include "canon.h"
#include "reply_parts.h"

#include "banned.h"

static bool is_hotline(const struct reply_number *number)
{
	return number->digits == 3 && (number->value == 110 || number->value == 119 ||
					      number->value == 120 || number->value == 122);
}

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
		len = canon_is_separator(w->t[at]) ? 1 : reply_connector_at(w, at);
		if (len == 0)
			len = canon_word_at(w->t, w->n, at, u"任务 编号");
		at += len;
	}
	return at;
}

static uint32_t skip_mark(const struct reply_work *w, uint32_t at)
{
	return reply_is_mark(w, at) ? at + 1 : at;
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
			reply_kind_of(w, number->digits, number->value, &task, &action) !=
				REPLY_NUMBER_CODE ||
			reply_is_no_code(w, number))
			break;
		add_code(w, token, task);
		token->end = skip_mark(w, number->end);
	}
	at = skip_separators(w, token->end);
	if ((at > token->end || w->t[token->end - 1] == u'号') && reply_stands_as_action(w, at)) {
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
		len = canon_is_separator(w->t[at]) ? 1 : reply_only_filler_at(w, at);
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

/* Number i goes on where the one before it ends with a comma: 35,000. */
static bool is_joined(const struct reply_work *w, size_t i)
{
	return i > 0 && i < w->n_numbers && w->t[w->numbers[i].start - 1] == ',' &&
	       w->numbers[i].start - 1 == w->numbers[i - 1].end;
}

/* 35,000元 is a sum, although 35 by itself would look like a code. */
static bool is_grouped_sum(const struct reply_work *w, size_t i)
{
	if (!is_joined(w, i + 1))
		return false;
	for (int groups = 0; groups < 4 && is_joined(w, i + 1); groups++)
		i++;
	return w->numbers[i].digits >= 3 && reply_is_no_code(w, &w->numbers[i]);
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
		 (number->digits == 2 && reply_is_mark(w, number->end)) ||
		 (short_one && parted && reply_listed_at(w, number->end)) ||
		 is_later_code(w, number, first))
		add_token(w, REPLY_TOKEN_UNKNOWN, number);
	else
		return;
	w->tokens[w->n_tokens - 1].end = skip_mark(w, number->end);
}

/* Reads number i and what joins it; first: the first behind its token. Returns the next one. */
static size_t take_number(struct reply_work *w, size_t i, size_t start, bool first)
{
	const struct reply_number *number = &w->numbers[i];
	struct reply_token *token;
	int task, action;

	if (number->digits == 1 || is_hotline(number) || reply_is_no_code(w, number))
		return i + 1;
	switch (reply_kind_of(w, number->digits, number->value, &task, &action)) {
	case REPLY_NUMBER_CODE:
		return take_group(w, i, task);
	case REPLY_NUMBER_CODE_ACTION:
		token = add_token(w, REPLY_TOKEN_CODE, number);
		add_code(w, token, task);
		token->action = action;
		break;
	case REPLY_NUMBER_OTHER:
		if (!is_grouped_sum(w, i))
			take_unknown(w, number, start, first);
		break;
	}
	return i + 1;
}

static void take_numbers(struct reply_work *w, size_t start)
{
	size_t behind = 0; /* the number directly behind the last token */
	size_t next;

	for (size_t i = 0; i < w->n_numbers; i = next) {
		size_t before = w->n_tokens;

		next = take_number(w, i, start, i == behind);
		/* The groups of one sum are one number. */
		if (w->n_tokens > before || (i == behind && is_joined(w, next)))
			behind = next;
	}
}

void reply_find_tokens(struct reply_work *w)
{
	size_t start;

	reply_find_numbers(w);
	start = text_start(w);
	take_numbers(w, start);
	if (w->n_tokens == 0 && start < w->n && reply_stands_as_action(w, start)) {
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
