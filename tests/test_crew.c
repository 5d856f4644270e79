/* What the desk knows by heart is what is written, whatever was changed or undone meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "area.h"
#include "crew.h"
#include "duty.h"
#include "helper_store.h"
#include "task.h"

#include "banned.h"

#define VILLAGE "310118110201"
#define GRID "31011811020101"

struct town {
	struct temp_store t;
	int64_t team, away_team;
	int64_t zhao, qian, qian_again; /* the last two have one number */
	struct task task;               /* of qian, accepted */
};

static int64_t put_team(struct store *s, const char *name, const char *area)
{
	bool created;

	return team_put(s, "test", &(struct team){ .name = name, .area = area, .kind = "village" },
		&created);
}

static int64_t put_member(struct store *s, int64_t team, const char *name, const char *phone)
{
	struct member m = member_blank;
	bool created;

	m.team_id = team;
	m.name = name;
	m.phone = phone;
	m.state = "active";
	return member_put(s, "test", &m, &created);
}

static void give_task(struct store *s, int64_t member_id, struct task *out)
{
	*out = (struct task){ .id = store_id(s),
		.case_id = 1,
		.kind = "dissuade",
		.member_id = member_id,
		.state = TASK_OFFERED,
		.outcome = "" };
	out->code = reply_code_choose(s, out->id, member_id);
	assert_non_null(out->code);
	task_add(s, out);
}

static void settle(struct town *o)
{
	struct store *s;
	bool created;

	temp_store_open(&o->t);
	s = o->t.s;
	temp_job(&o->t, TEMP_NOW);
	area_put(s, "test",
		&(struct area){ .code = VILLAGE,
			.name = "示例村",
			.parent = "",
			.kind = "village",
			.aliases = "" },
		&created);
	o->team = put_team(s, "示例村队", VILLAGE);
	o->away_team = put_team(s, "别处队", "310118110202");
	o->zhao = put_member(s, o->team, "赵一", "13800138001");
	o->qian = put_member(s, o->team, "钱二", "13800138002");
	o->qian_again = put_member(s, o->away_team, "钱二", "13800138002");
	give_task(s, o->qian, &o->task);
	task_event(s, &o->task, TASK_EV_ACCEPT, "test", NULL);
	assert_int_equal(temp_done(&o->t), STORE_OK);
}

/* -- what is known, as a text -------------------------------------------------------------------- */

static void draw_member(struct store *s, const struct member *m, struct buf *out)
{
	size_t n;
	const struct code_past *past = crew_codes(s, m->id, &n);
	int live = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		live += past[i].live;
		sum += (past[i].code[0] - '0') * 10 + past[i].code[1] - '0';
	}
	buf_addf(out, "%s %s %s post=%s load=%d asked=%lld duty=%d cap=%d codes=%zu/%d/%d\n",
		m->name, m->phone, m->state, m->post, m->open_tasks, (long long)m->asked_at,
		m->on_duty, m->load_cap, n, live, sum);
}

/* What a phone may answer with, also one that no member has any more. */
static void draw_codes(struct store *s, const char *phone, struct buf *out)
{
	size_t n;
	const struct reply_code *c = reply_code_list(s, phone, &n);

	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s: %s task=%lld member=%lld %lld-%lld last=%d at %lld\n", phone,
			c[i].code, (long long)c[i].task_id, (long long)c[i].member_id,
			(long long)c[i].issued_at, (long long)c[i].closed_at, c[i].last_action,
			(long long)c[i].last_at);
}

static const char *draw(struct town *o)
{
	static const char *const phones[] = { "13800138001", "13800138002", "13800138009" };
	static const char *const areas[] = { VILLAGE, GRID, "310118110202", "310118110203" };
	static struct buf out;
	struct store *s = o->t.s;

	buf_free(&out);
	buf_init(&out, 65536);
	for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
		struct team team = { .name = "nobody" };
		const struct member *people;
		size_t n;

		team_of_area(s, areas[i], "village", &team);
		buf_addf(&out, "-- %s %s\n", areas[i], team.name);
		people = member_candidates(s, team.id, &n);
		for (size_t k = 0; k < n; k++)
			draw_member(s, &people[k], &out);
	}
	for (size_t i = 0; i < sizeof phones / sizeof *phones; i++)
		draw_codes(s, phones[i], &out);
	return store_keep(s, buf_str(&out));
}

/* What is known is what a new crew learns from the tables. */
static void is_true(struct town *o)
{
	const char *known = draw(o);

	crew_forget(o->t.s);
	assert_string_equal(known, draw(o));
}

/* -- what may happen ------------------------------------------------------------------------------- */

