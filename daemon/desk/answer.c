/* What the sender gets back: one SMS at most, and never too many of the kind that could loop. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "outcome_code.h"
#include "taking.h"

#include "banned.h"

enum { LIST_MAX = 8 }; /* tasks that one SMS names */
enum { MORE_MAX = 3 }; /* so many are named one by one */

static bool task_of(
	struct desk *d, const struct taking *r, int index, struct task *t, struct casefile *c)
{
	return index >= 0 && task_get(d->s, r->codes[index].task_id, t) &&
	       casefile_get(d->s, t->case_id, c);
}

static const char *name_of_task(struct desk *d, const struct taking *r, int index)
{
	struct template_values v = { .count = 0 };
	struct casefile c = { .id = 0 };
	struct task t;
	const char *name = "";

	if (task_of(d, r, index, &t, &c)) {
		words_case(d, &c, &v);
		for (int i = 0; i < v.count; i++)
			if (strcmp(v.at[i].key, "name") == 0)
				name = store_keep(d->s, v.at[i].value);
	}
	casefile_drop(&c);
	return name;
}

/* -- values ---------------------------------------------------------------------------------- */

/* The open tasks of this phone: 17:王* 18:赵*; and the literal strings that would accept them. */
static void put_list(
	struct desk *d, const struct taking *r, struct template_values *v, int action, bool states)
{
	struct buf list, answers;
	int count = 0;

	buf_init(&list, 256);
	buf_init(&answers, 128);
	for (size_t i = 0; i < r->task_count; i++) {
		const struct reply_task *t = &r->tasks[i];

		if (t->state == REPLY_CLOSED)
			continue;
		if (count++ >= LIST_MAX)
			continue;
		buf_addf(&list, "%s%s:%s%s", count == 1 ? "" : " ", t->code,
			name_of_task(d, r, (int)i),
			!states                     ? ""
			: t->state == REPLY_OFFERED ? "待接单"
						    : "已接单");
		buf_addf(&answers, "%s%s%d", count == 1 ? "" : "或", t->code, action);
		if (count == 1)
			words_code(v, t->code);
	}
	if (count > LIST_MAX) {
		buf_addf(&list, "等");
		buf_addf(&answers, "等");
	}
	template_putf(v, "count", "%d", count);
	template_put(v, "list", count == 0 ? "无" : buf_str(&list));
	template_put(v, "answers", buf_str(&answers));
	buf_free(&list);
	buf_free(&answers);
}

static void put_item(struct desk *d, const struct taking *r, size_t i, struct template_values *v)
{
	const struct reply_item *item = &r->reply.items[i];

	words_code(v, item->code);
	template_put(v, "name", name_of_task(d, r, item->task));
	template_put(v, "action", taking_action_name(item->action));
	template_putf(v, "answer", "%s%d", item->code, item->action);
	if (item->amount.known)
		template_put(v, "amount", words_amount(d->s, item->amount.hi_fen));
}

static void put_more(struct desk *d, const struct taking *r, struct template_values *v)
{
	struct buf more;

	if (r->reply.n_items > MORE_MAX) {
		template_putf(v, "more", "等%zu个任务", r->reply.n_items);
		return;
	}
	buf_init(&more, 200);
	for (size_t i = 1; i < r->reply.n_items; i++)
		buf_addf(&more, "、%s号%s %s", r->reply.items[i].code,
			name_of_task(d, r, r->reply.items[i].task),
			taking_action_name(r->reply.items[i].action));
	template_put(v, "more", buf_str(&more));
	buf_free(&more);
}

/* Who closed it and when, so that nobody is told "unknown" for a code that we know. */
static void put_closer(struct desk *d, const struct taking *r, size_t i, struct template_values *v)
{
	struct casefile c = { .id = 0 };
	struct task t, *all;
	struct member m;
	size_t n;
	const struct outcome_code *code;

	put_item(d, r, i, v);
	template_put(v, "who", "中心");
	template_put(v, "action", "办结");
	if (!task_of(d, r, r->reply.items[i].task, &t, &c))
		return;
	if (c.state == CASE_CLOSED && c.outcome[0] == '\0') {
		words_time(d, v, "time", c.closed_at); /* by an order, without an outcome */
		casefile_drop(&c);
		return;
	}
	code = outcome_code_find(&d->set->outcomes, c.outcome);
	words_time(d, v, "time",
		c.outcome_at != 0    ? c.outcome_at
		: c.accepted_at != 0 ? c.accepted_at
				     : t.ended_at);
	if (code != NULL)
		template_put(v, "action", code->name);
	else if (c.accepted_at != 0)
		template_put(v, "action", "接单");
	all = task_of_case(d->s, c.id, &n);
	for (size_t k = 0; k < n; k++)
		if ((all[k].state == TASK_ACCEPTED || all[k].state == TASK_REPORTED ||
			    all[k].state == TASK_CONFIRMED) &&
			strcmp(all[k].kind, "dissuade") == 0 &&
			member_get(d->s, all[k].member_id, &m))
			template_put(v, "who", words_mask_name(d->s, m.name));
	casefile_drop(&c);
}

/* -- which text ------------------------------------------------------------------------------------ */

static size_t item_of(const struct taking *r, enum reply_do a, enum reply_do b)
{
	for (size_t i = 0; i < r->reply.n_items; i++)
		if (r->reply.items[i].how == a || r->reply.items[i].how == b)
			return i;
	return 0;
}

