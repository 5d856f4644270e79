/* From a text to acts: context for the grammar, then item by item. */
#include "taking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "json.h"
#include "outcome_code.h"

#include "banned.h"

#define COOLING_MS (7 * DAY_MS)

enum { EVENING_HOUR = 18 };

static const char *const action_names[] = { "不能去", "接单", "已见面", "已劝住", "已转账",
	"联系不上", "不是本人", "要民警", "误报", "换人" };

const char *taking_action_name(int action)
{
	return action >= 0 && action <= 9 ? action_names[action] : "";
}

static enum reply_state state_of(const struct task *t)
{
	if (t->state == TASK_OFFERED)
		return REPLY_OFFERED;
	if (t->state == TASK_ACCEPTED)
		return t->met_at != 0 ? REPLY_MET : REPLY_ACCEPTED;
	return REPLY_CLOSED;
}

static int64_t case_amount(struct desk *d, int64_t case_id)
{
	struct casefile c;
	int64_t amount = casefile_get(d->s, case_id, &c) && c.amount_fen > 0 ? c.amount_fen : 0;

	casefile_drop(&c);
	return amount;
}

static void gather_tasks(struct desk *d, struct taking *r)
{
	size_t n;
	struct reply_code *all = reply_code_list(d->s, r->phone, &n);
	struct task t;

	r->codes = all;
	for (size_t i = 0; i < n && r->task_count < TAKING_TASKS; i++) {
		struct reply_task *to = &r->tasks[r->task_count];

		if ((all[i].closed_at != 0 && all[i].closed_at < d->s->now_ms - COOLING_MS) ||
			!task_get(d->s, all[i].task_id, &t))
			continue;
		all[r->task_count] = all[i];
		snprintf(to->code, sizeof to->code, "%s", all[i].code);
		to->state = all[i].closed_at != 0 ? REPLY_CLOSED : state_of(&t);
		to->amount_fen = to->state == REPLY_CLOSED ? 0 : case_amount(d, t.case_id);
		to->issued_min_ago = (d->s->now_ms - all[i].issued_at) / MINUTE_MS;
		to->mine_action = all[i].last_action;
		to->mine_min_ago = (d->s->now_ms - all[i].last_at) / MINUTE_MS;
		r->task_count++;
	}
}

static bool gather_question(struct desk *d, const struct taking *r, struct reply_asked *out)
{
	struct question q;

	if (r->phone[0] == '\0' || !question_get(d->s, r->phone, &q))
		return false;
	*out = (struct reply_asked){ .action = q.action,
		.min_ago = (d->s->now_ms - q.asked_at) / MINUTE_MS };
	snprintf(out->code, sizeof out->code, "%s", q.code);
	out->amount.kind = amount_kind_of(q.amount_kind);
	if (out->amount.kind == AMOUNT_KINDS)
		out->amount.kind = AMOUNT_NONE;
	out->amount.known = q.hi_fen > 0;
	out->amount.lo_fen = q.lo_fen;
	out->amount.hi_fen = q.hi_fen;
	return true;
}

static void read_text(struct desk *d, struct taking *r)
{
	struct reply_asked asked;
	struct reply_context ctx = { .phrases = d->set->phrases,
		.sender = reply_sender_of(
			r->phone[0] != '\0' ? r->phone : r->in->phone, r->member_count > 0),
		.tasks = r->tasks,
		.n_tasks = r->task_count,
		.sign = d->set->templates.signature };
	int64_t at;

	if (gather_question(d, r, &asked))
		ctx.asked = &asked;
	if (r->phone[0] != '\0' && inbound_before(d->s, r->phone, r->in->id, &ctx.before_text, &at))
		ctx.before_min_ago = (d->s->now_ms - at) / MINUTE_MS;
	if (r->in->written_at != 0 && r->in->written_at < d->s->now_ms &&
		d->s->now_ms - r->in->written_at < 30 * DAY_MS)
		ctx.written_min_ago = (d->s->now_ms - r->in->written_at) / MINUTE_MS;
	reply_read(r->in->text, &ctx, &r->reply);
}

/* Parts are missing: what raises is raised, for the rest a person must guess what stood in the gap. */
static void distrust(struct reply *reply)
{
	size_t kept = 0;

	for (size_t i = 0; i < reply->n_items; i++) {
		int action = reply->items[i].action;

		if (action != 0 && action != 4 && action != 7)
			continue;
		reply->items[kept] = reply->items[i];
		reply->items[kept++].how = REPLY_RAISE;
	}
	reply->n_items = kept;
	reply->next = kept > 0 ? REPLY_CONFIRM : REPLY_HUMAN;
}

/* -- items ---------------------------------------------------------------------------------- */

static void ask_amount(struct desk *d, const struct taking *r, const struct task *t)
{
	struct question q = {
		.task_id = t->id, .code = t->code, .action = -1, .amount_kind = "none"
	};

	question_put(d->s, r->phone, &q);
}

static bool sure_amount(const struct amount *a)
{
	return a->known &&
	       (a->kind == AMOUNT_EXACT || a->kind == AMOUNT_APPROX || a->kind == AMOUNT_RANGE);
}

