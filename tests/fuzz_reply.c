/*
 * Fuzz target of the reply grammar: the properties of docs/REPLIES.md, 11, for any text.
 *
 * The first byte chooses the context, the rest is the SMS.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "reply.h"

#include "banned.h"

#define SIGN "示例镇反诈"
#define OURS "【" SIGN "】17号·急:王*,李庄3组。接单回171,不能去回170"

enum { TEXT_MAX = 6000 };

static const char *now_reading;

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s: [%s]\n", what, now_reading);
	abort();
}

static const struct phrases *tables(void)
{
	static struct phrases *p;
	struct phrases_fault fault;

	if (p == NULL)
		p = phrases_new(NULL, &fault);
	return p;
}

/* Two tasks of each open state, so that no action has only one candidate; one is over. */
static const struct reply_task tasks[] = {
	{ "17", REPLY_OFFERED, 500000, -1, -1, 0 },
	{ "28", REPLY_OFFERED, 0, 20, -1, 0 },
	{ "39", REPLY_ACCEPTED, 0, -1, -1, 0 },
	{ "418", REPLY_MET, 0, -1, 2, 10 },
	{ "52", REPLY_CLOSED, 0, -1, 3, 12 },
};

enum { TASKS = sizeof tasks / sizeof *tasks };

static void choose_context(uint8_t byte, struct reply_context *c, struct reply_asked *asked)
{
	static const struct reply_asked none = { .action = -1 };

	*c = (struct reply_context){ .phrases = tables(), .sign = SIGN };
	*asked = none;
	if (byte & 1) {
		c->tasks = tasks;
		c->n_tasks = TASKS;
	}
	if (byte & 2) {
		c->asked = asked;
		memcpy(asked->code, "39", 2);
		asked->action = byte & 4 ? 3 : -1;
	}
	if (byte & 8)
		c->before_text = "171";
	if (byte & 16)
		c->written_min_ago = 60;
}

/* Whether the code is in the text, in digits or as a Chinese numeral. */
static bool is_written(const char *text, const char *code)
{
	static uint32_t t[TEXT_MAX * 2];
	size_t n = canon_fold(text, strlen(text), t), len = strlen(code);

	for (size_t i = 0; i < n; i++) {
		size_t at = i, k = 0;

		for (; at < n && k < len; at++) {
			int digit =
				canon_is_digit(t[at]) ? (int)(t[at] - '0') : canon_digit_of(t[at]);

			if (digit == code[k] - '0')
				k++;
			else if (k == 0 && t[at] == u'十' && code[0] == '1')
				k++;                          /* 十七 */
			else if (!(k == 1 && t[at] == u'十')) /* 三十九 */
				break;
		}
		if (k == len)
			return true;
	}
	return false;
}

static void check_amount(const struct amount *a)
{
	must(a->kind < AMOUNT_KINDS, "kind of amount");
	must(a->lo_fen >= 0 && a->lo_fen <= a->hi_fen, "lo is not above hi");
	must(a->known || (a->lo_fen == 0 && a->hi_fen == 0), "what is not known is 0");
	must(a->kind != AMOUNT_EXACT || a->lo_fen == a->hi_fen, "exact is one figure");
}

static void check_item(
	const char *text, const struct reply_context *c, const struct reply_item *item)
{
	bool raising = item->action == 0 || item->action == 4 || item->action == 7;

	must(item->action >= 0 && item->action <= 9, "an action is a digit");
	check_amount(&item->amount);
	must(item->action == 3 || item->action == 4 || item->amount.kind == AMOUNT_NONE,
		"only 3 and 4 have an amount");
	must(item->action == 4 || !item->check, "only 4 is checked");
	must(item->how != REPLY_PROPOSE || !raising, "a raising action is not only proposed");
	must(item->how != REPLY_RAISE || raising, "a lowering action is not raised");
	if (item->task < 0) {
		must(item->code[0] == '\0' && item->how == REPLY_RAISE, "no task, no code");
		return;
	}
	must((size_t)item->task < c->n_tasks, "a task of this phone");
	must(strcmp(item->code, c->tasks[item->task].code) == 0, "the code of its task");
	if (item->how == REPLY_APPLY && !raising && c->asked == NULL && c->written_min_ago == 0)
		must(is_written(text, item->code), "a task is closed only by its code");
}

static void check(const char *text, const struct reply_context *c, struct reply *r)
{
	now_reading = text;
	reply_read(text, c, r);
	must(r->next < REPLY_NEXTS, "next");
	must(r->n_items <= REPLY_ITEMS_MAX, "room for items");
	must(r->next != REPLY_LEAVE || (r->days >= 1 && r->days <= REPLY_LEAVE_DAYS_MAX), "days");
	must(r->next < REPLY_NONE || r->n_items == 0, "nothing is done when nobody answers");
	for (size_t i = 0; i < r->n_items; i++)
		check_item(text, c, &r->items[i]);
}

static void check_same(const struct reply *a, const struct reply *b, const char *what)
{
	must(a->next == b->next && a->days == b->days && a->n_items == b->n_items, what);
	for (size_t i = 0; i < a->n_items; i++) {
		const struct reply_item *x = &a->items[i], *y = &b->items[i];

		must(x->task == y->task && x->action == y->action && x->how == y->how &&
				x->check == y->check && x->amount.kind == y->amount.kind &&
				x->amount.lo_fen == y->amount.lo_fen &&
				x->amount.hi_fen == y->amount.hi_fen,
			what);
	}
}

static void widen(const char *text, char *wide)
{
	for (; *text != '\0'; text++) {
		unsigned value = (unsigned char)*text;

		if (value < 0x21 || value > 0x7E) {
			*wide++ = *text;
			continue;
		}
		value += 0xFEE0;
		*wide++ = (char)(0xE0 | value >> 12);
		*wide++ = (char)(0x80 | (value >> 6 & 0x3F));
		*wide++ = (char)(0x80 | (value & 0x3F));
	}
	*wide = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1], other[3 * TEXT_MAX + sizeof OURS + 2];
	struct reply_context context;
	struct reply_asked asked;
	struct reply r, s;

	if (size < 1 || size > TEXT_MAX || memchr(data + 1, 0, size - 1) != NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	choose_context(data[0], &context, &asked);
	check(text, &context, &r);
	widen(text, other);
	check(other, &context, &s);
	check_same(&r, &s, "full or half width makes no difference");
	snprintf(other, sizeof other, "%s\n%s", OURS, text);
	check(other, &context, &s);
	check_same(&r, &s, "our own line before changes nothing");
	if (strpbrk(text, "\"'") == NULL && strstr(text, "【" SIGN) == NULL) {
		snprintf(other, sizeof other, "%s\n%s", text, OURS);
		check(other, &context, &s);
		check_same(&r, &s, "our own line behind changes nothing");
	}
	return 0;
}