static void member_comes(struct town *o)
{
	put_member(o->t.s, o->team, "孙三", "13800138003");
}

static void change_member(struct town *o, void (*how)(struct member *m))
{
	struct member m;
	bool created;

	assert_true(member_get(o->t.s, o->qian, &m));
	how(&m);
	member_put(o->t.s, "test", &m, &created);
}

static void rename_him(struct member *m)
{
	m->name = "钱老二";
}

static void renumber_him(struct member *m)
{
	m->phone = "13800138009";
}

static void let_him_go(struct member *m)
{
	m->state = "left";
}

static void cap_him(struct member *m)
{
	m->load_cap = 3;
}

static void member_renamed(struct town *o)
{
	change_member(o, rename_him);
}

static void member_has_new_number(struct town *o)
{
	change_member(o, renumber_him);
}

static void member_left(struct town *o)
{
	change_member(o, let_him_go);
}

static void member_capped(struct town *o)
{
	change_member(o, cap_him);
}

static void member_on_leave(struct town *o)
{
	member_leave(o->t.s, "test", o->qian, TEMP_NOW + 3600000);
}

static void team_comes(struct town *o)
{
	put_team(o->t.s, "网格队", GRID);
}

static void team_moves(struct town *o)
{
	bool created;

	team_put(o->t.s, "test",
		&(struct team){ .id = o->team,
			.name = "示例村队",
			.area = "310118110203",
			.kind = "village" },
		&created);
}

static void area_moves(struct town *o)
{
	bool created;

	area_put(o->t.s, "test",
		&(struct area){ .code = GRID,
			.name = "一组",
			.parent = "310118110202",
			.kind = "grid",
			.aliases = "" },
		&created);
}

static int64_t put_shift(struct town *o)
{
	bool created;

	return duty_put(o->t.s, "test",
		&(struct duty){ .team_id = o->team,
			.shift = { .member_id = o->qian,
				.weekdays = 127,
				.from_min = 0,
				.to_min = 1440 } },
		&created);
}

static void shift_comes(struct town *o)
{
	put_shift(o);
}

static void shift_goes(struct town *o)
{
	int64_t id = put_shift(o);

	draw(o);
	duty_delete(o->t.s, "test", id);
}

static void task_comes(struct town *o)
{
	struct task task;

	give_task(o->t.s, o->zhao, &task);
}

static void task_comes_elsewhere(struct town *o)
{
	struct task task;

	give_task(o->t.s, o->qian_again, &task);
}

static void task_ends(struct town *o)
{
	struct task task = o->task;

	task_event(o->t.s, &task, TASK_EV_DECLINE, "test", NULL);
	reply_code_close(o->t.s, task.id);
}

static void task_ends_and_resumes(struct town *o)
{
	struct task task = o->task;

	task_event(o->t.s, &task, TASK_EV_DECLINE, "test", NULL);
	reply_code_close(o->t.s, task.id);
	draw(o);
	task_event(o->t.s, &task, TASK_EV_RESUME, "test", NULL);
	reply_code_reopen(o->t.s, task.id);
}

static void code_is_answered(struct town *o)
{
	reply_code_answered(o->t.s, o->task.id, 2);
}

static void code_of_a_former_number_ends(struct town *o)
{
	member_has_new_number(o);
	draw(o);
	reply_code_answered(o->t.s, o->task.id, 3);
	task_ends(o);
}

static void slice_of_a_list_is_undone(struct town *o)
{
	db_savepoint(o->t.s->db);
	task_comes(o);
	member_renamed(o);
	draw(o);
	db_undo(o->t.s->db);
}

static const struct happening {
	const char *name;
	void (*happen)(struct town *o);
	bool shows; /* the picture is another one afterwards */
} happenings[] = {
	{ "a member comes", member_comes, true },
	{ "a member is renamed", member_renamed, true },
	{ "a member has a new number", member_has_new_number, true },
	{ "a member leaves", member_left, true },
	{ "a member gets a cap", member_capped, true },
	{ "a member is on leave", member_on_leave, true },
	{ "a team comes", team_comes, true },
	{ "a team moves", team_moves, true },
	{ "an area hangs elsewhere", area_moves, true },
	{ "a shift comes", shift_comes, true },
	{ "a shift goes", shift_goes, false },
	{ "a task is offered", task_comes, true },
	{ "a task is offered to the same phone in another team", task_comes_elsewhere, true },
	{ "a task ends", task_ends, true },
	{ "a task ends and is taken up again", task_ends_and_resumes, false },
	{ "a code is answered", code_is_answered, true },
	{ "a code of a former number ends", code_of_a_former_number_ends, true },
	{ "a savepoint is undone", slice_of_a_list_is_undone, false },
};

