/* A warning becomes, or joins, a case: all of it in this one job. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"
#include "alarm.h"
#include "desk_room.h"
#include "frozen.h"
#include "jot.h"
#include "json.h"
#include "people.h"
#include "resident.h"
#include "warning.h"

#include "banned.h"

enum { ABOUTS = 8 };

/* -- who is meant --------------------------------------------------------------------------- */

static struct match_result match(struct desk *d, const struct warning_record *r)
{
	struct match_person p = { .name = r->name,
		.id_no = r->id_no,
		.birth = r->birth,
		.area = r->village_code,
		.address = r->addr_live[0] != '\0' ? r->addr_live : r->addr_reg,
		.phones = r->phones,
		.phone_count = (size_t)r->phone_count };

	if (p.area[0] == '\0')
		p.area = person_area(d, r, "");
	return people_match(d->s, &p);
}

/* -- the case ------------------------------------------------------------------------------------ */

/* What the fraud is recognised by again: each suspect; where none is given, the kind. */
static int abouts(struct desk *d, const struct warning_record *r, const char *out[ABOUTS])
{
	int n = 0;

	for (int i = 0; i < r->suspect_count && n < ABOUTS; i++)
		out[n++] = r->suspects[i];
	if (n == 0)
		out[n++] = arena_print(&d->s->arena, "type:%s", r->fraud_type);
	return n;
}

/* The keys of its case, one for each; and the case that has one of them, 0 none. */
static int64_t find_open(
	struct desk *d, const char *person, const char *const *about, int n, int64_t key[ABOUTS])
{
	int64_t found = 0;

	for (int i = 0; i < n; i++) {
		key[i] = casefile_key(d->s, person, about[i]);
		if (found == 0)
			found = casefile_key_find(d->s, key[i]);
	}
	return found;
}

static int64_t keys_until(const struct desk *d)
{
	return d->s->now_ms + (int64_t)d->set->policies.merge_s * 1000;
}

/* A deadline that has passed already still leaves a minute: zero would mean "none". */
static void shorten(int *limit_s, int64_t deadline, int64_t now)
{
	const int64_t longest = 366 * DAY_MS; /* what policy_check() allows */
	int64_t left = deadline - now;

	if (deadline == 0)
		return;
	left = left < MINUTE_MS ? MINUTE_MS : left > longest ? longest : left;
	*limit_s = (int)(left / 1000);
}

/* Frozen with the warning's own deadlines, which beat those of the level. */
static void freeze_policy(
	struct desk *d, struct casefile *c, const char *level, const struct warning_record *r)
{
	const struct policy *p = policies_find(&d->set->policies, level);

	c->policy = p != NULL ? *p : d->set->policies.level[0];
	c->level = store_keep(d->s, c->policy.code);
	shorten(&c->policy.ack_s, r->deadline_ack, d->s->now_ms);
	shorten(&c->policy.meet_s, r->deadline_meet, d->s->now_ms);
	shorten(&c->policy.feedback_s, r->deadline_feedback, d->s->now_ms);
	c->policy_id = frozen_keep(d->s, &c->policy, d->set->policies.version);
}

static const char *flags_of(
	struct desk *d, const struct warning_record *r, const struct match_result *m)
{
	struct buf flags;
	const char *out;

	buf_init(&flags, 512);
	for (int i = 0; i < r->flag_count; i++)
		buf_addf(&flags, "%s%s", flags.len == 0 ? "" : " ", r->flags[i]);
	if (m->id == 0)
		buf_addf(&flags, "%soff_list", flags.len == 0 ? "" : " ");
	if (m->ambiguous)
		buf_addf(&flags, "%sambiguous", flags.len == 0 ? "" : " ");
	if (m->id != 0 && m->doubt[0] != '\0')
		buf_addf(&flags, "%s%s", flags.len == 0 ? "" : " ", m->doubt);
	out = store_keep(d->s, buf_str(&flags));
	buf_free(&flags);
	return out;
}

