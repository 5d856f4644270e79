/* reply_command.c - texts that are a command, and answers to our own question (docs/REPLIES.md, 8). */
#include <string.h>

#include "canon.h"
#include "numeral.h"
#include "reply_parts.h"

#include "banned.h"

/* The longest command and no more: a longer text is none. */
enum { COMMAND_CHARS = 16 };

/* A text without its separators. */
struct bare_text {
	uint32_t c[COMMAND_CHARS];
	uint32_t origin[COMMAND_CHARS];
	size_t n;
};

static const struct {
	const char16_t *words;
	enum reply_next next;
} commands[] = {
	{ u"帮助 ? ?? 怎么回 怎么回复 help", REPLY_HELP },
	{ u"任务 我的任务 列表 查询", REPLY_LIST },
	{ u"销假 上班", REPLY_BACK },
	{ u"退订 td t stop 取消 回退订 回td 回t 回stop 回取消", REPLY_STOP },
};

/* False: too long for any command. A question mark is no separator here. */
static bool bare_of(const struct reply_work *w, struct bare_text *b)
{
	b->n = 0;
	for (size_t i = 0; i < w->n; i++) {
		if (canon_is_separator(w->t[i]) && w->t[i] != '?')
			continue;
		if (b->n == COMMAND_CHARS)
			return false;
		b->origin[b->n] = (uint32_t)i;
		b->c[b->n++] = w->t[i];
	}
	return b->n > 0;
}

static bool is_one_of(const uint32_t *t, size_t n, const char16_t *words)
{
	return canon_word_at(t, n, 0, words) == n;
}

/*
 * The number of 请假3天 at b->c[at]: its value, and *end behind it. One digit, two ASCII
 * digits or a numeral with 十. Digits that were not written as one number (1-2天, 1.5天)
 * and pairs (三五天) are none: -1.
 */
static int leave_number(const struct bare_text *b, size_t at, size_t *end)
{
	size_t n = 0;
	struct numeral num;

	while (at + n < b->n && n < 4 &&
		(canon_is_digit(b->c[at + n]) ||
			canon_word_at(b->c, b->n, at + n, u"一 二 两 三 四 五 六 七 八 九 十") > 0))
		n++;
	*end = at + n;
	if (n > 3 || b->origin[at + n - 1] - b->origin[at] != n - 1)
		return -1;
	if (!numeral_at(b->c, at + n, at, &num) || !num.ok || num.pair || num.confirm ||
		num.end != at + n || (n > 1 && num.digits_only) || num.lo > 99 * NUMERAL_YUAN)
		return -1;
	return (int)(num.lo / NUMERAL_YUAN);
}

/* 请假3天, 休息一周; 0 when it is no such command or not for 1 to 30 days. */
static int leave_days(const struct bare_text *b)
{
	size_t at = canon_word_at(b->c, b->n, 0, u"请假 休息"), end = at, unit;
	int days = 1;
	bool number;

	if (at == 0)
		return 0;
	number = at < b->n && numeral_digit(b->c[at]) >= 0;
	number = number || (at < b->n && b->c[at] == u'十');
	if (number)
		days = leave_number(b, at, &end);
	unit = canon_word_at(b->c, b->n, end, u"天 日");
	if (unit == 0 && number) {
		unit = canon_word_at(b->c, b->n, end, u"周 星期");
		if (unit > 0)
			days *= 7;
	}
	return end + unit == b->n && days >= 1 && days <= REPLY_LEAVE_DAYS_MAX ? days : 0;
}

bool reply_take_command(struct reply_work *w)
{
	struct bare_text b;
	int days;

	if (!bare_of(w, &b))
		return false;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (is_one_of(b.c, b.n, commands[i].words)) {
			w->out->next = commands[i].next;
			return true;
		}
	days = leave_days(&b);
	if (days == 0)
		return false;
	w->out->next = REPLY_LEAVE;
	w->out->days = days;
	return true;
}

/* -- the open question -------------------------------------------------------------------------- */

/* Whether the text, with or without particles at its ends, is one of the words. */
static bool answers(const struct reply_work *w, const struct bare_text *b, const char16_t *words)
{
	size_t before = 0, behind = 0;

	while (before < b->n && (phrase_of(w->phrases, b->c + before, 1).is & PHRASE_PARTICLE))
		before++;
	while (behind < b->n &&
		(phrase_of(w->phrases, b->c + b->n - 1 - behind, 1).is & PHRASE_PARTICLE))
		behind++;
	for (size_t left = 0; left <= before; left++)
		for (size_t right = 0; right <= behind && left + right < b->n; right++)
			if (is_one_of(b->c + left, b->n - left - right, words))
				return true;
	return false;
}

/* The task that we asked about, or REPLY_NO_TASK when this phone does not know it any more. */
static int asked_task(const struct reply_work *w)
{
	for (size_t i = 0; i < w->context->n_tasks; i++)
		if (strcmp(w->context->tasks[i].code, w->context->asked->code) == 0)
			return (int)i;
	return REPLY_NO_TASK;
}

static bool take_consent(struct reply_work *w, int task)
{
	const struct reply_asked *asked = w->context->asked;
	struct bare_text b;

	if (!bare_of(w, &b))
		return false;
	if (answers(w, &b, u"对 对的 对对 是 是的 没错 正确 yes")) {
		reply_add(w, task, asked->action, REPLY_APPLY, &asked->amount, true);
		return true;
	}
	if (answers(w, &b, u"不对 不是 错了 错 不")) {
		w->next[REPLY_HUMAN] = true;
		return true;
	}
	return false;
}

/* A text that is only 0, 4 or 7: that is an action and no sum, and it must not be lost. */
static bool is_lone_alarm(const struct reply_work *w)
{
	struct bare_text b;

	return bare_of(w, &b) && b.n == 1 && (b.c[0] == '0' || b.c[0] == '4' || b.c[0] == '7');
}

static bool take_sum(struct reply_work *w, int task)
{
	struct amount amount;

	for (size_t i = 0; i < w->n_hits; i++)
		if (!w->hits[i].clause_word && w->hits[i].action != PHRASE_NEUTRAL &&
			(w->hits[i].action != 4 || w->hits[i].negated))
			return false;
	if (is_lone_alarm(w))
		return false;
	amount = amount_of(w->t, w->n, AMOUNT_FIGURES_ONLY);
	if (amount.kind == AMOUNT_NONE)
		return false;
	reply_add(w, task, 4, amount.known && amount.hi_fen == 0 ? REPLY_RAISE : REPLY_APPLY,
		&amount, true);
	return true;
}

bool reply_take_answer(struct reply_work *w)
{
	const struct reply_asked *asked = w->context->asked;
	int task;

	if (asked == NULL || asked->min_ago > REPLY_ASKED_MIN || reply_has_code(w))
		return false;
	task = asked_task(w);
	if (task == REPLY_NO_TASK)
		return false;
	if (!(asked->action >= 0 ? take_consent(w, task) : take_sum(w, task)))
		return false;
	reply_settle(w);
	return true;
}