enum { HAPPENINGS = sizeof happenings / sizeof *happenings };

static void written_is_known(void **state)
{
	const struct happening *h = *state;
	struct town o;
	const char *before;

	settle(&o);
	temp_job(&o.t, TEMP_NOW + 1000);
	before = draw(&o);
	h->happen(&o);
	if (h->shows)
		assert_string_not_equal(before, draw(&o));
	else
		assert_string_equal(before, draw(&o));
	is_true(&o);
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_job(&o.t, TEMP_NOW + 2000);
	is_true(&o);
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_store_close(&o.t);
}

/* A phone that has had more codes than count: the newest stay, and none is given twice. */
static void many_codes_are_thinned_out(void **state)
{
	struct town o;
	size_t n, live = 0;
	const struct code_past *past;

	(void)state;
	settle(&o);
	temp_job(&o.t, TEMP_NOW);
	for (int i = 0; i < 3000; i++) {
		struct task t;

		o.t.s->now_ms += 8 * 86400000LL / 10; /* ten of them rest at a time */
		give_task(o.t.s, o.zhao, &t);
		task_event(o.t.s, &t, TASK_EV_DECLINE, "test", NULL);
		reply_code_close(o.t.s, t.id);
	}
	past = crew_codes(o.t.s, o.zhao, &n);
	assert_in_range(n, 30, 1000);
	for (size_t i = 0; i < n; i++)
		live += past[i].live;
	assert_int_equal(live, 0);
	is_true(&o);
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_store_close(&o.t);
}

static void undone_is_forgotten(void **state)
{
	const struct happening *h = *state;
	struct town o;
	char before[8192];

	settle(&o);
	temp_job(&o.t, TEMP_NOW + 1000);
	snprintf(before, sizeof before, "%s", draw(&o));
	h->happen(&o);
	draw(&o); /* learnt while it was so */
	db_fail(o.t.s->db, STORE_CONFLICT);
	assert_int_equal(store_job_end(o.t.s), STORE_CONFLICT);
	store_job_begin(o.t.s, TEMP_NOW + 1000);
	assert_string_equal(draw(&o), before);
	is_true(&o);
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_store_close(&o.t);
}

static void lost_batch_is_forgotten(void **state)
{
	const struct happening *h = *state;
	struct town o;
	char before[8192];

	settle(&o);
	temp_job(&o.t, TEMP_NOW + 1000);
	snprintf(before, sizeof before, "%s", draw(&o));
	h->happen(&o);
	draw(&o);
	assert_int_equal(store_job_end(o.t.s), STORE_OK);
	db_fail(o.t.s->db, STORE_FULL);
	assert_int_equal(store_commit(o.t.s), STORE_FULL);
	temp_job(&o.t, TEMP_NOW + 1000);
	assert_string_equal(draw(&o), before);
	is_true(&o);
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_store_close(&o.t);
}

/* What a job holds in its hands stays as it was, whatever else it writes. */
static void held_texts_stay(void **state)
{
	struct town o;
	const struct member *people;
	size_t n;

	(void)state;
	settle(&o);
	temp_job(&o.t, TEMP_NOW + 1000);
	people = member_candidates(o.t.s, o.team, &n);
	assert_int_equal(n, 2);
	for (int i = 0; i < 5; i++) {
		put_member(o.t.s, o.team, "孙三", i % 2 == 0 ? "13800138003" : "13800138004");
		draw(&o);
	}
	assert_string_equal(people[0].name, "赵一");
	assert_string_equal(people[1].name, "钱二");
	assert_string_equal(people[1].phone, "13800138002");
	assert_int_equal(temp_done(&o.t), STORE_OK);
	temp_store_close(&o.t);
}

int main(void)
{
	static struct CMUnitTest tests[3 * HAPPENINGS + 2];
	static char names[3 * HAPPENINGS][120];
	static const struct {
		const char *what;
		CMUnitTestFunction run;
	} ways[] = { { "", written_is_known }, { ", job undone", undone_is_forgotten },
		{ ", batch lost", lost_batch_is_forgotten } };
	size_t n = 0;

	for (size_t i = 0; i < HAPPENINGS; i++)
		for (size_t w = 0; w < 3; w++, n++) {
			snprintf(names[n], sizeof names[n], "%s%s", happenings[i].name,
				ways[w].what);
			tests[n] = (struct CMUnitTest){ .name = names[n],
				.test_func = ways[w].run,
				.initial_state = (void *)&happenings[i] };
		}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(held_texts_stay);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(many_codes_are_thinned_out);
	temp_quiet();
	return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