static const char *area_of(
	struct desk *d, const struct warning_record *r, const struct match_result *m)
{
	struct resident home = { .area = "" };

	if (m->id != 0 && !m->ambiguous)
		resident_get(d->s, m->id, &home);
	return person_area(d, r, home.area);
}

static void tell_opened(struct desk *d, const struct casefile *c)
{
	struct buf *b = &d->s->jot;

	jot_begin(b);
	jot_str(b, "area", c->area);
	jot_str(b, "level", c->level);
	jot_str(b, "no", c->no);
	if (c->proposes != 0)
		jot_true(b, "proposed");
	jot_int(b, "resident", c->resident_id);
	jot_str(b, "type", c->fraud_type);
	store_event_text(d->s, "system", "case.opened", c->id, "case", c->id, jot_end(b));
}

static void open_case(struct desk *d, const struct warning_record *r, const struct match_result *m,
	const char *person, const struct accept_result *out, struct casefile *c)
{
	/* Two people fit equally well: then neither's door and number go to anybody. */
	int64_t sure = m->ambiguous ? 0 : m->id;
	struct team team;

	*c = (struct casefile){ .id = out->case_id,
		.fresh = true,
		.no = casefile_number(d->s),
		.state = CASE_OPEN,
		.fraud_type = r->fraud_type,
		.resident_id = sure,
		.area = area_of(d, r, m),
		.flags = out->flags,
		.drill = d->set->drill,
		.opened_at = d->s->now_ms,
		.woken_at = d->s->now_ms,
		.rung = -1,
		.outcome = "",
		.lost_fen = -1,
		.saved_fen = -1,
		.amount_fen = r->amount_fen,
		.close_reason = "",
		.proposes = m->id == 0 ? proposed_key(d->s, person) : 0 };
	c->person = person_of(d, r, sure);
	freeze_policy(d, c, level_code(r->level), r);
	if (c->area[0] == '\0') {
		c->area = d->set->area;
		casefile_add_flag(d->s, c, "area_unknown");
		casefile_add_flag(d->s, c, "gap"); /* one alarm is enough */
	}
	if (team_of_area(d->s, c->area, "village", &team))
		c->team_id = team.id;
	tell_opened(d, c);
	if (casefile_has_flag(c, "area_unknown"))
		post_alarm(d, c, "gap", c->no, "预警地址对不上村居,已派上一级");
}

/* -- a repeat ---------------------------------------------------------------------------------------- */

static void tell_taker(struct desk *d, struct casefile *c)
{
	size_t n;
	const struct task *t = task_of_case(d->s, c->id, &n);

	for (size_t i = 0; i < n; i++) {
		struct template_values v = { .count = 0 };
		struct member m;
		struct post p = {
			.c = c, .t = &t[i], .purpose = "told", .tpl = TPL_LEVEL_UP, .v = &v
		};

		if (t[i].state != TASK_ACCEPTED || strcmp(t[i].kind, "dissuade") != 0 ||
			!member_get(d->s, t[i].member_id, &m))
			continue;
		words_case(d, c, &v);
		words_code(&v, t[i].code);
		template_putf(&v, "count", "%d", c->repeat_no + 1);
		p.member_id = m.id;
		p.phone = m.phone;
		post_sms(d, &p);
	}
}

/* Joins the case, raises the level by a step and restarts the clock, instead of waking five people twice. */
static void join(
	struct desk *d, const char *actor, const struct warning_record *r, struct casefile *c)
{
	const struct policies *all = &d->set->policies;
	const struct policy *up = policies_raise(all, c->level);
	const struct policy *graver =
		policies_graver(all, up == NULL ? c->level : up->code, level_code(r->level));