static void raise_item(struct desk *d, struct taking *r, size_t i);

/* His last answer is taken back, and this one given instead. */
static enum act_rc correct(struct desk *d, const struct taking *r, struct casefile *c,
	struct task *t, struct act_answer *a, int last_action)
{
	struct member m;

	/* The loss was told already, now comes its amount: nothing is taken back. */
	if (a->action == 4 && last_action == 4)
		return act_reply(d, c, t, r->actor, a);
	a->corrects_id = t->state == TASK_DECLINED ? 0 : outcome_last(d->s, c->id);
	if (!act_take_back(d, c, t, r->actor, a->action))
		return ACT_LATE;
	if (a->action != 1)
		return act_reply(d, c, t, r->actor, a);
	if (member_get(d->s, t->member_id, &m))
		act_detail(d, c, t, &m);
	return ACT_DONE;
}

static void apply(struct desk *d, struct taking *r, size_t i)
{
	const struct reply_item *item = &r->reply.items[i];
	struct act_answer a = { .action = item->action,
		.amount = &item->amount,
		.check = item->check,
		.remark = r->in->text };
	struct casefile c;
	struct task t;
	enum act_rc rc;

	if (!task_get(d->s, r->codes[item->task].task_id, &t) || !casefile_get(d->s, t.case_id, &c))
		return;
	r->in->case_id = c.id;
	r->in->task_id = t.id;
	rc = item->how == REPLY_CORRECT
		     ? correct(d, r, &c, &t, &a, r->codes[item->task].last_action)
		     : act_reply(d, &c, &t, r->actor, &a);
	r->done[i] = rc != ACT_LATE;
	if (rc == ACT_LATE && (item->action == 4 || item->action == 7))
		raise_item(d, r, i); /* it cannot be done any more, but it must not be lost */
	if (rc == ACT_DONE) {
		reply_code_answered(d->s, t.id, item->action);
		r->detail_sent |= item->action == 1 && strcmp(t.kind, "handover") != 0;
		if (item->action == 4 && !sure_amount(&item->amount))
			ask_amount(d, r, &t);
		else
			question_drop(d->s, r->phone);
	}
	casefile_drop(&c);
}

/* Not certain, but it may be: the duty desk hears of it at once, and no timer stops. */
static void raise_item(struct desk *d, struct taking *r, size_t i)
{
	const struct reply_item *item = &r->reply.items[i];
	struct template_values v = { .count = 0 };
	struct casefile c = { .id = 0 };
	struct task t;
	bool known = item->task >= 0 && task_get(d->s, r->codes[item->task].task_id, &t) &&
		     casefile_get(d->s, t.case_id, &c);

	r->in->raised = true;
	words_office(d, &v);
	if (known) {
		words_case(d, &c, &v);
		r->in->case_id = c.id;
		r->in->task_id = t.id;
	}
	template_put(&v, "who",
		r->member_count > 0 ? words_mask_name(d->s, r->members[0].name) : "来信人");
	template_putf(&v, "action", "%s%s", taking_action_name(item->action),
		item->amount.known ? words_amount(d->s, item->amount.hi_fen) : "");
	words_time(d, &v, "time", d->s->now_ms);
	alarm_raise(d->s, "raised", arena_print(&d->s->arena, "%lld", (long long)r->in->id), c.id,
		arena_print(
			&d->s->arena, "短信疑报「%s」,待核实", taking_action_name(item->action)));
	post_team(d, known ? &c : NULL, "centre", "alarm", TPL_RAISED, &v);
	store_event(d->s, r->actor, "reply.raised", c.id, "inbound", r->in->id,
		json_pack("{s:i}", "action", item->action));
	casefile_drop(&c);
}

static void propose(struct desk *d, struct taking *r, size_t i)
{
	const struct reply_item *item = &r->reply.items[i];
	struct question q = { .task_id = r->codes[item->task].task_id,
		.code = item->code,
		.action = item->action,
		.amount_kind = amount_kind_code(item->amount.kind),
		.lo_fen = item->amount.lo_fen,
		.hi_fen = item->amount.hi_fen };

	question_put(d->s, r->phone, &q);
}

static void link_late(struct desk *d, struct taking *r, size_t i)
{
	const struct reply_item *item = &r->reply.items[i];
	struct task t;

	if (item->task >= 0 && task_get(d->s, r->codes[item->task].task_id, &t)) {
		r->in->case_id = t.case_id;
		r->in->task_id = t.id;
	}
}

static void do_item(struct desk *d, struct taking *r, size_t i)
{
	const struct reply_item *item = &r->reply.items[i];

	switch (item->how) {
	case REPLY_APPLY:
	case REPLY_CORRECT:
		apply(d, r, i);
		break;
	case REPLY_RAISE:
		raise_item(d, r, i);
		break;
	case REPLY_PROPOSE:
		if (item->task >= 0)
			propose(d, r, i);
		break;
	default:
		link_late(d, r, i);
		break;
	}
}

/* -- commands ------------------------------------------------------------------------------------ */