static int which_action(const struct taking *r)
{
	return r->reply.n_items > 0 ? r->reply.items[0].action : 1;
}

/* -1: nothing is sent. */
static int echo(struct desk *d, const struct taking *r, struct template_values *v)
{
	const struct reply_item *first = &r->reply.items[0];
	struct casefile c = { .id = 0 };
	struct task t;

	for (size_t i = 0; i < r->reply.n_items; i++) {
		if (!r->done[i] && r->reply.items[i].how != REPLY_NOOP) {
			put_closer(d, r, i, v);
			return TPL_LATE;
		}
	}
	if (r->detail_sent && r->reply.n_items == 1)
		return -1; /* the details are the answer */
	put_item(d, r, 0, v);
	put_more(d, r, v);
	if (first->action == 4 && !first->amount.known)
		return TPL_ECHO_AMOUNT;
	if (first->action == 3 && task_of(d, r, first->task, &t, &c) && t.state == TASK_ACCEPTED)
		template_putf(v, "more", "。见面后请回%s2", first->code);
	casefile_drop(&c);
	return TPL_ECHO;
}

static int confirm(struct desk *d, const struct taking *r, struct template_values *v)
{
	size_t raised = item_of(r, REPLY_RAISE, REPLY_RAISE);

	if (r->reply.items[raised].how == REPLY_RAISE) {
		put_item(d, r, raised, v);
		return TPL_CONFIRM_RAISED;
	}
	put_item(d, r, item_of(r, REPLY_PROPOSE, REPLY_PROPOSE), v);
	return TPL_CONFIRM;
}

/* Digits that look like a code of ours, for "没有99号任务". */
static void put_unknown(struct desk *d, const struct taking *r, struct template_values *v)
{
	const char *at = r->in->text + strcspn(r->in->text, "0123456789");

	put_list(d, r, v, 1, false);
	template_putf(v, "code", "%.*s",
		(int)(strspn(at, "0123456789") > 2 ? 2 : strspn(at, "0123456789")), at);
}

static int pick(struct desk *d, const struct taking *r, struct template_values *v)
{
	struct clock_day day;

	switch (r->reply.next) {
	case REPLY_UNKNOWN:
		put_unknown(d, r, v);
		for (size_t i = 0; i < r->task_count; i++)
			if (r->tasks[i].state != REPLY_CLOSED)
				return TPL_UNKNOWN;
		return TPL_UNKNOWN_NONE;
	case REPLY_DIGITS:
		put_list(d, r, v, 1, false);
		return TPL_DIGITS;
	case REPLY_ACTION:
		put_list(d, r, v, 1, false);
		return TPL_ACTION;
	case REPLY_WHICH:
		put_list(d, r, v, which_action(r), false);
		return TPL_WHICH;
	case REPLY_HUMAN:
		put_list(d, r, v, 1, false);
		return TPL_HUMAN;
	case REPLY_IS_LATE:
		put_closer(d, r, item_of(r, REPLY_LATE, REPLY_LATE), v);
		return TPL_LATE;
	case REPLY_CONFIRM:
		return confirm(d, r, v);
	case REPLY_ECHO:
		return echo(d, r, v);
	case REPLY_HELP:
		return TPL_HELP;
	case REPLY_LIST:
		put_list(d, r, v, 1, true);
		return TPL_LIST;
	case REPLY_LEAVE:
		clock_local(taking_leave_end(d, r) - 1, &day); /* the last day of it */
		template_putf(v, "date", "%d月%d日", day.month, day.day);
		return TPL_LEAVE;
	case REPLY_BACK:
		return TPL_BACK;
	case REPLY_STOP:
		return TPL_STOP;
	default:
		return -1;
	}
}

/* The kinds that an automatic sender could answer again. */
static bool is_limited(enum reply_next next)
{
	return next == REPLY_HELP || next == REPLY_UNKNOWN || next == REPLY_DIGITS ||
	       next == REPLY_ACTION || next == REPLY_WHICH || next == REPLY_HUMAN;
}

static bool may_answer(struct desk *d, const struct taking *r)
{
	/* Numbers that are not in the directory are never answered. */
	if (r->quiet || r->member_count == 0 || r->phone[0] == '\0')
		return false;
	if (!is_limited(r->reply.next))
		return true;
	if (answer_count(d->s, r->phone, d->s->now_ms - HOUR_MS) >= d->set->answers_per_hour ||
		answer_count(d->s, r->phone, d->s->now_ms - DAY_MS) >= d->set->answers_per_day)
		return false;
	answer_count_add(d->s, r->phone);
	return true;
}

void taking_answer(struct desk *d, const struct taking *r)
{
	struct template_values v = { .count = 0 };
	struct casefile c = { .id = 0 };
	struct post p = { .member_id = r->in->member_id,
		.phone = r->phone,
		.purpose = "answer",
		.v = &v,
		.at_once = true };
	int tpl;

	words_code(&v, "17"); /* examples, where no task is open */
	words_office(d, &v);
	tpl = pick(d, r, &v);
	if (tpl < 0 || !may_answer(d, r))
		return;
	p.tpl = (enum template_name)tpl;
	if (r->in->case_id != 0 && casefile_get(d->s, r->in->case_id, &c))
		p.c = &c;
	post_sms(d, &p);
	casefile_drop(&c);
}