	c->repeat_no++;
	c->woken_at = d->s->now_ms;
	if (r->amount_fen > c->amount_fen)
		c->amount_fen = r->amount_fen;
	freeze_policy(d, c, graver == NULL ? c->level : graver->code, r);
	if (c->state != CASE_OPEN) {
		casefile_event(d->s, c, CASE_EV_REOPEN, actor,
			json_pack("{s:s}", "why", "repeat warning"));
		aftermath_undo(d, c, actor);
		c->accepted_at = 0;
		c->met_at = 0;
	}
	calling_resident(d, c);
	casefile_save(d->s, c);
	store_event(d->s, actor, "case.repeated", c->id, "case", c->id,
		json_pack("{s:i, s:s}", "repeat_no", c->repeat_no, "level", c->level));
	if (c->accepted_at != 0) {
		tell_taker(d, c);
		act_deadlines_again(d, c);
	} else {
		ladder_start(d, c);
	}
}

/* -- the job ------------------------------------------------------------------------------------------- */

static const char *state_of(const struct accept_result *out)
{
	return out->state == ACCEPT_MERGED ? "merged" : "accepted";
}

/* False: it is one that we have. */
static bool keep_warning(struct desk *d, const char *actor, const struct warning_record *r,
	const struct match_result *m, const struct accept_result *out)
{
	struct buf *b = &d->s->jot;
	struct warning w = {
		.id = out->warning_id,
		.source = r->source,
		.warn_no = r->warn_no,
		.state = state_of(out),
		.level = level_code(r->level),
		.level_raw = r->level_raw,
		.fraud_type = r->fraud_type,
		.fraud_raw = r->fraud_raw,
		.warn_time = r->warn_time,
		.issue_time = r->issue_time,
		.received_at = d->s->now_ms,
		.case_id = out->case_id,
		.resident_id = m->id,
		.match_by = m->by,
		.match_score = m->score,
		.flags = out->flags,
		.amount_fen = r->amount_fen,
		.actor = actor,
	};

	record_write(r, b);
	assert(!b->full);
	w.record = buf_str(b);
	return warning_add(d->s, &w);
}

static void tell_kept(struct desk *d, const char *actor, const struct warning_record *r,
	const struct match_result *m, const struct accept_result *out)
{
	struct buf *b = &d->s->jot;

	jot_begin(b);
	jot_str(b, "by", m->by);
	jot_str(b, "level", level_code(r->level));
	jot_int(b, "score", m->score);
	jot_str(b, "state", state_of(out));
	store_event_text(d->s, actor, "warning.accepted", out->case_id, "warning", out->warning_id,
		jot_end(b));
}

_Static_assert(sizeof((struct accept_result *)NULL)->task == sizeof((struct desk *)NULL)->offered,
	"an answer has room for all tasks");

static void list_tasks(struct desk *d, struct accept_result *out)
{
	if (out->state == ACCEPT_NEW) { /* all of them are of this job */
		out->task_count = d->offered_count;
		memcpy(out->task, d->offered, (size_t)d->offered_count * sizeof *out->task);
		return;
	}
	out->task_count = (int)task_open_of_case(
		d->s, out->case_id, out->task, sizeof out->task / sizeof *out->task);
}

static void copy(char *out, size_t n, const char *text)
{
	size_t len = strnlen(text, n - 1);

	memcpy(out, text, len);
	out[len] = '\0';
}

static void repeat_answer(struct desk *d, const struct warning_record *r, struct accept_result *out)
{
	struct casefile c;
	struct warning w;

	*out = (struct accept_result){ .state = ACCEPT_DUPLICATE };
	if (!warning_find(d->s, r->source, r->warn_no, &w))
		return;
	out->warning_id = w.id;
	out->case_id = w.case_id;
	out->resident_id = w.resident_id;
	out->match_score = w.match_score;
	copy(out->match_by, sizeof out->match_by, w.match_by);
	copy(out->flags, sizeof out->flags, w.flags);
	copy(out->level, sizeof out->level, w.level);
	if (casefile_get(d->s, w.case_id, &c)) {
		copy(out->case_no, sizeof out->case_no, c.no);
		copy(out->level, sizeof out->level, c.level);
		out->repeat_no = c.repeat_no;
	}
	casefile_drop(&c);
	list_tasks(d, out);
}