/* Whole days: today is the first of them, in the evening it is tomorrow. */
int64_t taking_leave_end(const struct desk *d, const struct taking *r)
{
	struct clock_day day;

	int days = r->reply.days;

	clock_local(d->s->now_ms, &day);
	days += day.hour >= EVENING_HOUR;
	day.hour = 12; /* from noon to noon no change of the clocks is in the way */
	clock_local(clock_of_local(&day) + days * DAY_MS, &day);
	day.hour = day.minute = day.second = 0;
	return clock_of_local(&day);
}

/* What he has accepted stays his; people should know that he is away. */
static void tell_left_behind(struct desk *d, const struct casefile *c)
{
	post_alarm(d, c, "left", c->no, "接单队员请假,任务还在其名下,需要时请改派");
}

static void leave(struct desk *d, struct taking *r)
{
	int64_t until = taking_leave_end(d, r);
	struct casefile c;
	struct task t;

	for (size_t i = 0; i < r->member_count; i++)
		member_leave(d->s, r->actor, r->members[i].id, until);
	for (size_t i = 0; i < r->task_count; i++) {
		if (r->tasks[i].state == REPLY_CLOSED || !task_get(d->s, r->codes[i].task_id, &t) ||
			!casefile_get(d->s, t.case_id, &c))
			continue;
		if (r->tasks[i].state == REPLY_OFFERED)
			act_decline(d, &c, &t, r->actor, true);
		else
			tell_left_behind(d, &c);
		casefile_drop(&c);
	}
}

static void command(struct desk *d, struct taking *r)
{
	for (size_t i = 0; i < r->member_count; i++) {
		if (r->reply.next == REPLY_BACK)
			member_leave(d->s, r->actor, r->members[i].id, 0);
		if (r->reply.next == REPLY_STOP)
			member_stop(d->s, r->actor, r->members[i].id);
	}
	if (r->reply.next == REPLY_LEAVE)
		leave(d, r);
	if (r->reply.next == REPLY_STOP)
		post_alarm(d, NULL, "stop", arena_print(&d->s->arena, "%lld", (long long)r->in->id),
			"有队员要求停发短信,请联系本人");
}

/* -- the record of it -------------------------------------------------------------------------------- */

static const char *taking_json(struct desk *d, const struct taking *r)
{
	json_t *items = json_array();
	char *text;
	const char *kept;

	for (size_t i = 0; i < r->reply.n_items; i++) {
		const struct reply_item *it = &r->reply.items[i];
		json_t *o = json_pack("{s:s, s:i, s:s}", "code", it->code, "action", it->action,
			"do", reply_do_code(it->how));

		if (it->amount.known) {
			json_put_int(o, "lo", it->amount.lo_fen);
			json_put_int(o, "hi", it->amount.hi_fen);
		}
		if (it->amount.kind != AMOUNT_NONE)
			json_put_str(o, "amount", amount_kind_code(it->amount.kind));
		json_array_append_new(items, o);
	}
	text = json_dumps(items, JSON_COMPACT);
	kept = store_keep(d->s, text);
	free(text);
	json_decref(items);
	return kept;
}

static bool all_done(const struct taking *r)
{
	for (size_t i = 0; i < r->reply.n_items; i++) {
		enum reply_do how = r->reply.items[i].how;

		if (how != REPLY_NOOP &&
			!((how == REPLY_APPLY || how == REPLY_CORRECT) && r->done[i]))
			return false;
	}
	return true;
}

/* Whatever is not fully applied stays visible to people. */
static enum inbound_event event_of(const struct taking *r)
{
	switch (r->reply.next) {
	case REPLY_NONE:
	case REPLY_IGNORE:
		return IN_EV_IGNORE;
	case REPLY_ECHO:
		return all_done(r) ? IN_EV_APPLY : IN_EV_HUMAN;
	case REPLY_HELP:
	case REPLY_LIST:
	case REPLY_LEAVE:
	case REPLY_BACK:
		return IN_EV_APPLY;
	case REPLY_HUMAN:
	case REPLY_STOP:
	case REPLY_IS_LATE:
		return IN_EV_HUMAN;
	default:
		return r->in->raised ? IN_EV_HUMAN : IN_EV_ASK;
	}
}

void taking_run(struct desk *d, struct taking *r)
{
	if (r->phone[0] != '\0') {
		r->members = member_of_phone(d->s, r->phone, &r->member_count);
		gather_tasks(d, r);
	}
	if (r->member_count > 0) {
		r->in->member_id = r->members[0].id;
		if (r->actor == NULL)
			r->actor = arena_print(
				&d->s->arena, "member:%lld", (long long)r->members[0].id);
	}
	if (r->actor == NULL)
		r->actor = "stranger";
	read_text(d, r);
	if (!r->in->complete && r->reply.next != REPLY_IGNORE)
		distrust(&r->reply);
	for (size_t i = 0; i < r->reply.n_items; i++)
		do_item(d, r, i);
	command(d, r);
	r->in->next = reply_next_code(r->reply.next);
	r->in->reading = taking_json(d, r);
	inbound_event(d->s, r->in, event_of(r), r->actor);
}