static void begin_answer(struct desk *d, const struct warning_record *r,
	const struct match_result *m, struct accept_result *out)
{
	*out = (struct accept_result){ .state = ACCEPT_NEW,
		.warning_id = store_id(d->s),
		.resident_id = m->id,
		.match_score = m->score,
		.ambiguous = m->ambiguous };
	copy(out->match_by, sizeof out->match_by, m->by);
	copy(out->match_why, sizeof out->match_why, m->why);
	copy(out->flags, sizeof out->flags, flags_of(d, r, m));
}

static void end_answer(struct desk *d, const struct casefile *c, struct accept_result *out)
{
	out->repeat_no = c->repeat_no;
	copy(out->case_no, sizeof out->case_no, c->no);
	copy(out->level, sizeof out->level, c->level);
	if (casefile_has_flag(c, "gap"))
		snprintf(out->flags + strlen(out->flags), sizeof out->flags - strlen(out->flags),
			"%sgap", out->flags[0] == '\0' ? "" : " ");
	list_tasks(d, out);
}

void desk_accept(struct desk *d, const char *actor, const struct warning_record *r,
	struct accept_result *out)
{
	const char *about[ABOUTS], *person;
	int64_t keys[ABOUTS];
	struct casefile c = { .id = 0 };
	struct match_result m = match(d, r);
	int n = abouts(d, r, about);

	d->next_due_ms = 0;
	d->offered_count = 0;
	begin_answer(d, r, &m, out);
	person = person_key(d, r, m.ambiguous ? 0 : m.id);
	out->case_id = find_open(d, person, about, n, keys);
	if (out->case_id != 0 && casefile_get(d->s, out->case_id, &c))
		out->state = ACCEPT_MERGED;
	else
		out->case_id = store_id(d->s);
	/* Written without asking first: it hardly ever is one that we have. */
	if (!keep_warning(d, actor, r, &m, out)) {
		casefile_drop(&c);
		repeat_answer(d, r, out);
		return;
	}
	if (out->state == ACCEPT_MERGED) {
		tell_kept(d, actor, r, &m, out);
		join(d, actor, r, &c);
		casefile_keys_add(d->s, c.id, keys, n, keys_until(d));
	} else {
		open_case(d, r, &m, person, out, &c);
		c.key = keys;
		c.key_count = n;
		c.keys_until = keys_until(d);
		tell_kept(d, actor, r, &m, out);
		calling_resident(
			d, &c); /* first: the ladder writes the row, and then it is fresh no more */
		ladder_start(d, &c);
	}
	end_answer(d, &c, out);
	casefile_drop(&c);
}

json_t *desk_accept_json(const struct accept_result *a)
{
	json_t *o = json_pack("{s:I, s:I, s:s, s:s}", "id", (json_int_t)a->warning_id, "case",
		(json_int_t)a->case_id, "no", a->case_no, "level", a->level);
	json_t *who = json_object(), *tasks = json_array();

	json_object_set_new(
		who, "resident", a->resident_id == 0 ? json_null() : json_integer(a->resident_id));
	json_put_str(who, "by", a->match_by);
	json_put_int(who, "score", a->match_score);
	if (a->match_why[0] != '\0')
		json_put_str(who, "why", a->match_why);
	if (a->ambiguous)
		json_object_set_new(who, "ambiguous", json_true());
	json_object_set_new(o, "match", who);
	for (int i = 0; i < a->task_count; i++)
		json_array_append_new(tasks, json_integer(a->task[i]));
	json_object_set_new(o, "tasks", tasks);
	if (a->state == ACCEPT_DUPLICATE)
		json_object_set_new(o, "duplicate", json_true());
	if (a->state == ACCEPT_MERGED) {
		json_object_set_new(o, "merged", json_true());
		json_put_int(o, "repeat_no", a->repeat_no);
	}
	if (a->flags[0] != '\0')
		json_put_str(o, "flags", a->flags);
	return o;
}
